"""The range along which an answer is drawn unless somebody says another."""

from __future__ import annotations

from typing import Annotated

import pytest

from rackmath.evidence import Evidence
from rackmath.kernel import Param, Real, Result, model, registry
from rackmath.kernel.along import along, range_of, sweepable, usual_range
from rackmath.kernel.bind import bind


def _declared(*, minimum: float = 0.0, maximum: float = 1e6, above: float | None = None) -> Param:
    because = "a number to try the range with"
    return Param("", assumption="1", because=because, minimum=minimum, maximum=maximum, above=above, help="a number")


@model("toy.added", method="A00.9", title="Sum", question="How much is it?", unit="")
def added(
    *,
    number: Annotated[Real, _declared()],
    signed: Annotated[Real, _declared(minimum=-1e6)],
    narrow: Annotated[Real, _declared(minimum=0.9, maximum=1.2)],
    share: Annotated[Real, _declared(maximum=1, above=0)],
) -> Result:
    """Add four numbers."""
    return Result("", {"sum": number + signed + narrow + share})


@pytest.fixture(scope="module")
def figures() -> Evidence:
    return Evidence.load()


def usual(figures, name, written):
    return usual_range(bind(added.model, {name: written}, figures).inputs[name])


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("number", "6", (2, 18, "linear")),  # certain: a third of it to three times it
        ("number", "0", (0, 1, "linear")),  # nothing to take a third of; the bound is 0
        ("signed", "-6", (-18, -2, "linear")),
        ("narrow", "1", (0.9, 1.2, "linear")),  # both ends are held by the bounds
        ("share", "0.4", (0.4 / 3, 0.8, "linear")),  # a third of the way from 0.4 to 1 stays out
        ("share", "1", (1 / 3, 1, "linear")),
    ],
)
def test_a_certain_input_moves_from_a_third_of_it_to_three_times_it(figures, name, written, expected):
    low, high, scale = usual(figures, name, written)
    assert (low, high) == pytest.approx(expected[:2])
    assert scale == expected[2]


def test_an_uncertain_input_moves_over_its_percentiles_and_half_as_far_again(figures):
    # of a lognormal with 5% and 95% points 2 and 8, the 1% and 99% points are 4 * 2^(-+ 2.3263 / 1.6449)
    apart = 2 ** (2.3263478740408408 / 1.6448536269514722)
    low, high, scale = usual(figures, "number", "2 to 8")
    assert (low, high) == pytest.approx((4 / apart / 1.5, 4 * apart * 1.5))
    assert scale == "linear"  # the ends are a factor 16 apart
    assert usual(figures, "number", "1 to 8")[2] == "log"  # and here 43
    low, high, scale = usual(figures, "signed", "-2 to 2")
    assert low == pytest.approx(-high)
    assert scale == "linear"


def test_every_usual_range_lies_in_the_bounds_around_what_the_figures_say(figures):
    for each in registry().values():
        bound = bind(each, {}, figures)
        for name in sweepable(bound):
            moved = bound.inputs[name]
            low, high, scale = range_of(bound, name)
            where = f"{each.id}.{name}"
            assert moved.declared.minimum <= low < high <= moved.declared.maximum, where
            assert low <= float(moved.at(0.5)) <= high, where
            assert scale == ("log" if low > 0 and high / low > 20 else "linear"), where


def test_a_curve_of_a_share_is_no_single_spike(figures):
    bound = bind(registry()["tokens.cost_per_mtok"], {}, figures)
    curve = along(bound, "loaded_hours_share", *range_of(bound, "loaded_hours_share")).central
    # over its bounds (0.0001 to 1) all but the first point lie in the lowest hundredth
    assert ((curve - curve.min()) / (curve.max() - curve.min()) > 0.05).mean() > 0.5
