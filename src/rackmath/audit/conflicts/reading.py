"""What a figure is of: the words of its clause and about it, names, years, scope, conditions, and its part in the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from rackmath.audit.conflicts.cells import Cell, cells
from rackmath.audit.conflicts.lexicon import BOTH, HARD, MEASURES, QUOTED, SAYERS, SOFT, STOP
from rackmath.audit.conflicts.names import Name, Named, Names, parts
from rackmath.audit.conflicts.roles import role_of
from rackmath.audit.conflicts.stems import stem, words
from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity, quantities
from rackmath.audit.read import Matter, Note
from rackmath.audit.rules.setting import is_name, is_row

MOST_FIGURES = 40
"""Figures of a sentence that are read."""

FIGURE = "\u0001"
"""What stands in place of a figure."""

MOST_CLAUSE = 240
"""Letters to each side of a figure that say what it is of."""

MOST_SEGMENT = 400
"""The same, that say whether it is a fact, a plan or a supposition."""

SHORT_CLAUSE = 40
"""A clause of fewer letters says too little by itself."""

SMALLEST = 1e-6
"""Lengths below this are names of chip processes."""

_CLAUSE = re.compile(
    r";|:\s|—|\s–\s|\s-\s|,\s(?:and|but|while|which|where|with|so)\s|\(|\)|\b(?:while|whereas|but|although|versus|vs|compared|against|than)\b"
)
_SEGMENT = re.compile(r";|,\swhich\b|:\s|—|\s–\s|[.?!]\s(?=[A-Z(])")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TIME = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Q[1-4]|H[12]|"
    r"(?:first|second|third|fourth|last|final) quarter|(?:first|second) half)\b"
)
_BACK = re.compile(r"(?:It|They|This|These|That|Those|He|She|Its|Their|His|Her|Ours|Theirs|Each)\b")
_FOR_EACH = re.compile(r"\b(?:[Pp]er|[Ff]or each|[Ff]or every|[Ee]ach|[Ee]very)\s([A-Za-z][A-Za-z-]{1,20})")
_FIGURE_IN = re.compile(f"{FIGURE}+(?:\\s(?:million|billion|trillion))?(?:\\s(?:in|of))?\\s?")
_OF = re.compile(r"\s(?:of\s)?(?P<of>(?!(?:in|on|at|to|by|from|for|and|or|is|was|are|were|as|with|over|per)\b)[^\W\d_][\w'’-]*"
    r"(?:\s(?!(?:in|on|at|to|by|from|for|and|or|is|was|are|were|as|with|that|over)\b)[^\W\d_][\w'’-]*){0,4})")
_TWO = re.compile(r"(?<![\w-])([a-z][a-z-]{2,30})\s(?=([a-z][a-z-]{2,30}))")
_CHANGE = re.compile(r"\b(?:change|growth|increase|decrease|difference|rise|fall|[+-]?/-)\b|[Δ±]", re.IGNORECASE)
_AXIS = re.compile(r"[^\W\d_][\w-]*")
_APPOSED = re.compile(f"{FIGURE}[^{FIGURE}]{{0,16}}[,(]\\s?\\Z")
_RESULT = re.compile(r"(?:That|This|Which|So that|So this) (?:is|was|makes|made|comes|came|means|meant|gives|gave)\b")
_NOUN_BEFORE = re.compile(r"([^\W\d_][\w-]{1,30})\s(?:of|is|was|are|were|at|averaged|reached|totalled|came to|stands at|stood at)\s\Z")
_EACH_A = re.compile(r"(?:\s(?:each|apiece)\s(?:a|an|per|every)\s|\s?/\s?)([a-z]{1,12})\b")
HEAD = "head"
HEADS = frozenset(stem(word) for word in ("head", "person", "people", "capita", "inhabitant", "resident"))
_A_MILLION = re.compile(r"\s?(?:a|an|per|/)\s?(million|thousand)\b")
_LATER = re.compile(r"\s(?:later|earlier|ago|before|after|afterwards|from now|old)\b")
_WITHIN = re.compile(r"\b(?:(?:with)?in the|over the|over an?|for the|the|within|following|next|past|last|previous|every)\s(?:following\s|next\s|past\s|last\s)?\Z")
_OTHER_END = re.compile(
    r"\b(?:from|against|versus|vs\.?|than|compared (?:with|to)|instead of|rather than)\s(?:[a-z]+\s){0,3}\Z|\bnot\s\Z"
)


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence with what it names."""

    note: Note
    place: int
    paragraph: int
    line: Line
    plain: str
    """Its text without its figures."""
    named: tuple[Named, ...]
    clauses: tuple[int, ...]
    segments: tuple[int, ...]
    """Where its clauses begin, and its parts that stand for themselves."""
    names: frozenset[Name]
    by: frozenset[Name]
    local: frozenset[str]
    subject: frozenset[str]
    around: frozenset[str]
    last: str
    """The year that the whole text tells most of."""
    earlier: frozenset[str]
    """Years of the sentences before it in its paragraph."""
    before: frozenset[Name]
    """Names of the sentences before it in its paragraph, of the heading and of the title."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A figure with what says what it is of."""

    sentence: Sentence
    figure: Quantity
    local: frozenset[str]
    measures: frozenset[str]
    names: frozenset[Name]
    years: frozenset[str]
    times: frozenset[str]
    hard: frozenset[str]
    soft: frozenset[str]
    per: frozenset[str]
    noun: frozenset[str]
    conditions: frozenset[tuple[str, float]]
    rivals: tuple[Quantity, ...]
    role: str
    base: frozenset[str]
    """What a share is of."""
    kinds: dict[str, str]
    """The word before each word, where it says of which kind that is."""

    @property
    def attributed(self) -> bool:
        """Whether its sentence names who says so."""
        return bool(self.sentence.by or not QUOTED.isdisjoint(map(stem, words(self.sentence.plain))))

    @cached_property
    def near(self) -> frozenset[str]:
        """The words of its sentence and of what stands about it, other than its own."""
        return (self.sentence.around | self.sentence.local) - self.local

    @cached_property
    def everything(self) -> frozenset[str]:
        """All words, near and far."""
        return self.sentence.around | self.sentence.local | self.local

    @property
    def place(self) -> int:
        """Where the figure starts in the note's text."""
        return self.sentence.line.start + self.figure.start

    @property
    def key(self) -> tuple[int, int]:
        """The sentence by number, and the figure's place in it."""
        return self.sentence.place, self.figure.start


def readings(matter: Matter) -> Iterator[Reading]:
    """Yield the figures of all notes that can be held against others, those of tables too."""
    names = Names(line.text for note in matter.notes for line in note.lines if line.text != line.heading)
    years = Counter(year for note in matter.notes for line in note.lines for year in _YEAR.findall(line.text))
    last = max(years, key=lambda year: (years[year], year), default="")
    place = 0
    for note in matter.notes:
        titled = frozenset(each.name for each in names.of(note.title))
        before: Sentence | None = None
        paragraph = 0
        for is_table, lines in groupby(note.lines, key=lambda line: is_row(line.text)):
            if is_table:
                paragraph += 1
                for cell in cells(list(lines)):
                    place += 1
                    yield _of_cell(_sentence(note, place, paragraph, cell.line, cell.name, names, None, titled, last), cell)
                before = None
                continue
            for line in lines:
                place += 1
                same = before is not None and (before.line.line, before.line.heading) == (line.line, line.heading)
                paragraph += not same
                found = [_of_many(line.text, each) for each in quantities(line.text)[:MOST_FIGURES]]
                plain = _blanked(line.text, found)
                sentence = _sentence(note, place, paragraph, line, plain, names, before if same else None, titled, last, found)
                before = sentence
                for each in found:
                    if _stated(line.text, found, each):
                        yield _reading(sentence, found, each)


def _blanked(text: str, found: list[Quantity]) -> str:
    """Return a text with its figures blanked out: their digits and units are no words and no names."""
    parts, place = [], 0
    for each in found:
        start = max(each.start, place)
        if each.kind != "year" and not each.worded and not _YEAR.fullmatch(each.text) and each.end > start:
            parts += [text[place:start], FIGURE * (each.end - start)]
            place = each.end
    return "".join([*parts, text[place:]])


def _of_many(text: str, each: Quantity) -> Quantity:
    """Return a price "a million" as one for each of a million, whatever they are."""
    match = _A_MILLION.match(text, each.end)
    if match is None or each.per or not each.unit or each.over != 1.0:
        return each
    over = {"million": 1e6, "thousand": 1e3}[match[1]]
    return replace(
        each,
        low=each.low / over,
        high=each.high / over,
        step=each.step / over,
        over=over,
        per=("item",),
        end=match.end(),
        text=text[each.start : match.end()],
    )


def _stated(text: str, found: list[Quantity], each: Quantity) -> bool:
    """Whether a figure says how much of something there is, rather than how it compares."""
    return not (
        each.kind in ("year", "points", "factor")
        or each.worded
        or (each.unit == "" and each.kind == "amount" and not each.per and not _noun(text, each))
        or (each.unit == "" and _YEAR.fullmatch(each.text) is not None)
        or is_name(text, each)
        or (each.kind == "share" and _APPOSED.search(_blanked(text, found)[: each.start]) is not None)
        or _RESULT.match(text) is not None
        or each.noun.startswith(("basis point", "percentage point"))
        or (each.unit == "m" and each.value < SMALLEST)
        or _OTHER_END.search(text[max(0, each.start - 50) : each.start]) is not None
        or (each.unit in ("s", "month") and _when(text, each))
    )


def _when(text: str, each: Quantity) -> bool:
    """Whether a duration only tells when something is, or of which sort, as in "a three-year lease"."""
    return "-year" in each.text or "-month" in each.text or _LATER.match(text, each.end) is not None or _WITHIN.search(text[max(0, each.start - 30) : each.start]) is not None


def _sentence(
    note: Note,
    place: int,
    paragraph: int,
    line: Line,
    plain: str,
    names: Names,
    before: Sentence | None,
    titled: frozenset[Name],
    last: str,
    found: Sequence[Quantity] = (),
) -> Sentence:
    counted = {(each.noun.split(" ")[0],) for each in found}
    named = tuple(each for each in names.of(plain) if each.name not in counted)
    about = frozenset(each.name for each in named if not each.says)
    by = frozenset(each.name for each in named if each.says) - about
    local = content(plain) | parts(about)
    back = before is not None and _BACK.match(plain) is not None
    around = content(note.title) | content(line.heading)
    known = titled
    if before:
        around |= before.local | parts(before.before)
        known |= before.names | before.before
    return Sentence(
        note=note,
        place=place,
        paragraph=paragraph,
        line=line,
        plain=plain,
        named=named,
        clauses=_cuts(_CLAUSE, plain),
        segments=_cuts(_SEGMENT, plain),
        names=about,
        by=by,
        local=local,
        subject=before.subject if back and before else _subject(plain),
        around=around,
        last=last,
        earlier=(frozenset(_YEAR.findall(before.line.text)) or before.earlier) if before else frozenset(),
        before=known,
    )


def _of_cell(sentence: Sentence, cell: Cell) -> Reading:
    told = sentence.plain
    raw = frozenset(stem(word) for word in words(told))
    figure = cell.figure
    return Reading(
        sentence=sentence,
        figure=figure,
        local=sentence.local,
        measures=frozenset(measure for word in raw for measure in MEASURES.get(word, ())),
        names=sentence.names,
        years=frozenset(_YEAR.findall(told)),
        times=frozenset(_TIME.findall(told)),
        hard=_hard(told),
        soft=raw,
        per=_per(figure, told, ""),
        noun=sentence.local if figure.unit == "" else frozenset(),
        conditions=frozenset(),
        rivals=(),
        role="change" if _CHANGE.search(told) else "",
        base=frozenset(),
        kinds=_kinds(told),
    )


def _hard(told: str) -> frozenset[str]:
    """Return the scopes that a text sets; both of two that make up the whole are as good as none."""
    printed = {part for word in _AXIS.findall(told.casefold()) for part in (word, *word.split("-"))}
    axes = {HARD[word] for word in printed if word in HARD}
    for pair in BOTH:
        axes -= pair if pair <= axes else set()
    return frozenset(axes)


def _reading(sentence: Sentence, found: list[Quantity], each: Quantity) -> Reading:
    text = sentence.line.text
    start, end = _clause(sentence, found, each)
    told = sentence.plain[start:end]
    first, last = _between(sentence.segments, each)
    first, last = max(first, each.start - MOST_SEGMENT), min(last, each.end + MOST_SEGMENT)
    local = content(f"{told} {each.noun}")
    about = sentence.names & {name.name for name in sentence.named if start <= name.start < end}
    if text[:start].strip() == "" and _BACK.match(text):
        local |= sentence.subject
    raw = frozenset(stem(word) for word in words(f"{told} {each.text}"))
    years = frozenset(_YEAR.findall(text[start:end])) or frozenset(_YEAR.findall(text[first:last]))
    times = frozenset(_TIME.findall(text[start:end])) or frozenset(_TIME.findall(text[first:last]))
    return Reading(
        sentence=sentence,
        figure=each,
        local=local | parts(about),
        measures=frozenset(measure for word in raw for measure in MEASURES.get(word, ())),
        names=about,
        years=years or frozenset(_YEAR.findall(text)),
        times=times,
        hard=_hard(f"{told} {each.text}"),
        soft=raw,
        per=_per(each, told, text[each.end : each.end + 30]),
        noun=_noun(text, each) if each.unit == "" else frozenset(),
        conditions=frozenset(
            (other.unit or stem(other.noun.split(" ")[0]), round(other.value, 9))
            for other in found
            if (other.unit or other.noun)
            and not (other.like(each) and other.noun == each.noun)
            and other.kind != "year"
            and not _YEAR.fullmatch(other.text)
            and not (other.kind == "share" and role_of(text, first, last, other) == "change")
            and max(first, start - 120) <= other.start < min(last, end + 120)
        ),
        rivals=tuple(other for other in found if other.like(each)),
        role=role_of(text, first, last, each),
        base=_base(sentence.plain[each.end : end]) if each.kind == "share" else frozenset(),
        kinds=_kinds(told),
    )


def _clause(sentence: Sentence, found: list[Quantity], each: Quantity) -> tuple[int, int]:
    """Return from where to where the text is about a figure and not about the next one."""
    cuts = sentence.clauses
    start, end = _between(cuts, each)
    if end - start < SHORT_CLAUSE:
        start = max((cut for cut in cuts if cut < start), default=0)
    for other in found:
        if other.kind != "year" and other.unit == each.unit and other.kind == each.kind:
            if other.unit or _alike(other, each):
                if other.end <= each.start:
                    start = max(start, other.end)
                if other.start >= each.end:
                    end = min(end, other.start)
    return max(start, each.start - MOST_CLAUSE), min(end, each.end + MOST_CLAUSE)


def _cuts(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    return (0, *(match.start() for match in pattern.finditer(text)), len(text))


def _between(cuts: tuple[int, ...], each: Quantity) -> tuple[int, int]:
    """Return the cuts to both sides of a figure."""
    return max(cut for cut in cuts if cut <= each.start), min(cut for cut in cuts if cut >= min(each.end, cuts[-1]))


def _alike(a: Quantity, b: Quantity) -> bool:
    return a.noun.split(" ")[:1] == b.noun.split(" ")[:1]


def _base(after: str) -> frozenset[str]:
    """Return the words that say what a share is of."""
    match = _OF.match(_FIGURE_IN.sub("", after))
    return content(match["of"]) if match else frozenset()


def _kinds(text: str) -> dict[str, str]:
    """Return, for each word that says something, the one just before it that does."""
    found: dict[str, str] = {}
    for match in _TWO.finditer(text.casefold()):
        first, second = stem(match[1]), stem(match[2])
        if first not in STOP and first not in SAYERS and first not in MEASURES and second not in STOP:
            found.setdefault(second, first)
    return found


def _noun(text: str, each: Quantity) -> frozenset[str]:
    """Return what a bare number counts: the words after it, or those before in "an average gate of 28,900"."""
    after = [_one_word(root) for word in each.noun.split(" ")[:2] if word and (root := stem(word)) not in STOP]
    if after or each.kind != "amount":
        return frozenset(after)
    match = _NOUN_BEFORE.search(text[max(0, each.start - 60) : each.start])
    if match is None or (root := stem(match[1])) in STOP or root in SAYERS:
        return frozenset()
    return frozenset({_one_word(root)})


def _per(each: Quantity, told: str, after: str) -> frozenset[str]:
    """Return what a figure is per, also where that is said apart from it ("for each kWh …", "each a day")."""
    found = {word for thing in each.per for word in re.split(r"[\s-]", thing)}
    if match := _EACH_A.match(after):
        found.add(match[1])
    if not found and (match := _FOR_EACH.search(told)):
        found = set(match[1].casefold().split("-"))
    return frozenset(HEAD if root in HEADS else root for root in map(stem, found))


def content(text: str) -> frozenset[str]:
    """Return the stems of the words that say what a text is about."""
    return frozenset(
        _one_word(found)
        for word in words(text)
        if len(found := stem(word)) > 1 and found not in STOP and found not in SAYERS and not found[0].isdigit()
    )


def _one_word(root: str) -> str:
    """Return the measure that a word stands for, if it is one only: passengers and ridership are the same."""
    measures = MEASURES.get(root, frozenset())
    return next(iter(measures)) if len(measures) == 1 else root


def _subject(text: str) -> frozenset[str]:
    """Return the first words of a sentence that say what it is about."""
    found = []
    for word in words(text[:90]):
        if len(root := stem(word)) > 2 and root not in STOP and root not in SAYERS:
            found.append(root)
    return frozenset(found[:3])


def scopes(reading: Reading, group: frozenset[str]) -> frozenset[str]:
    """Return the words of a group of contrary ones that a reading has; both of them are as good as none."""
    found = reading.soft & group
    return found if len(found) < len(group) else frozenset()


__all__ = ["SOFT", "Reading", "Sentence", "content", "readings", "scopes"]
