"""An import report as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import wrap

from rackmath.brain.defects import Defect
from rackmath.brain.domains import TIER_WORDS
from rackmath.brain.report import ImportReport

KIND_WORDS = {
    "pov": "Operating POV",
    "methodology": "Methodology",
    "watching": "Currently watching",
    "thesis": "Thesis",
    "reading": "Reading",
    "observation": "Observation",
}
SURE = 0.6
"""From this confidence on a proposed alias counts as likely."""

SHOWN = 3
"""How many defects of one code are shown; the rest are counted."""


def render(report: ImportReport, width: int = 96) -> str:
    """Return the report as text of lines at most `width` characters long, where words allow."""
    who = f"{report.contributor} (@{report.handle})" if report.handle else "an unnamed contributor"
    lines = [f"{report.title or 'A brain'}, by {who}, from {report.page}", "", *_notes(report), ""]
    for label, text in [*_cites(report), *_brackets(report), *_sources(report), *_tags(report)]:
        lines += _column(label, text, 15, width)
    lines.append("")
    lines += _defects(report.defects, width)
    lines += _changes(report, width)
    return "\n".join(lines) + "\n"


def _column(label: str, text: str, at: int, width: int) -> list[str]:
    """Set a label in front of a text that is wrapped at a column."""
    rows = wrap(text, max(width - at, 20), break_long_words=False, break_on_hyphens=False) or [""]
    return [f"  {label if i == 0 else '':<{at - 2}}{row}".rstrip() for i, row in enumerate(rows)]


def _notes(report: ImportReport) -> Iterator[str]:
    yield f"  {'notes':<22}{'found':>8}{'announced':>12}"
    for kind, (found, announced) in report.kinds.items():
        mark = "" if found == announced else "   <- differs"
        yield f"  {KIND_WORDS.get(kind, kind):<22}{found:>8,}{announced:>12,}{mark}"
    gap = report.announced - report.found
    told = f"   <- {gap:,} unaccounted for" if gap > 0 else f"   <- {-gap:,} more than announced" if gap else ""
    yield f"  {'in all':<22}{report.found:>8,}{report.announced:>12,}{told}"


def _cites(report: ImportReport) -> Iterator[tuple[str, str]]:
    cites = report.cites
    yield (
        "Cite marks",
        f"{cites.total:,} in {len(cites.by_note):,} notes, with {cites.keys:,} different sentence numbers and "
        f"{cites.documents:,} document numbers; {cites.total - cites.unresolved:,} resolved",
    )
    documents = [document for run in report.runs for document in run.documents]
    if documents:
        likely = sum(bool(each.candidates) and each.candidates[0].confidence >= 0.5 for each in documents)
        yield (
            "",
            f"{len(report.runs):,} runs with {len(documents):,} documents, {likely:,} of them with a likely source; "
            "none confirmed",
        )


def _brackets(report: ImportReport) -> Iterator[tuple[str, str]]:
    found = report.brackets
    yield (
        "Brackets",
        f"{found.groups:,} groups in {len(found.by_note):,} notes, {found.with_candidates:,} with candidates; "
        "none confirmed",
    )
    for batch in found.batches:
        yield "", f"[1] = R{batch.oldest} in {', '.join(batch.notes)} (confidence {batch.confidence:.2f})"


def _sources(report: ImportReport) -> Iterator[tuple[str, str]]:
    urls = report.urls
    yield (
        "Sources",
        f"{urls.uses:,} uses of {urls.distinct:,} addresses, {urls.shared:,} used by more than one note; "
        f"{urls.pdf:,} PDF, {urls.doi:,} with a DOI, {urls.arxiv:,} arXiv, {urls.insecure:,} plain http",
    )
    yield "", "; ".join(f"{count:,} {TIER_WORDS.get(tier, tier)}" for tier, count in urls.tiers)
    yield "", "readings by their sources: " + ", ".join(f"{count:,} {grade}" for grade, count in urls.grades)


def _tags(report: ImportReport) -> Iterator[tuple[str, str]]:
    tags = report.tags
    yield (
        "Tags",
        f"{tags.distinct:,} different, {tags.once:,} used once; most used: "
        + ", ".join(f"{tag} {count}" for tag, count in tags.top[:7]),
    )
    sure = [alias for alias in tags.aliases if alias.confidence >= SURE]
    if tags.aliases:
        yield "", f"{len(sure):,} likely aliases, {len(tags.aliases) - len(sure):,} weaker ones:"
        for alias in sure[:5]:
            yield "", f"{alias.tags[0]} = {alias.tags[1]}: {alias.evidence}"


def _defects(defects: tuple[Defect, ...], width: int) -> Iterator[str]:
    if not defects:
        yield "  No defects."
        return
    yield "  What is wrong with the page"
    shown: Counter[str] = Counter()
    counts = Counter(defect.code for defect in defects)
    for defect in defects:
        shown[defect.code] += 1
        where = f"line {defect.line}: " if defect.line else ""
        if shown[defect.code] <= SHOWN:
            yield from _column(defect.severity, f"{where}{defect.message}", 11, width)
        elif shown[defect.code] == SHOWN + 1:
            yield from _column(
                "", f"… and {counts[defect.code] - SHOWN:,} more of this kind ({defect.code})", 11, width
            )


def _changes(report: ImportReport, width: int) -> Iterator[str]:
    if not report.vault:
        return
    done = report.changes
    yield ""
    yield f"  Brain in {report.vault}"
    if done.any:
        counts = f"{len(done.created):,} files created, {len(done.updated):,} updated, {done.unchanged:,} unchanged"
        yield f"  {counts}, {len(done.proposals):,} kept as proposals"
    else:
        yield f"  nothing to change: {done.unchanged:,} files are as the page has them"
    for label, paths, words in (
        ("proposal", done.proposals, "changed here and on the page; compare and merge"),
        ("missing", done.missing, "removed here, still on the page; it is not brought back"),
        ("gone", done.gone, "no longer on the page; it is kept"),
    ):
        for path in paths[:SHOWN]:
            yield from _column(label, f"{path}: {words}", 11, width)
        if len(paths) > SHOWN:
            yield from _column("", f"… and {len(paths) - SHOWN:,} more", 11, width)
