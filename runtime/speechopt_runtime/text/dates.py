"""Dates and times of the day."""

from __future__ import annotations

import re

from . import number_words as say
from .rules import Rule, ends_sentence
from .units import MONTH_NAMES, MONTHS, one_of

_NUMBERS = re.compile(r"\d+")
_MONTH = re.compile(one_of(MONTHS))
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_RANK = r"(?:st|nd|rd|th)?"
_MERIDIEM = r"[AaPp](?:\.[Mm]\.|\.?[Mm](?![A-Za-z]))"
_NOON = 12


def _any_year(text: str) -> str:
    value = int(text)
    return say.year(value) if 1100 <= value <= 2099 else say.number(text)


def _calendar(day: int, month: int, written_year: str) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if len(written_year) == 2:
        written_year = f"{'20' if written_year < '50' else '19'}{written_year}"
    return f"{MONTH_NAMES[month - 1]} {say.ordinal(day)}, {_any_year(written_year)}"


def _iso_date(match: re.Match[str]) -> str:
    year, month, day = _NUMBERS.findall(match[0])
    spoken = _calendar(int(day), int(month), year)
    if spoken is None:
        return ", ".join(map(say.digits, (year, month, day)))
    return f"{spoken}, at" if match[0].endswith("T") else spoken


def _slash_date(match: re.Match[str]) -> str:
    first, second, year = _NUMBERS.findall(match[0])
    spoken = _calendar(int(second), int(first), year) or _calendar(int(first), int(second), year)
    return spoken or " slash ".join(map(say.number, (first, second, year)))


def _dotted_date(match: re.Match[str]) -> str:
    day, month, year = _NUMBERS.findall(match[0])
    spoken = _calendar(int(day), int(month), year)
    return spoken or " point ".join(map(say.digits, (day, month, year)))


def _month_first(match: re.Match[str]) -> str:
    numbers = _NUMBERS.findall(match[0])
    name = MONTHS[_MONTH.match(match[0])[0]]  # type: ignore[index]
    spoken = f"{name} {say.ordinal(int(numbers[0]))}"
    return f"{spoken}, {_any_year(numbers[1])}" if len(numbers) > 1 else spoken


def _day_first(match: re.Match[str]) -> str:
    found = _MONTH.search(match[0])
    name = MONTHS[found[0]]  # type: ignore[index]
    day = say.ordinal(int(_NUMBERS.findall(match[0])[0]))
    before = match.string[max(0, match.start() - 4) : match.start()].lower()
    article = "" if before.endswith("the ") else "the "
    return f"{article}{day} of {name}"


def _meridiem(match: re.Match[str], text: str) -> str:
    """The words " a m" or " p m", with a full stop where the last dot also ends the sentence."""
    letter = next((c for c in text.lower() if c in "ap"), None)
    if letter is None:
        return ""
    stop = "." if text.endswith(".") and ends_sentence(match.string, match.end()) else ""
    return f" {letter} m{stop}"


def _minutes(hour: int, minute: int, *, clock24: bool) -> str:
    if minute:
        return f"{say.cardinal(hour)} {say.two_digits(minute)}"
    return f"{say.cardinal(hour)} hundred" if clock24 else say.cardinal(hour)


def _clock(match: re.Match[str]) -> str:
    hour, minute, *seconds = map(int, _NUMBERS.findall(match[0]))
    meridiem = _meridiem(match, match[0])
    if meridiem:
        spoken = _minutes(hour, minute, clock24=False)
    elif minute == 0 and hour in (0, 24):
        spoken = "midnight"
    elif minute == 0 and hour <= _NOON:
        spoken = f"{say.cardinal(hour)} o'clock"
    else:
        spoken = _minutes(hour, minute, clock24=True)
    if seconds and seconds[0]:
        spoken += f" and {say.cardinal(seconds[0])} second{'s' if seconds[0] > 1 else ''}"
    return spoken + meridiem


def _hour(match: re.Match[str]) -> str:
    hour = _NUMBERS.findall(match[0])[0]
    return say.cardinal(int(hour)) + _meridiem(match, match[0])


def _decade(match: re.Match[str]) -> str:
    value = int(_NUMBERS.findall(match[0])[0])
    if value < 100:
        return say.plural(say.cardinal(value))
    if 1100 <= value <= 2099:
        return say.plural(say.year(value))
    return say.plural(say.cardinal(value))


def _short_year(match: re.Match[str]) -> str:
    return say.two_digits(int(match[0].lstrip("'")))


RULES = (
    Rule("iso_date", r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])(?:T(?=\d\d:\d\d))?", _iso_date),
    Rule("slash_date", r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/])", _slash_date),
    Rule("dotted_date", r"\d{1,2}\.\d{1,2}\.\d{4}(?!\.?\d)", _dotted_date),
    Rule(
        "month_first",
        rf"(?<![A-Za-z])(?:{one_of(MONTHS)})\.? {_DAY}{_RANK}(?![\d:/%A-Za-z]|[.,]\d)"
        r"(?:,? \d{4}(?![\d.,]\d|\d))?",
        _month_first,
    ),
    Rule(
        "day_first",
        rf"(?<![\d.,/:$£€]){_DAY}{_RANK} (?:of )?(?:{one_of(MONTHS)})(?![A-Za-z])"
        r"(?:\.(?= (?:\d|[a-z])))?",
        _day_first,
    ),
    Rule(
        "clock",
        rf"(?:2[0-4]|[01]?\d):[0-5]\d(?::[0-5]\d)?(?!\d|:\d)(?: ?{_MERIDIEM})?",
        _clock,
    ),
    Rule("hour", rf"(?<![\d.,:])(?:1[0-2]|0?[1-9]) ?{_MERIDIEM}", _hour),
    Rule("decade", r"(?<![\d.,])'?(?:\d{3}|\d)0'?s(?![A-Za-z])", _decade),
    Rule("short_year", r"(?<![\w'])'\d\d(?![\w'])", _short_year),
)
