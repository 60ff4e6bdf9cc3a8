"""How an object is shown in a notebook: by whoever says that it can, through an entry point.

What computes knows no page. The `web` part names a function for each object that it can draw; where it, or what it
needs, is not installed, a notebook shows the object's plain text.
"""

from __future__ import annotations

from importlib.metadata import entry_points

GROUP = "rackmath.html"


def html_of(thing: object) -> str | None:
    """Return an object as HTML; None where nobody can make it."""
    for entry in entry_points(group=GROUP, name=type(thing).__name__):
        try:
            made: str = entry.load()(thing)
        except (ImportError, ValueError):  # the `web` extra is not installed, and says so as a RackmathError
            continue
        return made
    return None
