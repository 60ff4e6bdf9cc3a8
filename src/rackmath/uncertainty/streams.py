"""Named streams of random numbers.

Each input draws from a stream of its own, made from the seed and the input's name. So adding an input never moves
another's draws, and two options that rest on the same figure see the same draws of it.
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, name: str, part: int = 0) -> np.random.Generator:
    """Return the generator of `name` under `seed`; the same three always give the same draws.

    Parameters
    ----------
    seed
        A whole number from 0 to 2**63 - 1.
    name
        What is drawn, for example ``"figure:h100-sxm/rental-price"``.
    part
        Long streams are drawn in parts, each of which can be made without those before it.
    """
    digest = hashlib.sha256(name.encode()).digest()
    words = [int.from_bytes(digest[at : at + 4], "little") for at in range(0, 16, 4)]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, *words, part])))
