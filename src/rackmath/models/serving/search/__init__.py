"""Search of serving configurations: enumerated, predicted all at once, priced, filtered and planned.

>>> from rackmath.models.serving.search import Price, frontier
>>> found = frontier("Llama-3.1-70B", ["h200_sxm"], isl=1024, osl=1024, prices={"h200_sxm": Price.of(3.5)})
>>> best = found.points[found.pareto_cost[-1]]
>>> best.chip, best.devices <= 8, best.usd_per_mtok < 5
('h200_sxm', True, True)
"""

from rackmath.models.serving.search.demand import Demand, of_rate, of_tokens, of_trace
from rackmath.models.serving.search.frontier import Frontier, frontier
from rackmath.models.serving.search.plan import Plan, plan
from rackmath.models.serving.search.points import COST_PARTS, Point, Points
from rackmath.models.serving.search.prices import Price
from rackmath.models.serving.search.sizing import Candidate, Limits

__all__ = [
    "COST_PARTS",
    "Candidate",
    "Demand",
    "Frontier",
    "Limits",
    "Plan",
    "Point",
    "Points",
    "Price",
    "frontier",
    "of_rate",
    "of_tokens",
    "of_trace",
    "plan",
]
