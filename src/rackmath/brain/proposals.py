"""Texts that wait for a person: what could not be merged, what an import would change, what somebody proposes.

A proposal is the whole text that was to be saved, under ``proposals/``, and beside it a small JSON file that says what
it was made from and by whom. Both are in the journal, so that even a discarded proposal can be read again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from rackmath.brain.events import id_of, text_with
from rackmath.brain.merge import Merge, merge
from rackmath.errors import RackmathError, suggest
from rackmath.vault import Conflict, Document, Vault
from rackmath.vault.paths import PROPOSALS, sha256

if TYPE_CHECKING:
    from rackmath.brain.desk import Desk, Written
    from rackmath.brain.index import Index

_FORMAT = 1
_FIELDS = ("note", "path", "base", "theirs", "author", "at", "kind", "message")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal. `base` and `theirs` are SHA-256 of files: what it was made from, and what stood there; "" if unknown.

    `id` is its path without ``proposals/`` and ``.md``. One that an import has left has neither base nor author.
    """

    id: str
    path: str
    note_id: str
    note_path: str
    title: str
    author: str
    at: str
    kind: str
    message: str
    base: str
    theirs: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A proposal beside what it was made from and what the note says now.

    `now` is the hash to save against; None when the note is not there any more. `merge` is None without a base.
    """

    base: str | None
    mine: str
    theirs: str | None
    now: str | None
    merge: Merge | None


def keep(vault: Vault, note_path: str, text: str, about: Mapping[str, str]) -> Proposal:
    """Keep a text that could not be saved; when this returns it is on disk and in the journal."""
    digest = sha256(text.encode())
    wanted = PurePosixPath(note_path)
    folder = PurePosixPath(PROPOSALS) / wanted.parent
    rel = str(folder / f"{wanted.stem[:50]}.{digest[:12]}.md")
    sidecar = {"format": _FORMAT, **{name: about.get(name, "") for name in _FIELDS}, "path": note_path}
    facts = json.dumps(sidecar, ensure_ascii=False, indent=1) + "\n"
    message = f"proposed for {note_path}"
    for _ in range(20):
        changes = [(rel, text, _hash(vault, rel)), (_sidecar(rel), facts, _hash(vault, _sidecar(rel)))]
        try:
            vault.write_many(changes, message=message, kind="propose", propose=False)
        except Conflict:
            continue
        return _read(vault, rel)
    raise RackmathError(f"{rel}: too many programs write this proposal at once; try again")


def proposals(vault: Vault) -> list[Proposal]:
    """Return all proposals, the newest first; one that cannot be read is left out."""
    if not vault.exists_folder(PROPOSALS):
        return []
    found = []
    for rel in vault.files(PROPOSALS):
        try:
            found.append(_read(vault, rel))
        except RackmathError:
            continue
    return sorted(found, key=lambda each: (each.at, each.path), reverse=True)


def proposal(vault: Vault, name: str) -> Proposal:
    """Return a proposal by its id, its path, or a part of them that no other has.

    Raises
    ------
    RackmathError
        There is none, or there are several.
    """
    rel = f"{PROPOSALS}/{name}.md"
    if name and vault.exists_folder(PROPOSALS):
        known = vault.files(PROPOSALS)
        if rel in known:
            return _read(vault, rel)
        found = [each for each in known if name in each]
        if len(found) == 1:
            return _read(vault, found[0])
        if found:
            raise RackmathError(f"{name!r} is a part of {len(found)} proposals; give more of its name")
        names = [each.removeprefix(f"{PROPOSALS}/").removesuffix(".md") for each in known]
        raise RackmathError(f"there is no proposal {name!r}{suggest(name, names)}")
    raise RackmathError(f"there is no proposal {name!r}; this brain has none")


def three_way(vault: Vault, index: Index, wanted: Proposal) -> ThreeWay:
    """Return a proposal's text, what it was made from, what the note says now, and the three merged."""
    mine, _ = vault.read(wanted.path)
    theirs, now = _present(vault, index, wanted)
    base = text_with(index, wanted.base) if wanted.base else None
    merged = merge(base, mine, theirs) if base is not None and theirs is not None else None
    return ThreeWay(base, mine, theirs, now, merged)


def _present(vault: Vault, index: Index, wanted: Proposal) -> tuple[str | None, str | None]:
    """Return the note's text and hash, wherever its file is by now."""
    rows = index.read(lambda db: db.execute("SELECT path FROM note WHERE id = ?", (wanted.note_id,)).fetchall())
    for rel in dict.fromkeys([*(path for (path,) in rows), wanted.note_path]):
        try:
            if vault.exists(rel):
                return vault.read(rel)
        except RackmathError:  # a sidecar that somebody made up
            continue
    return None, None


def accept(desk: Desk, wanted: Proposal, text: str, base: str) -> Written:
    """Save a text, as it was made of a proposal, over the hash `base`; the proposal goes when that is done.

    Raises
    ------
    Conflicted
        The note was changed once more; the text is a proposal now, and this one stays too.
    """
    by = f" (proposed by {wanted.author})" if wanted.author and wanted.author != desk.author else ""
    message = f"{wanted.message or 'from a proposal'}{by}"
    kind = wanted.kind if wanted.kind in desk.KINDS else "edit"
    written = desk.save(wanted.note_id or wanted.note_path, text, base, kind=kind, message=message)
    _remove(desk, wanted, message, "accept")
    return written


def discard(desk: Desk, wanted: Proposal, because: str = "") -> None:
    """Take a proposal away; its text stays in the journal."""
    _remove(desk, wanted, because or "discarded", "discard")


def _remove(desk: Desk, wanted: Proposal, message: str, kind: str) -> None:
    vault = desk.vault
    files = [(rel, None, _hash(vault, rel)) for rel in (wanted.path, _sidecar(wanted.path)) if vault.exists(rel)]
    vault.write_many(files, message=message, kind=kind, propose=False)


def _read(vault: Vault, rel: str) -> Proposal:
    text, digest = vault.read(rel)
    facts: Any = {}
    if vault.exists(_sidecar(rel)):
        try:
            facts = json.loads(vault.read(_sidecar(rel))[0])
        except (ValueError, RecursionError):
            facts = {}
    told = {name: str(facts.get(name) or "") if isinstance(facts, dict) else "" for name in _FIELDS}
    name = rel.removeprefix(f"{PROPOSALS}/").removesuffix(".md")
    stem = name.rpartition(".")[0] if "." in PurePosixPath(name).name else name
    title = " ".join(Document.parse(text).title().split())
    return Proposal(
        id=name,
        path=rel,
        note_id=told["note"] or id_of(text),
        note_path=told["path"] or f"{stem}.md",
        title=title or stem,
        author=told["author"],
        at=told["at"],
        kind=told["kind"],
        message=told["message"],
        base=told["base"],
        theirs=told["theirs"],
        sha256=digest,
    )


def _sidecar(rel: str) -> str:
    return f"{rel.removesuffix('.md')}.json"


def _hash(vault: Vault, rel: str) -> str | None:
    try:
        return vault.read(rel)[1]
    except RackmathError:
        return None
