from __future__ import annotations

from pathlib import Path

import pytest

from speechopt_runtime.errors import ArtifactError
from speechopt_runtime.text import Tokenizer

TEXTS = [
    "Hello  World.",
    "It's a fine day, isn't it?",
    "",
    "  a\nb ",
    "Naïve café 5",
    "ﬁne ½ \u200b",
]


def test_ids_are_those_of_transformers(tokenizer: Tokenizer, spm_model_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    upstream = transformers.SpeechT5Tokenizer(str(spm_model_path))
    for text in TEXTS:
        assert tokenizer.encode(text) == upstream(text)["input_ids"]


def test_markup_never_becomes_a_control_token(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("</s>a<pad>").count(2) == 1
    assert 1 not in tokenizer.encode("</s>a<pad>")


def test_lone_surrogates_and_zeros(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("a\ud800b") == tokenizer.encode("ab")
    assert tokenizer.encode("a\x00")[-1] == 2


def test_other_unknown_id(spm_model_path: Path) -> None:
    assert 77 in Tokenizer(spm_model_path.read_bytes(), 2, unk_token_id=77).encode("5")


@pytest.mark.parametrize(("character", "known"), [("a", True), ("A", True), (" ", True)])
def test_known(tokenizer: Tokenizer, character: str, known: bool) -> None:
    assert tokenizer.can_say(character) is known


@pytest.mark.parametrize("character", ["é", "5", "你", "▁", "\u200b", "\ud800", '"'])
def test_unknown(tokenizer: Tokenizer, character: str) -> None:
    assert not tokenizer.can_say(character)


@pytest.mark.parametrize("cut", [0, 1, 100, -5])
def test_malformed_models(spm_model_path: Path, cut: int) -> None:
    with pytest.raises(ArtifactError) as caught:
        Tokenizer(spm_model_path.read_bytes()[:cut], 2)
    assert caught.value.code == "E_TOKENIZER"
    assert "\n" not in str(caught.value)
