"""How many experts of a mixture some tokens reach."""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.errors import RackmathError


def distinct_experts(experts: Any, top_k: Any, tokens: Any) -> Any:
    r"""Return the expected number of distinct experts when each token picks `top_k` different ones, all equally often.

    It is :math:`E(1-(1-k/E)^T)`, exact for even routing and at T = 1, where `step.experts_touched` counts the k picks
    of a token as if they could coincide (which hardly matters beyond a few tokens). A dense layer is one expert.
    """
    if np.any(np.asarray(top_k) > experts):
        raise RackmathError("experts_per_token: a token cannot be sent to more experts than there are")
    with np.errstate(divide="ignore"):  # all experts for each token: log of nothing, and a power of zero
        return -experts * np.expm1(tokens * np.log1p(-np.asarray(top_k / experts, dtype=np.float64)))
