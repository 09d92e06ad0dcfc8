"""From what a user writes to what the network reads."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ..errors import TextError
from .normalize import clean, normalize, tidy
from .split import Chunk, Pause, split
from .tokenizer import Tokenizer
from .vocabulary import PLAIN_LETTERS

MAX_TEXT_CHARACTERS = 100_000
_MOST_UNSUPPORTED = 0.5
_HINT = "pass English text"


@dataclass(frozen=True)
class PreparedChunk:
    """One piece of text as the network reads it."""

    text: str
    input_ids: tuple[int, ...]
    pause: Pause


@dataclass(frozen=True)
class PreparedText:
    """A whole text as the network reads it."""

    chunks: tuple[PreparedChunk, ...]
    normalized: str
    unsupported: tuple[str, ...]
    """Characters that the voice cannot say, in order of first appearance; they were left out."""


class TextFrontend:
    """Prepares texts for one voice.

    Args:
        tokenizer: The voice's.
        max_chunk_characters: Most characters that the voice speaks well at once.
        max_tokens: Most tokens that the network takes, with the end mark.
        final_mark: Put after chunks that end without one.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        max_chunk_characters: int,
        max_tokens: int,
        final_mark: str = ".",
    ) -> None:
        self._tokenizer = tokenizer
        self._max_characters = max(2, min(max_chunk_characters, max_tokens - 2))
        self._max_tokens = max_tokens
        self._final_mark = final_mark

    def prepare(self, text: str, *, normalize: bool = True) -> PreparedText:
        """Normalizes, leaves out what cannot be said, splits, and tokenizes.

        Args:
            text: Up to `MAX_TEXT_CHARACTERS` characters.
            normalize: Speak numbers and symbols as words.

        Raises:
            TextError: E_TEXT_EMPTY, E_TEXT_UNSUPPORTED (another script) or E_TEXT_TOO_LONG.
        """
        if not isinstance(text, str):
            raise TextError(f"text is a {type(text).__name__}, expected a string")
        if len(text) > MAX_TEXT_CHARACTERS:
            message = f"text has {len(text)} characters, at most {MAX_TEXT_CHARACTERS} are accepted"
            raise TextError(message, code="E_TEXT_TOO_LONG", hint="speak it in several parts")
        spoken = _normalize(text) if normalize else tidy(clean(text))
        sayable, unsupported = self._filter(spoken)
        chunks = [
            prepared
            for chunk in split(sayable, self._max_characters, self._final_mark)
            if any(letter.isalnum() for letter in chunk.text)
            for prepared in self._tokenize(chunk)
        ]
        if not chunks:
            raise TextError("text holds nothing to speak", code="E_TEXT_EMPTY", hint=_HINT)
        return PreparedText(tuple(chunks), sayable, unsupported)

    def _filter(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Replaces or leaves out characters that the voice does not know."""
        kept: list[str] = []
        unsupported: dict[str, None] = {}
        letters = lost = 0
        for character in text:
            is_letter = unicodedata.category(character).startswith("L")
            letters += is_letter
            if character.isspace() or self._tokenizer.can_say(character):
                kept.append(character)
                continue
            replacement = self._fallback(character)
            if replacement is None:
                unsupported[character] = None
                lost += is_letter
                replacement = "" if is_letter else " "
            kept.append(replacement)
        if letters and lost / letters > _MOST_UNSUPPORTED:
            message = f"the voice cannot say {lost} of the text's {letters} letters"
            raise TextError(message, code="E_TEXT_UNSUPPORTED", hint=_HINT)
        return tidy("".join(kept)), tuple(unsupported)

    def _fallback(self, character: str) -> str | None:
        """Something that the voice knows and that sounds the same; none without such a thing."""
        plain = PLAIN_LETTERS.get(character) or "".join(
            c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
        )
        for candidate in (plain, plain.lower(), plain.upper()):
            if candidate and all(self._tokenizer.can_say(c) for c in candidate):
                return candidate
        # Marks are silent: leaving one out takes nothing from the speech.
        return " " if unicodedata.category(character)[0] in "PZM" else None

    def _tokenize(self, chunk: Chunk) -> list[PreparedChunk]:
        ids = self._tokenizer.encode(chunk.text)
        if len(ids) <= self._max_tokens or len(chunk.text) < 4:
            return [PreparedChunk(chunk.text, tuple(ids[-self._max_tokens :]), chunk.pause)]
        halves = split(chunk.text, len(chunk.text) // 2 + 1, self._final_mark)
        return [prepared for half in halves for prepared in self._tokenize(half)]


def _normalize(text: str) -> str:
    return normalize(text)
