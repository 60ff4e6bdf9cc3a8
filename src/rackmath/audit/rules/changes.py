"""From A to B, a change of C: percentages, factors, differences, and the direction that the words give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rackmath.audit.bounds import Computed
from rackmath.audit.finding import Finding
from rackmath.audit.listed import listed
from rackmath.audit.passage import PP, P, Passage, V, X, Y, gap
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import DOWN, UP, finding, judged
from rackmath.audit.words import number

_W = f"(?:{V}|{P}|{X})"
_C = f"(?P<c>{V}|{P}|{X}|{PP})"
_LINK = r"(?:\s*[,;:(—–]\s*|\s+-\s+|\s+or\s+|\s+by\s+)"
_WORDS_A = (
    r"(?:(?:or|which is|that is|that's|i\.e\.|representing|meaning|for|making|marking|amounting "
    r"to|equal to|equivalent to|an?|the|overall|total|relative|nearly|net|just|only|even|"
    r"a full|giving|delivering|yielding|it's|is|=)\s+){0,4}"
)
_FROM = re.compile(
    rf"(?P<lead>[A-Za-z]+(?:\s(?:back|further|sharply|steadily|slightly|again|only|just))?)"
    rf"?\s?(?:\bby\s+)?(?:(?P<early>{P}|{X})"
    rf"(?:\s(?P<noun>[a-z]+))?)?(?:\s+(?:each year|overall|in total|in {Y}|in all|"
    rf"last year|this year|since {Y}))?(?:,|—|–|:|\s\()?\s*\bfrom\s+"
    rf"(?P<a>{_W})(?P<between>{gap(70, Y)})\b(?:to|down to|up to)\s+(?:only |just |a mere |"
    rf"as (?:much|little) as )?(?P<b>{_W})",
)
_ARROW = re.compile(rf"(?P<lead>)(?P<early>)(?P<noun>)(?P<a>{_W})(?P<between>)\s?(?:→|->|=>|⟶)\s?(?P<b>{_W})")
_TO_FROM = re.compile(
    rf"(?P<lead>[A-Za-z]+)\s(?:by\s(?P<early>{P}|{X})\s?)?(?P<noun>)(?:,?\s?)to\s+(?P<b>{_W})"
    rf"(?P<between>{gap(50, Y)}),?\s(?:up |down )?from\s+(?P<a>{_W})"
)
_AFTER = re.compile(
    rf"(?P<tail>{gap(42, Y)}){_LINK}(?P<words>{_WORDS_A})(?P<pre>(?:[a-z-]+\s+){{0,3}}?)(?P<sign>[-−+–])"
    rf"?{_C}(?P<noun>[\s-](?:[a-z-]+\s){{0,2}}?[A-Za-z-]+)?"
)
_FURTHER = re.compile(rf"[^\ue000-\uf8ff.!?]{{0,90}}?\bto\s(?:just |only )?(?P<b>{V})")
_B_UP_FROM = re.compile(
    rf"(?P<b>{_W})(?P<between>{gap(60, Y)})(?:,|—|–|\(|\bis|\bwas|\bwere|\bare)\s?(?P<dir>up|"
    rf"down)\s(?:by\s)?(?P<c>{P})\s(?:on|from|over)\s(?:the\s|last year's\s|the previous year's\s)"
    rf"?{gap(24, Y)}(?P<a>{_W})"
)
_THAN = re.compile(
    rf"(?P<b>{V})(?P<between>{gap(60, Y)})(?:,|—|–|\(|:|\bis\b|\bare\b|\bwas\b|\bwere\b)\s?(?:some "
    rf"|fully |an? |still |which is |that is |or )?(?P<c>{P}|{X})\s(?P<word>{UP}|{DOWN})\s(?:[a-z]+\s)"
    rf"?than\s{gap(50, Y)}(?P<a>{V})"
)
_INCREASE_FROM = re.compile(
    rf"(?P<b>{V})(?P<between>{gap(70, Y)})(?:,|—|–|\(|:|\bis\b|\bwas\b|\bmarks\b|\brepresents\b)"
    rf"\s?(?:about |roughly )?(?:an? |some |the )?(?P<c>{P})\s(?:[a-z-]+\s)?(?P<word>increase|"
    rf"rise|jump|growth|gain|surge|drop|fall|decline|decrease|cut|reduction|improvement|saving|"
    rf"discount|premium)\s(?:from|over|on|against|versus|compared (?:with|to)|relative to)\s{gap(40, Y)}(?P<a>{V}"
    rf")"
)
_AGAINST = re.compile(
    rf"(?P<b>{V})(?P<one>{gap(60, Y)})(?:\b(?:versus|vs\.?|against|compared (?:with|to)|instead "
    rf"of|rather than|where|not)\s)(?P<two>{gap(60, Y)})(?P<a>{V})"
    rf"(?P<tail>{gap(36, Y)}){_LINK}(?P<words>{_WORDS_A})(?P<c>{P}|{X})\s?(?:(?:[a-z]+\s)?(?P<word>{UP}|"
    rf"{DOWN}|difference|gap|spread|advantage|ratio|as much|as many)\b)?"
)
_RISES = listed(
    """rose rises rise risen rising grew grows grow grown growing increased increases increase increasing climbed
climbs climb jumped surged soared up raised gained"""
)
_FALLS = listed(
    """fell falls fall fallen falling dropped drops drop declined declines decline declining decreased decreases
decrease decreasing shrank shrinks shrink shrunk down sank slid plunged tumbled cut lowered reduced reduces
reduce"""
)
_CHANGE_NOUNS = re.compile(
    rf"\b(?:{UP}|{DOWN}|difference|gap|change|improvement|swing|shift|compression|multiple|"
    rf"fold|times|spread|move|boost|hike|cheaper|saving|savings|spend)\b"
)
_YEARLY = re.compile(
    r"\b(?:a year|per year|annual|annually|yearly|CAGR|compound|a month|monthly|per annum|year-on-year|"
    r"YoY|each|per quarter|rate|per day|per point|of the|of all|confidence|probability|margin|"
    r"a day|a week|per)\b",
    re.IGNORECASE,
)
_OTHER_BASE = re.compile(
    r"\s?(?:[a-z-]+\s){0,3}?(?:on|against|versus|vs|relative to|compared|above|below|beating|"
    r"beats|missing|misses|exceeding|short of|"
    r"target|plan|planned|forecast|goal|budget|expected|real|adjusted|margin)\b"
)
_NEGATED = re.compile(
    r"\b(?:not|never|rather than|no longer|instead of|would|could|should|might|may)\s(?:\w+\s){0,2}\Z"
)


POINTS = 0.85
"""How sure it is that points told as a percentage are an error; some authors mean points."""


def changes(passage: Passage) -> Iterator[Finding]:
    """Check the changes that a passage states with both ends."""
    skeleton = passage.skeleton
    for pattern in (_FROM, _ARROW, _TO_FROM):
        for match in pattern.finditer(skeleton):
            yield from _from_to(passage, match)
    yield from _from_there(passage)
    for match in _B_UP_FROM.finditer(skeleton):
        yield from _change(passage, match["a"], match["b"], match["c"], match["dir"], 0.93)
    for match in _THAN.finditer(skeleton):
        if not re.search(r"\band\b|\bbut\b|\bwhile\b", match["between"]):
            yield from _change(passage, match["a"], match["b"], match["c"], match["word"], 0.9, than=True)
    for match in _INCREASE_FROM.finditer(skeleton):
        if not re.search(r"\bto\s*\Z", match["between"]):
            yield from _change(passage, match["a"], match["b"], match["c"], match["word"], 0.92)
    for match in _AGAINST.finditer(skeleton):
        c = passage.figure(match["c"])
        b, a = _shared(passage.figure(match["b"]), passage.figure(match["a"]))
        if not b.like(a) or (c.kind == "share" and not match["word"]):
            continue
        after = skeleton[match.end("c") : match.end("c") + 14]
        if _YEARLY.search(after) or (c.kind == "share" and re.match(r"\s(?:as|of)\b", after)):
            continue  # "a third as much" is a ratio
        yield from _change(passage, match["a"], match["b"], match["c"], match["word"] or "ratio", 0.9, than=True)


_THERE = re.compile(
    rf"\bfrom there\s(?:up |down |on )?to\s(?P<b>{_W}),\s(?P<early>another|a further|again|up|down|plus|minus)\s"
    rf"(?:by\s|about\s)?(?P<c>{P})"
)


def _from_there(passage: Passage) -> Iterator[Finding]:
    """Check "from $3.40 to $4.25, up 25 %, and from there to $5.10, another 25 %"."""
    for match in _THERE.finditer(passage.skeleton):
        b = passage.figure(match["b"])
        before = [each for each in passage.figures if each.start < match.start() and each.like(b)]
        if before:
            word = "up" if b.value >= before[-1].value else "down"
            yield from _judge(passage, before[-1], b, passage.figure(match["c"]), word, 0.92)


def _from_to(passage: Passage, match: re.Match[str]) -> Iterator[Finding]:
    skeleton = passage.skeleton
    a, b = passage.figure(match["a"]), passage.figure(match["b"])
    a, b = _shared(a, b)
    if not _same(a, b) or a.ranged or b.ranged:
        return
    lead = (match["lead"] or "").split(" ")[0].casefold()
    yield from _direction(passage, match, lead, a, b)
    if early := match["early"]:
        if passage.figure(early).per or re.search(r"\b(?:annual|yearly|compound)\b", f"{lead} {match['noun'] or ''}"):
            return  # a rate: `growth` reads it
        word = (match["noun"] or "").casefold() or lead
        if re.fullmatch(f"{UP}|{DOWN}", word, re.IGNORECASE) or re.fullmatch(f"{UP}|{DOWN}", lead, re.IGNORECASE):
            word = word if re.fullmatch(f"{UP}|{DOWN}", word, re.IGNORECASE) else lead
            yield from _judge(passage, a, b, passage.figure(early), word, 0.95)
        elif (factor := passage.figure(early)).worded and factor.kind == "factor" and _verb(factor):
            yield from _judge(passage, a, b, factor, "ratio", 0.95)
        return
    end = match.end()
    while (further := _FURTHER.match(skeleton, end)) and passage.figure(further["b"]).like(b):
        b, end = passage.figure(further["b"]), further.end()  # "from 20 to 10 cents, then to 5: a total of 4×"
    after = _AFTER.match(skeleton, end)
    if (
        end != match.end()
        and after
        and not re.search(r"\b(?:total|overall|in all|altogether|together)\b", after.group())
    ):
        return
    if after is None or _later(after) or _OF_ANOTHER.search(f"{after['tail']} {after['pre']}"):
        return
    if _OTHER_BASE.search(after["tail"] + after["words"] + after["pre"]) or _OTHER_BASE.match(skeleton, after.end("c")):
        return  # "beating the 30 % target", "up 20 % on the plan"
    claim = passage.figure(after["c"])
    words = f"{after['words']} {after['pre']} {after['noun'] or ''}"
    cue = _CHANGE_NOUNS.search(f"{after['pre']} {after['noun'] or ''}") or (
        after["sign"] or re.search(r"\bby\s*\Z", skeleton[end : after.start("c")])
    )
    if claim.kind == "factor" and not claim.worded and re.search(r"[(—–,]\s*\Z", skeleton[end : after.start("c")]):
        cue = cue or match
    if (
        claim.kind == "share"
        and skeleton[after.start("c") - 1] == "("
        and skeleton[after.end("c") : after.end("c") + 1] == ")"
    ):
        cue = cue or match
    if not cue or _YEARLY.search(skeleton[after.end("c") : after.end("c") + 22].split(",")[0]) or _YEARLY.search(words):
        return
    word = _CHANGE_NOUNS.search(words)
    text = word.group().casefold() if word else lead
    if after["sign"]:
        text = "up" if after["sign"] == "+" else "down"
    yield from _judge(passage, a, b, claim, text, 0.95)


_OF_ANOTHER = re.compile(r"\b(?:saves?|saved|costs?|adds?|lengthens|shortens|takes|buys|brings)\b")
"""What a change of one thing does to another: "from 15 down to 14 knots saves 18 % of the fuel"."""


def _later(after: re.Match[str]) -> bool:
    """Whether another clause has begun between the end of the change and the claim."""
    between = f"{after['tail']} {after['pre']}"
    return bool(
        re.search(
            r"\b(?:while|whereas|but|although|though|and|with|in|plus|where|because|as|of which|"
            r"than|so|thanks|after|when|which (?!is\b|was\b|means\b|makes\b)[a-z]+)\b",
            between,
        )
    )


def _verb(factor: Quantity) -> bool:
    return factor.text.casefold().endswith(("ed", "es", "ing", "fold", "double", "triple"))


def _shared(a: Quantity, b: Quantity) -> tuple[Quantity, Quantity]:
    """Give the unit of the end that has one to the other: "from 8 to 10 MW", "from $2 to 3 million"."""
    if a.kind == "amount" and a.unit == "" and b.unit and b.kind in ("amount", "share") and not a.noun and not a.per:
        factor = b.scale if a.scale == 1.0 else 1.0
        a = replace(
            a, low=a.low * factor, high=a.high * factor, step=a.step * factor, unit=b.unit, kind=b.kind, per=b.per
        )
    elif a.unit == b.unit and a.per != b.per and not a.per:
        a = replace(a, per=b.per, low=a.low / b.over, high=a.high / b.over, step=a.step / b.over, over=b.over)
    elif a.unit == b.unit and a.per != b.per and not b.per:
        b = replace(b, per=a.per, low=b.low / a.over, high=b.high / a.over, step=b.step / a.over, over=a.over)
    if (
        a.unit == "usd" == b.unit
        and a.scale == 1.0
        and b.scale > 1.0
        and a.value < b.value / b.scale
        and "." not in a.text
    ):
        a = replace(a, low=a.low * b.scale, high=a.high * b.scale, step=a.step * b.scale, scale=b.scale)
    return a, b


def _same(a: Quantity, b: Quantity) -> bool:
    return (
        a.like(b)
        and a.low > 0
        and b.low > 0
        and not (a.noun and b.noun and a.noun.split(" ")[0] != b.noun.split(" ")[0])
    )


def _direction(passage: Passage, match: re.Match[str], lead: str, a: Quantity, b: Quantity) -> Iterator[Finding]:
    """Check that what is said to rise rises."""
    if match.re is _ARROW or lead not in _RISES | _FALLS or a.hedge or b.hedge:
        return
    if match["early"] and (match["noun"] or ""):
        return
    start = match.start("lead")
    if _NEGATED.search(passage.skeleton[max(0, start - 30) : start]) or re.search(
        r"\b(?:and|or|than)\b", match["between"]
    ):
        return
    rises = lead in _RISES
    if (b.value > a.value) == rises or a.value == b.value:
        return
    word = "rise" if b.value > a.value else "fall"
    told = (
        f"From {a.text} to {b.text} is a {word}, but the text says {lead!r}. Are the two figures the wrong way round?"
    )
    yield finding(
        passage, "direction", "wrong", 0.88, b, None, [("before", a), ("after", b)], "sign(after − before)", told
    )


def _change(
    passage: Passage, first: str, last: str, sign: str, word: str, confidence: float, *, than: bool = False
) -> Iterator[Finding]:
    a, b = _shared(passage.figure(first), passage.figure(last))
    if _same(a, b) and not (a.ranged or b.ranged):
        yield from _judge(passage, a, b, passage.figure(sign), word, confidence, than=than)


def _judge(
    passage: Passage, a: Quantity, b: Quantity, claim: Quantity, word: str, confidence: float, *, than: bool = False
) -> Iterator[Finding]:
    """Judge a claim about the way from `a` to `b`; `a` is the base."""
    down = bool(re.fullmatch(DOWN, word, re.IGNORECASE))
    up = bool(re.fullmatch(UP, word, re.IGNORECASE))
    names = [("before" if not than else "base", a), ("after" if not than else "other", b)]
    way = f"from {a.text} to {b.text}" if not than else f"{b.text} against {a.text}"
    if claim.kind == "share":
        if a.kind == "share" and a.unit == claim.unit and abs(abs(b.value - a.value) - claim.value) <= claim.step:
            points = f"{way} is a change of {number(abs(b.value - a.value), 3)} percentage points"
            yield from judged(
                passage,
                "change",
                lambda before, after: abs(after / before - 1) * 100,
                names,
                claim,
                said=f"{points}, and of {{value}}",
                written="|after − before| ÷ before",
                confidence=POINTS,
            )
            return
        if than and ((down and b.value > a.value) or (up and b.value < a.value)):
            a, b = b, a  # "A against B: 20 % less" may speak of either
            names = [("base", a), ("other", b)]
            confidence *= 0.85
        signed = -1 if b.value < a.value else 1

        def formula(before: float, after: float) -> float:
            return signed * (after / before - 1) * 100

        def other_base(_: Computed) -> str:
            seen = signed * (1 - a.value / b.value) * 100
            if abs(seen - claim.value) <= claim.step:
                return f"{claim.text} is the change as a share of {b.text}, not of {a.text}."
            if abs(b.value / a.value * 100 - claim.value) <= claim.step:
                return f"{b.text} is {claim.text} of {a.text}, which is not a change of {claim.text}."
            return ""

        said = (
            f"{way} is a {'rise' if signed > 0 else 'fall'} of {{value}}"
            if not than
            else f"{way} is {{value}} {'more' if signed > 0 else 'less'}"
        )
        yield from judged(
            passage,
            "change",
            formula,
            names,
            claim,
            said=said,
            written="(after − before) ÷ before" if not than else "(other − base) ÷ base",
            confidence=confidence,
            hint=other_base,
        )
    elif claim.kind == "factor":
        below_one = claim.worded and (claim.value < 1 or (_verb(claim) and b.value < a.value and not than))
        yield from judged(
            passage,
            "ratio",
            _after_by_before if below_one else _larger_by_smaller,
            names,
            claim,
            also=[lambda before, after: _larger_by_smaller(before, after) - 1] if up and not below_one else [],
            said=f"{way} is a factor of {{value}}",
            written="after ÷ before" if below_one else "larger ÷ smaller",
            confidence=confidence,
        )
    elif claim.kind == "points":
        if a.kind != "share":
            return
        scale = 100.0 if "b" in claim.text.casefold() else 1.0
        yield from judged(
            passage,
            "change",
            lambda before, after: abs(after - before) * scale,
            names,
            claim,
            said=f"{way} is {{value}}",
            written="|after − before|",
            confidence=confidence,
        )
    else:
        if not claim.like(a) or not (
            up or down or word in ("difference", "gap", "saving", "savings", "change", "swing", "improvement")
        ):
            return
        yield from judged(
            passage,
            "difference",
            lambda before, after: abs(after - before),
            names,
            claim,
            said=f"{way} is a difference of {{value}}",
            written="|after − before|",
            confidence=confidence - 0.05,
        )


def _after_by_before(before: float, after: float) -> float:
    return after / before


def _larger_by_smaller(before: float, after: float) -> float:
    return max(after / before, before / after)
