"""Figures in their surroundings: the sentence and section of each, the words about it, and its dimensions.

A dimension has two parts. What physics and money fix (dollars, joules, seconds, bytes) must come out right in a
formula. What is merely counted (nurses, requests, homes) may cancel, and speaks for a formula where it does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rackmath.audit.bounds import as_input
from rackmath.audit.finding import Input
from rackmath.audit.listed import listed
from rackmath.audit.passage import MOST_FIGURES, Line
from rackmath.audit.quantity import Quantity, euro_cents, period, quantities, seconds_of, singular
from rackmath.audit.rules.dimensions import BASE, THINGS

MOST_NEAR = 60
"""Letters to each side of a figure that say what it is of."""

_WORD = re.compile(r"[^\W\d_][^\W\d_'’-]{2,24}")
_STOP = listed(
    """about after again all also and any are around away back been before being both but can cost costs could day
    days down each euros every far first for from full get gets give gives had half has have hence her his hour hours
    how into its just last least less made make makes many mean means million month months more most much nearly
    need needs net new next nine not now off one only other our out over own paid pay pays per plus pounds rest roughly
    same say says she should since six some still such take takes than that the their them then there therefore these
    they this those three thus too total two under until use used uses was week weeks well went were what when where
    which while who will with without would year years yet you your cent percent billion thousand"""
)
_BELONGS = re.compile(r"\b(?:of|for|on|per|in)\s(?:the\s|our\s|its\s|all\s)?([a-z]{3,24})")
_CLAUSE = re.compile(r"[;:—–]|,\s(?:and|but|while|whereas|although)\s|\.\s")
_ROW = re.compile(r"\s*\||.*\s\|\s")

_FROM = re.compile(r"\b(?:from|instead of|rather than|down from|up from)\s(?:about |just |only )?\Z")
_PUE = re.compile(r"\bPUE\s(?:of\s|is\s|at\s|=\s)?(?:about\s)?\Z")

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)
class Place:
    """A figure where it stands: sentence and paragraph by number, and the text to the figures next to it."""

    figure: Quantity
    line: Line
    sentence: int
    paragraph: int
    before: str
    after: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that say what the figure is of: those next to it, within its clause."""
        left = _CLAUSE.split(self.before[-MOST_NEAR:])[-1]
        right = _CLAUSE.split(self.after[:MOST_NEAR])[0]
        return words_of(f"{left} {self.figure.noun} {right}") | {singular(each) for each in self.figure.per}

    @cached_property
    def subject(self) -> frozenset[str]:
        """The words of its clause before the figure."""
        return words_of(_CLAUSE.split(self.before[-MOST_NEAR:])[-1])

    @cached_property
    def heads(self) -> frozenset[str]:
        """Its words without those that only belong to another: in "cost of sales" it is no sales."""
        return self.words - words_of(" ".join(_BELONGS.findall(self.before[-MOST_NEAR:])))

    @cached_property
    def lead(self) -> str:
        """The text of the sentence before the figure."""
        return self.line.text[: self.figure.start]

    @cached_property
    def size(self) -> tuple[Dimension, float, dict[str, int]]:
        """The fixed dimension, what turns the value into its base units, and what is counted."""
        return _size(self.figure)

    @property
    def composed(self) -> bool:
        """Whether it counts things by time, as bed-days and GPU-hours do."""
        return self.figure.unit == "" and bool(self.size[0]) and bool(self.size[2])

    @cached_property
    def origin(self) -> bool:
        """Whether it is what something started from, or is held against: "from 40", "rather than 40"."""
        return _FROM.search(self.before[-24:]) is not None

    @cached_property
    def printed(self) -> Quantity:
        """The figure as the input of a formula."""
        return as_input(self.figure)

    @cached_property
    def overhead(self) -> bool:
        """Whether it is a PUE, which multiplies power and is no count."""
        return _PUE.search(self.before[-20:]) is not None

    @cached_property
    def code(self) -> int:
        """The fixed dimension as one number, so that dimensions of products are sums."""
        return sum(code_of(key) * power for key, power in self.size[0])

    @cached_property
    def base(self) -> float:
        """The value in base units."""
        return self.figure.value * self.size[1]

    @cached_property
    def periods(self) -> frozenset[str]:
        """The periods that the figure is per."""
        named = {each for each in self.figure.per if seconds_of(each)}
        return frozenset(named | {last for each in self.figure.per if seconds_of(last := each.rpartition("-")[2])})

    def input(self, name: str) -> Input:
        """Return the figure as the input of a formula."""
        start, end = self.line.span(self.figure)
        figure = self.figure
        unit, named = figure.printed
        return Input(name, figure.text, figure.value / unit, named, self.line.note, self.line.line, start, end)


_PER_LEAD = re.compile(
    r"\b[Pp]er\s(?P<of>million\s|thousand\s|hundred\s)?(?P<thing>[a-z]{3,20})\b(?!.*\b(?:per|each)\b)", re.DOTALL
)
_ONE_COSTS = re.compile(
    r"\b(?:[Aa]|[Oo]ne|[Ee]ach|[Ee]very)\s(?P<of>million\s|thousand\s|hundred\s)?(?P<thing>[a-z]{3,20}(?:-[a-z]{3,8})?)\s"
    r"(?:costs?|sells for|goes for)\s(?:us\s|them\s|about\s|only\s){0,2}\Z"
)
IN_A_TIME = re.compile(
    r"\b(?:[Tt]he|[Aa]|[Ee]ach|[Ee]very)\s(?P<thing>hour|day|week|month|quarter|year)(?:\s(?:then|alone|thus))?"
    r"(?:\s(?:costs?|comes? to|makes?|takes?|brings?(?:\sin)?|uses?|yields?))?\s(?:about |only |some |roughly )?\Z"
)
"""A period that stands as the subject of a figure: "the day costs", "and the year about"."""

_SCALES = {"million": 1e6, "thousand": 1e3, "hundred": 1e2, "": 1.0}


def with_lead(place: Place) -> Place:
    """Return a price with what the words before it say that it is per: "cost per million tokens is $0.26"."""
    figure = place.figure
    match = _PER_LEAD.search(place.before[-80:]) or _ONE_COSTS.search(place.lead[-60:])
    if figure.kind != "amount" or not figure.unit or figure.per:
        return place
    if figure.unit not in ("s", "month") and (timed := IN_A_TIME.search(place.before[-50:])):
        return replace(place, figure=replace(figure, per=(timed["thing"],)))
    if match is None or period(match["thing"]):
        return place
    over = _SCALES[(match["of"] or "").strip()]
    low, high, step = figure.low / over, figure.high / over, figure.step / over
    per = (singular(match["thing"]),)
    return replace(place, figure=replace(figure, low=low, high=high, step=step, per=per, over=over))


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that say what something is, in the singular."""
    return frozenset(
        singular(word) for word in (match.group().casefold() for match in _WORD.finditer(text)) if word not in _STOP
    )


def sections(lines: Sequence[Line]) -> Iterator[list[Place]]:
    """Yield the figures of each section in order; rows of tables are left to `tables`."""
    found: list[Place] = []
    heading, paragraph, number = None, 0, -1
    euros = any("€" in line.text for line in lines) and not any("$" in line.text for line in lines)
    for at, line in enumerate(lines):
        if line.heading != heading:
            if found:
                yield found
            found, heading = [], line.heading
        if line.line != number:
            paragraph, number = paragraph + 1, line.line
        if not is_row(line.text):
            found += _places(line, at, paragraph, euros)
    if found:
        yield found


def is_row(text: str) -> bool:
    """Whether a line is the row of a table."""
    return "|" in text and _ROW.match(text) is not None


_NAMED = re.compile(
    r"(?:(?<=[a-z,;:] )[A-Z][\w-]{1,30}|\b(?:Line|Ward|Room|Figure|Table|Chapter|Section|Level|Stage|Phase|"
    r"Tier|Gen|Version|Type|"
    r"Class|Block|Step|Unit|Model|Route|Terminal|Gate|Floor|Note|note|Page|page|Appendix|Act|Article))\s\Z"
)
_NO_NAMES = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Of|In|At|By|"
    r"For|With|From|Over|"
    r"About|Some|Only|All|Total|To|And|Or)\s\Z"
)


_OPENS = re.compile(
    r"(?!(?:The|Its|Our|Their|His|Her|These|Those|Another|Between|Each|Within|After|On|A|An|As)\s)[A-Z][a-z]+\s"
)


def is_name(text: str, figure: Quantity) -> bool:
    """Whether a bare number is part of a name, such as "Sonnet 4", "Ward 7" or "Gemini 2.5 Pro"."""
    if figure.unit or figure.per or figure.kind != "amount" or figure.hedge or figure.step == 0.0:
        return False
    before = text[max(0, figure.start - 34) : figure.start]
    if figure.value < 13 and _OPENS.fullmatch(before) and _NO_NAMES.search(before) is None:
        return True
    return _NAMED.search(before) is not None and _NO_NAMES.search(before) is None and figure.value < 1000


def _places(line: Line, at: int, paragraph: int, euros: bool) -> Iterator[Place]:
    figures = [each for each in quantities(line.text)[:MOST_FIGURES] if not is_name(line.text, each)]
    if euros:
        figures = [euro_cents(each) for each in figures]
    for here, figure in enumerate(figures):
        left = figures[here - 1].end if here else 0
        right = figures[here + 1].start if here + 1 < len(figures) else len(line.text)
        before, after = line.text[left : figure.start], line.text[figure.end : right]
        yield with_lead(Place(figure, line, at, paragraph, before, after))


_CODES: dict[str, int] = {}


def code_of(key: str) -> int:
    """Return the weight of a base unit in the code of a dimension: powers up to 48 never run into one another.

    The base is odd, so that codes keep apart where they are cut to 64 bits.
    """
    return int(_CODES.setdefault(key, 97 ** len(_CODES)))


def _size(figure: Quantity) -> tuple[Dimension, float, dict[str, int]]:
    hard: Counter[str] = Counter()
    soft: Counter[str] = Counter()
    factor = 1.0
    if figure.kind == "share":
        factor = 0.01
    elif figure.unit and figure.kind == "amount":
        base, factor = BASE.get(figure.unit, ({figure.unit: 1}, 1.0))
        hard.update(base)
    elif (unit := figure.noun.split(" ")[0]) in THINGS:
        base, factor = THINGS[unit]
        hard.update(base)
    elif figure.noun:
        factor = _count(figure.noun, 1, hard, soft)
    for thing in figure.per:
        if seconds := seconds_of(thing):
            hard["s"] -= 1
            factor /= seconds
        elif (name := thing.replace(" ", "-")) in THINGS:
            base, more = THINGS[name]
            factor /= more
            for key, power in base.items():
                if key == "gpu":
                    soft[key] -= power
                else:
                    hard[key] -= power
        else:
            factor /= _count(thing.replace("-", " "), -1, hard, soft)
    dimension = tuple(sorted((key, power) for key, power in hard.items() if power))
    return dimension, factor, {key: power for key, power in soft.items() if power}


def _count(noun: str, power: int, hard: Counter[str], soft: Counter[str]) -> float:
    """Add what a noun counts; the hours of "GPU-hours" and "nursing hours" are time."""
    words = re.split(r"[\s-]", noun)
    factor = 1.0
    last = next((at for at, word in enumerate(words) if at and period(word) and seconds_of(period(word))), 0)
    if last:
        factor = seconds_of(period(words[last])) or 1.0
        hard["s"] += power
        words = words[:last]
    counted = next((word for word in words if singular(word) != word), words[0])  # "slower voyages" counts voyages
    soft[singular(counted)] += power
    return factor
