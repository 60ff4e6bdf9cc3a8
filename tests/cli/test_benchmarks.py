"""Commands on benchmarks, end to end: request logs, sweeps, quotes, MLPerf results and scenarios."""

from __future__ import annotations

import json

import numpy as np
import pytest

from conftest import ROOT

EXAMPLES = ROOT / "docs/examples"
RESULTS = (
    "round,suite,division,availability,submitter,system_name,platform,accelerator,total_accelerators,benchmark,scenario,"
    "unit,value,power_value,power_unit\n"
    "v5.1,datacenter,closed,available,Maker,One,a,H100-SXM-80GB,8,llama2-70b-99.9,Offline,Tokens/s,24000,6000,Watts\n"
    "v5.1,datacenter,closed,available,Maker,Two,b,H100-SXM-80GB,16,llama2-70b-99.9,Offline,Tokens/s,48000,12000,Watts\n"
    "v5.1,datacenter,open,preview,Other,Three,c,Unknown Chip,8,llama2-70b-99.9,Offline,Tokens/s,90000,,\n"
)


@pytest.fixture
def log(tmp_path):
    """Return a log of 600 requests that come as a Poisson process, of which one in fifty fails."""
    rng = np.random.default_rng(4)
    lines = ["arrival,ttft_ms,e2e_ms,output_tokens,input_tokens,ok"]
    for at, arrival in enumerate(np.cumsum(rng.exponential(0.5, 600))):
        ttft, tokens = 100 + 100 * rng.random(), int(rng.integers(1, 200))
        end = ttft + 20 * (tokens - 1)
        lines.append(f"{arrival},{ttft},{end},{tokens},500,true" if at % 50 else f"{arrival},,,,500,false")
    path = tmp_path / "log.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_requests(rackmath, log):
    told = rackmath("serving", "requests", log, "--ttft-limit", "250", "--tpot-limit", "21", "--clock", "client")
    assert told.status == 0
    for part in ("time to first token", "goodput", "Poisson", "itl_mean", "12 of 600 requests failed"):
        assert part in told.out
    found = rackmath("serving", "requests", log, "--ttft-limit", "250", "--json").json
    assert found["metrics"]["tpot"]["p99"]["value"] == pytest.approx(20)
    assert found["attained"]["value"] == pytest.approx(588 / 600)
    assert found["loop"] == "open"
    assert len(found["curves"]["ms"]["ttft"]) == len(found["curves"]["quantile"]) == 101
    assert found["curves"]["in_flight"][0]["s"] == 0
    cut = rackmath("serving", "requests", log, "--warmup", 20, "--cooldown", 20, "--json").json
    assert cut["window_s"][0] == 20
    assert cut["requests"] < 600


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--ttft-limit", "soon"), "'soon' is not a valid float"),
        (("--tpot-limit", "-5"), "-5; a number above 0"),
        (("--ttft-limit", "nan"), "nan; a number above 0"),
        (("--warmup", "-1"), "a number from 0"),
        (("--run", "5"), "has no run 5; it holds one"),
    ],
)
def test_bad_questions_of_requests(rackmath, log, words, told):
    done = rackmath("serving", "requests", log, *words)
    assert done.status == 2
    assert told in done.err
    assert done.out == ""


def test_a_log_of_no_format_gets_one_line(rackmath, tmp_path):
    path = tmp_path / "x"
    path.write_text('{"a": 1}', encoding="utf-8")
    done = rackmath("serving", "requests", path)
    assert (done.status, len(done.err.splitlines())) == (2, 1)
    assert "AIPerf" in done.err


def test_knee(rackmath):
    done = rackmath("serving", "knee", EXAMPLES / "sweep.csv", "--limit", 500, "--at", 20)
    assert done.status == 0
    assert "limit breaks at" in done.out
    found = rackmath("serving", "knee", EXAMPLES / "sweep.csv", "--limit", 500, "--json").json
    assert found["latency"] == "p99_ttft_ms"
    assert found["knees"]["highest load within the limit"] == 32
    other = rackmath("serving", "knee", EXAMPLES / "sweep.csv", "--latency", "mean_latency", "--json").json
    assert other["latency"] == "mean_latency"
    assert other["points"][0]["latency"] == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("load,throughput\n1,2\n", "has no column of loads"),
        ("concurrency,throughput\n1,2\n", "--latency must name a column"),
        ("concurrency,throughput,p99_ms\n", "holds no rows"),
        ("concurrency,throughput,p99_ms\n1,2,3\n", "1 distinct loads"),
        ("concurrency,throughput,p99_ms\n1,2,x\n", "row 2, column 'p99_ms'"),
        ("concurrency,throughput,p99_ms\n1,2,-3\n2,3,4\n3,4,5\n", "latency: a value is not above 0"),
    ],
)
def test_bad_sweeps(rackmath, tmp_path, text, told):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    done = rackmath("serving", "knee", path)
    assert done.status == 2
    assert told in done.err


def test_compare(rackmath):
    done = rackmath("serving", "compare", EXAMPLES / "quote-h100.yaml", EXAMPLES / "quote-b200.yaml")
    assert "× 0.7143 (0.67 to 0.76)" in done.out
    refused = rackmath("serving", "compare", EXAMPLES / "quote-slide.yaml", EXAMPLES / "quote-b200.yaml")
    assert refused.out.startswith("not comparable because")
    found = rackmath("serving", "compare", EXAMPLES / "quote-slide.yaml", EXAMPLES / "quote-b200.yaml", "--json").json
    assert found["comparable"] is False
    assert found["ratio"] is None
    alone = rackmath("serving", "compare", EXAMPLES / "quote-slide.yaml", "--json").json
    assert "percentile" in alone["missing"]
    three = rackmath("serving", "compare", *[EXAMPLES / "quote-slide.yaml"] * 3)
    assert three.status == 2


def test_results(rackmath, tmp_path):
    path = tmp_path / "results.csv"
    path.write_text(RESULTS, encoding="utf-8")
    told = rackmath("serving", "results", path, "--price", "H100=2.5", "--price-date", "2026-11-01")
    assert "not verified by MLCommons" in told.out.replace("were not ", "not ")
    assert "2 kinds of result" in told.out
    found = rackmath("serving", "results", path, "--accelerator", "h100", "--json").json
    assert "trademark" in found["notice"]
    big = next(each for each in found["results"] if each["accelerators"] == 16)
    assert (big["per_accelerator"], big["per_watt"], big["scaling_efficiency"]) == (3000, 4, 1)
    # the bundled brain has a price of an H100 hour: 1 / (3,000 token/s × 3,600 s/h) × 1e6 $/Mtok for each $/h
    low, middle, high = big["usd_per_mtok"]
    assert low <= middle <= high
    assert big["price"]["source"].startswith("h100-sxm/rental-price")
    alike = rackmath("serving", "results", path, "--compare", 2, "--compare", 3)
    assert "× 2 of row 2" in alike.out
    assert "per accelerator × 1" in alike.out
    unlike = rackmath("serving", "results", path, "--compare", 2, "--compare", 4, "--json").json
    assert unlike["comparable"] is False
    claimed = rackmath("serving", "results", path, "--claim", "gpu-faster", "--json").json
    assert claimed["supported"] is False
    assert rackmath("serving", "results", path, "--claim", "gpu-faster", "--division", "closed").status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--compare", "2"), "given twice"),
        (("--compare", "2", "--compare", "99"), "no result is in row 99"),
        (("--benchmark", "none"), "none has --benchmark 'none'; there are"),
        (("--price", "H100=2"), "needs --price-date"),
        (("--price", "H100=-2", "--price-date", "2026-11-01"), "write H100=2.50"),
        (("--claim", "best"), "no kind of claim"),
    ],
)
def test_bad_questions_of_results(rackmath, tmp_path, words, told):
    path = tmp_path / "results.csv"
    path.write_text(RESULTS, encoding="utf-8")
    done = rackmath("serving", "results", path, *words)
    assert done.status == 2
    assert told in done.err


def test_scenario(rackmath, log):
    words = ("serving", "scenario", log, "--scenario", "server", "--benchmark", "llama2-70b")
    told = rackmath(*words)
    assert "not valid because" in told.out
    assert "queries were not answered" in told.out
    assert "Not verified by MLCommons" in told.out
    found = rackmath(*words, "--accuracy", 44.0, "--reference", 44.4312, "--target", 0.999, "--json").json
    assert found["limits"] == {"ttft_ms": 2000, "tpot_ms": 200}
    assert any("of the reference" in each for each in found["problems"])
    assert found["metric"]["unit"] == "Tokens/s"


def test_loadgen(rackmath, tmp_path):
    path = tmp_path / "service.csv"
    path.write_text("seconds,first,tokens\n1,0.1,10\n1,0.1,10\n", encoding="utf-8")
    found = rackmath("serving", "loadgen", path, "--scenario", "Offline", "--servers", 8, "--json").json
    assert found["valid"] is True
    assert found["metric"]["value"] == pytest.approx(80, rel=1e-2)
    limited = ("--scenario", "Server", "--ttft-limit", 500, "--tpot-limit", 200, "--servers", 8)
    served = rackmath("serving", "loadgen", path, *limited, "--json").json
    assert 0 < served["offered_queries_per_s"] < 8


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scenario", "Rush"), "none of Offline"),
        (("--scenario", "Server"), "name a --benchmark"),
        (("--scenario", "Server", "--benchmark", "lama2-70b"), "did you mean 'llama2-70b'"),
        (("--scenario", "Server", "--ttft-limit", "5"), "give both"),
        (("--scenario", "Interactive", "--benchmark", "mixtral-8x7b"), "name a --benchmark that has them"),
    ],
)
def test_bad_questions_of_loadgen(rackmath, tmp_path, words, told):
    path = tmp_path / "service.csv"
    path.write_text("seconds\n1\n", encoding="utf-8")
    done = rackmath("serving", "loadgen", path, *words)
    assert done.status == 2
    assert told in done.err


@pytest.mark.parametrize("text", ["seconds\nx\n", "seconds\nnan\n", "seconds\n-1\n", "time\n1\n", "seconds\n"])
def test_bad_services(rackmath, tmp_path, text):
    path = tmp_path / "service.csv"
    path.write_text(text, encoding="utf-8")
    done = rackmath("serving", "loadgen", path, "--scenario", "Offline")
    assert (done.status, done.out) == (2, "")


def test_examples_are_logs_of_their_formats(rackmath):
    for name, kind in (("requests-vllm.json", "vLLM"), ("requests-aiperf.jsonl", "AIPerf"), ("requests.csv", "CSV")):
        assert rackmath("serving", "requests", EXAMPLES / name, "--json").json["format"] == kind
    assert json.loads((EXAMPLES / "requests-vllm.json").read_text(encoding="utf-8"))["ttfts"]
