"""Long text to pieces that a voice speaks well: at sentences, then clauses, then words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Pause = Literal["sentence", "clause", "word"]

FINAL_MARKS = ".?!"
_SENTENCE_END = re.compile(r"(?<=[.!?])['\")\]]*\s+|\n+")
_CLAUSE = re.compile(r"(?<=[,;:])\s+")
_CONJUNCTION = re.compile(r"\s+(?=(?:and|or|but|because|which|that|when|while|if|so)\s)")
_INITIAL = re.compile(r"(?:^|\s)[A-Z]\.$")


@dataclass(frozen=True)
class Chunk:
    """A piece of text and the kind of pause that follows it."""

    text: str
    pause: Pause


def split(text: str, max_characters: int, final_mark: str = ".") -> list[Chunk]:
    """Splits normalized text.

    Args:
        text: The text.
        max_characters: Most characters of a chunk, with its final mark.
        final_mark: Put after a chunk that ends without one of ``.?!``; empty to add nothing.

    Returns:
        Chunks in order. No letter is lost; only spaces, and marks at the cuts, change.
    """
    room = max(1, max_characters - len(final_mark))
    chunks: list[Chunk] = []
    for sentence in _sentences(text):
        pieces = _fit(sentence, room)
        for index, (piece, pause) in enumerate(pieces):
            last = index == len(pieces) - 1
            finished = _finish(piece, final_mark)
            if finished:
                chunks.append(Chunk(finished, "sentence" if last else pause))
    return chunks


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if (
            _INITIAL.search(text[max(start, match.start() - 3) : match.start()])
            and "\n" not in match[0]
        ):
            continue
        sentences.append(text[start : match.start()].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _fit(text: str, room: int) -> list[tuple[str, Pause]]:
    """Cuts a sentence into pieces of at most `room` characters, as even as its clauses allow."""
    done: list[tuple[str, Pause]] = []
    rest = text
    while len(rest) > room:
        cut, following, pause = _best_cut(rest, room)
        done.append((rest[:cut].strip(), pause))
        rest = rest[following:].strip()
    done.append((rest, "sentence"))
    return [(piece, pause) for piece, pause in done if piece]


def _best_cut(text: str, room: int) -> tuple[int, int, Pause]:
    pieces = -(-len(text) // room)
    wanted = len(text) / pieces
    window = text[: room + 1]
    for pattern, pause in (
        (_CLAUSE, "clause"),
        (_CONJUNCTION, "clause"),
        (re.compile(r"\s+"), "word"),
    ):
        cuts = [m for m in pattern.finditer(window) if wanted / 3 <= m.start() <= room]
        if cuts:
            best = min(cuts, key=lambda m: abs(m.start() - wanted))
            return best.start(), best.end(), "clause" if pause == "clause" else "word"
    return room, room, "word"


def _finish(piece: str, final_mark: str) -> str:
    if not final_mark or piece.endswith(tuple(FINAL_MARKS)):
        return piece
    stripped = piece.rstrip(" ,;:-")
    return f"{stripped}{final_mark}" if stripped else ""
