"""A vault: a folder of Markdown that is the one truth of a brain."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError
from rackmath.vault import journal, paths, yamltext
from rackmath.vault.ids import new_id, slug
from rackmath.vault.journal import Event
from rackmath.vault.store import Change, Clock, Store, utc_now

FORMAT = 1
BRAIN = "brain.yaml"
_BRAIN_ORDER = ("format", "id", "title", "licence", "contributors")
_TEXTS = (".md", ".yaml", ".yml")
_FOLDERS = ("notes", "sources", "contributors", "vocab", "forecasts", "calendar", "scenarios")


@dataclass(frozen=True, slots=True)
class Revision:
    """A change that is safe on disk. `changed` is False when the file already held the text and nothing was written."""

    path: str
    sha256: str | None  # of the file's bytes now; None when it was removed
    seq: int
    at: str
    writer: str
    changed: bool = True


class Vault:
    """One brain's folder. `Vault.open` reads it; the first change makes its journal and its private folder."""

    def __init__(self, path: Path, writer: str | None, *, read_only: bool, clock: Clock) -> None:
        self.path = path
        self.read_only = read_only
        self._writer = writer
        self._store = Store(path.resolve(), clock)

    def __repr__(self) -> str:
        return f"Vault({str(self.path)!r})"

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        title: str,
        writer: str | None = None,
        licence: str = "unstated",
        clock: Clock = utc_now,
    ) -> Vault:
        """Make a folder a brain: new, or one that already holds notes.

        Raises
        ------
        RackmathError
            It is a brain already, or it cannot be written.
        """
        root = Path(path)
        if (root / BRAIN).exists():
            raise RackmathError(f"{root} is a brain already; open it instead")
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RackmathError(f"{root}: the folder cannot be made ({error.strerror})") from error
        vault = cls(root, _checked_writer(writer), read_only=False, clock=clock)
        meta = {"format": FORMAT, "id": new_id("brain"), "title": title, "licence": licence, "contributors": []}
        vault.write(BRAIN, yamltext.dump(meta, order=_BRAIN_ORDER), message="new brain", kind="create")
        return vault

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        writer: str | None = None,
        *,
        read_only: bool = False,
        clock: Clock = utc_now,
    ) -> Vault:
        """Open a brain; finish what a killed writer left half done, unless it is opened to read only.

        Parameters
        ----------
        path
            The folder that holds ``brain.yaml``.
        writer
            The name of the journal to write to; by default one that is minted once for this copy of the brain.
        read_only
            Refuse changes, and write nothing at all, not even a repair.
        clock
            Where the time of a revision comes from.

        Raises
        ------
        RackmathError
            The folder is not a brain, or was written by a newer program.
        """
        root = Path(path)
        if not (root / BRAIN).is_file():
            raise RackmathError(
                f"{root} is not a brain: it has no {BRAIN}; give a brain's folder or create one there first"
            )
        vault = cls(root, _checked_writer(writer), read_only=read_only, clock=clock)
        number = vault.meta.get("format", FORMAT)
        if isinstance(number, int) and number > FORMAT:
            raise RackmathError(f"{root}: format {number} is newer than this program reads ({FORMAT}); update rackmath")
        if not read_only and vault._store.pending() and os.access(root, os.W_OK):
            with suppress(RackmathError):  # it can still be read; whoever writes next is told why it cannot be
                vault._store.recover()
        return vault

    def by(self, writer: str) -> Vault:
        """Return the same vault for another writer: a cheap way to write for several people in one process.

        Raises
        ------
        RackmathError
            The writer's name is not a plain one.
        """
        other = copy(self)
        other.__dict__.pop("writer", None)
        other._writer = _checked_writer(writer)
        return other

    @property
    def clock(self) -> Clock:
        """Where the time of a revision comes from."""
        return self._store.clock

    @cached_property
    def meta(self) -> Mapping[str, Any]:
        """What ``brain.yaml`` says; empty when it cannot be read (`check` says why)."""
        try:
            found = yamltext.parse(self.read(BRAIN)[0]).data
        except (RackmathError, yamltext.YamlProblem):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """The folder's name, for messages."""
        return self.path.resolve().name

    @property
    def private_folder(self) -> Path:
        """Where what can be derived again is kept: indexes and markers. It may be deleted at any time."""
        return self._store.private

    @cached_property
    def writer(self) -> str:
        """The journal that changes of this object go to."""
        if self._writer:
            return self._writer
        if name := os.environ.get("RACKMATH_WRITER"):
            return _checked_writer(name) or name
        noted = self._store.private / "writer"
        try:
            kept = noted.read_text(encoding="utf-8").strip() if noted.exists() else ""
            if not journal.WRITER.fullmatch(kept):
                kept = f"w-{secrets.token_hex(4)}"
                self._store.private.mkdir(exist_ok=True)
                noted.write_text(f"{kept}\n", encoding="utf-8")
        except OSError as error:
            raise RackmathError(f"{self.path}: this brain cannot be written ({error.strerror})") from error
        return kept

    # --- reading -------------------------------------------------------------------------------------------------

    def exists(self, rel: str) -> bool:
        """Whether the vault holds a file."""
        return paths.located(self._store.root, rel).is_file()

    def read(self, rel: str) -> tuple[str, str]:
        """Return a file's text, line ends as they are, and the SHA-256 of its bytes.

        Raises
        ------
        RackmathError
            There is no such file; it is over 8 MiB, holds a NUL or is not UTF-8; or the path leads out of the vault.
        """
        place = paths.located(self._store.root, rel)
        data = paths.read_bytes(place, rel)
        return paths.decoded(data, rel), paths.sha256(data)

    def exists_folder(self, rel: str) -> bool:
        """Whether the vault holds a folder."""
        return paths.located(self._store.root, rel).is_dir()

    def files(self, folder: str = "", suffixes: tuple[str, ...] = (".md",)) -> list[str]:
        """Return the paths of the files in a folder, sorted; hidden folders are left out."""
        return list(paths.walk(self._store.root, folder, suffixes))

    def documents(self, folder: str = "notes", problems: list[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield (path, text) of the Markdown files in a folder, sorted by path.

        Parameters
        ----------
        folder
            Relative to the vault; empty for all of it.
        problems
            Takes a line for each file that cannot be read. Without it the first such file raises.
        """
        root = self._store.root
        for rel in paths.walk(root, folder, (".md",)):  # which leaves out links that lead out
            try:
                text = paths.decoded(paths.read_bytes(root / rel, rel), rel)
            except RackmathError as error:
                if problems is None:
                    raise
                problems.append(str(error))
                continue
            yield rel, text

    # --- writing -------------------------------------------------------------------------------------------------

    def write(
        self, rel: str, text: str, expected: str | None = None, message: str = "", kind: str = "edit"
    ) -> Revision:
        """Put a text in a file; when this returns it is on disk and in the journal.

        Parameters
        ----------
        rel
            The file, relative to the vault.
        text
            All of its new text, at most 8 MiB as UTF-8.
        expected
            The SHA-256 that `read` gave; None when the file must be new. A file that already holds `text` is left as
            it is, whatever was expected.
        message, kind
            For the history: why, and what sort of change.

        Raises
        ------
        Conflict
            The file is not what was expected. The text is kept under ``proposals/``; nothing is overwritten.
        RackmathError
            The text or the path is not allowed, or the disk refuses.
        """
        return self.write_many([(rel, text, expected)], message=message, kind=kind)[0]

    def write_many(
        self,
        changes: Iterable[tuple[str, str | None, str | None]],
        *,
        message: str = "",
        kind: str = "edit",
        propose: bool = True,
    ) -> list[Revision]:
        """Write several files, given as (path, text, expected), with one wait for the disk; None as text removes.

        All are written or, on a conflict, none; without `propose` the texts are not kept then, for a caller that has
        them still. See `write`.
        """
        wanted = [Change(*change) for change in changes]
        self._refuse_read_only()
        events = self._store.commit(self.writer, wanted, message, kind, propose=propose)
        return [self._revision(change, event) for change, event in zip(wanted, events, strict=True)]

    def remove(self, rel: str, expected: str, message: str = "", kind: str = "remove") -> Revision:
        """Remove a file; its text stays in the history.

        Raises
        ------
        Conflict
            The file is not what was expected.
        RackmathError
            There is no such file.
        """
        if not self.exists(rel):
            raise RackmathError(f"{rel}: there is no such file to remove")
        return self.write_many([(rel, None, expected)], message=message, kind=kind)[0]

    def absorb(self, message: str = "edited outside", paths: Iterable[str] | None = None) -> list[Event]:
        """Take edits that were made outside this program into the history; return them.

        With `paths` only these files are looked at, so that it costs as much as they do, however large the vault is.
        """
        self._refuse_read_only()
        if paths is not None:
            return self._store.absorb(self.writer, list(paths), message, only=True)
        names = [rel for folder in _FOLDERS if (self.path / folder).is_dir() for rel in self.files(folder, _TEXTS)]
        return self._store.absorb(self.writer, [BRAIN, *names], message)

    def _revision(self, change: Change, event: Event | None) -> Revision:
        if event is None:
            digest = None if change.text is None else paths.sha256(change.text.encode())
            return Revision(change.path, digest, 0, "", self.writer, changed=False)
        return Revision(event.path, event.after, event.seq, event.at, event.writer)

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise RackmathError(
                f"{self.path} is open to read only; open it without read_only, or write to a brain of yours"
            )

    # --- history -------------------------------------------------------------------------------------------------

    def history(self, rel: str) -> list[Event]:
        """Return the revisions of a file, oldest first, over all writers."""
        return history(self._store.journals, rel)

    def text_at(self, rel: str, when: date | datetime | str) -> str | None:
        """Return what a file said at a moment, or at the end of a day (UTC); None when it was not there or not known.

        Raises
        ------
        RackmathError
            `when` is not a date or a time.
        """
        limit = _moment(when)
        said = [event for event in self.history(rel) if _moment(event.at) <= limit]
        return said[-1].text if said else None

    def verify(self) -> list[str]:
        """Return what is wrong with the history: broken chains, changed lines, files that differ from it."""
        from rackmath.vault.verify import verify  # noqa: PLC0415  (imports this module's neighbours only when asked)

        return verify(self._store.root)

    def check(self, known_sources: Iterable[str] = ()) -> list[str]:
        """Return what is wrong with the notes, each as ``file:line: what``; never raises over their content."""
        from rackmath.vault.check import check  # noqa: PLC0415

        return check(self, known_sources)

    def note_path(self, kind: str, title: str) -> str:
        """Return a free path for a new note or (kind ``source``) a new source."""
        folder = "sources" if kind == "source" else f"notes/{slug(kind)}"
        name = slug(title)
        rel, number = f"{folder}/{name}.md", 2
        while self.exists(rel):
            rel, number = f"{folder}/{name}-{number}.md", number + 1
        return rel


def history(journals: Path, rel: str) -> list[Event]:
    """Return the sound revisions of a path in a folder of journals, in order."""
    import json  # noqa: PLC0415

    needle = json.dumps(rel, ensure_ascii=False).encode("utf-8", "replace")
    found = []
    for path in journal.files(journals).values():
        for _, line in journal.lines(path):
            if needle in line:
                try:
                    event, _ = journal.decode(line)
                except ValueError:
                    continue
                if event.path == rel:
                    found.append(event)
    return sorted(found, key=lambda event: (event.order, event.writer, event.seq))


def _checked_writer(name: str | None) -> str | None:
    if name is not None and not journal.WRITER.fullmatch(name):
        raise RackmathError(
            f"writer {name!r}: use up to 64 lower-case letters, digits, '-' and '_', such as {slug(name)!r}"
        )
    return name


def _moment(when: date | datetime | str) -> datetime:
    """Return a moment in UTC; a day means its end."""
    if isinstance(when, str):
        try:
            when = date.fromisoformat(when) if len(when) == 10 else datetime.fromisoformat(when)
        except ValueError:
            raise RackmathError(f"{when!r} is not a date or time; write 2026-11-22 or 2026-11-22T10:00:00Z") from None
    if isinstance(when, datetime):
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return datetime(when.year, when.month, when.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
