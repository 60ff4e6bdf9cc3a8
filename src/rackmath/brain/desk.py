"""The one gate for all that people write into a brain: from the command line, the web or an assistant.

A save names the version it was made from. When the note has changed since, both changes are merged; where they cannot
be, the text is kept as a proposal. So a text that was given to the desk is, whatever happens, in the note, in a
proposal, or still with whoever gave it and was told why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, ClassVar

from rackmath.brain import desk_text, states
from rackmath.brain.desk_core import TRIES, Conflicted, Opened, Written
from rackmath.brain.desk_steps import Steps
from rackmath.brain.desk_text import Unreadable, checked_message
from rackmath.brain.events import text_of, text_with, versions
from rackmath.brain.front import text as one_line
from rackmath.brain.front import texts
from rackmath.brain.merge import merge
from rackmath.brain.proposals import Proposal
from rackmath.errors import RackmathError
from rackmath.vault import Conflict, Document, YamlProblem, parse_yaml, slug

__all__ = ["Conflicted", "Desk", "Opened", "Unreadable", "Written"]


class Desk(Steps):
    """Where one person writes in one brain. Cheap to make; may be used by several threads.

    Parameters
    ----------
    vault
        The open brain.
    author
        The handle of a contributor; empty for nobody in particular.
    clock
        Where today's date comes from; by default the vault's clock.

    Raises
    ------
    RackmathError
        The brain does not know the handle.
    """

    KINDS: ClassVar = ("edit", "update", "correction", "minor")
    """What a save may be: an edit, a change of the world, a mistake put right, or too small to tell readers about."""

    # --- writing notes -------------------------------------------------------------------------------------------

    def new(
        self,
        kind: str,
        title: str,
        body: str = "",
        *,
        tags: Iterable[str] = (),
        front: Mapping[str, Any] | None = None,
        message: str = "",
    ) -> Written:
        """Write a new note, as a draft. `front` holds further keys of its front matter."""
        note_id, document = desk_text.composed(kind, title, body, tags, self.author, self.today, front or {})
        said = checked_message(message) or "new note"
        for _ in range(TRIES):
            rel = self.vault.note_path(kind, document.title())
            with suppress(Conflict):
                done = self.vault.write_many([(rel, document.text, None)], message=said, kind="create", propose=False)
                return self._written(note_id, done, "create")
        raise RackmathError(f"{rel}: too many programs write here at once; try again")

    def save(self, note: str, text: str, base: str, *, kind: str = "edit", message: str = "") -> Written:
        """Save a text over the version that it was made from.

        Parameters
        ----------
        note
            The note's id, key, path, file name or title.
        text
            Its whole new text. A status in it that differs is carried out as the step that it asks for.
        base
            The SHA-256 of the file that the text was made from.
        kind
            One of `KINDS`. All but ``minor`` set the date ``updated``.
        message
            Why; a correction must say so.

        Raises
        ------
        Conflicted
            The note was changed since in a way that does not go together with this text, which is now a proposal.
        Unreadable
            The front matter or a block cannot be read. Nothing was written.
        RackmathError
            The text, the kind or the step is not allowed. Nothing was written.
        """
        if kind not in self.KINDS:
            raise RackmathError(f"{kind!r} is not a kind of revision; use {', '.join(self.KINDS)}")
        said = checked_message(message, kind)
        merged = ""
        asked = ""
        remarks: list[str] = []

        def made(now: Opened) -> str:
            nonlocal merged, asked, remarks
            mine = text
            merged = ""
            if now.sha256 != base and text != now.text:
                mine, merged = self._merged(now, text, base, kind, said)
            document, remarks = desk_text.kept(mine, now.document, now.path, now.note_id)
            before = states.asked_state(now.document.front.get("status"))
            asked = _asked(document, before)
            if document.text == now.text:
                return now.text
            if document.front.get("status") != now.document.front.get("status"):  # a step of its own, below
                document = document.with_front(status=now.document.front.get("status"))
            return document.text if document.text == now.text else self._dated(document, kind).text

        written = self._change(note, made, kind, lambda: f"{said} (merged: {merged})".strip() if merged else said)
        written = replace(written, merged=merged, remarks=tuple(remarks))
        if asked:
            stepped = self._step(written.note_id, asked, said)
            return replace(stepped, merged=merged, remarks=written.remarks, changed=stepped.changed or written.changed)
        return written

    def _merged(self, now: Opened, text: str, base: str, kind: str, message: str) -> tuple[str, str]:
        """Merge a text with what the note says by now, or keep it as a proposal."""
        before = text_with(self.index, base)
        found = None
        if before is not None:
            mine = text.replace("\r\n", "\n") if "\r" not in before else text
            found = merge(before, mine, now.text)
            if found.text is not None:
                return found.text, found.took
        about = {"note": now.note_id, "base": base, "theirs": now.sha256, "kind": kind, "message": message}
        kept = self._propose(now.path, text, about)
        places = [each.where for each in found.conflicts[:5]] if found else ["nobody knows what it was made from"]
        raise Conflicted(
            f"{now.path} was changed since it was read, and the changes do not go together ({'; '.join(places)}); "
            f"your text is kept in {kept.path}",
            kept,
            found,
        )

    def propose(self, note: str, text: str, base: str, *, kind: str = "edit", message: str = "") -> Proposal:
        """Keep a text as a proposal without saving it: for somebody who suggests and does not decide."""
        now = self._opened(note)
        about = {"note": now.note_id, "base": base, "theirs": now.sha256, "kind": kind}
        return self._propose(now.path, text, {**about, "message": checked_message(message)})

    def edit_front(self, note: str, changes: Mapping[str, Any], *, kind: str = "minor", message: str = "") -> Written:
        """Change keys of the front matter, such as the tags, whatever else was changed; None takes a key away."""
        if fixed := sorted(changes.keys() & {"id", "status", "type"}):
            raise RackmathError(f"{', '.join(fixed)}: a note keeps its id and kind, and steps set its status")
        said = checked_message(message, kind)

        def made(now: Opened) -> str:
            document = now.document.with_front(changes)
            return now.text if document.text == now.text else self._dated(document, kind).text

        return self._change(note, made, kind, lambda: said)

    def retitle(self, note: str, title: str, *, message: str = "") -> Written:
        """Give a note another title and file name; the old ones become aliases, so that links keep working."""
        new = desk_text.checked_title(title)
        said = checked_message(message)
        for _ in range(TRIES):
            now = self._opened(note)
            old, stem = now.document.title(), PurePosixPath(now.path).stem
            names = [*texts(now.document.front.get("aliases")), old, stem]
            aliases = [name for name in dict.fromkeys(names) if name and name != new]
            document = self._dated(now.document.with_front(title=new, aliases=aliases), "edit")
            rel = self._free_path(now.path, slug(new))
            moved = [(now.path, None, now.sha256)] if rel != now.path else []
            changes = [*moved, (rel, document.text, None if moved else now.sha256)]
            with suppress(Conflict):
                done = self.vault.write_many(
                    changes, message=said or f"renamed, was “{old}”", kind="edit", propose=False
                )
                return self._written(now.note_id, done[::-1], "edit")
        raise RackmathError(f"{now.path}: too many programs change this note at once; try again")

    def _free_path(self, path: str, name: str) -> str:
        """Return a path beside another under a name that is free; the path itself if that is its name."""
        folder = PurePosixPath(path).parent
        names = [f"{folder}/{name}.md", *(f"{folder}/{name}-{number}.md" for number in range(2, TRIES))]
        return next((rel for rel in names if rel == path or not self.vault.exists(rel)), path)

    def restore(self, note: str, version: int, message: str = "") -> Written:
        """Write an old version again, as a new one. Its state, id and dates stay what they are."""
        known = versions(self.index, self._opened(note).note_id)
        found = next((each for each in known if each.number == version), None)
        if found is None:
            raise RackmathError(f"there is no version {version}; this note has versions 1 to {len(known)}")
        old = Document.parse(text_of(self.index, found))
        said = checked_message(message) or f"version {version} again"

        def made(now: Opened) -> str:
            document = desk_text.restored(old, now.document)
            return now.text if document.text == now.text else self._dated(document, "restore").text

        return self._change(note, made, "restore", lambda: said)

    def _dated(self, document: Document, kind: str) -> Document:
        if kind == "minor" or document.front_problem is not None:
            return document
        return document.with_front(updated=self.today)

    # --- other files ---------------------------------------------------------------------------------------------

    def put(self, rel: str, text: str | None, base: str | None, *, message: str = "") -> Written:
        """Write another file of the brain (a source, a vocabulary, a contributor); None as text removes it.

        Raises
        ------
        Conflicted
            The file is not `base` any more, and the changes do not go together; the text is a proposal now.
        RackmathError
            The text cannot be read, or the file is one that only the other methods write.
        """
        top = rel.partition("/")[0]
        if top in {"notes", "reviews", "proposals"}:
            raise RackmathError(f"{rel}: {top}/ is written by the steps of a note; save, approve or propose instead")
        said = checked_message(message)
        for _ in range(TRIES):
            now, digest = self.vault.read(rel) if self.vault.exists(rel) else (None, None)
            wanted = text
            if digest != base and text != now:
                opened = Opened("", rel, now or "", digest or "")
                if text is None:
                    raise RackmathError(f"{rel} was changed since it was read; read it again and then decide")
                wanted = self._merged(opened, text, base or "", "edit", said)[0]
            if wanted is not None:
                _refuse_unreadable(rel, wanted)
            with suppress(Conflict):
                done = self.vault.write_many([(rel, wanted, digest)], message=said, kind="edit", propose=False)
                self._refresh([rel])
                return Written("", rel, done[0].sha256 or "", "edit", "", done[0].changed, 0)
        raise RackmathError(f"{rel}: too many programs change this file at once; try again")


def _asked(document: Document, before: str) -> str:
    """Return the state that a text asks for, if that is another one and a step leads there."""
    after = document.front.get("status")
    if after is None or after == before:
        return ""
    step = states.step(before, str(after))
    if step and step.reason and not one_line(document.front.get("retired_because")):
        raise RackmathError("retiring a note needs a reason: write it as retired_because in the front matter")
    return str(after)


def _refuse_unreadable(rel: str, text: str) -> None:
    if rel.endswith(".md"):
        desk_text.refuse_faults(rel, Document.parse(text), None)
    elif rel.endswith((".yaml", ".yml")):
        try:
            parse_yaml(text)
        except YamlProblem as problem:
            line = text.count("\n", 0, problem.offset) + 1
            raise RackmathError(f"{rel}:{line}: {problem.message}; nothing was saved") from None
