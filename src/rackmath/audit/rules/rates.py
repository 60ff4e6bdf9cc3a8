"""One flow over two periods ("12 tonnes a day, or 4,380 a year"), one length of time in two units, power and energy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.passage import Passage, V, Y
from rackmath.audit.quantity import Quantity, seconds_of
from rackmath.audit.rules.common import explained, finding
from rackmath.audit.words import amount, number

_TIE = (
    r"(?:,?\s?\bor\b|\(|—|–|=|≈|→|,?\s?\bthat is\b|,?\s?\bi\.e\.,?|,?\s?\bwhich is\b|,?\s?\bequal "
    r"to\b|,?\s?\bequivalent to\b|,?\s?\bworks? out (?:at|to)\b|,?\s?\bcomes? to\b|,?\s?\bamounts? "
    r"to\b|\bis\b|\bmakes\b|,?\s?\bmeaning\b|,?\s?\bsome\b)"
)
_PAIR = re.compile(
    rf"(?P<a>{V})(?P<one>(?:\s[A-Za-z'-]+){{0,4}}?)\s?{_TIE}\s?(?:about |just |over |a total "
    rf"of |nearly |which is |that is |roughly |some |around )?(?P<b>{V})"
)
_YEARS = re.compile(
    rf"(?P<n>{V})(?P<words>(?:\s[a-z]+){{0,3}}?)\s?(?:\(|,\s)?(?:from|between)\s(?P<from>{Y})"
    rf"\s(?:to|and|until)\s(?P<to>{Y})"
)
_RUNS = re.compile(
    rf"(?P<a>{V})(?:[^\ue000-\uf8ff;?!.]){{0,60}}?\b(?:uses?|used|consumes?|consumed|needs?|"
    rf"takes?|draws?|burns?)\s(?P<b>{V})"
)
_FACTOR = re.compile(r"(?:\bat|\bfor|\bof|\beach|\btimes|[×x*@])\s?\Z")
_LESS = {
    frozenset(("day", "month")): (365 / 12, 28.0, 30.0, 30.5, 31.0, 20.0, 21.0, 22.0, 23.0, 26.0),
    frozenset(("day", "year")): (
        365.0,
        360.0,
        366.0,
        350.0,
        300.0,
        250.0,
        252.0,
        260.0,
        261.0,
        240.0,
        220.0,
        230.0,
        200.0,
        340.0,
    ),
    frozenset(("day", "week")): (7.0, 5.0, 6.0),
    frozenset(("week", "month")): (52 / 12, 4.0, 365 / 84, 4.3, 4.345, 4.5),
    frozenset(("week", "year")): (52.0, 52.14, 50.0, 48.0, 46.0, 47.0, 45.0, 40.0),
    frozenset(("hour", "day")): (24.0, 8.0, 7.5, 7.0, 10.0, 12.0, 16.0, 20.0, 18.0, 6.0, 9.0),
    frozenset(("hour", "week")): (168.0, 40.0, 38.0, 37.5, 35.0),
    frozenset(("hour", "month")): (730.0, 720.0, 744.0, 160.0, 168.0, 173.0, 150.0),
    frozenset(("hour", "year")): (
        8760.0,
        8766.0,
        8784.0,
        8640.0,
        8000.0,
        2080.0,
        2000.0,
        1800.0,
        1760.0,
        1600.0,
        7500.0,
        6000.0,
        8400.0,
        8500.0,
    ),
    frozenset(("month", "year")): (12.0, 11.0, 10.0, 13.0),
    frozenset(("quarter", "year")): (4.0,),
    frozenset(("month", "quarter")): (3.0,),
    frozenset(("minute", "hour")): (60.0,),
    frozenset(("second", "minute")): (60.0,),
    frozenset(("second", "hour")): (3600.0,),
    frozenset(("second", "day")): (86400.0,),
    frozenset(("minute", "day")): (1440.0,),
    frozenset(("second", "year")): (31536000.0, 31557600.0),
    frozenset(("second", "month")): (2592000.0, 2628000.0),
}
"""How many of the shorter period are counted in the longer, the usual one first; the others are working conventions."""


def rates(passage: Passage) -> Iterator[Finding]:
    """Check pairs of rates and of lengths of time that a passage sets equal."""
    for match in _PAIR.finditer(passage.skeleton, 0):
        a, b = passage.figure(match["a"]), passage.figure(match["b"])
        if re.search(r"\b(?:and|but|while|than|from|up|down|plus|for|of which)\b", match["one"]):
            continue
        if _FACTOR.search(passage.skeleton[max(0, match.start() - 8) : match.start()]):
            continue  # in "3 hours a day; at $20 an hour that is" the rate is one factor of several
        found = _rates(passage, a, b) or _power(passage, a, b) or _times(passage, a, b, match)
        if found:
            yield found
    for match in _RUNS.finditer(passage.skeleton):
        found = _power(passage, passage.figure(match["a"]), passage.figure(match["b"]))
        if found:
            yield found
    for match in _YEARS.finditer(passage.skeleton):
        n, first, last = (passage.figure(match[name]) for name in ("n", "from", "to"))
        if (n.unit == "month" and n.scale >= 12) or (n.unit == "month" and "year" in n.text):
            span = last.value - first.value
            said = n.value / 12
            fits = abs(span - said) < 1.01
            if span > 0 and not n.hedge and not n.ranged:
                told = f"From {first.text} to {last.text} is {number(span)} years"
                verdict: Verdict = "holds" if fits else "wrong"
                yield finding(
                    passage,
                    "years",
                    verdict,
                    0.85,
                    n,
                    None,
                    [("from", first), ("to", last)],
                    "to − from",
                    f"{told}, as the text says." if fits else f"{told}, but the text says {n.text!r}.",
                )


def _rates(passage: Passage, a: Quantity, b: Quantity) -> Finding | None:
    periods = [[thing for thing in each.per if seconds_of(thing)] for each in (a, b)]
    if a.unit != b.unit or len(periods[0]) != 1 or len(periods[1]) != 1 or periods[0] == periods[1]:
        return None
    if {*a.per} - {*periods[0]} != {*b.per} - {*periods[1]} or a.kind != "amount" or b.kind != "amount":
        return None
    if a.noun and b.noun and a.noun.split(" ")[0] != b.noun.split(" ")[0]:
        return None
    first, last = seconds_of(periods[0][0]) or 1.0, seconds_of(periods[1][0]) or 1.0
    options = _LESS.get(frozenset((periods[0][0], periods[1][0])))
    if not options:
        return None
    best: tuple[Computed, float] | None = None
    fits = False
    for count in options:
        factor = count if last > first else 1 / count
        computed = compute(lambda value, factor=factor: value * factor, [a])
        if computed is None:
            return None
        best = best or (computed, count)
        verdict, sure = verdict_of(computed, b, bool(a.hedge or a.ranged))
        if verdict in ("holds", "rounds"):
            if not fits or verdict == "holds":
                best, fits = (computed, count), True
            if verdict == "holds":
                break
    assert best is not None
    computed, count = best
    verdict, sure = verdict_of(computed, b, bool(a.hedge or a.ranged))
    if verdict == "wrong" and (a.hedge in ("over", "under") or not 0.02 < b.value / max(computed.value, 1e-300) < 50):
        verdict, sure = "ambiguous", 0.6
    shorter, longer = sorted((periods[0][0], periods[1][0]), key=lambda each: seconds_of(each) or 0.0)
    told = f"{a.text} is {amount(computed.value, b)}, counting {number(count)} {shorter}s to the {longer}"
    return finding(
        passage,
        "rate",
        verdict,
        (0.92 if verdict != "holds" else 0.93) * (sure if verdict != "holds" else 1),
        b,
        computed,
        [("rate", a)],
        f"rate × {number(count)}" if last > first else f"rate ÷ {number(count)}",
        explained(verdict, told, b, ""),
    )


def _power(passage: Passage, a: Quantity, b: Quantity) -> Finding | None:
    """Check power against the energy of a period: more than all of the time cannot be."""
    if a.unit != "w" or b.unit != "wh" or a.per or len(b.per) != 1 or not (seconds := seconds_of(b.per[0])):
        return None
    hours = seconds / 3600
    computed = compute(lambda power: power * hours, [a])
    if computed is None:
        return None
    verdict, sure = verdict_of(computed, b)
    if verdict == "wrong" and b.value < computed.value:
        return None  # it need not run all the time
    told = f"{a.text} for all {number(hours)} hours of the {b.per[0]} is {amount(computed.value, b)}"
    return finding(
        passage,
        "energy",
        verdict,
        0.9 * sure,
        b,
        computed,
        [("power", a)],
        f"power × {number(hours)} h",
        explained(verdict, told, b, ""),
    )


def _times(passage: Passage, a: Quantity, b: Quantity, match: re.Match[str]) -> Finding | None:
    """Check one length of time in two units: 3,600 seconds (one hour)."""
    if (
        {a.unit, b.unit} - {"s", "month"}
        or a.per
        or b.per
        or a.text.split(" ")[-1] == b.text.split(" ")[-1]
        or "(" not in match.group()
    ):
        return None
    if passage.skeleton[match.end() : match.end() + 1] != ")":
        return None
    month = 86400.0 * 365 / 12
    factor = (month if a.unit == "month" else 1.0) / (month if b.unit == "month" else 1.0)
    computed = compute(lambda value: value * factor, [a])
    if computed is None:
        return None
    verdict, sure = verdict_of(computed, b)
    if verdict == "wrong":
        verdict, sure = "ambiguous", 0.5
    return finding(
        passage,
        "time",
        verdict,
        0.85 * sure,
        b,
        computed,
        [("time", a)],
        "time",
        explained(verdict, f"{a.text} is {amount(computed.value, b)}", b, ""),
    )
