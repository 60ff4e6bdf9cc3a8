"""Two figures as the ends of a way: whether they can be, how a sentence says so, and the finding about its words."""

from __future__ import annotations

import re

from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.passage import Line
from rackmath.audit.rules.pairs import pair
from rackmath.audit.rules.setting import Place

FROM_TO = re.compile(r"\bfrom\s(?:about |just |some |only )?\Z")
TO = re.compile(r"[^.;]{0,60}?\b(?:to)\s(?:about |just |some |only )?\Z")


def alike(first: Place, second: Place) -> bool:
    """Whether two figures are comparable, exact and different."""
    a, b = first.figure, second.figure
    return pair(first, second) is not None and not (a.ranged or b.ranged or a.hedge or b.hedge) and a.value != b.value


def akin(first: Place, second: Place) -> bool:
    """Whether two figures are of one size and per the same: what moves is rarely ten times what it was."""
    a, b = first.figure, second.figure
    return a.unit == b.unit and set(a.per) == set(b.per) and b.value > 0 and 0.2 < a.value / b.value < 5


def said(
    line: Line, place: int, word: str, verdict: Verdict, confidence: float, two: tuple[Place, Place], explanation: str
) -> Finding:
    """Return a finding about a word of a sentence, and the two figures that it is held against."""
    return Finding(
        kind="arithmetic",
        rule="direction",
        verdict=verdict,
        confidence=confidence,
        note=line.note,
        path=line.path,
        line=line.line,
        start=line.at(place),
        end=line.at(place + len(word) - 1) + 1,
        claim=" ".join(line.text.split())[:600],
        formula="sign(after − before)",
        inputs=(two[0].input("before"), two[1].input("after")),
        explanation=explanation,
    )
