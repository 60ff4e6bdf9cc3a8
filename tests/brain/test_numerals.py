"""Numbers as search terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain.numerals import asked_terms, number_terms, numerals


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("$0.30", ["usd0d3", "n0d3"]),
        ("$0.3", ["usd0d3", "n0d3"]),
        ("€1,234.50", ["eur1234d5", "n1234d5"]),
        ("44%", ["pct44", "n44"]),
        ("44 percent", ["pct44", "n44"]),
        ("44 per cent", ["pct44", "n44"]),
        ("1,389", ["n1389"]),
        ("1389", ["n1389"]),
        ("10×", ["times10", "n10"]),
        ("10x", ["times10", "n10"]),
        ("2–5×", ["times2", "n2", "times5", "n5"]),
        ("2-5x", ["times2", "n2", "times5", "n5"]),
        ("$3–4", ["usd3", "n3", "usd4", "n4"]),
        ("30%–50%", ["pct30", "n30", "pct50", "n50"]),
        ("$13B", ["usd13b", "n13"]),
        ("$13 billion", ["usd13b", "n13"]),
        ("~$800K", ["usd800k", "n800"]),
        ("3,350GB", ["n3350"]),
        ("0.0", ["n0"]),
        ("$3.00/$15.00", ["usd3", "n3", "usd15", "n15"]),
        ("H100", []),
        ("v5e", []),
        ("FP8 and p5e.48xlarge", []),
        ("1.2.3", []),
        ("", []),
    ],
)
def test_number_terms(text: str, terms: list[str]) -> None:
    assert number_terms(text) == terms


@pytest.mark.parametrize(
    ("word", "terms"),
    [
        ("44%", ("pct44",)),  # with a unit only that: 44 GB is something else
        ("44", ("n44",)),
        ("$0.30", ("usd0d3",)),
        ("2–5×", ("times2", "times5")),
        ("$3/$15", ("usd3", "usd15")),
        ("70B", ("n70b",)),
        ("5-year", ()),
        ("H100", ()),
        ("", ()),
    ],
)
def test_asked_terms(word: str, terms: tuple[str, ...]) -> None:
    assert asked_terms(word) == terms


def test_places() -> None:
    text = "cut by 44% in 2025"
    assert [text[found.start : found.end] for found in numerals(text)] == ["44%", "2025"]


@given(st.floats(0, 1e6).map(lambda value: round(value, 2)))
def test_thousands_separators_and_zeros_do_not_matter(value: float) -> None:
    assert number_terms(f"{value:,.2f}") == number_terms(f"{value:.2f}") == number_terms(f"{value:.4f}")


def test_a_flood_of_digits_takes_linear_time() -> None:
    assert number_terms("1" * 500_000) == []
    assert len(number_terms("1-" * 250_000)) > 0
    assert number_terms("1," * 250_000) == []
