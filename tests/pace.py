"""How slow this machine is, so that a limit on time means the same on every one."""

from __future__ import annotations

from functools import cache
from time import process_time

ROUNDS = 1_000_000
USUAL = 0.03
"""Seconds of processor time that `ROUNDS` take on the machine for which limits are written."""


@cache
def slowness() -> float:
    """Return how many times the usual time this machine takes, at least 1; measured once."""

    def took() -> float:
        begun, total = process_time(), 0
        for step in range(ROUNDS):
            total += step
        return process_time() - begun

    return max(1.0, min(took() for _ in range(3)) / USUAL)


def within(seconds: float) -> float:
    """Return the limit for this machine, of what may take `seconds` on the usual one."""
    return seconds * slowness()
