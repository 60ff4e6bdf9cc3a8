"""Queueing: the exact special cases, tables of Erlang's formula, simulations, and loads that have no answer."""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np
import pytest

from rackmath.models.serving._erlang import waiting_chance
from rackmath.models.serving.queue import queue
from rackmath.uncertainty import stream

BASE: dict[str, Any] = {
    "arrival_rate": 0.8,
    "service_time": 1.0,
    "places": 1.0,
    "arrival_variation": 1.0,
    "service_variation": 1.0,
}


def note(name: str, **changes: Any) -> float:
    return float(queue(**BASE | changes).notes[name].value)


def test_one_server_at_random() -> None:
    # M/M/1 at a load of 0.8: a wait of 0.8 / 0.2 = 4 services, 5 in all; four fifths wait
    found = queue(**BASE)
    assert found.lines == pytest.approx({"service": 1.0, "waiting_at_random": 4.0, "variation": 0.0})
    assert note("chance_of_waiting") == pytest.approx(0.8)
    assert note("requests_in_all") == pytest.approx(0.8 / 0.2)
    assert note("requests_waiting") == pytest.approx(0.64 / 0.2)
    # P(W > t) = 0.8 e^(-0.2 t) = 0.01 at t = ln(80) / 0.2
    assert note("wait_of_one_in_a_hundred") == pytest.approx(math.log(80) / 0.2)


@pytest.mark.parametrize(("variation", "second"), [(0.0, 1.0), (1.0, 2.0), (2.0, 5.0)])
def test_pollaczek_and_khinchine(variation: float, second: float) -> None:
    # W = λ E[S²] / (2 (1 - ρ)) with E[S²] = τ² (1 + c²): 0.8 × (1, 2, 5) / 0.4 = 2, 4, 10
    found = queue(**BASE | {"service_variation": variation})
    assert found.notes["mean_wait"].value == pytest.approx(0.8 * second / (2 * 0.2))


def test_kingman() -> None:
    # ρ/(1-ρ) · (ca² + cs²)/2 · τ = 4 × (4 + 0.25)/2 = 8.5
    assert note("mean_wait", arrival_variation=2.0, service_variation=0.5) == pytest.approx(8.5)
    assert note("mean_wait", arrival_variation=0.0, service_variation=0.0) == pytest.approx(0)


@pytest.mark.parametrize(
    ("servers", "offered"), [(1, 0.3), (2, 1.5), (5, 4.0), (10, 8.0), (50, 45.0), (200, 190.0), (1000, 980.0)]
)
def test_erlang_is_its_sum(servers: int, offered: float) -> None:
    # C = [a^c/c! · c/(c-a)] / [sum of a^k/k! for k < c, and that], in logarithms
    terms = [k * math.log(offered) - math.lgamma(k + 1) for k in range(servers + 1)]
    top = max(terms)
    sums = [math.exp(each - top) for each in terms]
    last = sums[-1] * servers / (servers - offered)
    assert waiting_chance(float(servers), offered) == pytest.approx(last / (sum(sums[:-1]) + last), rel=1e-9)


def test_a_known_entry_of_erlangs_table() -> None:
    # 10 servers and 8 erlang: 40.9 % wait (any table of Erlang C, such as https://en.wikipedia.org/wiki/Erlang_(unit))
    assert note("chance_of_waiting", arrival_rate=8.0, places=10.0) == pytest.approx(0.4092, abs=1e-4)
    assert note("mean_wait", arrival_rate=8.0, places=10.0) == pytest.approx(0.4092 / 2, abs=1e-4)


def simulated(rate: float, draw: Any, servers: int, gaps: Any, count: int) -> tuple[float, float]:
    """Return the mean wait of first come, first served, and its standard error from twenty parts."""
    arrivals = np.cumsum(gaps / rate)
    free = [0.0] * servers
    waits = np.empty(count)
    for index, (at, service) in enumerate(zip(arrivals, draw, strict=True)):
        start = max(at, free[0])
        waits[index] = start - at
        heapq.heapreplace(free, start + service)
    parts = waits[count // 10 :].reshape(20, -1).mean(axis=1)
    return float(parts.mean()), float(parts.std() / math.sqrt(20))


@pytest.mark.parametrize(
    ("servers", "variation", "exact"),
    [(1, 1.0, True), (1, 0.0, True), (8, 1.0, True), (8, 0.0, False), (8, 2.0, False)],
)
def test_a_simulation_waits_as_long(servers: int, variation: float, exact: bool) -> None:
    count = 200_000
    draws = stream(5, f"queue {servers} {variation}")
    gaps = draws.exponential(size=count)
    shape = 1 / variation**2 if variation else 1.0
    service = draws.gamma(shape, 1 / shape, count) if variation else np.ones(count)
    rate = 0.75 * servers
    mean, error = simulated(rate, service, servers, gaps, count)
    found = note("mean_wait", arrival_rate=rate, places=float(servers), service_variation=variation)
    # exact for M/M/c and M/G/1; of several servers with other service times an approximation, within a tenth here
    assert found == pytest.approx(mean, abs=4 * error + (0.0 if exact else 0.1 * mean))
    assert error < 0.1 * mean


def test_kingman_against_bursts() -> None:
    # gaps twice as variable as their mean: the approximation is a little high
    count = 200_000
    draws = stream(6, "queue bursts")
    gaps, service = draws.gamma(0.25, 4.0, count), draws.exponential(size=count)
    mean, error = simulated(0.8, service, 1, gaps, count)
    assert note("mean_wait", arrival_variation=2.0) == pytest.approx(mean, abs=0.15 * mean + 4 * error)


@pytest.mark.parametrize("rate", [1.0, 1.5, 100.0])
def test_a_load_of_one_or_more_is_unstable_and_has_no_number(rate: float) -> None:
    found = queue(**BASE | {"arrival_rate": rate})
    assert found.total == math.inf
    assert found.notes["mean_wait"].value == math.inf
    assert found.notes["wait_of_one_in_a_hundred"].value == math.inf
    assert found.notes["fewest_stable_places"].value == math.floor(rate) + 1
    assert "Unstable" in found.warnings[0]
    # also where nothing varies: at a load of one the approximation would say no wait at all
    assert queue(**BASE | {"arrival_rate": rate, "arrival_variation": 0.0, "service_variation": 0.0}).total == math.inf


def test_just_below_one_the_wait_is_long_and_finite() -> None:
    found = queue(**BASE | {"arrival_rate": 0.999})
    assert found.notes["mean_wait"].value == pytest.approx(999)
    assert "90 %" in found.warnings[0]
    assert note("unstable_from_rate") == 1


def test_without_load_nobody_waits() -> None:
    found = queue(**BASE | {"arrival_rate": 0.0})
    assert found.total == 1
    assert found.notes["wait_of_one_in_a_hundred"].value == 0
    assert found.warnings == ()


def test_a_part_of_a_place_serves_nobody() -> None:
    assert queue(**BASE | {"places": 2.9}).total == queue(**BASE | {"places": 2.0}).total


def test_places_together_wait_less_than_places_apart() -> None:
    # eight places behind one queue at the same load: 0.05 services instead of 4 × 8 / 8 each
    apart, together = note("mean_wait"), note("mean_wait", arrival_rate=6.4, places=8.0)
    assert together < apart / 8


def test_a_saturated_closed_load_shows_in_a_published_table() -> None:
    # Llama 3.3 70B on two H100, 5,000 in and 500 out (https://docs.nvidia.com/nim/benchmarking/llm/1.0.0/performance.html):
    # beyond 60 at once throughput stays at 920 token/s, 1.84 requests a second, and the first token takes 8 s at 100
    # and 89 s at 250. Places of 47 s each: 1.84 × 47 = 86 are busy, and more than that a second is unstable
    service = 500 * 0.0932
    busy = 920 / 500 * service
    assert 80 < busy < 90
    case = {"service_time": service, "places": math.floor(busy), "service_variation": 0.0}
    assert queue(**BASE | case | {"arrival_rate": 1.84}).total == math.inf
    assert math.isfinite(float(queue(**BASE | case | {"arrival_rate": 1.6}).total))


def test_draws_on_both_sides_of_one() -> None:
    found = queue(**BASE | {"arrival_rate": np.array([0.0, 0.8, 1.0])})
    np.testing.assert_allclose(found.total, [1.0, 5.0, math.inf])
    assert "Unstable" in found.warnings[0]
