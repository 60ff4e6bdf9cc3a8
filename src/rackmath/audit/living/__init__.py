"""Living notes: figures and model runs in the prose, recomputed when what they rest on moves."""

from rackmath.audit.living.depends import Dependency, Node, depends
from rackmath.audit.living.moved import Living, Move, moved
from rackmath.audit.living.propose import Filed, file_proposals
from rackmath.audit.living.runs import RunSpec

__all__ = ["Dependency", "Filed", "Living", "Move", "Node", "RunSpec", "depends", "file_proposals", "moved"]
