"""Search of serving configurations: enumerated, predicted all at once, priced, filtered and planned.

>>> from rackmath.models.serving.search import Price, frontier
>>> found = frontier("Llama-3.1-70B", ["h200_sxm"], isl=1024, osl=1024, prices={"h200_sxm": Price.of(3.5)})
>>> best = found.points[found.pareto_cost[-1]]
>>> best.chip, best.devices <= 8, best.usd_per_mtok < 5
('h200_sxm', True, True)
"""

from rackmath.models.serving.search.frontier import Frontier, frontier
from rackmath.models.serving.search.points import COST_PARTS, Point, Points
from rackmath.models.serving.search.prices import Price

__all__ = ["COST_PARTS", "Frontier", "Point", "Points", "Price", "frontier"]
