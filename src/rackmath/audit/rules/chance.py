"""Figures that agree with some combination of those near them, by more than chance explains.

Where words single out no formula, agreement itself can: of all products, quotients, sums and differences whose units
come out right, ranked by how near and how simple they are, hardly any gives a figure of three digits by accident. So
each combination that gives the claim is held against the number of those before it in that rank that could have. What
is found here confirms a figure and never doubts one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import log

import numpy as np
import numpy.typing as npt

from rackmath.audit.bounds import accepted
from rackmath.audit.quantity import MONEY, Quantity, seconds_of
from rackmath.audit.rules.cues import periods_in
from rackmath.audit.rules.formulas_product import THREE, TWO
from rackmath.audit.rules.near import LARGEST, Candidate, Near
from rackmath.audit.rules.setting import Place, code_of

FIGURES, TRIPLES = 16, 12
"""Figures, and parts of products of three, that are combined."""

REST, MORE, APART, SUM, THIRD, LEFT_OUT, OVER = 0.5, 0.8, 0.6, 0.9, 0.7, 0.3, 0.1
"""What a form costs: 1 − share, 1 + share, a difference, a sum, a third part, a period that is not said, a quotient."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a product: a figure, or what two figures or a share and one make."""

    places: tuple[Place, ...]
    value: float
    code: int
    cost: float
    formula: Callable[..., float]
    writing: str
    simple: bool = False


def agreeing(near: Near, figure: Quantity) -> tuple[Candidate, float] | None:
    """Return the likeliest combination that gives a figure, and how surprising it is that it does."""
    low, high = accepted(figure)
    if figure.worded or not 0 < low < high < float("inf") or figure.kind == "points":
        return None
    claim = near.claim
    unit = claim.size[1]
    span = log(low * unit), log(high * unit)
    width = max(1e-4, span[1] - span[0])
    if width > NARROW:
        return None
    parts = list(_parts(near))
    if not parts:
        return None
    grid = _Grid(parts)
    costs: list[Floats] = []
    best: tuple[float, tuple[tuple[Part, int], ...], float] | None = None
    for offset, factor, more in _left_out(near):
        tried, hit = grid.giving(_wrapped(claim.code + offset), span, log(factor))
        costs.append(tried + more)
        if hit and (best is None or hit[0] + more < best[0]):
            best = hit[0] + more, hit[1], factor
    if best is None:
        return None
    cost, made, factor = best
    rank = 1 + sum(int(np.count_nonzero(each < cost)) for each in costs)
    surprise = -log(min(1.0, rank * width / 2.0))
    return _candidate(made, factor / unit, surprise - cost), surprise


NARROW = 0.12
"""Width, as a share of itself, of a figure so round that almost anything gives it."""


def _parts(near: Near) -> Iterator[Part]:
    """Yield what products are made of, each with its cost."""
    places = [each for each in near.places if each.figure.low > 0 and each.figure.kind != "points"][-FIGURES:]
    costs = {id(each): near.far(each) + 0.35 for each in places}
    for each in places:
        cost, text = costs[id(each)], each.figure.text
        yield Part((each,), each.base, each.code, cost, partial(_times, each.size[1]), text, simple=True)
        if each.figure.kind == "share" and each.figure.high < 100:
            yield Part((each,), 1 - each.base, 0, cost + REST, _rest, f"(100 % − {text})")
            yield Part((each,), 1 + each.base, 0, cost + MORE, _more, f"(100 % + {text})")
    for a, b in combinations(places, 2):
        if a.code != b.code or a.figure.kind != b.figure.kind or b.sentence - a.sentence > 1:
            continue
        if not 0.01 < a.base / b.base < 100 or a.base == b.base:
            continue
        cost = costs[id(a)] + costs[id(b)]
        sizes, texts = (a.size[1], b.size[1]), (a.figure.text, b.figure.text)
        if a.base < b.base:
            texts = texts[1], texts[0]
        yield Part(
            (a, b), abs(a.base - b.base), a.code, cost + APART, partial(_apart, *sizes), f"({texts[0]} − {texts[1]})"
        )
        if a.figure.kind == "amount":
            yield Part(
                (a, b),
                a.base + b.base,
                a.code,
                cost + SUM,
                partial(_sum, *sizes),
                f"({a.figure.text} + {b.figure.text})",
            )


def _times(size: float, value: float) -> float:
    return value * size


def _rest(value: float) -> float:
    return 1 - value / 100


def _more(value: float) -> float:
    return 1 + value / 100


def _apart(first: float, second: float, a: float, b: float) -> float:
    return abs(a * first - b * second)


def _sum(first: float, second: float, a: float, b: float) -> float:
    return a * first + b * second


def _left_out(near: Near) -> Iterator[tuple[int, float, float]]:
    """Yield what prose may leave out: the code it adds to the claim's, what the product is multiplied by, its cost."""
    yield 0, 1.0, 0.0
    named = set(near.claim.periods or periods_in(_without_figures(near)))
    if near.spanned:
        named.add(near.spanned)
    second = code_of("s")
    for period in sorted(named):
        length = seconds_of(period) or 1.0
        yield -second, length, LEFT_OUT  # power, for a year
        yield second, 1 / length, LEFT_OUT  # a total, told by the year
    if near.claim.figure.unit in MONEY:
        for word, by in _SCALES:
            if word in near.text:
                yield 0, by, LEFT_OUT


def _without_figures(near: Near) -> str:
    """Return the text of the claim's sentence without its figures: "twelve months" are no period that is left out."""
    text = near.claim.line.text[:400]
    for each in (near.claim, *near.places):
        if each.sentence == near.claim.sentence:
            start, end = each.figure.start, each.figure.end
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


_SCALES = (("per million", 1e-6), ("per thousand", 1e-3), ("cpm", 1e-3))
"""Scales of a price that are told once for several."""


class _Grid:
    """All products and quotients of one, two and three parts that share no figure: logarithm, dimension and cost."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Lay them out once, for all that may be left out of a claim."""
        self._parts = parts
        logs = np.array([log(each.value) for each in parts])
        codes = np.array([_wrapped(each.code) for each in parts], dtype=np.int64)
        cost = np.array([each.cost for each in parts])
        owner: dict[int, int] = {}
        masks = np.array(
            [sum(1 << owner.setdefault(id(one), len(owner)) for one in each.places) for each in parts], dtype=np.int64
        )
        self._plain = np.array([each.simple for each in parts])
        self._made: list[tuple[Floats, npt.NDArray[np.int64], Floats, tuple[Whole, ...], tuple[int, ...]]] = []
        single = np.arange(len(parts))
        self._made.append((logs, codes, cost, (single,), (1,)))
        first, second = np.nonzero(np.triu((masks[:, None] & masks[None, :]) == 0, 1))
        for signs in TWO:
            self._add(logs, codes, cost, (first, second), signs, 0.0)
        near = np.argsort(cost)[:TRIPLES]
        if len(near) > 2:
            i, j, k = near[list(combinations(range(len(near)), 3))].T
            apart = (masks[i] & masks[j] | (masks[i] | masks[j]) & masks[k]) == 0
            three = i[apart], j[apart], k[apart]
            for ways in THREE:
                self._add(logs, codes, cost, three, ways, THIRD)

    def _add(
        self,
        logs: Floats,
        codes: npt.NDArray[np.int64],
        cost: Floats,
        at: tuple[Whole, ...],
        signs: tuple[int, ...],
        more: float,
    ) -> None:
        value = sum((sign * logs[each] for sign, each in zip(signs, at, strict=True)), np.zeros(len(at[0])))
        code = sum((sign * codes[each] for sign, each in zip(signs, at, strict=True)), np.zeros(len(at[0]), np.int64))
        told = sum((cost[each] for each in at), np.zeros(len(at[0]))) + more + (OVER if -1 in signs else 0.0)
        self._made.append((value, code, told, at, signs))

    def giving(
        self, aim: int, span: tuple[float, float], shift: float
    ) -> tuple[Floats, tuple[float, tuple[tuple[Part, int], ...]] | None]:
        """Return the costs of all of a dimension and about the size of a claim, and the cheapest that gives it."""
        low, high = span[0] - shift, span[1] - shift
        middle, wide = (low + high) / 2, log(LARGEST)
        costs: list[Floats] = []
        best: tuple[float, tuple[tuple[Part, int], ...]] | None = None
        for value, code, told, at, signs in self._made:
            right = np.flatnonzero((code == aim) & (np.abs(value - middle) < wide))
            if len(at) == 1 and shift == 0.0:
                right = right[~self._plain[right]]  # one figure alone only says itself again
            if not len(right):
                continue
            costs.append(told[right])
            hits = right[(value[right] >= low) & (value[right] <= high)]
            if len(hits):
                least = hits[np.argmin(told[hits])]
                if best is None or told[least] < best[0]:
                    made = tuple((self._parts[each[least]], sign) for each, sign in zip(at, signs, strict=True))
                    best = float(told[least]), made
        return (np.concatenate(costs) if costs else np.zeros(0)), best


def _wrapped(code: int) -> int:
    """Return the code of a dimension in 64 bits, where sums wrap as those of an array do."""
    return (code + (1 << 63)) % (1 << 64) - (1 << 63)


def _candidate(made: Sequence[tuple[Part, int]], factor: float, score: float) -> Candidate:
    places = tuple(place for part, _ in made for place in part.places)
    counts = [len(part.places) for part, _ in made]

    def formula(*values: float) -> float:
        result, at = factor, 0
        for (part, sign), count in zip(made, counts, strict=True):
            result *= part.formula(*values[at : at + count]) ** sign
            at += count
        return result

    writing = ""
    for at, (part, sign) in enumerate(sorted(made, key=lambda each: -each[1])):
        writing += (" ÷ " if sign < 0 else " × " if at else "") if at or sign > 0 else "1 ÷ "
        writing += part.writing
    return Candidate("agreement", score, places, formula, writing)
