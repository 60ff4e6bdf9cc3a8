"""All that a note's page tells, as plain data, and the prose as HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from posixpath import normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rackmath.brain.entries import Health
from rackmath.brain.links import name_of
from rackmath.errors import RackmathError
from rackmath.evidence.resolve import best_first, fitting, read_reference
from rackmath.web import cards
from rackmath.web.chips import Chip, chip_of, figure_data, source_path
from rackmath.web.citing import bracket_of, cited_data, listed_sources, mark_of, reference_data
from rackmath.web.note_audit import beside as beside_of
from rackmath.web.note_links import backlinks, link_groups
from rackmath.web.numbers import plural
from rackmath.web.prose import Beside, Known, Prose, Target, set_prose

if TYPE_CHECKING:
    from datetime import date

    from rackmath.brain.entries import Card, Cited, Link, Note, SourceEntry
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.evidence import Conflict, Figure
    from rackmath.web.note_parts import Parts

_SOURCE_FILE = re.compile(r"sources/([^/]{1,200})\.md")

MOST_SOURCES = 500
"""Sources that a note's page lists."""

HEALTHY, DOUBTFUL = 0.9, 0.5
"""From this share of resolved citations on a note's citations look good; below the second they look open."""


def paths_of(note: Card, version: str = "") -> dict[str, str]:
    """Return the addresses around a note; `version` is the SHA-256 of the text that is shown."""
    base = f"/n/{note.key}"
    return {
        "note": note.href,
        "history": f"{base}/history",
        "diff": f"{base}/diff",
        "graph": f"{base}/links",
        "write": f"/write/{note.key}",
        "version": f"{base}@{version[:16]}" if version else note.href,
    }


def people_of(site: Site, handles: Iterable[str]) -> dict[str, str]:
    """Return the names of contributors, by handle."""
    known = site.people
    return {handle: (known[handle].name if handle in known else "") or f"@{handle}" for handle in handles}


def quantity_name(site: Site, quantity: str) -> str:
    """Return how a quantity is called."""
    about = site.meaning[0].get(quantity)
    return (about.name if about else "") or quantity.replace("-", " ")


def figures_of(site: Site, figures: Sequence[Figure], day: date, disputes: Sequence[Conflict]) -> list[dict[str, Any]]:
    """Return figures as plain data with the names of what they are about."""
    against: dict[str, list[str]] = {}
    for dispute in disputes:
        against.setdefault(dispute.first.id, []).append(dispute.second.id)
        against.setdefault(dispute.second.id, []).append(dispute.first.id)
    cards = site.cards({figure.note_id for figure in figures if figure.note_id})
    return [
        figure_data(
            figure,
            day,
            card=cards.get(figure.note_id),
            subject=site.subject_name(figure.subject),
            quantity=quantity_name(site, figure.quantity),
            source=site.source_title(figure.source) if figure.source else "",
            against=against.get(figure.id, ()),
        )
        for figure in figures
    ]


def quote_for(figure: Mapping[str, Any], cited: Sequence[Mapping[str, Any]]) -> str:
    """Return the sentence that a figure stands on: the quote of a citation of its source that has its printed words."""
    words = figure["as_written"]
    mine = [item for item in cited if item["citekey"] and item["citekey"] == figure["source"] and item["quote"]]
    return next((item["quote"] for item in mine if words and words in item["quote"]), "")


def prose_of(
    note: Note,
    links: Sequence[Link],
    cited: Sequence[Mapping[str, Any]],
    references: Sequence[Mapping[str, Any]],
    figures: Sequence[Mapping[str, Any]],
    foreign: Mapping[str, Chip],
    beside: Sequence[Beside] = (),
) -> Prose:
    """Set the text of a note; every link, mark, figure and bracket in it is among what is given."""
    targets = {name_of(link.target_text): link.to_card for link in links if link.to_card}
    folder = note.path.rpartition("/")[0]
    chips = {figure["id"]: chip_of(figure, quote_for(figure, cited)) for figure in figures}

    def page(address: str) -> Target | None:
        written = unquote(address.partition("#")[0])
        local = normpath(f"{folder}/{written}") if written.endswith(".md") else written
        for name in (written, local):
            if (card := targets.get(name_of(name))) is not None:
                return Target(card.href, card.title, card.status)
        if found := _SOURCE_FILE.fullmatch(local):
            return Target(source_path(found[1]), found[1])
        return Target(written) if written.startswith("/") else None

    known = Known(
        page=page,
        chip=lambda figure: chips.get(figure) or foreign.get(figure),
        own=list(chips.values()),
        marks={item["id"]: mark_of(item) for item in cited},
        brackets=[bracket_of(item) for item in references],
        run=lambda name: (
            Target(f"/depends/{name}", "a model run: what it is made of") if _RUN.fullmatch(name) else None
        ),
        beside=beside,
    )
    return set_prose(note.document.body, known, note.title)


def known_sources(library: Library, note: Note, parts: Parts) -> dict[str, SourceEntry]:
    """Return the sources that a note names, each looked up once: those cited first, in the order of their marks."""
    listed = note.document.front.get("sources")
    names = [cited.citekey for cited in parts.citations]
    names += [str(name) for name in listed[:MOST_SOURCES]] if isinstance(listed, list) else []
    names += [figure.source for figure in parts.figures]
    wanted = list(dict.fromkeys(filter(None, names)))[:MOST_SOURCES]
    return {name: source for name in wanted if (source := library.source(name, counted=False)) is not None}


def freshness_of(figures: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return how fresh a note is: as its worst figure is, with the reason; None for a note without figures."""
    live = [figure for figure in figures if figure["rank"] != "deprecated"]
    if not live:
        return None
    stale = [figure for figure in live if figure["stale"]]
    if stale:
        worst = max(stale, key=lambda figure: figure["age_days"])
        words = f"{len(stale)} of {plural(len(live), 'figure')} stale" if len(live) > 1 else "stale"
        return {"look": "bad", "words": words, "stale": len(stale), "total": len(live),
                "reason": f"{worst['subject_name']}, {worst['quantity_name']}: {worst['freshness']}"}  # fmt: skip
    soonest = max(live, key=lambda figure: figure["age_days"])
    return {"look": "good", "words": "all figures fresh" if len(live) > 1 else "fresh", "stale": 0, "total": len(live),
            "reason": f"the oldest is {soonest['freshness']}"}  # fmt: skip


def health_of(citations: Sequence[Cited]) -> dict[str, Any]:
    """Return the citation health of a note: the words, the counts, and how it looks."""
    counts = Counter(cited.state for cited in citations)
    health = Health(len(citations), counts)
    share = health.resolved / health.total if health.total else 0.0
    look = "good" if share >= HEALTHY else "half" if share >= DOUBTFUL else "open"
    words, by_state = health.words, dict(health.by_state)
    return {"total": health.total, "resolved": health.resolved, "words": words, "by_state": by_state, "look": look}


def dispute_data(dispute: Conflict, figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a disagreement with this note's side first; `figures` holds both by id."""
    first, second = figures[dispute.first.id], figures[dispute.second.id]
    mine, other = (first, second) if first["own"] else (second, first)
    return {
        "hard": dispute.hard,
        "label": dispute.label,
        "severity": round(dispute.severity, 3) if dispute.severity < 1e6 else None,
        "explanation": dispute.explanation,
        "reason": dispute.reason,
        "mine": dict(mine),
        "other": dict(other),
    }


def note_data(
    site: Site, library: Library, note: Note, day: date, parts: Parts, findings: Sequence[dict[str, Any]] = ()
) -> tuple[dict[str, Any], Prose]:
    """Return what a text of a note tells by itself, and its prose with findings of the audit beside it."""
    figures = figures_of(site, parts.figures, day, parts.disputes)
    sources = known_sources(library, note, parts)
    cited = [cited_data(each, sources.get(each.citekey)) for each in parts.citations]
    references = [reference_data(reference) for reference in parts.references]
    both = {figure["id"]: figure | {"own": True} for figure in figures}
    strange = [side for each in parts.disputes for side in (each.first, each.second) if side.id not in both]
    both |= {figure["id"]: figure | {"own": False} for figure in figures_of(site, strange, day, ())}
    prose = prose_of(note, parts.links, cited, references, figures, _foreign(site, note, both, day),
                     beside_of(list(findings)))  # fmt: skip
    later = library.card(note.superseded_by.strip("[]").partition("|")[0], drafts=False) if note.superseded_by else None
    data = cards.card(note) | {
        "key": note.key,
        "people": people_of(site, note.contributors),
        "tag_names": {slug: site.tag_name(slug) for slug in note.tags},
        "aliases": list(note.aliases),
        "certainty": note.certainty,
        "brain": note.brain,
        "missing": [{"rule": each.rule, "needs": each.needs, "why": each.why} for each in note.standing.missing],
        "retired_because": note.retired_because,
        "superseded_by": {"href": later.href, "title": later.title} if later else None,
        "problems": note.document.problems[:3],
        "health": health_of(parts.citations),
        "freshness": freshness_of(figures),
        "figures": figures,
        "citations": cited,
        "unsourced": sum(1 for item in cited if not item["source"]),
        "references": references,
        "sources": listed_sources(sources.values(), cited),
        "links": link_groups(parts.links),
        "disputes": [dispute_data(dispute, both) for dispute in parts.disputes],
        "findings": list(findings),
        "headings": [{"level": each.level, "id": each.id, "text": each.text} for each in prose.headings],
        "sha256": note.sha256,
        "body": note.document.body,
    }
    return data, prose


def around(site: Site, library: Library, note: Note, *, drafts: bool) -> dict[str, Any]:
    """Return what other notes have to do with a note: links to it, near-duplicates, shared sources."""
    return {
        "backlinks": backlinks([*site.backlinks(note.id, drafts=drafts), *_candidates(site, note, drafts=drafts)]),
        "near": [_other(each.card) | {"similarity": each.similarity} for each in library.near(note.id, drafts=drafts)],
        "shared": [
            _other(each.card) | {"citekeys": list(each.citekeys), "independent": each.independent, "words": each.words}
            for each in library.shared_sources(note.id, drafts=drafts)
        ],
    }


def _candidates(site: Site, note: Note, *, drafts: bool) -> list[Link]:
    """Return the links of bracket references that may mean a note; those confirmed are among its backlinks."""
    return [link for link in site.referring(note.id, drafts=drafts) if link.type != "refers_to"]


def _other(card: Card) -> dict[str, Any]:
    return {"href": card.href, "title": card.title, "kind": card.kind, "status": card.status}


_RUN = re.compile(r"run_[0-9A-Za-z_-]{1,80}")
_FIGURE_LINK = re.compile(r"\[\[fig:\s?([^\[\]|\n]{1,100})", re.IGNORECASE)


def _foreign(site: Site, note: Note, known: Mapping[str, Any], day: date) -> dict[str, Chip]:
    """Return the chips of figures of other notes that this note's text shows."""
    names = {found[1].strip() for found in _FIGURE_LINK.finditer(note.document.body)} - set(known)
    found = {name: figure for name in sorted(names)[:200] if (figure := _named(site, name)) is not None}
    chips = {data["id"]: chip_of(data) for data in figures_of(site, list(found.values()), day, ())}
    return {name: chips[figure.id] for name, figure in found.items()}


def _named(site: Site, name: str) -> Figure | None:
    """Return the figure of an id, or the one that answers a reference best."""
    if "/" not in name:
        return site.figure(name)
    try:
        asked = read_reference(name)
    except RackmathError:
        return None
    gone = frozenset().union(*(library.retired_figures for library in site.libraries))
    same = [each for each in site.figures(subject=asked.subject, quantity=asked.quantity) if each.id not in gone]
    return next(iter(best_first(fitting(same, asked.scope))), None)
