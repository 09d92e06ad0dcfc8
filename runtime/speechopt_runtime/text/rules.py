"""What the parts of the number grammar share: a rule, and where a sentence ends behind one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Rule(NamedTuple):
    """One way to write a number.

    Attributes:
        name: The group that the pattern becomes in the joint pattern.
        pattern: A regular expression that needs time linear in what it reads: every repetition
            is bounded, or cannot be entered in two ways.
        speak: Gives the words for a match.
    """

    name: str
    pattern: str
    speak: Callable[[re.Match[str]], str]


# Words that begin a sentence far more often than they follow an abbreviation inside of one.
STARTERS = frozenset(
    "A After All Also An And As At Because Before But By Do Does Even Every For From He Her His How "
    "However I If In Is It Its Let Many My No Not Now On One Or Our She So Some Such Than That The "
    "Their Then There These They This Those Though To We What When Where While Who Why With Yes "
    "You Your".split()
)

_NEXT_WORD = re.compile(r" ['\"(]?([A-Za-z]+)|[ '\")]{0,3}(?:\n|\Z)")


def ends_sentence(text: str, position: int) -> bool:
    """Whether a dot that closes an abbreviation before ``position`` closes a sentence as well."""
    match = _NEXT_WORD.match(text, position)
    return match is not None and (match[1] is None or match[1] in STARTERS)
