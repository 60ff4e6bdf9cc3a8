"""Which inputs move an answer, by their share of its variance (Sobol indices), and how to ask much at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rackmath.kernel.correlation import Together
from rackmath.kernel.params import Array

Function = Callable[[Mapping[str, Array]], Array]
"""Maps input name to an array of probabilities in (0, 1) (absent: 0.5) to answers along the same last axis."""


def at_once(function: Function, calls: Sequence[Mapping[str, Array]], most: int = 32_768) -> list[Array]:
    """Return the answers to several calls, asked together: a model costs nearly the same for one value as for hundreds.

    Parameters
    ----------
    calls
        Mappings of equally long arrays; a name that one of them leaves out is 0.5 there.
    most
        Entries that are evaluated together, so that they fit a core's cache.
    """
    names = list(dict.fromkeys(name for call in calls for name in call))
    found: list[Array] = []
    size = max(len(places) for call in calls for places in call.values())
    some = max(1, most // size)
    for start in range(0, len(calls), some):
        few = calls[start : start + some]
        half = np.full(size, 0.5)
        asked = {name: np.concatenate([call.get(name, half) for call in few]) for name in names}
        found += np.split(np.broadcast_to(function(asked), (size * len(few),)), len(few))
    return found


def one_by_one(function: Function, calls: Sequence[Mapping[str, Array]]) -> list[Array]:
    """Return the answers to several calls, asked in turn: for a function that knows what has moved since the last."""
    return [np.asarray(function(call)) for call in calls]


def sobol(
    function: Function,
    names: Sequence[str],
    seed: int,
    samples: int = 2048,
    together: Together | None = None,
    ask: Callable[[Function, Sequence[Mapping[str, Array]]], list[Array]] = one_by_one,
) -> dict[str, tuple[float, float]]:
    """Return each input's first-order and total-effect index.

    The first is the share of the answer's variance that the input explains alone, the second includes what it explains
    together with others. Inputs that are correlated have no share of their own: they are moved as one group, and each
    is given the group's indices. The estimators are Saltelli's (2010) for the first order and Jansen's (1999) for the
    total effect, https://doi.org/10.1016/j.cpc.2009.09.018 (its table 2, rows b and f). Draws come from named streams,
    so that another input never changes the samples of the rest.

    Parameters
    ----------
    function
        The answer; it is called once a group and twice more, on arrays of `samples` entries.
    names
        The uncertain inputs.
    seed
        Seed of the draws.
    samples
        Rows of each of the two sample matrices.
    together
        Which inputs are correlated; None for none.
    ask
        How the calls are made: `one_by_one`, or `at_once`.

    Returns
    -------
    dict
        Name to (first order, total effect), each at least 0; all 0 when the answer does not vary, or is infinite in
        some draw.
    """
    joined = together or Together()
    first = joined.probabilities(names, seed, "sobol:a", samples)
    second = joined.probabilities(names, seed, "sobol:b", samples)
    groups = joined.partition(names)
    moved = [{**first, **{name: second[name] for name in group}} for group in groups]
    # the first matrix last but the mixed ones, since these differ from it in one group
    at_second, at_first, *mixed = (np.broadcast_to(each, (samples,)) for each in ask(function, [second, first, *moved]))
    both = np.concatenate([at_first, at_second])
    variance = float(np.var(both)) if np.isfinite(both).all() else 0.0
    if not 0 < variance < np.inf:
        return dict.fromkeys(names, (0.0, 0.0))
    found: dict[str, tuple[float, float]] = {}
    centred = at_second - at_second.mean()  # a constant offset only adds noise to the product below
    for group, at_mixed in zip(groups, mixed, strict=True):
        alone = float(np.mean(centred * (at_mixed - at_first))) / variance
        total = float(np.mean((at_first - at_mixed) ** 2)) / 2 / variance
        found |= dict.fromkeys(group, (max(alone, 0.0), max(total, 0.0)))
    return found
