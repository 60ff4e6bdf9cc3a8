"""The audit of one note, for the margin of its page: findings beside the paragraph that they are about."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from rackmath.audit.arithmetic import arithmetic
from rackmath.audit.finding import Finding
from rackmath.audit.queue import LIKELY, TOLD
from rackmath.audit.read import note_of
from rackmath.audit.settled import key_of, settled
from rackmath.vault import Vault
from rackmath.web.audit_rows import finding_row
from rackmath.web.audited import audit_of
from rackmath.web.charts.svg import Svg, escape
from rackmath.web.prose import Beside

if TYPE_CHECKING:
    from rackmath.brain.entries import Note
    from rackmath.brain.library import Library

AT_ONCE = 40_000
"""Characters of a note up to which its arithmetic is checked while its page is made."""

MOST = 40
"""Findings beside one note."""

SIGNS = {"bad": "▲", "half": "◐", "good": "●"}
_NEW_BLOCK = re.compile(r"[ \t]*$|[ \t]{0,3}(?:[-*+>#|]|\d{1,3}[.)]\s|\[\^|```|~~~)")
_BLOCK_ID = re.compile(r"[ \t]+\^[A-Za-z0-9-]{1,61}[ \t]*\Z")


def note_findings(library: Library, note: Note, day: datetime.date) -> list[dict[str, Any]]:
    """Return what is open about a note: rows of findings, each with the `place` in its body where it stands beside."""
    decided = settled(Vault.open(library.path, read_only=True))
    start = len(note.text) - len(note.document.body)
    rows: list[dict[str, Any]] = []
    for finding in _found(library, note, day):
        if finding.rule in TOLD or finding.rule.startswith("source-"):  # the page tells of these by itself
            continue
        key = key_of(finding, note.id)
        entry = decided.get(key)
        if finding.verdict not in ("wrong", "ambiguous") or finding.confidence < LIKELY:
            continue
        if (entry is not None and entry.holds(day)) or any(row["key"] == key for row in rows):
            continue
        place = _place(note.document.body, finding.end - start) if finding.end > start else None
        rows.append(finding_row(finding, key) | {"place": place})
    return sorted(rows, key=lambda row: (row["place"] is None, row["place"] or 0))[:MOST]


def _found(library: Library, note: Note, day: datetime.date) -> list[Finding]:
    """Return the findings of a note as it stands: of the brain's audit, or its arithmetic alone while that is made."""
    told = audit_of(library, day)
    if told.current:
        return [each for each in told.findings if each.path == note.path]
    return arithmetic(note_of(note.text, note.path, note.path).lines) if len(note.text) <= AT_ONCE else []


def _place(body: str, end: int) -> int | None:
    """Return where the paragraph around a place ends; None in a table, a heading or code, where nothing can stand."""
    start = body.rfind("\n", 0, max(end, 0)) + 1
    if re.match(r"[ \t]{0,3}[|#]|[ \t]*(?:```|~~~)|    ", body[start : start + 8]):
        return None
    last = body.find("\n", end)
    while last >= 0:
        after = body.find("\n", last + 1)
        if _NEW_BLOCK.match(body[last + 1 : after if after >= 0 else len(body)]):
            break
        last = after
    stop = last if last >= 0 else len(body)
    line = body[max(0, stop - 80) : stop]
    tail = _BLOCK_ID.search(line)
    return stop - (len(line) - tail.start() if tail else len(line) - len(line.rstrip()))


def beside(rows: list[dict[str, Any]]) -> list[Beside]:
    """Return the notes beside the paragraphs, in order."""
    return [Beside(row["place"], _html(row)) for row in rows if row["place"] is not None]


def _html(row: dict[str, Any]) -> Svg:
    sign = SIGNS[row["look"]]
    more = "How it was recomputed" if row["kind"] == "arithmetic" else "More in the audit"
    return Svg(
        f'<span class="beside look-{row["look"]}" role="note" aria-label="Audit" id="f-{row["key"]}">'
        f'<span class="state {row["look"]}"><span class="sign" aria-hidden="true">{sign}</span>'
        f"{escape(row['verdict_words'])}</span> {escape(row['explanation'])} "
        f'<a href="/audit#f-{row["key"]}">{more}</a></span>'
    )
