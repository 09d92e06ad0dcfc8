from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechopt_runtime.text import Chunk, split


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def test_sentences_are_not_merged() -> None:
    assert split("One. Two! Three?\nFour", 100) == [
        Chunk(text, "sentence") for text in ("One.", "Two!", "Three?", "Four.")
    ]


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        (
            "J. R. Smith left. So did I. Then rain.",
            ["J. R. Smith left.", "So did I.", "Then rain."],
        ),
        ("Mr. X saw e.g. this. End.", ["Mr. X saw e.g. this.", "End."]),
        ("Cats etc. are here. No. It is.", ["Cats etc. are here.", "No.", "It is."]),
        ('"Stop." (He ran.) Off', ['"Stop."', "(He ran.)", "Off."]),
        ("... !!! -", []),
    ],
)
def test_where_sentences_end(text: str, chunks: list[str]) -> None:
    assert [chunk.text for chunk in split(text, 100)] == chunks


def test_a_clause_near_the_middle_beats_a_full_first_chunk() -> None:
    head = "The fox that lives behind the old red barn came out at dusk"
    tail = "while the farmer was asleep by the fire, and it took the eggs."
    chunks = split(f"{head}, {tail}", 110)
    assert chunks == [Chunk(f"{head}.", "clause"), Chunk(tail, "sentence")]


def test_words_are_cut_only_when_longer_than_a_chunk() -> None:
    chunks = split("x" * 5000, 110)
    assert {len(chunk.text) for chunk in chunks} <= {109, 110}
    assert [chunk.pause for chunk in chunks] == ["word"] * (len(chunks) - 1) + ["sentence"]


def test_final_mark() -> None:
    assert split("one two, three", 9, "") == [
        Chunk("one two", "clause"),
        Chunk("three", "sentence"),
    ]
    assert split("one", 5, "!")[0].text == "one!"
    with pytest.raises(ValueError, match="max_characters"):
        split("one", 1)


@given(st.text("ab \n,;.!?-–'\"()Mr。", max_size=300) | st.text(max_size=200), st.integers(2, 60))
@settings(deadline=None, max_examples=400)
def test_letters_and_limits_are_kept(text: str, limit: int) -> None:
    chunks = split(text, limit)
    assert _letters("".join(chunk.text for chunk in chunks)) == _letters(text)
    assert all(len(chunk.text) <= limit for chunk in chunks)
    assert not chunks or chunks[-1].pause == "sentence"


@given(st.text("abc ,", max_size=300), st.integers(1, 40))
@settings(deadline=None)
def test_letters_and_limits_are_kept_without_a_mark(text: str, limit: int) -> None:
    chunks = split(text, limit, "")
    assert _letters("".join(chunk.text for chunk in chunks)) == _letters(text)
    assert all(len(chunk.text) <= limit for chunk in chunks)
