"""Count a page: notes, cite marks, brackets, sources and tags, and collect every defect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rackmath.brain.citations import Mark
from rackmath.brain.defects import ORDER, Defect
from rackmath.brain.doc_sources import resolve_documents
from rackmath.brain.page import Page
from rackmath.brain.references import Batch, Reference, resolve_references
from rackmath.brain.report import BracketCounts, CiteCounts, ImportReport, TagCounts
from rackmath.brain.sources import Listed, SourceHealth, list_sources, page_health
from rackmath.brain.tags import propose_aliases, slug_of


def inspect_page(page: Page, listed: list[Listed] | None = None) -> ImportReport:
    """Count a page and collect its defects; nothing is written.

    Parameters
    ----------
    listed
        The page's sources with their citekeys, when the caller has them already.
    """
    listed = list_sources(page) if listed is None else listed
    references, batches = resolve_references(page)
    health = page_health(page, listed)
    defects = [*page.defects, *_reference_defects(references), *_cite_defects(page), *_source_defects(health)]
    profile = page.profile
    return ImportReport(
        page=page.name,
        sha256=page.sha256,
        title=profile.title,
        contributor=profile.name,
        handle=profile.handle,
        announced=page.announced,
        found=len(page.notes),
        kinds=_kinds(page),
        cites=count_cites(page),
        runs=tuple(resolve_documents(page.notes)),
        urls=health,
        tags=count_tags(page),
        brackets=_count_brackets(references, batches),
        defects=tuple(sorted(defects, key=lambda defect: (ORDER.index(defect.severity), defect.line))),
    )


def count_cites(page: Page) -> CiteCounts:
    """Count the cite marks of a page."""
    users: dict[Mark, set[str]] = {}
    by_note, beyond, quoted = {}, [], 0
    for note in page.notes:
        spans = note.citations
        if not spans:
            continue
        by_note[note.code] = len(spans)
        quoted += sum(span.quoted for span in spans)
        marks = [mark for span in spans for mark in span.marks]
        for mark in marks:
            users.setdefault(mark, set()).add(note.code)
        if max((mark.doc for mark in marks), default=0) > len(note.urls):
            beyond.append(note.code)
    total = sum(by_note.values())
    return CiteCounts(
        total=total,
        unresolved=total,
        keys=len(users),
        shared_keys=sum(len(codes) > 1 for codes in users.values()),
        documents=len({mark.doc for mark in users}),
        by_note=by_note,
        beyond_list=tuple(beyond),
        quoted=quoted,
    )


def count_tags(page: Page) -> TagCounts:
    """Count the tags of a page, most used first (equal ones by name), and propose aliases."""
    counts = Counter(tag for note in page.notes for tag in note.tags)
    top = sorted(counts.items(), key=lambda pair: (-pair[1], slug_of(pair[0])))
    return TagCounts(
        uses=counts.total(),
        distinct=len(counts),
        once=sum(count == 1 for count in counts.values()),
        top=tuple(top[:20]),
        aliases=tuple(propose_aliases([note.tags for note in page.notes])),
    )


def _count_brackets(references: list[Reference], batches: list[Batch]) -> BracketCounts:
    return BracketCounts(
        groups=len(references),
        irregular=sum(not reference.group.regular for reference in references),
        numbers=sum(len(reference.group.numbers) for reference in references),
        with_candidates=sum(bool(reference.candidates) for reference in references),
        by_note=dict(Counter(reference.group.note for reference in references)),
        batches=tuple(batches),
        references=tuple(references),
    )


def _kinds(page: Page) -> dict[str, tuple[int, int]]:
    kinds: dict[str, tuple[int, int]] = {}
    for section in page.sections:
        found, announced = kinds.get(section.kind, (0, 0))
        kinds[section.kind] = (found + len(section.notes), announced + section.announced)
    return kinds


def _reference_defects(references: list[Reference]) -> Iterator[Defect]:
    for reference in references:
        group = reference.group
        if not group.regular:
            text = f"the bracket {group.raw!r} in {group.note} holds words beside its numbers"
            yield Defect("ref-irregular", "info", group.line, text)
        if reference.missing:
            numbers = ", ".join(map(str, reference.missing))
            text = f"{group.raw} in {group.note}: no reading found for {numbers}"
            yield Defect("ref-without-target", "warning", group.line, text)
    if references:
        text = f"{len(references)} bracket references count from the oldest reading of an unnamed batch: confirm each"
        yield Defect("refs-unresolved", "info", 0, text)


def _cite_defects(page: Page) -> Iterator[Defect]:
    counts = count_cites(page)
    if counts.total:
        text = (
            f"0 of {counts.total} cite marks can be resolved: their numbers belong to a run that the page does not name"
        )
        yield Defect("cites-unresolved", "warning", 0, text)
    if counts.beyond_list:
        text = (
            f"in {len(counts.beyond_list)} of {len(counts.by_note)} notes with cite marks a document number is above "
            "the number of listed sources"
        )
        yield Defect("cites-beyond-list", "info", 0, text)


def _source_defects(health: SourceHealth) -> Iterator[Defect]:
    for group in health.duplicates:
        yield Defect("source-duplicate", "info", 0, f"probably one document: {', '.join(group)}")
    if health.insecure:
        yield Defect("source-http", "info", 0, f"{health.insecure} sources use plain http")
