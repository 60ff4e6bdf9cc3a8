"""What reading annotations into a brain would change: each becomes a quotation with a citation in a draft.

An annotation belongs to the source that has its address. It goes into a note that is named, or into a draft of readings
of that source. Its words are looked for in the newest kept text; where they stand there once, the citation names the
sentences; where they do not, it is orphaned. Nobody has checked it yet, and an annotation that a note of the brain has
already is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial

from rackmath.brain import snapshots
from rackmath.brain.anchors import AROUND, Selector, quoted
from rackmath.brain.cites import BLOCK, cites
from rackmath.brain.confirm import confirm_citation
from rackmath.brain.formats.annotations import Incoming
from rackmath.brain.front import text
from rackmath.brain.snapshots import Snapshot
from rackmath.brain.urls import url_facts
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault, slug, stable_id

LONGEST_QUOTE = 2000
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|{}!~$])")


@dataclass(frozen=True, slots=True)
class Planned:
    """A citation to be: the annotation's id, its source, note and label, and how far it is resolved."""

    annotation: str
    citekey: str
    path: str
    label: str
    state: str
    sentences: tuple[int, ...]


@dataclass(slots=True)
class AnnotationPlan:
    """What would change.

    Parameters
    ----------
    changes
        (path, text, expected) for `Vault.write_many`; empty when there is nothing to do.
    planned
        The citations to be.
    unknown
        Addresses that no source of the brain has, with how many annotations they have.
    already
        How many annotations notes of the brain have already.
    """

    changes: list[tuple[str, str, str | None]] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    already: int = 0


def plan_annotations(vault: Vault, incoming: Iterable[Incoming], *, today: str, note: str = "") -> AnnotationPlan:
    """Plan bringing annotations into a brain.

    Parameters
    ----------
    today
        The date that new notes carry.
    note
        The path of the note to put them into; empty for a draft of readings for each source.

    Raises
    ------
    RackmathError
        There is no such note, or it cannot be changed.
    """
    plan = AnnotationPlan()
    sources = _by_address(vault)
    seen = _seen(vault)
    newest = lru_cache(maxsize=64)(partial(_newest, vault))
    drafts: dict[str, Document] = {}
    expected: dict[str, str | None] = {}
    for each in incoming:
        found = sources.get(url_facts(each.url).loose)
        if found is None:
            plan.unknown[each.url] += 1
            continue
        if each.id in seen:
            plan.already += 1
            continue
        seen.add(each.id)
        citekey, title = found
        path = note or f"notes/reading/annotations-on-{slug(citekey, 100)}.md"
        if path not in drafts:
            drafts[path], expected[path] = _opened(vault, path, citekey, title, today, must_exist=bool(note))
        drafts[path], planned = _with(drafts[path], each, citekey, newest(citekey), path)
        plan.planned.append(planned)
    plan.changes = [(path, document.text, expected[path]) for path, document in drafts.items()]
    return plan


def _by_address(vault: Vault) -> dict[str, tuple[str, str]]:
    """Return (citekey, title) of the sources by the loose form of their address."""
    found: dict[str, tuple[str, str]] = {}
    for path, said in vault.documents("sources", []) if vault.exists_folder("sources") else ():
        document = Document.parse(said)
        if url := text(document.front.get("url")):
            citekey = text(document.front.get("citekey")) or path.rsplit("/", 1)[-1].removesuffix(".md")
            found.setdefault(url_facts(url).loose, (citekey, document.title() or citekey))
    return found


def _seen(vault: Vault) -> set[str]:
    """Return the raw marks of all citations of the brain."""
    found: set[str] = set()
    for _, said in vault.documents("notes", []) if vault.exists_folder("notes") else ():
        if f"```{BLOCK}" in said:
            found |= {cite.raw for cite in cites(Document.parse(said)) if cite.raw}
    return found


def _newest(vault: Vault, citekey: str) -> Snapshot | None:
    records = snapshots.of_source(vault, citekey)
    try:
        return snapshots.load(vault, records[0].sha256) if records else None
    except RackmathError:
        return None


def _opened(
    vault: Vault, path: str, citekey: str, title: str, today: str, *, must_exist: bool
) -> tuple[Document, str | None]:
    """Return the note to add to and the hash that it was read with: the one that is there, or a new draft."""
    if must_exist or vault.exists(path):
        said, digest = vault.read(path)
        return Document.parse(said), digest
    front = {
        "id": stable_id("note", "annotations", citekey),
        "type": "reading",
        "title": f"Annotations on {title}",
        "status": "draft",
        "created": today,
        "tags": [],
        "sources": [citekey],
    }
    return Document.compose(front, f"What readers marked in @{citekey}."), None


def _with(
    document: Document, each: Incoming, citekey: str, snapshot: Snapshot | None, path: str
) -> tuple[Document, Planned]:
    """Add one annotation to a note: its words as a quotation, its comment, and a citation of the sentences."""
    labels = {*document.footnotes, *(cite.id for cite in cites(document))}
    label = next(name for number in range(1, len(labels) + 2) if (name := f"h{number}") not in labels)
    sentences = quoted(snapshot, each.quote, each.prefix, each.suffix) if snapshot else ()
    quote = _SPECIAL.sub(r"\\\1", each.quote[:LONGEST_QUOTE])
    comment = _SPECIAL.sub(r"\\\1", each.comment)
    said = f"> {quote}[^{label}]\n" + (f"\n{comment}\n" if comment else "")  # one line each: see `front.text`
    document = _added(document, said, f"[^{label}]: @{citekey}")
    state = "resolved_sentence" if sentences else "orphaned" if snapshot else "url_only"
    changed = confirm_citation(
        document,
        label,
        source=citekey,
        by="",
        at="",
        snapshot=snapshot.record.sha256 if snapshot and sentences else "",
        sentences=sentences,
        selector=Selector(each.quote, each.prefix[-AROUND:], each.suffix[:AROUND], each.start, each.end),
        relation="context",
        state=state,
        raw=each.id,
    )
    return changed, Planned(each.id, citekey, path, label, state, sentences)


def _added(document: Document, words: str, footnote: str) -> Document:
    """Put words before the blocks and footnotes that end a note, and a footnote at its very end."""
    place = len(document.text)
    position = 0
    for segment in document.segments:
        if segment.kind == "fence" and re.match(r" {0,3}[`~]{3,}(?:citations|references|figures)\b", segment.text):
            place = min(place, position)
        if segment.kind == "prose" and (match := re.search(r"^ {0,3}\[\^[^\]\s]{1,80}\]:", segment.text, re.MULTILINE)):
            place = min(place, position + match.start())
        position += len(segment.text)
    before, after = document.text[:place].rstrip("\r\n"), document.text[place:].rstrip("\r\n")
    newline = document.newline
    footnotes = after.rsplit("\n", 1)[-1].startswith("[^")
    end = f"{after}{newline}" if footnotes else f"{after}{newline}{newline}" if after else ""
    return Document.parse(f"{before}\n\n{words}\n".replace("\n", newline) + f"{end}{footnote}{newline}")
