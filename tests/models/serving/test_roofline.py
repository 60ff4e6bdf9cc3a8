"""Roofline: ridges of published chips, both sides of the ridge, and peaks that are stated with sparsity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.serving.hardware import accelerators
from rackmath.models.serving.roofline import INTENSITIES, roofline

BASE: dict[str, Any] = {
    "operations": 1000.0,
    "memory_traffic": 1.0,
    "peak_flops": 989.4,
    "peak_stated": "dense",
    "memory_bandwidth": 3350.0,
}


@pytest.mark.parametrize(
    ("peak", "bandwidth", "ridge", "name"),
    [
        # published peaks (dense BF16, TFLOP/s) over published bandwidths (GB/s)
        (989.4, 3350.0, 295.3, "H100 SXM: https://www.nvidia.com/en-us/data-center/h100/"),
        (1307.4, 5300.0, 246.7, "MI300X: https://www.amd.com/en/products/accelerators/instinct/mi300/mi300x.html"),
        (197.0, 820.0, 240.2, "TPU v5e: https://cloud.google.com/tpu/docs/v5e"),
        (312.0, 2039.0, 153.0, "A100 80 GB: https://www.nvidia.com/en-us/data-center/a100/"),
    ],
)
def test_ridges_of_published_chips(peak: float, bandwidth: float, ridge: float, name: str) -> None:
    found = roofline(**BASE | {"peak_flops": peak, "memory_bandwidth": bandwidth})
    assert found.notes["ridge"].value == pytest.approx(ridge, abs=0.1), name


def test_below_the_ridge_memory_decides() -> None:
    # 100 FLOP/B × 3,350 GB/s = 335 TFLOP/s of 989.4; 0.1 TFLOP at that rate take 298.5 µs, as 1 GB does at 3,350 GB/s
    found = roofline(**BASE | {"operations": 100.0})
    assert found.total == pytest.approx(335)
    assert found.lines["waiting_for_memory"] == pytest.approx(335 - 989.4)
    assert found.notes["share_of_peak"].value == pytest.approx(335 / 989.4)
    assert found.notes["time"].value == pytest.approx(1e6 / 3350)
    assert found.notes["time"].value == pytest.approx(0.1 / 335 * 1e6)
    assert "waits for memory" in found.warnings[0]
    assert roofline(**BASE | {"operations": 100.0, "peak_flops": 2000.0}).total == pytest.approx(335)


def test_above_the_ridge_arithmetic_decides() -> None:
    found = roofline(**BASE)
    assert found.total == pytest.approx(989.4)
    assert found.lines["waiting_for_memory"] == 0
    assert found.notes["time"].value == pytest.approx(1.0 / 989.4 * 1e6)
    assert found.warnings == ()
    assert roofline(**BASE | {"memory_bandwidth": 9000.0}).total == pytest.approx(989.4)


def test_a_peak_with_sparsity_is_halved() -> None:
    # the H100's sheet prints 1,979 teraflops for BF16 with sparsity: https://www.nvidia.com/en-us/data-center/h100/
    found = roofline(**BASE | {"peak_flops": 1978.8, "peak_stated": "with-sparsity"})
    assert found.total == pytest.approx(989.4)
    assert found.notes["ridge"].value == pytest.approx(295.3, abs=0.1)
    # taken for a dense rate it would double the ridge, and call work memory-bound that is not
    wrong = roofline(**BASE | {"peak_flops": 1978.8, "operations": 400.0})
    assert "waits for memory" in wrong.warnings[0]
    assert roofline(**BASE | {"operations": 400.0}).warnings == ()


def test_a_product_of_tokens_and_a_matrix_turns_at_the_ridge() -> None:
    # 2·m·n² FLOP over 2·(n² + 2·m·n) bytes: I = m / (1 + 2m/n); at n = 8,192 the ridge of 295.3 is met at
    # m = 295.3 / (1 - 2 × 295.3 / 8192) = 318.3 tokens
    n = 8192.0

    def at(m: float) -> Any:
        return roofline(**BASE | {"operations": 2 * m * n * n / 1e9, "memory_traffic": 2 * (n * n + 2 * m * n) / 1e9})

    assert at(64.0).notes["intensity"].value == pytest.approx(64 / (1 + 128 / n))
    assert at(318.0).warnings
    assert not at(319.0).warnings


def test_the_roof_is_the_model_at_each_intensity() -> None:
    roof = roofline(**BASE).paths["roof"].values
    one_by_one = [roofline(**BASE | {"operations": each}).total for each in INTENSITIES]
    np.testing.assert_allclose(roof, one_by_one)


def test_draws_on_both_sides_say_so() -> None:
    found = roofline(**BASE | {"operations": np.array([100.0, 1000.0])})
    np.testing.assert_allclose(found.total, [335.0, 989.4])
    assert "In some draws" in found.warnings[0]


def test_the_ridge_of_every_packaged_accelerator_is_plausible() -> None:
    ridges = {
        name: float(
            roofline(**BASE | {"peak_flops": chip.bf16_tflops, "memory_bandwidth": chip.bandwidth_gb_s})
            .notes["ridge"]
            .value
        )
        for name, chip in accelerators().items()
    }
    assert ridges["h100_sxm"] == pytest.approx(295, abs=1)
    assert all(50 < each < 600 for each in ridges.values()), ridges
