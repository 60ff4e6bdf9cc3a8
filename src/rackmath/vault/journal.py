"""The history of a vault: one append-only file a writer, each line chained to the one before it by hash.

A line is one revision with its full text, so the history needs neither git nor the files themselves. Each writer has a
file of its own, because a shared chain would break when two copies of a brain are merged. `order` is one more than the
highest `order` seen in any writer's file, which gives one sequence over all writers without trusting their clocks.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError
from rackmath.vault.paths import sha256

WRITER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
START = "0" * 64  # the hash before the first line


@dataclass(frozen=True, slots=True)
class Event:
    """One revision of one file. `before` and `after` are SHA-256 of its bytes; None where the file was not there."""

    seq: int  # counts the lines of this writer from 1
    at: str  # UTC, ISO 8601
    writer: str
    op: str  # write | remove | absorb (an edit made outside the program, found later)
    path: str
    before: str | None
    after: str | None
    message: str
    kind: str
    order: int  # one sequence over all writers
    batch: int  # `order` of the first revision that was written together with this one
    hash: str
    text: str | None
    gone: tuple[str, ...] = ()  # what the next lines of the batch remove: one cut short here is finished from this


@dataclass(frozen=True, slots=True)
class Head:
    """The end of one writer's journal: how far it has been read, and its last good line."""

    size: int = 0
    last: int = 0  # where the last good line starts
    seq: int = 0
    order: int = 0
    hash: str = START


def encode(head: Head, order: int, batch: int, fields: dict[str, Any]) -> tuple[bytes, Event]:
    """Return the next line of a journal and the event it holds."""
    record: dict[str, Any] = {"seq": head.seq + 1, **fields, "order": order, "batch": batch, "prev": head.hash}
    record["hash"] = sha256(_canonical(record))
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return line, _event(record)


def _canonical(record: dict[str, Any]) -> bytes:
    return json.dumps(
        {key: value for key, value in record.items() if key != "hash"},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _event(record: dict[str, Any]) -> Event:
    return Event(**{name: record[name] for name in _ALWAYS}, gone=tuple(record.get("gone", ())))


_ALWAYS = tuple(name for name in Event.__slots__ if name != "gone")
_TYPES: dict[str, tuple[type, ...]] = {
    "seq": (int,),
    "order": (int,),
    "batch": (int,),
    "before": (str, type(None)),
    "after": (str, type(None)),
    "text": (str, type(None)),
}


def decode(line: bytes) -> tuple[Event, str]:
    """Return the event of a line and the hash it follows; raise ValueError with the reason if the line is not sound."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(record, dict):
        raise ValueError("is not a JSON object")
    for name in (*_ALWAYS, "prev"):
        if name not in record or type(record[name]) not in _TYPES.get(name, (str,)):
            raise ValueError(f"has no proper {name!r}")
    gone = record.get("gone", [])
    if not isinstance(gone, list) or not all(isinstance(path, str) for path in gone):
        raise ValueError("has no proper 'gone'")
    try:
        own = sha256(_canonical(record))
        text = record["text"]
        content = None if text is None else sha256(text.encode())
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair") from None
    if own != record["hash"]:
        raise ValueError("does not match its own hash: it was changed after it was written")
    if content != record["after"]:
        raise ValueError("holds a text that does not match its `after` hash")
    return _event(record), record["prev"]


def files(folder: Path) -> dict[str, Path]:
    """Return the journal files of a vault by writer."""
    if not folder.is_dir():
        return {}
    return {path.stem: path for path in sorted(folder.glob("*.jsonl")) if path.is_file()}


def lines(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, line with its newline if it has one) from `start` to the end of a journal."""
    with path.open("rb") as stream:
        stream.seek(start)
        offset = start
        for line in stream:
            yield offset, line
            offset += len(line)


def valid(path: Path, head: Head) -> bool:
    """Whether a journal still begins with what `head` has seen: it is at least as long and its last line is there."""
    if path.stat().st_size < head.size:
        return False
    if head.seq == 0:
        return True
    with path.open("rb") as stream:
        stream.seek(head.last)
        tail = f'"hash":"{head.hash}"}}\n'.encode()
        return stream.read(head.size - head.last).endswith(tail)


def read(path: Path, head: Head) -> tuple[list[Event], Head, bytes]:
    """Read what follows `head`: the sound events, the new head, and a last line that is torn (else empty).

    A line in the middle that is not sound is passed over here; `Vault.verify` names it.
    """
    events: list[Event] = []
    size, last, seq, order, digest = head.size, head.last, head.seq, head.order, head.hash
    for offset, line in lines(path, head.size):
        try:
            event, _ = decode(line)
        except ValueError:
            if line.endswith(b"\n"):
                size = offset + len(line)
                continue
            return events, Head(size, last, seq, order, digest), line
        if not line.endswith(b"\n"):  # whole but for its newline: the caller ends it
            return events, Head(size, last, seq, order, digest), line
        events.append(event)
        size, last, seq, digest = offset + len(line), offset, event.seq, event.hash
        order = max(order, event.order)
    return events, Head(size, last, seq, order, digest), b""


def mend(path: Path, offset: int, torn: bytes) -> bool:
    """End a last line that only lacks its newline, or move a torn one to a ``.torn`` file beside the journal.

    Returns whether the line was sound and is kept.
    """
    try:
        decode(torn)
    except ValueError:
        aside = path.with_name(f"{path.stem}-{offset}-{sha256(torn)[:8]}.torn")
        with aside.open("wb") as stream:
            stream.write(torn)
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(path.parent)
        with path.open("rb+") as stream:
            stream.truncate(offset)
            os.fsync(stream.fileno())
        return False
    with path.open("ab") as stream:
        stream.write(b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return True


def append(path: Path, data: bytes) -> None:
    """Append lines and wait until they are on disk; on an error the file is cut back to what it was.

    Raises
    ------
    RackmathError
        The disk is full or the journal cannot be written. Nothing has changed then.
    """
    new = not path.exists()
    descriptor = -1
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        size = os.fstat(descriptor).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        if new:
            sync_folder(path.parent)
    except OSError as error:
        raise RackmathError(f"{path}: {error.strerror}; nothing was written, make room or check permissions") from error
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
