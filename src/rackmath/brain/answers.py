"""What a search answers with: hits, the reasons for them, and what the query was understood as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackmath.brain.query import Query


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a note was found: by which arm, how high that arm scored it, which words it saw and in which fields.

    The arms are ``words``, ``meaning`` (other words that mean the same, as in ``rent → lease``), ``likeness`` (it is
    like the best of what was found) and ``semantic``.
    """

    arm: str
    score: float
    words: tuple[str, ...]
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        found = ("; " if self.arm == "meaning" else ", ").join(self.words[:6])
        match self.arm:
            case "words":
                return f"{found or 'the query'} in {' and '.join(self.fields)}" if self.fields else found
            case "meaning":
                return f"in other words: {found}"
            case "semantic":
                return "means the same by the language model"
        return "like the other notes found"


@dataclass(frozen=True, slots=True)
class Hit:
    """A note that was found.

    Parameters
    ----------
    score
        How sure it is that the note answers the query, from 0 to 1: comparable between queries. Never higher than that
        of the hit before.
    good
        Whether the score is high enough to be called an answer.
    passage
        The paragraph that says most about the query, with marks around the words that matched and no cite marks.
    spans
        Where the marked words stand in the passage without its marks.
    why
        One reason for each arm that found the note.
    path
        The note's file, relative to the vault.
    status
        The effective state; `superseded_by` is the note that replaces it, as its file names it.
    """

    id: str
    title: str
    kind: str
    score: float
    passage: str
    why: tuple[Reason, ...]
    path: str
    tags: tuple[str, ...]
    good: bool = True
    key: str = ""
    slug: str = ""
    status: str = "published"
    updated: str = ""
    contributors: tuple[str, ...] = ()
    superseded_by: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    plain_passage: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """A value by which the answer can be narrowed, and how many of the notes found have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query.

    Parameters
    ----------
    hits
        Best first; equal scores in order of their paths.
    total
        How many notes were found; `hits` are at most as many as were asked for.
    facets
        ``kind``, ``tag``, ``by``, ``source`` (domain) and ``year``, with counts over all notes found.
    confidence, answered
        How sure it is that a note answers the query (0 to 1), and whether that is enough to say so. A query of filters
        alone is always answered when it finds something.
    corrected
        Words that the brain does not hold, with what they were read as.
    expanded
        Words with other words that were looked for beside them.
    query
        What was understood; `query.as_of` is the day that was asked for.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Facet, ...]]
    confidence: float
    answered: bool
    corrected: Mapping[str, str]
    expanded: Mapping[str, tuple[str, ...]]
    query: Query
    seconds: float
