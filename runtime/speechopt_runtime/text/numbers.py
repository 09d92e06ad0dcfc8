"""Numbers as English words."""

from __future__ import annotations

from typing import Literal

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Above this, a number is an identifier and is read digit by digit.
_LONGEST = 15

Kind = Literal["cardinal", "ordinal"]


def digits(text: str) -> str:
    """Each digit as a word: "407" to "four zero seven"."""
    return " ".join(_DIGITS[int(letter)] for letter in text)


def whole(text: str, kind: Kind = "cardinal") -> str:
    """A whole number: "1200" to "one thousand two hundred"; leading zeros and long ones by digit."""
    if len(text) > _LONGEST or (len(text) > 1 and text.startswith("0")):
        return digits(text)
    import num2words

    return str(num2words.num2words(int(text), to=kind, lang="en")).replace(",", "")


def decimal(text: str) -> str:
    """A number that may have a fraction: "5.07" to "five point zero seven"."""
    integer, point, fraction = text.partition(".")
    words = whole(integer or "0")
    return f"{words} point {digits(fraction)}" if point and fraction else words


def year(text: str) -> str:
    """Four digits as a year: "1999" to "nineteen ninety-nine", "2007" to "two thousand seven"."""
    century, rest = text[:2], text[2:]
    if text[1:3] == "00":
        return whole(text).replace(" and ", " ")
    if rest == "00":
        return f"{whole(century)} hundred"
    tail = f"oh {whole(rest[1])}" if rest.startswith("0") else whole(rest)
    return f"{whole(century)} {tail}"


def plural(words: str) -> str:
    """The last word in the plural, for decades: "nineteen ninety" to "nineteen nineties"."""
    if words.endswith("y"):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("x", "s")) else f"{words}s"


def clock(hour: str, minute: str, second: str | None = None) -> str:
    """A time of day: "9", "05" to "nine oh five"."""
    words = whole(str(int(hour)))
    if int(minute):
        words += f" oh {whole(minute[1])}" if minute.startswith("0") else f" {whole(minute)}"
    elif second is None:
        words += " o'clock" if 1 <= int(hour) <= 12 else " hundred"
    if second is not None:
        words += f" and {whole(str(int(second)))} seconds"
    return words


def money(amount: str, unit: str, cent: str) -> str:
    """An amount: "5.25", "dollar", "cent" to "five dollars and twenty-five cents"."""
    integer, _, fraction = amount.partition(".")
    if len(fraction) > 2:
        return f"{decimal(amount)} {plural(unit)}"
    cents = int(fraction.ljust(2, "0")) if fraction else 0
    parts = []
    if int(integer or "0") or not cents:
        one = integer.lstrip("0") == "1"
        parts.append(f"{whole(integer.lstrip('0') or '0')} {unit if one else _plural_unit(unit)}")
    if cents:
        parts.append(f"{whole(str(cents))} {cent if cents == 1 else _plural_unit(cent)}")
    return " and ".join(parts)


def _plural_unit(unit: str) -> str:
    return {"penny": "pence", "yen": "yen", "euro": "euros"}.get(unit, f"{unit}s")
