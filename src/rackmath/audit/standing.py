"""What a text rests on and how it is built: counts, references, claims without a source, figures gone stale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rackmath.audit.cited import checked, page_claims
from rackmath.audit.citing import citing
from rackmath.audit.finding import Finding, Sort, Verdict
from rackmath.audit.quantity import quantities
from rackmath.audit.read import Matter, Note
from rackmath.brain.domains import tier_of
from rackmath.brain.page import Page
from rackmath.brain.references import resolve_references
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.library import Library

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
_CITES = re.compile(r"^[ \t]*@[A-Za-z0-9][\w:.-]*", re.MULTILINE)
"""What is left of a footnote that cites a source by its key."""

_NOW = re.compile(r"\bas of\b|\bcurrent(?:ly)?\b|\blist pric", re.IGNORECASE)


def standing(matter: Matter, today: date, library: Library | None = None) -> list[Finding]:
    """Return the findings of sort ``citation``, ``structure`` and ``staleness``; `library` is that of a vault."""
    found: list[Finding] = []
    if matter.page:
        found += _page(matter.page)
        found += checked(page_claims(matter.page))
    sourced = library.ask(_sourced) if library else frozenset()
    for note in matter.notes:
        found += _announced(note)
        found += _unsourced(note, matter.page) if note.path not in sourced else ()
        found += _stale(note, today)
    if library:
        found += citing(library)
        found += _vault(library, today)
    return found


def library_of(matter: Matter) -> Library | None:
    """Return the brain that was read, or None for a page, a file, or a folder that only looks like a brain."""
    if matter.vault and (matter.vault / "brain.yaml").is_file():
        from rackmath.brain.library import Library  # noqa: PLC0415  (its index is only needed for a vault)

        with suppress(RackmathError):
            return Library.open(matter.vault)
    return None


def _sourced(db: sqlite3.Connection) -> frozenset[str]:
    """Return the paths of notes that rest on something: a source, a figure of a note, or another note."""
    rows = db.execute(
        "SELECT path FROM note WHERE rowid IN (SELECT note FROM rests UNION SELECT note FROM figure_use "
        "UNION SELECT note FROM link UNION SELECT note FROM bracket UNION SELECT note FROM cite)"
    )
    return frozenset(path for (path,) in rows)


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
        or _CITES.search(note.text)
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
    "references": "citation",
    "stale": "staleness",
    "links": "structure",
    "problems": "structure",
}


def _vault(library: Library, today: date) -> Iterator[Finding]:
    """Tell what else the brain's own checks know: references to confirm, stale figures, broken links."""
    for task in library.attention(today):
        kind = _TASKS.get(task.kind)
        if kind is not None:
            yield _finding(
                kind,
                task.kind,
                "ambiguous",
                0.7,
                task.card.title if task.card else library.title,
                "; ".join(task.items[:5]) or task.title,
                f"{task.title}: {task.why}.",
                path=task.card.path if task.card else "",
            )
