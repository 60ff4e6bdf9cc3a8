"""Change files so that an acknowledged change survives a crash, and a change by somebody else is never overwritten.

One change goes through these steps, all under one lock:

1. whatever a killed writer left half done is finished (`_catch_up`);
2. the file's hash is compared with the one the caller read (compare and swap);
3. the new text is written to a temporary file and synced;
4. the revision, with the full text, is appended to the journal and synced: from here on it cannot be lost;
5. the temporary file takes the place of the old one by a rename, and the folder is synced;
6. a marker notes how far the journals are applied, so that opening need not read them again.

A crash between 4 and 5 is repaired by step 1 of whoever comes next. Because each writer does step 1 first, only the
last batch in the journals can be unapplied; a file that is neither what the batch found nor what it wrote was edited
outside since, and is left alone.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rackmath.errors import RackmathError
from rackmath.vault import journal, paths
from rackmath.vault.journal import Event, Head
from rackmath.vault.known import Known, heads_of, load_json, put_json

LOCK_SECONDS = 60.0
LONGEST_PAUSE = 0.005  # seconds between two looks at the lock

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class Conflict(RackmathError):
    """Somebody changed the file since it was read. `proposal` is where the new text is kept, if there was one."""

    def __init__(self, message: str, path: str, expected: str | None, found: str | None, proposal: str | None) -> None:
        super().__init__(message)
        self.path = path
        self.expected = expected
        self.found = found
        self.proposal = proposal


@dataclass(frozen=True, slots=True)
class Change:
    """A wanted change: a file, its new text (None removes it) and the hash it was read with (None: it must be new)."""

    path: str
    text: str | None
    expected: str | None


@dataclass(slots=True)
class _Planned:
    change: Change
    place: Path
    data: bytes | None
    found: bytes | None  # what is there now
    before: str | None
    stamp: tuple[int, ...]  # of the file when it was read
    temporary: Path | None = None

    @property
    def after(self) -> str | None:
        return None if self.data is None else paths.sha256(self.data)


class Store:
    """The files of one vault and their journals. Safe for several threads and several processes."""

    def __init__(self, root: Path, clock: Clock = utc_now) -> None:
        self.root = root
        self.clock = clock
        self.journals = root / paths.JOURNAL
        self.private = root / paths.PRIVATE
        self._marker = self.private / "applied.json"
        self._first_lock = False
        self._count = 0
        self._known = Known(self.private / "known.json", self.journals)

    # --- opening -------------------------------------------------------------------------------------------------

    def pending(self) -> bool:
        """Whether a journal holds something that is not marked as applied. Reads only file sizes and the marker."""
        marked = self._marked()
        return any(
            marked.get(name, Head()).size != path.stat().st_size for name, path in journal.files(self.journals).items()
        )

    def recover(self) -> None:
        """Finish what a killed writer left half done."""
        with self.locked():
            self._catch_up()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the vault's lock: one writer at a time, over all processes and threads."""
        try:
            self._first_lock = not self.private.is_dir()
            self.private.mkdir(exist_ok=True)
            ignore = self.private / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            descriptor = os.open(self.private / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise RackmathError(
                f"{self.root}: this brain cannot be written ({error.strerror}); copy it to a folder of yours"
            ) from error
        try:
            self._wait(descriptor)
            yield
        finally:
            os.close(descriptor)  # gives the lock back, as the end of the process does

    def _wait(self, descriptor: int) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        pause = 0.0005
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise RackmathError(
                        f"{self.private / 'lock'}: another program has held this brain for {LOCK_SECONDS:.0f} seconds; "
                        "let it finish or stop it, then try again"
                    ) from None
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _marked(self) -> dict[str, Head]:
        return heads_of(load_json(self._marker))

    def _mark(self, heads: dict[str, Head]) -> None:
        put_json(self._marker, {name: astuple(head) for name, head in heads.items()})

    def _catch_up(self) -> dict[str, Head]:
        """Read what the marker does not cover, mend torn ends, apply the last batch; return where each journal ends."""
        marked = self._marked()
        copied = not self._marker.exists() and self._first_lock  # a journal that came with a copy is applied already
        heads: dict[str, Head] = {}
        fresh: list[Event] = []
        for name, path in journal.files(self.journals).items():
            head = marked.get(name, Head())
            if head.size == path.stat().st_size:
                heads[name] = head
                continue
            if not journal.valid(path, head):
                head = Head()
            events, head, torn = journal.read(path, head)
            fresh += events
            if torn and journal.mend(path, head.size, torn):
                events, head, _ = journal.read(path, head)
                fresh += events
            heads[name] = head
        if fresh and not copied:
            newest = max(fresh, key=lambda event: event.order)
            batch = [event for event in fresh if (event.batch, event.writer) == (newest.batch, newest.writer)]
            for event in batch + self._finish(batch, heads):
                if event.op != "absorb":
                    self._roll_forward(event)
        self._clear_temporary()
        if heads != marked:
            self._mark(heads)
        return heads

    def _finish(self, batch: Sequence[Event], heads: dict[str, Head]) -> list[Event]:
        """Record the removals that a batch was cut short of; with half a rename a note would be there twice."""
        left: list[str] = []
        for event in batch:
            if event.op == "remove" and event.path in left:
                left.remove(event.path)
            left += event.gone
        last = batch[-1]
        if not left or last.writer not in heads:  # a journal may hold anything, but is written under its own name only
            return []
        known = self._known.paths(heads)
        found = [(path, known[path][1]) for path in left if path in known]
        records = [_fields("remove", path, before, None, None) for path, before in found if before]
        return self._append(last.writer, heads, records, last.message, last.kind, batch=last.batch) if records else []

    def _roll_forward(self, event: Event) -> None:
        with suppress(RackmathError):  # a path that is not allowed, or a file that cannot be read: left alone
            place = paths.writable(self.root, event.path)
            found = paths.read_bytes(place, event.path) if place.exists() else None
            if (None if found is None else paths.sha256(found)) == event.before != event.after:
                data = None if event.text is None else event.text.encode()
                self._replace(place, None if data is None else self._temporary(place, data, sync=True))
                journal.sync_folder(place.parent)

    def _clear_temporary(self) -> None:
        """Take away what killed writers left; under the lock nobody else has a temporary file."""
        folder = self.private / "tmp"
        if folder.is_dir():
            for leftover in folder.iterdir():
                leftover.unlink(missing_ok=True)

    # --- writing -------------------------------------------------------------------------------------------------

    def commit(
        self, writer: str, changes: Sequence[Change], message: str, kind: str, *, propose: bool = True
    ) -> list[Event | None]:
        """Make all changes or, if a file is not what was expected, none; return an event for each (None: no change).

        `propose` says whether a text that is refused is kept as a proposal.
        """
        seen: set[str] = set()
        for change in changes:
            if change.path in seen:
                raise RackmathError(f"{change.path} is given twice in one batch; give each file once")
            seen.add(change.path)
        paths.encoded(f"{message}{kind}", "message")
        with self.locked():
            heads = self._catch_up()
            planned = [self._plan(change) for change in changes]
            self._refuse_conflicts(planned, propose)
            # What goes goes last, in the journal and on disk: a note that is renamed is there at any moment.
            todo = sorted((plan for plan in planned if plan.after != plan.before), key=lambda plan: plan.data is None)
            events = self._write(writer, heads, todo, message, kind) if todo else {}
        return [events.get(plan.change.path) for plan in planned]

    def absorb(self, writer: str, names: Sequence[str], message: str, *, only: bool = False) -> list[Event]:
        """Record what was changed outside in files of these names and, unless `only`, in all that the journals know."""
        with self.locked():
            heads = self._catch_up()
            known = self._known.paths(heads)
            records = []
            for rel in sorted({*names} if only else {*names, *known}):
                try:
                    place = paths.writable(self.root, rel)
                    data = paths.read_bytes(place, rel) if place.exists() else None
                    text = None if data is None else paths.decoded(data, rel)
                except RackmathError:
                    continue  # not text, or too large: `check` names it
                after = None if data is None else paths.sha256(data)
                before = known.get(rel, (0, None))[1]
                if before != after:
                    records.append(_fields("absorb", rel, before, after, text))
            if not records:
                return []
            events = self._append(writer, heads, records, message, "outside")
            self._mark(heads)
            return events

    def _plan(self, change: Change) -> _Planned:
        place = paths.writable(self.root, change.path)
        stamp = _stamp(place)
        found = paths.read_bytes(place, change.path) if place.exists() else None
        data = None if change.text is None else paths.encoded(change.text, change.path)
        return _Planned(change, place, data, found, None if found is None else paths.sha256(found), stamp)

    def _refuse_conflicts(self, planned: Sequence[_Planned], propose: bool) -> None:
        refused = [plan for plan in planned if plan.before not in {plan.change.expected, plan.after}]
        if not refused:
            return
        kept = [self._propose(plan) if propose else None for plan in refused]
        told = []
        for plan, proposal in zip(refused, kept, strict=True):
            what = (
                "was removed"
                if plan.before is None
                else "exists already"
                if plan.change.expected is None
                else "was changed"
            )
            since = "" if plan.change.expected is None else " since it was read"
            where = f"; your text is kept in {proposal}" if proposal else ""
            told.append(f"{plan.change.path} {what}{since}{where}; read it again and merge")
        first = refused[0]
        raise Conflict("\n".join(told), first.change.path, first.change.expected, first.before, kept[0])

    def _propose(self, plan: _Planned) -> str | None:
        if plan.data is None or plan.after is None:
            return None
        wanted = Path(plan.change.path)
        name = f"{wanted.stem[:50]}.{plan.after[:12]}{wanted.suffix[:10]}"  # short enough for any file system
        rel = (Path(paths.PROPOSALS) / wanted.with_name(name)).as_posix()
        place = paths.writable(self.root, rel)
        self._make_folder(place.parent)
        self._replace(place, self._temporary(place, plan.data, sync=True))
        journal.sync_folder(place.parent)
        return rel

    def _write(
        self, writer: str, heads: dict[str, Head], planned: Sequence[_Planned], message: str, kind: str
    ) -> dict[str, Event]:
        many = len(planned) > 1
        known = self._known.paths(heads)
        outside: list[dict[str, object]] = []
        records: list[dict[str, object]] = []
        try:
            for plan in planned:
                rel = plan.change.path
                last = known.get(rel, (0, None))[1]
                if plan.before != last and plan.found is not None:
                    with suppress(RackmathError):  # what was there is not text: it cannot be kept in the history
                        text = paths.decoded(plan.found, rel)
                        outside.append(_fields("absorb", rel, last, plan.before, text))
                op = "write" if plan.data is not None else "remove"
                records.append(_fields(op, rel, plan.before, plan.after, plan.change.text))
                if plan.data is not None:
                    self._make_folder(plan.place.parent)
                    plan.temporary = self._temporary(plan.place, plan.data, sync=not many)
            if many:
                os.sync()  # one wait for all temporary files
            events = self._append(writer, heads, outside + records, message, kind)
            while late := [record for plan in planned for record in self._came_between(plan)]:
                events += self._append(writer, heads, late, message, kind, batch=events[0].batch)
        except BaseException:
            for plan in planned:
                if plan.temporary is not None:
                    plan.temporary.unlink(missing_ok=True)
            raise
        try:
            for plan in planned:
                self._replace(plan.place, plan.temporary)
            for folder in {plan.place.parent for plan in planned}:
                journal.sync_folder(folder)
        except OSError as error:
            raise RackmathError(
                f"{self.root}: the change is in the journal but a file could not be replaced ({error.strerror}); "
                "it will be put in place when the brain is opened next"
            ) from error
        self._mark(heads)
        return {event.path: event for event in events if event.op != "absorb"}

    def _came_between(self, plan: _Planned) -> list[dict[str, object]]:
        """Return what records a save by another program since the file was read, and ours once more after it.

        Other programs know no lock. Without this a text that an editor saves while ours waits for the disk would be
        replaced unseen; what is left of that is the moment between this look and the rename.
        """
        rel = plan.change.path
        stamp = _stamp(plan.place)
        if stamp == plan.stamp:
            return []
        plan.stamp = stamp
        with suppress(RackmathError):  # gone, or not text
            data = paths.read_bytes(plan.place, rel)
            now = paths.sha256(data)
            if now not in {plan.before, plan.after}:
                op = "write" if plan.data is not None else "remove"
                found = _fields("absorb", rel, plan.after, now, paths.decoded(data, rel))
                return [found, _fields(op, rel, now, plan.after, plan.change.text)]
        return []

    def _append(
        self,
        writer: str,
        heads: dict[str, Head],
        records: Sequence[dict[str, object]],
        message: str,
        kind: str,
        *,
        batch: int | None = None,
    ) -> list[Event]:
        """Append to the writer's journal one batch, or more of `batch`, wait for the disk, and move its head on."""
        moment = self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        order = 1 + max((head.order for head in heads.values()), default=0)
        batch = order if batch is None else batch
        head = heads.get(writer, Head())
        lines, events = [], []
        for record in _with_what_goes(records):
            about = (
                {"message": "edited outside", "kind": "outside"}
                if record["op"] == "absorb"
                else {"message": message, "kind": kind}
            )
            fields = {"at": moment, "writer": writer, **record, **about}
            line, event = journal.encode(head, order, batch, fields)
            head = Head(head.size + len(line), head.size, event.seq, order, event.hash)
            lines.append(line)
            events.append(event)
            order += 1
        if not self.journals.is_dir():
            self._make_folder(self.journals)
        journal.append(self.journals / f"{writer}.jsonl", b"".join(lines))
        heads[writer] = head
        self._known.add(writer, head, events)
        return events

    def _make_folder(self, folder: Path) -> None:
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            try:
                new.mkdir(exist_ok=True)
                journal.sync_folder(new.parent)
            except OSError as error:
                raise RackmathError(f"{new}: the folder cannot be made ({error.strerror})") from error

    def _temporary(self, place: Path, data: bytes, *, sync: bool) -> Path:
        folder = self.private / "tmp"
        folder.mkdir(exist_ok=True)
        self._count += 1
        temporary = folder / f"{os.getpid()}-{id(self):x}-{self._count}"
        try:
            with temporary.open("wb") as stream:
                if place.exists():
                    os.fchmod(stream.fileno(), place.stat().st_mode & 0o7777)
                stream.write(data)
                if sync:
                    stream.flush()
                    os.fsync(stream.fileno())
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise RackmathError(
                f"{place}: {error.strerror}; nothing was written, make room or check permissions"
            ) from error
        return temporary

    @staticmethod
    def _replace(place: Path, temporary: Path | None) -> None:
        if temporary is None:
            place.unlink(missing_ok=True)
        else:
            temporary.replace(place)


def _stamp(place: Path) -> tuple[int, ...]:
    try:
        found = place.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _with_what_goes(records: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Return the records; one that is followed by removals names them, since a death may cut the batch behind it."""
    told: list[dict[str, object]] = []
    gone: list[object] = []
    for record in reversed(records):
        if record["op"] == "remove":
            gone.insert(0, record["path"])
            told.append(record)
        else:
            told.append({**record, "gone": gone} if gone else record)
            gone = []
    return told[::-1]


def _fields(op: str, path: str, before: str | None, after: str | None, text: str | None) -> dict[str, object]:
    return {"op": op, "path": path, "before": before, "after": after, "text": text}
