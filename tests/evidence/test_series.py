"""Which figure holds of each thing, as it was known on a day."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.brains import a_figure
from rackmath.evidence.series import series

DAY = date(2026, 6, 1)


def price(identity: str, subject: str, side: str, value: float, said: str, **more):
    """A list price per million tokens."""
    return a_figure(
        value,
        unit="USD/Mtok",
        identity=identity,
        subject=subject,
        quantity="list-price",
        scope={"tokens": side},
        as_of=said,
        stated_on=date.fromisoformat(said),
        kind="listed",
        half_life_days=30,
        **more,
    )


TABLES = {
    "2025-04-01": {"gpt-4.1": (2, 8), "claude-3.7": (3, 15), "gemini-1.5-pro": (1.25, 5)},
    "2026-02-01": {"gpt-4.1": (2, 8), "sonnet-4.6": (3, 15), "gemini-2.5-flash": (0.30, 2.50)},
    "2026-05-20": {"gpt-4.1": (2, 8), "gemini-2.5-pro": (1.25, 10)},
}
"""Three tables of prices in USD per million tokens, input and output, by the day on which a note read them."""


@pytest.fixture
def prices():
    return [
        price(f"fig_{said}_{model}_{side}", model, side, value, said)
        for said, table in TABLES.items()
        for model, pair in table.items()
        for side, value in zip(("input", "output"), pair, strict=True)
    ]


def test_each_generation_keeps_its_own_latest_price(prices):
    held = {(each.subject, dict(each.scope)["tokens"]): each for each in series(prices, DAY)}
    pairs = {model: tuple(held[model, side].latest.reading.low for side in ("input", "output")) for model, _ in held}
    assert pairs == {
        "gpt-4.1": (2, 8),
        "sonnet-4.6": (3, 15),
        "claude-3.7": (3, 15),
        "gemini-1.5-pro": (1.25, 5),
        "gemini-2.5-flash": (0.30, 2.50),
        "gemini-2.5-pro": (1.25, 10),
    }
    assert len(held["gpt-4.1", "input"].figures) == 3
    assert held["gpt-4.1", "input"].latest.stated_on == date(2026, 5, 20)
    assert not held["gpt-4.1", "input"].freshness.stale
    assert held["claude-3.7", "input"].freshness.stale


def test_a_day_knows_what_had_been_said_by_then(prices):
    assert {each.subject for each in series(prices, date(2025, 6, 1))} == {"gpt-4.1", "claude-3.7", "gemini-1.5-pro"}
    assert series(prices, date(2020, 1, 1)) == []


def test_what_is_announced_expected_or_retired_does_not_hold():
    now = price("fig_now", "m", "input", 3, "2026-05-01")
    announced = a_figure(
        2, unit="USD/Mtok", identity="fig_next", subject="m", quantity="list-price", scope={"tokens": "input"},
        as_of="2026-09-01", stated_on=date(2026, 5, 20), kind="listed",
    )  # fmt: skip
    forecast = a_figure(
        1, unit="USD/Mtok", identity="fig_guess", subject="m", quantity="list-price", scope={"tokens": "input"},
        as_of="2026-05-30", kind="forecast",
    )  # fmt: skip
    (held,) = series([now, announced, forecast], DAY)
    assert held.figures == (now,)
    (later,) = series([now, announced, forecast], date(2026, 10, 1))
    assert later.latest == announced
    replaced = price("fig_new", "m", "input", 2.5, "2026-05-25", supersedes=("fig_now",))
    (after,) = series([now, replaced], DAY)
    assert after.figures == (replaced,)
    (before,) = series([now, replaced], date(2026, 5, 10))
    assert before.figures == (now,)


def test_a_preferred_figure_comes_first():
    old = price("fig_old", "m", "input", 3, "2026-01-01", rank="preferred")
    new = price("fig_new", "m", "input", 2, "2026-05-01")
    (held,) = series([new, old], DAY)
    assert held.latest == old
