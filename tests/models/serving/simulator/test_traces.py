"""Traces from files: the published ones, and what is wrong with bad ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving.simulator import Cost, Engine, Pool, Workload, read_trace, servegen_trace, simulate
from rackmath.models.serving.simulator.traces import read_columns


def written(folder: Path, text: str, name: str = "trace.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_plain_azure_and_mooncake_columns_say_what_they_are(tmp_path: Path) -> None:
    plain = read_trace(written(tmp_path, "arrival_s,input_tokens,output_tokens\n0.5,10,3\n2,20,4\n"))
    assert (plain.arrivals.tolist(), plain.inputs.tolist(), plain.outputs.tolist()) == ([0.5, 2], [10, 20], [3, 4])
    azure = read_trace(
        written(
            tmp_path,
            "TIMESTAMP,ContextTokens,GeneratedTokens\n"
            "2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319600,3180,8\n",
        )
    )
    assert azure.arrivals == pytest.approx([0, 0.052])
    lines = [
        {"timestamp": 0, "input_length": 1100, "output_length": 5, "hash_ids": [7, 8, 9]},
        {"timestamp": 1500, "input_length": 600, "output_length": 6, "hash_ids": [7, 11]},
    ]
    mooncake = read_trace(written(tmp_path, "\n".join(map(json.dumps, lines)), "trace.jsonl"))
    assert mooncake.arrivals.tolist() == [0, 1.5]
    assert mooncake.hash_at.tolist() == [0, 3, 5]
    assert mooncake.hashes.tolist() == [7, 8, 9, 7, 11]
    text = "timestamp,input_length,output_length,hash_ids\n0,1100,5,7 8 9\n1500,600,6,7 11\n"
    assert read_trace(written(tmp_path, text)).hashes.tolist() == [7, 8, 9, 7, 11]


def test_a_scaled_trace_has_the_same_requests_nearer_together(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, "arrival_s,input_tokens,output_tokens\n10,10,3\n12,20,4\n14,5,6\n"))
    assert trace.scaled(2).arrivals.tolist() == [0, 1, 2]
    assert trace.scaled(2).rate == pytest.approx(2 * trace.rate)
    with pytest.raises(RackmathError, match="scale"):
        trace.scaled(0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("arrival_s,input_tokens,output_tokens\n0,-5,3\n", "request 1: input_tokens is -5"),
        ("arrival_s,input_tokens,output_tokens\n0,5,0\n", "output_tokens is 0"),
        ("arrival_s,input_tokens,output_tokens\n0,5.5,1\n", "input_tokens is 5.5"),
        ("arrival_s,input_tokens,output_tokens\n2,5,1\n1,5,1\n", "request 2: time goes back"),
        ("arrival_s,input_tokens,output_tokens\nsoon,5,1\n", "request 1: arrival_s is 'soon'"),
        ("arrival_s,input_tokens,output_tokens\nnan,5,1\n", "not a finite number"),
        ("arrival_s,input_tokens,output_tokens\n0,1e300,1\n", "input_tokens is 1e"),
        ("arrival_s,input_tokens,output_tokens\n0,5\n", "output_tokens is empty"),
        ("arrival_s,input_tokens,output_tokens\n", "no rows"),
        ("when,how\n1,2\n", "no known trace"),
        ("TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,5,1\n", "TIMESTAMP"),
        ("timestamp,input_length,output_length,hash_ids\n0,5,1,a b\n", "hash_ids"),
        ("timestamp,input_length,output_length,hash_ids\n0,5,1,99999999999999999999\n", "hash_ids"),
    ],
)
def test_a_bad_trace_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RackmathError, match=says) as raised:
        read_trace(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_files_that_are_not_what_they_say_are_refused(tmp_path: Path) -> None:
    for name, text in (("a.jsonl", "{oops"), ("b.jsonl", "[1]\n[2]"), ("c.jsonl", "[" * 100_000)):
        with pytest.raises(RackmathError, match=name):
            read_trace(written(tmp_path, text, name))
    (tmp_path / "d.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RackmathError, match=r"d\.csv"):
        read_trace(tmp_path / "d.csv")
    pytest.importorskip("pyarrow")
    with pytest.raises(RackmathError, match=r"e\.parquet"):
        read_trace(written(tmp_path, "PAR1", "e.parquet"))


def test_parquet_without_its_package_says_how_to_get_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(RackmathError, match="tables"):
        read_trace(written(tmp_path, "", "f.parquet"))


def windows(shape: float, kind: str) -> dict[str, list]:
    return {
        "category": ["language"] * 40,
        "model": ["m"] * 40,
        "client": [1] * 40,
        "window_start_s": [600 * i for i in range(40)],
        "rate_req_s": [0.5] * 40,
        "interarrival_cv": [1.0] * 40,
        "interarrival_dist": [kind] * 40,
        "dist_param_1": [shape] * 40,
        "dist_param_2": [1.0] * 40,
    }


LENGTHS = {
    "category": ["language"] * 2,
    "model": ["m"] * 2,
    "client": [1, 1],
    "window_start_s": [0, 0],
    "field": ["input_tokens", "output_tokens"],
    "weight": [1.0, 1.0],
    "mean": [400.0, 100.0],
    "p50": [275.0, 73.0],
    "p90": [800.0, 196.0],
    "p99": [4826.0, 1857.0],
}


@pytest.mark.parametrize(("kind", "shape", "cv"), [("Gamma", 0.25, 2.0), ("Weibull", 0.5, 5**0.5), ("Gamma", 4, 0.5)])
def test_clients_of_servegen_keep_their_rate_shape_and_lengths(kind: str, shape: float, cv: float) -> None:
    made = servegen_trace(windows(shape, kind), LENGTHS, model="m", start=0, seconds=24_000, seed=3)
    assert len(made.arrivals) == pytest.approx(12_000, rel=0.1)
    gaps = np.diff(made.arrivals)
    assert gaps.std() / gaps.mean() == pytest.approx(cv, rel=0.15)
    for tokens, levels in ((made.inputs, (275, 800, 4826)), (made.outputs, (73, 196, 1857))):
        for level, expected, allowed in zip((0.5, 0.9, 0.99), levels, (0.1, 0.15, 0.4), strict=True):
            assert np.quantile(tokens, level) == pytest.approx(expected, rel=allowed)
    with pytest.raises(RackmathError, match="models: m"):
        servegen_trace(windows(shape, kind), LENGTHS, model="other", start=0, seconds=600, seed=3)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("azure_llm_2023_code.csv", 8819),
        ("azure_llm_2023_conv.csv", 19_366),
        ("mooncake_conversation.parquet", 12_031),
        ("mooncake_synthetic.parquet", 3993),
    ],
)
def test_published_traces_are_read_whole(name: str, count: int) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    trace = read_trace(shared_path(f"data/traces/{name}"))
    assert len(trace.arrivals) == count
    assert 3000 < trace.arrivals[-1] < 3660 or "synthetic" in name


@pytest.mark.shared
def test_hits_of_the_mooncake_trace_are_near_the_published_ceiling() -> None:
    """With room for everything and slow arrivals, full leading blocks seen before are found, all of them."""
    pytest.importorskip("pyarrow")
    path = shared_path("data/traces/mooncake_conversation.parquet")
    columns = read_columns(path)
    inputs = np.array(columns["input_length"])
    ceiling = np.minimum(np.minimum(columns["prefix_hit_blocks_infinite_cache"], inputs // 512) * 512, inputs - 1)
    cost = Cost.given(sequences=64, step=1e-4)
    engine = Engine(pool=Pool(cost=cost, blocks=2 * 10**7, sequences=64))
    load = Workload(arrivals=read_trace(path).scaled(0.01), warm_up=0, drain=0)
    assert simulate(engine, load).prefix_hits == pytest.approx(ceiling.sum() / inputs.sum(), rel=0.002)


@pytest.mark.shared
def test_servegen_files_make_a_trace() -> None:
    pytest.importorskip("pyarrow")
    made = servegen_trace(
        read_columns(shared_path("data/traces/servegen_client_windows.parquet")),
        read_columns(shared_path("data/traces/servegen_lengths.parquet")),
        model="m-small",
        start=0,
        seconds=600,
        seed=1,
    )
    assert len(made.arrivals) > 100
    assert made.arrivals[-1] < 600
