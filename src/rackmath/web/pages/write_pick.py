"""Figures and sources to put into a note: a list with tokens to copy, and the same as JSON for the editor's picker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.web.chips import figure_path, source_path, value_words
from rackmath.web.figure_rows import names_of
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.writing import own_library, own_note

if TYPE_CHECKING:
    from rackmath.brain.entries import SourceEntry
    from rackmath.brain.site import Site
    from rackmath.evidence import Figure

MOST = 40
"""Figures, and sources, that are listed at once."""

_WORD = re.compile(r"[\w.$%]+")


def pick(site: Site, asked: Asked, *, key: str) -> Page:
    """List the figures and sources that hold every word asked for; without words, those of the note and the newest."""
    library = own_library(site, asked)
    note = own_note(site, asked, key)[1] if key != "new" else None
    words = [word.casefold() for word in _WORD.findall(asked.get("q")[:200])][:12]
    mine = list(library.figures(note_id=note.id, drafts=True)) if note else []
    others = (figure for each in site.libraries for figure in each.figures())
    names = names_of(site)
    figures = _first(_unique([*mine, *others]), words, lambda each: _figure_words(each, names))
    sources = _first(library.sources(), words, _source_words)
    return Page(
        path=f"/write/{key}/figures",
        template="site/write/pick.html",
        title="Figures and sources",
        data={
            "key": key,
            "note": note.title if note else "",
            "q": asked.get("q")[:200],
            "figures": [_figure(each, names) for each in figures],
            "sources": [_source(each) for each in sources],
        },
        styles=("write.css",),
        index=False,
    )


def _unique(figures: Iterable[Figure]) -> Iterable[Figure]:
    seen: set[str] = set()
    for figure in figures:
        if figure.id not in seen:
            seen.add(figure.id)
            yield figure


def _first(found: Iterable[Any], words: Sequence[str], told: Any) -> list[Any]:
    """Return the first entries whose words hold every word that was asked for."""
    kept: list[Any] = []
    for each in found:
        if words:
            text = told(each).casefold()
            if not all(word in text for word in words):
                continue
        kept.append(each)
        if len(kept) == MOST:
            break
    return kept


def _figure_words(figure: Figure, names: Mapping[str, str]) -> str:
    said = (figure.as_written, figure.shown, figure.unit, *figure.scope.values(), str(figure.as_of))
    whose = (figure.claimant.who, figure.note_title, figure.source)
    return " ".join([figure.subject, figure.quantity, _about(figure, names), *said, *whose]).replace("-", " ")


def _source_words(source: SourceEntry) -> str:
    return f"{source.citekey} {source.title} {source.publisher} {' '.join(source.authors)}".replace("-", " ")


def _about(figure: Figure, names: Mapping[str, str]) -> str:
    return f"{names.get(figure.subject, figure.subject)}: {names.get(figure.quantity, figure.quantity)}"


def _figure(figure: Figure, names: Mapping[str, str]) -> dict[str, str]:
    printed = re.sub(r"[\[\]|\n]", " ", figure.as_written or value_words(figure)).strip()
    facts = (value_words(figure), f"as of {figure.as_of}", figure.claimant.who, figure.note_title)
    return {
        "token": f"[[fig:{figure.id}|{printed}]]",
        "title": _about(figure, names),
        "note": " · ".join(fact for fact in facts if fact),
        "href": figure_path(figure.id),
    }


def _source(source: SourceEntry) -> dict[str, str]:
    facts = (source.publisher, source.published[:4], source.status if source.status not in {"", "live"} else "")
    return {
        "token": f"@{source.citekey}",
        "title": source.title or source.citekey,
        "note": " · ".join(fact for fact in facts if fact),
        "href": source_path(source.citekey),
    }


ROUTES = [Route("/write/{key}/figures", pick)]
