"""When figures contradict each other: each rule with its own example, worked by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.brains import a_figure
from rackmath.evidence import Quantity, Subject, compare
from rackmath.evidence.conflicts import conflicts, implausible
from rackmath.evidence.figure import Figure

PRICE = Quantity("rental-price", unit="USD/GPU_hour", axes=("term", "market"), half_life_days=90, tolerance=0.05)
EXACT = Quantity("rental-price", unit="USD/GPU_hour", half_life_days=90)


def found(*figures: Figure, quantity: Quantity = PRICE, subjects: dict[str, Subject] | None = None) -> list[Any]:
    by_id = {figure.id: figure for figure in figures}
    return conflicts(figures, by_id, {quantity.id: quantity}, subjects or {})


def pair(first: object, second: object, *, one: dict[str, Any] | None = None, two: dict[str, Any] | None = None) -> Any:
    return a_figure(first, identity="fig_1", **(one or {})), a_figure(second, identity="fig_2", **(two or {}))


# --- values ----------------------------------------------------------------------------------------------------------


def test_severity_is_the_gap_in_half_widths() -> None:
    """2.00 and 3.00 without tolerance: 1.995–2.005 and 2.995–3.005; gap 0.99, half-widths 0.005 + 0.005."""
    result = compare(*pair("2.00", "3.00"), EXACT)
    assert result.verdict == "hard"
    assert result.severity == pytest.approx(0.99 / 0.01)


def test_tolerance_widens_after_rounding() -> None:
    """With 5 %: 1.995 × 0.95 = 1.89525 to 2.005 × 1.05 = 2.10525, and 2.84525 to 3.15525.

    Gap 2.84525 − 2.10525 = 0.74; half-widths 0.105 + 0.155 = 0.26.
    """
    result = compare(*pair("2.00", "3.00"), PRICE)
    assert result.severity == pytest.approx(0.74 / 0.26)
    assert result.verdict == "hard"


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("3", "3.4", "agree"),  # 3 is 2.5 to 3.5
        ("3.0", "3.4", "hard"),  # 2.95–3.05 and 3.35–3.45: gap 0.3, half-widths 0.1
        ("1 to 3", "3 to 5", "agree"),
        ("1.0 to 3.0", "3.2 to 5.0", "soft"),  # gap 0.1 over half-widths 1.05 + 0.95 = 2: a small gap is soft
        ("2.0", {"at_least": "3.0"}, "hard"),  # 2.05 to 2.95 is 0.9; half-widths 0.05 + 0.05
        ("2.0", {"at_most": "3.0"}, "agree"),
        ({"at_least": "3.0"}, {"at_least": "30"}, "agree"),
        ({"at_most": "1.0"}, {"at_least": "1.2"}, "soft"),  # gap 0.1 over 0.05 + 0.05: not above 1
        ("2.0", "unknown", "agree"),
        ("2.0", "none", "agree"),
    ],
)
def test_values_that_agree_and_that_do_not(first: object, second: object, verdict: str) -> None:
    assert compare(*pair(first, second), EXACT).verdict == verdict
    assert compare(*reversed(pair(first, second)), EXACT).verdict == verdict


def test_units_are_converted_before_values_are_compared() -> None:
    """24 USD a GPU-day is 1 USD a GPU-hour, and 48 is twice that."""
    day = {"unit": "USD/GPU/day"}
    assert compare(*pair("1.00", "24.0", two=day), EXACT).verdict == "agree"
    assert compare(*pair("1.00", "48.0", two=day), EXACT).verdict == "hard"
    assert compare(*pair("1.00", "1.00", two={"unit": "USD/server"}), EXACT).verdict == "incomparable"


def test_exact_numbers_that_differ_have_no_width() -> None:
    assert compare(*pair(2, 3), EXACT).severity == math.inf


# --- scope and time --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"term": "spot"}, {"term": "spot"}, "hard"),
        ({"term": "Spot"}, {"term": "spot"}, "hard"),
        ({"term": "spot"}, {"term": "on-demand"}, "scope"),
        ({"term": "spot"}, {}, "soft"),
        ({"term": "spot", "market": "eu"}, {"term": "spot", "region": "x"}, "soft"),
        ({"term": "spot", "market": "eu"}, {"term": "on-demand", "region": "x"}, "scope"),
        ({}, {}, "hard"),
    ],
)
def test_scopes(first: dict[str, str], second: dict[str, str], verdict: str) -> None:
    result = compare(*pair("2.0", "4.0", one={"scope": first}, two={"scope": second}), PRICE)
    assert result.verdict == verdict
    if verdict == "soft":
        assert "only one of them says which" in result.explanation


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("2026-05-24", "2026-05-24", "hard"),
        ("2026-05", "2026-05-24", "hard"),
        ("2026-01-01", "2026-04-01", "hard"),  # 30 + 28 + 31 = 89 days between
        ("2026-01-01", "2026-04-02", "moved"),  # 90 days between: not less than the half-life
        ("2025", {"start": "2024-06"}, "hard"),
    ],
)
def test_times(first: object, second: object, verdict: str) -> None:
    assert compare(*pair("2.0", "4.0", one={"as_of": first}, two={"as_of": second}), PRICE).verdict == verdict


def test_what_does_not_age_never_moves() -> None:
    figures = pair("2.0", "4.0", one={"as_of": "1990"}, two={"as_of": "2026"})
    assert compare(*figures, Quantity("rental-price")).verdict == "hard"


# --- which pairs -----------------------------------------------------------------------------------------------------


def test_other_subjects_and_quantities_are_not_compared() -> None:
    assert found(*pair("2.0", "4.0", two={"subject": "b200"})) == []
    assert found(*pair("2.0", "4.0", two={"quantity": "spot-price"})) == []


def test_a_part_and_its_whole_are_soft() -> None:
    subjects = {"h100-sxm": Subject("h100-sxm", part_of=("server",)), "server": Subject("server", part_of=("rack",))}
    (conflict,) = found(*pair("2.0", "4.0", two={"subject": "rack"}), subjects=subjects)
    assert not conflict.hard
    assert "a part and its whole" in conflict.explanation


def test_parts_in_a_circle_end() -> None:
    subjects = {"h100-sxm": Subject("h100-sxm", part_of=("b",)), "b": Subject("b", part_of=("h100-sxm",))}
    assert len(found(*pair("2.0", "4.0", two={"subject": "b"}), subjects=subjects)) == 1


def test_comparable_quantities_are_soft() -> None:
    figures = pair("2.0", "4.0", two={"quantity": "street-price"})
    by_id = {figure.id: figure for figure in figures}
    declared = Quantity("rental-price", half_life_days=90, comparable_with=("street-price",))
    (conflict,) = conflicts(figures, by_id, {"rental-price": declared, "street-price": Quantity("street-price")}, {})
    assert not conflict.hard
    assert "declared comparable" in conflict.explanation


def test_a_derived_figure_does_not_contradict_its_inputs() -> None:
    first, middle, last = (
        a_figure("2.0", identity="fig_1"),
        a_figure("4.0", identity="fig_2", derived_from=("fig_1",)),
        a_figure("8.0", identity="fig_3", derived_from=("fig_2", "fig_3")),
    )
    assert found(first, middle, last) == []
    assert len(found(first, a_figure("8.0", identity="fig_4", derived_from=("fig_9",)))) == 1


def test_the_same_value_of_one_source_counts_once() -> None:
    twice = [a_figure("2.0", identity=f"fig_{n}", source="chen-2014") for n in (1, 2)]
    other = a_figure("4.0", identity="fig_3", source="wu-2015")
    assert [(item.first.id, item.second.id) for item in found(*twice, other)] == [("fig_1", "fig_3")]
    unsourced = [a_figure("2.0", identity=f"fig_{n}") for n in (1, 2)]
    assert len(found(*unsourced, other)) == 2
    kept = a_figure("2.0", identity="fig_9", source="chen-2014", rank="preferred")
    assert [item.second.id for item in found(*twice, other, kept)] == ["fig_9"]


def test_a_source_may_contradict_itself() -> None:
    assert len(found(*pair("2.0", "4.0", one={"source": "a"}, two={"source": "a"}))) == 1


# --- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "two", "label"),
    [
        ({"kind": "forecast"}, {"kind": "measured"}, "forecast against outcome"),
        ({"kind": "target"}, {"kind": "reported"}, "target against outcome"),
        ({"kind": "forecast"}, {"kind": "forecast"}, "two figures of one thing"),
        (
            {"claimant": ("nvidia", "vendor")},
            {"claimant": ("lab", "independent")},
            "vendor claim against independent figure",
        ),
        ({"claimant": ("nvidia", "vendor")}, {"claimant": ("amd", "vendor")}, "two figures of one thing"),
    ],
)
def test_labels(one: dict[str, Any], two: dict[str, Any], label: str) -> None:
    (conflict,) = found(*pair("2.0", "4.0", one=one, two=two))
    assert conflict.label == label
    assert conflict.hard


def test_the_explanation_is_a_sentence() -> None:
    one = {"claimant": ("nvidia", "vendor"), "kind": "listed"}
    (conflict,) = found(*pair("2.00", "3.00", one=one, two={"source": "lab", "kind": "measured"}), quantity=EXACT)
    assert conflict.explanation == (
        "h100-sxm/rental-price is 2 USD/GPU_hour (nvidia, listed, 2026-05-24) but 3 USD/GPU_hour "
        "(lab, measured, 2026-05-24), at overlapping times: the gap of 0.99 USD per GPU-hour is 99.0 times the sum of "
        "their half-widths"
    )
    assert conflict.reason.startswith("at overlapping times: the gap of ")
    assert conflict.explanation.endswith(conflict.reason)


def test_the_worst_come_first() -> None:
    values = {"fig_a": "2.0", "fig_b": "2.4", "fig_c": "9.0"}
    listed = found(*(a_figure(value, identity=name) for name, value in values.items()), quantity=EXACT)
    assert [round(item.severity) for item in listed] == sorted((round(item.severity) for item in listed), reverse=True)
    assert len(listed) == 3


VALUES = st.one_of(
    st.decimals(0, 100, places=1).map(str),
    st.tuples(st.integers(0, 50), st.integers(51, 99)).map(lambda ends: f"{ends[0]} to {ends[1]}"),
    st.integers(0, 100).map(lambda number: {"at_least": str(number)}),
)
SCOPES = st.dictionaries(st.sampled_from(["term", "market"]), st.sampled_from(["a", "b"]))


@settings(deadline=None, derandomize=True, max_examples=150, database=None)
@given(data=st.data(), days=st.tuples(st.dates(), st.dates()))
def test_comparing_is_symmetric_and_a_figure_agrees_with_itself(data: st.DataObject, days: tuple[Any, Any]) -> None:
    first, second = (
        a_figure(data.draw(VALUES), identity=f"fig_{n}", scope=data.draw(SCOPES), as_of=day, stated_on=day)
        for n, day in enumerate(days)
    )
    there, back = compare(first, second, PRICE), compare(second, first, PRICE)
    assert there.verdict == back.verdict
    assert there.severity == pytest.approx(back.severity)
    assert compare(first, first, PRICE).verdict == "agree"


# --- plausibility ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "count"),
    [
        ("1.2", "", 0),
        ("0.9", "", 1),  # a PUE below 1
        ("0.9 to 1.2", "", 1),
        ({"at_least": "2"}, "", 0),
        ({"at_most": "0.5"}, "", 1),
        ("unknown", "", 0),
        ("120", "percent", 0),
        ("90", "percent", 1),
        ("5", "USD", 0),  # not comparable: loading has said so
    ],
)
def test_plausibility(value: object, unit: str, count: int) -> None:
    quantity = Quantity("pue", unit="", plausible=(1.0, None))
    figure = a_figure(value, unit=unit, quantity="pue", path="notes/x.md", line=3)
    lines = implausible([figure], {"pue": quantity})
    assert len(lines) == count
    assert all(
        line.startswith("notes/x.md:3: figure fig_1:") and "outside the plausible 1 to ∞" in line for line in lines
    )


def test_axes_are_told_by_their_names_and_not_all_of_many() -> None:
    named = Quantity("rental-price", axes=("isl", "osl"), axis_names=("input length", "output length"))
    few = pair("2.0", "4.0", one={"scope": {"isl": "1024", "osl": "128"}}, two={"scope": {}})
    assert compare(*few, named).reason.endswith(
        "soft because only one of them says which input length and output length"
    )
    many = pair("2.0", "4.0", one={"scope": dict.fromkeys("abcdef", "x")}, two={"scope": {}})
    assert compare(*many, named).reason.endswith("which a, b, c and 3 more")
