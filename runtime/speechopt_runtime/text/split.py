"""Cuts a text into chunks that a voice speaks in one breath."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .rules import STARTERS

Pause = Literal["sentence", "clause", "word"]

_ENDS = ".!?。！？"
_CLAUSE_MARKS = ",;:–—，、；："
_CLOSERS = "\"')]}”’»"
_TRIMMED = " " + _CLAUSE_MARKS

# What a cut costs next to the cost of one more piece, which is 1.
_CUT_COST = {"clause": 0.0, "conjunction": 0.35, "word": 1.0, "inside": 4.0}

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st rev gen col capt lt sgt gov sen rep hon mt ft vs approx dept est fig vol "
    "jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e cf viz ca".split()
)
# These close a sentence unless the text goes on in lower case or with a digit.
_OPEN_ABBREVIATIONS = frozenset("etc no jr sr inc ltd co corp bros al p pp ave blvd rd".split())

# A run of marks is entered at its first one only: otherwise a run costs the square of its length.
_SENTENCE_END = re.compile(
    rf"(?<![{_ENDS}])[{_ENDS}]+(?:[{re.escape(_CLOSERS)}]{{0,4}}(?=\s)|(?<=[。！？]))"
)
_LAST_WORD = re.compile(r"(?:^|[\s(\"'])([^\s(\"']{1,12})\Z")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]\Z")
_NEXT_WORD = re.compile(r"\s*[(\"'“‘]?(\w+)")

_BREAK = re.compile(
    rf"(?P<clause>(?<![{_CLAUSE_MARKS}])[{_CLAUSE_MARKS}]+\s+|\s+[–—-]+\s+|[–—，、；：])"
    r"|(?P<conjunction>\s+(?=(?:and|or|but|because|while|when|which|that|who|where|if|so|than|then|"
    r"although|though|until|before|after|with|for|from|into)\s))"
    r"|(?P<word>\s+)"
)


@dataclass(frozen=True)
class Chunk:
    """A part of a text.

    Attributes:
        text: What to speak, with a final mark.
        pause: What follows the chunk: the end of a sentence, of a clause, or just the next word.
    """

    text: str
    pause: Pause


@dataclass(frozen=True)
class _Cut:
    """A place to cut: a piece may stop at ``end``, and the next one then begins at ``start``."""

    end: int
    start: int
    kind: str


def _goes_on(paragraph: str, match: re.Match[str]) -> bool:
    """Whether the dot of a match belongs to an abbreviation or an initial inside of a sentence."""
    if match[0] != ".":
        return False
    word = _LAST_WORD.search(paragraph[max(0, match.start() - 14) : match.start()])
    if word is None:
        return False
    following = _NEXT_WORD.match(paragraph[match.end() : match.end() + 40])
    name = word[1].lower()
    if name in _ABBREVIATIONS:
        return following is not None
    if following is None:
        return False
    if name in _OPEN_ABBREVIATIONS:
        return following[1][0].islower() or following[1][0].isdigit()
    return (
        _INITIALS.match(word[1]) is not None
        and following[1] not in STARTERS
        and not (word[1] == "I" and len(following[1]) > 1)
    )


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for paragraph in text.splitlines():
        start = 0
        for match in _SENTENCE_END.finditer(paragraph):
            if not _goes_on(paragraph, match):
                found.append(paragraph[start : match.end()].strip())
                start = match.end()
        found.append(paragraph[start:].strip())
    return [sentence for sentence in found if _has_sound(sentence)]


def _has_sound(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _finish(text: str, final_mark: str) -> str:
    """A piece without its trailing comma, closed by a mark that ends a sentence."""
    text = text.strip(_TRIMMED)
    closed = text.rstrip(_CLOSERS)[-1:]
    return text if closed and closed in _ENDS else text + final_mark


def _inside_cuts(start: int, end: int, budget: int) -> list[_Cut]:
    """Even cuts through a word that is longer than a chunk."""
    pieces = -(-(end - start) // budget)
    positions = (start + (end - start) * number // pieces for number in range(1, pieces))
    return [_Cut(position, position, "inside") for position in positions]


def _cuts(sentence: str, budget: int) -> list[_Cut]:
    found: list[_Cut] = []
    begin = 0
    for match in _BREAK.finditer(sentence):
        if match.start() - begin > budget:
            found.extend(_inside_cuts(begin, match.start(), budget))
        found.append(_Cut(match.start(), match.end(), match.lastgroup or "word"))
        begin = match.end()
    if len(sentence) - begin > budget:
        found.extend(_inside_cuts(begin, len(sentence), budget))
    found.append(_Cut(len(sentence), len(sentence), "clause"))
    return found


def _best_path(cuts: list[_Cut], budget: int, target: float) -> list[int]:
    """The cheapest sequence of cuts: few pieces, of even length, at the best places.

    Dynamic programming over the cuts; each looks back over one chunk at most.
    """
    costs: list[float] = []
    previous: list[int] = []
    first = -1
    for index, cut in enumerate(cuts):
        while cut.end - (cuts[first].start if first >= 0 else 0) > budget and first < index - 1:
            first += 1
        best, best_at = float("inf"), first
        for before in range(first, index):
            start = cuts[before].start if before >= 0 else 0
            uneven = 1 - (cut.end - start) / target
            cost = (costs[before] if before >= 0 else 0.0) + uneven * uneven
            if cost < best:
                best, best_at = cost, before
        costs.append(best + 1 + _CUT_COST[cut.kind])
        previous.append(best_at)
    path = [len(cuts) - 1]
    while previous[path[-1]] >= 0:
        path.append(previous[path[-1]])
    return path[::-1]


def _pieces(sentence: str, limit: int, final_mark: str) -> list[Chunk]:
    whole = _finish(sentence, final_mark)
    if len(whole) <= limit:
        return [Chunk(whole, "sentence")]
    budget = limit - len(final_mark)
    cuts = _cuts(sentence, budget)
    target = len(sentence) / -(-len(sentence) // budget)
    chunks: list[Chunk] = []
    start = 0
    for index in _best_path(cuts, budget, target):
        cut = cuts[index]
        text = sentence[start : cut.end]
        start = cut.start
        if _has_sound(text):
            pause: Pause = "clause" if cut.kind == "clause" else "word"
            chunks.append(Chunk(_finish(text, final_mark), pause))
    if chunks:
        chunks[-1] = Chunk(chunks[-1].text, "sentence")
    return chunks


def split(text: str, max_characters: int, final_mark: str = ".") -> list[Chunk]:
    """Split a text at the ends of its sentences, and long sentences where it hurts least.

    A sentence above the limit is cut at commas and the like, else before conjunctions, else
    between words, else inside of a word; pieces of even length are preferred. Neighbours are
    never merged, and what holds no letter or digit is left out.

    Args:
        text: The text; a line end closes a sentence.
        max_characters: The most characters of a chunk, its final mark included.
        final_mark: Closes a chunk that ends without a mark. Empty to add nothing.

    Returns:
        The chunks in order. Their letters are those of the text.

    Raises:
        ValueError: ``max_characters`` leaves no room beside the final mark.
    """
    if max_characters <= len(final_mark):
        message = f"max_characters is {max_characters}, but must exceed {len(final_mark)}"
        raise ValueError(message)
    return [
        chunk
        for sentence in _sentences(text)
        for chunk in _pieces(sentence, max_characters, final_mark)
    ]
