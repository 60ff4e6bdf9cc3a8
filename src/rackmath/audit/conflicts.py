"""Figures of one thing that cannot all be true: said in two places, in like words and scope, with ranges apart.

Two statements are held against each other when they count or measure the same thing, their clauses share most of their
rare words (who says so is left out, and "it" is what the sentence before speaks of), they name the same names, speak of
the same years or none, under the same conditions, and agree in the words that set a scope (median or peak, planned or
actual). What remains apart after rounding and hedges is a conflict. Everything else is left alone: a missed one costs
less than a false one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log

from rackmath.audit.bounds import accepted
from rackmath.audit.finding import Finding, Statement
from rackmath.audit.listed import listed
from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity, period, quantities, singular
from rackmath.audit.read import Matter, Note
from rackmath.audit.rules.setting import is_name, is_row

MOST_TOGETHER = 80
"""Statements that share a rare word and are compared with each other; commoner words bring none together."""

LEAST_LIKE = 0.5
"""Share of the weight of the words that two clauses must have in common."""

LEAST_WIDE = 0.36
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
typically versus makes make made put puts give gives"""
)
_SAYERS = listed(
    """according author brochure claim claimed claims colleague consultation correction count counted counts data
    document draft earlier figure figures given leaflet list listed maker makers manager memo mention mentioned
    mentions newspaper note noted notebook notice noticed notes number numbers own page paper plan postscript quote
    quoted quotes readme reader reading record records regulator release remark report same section sheet slide slides
    source speak speaks spoke state stated states statement talk tell tells told version website write writes wrote
    interview local regional consultant spokesman chairman chief supplier again"""
)
_BACK = re.compile(r"(?:It|They|This|These|That|Those|He|She|Its|Their|Ours|Theirs)\b")
_OTHER_END = re.compile(
    r"\b(?:from|against|versus|vs\.?|than|compared (?:with|to)|instead of|rather than|not)\s(?:[a-z]+\s)?\Z"
)
_ONLY_IF = re.compile(
    r"\b(?:if|would|could|might|should|target|plan to|planned|expect(?:s|ed)?|forecast|propos(?:es|ed|al)|aim|"
    r"unless|assum\w+|suppose|"
    r"goal|used to|formerly|previously|until|last (?:year|month|season|quarter)\b(?!['’])|a year ago|"
    r"the year before|years ago|will)\b",
    re.IGNORECASE,
)
MOST_APART = 6.0
"""Values that differ by more than this factor are of different things, whatever the words."""
_SCOPES = (
    frozenset({"linear", "accelerated"}),
    listed("median peak maximum minimum cumulative marginal best worst percentile"),
    listed("input output cached blended read write"),
    listed("spot reserved on-demand list sticker effective discounted committed batch retail wholesale"),
    frozenset({"training", "inference", "prefill", "decode"}),
    listed("before after initial final previous next former target planned actual"),
    frozenset({"import", "export", "imports", "exports"}),
    frozenset({"gross", "net"}),
    listed("adult adults child children men women"),
    frozenset({"idle", "active", "busy"}),
    frozenset({"urban", "rural"}),
    listed("mean average total typical"),
    listed("annual monthly daily hourly weekly quarterly annualised annualized yearly"),
    frozenset({"small", "large", "medium", "big"}),
    frozenset({"low", "high"}),
    frozenset({"summer", "winter", "spring", "autumn"}),
    frozenset({"north", "south", "east", "west"}),
    frozenset({"day", "night", "weekday", "weekend"}),
    frozenset({"lower", "upper"}),
    frozenset({"old", "new"}),
    frozenset({"first", "second", "third", "last"}),
)
HARD = 11
"""Of so many of these, one side's silence is a difference too; of the others it only makes a conflict less sure."""


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
    subjects: frozenset[str]
    spoken: frozenset[str]


@dataclass(frozen=True)
class _Said:
    """A figure with the words that say what it is of.

    `conditions` are the figures of other units in its clause, `values` those like it in the
    sentence; `only_if` tells what is planned, supposed or past.
    """

    sentence: _Sentence
    figure: Quantity
    words: frozenset[str]
    conditions: frozenset[tuple[str, float]]
    values: tuple[Quantity, ...]
    only_if: bool
    scope: frozenset[str]

    @property
    def place(self) -> int:
        """Where the figure starts in the note's text."""
        return self.sentence.line.start + self.figure.start


def conflicts(matter: Matter, known: Iterable[Finding] = ()) -> list[Finding]:
    """Return the groups of statements that contradict each other, the surest first.

    Parameters
    ----------
    matter
        What was read.
    known
        What the arithmetic found: a share or a change that follows from figures beside it must say more of what it is.
    """
    follows = {
        (each.note, each.line, each.start)
        for each in known
        if each.kind == "arithmetic"
        and each.verdict in ("holds", "rounds")
        and each.rule in ("share", "change", "rest")
    }
    said = [
        each
        for each in _said(matter)
        if len(each.words) >= (3 if (each.sentence.note.title, each.sentence.line.line, each.place) in follows else 2)
    ]
    weight = _weights(said)
    pairs = _pairs(said, weight)
    return sorted(_groups(pairs), key=lambda each: -each.confidence)


def _said(matter: Matter) -> Iterable[_Said]:
    place = 0
    for note in matter.notes:
        before: _Sentence | None = None
        for line in note.lines:
            place += 1
            found = [] if is_row(line.text) else quantities(line.text)[:40]
            if not found:
                before = _sentence(note, place, line, before.subjects if before else frozenset())
                continue
            back = before.subjects if before and before.line.heading == line.heading else frozenset()
            sentence = before = _sentence(note, place, line, back)
            for read in found:
                each = _with_noun(line.text, read)
                if (
                    each.kind in ("year", "points", "factor")
                    or each.worded
                    or is_name(line.text, each)
                    or _OTHER_END.search(line.text[max(0, each.start - 26) : each.start])
                    or (each.unit == "" and each.kind == "amount" and not each.noun)
                ):
                    continue
                yield _about(sentence, found, each)


_NOUN_OF = re.compile(r"\b(?P<noun>[a-z]{3,20})\sof\s(?:about |some |only |just )?\Z")


def _with_noun(text: str, figure: Quantity) -> Quantity:
    """Return a bare count with what it counts: the gate of "a gate of 30,780"."""
    if figure.unit or figure.noun or figure.kind != "amount":
        return figure
    match = _NOUN_OF.search(text[max(0, figure.start - 34) : figure.start])
    return replace(figure, noun=match["noun"]) if match else figure


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
        words=_words(f"{text[start : each.start]} \u0000 {each.noun} {' '.join(each.per)} {text[each.end : end]}")
        | sentence.spoken,
        conditions=frozenset(
            (other.unit or other.noun.split(" ")[0], round(other.value, 9))
            for other in found
            if (other.unit or other.noun)
            and not (other.like(each) and other.noun == each.noun)
            and other.kind != "year"
            and start - 120 <= other.start < end + 120
        ),
        values=tuple(other for other in found if other.like(each)),
        only_if=_ONLY_IF.search(text, max(0, start - 20), end) is not None,
        scope=frozenset(match.group().casefold() for match in _WORD.finditer(text, start, end)) & _SCOPE_WORDS,
    )


def _sentence(note: Note, place: int, line: Line, back: frozenset[str]) -> _Sentence:
    text = line.text
    pronoun = _BACK.match(text) is not None
    subjects = back if pronoun else _subjects(text)
    return _Sentence(
        note=note,
        place=place,
        line=line,
        cuts=(0, *(match.start() for match in _CLAUSE.finditer(text)), len(text)),
        names=frozenset(match.group().strip(".").casefold() for match in _NAME.finditer(text)),
        years=frozenset(_YEAR.findall(text)),
        subjects=subjects,
        spoken=subjects if pronoun else frozenset(),
    )


def _subjects(text: str) -> frozenset[str]:
    """Return the first words of a sentence that say what it is about."""
    found = [word for match in _WORD.finditer(text[:90]) if (word := _stem(match.group())) not in _STOP | _SAYERS]
    return frozenset(word for word in found[:3] if len(word) > 2)


def _words(text: str) -> frozenset[str]:
    return frozenset(
        stem
        for match in _WORD.finditer(text)
        if (word := match.group().casefold().strip(".'’")) not in _STOP
        and word not in _SAYERS
        and len(word) > 2
        and (stem := _stem(word)) not in _SAYERS
    )


def _stem(word: str) -> str:
    """Return a word without its endings, roughly: passed, passes and pass are one."""
    word = singular(word.casefold().strip(".'’").removesuffix("'s").removesuffix("’s"))
    for ending in ("ing", "ed", "y"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word.removesuffix("e") if len(word) > 4 else word


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
            buckets[word, each.figure.unit, _periods(each.figure), each.figure.kind].append(at)
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


_BUT = re.compile(r"\b(?:while|whereas|but|although|yet|elsewhere)\b")


def _contrast(a: _Said, b: _Said) -> bool:
    """Whether one sentence sets two statements of one thing against each other."""
    first, second = sorted((a.figure, b.figure), key=lambda each: each.start)
    return len(a.words & b.words) > 1 and _BUT.search(a.sentence.line.text, first.end, second.start) is not None


def _periods(figure: Quantity) -> tuple[str, ...]:
    return tuple(each for each in figure.per if period(each))


def _per_one_thing(a: _Said, b: _Said) -> bool:
    """Whether two figures are per the same: "each" is per head, and what is left out may stand in the words."""
    ones = {"head", "person", "capita", "each"}
    first = {each for each in a.figure.per if each not in ones}
    second = {each for each in b.figure.per if each not in ones}
    return first == second or all(
        _stem(each) in a.words & b.words or _stem(each) in a.words | b.words for each in first ^ second
    )


def _likeness(a: _Said, b: _Said, weight: dict[str, float]) -> float:
    """Return how alike two statements are in what they are about, or 0 where they do not contradict each other."""
    if a.sentence.line.text == b.sentence.line.text and not (a.sentence.place == b.sentence.place and _contrast(a, b)):
        return 0.0
    if not _apart(a.figure, b.figure) or a.only_if != b.only_if or not _per_one_thing(a, b):
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
    if len(common - a.sentence.names - b.sentence.names) < (1 if a.figure.unit == "" else 2) or len(common) < 2:
        return 0.0  # what is measured must be named too, not only whose it is
    if a.figure.unit == "" and not set(_nouns(a.figure)[:2]) & set(_nouns(b.figure)[:2]):
        return 0.0
    if (
        a.sentence.years != b.sentence.years
        and a.sentence.years
        and b.sentence.years
        and not a.sentence.years & b.sentence.years
    ):
        return 0.0
    unsaid = 0
    for at, group in enumerate(_SCOPES):
        first, second = a.scope & group, b.scope & group
        if first != second:
            if (first and second) or at < HARD:
                return 0.0
            unsaid += 1
    names = a.sentence.names & b.sentence.names
    if a.sentence.names and b.sentence.names and not names:
        return 0.0
    if a.sentence.note is not b.sentence.note and not names and len(common) < 3:
        return 0.0  # two notes may speak of two of a kind
    if len(a.sentence.names ^ b.sentence.names) > 2 + len(a.sentence.names & b.sentence.names):
        return 0.0
    shared = sum(weight[word] for word in common)
    likeness = shared / min(sum(weight[word] for word in a.words), sum(weight[word] for word in b.words))
    wide = shared / max(sum(weight[word] for word in a.words), sum(weight[word] for word in b.words))
    return (likeness + wide) / 2 - 0.1 * unsaid if likeness >= LEAST_LIKE and wide >= LEAST_WIDE else 0.0


def _nouns(figure: Quantity) -> list[str]:
    return [singular(word) for word in figure.noun.split(" ")]


def _differ(a: Quantity, b: Quantity) -> bool:
    (low, high), (other_low, other_high) = accepted(a), accepted(b)
    return high < other_low or low > other_high


def _apart(a: Quantity, b: Quantity) -> bool:
    if not _differ(a, b):
        return False
    small, large = sorted((a.value, b.value))
    return small > 0 and 1.02 < large / small < MOST_APART


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
            ", ".join([*sorted(each.scope), *sorted(each.sentence.years), *(f"per {per}" for per in each.figure.per)]),
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
