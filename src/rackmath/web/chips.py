"""A figure as a quiet chip in the prose: its printed words, and behind them what they stand on.

The chip is a link to the figure's page. What it stands on is a box beside it that a style sheet shows while the chip or
the box is pointed at or holds the focus, so that it works without a script; a script may add a key to dismiss it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.uncertainty import Interval, Pert, Samples, Uniform
from rackmath.web.charts.svg import Svg, escape
from rackmath.web.figure_rows import figure_row
from rackmath.web.numbers import amount, full, unit_words
from rackmath.web.page import day

if TYPE_CHECKING:
    from rackmath.brain.entries import Card
    from rackmath.evidence import Figure

DIGITS = 6
"""Significant digits in which a figure is printed: enough not to round what a source says."""

_UNSAID = re.compile(r"[a-z0-9_]+: |[\d.,]+$")
"""What stands for the words of a source where a figure gives none: its own value again."""

CLAIMANTS = {
    "vendor": "vendor",
    "buyer": "buyer",
    "independent": "independent",
    "filing": "regulatory filing",
    "regulator": "regulator",
    "analyst": "analyst",
    "model": "model output",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """What the box of a figure says: plain texts, empty where nothing is known.

    `path` is the figure's page, `source_path` that of its source.
    """

    id: str
    path: str
    as_written: str
    value: str
    spread: str
    unit: str
    about: str
    as_of: str
    claimant: str
    sentence: str
    source: str
    source_path: str
    freshness: str
    stale: bool


def value_words(figure: Figure) -> str:
    """Return what a figure says with its unit: ``$1.70 per GPU hour``, ``0.15 to 0.8``, ``at least 44%``."""
    reading, unit = figure.reading, figure.reading.unit
    match reading.kind:
        case "value":
            return full(reading.low, unit, DIGITS)
        case "range":
            return f"{amount(reading.low, unit, DIGITS)} to {full(reading.high, unit, DIGITS)}"
        case "at_least":
            return f"at least {full(reading.low, unit, DIGITS)}"
        case "at_most":
            return f"at most {full(reading.high, unit, DIGITS)}"
        case "none":
            return "none"
    return "not known"


def spread_words(figure: Figure) -> str:
    """Return how sure the value is, in words: its printed precision, or the shape of its range."""
    reading = figure.reading
    if reading.kind == "value" and reading.low_step:
        low, high = reading.low - reading.low_step, reading.high + reading.high_step
        return f"as printed: {amount(low, reading.unit, DIGITS)} to {amount(high, reading.unit, DIGITS)}"
    match reading.stated.distribution if reading.stated else None:
        case Pert(_, mode, _):
            return f"most likely {amount(mode, reading.unit, DIGITS)}"
        case Uniform():
            return "anywhere between, each as likely"
        case Samples(values):
            return f"{len(values)} values"
        case Interval(_, _, low_share, high_share) if (low_share, high_share) != (0.05, 0.95):  # those nobody stated
            return f"from the {low_share:.0%} to the {high_share:.0%} point"
    return ""


def freshness_words(stale: bool, reason: str) -> str:
    """Return in one sentence whether a figure is stale, and why."""
    return f"{'Stale' if stale else 'Fresh'}: {reason}"


def figure_path(figure_id: str) -> str:
    """Return the address of a figure's page."""
    return f"/fig/{quote(figure_id, safe='')}"


def source_path(citekey: str) -> str:
    """Return the address of a source's page."""
    return f"/src/{quote(citekey, safe='')}" if citekey else ""


def figure_data(
    figure: Figure,
    today: datetime.date,
    *,
    card: Card | None = None,
    subject: str = "",
    quantity: str = "",
    source: str = "",
    against: Sequence[str] = (),
) -> dict[str, Any]:
    """Return a figure whole, as plain data: `figure_row` and all that a page of its own tells.

    `subject`, `quantity` and `source` are the names that people use.
    """
    row = figure_row(figure, today, card=card, subject=subject, source=source, against=against)
    return row | {
        "shown": value_words(figure),
        "said": "" if _UNSAID.match(figure.as_written) else figure.as_written,
        "value_kind": figure.value_kind,
        "spread": spread_words(figure),
        "unit_words": unit_words(figure.reading.unit) if figure.reading.unit else "",
        "quantity_name": quantity or figure.quantity.replace("-", " "),
        "quantity_href": f"/q/{quote(figure.quantity, safe='')}",
        "scope_words": ", ".join(f"{axis} {value}" for axis, value in figure.scope.items()),
        "claimant_words": claimant_words(figure),
        "source_href": source_path(figure.source),
        "derived_from": list(figure.derived_from),
        "supersedes": list(figure.supersedes),
        "freshness_words": freshness_words(row["stale"], row["freshness"]),
        "review_after": str(figure.review_after or ""),
        "remark": figure.note,
    }


def claimant_words(figure: Figure) -> str:
    """Return who says it and what they are to the matter: ``SemiAnalysis, analyst``."""
    kind = CLAIMANTS.get(figure.claimant.kind, figure.claimant.kind)
    return ", ".join(part for part in (figure.claimant.who, kind) if part)


def chip_of(data: Mapping[str, Any], sentence: str = "") -> Chip:
    """Return the chip of a figure given as `figure_data`; `sentence` is what its source says, where that is known."""
    about = f"{data['subject_name']}: {data['quantity_name']}"
    return Chip(
        id=data["id"],
        path=data["href"],
        as_written=data["as_written"],
        value=data["shown"],
        spread=data["spread"],
        unit=data["unit"],
        about=f"{about} ({data['scope_words']})" if data["scope_words"] else about,
        as_of=day(data["as_of"]),
        claimant=", ".join(part for part in (data["claimant_words"], data["kind"]) if part),
        sentence=sentence,
        source=data["source_title"],
        source_path=data["source_href"],
        freshness=data["freshness_words"],
        stale=data["stale"],
    )


def chip_html(chip: Chip, words: str, key: str) -> Svg:
    """Return a chip with its box. `key` is unique on the page; empty leaves the box out."""
    shown = escape(words or chip.as_written or chip.value)
    look = "fig stale" if chip.stale else "fig"
    if not key:
        return Svg(f'<a class="{look}" href="{escape(chip.path)}">{shown}</a>')
    facts = [
        f'<span class="tip-value">{escape(chip.value)}</span>',
        f'<span class="tip-about">{escape(chip.about)}</span>',
        f"<span>{escape(chip.spread)}</span>" if chip.spread else "",
        f"<span>As of {escape(chip.as_of)}</span>" if chip.as_of else "",
        f"<span>Said by {escape(chip.claimant)}</span>" if chip.claimant else "",
        f'<span class="tip-quote">“{escape(chip.sentence)}”</span>' if chip.sentence else "",
        f'<span class="{"bad" if chip.stale else "good"}">{"▲" if chip.stale else "●"} {escape(chip.freshness)}</span>',
    ]
    links = f'<a href="{escape(chip.path)}">Open the figure</a>'
    if chip.source_path:
        links += f' <a href="{escape(chip.source_path)}">{escape(chip.source)}</a>'
    said = "".join(facts)
    return Svg(
        f'<span class="chip"><a class="{look}" href="{escape(chip.path)}" aria-describedby="{key}">{shown}</a>'
        f'<span class="tip"><span class="tip-said" id="{key}">{said}</span><span class="tip-go">{links}</span></span>'
        "</span>"
    )
