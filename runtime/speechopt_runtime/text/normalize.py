"""Written English to spoken English: no digit and no symbol is left.

A four-digit number from 1100 to 2099 without separators is read as a year; numbers of more than 15
digits, numbers with leading zeros, addresses and versions are read digit by digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from . import numbers
from .vocabulary import (
    ABBREVIATIONS,
    ACRONYMS,
    BEFORE_NFKC,
    CURRENCIES,
    ENDING,
    FRACTIONS,
    MONTHS,
    SYMBOLS,
    UNITS,
)

_KEPT_CONTROLS = "\n\t"
_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*")
_SPACE = re.compile(r"[^\S\n]+")
# Every number is at most this long in a pattern: a longer run of digits is spelled out first, so that
# no pattern can walk back over an unbounded one.
_LONG_NUMBER = re.compile(r"\d{16,}")
_N = r"\d{1,15}"
_GROUPED = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?"
_B = r"(?<![\w.,])"

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def normalize(text: str) -> str:
    """The spoken form of English text.

    Args:
        text: Any Unicode text.

    Returns:
        Text without control characters, digits, or symbols that stand for words. Line breaks that end
        a paragraph are kept.
    """
    text = clean(text)
    text = _LONG_NUMBER.sub(lambda m: f" {numbers.digits(m[0])} ", text)
    for pattern, speak in _RULES:
        text = pattern.sub(speak, text)
    text = "".join(SYMBOLS.get(letter, letter) for letter in text)
    text = "".join(" " + numbers.digits(c) + " " if c in "0123456789" else c for c in text)
    return tidy(text)


def clean(text: str) -> str:
    """NFKC, without control, format and unassigned characters; all decimal digits as ASCII."""
    text = "".join(BEFORE_NFKC.get(letter, letter) for letter in text)
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = []
    for letter in text:
        category = unicodedata.category(letter)
        if letter in _KEPT_CONTROLS or category in {"Zl", "Zp"}:
            kept.append("\n" if letter != "\t" else " ")
        elif category == "Nd":
            kept.append(str(unicodedata.digit(letter)))
        elif category == "Cc":
            kept.append(" ")
        elif not category.startswith("C"):
            kept.append(letter)
    return "".join(kept)


def tidy(text: str) -> str:
    """Single spaces, none before a mark, and no doubled commas."""
    text = _PARAGRAPH.sub("\n", text)
    text = _SPACE.sub(" ", text)
    text = re.sub(r" +([.,!?;:])", r"\1", text)
    text = re.sub(r",(?:[ ,]*,)+", ",", text)
    text = re.sub(r",([.!?;:])", r"\1", text)
    text = re.sub(r"([.!?;:]),", r"\1", text)
    text = re.sub(r"(?m)^[ ,]+|[ ,]+$", "", text)
    return text.strip()


def _plain(number: str) -> str:
    return number.replace(",", "")


def _address(match: re.Match[str]) -> str:
    return " dot ".join(numbers.digits(part) for part in match[0].split("."))


def _web(match: re.Match[str]) -> str:
    address = re.sub(r"^(?:https?://)?(?:www\.)?", "", match[0], flags=re.IGNORECASE).rstrip("/")
    for symbol, word in (
        (".", "dot"),
        ("/", "slash"),
        ("@", "at"),
        ("-", "dash"),
        ("_", "underscore"),
    ):
        address = address.replace(symbol, f" {word} ")
    return f" {address} "


def _money(match: re.Match[str]) -> str:
    minus, symbol, amount, scale = match[1], match[2], _plain(match[3]), match[4]
    unit, cent = CURRENCIES[symbol]
    sign = "minus " if minus else ""
    if scale:
        plural = "yen" if unit == "yen" else f"{unit}s"
        return f" {sign}{numbers.decimal(amount)} {scale} {plural} "
    return f" {sign}{numbers.money(amount, unit, cent)} "


def _money_after(match: re.Match[str]) -> str:
    unit, cent = CURRENCIES[match[2]]
    return f" {numbers.money(_plain(match[1]), unit, cent)} "


def _iso_date(match: re.Match[str]) -> str:
    month, day = int(match[2]), int(match[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return " ".join(numbers.whole(part) for part in match.groups())
    ordinal = numbers.whole(str(day), "ordinal")
    return f"{MONTHS[month - 1]} {ordinal}, {numbers.year(match[1])}"


def _month_day(match: re.Match[str]) -> str:
    return f"{match[1]} {numbers.whole(str(int(match[2])), 'ordinal')}"


def _time(match: re.Match[str]) -> str:
    hour, minute, second, half = match[1], match[2], match[3], match[4]
    words = numbers.clock(hour, minute, second)
    if half:
        words = f"{words.removesuffix(chr(32) + 'o' + chr(39) + 'clock')} {half[0].upper()} M"
    return words


def _half_day(match: re.Match[str]) -> str:
    return f"{numbers.whole(match[1])} {match[2][0].upper()} M"


def _unit(match: re.Match[str]) -> str:
    return f"{_number(match[1])} {UNITS[match[2]]}"


def _number(number: str) -> str:
    if re.fullmatch(r"(?:1[1-9]|20)\d\d", number):
        return numbers.year(number)
    return numbers.decimal(_plain(number))


def _cardinal(number: str) -> str:
    return numbers.decimal(_plain(number))


def _abbreviation(match: re.Match[str]) -> str:
    written = match[0].lower()
    spoken = ABBREVIATIONS[written]
    rest = match.string[match.end() : match.end() + 3].lstrip(" \"')")
    ends = not rest or rest[0] == "\n" or (rest[0].isupper() and written in ENDING)
    return f"{spoken}." if ends else spoken


def _version(match: re.Match[str]) -> str:
    letter = "version " if match[0].startswith("v") else ""
    return letter + " point ".join(numbers.whole(p) for p in match[0].lstrip("v").split("."))


_CURRENCY = "[" + "".join(re.escape(symbol) for symbol in CURRENCIES) + "]"
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_MONTH = "|".join(MONTHS)
_SHORT = "|".join(re.escape(word) for word in sorted(ABBREVIATIONS, key=len, reverse=True))
_SCALE = r"(hundred|thousand|million|billion|trillion)"

_RULES: tuple[Rule, ...] = (
    (re.compile(r"\b[\w-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}"), _web),
    (re.compile(r"\b(?:https?://|www\.)[^\s,;!?()]{1,200}[\w/]", re.IGNORECASE), _web),
    (re.compile(r"\b[a-z][a-z-]{1,40}\.(?:com|org|net|io|edu|gov)\b", re.IGNORECASE), _web),
    (re.compile(rf"(?<![\w]){_SHORT}", re.IGNORECASE), _abbreviation),
    (re.compile(r"\bNo\. ?(?=\d)"), lambda _: "number "),
    (re.compile(r"#(?=\d)"), lambda _: "number "),
    (re.compile(rf"(-|−)?({_CURRENCY}) ?({_GROUPED})(?: ?{_SCALE}\b)?"), _money),
    (re.compile(rf"{_B}({_GROUPED}) ?({_CURRENCY})"), _money_after),
    (re.compile(rf"{_B}\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\w.]\d)"), _address),
    (re.compile(r"(?<![\w.])v?\d{1,4}(?:\.\d{1,4}){2,5}(?!\w)"), _version),
    (re.compile(rf"{_B}(\d{{4}})-(\d\d)-(\d\d)(?!\d)"), _iso_date),
    (re.compile(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?![\d:/.]\d|\d)"), _month_day),
    (
        re.compile(
            rf"{_B}([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?: ?([ap])\.?m\b\.?)?(?!\d)", re.I
        ),
        _time,
    ),
    (re.compile(rf"{_B}(1[0-2]|[1-9]) ?([ap])\.?m\b\.?", re.IGNORECASE), _half_day),
    (re.compile(r"\b((?:1[1-9]|20)\d)0s\b"), lambda m: numbers.plural(numbers.year(f"{m[1]}0"))),
    (
        re.compile(r"(?<!\w)'?([2-9])0s\b"),
        lambda m: numbers.plural(numbers.whole(f"{m[1]}0")),
    ),
    (re.compile(rf"{_B}({_N})(?:st|nd|rd|th)\b"), lambda m: numbers.whole(m[1], "ordinal")),
    (re.compile(rf"{_B}(?:1/[234]|2/3|3/4)(?![\d/])"), lambda m: FRACTIONS[m[0]]),
    (
        re.compile(rf"{_B}({_N})/({_N})(?![\d/])"),
        lambda m: f"{numbers.whole(m[1])} over {numbers.whole(m[2])}",
    ),
    (
        re.compile(rf"{_B}({_GROUPED}) ?(?:-|–|—) ?({_GROUPED})(?![\w-])"),
        lambda m: f"{_number(m[1])} to {_number(m[2])}",
    ),
    (re.compile(rf"{_B}({_GROUPED}) ?%"), lambda m: f"{_cardinal(m[1])} percent"),
    (re.compile(rf"{_B}({_GROUPED}) ?({_UNIT})(?!\w)"), _unit),
    (re.compile(rf"(?<=[\s(])(?:-|−)({_GROUPED})(?![\w])"), lambda m: f"minus {_cardinal(m[1])}"),
    (re.compile(rf"^(?:-|−)({_GROUPED})(?![\w])"), lambda m: f"minus {_cardinal(m[1])}"),
    (re.compile(rf"(?<=[A-Za-z])-?({_N})"), lambda m: f" {numbers.decimal(m[1])} "),
    (re.compile(rf"({_N})(?=[A-Za-z])"), lambda m: f" {numbers.decimal(m[1])} "),
    (re.compile(_GROUPED), lambda m: f"{_number(m[0])}"),
    (re.compile(rf"\b(?:{'|'.join(ACRONYMS)})s?\b"), lambda m: " ".join(m[0])),
)
