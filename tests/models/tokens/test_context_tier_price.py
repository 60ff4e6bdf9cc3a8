"""Tiers by context length: the lognormal's partial expectation against draws, and the limits."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.tokens.context_tier_price import context_tier_price
from rackmath.uncertainty import stream

BASE = {
    "input_price": 1.25,
    "output_price": 10.0,
    "median_input_tokens": 80_000.0,
    "input_length_spread": 1.0,
    "output_tokens": 1000.0,
    "tier_threshold": 200_000.0,
    "long_input_factor": 2.0,
    "long_output_factor": 1.5,
    "tiers": "whole-request",
}


@pytest.mark.parametrize("tiers", ["whole-request", "beyond-threshold"])
@pytest.mark.parametrize("spread", [0.3, 1.0, 1.8])
def test_the_mean_is_that_of_drawn_requests_priced_one_by_one(tiers: str, spread: float) -> None:
    lengths = 80_000 * np.exp(spread * stream(1, f"lengths:{spread}").standard_normal(1_000_000))
    long = lengths > 200_000
    if tiers == "whole-request":
        into = np.where(long, 2.5, 1.25) * lengths
        out = np.where(long, 15.0, 10.0) * 1000
    else:
        into = 1.25 * lengths + 1.25 * np.maximum(lengths - 200_000, 0)
        out = np.full(len(lengths), 10.0 * 1000)
    drawn = (into + out).mean() / 1e6
    found = context_tier_price(**BASE | {"tiers": tiers, "input_length_spread": spread})
    assert found.total == pytest.approx(drawn, rel=0.01)
    assert found.notes["share_of_long_requests"].value == pytest.approx(long.mean(), abs=0.002)


@pytest.mark.parametrize(
    ("tokens", "price"),
    [
        (200_000.0, 0.26),  # 0.2 Mtok × 1.25 + 0.001 × 10: the threshold itself is not long
        (200_001.0, 0.5150025),  # 0.200001 × 2.50 + 0.001 × 15
    ],
)
def test_requests_of_one_length(tokens: float, price: float) -> None:
    found = context_tier_price(**BASE | {"input_length_spread": 0.0, "median_input_tokens": tokens})
    assert found.total == pytest.approx(price)


def test_limits() -> None:
    base = 1.25 * 80_000 * np.exp(0.5) / 1e6 + 0.01
    assert context_tier_price(**BASE | {"tier_threshold": 1e9}).total == pytest.approx(base)
    assert context_tier_price(**BASE | {"long_input_factor": 1.0, "long_output_factor": 1.0}).total == pytest.approx(
        base
    )
    # a threshold of one token makes every request long
    assert context_tier_price(**BASE | {"tier_threshold": 1.0}).total == pytest.approx(2 * (base - 0.01) + 0.015)


def test_beyond_the_threshold_is_never_dearer_than_the_whole_request() -> None:
    spreads = np.linspace(0.0, 2.0, 9)
    whole, beyond = (
        context_tier_price(**BASE | {"tiers": tiers, "input_length_spread": spreads}).total
        for tiers in ("whole-request", "beyond-threshold")
    )
    assert (beyond <= whole + 1e-12).all()
