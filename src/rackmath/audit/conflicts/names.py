"""The names of a text: places, firms, products, models. They tell best whether two sentences speak of one thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rackmath.audit.conflicts.lexicon import SAY, STOP
from rackmath.audit.conflicts.stems import stem
from rackmath.audit.listed import listed

_RUN = re.compile(
    r"(?<![\w.-])(?:[A-Z][\w.+’'-]{0,40}|[a-z]{1,12}\d[\w.-]{0,20}|\d{1,4}[A-Za-z]\b)"
    r"(?:[ ](?:[A-Z][\w.+’'-]{0,40}|\d{1,3}(?:\.\d{1,2})?[A-Za-z]?(?![\w%.,]))){0,4}"
)
_NO_NAMES = listed(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec i q1 q2 q3 q4 h1 h2 it pue gpu gpus
    cpu cpus api apis ttft tpot itl hbm mfu sla slo tco roi ceo cfo cto capex opex ai ml llm llms mw kw gw kwh mwh gwh
    twh gb tb mb fp16 fp8 fp4 bf16 int8 int4 hvac ups rack ok teu fte ftes vat gdp cpi sku skus kv ram ssd nvme the a an
    p50 p90 p95 p99 m2 m3 co2 kpi pdf url faq rfp sim sims mhz ghz ppa usd eur gbp"""
)
_BEGINS = re.compile(r"[\W\d_]{0,8}\Z|.*[.?!:][\"'“‘( ]*\Z", re.DOTALL)
_FIRST = re.compile(r"(?:\A|[.?!:] )([A-Z][a-z]{2,30})(?:['’]s |(?= [A-Z][a-z]))")
"""The first word of a sentence, where it owns something or a name goes on."""
_SAYING = re.compile(rf"(?:['’]s)?\s(?:(?:has|have|had|now|also|own)\s)?(?:{'|'.join(sorted(SAY))})\b")
_TOLD_BY = re.compile(
    r"\b(?:[Aa]ccording to|[Ss]ays|[Ss]aid|wrote|estimates? (?:by|from)|data from|reported by)\s(?:the\s)?\Z"
)

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A name where it stands, and whether it is of who says what is said."""

    start: int
    name: Name
    says: bool


class Names:
    """Tells names from words that only begin a sentence, by how the whole text writes them."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count how the words are written where capitals are no rule."""
        large: Counter[str] = Counter()
        small: Counter[str] = Counter()
        first: set[str] = set()
        for text in texts:
            for match in re.finditer(r"(?<=[\w,;:)] )[^\W\d_][\w+-]{0,40}", text):
                word = match.group()
                (large if word[0].isupper() else small)[word.casefold()] += 1
            first.update(match[1].casefold() for match in _FIRST.finditer(text))
        self._names = {word for word, count in large.items() if count > small[word]}
        self._names |= {word for word in first if word not in small and stem(word) not in STOP}

    def of(self, text: str) -> list[Named]:
        """Return the names in a text in order."""
        found = []
        for match in _RUN.finditer(text):
            words = [_plain(word) for word in match.group().split(" ")]
            begins = (
                _BEGINS.match(text[: match.start()] if match.start() < 9 else text[match.start() - 4 : match.start()])
                is not None
            )
            if begins and not (_coded(words[0]) or words[0] in self._names):
                words = words[1:]
            while words and (_common(words[0]) or (begins and stem(words[0]) in STOP)):
                words = words[1:]
            while words and _common(words[-1]):
                words = words[:-1]
            if words and len("".join(words)) > 1 and any(map(str.isalpha, words[0])):
                said = _SAYING.match(text, match.end()) or _TOLD_BY.search(
                    text[max(0, match.start() - 24) : match.start()]
                )
                found.append(Named(match.start(), tuple(words), said is not None))
        return found


def _plain(word: str) -> str:
    return word.casefold().strip(".'’").removesuffix("'s").removesuffix("’s")


def _common(word: str) -> bool:
    return word.partition("-")[0] in _NO_NAMES or word.removesuffix("s") in _NO_NAMES


def _coded(word: str) -> bool:
    return any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)


_VARIANTS = listed("mini pro max ultra lite nano plus large small flash turbo air super micro junior")


def strangers(a: frozenset[Name], b: frozenset[Name]) -> bool:
    """Whether names differ as those of two things do: one is a variant of the other, such as its "Mini"."""
    for first in a - b:
        for second in b - a:
            short, long = sorted((first, second), key=len)
            if len(short) < len(long) and long[: len(short)] == short and short not in (a & b):
                extra = long[len(short)]
                if extra in _VARIANTS or extra[0].isdigit() or _coded(short[-1]):
                    return True
    return False


def parts(names: Iterable[Name]) -> frozenset[str]:
    """Return the single words of names, by their stems."""
    return frozenset(stem(word) for name in names for word in name if len(word) > 1)
