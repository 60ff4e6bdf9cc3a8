"""A of B (C %), C % of B or A; shares that fill a whole; "most" and "more than half" against the share given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, V, Y, gap
from rackmath.audit.quantity import Quantity, singular
from rackmath.audit.rules.common import DOWN, UP, finding, judged
from rackmath.audit.words import number

_THE = r"(?:the |its |their |all |a total of |our |his |her |those |these )?"
_SAY = r"(?:or |that is |i\.e\.,? |which is |equal to |making |about |just |only |nearly )?"
_PART_OF = re.compile(
    rf"(?P<part>{V})(?P<one>{gap(30)})\b(?:out of|of)\s{_THE}(?:more than |roughly )?(?P<whole>{V})"
    rf"(?P<two>(?:\s[a-z-]+){{0,4}}?)\s?(?:[(,—–:=]|\s-\s|\bor\b)\s?{_SAY}(?P<share>{P})(?P<next>\s?[)"
    rf"\].,;:—–]|\Z|\s(?!of\b)[a-z]+)"
)
_SHARE_OF = re.compile(
    rf"(?P<share>{P})\s(?:of|share of)\s{_THE}(?P<two>{gap(40)})(?P<whole>{V})(?P<noun>(?:\s[a-z-]+)"
    rf"{{0,3}}?)\s?(?:[(,—–:=]|\bis\b|\bor\b|\bequals\b|\bcomes to\b|\bamounts to\b|\s-\s)\s?{_SAY}(?P<part>{V}"
    rf")"
)
_PART_OR = re.compile(
    rf"(?P<part>{V})(?P<one>(?:\s[a-z-]+){{0,4}}?)\s?(?:[(,—–:=]|\s-\s|\bis\b|\bare\b|\bwas\b|"
    rf"\bwere\b|\bor\b)\s?{_SAY}(?P<share>{P})\s(?:of|share of)\s{_THE}(?P<two>{gap(40)})(?P<whole>{V})"
)
_SHARE_FIRST = re.compile(
    rf"(?P<share>{P})(?P<one>(?:\s[a-z-]+){{0,4}}?)\s?\((?P<part>{V})(?P<two>(?:\s[a-z-]+){{0,2}}?)"
    rf"\s?(?:of|out of|/)\s{_THE}(?P<whole>{V})"
)
_REST = re.compile(
    rf"(?P<list>{P}{gap(60)}(?:(?:,|;|\band\b|\bbut\b|\bwhile\b|\bplus\b){gap(60)}{P}{gap(60)})"
    rf"{{0,6}}?)\b(?:the (?:rest|remainder|remaining|other|balance)|(?:leaving|leaves)(?: the "
    rf"(?:rest|other))?){gap(36)}(?P<rest>{P})"
)
_SPLIT = re.compile(
    rf"\b(?:split|breaks? down|broken down|divided|mix (?:is|was)|composed of|made up of|comprises|"
    rf"consists of|consisting of){gap(40)}(?P<list>{P}(?:{gap(36)}(?:,|;|\band\b){gap(36)}{P})"
    rf"{{1,8}})(?P<after>[^\ue000-\uf8ff.;]{{0,40}}(?:[.;]|\Z))"
)
_HALF = re.compile(
    rf"\b(?P<word>[Aa] (?:clear |slim |large |bare )?majority|[Mm]ore than half|[Oo]ver half|"
    rf"[Ll]ess than half|[Uu]nder half|[Ff]ewer than half|[Aa] minority)\b(?P<of>{gap(50)})"
    rf"(?:\(|,\s|—\s?|–\s?|:\s?)(?P<share>{P})\s?[),.;—–]"
)

_MOVES = re.compile(rf"\b(?:{UP}|{DOWN})\b")
_SEVERAL = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|both|each|every|several|\w+ly)\b")
_LEVEL = re.compile(
    rf"(?P<share>{P})\sof\s{_THE}{gap(40, Y)}(?:levels?|baseline|original|initial|previous|"
    rf"peak|value|cost|price|before|{Y})(?:\slevels?)?\s?(?:,|—|–|\(|;|or)\s?(?:or )?(?:a |"
    rf"an )?(?P<claim>{P})\s(?:decrease|decline|drop|fall|reduction|cut|saving|discount|lower|"
    rf"less)\b"
)
_ON = re.compile(
    rf"(?P<share>{P})\s(?:annual\s)?(?:return|interest|yield|tax|duty|fee|commission|surcharge|"
    rf"levy|tariff|royalty|margin|premium|deposit)\son\s{_THE}{gap(24)}(?P<whole>{V}){gap(60)}\b(?:needs?|"
    rf"is|costs?|means|yields?|earns?|adds?|requires?|comes? to|amounts? to|or|pays?|makes?|"
    rf"brings? in)\s{gap(24)}(?P<part>{V})"
)
_HALF_OF = re.compile(rf"(?P<half>{P})\sof{gap(50)}(?:\(|,\s|—\s?|–\s?|:\s?)(?P<share>{P})\s?[),.;—–]")


def shares(passage: Passage) -> Iterator[Finding]:
    """Check the shares that a passage states with their part and whole."""
    skeleton = passage.skeleton
    seen: set[int] = set()
    for pattern in (_PART_OF, _SHARE_FIRST, _PART_OR, _SHARE_OF):
        for match in pattern.finditer(skeleton):
            part, whole, share = (passage.figure(match[name]) for name in ("part", "whole", "share"))
            if _SEVERAL.search(match["two"] or ""):
                continue
            if share.start in seen or not _fits(part, whole) or part.ranged or whole.ranged:
                continue
            for found in _judge(passage, pattern, part, whole, share):
                seen.add(share.start)
                yield found
    yield from _remainders(passage)
    yield from _rests(passage)
    yield from _halves(passage)


def _remainders(passage: Passage) -> Iterator[Finding]:
    """Check "26 % of the 2019 level, a 74 % decrease", and "a 25 % return on $545 needs $136"."""
    for match in _LEVEL.finditer(passage.skeleton):
        share, claim = passage.figure(match["share"]), passage.figure(match["claim"])
        if share.worded or share.value >= 100:
            continue
        yield from judged(
            passage,
            "level",
            lambda level: 100 - level,
            [("level", share)],
            claim,
            said=f"down to {share.text} is a fall of {{value}}",
            written="100 % − level",
            confidence=0.9,
        )
    for match in _ON.finditer(passage.skeleton):
        share, whole, part = (passage.figure(match[name]) for name in ("share", "whole", "part"))
        if (
            whole.unit == part.unit
            and whole.unit
            and part.value < whole.value
            and not share.per
            and set(whole.per) - {"year"} == set(part.per) - {"year"}
        ):
            yield from judged(
                passage,
                "share",
                lambda a, b: a / 100 * b,
                [("rate", share), ("base", whole)],
                part,
                said=f"{share.text} on {whole.text} is {{value}}",
                written="rate × base",
                confidence=0.86,
            )


def _judge(
    passage: Passage, pattern: re.Pattern[str], part: Quantity, whole: Quantity, share: Quantity
) -> Iterator[Finding]:
    if pattern in (_PART_OF, _SHARE_FIRST, _PART_OR):
        inverse = (
            f"{share.text} is what the rest comes to."
            if abs(100 - part.value / whole.value * 100 - share.value) <= share.step
            else ""
        )
        yield from judged(
            passage,
            "share",
            lambda a, b: a / b * 100,
            [("part", part), ("whole", whole)],
            share,
            said=f"{part.text} of {whole.text} is {{value}}",
            written="part ÷ whole",
            confidence=0.93,
            hint=lambda _: inverse,
        )
        return
    yield from judged(
        passage,
        "share",
        lambda a, b: a / 100 * b,
        [("share", share), ("whole", whole)],
        part,
        said=f"{share.text} of {whole.text} is {{value}}",
        written="share × whole",
        confidence=0.9,
    )


def _fits(part: Quantity, whole: Quantity) -> bool:
    """Whether one can be a part of the other: one unit, one noun where both have one, and not larger."""
    if part.unit != whole.unit or set(part.per) != set(whole.per) or not 0 < part.low <= whole.high:
        return False
    nouns = [{singular(word) for word in each.noun.split(" ")} for each in (part, whole) if each.noun]
    return len(nouns) < 2 or bool(nouns[0] & nouns[1])


def _rests(passage: Passage) -> Iterator[Finding]:
    for pattern, rest in ((_REST, True), (_SPLIT, False)):
        for match in pattern.finditer(passage.skeleton):
            listed = [passage.figure(sign) for sign in re.findall(P, match["list"])]
            if any(each.ranged or each.worded for each in listed) or _MOVES.search(match.group()):
                continue
            if rest:
                claim = passage.figure(match["rest"])
                names = [(f"part {at}", each) for at, each in enumerate(listed, 1)]
                for found in judged(
                    passage,
                    "rest",
                    lambda *parts: 100 - sum(parts),
                    names,
                    claim,
                    said=f"what is left of 100 % after {_and([each.text for each in listed])} is {{value}}",
                    written="100 % − parts",
                    confidence=0.85,
                ):
                    if found.verdict != "wrong" or (found.recomputed or 0) >= 0:
                        yield found
                continue
            total, slack = sum(each.value for each in listed), sum(max(each.step, 1.0) for each in listed) / 2 + 0.6
            if any(each.hedge for each in listed) or total < 60:
                continue
            holds = abs(total - 100) <= slack
            if holds or total > 100 + slack:
                names = [(f"part {at}", each) for at, each in enumerate(listed, 1)]
                told = f"The parts {_and([each.text for each in listed])} add up to {number(total, 3)} %"
                yield finding(
                    passage,
                    "parts",
                    "holds" if holds else "wrong",
                    0.85 if holds else 0.84,
                    listed[-1],
                    None,
                    names,
                    "sum of parts = 100 %",
                    f"{told}, as parts of a whole should."
                    if holds
                    else f"{told}; parts of one whole cannot exceed 100 %.",
                )


def _halves(passage: Passage) -> Iterator[Finding]:
    for match in _HALF.finditer(passage.skeleton):
        share, word = passage.figure(match["share"]), match["word"].casefold()
        over = "majority" in word or word.startswith(("more", "over"))
        told = f"{share.text} is {'more' if share.value > 50 else 'less'} than half"
        yield _half(passage, share, 50, over, told, f"{match['word']!r}", "share against 50 %")
    for match in _HALF_OF.finditer(passage.skeleton):
        half, share = passage.figure(match["half"]), passage.figure(match["share"])
        if half.worded and half.hedge in ("over", "under") and not share.worded:
            over = half.hedge == "over"
            told = (
                f"{share.text} is {'more' if share.value > half.value else 'not more'} than {number(half.value, 3)} %"
            )
            said = f"{'more' if over else 'less'} than {half.text}"
            yield _half(passage, share, half.value, over, told, said, "share against the fraction")


def _half(passage: Passage, share: Quantity, half: float, over: bool, told: str, said: str, written: str) -> Finding:
    """Return whether a share is on the side of a fraction that the text says."""
    fits = share.high > half if over else share.low < half
    explanation = f"{told}, as the text says." if fits else f"{told}, but the text says {said}."
    return finding(
        passage,
        "half",
        "holds" if fits else "wrong",
        0.85 if fits else 0.88,
        share,
        None,
        [("share", share)],
        written,
        explanation,
    )


def _and(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
