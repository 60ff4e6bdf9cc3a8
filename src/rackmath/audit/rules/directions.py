"""Conclusions about a direction that the figures contradict: "204 this year, 231 the year before, so it is rising"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.passage import Line
from rackmath.audit.quantity import MONEY
from rackmath.audit.rules.comparisons import comparisons
from rackmath.audit.rules.pairs import pair
from rackmath.audit.rules.setting import Place
from rackmath.audit.rules.ways import FROM_TO, TO, akin, alike, said

_NOW = re.compile(
    r"\b(?:this (?:year|month|week|quarter|season|time)(?:['’]s)?|now|today|currently|at present|these days|"
    r"latest|most recent)\b",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:last (?:year|month|week|quarter|season|spring|summer|autumn|fall|winter)|"
    r"(?:the )?(?:year|month|week|quarter|season) (?:before|"
    r"earlier)|ago|previous(?:ly)?|"
    r"then|earlier|before that|formerly)\b",
    re.IGNORECASE,
)
_THEN_FIRST = re.compile(
    r"(?:Last|The previous) (?:year|month|week|quarter|season)\b|"
    r"(?:A|The) (?:year|month|quarter|season) (?:ago|before|earlier)\b|"
    r"(?:Before that|Previously|Formerly)\b"
)
_RISING = re.compile(
    r"\b(?:is|are|was|were|be|been|have|has|keeps?|kept|remains?|an?|the|steadily|still|"
    r"clearly)\s(?:[a-z]+\s){0,2}?(?P<word>rising|growing|climbing|increasing|risen|grown|climbed|gone up|"
    r"swelling|going up|on the rise|upward|getting (?:larger|bigger|longer|dearer|slower|worse))\b",
    re.IGNORECASE,
)
_FALLING = re.compile(
    r"\b(?:is|are|was|were|be|been|have|has|keeps?|kept|remains?|an?|the|steadily|still|"
    r"clearly)\s(?:[a-z]+\s){0,2}?(?P<word>falling|shrinking|declining|fallen|shrunk|declined|dropped|gone down|"
    r"decreasing|dropping|going down|downward|on the decline|getting (?:smaller|shorter|cheaper|faster|quicker))\b",
    re.IGNORECASE,
)
_PACE = re.compile(r"slower|faster|quicker|worse")
"""Words that say of a time that it is longer or shorter, and of a speed the other way round."""

_NOUN = re.compile(
    r"\s?[,:(—–]\s?(?:an?|the)\s(?:[a-z]+\s){0,2}?(?:(?P<up>rise|increase|growth|gain|jump|surge|uplift|"
    r"climb)|(?P<down>fall|drop|decline|"
    r"decrease|cut|reduction|saving|slump|dip))\b"
)


_PRICED = re.compile(
    r"[^.;:]{0,80}?\b(?:so|which|thus|hence|therefore|making|making it|thereby)\b(?![^.;:]{0,80}\b(?:not|than|"
    r"if|would)\b)[^.;:]{0,60}?\b"
    r"(?:(?P<up>dearer|costlier|more expensive)|(?P<down>cheaper|less expensive))\b"
)
"""What a sentence concludes from the way of a price."""


def directions(lines: Sequence[Line], figures: Iterable[list[Place]]) -> Iterator[Finding]:
    """Check what a note says of the direction in which two figures go; `figures` are those of its sections."""
    text = dict(enumerate(lines))
    for section in figures:
        yield from _concluded(section, text)
        yield from comparisons(section, text)
        for first, second in pairwise(section):
            if not alike(first, second):
                continue
            if first.sentence == second.sentence:
                yield from _trend(first, second, text)
                yield from _apposed(first, second)
            elif second.sentence == first.sentence + 1 and first.paragraph == second.paragraph:
                yield from _trend_of_two(first, second)


def _ways(text: str) -> list[tuple[re.Match[str], bool]]:
    """Return the words that say that something rises, or falls, and whether it is up."""
    return [(match, up) for pattern, up in ((_RISING, True), (_FALLING, False)) if (match := pattern.search(text))]


def _concluded(section: list[Place], lines: dict[int, Line]) -> Iterator[Finding]:
    """Check what a sentence without figures concludes from two figures of different years told before it."""
    years = _years(section)
    dated = [(each, year) for each in section if each.figure.kind == "amount" and (year := years.get(each.sentence))]
    for at, (last, when) in enumerate(dated):
        after = lines.get(last.sentence + 1)
        if after is None or after.heading != last.line.heading or any(letter.isdigit() for letter in after.text):
            continue
        if at + 1 < len(dated) and dated[at + 1][0].sentence == last.sentence:
            continue
        told = _ways(after.text)
        if len(told) != 1 or "not " in after.text:
            continue
        other = _other_year(dated, at)
        if other is None or not akin(other[0], last):
            continue
        early, late = (other[0], last) if other[1] < when else (last, other[0])
        match, up = told[0]
        yield _told(early, late, after, match.start("word"), match["word"], up, 0.82)


def _other_year(dated: list[tuple[Place, float]], at: int) -> tuple[Place, float] | None:
    """Return the nearest figure before one that is like it and of another year."""
    last, when = dated[at]
    for each, year in map(dated.__getitem__, range(at - 1, -1, -1)):
        if last.sentence - each.sentence >= APART:
            break
        if year != when and each.figure.unit and alike(each, last):
            return each, year
    return None


APART = 6
"""Sentences between two figures of different years that a conclusion may rest on."""


def _years(section: list[Place]) -> dict[int, float]:
    """Return the years of the sentences that name just one."""
    named: dict[int, set[float]] = {}
    for each in section:
        if each.figure.kind == "year":
            named.setdefault(each.sentence, set()).add(each.figure.value)
    return {sentence: next(iter(years)) for sentence, years in named.items() if len(years) == 1}


def _trend(first: Place, second: Place, lines: dict[int, Line]) -> Iterator[Finding]:
    """Check "A last year, B this year", and what the same or the next sentence concludes."""
    when = [_time(first, second), _time(second, None)]
    if sorted(when) == [-1, 0]:
        when = [each or 1 for each in when]  # "19 hours, last autumn 26": what has no time is of now
    if sorted(when) != [-1, 1]:
        return
    early, late = (first, second) if when[0] < 0 else (second, first)
    timed = not {first.figure.unit, second.figure.unit}.isdisjoint(("s", "month"))
    after = second.line.text[second.figure.end :]
    following = lines.get(second.sentence + 1)
    texts = [(second.line, second.figure.end, after)]
    if (
        following
        and following.heading == second.line.heading
        and not any(each.isdigit() for each in following.text[:90])
    ):
        texts.append((following, 0, following.text[:160]))
    for line, start, text in texts:
        for match, up in _ways(text):
            if "not " not in match.group() and (timed or not _PACE.search(match["word"])):
                place = start + match.start("word")
                yield _told(early, late, line, place, match["word"], up, 0.82)
                return


def _trend_of_two(first: Place, second: Place) -> Iterator[Finding]:
    """Check "It earns A. Last year it was B, so …"."""
    if not _THEN_FIRST.match(second.line.text) or _THEN.search(first.line.text) or not akin(first, second):
        return
    after = second.line.text[second.figure.end :]
    for match, up in _ways(after):
        if "not " not in after:
            yield _told(second, first, second.line, second.figure.end + match.start("word"), match["word"], up, 0.82)


def _time(place: Place, following: Place | None) -> int:
    """Return -1 for a figure of an earlier time, 1 for one of now, and 0 where that is not said."""
    end = following.figure.start if following else len(place.line.text)
    after = re.split(r"[,;]|\band\b", place.line.text[place.figure.end : min(end, place.figure.end + 60)])[0]
    before = place.before[-24:]
    for text in (after, before):
        if _THEN.search(text):
            return -1
        if _NOW.search(text):
            return 1
    return 0


def _apposed(first: Place, second: Place) -> Iterator[Finding]:
    """Check "from A to B, a decline of …"."""
    if not FROM_TO.search(first.before) or not TO.fullmatch(second.before):
        return
    match = _NOUN.match(second.after)
    if match is None and first.figure.unit in MONEY:
        match = _PRICED.match(second.after)
    if match:
        word = match["up"] or match["down"]
        place = second.figure.end + match.start("up" if match["up"] else "down")
        yield _told(first, second, second.line, place, word, match["up"] is not None, 0.85)


def _told(early: Place, late: Place, line: Line, place: int, word: str, up: bool, confidence: float) -> Finding:
    factors = pair(early, late)
    assert factors is not None
    rises = late.figure.value * factors[1] > early.figure.value * factors[0]
    verdict: Verdict = "holds" if rises == up else "wrong"
    told = f"From {early.figure.text} to {late.figure.text} is a {'rise' if rises else 'fall'}"
    end = (
        f"as {word!r} says."
        if verdict == "holds"
        else f"but the text says {word!r}. Are the two figures the wrong way round?"
    )
    return said(line, place, word, verdict, confidence, (early, late), f"{told}, {end}")
