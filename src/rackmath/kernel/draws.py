"""Monte Carlo: draw every uncertain input from its own stream, in pieces that threads work on side by side."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel.bind import Input
from rackmath.kernel.correlation import Together
from rackmath.kernel.params import Array
from rackmath.uncertainty import stream

T = TypeVar("T")

BLOCK = 131_072
"""Draws of one seed of each stream. The draws depend on it, so it stays."""
PIECE = 16_384
"""Draws evaluated at once: they stay in a core's cache, and threads hold the interpreter's lock little."""
MAX_THREADS = 4
MAX_SAMPLES = 10_000_000
INDEPENDENT = Together()


def check_samples(samples: int, seed: int) -> None:
    """Raise RackmathError unless the number of draws and the seed can be used."""
    if not 100 <= samples <= MAX_SAMPLES:
        raise RackmathError(f"samples: {samples:,} asked for; from 100 to {MAX_SAMPLES:,} can be drawn")
    if not 0 <= seed < 2**63:
        raise RackmathError("seed: must be a whole number from 0 to 2**63 - 1")


class Block:
    """The standard normal scores of all streams for one block of draws, made when they are asked for."""

    def __init__(self, seed: int, part: int, count: int, together: Together = INDEPENDENT) -> None:
        self._seed, self._part, self._count, self._together = seed, part, count, together
        self._own: dict[str, Array] = {}
        self._scores: dict[str, Array] = {}
        self._lock = Lock()

    def score(self, name: str) -> Array:
        """Return the scores of a stream, with what it has in common with others."""
        if name not in self._scores:
            with self._lock:  # pieces of a block are worked on side by side
                if name not in self._scores:
                    self._scores[name] = self._together.score(name, self._independent)
        return self._scores[name]

    def _independent(self, name: str) -> Array:
        if name not in self._own:
            self._own[name] = stream(self._seed, name, self._part).standard_normal(self._count)
        return self._own[name]


class Piece:
    """The values of all inputs for some draws of a block, made when they are asked for."""

    def __init__(self, block: Block, place: slice) -> None:
        self._block, self._place = block, place
        self._values: dict[tuple[Any, ...], Any] = {}

    def value_of(self, each: Input) -> Any:
        """Return an array of draws, or one value for a certain input."""
        if not each.uncertain:
            return each.at(0.5)
        key = (each.stream, each.distribution, each.declared)  # the declaration too: its bounds cut the distribution
        if key not in self._values:
            self._values[key] = each.at_score(self._block.score(each.stream)[self._place])
        return self._values[key]


def blocks(samples: int, seed: int, together: Together = INDEPENDENT) -> Iterator[tuple[slice, Block]]:
    """Yield the draws block by block. More draws begin with the same draws as fewer do."""
    for part, start in enumerate(range(0, samples, BLOCK)):
        stop = min(start + BLOCK, samples)
        yield slice(start, stop), Block(seed, part, stop - start, together)


def pieces(samples: int, seed: int, together: Together = INDEPENDENT) -> Iterator[tuple[slice, Piece]]:
    """Yield the draws piece by piece: the same draws, in the portions in which models are evaluated."""
    for part, block in blocks(samples, seed, together):
        for start in range(part.start, part.stop, PIECE):
            stop = min(start + PIECE, part.stop)
            yield slice(start, stop), Piece(block, slice(start - part.start, stop - part.start))


def in_order(evaluate: Callable[[slice, Piece], T], work: Iterable[tuple[slice, Piece]]) -> Iterator[T]:
    """Evaluate pieces in a few threads, and yield the answers in the order of the pieces.

    Only as many pieces are under way as keep the threads busy, so memory does not grow with the number of draws.
    """
    threads = min(os.cpu_count() or 1, MAX_THREADS)
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[T]] = deque()
        for part, piece in work:
            under_way.append(pool.submit(evaluate, part, piece))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def summary(values: Array) -> dict[str, float]:
    """Return mean, 5th, 50th and 95th percentile of draws (an infinite draw counts as larger than all)."""
    count = len(values)
    # order statistics, not interpolated: they exist for infinite draws too, and partitioning finds all three at once
    at = [min(int(share * count), count - 1) for share in (0.05, 0.5, 0.95)]
    parted = np.partition(values, at)
    finite = np.isfinite(parted[-1]) and np.isfinite(parted).all()
    return {
        "mean": float(values.mean()) if finite else float("inf"),
        "p5": float(parted[at[0]]),
        "p50": float(parted[at[1]]),
        "p95": float(parted[at[2]]),
    }
