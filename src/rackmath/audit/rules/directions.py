"""Conclusions about a direction that the figures contradict: "204 this year, 231 the year before, so it is rising"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.passage import Line
from rackmath.audit.quantity import MONEY, Quantity
from rackmath.audit.rules.pairs import pair
from rackmath.audit.rules.setting import Place, words_of

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

_FROM_TO = re.compile(r"\bfrom\s(?:about |just |some |only )?\Z")
_TO = re.compile(r"[^.;]{0,60}?\b(?:to)\s(?:about |just |some |only )?\Z")
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
        yield from _more_than_all(section)
        yield from _called_cheaper(section, text)
        for first, second in pairwise(section):
            if not _alike(first, second):
                continue
            if first.sentence == second.sentence:
                yield from _trend(first, second, text)
                yield from _apposed(first, second)
                yield from _compared(first, second)
            elif second.sentence == first.sentence + 1 and first.paragraph == second.paragraph:
                yield from _trend_of_two(first, second)


_ALL = re.compile(r"\s(?P<word>cheaper|lower|smaller|shorter|lighter)\b")


def _more_than_all(section: list[Place]) -> Iterator[Finding]:
    """Find what is said to be cheaper by all of its price, or by more."""
    for place in section:
        figure, match = place.figure, _ALL.match(place.after)
        if match and figure.kind == "share" and figure.low >= 100 and not figure.worded:
            told = (
                f"Nothing can be {figure.text} {match['word']}: that leaves nothing at all. "
                "What is twice as much one way is half, or 50 % less, the other."
            )
            start = figure.start
            words = place.line.text[start : figure.end + match.end()]
            yield _said(place.line, start, words, "wrong", 0.85, (place, place), told)


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
        if other is None or not _akin(other[0], last):
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
        if year != when and each.figure.unit and _alike(each, last):
            return each, year
    return None


APART = 6
"""Sentences between two figures of different years that a conclusion may rest on."""


def _akin(first: Place, second: Place) -> bool:
    """Whether two figures are of one size and per the same: what moves is rarely ten times what it was."""
    a, b = first.figure, second.figure
    return a.unit == b.unit and set(a.per) == set(b.per) and b.value > 0 and 0.2 < a.value / b.value < 5


def _years(section: list[Place]) -> dict[int, float]:
    """Return the years of the sentences that name just one."""
    named: dict[int, set[float]] = {}
    for each in section:
        if each.figure.kind == "year":
            named.setdefault(each.sentence, set()).add(each.figure.value)
    return {sentence: next(iter(years)) for sentence, years in named.items() if len(years) == 1}


def _alike(first: Place, second: Place) -> bool:
    a, b = first.figure, second.figure
    return pair(first, second) is not None and not (a.ranged or b.ranged or a.hedge or b.hedge) and a.value != b.value


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
    if not _THEN_FIRST.match(second.line.text) or _THEN.search(first.line.text) or not _akin(first, second):
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
    if not _FROM_TO.search(first.before) or not _TO.fullmatch(second.before):
        return
    match = _NOUN.match(second.after)
    if match is None and first.figure.unit in MONEY:
        match = _PRICED.match(second.after)
    if match:
        word = match["up"] or match["down"]
        place = second.figure.end + match.start("up" if match["up"] else "down")
        yield _told(first, second, second.line, place, word, match["up"] is not None, 0.85)


_CALLED = re.compile(
    r"(?P<who>(?:[A-Za-z-]{2,20}\s){1,4}?)(?:is|was|comes out|came out|turns out|works out|remains)\s"
    r"(?:(?:thus|therefore|still|now|even|clearly)\s)?(?:the\s)?(?P<word>cheaper|dearer|costlier|more expensive|"
    r"less expensive)\b(?:\sto\s(?:run|own|operate|buy|hire))?(?P<after>[^.;]{0,60})"
)
BACK = 5
"""Sentences back to which the two prices are looked for."""


def _called_cheaper(section: list[Place], lines: dict[int, Line]) -> Iterator[Finding]:
    """Check "the heat pump is cheaper to run" against the prices told before: its own, and the other one's."""
    prices = [each for each in section if each.figure.unit in MONEY and each.figure.low > 0 and not each.figure.hedge]
    for number in sorted({each.sentence + ahead for each in prices for ahead in (1, 2)}):
        line = lines.get(number)
        if line is None or line.heading != prices[0].line.heading or any(letter.isdigit() for letter in line.text):
            continue
        match = _CALLED.search(line.text)
        if match is None or _UNSURE.search(line.text):
            continue
        near = [each for each in prices if 0 < number - each.sentence <= BACK]
        who, than = words_of(match["who"]), words_of(match["after"]) if " than " in match["after"] else frozenset()
        own = next((each for each in reversed(near) if who & _label(each, lines)), None)
        if own is None or not who:
            continue
        others = [each for each in near if each is not own and _is_rival(each, own) and not who & _label(each, lines)]
        named = [each for each in others if than & _label(each, lines)]
        rivals = named or others
        if not rivals or (than and not named and len(others) > 1):
            continue
        other = rivals[-1]
        cheaper = own.figure.value < other.figure.value
        verdict: Verdict = "holds" if cheaper == (match["word"] in ("cheaper", "less expensive")) else "wrong"
        told = f"{own.figure.text} is {'less' if cheaper else 'more'} than {other.figure.text}"
        end = f"as {match['word']!r} says." if verdict == "holds" else f"but the text says {match['word']!r}."
        yield _said(line, match.start("word"), match["word"], verdict, 0.82, (other, own), f"{told}, {end}")


_UNSURE = re.compile(r"\b(?:not|never|no|if|would|could|should|unless|until|whether|wrong|than it)\b|n['’]t\b")
_GOES_ON = re.compile(r"(?:It|That|This|Over|At|For)\b")


def _label(place: Place, lines: dict[int, Line]) -> frozenset[str]:
    """Return the words of the sentence that say what a price is of; "It costs …" takes those of the one before."""
    told = words_of(place.line.text)
    before = lines.get(place.sentence - 1)
    if before and _GOES_ON.match(place.line.text) and before.heading == place.line.heading:
        told |= words_of(before.text)
    return told


def _is_rival(each: Place, own: Place) -> bool:
    """Whether two prices are of one sort and size, in sentences of their own."""
    first, second = each.figure, own.figure
    alike = first.unit == second.unit and (first.per == second.per or not first.per or not second.per)
    return alike and each.sentence != own.sentence and 0.2 < first.value / second.value < 5


_MORE = r"more|higher|greater|larger|longer|bigger|dearer|costlier|better paid"
_LESS = r"less|lower|smaller|shorter|cheaper|fewer"
_THAN = re.compile(
    rf"[^.;:()]{{0,60}}?(?:,|\b(?:is|are|was|were))\s(?:(?:still|well|far|much|even|clearly|slightly|a little|"
    rf"already|and thus|and so)\s)?"
    rf"(?:(?P<up>{_MORE})|(?P<down>{_LESS}))\sthan\s(?:(?:the|its|our|their|his|her|a|an)\s)?(?:[a-z-]+\s){{0,4}}\Z"
)
_VERB = re.compile(
    r"[^.;:()]{0,60}?\b(?:(?P<up>exceeds?|outweighs?|outstrips?|(?:(?:comfortably|easily|more than|just|"
    r"fully)\s)?covers?|tops)|"
    r"(?P<down>undercuts?|falls short of|is short of|stays (?:below|under)|is (?:below|under)))\s(?:the|its|our|"
    r"their|his|her)\s"
    r"(?:[a-z-]+\s){0,4}\Z"
)
_WHICH = re.compile(r",?\s(?:which|that)\s(?:the|its|our|their|his|her)\s\Z")
_COVERS = re.compile(r"\s(?:[a-z-]+\s){0,3}?(?P<up>covers?|exceeds?|outweighs?)\b")
_DENIED = re.compile(
    r"\b(?:not|never|no|nor|if|would|could|should|unless|until|when|whether|hardly|barely|nearly|almost|claims?|says?|said)\b|n['’]t\b"
)


def _compared(first: Place, second: Place) -> Iterator[Finding]:
    """Check "$14 is more than the $15 …", "£20, which the £16 covers" against the two figures."""
    line = first.line
    if min(first.figure.low, second.figure.low) <= 0 or _DENIED.search(line.text) or not _akin(first, second):
        return
    match = _THAN.fullmatch(second.before) or _VERB.fullmatch(second.before)
    if match:
        place = first.figure.end
    elif _WHICH.fullmatch(second.before) and (match := _COVERS.match(second.after)):
        first, second = second, first
        place = first.figure.end
    else:
        return
    name = "up" if match["up"] else "down"
    word = match[name]
    above = first.base > second.base
    verdict: Verdict = "holds" if above == (name == "up") else "wrong"
    told = f"{first.figure.text} is {'more' if above else 'less'} than {second.figure.text}"
    end = f"as {word!r} says." if verdict == "holds" else f"but the text says {word!r}."
    yield _said(line, place + match.start(name), word, verdict, 0.85, (second, first), f"{told}, {end}")


def _told(early: Place, late: Place, line: Line, place: int, word: str, up: bool, confidence: float) -> Finding:
    factors = pair(early, late)
    assert factors is not None
    rises = late.figure.value * factors[1] > early.figure.value * factors[0]
    verdict: Verdict = "holds" if rises == up else "wrong"
    told = f"From {_text(early.figure)} to {_text(late.figure)} is a {'rise' if rises else 'fall'}"
    end = (
        f"as {word!r} says."
        if verdict == "holds"
        else f"but the text says {word!r}. Are the two figures the wrong way round?"
    )
    return _said(line, place, word, verdict, confidence, (early, late), f"{told}, {end}")


def _said(
    line: Line, place: int, word: str, verdict: Verdict, confidence: float, two: tuple[Place, Place], explanation: str
) -> Finding:
    return Finding(
        kind="arithmetic",
        rule="direction",
        verdict=verdict,
        confidence=confidence,
        note=line.note,
        path=line.path,
        line=line.line,
        start=line.at(place),
        end=line.at(place + len(word) - 1) + 1,
        claim=" ".join(line.text.split())[:600],
        formula="sign(after − before)",
        inputs=(two[0].input("before"), two[1].input("after")),
        explanation=explanation,
    )


def _text(figure: Quantity) -> str:
    return figure.text
