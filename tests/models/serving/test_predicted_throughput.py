"""Predicted throughput: the serving model's own numbers, its interval when drawn, and what formats do."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.evidence import Evidence
from rackmath.kernel.run import run
from rackmath.models.serving.predict import predict_rows
from rackmath.models.serving.predicted_throughput import predicted_throughput

BASE = {
    "language_model": "Llama-3.1-70B",
    "accelerator": "h200_sxm",
    "weight_format": "fp8",
    "engine": "vllm",
    "tensor_ranks": "4",
    "data_ranks": "1",
    "expert_ranks": "1",
    "concurrency": 32.0,
    "input_tokens": 1024.0,
    "output_tokens": 1024.0,
    "tokens_counted": "output",
    "prediction_score": 0.0,
}
ROW = {"model_path": "Llama-3.1-70B", "system": "h200_sxm", "backend": "vllm", "precision": "fp8", "mode": "agg"}
ROW |= {"isl": "1024", "osl": "1024", "concurrency": "32", "tp_size": "4", "moe_tp_size": "4", "id": "r"}


def test_it_is_what_the_batch_says():
    (row,) = predict_rows([ROW])
    found = predicted_throughput(**BASE)
    notes = {name: note.value for name, note in found.notes.items()}
    assert notes["time_per_output_token"] == pytest.approx(1e3 * row.token)
    assert notes["time_per_output_token_high"] == pytest.approx(1e3 * row.token_high)
    assert notes["time_to_first_token_low"] == pytest.approx(1e3 * row.first_low)
    # 32 requests of 1,024 tokens on four accelerators, each in flight for the first token and 1,023 gaps
    assert found.total == pytest.approx(32 * 1024 / (row.first + 1023 * row.token) / 4)
    assert notes["predicted"] == found.total
    assert notes["user_speed"] == pytest.approx(1 / row.token)
    assert notes["interval_rests_on"] == row.note


def test_tokens_of_both_kinds_are_counted_together():
    both = predicted_throughput(**BASE | {"tokens_counted": "both", "input_tokens": 3072.0})
    output = predicted_throughput(**BASE | {"input_tokens": 3072.0})
    assert both.total == pytest.approx(4 * output.total)
    assert both.notes["input_share"].value == 0.75


def test_the_score_moves_through_the_interval():
    tenth = NormalDist().inv_cdf(0.9)
    high, low = (predicted_throughput(**BASE | {"prediction_score": score}) for score in (tenth, -tenth))
    assert high.total == pytest.approx(high.notes["throughput_high"].value)
    assert low.total == pytest.approx(low.notes["throughput_low"].value)


def test_draws_are_those_of_the_interval():
    made = run("serving.predicted_throughput", {}, Evidence.load(), samples=20_000, seed=1)
    notes = made.central.notes
    # 80 % between the ends of the interval; p5 and p95 lie 1.645 / 1.2816 as far out
    far = NormalDist().inv_cdf(0.95) / NormalDist().inv_cdf(0.9)
    middle = notes["predicted"].value
    for end, name in (("p5", "throughput_low"), ("p95", "throughput_high")):
        ratio = np.log(made.distribution[end] / middle) / np.log(notes[name].value / middle)
        assert ratio == pytest.approx(far, rel=0.05)
    assert made.distribution["p50"] == pytest.approx(middle, rel=0.005)
    assert made.sensitivity[0]["input"] == "prediction_score"


@pytest.mark.parametrize(
    ("accelerator", "narrow", "least"),
    [
        # FP8 is said to double throughput at the most (https://www.gmicloud.ai/blog); decode reads half the bytes
        ("h100_sxm", "fp8", 1.2),
        ("h200_sxm", "fp8", 1.2),
        ("b200_sxm", "nvfp4", 1.2),
    ],
)
def test_fewer_bits_are_faster_and_never_by_more_than_their_ratio(accelerator, narrow, least):
    found = predicted_throughput(**BASE | {"accelerator": accelerator, "weight_format": narrow, "concurrency": 16.0})
    faster = found.notes["speed_against_bf16"].value
    assert least < faster < {"fp8": 2.2, "nvfp4": 2.2 * 16 / 9}[narrow]
    assert found.notes["cost_change_against_bf16"].value == pytest.approx(1 / faster - 1)


def test_half_the_bits_need_half_the_accelerators():
    # 70.6e9 weights of two bytes are 141 GB: two of 86; of one byte 71 GB: one
    found = predicted_throughput(**BASE | {"accelerator": "h100_sxm"})
    assert (found.notes["fewest_gpus"].value, found.notes["fewest_gpus_in_bf16"].value) == ("1", "2")
    own = predicted_throughput(**BASE | {"weight_format": "own"})
    assert own.notes["speed_against_bf16"].value == pytest.approx(1)


def test_a_load_beyond_memory_waits_and_is_said():
    found = predicted_throughput(**BASE | {"accelerator": "h100_sxm", "tensor_ranks": "1"})
    assert "others wait" in found.warnings[0]
    assert not predicted_throughput(**BASE).warnings


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"language_model": "Llama-3.1-405B", "tensor_ranks": "1"}, "does not fit"),
        ({"tensor_ranks": "64", "language_model": "Qwen3-8B"}, "do not divide the 32 heads"),
        ({"data_ranks": "2"}, "has no experts"),
        ({"language_model": "DeepSeek-V3", "tensor_ranks": "2", "expert_ranks": "8"}, "do not divide the 2 devices"),
        ({"engine": "trtllm", "accelerator": "mi300x"}, "trtllm does not run on mi300x"),
        ({"concurrency": 0.0}, "concurrency"),
        ({"output_tokens": -1.0}, "output_tokens"),
        ({"prediction_score": float("nan")}, "prediction_score"),
        ({"accelerator": "abacus"}, "is not one of"),
    ],
)
def test_what_cannot_be_is_one_line(changes, told):
    with pytest.raises(RackmathError, match=told) as raised:
        predicted_throughput(**BASE | changes)
    assert "\n" not in str(raised.value)


def test_experts_are_laid_out_over_ranks():
    moe = BASE | {"language_model": "DeepSeek-V3", "weight_format": "own", "engine": "sglang", "tensor_ranks": "8"}
    tensor = predicted_throughput(**moe)
    expert = predicted_throughput(**moe | {"expert_ranks": "8"})
    data = predicted_throughput(**moe | {"tensor_ranks": "1", "data_ranks": "8", "expert_ranks": "8"})
    assert len({round(each.total, 6) for each in (tensor, expert, data)}) == 3
    assert all(each.notes["gpus_per_replica"].value == 8 for each in (tensor, expert, data))
