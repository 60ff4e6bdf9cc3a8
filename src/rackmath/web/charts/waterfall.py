"""What a total is made of: a bar for each line, each starting where the one before ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts import axis
from rackmath.web.charts.identity import Identity, hatch, hatches
from rackmath.web.charts.scale import Scale, domain
from rackmath.web.charts.svg import BOLD, Svg, fit, group, label, line, measure, picture, rect
from rackmath.web.numbers import NOTHING, amount, capital, finite, full, percent, short, unit_words

_SIZE = 12.0
_WIDE = 520.0


class _Sheet(NamedTuple):
    """Where words and bars go: on a wide sheet side by side, on a narrow one the words above."""

    width: float
    wide: bool

    @property
    def names(self) -> float:
        return min(0.34 * self.width, 220.0) if self.wide else 0.0

    @property
    def amounts(self) -> float:
        return 84.0 if self.wide else 0.0

    @property
    def pitch(self) -> float:
        return 28.0 if self.wide else 37.0

    @property
    def bar(self) -> float:
        return 15.0 if self.wide else 11.0

    @property
    def lead(self) -> float:
        return 4.0 if self.wide else 20.0


def waterfall(
    lines: Sequence[Mapping[str, Any]],
    *,
    unit: str,
    who: Identity,
    key: str,
    total: Mapping[str, Any] | None = None,
    reach: tuple[float, float] | None = None,
    width: float = 360.0,
    central: bool = False,
) -> Svg:
    """Draw an option's lines and their sum.

    Parameters
    ----------
    lines
        ``label`` and ``mean`` of each in `unit`; a negative one is a credit and is drawn backwards. The total drawn is
        the sum of these.
    who
        The option's name and look.
    key
        Unique on the page.
    total
        ``p5`` and ``p95`` of the option, for the whisker.
    reach
        The range of the axis in `unit`, where several charts share one; see `reaches`.
    width
        In CSS pixels. Below 520 the names stand above the bars.
    central
        Whether the lines are those of one run with every input at its median, instead of means of draws.
    """
    sheet = _Sheet(width, wide=width >= _WIDE)
    values = [finite(item.get("mean")) or 0.0 for item in lines]
    names = [capital(item.get("label") or item.get("name") or "") for item in lines]
    sum_ = sum(values)
    low, high = finite((total or {}).get("p5")), finite((total or {}).get("p95"))
    bounds = reach or domain(_edges(values, low, high), zero=True)
    scale = Scale(*bounds, sheet.names + 1, width - sheet.amounts - 1)

    rows: list[str] = []
    bars: list[str] = []
    running, y = 0.0, 2.0
    for name, value in zip(names, values, strict=True):
        x0, x1, top = scale(running), scale(running + value), y + sheet.lead
        rows.append(_words(sheet, name, short(value, unit), y, "name"))
        if value > 0:
            bars.append(rect(x0, top, x1 - x0, sheet.bar, "bar fill"))
        elif value < 0:
            bars.append(rect(x0, top, x1 - x0, sheet.bar, "bar credit", fill=hatch(key, 0)))
        else:
            bars.append(line(x0, top, x0, top + sheet.bar, "nil"))
        # from the end of this bar to the start of the next, which is the same value
        bars.append(line(x1, top + sheet.bar, x1, top + sheet.pitch, "link"))
        running += value
        y += sheet.pitch
    y += 6
    top = y + sheet.lead
    rows.append(
        _words(
            sheet, "Total, central" if central else "Total, mean", short(sum_, unit) if lines else NOTHING, y, "strong"
        )
    )
    rows.append(line(0, y - 4, width, y - 4, "rule"))
    x0, x1 = scale(0.0), scale(sum_)
    bars.append(rect(x0, top, x1 - x0, sheet.bar, "bar total fill"))
    if low is not None and high is not None:
        bars.append(_whisker(scale(low), scale(high), top + sheet.bar / 2))
    bottom = top + sheet.bar + 7
    ticks = axis.horizontal(
        scale,
        top=0,
        bottom=bottom,
        unit=unit,
        title=unit_words(unit),
        size=_SIZE,
        right=width - sheet.amounts,
        count=5 if sheet.wide else 4,
    )
    return picture(
        width,
        bottom + 2 * _SIZE + 13,
        hatches(key, [], neutral=True),
        group(ticks, *rows, *bars, class_=who.class_),
        key=key,
        title=f"What {who.name} is made of",
        description=_summary(names, values, sum_, low, high, unit, central=central),
        size=_SIZE,
        class_="waterfall",
    )


def reaches(options: Iterable[Mapping[str, Any]], *, alike: float = 12.0) -> list[tuple[float, float]]:
    """Return the range of each option's waterfall: one for all, so that lengths compare, unless they differ too much.

    Parameters
    ----------
    alike
        The largest ratio between the widest and the narrowest that still share a range.
    """
    own = []
    for option in options:
        values = [finite(item.get("mean")) or 0.0 for item in option.get("lines", ())]
        own.append(domain(_edges(values, finite(option.get("p5")), finite(option.get("p95"))), zero=True))
    if not own:
        return []
    spans = [high - low for low, high in own]
    if max(spans) > alike * min(spans):
        return own
    return [(min(low for low, _ in own), max(high for _, high in own))] * len(own)


def _edges(values: Sequence[float], low: float | None, high: float | None) -> list[float]:
    edges, running = [0.0], 0.0
    for value in values:
        running += value
        edges.append(running)
    return edges + [end for end in (low, high) if end is not None]


def _words(sheet: _Sheet, name: str, shown: str, y: float, class_: str) -> Svg:
    """Print a row's name and amount: beside the bar where there is room, above it on a phone."""
    room = sheet.names - 12 if sheet.wide else sheet.width - measure(shown, _SIZE * BOLD) - 16
    foot = y + (15.0 if sheet.wide else 13.0)
    # grid lines would run through words above a bar
    wipe = [] if sheet.wide else [rect(0, y, sheet.width, 18, "wipe")]
    return group(
        *wipe,
        label(0, foot, fit(name, room, _SIZE), class_, whole=name),
        label(sheet.width, foot, shown, f"{class_} number", "end"),
    )


def _whisker(x0: float, x1: float, y: float) -> Svg:
    ends = [line(x, y - 5, x, y + 5, "whisker") for x in (x0, x1)]
    return group(line(x0, y, x1, y, "whisker halo"), line(x0, y, x1, y, "whisker"), *ends)


def _summary(
    names: Sequence[str],
    values: Sequence[float],
    total: float,
    low: float | None,
    high: float | None,
    unit: str,
    *,
    central: bool,
) -> str:
    parts = [f"{name} {amount(value, unit)}" for name, value in zip(names, values, strict=True)]
    lines = "; ".join(parts[:12]) + ("; and more" if len(parts) > 12 else "")
    spread = f" In 90% of draws it is between {amount(low, unit)} and {amount(high, unit)}." if low is not None else ""
    largest = max(range(len(values)), key=lambda index: values[index], default=None)
    share = ""
    if largest is not None and total > 0:
        whole = "total" if central else "mean"
        share = f" The largest line is {names[largest]}, {percent(values[largest] / total)} of the {whole}."
    told = "with every input at its median" if central else "the mean of the draws"
    return f"Total {full(total, unit)}, {told}: {lines or 'no lines'}.{spread}{share}"
