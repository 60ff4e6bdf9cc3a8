"""`rackmath serving simulate` and `sweep`."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numba")
POINT = ("--model", "Llama-3.1-70B", "--system", "h100_sxm", "--tp", "4", "--precision", "fp8")
LOAD = ("--isl", "400", "--osl", "100", "--requests", "400")


def test_a_rate_is_simulated_with_its_capacity(rackmath) -> None:
    done = rackmath("serving", "simulate", *POINT, *LOAD, "--rate", "3", "--ttft-limit", "500", "--json")
    assert done.status == 0
    made = done.json
    assert made["unit"] == "s"
    assert made["stable"]
    assert 0 < made["ttft"]["p50"] <= made["ttft"]["p95"]
    assert made["capacity"] > made["offered"]
    assert made["counted"] == 340
    assert len(made["series"]["seconds"]) == len(made["series"]["cache"]) <= 1024
    text = rackmath("serving", "simulate", *POINT, *LOAD, "--rate", "3").out
    assert "time to first token" in text
    assert "340 of 400 requests are counted" in text


def test_too_much_load_is_unstable_and_not_a_long_wait(rackmath) -> None:
    done = rackmath("serving", "simulate", *POINT, *LOAD, "--rate", "500", "--json")
    assert done.json["stable"] is False
    assert done.json["ttft"] is None
    assert done.json["growth"] > 300
    assert "UNSTABLE" in rackmath("serving", "simulate", *POINT, *LOAD, "--rate", "500").out


def test_the_same_words_say_the_same(rackmath) -> None:
    words = ("serving", "simulate", *POINT, *LOAD, "--concurrency", "8", "--lengths", "uniform", "--json")
    assert rackmath(*words).out == rackmath(*words).out
    assert rackmath(*words).out != rackmath(*words, "--seed", "1").out


def test_a_trace_is_played(rackmath, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    rows = "\n".join(f"{0.1 * i:.1f},{100 + i},20" for i in range(300))
    path.write_text(f"arrival_s,input_tokens,output_tokens\n{rows}\n", encoding="utf-8")
    words = ("serving", "simulate", *POINT, "--trace", path, "--json")
    slow, fast = rackmath(*words).json, rackmath(*words, "--scale", "2").json
    assert slow["offered"] == pytest.approx(10, rel=0.01)
    assert fast["offered"] == pytest.approx(20, rel=0.01)
    path.write_text("arrival_s,input_tokens,output_tokens\n1,5,5\n0,5,5\n", encoding="utf-8")
    done = rackmath(*words)
    assert (done.status, done.out) == (2, "")
    assert "time goes back" in done.err


def test_pools_apart_and_priorities_are_simulated(rackmath) -> None:
    done = rackmath(
        "serving",
        "simulate",
        *POINT,
        *LOAD,
        "--rate",
        "3",
        "--prefill-replicas",
        "2",
        "--priorities",
        "0.5,0.5",
        "--json",
    )
    assert done.status == 0
    assert done.json["stable"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--rate", "0"), "rate"),
        (("--concurrency", "1.5"), "whole number"),
        (("--priorities", "a,b"), "shares"),
        (("--ep", "3"), "divide"),
        (("--ep", "0"), "'--ep': 0; a whole number from 1"),
        (("--rate", "inf"), "'--rate': inf; a number above 0"),
        (("--rate", "2", "--concurrency", "4"), "give one of the two"),
        (("--cv", "2"), "--cv: needs --rate"),
        (("--scale", "2"), "--scale: needs --trace"),
        (("--drafts", "2"), "not simulated"),
        (("--cached", "300"), "knows prefixes and chunks"),
        (("--priorities", "nan,1"), "add up to 1"),
        (("--lengths", "fixed", "--length-low", "0.5"), "needs --lengths uniform"),
        (("--tp", "1", "--precision", "bf16"), "does not fit"),
        (("--seed", "-1"), "seed"),
    ],
)
def test_what_cannot_be_simulated_is_said(rackmath, words, says) -> None:
    done = rackmath("serving", "simulate", *POINT, *LOAD, *words)
    assert (done.status, done.out) == (2, "")
    assert says in done.err


def test_a_sweep_names_knee_and_break(rackmath) -> None:
    words = ("serving", "sweep", *POINT, *LOAD, "--lengths", "uniform", "--tpot-limit", "20")
    made = rackmath(*words, "--json").json
    assert made["unit"] == "requests in flight"
    assert made["broken"]["goodput_share"] < 0.9 <= made["best"]["goodput_share"]
    text = rackmath(*words, "--loads", "1,4,16,64,256").out
    assert "knee" in text
    assert rackmath(*words, "--loads", "4,1").status == 2
