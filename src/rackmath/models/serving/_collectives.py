"""Volumes of collectives, for the closed forms of communication."""

from __future__ import annotations

from typing import Any


def all_reduce_volume(message: Any, ranks: Any) -> Any:
    """Return what each rank sends when a message is reduced in parts and gathered again: 2(p-1)/p of it."""
    return 2 * (ranks - 1) / ranks * message
