"""What a text rests on and how it is built: counts, references, claims without a source, figures gone stale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from urllib.parse import urlsplit

from rackmath.audit.finding import Finding, Sort, Verdict
from rackmath.audit.quantity import quantities
from rackmath.audit.read import Matter, Note
from rackmath.brain.domains import tier_of
from rackmath.brain.page import Page
from rackmath.brain.references import resolve_references
from rackmath.errors import RackmathError

LOAD_BEARING = 3
"""Figures with a unit from which on a note without any source is told of."""

STALE_DAYS = 365
"""A price or a count "as of" a date longer ago than this is told of."""

_COUNTS = {
    word: at for at, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
_ANNOUNCED = re.compile(
    r"\b(?P<count>two|three|four|five|six|seven|eight|nine|ten|[2-9]|10)\s(?:[a-z-]+\s){0,3}?(?P<noun>reasons|"
    r"ways|steps|factors|stages|phases|options|"
    r"criteria|components|levers|strategies|causes|conditions|drivers|questions|points|sources|"
    r"kinds|types|tiers|principles|rules|parts|categories|"
    r"approaches|methods|risks|layers|paths|parameters|things|properties|measures|metrics)\b(?P<rest>[^.!?:]{0,80}):",
    re.IGNORECASE,
)
_INLINE = re.compile(r"\((?P<n>\d{1,2})\)\s")
_MONTHS = {
    name: at
    for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_AS_OF = re.compile(
    r"\b(?:as of|current as of|at|by|prices? (?:from|of))\s(?:(?P<part>early|mid|late)[- ])"
    r"?(?:(?:\d{1,2}\s)?(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s(?:\d{1,2},?\s)"
    r"?)?(?P<year>20\d\d)\b"
)
_NOW = re.compile(r"\bas of\b|\bcurrent(?:ly)?\b|\blist pric", re.IGNORECASE)


def standing(matter: Matter, today: date) -> list[Finding]:
    """Return the findings of sort ``citation``, ``structure`` and ``staleness``."""
    found: list[Finding] = []
    if matter.page:
        found += _page(matter.page)
    for note in matter.notes:
        found += _announced(note)
        found += _unsourced(note, matter.page)
        found += _stale(note, today)
    if matter.vault and (matter.vault / "brain.yaml").is_file():
        found += _vault(matter, today)
    return found


def _finding(
    kind: Sort, rule: str, verdict: Verdict, confidence: float, note: str, claim: str, told: str, **more: object
) -> Finding:
    return Finding(kind, rule, verdict, confidence, note, claim, told, **more)  # type: ignore[arg-type]


def _page(page: Page) -> Iterator[Finding]:
    for section in page.sections:
        if section.announced != len(section.notes):
            yield _finding(
                "structure",
                "count",
                "wrong",
                0.9,
                section.heading,
                f"{section.heading}: {section.announced} notes",
                f"The heading {section.heading!r} announces {section.announced} notes, and "
                f"{len(section.notes)} are listed.",
                line=section.line,
                claimed=float(section.announced),
                recomputed=float(len(section.notes)),
                unit="notes",
                formula="count of notes",
            )
    listed = len(page.notes)
    if page.profile.announced is not None and page.profile.announced != listed:
        yield _finding(
            "structure",
            "count",
            "wrong",
            0.9,
            page.name,
            f"{page.profile.announced} notes",
            f"The page announces {page.profile.announced} notes, and {listed} are listed.",
            claimed=float(page.profile.announced),
            recomputed=float(listed),
            unit="notes",
            formula="count of notes",
        )
    for defect in page.defects:
        if defect.code not in ("section-count", "total-count") and defect.severity != "info":
            yield _finding(
                "structure",
                defect.code,
                "ambiguous",
                0.6,
                page.name,
                defect.message,
                f"{defect.message[0].upper()}{defect.message[1:]}.",
                line=defect.line,
            )
    titles = {note.code: note.title for note in page.notes}
    for reference in resolve_references(page)[0]:
        if missing := reference.missing:
            numbers = ", ".join(map(str, missing))
            yield _finding(
                "citation",
                "reference",
                "ambiguous",
                0.7,
                titles[reference.group.note],
                reference.group.raw,
                f"No reading of this page was found for {numbers} in the reference {reference.group.raw}.",
                line=reference.group.line,
            )


def _announced(note: Note) -> Iterator[Finding]:
    """Check "three reasons: (1) … (2) …" by counting."""
    for line in note.lines:
        match = _ANNOUNCED.search(line.text)
        if match is None:
            continue
        said = _COUNTS.get(match["count"].casefold()) or int(match["count"])
        numbers = [int(each["n"]) for each in _INLINE.finditer(line.text, match.end())]
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            continue
        listed = len(numbers)
        fits = listed == said
        noun = match["noun"]
        yield _finding(
            "structure",
            "list",
            "holds" if fits else "wrong",
            0.9 if fits else 0.85,
            note.title,
            line.text[:600],
            f"The text announces {said} {noun} and lists {listed}."
            if not fits
            else f"The text announces {said} {noun} and lists them.",
            path=line.path,
            line=line.line,
            start=line.start + match.start(),
            end=line.start + match.end(),
            claimed=float(said),
            recomputed=float(listed),
            unit=noun,
            formula="count of items",
        )


def _unsourced(note: Note, page: Page | None) -> Iterator[Finding]:
    if page and any(each.title == note.title and (each.citations or each.urls) for each in page.notes):
        own = next(each for each in page.notes if each.title == note.title)
        hosts = [urlsplit(url).hostname or "" for url in (each.url for each in own.urls)]
        tiers = {tier_of(host) for host in hosts if host}
        if tiers and tiers <= {"aggregator"}:
            yield _finding(
                "citation",
                "aggregators",
                "ambiguous",
                0.7,
                note.title,
                note.title,
                f"All {len(hosts)} sources of this note are aggregators of others' work; cite the first-hand source.",
            )
        return
    if (
        note.urls
        or (page and "[" in note.text)
        or re.search(r"\[\^|\[\d+\]|\(\w+ et al|\b(?:doi|source:|according to|reports?)\b", note.text, re.IGNORECASE)
    ):
        return
    bearing = [
        (line, each)
        for line in note.lines
        for each in quantities(line.text)[:20]
        if each.unit and each.kind != "year" and not each.worded
    ]
    if len(bearing) >= LOAD_BEARING:
        line, first = bearing[0]
        yield _finding(
            "citation",
            "unsourced",
            "ambiguous",
            0.7,
            note.title,
            line.text[:600],
            f"This note gives {len(bearing)} figures, beginning with {first.text!r}, and names "
            f"no source for any of them.",
            path=line.path,
            line=line.line,
            start=line.start + first.start,
            end=line.start + first.end,
        )


def _stale(note: Note, today: date) -> Iterator[Finding]:
    for line in note.lines:
        match = _AS_OF.search(line.text)
        if match is None or not _NOW.search(line.text):
            continue
        month = _MONTHS.get((match["month"] or "").casefold()[:3], {"early": 3, "mid": 6}.get(match["part"] or "", 12))
        age = (today - date(int(match["year"]), month, 28)).days
        figures = [each for each in quantities(line.text)[:20] if each.unit and each.kind != "year"]
        if age > STALE_DAYS and figures:
            yield _finding(
                "staleness",
                "as-of",
                "ambiguous",
                0.7,
                note.title,
                line.text[:600],
                f"{figures[0].text!r} is given {match.group()}, {age:,} days ago; is it still so?",
                path=line.path,
                line=line.line,
                start=line.start + match.start(),
                end=line.start + match.end(),
            )


_TASKS: dict[str, Sort] = {
    "citations": "citation",
    "references": "citation",
    "stale": "staleness",
    "sources": "citation",
    "links": "structure",
    "problems": "structure",
    "conflicts": "conflict",
}


def _vault(matter: Matter, today: date) -> Iterator[Finding]:
    """Tell what the brain's own checks know: citations that fail, stale figures, broken links."""
    from rackmath.brain.library import Library  # noqa: PLC0415  (its index is only needed for a vault)

    assert matter.vault is not None
    tasks = []
    with suppress(RackmathError):  # a folder that only looks like a brain is still audited as texts
        tasks = Library.open(matter.vault).attention(today)
    for task in tasks:
        kind = next((sort for name, sort in _TASKS.items() if task.kind.startswith(name)), None)
        if kind is None or kind == "conflict":
            continue
        verdict: Verdict = "wrong" if task.kind in ("citations_mismatch", "citations_contradicted") else "ambiguous"
        yield _finding(
            kind,
            task.kind,
            verdict,
            0.7,
            task.card.title if task.card else matter.name,
            "; ".join(task.items[:5]) or task.title,
            f"{task.title}: {task.why}.",
            path=task.card.path if task.card else "",
        )
