"""One answer from several brains: each is searched by itself, and the hits are put in one order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rackmath.brain.find import Facet, Found, Hit, find
from rackmath.brain.numerals import number_terms
from rackmath.brain.terms import STOP_WORDS

if TYPE_CHECKING:
    from rackmath.brain.library import Library
    from rackmath.brain.query import Query
    from rackmath.brain.site import Site
    from rackmath.evidence import Figure

FIGURES = 3
"""The most figures that are shown with a hit."""

DEEPEST = 1000
"""The last hit that a reader can leaf to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What several brains found together; `hits` come with the brain that each stands in."""

    hits: Sequence[tuple[Library, Hit]]
    total: int
    facets: Mapping[str, Sequence[Facet]]
    answered: bool
    corrected: Mapping[str, str]
    expanded: Mapping[str, Sequence[str]]
    query: Query


def search_site(site: Site, text: str, *, limit: int, offset: int = 0, drafts: bool = False) -> Answer:
    """Search every brain of a site.

    Scores say how sure it is that a note answers, so they can be compared between brains. A spelling is told as
    corrected only when no brain holds the word.

    Raises
    ------
    RackmathError
        The query cannot be understood.
    """
    statuses = ("published", "retired", "review", "draft") if drafts else ("published", "retired")
    wanted = min(offset + limit, DEEPEST)
    found = [
        (library, find(library.index, text, wanted, statuses=statuses, marks=("", ""), look=library.look))
        for library in site.libraries
    ]
    ranked = [(library, hit) for library, one in found for hit in one.hits]
    ranked.sort(key=lambda pair: (-pair[1].score, pair[1].path))
    answers = [one for _, one in found]
    return Answer(
        hits=_once_each(ranked)[offset : offset + limit],
        total=sum(one.total for one in answers),
        facets={name: _added([one.facets.get(name, ()) for one in answers]) for name in answers[0].facets},
        answered=any(one.answered for one in answers),
        corrected=_agreed(answers),
        expanded=_joined(answers),
        query=answers[0].query,
    )


def _once_each(ranked: Sequence[tuple[Library, Hit]]) -> list[tuple[Library, Hit]]:
    """Leave out a note that an earlier brain has too."""
    seen: set[str] = set()
    kept = []
    for library, hit in ranked:
        if hit.id not in seen:
            seen.add(hit.id)
            kept.append((library, hit))
    return kept


def _added(lists: Sequence[Sequence[Facet]]) -> list[Facet]:
    """Add up the counts of each value; the order is that of the counts, for years that of the years."""
    counts: Counter[str] = Counter()
    for facets in lists:
        for facet in facets:
            counts[facet.value] += facet.count
    years = all(value.isdigit() and len(value) == 4 for value in counts)
    order = sorted(counts, reverse=True) if years else sorted(counts, key=lambda value: (-counts[value], value))
    return [Facet(value, counts[value]) for value in order]


def _agreed(answers: Sequence[Found]) -> dict[str, str]:
    """Return corrections of words that no brain holds, as the brain that is surest of its answer read them."""
    surest = max(answers, key=lambda one: one.confidence)
    return {word: read for word, read in surest.corrected.items() if all(word in one.corrected for one in answers)}


def _joined(answers: Sequence[Found]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for one in answers:
        for word, others in one.expanded.items():
            found.setdefault(word, {}).update(dict.fromkeys(others))
    return {word: list(others) for word, others in found.items()}


def matching_figures(library: Library, hit: Hit, query: Query, names: Mapping[str, str]) -> list[Figure]:
    """Return the figures of a note that the query speaks of: by a number, or by two words of what they are about.

    Parameters
    ----------
    names
        What quantities and subjects are called, by id.
    """
    words = {word.casefold() for word in query.words if word.casefold() not in STOP_WORDS}
    numbers = set(query.numbers)
    scored = []
    for place, figure in enumerate(library.figures(note_id=hit.id)):
        called = [names.get(name, "") for name in (figure.subject, figure.quantity)]
        about = " ".join([figure.subject, figure.quantity, *called, figure.claimant.who, *figure.scope.values()])
        held = words & _words(about)
        exact = numbers & set(number_terms(figure.as_written))
        if exact or len(held) >= min(2, len(words) or 2):
            scored.append((-2 * len(exact) - len(held), figure.rank == "deprecated", place, figure))
    return [figure for *_, figure in sorted(scored, key=lambda item: item[:3])[:FIGURES]]


def _words(text: str) -> set[str]:
    """Return the words of a name, whole and without a plural's s."""
    found = {word for word in "".join(c if c.isalnum() else " " for c in text.casefold()).split() if len(word) > 1}
    return found | {word.removesuffix("s") for word in found}
