"""Numbers with units as people write and read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.units import UnitError, format_compact, format_number, format_value, parse, parse_number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$2.50 per GPU-hour", 2.5, "USD/GPU_hour"),
        ("1.2B tokens/month", 1.2e9, "token/month"),
        ("1.2 billion tokens per month", 1.2e9, "token/month"),
        ("44 %", 44.0, "percent"),
        ("80GB", 80.0, "GB"),
        ("70B", 70e9, ""),  # parameters, not bytes: a byte is never glued to a bare B
        ("80 B", 80.0, "B"),
        ("1,389.5 W_server/GPU", 1389.5, "W_server/GPU"),
        ("$0.13/kWh", 0.13, "USD/kWh"),
        ("-5 USD", -5.0, "USD"),
        ("−5 USD", -5.0, "USD"),
        ("1.1 × 10^-5 USD/token", 1.1e-5, "USD/token"),
        ("3e3 USD/FTE/year", 3000.0, "USD/FTE/year"),
        ("$600B", 6e11, "USD"),
        ("US$3", 3.0, "USD"),
        (".5", 0.5, ""),
        ("400k USD/server", 4e5, "USD/server"),
    ],
)
def test_parse(text, value, unit):
    measure = parse(text)
    assert measure.value == pytest.approx(value)
    assert measure.unit == unit


@pytest.mark.parametrize("text", ["", "abc", "USD 5 6", "1e999", "--5", "5 furlongs", "NaN USD", "12,34,56 USD", "1 2"])
def test_parse_refuses(text):
    with pytest.raises(UnitError):
        parse(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234.5, "1,230"),
        (0.1234, "0.123"),
        (2.0, "2"),
        (-0.5, "−0.5"),
        (999.9, "1,000"),
        (1.2e9, "1,200,000,000"),
        (1.2e-7, "1.2e-07"),
        (math.inf, "∞"),
    ],
)
def test_format_number(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.32e9, "5.32B"), (1e7, "10M"), (9.9e6, "9,900,000"), (1.5e12, "1.5T"), (-2e9, "−2B"), (0.5, "0.5")],
)
def test_format_compact(value, text):
    assert format_compact(value) == text
    assert parse_number(text) == pytest.approx(value)


def test_format_value_is_read_by_people():
    assert format_value(2.5, "USD/GPU_hour") == "2.5 USD per GPU-hour"
    assert format_value(44.0, "percent") == "44%"
    assert format_value(1389.0, "W_server/GPU", 4) == "1,389 W at the server per GPU"
    assert format_value(0.25, "") == "0.25"


@given(st.floats(min_value=1e-3, max_value=1e12, allow_nan=False))
def test_a_printed_number_reads_back(value):
    assert parse_number(format_number(value, 6)) == pytest.approx(value, rel=1e-5)
