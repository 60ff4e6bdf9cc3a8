"""Static batches: closed form against drawn batches, and against a real log."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving._lengths import Lengths
from rackmath.models.serving.static_batching import mean_of_the_longest, static_batching, waste_of_batches
from rackmath.uncertainty import stream

BASE = {
    "full_batch_cost": 0.30,
    "batch_size": 32.0,
    "median_answer": 129.0,
    "long_answer": 451.0,
    "longest_answer": 2048.0,
}


def test_a_batch_by_hand() -> None:
    # answers of 10, 20, 30 and 100 tokens: 160 of 4 × 100 places are used
    assert waste_of_batches([10, 20, 30, 100], 4) == pytest.approx(0.6)
    # 30 of 40 and 130 of 200: sums before ratios
    assert waste_of_batches([10, 20, 30, 100, 7], 2) == pytest.approx(1 - 160 / 240)


@pytest.mark.parametrize("batch", [1, 4, 32, 256])
def test_the_waste_is_that_of_drawn_batches(batch: int) -> None:
    sigma = np.log(451 / 129) / 1.6448536
    drawn = np.exp(np.log(129) + sigma * stream(8, f"static:{batch}").standard_normal(256_000))
    found = static_batching(**BASE | {"batch_size": float(batch)})
    assert found.notes["wasted_share"].value == pytest.approx(
        waste_of_batches(np.minimum(drawn, 2048), batch), abs=0.005
    )
    assert found.total == pytest.approx(0.30 / (1 - found.notes["wasted_share"].value))


def test_the_longest_of_a_batch_in_closed_form() -> None:
    # of two normal deviates the mean of the larger is 1/√π; of lognormals e^(σ²/2) (2 Φ(σ/√2))
    from scipy.special import ndtr

    for sigma in (0.1, 1.0, 2.5):
        two = mean_of_the_longest(Lengths(0.0, sigma, 1e12), 2.0)
        assert two == pytest.approx(2 * np.exp(sigma**2 / 2) * ndtr(sigma / np.sqrt(2)), rel=1e-6)
        one = mean_of_the_longest(Lengths(0.0, sigma, 1e12), 1.0)
        assert one == pytest.approx(np.exp(sigma**2 / 2), rel=1e-6)


def test_limits() -> None:
    assert static_batching(**BASE | {"batch_size": 1.0}).total == pytest.approx(0.30)
    assert static_batching(**BASE | {"long_answer": 129.0}).total == pytest.approx(0.30)
    many = static_batching(**BASE | {"batch_size": 1e5})
    assert many.notes["mean_longest_answer"].value == pytest.approx(2048, rel=1e-3)
    all_cut = static_batching(**BASE | {"longest_answer": 1.0})
    assert all_cut.total == pytest.approx(0.30)


@pytest.mark.parametrize(("answers", "batch"), [([1.0], 2), ([1.0, 0.0], 1), ([1.0, np.inf], 1), ([1.0, 2.0], 0)])
def test_what_makes_no_sense_is_refused(answers: list[float], batch: int) -> None:
    with pytest.raises(RackmathError):
        waste_of_batches(answers, batch)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "batch", "waste", "modelled"),
    [("conv", 8, 0.517, 0.591), ("conv", 32, 0.616, 0.732), ("code", 8, 0.732, 0.718), ("code", 32, 0.879, 0.855)],
)
def test_static_batches_of_a_real_log(name: str, batch: int, waste: float, modelled: float) -> None:
    """Real answers of conversations have a shorter tail than the lognormal through their median and 95th percentile."""
    with shared_path(f"data/traces/azure_llm_2023_{name}.csv").open(encoding="utf-8") as file:
        answers = np.array([float(row["GeneratedTokens"]) for row in csv.DictReader(file)])
    percentiles = {"median_answer": float(np.median(answers)), "long_answer": float(np.percentile(answers, 95))}
    longest = {"longest_answer": float(answers.max()), "batch_size": float(batch)}
    assert waste_of_batches(answers[answers > 0], batch) == pytest.approx(waste, abs=0.002)
    found = static_batching(**BASE | percentiles | longest)
    assert found.notes["wasted_share"].value == pytest.approx(modelled, abs=0.002)
