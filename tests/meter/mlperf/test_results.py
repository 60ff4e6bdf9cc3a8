"""MLPerf results: read, derived values, scaling, and what may be compared."""

from __future__ import annotations

import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.meter.mlperf.changes import apply, read_changes
from rackmath.meter.mlperf.derived import Price, derive, scaling
from rackmath.meter.mlperf.results import read_results
from rackmath.meter.mlperf.rules import CLAIMS, differences, incomparable, supports

HEAD = [
    "round",
    "suite",
    "division",
    "availability",
    "submitter",
    "system_name",
    "platform",
    "accelerator",
    "accelerators_per_node",
    "nodes",
    "total_accelerators",
    "benchmark",
    "scenario",
    "unit",
    "value",
    "tokens_per_sample",
    "power_value",
    "power_unit",
    "inferred",
]
ROW = {
    "round": "v5.1",
    "suite": "datacenter",
    "division": "closed",
    "availability": "available",
    "submitter": "Maker",
    "system_name": "One",
    "platform": "one",
    "accelerator": "Chip A",
    "accelerators_per_node": "8",
    "nodes": "1",
    "benchmark": "llama2-70b-99.9",
    "scenario": "Offline",
    "unit": "Tokens/s",
    "value": "80000",
}


@pytest.fixture
def table(tmp_path):
    def read(*changes, **how):
        rows = [{**ROW, "platform": f"p{at}", **change} for at, change in enumerate(changes)]
        path = tmp_path / "results.csv"
        lines = [",".join(HEAD), *(",".join(row.get(name, "") for name in HEAD) for row in rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_results(path, **how)

    return read


def test_values_per_accelerator_watt_and_dollar(table):
    (result,) = table({"power_value": "10000", "power_unit": "Watts"})
    found = derive(result, Price(2, 2.5, 3, "a list", "2026-11-01"))
    assert found.per_accelerator == 10_000
    assert found.per_watt == 8  # tokens a joule of the whole system
    # 8 accelerators × 2.50 $/h = 20 $/h for 80,000 × 3,600 = 288 Mtok/h: 0.0694 $/Mtok
    assert found.usd_per_mtok == pytest.approx((16 / 288, 20 / 288, 24 / 288))


def test_without_official_power_there_is_no_value_per_watt(table):
    (result,) = table({})
    assert derive(result).per_watt is None
    assert derive(result).usd_per_mtok is None


def test_twins_of_two_accuracy_targets_are_one_run(table):
    twins = ({"benchmark": "llama2-70b-99", "platform": "p"}, {"platform": "p"})
    (kept,) = table(*twins)
    assert kept.target == "99.9"
    assert len(table(*twins, twins=True)) == 2
    assert len(table(twins[0], {**twins[1], "value": "79000"})) == 2


def test_queries_of_language_models_are_tokens_by_their_mean_length(table):
    # round v4.0 counts Server in queries; the reference's mean is 294.45 tokens
    (result,) = table({"scenario": "Server", "unit": "Queries/s", "value": "100", "tokens_per_sample": "294.45"})
    assert result.tokens_per_s == pytest.approx(29_445)
    assert any("by the mean of 294.45" in each for each in result.remarks)
    (plain,) = table({"unit": "Samples/s"})
    assert plain.tokens_per_s is None


def test_scaling_efficiency_is_against_the_smallest_system_of_the_same_kind(table):
    # η(n) = T(n) / (n T(1)) by nodes of eight: 4 nodes 304,000, 8 nodes 576,000 → 0.95 and 0.90
    nodes = [{"nodes": "1"}, {"nodes": "4", "value": "304000"}, {"nodes": "8", "value": "576000"}]
    found = scaling(table(*nodes))
    assert {row: eta for row, (eta, _) in found.items()} == pytest.approx({3: 0.95, 4: 0.90})
    other = scaling(table(nodes[0], {**nodes[1], "submitter": "Other"}))
    assert other == {}
    # the fastest of two smallest systems is the base
    twice = scaling(table(nodes[0], {"value": "40000", "system_name": "slow"}, nodes[1]))
    assert twice[4][0] == pytest.approx(0.95)


def test_mixed_systems_have_no_value_per_accelerator(table):
    for name in ("Chip A + Chip B", "Chip A (x8) and Chip B (x8)"):
        (result,) = table({"accelerator": name})
        assert derive(result).per_accelerator is None
        assert any("mixes accelerators" in each for each in result.remarks)


def test_counts_that_contradict_the_name_are_said(table):
    (result,) = table({"accelerator": "Chip A (x87)", "nodes": "11"})
    assert "the name says 87 accelerators, the row counts 88" in result.remarks[0]
    (fine,) = table({"system_name": "Rack (16x Chip A)", "nodes": "2"})
    assert fine.remarks == ()
    (none,) = table({"accelerator": "N/A"})
    assert none.accelerators is None


def test_a_latency_has_no_value_per_accelerator(table):
    (result,) = table({"scenario": "SingleStream", "unit": "Latency (ms)", "value": "12"})
    assert (derive(result).per_accelerator, derive(result).per_watt) == (None, None)


def test_preview_open_and_inferred_are_said(table):
    (result,) = table({"availability": "preview", "division": "open", "inferred": "1.0"})
    told = " ".join(result.remarks)
    assert "preview" in told
    assert "open division" in told
    assert "inferred" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"benchmark": "mixtral-8x7b-99.9"}, "another model"),
        ({"benchmark": "llama2-70b-99"}, "looser accuracy"),
        ({"round": "v6.0"}, "rules change between rounds"),
        ({"scenario": "Server"}, "latency limits"),
        ({"division": "open"}, "closed fixes the model"),
        ({"suite": "edge"}, "different rules"),
        ({"power_value": "9000", "power_unit": "Watts"}, "official power"),
    ],
)
def test_unlike_results_are_not_compared(table, change, told):
    first, second = table({}, change)
    reasons = incomparable(first, second)
    assert len(reasons) == 1
    assert told in reasons[0]


def test_like_results_are_compared_and_their_differences_named(table):
    first, second = table({}, {"submitter": "Other", "nodes": "2", "availability": "preview"})
    assert incomparable(first, second) == []
    assert [each.split(":")[0] for each in differences(first, second)] == ["availability", "accelerators", "nodes"]


def test_what_a_claim_needs(table):
    closed, opened = table({}, {"division": "open", "value": "160000"})
    assert supports("gpu-faster", [closed, closed]) == []
    # an open result twice as fast as a closed one says nothing of the accelerator
    assert any("needs closed" in each for each in supports("gpu-faster", [opened, opened]))
    assert supports("platform-cheaper", [opened]) == []
    assert supports("latency", [opened]) == []
    assert any("closed and open" in each for each in supports("gpu-faster", [closed, opened]))
    assert any("no official power" in each for each in supports("efficient", [closed]))
    (preview,) = table({"availability": "preview"})
    assert any("by the next rounds" in each for each in supports("available", [preview]))
    assert any("by the next rounds" in each for each in supports("platform-cheaper", [preview]))
    (mixed,) = table({"accelerator": "A + B"})
    assert any("mixes" in each for each in supports("gpu-faster", [mixed]))
    assert "total cost of ownership" in CLAIMS["platform-cheaper"].measure
    with pytest.raises(RackmathError, match="no kind of claim"):
        supports("best", [closed])


def test_the_summary_of_a_round_with_power_in_rows_of_its_own(tmp_path):
    path = tmp_path / "summary.csv"
    path.write_text(
        "Organization,Availability,Division,SystemType,SystemName,Platform,Model,MlperfModel,Scenario,Result,Units,"
        "number_of_nodes,accelerator_model_name,accelerators_per_node,version,inferred\n"
        "Maker,on-premise,closed,datacenter,One,one,llama2,llama2-70b-99,Offline,80000,Tokens/s,1,Chip A,8,v5.1,0\n"
        "Maker,on-premise,closed,datacenter,One,one,llama2,llama2-70b-99,Offline,10000,Watts,1,Chip A,8,v5.1,0\n",
        encoding="utf-8",
    )
    (result,) = read_results(path)
    assert (result.value, result.watts, result.accelerators, result.availability) == (80000, 10000, 8, "available")


def test_results_that_were_taken_back_are_left_out(table, tmp_path):
    path = tmp_path / "changes.csv"
    path.write_text(
        "round,submitter,platform,status,date,reason\n"
        "v5.1,Maker,p0,invalid,2025-10-01,wrong accuracy\n"
        "v5.1,Maker,p1,modified,2025-10-02,typing error\n",
        encoding="utf-8",
    )
    kept, gone = apply(table({}, {"value": "70000"}, {"value": "60000"}), read_changes(path))
    assert [each.value for each in kept] == [70000, 60000]
    assert kept[0].remarks == ("modified 2025-10-02 typing error",)
    assert gone[0][1].told == "invalid 2025-10-01 wrong accuracy"
    path.write_text("round,submitter,status\nv5.1,Maker,gone\n", encoding="utf-8")
    with pytest.raises(RackmathError, match="none of invalid, withdrawn, modified"):
        read_changes(path)
    path.write_text("round,submitter,status\n,,invalid\n", encoding="utf-8")
    with pytest.raises(RackmathError, match="needs a round and a submitter"):
        read_changes(path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": "-1"}, "column 'value': '-1' is negative"),
        ({"value": "nan"}, "is not a finite number"),
        ({"value": "0"}, "is not a result above 0"),
        ({"value": ""}, "is not a result above 0"),
        ({"value": "1e17"}, "too large to be true"),
        ({"value": "1e999999999"}, "not a finite number below"),
        ({"scenario": "Sometimes"}, "none of Offline, Server"),
        ({"division": ""}, "none of closed, open, network"),
        ({"power_value": "5", "power_unit": "horses"}, "neither Watts nor millijoules"),
    ],
)
def test_bad_rows_get_one_clear_line(table, change, told):
    with pytest.raises(RackmathError, match=told):
        table(change)


def test_a_table_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RackmathError, match="has no column 'submitter'"):
        read_results(path)


def test_a_price_must_rise():
    with pytest.raises(RackmathError, match="must rise"):
        Price(3, 2, 1, "x", "y")


@pytest.mark.shared
def test_published_results():
    read = read_results(shared_path("data/mlperf/mlperf_inference.csv"), twins=True)
    by_row = {each.row: each for each in read}
    # MI355X, Llama 2 70B, four nodes, v5.1 open: 350,820 tokens/s on 32 accelerators
    four = by_row[2597]
    assert (four.round, four.nodes, four.accelerators, four.value) == ("v5.1", 4, 32, 350_820)
    assert derive(four).per_accelerator == pytest.approx(10_963.1, abs=0.1)
    # H100, v4.1 closed: 24,524.9 / 8 = 3,066 tokens/s each
    assert derive(by_row[1888]).per_accelerator == pytest.approx(3065.6, abs=0.1)
    # GB300, deepseek-r1, v6.0: 288 against 72 accelerators
    eta, base = scaling(read)[2931]
    assert eta == pytest.approx(2_494_310 / (4 * 647_076))
    assert base.accelerators == 72
    # 8 H200 with official power, v4.1: 25,262.1 tokens/s at 6,153 W
    assert derive(by_row[1948]).per_watt == pytest.approx(25_262.1 / 6152.98, abs=1e-3)
    assert incomparable(by_row[1948], by_row[1888])[0].startswith("power")
    assert len(read_results(shared_path("data/mlperf/mlperf_inference.csv"))) < len(read)
