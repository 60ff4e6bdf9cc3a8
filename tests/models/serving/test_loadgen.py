"""MLPerf scenarios: the load generator against queues that are known in closed form, and the rules of a run."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.loadgen import (
    Queue,
    highest_rate,
    multi_stream,
    offline,
    server,
    single_stream,
)
from rackmath.models.serving.loadgen_rules import (
    BENCHMARKS,
    Limits,
    Run,
    early_estimate,
    fewest_queries,
    metric,
    most_over,
    problems,
)

RANDOM = np.random.default_rng(5).exponential(0.1, 100_000)
LOOSE = Limits(2.0, 1e6)


def test_early_stopping_is_the_binomial_of_its_appendix():
    # P(no query over in n | one in ten is) = 0.9^n ≤ 0.01 from n = 44; with one over 0.9^n + n 0.1 0.9^(n−1) from 64
    assert 0.9**44 <= 0.01 < 0.9**43
    assert fewest_queries(0, 0.9) == 44
    assert 0.9**64 + 64 * 0.1 * 0.9**63 <= 0.01 < 0.9**63 + 63 * 0.1 * 0.9**62
    assert fewest_queries(1, 0.9) == 64
    assert 0.99**459 <= 0.01 < 0.99**458
    assert fewest_queries(0, 0.99) == 459
    assert fewest_queries(1, 0.99) == 662
    for percentile in (0.9, 0.99):
        for over in (0, 1, 7, 100):
            queries = fewest_queries(over, percentile)
            assert most_over(queries, percentile) == over
            assert most_over(queries - 1, percentile) == over - 1


def test_early_stopping_costs_less_the_longer_the_run():
    # of the 270,336 queries that the rules suggest, 1 % less 0.05 % may be over
    assert most_over(270_336, 0.99) / 270_336 == pytest.approx(0.0095, abs=0.0001)
    ordered = np.arange(1.0, 1001.0)
    estimate = early_estimate(ordered, 0.9)
    assert estimate == 1000 - most_over(1000, 0.9) + 1
    assert 900 < estimate < 930


def test_offline_of_servers_of_equal_times_is_servers_over_time():
    found = offline(Queue(np.full(10, 0.5), tokens=np.full(10, 20.0), servers=8))
    assert found.problems == ()
    assert found.metric.unit == "Tokens/s"
    assert found.metric.queries_per_s == pytest.approx(16, rel=1e-3)
    assert found.metric.value == pytest.approx(320, rel=1e-3)
    assert found.run.seconds >= 600


def test_the_highest_server_rate_of_a_single_server_queue():
    # M/M/1: the time in the system is exponential at μ − λ, its 99th percentile ln 100 / (μ − λ); at most 2 s means
    # λ = μ − ln 100 / 2 = 10 − 2.303 = 7.697 queries/s
    found = highest_rate(Queue(RANDOM), LOOSE, seconds=40_000.0)
    rate = 1 / RANDOM.mean() - np.log(100) / 2
    assert found.rate == pytest.approx(rate, rel=0.03)
    assert found.problems == ()
    assert found.rate < offline(Queue(RANDOM)).metric.queries_per_s


def test_a_tighter_limit_lowers_the_rate():
    rates = [highest_rate(Queue(RANDOM), Limits(limit, 1e6)).rate for limit in (0.6, 1.0, 2.0, 8.0)]
    assert rates == sorted(rates)
    with pytest.raises(RackmathError, match="no rate holds the limits"):
        highest_rate(Queue(RANDOM), Limits(0.2, 1e6))  # service alone is over it in e^-2 = 14 % of queries


def test_the_limit_of_later_tokens_holds_too():
    # 11 tokens in 1 s after the first: 100 ms each, whatever the rate
    system = Queue(np.full(5, 1.05), first=np.full(5, 0.05), tokens=np.full(5, 11.0), servers=64)
    assert highest_rate(system, Limits(2.0, 0.101)).problems == ()
    with pytest.raises(RackmathError, match="TPOT"):
        highest_rate(system, Limits(2.0, 0.099))


def test_a_rate_above_capacity_is_not_valid():
    found = server(Queue(RANDOM), 12.0, LOOSE)
    assert any("TTFT" in each for each in found.problems)


def test_single_stream_is_the_ninetieth_percentile():
    found = single_stream(Queue(RANDOM))
    assert found.problems == ()
    assert found.metric.unit == "s"
    assert found.metric.value == pytest.approx(0.1 * np.log(10), rel=0.05)
    assert found.metric.queries_per_s == pytest.approx(10, rel=0.05)


def test_multi_stream_waits_for_the_last_of_eight():
    # the slowest of eight exponentials: (1 − e^(−x/0.1))⁸ = 0.99
    found = multi_stream(Queue(RANDOM, servers=8), seconds=10_000.0)
    assert found.problems == ()
    assert found.metric.value == pytest.approx(-0.1 * np.log(1 - 0.99 ** (1 / 8)), rel=0.06)
    # equal times on one server: eight of them after each other
    assert multi_stream(Queue(np.full(3, 0.1))).metric.value == pytest.approx(0.8)


def test_several_servers_and_one_agree_where_they_must():
    # the heap of servers and the solved recursion, by way of one busy and one idle server
    arrivals = np.cumsum(np.random.default_rng(1).exponential(0.12, 2000))
    picks = np.arange(2000)
    one = Queue(RANDOM).answer(arrivals, picks)
    free, ends = 0.0, []
    for arrival, takes in zip(arrivals, RANDOM[:2000], strict=True):
        free = max(free, arrival) + takes
        ends.append(free - arrival)
    np.testing.assert_allclose(one.end, ends, rtol=1e-9, atol=1e-9)
    many = Queue(RANDOM, servers=2000).answer(arrivals, picks)
    np.testing.assert_allclose(many.end, RANDOM[:2000])


def test_runs_are_repeatable():
    first, again, other = (server(Queue(RANDOM), 5.0, LOOSE, seed=seed).metric.value for seed in (1, 1, 2))
    assert first == again != other


def test_published_limits():
    assert BENCHMARKS["llama2-70b"].limits("Server") == Limits(2.0, 0.2)
    assert BENCHMARKS["llama2-70b"].limits("Interactive") == Limits(0.45, 0.04)
    assert BENCHMARKS["llama3.1-405b"].limits("Server") == Limits(6.0, 0.175)
    assert BENCHMARKS["mixtral-8x7b"].limits("Server") == Limits(2.0, 0.2)
    assert BENCHMARKS["mixtral-8x7b"].limits("Interactive") is None
    assert BENCHMARKS["deepseek-r1"].limits("Server") == Limits(2.0, 0.08)
    assert BENCHMARKS["llama2-70b"].limits("Offline") is None


def a_run(scenario="Server", count=1000, every=1.0, ttft=1.0, tpot=0.1, **more):
    first = np.full(count, ttft)
    return Run(scenario, np.arange(count) * every, first + 10 * tpot, first, np.full(count, 11.0), **more)


def test_what_makes_a_run_invalid():
    limits = Limits(2.0, 0.2)
    assert problems(a_run(), limits) == []
    assert "takes 11.0 s; at least 600 s" in problems(a_run(count=10), limits)[0]
    assert any("too few; 459" in each for each in problems(a_run(count=10), limits))
    assert "TTFT: 1,000 of 1,000" in problems(a_run(ttft=2.1), limits)[0]
    assert "TPOT" in problems(a_run(tpot=0.21), limits)[0]
    # of 1,000 queries 2 may be over, not 10: the percentile must be held with 99 % confidence
    assert most_over(1000, 0.99) == 2
    for late, fine in ((2, True), (3, False)):
        run = a_run()
        run.first[:late] = 2.5
        assert (problems(Run("Server", run.arrival, run.first + 1, run.first, run.tokens), limits) == []) is fine
    lost = a_run()
    lost.end[3] = np.nan
    assert "1 queries were not answered" in problems(lost, limits)[0]


def test_offline_needs_its_samples_at_the_start():
    run = Run("Offline", np.zeros(30_000), np.linspace(0.1, 700, 30_000))
    assert problems(run) == []
    assert metric(run).value == pytest.approx(30_000 / 700)
    few = Run("Offline", np.zeros(5000), np.linspace(0.1, 700, 5000))
    assert "5,000 samples; at least 24,576" in problems(few)[0]
    assert problems(few, samples=4388) == []
    later = Run("Offline", np.linspace(0, 1, 30_000), np.full(30_000, 700.0))
    assert "do not all arrive" in problems(later)[0]


def test_streams_wait_for_the_answer_before():
    run = Run("SingleStream", np.arange(1000.0), np.full(1000, 1.5))
    assert "before the one before it" in problems(run)[0]
    assert "8 are needed" in problems(Run("MultiStream", np.arange(1000.0), np.full(1000, 0.9)))[0]
    with pytest.raises(RackmathError, match="10 queries are too few"):
        metric(Run("SingleStream", np.arange(10.0), np.full(10, 0.9)))


def test_accuracy_is_held_against_the_reference():
    # Llama 2 70B: rouge1 of 44.4312, 99.9 % of it is 44.387
    run, limits = a_run(), Limits(2.0, 0.2)
    assert problems(run, limits, accuracy=44.39, reference=44.4312, target=0.999) == []
    assert "99.9% are needed" in problems(run, limits, accuracy=44.38, reference=44.4312, target=0.999)[0]
    with pytest.raises(RackmathError, match="give both"):
        problems(run, limits, accuracy=44.0)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Queue(np.array([])), "0 values for 0 samples"),
        (lambda: Queue(np.array([-1.0])), "sample 1: seconds is -1"),
        (lambda: Queue(np.array([np.nan])), "sample 1: seconds is nan"),
        (lambda: Queue(np.array([0.0])), "not above 0"),
        (lambda: Queue(np.array([1.0]), first=np.array([2.0])), "after the end"),
        (lambda: Queue(np.array([1.0]), tokens=np.array([0.0])), "no output token"),
        (lambda: Queue(np.array([1.0]), servers=0), "not 1 or more"),
        (lambda: Run("Rush", np.zeros(1), np.ones(1)), "no scenario"),
        (lambda: Run("Offline", np.zeros(0), np.zeros(0)), "without queries"),
        (lambda: Run("Offline", np.zeros(1), -np.ones(1)), "ends before it"),
        (lambda: Run("Server", np.zeros(1), np.ones(1), np.array([np.nan]), np.ones(1)), "no time of its first token"),
        (lambda: server(Queue(RANDOM), 0.0, LOOSE), "above 0"),
        (lambda: server(Queue(RANDOM), 1e9, LOOSE), "the system is too fast"),
        (lambda: problems(a_run()), "none are known"),
        (lambda: problems(Run("Server", np.zeros(1), np.ones(1)), LOOSE), "no times of first tokens"),
    ],
)
def test_bad_systems_and_runs_are_refused(make, told):
    with pytest.raises(RackmathError, match=told):
        make()
