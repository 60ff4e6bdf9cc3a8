"""What a person says about citations and bracket references, as changes of a note's document.

Each function takes a document and returns a changed one; whoever calls writes it. The raw mark of an import is never
taken away, and who said it and when stands beside what was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rackmath.brain import brackets, cites
from rackmath.brain.anchors import Selector
from rackmath.errors import RackmathError, suggest
from rackmath.vault import Document

LONGEST_QUOTE = 1000
"""A quotation is kept to this many letters; the sentence numbers say the rest."""

_BOUND = ("source", "snapshot", "sentences", "quote", "prefix", "suffix", "relation", "checked_by", "checked_at")
_LABEL = re.compile(r"[^\]\s]{1,80}")


def confirm_reference(
    document: Document, reference: str, meanings: Mapping[int, str], *, by: str, at: str, known: Iterable[str] = ()
) -> Document:
    """Say which notes the numbers of a bracket reference mean.

    Parameters
    ----------
    meanings
        Ids of notes by number. Numbers that are left out stay as they are.
    by, at
        Who says so, and when (ISO 8601).
    known
        Ids of the brain's notes; where any are given, each meaning must be among them.

    Raises
    ------
    RackmathError
        There is no such reference, it has no such number, or there is no such note.
    """
    notes = set(known)
    titles = {}
    for ref in brackets.brackets(document):
        if ref.id == reference:
            titles = {each.note: each.title for each in (*ref.candidates, *ref.rejected, *ref.confirmed)}
            for number, note in meanings.items():
                if number not in ref.numbers:
                    raise RackmathError(
                        f"reference {reference} ({ref.raw}) has no number {number}; it has {_listed(ref.numbers)}"
                    )
                if notes and note not in notes:
                    raise RackmathError(f"reference {reference}: there is no note {note!r}{suggest(note, notes)}")

    def change(entry: dict[str, Any]) -> dict[str, Any]:
        kept = [each for each in _list(entry.get("confirmed")) if each.get("number") not in meanings]
        said = [_meaning(number, note, titles.get(note, "")) for number, note in meanings.items()]
        confirmed = sorted([*kept, *said], key=lambda each: int(each.get("number", 0)))
        refused = [
            each for each in _list(entry.get("rejected")) if meanings.get(each.get("number", -1)) != each.get("note")
        ]
        settled = {each.get("number") for each in confirmed} >= set(entry.get("numbers") or [])
        return _with(
            entry,
            state="resolved" if settled else "unresolved",
            resolved=list(dict.fromkeys(str(each.get("note")) for each in confirmed)) if settled else None,
            confirmed=confirmed,
            rejected=refused or None,
            confirmed_by=by,
            confirmed_at=at,
        )

    return _changed(document, brackets.BLOCK, "reference", reference, change)


def reject_reference(
    document: Document, reference: str, numbers: Iterable[int] | None = None, *, by: str, at: str
) -> Document:
    """Say that the candidates of some numbers of a bracket reference (all, by default) are wrong.

    They are kept as rejected, so that no later import offers them again; a confirmation of these numbers is undone.
    """
    wanted = None if numbers is None else set(numbers)

    def change(entry: dict[str, Any]) -> dict[str, Any]:
        def meant(each: Mapping[str, Any]) -> bool:
            return wanted is None or each.get("number") in wanted

        offered = [*_list(entry.get("confirmed")), *_list(entry.get("candidates"))]
        refused = {(each.get("number"), each.get("note")): each for each in _list(entry.get("rejected"))}
        for each in filter(meant, offered):
            pair = each.get("number"), each.get("note")
            refused.setdefault(
                pair, _meaning(each.get("number", 0), str(each.get("note")), str(each.get("title") or ""))
            )
        kept = [each for each in _list(entry.get("confirmed")) if not meant(each)]
        return _with(
            entry,
            state="unresolved",
            resolved=None,
            confirmed=kept or None,
            rejected=list(refused.values()),
            rejected_by=by,
            rejected_at=at,
        )

    return _changed(document, brackets.BLOCK, "reference", reference, change)


def confirm_above(document: Document, confidence: float, *, by: str, at: str) -> tuple[Document, list[str]]:
    """Confirm every candidate of the references whose confidence is at least this; return the ids of those changed.

    A number with two candidates is left for a person.
    """
    changed = []
    for ref in brackets.brackets(document):
        offered: dict[int, set[str]] = {}
        for each in ref.candidates:
            offered.setdefault(each.number, set()).add(each.note)
        clear = {number: next(iter(notes)) for number, notes in offered.items() if len(notes) == 1}
        if clear and ref.confidence >= confidence:
            document = confirm_reference(document, ref.id, clear, by=by, at=at)
            changed.append(ref.id)
    return document, changed


def confirm_citation(
    document: Document,
    citation: str,
    *,
    source: str,
    by: str,
    at: str,
    snapshot: str = "",
    sentences: Sequence[int] = (),
    selector: Selector | None = None,
    relation: str = "supports",
    state: str = "",
    raw: str = "",
) -> Document:
    """Bind a citation to a source, and to sentences of a snapshot of it.

    The entry of the ``citations`` block keeps its raw mark, its claim and unknown keys; the footnote is rewritten as
    ``[^c1]: @source s12-14`` with its other words, so that the file reads without this program.

    Parameters
    ----------
    selector
        The quotation with what stands around it (`anchors.selector`), for finding the sentences again.
    state
        The computed state (`cite_check.judge`); by default how far it is resolved.
    by, at
        Who checked it, and when; empty where nobody did.
    raw
        The raw mark of an import; one that stands there already is kept.

    Raises
    ------
    RackmathError
        The note has no such citation, the relation is unknown, or sentences are given without a snapshot.
    """
    if relation not in cites.RELATIONS:
        raise RackmathError(f"relation {relation!r} is none of {', '.join(cites.RELATIONS)}")
    if sentences and not snapshot:
        raise RackmathError(f"citation {citation}: sentences are numbered in a snapshot; name one, or take one first")
    found = _cite(document, citation)
    said: dict[str, Any] = {
        "state": state or ("resolved_sentence" if sentences else "resolved_document" if snapshot else "url_only"),
        "source": source,
        "snapshot": snapshot or None,
        "sentences": sorted(set(sentences)) or None,
        "quote": selector.quote[:LONGEST_QUOTE] if selector else None,
        "prefix": (selector.prefix.strip() or None) if selector else None,
        "suffix": (selector.suffix.strip() or None) if selector else None,
        "relation": relation,
        "checked_by": by or None,
        "checked_at": at or None,
    }
    if raw and not found.raw:
        said["raw"] = raw
    document = _with_entry(document, found, said)
    words = f" {found.words}" if found.words and found.citekey else ""
    numbers = f" s{cites.ranges(sorted(set(sentences))).replace('–', '-').replace(', ', ', s')}" if sentences else ""
    return _with_footnote(document, citation, f"@{source}{numbers}{',' if numbers and words else ''}{words}")


def release_citation(document: Document, citation: str, *, by: str, at: str) -> Document:
    """Take the binding of a citation away: it is unresolved again, with its raw mark, and somebody said so."""
    found = _cite(document, citation)
    nothing = dict.fromkeys(_BOUND)
    document = _with_entry(document, found, {**nothing, "state": "unresolved", "released_by": by, "released_at": at})
    return _with_footnote(
        document, citation, f"{', '.join(found.marks) or found.words or 'source unknown'} (unresolved)"
    )


def _cite(document: Document, citation: str) -> cites.Cite:
    found = {each.id: each for each in cites.cites(document)}
    if citation not in found:
        raise RackmathError(f"there is no citation {citation!r} in this note{suggest(citation, found)}")
    if not _LABEL.fullmatch(citation):
        raise RackmathError(f"citation {citation!r}: a footnote's label has no blanks and no brackets")
    return found[citation]


def _with_entry(document: Document, found: cites.Cite, said: Mapping[str, Any]) -> Document:
    """Put what is said into the entry of a citation, which is made when only a footnote was there."""
    blocks = document.blocks(cites.BLOCK)
    if any(_has(block.data, found.id) for block in blocks):
        return _changed(document, cites.BLOCK, "citation", found.id, lambda entry: _with(entry, **said))
    entry = _with({"id": found.id, "state": "", "claim": found.claim}, **said)
    for index, block in enumerate(blocks):
        if isinstance(block.data, list):
            return document.with_block(index, [*block.data, entry], cites.BLOCK)
    return document.adding_block([entry], cites.BLOCK)


def _with_footnote(document: Document, label: str, words: str) -> Document:
    """Replace what the first line of a footnote says; a footnote that is not there is added at the end."""
    pattern = re.compile(rf"^( {{0,3}}\[\^{re.escape(label)}\]:)[ \t]*[^\r\n]*", re.MULTILINE)
    position = 0
    for segment in document.segments:
        if segment.kind == "prose" and (match := pattern.search(segment.text)):
            start, end = position + match.start(), position + match.end()
            return Document.parse(f"{document.text[:start]}{match[1]} {words}{document.text[end:]}")
        position += len(segment.text)
    newline = document.newline
    gap = "" if document.text.endswith("\n") else newline
    return Document.parse(f"{document.text}{gap}{newline}[^{label}]: {words}{newline}")


def _changed(
    document: Document, block_name: str, what: str, wanted: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Document:
    """Change one entry of a block, found by its id."""
    seen: list[str] = []
    for index, block in enumerate(document.blocks(block_name)):
        data = block.data
        entries = data if isinstance(data, list) else [data]
        for place, entry in enumerate(entries):
            if isinstance(entry, dict) and str(entry.get("id")) == wanted:
                entries[place] = change(dict(entry))
                return document.with_block(index, entries if isinstance(data, list) else entries[0], block_name)
        seen += [str(entry.get("id")) for entry in entries if isinstance(entry, dict)]
    raise RackmathError(f"there is no {what} {wanted!r} in this note{suggest(wanted, seen)}")


def _with(entry: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    """Return an entry with keys set; None takes a key away."""
    merged = {**entry, **said}
    return {key: value for key, value in merged.items() if value is not None}


def _has(data: Any, wanted: str) -> bool:
    entries = data if isinstance(data, list) else [data]
    return any(isinstance(entry, dict) and str(entry.get("id")) == wanted for entry in entries)


def _meaning(number: int, note: str, title: str) -> dict[str, Any]:
    return {"number": number, "note": note, **({"title": title} if title else {})}


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
