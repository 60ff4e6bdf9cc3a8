"""Which inputs move an answer: one at a time (tornado), and by their share of the variance (Sobol indices)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rackmath.kernel.correlation import Together
from rackmath.kernel.params import Array

Function = Callable[[Mapping[str, Array]], Array]
"""Maps input name to an array of probabilities in (0, 1) (absent: 0.5) to answers along the same last axis."""


def tornado(function: Function, names: Sequence[str], probabilities: Array) -> dict[str, Array]:
    """Return the answers at the given percentiles of each input in turn, all others at their medians."""
    return {name: np.asarray(function({name: probabilities})) for name in names}


def sobol(
    function: Function, names: Sequence[str], seed: int, samples: int = 2048, together: Together | None = None
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

    Returns
    -------
    dict
        Name to (first order, total effect), each at least 0; all 0 when the answer does not vary, or is infinite in
        some draw.
    """
    joined = together or Together()
    first = joined.probabilities(names, seed, "sobol:a", samples)
    second = joined.probabilities(names, seed, "sobol:b", samples)
    at_second = np.broadcast_to(function(second), (samples,))
    at_first = np.broadcast_to(function(first), (samples,))  # last, since what follows differs from it in one input
    both = np.concatenate([at_first, at_second])
    variance = float(np.var(both)) if np.isfinite(both).all() else 0.0
    if not 0 < variance < np.inf:
        return dict.fromkeys(names, (0.0, 0.0))
    found: dict[str, tuple[float, float]] = {}
    centred = at_second - at_second.mean()  # a constant offset only adds noise to the product below
    for group in joined.partition(names):
        mixed = np.broadcast_to(function({**first, **{name: second[name] for name in group}}), (samples,))
        alone = float(np.mean(centred * (mixed - at_first))) / variance
        total = float(np.mean((at_first - mixed) ** 2)) / 2 / variance
        found |= dict.fromkeys(group, (max(alone, 0.0), max(total, 0.0)))
    return found
