import math

import pytest

from rackmath.web import numbers

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41237.4, f"41{THIN}200"),  # three figures of 41237.4 are 412, at ten-thousands
        (1234567.0, f"1{THIN}230{THIN}000"),
        (999.7, f"1{THIN}000"),  # rounds up a decade: no digits after the point
        (0.03125, "0.0312"),  # banker's half-way case of the binary value: 0.03125 → 3.12e-2
        (2.0, "2"),
        (-1234.0, f"−1{THIN}230"),
        (0.0, "0"),
        (1.2e-7, "1.2 × 10⁻⁷"),
        (-3.0e18, "−3 × 10¹⁸"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
        (None, "–"),
        ("12", "–"),
        (True, "–"),
    ],
)
def test_plain_prints_three_figures(value, text):
    assert numbers.plain(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41237.4, "41.2k"),
        (2.1e9, "2.1B"),
        (999_700, "1M"),
        (999.0, "999"),
        (5e12, "5T"),
        (-1500.0, "−1.5k"),
        (0.25, "0.25"),
    ],
)
def test_compact_uses_letters(value, text):
    assert numbers.compact(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.614, "61%"), (0.004, "<1%"), (0.999, ">99%"), (0.0, "0%"), (1.0, "100%"), (-0.044, "−4%"), (None, "–")],
)
def test_percent_never_rounds_a_maybe_to_certainty(share, text):
    assert numbers.percent(share) == text


def test_money_has_its_sign_before_the_digits_and_two_digits_of_cents():
    assert numbers.amount(2.1, "USD/GPU_hour") == "$2.10"
    assert numbers.amount(-1234.0, "USD/month") == f"−$1{THIN}230"
    assert numbers.amount(0.085, "USD/kWh_facility") == "$0.085"
    assert numbers.amount(2.1, "FTE") == "2.1"
    assert numbers.amount(None, "USD") == "–"
    assert not numbers.is_money("USDA")


def test_units_are_words_and_countable_ones_are_plural():
    assert numbers.full(62e9, "token/month") == "62B tokens per month"
    assert numbers.full(1.0, "year") == "1 year"
    assert numbers.full(4.5, "year") == "4.5 years"
    assert numbers.full(41237.4, "USD/month") == f"$41{THIN}200 per month"
    assert numbers.full(1240000.0, "USD/month") == "$1.24M per month"
    assert numbers.full(44.0, "percent") == "44%"
    assert numbers.per("1/year") == "per year"
    assert numbers.unit_words("USD/month") == "USD per month"
    assert numbers.unit_words("") == "ratio"


def test_fixed_keeps_its_decimals_and_never_prints_minus_zero():
    assert numbers.fixed(1234.5, 2) == f"1{THIN}234.50"
    assert numbers.fixed(-0.001, 2) == "0.00"
    assert numbers.fixed(-0.6, 0) == "−1"


def test_a_first_letter_is_raised_unless_the_word_has_its_own_case():
    assert numbers.capital("fresh input") == "Fresh input"
    assert numbers.capital("kWh at the meter") == "kWh at the meter"
    assert numbers.capital("p95 of it") == "p95 of it"
    assert numbers.capital("") == ""


def test_plural():
    assert numbers.plural(1, "option") == "1 option"
    assert numbers.plural(0, "option") == "0 options"
    assert numbers.plural(2, "copy", "copies") == "2 copies"
