"""`rackmath commitments`, end to end."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/commitments"
REPLAY = ("commitments", "replay", "--usage", EXAMPLE / "usage.csv", "--commitments", EXAMPLE / "commitments.yaml")
SIZE = ("commitments", "size", "--usage", EXAMPLE / "usage.csv", "--rates", EXAMPLE / "rates.yaml")


def test_replay_of_the_example(rackmath):
    answer = rackmath(*REPLAY, "--json").json
    by_id = {each["id"]: each for each in answer["commitments"]}
    # The database runs all week: 168 h of one reserved instance; (2,760 + 8,760 · 0.315) / 8,760 h · 168 h = 105.85
    assert by_id["database"]["utilisation"] == 1
    assert by_id["database"]["amortised"] == pytest.approx((2760 / 8760 + 0.315) * 168)
    assert by_id["database"]["cash"] == pytest.approx(0.315 * 168)
    # The web reservation begins on Wednesday: 5 days · 24 h of 4 · 4 normalised units, which two m5.xlarge always use
    assert (by_id["web"]["active_hours"], by_id["web"]["committed"]) == (120, 120 * 16)
    assert by_id["web"]["utilisation"] == 1
    assert answer["amortised"] == pytest.approx(sum(each["amortised"] for each in answer["accounts"]))
    shown = rackmath(*REPLAY).out
    for each in by_id:
        assert each in shown
    assert "effective savings rate" in shown


def test_focus_rows(rackmath, tmp_path):
    path = tmp_path / "bill.csv"
    answer = rackmath(*REPLAY, "--focus", path, "--json").json
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(float(row["EffectiveCost"]) for row in rows) == pytest.approx(answer["amortised"])
    assert sum(float(row["BilledCost"]) for row in rows) == pytest.approx(answer["cash"])
    assert rackmath("commitments", "replay", "--usage", path, "--commitments", EXAMPLE / "commitments.yaml").status == 0


def test_size_of_the_example(rackmath):
    answer = rackmath(*SIZE, "--json").json
    assert answer["cost_at_least"] <= answer["cost"] * (1 + 1e-9)
    assert answer["replayed"]["esr_list"] > 0
    assert any("too short a history" in note for note in answer["notes"])
    assert "all together: buy" in rackmath(*SIZE).out


def test_bad_input_is_one_line(rackmath, tmp_path):
    done = rackmath(
        "commitments", "replay", "--usage", tmp_path / "none.csv", "--commitments", EXAMPLE / "commitments.yaml"
    )
    assert done.status == 2
    assert done.err.startswith("rackmath: ")
    assert "none.csv" in done.err
    foreign = tmp_path / "c.yaml"
    foreign.write_text("currency: EUR\ncommitments: []\n", encoding="utf-8")
    done = rackmath("commitments", "replay", "--usage", EXAMPLE / "usage.csv", "--commitments", foreign)
    assert (done.status, "is in EUR and" in done.err) == (2, True)
