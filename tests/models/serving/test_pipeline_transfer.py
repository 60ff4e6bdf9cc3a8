"""Pipelines: published sizes of activations, the bubble against a schedule that is played out, and placement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.serving.pipeline_transfer import pipeline_transfer
from rackmath.models.serving.tensor_parallel_traffic import tensor_parallel_traffic

BASE: dict[str, Any] = {
    "stages": 4.0,
    "microbatches": 8.0,
    "stage_time": 10.0,
    "tokens": 2048.0,
    "hidden_size": 8192.0,
    "activation_bytes": 2.0,
    "layers": 80.0,
    "network_bandwidth": 50.0,
    "transfer_latency": 10.0,
    "work": "forward",
}


def note(name: str, **changes: Any) -> float:
    return float(pipeline_transfer(**BASE | changes).notes[name].value)


def test_by_hand() -> None:
    # 8 × 10 ms busy; 3 × 10 ms bubble; three times 10 µs and 33.55 MB over 50 GB/s (671 µs)
    found = pipeline_transfer(**BASE)
    assert found.lines == pytest.approx({"busy": 80.0, "bubble": 30.0, "transfers": 3 * 0.68109}, rel=1e-4)
    assert note("bubble_share") == pytest.approx(3 / 11)
    assert found.warnings == ()


def test_a_cut_of_a_70b_model_hands_on_32_mebibytes() -> None:
    # 1 × 2,048 × 8,192 × 2 bytes (https://buildai.substack.com/p/model-sharding-strategies-loading-c2b)
    assert note("transfer_per_cut") == 32


def test_two_and_a_half_gibibytes_are_what_training_keeps_and_serving_does_not_send() -> None:
    # the same page multiplies by 80 layers: 2.5 GiB (2.68 GB). That is what a backward pass would need kept; in serving
    # each layer's activations replace those before, and four stages hand on three times 32 MiB
    assert note("activations_if_all_layers_were_kept") == pytest.approx(2.684, abs=1e-3)
    assert note("activations_if_all_layers_were_kept") * 1e9 / 2**30 == pytest.approx(2.5)
    sent = 3 * note("transfer_per_cut") / 1024
    assert sent == pytest.approx(0.094, abs=1e-3)


def played_out(stages: int, microbatches: int, each: float, send: float) -> float:
    """Return when the last micro-batch leaves the last stage; stages and links do one thing at a time."""
    free, link = np.zeros(stages), np.zeros(stages)
    for _ in range(microbatches):
        ready = 0.0
        for stage in range(stages):
            free[stage] = max(free[stage], ready) + each
            link[stage] = ready = max(link[stage], free[stage]) + send
    return float(free[-1])


@pytest.mark.parametrize(("stages", "microbatches"), [(1, 1), (1, 7), (2, 8), (4, 1), (4, 8), (8, 3), (16, 64)])
def test_a_schedule_that_is_played_out_takes_as_long(stages: int, microbatches: int) -> None:
    case = {"stages": float(stages), "microbatches": float(microbatches)}
    found = pipeline_transfer(**BASE | case)
    send = note("time_of_a_transfer") / 1e3
    assert found.total == pytest.approx(played_out(stages, microbatches, 10.0, send))
    idle = 1 - microbatches * 10.0 / (played_out(stages, microbatches, 10.0, 0.0))
    assert found.notes["bubble_share"].value == pytest.approx(idle)


def test_many_microbatches_make_the_bubble_small() -> None:
    # (p - 1) / (m + p - 1): under a fifth from m = 4p on (https://arxiv.org/abs/1811.06965 calls it negligible there)
    for stages in (2.0, 8.0, 64.0):
        assert note("bubble_share", stages=stages, microbatches=4 * stages) < 0.2
    assert note("bubble_share", microbatches=1.0) == pytest.approx(0.75)


def test_one_stage_sends_nothing() -> None:
    found = pipeline_transfer(**BASE | {"stages": 1.0})
    assert found.lines == {"busy": 80.0, "bubble": 0.0, "transfers": 0.0}
    assert note("tensor_traffic_over_pipeline", stages=1.0) == 1


def test_training_goes_there_and_back() -> None:
    found = pipeline_transfer(**BASE | {"work": "forward-and-backward"})
    assert found.lines["bubble"] == pytest.approx(90)
    assert found.lines["transfers"] == pytest.approx(6 * 0.68109, rel=1e-4)
    assert found.notes["bubble_share"].value == pytest.approx(3 / 11)


def test_tensor_parallelism_sends_hundreds_of_times_more() -> None:
    # 2 × 80 all-reduces of 2(p-1)/p messages on each of p ranks, against p - 1 messages: 320 times for any p. So
    # tensor parallelism belongs on NVLink and pipelines between servers; the ratio of the two links is only nine
    for ranks in (2.0, 4.0, 8.0):
        assert note("tensor_traffic_over_pipeline", stages=ranks) == pytest.approx(320)
    shared = tensor_parallel_traffic(
        tokens=2048, hidden_size=8192, activation_bytes=2, layers=80, reductions_per_layer=2, gpus=4,
        algorithm="two-step", all_reduce_latency=10, link_bandwidth=450, link_bandwidth_share=0.8, compression=1,
        time_without_communication=49,
    )  # fmt: skip
    pipelined = 3 * note("transfer_per_cut") * 2**20 / 1e9
    assert 4 * float(shared.notes["traffic_per_step"].value) / pipelined == pytest.approx(320)


def test_a_transfer_that_is_longer_than_a_stage_is_warned_of() -> None:
    found = pipeline_transfer(**BASE | {"network_bandwidth": 1.0})
    assert "sets the pace" in found.warnings[0]
    assert played_out(4, 8, 10.0, note("time_of_a_transfer", network_bandwidth=1.0) / 1e3) > 1.5 * float(found.total)
    assert "more stages than layers" in pipeline_transfer(**BASE | {"stages": 81.0}).warnings[0]
