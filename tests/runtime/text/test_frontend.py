from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechopt_runtime.errors import TextError
from speechopt_runtime.text import MAX_TEXT_CHARACTERS, TextFrontend, Tokenizer


def _spoken(frontend: TextFrontend, text: str, *, normalize: bool = True) -> str:
    prepared = frontend.prepare(text, normalize=normalize)
    return " ".join(chunk.text for chunk in prepared.chunks)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Café naïve", "Cafe naive."),
        ("Ærø, Straße, Łódź", "Aero, Strasse, Lodz."),
        ("STRAẞE", "STRASSE."),
        ("ﬁne ＡＢ", "fine AB."),
        ("e\u0301t\u0327e\u0301", "ete."),
    ],
)
def test_closest_letters(frontend: TextFrontend, text: str, spoken: str) -> None:
    assert _spoken(frontend, text) == spoken
    assert frontend.prepare(text).unsupported == ()


def test_silent_signs_are_not_reported(frontend: TextFrontend) -> None:
    prepared = frontend.prepare('He said "yes" [no] a/b <c> ¿d? “e” f_g', normalize=False)
    assert prepared.unsupported == ()


def test_losses_are_reported_once_in_order(frontend: TextFrontend) -> None:
    prepared = frontend.prepare("Snow ☃ in 日本 and ☃ again, ok")
    assert prepared.unsupported == ("☃", "日", "本")
    assert [chunk.text for chunk in prepared.chunks] == ["Snow in and again, ok."]
    assert prepared.normalized == "Snow ☃ in 日本 and ☃ again, ok"


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00\x1b", "...", "?!", "()", "😀🎉", "\ud800", "—"]
)
@pytest.mark.parametrize("normalize", [True, False])
def test_nothing_to_speak(frontend: TextFrontend, text: str, normalize: bool) -> None:
    with pytest.raises(TextError) as caught:
        frontend.prepare(text, normalize=normalize)
    assert caught.value.code == "E_TEXT_EMPTY"
    assert caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "share"), [("Привет 123", "100 %"), ("日本語 ab", "60 %")])
def test_other_scripts(frontend: TextFrontend, text: str, share: str) -> None:
    with pytest.raises(TextError, match=share) as caught:
        frontend.prepare(text)
    assert caught.value.code == "E_TEXT_UNSUPPORTED"


def test_limits_of_the_text(frontend: TextFrontend) -> None:
    with pytest.raises(TextError) as caught:
        frontend.prepare("a" * (MAX_TEXT_CHARACTERS + 1))
    assert caught.value.code == "E_TEXT_TOO_LONG"
    with pytest.raises(ValueError, match="room"):
        TextFrontend(Tokenizer.__new__(Tokenizer), 1, 400)


def test_chunks_fit_into_few_tokens(tokenizer: Tokenizer) -> None:
    prepared = TextFrontend(tokenizer, 110, 12).prepare("A sentence of several words, spoken.")
    assert all(len(chunk.input_ids) <= 12 for chunk in prepared.chunks)
    assert [chunk.pause for chunk in prepared.chunks].count("sentence") == 1


@given(st.text(max_size=200) | st.text("ab 1é.,你\n(", max_size=200), st.booleans())
@settings(deadline=None, max_examples=400)
def test_any_text_is_chunks_or_one_error(tokenizer: Tokenizer, text: str, normalize: bool) -> None:
    try:
        prepared = TextFrontend(tokenizer, 40, 20).prepare(text, normalize=normalize)
    except TextError as error:
        assert error.code in {"E_TEXT_EMPTY", "E_TEXT_UNSUPPORTED"}
    else:
        for chunk in prepared.chunks:
            assert chunk.input_ids == tuple(tokenizer.encode(chunk.text))
            assert len(chunk.input_ids) <= 20
            assert len(chunk.text) <= 40
            assert tokenizer.unk_token_id not in chunk.input_ids
