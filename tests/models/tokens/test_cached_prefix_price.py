"""A cached prefix: closed forms against a simulated stream of requests, and the limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rackmath.models.tokens.cached_prefix_price import cached_prefix_price
from rackmath.uncertainty import stream

BASE = {
    "input_price": 3.0,
    "cache_discount": 0.9,
    "cache_write_premium": 0.25,
    "reuse_interval": 4.0,
    "time_to_live": 5.0,
    "lifetime": "from-last-use",
    "cache_storage_price": 4.5,
}


def simulated(interval: float, life: float, lifetime: str, count: int = 200_000) -> tuple[float, float]:
    """Return the hit rate and the minutes kept a request of a Poisson stream, request by request."""
    gaps = stream(3, f"prefix:{interval}:{life}").exponential(interval, count)
    hits, kept, until, now = 0, 0.0, -1.0, 0.0
    for gap in gaps:
        now += gap
        hit = now < until
        hits += hit
        if lifetime == "from-last-use":
            kept += life if not hit else now + life - until
            until = now + life
        elif not hit:
            kept += life
            until = now + life
    return hits / count, kept / count


@pytest.mark.parametrize("lifetime", ["from-last-use", "from-writing"])
@pytest.mark.parametrize(("interval", "life"), [(4.0, 5.0), (1.0, 5.0), (20.0, 5.0)])
def test_the_hit_rate_and_the_storage_are_those_of_a_simulated_stream(
    lifetime: str, interval: float, life: float
) -> None:
    found = cached_prefix_price(**BASE | {"reuse_interval": interval, "time_to_live": life, "lifetime": lifetime})
    hit, kept = simulated(interval, life, lifetime)
    assert found.notes["cache_hit_rate"].value == pytest.approx(hit, abs=0.005)
    # 4.5 USD an hour over the simulated minutes
    assert found.lines["storage"] == pytest.approx(4.5 * kept / 60, rel=0.02)


def test_five_minutes_at_one_request_in_five_minutes() -> None:
    # h = 1 - 1/e = 0.632; 3 × (0.632 × 0.1 + 0.368 × 1.25) = 0.190 + 1.380 = 1.569
    found = cached_prefix_price(**BASE | {"reuse_interval": 5.0, "cache_storage_price": 0.0})
    assert found.total == pytest.approx(3 * ((1 - math.exp(-1)) * 0.1 + math.exp(-1) * 1.25))


def test_limits() -> None:
    free = BASE | {"cache_storage_price": 0.0}
    assert cached_prefix_price(**free | {"reuse_interval": 1e-6}).total == pytest.approx(0.3)  # always read
    assert cached_prefix_price(**free | {"reuse_interval": 1e7}).total == pytest.approx(
        3.75, rel=1e-5
    )  # always written
    assert cached_prefix_price(**free | {"cache_discount": 0.0, "cache_write_premium": 0.0}).total == pytest.approx(3.0)


def test_it_pays_from_the_break_even_hit_rate_on() -> None:
    # m / (d + m) = 0.25 / 1.15 = 0.217: there the price is that without a cache
    found = cached_prefix_price(**BASE | {"cache_storage_price": 0.0})
    pays = found.notes["hit_rate_from_which_it_pays"].value
    assert pays == pytest.approx(0.25 / 1.15)
    interval = -5.0 / math.log(1 - pays)
    even = cached_prefix_price(**BASE | {"cache_storage_price": 0.0, "reuse_interval": interval})
    assert even.total == pytest.approx(3.0)
    assert even.notes["saving_share"].value == pytest.approx(0.0, abs=1e-12)


def test_an_hour_at_twice_the_price_beats_five_minutes_only_for_slow_reuse() -> None:
    intervals = np.array([0.5, 10.0])
    short = cached_prefix_price(**BASE | {"reuse_interval": intervals, "cache_storage_price": 0.0}).total
    long = cached_prefix_price(
        **BASE
        | {"reuse_interval": intervals, "cache_storage_price": 0.0, "time_to_live": 60.0, "cache_write_premium": 1.0}
    ).total
    assert short[0] <= long[0] * 1.001
    assert long[1] < short[1]


def test_a_free_prefix_saves_nothing() -> None:
    assert np.isfinite(cached_prefix_price(**BASE | {"input_price": 0.0}).notes["saving_share"].value)
