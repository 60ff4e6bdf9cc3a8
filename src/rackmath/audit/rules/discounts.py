"""Discounts on a price and on each other, payback of an outlay, and the price of what is used at a utilisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rackmath.audit.bounds import Computed
from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, V, Y, gap
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import judged

_OFF = r"(?:discount|off|rebate|markdown|reduction|price cut|concession|deduction)"
_PRICE_FIRST = re.compile(
    rf"(?P<a>{V})(?P<one>{gap(60, ';')})(?P<share>{P})\s(?:{_OFF})\b(?P<two>{gap(60)})(?:\b(?:to|"
    rf"is|becomes?|leaves?|makes?|gives?|means|pays?|comes? to|brings? (?:it|that|this) (?:down "
    rf")?to|drops? (?:it|that|this)? ?to|costs?)\s|=\s?|→\s?|,\s|\()(?:only |just |it |us |"
    rf"an? |effective |net )*(?:at |to |it |that |this )?(?P<b>{V})"
)
_SHARE_FIRST = re.compile(
    rf"(?P<share>{P})\s(?:{_OFF})\b(?P<one>{gap(50)})\b(?:on|off|from|of|to)\s{gap(40)}(?P<a>{V})"
    rf"(?P<two>{gap(50)})(?:\b(?:to|is|becomes?|leaves?|makes?|gives?|means|pays?|comes? to|"
    rf"brings? (?:it|that|this)? ?(?:down )?to)\s|=\s?|→\s?)(?:only |just |a |an |net |it |"
    rf"that |this |at )*(?P<b>{V})"
)
_CHAIN = re.compile(
    rf"(?P<a>{P})(?P<one>{gap(50)})\b(?:then|further|another|additional|followed by|on top|"
    rf"plus|second|extra|stacked with|combined with|and)\b{gap(40)}(?P<b>{P})(?P<two>{gap(90)})"
    rf"\b(?:total|combined|overall|altogether|in all|together|cumulative|effective|stack|stacked|"
    rf"adds? up to|sum)\b{gap(40)}(?P<c>{P})(?P<next>[^\ue000-\uf8ff.;]{{0,20}})"
)
_PAYBACK = re.compile(
    rf"(?P<cost>{V})(?P<one>{gap(80)})\b(?:saves?|saving|savings? of|cuts?|earns?|returns?|"
    rf"brings in|yields?)\b{gap(40)}(?P<gain>{V})(?P<two>{gap(70)})\b(?:pay(?:s|ing)?\s(?:it|"
    rf"for)?\s?(?:itself|back|off)[a-z ]{{0,12}}|pay-?back|recover(?:s|ed)?|recoup(?:s|ed)?|"
    rf"break(?:s|ing)?[- ]even)\b{gap(40)}(?P<time>{V})"
)
_UTILISED = re.compile(
    rf"(?P<a>{V})(?P<one>{gap(60)})\b(?:at|with|assuming|and)\s(?P<share>{P})\s(?:[a-z]+\s)"
    rf"{{0,2}}(?:utili[sz]ation|occupancy|load|use|uptime|usage|load factor)(?P<two>{gap(60)})"
    rf"(?P<b>{V})(?P<after>(?:\s|/|-)?[^\ue000-\uf8ff.;]{{0,40}})"
)
_UTILISED_FIRST = re.compile(
    rf"\b[Aa]t\s(?P<share>{P})\s(?:[a-z]+\s){{0,2}}(?:utili[sz]ation|occupancy|load|use|uptime|"
    rf"usage|load factor)(?P<one>{gap(80, V + '(?!' + V + ')')})(?P<a>{V})(?P<two>{gap(40, Y)})"
    rf",?\s(?:or|that is|which is|becomes?|is really|effectively|means)\s{gap(24)}(?P<b>{V})"
    rf"(?P<after>[^\ue000-\uf8ff.;]{{0,40}})"
)
_TURNS = re.compile(
    rf"\bat\s(?P<share>{P})\s(?:[a-z]+\s)?(?:load|utili[sz]ation|occupancy|use|usage|capacity)"
    rf"\s{gap(20)}(?:transforms|turns|raises|pushes|takes|drives|lifts)\s{gap(20)}(?P<a>{V})"
    rf"{gap(50)}\b(?:into|to)\s(?P<b>{V})"
)
_USED = re.compile(
    r"\b(?:utili[sz]ed|used|useful|productive|effective(?:ly)?|occupied|busy|real(?:ly)?|actual(?:ly)?|works? out)\b"
)
_EVEN = re.compile(
    rf"(?P<a>{P})(?:\s[a-z]+){{0,2}}\s(?:discount|saving|off){gap(80)}\b(?:break(?:s)?[- ]even|"
    rf"break-?even)\b{gap(50)}(?P<b>{P})\s?(?P<after>(?:[a-z]+\s){{0,2}}(?:utili[sz]ation|usage|"
    rf"use|hours|of the time|of the term))"
)


def discounts(passage: Passage) -> Iterator[Finding]:
    """Check discounts, paybacks and effective prices that a passage states with their inputs."""
    skeleton = passage.skeleton
    seen: set[int] = set()
    for pattern in (_PRICE_FIRST, _SHARE_FIRST):
        for match in pattern.finditer(skeleton):
            a, b, share = (passage.figure(match[name]) for name in ("a", "b", "share"))
            if (
                a.unit != b.unit
                or (set(a.per) != set(b.per) and a.per and b.per)
                or a.kind != "amount"
                or not a.unit
                or share.start in seen
            ):
                continue
            if (
                b.value > a.value
                or re.search(r"\b(?:and|but|while|saving|saves|than|from|of savings|worth)\b|;", match["two"])
                or "saving" in match.group()
            ):
                continue
            seen.add(share.start)
            yield from judged(
                passage,
                "discount",
                lambda price, cut: price * (1 - cut / 100),
                [("price", a), ("discount", share)],
                b,
                also=[lambda price, cut: price * cut / 100],
                said=f"{a.text} less {share.text} is {{value}}",
                written="price × (1 − discount)",
                confidence=0.86,
            )
    for match in _CHAIN.finditer(skeleton):
        a, b, c = (passage.figure(match[name]) for name in "abc")
        words = match.group()
        if (
            not re.search(r"discount|off\b|cut|reduction|rebate|saving|markdown|lower|cheaper", words)
            or "worded" in words
        ):
            continue
        yield from _chained(passage, a, b, c)
    for match in _PAYBACK.finditer(skeleton):
        cost, gain, time = (passage.figure(match[name]) for name in ("cost", "gain", "time"))
        yield from _payback(passage, cost, gain, time)
    for pattern in (_UTILISED, _UTILISED_FIRST):
        for match in pattern.finditer(skeleton):
            a, b, share = (passage.figure(match[name]) for name in ("a", "b", "share"))
            if (
                not _USED.search(f"{match['two']} {b.text} {match['after']}")
                or a.unit != b.unit
                or not a.unit
                or share.value <= 0
            ):
                continue
            yield from _utilised(passage, a, share, b)
    for match in _TURNS.finditer(skeleton):
        a, b, share = (passage.figure(match[name]) for name in ("a", "b", "share"))
        if a.unit == b.unit and a.unit and share.value > 0:
            yield from _utilised(
                passage,
                replace(a, per=(), low=a.low * a.over, high=a.high * a.over, step=a.step * a.over, over=1.0)
                if not b.per
                else a,
                share,
                b,
            )
    for match in _EVEN.finditer(skeleton):
        a, b = passage.figure(match["a"]), passage.figure(match["b"])
        yield from judged(
            passage,
            "break-even",
            lambda cut: 100 - cut,
            [("discount", a)],
            b,
            said=f"a discount of {a.text} breaks even at {{value}} use",
            written="1 − discount",
            confidence=0.88,
        )


def _chained(passage: Passage, a: Quantity, b: Quantity, c: Quantity) -> Iterator[Finding]:
    def hint(_: Computed) -> str:
        return "Discounts on discounts multiply; they do not add." if abs(a.value + b.value - c.value) <= c.step else ""

    a, b = replace(a, step=a.step * 0.2), replace(b, step=b.step * 0.2)  # a discount is agreed, not measured
    yield from judged(
        passage,
        "discounts",
        lambda first, second: 100 - (100 - first) * (100 - second) / 100,
        [("first", a), ("second", b)],
        c,
        also=[lambda first, second: (100 - first) * (100 - second) / 100],
        said=f"{a.text} and then {b.text} off the rest is {{value}} off in all",
        written="1 − (1 − first) × (1 − second)",
        confidence=0.9,
        hint=hint,
    )


def _payback(passage: Passage, cost: Quantity, gain: Quantity, time: Quantity) -> Iterator[Finding]:
    months = {"year": 12.0, "month": 1.0, "quarter": 3.0, "week": 84 / 365, "day": 12 / 365}
    if (
        cost.unit != gain.unit
        or not cost.unit
        or len(gain.per) != 1
        or gain.per[0] not in months
        or time.unit not in ("month", "s")
        or cost.per
    ):
        return
    unit = months[gain.per[0]] * (1.0 if time.unit == "month" else 86400 * 365 / 12)
    yield from judged(
        passage,
        "payback",
        lambda outlay, saved: outlay / saved * unit,
        [("outlay", cost), ("saving", gain)],
        time,
        said=f"{cost.text} at {gain.text} comes back in {{value}}",
        written="outlay ÷ saving",
        confidence=0.9,
    )


def _utilised(passage: Passage, a: Quantity, share: Quantity, b: Quantity) -> Iterator[Finding]:
    def hint(_: Computed) -> str:
        return (
            "The price of what is used is divided by the utilisation, not multiplied."
            if abs(a.value * share.value / 100 - b.value) <= b.step
            else ""
        )

    yield from judged(
        passage,
        "utilised",
        lambda price, used: price / (used / 100),
        [("price", a), ("utilisation", share)],
        b,
        said=f"{a.text} at {share.text} use is {{value}} for what is used",
        written="price ÷ utilisation",
        confidence=0.87,
        hint=hint,
    )
