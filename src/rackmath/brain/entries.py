"""What a reader of a brain gets: plain, frozen records, without any markup.

Dates are texts as the files give them (``2026-11-22``, ``2026-11`` or empty). Figures and conflicts are those of
`rackmath.evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rackmath.brain.review import Standing
from rackmath.brain.snapshots import Record

if TYPE_CHECKING:
    from rackmath.vault import Document

KINDS = ("pov", "methodology", "watching", "thesis", "reading", "observation")
"""The kinds of notes in the order of a brain's sections."""

PUBLIC = ("published", "retired")
"""The effective states that every reader may see."""


RESOLVED = ("resolved_sentence", "resolved_document")
"""The states of a citation that lead to what a source says."""

STATES = (
    *RESOLVED,
    "url_only",
    "unresolved",
    "orphaned",
    "mismatch",
    "contradicted",
    "retracted_source",
)
"""All states of a citation, from the best to those that need a person."""


@dataclass(frozen=True, slots=True)
class Health:
    """How many citations there are, by state, and how many of them lead to what a source says."""

    total: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)

    @property
    def resolved(self) -> int:
        """Citations resolved to a sentence or to a document."""
        return sum(self.by_state.get(state, 0) for state in RESOLVED)

    @property
    def words(self) -> str:
        """As in ``9 of 11``; ``no citations`` where there are none."""
        return f"{self.resolved:,} of {self.total:,}" if self.total else "no citations"

    def __add__(self, other: Health) -> Health:
        counts = {
            state: count for state in STATES if (count := self.by_state.get(state, 0) + other.by_state.get(state, 0))
        }
        return Health(self.total + other.total, counts)


@dataclass(frozen=True, slots=True)
class Card:
    """A note in a list. `status` is the effective one; `brain` the id of its brain."""

    id: str
    key: str
    slug: str
    kind: str
    title: str
    status: str
    created: str
    published: str
    updated: str
    contributors: tuple[str, ...]
    tags: tuple[str, ...]
    excerpt: str
    figures: int
    citations: int
    health: Health
    path: str
    brain: str = ""

    @property
    def href(self) -> str:
        """The note's page, from the root of the site."""
        return f"/n/{self.key}-{self.slug}"


@dataclass(frozen=True, slots=True)
class Note(Card):
    """A note with its text. `sha256` is of the file: the version to compare when it is written.

    `tag_names` are the tags as the file spells them, `standing` says why it is not published, if it is not.
    """

    text: str = field(default="", repr=False)
    document: Document = field(default=None, repr=False, compare=False)  # type: ignore[assignment]
    sha256: str = ""
    standing: Standing = field(default_factory=lambda: Standing("draft", "draft"))
    certainty: str = ""
    aliases: tuple[str, ...] = ()
    tag_names: tuple[str, ...] = ()
    superseded_by: str = ""
    retired_because: str = ""
    substance: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link between two notes.

    `type` is one of `rackmath.brain.links.TYPES`; `sentence` is the sentence around the link, empty for a link of the
    front matter. Where `resolved` is False, `to_id` and `to_title` are empty and `target_text` is all there is.
    """

    type: str
    from_id: str
    to_id: str
    from_title: str
    to_title: str
    sentence: str
    target_text: str
    resolved: bool
    from_card: Card | None = None
    to_card: Card | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of a note, in the order of its marks in the text, as judged by `rackmath.brain.cite_check`.

    `claim` is the note's own sentence; `sentences` are pairs of first and last sentence of the snapshot; `marks` the
    keys of an import that nobody has resolved. Where the citation names no source, `candidates` are the citekeys that
    its note lists, and `offered` those that an import thinks likely, with a confidence. `problem` says what cannot be
    read in it, or nothing; `why` explains the state in a sentence, and `notes` hold what else there is to know.
    """

    id: str
    citekey: str
    state: str
    sentences: tuple[tuple[int, int], ...]
    quote: str
    claim: str
    marks: tuple[str, ...]
    candidates: tuple[str, ...]
    problem: str
    offered: tuple[tuple[str, float], ...] = ()
    why: str = ""
    notes: tuple[str, ...] = ()
    relation: str = ""
    snapshot: str = ""
    prefix: str = ""
    suffix: str = ""
    words: str = ""
    raw: str = ""
    checked_by: str = ""
    checked_at: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A note that a number in brackets may mean; `overlap` is how alike sentence and note are (cosine, 0 to 1)."""

    number: int
    note_id: str
    title: str
    overlap: float
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class BracketRef:
    """A bracket such as ``[13, 16]``: ``resolved`` by a person, ``candidate``, or ``unresolved``."""

    id: str
    raw: str
    state: str
    confidence: float
    numbers: tuple[int, ...]
    candidates: tuple[Candidate, ...]
    sentence: str
    confirmed_by: str = ""
    confirmed_at: str = ""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source of a brain: the fields of its file, its uses, and the records of its snapshots, the newest first."""

    citekey: str
    id: str
    title: str
    publisher: str
    url: str
    published: str
    accessed: str
    licence: str
    source_kind: str
    status: str
    superseded_by: str
    authors: tuple[str, ...]
    doi: str
    path: str
    notes: int
    citations: int
    figures: int
    snapshots: tuple[Record, ...] = ()
    front: Mapping[str, Any] = field(default_factory=dict, repr=False)
    brain: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a note uses a source: ``how`` is listed, cited or figure."""

    card: Card
    sentence: str
    state: str
    citation_id: str
    how: str = "cited"
    figure_id: str = ""


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag: the notes that carry it, the spellings in use, and the tags that stand beside it.

    `company` holds (slug, notes with both, Jaccard), the closest first; `proposed` (slug, evidence, confidence).
    """

    slug: str
    name: str
    count: int
    spellings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    parent: str = ""
    children: tuple[str, ...] = ()
    company: tuple[tuple[str, int, float], ...] = ()
    proposed: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class QuantityEntry:
    """A quantity: its definition, and how many figures of how many subjects it has."""

    id: str
    name: str
    definition: str
    unit: str
    half_life_days: float | None
    figures: int
    subjects: int
    defined: bool
    axes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    plausible: tuple[float | None, float | None] = (None, None)
    tolerance: float = 0.0
    comparable_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A note with nearly the same text. `similarity` is the share of three-word runs that both have (0 to 1)."""

    card: Card
    similarity: float
    shared_sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A note that rests on the same sources.

    `effective` is the effective number of independent sources of the two notes together, of `sources` in all.
    """

    card: Card
    citekeys: tuple[str, ...]
    independent: bool
    words: str
    sources: int = 0
    effective: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A revision of a note. `version` is the SHA-256 of the file after it."""

    card: Card
    at: str
    author: str
    kind: str
    message: str
    version: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something that needs a person: `severity` 1 (most) to 3, `since` a date or empty, `items` the single places.

    In the queue of `rackmath.audit.queue` it also has a `key`, by which people put it off or call it fine, a `weight`
    by which things of one severity are ranked, and the `claim` that it is about.
    """

    kind: str
    severity: int
    title: str
    why: str
    target: str
    since: str = ""
    count: int = 1
    items: tuple[str, ...] = ()
    card: Card | None = None
    brain: str = ""
    key: str = ""
    weight: float = 0.0
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person or pen name: the fields of ``contributors/<handle>.yaml`` and the counts of their notes by kind."""

    handle: str
    name: str = ""
    role: str = ""
    beats: tuple[str, ...] = ()
    bio: str = ""
    covers: str = ""
    publication: str = ""
    names: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    brain: str = ""
    path: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A note's neighbourhood: cards by id, and edges (from, to, type)."""

    centre: str
    nodes: tuple[Card, ...]
    edges: tuple[tuple[str, str, str], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a brain hangs together.

    `orphans` are readings that no thesis or point of view links to, `unsupported` theses and points of view without
    links or sources; `concentration` is the Herfindahl index of uses by domain (1: all of one domain), `domains` the
    largest shares.
    """

    orphans: tuple[Card, ...]
    unsupported: tuple[Card, ...]
    concentration: float
    domains: tuple[tuple[str, int, float], ...]
    readings: int
    arguments: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a page that was imported announced, and what was found: in all, and in words by kind (``12 of 12``)."""

    page: str
    announced: int | None
    found: int
    kinds: Mapping[str, str] = field(default_factory=dict)
