"""Which files of a vault the index covers, and how one of them is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from rackmath.brain.extract import Searchable, searchable
from rackmath.errors import RackmathError
from rackmath.vault import Document

LARGEST = 8 * 1024 * 1024
"""Files above this many bytes are left out, as the vault itself refuses them."""

FOLDERS: dict[str, tuple[str, ...]] = {
    "notes": (".md",),
    "sources": (".md",),
    "contributors": (".yaml", ".yml"),
    "vocab": (".yaml", ".yml"),
    "reviews": (".yaml", ".yml"),
    "snapshots": (".json", ".txt"),
}
"""The folders that are looked into, with what the names of their files end in."""

BRAIN = "brain.yaml"

Made = TypeVar("Made")

Stamp = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


@dataclass(frozen=True)
class Parsed:
    """A file as the parts of the index get it: its path in the vault, its text and the SHA-256 of its bytes."""

    path: str
    text: str
    sha256: str
    ready: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was made of it already; see `made`."""

    def made(self, make: Callable[[Parsed], Made]) -> Made:
        """Return what a function makes of the file, made once, and perhaps by another process."""
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in self.ready:
            self.ready[name] = make(self)
        found: Made = self.ready[name]
        return found

    @cached_property
    def document(self) -> Document:
        """The text as a document; only asked for where it is Markdown."""
        return Document.parse(self.text)

    @cached_property
    def searchable(self) -> Searchable:
        """What of a note is searched."""
        return searchable(self.path, self.document)

    @property
    def folder(self) -> str:
        """The first part of the path: ``notes``, ``sources`` …; empty for ``brain.yaml``."""
        head, slash, _ = self.path.partition("/")
        return head if slash else ""


def covered(path: str) -> bool:
    """Whether a path, relative to the vault, is of a file that the index covers."""
    parts = path.split("/")
    if path == BRAIN:
        return True
    plain = len(parts) > 1 and all(part and not part.startswith(".") for part in parts)
    return plain and path.endswith(FOLDERS.get(parts[0], ("\0",)))


def files(vault: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield path and stamp of every file. Hidden files and folders, and links out of the vault, are left out.

    Raises
    ------
    RackmathError
        The folder is not there any more.
    """
    if not vault.is_dir():
        raise RackmathError(f"{vault}: the folder is not there any more")
    if (found := stamp(vault, BRAIN)) is not None:
        yield BRAIN, found
    for top, endings in FOLDERS.items():
        yield from _below(vault, top, endings)


def _below(vault: Path, top: str, endings: tuple[str, ...]) -> Iterator[tuple[str, Stamp]]:
    folders = [(str(vault / top), top)]
    while folders:
        folder, above = folders.pop()
        try:
            entries = os.scandir(folder)
        except OSError:
            continue
        with entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                try:
                    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(vault):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, f"{above}/{name}"))
                    elif name.endswith(endings):
                        stat = entry.stat()
                        if stat.st_size <= LARGEST:
                            yield f"{above}/{name}", (stat.st_size, stat.st_mtime_ns)
                except (OSError, RuntimeError):  # gone since it was listed, or a link that goes in circles
                    continue


def stamp(vault: Path, path: str) -> Stamp | None:
    """Return the stamp of one file; None when it is not there, too large, or a link out of the vault."""
    try:
        place = (vault / path).resolve()
        stat = place.stat()
    except (OSError, RuntimeError):
        return None
    inside = place.is_relative_to(vault) and place.is_file() and stat.st_size <= LARGEST
    return (stat.st_size, stat.st_mtime_ns) if inside else None


def read(vault: Path, path: str) -> Parsed | None:
    """Read a file; None when it cannot be read. Bytes that are not UTF-8 become marks of replacement."""
    try:
        with (vault / path).open("rb") as stream:
            data = stream.read(LARGEST)
    except OSError:
        return None
    return Parsed(path, data.decode("utf-8", "replace"), sha256(data).hexdigest())


def journals(vault: Path) -> dict[str, Stamp]:
    """Return the stamps of the append-only files of a vault, by name."""
    found: dict[str, Stamp] = {}
    try:
        entries = os.scandir(vault / "journal")
    except OSError:
        return found
    with entries:
        for entry in entries:
            if entry.name.endswith(".jsonl") and not entry.name.startswith("."):
                try:
                    stat = entry.stat()
                except OSError:
                    continue
                found[entry.name] = (stat.st_size, stat.st_mtime_ns)
    return found
