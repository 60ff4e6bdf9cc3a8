"""Price-performance: published ratios, and comparisons of unlike things that turn round once they are like."""

from __future__ import annotations

import csv

import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving._price_table import price_table
from rackmath.models.serving.hardware import find_accelerator
from rackmath.models.serving.price_performance import price_performance

BASE = {
    "first_hour_price": 5.12,
    "first_throughput": 5800.0,
    "first_measured_in": "bf16",
    "first_peak": 0.989,
    "first_peak_precision": "bf16-dense",
    "first_memory": 80.0,
    "first_power": 700.0,
    "second_hour_price": 4.20,
    "second_throughput": 3100.0,
    "second_measured_in": "bf16",
    "second_peak": 0.459,
    "second_peak_precision": "bf16-dense",
    "second_memory": 95.0,
    "second_power": 540.0,
}


@pytest.mark.parametrize(
    ("chips", "cost"),
    # v5p-4 makes 6,200 tokens a second. By the name's count of cores that are 2 chips; some read 4
    [(2, 0.376), (4, 0.753)],
)
def test_a_chip_that_is_cheaper_by_the_hour_makes_dearer_tokens(chips: int, cost: float) -> None:
    # 4.20 against 5.12 is 18 % less for an hour; the H100's 5,800 tokens a second cost 0.245 USD/Mtok
    found = price_performance(**BASE | {"second_throughput": 6200 / chips})
    assert found.notes["price_ratio_of_an_hour"].value == pytest.approx(1 - 0.18, abs=0.001)
    assert found.lines["first"] == pytest.approx(0.245, abs=0.0005)
    assert found.total == pytest.approx(cost, abs=0.0005)
    assert found.notes["cost_ratio"].value > 1.5
    assert found.warnings == ()


def test_a_fifth_faster_and_half_dearer_loses() -> None:
    found = price_performance(**BASE | {"second_hour_price": 5.12 * 1.5, "second_throughput": 5800 * 1.2})
    assert found.notes["cost_ratio"].value == pytest.approx(1.5 / 1.2)
    assert found.total == pytest.approx(1.25 * found.lines["first"])


def test_peak_rates_of_different_precision_are_not_compared() -> None:
    # 1,979 TFLOP/s of the H100 are FP8 (dense), or BF16 with sparsity; 459 of the v5p are BF16
    eight = price_performance(**BASE | {"first_peak": 1.979, "first_peak_precision": "fp8-dense"})
    assert "price_ratio_of_peak_arithmetic" not in eight.notes
    assert eight.notes["verdict_on_peak_rates"].value.startswith("not comparable")
    assert "FP8 and BF16" in eight.warnings[0]
    sparse = price_performance(**BASE | {"first_peak": 1.979, "first_peak_precision": "bf16-sparse"})
    dense = price_performance(**BASE)
    assert sparse.notes["price_ratio_of_peak_arithmetic"].value == pytest.approx(
        dense.notes["price_ratio_of_peak_arithmetic"].value, rel=1e-3
    )
    assert "half" in sparse.warnings[0]


def test_like_with_like_the_cheaper_hour_is_the_dearer_arithmetic() -> None:
    # 4.20 / 0.459 = 9.15 against 5.12 / 0.989 = 5.18 USD for an hour of a PFLOP/s
    notes = price_performance(**BASE).notes
    assert notes["second_price_of_peak_arithmetic"].value == pytest.approx(9.15, abs=0.005)
    assert notes["first_price_of_peak_arithmetic"].value == pytest.approx(5.18, abs=0.005)
    assert notes["price_ratio_of_peak_arithmetic"].value == pytest.approx(1.77, abs=0.005)
    assert notes["second_peak_arithmetic_for_money"].value == pytest.approx(459 / 4.20)
    assert notes["second_price_of_memory"].value == pytest.approx(4.20 / 95)
    assert notes["first_tokens_per_joule"].value == pytest.approx(5800 / 700)


def test_servers_of_trainium_and_of_a100() -> None:
    # trn1.32xlarge 21.50 USD an hour and 3,040 TFLOP/s over p4d.24xlarge 32.77 and 2,496: 0.539, published as 0.54
    servers = {"first_hour_price": 32.77, "first_peak": 2.496, "second_hour_price": 21.50, "second_peak": 3.040}
    found = price_performance(**BASE | servers).notes["price_ratio_of_peak_arithmetic"].value
    assert found == pytest.approx(0.539, abs=0.0005)


@pytest.mark.parametrize(("price", "less"), [(2.94, 0.30), (2.10, 0.50), (1.26, 0.70)])
def test_commitments_and_spot_of_the_v5p(price: float, less: float) -> None:
    notes = price_performance(**BASE | {"first_hour_price": 4.20, "second_hour_price": price}).notes
    assert notes["price_ratio_of_an_hour"].value == pytest.approx(1 - less)


def test_eight_v5e_serving_llama_2_70b() -> None:
    # 2,175 tokens a second of eight chips at 1.20 USD each: 9.60 USD for 7.83 Mtok; at a spot price of 0.35: 0.358
    at = BASE | {"second_throughput": 2175 / 8, "second_peak": 0.197, "second_memory": 16.0}
    assert price_performance(**at | {"second_hour_price": 1.20}).total == pytest.approx(1.226, abs=0.001)
    assert price_performance(**at | {"second_hour_price": 0.35}).total == pytest.approx(0.358, abs=0.001)


def test_a_chip_that_leads_at_eight_bits_may_trail_at_four() -> None:
    # Trainium3: 30 % less for a marketed FP8 operation, level in rate; three times behind at FP4: 0.7 × 3 = 2.1
    eight = BASE | {"first_hour_price": 10.0, "second_hour_price": 7.0, "first_peak": 2.5, "second_peak": 2.5}
    eight |= {"first_peak_precision": "fp8-dense", "second_peak_precision": "fp8-dense"}
    four = eight | {"first_peak": 7.5, "first_peak_precision": "fp4-dense", "second_peak_precision": "fp4-dense"}
    assert price_performance(**eight).notes["price_ratio_of_peak_arithmetic"].value == pytest.approx(0.7)
    assert price_performance(**four).notes["price_ratio_of_peak_arithmetic"].value == pytest.approx(2.1)


def test_throughputs_in_different_formats_are_told_of() -> None:
    found = price_performance(**BASE | {"second_measured_in": "fp4"})
    assert "number format" in found.warnings[0]


def test_a_table_at_one_precision() -> None:
    prices = {"h100_sxm": 5.12, "tpu_v5p": 4.20, "b200_sxm": 6.0}
    rows, without = price_table(prices, "bf16")
    assert [row.name for row in rows] == ["b200_sxm", "h100_sxm", "tpu_v5p"]
    assert without == []
    assert rows[1].usd_per_pflop_hour == pytest.approx(5.12 / 0.9894)
    assert rows[1].flop_per_byte == pytest.approx(295.3, abs=0.1)
    assert rows[2].tflops_per_usd_hour == pytest.approx(459 / 4.20)
    eight, without = price_table(prices, "fp8")
    assert {row.name for row in eight} == {"h100_sxm", "b200_sxm"}
    assert without == ["tpu_v5p"]


def test_a_slice_of_eight_v5p() -> None:
    # published as 3,672 TFLOP/s and 760 GB
    chip = find_accelerator("tpu_v5p")
    assert (8 * chip.bf16_tflops, 8 * chip.memory_gb) == (3672, 760)


def test_blackwell_over_hopper() -> None:
    # "2.2 times at FP8, 4 times at FP4": 4,500 / 1,979 and 9,000 / 1,979, the second against FP8 of the H100
    b200, h100 = find_accelerator("b200"), find_accelerator("h100")
    assert b200.peak("fp8") / h100.peak("fp8") == pytest.approx(2.27, abs=0.01)
    assert b200.peak("fp4") / h100.peak("fp8") == pytest.approx(4.55, abs=0.01)
    assert h100.peak("fp4") == 0


@pytest.mark.parametrize(
    ("prices", "arithmetic", "words"),
    [
        ({"h100_sxm": 0.0}, "bf16", "price"),
        ({"h100_sxm": float("nan")}, "bf16", "price"),
        ({"h1000": 1.0}, "bf16", "no accelerator"),
        ({"h100_sxm": 1.0}, "fp32", "arithmetic"),
    ],
)
def test_a_table_of_nonsense_is_refused(prices: dict[str, float], arithmetic: str, words: str) -> None:
    with pytest.raises(RackmathError, match=words):
        price_table(prices, arithmetic)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("a100_sxm", "NVIDIA A100 SXM4 80 GB"),
        ("h100_sxm", "NVIDIA H100 SXM5 80GB"),
        ("tpu_v5p", "Google TPU v5p"),
        ("tpu_v5e", "Google TPU v5e"),
        ("mi300x", "AMD Instinct MI300X"),
    ],
)
def test_the_table_agrees_with_an_independent_one(name: str, listed: str) -> None:
    """Epoch AI, Machine learning hardware, CC BY 4.0."""
    with shared_path("data/gpu_specs/epoch_ml_hardware_2026-01.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["Hardware name"] == listed)
    chip = find_accelerator(name)
    assert chip.peak("bf16") == pytest.approx(float(row["Tensor-FP16/BF16 performance (FLOP/s)"]), rel=0.01)
    assert chip.bandwidth_gb_s * 1e9 == pytest.approx(float(row["Memory bandwidth (byte/s)"]), rel=0.02)
    assert chip.memory_gb * 1e9 == pytest.approx(float(row["Memory (bytes)"]), rel=0.01)
