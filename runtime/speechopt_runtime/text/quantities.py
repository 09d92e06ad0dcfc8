"""Amounts: plain numbers, money, measures, fractions, ranks, and the arithmetic between them."""

from __future__ import annotations

import re

from . import number_words as say
from .rules import Rule
from .units import CURRENCIES, PER, SCALES, UNIT_WORDS, UNITS, Currency, one_of

_NUMBERS = re.compile(r"\d+")
_NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
_NEXT_WORD = re.compile(r"[ -]([A-Za-z]{1,20})(?![A-Za-z])")

_SIGNS = {
    "": "",
    "-": "minus ",
    "−": "minus ",
    "+": "plus ",
    "±": "plus or minus ",
    "~": "about ",
    "≈": "about ",
    "<": "less than ",
    ">": "more than ",
    "≤": "at most ",
    "≥": "at least ",
}
_POWERS = {"2": "squared", "3": "cubed"}
_SHAPES = {"^2": "square ", "^3": "cubic "}
_COMMON_FRACTIONS = {"24/7": "twenty-four seven", "9/11": "nine eleven"}


def _is_one(number: str) -> bool:
    return number == "1"


def _is_year(match: re.Match[str]) -> bool:
    """Whether a bare number of four digits is a year: 1100 to 2099, counting nothing."""
    amount = match["amount"]
    if len(amount) != 4 or not amount.isdecimal() or not 1100 <= int(amount) <= 2099:
        return False
    following = _NEXT_WORD.match(match.string, match.end())
    return following is None or following[1] not in UNIT_WORDS


def _money(amount: str, scale: str, currency: Currency) -> str:
    whole, _, decimals = amount.replace(",", "").partition(".")
    if scale:
        return f"{say.number(amount)} {scale} {currency.many}"
    if len(decimals) not in (0, 2) or len(whole) > say.MAX_SPOKEN_DIGITS:
        return f"{say.number(amount)} {currency.many}"
    cents = int(decimals or "0")
    parts: list[str] = []
    if int(whole or "0") or not cents:
        parts.append(
            f"{say.number(whole or '0')} {currency.one if whole == '1' else currency.many}"
        )
    if cents:
        parts.append(f"{say.cardinal(cents)} {currency.cent if cents == 1 else currency.cents}")
    return " and ".join(parts)


def _measure(match: re.Match[str]) -> str:
    """The name of the unit behind a number, with its power and its divisor."""
    symbol, _, power = match["unit"].partition("^")
    one, many = UNITS[symbol]
    single = _is_one(match["amount"]) or match["joint"] == "-"
    return _SHAPES.get(f"^{power}", "") + (one if single and not match["scale"] else many)


def _per(match: re.Match[str]) -> str:
    if not match["per"]:
        return ""
    symbol, _, power = match["per"].partition("^")
    return f" per {PER[symbol]}" + (f" {_POWERS[power]}" if power else "")


def _quantity(match: re.Match[str]) -> str:
    amount, sign = match["amount"], _SIGNS[match["sign"]]
    scale = match["scale"] or SCALES.get(match["short"] or "", "")
    currency = match["prefix"] or match["suffix"]
    if currency:
        spoken = _money(amount, scale, CURRENCIES[currency])
    elif match["unit"]:
        spoken = " ".join(filter(None, (say.number(amount), scale, _measure(match))))
    elif scale:
        spoken = f"{say.number(amount)} {scale}"
    elif not sign and _is_year(match):
        spoken = say.year(int(amount))
    else:
        spoken = say.number(amount)
    return f"{sign}{spoken}{_per(match)}"


def _fraction(match: re.Match[str]) -> str:
    common = _COMMON_FRACTIONS.get(match[0])
    if common:
        return common
    *whole, numerator, denominator = map(int, _NUMBERS.findall(match[0]))
    part = say.fraction(numerator, denominator)
    if not whole:
        return part
    if " over " not in part and numerator == 1:
        article = "an" if denominator in (8, 11, 18) else "a"
        part = part.replace("one", article, 1)
    return f"{say.cardinal(whole[0])} and {part}"


def _scientific(match: re.Match[str]) -> str:
    mantissa, exponent = re.split("[eE]", match[0])
    return f"{say.number(mantissa)} times ten to the power of {_signed(exponent)}"


def _signed(text: str) -> str:
    number = say.cardinal(int(text.lstrip("+-")))
    return f"minus {number}" if text.startswith("-") else number


def _power(match: re.Match[str]) -> str:
    exponent = match[0].lstrip("^")
    return " " + (_POWERS.get(exponent) or f"to the power of {_signed(exponent)}")


def _rank(match: re.Match[str]) -> str:
    number = match[0][:-2].replace(",", "")
    return say.ordinal(int(number)) if len(number) <= say.MAX_SPOKEN_DIGITS else say.digits(number)


def _feet(match: re.Match[str]) -> str:
    feet, inches = map(int, _NUMBERS.findall(match[0]))
    return (
        f"{say.cardinal(feet)} {'foot' if feet == 1 else 'feet'} "
        f"{say.cardinal(inches)} {'inch' if inches == 1 else 'inches'}"
    )


def _ratio(match: re.Match[str]) -> str:
    return " to ".join(map(say.number, match[0].split(":")))


def _word(name: str, pattern: str) -> Rule:
    """A sign between numbers that is called by the name of its rule."""

    def speak(_: re.Match[str]) -> str:
        return f" {name} "

    return Rule(name, pattern, speak)


_SYMBOL_CURRENCIES = [name for name in CURRENCIES if not name.isalpha()]
_CODES = [name for name in CURRENCIES if name.isalpha()]
_PREFIX = rf"(?:(?<![A-Za-z])(?P<prefix>{one_of(CURRENCIES)}) ?)?"
_SUFFIX = rf"(?: ?(?P<suffix>{one_of(_SYMBOL_CURRENCIES)}|{one_of(_CODES)})(?![A-Za-z]|[ -]?\.?\d))"
_UNIT = (
    rf"(?:(?P<joint>[ -]?)(?P<unit>(?:{one_of(UNITS)})(?:\^[23])?)(?![A-Za-z0-9])(?:\.(?= [a-z]))?)"
)

_QUANTITY = (
    rf"(?P<sign>(?<![\w)\]%])(?:[-−+±~≈<>≤≥](?= ?[$£€¥₹₩₽₿]?\.?\d)|))(?:(?<=[~≈<>≤≥]) )?{_PREFIX}"
    rf"(?P<amount>{_NUMBER})"
    r"(?:[ -](?P<scale>thousand|million|billion|trillion)(?![A-Za-z]))?"
    rf"(?:(?(prefix) ?(?P<short>{one_of(SCALES)})(?![A-Za-z0-9])|(?!))|{_SUFFIX}|{_UNIT})?"
    rf"(?:/(?P<per>(?:{one_of(PER)})(?:\^[23])?)(?![A-Za-z0-9]))?"
)

RULES = (
    Rule("scientific", rf"(?<![\w.]){_NUMBER}[eE][+-]?\d{{1,3}}(?![\w])", _scientific),
    Rule(
        "fraction",
        r"(?<![\d.,/])(?:\d{1,3} )?\d{1,15}/\d{1,15}(?![\d/]|[.,]\d)",
        _fraction,
    ),
    Rule("feet", r"(?<![\d.,])\d{1,2}' ?\d{1,2}\"", _feet),
    Rule("rank", r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)(?![A-Za-z])", _rank),
    Rule("ratio", r"(?<![\d.:])\d{1,6}:\d{1,6}(?![\d:])", _ratio),
    Rule("power", r"(?<=[\w)\]])\^[+-]?\d{1,15}(?!\d)", _power),
    _word("minus", r"(?<=\d) ?[-−] ?(?=\d{1,15} ?=)"),
    _word("times", r"(?<=\d) ?\* ?(?=\d)"),
    _word("by", r"(?<=\d) ?[x×] ?(?=\d)"),
    _word("to", r"(?<=[\d%]) ?[-–] ?(?=[$£€]?\d)"),
    _word("number", r"#(?=\d)"),
    Rule("quantity", _QUANTITY, _quantity),
    Rule("rest", r"\d+", lambda match: say.digits(match[0])),
)
