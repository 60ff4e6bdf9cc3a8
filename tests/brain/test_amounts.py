"""Numbers with units, in figures and in prose."""

from __future__ import annotations

from math import inf

import pytest

from rackmath.brain.amounts import Amount, Wanted, amounts
from rackmath.vault import Document


def prose(text: str) -> list[Amount]:
    return amounts(Document.parse(""), text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("at $3.90 per GPU-hour", Amount(3.9, 3.9, "USD/GPU_hour")),
        ("$2.50/1M tokens", Amount(2.5, 2.5, "USD/Mtok")),
        ("$0.10–0.30 per million input tokens", Amount(0.1, 0.3, "USD/Mtok")),
        ("$0.09/GB of traffic", Amount(0.09, 0.09, "USD/GB")),
        ("$1.2 billion", Amount(1.2e9, 1.2e9, "USD")),
        ("44 percent", Amount(44, 44, "percent")),
        ("1,389 watts", Amount(1389, 1389, "W")),
        ("120 kW a rack", Amount(120, 120, "kW")),
        ("24 months", Amount(24, 24, "month")),
        ("40 tokens per second", Amount(40, 40, "token/s")),
        ("4x faster", Amount(4, 4, "times")),
        ("there are 12 of them", Amount(12, 12, "")),
    ],
)
def test_prose(text: str, amount: Amount) -> None:
    assert prose(text) == [amount]


def test_other_currencies_compare_with_nothing() -> None:
    assert prose("€3.20 per hour") == []


def test_figures_go_first_and_each_amount_counts_once() -> None:
    document = Document.parse(
        "```figures\n- {id: a, value: 5, unit: USD}\n- {low: 1, high: 3, unit: ''}\n- {value: x}\n```\n"
    )
    assert amounts(document, "$5 and $5") == [Amount(5, 5, "USD"), Amount(1, 3, "ratio")]


def test_conditions_convert_and_leave_out_what_does_not_compare() -> None:
    sql, given = Wanted(1, inf, "USD/GPU_hour", (True, True), "").condition(["USD/GPU_second", "USD/Mtok", "bogus"])
    assert sql.count("unit = ?") == 1
    assert given[0] == "USD/GPU_second"
    assert given[1] == pytest.approx(1 / 3600)
    assert given[2] == inf


def test_a_plain_number_is_no_share() -> None:
    _, given = Wanted(40, inf, "percent", (True, True), "").condition(["", "ratio", "percent"])
    assert given[::3] == ["ratio", "percent"]
    assert given[1] == pytest.approx(0.4)


def test_nothing_that_compares_is_a_condition_that_nothing_fulfils() -> None:
    assert Wanted(1, 2, "USD", (True, True), "").condition(["W"]) == ("0", [])
