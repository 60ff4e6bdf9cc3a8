"""What is wrong with a page that was imported: found, counted and shown, never silently repaired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]

ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing a reader of the page should know.

    Parameters
    ----------
    code
        Short kebab-case name of the rule, stable across versions.
    severity
        ``error``: something is lost or cut; ``warning``: something does not agree; ``info``: worth knowing.
    line
        1-based line of the page, 0 when it concerns the page as a whole.
    message
        One sentence for a person.
    """

    code: str
    severity: Severity
    line: int
    message: str
