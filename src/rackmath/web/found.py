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

    def asked(library: Library, limit: int, offset: int = 0, *, whole: bool) -> Found:
        """Search one brain; `whole` hits have passages, without it the answer has facets."""
        return find(
            library.index,
            text,
            limit,
            offset=offset,
            statuses=statuses,
            facets=not whole,
            passages=whole,
            look=library.look,
        )

    answers = [asked(library, wanted, whole=False) for library in site.libraries]
    ranked = _merged([answer.hits for answer in answers], newest=not answers[0].query.ranks)[offset : offset + limit]
    told: dict[tuple[int, str], Hit] = {}
    expanded: list[Mapping[str, Sequence[str]]] = []
    for number, library in enumerate(site.libraries):
        places = [place for brain, place, _ in ranked if brain == number]
        if places:  # passages take most of the time: they are made for the hits that are shown, and no others
            whole = asked(library, places[-1] - places[0] + 1, places[0], whole=True)
            told |= {(number, hit.id): hit for hit in whole.hits}
            expanded.append(whole.expanded)
    hits = [(site.libraries[brain], told.get((brain, hit.id), hit)) for brain, _, hit in ranked]
    return Answer(
        hits=hits,
        total=sum(one.total for one in answers),
        facets={name: _added([one.facets.get(name, ()) for one in answers]) for name in answers[0].facets},
        answered=any(one.answered for one in answers),
        corrected=_agreed(answers),
        expanded=_joined(expanded),
        query=answers[0].query,
    )


def _merged(lists: Sequence[Sequence[Hit]], *, newest: bool) -> list[tuple[int, int, Hit]]:
    """Put the hits of several brains in one order: (brain, place in its list, hit).

    The best come first, or the newest where nothing ranks. A note that an earlier brain has too is left out.
    """
    seen: set[str] = set()
    found = []
    for brain, hits in enumerate(lists):
        for place, hit in enumerate(hits):
            if hit.id not in seen:
                found.append((brain, place, hit))
        seen.update(hit.id for hit in hits)
    if newest:
        return sorted(found, key=lambda item: item[2].updated, reverse=True)
    return sorted(found, key=lambda item: -item[2].score)


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


def _joined(answers: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for one in answers:
        for word, others in one.items():
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
