"""Tables of the English front end."""

from __future__ import annotations

# Replaced before NFKC, which would tear them apart or lose them.
BEFORE_NFKC = {
    "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "²": " squared", "³": " cubed",
    "…": "...", "™": "", "®": "", "©": " copyright ",
}  # fmt: skip

SYMBOLS = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "′": "'",
    "“": " ", "”": " ", "„": " ", "«": " ", "»": " ", '"': " ",
    "(": ", ", ")": ", ", "[": ", ", "]": ", ", "{": ", ", "}": ", ", "<": " ", ">": " ",
    "—": ", ", "–": ", ", "―": ", ", "−": " minus ", "‐": "-", "‑": "-", "‒": "-",
    "&": " and ", "%": " percent ", "+": " plus ", "=": " equals ", "@": " at ", "#": " number ",
    "×": " times ", "÷": " divided by ", "±": " plus or minus ", "§": " section ", "°": " degrees ",
    "$": " dollars ", "£": " pounds ", "€": " euros ", "¥": " yen ",
    "/": " ", "\\": " ", "|": ", ", "_": " ", "*": " ", "~": " ", "^": " ", "•": ", ", "·": " ",
    "¡": "", "¿": "",
}  # fmt: skip

ABBREVIATIONS = {
    "mr.": "mister", "mrs.": "missus", "ms.": "miz", "dr.": "doctor", "prof.": "professor",
    "st.": "saint", "jr.": "junior", "sr.": "senior", "vs.": "versus", "etc.": "et cetera",
    "e.g.": "for example", "i.e.": "that is", "a.m.": "A M", "p.m.": "P M", "approx.": "approximately",
    "dept.": "department", "est.": "established", "gen.": "general", "gov.": "governor",
    "lt.": "lieutenant", "capt.": "captain", "sgt.": "sergeant", "rev.": "reverend", "inc.": "incorporated",
    "ltd.": "limited", "co.": "company", "u.s.": "U S", "u.k.": "U K",
}  # fmt: skip

# At the end of a sentence these keep the full stop.
ENDING = frozenset({"etc.", "a.m.", "p.m.", "jr.", "sr.", "inc.", "ltd.", "co.", "u.s.", "u.k."})

ACRONYMS = (
    "AI", "API", "BBC", "CIA", "CNN", "CPU", "CSS", "DNA", "EU", "FBI", "GPU", "HTML", "HTTP", "IBM",
    "PDF", "RAM", "SQL", "TTS", "UK", "UN", "URL", "USA", "USB",
)  # fmt: skip

CURRENCIES = {
    "$": ("dollar", "cent"),
    "£": ("pound", "penny"),
    "€": ("euro", "cent"),
    "¥": ("yen", "sen"),
}

UNITS = {
    "km/h": "kilometers per hour", "km": "kilometers", "cm": "centimeters", "mm": "millimeters",
    "kg": "kilograms", "mg": "milligrams", "mph": "miles per hour", "lbs": "pounds", "lb": "pounds",
    "ft": "feet", "GB": "gigabytes", "MB": "megabytes", "KB": "kilobytes", "TB": "terabytes",
    "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "Hz": "hertz", "ms": "milliseconds",
    "kW": "kilowatts", "ml": "milliliters", "m": "meters", "g": "grams",
    "°C": "degrees Celsius", "°F": "degrees Fahrenheit", "°": "degrees",
}  # fmt: skip

FRACTIONS = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter",
    "3/4": "three quarters",
}  # fmt: skip

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

# Letters without a decomposition, for voices that know only plain ones.
PLAIN_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "ı": "i",
    "Æ": "Ae", "Œ": "Oe", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "Th", "Þ": "Th", "ẞ": "SS",
}  # fmt: skip
