"""Totals and their parts: "a total of 65 MW, made up of 40 and 25", "A, B and C, 90 in all", "A plus B makes C"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rackmath.audit.finding import Finding
from rackmath.audit.passage import Passage, V, Y, gap
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import judged

_LIST = (
    rf"(?P<list>{V}{gap(60, Y)}(?:(?:,|;|\band\b|\bplus\b|\+|\){gap(3)}(?:,|and)){gap(70, Y)}{V}(?:{gap(50, Y)}"
    rf"(?:,|;|\band\b|\bplus\b|\+){gap(70, Y)}{V}){{0,8}}))"
)
_MADE_OF = re.compile(
    rf"(?P<total>{V})(?P<words>{gap(90, Y)})\b(?:consisting of|consists of|made up of|comprising|"
    rf"comprises|composed of|split (?:into|between|among)|broken down (?:as|into)|divided (?:into|"
    rf"between|among)|namely|being the sum of|the sum of)\s(?:the )?{gap(24)}{_LIST}"
)
_TOTAL = re.compile(
    rf"{_LIST}{gap(50, Y)}(?:,|—|–|:|\(|\band\b|;|\s)\s?(?:for a (?:combined |grand )?total "
    rf"of|a (?:combined |grand )?total of|(?:making|bringing|giving|taking) (?:the|a) (?:combined "
    rf"|grand )?(?:total|sum)(?: to| of)?|totall?ing|(?:which |that )?adds? up to|(?:which "
    rf"|that )?sums? to|together(?: they)?(?: make| come to| cost| are)?|in total|altogether|"
    rf"totals?|combined)\s(?:is |are |of |to |come to |makes? |some )?(?P<total>{V})"
)
_IN_ALL = re.compile(
    rf"{_LIST}{gap(40, Y)}(?:,|—|–|:|\(|;)\s?(?:or |that is |a |for )?(?P<total>{V})(?:\s[a-z]+)"
    rf"{{0,2}}?\s(?:in total|in all|altogether|together|all told|combined|overall)\b"
)
_PLUS = re.compile(
    rf"(?P<list>{V}[^;!?]{{0,90}}?\bplus\b[^;!?]{{0,60}}?{V})[^;!?]{{0,60}}?\b(?:totals?|comes? "
    rf"to|adds? up to|makes|is)\s(?:about |a total of )?(?P<total>{V})"
)
_PARTS = re.compile(
    rf"(?P<total>{V})(?:\s[a-z-]+){{0,3}}\s?\((?P<list>{V}[^()\ue000-\uf8ff]{{0,40}}(?:(?:{V})"
    rf"[^(),\ue000-\uf8ff]{{0,20}})?(?:,|and|plus|\+)[^()]{{0,200}}?)\)"
)
_LEAVING = re.compile(
    rf"\b[Oo]f (?:the |its |all |our |their )?(?:total )?(?P<whole>{V}){gap(50, Y)},\s{gap(40)}(?P<part>{V})"
    rf"{gap(60)}\b(?:leaving|leaves|and the (?:rest|other|remaining)|the (?:rest|remainder|"
    rf"remaining))\s{gap(30)}(?P<rest>{V})"
)


GOES_ON = re.compile(r"\b(?:another|a further|further)\s\Z")
"""What stands before a part that is not the first: "cars bring another 14 million"."""


def sums(passage: Passage) -> Iterator[Finding]:
    """Check totals whose parts a passage lists."""
    skeleton = passage.skeleton
    prices = prices_of(passage.figures)
    seen: set[int] = set()
    for pattern in (_MADE_OF, _TOTAL, _IN_ALL, _PLUS, _PARTS):
        for match in pattern.finditer(skeleton):
            total = passage.figure(match["total"])
            parts = [
                passage.figure(sign)
                for sign in re.findall(
                    V, skeleton[match.start("list") : match.start("total")] if pattern is _PLUS else match["list"]
                )
            ]
            if total.unit:
                loose = pattern in (_PLUS, _PARTS)
                parts = [
                    each
                    for each in parts
                    if each.unit == total.unit or (each.unit not in ("", "month", "s") and not loose)
                ]
            if GOES_ON.search(skeleton[: match.start("list")]):
                continue
            if total.start in seen or not all(_addable(each, total) for each in parts) or len(parts) < 2:
                continue
            if not total.unit and not parts[-1].noun:
                continue
            parts = _shared([each for each in parts if each not in prices], total)
            if len(parts) < 2:
                continue
            if any(each.value >= total.value * 1.0 for each in parts) and len(parts) == 2 and pattern is _MADE_OF:
                continue
            for found in judged(
                passage,
                "sum",
                lambda *values: sum(values),
                [(f"part {at}", each) for at, each in enumerate(parts, 1)],
                total,
                said=f"{' + '.join(each.text for each in parts)} is {{value}}",
                written="sum of the parts",
                confidence=0.95 if pattern is _MADE_OF else 0.92,
            ):
                if pattern is _PARTS and found.verdict not in ("holds", "rounds"):
                    continue  # what stands in brackets need not be parts
                seen.add(total.start)
                yield found
    for match in _LEAVING.finditer(skeleton):
        whole, part, rest = (passage.figure(match[name]) for name in ("whole", "part", "rest"))
        if _addable(part, whole) and _addable(rest, whole) and rest.value < whole.value > part.value:
            yield from judged(
                passage,
                "sum",
                lambda a, b: a - b,
                [("whole", whole), ("part", part)],
                rest,
                said=f"{whole.text} less {part.text} leaves {{value}}",
                written="whole − part",
                confidence=0.88,
            )


def _addable(part: Quantity, total: Quantity) -> bool:
    if part.unit != total.unit or part.kind != "amount" or part.each or part.over != total.over:
        return False
    return not part.per or not total.per or set(part.per) == set(total.per)


def _shared(parts: list[Quantity], total: Quantity) -> list[Quantity]:
    """Give a bare part the scale of the others: "40 and 25 million"."""
    return [
        replace(each, low=each.low / total.over, high=each.high / total.over, step=each.step / total.over)
        if total.per and not each.per
        else each
        for each in parts
    ]


def prices_of(figures: Sequence[Quantity]) -> list[Quantity]:
    """Return the prices whose product is told next: the €46,000 of "four jobs at €46,000, €184,000, and €61,000"."""
    return [
        price
        for count, price, product in zip(figures, figures[1:], figures[2:], strict=False)
        if count.unit == "" and abs(count.value * price.value - product.value) <= 0.005 * product.value
    ]
