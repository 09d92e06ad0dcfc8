"""From a text to the ids of its chunks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import TextError
from .characters import clean
from .fallback import Fallback
from .normalize import normalize as spoken_form
from .split import Chunk, Pause, split

if TYPE_CHECKING:
    from .tokenizer import Tokenizer

MAX_TEXT_CHARACTERS = 100_000
"""The longest text that is accepted at once."""

# The boundary before the first word, one character, its mark and the end of the sequence.
_MIN_TOKENS = 4
_SHOWN_CHARACTERS = 40

# A character that was left out leaves its spaces behind.
_SPACE_BEFORE_MARK = re.compile(r" (?=[.,;:!?])")


@dataclass(frozen=True)
class PreparedChunk:
    """What the network speaks at once.

    Attributes:
        text: The characters, all of them known to the voice.
        input_ids: Their ids, closed by the end-of-sequence id.
        pause: What follows in the text.
    """

    text: str
    input_ids: tuple[int, ...]
    pause: Pause


@dataclass(frozen=True)
class PreparedText:
    """A text that is ready to be spoken.

    Attributes:
        chunks: At least one chunk, in the order of the text.
        normalized: The text in words, before characters were replaced for the voice.
        unsupported: Each character that had to be left out, once, by first appearance.
    """

    chunks: tuple[PreparedChunk, ...]
    normalized: str
    unsupported: tuple[str, ...]


class TextFrontend:
    """Prepares texts for one voice.

    Args:
        tokenizer: The tokenizer of the voice.
        max_chunk_characters: The most characters that the voice speaks well at once.
        max_tokens: The most ids that the network accepts, the end of the sequence included.
        final_mark: Closes a chunk that ends without a mark.

    Raises:
        ValueError: A limit leaves no room for a single character.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        max_chunk_characters: int,
        max_tokens: int,
        final_mark: str = ".",
    ) -> None:
        if max_tokens < _MIN_TOKENS or max_chunk_characters <= len(final_mark):
            message = (
                f"limits of {max_chunk_characters} characters and {max_tokens} tokens leave no "
                f"room for text; at least {len(final_mark) + 1} and {_MIN_TOKENS} are needed"
            )
            raise ValueError(message)
        self._tokenizer = tokenizer
        self._max_characters = max_chunk_characters
        self._max_tokens = max_tokens
        self._final_mark = final_mark
        self._fallback = Fallback(tokenizer.can_say)

    def prepare(self, text: str, *, normalize: bool = True) -> PreparedText:
        """Normalize, split and encode a text.

        Args:
            text: Any text.
            normalize: Whether to write out numbers, abbreviations and signs. Without it, only
                control characters are removed and the voice gets the text as it is.

        Returns:
            The chunks, with what was changed on the way.

        Raises:
            TextError: The text is too long (``E_TEXT_TOO_LONG``), holds nothing to speak
                (``E_TEXT_EMPTY``), or most of its letters are unknown to the voice
                (``E_TEXT_UNSUPPORTED``).
        """
        if not isinstance(text, str):
            message = f"the text is a {type(text).__name__}; a string is needed"
            raise TextError(message, hint="Pass the text as a str.")
        if len(text) > MAX_TEXT_CHARACTERS:
            message = f"the text has {len(text)} characters; at most {MAX_TEXT_CHARACTERS} fit"
            raise TextError(
                message, code="E_TEXT_TOO_LONG", hint="Speak the text in several parts."
            )
        cleaned = clean(text)
        if not any(map(str.isalnum, cleaned)):
            raise _empty(text)
        self._refuse_unknown_script(cleaned)
        normalized = spoken_form(text) if normalize else cleaned
        sayable, unsupported = self._make_sayable(normalized)
        chunks: list[PreparedChunk] = []
        for chunk in split(sayable, self._max_characters, self._final_mark):
            chunks.extend(self._encode(chunk, self._max_characters))
        if not chunks:
            raise _empty(text)
        return PreparedText(tuple(chunks), normalized, tuple(unsupported))

    def _refuse_unknown_script(self, text: str) -> None:
        """Judge the text as written: numbers would add letters that the voice knows."""
        letters = [character for character in text if character.isalpha()]
        unknown = sum(self._fallback.find(character) is None for character in letters)
        if 2 * unknown <= len(letters):
            return
        share = f"{100 * unknown / len(letters):.0f} %"
        message = f"the voice cannot say {share} of the letters ({unknown} of {len(letters)})"
        raise TextError(
            message,
            code="E_TEXT_UNSUPPORTED",
            hint="This voice speaks English; give it text in the Latin alphabet.",
        )

    def _make_sayable(self, text: str) -> tuple[str, dict[str, None]]:
        unsupported: dict[str, None] = {}
        parts: list[str] = []
        # Composed first, because the tokenizer composes as well and may not know the result.
        for character in unicodedata.normalize("NFKC", text):
            spoken = character if character in " \n" else self._fallback.find(character)
            if spoken is None:
                unsupported[character] = None
            parts.append(" " if spoken is None else spoken)
        lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
        return _SPACE_BEFORE_MARK.sub("", "\n".join(lines)), unsupported

    def _encode(self, chunk: Chunk, limit: int) -> list[PreparedChunk]:
        """Encode a chunk; where a tokenizer makes more ids than fit, cut it further."""
        ids = self._tokenizer.encode(chunk.text)
        if len(ids) <= self._max_tokens:
            return [PreparedChunk(chunk.text, tuple(ids), chunk.pause)]
        smaller = min(limit - 1, max(len(chunk.text) * self._max_tokens // len(ids), 1))
        if smaller <= len(self._final_mark):
            message = f"{chunk.text!r} alone needs {len(ids)} tokens; {self._max_tokens} fit"
            raise TextError(message, code="E_TEXT_TOO_LONG", hint="Leave this character out.")
        parts = split(chunk.text, smaller, self._final_mark)
        parts[-1:] = [Chunk(part.text, chunk.pause) for part in parts[-1:]]
        return [prepared for part in parts for prepared in self._encode(part, smaller)]


def _empty(text: str) -> TextError:
    shown = ascii(text[:_SHOWN_CHARACTERS]) + ("..." if len(text) > _SHOWN_CHARACTERS else "")
    return TextError(
        f"the text holds nothing to speak: {shown}",
        code="E_TEXT_EMPTY",
        hint="Give a text with at least one letter or number.",
    )
