"""Quoted numbers: what they must declare, and what is refused as unlike."""

from __future__ import annotations

import json
import math

import pytest

from rackmath.errors import RackmathError
from rackmath.meter.quoted.compare import compare
from rackmath.meter.quoted.quote import NEEDED, make_quote, read_quote

FIELDS = {
    "metric": "ttft",
    "percentile": "p99",
    "value": "420 ms",
    "low": "400 ms",
    "high": "441 ms",
    "input_tokens": {"mean": 1024, "spread": "fixed"},
    "output_tokens": {"mean": 256, "spread": "fixed"},
    "concurrency": 32,
    "loop": "closed",
    "model": "Llama-3.1-70B-Instruct",
    "active_parameters": 70.6,
    "precision": "fp8",
    "hardware": "H100 SXM",
    "count": 8,
    "engine": "vllm",
    "version": "0.24.0",
    "division": "none",
    "scenario": "none",
    "date": "2026-10-02",
    "network": "in",
}


def quote(name="a", without=(), **change):
    return make_quote(json.dumps({k: v for k, v in {**FIELDS, **change}.items() if k not in without}), name)


def other(**change):
    return quote("b", **{"hardware": "B200 SXM", "value": "300 ms", "low": "288 ms", "high": "312 ms", **change})


def test_thirty_milliseconds_of_latency_is_no_comparable_number():
    with pytest.raises(RackmathError, match="'30 ms latency' is a number without what it is of"):
        make_quote("30 ms latency", "slide")
    with pytest.raises(RackmathError, match="'latency' of what"):
        make_quote("metric: latency\nvalue: 30 ms", "slide")
    bare = make_quote("metric: ttft\nvalue: 30 ms", "slide")
    assert set(bare.missing) == set(NEEDED) - {"metric", "value"}
    reasons = compare(bare, quote()).reasons
    assert any("slide does not declare percentile" in each for each in reasons)
    assert compare(bare, quote()).ratio is None


@pytest.mark.parametrize("field", sorted(set(NEEDED) - {"value", "load"}))
def test_every_field_that_is_missing_is_named(field):
    assert quote(without=(field,)).missing == (field,)
    assert any(f"does not declare {field}" in each for each in compare(quote(without=(field,)), other()).reasons)


def test_a_load_is_a_number_of_requests_in_flight_or_a_rate():
    assert quote(without=("concurrency",)).missing == ("load",)
    assert quote(without=("concurrency",), rate=3).missing == ()


def test_a_throughput_needs_no_percentile():
    assert quote(without=("percentile", "low", "high"), metric="output_throughput", value="5200 tok/s").missing == ()


def test_like_with_like_gives_a_ratio_with_its_interval():
    found = compare(quote(), other())
    assert found.reasons == ()
    assert found.ratio == pytest.approx(300 / 420)
    assert found.better == "b"
    # independent errors of the logarithms: down sqrt(ln(300/288)² + ln(441/420)²), up sqrt(ln(312/300)² + ln(420/400)²)
    down = math.hypot(math.log(300 / 288), math.log(441 / 420))
    up = math.hypot(math.log(312 / 300), math.log(420 / 400))
    assert found.low == pytest.approx(300 / 420 * math.exp(-down))
    assert found.high == pytest.approx(300 / 420 * math.exp(up))


def test_the_ratio_the_other_way_round_is_its_inverse():
    there, back = compare(quote(), other()), compare(other(), quote())
    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.better == back.better


def test_more_throughput_is_better_and_less_latency():
    rate = {"metric": "output_throughput", "without": ("percentile", "low", "high")}
    found = compare(quote(value="100 tokens/s", **rate), make_b(rate, "200 tokens/s"))
    assert (found.ratio, found.better) == (2, "b")
    assert any("not both have an interval" in each for each in found.told)


def make_b(rate, value):
    return quote("b", hardware="B200", value=value, **rate)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"metric": "e2e"}, "metric: ttft and e2e"),
        ({"percentile": "p50"}, "percentile: p99 and p50"),
        ({"percentile": "mean"}, "percentile: p99 and mean"),
        ({"input_tokens": {"mean": 128, "spread": "fixed"}}, "input_tokens: 1024 and 128 tokens differ by over 5%"),
        ({"output_tokens": {"mean": 256, "spread": "dataset"}}, "fixed in one and dataset in the other"),
        ({"concurrency": 64}, "load: 32 and 64 concurrency differ"),
        ({"loop": "open"}, "loop: closed and open"),
        ({"model": "Qwen3-32B"}, "model: Llama-3.1-70B-Instruct and Qwen3-32B"),
        ({"active_parameters": 32}, "active_parameters: 70.6 and 32"),
        ({"precision": "nvfp4"}, "precision: fp8 and nvfp4"),
        ({"count": 16}, "count: 8 and 16"),
        ({"engine": "sglang"}, "engine: vllm and sglang"),
        ({"version": "0.14.0"}, "version: 0.24.0 and 0.14.0"),
        ({"division": "closed"}, "division: none and closed"),
        ({"scenario": "Server"}, "scenario: none and Server"),
        ({"date": "2025-10-01"}, "366 days apart"),
        ({"network": "out"}, "network: in and out"),
        ({"speculative": "mtp"}, "speculative: one states it, the other does not"),
    ],
)
def test_unlike_is_refused_and_the_field_named(change, told):
    found = compare(quote(), other(**change))
    assert found.ratio is None
    assert len(found.reasons) == 1
    assert told in found.reasons[0]


def test_what_is_compared_may_differ():
    assert compare(quote(), other(precision="nvfp4"), ("hardware", "precision")).ratio is not None
    assert compare(quote(), other(model="Qwen3-32B", active_parameters=32), ("hardware", "model")).ratio is not None
    assert compare(quote(), quote("b", engine="sglang", version="0.5"), ("engine",)).ratio is not None
    assert compare(quote(), quote("b", engine="sglang"), ("precision",)).ratio is None
    with pytest.raises(RackmathError, match="a comparison is of hardware"):
        compare(quote(), other(), ("network",))


def test_small_differences_are_tolerated():
    close = {"input_tokens": {"mean": 1000, "spread": "fixed"}, "concurrency": 33, "model": "llama 3.1 70b instruct"}
    assert compare(quote(), other(**close)).ratio is not None


def test_a_repeat_and_a_difference_within_noise_are_said():
    assert "repeat of one measurement" in compare(quote(), quote("b")).told[0]
    near = compare(quote(), other(value="415 ms", low="400 ms", high="430 ms"))
    assert any("do not differ beyond their noise" in each for each in near.told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": "-3 ms"}, "no number with a unit"),
        ({"value": 30}, "no number with a unit"),
        ({"value": "0 ms"}, "not above 0"),
        ({"value": "nan ms"}, "no number with a unit"),
        ({"value": "30 tokens/s"}, "ttft is in s, not in tokens/s"),
        ({"value": "500 ms"}, "does not lie between low and high"),
        ({"low": "40 tokens/s"}, "low is in tokens/s"),
        ({"input_tokens": 1024}, "a mean alone hides"),
        ({"input_tokens": {"mean": -1, "spread": "fixed"}}, "not a number above 0"),
        ({"percentile": "worst"}, "neither mean nor a percentile"),
        ({"date": "soon"}, "is not a day"),
        ({"loop": "round"}, "none of open, closed, offline"),
        ({"count": "many"}, "not a number above 0"),
        ({"active_parameters": 70e9}, "in billions"),
        ({"rate": 3}, "both concurrency and rate"),
        ({"hardwear": "x"}, "did you mean 'hardware'"),
        ({"metric": "itl"}, "'itl' of what"),
        ({"model": ["a"]}, "not a short text"),
        ({"load": 3}, "write concurrency: 32"),
    ],
)
def test_bad_fields_get_one_clear_line(change, told):
    with pytest.raises(RackmathError, match=told):
        quote(**change)


def test_bad_files_get_one_clear_line(tmp_path):
    with pytest.raises(RackmathError, match="no such file"):
        read_quote(tmp_path / "no.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [1,\nb: 2", encoding="utf-8")
    with pytest.raises(RackmathError, match=r"bad\.yaml:"):
        read_quote(bad)
    bad.write_text("a: &x 1\nb: *x\n", encoding="utf-8")
    with pytest.raises(RackmathError, match=r"bad\.yaml:"):
        read_quote(bad)
    bad.write_bytes(b"\xff")
    with pytest.raises(RackmathError, match="UTF-8"):
        read_quote(bad)
    with pytest.raises(RackmathError, match="has no value"):
        make_quote("metric: ttft", "x")
