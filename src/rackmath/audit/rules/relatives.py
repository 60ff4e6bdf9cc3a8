"""A is three times B; the ratio of A to B is C; ratios turned upside down; "twice the count" of what came before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackmath.audit.bounds import Computed
from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, V, X, gap
from rackmath.audit.quantity import Quantity, singular
from rackmath.audit.rules.common import judged

_TIMES = re.compile(
    rf"(?P<a>{V})(?P<one>(?:\s[A-Za-z'-]+){{0,5}}?)\s?(?:,|—|–|\(|\bis\b|\bare\b|\bwas\b|\bwere\b|"
    rf"\bor\b|:)\s?(?:about |nearly |almost |roughly |only |or |which is |that is |more than "
    rf"|some |just )*(?P<c>{X}|{P})\s(?:of )?(?:the |that of |as (?:much|many|large|big|high|"
    rf"long) as |its |their |than )?(?P<two>(?:[A-Za-z'-]+\s){{0,5}}?)(?P<b>{V})"
)
_RATIO_OF = re.compile(
    rf"(?:\b[Rr]atio|\b[Mm]ultiple)\s(?:of\s)?{gap(30)}(?P<a>{V}){gap(40)}\bto\b\s{gap(30)}(?P<b>{V})"
    rf"{gap(30)}(?:\bis\b|\bof\b|=|,|\()\s?(?P<c>{X})"
)
_A_AND_B = re.compile(
    rf"(?P<a>{V})(?P<one>{gap(50)})\b(?:in|on|and|over)\b\s?(?P<mid>{gap(30)})(?P<b>{V})(?P<two>{gap(50)})"
    rf"\b(?:has|have|is|means|gives|makes|for)\s(?:an? )?{gap(40)}\bratio\s(?:of\s)?(?P<c>{X})"
)
_COUNT = re.compile(
    rf"(?P<c>{X}|{P})\s(?:of\s)?the\s(?P<what>[a-z]+)\s(?P<kind>count|number|time|total|cost|price|power)\b"
)


def relatives(passage: Passage) -> Iterator[Finding]:
    """Check what a passage says one figure is of another."""
    skeleton = passage.skeleton
    for match in _TIMES.finditer(skeleton):
        a, b, c = (passage.figure(match[name]) for name in "abc")
        if c.kind == "share" and not re.search(r"\A\sof\s", skeleton[match.end("c") :]) and not c.worded:
            continue
        if c.kind == "share" and not c.worded:
            continue  # "A, or 30 % of B": `shares` reads it
        if re.search(r"\b(?:and|but|while|for|with|per)\b", match["one"]) or re.search(
            r"\b(?:and|but|for|with|every|in|per|faster|cheaper|by|two|three|four|five|six|eight|both|each)\b",
            match["two"],
        ):
            continue
        if not _alike(a, b) or b.per != a.per:
            continue
        yield from _judge(passage, a, b, c, 0.9)
    for pattern in (_RATIO_OF, _A_AND_B):
        for match in pattern.finditer(skeleton):
            a, b, c = (passage.figure(match[name]) for name in "abc")
            if _alike(a, b):
                yield from _judge(passage, a, b, c, 0.9)
    yield from _counts(passage)


def _judge(passage: Passage, a: Quantity, b: Quantity, c: Quantity, confidence: float) -> Iterator[Finding]:
    def hint(_: Computed) -> str:
        turned = b.value / a.value * (100 if c.kind == "share" else 1)
        return (
            "The ratio is the other way round."
            if abs(turned - c.value) <= max(c.step, 0.05 * c.value) and a.value != b.value
            else ""
        )

    hundred = 100.0 if c.kind == "share" else 1.0
    yield from judged(
        passage,
        "ratio",
        lambda first, second: first / second * hundred,
        [("first", a), ("second", b)],
        c,
        said=f"{a.text} is {{value}} of {b.text}"
        if hundred > 1
        else f"{a.text} against {b.text} is a ratio of {{value}}",
        written="first ÷ second",
        confidence=confidence,
        hint=hint,
    )


def _alike(a: Quantity, b: Quantity) -> bool:
    if a.kind != "amount" or a.unit != b.unit or a.low <= 0 or b.low <= 0:
        return False
    nouns = [{singular(word) for word in each.noun.split(" ")} for each in (a, b) if each.noun]
    return a.unit != "" or len(nouns) < 2 or bool(nouns[0] & nouns[1])


def _counts(passage: Passage) -> Iterator[Finding]:
    """Check "half the chip count" against the last two counts, and "3× the wall time" against the last two times."""
    for match in _COUNT.finditer(passage.skeleton):
        c = passage.figure(match["c"])
        before = [each for each in passage.figures if each.end <= c.start and each.kind == "amount" and not each.per]
        if match["kind"] == "time":
            pool = [each for each in before if each.unit in ("s", "month")]
        elif match["kind"] in ("count", "number"):
            pool = [each for each in before if each.unit == "" and each.noun]
            named = [
                each
                for each in pool
                if re.search(rf"\b{re.escape(match['what'])}s?\b", passage.text[each.start : each.end + 24])
            ]
            pool = (
                [
                    max(
                        (each for each in pool if each.start < named[-1].start),
                        key=lambda each: each.value,
                        default=named[-1],
                    ),
                    named[-1],
                ]
                if named
                else []
            )
        else:
            continue
        if len(pool) < 2 or pool[-1] is pool[-2] or pool[-2].value <= 0:
            continue
        first, last = pool[-2], pool[-1]
        hundred = 100.0 if c.kind == "share" else 1.0

        def ratio(old: float, new: float, hundred: float = hundred) -> float:
            return new / old * hundred

        def turned(_: Computed, first: Quantity = first, last: Quantity = last, c: Quantity = c) -> str:
            return (
                "The ratio goes the other way."
                if (last.value > first.value) == (c.value < (100 if c.kind == "share" else 1))
                else ""
            )

        yield from judged(
            passage,
            "ratio",
            ratio,
            [("first", first), ("second", last)],
            c,
            said=f"{last.text} {last.noun} against {first.text} {first.noun} is {{value}}",
            written="second ÷ first",
            confidence=0.86,
            hint=turned,
        )
