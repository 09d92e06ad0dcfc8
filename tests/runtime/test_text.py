from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechopt_runtime import ArtifactError, TextError
from speechopt_runtime.text import TextFrontend, Tokenizer, normalize, split
from tests.conftest import BUNDLED

MODEL = (BUNDLED / "model/spm_char.model").read_bytes()

SPOKEN = {
    "It costs $5.25.": "It costs five dollars and twenty-five cents.",
    "Only $0.99!": "Only ninety-nine cents!",
    "$1": "one dollar",
    "$1.5 million": "one point five million dollars",
    "-$5": "minus five dollars",
    "£3.01": "three pounds and one penny",
    "20 €": "twenty euros",
    "¥500": "five hundred yen",
    "10:30": "ten thirty",
    "9:05 p.m.": "nine oh five p m.",
    "10:00": "ten o'clock",
    "5 pm": "five p m",
    "17:45": "seventeen forty-five",
    "1,000,000 people": "one million people",
    "5.123": "five point one two three",
    "0.5": "zero point five",
    "1st": "first",
    "22nd": "twenty-second",
    "103rd": "one hundred and third",
    "in 1999": "in nineteen ninety-nine",
    "in 2007": "in two thousand seven",
    "in 2026": "in twenty twenty-six",
    "in 1905": "in nineteen oh five",
    "in 1900": "in nineteen hundred",
    "in 2000": "in two thousand",
    "the 1990s": "the nineteen nineties",
    "the 80s": "the eighties",
    "March 3, 2021": "March third, twenty twenty-one",
    "2026-11-24": "November twenty-fourth, twenty twenty-six",
    "1990–1995": "nineteen ninety to nineteen ninety-five",
    "pages 3-5": "pages three to five",
    "25%": "twenty-five percent",
    "1/2 cup": "one half cup",
    "½ cup": "one half cup",
    "5/8": "five eighths",
    "192.168.0.1": "one nine two dot one six eight dot zero dot one",
    "v2.1.3": "v two point one point three",
    "call 0049": "call zero zero four nine",
    "-5": "minus five",
    "it is -5 now": "it is minus five now",
    "B12": "B twelve",
    "3D": "three D",
    "5 km": "five kilometers",
    "20°C": "twenty degrees Celsius",
    "90 km/h": "ninety kilometers per hour",
    "No. 5": "Number five",
    "#7": "number seven",
    "Dr. Smith": "Doctor Smith",
    "Mr. Jones": "Mister Jones",
    "cats, dogs, etc.": "cats, dogs, et cetera.",
    "e.g. this": "for example this",
    "R & D": "R and D",
    "me@x.org": "me at x dot org",
    "https://example.com": "example dot com",
    "the BBC": "the B B C",
    "“quoted” ‘text’": "quoted text",
    "wait…": "wait.",
    "one — two": "one, two",
    "(an aside) here": "an aside, here",
    "\u0664\u0662": "forty-two",
    "\uff15": "five",
    "a\u200bb\u202ec": "abc",
    "tab\there": "tab here",
    "12345678901234567": "one two three four five six seven eight nine zero one two three four five six seven",
}


@pytest.fixture(scope="module")
def frontend() -> TextFrontend:
    return TextFrontend(Tokenizer(MODEL, 2), 100, 400)


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_normalize(written: str, spoken: str) -> None:
    assert normalize(written) == spoken


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=400)
def test_no_digit_survives_any_text(text: str) -> None:
    assert not any(letter.isdecimal() for letter in normalize(text))


@given(st.text(alphabet="0123456789.,:/-$%€°Ckm apst'#", max_size=60))
@settings(deadline=None, max_examples=600)
def test_no_digit_survives_numbers(text: str) -> None:
    assert not any(letter.isdecimal() for letter in normalize(text))


@pytest.mark.parametrize(
    "unit", ["1,", "1.", "-", "1:", "$", "a.", "9", "1/", "@a", "http://", ",", " "]
)
def test_no_pattern_runs_away(unit: str) -> None:
    def cost(length: int) -> float:
        start = time.perf_counter()
        normalize((unit * length)[:length])
        return time.perf_counter() - start

    cost(100)
    assert cost(20_000) < 2.0


@given(st.text(alphabet="abc ,;.!?\n", max_size=400), st.integers(5, 80))
@settings(deadline=None)
def test_split_keeps_every_letter(text: str, most: int) -> None:
    chunks = split(text, most)
    letters = [c for chunk in chunks for c in chunk.text if c.isalpha()]
    assert letters == [c for c in text if c.isalpha()]
    assert all(len(chunk.text) <= most for chunk in chunks)
    assert all(chunk.text[-1] in ".?!" for chunk in chunks)


def test_split_prefers_clauses_and_balance() -> None:
    text = (
        "The quick brown fox, which jumped over the lazy dog in the garden, ran away from the house "
        "and then it came back."
    )
    chunks = split(text, 100)
    assert [chunk.pause for chunk in chunks] == ["clause", "sentence"]
    assert chunks[0].text.endswith("garden.")


def test_split_knows_initials() -> None:
    assert [c.text for c in split("J. R. Smith left. He ran!", 100)] == [
        "J. R. Smith left.",
        "He ran!",
    ]


@pytest.mark.parametrize("count", [599, 600, 601, 5000])
def test_long_words_and_texts(frontend: TextFrontend, count: int) -> None:
    prepared = frontend.prepare("x" * count)
    assert sum(chunk.text.count("x") for chunk in prepared.chunks) == count
    prepared = frontend.prepare("word " * (count // 5))
    assert all(len(chunk.input_ids) <= 400 for chunk in prepared.chunks)


@pytest.mark.parametrize("text", ["", " \n\t", "😀🎉", "\x00\x07\u200b", "...!?", "—", "\ud800"])
def test_nothing_to_speak(frontend: TextFrontend, text: str) -> None:
    with pytest.raises(TextError) as caught:
        frontend.prepare(text)
    assert caught.value.code == "E_TEXT_EMPTY"


def test_another_script(frontend: TextFrontend) -> None:
    with pytest.raises(TextError, match="4 of 4") as caught:
        frontend.prepare("你好世界")
    assert caught.value.code == "E_TEXT_UNSUPPORTED"


def test_too_long(frontend: TextFrontend) -> None:
    with pytest.raises(TextError, match="at most 100000"):
        frontend.prepare("a" * 100_001)


def test_what_cannot_be_said_is_reported(frontend: TextFrontend) -> None:
    prepared = frontend.prepare("Café Ørsted ☃ says Straße 日 (ok)")
    assert prepared.unsupported == ("☃", "日")
    assert [chunk.text for chunk in prepared.chunks] == ["Cafe Orsted says Strasse, ok."]


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=300)
def test_any_text_gives_chunks_or_one_error(text: str) -> None:
    frontend = TextFrontend(Tokenizer(MODEL, 2), 100, 400)
    try:
        prepared = frontend.prepare(text)
    except TextError as error:
        assert error.code in {"E_TEXT_EMPTY", "E_TEXT_UNSUPPORTED"}
    else:
        assert all(chunk.input_ids[-1] == 2 for chunk in prepared.chunks)


def test_tokenizer_agrees_with_transformers() -> None:
    from transformers import SpeechT5Tokenizer

    upstream = SpeechT5Tokenizer(str(BUNDLED / "model/spm_char.model"))
    ours = Tokenizer(MODEL, 2)
    for text in ("Hello there.", "It's a fine day, isn't it?", "Naïve café 5"):
        assert ours.encode(text) == upstream(text)["input_ids"]


def test_broken_tokenizer() -> None:
    with pytest.raises(ArtifactError, match="no sentencepiece model"):
        Tokenizer(b"nonsense", 2)
