"""Request logs of every format, as their tools write them, and what is wrong with one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.meter.requests import read_log


@pytest.fixture
def log(tmp_path):
    def read(text, **how):
        path = tmp_path / "run.log"
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return read_log(path, **how)

    return read


VLLM = {
    "duration": 4.0,
    "completed": 2,
    "request_throughput": 0.5,
    "input_lens": [10, 20, 30],
    "output_lens": [3, 1, 0],
    "ttfts": [0.2, 0.3, 0.0],
    "itls": [[0.05, 0.07], [], []],
    "generated_texts": ["a b c", "a", ""],
    "errors": ["", "", "Traceback: timed out"],
    "start_times": [100.5, 100.0, 101.0],
}
AIPERF = {
    "metadata": {
        "session_num": 45,
        "request_start_ns": 1759813207532900363,
        "request_end_ns": 1759813207838764604,
        "benchmark_phase": "profiling",
        "was_cancelled": False,
    },
    "metrics": {
        "input_sequence_length": {"value": 550, "unit": "tokens"},
        "time_to_first_token": {"value": 255.88656799999998, "unit": "ms"},
        "request_latency": {"value": 297.52522799999997, "unit": "ms"},
        "output_sequence_length": {"value": 9, "unit": "tokens"},
        "inter_chunk_latency": {
            "value": [4.898437, 5.316006, 4.801489, 5.674918, 4.811467, 5.097998, 5.504797, 5.533548],
            "unit": "ms",
        },
        "inter_token_latency": {"value": 5.2048325, "unit": "ms"},
    },
    "error": None,
}
AIPERF_CANCELLED = {
    "metadata": {
        "session_num": 80,
        "request_start_ns": 1759813207632900363,
        "request_ack_ns": None,
        "request_end_ns": 1759813207732900363,
        "benchmark_phase": "profiling",
        "was_cancelled": True,
    },
    "metrics": {"error_isl": {"value": 550, "unit": "tokens"}},
    "error": {"code": 499, "type": "RequestCancellationError", "message": "Request was cancelled"},
}


def chunk(text=None, **more):
    return {"response": f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': text}}], **more})}\n\n"}


def genai(*requests):
    return {"service_kind": "openai", "experiments": [{"experiment": {"mode": "concurrency"}, "requests": requests}]}


def test_vllm_with_its_arrays(log):
    found = log(VLLM)
    assert (found.format, found.clock, found.duration) == ("vLLM", "client", 4.0)
    assert found.arrival.tolist() == [0, 0.5, 1.0]
    assert found.ok.tolist() == [True, True, False]
    np.testing.assert_allclose(found.ttft, [0.3, 0.2, np.nan])
    np.testing.assert_allclose(found.e2e, [0.3, 0.32, np.nan])
    np.testing.assert_allclose(found.tpot, [np.nan, 0.06, np.nan])
    assert found.gaps.tolist() == [0.05, 0.07]
    assert found.gap_owner.tolist() == [1, 1]


def test_vllm_without_its_arrays_says_how_to_get_them(log):
    with pytest.raises(RackmathError, match="--save-detailed"):
        log({"request_throughput": 1.0, "mean_ttft_ms": 20.0})


def test_vllm_as_json_lines_holds_runs_that_are_not_mixed(log):
    text = "\n".join(json.dumps(each) for each in (VLLM, {**VLLM, "ttfts": [0.4, 0.4, 0.0]}))
    with pytest.raises(RackmathError, match="holds 2 runs"):
        log(text)
    assert log(text, run=2).ttft[1] == 0.4
    with pytest.raises(RackmathError, match="has no run 3"):
        log(text, run=3)


def test_aiperf_records(log):
    warm = {**AIPERF, "metadata": {**AIPERF["metadata"], "benchmark_phase": "warmup"}}
    found = log("\n".join(json.dumps(each) for each in (warm, AIPERF, AIPERF_CANCELLED)))
    assert (found.format, len(found)) == ("AIPerf", 2)
    assert found.remarks == ("1 of 3 records are of the warm-up phase, and left out",)
    assert found.cancelled.tolist() == [False, True]
    # AIPerf's own inter-token latency of this record: (297.525 − 255.887) / 8 = 5.2048325 ms
    assert found.tpot[0] == pytest.approx(5.2048325e-3)
    assert found.gaps.sum() == pytest.approx(found.e2e[0] - found.ttft[0])
    assert found.arrival[1] == pytest.approx(0.1)


def test_a_summary_is_told_from_records(log):
    with pytest.raises(RackmathError, match=r"profile_export\.jsonl"):
        log({"request_latency": {"avg": 1}, "input_config": {}})
    with pytest.raises(RackmathError, match="give the profile export"):
        log("Metric,avg,min,max\nRequest Latency (ms),1,1,1\n")


def test_genai_perf_leaves_out_responses_without_content(log):
    # the request of GenAI-Perf's own tests: the role comes first, the last responses are empty
    found = log(
        genai(
            {
                "timestamp": 1_000_000_000,
                "response_timestamps": [1_100_000_000, 1_200_000_000, 1_500_000_000, 1_900_000_000],
                "response_outputs": [chunk(), chunk("dogs"), chunk(" run"), {"response": "data: [DONE]\n\n"}],
            },
            {"timestamp": 2_000_000_000, "response_timestamps": [], "response_outputs": []},
        )
    )
    np.testing.assert_allclose(found.ttft, [0.2, np.nan])
    np.testing.assert_allclose(found.e2e, [0.5, np.nan])
    assert found.output_tokens.tolist() == [2, 0]
    assert found.ok.tolist() == [True, False]
    assert "counts as one token" in found.remarks[0]


def test_genai_perf_takes_tokens_from_usage_where_it_is_streamed(log):
    found = log(
        genai(
            {
                "timestamp": 0,
                "response_timestamps": [10**9, 2 * 10**9, 3 * 10**9],
                "response_outputs": [
                    chunk("a b"),
                    chunk("c d"),
                    {"response": 'data: {"usage":{"completion_tokens":5}}'},
                ],
            }
        )
    )
    assert found.output_tokens.tolist() == [5]
    assert found.tpot[0] == pytest.approx(0.25)
    assert found.remarks == ()


def test_genai_perf_of_triton_and_several_experiments(log):
    requests = [
        {"timestamp": 1, "response_timestamps": [3, 5, 8], "response_outputs": [{"text_output": t} for t in "ab "]}
    ]
    export = genai(*requests)
    export["experiments"] *= 2
    with pytest.raises(RackmathError, match="2 experiments"):
        log(export)
    found = log(export, run=2)
    assert found.ttft[0] == pytest.approx(2e-9)
    assert found.e2e[0] == pytest.approx(7e-9)


def test_plain_csv_with_moments_or_with_durations(log):
    moments = log("arrival,first_token,last_token,output_tokens,ok\n10,10.2,11.2,11,true\n11,11.1,11.1,1,true\n")
    durations = log("start_time,TTFT (ms),e2e_ms,completion_tokens,status\n10,200,1200,11,200\n11,100,100,1,200\n")
    for found in (moments, durations):
        np.testing.assert_allclose(found.ttft, [0.2, 0.1])
        np.testing.assert_allclose(found.tpot, [0.1, np.nan])
        assert found.clock == "not said"
    dated = log(
        "timestamp;ttft;itl_ms;output_tokens\n2026-11-30T10:00:00Z;0,5;20;11\n".replace("0,5", "0.5"), clock="server"
    )
    assert dated.e2e[0] == pytest.approx(0.7)
    assert dated.clock == "server"


def test_plain_json_lines(log):
    rows = [
        {"arrival": 0, "ttft": 0.1, "itl": [0.02, 0.03], "output_tokens": 3, "error": None},
        {"arrival": 1, "ttft": None, "itl": None, "output_tokens": 0, "error": "timeout"},
    ]
    found = log("\n".join(map(json.dumps, rows)))
    assert found.e2e[0] == pytest.approx(0.15)
    assert found.ok.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty; give a result of vllm"),
        ("   \n", "is empty"),
        ("[]", "holds no requests"),
        ("[1, 2]", "holds no requests"),
        ('{"a": 1}', "is of no format that is read; give a result of vllm"),
        ('{"ttft": NaN}', "NaN is not a number of JSON"),
        ('{"ttft": 1}\nnot json\n', "line 2 is not JSON"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("model,price\nx,1\n", "has no times of requests; it needs a column ttft"),
        ("first_token,output_tokens\n1,2\n", "no arrival to count them from"),
        ("ttft,ttft_ms\n1,2\n", "mean the same"),
        ("ttft,e2e\n", "holds no requests"),
        ("ttft,e2e,output_tokens\n-0.1,1,2\n", "row 2: the first token comes before the request"),
        ("ttft,e2e,output_tokens\n0.5,0.2,2\n", "row 2: the last token comes before the first: time goes back"),
        ("arrival,first_token,last_token\n5,4,6\n", "its time is negative"),
        ("ttft,e2e,output_tokens\nnan,1,2\n", "row 2, column 'ttft': 'nan' is not a finite number"),
        ("ttft,e2e,output_tokens\ninf,1,2\n", "not a finite number"),
        ("ttft,e2e,output_tokens\nabc,1,2\n", "'abc' is not a number"),
        ("ttft,e2e,output_tokens\n1,1e300,2\n", "too long to be true"),
        ("arrival,ttft\n1764583200000,0.1\n", "does the column's name lack its unit"),
        ("ttft,e2e,output_tokens\n1,2,-5\n", "number of tokens is negative"),
        ("ttft,e2e,output_tokens\n1,2,1e30\n", "tokens"),
        ("arrival,ttft\n1,2\n,2\n", "some requests have an arrival and some have none"),
        ("ttft,e2e,ok\n1,2,maybe\n", "neither a success nor a failure"),
    ],
)
def test_bad_logs_get_one_clear_line(log, text, told):
    with pytest.raises(RackmathError, match=told):
        log(text)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"itls": [[0.05, -0.07], [], []]}, "a streamed event comes before"),
        ({"output_lens": [1, 2]}, "output_lens has 2 values, ttfts has 3"),
        ({"ttfts": [0.2, "x", 0]}, "request 2: ttfts is 'x', not a number"),
        ({"ttfts": [0.2, True, 0]}, "not a number"),
        ({"itls": [3, [], []]}, "itls is not a list"),
        ({"output_lens": [10**400, 1, 0]}, "output_lens is not a finite number"),
    ],
)
def test_bad_arrays_get_one_clear_line(log, change, told):
    with pytest.raises(RackmathError, match=told):
        log({**VLLM, **change})


def test_events_that_go_back_are_refused(log):
    with pytest.raises(RackmathError, match="time goes back"):
        log(genai({"timestamp": 0, "response_timestamps": [5, 9, 7]}))


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(RackmathError, match="no such file"):
        read_log(tmp_path / "none.csv")
    with pytest.raises(RackmathError, match="is a folder; give a file"):
        read_log(tmp_path)
    binary = tmp_path / "b"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RackmathError, match="is not UTF-8"):
        read_log(binary)
