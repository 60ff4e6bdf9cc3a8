"""Cost over a spread of lengths: closed form against draws, and against four real logs."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving._lengths import lengths
from rackmath.models.serving.length_spread import Rates, length_spread, request_costs
from rackmath.uncertainty import stream

BASE = {
    "median_prompt": 6909.0,
    "long_prompt": 39_550.0,
    "median_answer": 350.0,
    "long_answer": 698.0,
    "longest_context": 131_072.0,
    "cached_share": 0.0,
    "prompt_token_cost": 0.15,
    "answer_token_cost": 0.30,
    "prompt_equal_context": 104_500.0,
    "answer_equal_context": 16_000.0,
}
RATES = Rates(0.15e-6, 0.30e-6, 104_500.0, 16_000.0, 0.0)


def drawn(count: int = 400_000) -> tuple[np.ndarray, np.ndarray]:
    draws = stream(7, "length spread")
    prompts = np.exp(np.log(6909) + np.log(39_550 / 6909) / 1.644854 * draws.standard_normal(count))
    answers = np.exp(np.log(350) + np.log(698 / 350) / 1.644854 * draws.standard_normal(count))
    return np.minimum(prompts, 131_072), np.minimum(answers, 131_072)


@pytest.mark.parametrize("cached", [0.0, 0.6])
def test_the_mean_and_the_percentiles_are_those_of_draws(cached: float) -> None:
    prompts, answers = drawn()
    costs = request_costs(prompts, answers, cached * prompts, RATES)
    found = length_spread(**BASE | {"cached_share": cached})
    assert found.total == pytest.approx(costs.mean(), rel=0.01)
    for name, percentile in (("median_cost", 50), ("p95_cost", 95)):
        assert found.notes[name].value == pytest.approx(np.percentile(costs, percentile), rel=0.015)
    long = prompts > np.percentile(prompts, 90)
    share = costs[long].sum() / costs.sum()
    assert found.notes["cost_share_of_the_longest_prompts"].value == pytest.approx(share, rel=0.01)
    np.testing.assert_allclose(
        found.paths["cost_by_tenth_of_prompts"].values,
        [part.mean() for part in np.array_split(costs[np.argsort(prompts)], 10)],
        rtol=0.02,
    )


def test_equal_lengths_leave_the_cost_of_one_request() -> None:
    found = length_spread(**BASE | {"long_prompt": 6909.0, "long_answer": 350.0})
    assert found.total == pytest.approx(RATES.request(6909.0, 350.0), rel=1e-6)
    assert found.notes["understated_share"].value == pytest.approx(0.0, abs=1e-6)
    assert found.notes["p95_cost"].value == pytest.approx(found.total, rel=1e-6)


def test_without_attention_only_the_mean_counts() -> None:
    found = length_spread(**BASE | {"prompt_equal_context": 1e9, "answer_equal_context": 1e9})
    assert found.notes["understated_share"].value == pytest.approx(0.0, abs=1e-4)
    assert found.total == pytest.approx(
        0.15e-6 * found.notes["mean_prompt"].value + 0.30e-6 * found.notes["mean_answer"].value, rel=1e-3
    )


def test_a_cached_prefix_is_attended_to_all_the_same() -> None:
    # half cached: half of the weights' work, three quarters of attention's (1 - 0.5²)
    none, half, all_of_it = (length_spread(**BASE | {"cached_share": share}).lines for share in (0.0, 0.5, 1.0))
    assert half["prompt_weights"] == pytest.approx(none["prompt_weights"] / 2)
    assert half["prompt_attention"] == pytest.approx(none["prompt_attention"] * 0.75)
    assert half["answer_context"] == none["answer_context"]
    assert all_of_it["prompt_weights"] + all_of_it["prompt_attention"] == 0


def test_cutting_the_tail_is_said_and_cheaper() -> None:
    short = length_spread(**BASE | {"longest_context": 32_768.0})
    assert short.total < length_spread(**BASE).total
    assert short.notes["cut_share_of_prompts"].value == pytest.approx(0.0712, abs=1e-3)
    assert "cut" in short.warnings[0]
    assert length_spread(**BASE).warnings == ()


def test_moments_of_a_cut_lognormal_are_those_of_draws() -> None:
    prompts, _ = drawn()
    found = lengths("prompts", 6909.0, 39_550.0, 131_072.0)
    for power in (1, 2):
        assert found.moment(power) == pytest.approx((prompts**power).mean(), rel=0.01)
        above = np.where(prompts > 30_000, prompts, 0.0)
        assert found.moment(power, 30_000.0) == pytest.approx((above**power).mean(), rel=0.01)
    assert found.share_below(39_550.0) == pytest.approx(0.95)
    assert found.exceeded_by(0.5) == pytest.approx(6909.0)


def test_percentiles_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(RackmathError, match="95th percentile of prompts is below"):
        length_spread(**BASE | {"long_prompt": 100.0})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([1.0], [1.0, 2.0], [0.0]), "answers: 2 lengths beside 1 prompts"),
        (([np.nan], [1.0], [0.0]), "prompts"),
        (([5.0], [-1.0], [0.0]), "answers"),
        (([5.0], [1.0], [6.0]), "more cached tokens"),
    ],
)
def test_a_log_that_makes_no_sense_is_refused(given: tuple[list[float], ...], words: str) -> None:
    with pytest.raises(RackmathError, match=words):
        request_costs(*given, RATES)


def log(name: str) -> tuple[np.ndarray, np.ndarray]:
    path: Path = shared_path(f"data/traces/{name}")
    if path.suffix == ".csv":
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return tuple(np.array([float(row[key]) for row in rows]) for key in ("ContextTokens", "GeneratedTokens"))
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow to read Parquet files")
    table = parquet.read_table(path)
    keys = ("input_length", "output_length") if "mooncake" in name else ("num_prefill_tokens", "num_decode_tokens")
    return tuple(table[key].to_numpy().astype(float) for key in keys)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "squares", "understated", "modelled"),
    [
        ("azure_llm_2023_code.csv", 1.93, 0.017, 1.04),
        ("azure_llm_2023_conv.csv", 1.92, 0.007, 1.14),
        ("mooncake_conversation.parquet", 2.72, 0.142, 0.99),
        # the longer the paper, the shorter its summary (correlation -0.46): the product of the means is too high
        ("vidur_arxiv_summarization_lengths.parquet", 1.13, -0.001, 1.04),
    ],
)
def test_the_mean_cost_of_a_log_is_not_the_cost_of_its_mean(
    name: str, squares: float, understated: float, modelled: float
) -> None:
    """`squares` is E[n²]/E[n]², `understated` what the mean lengths leave out, `modelled` the lognormal's mean cost."""
    prompts, answers = log(name)
    assert (prompts**2).mean() / prompts.mean() ** 2 == pytest.approx(squares, abs=0.01)
    costs = request_costs(prompts, answers, np.zeros_like(prompts), RATES)
    assert 1 - RATES.request(prompts.mean(), answers.mean()) / costs.mean() == pytest.approx(understated, abs=0.001)
    percentiles = {
        f"{which}_{kind}": float(np.percentile(values, percentile))
        for kind, values in (("prompt", prompts), ("answer", answers))
        for which, percentile in (("median", 50), ("long", 95))
    }
    found = length_spread(**BASE | percentiles | {"longest_context": float(prompts.max())})
    assert found.total / costs.mean() == pytest.approx(modelled, abs=0.01)


@pytest.mark.shared
def test_attention_alone_is_understated_by_half_to_two_thirds() -> None:
    # one of the mean length would be billed 1 / 1.93 and 1 / 2.72 of what the prompts' attention takes
    for name, share in (("azure_llm_2023_code.csv", 1 - 1 / 1.93), ("mooncake_conversation.parquet", 1 - 1 / 2.72)):
        prompts, _ = log(name)
        none = np.zeros_like(prompts)
        only = RATES._replace(prompt_equal=1e-6, prompt_token=1e-12)
        costs = request_costs(prompts, none, none, only)
        assert 1 - only.request(prompts.mean(), 0.0) / costs.mean() == pytest.approx(share, abs=0.01)
