"""A change named after its ends: "… $30 in 2024. … $3 today. That's 10× compression", "1,400 W … 750 W, a 46 % saving".

The words tell that the claim is a change, but not between which figures. So this rule only ever says that a claim
holds: where two figures of one unit in the same sentence or just before it give the claim to the digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, X
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import DOWN, explained, finding
from rackmath.audit.words import amount

_NOUN = (
    r"(?:increase|decrease|rise|drop|fall|decline|reduction|compression|discount|savings?|higher|"
    r"lower|cheaper|dearer|more|less|growth|behind|"
    r"faster|slower|premium|gap|difference|improvement|gain|jump|cut|intensity|margin|share|"
    r"of|advantage|longer|shorter|fewer|spread)"
)
_CLAIM = re.compile(
    rf"(?P<c>{P}|{X})\s(?:[a-z-]+\s){{0,2}}?(?P<noun>{_NOUN})\b|\b(?:implying|that's|which "
    rf"is|falling|means)\s(?P<d>{P}|{X})"
)
MOST = 14
"""Figures before a claim that are tried."""


_HINT = re.compile(rf"(?:%|percent|per cent|[×x]|times|fold)\s(?:[a-z-]+\s){{0,2}}?{_NOUN}\b")


def hinted(text: str) -> bool:
    """Whether a sentence may name a change, so that it is worth reading together with those before it."""
    return _HINT.search(text) is not None


def echoes(passage: Passage) -> Iterator[Finding]:
    """Confirm changes whose two ends stand before them."""
    done = 0
    for match in _CLAIM.finditer(passage.skeleton):
        claim = passage.figure(match["c"] or match["d"])
        if (
            claim.worded
            or (claim.kind == "factor" and claim.value < 10 and claim.step >= 1)  # too many pairs would give it
            or claim.ranged
            or done > 20
            or (claim.kind == "share" and claim.value % 10 == 0 and claim.step >= 1)
        ):
            continue
        done += 1
        before = [
            each
            for each in passage.figures
            if each.end <= claim.start and each.kind == "amount" and each.low > 0 and each.unit
        ][-MOST:]
        pairs = [
            (a, b)
            for at, b in enumerate(before)
            for a in before[:at]
            if a.unit == b.unit and set(a.per) == set(b.per) and a.value != b.value
        ]
        for a, b in reversed(pairs):
            computed = _match(a, b, claim, (match["noun"] or "").casefold())
            if computed:
                names = [("first", a), ("second", b)]
                told = f"between {a.text} and {b.text} the change is {amount(computed.value, claim)}"
                yield finding(
                    passage,
                    "echo",
                    "holds",
                    0.65,
                    claim,
                    computed,
                    names,
                    "change between the two",
                    explained("holds", told, claim, ""),
                )
                break


def _match(a: Quantity, b: Quantity, claim: Quantity, noun: str) -> Computed | None:
    if claim.kind == "share":
        ways = [lambda x, y: min(x / y, y / x) * 100] if noun in ("of", "share", "intensity", "margin", "") else []
        if noun == "improvement":
            ways.append(lambda x, y: abs(y / x - 1) * 100)
        elif noun not in ("of", "share"):
            down = re.fullmatch(DOWN, noun) is not None
            ways.append(
                (lambda x, y: (1 - min(x / y, y / x)) * 100) if down else (lambda x, y: (max(x / y, y / x) - 1) * 100)
            )
    else:
        ways = [lambda x, y: max(x / y, y / x)]
    for way in ways:
        computed = compute(way, [a, b])
        if computed and verdict_of(computed, claim)[0] == "holds":
            return computed
        ends = compute(way, [a, b]) if a.ranged or b.ranged else None
        if ends and any(abs(end - claim.value) <= claim.step / 2 for end in (ends.first, ends.last)):
            return ends
    return None
