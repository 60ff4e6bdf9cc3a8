"""Metrics of a request log, on logs whose answers are known."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.meter.requests.arrivals import look
from rackmath.meter.requests.log import Request, make_log
from rackmath.meter.requests.metrics import measure
from rackmath.meter.requests.spread import effective, share, spread


def a_log(rows, **more):
    requests = [Request(where=f"row {at}", **row) for at, row in enumerate(rows)]
    return make_log(requests, name="made", format_="made", clock="client", **more)


def evenly(count, *, every=1.0, ttft=0.2, tpot=0.05, tokens=11.0):
    return [
        {"arrival": at * every, "ttft": ttft, "e2e": ttft + tpot * (tokens - 1), "output_tokens": tokens}
        for at in range(count)
    ]


def test_the_two_means_between_tokens_weight_differently():
    # two requests: 11 tokens at 20 ms, 101 tokens at 40 ms. By request (20 + 40) / 2 = 30 ms; by token
    # (10 × 20 + 100 × 40) / 110 = 38.18 ms
    log = a_log([*evenly(1, tpot=0.02), *evenly(1, tpot=0.04, tokens=101.0)])
    found = measure(log)
    assert found.spreads["tpot"].mean.value == pytest.approx(0.030)
    assert found.itl_mean == pytest.approx((10 * 0.02 + 100 * 0.04) / 110)
    # the other convention divides all of the time by all tokens: (0.2 + 0.2) / 11 and (0.2 + 4) / 101
    assert found.spreads["e2e_per_token"].mean.value == pytest.approx((0.4 / 11 + 4.2 / 101) / 2)


def test_end_to_end_is_the_first_token_and_n_minus_one_later_ones():
    log = a_log(evenly(3, ttft=0.5, tpot=0.03, tokens=100.0))
    assert log.e2e == pytest.approx(np.full(3, 0.5 + 0.03 * 99))
    assert measure(log).spreads["tpot"].mean.value == pytest.approx(0.03)


def test_several_tokens_in_an_event_do_not_bend_the_mean_between_tokens():
    # ten tokens after the first in five events of two: gaps of 100 ms, tokens every 50 ms
    row = {"arrival": 0.0, "ttft": 0.2, "e2e": 0.7, "output_tokens": 11.0, "gaps": (0.1,) * 5}
    found = measure(a_log([row]))
    assert found.itl_mean == pytest.approx(0.05)
    assert found.spreads["event_gap"].mean.value == pytest.approx(0.1)
    assert found.tokens_per_event == pytest.approx(2)
    assert found.itl_jitter == pytest.approx(0, abs=1e-12)
    assert any("2.00 tokens" in each for each in found.remarks)


def test_jitter_is_the_deviation_of_gaps():
    row = {"arrival": 0.0, "ttft": 0.2, "e2e": 0.6, "output_tokens": 5.0, "gaps": (0.05, 0.15, 0.05, 0.15)}
    assert measure(a_log([row])).itl_jitter == pytest.approx(0.05)


def test_one_token_has_no_time_per_output_token():
    found = measure(a_log([{"arrival": 0.0, "ttft": 0.2, "e2e": 0.9, "output_tokens": 1.0}]))
    assert found.spreads["tpot"] is None
    assert found.itl_mean is None
    assert found.one_token == 1


def test_throughput_counts_what_is_made_in_the_window():
    # a request a second of 11 tokens, each 0.7 s long, for 100 s: first arrival to last end is 99.7 s
    log = a_log(evenly(100))
    whole = measure(log)
    assert whole.seconds == pytest.approx(99.7)
    assert whole.output_tokens_per_s == pytest.approx(1100 / 99.7)
    assert whole.requests_per_s == pytest.approx(100 / 99.7)
    # cut anywhere, the rate inside is that of the load: 11 tokens a second
    cut = measure(log, warmup=10.0, cooldown=9.7)
    assert cut.window == pytest.approx((10, 90))
    assert cut.output_tokens_per_s == pytest.approx(11, rel=0.02)
    assert cut.requests == 81
    # a request that straddles the border counts in part: from 0.45 s on, 5 of its 10 gaps are left (0.2 + 5 × 0.05)
    one = measure(a_log([*evenly(1), {"arrival": 0.5, "ttft": 0.1, "e2e": 0.2, "output_tokens": 1.0}]), warmup=0.45)
    assert one.output_tokens_per_s * one.seconds == pytest.approx(5 + 1)


def test_littles_law_holds_between_rate_latency_and_requests_in_flight():
    # 1 request/s × 0.7 s in the system = 0.7 in flight, over the whole run exactly by definition
    found = measure(a_log(evenly(100)))
    assert found.concurrency["mean"] == pytest.approx(found.requests_per_s * 0.7)
    assert found.concurrency["max"] == 1
    assert (found.concurrency["p50"], found.concurrency["p95"]) == (1, 1)


def test_goodput_counts_requests_that_meet_every_limit_and_failures_as_misses():
    rows = [
        *evenly(4),  # good
        {"arrival": 4.0, "ttft": 0.6, "e2e": 1.0, "output_tokens": 11.0},  # first token late
        {"arrival": 5.0, "ttft": 0.2, "e2e": 2.2, "output_tokens": 11.0},  # tokens slow
        {"arrival": 6.0, "ttft": 0.2, "e2e": 0.2, "output_tokens": 1.0},  # one token: only the first can be judged
        {"arrival": 7.0, "ok": False},
        {"arrival": 8.0, "ok": False, "cancelled": True},
        {"arrival": 9.0, "ttft": 0.2, "e2e": 1.0, "output_tokens": 17.0},  # 50 ms, on the limit
    ]
    found = measure(a_log(rows), level={"ttft": 0.5, "tpot": 0.0500001})
    assert found.attained.value == pytest.approx(6 / 10)
    assert found.goodput == pytest.approx(6 / 10.0)
    assert (found.failed, found.cancelled) == (1, 1)
    assert found.attained.low < 0.6 < found.attained.high


def test_targets_of_chat_and_of_code_completion():
    # published targets: chat first token under 500 ms, code completion under 100 ms, 20 to 50 ms a token
    log = a_log(evenly(50, ttft=0.3, tpot=0.03))
    assert measure(log, level={"ttft": 0.5, "tpot": 0.05}).attained.value == 1
    assert measure(log, level={"ttft": 0.1, "tpot": 0.05}).attained.value == 0


def test_the_speed_of_a_user_is_one_over_the_time_per_token():
    # published bands: 30 to 80 tokens/s for a user at high batch, over 100 at low batch
    speed = measure(a_log(evenly(10, tpot=0.02))).spreads["tokens_per_s_per_user"]
    assert speed.percentiles[50].value == pytest.approx(50)
    # tokens that came as one event have no speed
    assert measure(a_log(evenly(10, tpot=0.0))).spreads["tokens_per_s_per_user"] is None


def test_a_percentile_is_the_value_at_its_rank():
    found = spread(np.arange(1, 101.0)[np.random.default_rng(0).permutation(100)], "x", 0)
    assert {q: each.value for q, each in found.percentiles.items()} == {50: 50, 90: 90, 95: 95, 99: 99}


def test_intervals_cover_as_often_as_they_say():
    # 400 samples of 200 exponential values: the true median ln 2 and the true 90th percentile ln 10
    rng, hits = np.random.default_rng(7), {50: 0, 90: 0}
    for _ in range(400):
        found = spread(rng.exponential(size=200), "x", 0).percentiles
        for percent, true in ((50, np.log(2)), (90, np.log(10))):
            hits[percent] += found[percent].low <= true <= found[percent].high
    assert hits[50] / 400 >= 0.93
    assert hits[90] / 400 >= 0.93


def test_intervals_of_a_queue_are_wider_than_those_of_its_shuffled_requests():
    # times in a single-server queue at 80 % load are exponential with mean 1 / (1 − 0.8) = 5; slow ones come in runs
    hits = {"in order": 0, "shuffled": 0}
    for seed in range(100):
        rng = np.random.default_rng(seed)
        takes, arrivals = rng.exponential(size=7000), np.cumsum(rng.exponential(1 / 0.8, size=7000))
        worked = np.cumsum(takes)
        times = (np.maximum.accumulate(arrivals - worked + takes) + worked - arrivals)[2000:]
        for name, series in (("in order", times), ("shuffled", rng.permutation(times))):
            found = spread(series, "x", 0).percentiles[90]
            hits[name] += found.low <= 5 * np.log(10) <= found.high
    assert hits["in order"] >= 85
    assert hits["shuffled"] <= 40


def test_a_percentile_that_rests_on_few_slow_requests_is_said():
    rng = np.random.default_rng(0)
    rows = [{**row, "ttft": 0.1 + rng.exponential(0.05), "e2e": 2.0} for row in evenly(500)]
    told = [each for each in measure(a_log(rows)).remarks if "too narrow" in each]
    assert told
    assert "lie above p99" in told[0]


def test_intervals_are_drawn_from_a_named_stream():
    values = np.random.default_rng(1).exponential(size=500)
    assert spread(values, "x", 1) == spread(values, "x", 1)
    assert spread(values, "x", 1) != spread(values, "x", 2)


def test_requests_that_are_alike_are_worth_fewer():
    # an autoregressive series with correlation 0.9 is worth (1 − 0.9) / (1 + 0.9) of its length
    rng = np.random.default_rng(3)
    series = np.zeros(50_000)
    for at in range(1, len(series)):
        series[at] = 0.9 * series[at - 1] + rng.normal()
    assert effective(series) == pytest.approx(50_000 * 0.1 / 1.9, rel=0.1)
    assert effective(np.full(300_000, 0.1)) == 300_000


def test_a_share_stays_inside_its_bounds():
    # Wilson's interval of 0 of 10 is 0 to z²/(n + z²) = 0.2775
    none = share(0.0, 10)
    assert none.low == 0
    assert none.high == pytest.approx(1.96**2 / (10 + 1.96**2), abs=1e-4)


def closed_loop(users, count, rng, pause=0.001):
    waiting, rows = [0.0] * users, []
    for _ in range(count):
        begin = heapq.heappop(waiting)
        takes = 0.2 + rng.exponential(0.3)
        rows.append({"arrival": begin, "ttft": 0.1, "e2e": takes, "output_tokens": 10.0})
        heapq.heappush(waiting, begin + takes + pause)
    return rows


def test_a_closed_loop_is_seen_and_its_omission_said():
    rng = np.random.default_rng(2)
    for users in (1, 8, 64):
        found = measure(a_log(closed_loop(users, 2000, rng)))
        assert found.arrivals.loop == "closed"
        assert f"find {users} requests" in found.arrivals.told
        assert any("coordinated omission" in each for each in found.remarks)


def test_open_loops_are_seen():
    rng = np.random.default_rng(2)
    for rate in (2.0, 20.0, 200.0):
        times = np.cumsum(rng.exponential(1 / rate, 3000))
        rows = [{"arrival": t, "ttft": 0.1, "e2e": 0.2 + rng.exponential(0.3), "output_tokens": 10.0} for t in times]
        found = look(a_log(rows))
        assert (found.loop, "Poisson" in found.told) == ("open", True)
    even = [{**row, "e2e": 0.2 + rng.exponential(0.5)} for row in evenly(500, every=0.1, ttft=0.1)]
    assert "evenly spaced" in look(a_log(even)).told
    assert look(a_log(evenly(100, every=0.0))).loop == "all at once"
    assert look(a_log(evenly(5))).loop == "unknown"
    assert "look alike" in look(a_log(evenly(100, every=0.1))).told


def test_a_log_without_arrivals_has_rates_from_the_length_it_states():
    rows = [{"ttft": 0.1, "e2e": 1.1, "output_tokens": 11.0, "input_tokens": 5.0}] * 4
    found = measure(a_log(rows, duration=2.0))
    assert (found.output_tokens_per_s, found.requests_per_s, found.input_tokens_per_s) == (22, 2, 10)
    assert found.concurrency is None
    nothing = measure(a_log(rows))
    assert nothing.output_tokens_per_s is None
    with pytest.raises(RackmathError, match="nothing can be cut off"):
        measure(a_log(rows), warmup=1.0)


def test_a_log_of_failures_has_no_latencies():
    found = measure(a_log([{"arrival": float(at), "ok": False} for at in range(30)]))
    assert found.spreads["ttft"] is None
    assert found.failed == 30
    assert any("no request succeeded" in each for each in found.remarks)


def test_a_run_that_gets_slower_is_said():
    rows = [{**row, "ttft": 0.1 + 0.001 * at, "e2e": 2.0} for at, row in enumerate(evenly(1000))]
    assert any("not steady" in each for each in measure(a_log(rows)).remarks)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"warmup": -1.0}, "0 or more"),
        ({"warmup": float("nan")}, "0 or more"),
        ({"warmup": 50.0, "cooldown": 60.0}, "nothing is left"),
        ({"level": {"itl": 1.0}}, "a service level has no 'itl'"),
        ({"level": {"ttft": 0.0}}, "no time above 0"),
    ],
)
def test_bad_questions_are_refused(how, told):
    with pytest.raises(RackmathError, match=told):
        measure(a_log(evenly(100)), **how)


def test_a_limit_on_what_is_not_there_is_refused():
    log = a_log([{"arrival": 0.0, "e2e": 1.0, "output_tokens": 5.0}])
    with pytest.raises(RackmathError, match="judge a limit of ttft"):
        measure(log, level={"ttft": 1.0})
