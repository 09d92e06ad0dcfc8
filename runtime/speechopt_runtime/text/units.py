"""Tables of units, currencies and months, and the patterns that find their symbols."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

UNITS: dict[str, tuple[str, str]] = {
    symbol: (one, many or f"{one}s")
    for symbol, one, many in (
        ("km", "kilometer", ""),
        ("m", "meter", ""),
        ("cm", "centimeter", ""),
        ("mm", "millimeter", ""),
        ("μm", "micrometer", ""),
        ("nm", "nanometer", ""),
        ("mi", "mile", ""),
        ("yd", "yard", ""),
        ("ft", "foot", "feet"),
        ("kg", "kilogram", ""),
        ("g", "gram", ""),
        ("mg", "milligram", ""),
        ("μg", "microgram", ""),
        ("lb", "pound", ""),
        ("lbs", "pound", ""),
        ("oz", "ounce", ""),
        ("tbsp", "tablespoon", ""),
        ("tsp", "teaspoon", ""),
        ("L", "liter", ""),
        ("mL", "milliliter", ""),
        ("ml", "milliliter", ""),
        ("ha", "hectare", ""),
        ("ms", "millisecond", ""),
        ("μs", "microsecond", ""),
        ("ns", "nanosecond", ""),
        ("sec", "second", ""),
        ("min", "minute", ""),
        ("mins", "minute", ""),
        ("hr", "hour", ""),
        ("hrs", "hour", ""),
        ("Hz", "hertz", "hertz"),
        ("kHz", "kilohertz", "kilohertz"),
        ("MHz", "megahertz", "megahertz"),
        ("GHz", "gigahertz", "gigahertz"),
        ("kB", "kilobyte", ""),
        ("KB", "kilobyte", ""),
        ("MB", "megabyte", ""),
        ("GB", "gigabyte", ""),
        ("TB", "terabyte", ""),
        ("KiB", "kibibyte", ""),
        ("MiB", "mebibyte", ""),
        ("GiB", "gibibyte", ""),
        ("kbps", "kilobit per second", "kilobits per second"),
        ("Mbps", "megabit per second", "megabits per second"),
        ("Gbps", "gigabit per second", "gigabits per second"),
        ("W", "watt", ""),
        ("kW", "kilowatt", ""),
        ("MW", "megawatt", ""),
        ("GW", "gigawatt", ""),
        ("kWh", "kilowatt hour", ""),
        ("V", "volt", ""),
        ("mV", "millivolt", ""),
        ("mA", "milliamp", ""),
        ("Ω", "ohm", ""),
        ("kJ", "kilojoule", ""),
        ("kcal", "kilocalorie", ""),
        ("Pa", "pascal", ""),
        ("kPa", "kilopascal", ""),
        ("hPa", "hectopascal", ""),
        ("dB", "decibel", ""),
        ("px", "pixel", ""),
        ("fps", "frame per second", "frames per second"),
        ("rpm", "revolution per minute", "revolutions per minute"),
        ("mph", "mile per hour", "miles per hour"),
        ("kph", "kilometer per hour", "kilometers per hour"),
        ("sq ft", "square foot", "square feet"),
        ("%", "percent", "percent"),
        ("‰", "per mille", "per mille"),
        ("°C", "degree Celsius", "degrees Celsius"),
        ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
        ("°N", "degree north", "degrees north"),
        ("°S", "degree south", "degrees south"),
        ("°E", "degree east", "degrees east"),
        ("°W", "degree west", "degrees west"),
        ("°", "degree", ""),
    )
}

PER: dict[str, str] = {
    "s": "second",
    "h": "hour",
    **{symbol: one for symbol, (one, _) in UNITS.items() if symbol.isalpha()},
    **{
        word: word
        for word in (
            "second minute hour day week month year night person head unit user page item "
            "liter kilogram gallon pound"
        ).split()
    },
}
"""What may follow a slash behind a quantity, as in km/h or $5/month."""

UNIT_WORDS = frozenset(
    word
    for one, many in UNITS.values()
    for word in (one.split()[0], many.split()[0])
    if word.isalpha()
) | frozenset(
    "metre metres kilometre kilometres litre litres dollar dollars euro euros pound pounds cent "
    "cents yen people persons men women children students users words characters points times "
    "years months weeks days hours calories copies steps votes seats tons tonnes acres".split()
)
"""Words behind which a number counts things, so that it is not a year."""


class Currency(NamedTuple):
    """The names of a currency and of its hundredth part, each for one and for many."""

    one: str
    many: str
    cent: str
    cents: str


_DOLLAR = Currency("dollar", "dollars", "cent", "cents")
_POUND = Currency("pound", "pounds", "penny", "pence")
_EURO = Currency("euro", "euros", "cent", "cents")
_YEN = Currency("yen", "yen", "sen", "sen")
_RUPEE = Currency("rupee", "rupees", "paisa", "paise")


def _dollars(country: str) -> Currency:
    return Currency(f"{country} dollar", f"{country} dollars", "cent", "cents")


CURRENCIES: dict[str, Currency] = {
    "$": _DOLLAR,
    "£": _POUND,
    "€": _EURO,
    "¥": _YEN,
    "₹": _RUPEE,
    "₩": Currency("won", "won", "jeon", "jeon"),
    "₽": Currency("ruble", "rubles", "kopeck", "kopecks"),
    "₿": Currency("bitcoin", "bitcoins", "cent", "cents"),
    "¢": Currency("cent", "cents", "cent", "cents"),
    "US$": _dollars("U S"),
    "USD": _dollars("U S"),
    "CA$": _dollars("Canadian"),
    "C$": _dollars("Canadian"),
    "CAD": _dollars("Canadian"),
    "A$": _dollars("Australian"),
    "AU$": _dollars("Australian"),
    "AUD": _dollars("Australian"),
    "EUR": _EURO,
    "GBP": _POUND,
    "JPY": _YEN,
    "INR": _RUPEE,
    "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
}

SCALES: dict[str, str] = {
    "k": "thousand",
    "K": "thousand",
    "m": "million",
    "M": "million",
    "mn": "million",
    "bn": "billion",
    "B": "billion",
    "T": "trillion",
    "tn": "trillion",
}
"""Short forms that multiply an amount of money, as in $5M."""

MONTHS: dict[str, str] = {
    form: month
    for month in (
        "January February March April May June July August September October November December"
    ).split()
    for form in (month, month[:3], *(["Sept"] if month == "September" else []))
}

MONTH_NAMES = tuple(dict.fromkeys(MONTHS.values()))


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
