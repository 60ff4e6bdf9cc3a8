"""Sources and snapshots as the index keeps them: what a citation is judged by, and read from."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rackmath.brain.cite_check import Source
from rackmath.brain.cites import Cite
from rackmath.brain.snapshots import Record, Snapshot
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    import sqlite3

_AT_ONCE = 16
"""Snapshots held at once: each may be of some megabytes."""


class Kept:
    """Looks up sources and snapshots, each once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._sources: dict[str, Source | None] = {}
        self._records: dict[str, list[Record]] = {}
        self._snapshots: dict[str, Snapshot] = {}

    def source(self, citekey: str) -> Source | None:
        """Return a source; None when the brain has none of that citekey."""
        if citekey not in self._sources:
            sql = "SELECT front FROM source WHERE citekey = ? ORDER BY path LIMIT 1"
            found = self._db.execute(sql, (citekey,)).fetchone()
            self._sources[citekey] = Source.of(citekey, json.loads(found[0])) if found else None
        return self._sources[citekey]

    def records(self, citekey: str) -> list[Record]:
        """Return the records of a source's snapshots, the newest first."""
        if citekey not in self._records:
            sql = "SELECT record FROM snapshot WHERE citekey = ? ORDER BY at DESC, sha DESC"
            self._records[citekey] = [Record(**json.loads(said)) for (said,) in self._db.execute(sql, (citekey,))]
        return self._records[citekey]

    def load(self, sha: str) -> Snapshot:
        """Return a snapshot by its address.

        Raises
        ------
        RackmathError
            It is not kept here, or only its record is.
        """
        if sha not in self._snapshots:
            record = self._db.execute("SELECT record FROM snapshot WHERE sha = ? LIMIT 1", (sha,)).fetchone()
            packed = self._db.execute("SELECT text FROM snapshot_text WHERE sha = ? LIMIT 1", (sha,)).fetchone()
            if record is None or packed is None:
                what = "snapshot" if record is None else "text of snapshot"
                raise RackmathError(f"the {what} {sha[:12]} is not kept in this brain")
            if len(self._snapshots) >= _AT_ONCE:
                self._snapshots.clear()
            text = zlib.decompress(packed[0]).decode()
            self._snapshots[sha] = Snapshot(Record(**json.loads(record[0])), text)
        return self._snapshots[sha]


_PLAIN = {field.name: field.default for field in fields(Cite)}


def cite_to_json(cite: Cite) -> str:
    """Return a citation as JSON, without what it does not say."""
    said = {name: value for name, plain in _PLAIN.items() if (value := getattr(cite, name)) != plain}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def cite_from_json(said: str) -> Cite:
    """Return a citation from what the index keeps of it."""
    found: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(said).items()
    }
    found["offered"] = tuple((key, confidence) for key, confidence in found.get("offered", ()))
    return Cite(**found)


def spans_of(numbers: list[int] | tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Return numbers of sentences as pairs of the first and the last of each run."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return tuple(found)
