"""What the desk does with a text before it is written: it keeps its id, its line ends and the names it was known by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rackmath.brain.entries import KINDS
from rackmath.brain.front import texts
from rackmath.brain.merge import unresolved
from rackmath.errors import RackmathError, suggest
from rackmath.vault import Document, Fault, new_id

LONGEST_NOTE = 2 * 1024 * 1024
LONGEST_TITLE = 300
LONGEST_MESSAGE = 2000
MOST_TAGS = 100


class Unreadable(RackmathError):
    """A text whose front matter or blocks cannot be read. Nothing was written; `faults` say what is wrong, and where.

    Whoever holds the text keeps it: a page shows it again with the faults, a command names the file it is in.
    """

    def __init__(self, path: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        told = "\n".join(f"{path}:{fault.line}: {fault.message}" for fault in faults)
        super().__init__(f"{told}; nothing was saved, repair the text and save again")


def checked_message(message: str, kind: str = "") -> str:
    """Return a message on one line; a correction has to have one."""
    said = " ".join(message.split())
    if not said and kind == "correction":
        raise RackmathError("a correction needs a message: say what was wrong and what is right")
    if len(said) > LONGEST_MESSAGE:
        raise RackmathError(f"a message is at most {LONGEST_MESSAGE} characters; put the rest into the note")
    return said


def checked_title(title: str) -> str:
    """Return a title on one line."""
    said = " ".join(title.split())
    if not said:
        raise RackmathError("a note needs a title: one line that says what it says")
    if len(said) > LONGEST_TITLE:
        raise RackmathError(f"a title is at most {LONGEST_TITLE} characters; this one has {len(said)}")
    return said


def checked_kind(kind: str) -> str:
    """Return the kind of a note if it is one."""
    if kind not in KINDS:
        raise RackmathError(f"{kind!r} is not a kind of note{suggest(kind, KINDS) or '; use ' + ', '.join(KINDS)}")
    return kind


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Return tags without repeats and empty ones."""
    found = list(texts([" ".join(tag.removeprefix("#").split()) for tag in tags], MOST_TAGS + 1))
    if len(found) > MOST_TAGS or any(len(tag) > 100 for tag in found):
        raise RackmathError(f"a note has at most {MOST_TAGS} tags of at most 100 characters")
    return found


def composed(
    kind: str, title: str, body: str, tags: Iterable[str], author: str, today: str, front: Mapping[str, Any]
) -> tuple[str, Document]:
    """Return the id and the text of a new note: a draft of the author's."""
    note_id = new_id("note")
    fields: dict[str, Any] = {
        "id": note_id,
        "type": checked_kind(kind),
        "title": checked_title(title),
        "status": "draft",
        "created": today,
        "contributors": [author] if author else [],
        "tags": checked_tags(tags),
    }
    own = {"id", "type", "title", "status", "published", "tags"}
    fields |= {key: value for key, value in front.items() if key not in own and value not in (None, "", [])}
    document = Document.compose({key: value for key, value in fields.items() if value != []}, body)
    refuse_faults("the new note", document, None)
    return note_id, document


def kept(text: str, now: Document, path: str, note_id: str) -> tuple[Document, list[str]]:
    """Return a person's text as it may be saved over a note, and remarks on what was put right in it.

    Raises
    ------
    Unreadable
        The front matter or a block cannot be read, and was not already so.
    RackmathError
        It is too long, has no title, an unknown kind, or marks of a conflict that nobody has resolved.
    """
    remarks: list[str] = []
    if "\r" in text and "\r\n" not in now.text:
        text = text.replace("\r\n", "\n")  # what a browser sends
    elif "\n" in now.text and "\r\n" not in text and now.text.count("\n") == now.text.count("\r\n"):
        text = text.replace("\n", "\r\n")
    if not text.endswith("\n"):
        text += now.newline
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_NOTE:
        raise RackmathError(f"{path}: a note is at most {LONGEST_NOTE // 1024**2} MiB; split it")
    if line := unresolved(text):
        raise RackmathError(f"{path}:{line}: a conflict is still marked here; keep what is right and remove the marks")
    document = Document.parse(text)
    refuse_faults(path, document, now)
    if document.front_problem is None:
        document, remarks = _with_identity(document, now, note_id)
    checked_title(document.title())
    kind, before = document.front.get("type"), now.front.get("type")
    if kind != before:
        checked_kind(str(kind or ""))
    return document, remarks


def refuse_faults(path: str, document: Document, now: Document | None) -> None:
    """Refuse a text with faults that the present one does not have, or not so often."""
    old = Counter(fault.message for fault in now.faults) if now else Counter[str]()
    found = []
    for fault in document.faults:
        old[fault.message] -= 1
        if old[fault.message] < 0:
            found.append(fault)
    if found:
        raise Unreadable(path, found)


def _with_identity(document: Document, now: Document, note_id: str) -> tuple[Document, list[str]]:
    """Keep the id, and the old title as an alias, so that links keep working."""
    changes: dict[str, Any] = {}
    remarks = []
    known = now.front.get("id")
    if known and document.front.get("id") != known:
        changes["id"] = known
        remarks.append(f"the id was put back: a note keeps {note_id}")
    elif not known and not document.front.get("id"):
        changes["id"] = new_id("note")
        remarks.append("the note was given an id")
    old, new = " ".join(now.title().split()), " ".join(document.title().split())
    aliases = texts(document.front.get("aliases"))
    if old and new and old != new and old not in aliases:
        changes["aliases"] = [*aliases, old]
        remarks.append(f"the old title {old!r} is now an alias, so that links to it keep working")
    return (document.with_front(changes) if changes else document), remarks


def restored(old: Document, now: Document) -> Document:
    """Return an old text as a new version: its state, id, dates and names are the present ones."""
    keys = ("id", "status", "created", "published", "retired_because", "superseded_by")
    aliases = [*texts(now.front.get("aliases")), *texts(old.front.get("aliases")), now.title()]
    names = [name for name in dict.fromkeys(aliases) if name and name != old.title()]
    present = {key: now.front.get(key) for key in keys}
    return old.with_front({**present, "aliases": names or None})
