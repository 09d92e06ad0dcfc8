"""Web and mail addresses, spoken sign by sign."""

from __future__ import annotations

import re

_TOP_LEVEL = "com|org|net|edu|gov|mil|int|info|io|dev|ai|app|uk|de|fr|eu|ca|au|jp|co|us|ch|nl|se"

_SIGNS = {
    ".": "dot",
    "@": "at",
    "/": "slash",
    ":": "colon",
    "-": "dash",
    "_": "underscore",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "+": "plus",
    "~": "tilde",
    "!": "exclamation mark",
    ",": "comma",
    ";": "semicolon",
}

# Each pattern starts at the edge of a word only and leaves its repetitions in one way.
_LINK = re.compile(r"(?<![\w@.-])(?:https?://|ftp://|www\.)[^\s<>\"–]+", re.IGNORECASE)
_MAIL = re.compile(
    r"(?<![\w.+%-])[A-Za-z0-9_.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])"
)
_DOMAIN = re.compile(
    rf"(?<![\w@.-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}(?:{_TOP_LEVEL})(?![\w@]|-\w|\.\w)"
    r"(?:/[^\s<>\"–]*)?"
)
_SCHEME = re.compile(r"\A(?:https?|ftp)://", re.IGNORECASE)
_SIGN = re.compile(r"[^\w\s]|_")
_CLOSING = ".,;:!?'\"*_"


def _trim(address: str) -> tuple[str, str]:
    """Part an address from the punctuation of the sentence around it."""
    end = len(address)
    while end and (
        address[end - 1] in _CLOSING or (address[end - 1] == ")" and "(" not in address[:end])
    ):
        end -= 1
    return address[:end], address[end:]


def _sign(match: re.Match[str]) -> str:
    return f" {_SIGNS.get(match[0], '')} "


def _speak(match: re.Match[str]) -> str:
    address, rest = _trim(match[0])
    address = _SCHEME.sub("", address).removesuffix("/")
    if address.lower().startswith("www."):
        address = f"w w w.{address[4:]}"
    return _SIGN.sub(_sign, address).strip() + rest


def spell_addresses(text: str) -> str:
    """Write out links, mail addresses and bare domains: "example dot com slash help".

    Numbers inside of an address stay, as words of their own.
    """
    if "." not in text and "://" not in text:
        return text
    text = _LINK.sub(_speak, text)
    if "@" in text:
        text = _MAIL.sub(_speak, text)
    return _DOMAIN.sub(_speak, text)
