"""Notes as a brain: import a published page, keep its citations honest, and search.

The names below are loaded when they are first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackmath.brain.answers import Facet, Found, Hit, Reason
    from rackmath.brain.citations import Citation, Mark, read_citations
    from rackmath.brain.defects import Defect
    from rackmath.brain.find import search
    from rackmath.brain.importer import import_page
    from rackmath.brain.index import Index, index_of
    from rackmath.brain.library import Library
    from rackmath.brain.page import Page, PageNote, parse_page, read_page
    from rackmath.brain.references import Batch, BracketGroup, Candidate, Reference, resolve_references
    from rackmath.brain.report import ImportReport
    from rackmath.brain.site import Site
    from rackmath.brain.survey import inspect_page
    from rackmath.brain.tags import Alias, propose_aliases, slug_of, split_tag_line
    from rackmath.brain.urls import citekey_for, normalise_url

_HOMES = {
    "Alias": "tags",
    "Batch": "references",
    "BracketGroup": "references",
    "Candidate": "references",
    "Citation": "citations",
    "Defect": "defects",
    "Facet": "answers",
    "Found": "answers",
    "Hit": "answers",
    "ImportReport": "report",
    "Index": "index",
    "Library": "library",
    "Mark": "citations",
    "Page": "page",
    "PageNote": "page",
    "Reason": "answers",
    "Reference": "references",
    "Site": "site",
    "citekey_for": "urls",
    "import_page": "importer",
    "index_of": "index",
    "inspect_page": "survey",
    "normalise_url": "urls",
    "parse_page": "page",
    "propose_aliases": "tags",
    "read_citations": "citations",
    "read_page": "page",
    "resolve_references": "references",
    "search": "find",
    "slug_of": "tags",
    "split_tag_line": "tags",
}

__all__ = [
    "Alias",
    "Batch",
    "BracketGroup",
    "Candidate",
    "Citation",
    "Defect",
    "Facet",
    "Found",
    "Hit",
    "ImportReport",
    "Index",
    "Library",
    "Mark",
    "Page",
    "PageNote",
    "Reason",
    "Reference",
    "Site",
    "citekey_for",
    "import_page",
    "index_of",
    "inspect_page",
    "normalise_url",
    "parse_page",
    "propose_aliases",
    "read_citations",
    "read_page",
    "resolve_references",
    "search",
    "slug_of",
    "split_tag_line",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
