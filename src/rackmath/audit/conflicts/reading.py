"""What a figure is of: the words of its clause and about it, names, years, scope, conditions, and its role."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from rackmath.audit.conflicts.cells import Cell, cells
from rackmath.audit.conflicts.clause import base_of, hard_of, kinds_of, per_of, way_of
from rackmath.audit.conflicts.lexicon import PERIODIC, QUOTED, VAGUE, measures_of
from rackmath.audit.conflicts.names import Name, Names, parts
from rackmath.audit.conflicts.roles import is_change, role_of
from rackmath.audit.conflicts.sentence import BACK, YEAR, Sentence, between, blanked, content, sentence_of
from rackmath.audit.conflicts.stated import is_day, is_stated, noun_of
from rackmath.audit.conflicts.stems import stem, words
from rackmath.audit.quantity import MONEY, Quantity, quantities
from rackmath.audit.read import Matter
from rackmath.audit.rules.setting import is_row

MOST_FIGURES = 40
"""Figures of a sentence that are read."""

MOST_CLAUSE = 240
"""Letters to each side of a figure that say what it is of."""

MOST_SEGMENT = 240
"""The same, that say whether it is a fact, a plan or a supposition."""

SHORT_CLAUSE = 40
"""A clause of fewer letters says too little by itself."""

_TIME = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Q[1-4]|H[12]|"
    r"(?:first|second|third|fourth|last|final) quarter|(?:first|second) half)\b"
)
_YEAR_END = re.compile(r"\b(?:end|close) of (?:the year|(?:19|20)\d\d\b)|\byear-end\b|\byear's end\b")
_END = re.compile(r"\b(?:until|till|by|through|since)\s(?:[a-z]+\s){0,3}(?:19|20)\d\d\b")
"""A year at which something else ends or began."""
_WHICH = re.compile(r",?\s(?:which|that|whose)\b")
_ANTECEDENT = re.compile(r"(?:[^\W\d_][\w'’-]{0,30}\s){0,5}[^\W\d_][\w'’-]{0,30}\Z")
"""The words that a relative clause tells of."""
_CHANGE = re.compile(r"\b(?:change|growth|increase|decrease|difference|rise|fall|[+-]?/-)\b|[Δ±]", re.IGNORECASE)
_A_MILLION = re.compile(r"\s?(?:a|an|per|/)\s?(million|thousand)\b")


@dataclass(frozen=True, eq=False)
class Reading:
    """A figure with what says what it is of."""

    sentence: Sentence
    figure: Quantity
    told: str
    """Its clause, without figures."""
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
    earlier: tuple[Quantity, ...]
    """The figures of its kind in its sentence, and in the one before."""
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
    years = Counter(year for note in matter.notes for line in note.lines for year in YEAR.findall(line.text))
    last = max((year for year, count in years.items() if count > 1), key=lambda year: (years[year], year), default="")
    place = 0
    for note in matter.notes:
        titled = frozenset(each.name for each in names.of(note.title))
        before: Sentence | None = None
        earlier: list[Quantity] = []
        paragraph = 0
        section: frozenset[Name] = frozenset()
        heading = ""
        for is_table, lines in groupby(note.lines, key=lambda line: is_row(line.text)):
            if is_table:
                paragraph += 1
                for cell in cells(list(lines)):
                    place += 1
                    yield _of_cell(
                        sentence_of(note, place, paragraph, cell.line, cell.name, names, None, titled, last), cell
                    )
                before = None
                continue
            for line in lines:
                place += 1
                if line.heading != heading:
                    section, heading = frozenset(), line.heading
                same = before is not None and (before.line.line, before.line.heading) == (line.line, line.heading)
                paragraph += not same
                found = [
                    _of_one_kwh(line.text, _of_many(line.text, each)) for each in quantities(line.text)[:MOST_FIGURES]
                ]
                plain = blanked(line.text, found)
                sentence = sentence_of(
                    note, place, paragraph, line, plain, names, before if same else None, titled, last, found, section
                )
                for each in found:
                    if is_stated(sentence, each):
                        yield _reading(sentence, found, each, earlier if same else [])
                before, earlier = sentence, found
                section |= sentence.names


def _times(text: str) -> frozenset[str]:
    """Return the parts of a year that a text tells; when a year ends is not told by calling it the year-end."""
    return frozenset(_TIME.findall(_YEAR_END.sub("", text)))


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


_KWH = {"kwh": 1.0, "kilowatt-hour": 1.0, "mwh": 1e3, "megawatt-hour": 1e3, "gwh": 1e6, "gigawatt-hour": 1e6}
POWER_PRICE = "=power-price"
"""What money for energy measures, whatever words are used."""


_FOR_ENERGY = re.compile(
    rf"\s(?:for|per)\s(?:an?|each|every|one)\s(?:[a-z-]{{3,14}}\s)?"
    rf"({'|'.join(_KWH)})\b",
    re.IGNORECASE,
)


def _of_one_kwh(text: str, each: Quantity) -> Quantity:
    """Return a price of energy as one for a kWh."""
    if each.unit in MONEY and not each.per and (match := _FOR_ENERGY.match(text, each.end)):
        each = replace(each, per=(match[1].casefold(),))
    over = next((_KWH[thing] for thing in each.per if thing in _KWH), 0.0)
    if not over:
        return each
    per = tuple("kwh" if thing in _KWH else thing for thing in each.per)
    return replace(
        each, low=each.low / over, high=each.high / over, step=each.step / over, over=each.over * over, per=per
    )


def _of_cell(sentence: Sentence, cell: Cell) -> Reading:
    told = sentence.plain
    raw = frozenset(stem(word) for word in words(told))
    figure = cell.figure
    return Reading(
        sentence=sentence,
        figure=figure,
        told=told,
        local=sentence.local,
        measures=measures_of(raw),
        names=sentence.names,
        years=frozenset(YEAR.findall(told)),
        times=frozenset(_TIME.findall(told)),
        hard=hard_of(told),
        soft=raw,
        per=per_of(figure, told, ""),
        noun=sentence.local if figure.unit == "" else frozenset(),
        conditions=frozenset(),
        rivals=(),
        earlier=(),
        role="change" if _CHANGE.search(told) else "",
        base=frozenset(),
        kinds=kinds_of(told),
    )


def _reading(sentence: Sentence, found: list[Quantity], each: Quantity, earlier: list[Quantity]) -> Reading:
    text = sentence.line.text
    start, end = _clause(sentence, found, each)
    told = sentence.plain[start:end]
    first, last = between(sentence.segments, each)
    first, last = max(first, each.start - MOST_SEGMENT), min(last, each.end + MOST_SEGMENT)
    local = content(f"{told} {each.noun}")
    if _WHICH.match(told) and (antecedent := _ANTECEDENT.search(sentence.plain[max(0, start - 60) : start])):
        local |= content(antecedent.group())
    if not local - VAGUE:
        local |= _head(sentence, found, each)
    if each.unit in MONEY and "kwh" in each.per:
        local |= {POWER_PRICE}
    about = sentence.names & {name.name for name in sentence.named if start <= name.start < end}
    if text[:start].strip() == "" and BACK.match(text):
        local |= sentence.subject
    raw = frozenset(PERIODIC.get(root, root) for root in map(stem, words(f"{told} {each.text}")))
    years = frozenset(YEAR.findall(text[start:end])) or frozenset(YEAR.findall(text[first:last]))
    times = _times(text[start:end]) or _times(text[first:last])
    return Reading(
        sentence=sentence,
        figure=each,
        told=told,
        local=local | parts(about),
        measures=measures_of(raw) | (local & {POWER_PRICE}),
        names=about,
        years=years or frozenset(YEAR.findall(_END.sub("", text))),
        times=times,
        hard=hard_of(f"{told} {each.text}") | way_of(each, text[each.end : each.end + 30]),
        soft=raw,
        per=per_of(each, told, text[each.end : each.end + 30]),
        noun=noun_of(text, each) if each.unit == "" else frozenset(),
        conditions=frozenset(
            (other.unit or stem(other.noun.split(" ")[0]), round(other.value, 9))
            for other in found
            if (other.unit or other.noun)
            and not (other.like(each) and other.noun == each.noun)
            and other.kind != "year"
            and not YEAR.fullmatch(other.text)
            and not is_day(text, other)
            and not (other.kind == "share" and is_change(text, first, last, other))
            and max(first, start - 120) <= other.start < min(last, end + 120)
        ),
        rivals=_rivals(found, each),
        earlier=_rivals(earlier, each),
        role=role_of(text, first, last, each),
        base=base_of(sentence.plain[each.end : end]) if each.kind == "share" else frozenset(),
        kinds=kinds_of(told),
    )


def _clause(sentence: Sentence, found: list[Quantity], each: Quantity) -> tuple[int, int]:
    """Return from where to where the text is about a figure and not about the next one."""
    cuts = sentence.clauses
    start, end = between(cuts, each)
    if end - start < SHORT_CLAUSE:
        start = max((cut for cut in cuts if cut < start), default=0)
    for other in found:
        if other.unit == each.unit and other.kind == each.kind and (other.unit or _alike(other, each)):
            if other.end <= each.start:
                start = max(start, other.end)
            if other.start >= each.end:
                end = min(end, other.start)
    return max(start, each.start - MOST_CLAUSE), min(end, each.end + MOST_CLAUSE)


def _head(sentence: Sentence, found: list[Quantity], each: Quantity) -> frozenset[str]:
    """Return the words before the first figure of its kind: "X lists its model at $3 for input and $9 for output"."""
    first = next((other for other in found if other.like(each)), each)
    start, _ = between(sentence.segments, first)
    return (
        content(sentence.plain[max(start, first.start - MOST_CLAUSE) : first.start])
        if first is not each
        else frozenset()
    )


def _rivals(found: list[Quantity], each: Quantity) -> tuple[Quantity, ...]:
    return tuple(other for other in found if other.like(each))


def _alike(a: Quantity, b: Quantity) -> bool:
    return a.noun.split(" ")[:1] == b.noun.split(" ")[:1]


def scopes(reading: Reading, group: frozenset[str]) -> frozenset[str]:
    """Return the words of a group of contrary ones that a reading has; both of them are as good as none."""
    found = reading.soft & group
    return found if len(found) < len(group) else frozenset()
