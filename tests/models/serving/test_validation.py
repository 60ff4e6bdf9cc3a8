"""How far off the serving model is: intervals that widen honestly, other data sets, and the packaged report."""

from __future__ import annotations

import csv
import json
from importlib import resources
from statistics import median

import numpy as np
import pytest

from conftest import shared_path
from rackmath.models.serving import validation
from rackmath.models.serving.fitting import Scored, interval_table, wide_interval
from rackmath.models.serving.hardware import accelerators
from rackmath.models.serving.predict import predict_rows
from rackmath.models.serving.published import SETS, points
from rackmath.models.serving.rows import read_row

REPORT = json.loads(resources.files("rackmath.models.serving").joinpath("validation.json").read_text(encoding="utf-8"))


def found(data: str, quantity: str, split: str, group: str = "all") -> dict:
    (line,) = [
        each
        for each in REPORT["lines"]
        if (each["data"], each["quantity"], each["split"], each["group"]) == (data, quantity, split, group)
    ]
    return line


def test_an_interval_of_few_combinations_is_wider_than_one_of_many() -> None:
    draws = np.random.default_rng(3)
    level = draws.normal(0, 0.2, 400)
    errors = [(float(level[i] + draws.normal(0, 0.02)), str(i)) for i in range(400) for _ in range(5)]
    low, high = wide_interval(errors)
    few = [np.subtract(*wide_interval([e for e in errors if int(e[1]) % 40 == part])[::-1]) for part in range(40)]
    assert high - low == pytest.approx(2 * 1.2816 * 0.2, rel=0.15)  # the 80 % of a normal distribution
    assert median(few) > high - low


def test_ten_combinations_cover_a_next_one_four_times_in_five() -> None:
    draws = np.random.default_rng(4)
    inside = []
    for _ in range(600):
        errors = draws.normal(0, 0.2, 11)
        low, high = wide_interval([(float(e), str(i)) for i, e in enumerate(errors[:10]) for _ in range(3)])
        inside.append(low <= errors[10] <= high)
    assert 0.74 < np.mean(inside) < 0.9


def test_a_family_has_an_interval_of_its_own_the_more_combinations_it_has() -> None:
    def rows(model: str, count: int) -> list:
        row = {"model_path": model, "system": "h100_sxm", "isl": "1024", "osl": "1024", "concurrency": "4"}
        row |= {"tp_size": "8", "precision": "fp8"}
        return [read_row({**row, "backend": f"engine {i}"}) for i in range(count)]

    def ends(mixtures: int) -> dict:
        read = [*rows("Llama-3.1-70B", 40), *rows("Mixtral-8x7B-Instruct-v0.1", mixtures)]
        errors = np.concatenate([np.linspace(-0.1, 0.1, 40), np.linspace(-1, 1, mixtures)])
        scored = Scored("model", "m", np.arange(len(read)), errors, errors, ["model"] * len(read))
        return interval_table([scored], read, "token")["model"]

    few, many = ends(4), ends(60)
    assert few["dense"][1] < few["all"][1] < few["moe"][1]
    assert many["dense"][1] < many["all"][1] < many["moe"][1]
    assert few["moe"][1] - few["all"][1] < (1 - few["all"][1]) / 5  # four of them are drawn towards everybody
    assert many["moe"][1] == pytest.approx(0.8, abs=0.06)


def test_the_packaged_report_is_small_and_whole() -> None:
    size = len(resources.files("rackmath.models.serving").joinpath("validation.json").read_bytes())
    assert size < 200_000
    assert len(REPORT["worst"]) == 10
    assert all(each["reason"] for each in REPORT["worst"])
    assert {each["data"] for each in REPORT["lines"]} >= {"aggregated", "disaggregated", *SETS, "MLPerf Inference"}
    for each in REPORT["lines"]:
        assert sum(each["histogram"]) == each["rows"]
        assert len(each["histogram"]) == len(REPORT["edges"]) + 1
        assert each["quantiles"] == sorted(each["quantiles"])


@pytest.mark.parametrize(
    ("data", "quantity", "split", "median_at_most"),
    [
        ("aggregated", "time per output token", "seen", 0.08),
        ("aggregated", "time per output token", "combination", 0.12),
        ("aggregated", "time per output token", "model", 0.15),
        ("aggregated", "time per output token", "accelerator", 0.14),
        ("aggregated", "time to first token", "combination", 0.27),
        ("disaggregated", "time per output token", "seen", 0.3),
        ("MLPerf Inference", "result", "system", 0.1),
    ],
)
def test_errors_on_rows_left_out_stay_where_they_were(
    data: str, quantity: str, split: str, median_at_most: float
) -> None:
    assert found(data, quantity, split)["median"] <= median_at_most


def test_a_fold_is_scored_with_intervals_of_the_others() -> None:
    line = found("aggregated", "time per output token", "combination")
    assert 0.7 <= line["covered"] <= 0.9


def test_a_line_counts_what_lies_where() -> None:
    errors = np.log([0.1, 0.95, 1.0, 1.05, 8.0])
    made = validation.line("d", "q", "s", "g", errors, np.array([False, True, True, True, False]))
    assert made.rows == 5
    assert made.median == pytest.approx(0.05)
    assert made.covered == pytest.approx(0.6)
    assert made.histogram[0] == 1
    assert made.histogram[-1] == 1


@pytest.mark.shared
@pytest.mark.parametrize(("name", "at_least"), [(name, n) for name, n in zip(SETS, (1600, 160, 280, 400), strict=True)])
def test_other_data_sets_can_be_read(name: str, at_least: int) -> None:
    path, read = SETS[name]
    with shared_path(f"data/{path}").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    made, left = points(rows, read)
    assert len(made) >= at_least
    assert len(made) + left == len(rows)


# https://epoch.ai/data/machine-learning-hardware (CC BY 4.0) under its own names.
EPOCH = {
    "a100_sxm": "NVIDIA A100 SXM4 80 GB",
    "h100_sxm": "NVIDIA H100 SXM5 80GB",
    "h100_pcie": "NVIDIA H100 PCIe",
    "h200_sxm": "NVIDIA H200 SXM",
    "b200_sxm": "NVIDIA B200",
    "b300_sxm": "NVIDIA B300 (Blackwell Ultra)",
    "gb200": "NVIDIA GB200",
    "gb300": "NVIDIA GB300 (Blackwell Ultra)",
    "l4": "NVIDIA L4",
    "l40": "NVIDIA L40",
    "rtx_4090": "NVIDIA GeForce RTX 4090",
    "mi300x": "AMD Instinct MI300X",
    "mi325x": "AMD Instinct MI325X",
    "mi350x": "AMD Instinct MI350X",
    "mi355x": "AMD Instinct MI355X",
    "gaudi2": "Intel Habana Gaudi2",
    "gaudi3": "Intel Habana Gaudi3",
    "tpu_v5e": "Google TPU v5e",
    "tpu_v5p": "Google TPU v5p",
    "tpu_v6e": "Google TPU v6e Trillium",
    "trainium2": "Amazon Trainium2",
}
# Where the two differ by more than 5 %: Epoch counts the RTX 4090 with 16-bit sums, we with 32-bit ones; and takes a
# later figure of Intel's for Gaudi 3 (1,678 against the 1,835 of its white paper).
DIFFER = {("rtx_4090", "bf16_tflops"): 2.0, ("gaudi3", "bf16_tflops"): 1678 / 1835}


@pytest.mark.shared
def test_data_sheets_agree_with_a_table_made_by_others() -> None:
    with shared_path("data/gpu_specs/epoch_ml_hardware_2026-01.csv").open(newline="", encoding="utf-8") as file:
        theirs = {row["Hardware name"]: row for row in csv.DictReader(file)}
    columns = (
        ("bf16_tflops", "Tensor-FP16/BF16 performance (FLOP/s)", 1e12),
        ("bandwidth_gb_s", "Memory bandwidth (byte/s)", 1e9),
        ("tdp_w", "TDP (W)", 1.0),
    )
    compared = 0
    for name, their in EPOCH.items():
        for field, column, unit in columns:
            own, other = getattr(accelerators()[name], field), theirs[their][column]
            if own and other:
                compared += 1
                assert float(other) / unit / own == pytest.approx(DIFFER.get((name, field), 1.0), rel=0.05), name
    assert compared > 50


@pytest.mark.shared
def test_drafts_save_what_they_were_measured_to_save() -> None:
    # Pairs of InferenceX runs of DeepSeek-R1 that differ in nothing but drafts, at four requests.
    with shared_path("data/serving/inferencex_dashboard_sample.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["disagg"] == "False" and row["conc"] == "4"]
    names = ("hardware", "framework", "precision", "decode_tp", "decode_ep", "decode_dp_attention", "isl", "osl")
    by: dict[tuple[str, ...], dict[str, list[float]]] = {}
    for row in rows:
        pair = by.setdefault(tuple(row[name] for name in names), {})
        pair.setdefault(row["spec_method"], []).append(float(row["median_tpot"]))
    ratios = [median(pair["mtp"]) / median(pair["none"]) for pair in by.values() if len(pair) == 2]
    assert len(ratios) > 10
    row = {
        "model_path": "DeepSeek-R1",
        "system": "b200_sxm",
        "backend": "sglang",
        "precision": "fp8",
        "isl": "1024",
        "osl": "1024",
        "concurrency": "4",
        "tp_size": "8",
        "moe_tp_size": "8",
    }
    without, with_ = predict_rows([row, {**row, "speculative_tokens": "2"}])
    assert "speculative_acceptance is empty: taken as 0.7" in with_.note
    assert with_.token / without.token == pytest.approx(median(ratios), rel=0.15)
