"""Numbers that are names rather than amounts: addresses, versions, phone numbers, models."""

from __future__ import annotations

import re

from . import number_words as say
from .rules import Rule

_NUMBERS = re.compile(r"\d+")
_ADDRESS_PARTS = 4

_LABELS = {
    "no": "number",
    "nos": "numbers",
    "p": "page",
    "pp": "pages",
    "fig": "figure",
    "figs": "figures",
    "vol": "volume",
    "ch": "chapter",
    "sec": "section",
    "eq": "equation",
    "art": "article",
    "ver": "version",
    "ext": "extension",
}


def _dotted(match: re.Match[str]) -> str:
    parts = match[0].split(".")
    address = len(parts) == _ADDRESS_PARTS and all(
        len(part) <= 3 and int(part) <= 255 for part in parts
    )
    return (" dot " if address else " point ").join(map(say.digits, parts))


def _groups(match: re.Match[str]) -> str:
    plus = "plus " if match[0].startswith("+") else ""
    return plus + ", ".join(map(say.digits, _NUMBERS.findall(match[0])))


def _local_phone(match: re.Match[str]) -> str:
    first, second = match[0].split("-")
    if first.endswith("00") and second.endswith("00"):
        return f"{say.number(first)} to {say.number(second)}"
    return _groups(match)


def _hexadecimal(match: re.Match[str]) -> str:
    spelled = (say.digits(c) if c.isdigit() else c for c in match[0][2:])
    return "zero x " + " ".join(spelled)


def _label(match: re.Match[str]) -> str:
    word = _LABELS[match[0].rstrip(". ").lower()]
    return f"{word.capitalize() if match[0][0].isupper() else word} "


def _designation(match: re.Match[str]) -> str:
    first, *rest = match[0].split(".")
    return " point ".join([say.designation(first), *map(say.digits, rest)])


RULES = (
    Rule("hexadecimal", r"(?<!\w)0[xX][0-9A-Fa-f]{1,32}(?!\w)", _hexadecimal),
    Rule(
        "label",
        r"(?<![\w.])(?:[Nn]os?|[Ff]igs?|[Vv]ol|[Cc]h|[Ss]ec|[Ee]q|[Aa]rt|[Vv]er|[Ee]xt|pp?)\. ?(?=\d)",
        _label,
    ),
    # The letter in front belongs to the number: A380, B12, H2O, v2.0.
    Rule("designation", r"(?<=[^\W\d_])(?!\d+(?:st|nd|rd|th)\b)\d+(?:\.\d+)*", _designation),
    Rule(
        "phone",
        r"(?<![\d.,-])(?:\+?1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\d-]|[.,]\d)",
        _groups,
    ),
    Rule(
        "international",
        r"(?<!\w)\+(?:\d{7,15}|\d{1,4}(?:[ .-]\(?\d{1,5}\)?){2,6})(?![\d-]|[.,]\d)",
        _groups,
    ),
    Rule("local_phone", r"(?<![\d.,$£€-])[2-9]\d\d-\d{4}(?![\d-]|[.,]\d)", _local_phone),
    Rule("dotted", r"(?<![\d.])\d+(?:\.\d+){2,}", _dotted),
    Rule("groups", r"(?<![\d-])\d+(?:-\d+){2,}", _groups),
)
