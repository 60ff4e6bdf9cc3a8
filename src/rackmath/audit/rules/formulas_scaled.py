"""Formulas for an amount times or over a share, a factor or a PUE."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from rackmath.audit.quantity import MONEY, seconds_of
from rackmath.audit.rules.cues import changing
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import pair
from rackmath.audit.rules.setting import Place, words_of


def scaled(near: Near) -> Iterator[Candidate]:
    """Yield an amount times or over a share or a factor, and an amount that grows."""
    cues, claim = near.cues, near.claim
    text = near.text
    if _RUN_RATE.search(claim.line.text):
        yield from _run_rates(near)
    yield from _chained(near)
    off = any(word in text for word in ("off", "discount", "cut", "less", "cheaper", "rebate"))
    for base in near.places:
        told = pair(base, claim) if base.figure.kind == "amount" else None
        if not told or base.figure.unit == "month":
            continue
        ratio = told[0] / told[1]
        for by in near.places:
            pue = by.overhead and not by.figure.unit
            if pue and _things(base) != _things(claim):
                continue  # what is for one may be told for several next
            if (
                by is base
                or not (pue or by.figure.kind in ("share", "factor"))
                or (by.figure.kind == "share" and by.periods)
            ):
                continue
            score = 0.6 + cues.tie - near.far(base, by) - 0.5 * told[2]
            if pue:
                over = 1.6 if _IT.search(claim.after[:30]) else -0.4
                yield Candidate("overhead", score + over, (base, by), _over_by(ratio), "power ÷ PUE")
                yield Candidate("overhead", score + 0.6 - over, (base, by), _by(ratio), "power × PUE")
                continue
            if by.figure.kind == "factor":
                yield Candidate("scaled", score + 0.3, (base, by), _by(ratio), "base × factor")
                yield Candidate("scaled", score - 0.2, (base, by), _over_by(ratio), "base ÷ factor")
                continue
            used = _used(by, base, near)
            yield Candidate(
                "utilised", score + (1.2 if used else -0.9), (base, by), _over_by(ratio * 100), "base ÷ share"
            )
            if used and base.figure.unit in MONEY and _at_full(by, base):
                continue  # the price of a unit is never less for what is idle
            cut = changing(by)
            saved = cut and off and _SAVES.search(claim.before[-24:]) is not None
            of = 1.9 if saved else 0.9 if _share_of(by, base) else -0.3
            yield Candidate("share", score + of - (0.8 if cut else 0), (base, by), _by(ratio / 100), "base × share")
            yield Candidate(
                "discount",
                score + (-1.4 if saved else 1.1 if cut and off else -0.8),
                (base, by),
                _less(ratio),
                "base × (1 − share)",
            )
            rest = 0.5 if "rest" in claim.lead.casefold() else -1.0
            yield Candidate("rest", score + rest, (base, by), _less(ratio), "base × (1 − share)")
            yield Candidate(
                "markup", score + (0.9 if cut and cues.up else -0.8), (base, by), _more(ratio), "base × (1 + share)"
            )
            yield Candidate("undone", score - 0.7, (base, by), _undone(ratio, True), "base ÷ (1 + share)")
            yield Candidate("undone", score - 0.8, (base, by), _undone(ratio, False), "base ÷ (1 − share)")


def _chained(near: Near) -> Iterator[Candidate]:
    """Yield a price after two discounts, one on the other."""
    cut = [each for each in near.before[-6:] if each.figure.kind == "share" and not each.periods and _off(each)]
    for first, second in pairwise(cut):
        for base in near.before[-8:]:
            told = pair(base, near.claim) if base.figure.kind == "amount" and base.figure.unit in MONEY else None
            if told:
                score = 1.6 + near.cues.tie - near.far(first, second) - 0.5 * near.cost[id(base)]
                written = "base × (1 − first) × (1 − second)"
                yield Candidate("discount", score, (base, first, second), _twice_less(told[0] / told[1]), written)


def _off(place: Place) -> bool:
    return changing(place) or _LESS.search(place.before[-24:]) is not None


_LESS = re.compile(r"\b(?:less|minus|discount of|rebate of|another|a further|further|then)\s(?:a\s|about\s)?\Z")


def _twice_less(ratio: float) -> Callable[..., float]:
    return lambda base, first, second: base * (1 - first / 100) * (1 - second / 100) * ratio


_SAVES = re.compile(
    r"\b(?:sav(?:es?|ed|ings? of)|(?:cut|reduction|discount|rebate) of|takes off|off by)\s(?:about |some )?\Z"
)
_RUN_RATE = re.compile(r"\b(?:annuali[sz]ed|run[- ]rate)\b", re.IGNORECASE)


def _run_rates(near: Near) -> Iterator[Candidate]:
    """Yield what a quarter, a month or a week makes in a year."""
    named = [each for each in ("quarter", "month", "week", "day") if each in near.text]
    for base in near.before[-8:]:
        told = pair(base, near.claim) if base.figure.kind == "amount" and not base.periods else None
        if not told or not base.figure.unit:
            continue
        for each in named:
            times = round(365 * 86400 / (seconds_of(each) or 1.0))
            score = 2.2 + near.cues.tie - near.far(base)
            ratio = told[0] / told[1] * times
            yield Candidate(
                "rate", score, (base,), lambda value, ratio=ratio: value * ratio, f"{base.figure.text} × {times}"
            )


_IT = re.compile(r"\b(?:IT|critical|computing|servers?)\b")


_USED = re.compile(
    r"\b(?:utili[sz]ation|utili[sz]ed|efficien\w+|occupancy|load|uptime|usage|busy|full|of capacity)\b", re.IGNORECASE
)


_AT_FULL = re.compile(r"\bat (?:full|100 ?%) ?(?:load|use|utili[sz]ation|capacity|booking)?\b")


def _things(place: Place) -> set[str]:
    """Return what a figure is per, other than periods."""
    return {each for each in place.figure.per if not seconds_of(each)}


def _used(by: Place, base: Place, near: Near) -> bool:
    """Whether a share says how much of something is used, or stands where one that did stood before."""
    if _USED.search(by.after[:30]) or _USED.search(by.before[-30:]):
        return True
    told = near.told is not None and near.told.rule == "utilised"
    return _at_full(by, base) or (told and by.lead.strip() in AT)


AT = ("At", "At only", "At just")


def _at_full(by: Place, base: Place) -> bool:
    """Whether a figure is told for full use, and then what comes "at 62%"."""
    return by.lead.strip() in AT and _AT_FULL.search(base.line.text[base.figure.end : base.figure.end + 40]) is not None


def _share_of(by: Place, base: Place) -> bool:
    """Whether words say that a share is of a figure: "3 % of spend", "at 5.2 per cent the interest", "12 % of it"."""
    between = by.line.text[by.figure.end : base.figure.start] if by.sentence == base.sentence else ""
    if "," in between:
        return False
    match = _OF_WHAT.match(by.after)
    if match:
        what = words_of(match.group())
        return not what or bool(what & base.words) or by.figure.start < base.figure.start
    return _RATE.search(by.after[:40]) is not None or _RATE.search(by.before[-40:]) is not None


_OF_WHAT = re.compile(r"\s(?:of|on)\s[^,.;:()]{2,40}")


_RATE = re.compile(
    r"\b(?:interest|tax|fee|commission|levy|duty|rate|keeps?|takes?|royalty|margin|share)\b", re.IGNORECASE
)


def _by(ratio: float) -> Callable[..., float]:
    return lambda base, by: base * by * ratio


def _over_by(ratio: float) -> Callable[..., float]:
    return lambda base, by: base / by * ratio


def _less(ratio: float) -> Callable[..., float]:
    return lambda base, by: base * (1 - by / 100) * ratio


def _more(ratio: float) -> Callable[..., float]:
    return lambda base, by: base * (1 + by / 100) * ratio


def _undone(ratio: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda base, by: base / (1 + sign * by / 100) * ratio
