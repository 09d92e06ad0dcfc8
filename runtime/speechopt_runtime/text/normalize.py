"""The spoken form of an English text."""

from __future__ import annotations

import re

from .abbreviations import expand_abbreviations
from .addresses import spell_addresses
from .characters import clean
from .numerals import spell_numbers
from .symbols import name_symbols, tidy

_BULLET = re.compile(r"(?:[-*+•–]|\d{1,2}[.)](?= [A-Z])) ")
_NUMBERED = re.compile(r"^(\d{1,2})[.)] (?=[A-Z])", re.MULTILINE)
_HEADING = re.compile(r"#{1,6} ")


def _join_lines(text: str) -> str:
    """Undo the wrapping of lines, but keep paragraphs, headings and the items of lists apart."""
    paragraphs: list[str] = []
    current: list[str] = []
    for raw in text.split("\n"):
        line = " ".join(raw.split())
        heading = _HEADING.match(line)
        if not line or heading or _BULLET.match(line):
            paragraphs.append(" ".join(current))
            current = []
        if heading:
            paragraphs.append(line[heading.end() :])
        elif line:
            current.append(line)
    paragraphs.append(" ".join(current))
    return _NUMBERED.sub(r"\1, ", "\n".join(filter(None, paragraphs)))


def normalize(text: str) -> str:
    """Write a text the way an American English speaker would read it aloud.

    Numbers, dates, times, money, measures, addresses, abbreviations and signs become words.
    A number of four digits from 1100 to 2099 without a comma is read as a year, unless a unit, a
    currency, a percent sign or a counted noun follows. Names, dates and phone numbers with
    separators are recognized before plain amounts; leading zeros, more than 15 digits, versions,
    IP addresses and phone numbers are read digit by digit. Roman numerals and the case of letters
    stay as they are, and so does every character without an English name.

    Args:
        text: Any text.

    Returns:
        The spoken form, without digits. Each paragraph, heading or item of a list is one line;
        any other line end has become a space.
    """
    text = _join_lines(clean(text))
    if not text.isascii() or not text.replace(" ", "").isalpha():
        text = spell_numbers(spell_addresses(text))
    text = expand_abbreviations(text)
    return tidy(name_symbols(text))
