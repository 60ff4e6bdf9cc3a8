"""Which files a vault may touch, and how their bytes become text."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from rackmath.errors import RackmathError

MAX_BYTES = 8 * 1024 * 1024
PRIVATE = ".rackmath"
JOURNAL = "journal"
PROPOSALS = "proposals"
_MAX_PART = 255  # bytes in one name, the limit of the usual file systems


def checked(rel: str) -> str:
    """Return a path inside a vault, or raise when it could lead out of it or is not a plain relative path."""
    parts = rel.split("/")
    if not rel or rel.startswith("/") or rel.endswith("/"):
        raise RackmathError(f"path {rel!r}: give a file path relative to the brain, such as notes/reading/my-note.md")
    if any(part in {"", ".", ".."} for part in parts):
        raise RackmathError(
            f"path {rel!r}: parts like '..', '.' and '//' are not allowed; give the plain relative path"
        )
    if "\\" in rel or not rel.isprintable():
        raise RackmathError(
            f"path {rel!r}: backslashes and unprintable characters are not allowed; use '/' and plain names"
        )
    try:
        if any(len(part.encode()) > _MAX_PART for part in parts):
            raise RackmathError(f"path {rel[:60]!r}…: a name is at most {_MAX_PART} bytes; shorten it")
    except UnicodeEncodeError:
        raise RackmathError(f"path {rel!r}: half of a surrogate pair is not a character; rename the file") from None
    return rel


def located(root: Path, rel: str) -> Path:
    """Return the real place of a file of the vault at `root` (already resolved).

    Raises
    ------
    RackmathError
        The path is not plain, or a link on the way leads out of the vault.
    """
    try:
        place = (root / checked(rel)).resolve()
    except (OSError, RuntimeError) as error:
        raise RackmathError(
            f"{root / rel}: {getattr(error, 'strerror', None) or error}; is a link going in circles?"
        ) from None
    if not place.is_relative_to(root):
        raise RackmathError(
            f"{rel}: a symbolic link leads out of the brain, to {place}; copy the file into {root} instead"
        )
    return place


def writable(root: Path, rel: str) -> Path:
    """Return the real place of a file that may be written: not the history and not the private folder."""
    place = located(root, rel)
    inside = place.relative_to(root).parts
    if {rel.split("/", maxsplit=1)[0], inside[0] if inside else ""} & {PRIVATE, JOURNAL, ".git"}:
        raise RackmathError(f"{rel}: {inside[0]}/ is kept by the program itself; write notes, sources or vocab instead")
    if place.is_dir():
        raise RackmathError(f"{rel} is a folder; give the path of a file in it")
    return place


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def encoded(text: str, name: str) -> bytes:
    """Return text as UTF-8, refusing what could not be read back."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RackmathError(f"{name}: character {error.start} is half of a surrogate pair; remove it") from None
    _check(data, name)
    return data


def decoded(data: bytes, name: str) -> str:
    """Return the text of a file's bytes; line ends stay as they are."""
    _check(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RackmathError(
            f"{name}: byte {error.start} (0x{data[error.start]:02x}) is not UTF-8; save the file as UTF-8 text"
        ) from None


def _check(data: bytes, name: str) -> None:
    if len(data) > MAX_BYTES:
        raise RackmathError(f"{name}: {len(data):,} bytes is over the limit of {MAX_BYTES:,}; split the file")
    if (at := data.find(b"\0")) >= 0:
        raise RackmathError(
            f"{name}: byte {at} is NUL, so this is not a text file; keep binary files outside the brain's notes"
        )


def read_bytes(place: Path, name: str) -> bytes:
    """Return the bytes of a file of at most 8 MiB."""
    try:
        if not stat.S_ISREG(place.stat().st_mode):  # opening a pipe would wait for ever
            raise RackmathError(f"{name} is not a file; keep only plain files in a brain")
        with place.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)  # one more than allowed, so that the check sees it
    except FileNotFoundError:
        raise RackmathError(f"{name}: there is no such file") from None
    except OSError as error:
        raise RackmathError(f"{name}: {error.strerror or error}") from None


def walk(root: Path, folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the relative paths of files in a folder, sorted; hidden ones and links out of the vault are left out."""
    base = located(root, folder) if folder else root
    found: list[str] = []
    for parent, folders, files in os.walk(base):
        folders[:] = [name for name in folders if not name.startswith(".")]
        above = Path(parent).relative_to(root).as_posix()
        prefix = "" if above == "." else f"{above}/"
        found += [prefix + name for name in files if name.endswith(suffixes) and not name.startswith(".")]
    for rel in sorted(found):
        if not (root / rel).is_symlink() or _stays(root, root / rel):
            yield rel


def _stays(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link in a circle
        return False
