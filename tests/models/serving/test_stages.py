"""Pipeline stages: a token takes all of them; memory is shared, and so is work when there is plenty."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from conftest import shared_path
from rackmath.models.serving import published
from rackmath.models.serving.predict import STAGED, predict, predict_rows
from rackmath.models.serving.rows import Configuration, columns, read_row
from rackmath.models.serving.search.points import predict_pairs
from rackmath.models.serving.simulator import Closed, Fixed, Workload, engine_of, simulate
from rackmath.models.serving.steady import memory_room, steady_state
from rackmath.models.serving.step import kv_bytes_per_token, step_time, weight_bytes
from rackmath.models.serving.stored import fitted, known

ROW = {
    "model_path": "Llama-3.1-70B",
    "system": "h100_sxm",
    "backend": "vllm",
    "precision": "fp8",
    "isl": "1024",
    "osl": "1024",
    "tp_size": "2",
}
STAGES = (1, 2, 4, 8)


def staged(stages: int, concurrency: float = 1, **changes: str) -> Configuration:
    return read_row({**ROW, "pp_size": str(stages), "concurrency": str(concurrency), **changes})


@pytest.mark.parametrize("changes", [{}, {"model_path": "DeepSeek-V3", "system": "h200_sxm", "tp_size": "8"}])
def test_a_lone_token_passes_every_stage_and_the_gaps_between_them(changes: dict[str, str]) -> None:
    tokens = [each.token for each in predict([staged(stages, **changes) for stages in STAGES])]
    assert tokens == sorted(tokens)
    assert tokens[0] < tokens[-1] < 1.1 * tokens[0]


def test_the_step_of_a_micro_batch_is_one_device_s_and_the_hand_overs() -> None:
    k = fitted().constants
    one, four = (columns([staged(stages)], k) for stages in (1, 4))
    batch, context, none = np.array([8.0]), np.array([1536.0]), np.zeros(1)
    alone, passed = (step_time(r, k, batch, context, none, none, none) for r in (one, four))
    # Three hand-overs of 8 × 8192 values of two bytes: 131 kB, on NVLink 10 µs and little more.
    handing_over = passed.pop("pipeline hand-over")[0]
    assert alone.pop("pipeline hand-over")[0] == 0
    assert 30e-6 < handing_over < 35e-6
    assert sum(passed.values())[0] == pytest.approx(sum(alone.values())[0], rel=1e-12)


def test_stages_halve_what_a_device_holds() -> None:
    k = fitted().constants
    one, two = (columns([staged(stages)], k) for stages in (1, 2))
    held = [weight_bytes(r) for r in (one, two)]
    for part in ("attention", "feed-forward"):
        assert held[1][part] == pytest.approx(held[0][part] / 2)
    assert kv_bytes_per_token(two) == pytest.approx(kv_bytes_per_token(one) / 2)
    assert memory_room(two) > memory_room(one)


def test_stages_serve_more_when_there_is_plenty_to_do() -> None:
    k = fitted().constants
    made = steady_state(columns([staged(stages, 4096) for stages in STAGES], k), k)
    rates = made.running / made.token
    assert (np.diff(rates) > 0).all()
    assert (rates[1:] / rates[0] > np.array([1.4, 2.0, 2.5])).all()
    assert made.batch == pytest.approx(made.running / np.array(STAGES))


@pytest.mark.parametrize("mode", ["agg", "disagg"])
def test_stages_that_were_never_measured_widen_the_interval_and_are_named(mode: str) -> None:
    rows = [
        {**ROW, "mode": mode, "concurrency": "8", "pp_size": stages, "decode_pp_size": stages, "decode_tp_size": "2"}
        for stages in ("1", "2")
    ]
    one, two = predict_rows(rows)
    assert STAGED in two.note
    assert STAGED not in one.note
    for low, high in (("token_low", "token_high"), ("first_low", "first_high")):
        widths = [np.log(getattr(each, high) / getattr(each, low)) for each in (one, two)]
        assert widths[1] == pytest.approx(1.5 * widths[0])


def test_the_search_says_what_predictions_say() -> None:
    setups = [staged(stages) for stages in STAGES]
    loads = np.array([1.0, 8.0, 32.0, 64.0])
    points = predict_pairs(setups, np.arange(4), loads, {}, fitted(), known())
    rows = predict([replace(c, concurrency=load) for c, load in zip(setups, loads, strict=True)])
    assert points.tpot == pytest.approx([each.token for each in rows])
    assert points.ttft_high == pytest.approx([each.first_high for each in rows])
    assert [STAGED in each for each in points.rests_on] == [False, True, True, True]


@pytest.mark.parametrize("stages", [2, 4])
def test_a_simulation_of_micro_batches_agrees_with_the_closed_form(stages: int) -> None:
    c = staged(stages, 32, isl="256", osl="512")
    load = Workload(arrivals=Closed(32), lengths=Fixed(256, 512), requests=320)
    made = simulate(engine_of(c), load, seed=1)
    assert made.tpot
    (closed,) = predict([c])
    assert made.tpot.mean == pytest.approx(closed.token, rel=0.1)
    alone = simulate(engine_of(staged(1, 32, isl="256", osl="512")), load, seed=1)
    assert made.output_tokens_per_s > alone.output_tokens_per_s


@pytest.mark.shared
def test_the_gain_of_stages_at_full_load_is_near_what_was_published() -> None:
    # TensorRT-LLM's table, Llama 3.3 70B in FP4 on RTX PRO 6000 with 1, 2, 4 and 8 stages: never fitted.
    with shared_path(f"data/{published.SETS['TensorRT-LLM maximum throughput'][0]}").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["gpu"], row["tp"]) == ("RTX6000PRO", "1")]
    found, _ = published.points([row for row in rows if row["model"] == "Llama 3.3 70B"], published.overview)
    rates: dict[tuple[float, float], dict[int, tuple[float, float]]] = {}
    for point, _, said in published.answered(found):
        c = point.configuration
        at = rates.setdefault((c.isl, c.osl), {})
        at[c.layout.pp] = said[published.RATE], point.values[published.RATE]
    off = [
        (by[stages][0] / by[1][0]) / (by[stages][1] / by[1][1])
        for by in rates.values()
        for stages in by
        if stages > 1 and 1 in by
    ]
    assert len(off) >= 20
    assert 0.7 < np.median(off) < 1.4
