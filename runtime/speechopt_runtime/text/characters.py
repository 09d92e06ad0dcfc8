"""The first step of normalization: bring any Unicode text to plain, well-behaved characters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The canonical reordering inside of NFKC is quadratic in a run of combining marks, so that a run
# is cut first. No language stacks more marks than this on one letter.
_MAX_MARKS = 8

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
# A power stands behind a digit, a bracket, a variable or the symbol of a unit; behind an ordinary
# word a raised number is the mark of a footnote.
_POWER_BASE = re.compile(r"(?:[\d)\]]|(?<![A-Za-zµμ])[A-Za-zµμ]{1,2})\Z")

_GROUP_SPACE = re.compile("(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")

_LINE_ENDS = {"\r": "\n", "\v": "\n", "\f": "\n\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n\n"}


def _vulgar_fractions() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xBC, 0xBF), *range(0x2150, 0x215F), 0x2189):
        spelled = unicodedata.normalize("NFKC", chr(code)).replace("\u2044", "/")
        table[code] = f" {spelled}"
    return table


@lru_cache(maxsize=1)
def _before_compatibility() -> dict[int, str]:
    """What NFKC would spoil: it reads 2½ as 21⁄2, ™ as TM and an acute accent as a space."""
    table = _vulgar_fractions()
    for characters, spoken in (
        ("“”„‟«»″‶〝〞〟", '"'),
        ("‘’‚‛′‵ʼʹ´＇‹›", "'"),
        ("`™®℠", ""),
        ("…⋯", "..."),
        ("№", " number "),
        ("º˚", "°"),
        ("•‣◦▪●○■□▶►·∙⁃", " • "),
        ("⁄∕", "/"),
        ("℗©", " copyright "),
    ):
        table.update(dict.fromkeys(map(ord, characters), spoken))
    return table


_DASHES = str.maketrans(
    dict.fromkeys("‐‑⁃", "-") | dict.fromkeys("‒–—―⸺⸻〜～", "–") | {"⁄": "/", "∶": ":"}
)


@lru_cache(maxsize=4096)
def _readable(character: str) -> str:
    """What stays of one character: itself, white space, or nothing."""
    if character in "\n ":
        return character
    if character in _LINE_ENDS:
        return _LINE_ENDS[character]
    category = unicodedata.category(character)
    if category == "Zs" or character == "\t":
        return " "
    code = ord(character)
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    enclosing = category == "Me" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return "" if category in ("Cc", "Cf", "Cs") or noncharacter or enclosing else character


@lru_cache(maxsize=4096)
def _ascii_number(character: str) -> str:
    """A digit or a number sign of any script, as ASCII digits."""
    if character < "\x80" or not character.isnumeric():
        return character
    if character.isdigit():
        return str(unicodedata.digit(character))
    value = unicodedata.numeric(character)
    if unicodedata.category(character) == "No" and value.is_integer():
        return f" {int(value)} "
    return character


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) != 0


def _limit_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if _is_mark(character) else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _power(match: re.Match[str]) -> str:
    text, start = match.string, match.start()
    if _POWER_BASE.search(text[max(0, start - 4) : start]) is None:
        return ""
    return "^" + match[0].translate(_SUPERSCRIPTS)


def clean(text: str) -> str:
    r"""Reduce a text to composed characters, plain white space and ASCII digits.

    Controls, formatting, bidirectional and zero-width characters, surrogates and noncharacters
    are dropped. Line ends become ``\n`` and every other white space becomes a space. Quotes and
    dashes lose their typography: an en or em dash is ``–`` in the result.

    Args:
        text: Any text, lone surrogates included.

    Returns:
        The text in form NFKC, without any digit outside of ASCII.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii():
        return "".join(map(_readable, text)).replace("`", "")
    text = _GROUP_SPACE.sub(",", text)
    text = "".join(map(_readable, text))
    text = _SUPERSCRIPT_RUN.sub(_power, text)
    text = _limit_marks(text.translate(_before_compatibility()))
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    # The compatibility forms of a few letters hold a space or a mark that is dropped as well.
    return "".join(map(_ascii_number, map(_readable, text)))
