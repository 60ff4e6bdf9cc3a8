"""What every writing at the desk is made of: who writes, which file is meant, and changes that nobody else undoes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rackmath.brain import proposals, shelf
from rackmath.brain.entries import PUBLIC, Note
from rackmath.brain.events import id_of, text_with, versions
from rackmath.brain.index import index_of
from rackmath.brain.merge import Merge
from rackmath.brain.proposals import Proposal
from rackmath.brain.review import Missing
from rackmath.brain.settle import known_handles
from rackmath.errors import RackmathError, suggest
from rackmath.evidence import STARTER
from rackmath.vault import Conflict, Document, Revision, Vault
from rackmath.vault.store import Clock

if TYPE_CHECKING:
    import sqlite3

_HANDLE = re.compile(r"[a-z0-9](?:-?[a-z0-9_])*")
TRIES = 50  # how often a change is made anew because somebody else was quicker


@dataclass(frozen=True, slots=True)
class Opened:
    """A note as it is given to an editor; `sha256` is the base of what is saved later."""

    note_id: str
    path: str
    text: str
    sha256: str

    @property
    def document(self) -> Document:
        """The text, parsed."""
        return Document.parse(self.text)


@dataclass(frozen=True, slots=True)
class Written:
    """A change that is safe on disk.

    `status` is what the note counts as now, `needs` what it lacks to be published, in words; `merged` says what was
    merged, if anything was; `remarks` what the desk put right in the text.
    """

    note_id: str
    path: str
    sha256: str
    kind: str
    status: str
    changed: bool
    version: int
    merged: str = ""
    needs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Conflicted(RackmathError):
    """The note was changed since it was read and the changes do not go together. The text is kept in `proposal`."""

    def __init__(self, message: str, proposal: Proposal, merged: Merge | None) -> None:
        super().__init__(message)
        self.proposal = proposal
        self.merge = merged


class DeskCore:
    """What every step of a `rackmath.brain.desk.Desk` needs; its parameters are told there."""

    def __init__(self, vault: Vault, author: str = "", clock: Clock | None = None) -> None:
        self.index = index_of(vault.path)
        self.author = author.removeprefix("@")
        self._clock = clock or vault.clock
        if vault.read_only or vault.path.resolve() == STARTER.resolve():  # the bundled brain is not ours to write
            self.vault = Vault.open(vault.path, read_only=True)
            return
        copy = vault.writer.rpartition("--")[2]
        if self.author:
            self._check_author()
        self.vault = vault.by(f"{self.author}--{copy}" if self.author else copy)

    def _check_author(self) -> None:
        if not _HANDLE.fullmatch(self.author) or len(self.author) > 40:
            raise RackmathError(f"handle {self.author[:60]!r}: use lower-case letters, digits and single hyphens")
        known = self.index.read(known_handles)
        if known and self.author not in known:
            raise RackmathError(
                f"@{self.author} is not a contributor of this brain{suggest(self.author, known)}; "
                f"contributors: {', '.join(sorted(known))}"
            )

    @property
    def today(self) -> str:
        """The date that a change carries."""
        return self._clock().date().isoformat()

    # --- reading -------------------------------------------------------------------------------------------------

    def read(self, note: str) -> Opened:
        """Return a note for an editor, by id, key, path, file name or title. Its text is in the history from then on.

        Raises
        ------
        RackmathError
            There is no such note.
        """
        opened = self._opened(note)
        if not self.vault.read_only and text_with(self.index, opened.sha256, journals=True) is None:
            self.vault.absorb(paths=[opened.path])
            self._refresh([opened.path])
            opened = self._opened(opened.note_id)
        return opened

    def _opened(self, note: str) -> Opened:
        for _ in range(3):
            if found := self._find(note):
                with suppress(RackmathError):
                    text, digest = self.vault.read(found.path)
                    if (id_of(text) or found.path) == found.id:
                        return Opened(found.id, found.path, text, digest)
            self.index.refresh()  # written or moved by another program since
        if found is None:
            raise RackmathError(f"there is no note {note[:100]!r}; give its id, title, file name or path")
        raise RackmathError(f"{found.path}: this note cannot be read; `rackmath brain check` says why")

    def _find(self, note: str) -> Note | None:
        def ask(db: sqlite3.Connection) -> Note | None:
            row = shelf.find(db, note)
            return None if row is None else shelf.note(db, "", row)

        return self.index.read(ask, look=False)

    def _refresh(self, paths: Iterable[str]) -> None:
        """Tell the index what was written. That it cannot take it in does not undo what is on disk."""
        with suppress(RackmathError):
            self.index.touched(paths)

    # --- changing ------------------------------------------------------------------------------------------------

    def _change(self, note: str, made: Callable[[Opened], str], kind: str, message: Callable[[], str]) -> Written:
        """Write what `made` makes of a note; when somebody else was quicker, of what the note says then."""
        for _ in range(TRIES):
            now = self._opened(note)
            text = made(now)
            with suppress(Conflict):
                changes = [(now.path, text, now.sha256)]
                done = self.vault.write_many(changes, message=message(), kind=kind, propose=False)
                return self._written(id_of(text) or now.path, done, kind)
            note = now.note_id
        raise RackmathError(f"{now.path}: too many programs change this note at once; try again")

    def _written(self, note_id: str, done: Sequence[Revision], kind: str) -> Written:
        """Return what a change has led to; `done` begins with the note's own file."""
        first = done[0]
        self._refresh(each.path for each in done)
        note, number = None, 0
        with suppress(RackmathError):
            note = self._find(note_id)
            known = [each for each in versions(self.index, note_id) if each.sha256 == first.sha256]
            number = known[-1].number if known else 0
        return Written(
            note_id=note_id,
            path=first.path,
            sha256=first.sha256 or "",
            kind=kind,
            status=note.status if note else "",
            changed=any(each.changed for each in done),
            version=number,
            needs=needs_of(note) if note and note.standing.asked in PUBLIC else (),
        )

    def _propose(self, path: str, text: str, about: Mapping[str, str]) -> Proposal:
        at = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        return proposals.keep(self.vault, path, text, {**about, "author": self.author, "at": at})


def needs_of(note: Note) -> tuple[str, ...]:
    """Say what a note lacks to be published."""
    return tuple(_need(each) for each in note.standing.missing)


def _need(missing: Missing) -> str:
    return f"{missing.needs} (rule {missing.rule!r}: {missing.why})"
