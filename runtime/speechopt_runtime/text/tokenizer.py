"""The character tokenizer of a SpeechT5 checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ArtifactError

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

_WORD_BOUNDARY = "▁"


class Tokenizer:
    """Turns text into the ids that the encoder reads.

    The ids are those of ``SpeechT5Tokenizer`` in transformers, except that markup such as
    ``</s>`` in a text is text here and never becomes a control token.

    Args:
        model_proto: The contents of ``spm_char.model``.
        eos_token_id: The id that closes every sequence.
        unk_token_id: The id of an unknown character; by default the one that the model names.

    Raises:
        ArtifactError: The bytes are not a sentencepiece model (``E_TOKENIZER``).
    """

    def __init__(
        self, model_proto: bytes, eos_token_id: int, unk_token_id: int | None = None
    ) -> None:
        self._model = _load(model_proto)
        self._model_unk = int(self._model.unk_id())
        self.eos_token_id = eos_token_id
        self.unk_token_id = self._model_unk if unk_token_id is None else unk_token_id
        self._sayable: dict[str, bool] = {}

    def encode(self, text: str) -> list[int]:
        """Give the ids of a text, closed by the end-of-sequence id.

        Lone surrogates cannot be encoded and are left out.
        """
        ids = self._pieces(text)
        if self.unk_token_id != self._model_unk:
            ids = [self.unk_token_id if piece == self._model_unk else piece for piece in ids]
        return [*ids, self.eos_token_id]

    def can_say(self, character: str) -> bool:
        """Whether the model knows a character. White space counts as known."""
        known = self._sayable.get(character)
        if known is None:
            known = self._sayable[character] = self._knows(character)
        return known

    def _knows(self, character: str) -> bool:
        if character.isspace():
            return True
        ids = self._pieces(character)
        return bool(ids) and self._model_unk not in ids and character != _WORD_BOUNDARY

    def _pieces(self, text: str) -> list[int]:
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode(errors="ignore").decode()
        return [int(piece) for piece in self._model.encode(text)]


def _load(model_proto: bytes) -> SentencePieceProcessor:
    from sentencepiece import SentencePieceProcessor

    # The library accepts no bytes at all as a model without pieces, and complains on each use.
    if not model_proto:
        raise _refusal("it is empty")
    try:
        model = SentencePieceProcessor(model_proto=model_proto)
        pieces = int(model.get_piece_size())
    except (RuntimeError, TypeError, ValueError, OSError):
        raise _refusal(f"its {len(model_proto)} bytes are no sentencepiece model") from None
    if pieces == 0:
        raise _refusal("it holds no pieces")
    return model


def _refusal(reason: str) -> ArtifactError:
    return ArtifactError(
        f"the tokenizer model cannot be read: {reason}",
        code="E_TOKENIZER",
        hint="Export the artifact again from an intact spm_char.model.",
    )
