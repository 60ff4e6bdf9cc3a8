"""Comparisons in words: "more than the £15 of the plan", "the heat pump is cheaper", "so the cost per head fell"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rackmath.audit.finding import Finding
from rackmath.audit.passage import Line
from rackmath.audit.quantity import MONEY
from rackmath.audit.rules.pairs import pair
from rackmath.audit.rules.setting import Place, words_of
from rackmath.audit.rules.ways import FROM_TO, TO, akin, alike, said


def comparisons(section: list[Place], lines: dict[int, Line]) -> Iterator[Finding]:
    """Check what the sentences of a section say of two of its figures; `lines` are all sentences by number."""
    yield from _more_than_all(section)
    yield from _called_cheaper(section, lines)
    yield from _for_each(section, lines)
    for first, second in pairwise(section):
        if first.sentence == second.sentence and alike(first, second):
            yield from _compared(first, second)


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
            yield said(place.line, start, words, "wrong", 0.85, (place, place), told)


_FOR_EACH = re.compile(
    r"\b(?:costs?|price|spend|spending|revenue|income|takings|sales|payroll|bill|pay|wages?)\s(?:per|"
    r"for each)\s(?:[a-z-]+\s){1,3}?"
    r"(?:has\s|have\s|had\s)?(?:actually\s|thus\s|therefore\s|in fact\s)?(?P<word>(?P<up>rose|risen|went up|"
    r"gone up|climbed|"
    r"increased|grew|grown)|fell|fallen|dropped|went down|gone down|declined|decreased|shrank|shrunk)\b"
)
_UP_FROM = re.compile(r"[^.;]{0,40}\b(?:up|down) from\s(?:about |just |only )?\Z")


def _for_each(section: list[Place], lines: dict[int, Line]) -> Iterator[Finding]:
    """Check "so the cost per head fell" against the way of the cost and that of the heads, told just before."""
    moves = [(second, first) if _UP_FROM.fullmatch(second.before) else (first, second)
             for first, second in pairwise(section) if _moves(first, second)]  # fmt: skip
    for number in sorted({late.sentence + ahead for _, late in moves for ahead in (0, 1)}):
        line = lines.get(number)
        match = _FOR_EACH.search(line.text) if line else None
        if line is None or match is None or _UNSURE.search(line.text[: match.end()]):
            continue
        near = [
            move
            for move in moves
            if 0 <= number - move[1].sentence <= 2
            and move[0].line.heading == line.heading
            and (move[1].sentence < number or max(each.figure.end for each in move) < match.start())
        ]
        money = [move for move in near if move[0].figure.unit in MONEY]
        counts = [move for move in near if move[0].figure.unit not in (*MONEY, "s", "month")]
        if not money or not counts:
            continue
        (spent, now), (few, many) = money[-1], counts[-1]
        change = _growth(spent, now) / _growth(few, many) - 1
        if abs(change) < LEAST:
            continue
        holds = (change > 0) == (match["up"] is not None)
        told = (
            f"{spent.figure.text} over {few.figure.text} to {now.figure.text} over {many.figure.text} is a "
            f"{'rise' if change > 0 else 'fall'} of {abs(change):.1%}"
        )
        yield _held(line, match.start("word"), match["word"], 0.83, (spent, now), told, holds=holds)


LEAST = 0.01
"""Change of a ratio from which its direction is told."""


def _growth(first: Place, second: Place) -> float:
    """Return by what one figure has to be multiplied to give the other, where a unit may be said only once."""
    factors = pair(first, second)
    assert factors is not None
    return second.figure.value * factors[1] / (first.figure.value * factors[0])


def _moves(first: Place, second: Place) -> bool:
    """Whether two figures are the ends of one way: "from A to B", "B, up from A"."""
    if first.sentence != second.sentence or first.figure.kind != "amount" or not alike(first, second):
        return False
    if min(first.figure.low, second.figure.low) <= 0:
        return False
    ways = FROM_TO.search(first.before) is not None and TO.fullmatch(second.before) is not None
    return ways or _UP_FROM.fullmatch(second.before) is not None


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
        holds = cheaper == (match["word"] in ("cheaper", "less expensive"))
        told = f"{own.figure.text} is {'less' if cheaper else 'more'} than {other.figure.text}"
        yield _held(line, match.start("word"), match["word"], 0.82, (other, own), told, holds=holds)


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
    if min(first.figure.low, second.figure.low) <= 0 or _DENIED.search(line.text) or not akin(first, second):
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
    told = f"{first.figure.text} is {'more' if above else 'less'} than {second.figure.text}"
    holds = above == (name == "up")
    yield _held(line, place + match.start(name), word, 0.85, (second, first), told, holds=holds)


def _held(
    line: Line, place: int, word: str, confidence: float, two: tuple[Place, Place], told: str, *, holds: bool
) -> Finding:
    """Return the finding that a word holds against two figures, or does not."""
    end = f"as {word!r} says." if holds else f"but the text says {word!r}."
    return said(line, place, word, "holds" if holds else "wrong", confidence, two, f"{told}, {end}")
