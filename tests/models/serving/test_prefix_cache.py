"""Prefixes in a cache: Che's approximation against simulated LRU, and both against a real log of blocks."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving._residency import (
    che_hit_rate,
    lru_prefix_hits,
    lru_share,
    most_popular_share,
    ranked,
)
from rackmath.models.serving.prefix_cache import prefix_cache
from rackmath.uncertainty import stream

BASE = {
    "prompt_token_cost": 0.15,
    "found_cost_ratio": 0.0,
    "cacheable_share": 0.6,
    "cache_memory": 400.0,
    "model_shape": "as-given",
    "layers": 80.0,
    "kv_heads": 8.0,
    "head_dim": 128.0,
    "cache_format": "bf16",
    "prefixes": 10_000.0,
    "prefix_length": 2000.0,
    "popularity_exponent": 0.9,
    "eviction": "least-recent",
}


def zipf(count: int, exponent: float) -> np.ndarray:
    weights = np.arange(1, count + 1.0) ** -exponent
    return weights / weights.sum()


@cache
def simulated(exponent: float, capacity: int, count: int = 5000) -> float:
    """Return the hit rate of an LRU cache under independent draws, after it has filled."""
    ids = stream(11, f"lru:{exponent}:{capacity}").choice(count, size=150_000, p=zipf(count, exponent))
    return float(lru_prefix_hits([[int(each)] for each in ids], capacity)[30_000:].mean())


@pytest.mark.parametrize("exponent", [0.0, 0.6, 0.9, 1.2])
@pytest.mark.parametrize("capacity", [20, 200, 1000, 3000])
def test_che_finds_what_a_simulated_lru_finds(exponent: float, capacity: int) -> None:
    found = che_hit_rate(zipf(5000, exponent), capacity)
    assert found == pytest.approx(simulated(exponent, capacity), abs=0.005)
    in_bins = lru_share(ranked(5000.0, exponent), float(capacity))[0]
    assert in_bins == pytest.approx(found, abs=2e-4)


def test_equal_popularity_finds_the_share_that_fits() -> None:
    # all alike: 1 - exp(-T/N) is C/N for each, whatever the order
    assert che_hit_rate(np.ones(1000), 250) == pytest.approx(0.25)
    assert lru_share(ranked(1e6, 0.0), 2.5e5)[0] == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 0.7, 1.0, 2.5])
@pytest.mark.parametrize("count", [1, 7, 33, 5000, 300_000])
def test_bins_add_up_to_the_exact_sums(count: int, exponent: float) -> None:
    exact, objects = zipf(count, exponent), ranked(float(count), exponent)
    assert objects.counts.sum() == pytest.approx(count)
    for capacity in (1, count // 3, count):
        assert most_popular_share(objects, float(capacity)) == pytest.approx(exact[:capacity].sum(), abs=1e-4)


def test_knowing_popularity_is_never_worse() -> None:
    for exponent in (0.3, 0.9, 1.5):
        objects = ranked(5000.0, exponent)
        capacities = np.array([1.0, 10, 100, 1000, 4999])
        assert (most_popular_share(objects, capacities) >= lru_share(objects, capacities)[0]).all()


def test_limits_of_memory() -> None:
    nothing = prefix_cache(**BASE | {"cache_memory": 1e-3})
    assert nothing.total == pytest.approx(0.15, rel=1e-4)
    everything = prefix_cache(**BASE | {"cache_memory": 1e5, "found_cost_ratio": 0.1})
    assert everything.total == pytest.approx(0.15 * (0.4 + 0.6 * 0.1))
    assert everything.notes["cache_hit_rate"].value == 1
    assert everything.notes["memory_for_every_prefix"].value == pytest.approx(10_000 * 2000 * 327_680 / 1e9)
    assert "less than one request in a hundred" in everything.warnings[0]
    assert "less than one prefix" in nothing.warnings[0]


def test_four_bits_hold_twice_as_much_and_find_less_than_twice() -> None:
    # a 4-bit cache of 0.5625 bytes an element holds 1.78 times what an 8-bit one does
    eight, four = (prefix_cache(**BASE | {"cache_format": form}).notes for form in ("fp8", "nvfp4"))
    assert four["prefixes_held"].value / eight["prefixes_held"].value == pytest.approx(1 / 0.5625)
    assert 1.05 < four["cache_hit_rate"].value / eight["cache_hit_rate"].value < 1.2


def test_the_model_is_its_own_simulation() -> None:
    # 610 prefixes of 10,000 fit
    found = prefix_cache(**BASE)
    ids = stream(5, "prefixes").choice(10_000, size=150_000, p=zipf(10_000, 0.9))
    hit = lru_prefix_hits([[int(each)] for each in ids], 610)[30_000:].mean()
    assert found.notes["cache_hit_rate"].value == pytest.approx(hit, abs=0.005)
    assert found.total == pytest.approx(0.15 * (1 - 0.6 * hit), rel=0.01)


def test_only_leading_blocks_count_and_the_last_goes_first() -> None:
    # a full cache of three keeps 1, 2, 3; 4 pushes out the last of them; a hole ends the prefix
    assert lru_prefix_hits([[1, 2, 3], [4], [1, 2, 3], [9, 2, 3]], 3).tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize("bad", [[], [0.0, 0.0], [1.0, -1.0], [1.0, np.nan]])
def test_popularity_that_makes_no_sense_is_refused(bad: list[float]) -> None:
    with pytest.raises(RackmathError, match="popularity"):
        che_hit_rate(bad, 1)


def test_a_capacity_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(RackmathError, match="capacity"):
        lru_prefix_hits([[1]], 0)
    with pytest.raises(RackmathError, match="capacity"):
        che_hit_rate([1.0], float("nan"))


def blocks(name: str) -> tuple[list[list[int]], np.ndarray, int]:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow to read Parquet files")
    table = parquet.read_table(shared_path(f"data/traces/{name}.parquet"))
    requests = [[int(each) for each in text.split()] for text in table["hash_ids"].to_pylist()]
    return requests, table["prefix_hit_blocks_infinite_cache"].to_numpy(), sum(map(len, requests))


@pytest.mark.shared
@pytest.mark.parametrize(("name", "ceiling"), [("mooncake_conversation", 0.366), ("mooncake_synthetic", 0.640)])
def test_a_cache_without_limit_finds_the_ceiling_of_a_real_log(name: str, ceiling: float) -> None:
    requests, most, total = blocks(name)
    np.testing.assert_array_equal(lru_prefix_hits(requests, total), most)
    assert most.sum() / total == pytest.approx(ceiling, abs=5e-4)


@pytest.mark.shared
def test_a_real_log_is_not_made_of_independent_draws() -> None:
    """Turns of a conversation follow closely, and most blocks come once: Che's rate is too low, then far too high.

    With the log's own popularities, 10,000 blocks (1.7 TB for a Llama of 70 billion parameters): simulated 21 %, Che
    14 %. 60,000 blocks: 36 % (the ceiling is 36.6 %), Che 47 %, for it takes first requests for repeated ones.
    """
    requests, _, total = blocks("mooncake_conversation")
    _, popularity = np.unique(np.concatenate([np.array(each) for each in requests]), return_counts=True)
    found = {size: lru_prefix_hits(requests, size).sum() / total for size in (1000, 10_000, 60_000)}
    expected = {size: che_hit_rate(popularity, size) for size in found}
    assert found == pytest.approx({1000: 0.0445, 10_000: 0.2116, 60_000: 0.3590}, abs=1e-3)
    assert expected == pytest.approx({1000: 0.0522, 10_000: 0.1378, 60_000: 0.4738}, abs=1e-3)
