"""Figures of one thing that cannot all be true: said in two places, in like words and scope, with ranges apart.

Two statements are held against each other when their clauses share most of their rare words, name the same names,
speak of the same years or none, and agree in the words that set a scope (median or peak, input or output). What remains
apart after rounding and hedges is a conflict. Everything else is left alone: a missed one costs less than a false one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from rackmath.audit.bounds import accepted
from rackmath.audit.finding import Finding, Statement
from rackmath.audit.listed import listed
from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity, quantities, singular
from rackmath.audit.read import Matter, Note

MOST_TOGETHER = 80
"""Statements that share a rare word and are compared with each other; commoner words bring none together."""

LEAST_LIKE = 0.42
"""Share of the weight of the words that two clauses must have in common."""

LEAST_WIDE = 0.25
"""The same, of the longer clause."""

_WORD = re.compile(r"[^\W\d_][\w'’.+/-]*[\w+]|[^\W\d_]")
_CLAUSE = re.compile(
    r";|:\s|—|\s–\s|\s-\s|,\s(?:and|but|while|which|where|with)\s|\(|\)|\b(?:while|whereas|but|although)\b"
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b(?:[A-Z][\w.+-]{0,40}\w|[a-z]{1,12}\d[\w.-]{0,20})")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_STOP = listed(
    """a an and are as at be been being but by can could did do does for from had has have if in into is it its may
might of on or our over so some such than that the their them then there these they this those to under was we
were what when where which who will with would about around roughly approximately nearly almost up down more
most less least very also still just only even now not no each every per all any other new one two three its you
your he she his her according reports report reported says said say found shows show showed per cent percent
typical typically versus"""
)
_SCOPES = (
    frozenset({"linear", "accelerated"}),
    listed("""median mean average peak maximum minimum total cumulative marginal typical best worst top bottom"""),
    listed("input output cached blended read write"),
    listed("before after initial final first last previous next current former target planned actual"),
    listed("spot reserved on-demand list sticker effective discounted committed batch retail wholesale"),
    frozenset({"training", "inference", "prefill", "decode"}),
    listed("annual monthly daily hourly weekly quarterly annualised annualized yearly"),
    frozenset({"small", "large", "medium", "big"}),
    frozenset({"low", "high"}),
    frozenset({"urban", "rural"}),
    frozenset({"summer", "winter", "spring", "autumn"}),
    frozenset({"import", "export", "imports", "exports"}),
    frozenset({"gross", "net"}),
    listed("adult adults child children men women"),
    frozenset({"north", "south", "east", "west"}),
    frozenset({"idle", "active", "busy"}),
    frozenset({"day", "night", "weekday", "weekend"}),
    frozenset({"lower", "upper"}),
)


_SCOPE_WORDS: frozenset[str] = frozenset().union(*_SCOPES)


@dataclass(frozen=True)
class _Sentence:
    """A sentence with what it names: its clauses' borders, names, years, words of scope, and first word."""

    note: Note
    place: int
    line: Line
    cuts: tuple[int, ...]
    names: frozenset[str]
    years: frozenset[str]
    scope: frozenset[str]
    subject: str
    every: frozenset[str]


@dataclass(frozen=True)
class _Said:
    """A figure with the words that say what it is of.

    `near` are the words next to it, `conditions` the figures of other units in its clause, `values` those like it in
    the sentence.
    """

    sentence: _Sentence
    figure: Quantity
    words: frozenset[str]
    near: frozenset[str]
    conditions: frozenset[tuple[str, float]]
    values: tuple[Quantity, ...]


def conflicts(matter: Matter) -> list[Finding]:
    """Return the groups of statements that contradict each other, the surest first."""
    said = [each for each in _said(matter) if len(each.words) >= 3]
    weight = _weights(said)
    pairs = _pairs(said, weight)
    return sorted(_groups(pairs), key=lambda each: -each.confidence)


def _said(matter: Matter) -> Iterable[_Said]:
    place = 0
    for note in matter.notes:
        for line in note.lines:
            place += 1
            found = quantities(line.text)[:40]
            if not found:
                continue
            sentence = _sentence(note, place, line)
            for each in found:
                if (
                    each.kind in ("year", "points")
                    or each.worded
                    or (each.unit == "" and each.kind == "amount" and not each.noun)
                ):
                    continue
                yield _about(sentence, found, each)


MOST_CLAUSE = 240
"""Letters to each side of a figure that say what it is of."""


def _about(sentence: _Sentence, found: list[Quantity], each: Quantity) -> _Said:
    text, cuts = sentence.line.text, sentence.cuts
    start = max(cut for cut in cuts if cut <= each.start)
    end = min((cut for cut in cuts if cut >= each.end), default=len(text))
    if end - start < 40:  # a clause of a few words says too little by itself
        start = max((cut for cut in cuts if cut < start), default=0)
    for other in found:
        if other.end <= each.start and other.kind != "year" and other.unit == each.unit:
            start = max(start, other.end)
        if other.start >= each.end and other.kind != "year" and other.unit == each.unit:
            end = min(end, other.start)
    start, end = max(start, each.start - MOST_CLAUSE), min(end, each.end + MOST_CLAUSE)
    return _Said(
        sentence=sentence,
        figure=each,
        words=_words(f"{text[start : each.start]} \u0000 {text[each.end : end]}"),
        near=_words(text[max(start, each.start - 45) : each.start]) | _words(text[each.end : min(end, each.end + 45)]),
        conditions=frozenset(
            (other.unit, round(other.value, 9))
            for other in found
            if other.unit not in ("", each.unit) and other.kind != "year" and start <= other.start < end
        ),
        values=tuple(other for other in found if other.like(each)),
    )


def _sentence(note: Note, place: int, line: Line) -> _Sentence:
    text = line.text
    words = {match.group().casefold() for match in _WORD.finditer(text)}
    return _Sentence(
        note=note,
        place=place,
        line=line,
        cuts=(0, *(match.start() for match in _CLAUSE.finditer(text)), len(text)),
        names=frozenset(match.group().strip(".").casefold() for match in _NAME.finditer(text)),
        years=frozenset(_YEAR.findall(text)),
        scope=frozenset(words & _SCOPE_WORDS),
        subject=_subject(text),
        every=_words(text),
    )


def _subject(text: str) -> str:
    """Return the first word of a sentence that says something."""
    for match in _WORD.finditer(text[:120]):
        word = singular(match.group().casefold().strip(".'’"))
        if match.group().casefold() not in _STOP and len(word) > 2:
            return word
    return ""


def _words(text: str) -> frozenset[str]:
    return frozenset(
        singular(word)
        for word in (match.group().casefold().strip(".'’") for match in _WORD.finditer(text))
        if word not in _STOP and len(word) > 2
    )


def _weights(said: list[_Said]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for words in {(each.sentence.place, each.words) for each in said}:
        counts.update(words[1])
    whole = max(len(said), 2)
    return {word: log(whole / count) + 0.5 for word, count in counts.items()}


def _pairs(said: list[_Said], weight: dict[str, float]) -> list[tuple[float, _Said, _Said]]:
    buckets: dict[tuple[str, str, tuple[str, ...], str], list[int]] = defaultdict(list)
    for at, each in enumerate(said):
        for word in each.words:
            buckets[word, each.figure.unit, each.figure.per, each.figure.kind].append(at)
    seen: set[tuple[int, int]] = set()
    found = []
    for members in buckets.values():
        if len(members) < 2 or len(members) > MOST_TOGETHER:
            continue
        for i, first in enumerate(members):
            for second in members[i + 1 :]:
                if (first, second) in seen:
                    continue
                seen.add((first, second))
                likeness = _likeness(said[first], said[second], weight)
                if likeness:
                    found.append((likeness, said[first], said[second]))
    return sorted(found, key=lambda pair: -pair[0])


def _likeness(a: _Said, b: _Said, weight: dict[str, float]) -> float:
    """Return how alike two statements are in what they are about, or 0 where they do not contradict each other."""
    if a.sentence.place == b.sentence.place or a.sentence.line.text == b.sentence.line.text:
        return 0.0
    if not _apart(a.figure, b.figure):
        return 0.0
    if a.sentence.subject not in b.sentence.every and b.sentence.subject not in a.sentence.every:
        return 0.0
    if any(not _differ(a.figure, other) for other in b.values) or any(
        not _differ(b.figure, other) for other in a.values
    ):
        return 0.0  # the other text has this figure too, of something else or under another condition
    units = {unit for unit, _ in a.conditions} & {unit for unit, _ in b.conditions}
    if any(
        {value for unit, value in a.conditions if unit == each}.isdisjoint(
            value for unit, value in b.conditions if unit == each
        )
        for each in units
    ):
        return 0.0  # told of different conditions: "at 5 years" and "at 3 years"
    common = a.words & b.words
    least = 2 if a.figure.unit in ("s", "month") else 1
    if len(common - a.sentence.names - b.sentence.names) < 2:
        return 0.0  # what is measured must be named too, not only whose it is
    if len(common) < 3 or len(a.near & b.near) < least:
        return 0.0
    if a.figure.unit == "" and not set(_nouns(a.figure)) & set(_nouns(b.figure)):
        return 0.0
    if (
        a.sentence.years != b.sentence.years
        and a.sentence.years
        and b.sentence.years
        and not a.sentence.years & b.sentence.years
    ):
        return 0.0
    apart = a.sentence.scope ^ b.sentence.scope
    if any(apart & group and (a.sentence.scope & group or b.sentence.scope & group) for group in _SCOPES):
        return 0.0
    if (a.sentence.names or b.sentence.names) and not a.sentence.names & b.sentence.names:
        return 0.0
    if len(a.sentence.names ^ b.sentence.names) > 2 + len(a.sentence.names & b.sentence.names):
        return 0.0
    shared = sum(weight[word] for word in common)
    likeness = shared / min(sum(weight[word] for word in a.words), sum(weight[word] for word in b.words))
    wide = shared / max(sum(weight[word] for word in a.words), sum(weight[word] for word in b.words))
    return likeness if likeness >= LEAST_LIKE and wide >= LEAST_WIDE else 0.0


def _nouns(figure: Quantity) -> list[str]:
    return [singular(word) for word in figure.noun.split(" ")]


def _differ(a: Quantity, b: Quantity) -> bool:
    (low, high), (other_low, other_high) = accepted(a), accepted(b)
    return high < other_low or low > other_high


def _apart(a: Quantity, b: Quantity) -> bool:
    if not _differ(a, b):
        return False
    small, large = sorted((a.value, b.value))
    return small > 0 and 1.02 < large / small < 1000


def _groups(pairs: list[tuple[float, _Said, _Said]]) -> list[Finding]:
    """Join pairs that share a statement, and tell each group."""
    group: dict[tuple[int, int], int] = {}
    members: dict[int, list[_Said]] = {}
    scores: dict[int, list[float]] = defaultdict(list)
    for likeness, a, b in pairs:
        keys = (a.sentence.place, a.figure.start), (b.sentence.place, b.figure.start)
        known = [group[key] for key in keys if key in group]
        name = known[0] if known else len(members)
        members.setdefault(name, [])
        for key, each in zip(keys, (a, b), strict=True):
            if key not in group:
                group[key] = name
                members[name].append(each)
        scores[name].append(likeness)
    return [_told(members[name], scores[name]) for name in members if len(members[name]) > 1]


def _told(said: list[_Said], scores: list[float]) -> Finding:
    first, last = said[0], said[-1]
    shared = frozenset.intersection(*(each.words for each in said)) or first.words & last.words
    order = [
        word for word in _WORD.findall(first.sentence.line.text) if singular(word.casefold().strip(".'’")) in shared
    ]
    quantity = " ".join(dict.fromkeys(order))[:120]
    statements = tuple(
        Statement(
            each.sentence.note.title,
            each.figure.text,
            each.figure.low * each.figure.over,
            each.figure.high * each.figure.over,
            each.figure.unit_text,
            ", ".join(
                [*sorted(each.sentence.scope), *sorted(each.sentence.years), *(f"per {per}" for per in each.figure.per)]
            ),
            each.sentence.line.line,
            each.sentence.line.text[:400],
            each.sentence.note.urls[:8],
        )
        for each in said
    )
    notes = {each.sentence.note.title for each in said}
    hosts = [set(each.sentence.note.urls) for each in said]
    shared_source = any(a & b for i, a in enumerate(hosts) for b in hosts[i + 1 :]) and len(notes) > 1
    told = "; ".join(f"{each.figure.text} in {each.sentence.note.title!r}" for each in said[:4])
    why = (
        "They list a source in common, so one of them misreads it or it changed."
        if shared_source
        else (
            "Their scope is worded alike; if a date, a definition or a group of things differs, the text should say so."
        )
    )
    confidence = round(min(0.9, 0.35 + 0.5 * max(scores) + (0.05 if len(notes) > 1 else 0)), 2)
    return Finding(
        kind="conflict",
        rule="conflict",
        verdict="wrong" if confidence >= 0.85 and len(notes) > 1 else "ambiguous",
        confidence=confidence,
        note=first.sentence.note.title,
        path=first.sentence.line.path,
        line=first.sentence.line.line,
        start=first.sentence.line.start + first.figure.start,
        end=first.sentence.line.start + first.figure.end,
        claim=first.sentence.line.text[:600],
        explanation=f"On {quantity!r} the text says {told}. {why}",
        unit=first.figure.unit_text,
        quantity=quantity,
        statements=statements,
    )
