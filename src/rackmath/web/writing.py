"""What the writing pages share: whose brain it is, the desk that writes in it, and the text a form was made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rackmath.brain.desk import Desk
from rackmath.brain.events import text_with
from rackmath.errors import RackmathError
from rackmath.vault import Vault
from rackmath.web.pages import Asked, NotFound
from rackmath.web.work import need

if TYPE_CHECKING:
    from rackmath.brain.desk import Written
    from rackmath.brain.entries import Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.web.work import Work

KIND_WORDS = {
    "pov": "Point of view",
    "methodology": "Methodology",
    "watching": "Currently watching",
    "thesis": "Thesis",
    "reading": "Reading",
    "observation": "Observation",
}
REVISIONS = {
    "edit": "Edit: the argument or its wording is better",
    "update": "Update: the world changed",
    "correction": "Correction: we were wrong (say what, below)",
    "minor": "Minor: a typo; readers need not know",
}


def own_library(site: Site, asked: Asked, scope: str = "write") -> Library:
    """Return the brain that who is signed in writes in.

    Raises
    ------
    SignIn, NotAllowed
        Nobody is signed in, or the token does not allow `scope`.
    """
    need(asked, scope)
    assert asked.viewer is not None
    for library in site.libraries:
        if library.id == asked.viewer.brain:
            return library
    raise NotFound("the brain of your token is not open here any more")


def own_note(site: Site, asked: Asked, key: str, scope: str = "write") -> tuple[Library, Note]:
    """Return a note of the brain that who is signed in writes in, drafts too."""
    library = own_library(site, asked, scope)
    note = library.note(key, drafts=True)
    if note is None:
        raise NotFound(
            f"there is no note {key!r} in your brain; a note of another brain is changed by its contributors"
        )
    return library, note


def desk_of(work: Work, library: Library, asked: Asked) -> Desk:
    """Return the desk at which who is signed in writes.

    Raises
    ------
    RackmathError
        The brain is the bundled one or cannot be written, or does not know the contributor (any more).
    """
    assert asked.viewer is not None
    return desk_by(work, library, asked.viewer.handle)


def desk_by(work: Work, library: Library, handle: str) -> Desk:
    """Return the desk of a contributor; see `desk_of`."""
    return Desk(Vault.open(library.path, clock=work.clock), author=handle, clock=work.clock)


def seen(library: Library, paths: Iterable[str]) -> None:
    """Bring the index up to date with what was just written, so that the next page shows it."""
    library.index.touched(list(paths))


def base_text(library: Library, sha256: str, current: str, current_sha256: str) -> str:
    """Return the text that a form was made from.

    Raises
    ------
    RackmathError
        No text with this hash is known: the form was tampered with, or made by another server's clock of the brain.
    """
    if sha256 == current_sha256:
        return current
    found = text_with(library.index, sha256)
    if found is None:
        raise RackmathError(
            "the version this form was made from is not in the history of this brain; open the note again and copy "
            "your changes over"
        )
    return found


def told(written: Written, done: str) -> str:
    """Return the line that says what a change did: what was done, what is missing, what was noticed."""
    parts = [done if written.changed else "Nothing was changed."]
    if written.merged:
        parts.append(f"Merged with what others changed meanwhile: {written.merged}.")
    parts += [f"Still needed: {need}." for need in written.needs]
    parts += [remark if remark.endswith(".") else f"{remark}." for remark in written.remarks]
    return " ".join(parts)
