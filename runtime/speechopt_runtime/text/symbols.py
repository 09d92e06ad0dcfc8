"""Signs that have a name, signs that only arrange text, and the spacing of what stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

_NAMED = {
    "&": "and",
    "@": "at",
    "%": "percent",
    "‰": "per mille",
    "+": "plus",
    "=": "equals",
    "±": "plus or minus",
    "×": "times",
    "÷": "divided by",
    "−": "minus",
    "≠": "is not equal to",
    "≈": "is about",
    "≤": "is at most",
    "≥": "is at least",
    "∞": "infinity",
    "√": "square root of",
    "π": "pi",
    "Ω": "ohm",
    "μ": "micro",
    "§": "section",
    "¶": "paragraph",
    "→": "to",
    "⇒": "to",
    "°": "degrees",
    "$": "dollars",
    "£": "pounds",
    "€": "euros",
    "¥": "yen",
    "₹": "rupees",
    "¢": "cents",
    "#": "hash",
    "\\": "backslash",
    "/": "slash",
}
# One class of characters and no alternatives before it: that keeps the search fast.
_SIGN = re.compile("[" + re.escape("".join(_NAMED)) + r"\[\]{}<>~)]|\((?:es\)|s\))?")

# Greek text keeps its letters; alone they are the signs of mathematics and physics.
_LETTER_SIGNS = "πΩμ"

_SILENT = str.maketrans(dict.fromkeys('"*^¡¿', "") | {"_": " "} | dict.fromkeys("|¦•", ", "))

_OPENING_QUOTE = re.compile(
    r"(?<![^\W_])'(?!(?:tis|twas|em|til|cause|bout|round|n|nineties|eighties)\b)", re.IGNORECASE
)
_CLOSING_QUOTE = re.compile(r"(?<![nsNS])'(?!\w)")

_ELLIPSIS = re.compile(r"\.(?: ?\.)+ ?(?=([a-z])?)")
_LONG_DASH = re.compile(r"(?: ?–)+ ?| -+ |(?<=\w)--+(?=\w)|--+")
_EDGE_HYPHEN = re.compile(r"(?<!\w)-+|-+(?!\w)")
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w)")
_SPACED_MARKS = re.compile(r" ?[.,;:!?](?: ?[.,;:!?])* ?")
_LINE_START = re.compile(r"^[ ,;:.!?-]+", re.MULTILINE)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "'%"


def _open_bracket(before: str, after: str) -> str:
    return ", " if _is_word(before.rstrip(" ")[-1:] or "(") and after[:1].isalnum() else ""


def _close_bracket(before: str, after: str) -> str:
    return ", " if _is_word(before[-1:] or ")") and after.lstrip(" ")[:1].isalnum() else ""


def _compare(words: str, before: str, after: str) -> str:
    return f" {words} " if before.endswith(" ") and after.startswith((" ", "= ")) else " "


def _slash(before: str, after: str) -> str:
    return " " if before.endswith("and") and after.startswith("or") else " slash "


def _hash(before: str, after: str) -> str:
    if before[-1:] in ("C", "F") and not before[:-1][-1:].isalnum() and not after[:1].isalnum():
        return " sharp"
    return "hashtag " if after[:1].isalpha() else " hash "


def _greek(sign: str, before: str, after: str) -> str:
    in_word = before[-1:].isalpha() or after[:1].isalpha()
    return sign if in_word else f" {_NAMED[sign]} "


def _name(match: re.Match[str]) -> str:
    sign, text = match[0], match.string
    before = text[max(0, match.start() - 3) : match.start()]
    after = text[match.end() : match.end() + 3]
    if len(sign) > 1:
        return sign.strip("()") if before[-1:].islower() else f", {sign.strip('()')} "
    if sign in _LETTER_SIGNS:
        return _greek(sign, before, after)
    special = _SPECIAL.get(sign)
    return special(before, after) if special else f" {_NAMED[sign]} "


_SPECIAL: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys("([{", _open_bracket),
    **dict.fromkeys(")]}", _close_bracket),
    "<": partial(_compare, "is less than"),
    ">": partial(_compare, "is more than"),
    "/": _slash,
    "#": _hash,
    "~": lambda before, after: "about " if after[:1].isalnum() and before[-1:] in ("", " ") else "",
}


def name_symbols(text: str) -> str:
    """Replace signs by their names, and brackets and double quotes by commas or nothing."""
    return _SIGN.sub(_name, text).translate(_SILENT)


def _inner_dot(match: re.Match[str]) -> str:
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return ". " if before.islower() and after.isupper() else " dot "


def _one_mark(match: re.Match[str]) -> str:
    """The one mark that stands for a run of them, such as "?!" or ", ."."""
    run = match[0].strip()
    for mark in "?!":
        if mark in run:
            return f"{mark} "
    return f"{run[-1]} "


def tidy(text: str) -> str:
    """Reduce quotes, dashes, ellipses and runs of punctuation to plain marks, and space them."""
    text = _OPENING_QUOTE.sub("", text)
    text = _CLOSING_QUOTE.sub("", text)
    text = _ELLIPSIS.sub(lambda match: ", " if match[1] else ". ", text)
    text = _LONG_DASH.sub(", ", text)
    text = _EDGE_HYPHEN.sub(" ", text)
    text = _INNER_DOT.sub(_inner_dot, text)
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    text = _LINE_START.sub("", _SPACED_MARKS.sub(_one_mark, text))
    lines = (line.strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
