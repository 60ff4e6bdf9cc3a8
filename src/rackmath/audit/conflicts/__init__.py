"""Figures of one quantity that cannot all be true, said in different words in different places."""

from rackmath.audit.conflicts.find import conflicts

__all__ = ["conflicts"]
