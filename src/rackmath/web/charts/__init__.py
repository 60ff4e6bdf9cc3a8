"""Charts drawn on the server: pure functions from numbers to SVG text.

No script, no style attribute, no request: colours come from the classes of ``templates/charts.css``, so that one
drawing serves the light page, the dark page and paper. Each is named and described for readers who do not see it.
"""

from rackmath.web.charts.distribution import distributions
from rackmath.web.charts.identity import Identities, Identity, identities, swatch, who
from rackmath.web.charts.interval import chances, interval_axis, interval_bars
from rackmath.web.charts.lines import break_even, shown_crossings
from rackmath.web.charts.svg import Svg, clean
from rackmath.web.charts.tornado import has_margins, tornado
from rackmath.web.charts.waterfall import reaches, waterfall
from rackmath.web.charts.worth import worth

__all__ = [
    "Identities",
    "Identity",
    "Svg",
    "break_even",
    "chances",
    "clean",
    "distributions",
    "has_margins",
    "identities",
    "interval_axis",
    "interval_bars",
    "reaches",
    "shown_crossings",
    "swatch",
    "tornado",
    "waterfall",
    "who",
    "worth",
]
