"""Bring a published brain page into a vault, once or again.

The first import writes one file for each note and each source. Importing the same page again changes nothing. When the
page has changed, notes that nobody touched are updated, and a note that was edited by hand since is never overwritten:
the page's new text becomes a proposal beside it. A small file under ``imports/`` remembers which file came from which
note of the page and what it said when it was written, so that a hand's edit can be told from the page's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from rackmath.brain.doc_sources import offers_for
from rackmath.brain.import_memory import Memory, matched_notes
from rackmath.brain.markdown import Naming, contributor_text, note_text, source_text
from rackmath.brain.page import Page, PageNote, read_page
from rackmath.brain.report import Changes, ImportReport
from rackmath.brain.sources import Listed, list_sources
from rackmath.brain.survey import inspect_page
from rackmath.brain.urls import normalise_url
from rackmath.errors import RackmathError
from rackmath.vault import Conflict, Document, Vault, slug, stable_id

FORMAT = 1
_ID = re.compile(r"^id:[ \t]*[\"']?(note_\w+)", re.MULTILINE)
BRAIN = "brain.yaml"


def import_page(
    page_path: Path | str,
    into: Path | str,
    *,
    writer: str | None = None,
    brain_title: str | None = None,
    today: date | None = None,
) -> ImportReport:
    """Import a saved brain page into a vault.

    Parameters
    ----------
    page_path
        The page, saved as UTF-8 text.
    into
        The vault's folder: an existing vault, or a folder that is empty or does not exist yet.
    writer
        Name of the journal to write to; by default the vault's own.
    brain_title
        Title of a vault that is made here; by default the page's.
    today
        The date that new notes carry as created; by default the current one, in UTC.

    Returns
    -------
    ImportReport
        What the page holds, what is wrong with it, and what was written.

    Raises
    ------
    RackmathError
        The page cannot be read, or `into` is neither a vault nor empty. Nothing is written then.
    """
    page = read_page(page_path)
    root = Path(into)
    existing = (root / BRAIN).is_file()
    if not existing:
        _refuse_foreign(root)
        memory = Memory(name=_page_name(page))
        pinned: dict[str, str] = {}
    else:
        vault = Vault.open(root, writer)
        memory = Memory.read(vault, _page_name(page))
        pinned = _pinned(page, vault, memory)
    listed = list_sources(page, pinned)
    report = inspect_page(page, listed)
    work = _Import(page, report, listed, memory, pinned, (today or datetime.now(UTC).date()).isoformat())
    if not existing:
        title = brain_title or page.profile.title or page.profile.name or page.name
        vault = Vault.create(root, title=title, writer=writer)
    changes = work.apply(vault)
    return replace(report, vault=str(root), run=work.run, changes=changes)


def _refuse_foreign(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise RackmathError(f"{root} is a file; give the folder of a brain, or a new one")
    if root.is_dir() and any(root.iterdir()):
        raise RackmathError(
            f"{root} is not empty and is not a brain (it has no {BRAIN}); give a new or an empty folder"
        )


def _page_name(page: Page) -> str:
    """Return the name under which a page is remembered: it stays the same when the page changes."""
    return slug(page.profile.handle or page.profile.title or Path(page.name).stem)


def _pinned(page: Page, vault: Vault, memory: Memory) -> dict[str, str]:
    """Return citekeys by URL: of earlier imports and, when the page brings new URLs, of all the vault's sources."""
    known = dict(memory.sources)
    wanted = {normalise_url(use.url) for note in page.notes for use in note.urls}
    if wanted <= set(known) or not (vault.path / "sources").is_dir():
        return known
    for rel, text in vault.documents("sources", []):
        front = Document.parse(text).front
        url, key = front.get("url"), str(front.get("citekey") or Path(rel).stem)
        known.setdefault(normalise_url(str(url)) if url else f"file:{rel}", key)
    return known


class _Import:
    """One import: decide what to do with each note, then write all of it at once."""

    def __init__(
        self,
        page: Page,
        report: ImportReport,
        listed: list[Listed],
        memory: Memory,
        pinned: Mapping[str, str],
        today: str,
    ) -> None:
        self.page = page
        self.report = report
        self.listed = listed
        self.memory = memory
        self.pinned = pinned
        self.today = today
        self.run = stable_id("run", memory.name, page.sha256)
        self.entries = matched_notes(page, memory)
        self.naming = Naming(
            ids=self._ids(),
            titles={note.code: note.title for note in page.notes},
            citekeys={source.facts.url: source.citekey for source in listed},
        )
        self._changes: list[tuple[str, str | None, str | None]] = []
        self._created: list[str] = []
        self._updated: list[str] = []
        self._proposals: list[str] = []
        self._missing: list[str] = []
        self._unchanged = 0
        self._by_id: dict[str, str] | None = None

    def apply(self, vault: Vault) -> Changes:
        """Write what has to be written, in one batch, and return what was done."""
        taken = set(vault.files("notes")) if (vault.path / "notes").is_dir() else set()
        remembered = [self._note(vault, note, taken) for note in self.page.notes]
        kept = {entry["id"] for entry in remembered}
        gone = [entry for entry in self.memory.notes if entry["id"] not in kept]
        self._sources(vault)
        contributor = self._contributor(vault)
        counts = self._counts()
        data = {
            "format": FORMAT,
            "counts": counts,
            "contributor": contributor,
            "notes": remembered + gone,
            "sources": {source.facts.url: source.citekey for source in self.listed} | self.memory.sources,
        }
        before = {
            "format": FORMAT,
            "counts": self.memory.counts,
            "contributor": self.memory.contributor,
            "notes": self.memory.notes,
            "sources": self.memory.sources,
        }
        if self._changes or data != before:
            self._brain(vault, counts)
            text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
            self._changes.append((self.memory.path, text, self.memory.digest))
            if self.memory.notes:
                vault.absorb("edited by hand before an import")
            vault.write_many(self._changes, message=f"import of {self.page.name}", kind="import")
        return Changes(
            created=tuple(self._created),
            updated=tuple(self._updated),
            unchanged=self._unchanged,
            proposals=tuple(self._proposals),
            missing=tuple(self._missing),
            gone=tuple(entry["path"] for entry in gone),
        )

    def _ids(self) -> dict[str, str]:
        """Return the ids of the notes by code: those they have, or new ones that the same page always gets."""
        ids = {code: str(entry["id"]) for code, entry in self.entries.items()}
        taken = {*ids.values(), *(str(entry["id"]) for entry in self.memory.notes)}
        for note in self.page.notes:
            if note.code not in ids:
                name, number = (self.memory.name, note.kind, note.title), 1
                while (new := stable_id("note", *name, *([str(number)] if number > 1 else []))) in taken:
                    number += 1
                taken.add(new)
                ids[note.code] = new
        return ids

    def _note(self, vault: Vault, note: PageNote, taken: set[str]) -> dict[str, Any]:
        """Plan one note and return what to remember of it."""
        print_ = note.fingerprint
        entry = self.entries.get(note.code)
        if entry and entry["fingerprint"] == print_:
            self._unchanged += 1
            return entry
        if entry is None:
            path = _free(note, taken)
            text = self._text(note, self.today)
            self._put(path, text, None)
            return {
                "id": self.naming.ids[note.code],
                "kind": note.kind,
                "title": note.title,
                "path": path,
                "created": self.today,
                "fingerprint": print_,
                "written": _digest(text),
            }
        return self._changed(vault, note, entry)

    def _changed(self, vault: Vault, note: PageNote, entry: dict[str, Any]) -> dict[str, Any]:
        """Plan a note that says something else on the page than when it was imported."""
        path = self._found(vault, entry)
        if path is None:
            self._missing.append(str(entry["path"]))
            return entry
        text = self._text(note, str(entry["created"]))
        _, digest = vault.read(path)
        if digest == entry["written"]:
            self._put(path, text, digest)
            fresh = {key: value for key, value in entry.items() if key != "proposed"}
            return fresh | {
                "title": note.title,
                "path": path,
                "fingerprint": note.fingerprint,
                "written": _digest(text),
            }
        if entry.get("proposed") == note.fingerprint:
            self._unchanged += 1
            return entry
        self._proposals.append(_proposed(vault, path, text, str(entry["written"])))
        return entry | {"path": path, "proposed": note.fingerprint}

    def _text(self, note: PageNote, created: str) -> str:
        references = [item for item in self.report.brackets.references if item.group.note == note.code]
        return note_text(
            note,
            self.naming,
            references,
            offers_for(note.code, self.report.runs),
            contributor=self.page.profile.handle,
            run=self.run,
            created=created,
            updated=self.today,
        )

    def _found(self, vault: Vault, entry: Mapping[str, Any]) -> str | None:
        """Return where a note is now: a file that was renamed by hand is found by the id that it carries."""
        path = str(entry["path"])
        if vault.exists(path):
            return path
        if self._by_id is None:
            found = ((_ID.search(text[:2000]), rel) for rel, text in vault.documents("notes", []))
            self._by_id = {match[1]: rel for match, rel in found if match}
        return self._by_id.get(str(entry["id"]))

    def _sources(self, vault: Vault) -> None:
        """Plan a file for each source that has none. A file once made belongs to the brain and is left alone."""
        for source in self.listed:
            rel = f"sources/{source.citekey}.md"
            if source.facts.url in self.pinned or vault.exists(rel):
                self._unchanged += 1
            else:
                self._put(rel, source_text(source, stable_id("source", source.facts.url)), None)

    def _contributor(self, vault: Vault) -> dict[str, Any]:
        """Plan the contributor's file by the same rule as a note: a hand's edit is kept."""
        known = self.memory.contributor
        if not self.page.profile.handle:
            return known
        rel = f"contributors/{self.memory.name}.yaml"
        text = contributor_text(self.page.profile)
        digest = _digest(text)
        if digest in (known.get("written"), known.get("proposed")):
            self._unchanged += 1
            return known
        if not vault.exists(rel):
            if known:
                self._missing.append(rel)
                return known
            self._put(rel, text, None)
        elif (found := vault.read(rel)[1]) == known.get("written"):
            self._put(rel, text, found)
        elif found != digest:
            self._proposals.append(_proposed(vault, rel, text, known.get("written")))
            return known | {"path": rel, "proposed": digest}
        return {"path": rel, "written": digest}

    def _counts(self) -> dict[str, Any]:
        found = Counter(note.kind for note in self.page.notes)
        by_kind = {kind: {"announced": told, "found": found[kind]} for kind, (_, told) in self.report.kinds.items()}
        return {"announced": self.page.announced, "found": len(self.page.notes), "kinds": by_kind}

    def _brain(self, vault: Vault, counts: Mapping[str, Any]) -> None:
        """Plan the lines of ``brain.yaml`` that say what the page announced and what was found."""
        text, digest = vault.read(BRAIN)
        document = Document.parse(f"---\n{text.rstrip()}\n---\n")
        front = dict(document.front)
        imports = [item for item in _listed(front.get("imports")) if item.get("page") != self.memory.name]
        kinds = {kind: f"{count['found']} of {count['announced']}" for kind, count in counts["kinds"].items()}
        imports.append(
            {
                "page": self.memory.name,
                "announced": counts["announced"],
                "found": counts["found"],
                "kinds": kinds,
                "last_run": self.run,
            }
        )
        handle = self.page.profile.handle
        contributors = [str(name) for name in front.get("contributors") or []]
        if handle and self.memory.name not in contributors:
            contributors.append(self.memory.name)
        changed = document.with_front({"contributors": contributors, "imports": imports}).text
        fresh = changed.removeprefix("---\n").removesuffix("---\n")
        if fresh != text:
            self._changes.append((BRAIN, fresh, digest))

    def _put(self, path: str, text: str, expected: str | None) -> None:
        self._changes.append((path, text, expected))
        (self._created if expected is None else self._updated).append(path)


def _free(note: PageNote, taken: set[str]) -> str:
    """Return a path for a new note that no other file has, and take it."""
    stem = f"notes/{note.kind}/{slug(note.title)}"
    path, number = f"{stem}.md", 2
    while path in taken:
        path, number = f"{stem}-{number}.md", number + 1
    taken.add(path)
    return path


def _proposed(vault: Vault, path: str, text: str, written: str | None) -> str:
    """Offer a text for a file that was edited by hand; the vault keeps it beside the file and says where."""
    with suppress(Conflict):
        try:
            vault.write(path, text, expected=written, message="the page changed", kind="import")
        except Conflict as conflict:
            return conflict.proposal or path
    return path


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _listed(value: object) -> Iterator[dict[str, Any]]:
    """Yield the mappings of a list, or of a single mapping; anything else that a hand wrote is left out."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
