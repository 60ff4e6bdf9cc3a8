"""The load of a day: a bar for each hour, and the mean across them."""

from __future__ import annotations

from collections.abc import Sequence

from rackmath.web.charts import axis
from rackmath.web.charts.scale import Scale, domain
from rackmath.web.charts.svg import Svg, element, group, label, line, picture, rect
from rackmath.web.numbers import full, short, unit_words


def day(hours: Sequence[float], *, unit: str, key: str, width: float = 720.0) -> Svg:
    """Draw 24 means, one for each hour, in `unit`."""
    wide = width >= 520.0
    size = 13.0 if wide else 12.0
    top, height = size + 16, 200.0 if wide else 170.0
    bottom = top + height
    mean = sum(hours) / len(hours)
    scale = Scale(*domain(hours, zero=True, pad=0.06), bottom, top)
    left = axis.widest(scale, unit, size) + 8
    pitch = (width - left) / len(hours)
    bars = []
    for hour, value in enumerate(hours):
        x = left + hour * pitch
        words = element("title", f"{hour}:00, {full(value, unit)}")
        bars.append(group(words, rect(x + 1, scale(value), pitch - 2, bottom - scale(value), "fill")))
        if hour % (2 if wide else 4) == 0:
            bars.append(label(x + pitch / 2, bottom + size + 4, str(hour), "tick", "middle"))
    busiest = max(range(len(hours)), key=lambda hour: hours[hour])
    return picture(
        width,
        bottom + 2 * size + 12,
        label(0, size, unit_words(unit).capitalize(), "axis-title"),
        axis.vertical(scale, left=left, right=width, unit=unit, size=size, count=5),
        group(*bars, class_="s1"),
        line(left, scale(mean), width, scale(mean), "base"),
        label(width, scale(mean) - 5, f"mean {short(mean, unit)}", "strong over", "end"),
        label(left, bottom + 2 * size + 8, "Hour of the day", "axis-title"),
        key=key,
        title="The load of a day",
        description=f"Mean of each hour: from {full(min(hours), unit)} to {full(max(hours), unit)} at {busiest}:00.",
        size=size,
        class_="tornado",
    )
