"""Number formats: published savings, which of them are one and the same, and which cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.serving.precision import precision

BASE = {
    "gpu_hour_price": 3.6,
    "output_throughput": 1000.0,  # 3.6 USD an hour over 3.6 M tokens an hour: 1 USD/Mtok
    "chip": "h100_sxm",
    "first_format": "bf16",
    "second_format": "fp8",
    "fixed_share": 0.0,
    "reading_share": 0.5,
    "parameters": 70.6e9,
    "weights_share_of_memory": 0.6,
}


@pytest.mark.parametrize("reading", [0.0, 0.4, 1.0])
def test_eight_bits_halve_the_cost_where_nothing_is_fixed(reading: float) -> None:
    # twice the throughput, 50 % less, whether reading or arithmetic limits (introl.com guide)
    found = precision(**BASE | {"reading_share": reading})
    assert found.total == pytest.approx(0.5, abs=1e-3)
    assert found.notes["throughput_ratio"].value == pytest.approx(2.0, abs=1e-3)


def test_what_is_fixed_is_not_saved() -> None:
    # Amdahl: of 40 fixed parts of 100 the other 60 are halved: 70
    found = precision(**BASE | {"fixed_share": 0.4})
    assert found.total == pytest.approx(0.7, abs=1e-3)
    assert found.notes["saving_share"].value == pytest.approx(0.3, abs=1e-3)
    assert found.notes["saving_share_if_nothing_were_fixed"].value == pytest.approx(0.5, abs=1e-3)
    assert precision(**BASE | {"fixed_share": 1.0}).total == pytest.approx(1.0)


def test_a_further_thirty_to_forty_per_cent_must_be_measured_from_fp8() -> None:
    """FP4 on B200 is said to save "30 to 40 %", against FP16 or against FP8.

    Against FP16 it would save less than FP8 alone does (50 %). Against FP8, 15 to 36 parts of 100 are fixed.
    """
    step = BASE | {"chip": "b200_sxm", "first_format": "fp8", "second_format": "nvfp4"}
    assert precision(**step | {"fixed_share": 0.36}).notes["saving_share"].value == pytest.approx(0.30, abs=1e-3)
    assert precision(**step | {"fixed_share": 0.147}).notes["saving_share"].value == pytest.approx(0.40, abs=1e-3)
    from_sixteen = precision(**step | {"first_format": "bf16"}).notes["saving_share"].value
    assert from_sixteen == pytest.approx(1 - (0.5 * 0.28125 + 0.5 * 0.25), abs=1e-3)
    assert from_sixteen > precision(**BASE | {"chip": "b200_sxm"}).notes["saving_share"].value > 0.4


def test_of_a_price_cut_by_four_only_half_is_the_format() -> None:
    # $0.20 on Hopper, $0.10 on Blackwell, $0.05 with NVFP4 (blogs.nvidia.com): the last step is twice the arithmetic
    # and 1.78 times fewer bytes; the first is another chip
    step = BASE | {"chip": "b200_sxm", "first_format": "fp8", "second_format": "nvfp4"}
    assert 0.10 * precision(**step | {"reading_share": 0.0}).total == pytest.approx(0.05)
    assert 0.10 * precision(**step | {"reading_share": 1.0}).total == pytest.approx(0.05625)


def test_four_bits_on_a_hopper_save_bytes_only() -> None:
    found = precision(**BASE | {"second_format": "nvfp4"})
    assert found.lines["arithmetic"] == 0
    assert found.lines["bytes_read"] == pytest.approx(0.5 * (0.28125 - 1))
    assert "no fp4 arithmetic" in found.warnings[0]
    from_eight = precision(**BASE | {"first_format": "fp8", "second_format": "int4", "reading_share": 0.1})
    assert from_eight.lines["arithmetic"] == pytest.approx(0.9, abs=1e-3)  # from FP8 back to BF16 arithmetic
    assert from_eight.total > 1.5
    assert "costs more" in from_eight.warnings[0]
    # 0.4844 fewer bytes against twice the arithmetic: even at 67 % reading
    even = BASE | {"first_format": "fp8", "second_format": "int4", "reading_share": 1 / (1 + 0.484375)}
    assert precision(**even).total == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("full", [15.01, 15.5, 16.0])
def test_sixteen_accelerators_become_nine_not_eight(full: float) -> None:
    """Half the chips, "16 to 8 with FP4", leaves out the scales: 0.5625 bytes for a byte make 8.4 to 9 of 15 to 16."""
    room = 80 * 2**30 * 0.6
    step = BASE | {"first_format": "fp8", "second_format": "nvfp4", "parameters": full * room}
    notes = precision(**step).notes
    assert notes["accelerators_first"].value == 16
    assert notes["accelerators_second"].value == 9
    assert notes["saving_share_if_a_replica_keeps_its_rate"].value == pytest.approx(1 - 9 / 16)


def test_half_the_chips_halve_the_cost_only_if_a_replica_keeps_its_rate() -> None:
    # BF16 to FP8: 16 to 8; at a replica's old rate half of the cost, whatever the step model says
    notes = precision(**BASE | {"parameters": 16 * 80 * 2**30 * 0.6 / 2, "fixed_share": 1.0}).notes
    assert (notes["accelerators_first"].value, notes["accelerators_second"].value) == (16, 8)
    assert notes["saving_share_if_a_replica_keeps_its_rate"].value == 0.5
    assert notes["saving_share"].value == pytest.approx(0.0)


def test_there_and_back_is_where_it_was() -> None:
    there = precision(**BASE | {"fixed_share": 0.3}).notes["throughput_ratio"].value
    back = precision(**BASE | {"first_format": "fp8", "second_format": "bf16", "fixed_share": 0.3 * there})
    assert there * back.notes["throughput_ratio"].value == pytest.approx(1.0, abs=1e-3)
    assert "wider" in back.warnings[0]


def test_free_accelerators_save_nothing() -> None:
    found = precision(**BASE | {"gpu_hour_price": 0.0})
    assert found.total == 0
    assert np.isfinite(found.notes["saving_share"].value)
