"""What an audit says: one finding for each thing checked, in the shape that `rackmath audit --json` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Sort = Literal["arithmetic", "conflict", "citation", "structure", "staleness"]
Verdict = Literal["holds", "rounds", "wrong", "ambiguous"]

KINDS: tuple[Sort, ...] = ("arithmetic", "conflict", "citation", "structure", "staleness")
VERDICTS: tuple[Verdict, ...] = ("wrong", "ambiguous", "rounds", "holds")


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that a formula used, and where it was read: note, line, and characters of the sentence."""

    name: str
    text: str
    value: float
    unit: str
    note: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One side of a conflict."""

    note: str
    value: str
    low: float
    high: float
    unit: str
    scope: str
    line: int
    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    Parameters
    ----------
    kind, rule
        The sort of check, and the rule that made it (``change``, ``product``, …).
    verdict, confidence
        What came out, and how sure the reading is, from 0 to 1. ``ambiguous`` is a question to the author.
    note, path, line, start, end
        Where: the note's title, its file where it has one, the line, and the characters of that line's text.
    claim
        The text as read.
    claimed, recomputed, unit
        The value that the text gives, the one that follows from its inputs, and their unit; None where there is none.
    low, high
        Between what the recomputed value lies, given how the inputs are rounded and hedged.
    formula, inputs
        How it was computed, and from what.
    explanation
        A plain sentence for the author.
    quantity, statements
        For a conflict: what is stated, and by whom.
    """

    kind: Sort
    rule: str
    verdict: Verdict
    confidence: float
    note: str
    claim: str
    explanation: str
    path: str = ""
    line: int = 0
    start: int = 0
    end: int = 0
    claimed: float | None = None
    recomputed: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    formula: str = ""
    inputs: tuple[Input, ...] = ()
    quantity: str = ""
    statements: tuple[Statement, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain data; conflicts alone have `quantity` and `statements`."""
        told = asdict(self)
        told["inputs"] = [asdict(each) for each in self.inputs]
        told["difference"] = None
        if self.claimed is not None and self.recomputed:
            told["difference"] = (self.claimed - self.recomputed) / abs(self.recomputed)
        if self.kind == "conflict":
            told["statements"] = [{**asdict(each), "sources": list(each.sources)} for each in self.statements]
        else:
            del told["quantity"], told["statements"]
        return told
