"""Who is who: each option keeps one colour, one hatch, one dash and its name in every chart of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rackmath.web.charts.svg import Svg, element, group

SLOTS = 8
"""How many looks there are; the ninth option has the first look again, and still its own name beside every mark."""

# hatches in an 8 by 8 tile, drawn in the option's colour over a tint of it
_HATCHES = (
    "",
    "M-2 10L10 -2M-2 2L2 -2M6 10L10 6",
    "M2 2h.01M6 6h.01",
    "M0 2H8M0 6H8",
    "M-2 -2L10 10M6 -2L10 2M-2 6L2 10",
    "M2 0V8M6 0V8",
    "M0 0L8 8M8 0L0 8",
    "M0 4H8M4 0V8",
)


class Identity(NamedTuple):
    """The name of an option and which of the looks it has, 1 to `SLOTS`."""

    name: str
    slot: int

    @property
    def class_(self) -> str:
        """Return the class that sets the colour and the dash."""
        return f"s{self.slot}"


Identities = Mapping[str, Identity]


def identities(options: Iterable[Mapping[str, Any]]) -> dict[str, Identity]:
    """Give each option (``id``, ``title``) its look, in the order they come."""
    return {
        str(option["id"]): Identity(str(option.get("title") or option["id"]), index % SLOTS + 1)
        for index, option in enumerate(options)
    }


def who(known: Identities, option: object) -> Identity:
    """Return the look of an option, or a plain one for a name that nobody introduced."""
    return known.get(str(option), Identity(str(option), SLOTS))


def hatches(key: str, slots: Iterable[int], *, neutral: bool = False) -> Svg:
    """Return the ``<defs>`` with a pattern for each look; the chart's `key` keeps their ids apart on a page.

    Parameters
    ----------
    neutral
        Add one that belongs to no option (slot 0): for what is taken away rather than added.
    """
    wanted = sorted(set(slots)) + ([0] if neutral else [])
    return element("defs", *[_pattern(key, slot) for slot in wanted])


def _pattern(key: str, slot: int) -> Svg:
    drawing = _HATCHES[slot - 1] if slot else _HATCHES[1]
    return element(
        "pattern",
        element("rect", width=8, height=8, class_="tint" if drawing else "tint plain"),
        element("path", d=drawing, class_="hatch dots" if slot == 3 else "hatch") if drawing else Svg(),
        id=f"{key}-h{slot}",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
        class_=f"s{slot}",
    )


def hatch(key: str, slot: int) -> str:
    """Return the ``fill`` of a look whose pattern `hatches` defined."""
    return f"url(#{key}-h{slot})"


def swatch(identity: Identity, key: str) -> Svg:
    """Return a small picture of an option's look for a table; the name stands beside it."""
    return element(
        "svg",
        hatches(key, [identity.slot]),
        group(
            element("rect", x=0.5, y=0.5, width=19, height=13, rx=2, fill=hatch(key, identity.slot), class_="edge"),
            class_=identity.class_,
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 20 14",
        width=20,
        height=14,
        aria_hidden="true",
        class_="chart swatch",
    )
