from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechopt_runtime.text import normalize

SPOKEN = {
    # numbers
    "105": "one hundred and five",
    "1,200,005": "one million two hundred thousand and five",
    "1,000,000": "one million",
    "-5 and .5": "minus five and point five",
    "5.123": "five point one two three",
    "007": "zero zero seven",
    "1234567890123456": "one two three four five six seven eight nine zero one two three four five six",
    "1st, 22nd, 103rd": "first, twenty-second, one hundred and third",
    "1/2, 3/4, 5/8, 24/7": "one half, three quarters, five eighths, twenty-four seven",
    "2½ cups": "two and a half cups",
    "1.5e10": "one point five times ten to the power of ten",
    "1e-5": "one times ten to the power of minus five",
    "2^10 and x²": "two to the power of ten and x squared",
    "2+2=4": "two plus two equals four",
    "5 - 3 = 2": "five minus three equals two",
    "3 * 4": "three times four",
    "1920x1080": "nineteen twenty by ten eighty",
    "16:9": "sixteen to nine",
    "±5, ~5, ≥5%": "plus or minus five, about five, at least five percent",
    "pages 3-5": "pages three to five",
    "10–20%": "ten to twenty percent",
    "#5 and No. 5": "number five and Number five",
    "pp. 3–5": "pages three to five",
    "5-year-old": "five-year-old",
    "1,2,3": "one, two, three",
    "I have 5. Then 6": "I have five. Then six",
    # years and dates
    "1999": "nineteen ninety-nine",
    "2007": "two thousand seven",
    "1905, 1900, 2000": "nineteen oh five, nineteen hundred, two thousand",
    "in 2026": "in twenty twenty-six",
    "1990–1995": "nineteen ninety to nineteen ninety-five",
    "the 1990s, 1900s and '90s": "the nineteen nineties, nineteen hundreds and nineties",
    "'05": "oh five",
    "2000 meters": "two thousand meters",
    "1500 people": "one thousand five hundred people",
    "2026-11-24": "November twenty-fourth, twenty twenty-six",
    "12/25/2021": "December twenty-fifth, twenty twenty-one",
    "24.11.2026": "November twenty-fourth, twenty twenty-six",
    "March 3, 2021": "March third, twenty twenty-one",
    "on 3 March": "on the third of March",
    "the 3rd of May 2020": "the third of May twenty twenty",
    "Sept. 11": "September eleventh",
    "2026-99-99": "two zero two six, nine nine, nine nine",
    # times
    "10:30": "ten thirty",
    "9:05 p.m.": "nine oh five p m.",
    "10:00": "ten o'clock",
    "17:45": "seventeen forty-five",
    "00:00": "midnight",
    "10:30:15": "ten thirty and fifteen seconds",
    "at 9 a.m. Monday": "at nine a m Monday",
    "until 5 p.m. Then": "until five p m. Then",
    # money
    "$5.25": "five dollars and twenty-five cents",
    "$1.5 million": "one point five million dollars",
    "$0.99": "ninety-nine cents",
    "-$5": "minus five dollars",
    "1,000,000 €": "one million euros",
    "$1.01 and £3.01": "one dollar and one cent and three pounds and one penny",
    "$5M": "five million dollars",
    "$5/month": "five dollars per month",
    "¥500": "five hundred yen",
    "20 USD": "twenty U S dollars",
    "$5-$10": "five dollars to ten dollars",
    # measures
    "5 km, 1 kg": "five kilometers, one kilogram",
    "60 km/h": "sixty kilometers per hour",
    "9.81 m/s²": "nine point eight one meters per second squared",
    "20 m²": "twenty square meters",
    "a 5-km run": "a five kilometer run",
    "-5°C": "minus five degrees Celsius",
    "20 °F": "twenty degrees Fahrenheit",
    "45°": "forty-five degrees",
    "8 GB at 3.2 GHz": "eight gigabytes at three point two gigahertz",
    "5µm": "five micrometers",
    "100%": "one hundred percent",
    "5'10\"": "five feet ten inches",
    # names that hold numbers
    "192.168.0.1": "one nine two dot one six eight dot zero dot one",
    "3.11.4": "three point one one point four",
    "v2.0": "v two point zero",
    "555-1234": "five five five, one two three four",
    "(555) 123-4567": "five five five, one two three, four five six seven",
    "+1 555 123 4567": "plus one, five five five, one two three, four five six seven",
    "B12, 3D, A380": "B twelve, three D, A three eighty",
    "COVID-19": "COVID nineteen",
    "MP3": "M P three",
    "RTX4090": "R T X forty ninety",
    "CO₂": "CO two",
    "0x1F": "zero x one F",
    # abbreviations
    "Mr. Smith and Mrs. Jones": "Mister Smith and Missus Jones",
    "Mr. and Mrs. Lee": "Mister and Missus Lee",
    "Main St. in St. Louis": "Main Street in Saint Louis",
    "I live on Main St. He left.": "I live on Main Street. He left.",
    "e.g. this, i.e. that": "for example this, that is that",
    "and so on, etc.": "and so on, et cetera.",
    "cats vs. dogs": "cats versus dogs",
    "I live in the U.S. It is big.": "I live in the U S. It is big.",
    "J. R. Smith": "J. R. Smith",
    "the BBC and two GPUs": "the B B C and two G P U's",
    "AT&T, R&D": "A T and T, R and D",
    "NASA": "NASA",
    "LET US GO": "LET US GO",
    "Chapter IV": "Chapter IV",
    # addresses
    "https://www.example.com/a-b.": "w w w dot example dot com slash a dash b.",
    "john.doe@example.co.uk": "john dot doe at example dot co dot uk",
    "file.txt": "file dot txt",
    # signs and layout
    "salt & pepper": "salt and pepper",
    "“Hello,” she said": "Hello, she said",
    "‘well’ rock 'n' roll": "well rock 'n' roll",
    "the dogs' bowl isn't 'here": "the dogs' bowl isn't here",
    "one — two": "one, two",
    "wait… what": "wait, what",
    "foo (bar) baz.": "foo, bar, baz.",
    "She left. (He stayed.)": "She left. He stayed.",
    "word(s) and/or more": "words and or more",
    "Really?! No!!!": "Really? No!",
    "C++ and C#": "C plus plus and C sharp",
    "wrapped\nline\n\nnext": "wrapped line\nnext",
    "# Title\n- one\n- two": "Title\none\ntwo",
    "a\u200bb\x00c\td": "abc d",
    "٣٤ and １２": "thirty-four and twelve",
    "café 你好 😀": "café 你好 😀",
}


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_spoken_form(written: str, spoken: str) -> None:
    assert normalize(written) == spoken


@pytest.mark.parametrize("spoken", [s for s in SPOKEN.values() if "U S" not in s])
def test_spoken_form_stays(spoken: str) -> None:
    assert normalize(spoken).replace("\n", " ") == spoken.replace("\n", " ")


@given(
    st.one_of(
        st.text(max_size=120),
        st.text(st.characters(codec=None), max_size=60),
        st.text("0123456789.,:/-–$€%°Ckmaps'#\n ½²①٣^e+()@&AZ\ud800", max_size=60),
    )
)
@settings(deadline=None, max_examples=800)
def test_no_digit_survives(text: str) -> None:
    assert not any(character.isdigit() for character in normalize(text))


def test_5000_digits() -> None:
    assert normalize("7" * 5000) == " ".join(["seven"] * 5000)


def _cpu_ms(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.thread_time()
        normalize(text)
        best = min(best, time.thread_time() - start)
    return 1000 * best


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "1,111,",
        "1.",
        "1-",
        "1:",
        "1/",
        "a.",
        "a@",
        "http://",
        "- ",
        "–",
        "'",
        " ",
        "\n",
        ", ",
        "(",
        "$1.5 ",
        "+1 ",
        "Mr. A",
        "\u0301\u0327",
        "½",
        "AB1",
        "<",
        "&",
        "!?",
        "a.com/",
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    normalize("warm 5 Mr. A")
    short = _cpu_ms((unit * 5_000)[:5_000])
    assert short < 400
    # A quadratic pattern would need 16 times as long.
    assert _cpu_ms((unit * 20_000)[:20_000]) < 10 * max(short, 2)
