"""The arithmetic of a text: every passage through every rule; where two read the same claim, the surer one stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rackmath.audit.finding import Finding
from rackmath.audit.passage import Line, Passage, passages
from rackmath.audit.rules.changes import changes
from rackmath.audit.rules.derived import AGREED, derived
from rackmath.audit.rules.directions import directions
from rackmath.audit.rules.discounts import discounts
from rackmath.audit.rules.echoes import echoes, hinted
from rackmath.audit.rules.equations import equations
from rackmath.audit.rules.growth import growth
from rackmath.audit.rules.known import known
from rackmath.audit.rules.products import products
from rackmath.audit.rules.rates import rates
from rackmath.audit.rules.relatives import relatives
from rackmath.audit.rules.setting import sections
from rackmath.audit.rules.shares import shares
from rackmath.audit.rules.sums import sums
from rackmath.audit.rules.tables import tables

Rule = Callable[[Passage], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    equations,
    sums,
    changes,
    echoes,
    shares,
    relatives,
    discounts,
    rates,
    growth,
    known,
    products,
)


def arithmetic(lines: Sequence[Line]) -> list[Finding]:
    """Return what can be recomputed in the sentences of one note."""
    kept: dict[tuple[int, int, float | None, str], Finding] = {}
    for passage in passages(lines):
        if len(passage.figures) < 2:
            continue
        for rule in RULES:
            for found in rule(passage):
                if len(passage.lines) > 1 and not _across(found, passage):
                    continue
                key = (found.line, found.start, found.claimed, found.unit)
                before = kept.get(key)
                if before is None or _better(found, before):
                    kept[key] = found
    for found in _echoed(lines):
        kept.setdefault((found.line, found.start, found.claimed, found.unit), found)
    figures = list(sections(lines))
    for found in (*tables(lines), *directions(lines, figures)):
        kept[found.line, found.start, found.claimed, found.unit] = found
    places = {(each.line, each.start): key for key, each in kept.items()}
    for found in derived(figures):
        known = places.get((found.line, found.start))
        if known is None:
            kept[found.line, found.start, found.claimed, found.unit] = found
        elif kept[known].rule == "product" and found.verdict == "holds" and found.confidence >= SURE:
            kept[known] = found  # another reading agrees, and is as likely
    return list(_first_errors(list(_once(kept.values()))))


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what only says again, from the side of an input, how the same figures hang together."""
    seen: set[frozenset[tuple[int, int]]] = set()
    for each in sorted(
        found, key=lambda each: (each.confidence > AGREED, each.confidence, each.line, each.start), reverse=True
    ):
        together = frozenset({(each.line, each.start), *((one.line, one.start) for one in each.inputs)})
        if each.confidence > AGREED or together not in seen:
            yield each
        seen.add(together)


def _first_errors(found: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out what is held against a figure that is wrong itself: what follows from it may follow from the truth."""
    wrong = {(each.line, each.start) for each in found if each.verdict == "wrong" and each.confidence >= SURE}
    for each in found:
        others = {(one.line, one.start) for one in each.inputs} - {(each.line, each.start)}
        if each.verdict != "wrong" or not others & wrong:
            yield each


SURE = 0.8
"""Confidence from which a reading that agrees stands against one that does not."""

LOOK_BACK = 4
"""Sentences before a change that its ends are looked for in."""


def _echoed(lines: Sequence[Line]) -> Iterator[Finding]:
    """Confirm changes whose ends stand a few sentences before."""
    for at in range(1, len(lines)):
        if not hinted(lines[at].text):
            continue
        together = tuple(each for each in lines[max(0, at - LOOK_BACK) : at + 1] if each.heading == lines[at].heading)
        passage = Passage(together)
        for found in echoes(passage):
            if (found.line, found.start) >= (lines[at].line, lines[at].start):
                yield found


def _across(found: Finding, passage: Passage) -> bool:
    """Whether a finding needs both sentences: its claim stands in the second, an input in the first."""
    first, last = passage.lines[0], passage.last
    border = last.start if first.line == last.line or first.path else None
    if border is None:
        return found.line == last.line and any(each.line == first.line for each in found.inputs)
    return found.start >= border and any(each.start < border for each in found.inputs)


_FIRM = {"holds": 3, "rounds": 2, "wrong": 1, "ambiguous": 0}


def _better(found: Finding, before: Finding) -> bool:
    """Whether a reading is to be preferred: one that agrees, as the other may be a misreading; else the surer one."""
    agrees = found.verdict in ("holds", "rounds"), before.verdict in ("holds", "rounds")
    if agrees[0] != agrees[1]:
        return agrees[0]
    return (found.confidence, _FIRM[found.verdict]) > (before.confidence, _FIRM[before.verdict])
