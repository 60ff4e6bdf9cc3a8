"""One open brain: its index, what is remembered of it, and what its own file says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rackmath.brain.entries import Contributor, Imported
from rackmath.brain.front import text
from rackmath.brain.index import Index, index_of
from rackmath.brain.people import contributors_of, imported
from rackmath.errors import RackmathError
from rackmath.evidence import STARTER, Quantity, Subject
from rackmath.evidence.vocabulary import read_quantities, read_subjects
from rackmath.vault import Vault

if TYPE_CHECKING:
    import sqlite3

Found = TypeVar("Found")

Meaning = tuple[Mapping[str, Quantity], Mapping[str, Subject]]
"""What quantities and subjects mean, by id."""


class Brain:
    """One brain.

    Parameters
    ----------
    path
        The folder of the brain.
    look
        Whether each question looks at the files for changes first. A server that calls ``library.index.refresh()`` in
        the background turns it off.
    lent
        Gives what quantities and subjects mean that this brain does not define; by default those of the bundled brain.

    Raises
    ------
    RackmathError
        The folder is not a brain.
    """

    def __init__(self, path: Path | str, *, look: bool = True, lent: Callable[[], Meaning] | None = None) -> None:
        self.path = Path(path)
        self.index: Index = index_of(path)
        self.look = look
        self.lent = lent or bundled_meaning
        self._lock = threading.RLock()
        self._kept: dict[str, tuple[Any, Any]] = {}
        self.index.refresh()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(self, question: Callable[[sqlite3.Connection], Found]) -> Found:
        """Ask the index something of one's own."""
        return self.index.read(question, look=self.look)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all questions of this thread see one moment of the brain, and look at the files only once."""
        with self.index.reading(look=self.look):
            yield

    @property
    def generation(self) -> int:
        """A number that grows with every change: the key under which what is made of this brain may be kept."""
        return self.index.generation

    def kept(self, name: str, make: Callable[[sqlite3.Connection], Found]) -> Found:
        """Return what `make` makes, made again only when the brain has changed."""

        def step(db: sqlite3.Connection) -> Found:
            generation = db.execute("SELECT generation FROM meta").fetchone()[0]
            with self._lock:
                found = self._kept.get(name)
            if found is None or found[0] != generation:
                found = (generation, make(db))
                with self._lock:
                    self._kept[name] = found
            value: Found = found[1]
            return value

        return self.ask(step)

    # --- the brain -----------------------------------------------------------------------------------------------

    @property
    def front(self) -> Mapping[str, Any]:
        """What ``brain.yaml`` says; empty when it cannot be read."""

        def make(db: sqlite3.Connection) -> Mapping[str, Any]:
            found = db.execute("SELECT entry FROM brain").fetchone()
            fields: Mapping[str, Any] = json.loads(found[0])["front"] if found else {}
            return fields

        return self.kept("front", make)

    @property
    def id(self) -> str:
        """The brain's id; its folder's name when it states none."""
        return text(self.front.get("id"), 80) or self.path.resolve().name

    @property
    def title(self) -> str:
        """The brain's title."""
        return text(self.front.get("title"), 200) or self.path.resolve().name

    @property
    def licence(self) -> str:
        """The licence of the brain's own texts, as stated."""
        return text(self.front.get("licence"), 400)

    @property
    def imports(self) -> list[Imported]:
        """What the pages that were imported announced, and what was found."""
        listed = self.front.get("imports")
        return [imported(item) for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []

    @property
    def contributors(self) -> Mapping[str, Contributor]:
        """The contributors by handle, in the order of ``brain.yaml``, then by handle."""
        return self.kept("contributors", lambda db: contributors_of(db, self.id, self.front.get("contributors")))

    @property
    def people(self) -> Mapping[str, Contributor]:
        """The contributors as far as their own files tell of them: without counts of their notes."""
        listed = self.front.get("contributors")
        return self.kept("people", lambda db: contributors_of(db, self.id, listed, counted=False))

    # --- what its numbers mean ----------------------------------------------------------------------------------

    @property
    def meaning(self) -> Meaning:
        """What quantities and subjects mean here: this brain's own definitions before those that it is lent."""
        own, lent = self.own_meaning, self.lent()
        with self._lock:
            found = self._kept.get("meaning")
            if found is None or found[0][0] is not own or found[0][1] is not lent:
                found = ((own, lent), ({**lent[0], **own[0]}, {**lent[1], **own[1]}))
                self._kept["meaning"] = found
            both: Meaning = found[1]
        return both

    @property
    def own_meaning(self) -> Meaning:
        """What this brain itself defines."""
        sql = "SELECT sha256 FROM file WHERE path IN ('vocab/quantities.yaml', 'vocab/subjects.yaml') ORDER BY path"
        state = self.ask(lambda db: db.execute(sql).fetchall())
        with self._lock:
            found = self._kept.get("own_meaning")
            if found is None or found[0] != state:
                found = (state, _meaning_of(self.path))
                self._kept["own_meaning"] = found
            both: Meaning = found[1]
        return both


def _meaning_of(path: Path) -> Meaning:
    vault = Vault.open(path, read_only=True)
    return read_quantities(vault, []), read_subjects(vault, [])


@lru_cache(maxsize=1)
def bundled_meaning() -> Meaning:
    """Return what the bundled brain defines; nothing when it is missing."""
    try:
        return _meaning_of(STARTER)
    except RackmathError:
        return {}, {}
