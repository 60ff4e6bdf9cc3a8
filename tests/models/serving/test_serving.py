"""The serving model: sizes against published ones, limits of physics, and the batch format that keeps every row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving import mlperf
from rackmath.models.serving.calibrate import fit_offsets
from rackmath.models.serving.fitting import SPREADS, fold_labels
from rackmath.models.serving.hardware import accelerators, find_accelerator, read_accelerator
from rackmath.models.serving.measured import DATA, read_measured
from rackmath.models.serving.predict import predict_rows
from rackmath.models.serving.rows import group_names, read_row
from rackmath.models.serving.shape import catalogue, find_shape, read_config
from rackmath.models.serving.step import experts_touched

ROW = {
    "id": "r",
    "model_path": "meta-llama/Llama-3.1-70B",
    "system": "h100_sxm",
    "backend": "vllm",
    "precision": "fp8",
    "mode": "agg",
    "isl": "1024",
    "osl": "1024",
    "concurrency": "16",
    "tp_size": "4",
    "attention_dp_size": "1",
    "pp_size": "1",
    "moe_tp_size": "4",
    "moe_ep_size": "1",
}


def answer(**changes: object):
    (found,) = predict_rows([{**ROW, **{name: str(value) for name, value in changes.items()}}])
    return found


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("Llama-3.1-8B-Instruct", 8.03),  # https://huggingface.co/meta-llama/Llama-3.1-8B: 8.03B
        ("Llama-3.1-70B", 70.6),  # 70.6B; at two bytes a weight 141 GB
        ("Llama-3.1-405B", 405.9),
        ("DeepSeek-V3", 671),  # https://huggingface.co/deepseek-ai/DeepSeek-V3: 671B without the extra head
        ("Mixtral-8x7B-Instruct-v0.1", 46.7),
        ("gpt-oss-120b", 117),  # https://huggingface.co/openai/gpt-oss-120b: 117B
        ("Qwen3-235B-A22B", 235),
        ("Qwen3-32B", 32.8),
    ],
)
def test_parameters_are_the_published_ones(name: str, billions: float) -> None:
    assert find_shape(name).parameters / 1e9 == pytest.approx(billions, rel=0.015)


def test_the_catalogue_is_wide_and_sourced() -> None:
    assert len(catalogue()) >= 25
    for chip in ("a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "gb300", "mi300x", "mi355x"):
        assert find_accelerator(chip).bandwidth_gb_s > 0
    assert all(each.url.startswith("https://") for each in accelerators().values())


def test_a_config_of_ones_own_is_read() -> None:
    text = (
        '{"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,'
        '"intermediate_size": 14336, "vocab_size": 128256, "model_type": "llama"}'
    )
    assert read_config(text, "mine").parameters == pytest.approx(
        find_shape("Llama-3.1-8B-Instruct").parameters, rel=1e-6
    )
    for wrong in ("[]", "{", '{"hidden_size": "wide"}', '{"hidden_size": -1}'):
        with pytest.raises(RackmathError):
            read_config(wrong, "mine")


def test_a_data_sheet_alone_gives_an_answer_with_a_wider_interval() -> None:
    sheet = {"bf16_tflops": 989, "fp8_tflops": 1979, "bandwidth_gb_s": 3350, "memory_gb": 80, "link_gb_s": 450}
    chip = read_accelerator(json.dumps({**sheet, "domain": 8}), "mine")
    (new,) = predict_rows([{**ROW, "system": "mine"}], chips=lambda _: chip)
    old = answer()
    assert "not measured: accelerator" in new.note
    assert np.log(new.token_high / new.token_low) > 2 * np.log(old.token_high / old.token_low)
    assert new.token == pytest.approx(old.token, rel=0.5)


def test_a_token_is_never_faster_than_reading_the_weights() -> None:
    # 70.6e9 weights of one byte over 3.35 TB/s and 4 devices: 5.27 ms
    floor = 70.6e9 / (4 * 3.35e12)
    for concurrency in (1, 16, 256):
        assert answer(concurrency=concurrency).token > floor


def test_more_load_is_slower_a_token_and_faster_in_all() -> None:
    loads = (1, 4, 16, 64, 256)
    tokens = [answer(concurrency=load).token for load in loads]
    assert tokens == sorted(tokens)
    rates = [load / token for load, token in zip(loads, tokens, strict=True)]
    assert rates == sorted(rates)


def test_experts_touched_is_the_closed_form() -> None:
    # E (1 - (1 - k/E)^T) with uniform routing: 256 experts, 8 a token, 32 tokens
    found = experts_touched(np.array([256.0]), np.array([8.0]), np.array([32.0]), 1e6)
    assert found == pytest.approx(256 * (1 - (1 - 8 / 256) ** 32), rel=0.02)
    assert experts_touched(np.array([256.0]), np.array([8.0]), np.array([1e9]), 1e6) == pytest.approx(256)


def test_a_step_with_drafts_yields_the_sum_of_the_chances_that_they_are_kept() -> None:
    # 1 + 0.8 + 0.64 + 0.512 tokens a step; the step itself takes longer, so less than all of that is gained
    drafted = answer(speculative_tokens=3, speculative_acceptance=0.8)
    gain = answer().token / drafted.token
    assert 1.5 < gain < 2.952
    assert answer(speculative_tokens=3, speculative_acceptance=0.1).token > answer().token
    assert answer(speculative_tokens=0).token == answer().token


def test_a_cached_prefix_saves_its_prompt_and_still_takes_its_memory() -> None:
    whole, half, short = answer(isl=8192), answer(isl=8192, cached_tokens=4096), answer(isl=4096)
    assert short.first < half.first < whole.first  # what is computed still attends to the prefix
    assert short.token < half.token < whole.token
    assert half.running == pytest.approx(whole.running, rel=0.05)
    full, kept = (answer(isl=8192, tp_size=2, moe_tp_size=2, concurrency=500, cached_tokens=n) for n in (0, 8000))
    assert kept.note == full.note
    assert "others wait" in kept.note
    assert answer(isl=8192, cached_tokens=0).first == whole.first


def test_a_pool_of_prompts_computes_no_cached_prefix() -> None:
    pools = {f"{pool}_{name}": 1 for pool in ("prefill", "decode") for name in ("num_workers", "pp_size")}
    pools |= {"mode": "disagg", "prefill_tp_size": 4, "decode_tp_size": 4, "isl": 8192}
    assert answer(**pools, cached_tokens=6144).first < answer(**pools).first


def test_small_chunks_make_prompts_slower_and_change_nothing_else() -> None:
    small, usual = answer(isl=8192, chunk_tokens=512), answer(isl=8192)
    assert small.first > 1.1 * usual.first  # sixteen steps that each read the weights
    assert small.running == pytest.approx(usual.running, rel=0.05)
    assert answer(isl=8192, chunk_tokens=8192).first == usual.first
    assert answer(isl=256, chunk_tokens=4096).first == pytest.approx(answer(isl=256).first, rel=0.02)


def test_lengths_of_one_octave_share_a_launch_script() -> None:
    def script(isl: int, osl: int) -> str:
        return group_names(read_row({**ROW, "isl": str(isl), "osl": str(osl)}))["script"]

    assert script(1000, 1000) == script(1024, 1024)
    assert len({script(1024, 1024), script(8192, 1024), script(1024, 8192)}) == 3


def test_a_name_may_say_how_the_weights_are_kept() -> None:
    assert find_shape("nvidia/Llama-3.1-70B-Instruct-FP8") is find_shape("Llama-3.1-70B")
    assert find_shape("Qwen/Qwen3-235B-A22B-NVFP4") is find_shape("Qwen3-235B-A22B")


def test_products_of_few_bits_pay_for_turning_their_inputs_into_them() -> None:
    # One request on eight devices: latencies rule, so the bytes that FP8 saves do not.
    token = {name: answer(precision=name, tp_size=8, moe_tp_size=8, concurrency=1) for name in ("bf16", "fp8")}
    latency = {name: each.parts["latency"] for name, each in token.items()}
    assert latency["fp8"] > latency["bf16"]
    assert token["fp8"].parts["weights"] < token["bf16"].parts["weights"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model_path": "meta-llama/Llama-3.1-405B", "tp_size": 1, "moe_tp_size": 1}, "does not fit"),
        ({"tp_size": 7, "moe_tp_size": 7}, "do not divide the 64 heads"),
        ({"system": "abacus"}, "no accelerator is called"),
        ({"model_path": "nobody/nothing"}, "nothing"),
        ({"concurrency": 0}, "concurrency"),
        ({"isl": "many"}, "isl"),
        ({"precision": "fp7"}, "fp7"),
        ({"speculative_tokens": 99}, "speculative_tokens goes up to 16"),
    ],
)
def test_a_row_without_an_answer_says_why_and_is_kept(changes: dict[str, object], told: str) -> None:
    found = answer(**changes)
    assert found.id == "r"
    assert found.token is None
    assert told in found.note


def test_offsets_find_what_groups_have_of_their_own_and_leave_others_alone() -> None:
    draws = np.random.default_rng(1)
    groups = [dict.fromkeys(SPREADS["token"].groups, "fast" if number % 2 else "slow") for number in range(400)]
    parts = draws.uniform(1, 2, (400, len(SPREADS["token"].parts)))
    slopes = np.zeros((400, len(SPREADS["token"].slopes)))
    true = np.where(np.arange(400) % 2, -0.2, 0.2)
    fitted = fit_offsets(groups, parts, slopes, np.log(parts.sum(axis=1)) + true, SPREADS["token"])
    from rackmath.models.serving.calibrate import correct

    again, _ = correct(fitted, groups, parts, slopes)
    assert np.abs(again - np.log(parts.sum(axis=1)) - true).max() < 0.05
    stranger = [dict.fromkeys(groups[0], "never seen")] * 400
    assert np.allclose(correct(fitted, stranger, parts, slopes)[0], np.log(parts.sum(axis=1)))


def test_a_queue_of_samples_is_counted_in_samples() -> None:
    row = {
        "benchmark": "gptj-99",
        "scenario": "Offline",
        "accelerator": "NVIDIA H100-SXM-80GB",
        "total_accelerators": "8",
        "unit": "Tokens/s",
        "round": "v4.0",
        "division": "closed",
        "suite": "datacenter",
    }
    tokens, samples = (
        float(mlperf.predict_results([{**row, "unit": unit}])[0]["value"]) for unit in ("Tokens/s", "Samples/s")
    )
    assert tokens / samples == pytest.approx(69, rel=0.5)  # mean output tokens of the data set
    assert 150 < samples < 350  # submissions of eight H100 are near 240
    (none,) = mlperf.predict_results([{**row, "benchmark": "resnet50"}])
    assert none["value"] == ""
    assert "not one of the language models" in none["note"]


@pytest.mark.shared
def test_known_rows_are_answered_within_their_error_and_folds_do_not_share_a_measurement() -> None:
    with shared_path(f"data/{DATA}").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = predict_rows(rows)
    assert [each.id for each in found] == [row["id"] for row in rows]
    assert sum(each.token is None for each in found) < 0.01 * len(rows)
    together, _ = read_measured(rows)
    marks = fold_labels(together.configurations)["seen"]
    where: dict[object, set[str]] = {}
    for mark, each in zip(marks, together.configurations, strict=True):
        same = (each.shape.name, each.chip.name, each.backend, each.weights.name, each.isl, each.osl, each.concurrency)
        where.setdefault((*same, each.layout), set()).add(mark)
    assert all(len(each) == 1 for each in where.values())


def test_the_commands_keep_every_row(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from rackmath.cli.serving import serving

    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [{**ROW, "id": "a"}, {**ROW, "id": "b", "tp_size": "7", "moe_tp_size": "7"}, {**ROW, "id": "c"}]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows(rows)
    done = CliRunner().invoke(serving, ["predict", "--csv", str(path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    with out.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert list(found[0]) == ["id", "ttft_ms", "ttft_lo", "ttft_hi", "tpot_ms", "tpot_lo", "tpot_hi", "note"]
    assert [row["id"] for row in found] == ["a", "b", "c"]
    assert found[1]["tpot_ms"] == ""
    assert "do not divide" in found[1]["note"]
    assert float(found[0]["tpot_lo"]) < float(found[0]["tpot_ms"]) < float(found[0]["tpot_hi"])


def test_rows_of_one_setup_do_not_see_one_another() -> None:
    wide = {**ROW, "model_path": "DeepSeek-R1", "system": "gb200", "tp_size": "16", "moe_ep_size": "16"}
    first, other, again = (read_row({**wide, "concurrency": load}) for load in ("2048", "8", "2048"))
    assert first.disaggregated
    assert first == again
    assert first.layout != other.layout
    assert other.concurrency == 8
