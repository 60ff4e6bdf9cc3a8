"""The versions of a note as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain.earlier import public_versions
from rackmath.web.note_data import paths_of

if TYPE_CHECKING:
    from rackmath.brain.entries import Card
    from rackmath.brain.events import Version
    from rackmath.brain.library import Library

KINDS = {
    "create": "First version",
    "edit": "Edit",
    "update": "Update",
    "correction": "Correction",
    "minor": "Minor edit",
    "retire": "Retired",
    "restore": "Restored",
    "publish": "Published",
    "review": "Sent to review",
    "import": "Imported",
    "outside": "Edited outside",
    "remove": "Removed",
}
"""What the kinds of revisions are called."""

_LOUD = {"correction", "retire", "remove"}


def version_rows(note: Card, versions: Sequence[Version], readable: Sequence[Version]) -> list[dict[str, Any]]:
    """Return the versions of a note, the newest first.

    Those not `readable` by whoever asks have no address and no message. ``since`` is the readable version before, with
    which one is compared; 0 where there is none.
    """
    shown = [version.number for version in readable]
    before = dict(zip(shown[1:], shown, strict=False))
    return [
        {
            "number": version.number,
            "at": version.at,
            "author": version.author,
            "kind": version.kind,
            "kind_words": KINDS.get(version.kind, version.kind.replace("_", " ").capitalize()),
            "loud": version.kind in _LOUD,
            "message": version.message if version.number in shown else "",
            "sha256": version.sha256,
            "href": paths_of(note, version.sha256)["version"] if version.sha256 and version.number in shown else "",
            "since": before.get(version.number, 0),
        }
        for version in reversed(versions)
    ]


def readable_versions(library: Library, note: Card, versions: Sequence[Version], *, drafts: bool) -> list[Version]:
    """Return the versions whose texts may be shown: all to contributors, to others those that count as published."""
    if drafts:
        return [version for version in versions if version.sha256]
    return public_versions(library, note.id, versions)


def version_at(versions: Sequence[Version], wanted: str) -> Version | None:
    """Return the version of a number, or the last one whose SHA-256 begins so (eight digits at least)."""
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 8:
        return next((version for version in versions if version.number == int(wanted)), None)
    if len(wanted) < 8:
        return None
    return next((version for version in reversed(versions) if (version.sha256 or "").startswith(wanted)), None)
