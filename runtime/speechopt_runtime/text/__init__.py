"""Text: normalization, splitting and tokens."""

from __future__ import annotations

from .frontend import MAX_TEXT_CHARACTERS, PreparedChunk, PreparedText, TextFrontend
from .normalize import normalize
from .split import Chunk, split
from .tokenizer import Tokenizer

__all__ = [
    "MAX_TEXT_CHARACTERS",
    "Chunk",
    "PreparedChunk",
    "PreparedText",
    "TextFrontend",
    "Tokenizer",
    "normalize",
    "split",
]
