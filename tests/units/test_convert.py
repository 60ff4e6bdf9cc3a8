"""Units: conversion, checks, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.units import UnitError, accepts, canonical, compatible, convert, number, quantity, same_unit


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.0, "year", "hour", 8760.0),  # 365 days of 24 hours
        (1.0, "month", "hour", 730.0),  # a twelfth of 8,760
        (1.0, "month720", "hour", 720.0),
        (2.0, "USD/GPU_hour", "USD/GPU/month", 1460.0),  # 2 × 730
        (0.10, "USD/kWh", "USD/kWh_facility", 0.10),  # plain kWh are read at the boundary that is declared
        (1.0, "GiB", "byte", 1073741824.0),  # 2^30
        (1.0, "GB", "byte", 1e9),
        (3.0, "USD/Mtok", "USD/token", 3e-6),
        (700.0, "W_chip/GPU", "kW_chip/GPU", 0.7),
        (1.0, "TFLOP/s", "FLOP/s", 1e12),
        (50.0, "percent", "", 0.5),
        (1.0, "byte", "bit", 8.0),
        (1.0, "kWh_server", "J_server", 3.6e6),  # 1,000 W × 3,600 s
    ],
)
def test_convert(value, source, target, expected):
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-12)


def test_convert_keeps_arrays_and_identity():
    values = np.array([1.0, 2.0])
    assert convert(values, "USD", "USD") is values
    assert np.array_equal(convert(values, "GPU_hour", "GPU*hour"), values)
    assert np.allclose(convert(values, "kW", "W"), [1000.0, 2000.0])


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("USD/hour", "USD/GPU_hour", "accelerator"),  # per server is not per GPU
        ("W_server", "W_chip", "another boundary"),
        ("kWh_facility", "kWh_server", "another boundary"),
        ("USD_2020", "USD", "deflate first"),
        ("token/s/GPU", "token/s/replica", "replica"),
        ("GB", "GPU", "information"),
    ],
)
def test_what_must_not_mix(source, target, says):
    with pytest.raises(UnitError, match=says):
        convert(1.0, source, target)


def test_price_years_follow_the_index():
    # BLS CPI-U annual averages: 2010 218.056, 2024 313.689; 100 × 313.689 / 218.056 = 143.857…
    assert convert(100.0, "USD_2010", "USD_2024") == pytest.approx(100 * 313.689 / 218.056)
    # there and back is the identity, and a chain equals the direct way
    assert convert(convert(1.0, "USD_2019", "USD_2022"), "USD_2022", "USD_2019") == pytest.approx(1.0)
    with pytest.raises(UnitError, match="no consumer price index is held for 2051"):
        convert(1.0, "USD_2051", "USD_2024")


def test_pue_carries_power_from_the_server_to_the_meter():
    power = quantity(10.0, "kW_server") * quantity(1.3, "W_facility/W_server")
    assert number(power, "kW_facility") == pytest.approx(13.0)
    with pytest.raises(UnitError):
        number(power, "kW_server")


def test_convert_checks_what_a_quantity_is():
    assert convert(quantity(2.0, "USD/GPU_hour"), "USD/GPU_hour", "USD/GPU/day").magnitude == pytest.approx(48.0)
    with pytest.raises(UnitError, match="expected 'USD/GPU_hour'"):
        convert(quantity(2.0, "USD/hour"), "USD/GPU_hour", "USD/GPU/day")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$/GPU-hour", "USD/GPU_hour"),
        ("USD per GPU hour", "USD/GPU_hour"),
        ("$ per GPU-h", "USD/GPU_hour"),
        ("USD/(GPU·h)", "USD/GPU_hour"),
        ("tokens/second", "token/s"),
        ("$/1M tokens", "USD/Mtok"),
        ("USD per million tokens", "USD/Mtok"),
        ("$/1K tokens", "USD/ktok"),
        ("USD/Mtok", "USD/Mtok"),
        ("hours / month", "hour/month"),
        ("servers", "server"),
        ("%", "percent"),
        ("USD/FTE/year", "USD/FTE/year"),
        ("", ""),
    ],
)
def test_canonical(written, meant):
    assert same_unit(canonical(written), meant)


@pytest.mark.parametrize(
    "written", ["€/h", "EUR", "furlong", "USD/", "__import__('os')", "USD;rm", "x" * 500, "🙂", "1e999"]
)
def test_not_a_unit(written):
    with pytest.raises(UnitError):
        canonical(written)


def test_unknown_units_suggest_the_nearest():
    with pytest.raises(UnitError, match="did you mean 'GPU_hour'"):
        canonical("USD/GPU_hor")


def test_accepts_plain_power_only_where_a_boundary_is_declared():
    assert accepts("W", "W_chip")
    assert accepts("kWh", "kWh_facility")
    assert not accepts("W_chip", "W")
    assert not accepts("W_server", "W_facility")
    assert not compatible("W", "W_chip")
