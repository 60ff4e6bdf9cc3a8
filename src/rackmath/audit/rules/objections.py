"""What speaks against holding a formula against a figure: other bases, contrasts, conditions, sums written out.

A formula that agrees may be believed on less. One that does not has to be the one that the author meant; here are the
words and places which show that it is another.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rackmath.audit.quantity import singular
from rackmath.audit.rules.cues import Cues
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import against
from rackmath.audit.rules.setting import Place, words_of

FIRM = 1.2
"""How firmly words must tie a figure to what stands before it, so that a contrast between them does not count."""

_CONTRAST = re.compile(
    r"\b(?:while|whereas|but|although|though|than|instead|compared|if only|whom|whose|rather|except|unless|yet|however|"
    r"and (?:[a-z]+\s){1,3}?"
    r"(?:rose|fell|grew|dropped|increased|decreased|by))\b",
)
_SUPPOSED = re.compile(r"\b(?:when|if|unless|assuming|supposing|provided)\s[^,.;:]{0,60}\Z", re.IGNORECASE)
_MEASURED = re.compile(
    r"\b(?:errors?|correlation|percentile|accuracy|significance|confidence|interval|recall|precision|variance)\b",
    re.IGNORECASE,
)
_REST = re.compile(r"\b(?:rest|remain\w*|left(?! out)|unfilled|leav(?:ing|es?)|stayed|others?)\b", re.IGNORECASE)
_BASE_GIVEN = re.compile(r"\s(?:of|over|on|than|against|above|below)\s(?:the\s|about\s|all\s|those\s|these\s|its\s)?\Z")
_TIMES_WHAT = re.compile(r"\s(?:the|its|their|our|that of|as [a-z]+ as)\s(?P<what>[^,.;:()]{2,40})")
_SIGN = r"(?:[×✕*·÷+−^/]|x)"
_TERM_AFTER = re.compile(rf"\s?{_SIGN}\s?\(?[$€£]?\d")
_TERM_BEFORE = re.compile(rf"[\d)][A-Za-z%]{{0,3}}\s?(?:[A-Za-z%]{{1,6}}\s)?{_SIGN}\s?\(*[$€£]?\Z")
_OPENED = re.compile(rf"{_SIGN}\s?\([^()]{{0,40}}\Z")
_RESULT = re.compile(r"[\d)A-Za-z%][\s]?[=≈]\s?(?:about |roughly |some )?[$€£]?\Z")


@lru_cache(maxsize=1024)
def written_out(place: Place) -> bool:
    """Whether a figure is a term of a sum that is written out, such as the 8 of "8 × (700 + 575)"."""
    text, figure = place.line.text, place.figure
    after = text[figure.end : figure.end + 12]
    if figure.text.endswith(("x", "×")):
        after = f"×{after}"
    before = text[max(0, figure.start - 48) : figure.start]
    return (
        _TERM_AFTER.match(after) is not None
        or _TERM_BEFORE.search(before) is not None
        or _OPENED.search(before) is not None
    )


def given(claim: Place) -> bool:
    """Whether a figure is no result at all: a condition, a measured error, or one side of a sum written out."""
    if _SUPPOSED.search(claim.before) or written_out(claim) or claim.line.text.rstrip().endswith("?"):
        return True
    if _RESULT.search(claim.line.text[max(0, claim.figure.start - 24) : claim.figure.start]):
        return True  # the sums that are written out have a rule of their own
    if claim.figure.kind in ("share", "factor") and _BESIDE.search(claim.before[-24:]):
        return True  # "88 % vs 89 %"
    return claim.figure.kind in ("share", "factor") and (
        _MEASURED.search(claim.before[-40:]) is not None or _MEASURED.search(claim.after[:24]) is not None
    )


def strange(each: Candidate, claim: Place, told: Cues, near: Near) -> bool:
    """Whether a formula takes what is only bounded or comes later, reaches over a contrast, or has another base."""
    if _ALL_BUT.search(_between(each.inputs, claim)):
        return True
    if claim.figure.kind == "share" and _of_more(each, claim):
        return True
    thing = _FOR_EACH.match(claim.after)
    if thing and not any(singular(thing[1]) in place.figure.noun for place in each.inputs):
        return True  # "10.2 hours a day per aircraft", and nothing tells of aircraft
    if _ANOTHER.search(claim.before) and any(place.sentence != claim.sentence for place in each.inputs):
        return True
    if _is_next(each, claim, near) or (each.rule == "change" and _ACTS.search(_between(each.inputs, claim))):
        return True
    for place in each.inputs:
        if is_loose(place, claim) or written_out(place):
            return True
    if told.tie < FIRM and contrasted(each, claim):
        return True
    return other_base(claim, each, near) or _unlike(claim, each, near)


_ANOTHER = re.compile(r"\b(?:another|a further|an extra|an additional|further)\s\Z")
_LISTED = re.compile(r"[^;:()]{0,50}(?:,|\band)\s(?:[a-z]+\s){0,2}")


_COMPOUND = re.compile(r"\b(?:compound\w*|CAGR)\b", re.IGNORECASE)
_MARGIN = re.compile(r"\b(?:margin|yield|return|gearing|coverage)\b", re.IGNORECASE)


def _of_more(each: Candidate, claim: Place) -> bool:
    """Whether a share takes more than a formula has: a compound rate its years, a margin what it is of."""
    if claim.periods and each.rule != "growth" and _COMPOUND.search(claim.lead[-60:]):
        return True
    if not _MARGIN.search(f"{claim.before[-30:]} {claim.after[:12]}"):
        return False
    return each.rule == "change" or (each.rule == "share" and len(each.inputs) == 2 and against(*each.inputs))


_ALL_BUT = re.compile(r"\b(?:one of (?:them|which)|held back|as a spare|kept idle|out of service)\b")
"""What takes some away: "ten engines of 4.5 MW, one of them held back, give 40.5 MW"."""
_FOR_EACH = re.compile(r"\s(?:per|for each|for every)\s([a-z-]{3,20})\b")
_ACTS = re.compile(
    r"\s(?:saves?|saved|costs?|adds?|added|lengthens|shortens|lifts|lifted|raises|raised|cuts?|reduces|reduced|lowers|lowered|"
    r"shaves|trims)\s(?:about\s|some\s|only\s|just\s|roughly\s)?\Z"
)
"""What the change of one thing does to another: "from 15.5 down to 14 knots saves 18 %"."""


def _is_next(each: Candidate, claim: Place, near: Near) -> bool:
    """Whether another figure like the claim stands between it and the formula: "so €37 million, and €3 million for"."""
    ends = [place.figure.end for place in each.inputs if place.sentence == claim.sentence]
    last = near.last
    if last is None or last.sentence != claim.sentence or not ends or any(place is last for place in each.inputs):
        return False
    alike = last.figure.unit == claim.figure.unit and last.figure.kind == claim.figure.kind and last.figure.unit != ""
    between = claim.line.text[last.figure.end : claim.figure.start]
    return alike and max(ends) <= last.figure.start and _LISTED.fullmatch(between) is not None


def other_base(claim: Place, each: Candidate, near: Near) -> bool:
    """Whether the base follows the figure, as in "6 % over 16" or "twice its price", and the formula has another."""
    own = (each for each in near.places if each.sentence == claim.sentence and each.figure.start > claim.figure.start)
    following = next(own, None)
    if (
        following is not None
        and claim.figure.kind in ("share", "factor")
        and _BASE_GIVEN.fullmatch(following.before)
        and (all(place is not following for place in each.inputs) or following.after == " ")
    ):
        return True
    if claim.figure.kind == "share" and each.rule == "share" and _OF_ALL.match(claim.after):
        base = each.inputs[-1].figure
        return any(
            place.sentence == claim.sentence and place.figure.like(base) and place.figure.value > base.value
            for place in near.places
        )
    if claim.figure.kind == "share" and each.rule == "share" and told_of(claim, near):
        whole = each.inputs[-1]
        if _IS_PART.search(whole.line.text[: whole.figure.start]):
            return True  # "11.6% of revenues, which equals $14 million": that is no whole
        return not (near.cues.of & whole.heads or _PART_OF_ALL.match(claim.after) or _PART_OF_ALL.search(whole.before))
    if claim.figure.kind != "factor":
        return False
    match = _TIMES_WHAT.match(claim.after)
    what = words_of(match["what"]) if match else frozenset()
    return bool(what) and not any(what & place.words for place in each.inputs)


_BESIDE = re.compile(
    r"\b(?:vs\.?|versus|against|compared (?:with|to)|rather than|instead of|than)\s(?:about\s|only\s|just\s)?\Z"
)
_OF_ALL = re.compile(r"\sof all(?:\s[a-z]+)?\s?[,.;:)]")
_IS_PART = re.compile(
    r"(?:%|\bper cent|\bpercent)\sof\s[^.;:]{3,60}?(?:,\s(?:which (?:is|equals|makes)|or|that is)|\bor)\s\Z"
)
_PART_OF_ALL = re.compile(
    r"\s(?:of|share of)\s(?:it|them|that|this|these|those|everything|the (?:total|whole)|"
    r"(?:the|his|her|its|their|our) (?:time|day|year))\b|"
    r".*\b(?:total|all|altogether|overall|sum|whole)\b",
    re.IGNORECASE,
)


def told_of(claim: Place, near: Near) -> bool:
    """Whether the words that follow a share say what it is of."""
    return bool(near.cues.of) and claim.after.startswith((" of ", " share of "))


def _unlike(claim: Place, each: Candidate, near: Near) -> bool:
    """Whether a formula holds together what nothing in the text does: bare numbers, or several factors in a row."""
    if each.rule == "rest":
        shares = [place for place in each.inputs if place.sentence == claim.sentence]
        start = max((place.figure.end for place in shares if place.figure.end <= claim.figure.start), default=0)
        own = claim.line.text[start : claim.figure.start] + claim.after[:40]
        return _REST.search(own) is None and not near.pays
    if each.rule in ("product", "quotient", "rate"):
        return any(_bare(place) and not _factor_of(place) for place in each.inputs)
    if claim.figure.kind == "share" and all(
        place.figure.unit in ("s", "month") and not place.figure.per and place.sentence != claim.sentence
        for place in each.inputs
    ):
        return True  # how long two things take, told elsewhere
    if len(each.inputs) != 2 or each.rule not in ("share", "change", "ratio", "difference"):
        return False
    a, b = each.inputs
    if each.rule == "change" and _of_another(a, b):
        return True
    if each.rule == "difference" and any(_of_another(place, claim) for place in each.inputs):
        return True
    if each.rule == "difference" and (near.cues.less is False or not 0.02 < a.base / max(b.base, 1e-300) < 50):
        return True
    if claim.figure.kind == "factor" and a.figure.kind == b.figure.kind == "factor":
        return True
    return _bare(a) and _bare(b) and not against(a, b) and not a.words & b.words


def _of_another(place: Place, claim: Place) -> bool:
    """Whether a figure counts what the claim does not."""
    nouns = [{singular(word) for word in each.figure.noun.split(" ")} for each in (place, claim)]
    return bool(place.figure.noun and claim.figure.noun) and not nouns[0] & nouns[1]


def _factor_of(place: Place) -> bool:
    """Whether a bare number plainly multiplies, as in "3 at $40" and "eight of them"."""
    return _MULTIPLIES.match(place.after) is not None


_MULTIPLIES = re.compile(r"\s(?:at|of|by|times|such|for|with)\b")


def _bare(place: Place) -> bool:
    figure = place.figure
    return figure.kind == "amount" and not (figure.unit or figure.per or figure.noun)


def contrasted(each: Candidate, claim: Place) -> bool:
    """Whether a contrast stands between the last input of a formula and the claim."""
    return _CONTRAST.search(_between(each.inputs, claim)) is not None


def _between(inputs: tuple[Place, ...], claim: Place) -> str:
    """Return the text from the last input to the claim, within the claim's sentence."""
    ends = [
        each.figure.end for each in inputs if each.sentence == claim.sentence and each.figure.end <= claim.figure.start
    ]
    return claim.line.text[max(ends, default=0) : claim.figure.start]


def is_loose(place: Place, claim: Place) -> bool:
    """Whether a figure is only bounded, or comes after the claim."""
    return place.figure.hedge in ("over", "under") or place.figure.ranged or later(place, claim)


def later(place: Place, claim: Place) -> bool:
    """Whether a figure comes after the claim in its sentence, and is not set there as its base or term."""
    if place.sentence != claim.sentence or place.figure.start < claim.figure.start:
        return False
    text = claim.line.text[claim.figure.end : place.figure.start]
    return _BASE.fullmatch(text) is None and not (place.figure.unit in ("s", "month") and _TERM_OF.fullmatch(text))


_TERM_OF = re.compile(r"(?:\s[a-z]+){0,2}\s(?:in|over|for|during|within)\s(?:an?\s|the\s|that\s)?")
_BASE = re.compile(r"[^.;:()]{0,40}\b(?:on|over|than|from|of|against|above|below)\s[^.;:()]{0,20}")
