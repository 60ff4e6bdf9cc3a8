"""Binding: what a person writes becomes a distribution in the declared unit, with its origin."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rackmath.errors import Problems
from rackmath.kernel.bind import bind
from rackmath.uncertainty import Interval, Point


@pytest.fixture
def cost(toy_models):
    return toy_models["toy.cost"]


def test_defaults_come_from_figures_and_assumptions(cost, evidence):
    bound = bind(cost, {}, evidence)
    price = bound.inputs["hour_price"]
    assert price.distribution == Interval(2, 4, family="lognormal")
    assert price.origin.kind == "figure"
    assert price.origin.source == "https://shop.example/prices"
    assert price.origin.as_of == "2026-01"
    assert price.stream == "figure:fig_01jd0000000000000000000001"
    share = bound.inputs["loaded_share"].distribution
    assert isinstance(share, Interval)
    assert share.family == "logitnormal"
    overhead = bound.inputs["overhead"]
    assert (overhead.origin.kind, overhead.origin.source) == ("assumption", "a test")
    assert overhead.distribution == Point(0.1)


def test_values_are_converted_to_the_declared_unit(cost, evidence):
    bound = bind(cost, {"hour_price": "1460 USD/GPU/month", "speed": "3.6M tokens/GPU-hour"}, evidence)
    assert bound.inputs["hour_price"].at(0.5) == pytest.approx(2.0)  # 1,460 / 730
    assert bound.inputs["speed"].at(0.5) == pytest.approx(1000.0)  # 3.6e6 / 3,600
    assert bound.inputs["hour_price"].origin.kind == "given"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"hour_price": "2 USD/hour"}, "hour_price: cannot read 'USD/hour' as 'USD/GPU_hour'"),
        ({"hour_price": "@box/loaded-share"}, "has no unit"),
        ({"hour_price": "-1 USD/GPU_hour"}, "too low; it must be at least 0"),
        ({"hour_price": "1 to 200 USD/GPU_hour"}, "too high; it must be at most 100"),
        ({"speed": 0}, "too low; it must be above 0"),
        ({"loaded_share": 1.2}, "too high"),
        ({"loaded_share": "120 %"}, "too high"),
        ({"hour_price": "nan"}, "not a finite number"),
        ({"hour_price": float("inf")}, "not a finite number"),
        ({"mode": "treble"}, "is not one of plain, double"),
        ({"hour_prise": 3}, "did you mean 'hour_price'"),
        ({"hour_price": "@box/hour-prise"}, "hour-price"),
        ({"hour_price": {"model": "toy.bill"}}, "cannot read 'USD/month'"),
        ({"hour_price": {"model": "toy.none"}}, "no model is called 'toy.none'"),
        ({"hour_price": [1, 2]}, "list is not a value"),
    ],
)
def test_what_is_refused(cost, evidence, given, says):
    with pytest.raises(Problems, match="(?s).*" + says.replace("(", r"\(")):
        bind(cost, given, evidence)


def test_all_problems_are_told_at_once(cost, evidence):
    with pytest.raises(Problems) as raised:
        bind(cost, {"hour_price": "x", "speed": 0, "none": 1}, evidence)
    assert len(raised.value.problems) == 3


def test_a_bare_number_is_in_the_declared_unit(cost, evidence):
    assert bind(cost, {"hour_price": 2}, evidence).inputs["hour_price"].at(0.5) == 2.0
    assert bind(cost, {"hour_price": "2"}, evidence).inputs["hour_price"].at(0.5) == 2.0
    assert bind(cost, {"loaded_share": "0.5"}, evidence).inputs["loaded_share"].at(0.5) == 0.5
    assert bind(cost, {"loaded_share": "50 %"}, evidence).inputs["loaded_share"].at(0.5) == 0.5


def test_as_of_hides_what_was_not_known_yet(cost, evidence):
    with pytest.raises(Problems, match="hour_price"):
        bind(cost, {}, evidence, as_of=date(2025, 12, 1))


def test_series(toy_models, evidence):
    payback = toy_models["toy.payback"]
    for written in (
        "120 118 131 kWh",
        "120, 118, 131 kWh",
        [120, 118, 131],
        {"values": [0.12, 0.118, 0.131], "unit": "MWh"},
    ):
        bound = bind(payback, {"energy": written}, evidence)
        assert np.allclose(bound.inputs["energy"].fixed, [120, 118, 131])
    for written, says in [
        ("a b", "not a list of numbers"),
        ([], "needs a list"),
        ([1, float("nan")], "entry 2 is not a finite number"),
        ([1, "x"], "must be a number"),
        ([1, -1], "too low"),
        ("1 2 USD", "cannot read 'USD'"),
    ]:
        with pytest.raises(Problems, match=says):
            bind(payback, {"energy": written}, evidence)


def test_models_nest_and_their_unit_is_converted(toy_models, evidence):
    bound = bind(
        toy_models["toy.bill"],
        {"price": {"model": "toy.cost", "inputs": {"hour_price": 3.6, "loaded_share": 1, "overhead": 0}}},
        evidence,
    )
    # 3.6 USD/GPU_hour over 1,000 token/s is 1 USD/Mtok; a thousand Mtok cost 1,000 USD
    assert bound.central().total == pytest.approx(1000.0)
    assert [leaf.name for leaf in bound.leaves()] == [
        "tokens_per_month",
        "hour_price",
        "speed",
        "loaded_share",
        "overhead",
        "mode",
    ]


def test_draws_stay_inside_the_bounds(cost, evidence):
    bound = bind(cost, {"hour_price": "50 to 100 USD/GPU_hour"}, evidence)
    draws = bound.inputs["hour_price"].at(np.linspace(1e-9, 1 - 1e-9, 10_001))
    assert draws.max() <= 100
    # the part above the bound is left out, not piled up on it: the median falls below the untruncated one
    assert bound.inputs["hour_price"].at(0.5) < np.sqrt(50 * 100)


def test_a_hair_outside_the_bounds_is_moved_to_them(toy_models, evidence):
    # 0.9 to 9.9 with a maximum of 100: ln(100 / 2.985) over sigma 0.729 is 4.8 standard deviations, a chance of 7e-7
    wide = bind(toy_models["toy.cost"], {"hour_price": "0.9 to 9.9 USD/GPU_hour"}, evidence).inputs["hour_price"]
    # 1 to 9 with the same maximum: 5.2 standard deviations, 9e-8
    hair = bind(toy_models["toy.cost"], {"hour_price": "1 to 9 USD/GPU_hour"}, evidence).inputs["hour_price"]
    scores = np.array([-8.0, 0.0, 5.0, 8.0])
    for each in (wide, hair):
        values = each.at_score(scores)
        assert values.max() <= 100
        assert (np.diff(values) >= 0).all()
    assert hair.at_score(scores)[-1] == 100
    assert hair.at_score(scores)[1] == pytest.approx(3.0)  # the rest of the range is untouched: sqrt(1 × 9)
