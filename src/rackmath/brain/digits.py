"""The digits check: every number, unit and proper name of a claim must stand in the sentences that it cites.

It is cheap, offline, and catches what most wrong citations have in common. It does not know whether a sentence
supports a claim, only that a claim which says 44 % cannot rest on a sentence that does not.

A number is met by the same value in the same unit, however printed; where the claim says "about" (or over, under) and
prints fewer digits, by a value that rounds to it. In a table the unit and the scale may stand in the head or in the
words before it. Names and years may also stand in the heading or the sentences just before, or in the source's title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import Literal, NamedTuple

from rackmath.brain.measure_units import MONEY_SIGNS, SCALES, unit_of
from rackmath.brain.measured import Measure, measures
from rackmath.brain.names import missing_names

MOST_CLAIM, MOST_LETTERS = 4_000, 20_000
"""Letters of a claim, and of the cited text and its context each, that are looked at."""

MOST_NUMBERS = 200
"""Numbers of a claim that are looked up."""

_WORDS = re.compile(r"[A-Za-zµΩ]+(?:/[A-Za-z]+)?|US\$|[%$€£¥×]")
_NAME_BEFORE = re.compile(r"([A-Z]\w{1,20})[ -]\Z")
_COUNTS = {word: Decimal(count) for count, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)}  # fmt: skip
_ONE = Decimal(1)


class Missing(NamedTuple):
    """Something that the claim says and the sentences do not. `near` is what they have instead, or empty."""

    kind: Literal["number", "name"]
    text: str
    near: str


def missing(claim: str, cited: str, context: str = "") -> list[Missing]:
    """Return the numbers and names of a claim that the cited text does not have.

    Parameters
    ----------
    claim
        The note's own sentence, without marks.
    cited
        The cited sentences.
    context
        What may give names, years, units and scales to them: the heading and sentences before, the source's title.
    """
    claim, cited, context = claim[:MOST_CLAIM], cited[:MOST_LETTERS], context[:MOST_LETTERS]
    held = _Held(cited, context)
    found = [
        Missing("number", each.text, held.nearest(each))
        for each in measures(claim)[:MOST_NUMBERS]
        if not held.has(each) and not _in_name(claim, each, cited, context)
    ]
    found += [Missing("name", name, "") for name in missing_names(claim, cited, context)]
    return list(dict.fromkeys(found))


def _in_name(claim: str, each: Measure, *texts: str) -> bool:
    """Whether a number is part of a name that the texts print in one word: GPT 4 for GPT-4."""
    before = _NAME_BEFORE.search(claim[max(0, each.start - 24) : each.start])
    return bool(before and each.text.isdigit()) and not missing_names(
        f"{before[1]}-{each.text}" if before else "", *texts
    )


class _Held:
    """The numbers of the cited sentences."""

    def __init__(self, cited: str, context: str) -> None:
        self.measures = measures(cited)
        low = cited.casefold()
        self._counts = {value for word, value in _COUNTS.items() if re.search(rf"\b{word}\b", low)}
        self._years = {each.value for each in measures(context) if each.is_year}
        self._units, self._scales = _spoken(f"{context}\n{cited}")

    def has(self, wanted: Measure) -> bool:
        """Whether a number of the claim is there."""
        if wanted.value in self._counts and not wanted.unit:
            return True
        if wanted.is_year and wanted.value in self._years:
            return True
        return any(
            _same(wanted, value, step, each.digits)
            for each in self.measures
            for value, step in self._read(each, wanted)
        )

    def _read(self, each: Measure, wanted: Measure) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield the values, with the worth of the last digit, that a cited number has in the claim's unit."""
        if each.per and wanted.per and each.per != wanted.per:
            return
        if each.unit == wanted.unit or not wanted.unit:
            factors: Sequence[Decimal] = [_ONE]
        elif not each.unit:
            factors = [factor for unit, factor in self._units if unit == wanted.unit]
        else:
            return
        bare = each.text.lstrip("US$€£¥ ").replace(",", "").replace(".", "").isdigit()
        for factor, scale in product(factors, self._scales if bare else [_ONE]):
            yield each.value * factor * scale, each.step * factor * scale

    def nearest(self, wanted: Measure) -> str:
        """Return the printed number in the same unit that is closest, or nothing."""
        rivals = [each for each in self.measures if each.unit == wanted.unit]
        return min(rivals, key=lambda each: abs(each.value - wanted.value)).text if rivals else ""


def _same(wanted: Measure, value: Decimal, step: Decimal, digits: int) -> bool:
    """Whether a value is the claim's, or rounds to it where the claim hedges and prints fewer digits."""
    if value == wanted.value:
        return True
    if not wanted.hedge or digits <= wanted.digits or step >= wanted.step:
        return False
    gap = value - wanted.value
    if abs(gap) * 2 <= wanted.step:
        return True
    return (wanted.hedge == "over" and 0 < gap < wanted.step) or (wanted.hedge == "under" and -wanted.step < gap < 0)


def _spoken(text: str) -> tuple[list[tuple[str, Decimal]], list[Decimal]]:
    """Return the units and the scales that a text names, as the head of a table does."""
    units: dict[tuple[str, Decimal], None] = {}
    scales: dict[Decimal, None] = {_ONE: None}
    for word in _WORDS.findall(text):
        low = word.casefold()
        if low in MONEY_SIGNS:
            units[MONEY_SIGNS[low], _ONE] = None
        elif known := unit_of(word):
            units[known] = None
        scale = SCALES.get(low.removesuffix("s")) if len(low) > 2 else None
        if scale:
            scales[Decimal(10) ** scale] = None
    return list(units), list(scales)
