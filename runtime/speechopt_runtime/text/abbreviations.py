"""Abbreviations with a dot, initials and acronyms."""

from __future__ import annotations

import re

from .rules import ends_sentence
from .units import MONTHS, one_of

# Before a name; the dot may be absent.
_TITLES = {
    "Mr": "Mister",
    "Mrs": "Missus",
    "Ms": "Miz",
    "Dr": "Doctor",
    "Prof": "Professor",
    "Rev": "Reverend",
    "Gen": "General",
    "Col": "Colonel",
    "Capt": "Captain",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Gov": "Governor",
    "Sen": "Senator",
    "Rep": "Representative",
    "Pres": "President",
    "Hon": "Honorable",
    "Messrs": "Messers",
    "Mt": "Mount",
    "Ft": "Fort",
    "St": "Saint",
}

# Behind a name.
_STREETS = {"St": "Street", "Dr": "Drive", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road"}

_PLAIN = {
    "etc": "et cetera",
    "vs": "versus",
    "approx": "approximately",
    "dept": "department",
    "est": "established",
    "govt": "government",
    "misc": "miscellaneous",
    "no": "no",
    "al": "al",
    "cf": "compare",
    "viz": "namely",
    "ca": "circa",
    "Dept": "Department",
    "Approx": "Approximately",
    "Sr": "Senior",
    "Jr": "Junior",
    "Inc": "Incorporated",
    "Corp": "Corporation",
    "Ltd": "Limited",
    "Co": "Company",
    "Bros": "Brothers",
    "Univ": "University",
    **{short: month for short, month in MONTHS.items() if len(short) < len(month)},
}
# Words of their own when a sentence ends behind them.
_ALSO_WORDS = frozenset({"no", "al", "Mar"})

_DOTTED = {
    "eg": "for example",
    "ie": "that is",
    "aka": "also known as",
    "phd": "P H D",
}

ACRONYMS = frozenset(
    "US USA UK EU UN BBC CNN NBC CBS ABC FBI CIA NSA IRS FDA CDC DNA RNA HIV CPU GPU SSD HDD "
    "USB HDMI LCD LED HTML XML CSS URL HTTP HTTPS FTP SSH SQL API SDK IDE CLI PDF CSV PNG "
    "UTF TTS ASR AI ML NLP LLM GPT PC TV CD DVD ATM CEO CFO CTO MBA NBA NFL NHL MLB FAQ DIY "
    "IBM BMW MIT UCLA NYC IP TCP UDP DNS VPN ID UFO GDP VIP PR HR QA FM GPS TBD RSVP".split()
)

_NAMES = one_of({*_TITLES, *_STREETS, *_PLAIN})
_ABBREVIATION = re.compile(rf"(?<![\w.'])({_NAMES})(?:\.(?!\w)|(?= [A-Z]))")
_INITIALS = re.compile(r"(?<![\w.'])(?:[A-Za-z]\.){2,}(?!\w)|(?<![\w.'])(?:[A-Za-z]\.)+[A-Za-z]\b")
_PH_D = re.compile(r"\bPh\.? ?D\b\.?")
_ACRONYM = re.compile(r"(?<![\w'])([A-Z]{2,5})('?s)?(?!\w)")
_WITH = re.compile(r"\b(?:w/o|w/)(?= ?[a-z])")

_PAIR = re.compile(r"(?<![\w&])([A-Z]{1,3})&([A-Z]{1,3})(?![\w&])")
_SHOUT_BEFORE = re.compile(r"[A-Z]{2} \Z")
_SHOUT_AFTER = re.compile(r" [A-Z]{2}")

_NAME_BEFORE = re.compile(r"[A-Z][a-z]+ \Z")
_NAME_AFTER = re.compile(r",? ?[A-Z]")
# With a dot, these are titles even before "and".
_TITLES_ONLY = frozenset({"Mr", "Mrs", "Ms", "Prof", "Messrs"})
_OPTIONAL_DOT = frozenset({"Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt"})


def _title_or_street(match: re.Match[str], word: str) -> str:
    text, end = match.string, match.end()
    closes = ends_sentence(text, end)
    named = _NAME_BEFORE.search(text[max(0, match.start() - 30) : match.start()]) is not None
    follows = not closes and _NAME_AFTER.match(text, end) is not None
    if word in _STREETS and (word not in _TITLES or (named and not follows)):
        stop = "." if closes and match[0].endswith(".") else ""
        return _STREETS[word] + stop
    return _TITLES[word] if follows or word in _TITLES_ONLY else match[0]


def _expand(match: re.Match[str]) -> str:
    word = match[1]
    dotted = match[0].endswith(".")
    if not dotted and word not in _OPTIONAL_DOT:
        return word
    if word in _TITLES or word in _STREETS:
        return _title_or_street(match, word)
    closes = ends_sentence(match.string, match.end())
    if closes and word in _ALSO_WORDS:
        return match[0]
    return _PLAIN[word] + ("." if closes else "")


def _initials(match: re.Match[str]) -> str:
    letters = match[0].replace(".", "")
    spoken = _DOTTED.get(letters.lower()) or " ".join(letters)
    stop = match[0].endswith(".") and ends_sentence(match.string, match.end())
    return spoken + ("." if stop else "")


def _acronym(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    if match[1] not in ACRONYMS:
        return match[0]
    shouted = _SHOUT_BEFORE.search(text[max(0, start - 3) : start]) or _SHOUT_AFTER.match(text, end)
    if match[1] == "US" and shouted:
        return match[0]
    return " ".join(match[1]) + ("'s" if match[2] else "")


def expand_abbreviations(text: str) -> str:
    """Write out abbreviations; separate the letters of initials and of well-known acronyms.

    A single initial, as in "J. Smith", keeps its dot. A text in capitals only keeps its words,
    because an acronym cannot be told from a word there.
    """
    if "." in text:
        text = _PH_D.sub("P H D", text)
        text = _INITIALS.sub(_initials, text)
    text = _ABBREVIATION.sub(_expand, text)
    if "&" in text:
        text = _PAIR.sub(lambda match: f"{' '.join(match[1])} and {' '.join(match[2])}", text)
    if "w/" in text:
        text = _WITH.sub(lambda match: "without " if match[0] == "w/o" else "with ", text)
    return text if text.isupper() else _ACRONYM.sub(_acronym, text)
