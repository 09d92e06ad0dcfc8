"""Numbers as English words."""

from __future__ import annotations

from functools import lru_cache

MAX_SPOKEN_DIGITS = 15
"""A longer number is read digit by digit: nobody follows "quadrillion"."""

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SCALES = ("", " thousand", " million", " billion", " trillion")


@lru_cache(maxsize=1000)
def _below_thousand(value: int) -> str:
    # Imported late because the tables of every language load with the package.
    from num2words import num2words

    return str(num2words(value))


@lru_cache(maxsize=100)
def _ordinal_below_hundred(value: int) -> str:
    from num2words import num2words

    return str(num2words(value, to="ordinal"))


def cardinal(value: int) -> str:
    """Say a whole number from 0 to 10**15 - 1, such as "one thousand and five".

    The wording is that of num2words without its commas. Only groups of three digits are asked
    from it, because they can be cached: a text full of distinct numbers stays cheap.
    """
    if value < 1000:
        return _below_thousand(value)
    words: list[str] = []
    rest, scale = value, 0
    while rest:
        rest, group = divmod(rest, 1000)
        if group:
            joint = "and " if scale == 0 and group < 100 else ""
            words.append(f"{joint}{_below_thousand(group)}{_SCALES[scale]}")
        scale += 1
    return " ".join(reversed(words))


def ordinal(value: int) -> str:
    """Say a rank, such as "twenty-second"."""
    tail = value % 100
    if tail == 0 and value:
        return f"{cardinal(value)}th"
    if value < 100:
        return _ordinal_below_hundred(value)
    return cardinal(value).removesuffix(_below_thousand(tail)) + _ordinal_below_hundred(tail)


def digits(text: str) -> str:
    """Say each ASCII digit of a text, ignoring what else it holds."""
    return " ".join(_DIGITS[ord(character) - 48] for character in text if "0" <= character <= "9")


def number(text: str) -> str:
    """Say a written number with optional commas and decimals.

    Leading zeros and more than 15 digits are read digit by digit, so are decimals.
    """
    whole, _, decimals = text.replace(",", "").partition(".")
    spelled = len(whole) > MAX_SPOKEN_DIGITS or (len(whole) > 1 and whole.startswith("0"))
    words = digits(whole) if spelled else cardinal(int(whole)) if whole else ""
    if decimals:
        words = f"{words} point {digits(decimals)}"
    return words.strip()


def year(value: int) -> str:
    """Say a year from 1100 to 2099: in pairs, except for the first decade of a millennium."""
    century, rest = divmod(value, 100)
    if value // 10 == 200:
        return "two thousand" + (f" {_DIGITS[rest]}" if rest else "")
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {two_digits(rest)}"


def two_digits(value: int) -> str:
    """Say the last two digits of a year or the minutes of a clock: "oh five", "forty-five"."""
    return f"oh {_DIGITS[value]}" if value < 10 else cardinal(value)


def plural(words: str) -> str:
    """The plural of a number in words: "nineties", "hundreds", "sixes"."""
    if words.endswith("y"):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("x", "s")) else f"{words}s"


def designation(text: str) -> str:
    """Say the digits of a name such as B12, A380 or RTX4090 in the way models are called."""
    size = len(text)
    if text.startswith("0") or size > 4:
        return digits(text)
    value = int(text)
    if size <= 2 or value % 100 == 0:
        return cardinal(value)
    head, tail = divmod(value, 100)
    return f"{cardinal(head)} {two_digits(tail)}"


def fraction(numerator: int, denominator: int) -> str:
    """Say a fraction: "three quarters", or "five over thirty-seven" where no word is common."""
    if denominator not in range(2, 21) or numerator >= denominator or numerator == 0:
        return f"{cardinal(numerator)} over {cardinal(denominator)}"
    part = {2: "half", 4: "quarter"}.get(denominator) or ordinal(denominator)
    return f"{cardinal(numerator)} {part}" + ("s" if numerator > 1 else "")
