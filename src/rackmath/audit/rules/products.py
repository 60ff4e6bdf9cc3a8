"""Products whose units cancel: 500 containers at $1,200 each cost $600,000; 40 kW at $0.10 per kWh is $35,040 a year.

The evidence is twofold. The words must lead from the factors to the result ("at", "for", "costs", "comes to"), and the
units must: what the product leaves over after cancelling is the unit of the result. A count with a price "each", or
"per" the very thing counted, cancels; so do hours against a price per hour, and power against energy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, V, X
from rackmath.audit.quantity import Quantity, seconds_of
from rackmath.audit.rules.common import explained, finding
from rackmath.audit.rules.dimensions import clean, nouns_of, sized
from rackmath.audit.words import amount

_RESULT = (
    r"(?:=|≈|\bis\b|\bare\b|\bcosts?\b|\bcost\b|\bcomes? to\b|\bcame to\b|\btotals?\b|\btotal(?:l?ed|"
    r"l?ing)\b|\badds? up to\b|\bworks? out (?:at|to)\b|"
    r"\bfor a total of\b|\bmakes?\b|\bmade\b|\bgives?\b|\bor\b|\bequals?\b|\bmeans?\b|\byields?\b|"
    r"\bamounts? to\b|\bamounted to\b|\bruns? to\b|\blists? at\b|\bbrings?\b|"
    r"\bburns?\b|\buses?\b|\bused\b|\bconsumes?\b|\bconsumed\b|\bdraws?\b|\bdrew\b|\bneeds?\b|"
    r"\btakes?\b|\bearns?\b|\bpays?\b|\bpaid\b|\bspends?\b|\bspent\b|\bbill(?:s|ed)?\b|\bcharges?\b|"
    r"\bpulls?\b|\bcarr(?:y|ies|ied)\b|\bproduces?\b|\bgenerates?\b|\bhandles?\b|\bsaves?\b|"
    r"\bworth\b|\bleads? to\b|\badds?\b|\bholds?\b|,|:|—|–|\(|→)"
)
_STRONG = re.compile(
    r"=|≈|\b(?:comes? to|came to|totals?|total(?:l?ed|l?ing)|adds? up to|works? out (?:at|to)"
    r"|for a total of|gives?|equals?|that is|which is|i\.e\.|or|makes?|amounts? to|amounted "
    r"to|lists? at|cost|costs|bill|yields?|runs? to|means)\b|→"
)
_LINK = re.compile(
    r"(?:\b(?:at|for|of|each|apiece|per|over|times|by|with|using|running|run|in|on|a|the|x|"
    r"and|draws?|drawing|costing|costs?|weighing|carrying|consuming|uses?|using|priced|rated|"
    r"serving|every|to)\b|[×x*@(,·]|\A\s*\Z)"
)
_BREAK = re.compile(
    r"\b(?:while|whereas|but|although|versus|vs|against|compared|instead|than|before|after|"
    r"plus|minus|from|up|down|rather|not|down to|excluding|unless|if only|of which|including|"
    r"only|another|leaving|least|one of (?:them|which)|held back|spare|idle)\b|[;→]"
)
_AT = re.compile(r"\bat\s*\Z|[×x@]\s?(?:[A-Z]\S*)?|\bcosting\b|\bdrawing\b|\bpaid\b|\bworking\b")
_OR = re.compile(r"\bor\b")
"""Between amounts of one unit it tells the first again, for another period: "$240M annually or $60M each quarter"."""


def _told_again(before: Quantity, claim: Quantity) -> bool:
    """Whether two amounts are of one unit, per different periods."""
    return bool(claim.unit and claim.per and before.per) and before.unit == claim.unit and before.per != claim.per


MOST = 5
"""Factors of one product that are looked for."""

_MONTHS = (30.0, 365.0 / 12, 31.0, 28.0, 22.0, 21.0, 20.0, 26.0)
_YEARS = (365.0, 360.0, 365.25, 366.0, 250.0, 252.0, 260.0, 261.0, 300.0, 350.0, 240.0, 8000.0 / 24)


def products(passage: Passage) -> Iterator[Finding]:
    """Check the products that a passage states with their factors."""
    skeleton = passage.skeleton
    at = [(match.start(), match.group()) for match in re.finditer(f"{V}|{P}|{X}", skeleton)]
    checked = 0
    for place, (position, sign) in enumerate(at):
        if place == 0 or not "\ue000" <= sign <= "\ue3ff":
            continue
        claim = passage.figure(sign)
        between = skeleton[at[place - 1][0] + 1 : position]
        if (
            len(between) > 70
            or not re.search(_RESULT, between)
            or _BREAK.search(between)
            or (_OR.search(between) and _told_again(passage.figure(at[place - 1][1]), claim))
            or "." in between.replace("i.e.", "").rstrip()[-2:]
        ):
            continue
        first = place - 1
        while first > 0 and place - first < MOST:
            link = skeleton[at[first - 1][0] + 1 : at[first][0]]
            if len(link) > 60 or _BREAK.search(link) or re.search(r"[.;]\s", link) or not _LINK.search(link):
                break
            first -= 1
        factors = [passage.figure(each) for _, each in at[first:place]]
        checked += 1
        if checked > 40:
            return
        links = [skeleton[at[k][0] + 1 : at[k + 1][0]] for k in range(first, place)]
        found = _best(passage, factors, claim, between, links)
        if found:
            yield found


def _best(passage: Passage, factors: list[Quantity], claim: Quantity, between: str, links: list[str]) -> Finding | None:
    """Return the finding of the longest run of factors next to the result whose units cancel."""
    best: Finding | None = None
    for size in range(min(len(factors), 4), 1, -1):
        run = factors[-size:]
        told = _judge(passage, run, claim, between, links[-size:])
        if told and (told.verdict in ("holds", "rounds")):
            return told
        best = best or told
    if best is None and len(factors) >= 3:
        for pair in combinations(factors, 2):  # "8 × … at $3.50/hr, a 512-node cluster lists at"
            told = _judge(passage, list(pair), claim, between, [])
            if told and told.verdict == "holds":
                return told
    return best


def _judge(
    passage: Passage, run: Sequence[Quantity], claim: Quantity, between: str, links: list[str]
) -> Finding | None:
    shares = [each for each in run if each.kind == "share"]
    core = [each for each in run if each.kind != "share"]
    if len(core) < 2 or len(shares) > 1:
        return None
    if claim.unit == "" and not claim.noun:
        return None
    tied = _cancels(core, claim, links)
    if tied is None:
        return None
    divided, evidence = tied
    target = sized(claim)
    sizes = [sized(each) for each in core]
    assert target is not None
    factors = [each.factor if each else 1.0 for each in sizes]
    powers = [-1 if at in divided else 1 for at in range(len(core))]
    ratio = prod(f**p for f, p in zip(factors, powers, strict=True)) / target.factor

    def formula(*values: float) -> float:
        return ratio * prod(v**p for v, p in zip(values, powers, strict=True))

    computed = compute(formula, core)
    if computed is None:
        return None
    named = [(_name(each, at), each) for at, each in enumerate(core)]
    written = " ".join(
        ("÷ " if p < 0 else "× " if at else "") + name
        for at, ((name, _), p) in enumerate(zip(named, powers, strict=True))
    )
    verdict, sure = verdict_of(computed, claim, any(each.hedge or each.ranged for each in core))
    convention = ""
    options = [1.0, *_conventions(core, claim)]
    if shares:
        part = shares[0].value / 100
        options = [
            part,
            *options,
            *(part * each for each in options),
            *([(1 - part)] if part < 1 else []),
            *([1 / part] if part else []),
        ]
        named.append(("share", shares[0]))
    if verdict != "holds":
        for option in options:
            again = computed.scaled(option)
            came = verdict_of(again, claim)
            if came[0] == "holds" or (came[0] == "rounds" and verdict not in ("holds", "rounds")):
                computed, (verdict, sure) = again, came
                convention = _spoken(option)
                if verdict == "holds":
                    break
    if verdict in ("wrong", "ambiguous"):
        firm = (
            evidence
            and _STRONG.search(between)
            and not shares
            and not any(each.hedge in ("over", "under") or each.ranged for each in core)
        )
        if not firm:
            if not evidence or (claim.unit in ("s", "month") and claim.per):
                return None
            if computed.value > 0 and not 0.02 < claim.value / computed.value < 50:
                return None
            verdict, sure = "ambiguous", 0.6
            if not shares and _is_power(claim, computed):
                verdict, sure = "wrong", 0.92
    confidence = 0.92 if evidence else 0.7
    told = " × ".join(each.text for each in core) if not divided else " and ".join(each.text for each in core)
    joined = f"{told} {'comes to' if not divided else 'give'} {amount(computed.value, claim)}{convention}"
    return finding(
        passage,
        "product",
        verdict,
        confidence * sure if verdict != "holds" else confidence,
        claim,
        computed,
        named,
        written,
        explained(
            verdict, joined, claim, "Is something else counted, or part of the time?" if verdict == "ambiguous" else ""
        ),
    )


def _is_power(claim: Quantity, computed: Computed) -> bool:
    """Whether a figure is a power of ten beside what was computed: a nought too many or too few."""
    return any(verdict_of(computed.scaled(by), claim)[0] == "holds" for by in (10.0, 0.1, 100.0, 0.01, 1e3, 1e-3))


def _spoken(option: float) -> str:
    """Return the convention that a factor stands for, in words."""
    for days in _MONTHS:
        if abs(option - days / (365 / 12)) < 1e-9:
            return f" with months of {days:.3g} days"
    for days in _YEARS:
        if abs(option - days / 365) < 1e-9:
            return f" with years of {days:.4g} days"
    return ""


def _name(each: Quantity, at: int) -> str:
    if each.unit == "" and each.noun:
        return each.noun.split(" ")[0]
    return {
        "usd": "price",
        "eur": "price",
        "gbp": "price",
        "w": "power",
        "wh": "energy",
        "s": "time",
        "month": "time",
    }.get(each.unit, f"factor {at + 1}")


def _cancels(core: Sequence[Quantity], claim: Quantity, links: list[str]) -> tuple[set[int], bool] | None:
    """Return which factors divide, and whether words tie them, if the units leave the result's; else None."""
    target = sized(claim)
    sizes = [sized(each) for each in core]
    if target is None or any(each is None for each in sizes):
        return None
    wanted = clean(target.dimension)
    counts = [at for at, each in enumerate(core) if each.kind == "amount" and each.unit == "" and not each.per]
    rates = [at for at, each in enumerate(core) if each.per or each.each]
    over = [at for at in counts if nouns_of(core[at]) & set(claim.per)]
    for divided in [set(), *({at} for at in rates), *({at} for at in over)]:
        held: Counter[str] = Counter()
        for at, each in enumerate(sizes):
            for key, power in (each.dimension if each else {}).items():
                held[key] += -power if at in divided else power
        if divided & set(over):
            mine = next(iter(nouns_of(core[min(divided)]) & set(claim.per)))
            first = next(iter(sizes[min(divided)].dimension))  # type: ignore[union-attr]
            if first != mine:
                held[first] += 1
                held[mine] -= 1
            if clean(held) == wanted and len(core) == 2:
                return divided, True
            continue
        evidence = _absorb(held, core, counts, claim, links)
        if clean(held) == wanted:
            whole = clean(held)
            simple = evidence or any(
                seconds_of(thing) or thing in ("kwh", "mwh", "gpu-hour", "token", "gb", "tonne", "km")
                for at in rates
                for thing in core[at].per
            )
            power = (
                {each.unit for each in core} >= {"w"}
                and any(each.unit in ("s", "month") for each in core)
                and claim.unit == "wh"
            )
            if divided and not (
                len(core) == 2 and rates and len(whole) >= 1 and len(core[0].per) + len(core[1].per) >= 2
            ):
                continue
            return divided, bool(simple or power)
    return None


def _absorb(held: Counter[str], core: Sequence[Quantity], counts: list[int], claim: Quantity, links: list[str]) -> bool:
    """Cancel counted things against "each" and against what a rate is per; tell whether any did."""
    tied = False
    for at in counts:
        each = core[at]
        words = nouns_of(each)
        mine = next((key for key in held if key in words and held[key] > 0), "")
        if not mine:
            continue
        per = next(
            (thing for other in core for thing in other.per if thing in words or thing.rpartition("-")[0] in words), ""
        )
        if per:
            key = per if held.get(per) else per.rpartition("-")[0]
            held[mine] -= 1
            held[key] += 1
            tied = True
        elif any(other.each for other in core) and mine not in nouns_of(claim):
            held[mine] -= 1
            tied = True
        elif (
            mine not in nouns_of(claim)
            and at + 1 < len(core)
            and (core[at + 1].per or core[at + 1].each or (len(links) == len(core) and _AT.search(links[at])))
        ):
            held[mine] -= 1  # "12 staff at $30 an hour" multiplies; "20 cranes making 30 moves an hour" may
            tied = tied or (len(links) == len(core) and bool(_AT.search(links[at])))
    return tied


def _conventions(core: Sequence[Quantity], claim: Quantity) -> list[float]:
    """Return what other lengths of a month and a year would make of the result."""
    periods = {thing for each in (*core, claim) for thing in each.per} | {
        ("month" if each.scale < 12 else "year") for each in core if each.unit == "month"
    }
    found = []
    if "month" in periods:
        found += [days / (365 / 12) for days in _MONTHS]
    if "year" in periods:
        found += [days / 365 for days in _YEARS]
    if any(each.unit == "byte" for each in (*core, claim)):
        found += [1.024, 1 / 1.024, 1.048576, 1.073741824, 1 / 1.073741824]
    return found
