"""A decision: plain data like that of the command line, which shows itself in a terminal and in a notebook."""

from __future__ import annotations

from typing import Any

from rackmath.shown import html_of
from rackmath.units import format_compact, spoken


class Decision(dict[str, Any]):
    """What `rackmath.kernel.decide.decide` returns: a dictionary, to be read by its keys or written as JSON."""

    def __repr__(self) -> str:
        """Return the recommendation, and the options from the cheapest to the dearest."""
        lines = [f"Decision: {self['title']}", self["recommendation"]["sentence"], ""]
        width = max(len(option["title"]) for option in self["options"])
        for option in self["options"]:
            p5, p50, p95 = (
                "∞" if option[name] is None else format_compact(option[name]) for name in ("p5", "p50", "p95")
            )
            lines.append(
                f"{option['rank']}. {option['title']:<{width}}  {p50} {spoken(self['unit'])} "
                f"({p5} to {p95}), cheapest in {option['chance_cheapest']:.0%}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str | None:
        return html_of(self)
