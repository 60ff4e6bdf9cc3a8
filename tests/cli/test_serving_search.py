"""`rackmath serving frontier` and `plan`: tables, JSON, files, prices of the brain, and one line when it cannot be."""

from __future__ import annotations

import csv
import json

import pytest

MODEL = ("--model", "Llama-3.1-70B")
TWO = (*MODEL, "--chip", "h100_sxm", "--chip", "h200-sxm")


def searched(rackmath, *words):
    done = rackmath("serving", *words, "--json")
    assert done.status == 0, done.err
    return json.loads(done.out)


def test_the_frontier_is_a_table_with_the_source_and_date_of_each_price(rackmath):
    done = rackmath("serving", "frontier", *TWO, "--chip", "gb200")
    assert done.status == 0
    assert "token/s/device" in done.out
    assert "h100-sxm/rental-price?term=on-demand, as of 2026-05-24, https://github.com/tardellirs" in done.out
    assert "gb200: no on-demand price is known" in done.out
    assert "do not fit in memory" in done.out


def test_its_json_holds_both_frontiers_and_counts(rackmath):
    found = searched(rackmath, "frontier", *TWO, "--tpot-limit", "40")
    assert found["enumerated"] == found["fit"] + sum(found["dropped"].values())
    assert all(each["tpot"] <= 0.040 for each in found["pareto"] + found["pareto_cost"])
    assert found["prices"]["h100_sxm"]["as_of"] == "2026-05-24"
    speeds = [each["tokens_per_s_per_user"] for each in found["pareto_cost"]]
    costs = [each["usd_per_mtok"] for each in found["pareto_cost"]]
    assert speeds == sorted(speeds, reverse=True)
    assert costs == sorted(costs, reverse=True)


def test_a_price_of_ones_own_overrules_the_brain(rackmath):
    found = searched(rackmath, "frontier", *TWO, "--price", "h100_sxm=2.34", "--price", "h200_sxm=2 to 3 USD/GPU/hour")
    assert found["prices"]["h100_sxm"] == {
        "usd_per_hour": 2.34, "low": 2.34, "high": 2.34, "from": "given: 2.34", "source": "", "as_of": ""
    }  # fmt: skip
    assert found["prices"]["h200_sxm"]["usd_per_hour"] == pytest.approx(6**0.5)


def test_another_term_has_another_price(rackmath):
    spot = searched(rackmath, "frontier", *TWO, "--term", "spot")["prices"]["h100_sxm"]
    assert spot["from"] == "h100-sxm/rental-price?term=spot"
    assert spot["usd_per_hour"] < 2


def test_every_point_goes_to_a_file(rackmath, tmp_path):
    out = tmp_path / "points.csv"
    done = rackmath("serving", "frontier", *MODEL, "--chip", "gb200", "--out", out)
    assert done.status == 0, done.err
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert f"{len(rows):,} points: {out}" in done.out
    assert {row["usd_per_mtok"] for row in rows} == {""}  # no price: empty, and no zero
    assert sum(float(row["part weights"]) for row in rows) > 0
    assert 0 < sum(int(row["pareto"]) for row in rows) < len(rows)


def test_a_plan_says_what_it_costs_how_sure_it_is_and_what_binds(rackmath):
    done = rackmath("serving", "plan", *TWO, "--rate", "20", "--tpot-limit", "40", "--ttft-limit", "1000")
    assert done.status == 0, done.err
    for words in ("devices, $", "/Mtok of output", "Sure to", "What binds is", "A tighter TPOT limit", "regret $/h"):
        assert words in done.out


def test_its_json_holds_the_choice_and_the_runners_up(rackmath):
    found = searched(rackmath, "plan", *TWO, "--tokens-per-month", "50e9", "--peak-to-mean", "2", "--tpot-limit", "40")
    assert found["feasible"] is True
    assert found["choice"]["sureness"] >= 0.8
    assert found["demand"]["peak"] == pytest.approx(2 * 50e9 / 2048 / (730 * 3600))
    assert found["limits"] == {"ttft": None, "tpot": 0.04}
    costs = [each["usd_per_hour"] for each in [found["choice"], *found["runners_up"]]]
    assert costs == sorted(costs)
    assert len(found["outcomes"]) == len(costs)


def test_a_trace_is_planned_for_its_busiest_minute(rackmath, tmp_path):
    trace = tmp_path / "trace.csv"
    lines = ["TIMESTAMP,ContextTokens,GeneratedTokens"]
    lines += [f"2023-11-16 18:{at // 60:02}:{at % 60:02}.1234567,{1000 + at},{100}" for at in range(600)]
    trace.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = searched(rackmath, "plan", *TWO, "--trace", trace, "--ttft-limit", "500")
    assert found["demand"]["isl"] == pytest.approx(1299.5)
    assert found["demand"]["peak"] == pytest.approx(600 / 599, rel=0.01)


def test_a_plan_is_checked_by_simulating_its_load(rackmath):
    words = ("plan", *MODEL, "--chip", "h200_sxm", "--precision", "fp8", "--rate", "2", "--isl", "256", "--osl", "32")
    limits = ("--ttft-limit", "2000", "--tpot-limit", "40")
    made = searched(rackmath, *words, *limits, "--check")
    simulated = made["simulated"]
    assert simulated["stable"]
    assert simulated["offered"] == pytest.approx(2 / made["choice"]["replicas"], rel=0.1)
    assert simulated["goodput_share"] > 0.9
    assert simulated["ttft"]["p50"] < simulated["ttft"]["p95"] < 2
    assert "Simulated with 1,000 requests that arrive at random" in rackmath("serving", *words, *limits, "--check").out


def test_what_cannot_be_is_feasible_false_in_json_and_a_line_otherwise(rackmath):
    found = searched(rackmath, "plan", *TWO, "--rate", "5", "--tpot-limit", "1")
    assert found["feasible"] is False
    assert found["choice"] is None
    assert "nearest is" in found["why_not"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("frontier", *TWO, "--tpot-limit", "0.1"), "no point is within the limits; the fastest is"),
        (("frontier", *TWO, "--tp", "7"), "7 tensor ranks do not divide the 64 heads"),
        (("frontier", *TWO, "--isl", "0"), "a number from 1"),
        (("frontier", *TWO, "--ttft-limit", "-5"), "'--ttft-limit': -5; a number above 0"),
        (("frontier", *TWO, "--price", "h100_sxm"), "write CHIP=USD"),
        (("frontier", *TWO, "--price", "h100_sxm=cheap"), "--price 'h100_sxm=cheap'"),
        (("frontier", *TWO, "--price", "b200_sxm=3"), "not among the chips"),
        (("frontier", *MODEL, "--chip", "h1000"), "did you mean 'h100_sxm'"),
        (("frontier", "--model", "Llama-3.1-405B", "--chip", "l4"), "nothing fits"),
        (("frontier", *MODEL, "--chip", "gb200", "--by", "cost"), "give one with --price"),
        (("plan", *TWO), "give one of --rate"),
        (("plan", *TWO, "--rate", "1", "--tokens-per-month", "1"), "give one of --rate"),
        (("plan", *TWO, "--rate", "0"), "'--rate': 0; a number above 0"),
        (("plan", *TWO, "--rate", "nan"), "'--rate': nan; a number above 0"),
        (("plan", *TWO, "--rate", "5", "--peak-to-mean", "0.5"), "a number from 1"),
        (("plan", *TWO, "--rate", "5", "--tpot-limit", "1"), "nothing meets the limits"),
        (("plan", *TWO, "--rate", "5", "--available", "h100_sxm"), "write CHIP=N"),
        (("plan", *TWO, "--rate", "900", "--available", "h100_sxm=8", "--available", "h200_sxm=8"), "too few devices"),
        (("plan", *MODEL, "--chip", "gb200", "--rate", "5"), "no price is known for gb200"),
        (("plan", *TWO, "--rate", "5", "--confidence", "1"), "from 0.5 and below 1"),
        (("frontier", *TWO, "--isl", "inf"), "'--isl': inf; a number from 1"),
        (("frontier", *TWO, "--price", "h100_sxm=3 kg"), "units are such as USD/GPU_hour"),
        (("frontier", *MODEL, "--chip", "mi300x", "--engine", "trtllm"), "trtllm does not run on mi300x"),
    ],
)
def test_bad_input_is_one_line(rackmath, words, told):
    done = rackmath("serving", *words)
    assert done.status == 2
    assert done.out == ""
    (line,) = done.err.strip().splitlines()
    assert told in line
