"""Text to token ids, by the model's own sentencepiece file."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..errors import ArtifactError


class Tokenizer:
    """SpeechT5's tokenizer, without transformers.

    Args:
        model_proto: The sentencepiece model.
        eos_token_id: Appended to every text, as `SpeechT5Tokenizer` does.

    Raises:
        ArtifactError: E_TOKENIZER, the model cannot be read.
    """

    def __init__(self, model_proto: bytes, eos_token_id: int) -> None:
        import sentencepiece

        self.eos_token_id = eos_token_id
        try:
            self._processor: Any = sentencepiece.SentencePieceProcessor(model_proto=model_proto)
            self._unknown: int = self._processor.unk_id()
        except (RuntimeError, ValueError, TypeError, OSError):
            message = "the tokenizer is no sentencepiece model"
            raise ArtifactError(message, code="E_TOKENIZER") from None
        self._known: dict[str, bool] = {}

    @cached_property
    def vocab_size(self) -> int:
        """How many tokens the model knows."""
        return int(self._processor.get_piece_size())

    def encode(self, text: str) -> list[int]:
        """Token ids with the end mark."""
        return [*self._processor.encode(text), self.eos_token_id]

    def can_say(self, character: str) -> bool:
        """Whether the model knows a character."""
        known = self._known.get(character)
        if known is None:
            known = self._unknown not in self._processor.encode(character)
            self._known[character] = known
        return known
