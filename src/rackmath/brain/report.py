"""What an import found, what is wrong with the page, and what was written."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rackmath.brain.defects import Defect
from rackmath.brain.doc_sources import RunSession
from rackmath.brain.references import Batch, Reference
from rackmath.brain.sources import SourceHealth
from rackmath.brain.tags import Alias


@dataclass(frozen=True, slots=True)
class CiteCounts:
    """The cite marks of a page.

    Parameters
    ----------
    total, unresolved
        Cite spans, and those whose sentence is not known. An import resolves none.
    keys, shared_keys, documents
        Distinct document-sentence pairs, those that more than one note uses, and distinct document numbers.
    by_note
        Spans by code of the note.
    beyond_list
        Codes of notes whose highest document number is above the number of sources they list: proof that the numbers
        are not places in that list.
    quoted
        Spans that wrap text in quotation marks.
    """

    total: int
    unresolved: int
    keys: int
    shared_keys: int
    documents: int
    by_note: dict[str, int]
    beyond_list: tuple[str, ...]
    quoted: int


@dataclass(frozen=True, slots=True)
class TagCounts:
    """The tags of a page as spelt there, and which may mean the same."""

    uses: int
    distinct: int
    once: int
    top: tuple[tuple[str, int], ...]
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class BracketCounts:
    """The bracket references: how many groups, with words beside the numbers or not, and how many have a candidate."""

    groups: int
    irregular: int
    numbers: int
    with_candidates: int
    by_note: dict[str, int]
    batches: tuple[Batch, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import did to a vault, as paths in it.

    `proposals` are notes that changed on the page and by hand: the page's text waits under ``proposals/``. `missing`
    were removed by hand and are not brought back; `gone` are no longer on the page and are kept.
    """

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: int = 0
    proposals: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether the import wrote anything."""
        return bool(self.created or self.updated or self.proposals)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A page, counted; its defects; and, when it was imported, the changes to the vault at `vault`."""

    page: str
    sha256: str
    title: str
    contributor: str
    handle: str
    announced: int
    found: int
    kinds: dict[str, tuple[int, int]]
    cites: CiteCounts
    runs: tuple[RunSession, ...]
    urls: SourceHealth
    tags: TagCounts
    brackets: BracketCounts
    defects: tuple[Defect, ...]
    vault: str = ""
    run: str = ""
    changes: Changes = field(default_factory=Changes)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain dicts, lists and numbers, ready for ``json.dumps``."""
        return asdict(self)

    def render(self, width: int = 96) -> str:
        """Return a text for a terminal, `width` characters wide: what was found, and what is wrong with the page."""
        from rackmath.brain.report_text import render  # noqa: PLC0415  (the text of a report is asked for at the end)

        return render(self, width)
