"""Replaces every number of a text by words."""

from __future__ import annotations

import re
from functools import lru_cache

from . import dates, quantities, sequences
from .rules import Rule

# The first rule that fits at a place wins: names and dates come before plain amounts.
_RULES: tuple[Rule, ...] = (*dates.RULES, *sequences.RULES, *quantities.RULES)
_SPEAK = {rule.name: rule.speak for rule in _RULES}

# Capitals without a vowel can only be spelled: MP3, RTX4090. The last letter stays at its digits.
_SPELLED_PREFIX = re.compile(r"(?<![A-Za-z])[B-DF-HJ-NP-TV-XZ]{2,5}(?=-?\d)")
_HYPHENED_PREFIX = re.compile(r"(?<=[A-Za-z])(?<!\d[eE])-(?=\d)")


@lru_cache(maxsize=1)
def _grammar() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{rule.name}>{rule.pattern})" for rule in _RULES))


def _speak(match: re.Match[str]) -> str:
    spoken = _SPEAK[match.lastgroup or ""](match)
    text, start, end = match.string, match.start(), match.end()
    before = " " if start and text[start - 1].isalnum() else ""
    after = " " if end < len(text) and text[end].isalnum() else ""
    return f"{before}{spoken}{after}"


def spell_numbers(text: str) -> str:
    """Write out numbers, dates, times, money and measures as English words.

    Args:
        text: A text whose digits are all ASCII.

    Returns:
        The text without any digit.
    """
    if not any(digit in text for digit in "0123456789"):
        return text
    text = _SPELLED_PREFIX.sub(lambda match: " ".join(match[0]), text)
    text = _HYPHENED_PREFIX.sub(" ", text)
    return _grammar().sub(_speak, text)
