"""The audit: reads prose, recomputes what follows from what, and finds what disagrees."""

from rackmath.audit.audit import audit, audit_matter
from rackmath.audit.finding import KINDS, VERDICTS, Finding, Input, Statement
from rackmath.audit.read import Matter, read, read_text

__all__ = [
    "KINDS",
    "VERDICTS",
    "Finding",
    "Input",
    "Matter",
    "Statement",
    "audit",
    "audit_matter",
    "read",
    "read_text",
]
