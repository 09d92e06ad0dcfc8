from __future__ import annotations

from pathlib import Path

import pytest

from speechopt_runtime.text import TextFrontend, Tokenizer

MODEL = "exporter/speechopt_exporter/voices/bundled/model/spm_char.model"


@pytest.fixture(scope="session")
def spm_model_path() -> Path:
    return Path(__file__).parents[3] / MODEL


@pytest.fixture(scope="session")
def tokenizer(spm_model_path: Path) -> Tokenizer:
    return Tokenizer(spm_model_path.read_bytes(), eos_token_id=2)


@pytest.fixture(scope="session")
def frontend(tokenizer: Tokenizer) -> TextFrontend:
    return TextFrontend(tokenizer, max_chunk_characters=110, max_tokens=400)
