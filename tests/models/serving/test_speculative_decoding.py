"""Speculative decoding: the published table, draws, and where it stops paying."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.speculative_decoding import speculative_decoding
from rackmath.uncertainty import stream

BASE = {
    "step_time": 20.0,
    "drafted_tokens": 5.0,
    "acceptance_rate": 0.8,
    "draft_cost_ratio": 0.0,
    "token_bound_share": 0.0,
}


@pytest.mark.parametrize(
    ("acceptance", "drafted", "arithmetic", "speed"),
    # Leviathan, Kalman and Matias (arXiv 2211.17192), Table 1: a draft model that costs nothing
    [
        (0.6, 2, 1.53, 1.96),
        (0.7, 3, 1.58, 2.53),
        (0.8, 2, 1.23, 2.44),
        (0.8, 5, 1.63, 3.69),
        (0.9, 2, 1.11, 2.71),
        (0.9, 10, 1.60, 6.86),
    ],
)
def test_the_published_table(acceptance: float, drafted: float, arithmetic: float, speed: float) -> None:
    notes = speculative_decoding(**BASE | {"acceptance_rate": acceptance, "drafted_tokens": float(drafted)}).notes
    assert notes["speed_up"].value == pytest.approx(speed, abs=0.005)
    assert notes["arithmetic_ratio"].value == pytest.approx(arithmetic, abs=0.005)


@pytest.mark.parametrize(("acceptance", "drafted"), [(0.5, 3), (0.8, 5), (0.95, 8)])
def test_tokens_per_step_are_those_of_drawn_acceptances(acceptance: float, drafted: int) -> None:
    accepted = stream(2, "speculative").random((200_000, drafted)) < acceptance
    in_a_row = np.cumprod(accepted, axis=1).sum(axis=1)
    found = speculative_decoding(**BASE | {"acceptance_rate": acceptance, "drafted_tokens": float(drafted)})
    assert found.notes["tokens_per_step"].value == pytest.approx((in_a_row + 1).mean(), rel=0.005)


def test_drafting_costs_what_the_formula_says() -> None:
    # (1 - 0.8^6) / 0.2 = 3.689 over 1 + 5 × 0.1
    found = speculative_decoding(**BASE | {"draft_cost_ratio": 0.1})
    assert found.notes["speed_up"].value == pytest.approx(3.68928 / 1.5)
    assert found.total == pytest.approx(20 * 1.5 / 3.68928)
    assert found.lines["drafting"] == pytest.approx(20 * 0.5 / 3.68928)


def test_in_a_full_batch_it_is_slower() -> None:
    # checking six tokens takes as long as six steps: 3.69 tokens for six
    full = speculative_decoding(**BASE | {"token_bound_share": 1.0})
    assert full.notes["speed_up"].value == pytest.approx(3.68928 / 6)
    assert full.notes["best_drafted_tokens"].value == 0
    assert full.notes["acceptance_from_which_it_pays"].value == pytest.approx(1.0)
    assert "slower" in full.warnings[0]
    assert speculative_decoding(**BASE).warnings == ()


def test_it_pays_from_that_acceptance_on() -> None:
    at = BASE | {"draft_cost_ratio": 0.1, "token_bound_share": 0.2}
    pays = float(speculative_decoding(**at).notes["acceptance_from_which_it_pays"].value)
    assert 0 < pays < 1
    assert speculative_decoding(**at | {"acceptance_rate": pays}).notes["speed_up"].value == pytest.approx(1.0)


def test_the_best_draft_is_no_worse_than_any_other() -> None:
    at = BASE | {"draft_cost_ratio": 0.05, "acceptance_rate": 0.7}
    every = [speculative_decoding(**at | {"drafted_tokens": float(n)}).notes["speed_up"].value for n in range(17)]
    notes = speculative_decoding(**at).notes
    assert notes["best_drafted_tokens"].value == int(np.argmax(every)) > 0
    assert notes["best_speed_up"].value == pytest.approx(max(every))


def test_nothing_drafted_changes_nothing() -> None:
    assert speculative_decoding(**BASE | {"drafted_tokens": 0.0}).total == pytest.approx(20.0)


def test_certain_acceptance_is_refused() -> None:
    with pytest.raises(RackmathError, match="acceptance_rate"):
        speculative_decoding(**BASE | {"acceptance_rate": 1.0})
    near = speculative_decoding(**BASE | {"acceptance_rate": 0.999})
    assert near.notes["tokens_per_step"].value == pytest.approx(6, rel=0.003)
