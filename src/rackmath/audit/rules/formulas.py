"""The formulas that could give a figure from those near it, with how well words, nouns and distance speak for each.

Nothing here looks at whether a formula gives the figure that the text has: the score is what a reader would expect
before calculating. So a figure that the best formula does not give can be doubted.
"""

from __future__ import annotations

from collections.abc import Iterator

from rackmath.audit.rules.formulas_growth import doublings
from rackmath.audit.rules.formulas_mixed import gaps, mixes, paybacks, weighted
from rackmath.audit.rules.formulas_product import products_of
from rackmath.audit.rules.formulas_ratio import factors, points
from rackmath.audit.rules.formulas_scaled import scaled
from rackmath.audit.rules.formulas_share import shares_of
from rackmath.audit.rules.formulas_sum import sums_of
from rackmath.audit.rules.near import Candidate, Near


def candidates(near: Near) -> Iterator[Candidate]:
    """Yield the formulas that could give a claim."""
    kind = near.claim.figure.kind
    if kind == "share":
        yield from shares_of(near)
    elif kind == "points":
        yield from points(near)
    elif kind == "factor":
        yield from factors(near)
    elif kind == "amount":
        yield from sums_of(near)
        yield from scaled(near)
        yield from doublings(near)
        yield from products_of(near)
        yield from mixes(near)
        yield from gaps(near)
        yield from paybacks(near)
        yield from weighted(near)
