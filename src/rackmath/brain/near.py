"""Notes with nearly the same text, found without comparing every pair.

A text is the set of its three-word runs. Of that set a signature is kept: for each of 72 fixed mixings of the runs the
smallest value (MinHash; two sets agree in a place with the probability of their Jaccard index). Signatures are cut into
24 bands of 3; texts that agree in a whole band are candidates, and for those the Jaccard index of the sets themselves
is computed. A pair with index 0.5 becomes a candidate with probability 0.96, one with 0.05 with 0.003. Nothing is
drawn at random: the same text always has the same signature.

Source of the method: Broder, "On the resemblance and containment of documents" (1997).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

BANDS, ROWS = 24, 3
RUN = 3
"""Words in a run."""

MOST_RUNS = 4000
"""Of a longer text only the runs with the smallest hashes count: a fair sample, and the same one for equal texts."""

FEWEST_RUNS = 8
"""A text with fewer runs says too little to be near another."""

LEAST = 0.2
"""A note counts as near from this Jaccard index on."""

_LONGEST, _USUAL = 1 << 18, 1 << 14  # characters of a text that are looked at, and that most texts have at most
_PLACES = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # odd, as splitmix64 has them


def runs_of(text: str) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return the hashes of a text's three-word runs, sorted, each once.

    A word is a stretch of letters and digits; its hash is the polynomial of its code points at an odd number, modulo
    2⁶⁴. Multiplying by the inverse power of its place makes it the same wherever the word stands, so that all words are
    hashed at once.
    """
    import numpy as np  # noqa: PLC0415

    codes = np.frombuffer(text[:_LONGEST].casefold().encode("utf-32-le", "surrogatepass"), dtype="<u4")
    powers, inverse, letters = _tables(len(codes))
    inside = letters[np.minimum(codes, 0xFFFF)]
    starts = np.flatnonzero(inside & ~np.concatenate(([False], inside[:-1])))
    if len(starts) < RUN:
        return np.empty(0, dtype=np.uint32)
    spread = codes.astype(np.uint64) * powers[: len(codes)] * inside
    words = np.add.reduceat(spread, starts) * inverse[starts]
    one, two, three = (np.uint64(place) for place in _PLACES)  # the order of the words counts
    mixed = (words[:-2] * one + words[1:-1] * two + words[2:] * three) >> np.uint64(32)
    hashes = np.sort(mixed.astype(np.uint32))
    distinct: np.ndarray[Any, np.dtype[np.uint32]] = hashes[
        np.append(True, hashes[1:] != hashes[:-1])
    ]  # several times as quick as np.unique
    return distinct[:MOST_RUNS]


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[Any, Any]:
    """Return the powers of an odd number and of its inverse modulo 2⁶⁴."""
    import numpy as np  # noqa: PLC0415

    base = _PLACES[0]
    found = []
    for factor in (base, pow(base, -1, 2**64)):
        powers = np.full(size, factor, dtype=np.uint64)
        powers[0] = 1
        found.append(np.multiply.accumulate(powers))
    return found[0], found[1]


@lru_cache(maxsize=1)
def _letters() -> Any:
    """Return for each code point of the basic plane whether it is a letter or a digit; all beyond count as one."""
    import numpy as np  # noqa: PLC0415

    return np.array([*(chr(code).isalnum() for code in range(0xFFFF)), True])


def _tables(length: int) -> tuple[Any, Any, Any]:
    return (*_powers(_LONGEST if length > _USUAL else _USUAL), _letters())


def bands_of(runs: np.ndarray[Any, np.dtype[np.uint32]]) -> list[int]:
    """Return the bands of a set of runs as signed 64-bit numbers; a set that is too small has none."""
    import numpy as np  # noqa: PLC0415

    if len(runs) < FEWEST_RUNS:
        return []
    turn, shift = _mixings()
    with np.errstate(over="ignore"):
        mixed = runs.astype(np.uint64)[None, :] * turn[:, None] + shift[:, None]
        smallest = (mixed >> np.uint64(32)).min(axis=1).reshape(BANDS, ROWS)
        joined = (smallest * np.array(_PLACES, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
        joined ^= np.arange(BANDS, dtype=np.uint64) * np.uint64(_PLACES[0])  # a band is not another band
    bands: list[int] = joined.view(np.int64).tolist()
    return bands


@lru_cache(maxsize=1)
def _mixings() -> tuple[Any, Any]:
    """Return 72 odd multipliers and 72 shifts of 64 bits, by splitmix64 from 1 (Steele, Lea and Flood 2014)."""
    import numpy as np  # noqa: PLC0415

    state, found = 1, []
    for _ in range(2 * BANDS * ROWS):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) % 2**64
        found.append(z ^ z >> 31)
    half = BANDS * ROWS
    return np.array([z | 1 for z in found[:half]], dtype=np.uint64), np.array(found[half:], dtype=np.uint64)


def packed(runs: np.ndarray[Any, np.dtype[np.uint32]]) -> bytes:
    """Return runs as bytes to keep."""
    return runs.astype("<u4").tobytes()


def unpacked(data: bytes) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return runs from their bytes."""
    import numpy as np  # noqa: PLC0415

    return np.frombuffer(data, "<u4")


def jaccard(one: bytes, two: bytes) -> float:
    """Return the share of the runs of either text that both have, of two packed sets."""
    import numpy as np  # noqa: PLC0415

    first, second = unpacked(one), unpacked(two)
    both = len(np.intersect1d(first, second, assume_unique=True))
    return both / max(1, len(first) + len(second) - both)


def effective_sources(shared: int, first: int, second: int, correlation: float = 1.0) -> float:
    """Return the effective number of independent sources of two notes, of `first` and `second` sources.

    By (Σw)² / (wᵀCw) over the uses of sources, each of weight 1: two uses of one and the same source correlate with
    `correlation`, any other two not at all. With 2 and 3 sources of which 1 is shared: 25 / (5 + 2) ≈ 3.57.
    """
    uses = first + second
    return uses * uses / (uses + 2 * shared * correlation) if uses else 0.0
