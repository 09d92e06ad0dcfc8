"""Replaces characters that a voice does not know by what comes closest."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LETTERS = {
    "ø": "o",
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "œ": "oe",
    "ł": "l",
    "đ": "d",
    "ð": "th",
    "þ": "th",
    "ı": "i",
    "ȷ": "j",
    "ħ": "h",
    "ŋ": "ng",
    "ŧ": "t",
    "ĸ": "k",
    "ƒ": "f",
    "ə": "e",
    "ɛ": "e",
    "ɔ": "o",
    "ɓ": "b",
    "ɗ": "d",
    "ƙ": "k",
    "ʻ": "'",
    "ʼ": "'",
    "μ": "micro",
    "π": "pi",
    "Ω": "ohm",
}

# Tried in order until the voice knows one; a space is always known.
_MARKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(";:–—―、，،；：；·،؛", (", ",)),
    **dict.fromkeys("…!。．।॥۔។", (". ",)),
    **dict.fromkeys("?؟？", ("? ", ". ")),
    **dict.fromkeys("！", ("! ", ". ")),
    **dict.fromkeys("()[]{}「」『』（）【】《》", (", ",)),
    **dict.fromkeys("‘’‚‛´ʹ", ("'", "")),
    **dict.fromkeys('"“”„‟«»‹›', ("",)),
    **dict.fromkeys("‐‑", ("-",)),
    "'": ("",),
    "*": ("",),
}
_SILENT_SIGNS = frozenset("|¦<>=~^`´¨¯¸\\•▪◦")


class Fallback:
    """Finds what a voice says instead of a character that it does not know.

    Args:
        can_say: Whether the voice knows a character.
    """

    def __init__(self, can_say: Callable[[str], bool]) -> None:
        self._can_say = can_say
        self._found: dict[str, str | None] = {}

    def find(self, character: str) -> str | None:
        """Give what to say for a character, or ``None`` if only its loss remains.

        The empty string stands for a character without a sound of its own.
        """
        if character not in self._found:
            self._found[character] = self._search(character)
        return self._found[character]

    def _search(self, character: str) -> str | None:
        if self._can_say(character):
            return character
        category = unicodedata.category(character)
        if category[0] in "PZC" or category == "Sk" or character in _SILENT_SIGNS:
            return self._mark(character)
        if category in ("Mn", "Me"):
            return ""
        return self._letters(character)

    def _mark(self, character: str) -> str:
        for candidate in _MARKS.get(character, ()):
            if self._all_known(candidate):
                return candidate
        return " "

    def _letters(self, character: str) -> str | None:
        decomposed = unicodedata.normalize("NFKD", character)
        base = "".join(c for c in decomposed if not unicodedata.combining(c))
        table = _LETTERS.get(base) or _LETTERS.get(base.lower(), "").capitalize()
        for candidate in (
            # The capital of some letters is two letters, such as SS; the table knows better.
            character.swapcase() if len(character.swapcase()) == 1 else "",
            base,
            base.swapcase() if base not in _LETTERS else "",
            table,
            table.lower(),
            table.upper(),
        ):
            if candidate and self._all_known(candidate):
                return candidate
        return None

    def _all_known(self, text: str) -> bool:
        return all(map(self._can_say, text))
