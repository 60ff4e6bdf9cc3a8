"""What the journals last said of each file, kept so that a long history need not be read again for every change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

from rackmath.vault import journal
from rackmath.vault.journal import Event, Head

SNAPSHOT_EVERY = 1 << 20  # bytes of journal read before the list is saved again


class Known:
    """What each file was when the journals last spoke of it, so that an edit made outside is noticed.

    Kept in memory and moved on with the journals; saved now and then, so that a short-lived process need not read a
    long history. Use it under the lock only.
    """

    def __init__(self, snapshot: Path, journals: Path) -> None:
        self._snapshot = snapshot
        self._journals = journals
        self._heads: dict[str, Head] = {}
        self._paths: dict[str, tuple[int, str | None]] = {}  # path → (order, hash)
        self._loaded = False

    def add(self, writer: str, head: Head, events: Sequence[Event]) -> None:
        """Take in events that were just appended."""
        if self._loaded:
            self._heads[writer] = head
            self._take(events)

    def paths(self, heads: dict[str, Head]) -> dict[str, tuple[int, str | None]]:
        """Return order and hash of the last event of each path, as of `heads`."""
        if not self._loaded:
            self._load()
        fresh = 0
        for writer, head in heads.items():
            seen = self._heads.get(writer, Head())
            if seen == head:
                continue
            if seen.size > head.size or (seen.size and not journal.valid(self._journals / f"{writer}.jsonl", seen)):
                self._heads, self._paths = {}, {}  # the history was replaced: read it anew
                return self.paths(heads)
            events, now, _ = journal.read(self._journals / f"{writer}.jsonl", seen)
            self._take(events)
            self._heads[writer] = now
            fresh += now.size - seen.size
        if fresh > SNAPSHOT_EVERY:
            put_json(
                self._snapshot,
                {"heads": {name: astuple(head) for name, head in self._heads.items()}, "paths": self._paths},
            )
        return self._paths

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.order >= self._paths.get(event.path, (0, None))[0]:
                self._paths[event.path] = (event.order, event.after)

    def _load(self) -> None:
        self._loaded = True
        found = load_json(self._snapshot)
        listed = found.get("paths")
        heads = heads_of(found.get("heads"))
        if heads and isinstance(listed, dict):
            with suppress(TypeError, ValueError):
                self._paths = {str(path): (int(order), after) for path, (order, after) in listed.items()}
                self._heads = heads


def load_json(path: Path) -> dict[str, object]:
    """Return a small derived file's content, or nothing: it may be missing or half written after a power cut."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def heads_of(found: object) -> dict[str, Head]:
    """Return the heads that a small derived file holds; none when it is not one."""
    try:
        return {str(name): Head(*values) for name, values in found.items()}  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        return {}


def put_json(path: Path, data: object) -> None:
    """Replace a derived file, under the lock. Not synced: losing it costs time, not data."""
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
    temporary.replace(path)
