"""Erlang's formula: how often all servers are busy."""

from __future__ import annotations

from typing import Any

import numpy as np


def waiting_chance(servers: Any, offered: Any) -> Any:
    """Return the chance that an arrival has to wait (Erlang C); 1 where the load is not below the servers.

    A system without a queue turns away B = P(N = c) / P(N ≤ c) for N of Poisson's distribution with mean `offered`
    (Erlang B); C follows from B.
    """
    from scipy.special import gammaincc, gammaln  # noqa: PLC0415

    wanted, load = np.broadcast_arrays(np.asarray(servers, dtype=np.float64), np.asarray(offered, dtype=np.float64))
    stable = load < wanted
    calm = np.where(stable, load, 0.0)
    with np.errstate(divide="ignore"):  # no load: the logarithm of nothing, and a chance of nothing
        blocked = np.exp(wanted * np.log(calm) - calm - gammaln(wanted + 1)) / gammaincc(wanted + 1, calm)
    return np.where(stable, blocked / (1 - calm / wanted * (1 - blocked)), 1.0)
