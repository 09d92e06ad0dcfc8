from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from speechopt_runtime.text import number_words

NUMBERS = st.integers(0, 10**15 - 1) | st.integers(0, 10**6)


@given(NUMBERS)
def test_cardinals_are_those_of_num2words(value: int) -> None:
    assert number_words.cardinal(value) == num2words(value).replace(",", "")


@given(NUMBERS)
def test_ordinals_are_those_of_num2words(value: int) -> None:
    assert number_words.ordinal(value) == num2words(value, to="ordinal").replace(",", "")
