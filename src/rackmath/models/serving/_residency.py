r"""What stays in a cache of limited size: popularity by rank, Che's approximation of LRU, and LRU itself.

Source: H. Che, Y. Tung, Z. Wang, "Hierarchical Web caching systems", IEEE JSAC 20 (2002),
https://doi.org/10.1109/JSAC.2002.801752; why it is so exact, https://arxiv.org/abs/1202.3974. An object stays for a
time T that is nearly the same for all, so that it is found with :math:`1 - e^{-\lambda T}`, and T is such that the
objects that stay fill the cache.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rackmath.errors import RackmathError

ONE_BY_ONE = 32
"""Ranks that are counted each for itself; further ones are gathered in bins a few per cent wide."""
LARGEST_COUNT = 1e8
_EDGES = np.concatenate([np.arange(ONE_BY_ONE), np.geomspace(ONE_BY_ONE, LARGEST_COUNT, 230)])
_LOW, _HIGH = _EDGES[:-1], _EDGES[1:]
HALVINGS = 56
SPAN = 64.0
"""How far, in logarithms, the time that objects stay may lie above its least."""
NOTHING = 1e-300


class Ranked(NamedTuple):
    """Objects in bins by popularity: how many are in each bin, and which share of requests asks for them."""

    counts: Any
    shares: Any
    exponent: Any
    total: Any


def _mass(first: Any, last: Any, exponent: Any) -> Any:
    """Return the sum of rank^-exponent over ranks above `first` up to `last`, as an integral beyond the first ranks."""
    from scipy.special import exprel  # noqa: PLC0415

    start, end = first + 0.5, np.maximum(last, first) + 0.5
    wide = np.log(end / start)
    gathered = start ** (1 - exponent) * wide * exprel((1 - exponent) * wide)
    single = np.clip(last - first, 0.0, 1.0) * (first + 1.0) ** -exponent
    return np.where(first < ONE_BY_ONE, single, gathered)


def ranked(count: Any, exponent: Any) -> Ranked:
    """Return `count` objects whose popularity falls as rank^-exponent (Zipf's law); draws come before the bins."""
    n, s = (np.expand_dims(np.asarray(each, dtype=np.float64), -1) for each in (count, exponent))
    ends = np.clip(n, _LOW, _HIGH)
    mass = _mass(_LOW, ends, s)
    total = mass.sum(axis=-1, keepdims=True)
    return Ranked(ends - _LOW, mass / total, s, total)


def most_popular_share(objects: Ranked, capacity: Any) -> Any:
    """Return the share of requests for the `capacity` most popular objects: no cache that holds so many finds more."""
    room = np.expand_dims(np.asarray(capacity, dtype=np.float64), -1)
    ends = np.clip(room, _LOW, np.minimum(_HIGH, _LOW + objects.counts))
    return np.minimum(_mass(_LOW, ends, objects.exponent).sum(axis=-1) / objects.total[..., 0], 1.0)


def _stay(counts: Any, each: Any, capacity: Any) -> Any:
    """Return Che's time T in requests, by halving its logarithm: the objects that stay fill the capacity."""
    low = np.log(np.maximum(capacity, NOTHING))
    high = low + SPAN
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        held = (counts * -np.expm1(-each * np.exp(middle))).sum(axis=-1, keepdims=True)
        low, high = np.where(held < capacity, middle, low), np.where(held < capacity, high, middle)
    return np.exp(high)


def lru_share(objects: Ranked, capacity: Any) -> tuple[Any, Any]:
    """Return the share of requests that an LRU cache finds by Che's approximation, and T in requests.

    Requests are independent draws. Where all objects fit, everything is found and T is as long as the search goes.
    """
    room = np.expand_dims(np.asarray(capacity, dtype=np.float64), -1)
    each = np.divide(objects.shares, objects.counts, out=np.zeros_like(objects.shares), where=objects.counts > 0)
    stays = _stay(objects.counts, each, room)
    found = (objects.shares * -np.expm1(-each * stays)).sum(axis=-1)
    full = objects.counts.sum(axis=-1) <= room[..., 0]
    return np.where(full, 1.0, found), stays[..., 0]


def che_hit_rate(popularity: ArrayLike, capacity: float) -> float:
    """Return the share of requests that an LRU cache of `capacity` objects finds, from measured popularities.

    Raises
    ------
    RackmathError
        A popularity is negative or not finite, all are zero, or the capacity is negative.
    """
    weights = np.asarray(popularity, dtype=np.float64).ravel()
    if not (weights.size and np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise RackmathError("popularity: finite numbers of at least 0 are wanted, one an object, and not all 0")
    if not capacity >= 0:
        raise RackmathError(f"capacity: {capacity!r} objects; at least 0 are wanted")
    asked = weights[weights > 0]
    if capacity >= asked.size:
        return 1.0
    shares = asked / asked.sum()
    stays = _stay(np.ones_like(shares), shares, np.array([capacity], dtype=np.float64))
    return float((shares * -np.expm1(-shares * stays)).sum())


def lru_prefix_hits(requests: Iterable[Sequence[int]], capacity: int) -> NDArray[np.int64]:
    """Return how many leading blocks of each request an LRU cache of `capacity` blocks holds when it arrives.

    A request is the ids of its prefix blocks, from the start of the prompt. Only blocks that follow one another from
    the start are of use. Of the blocks of one request the last is given up first, since it is of no use without the
    others. With a capacity of all blocks this is the most that prefix caching can find.
    """
    if capacity < 1:
        raise RackmathError(f"capacity: {capacity!r} blocks; at least 1 is wanted")
    held: OrderedDict[int, None] = OrderedDict()
    found = []
    for blocks in requests:
        hits = 0
        for block in blocks:
            if block not in held:
                break
            hits += 1
        found.append(hits)
        for block in reversed(blocks):
            held[block] = None
            held.move_to_end(block)
        while len(held) > capacity:
            held.popitem(last=False)
    return np.array(found, dtype=np.int64)
