"""The steps of a note from draft to published and retired, and what reviewers say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from rackmath.brain import states
from rackmath.brain.desk_core import TRIES, DeskCore, Opened, Written, needs_of
from rackmath.brain.desk_text import checked_message
from rackmath.brain.events import text_with
from rackmath.brain.review import APPROVE, FOLDER, VERDICTS, substance_of
from rackmath.errors import RackmathError
from rackmath.vault import Conflict, Document, YamlProblem, parse_yaml, write_yaml

_ID = re.compile(r"\w[\w.-]{0,99}")
_LONGEST_COMMENT = 5000


class Steps(DeskCore):
    """What changes the state of a note, and nothing else of it."""

    def submit(self, note: str) -> Written:
        """Ask for a review of a draft."""
        return self._step(note, states.REVIEW)

    def publish(self, note: str) -> Written:
        """Publish a note. While an approval is missing it is put into review instead, and `needs` says which."""
        return self._step(note, states.PUBLISHED)

    def withdraw(self, note: str) -> Written:
        """Make a note a draft again."""
        return self._step(note, states.DRAFT)

    def retire(self, note: str, because: str, superseded_by: str = "") -> Written:
        """Say that a published note no longer holds. It stays readable, with the reason.

        Parameters
        ----------
        note
            The note's id, key, path, file name or title.
        because
            Why.
        superseded_by
            The note that takes its place, by any of its names; empty for none.

        Raises
        ------
        RackmathError
            There is no reason, no such note, or the note is not published.
        """
        said = checked_message(because)
        if not said:
            raise RackmathError("retiring a note needs a reason: say why it no longer holds")
        fields = {"retired_because": said}
        if superseded_by:
            other = self._opened(superseded_by)
            if other.note_id == self._opened(note).note_id:
                raise RackmathError("a note cannot take its own place; name another one, or none")
            stem = other.path.rpartition("/")[2].removesuffix(".md")
            fields["superseded_by"] = f"[[{stem}]]"
        return self._step(note, states.RETIRED, said, fields)

    def _step(self, note: str, after: str, message: str = "", fields: Mapping[str, Any] | None = None) -> Written:
        for _ in range(TRIES):
            now = self._opened(note)
            note = now.note_id
            needs = self._needs(now)
            step = states.step(states.asked_state(now.document.front.get("status")), after)
            if step is None:
                return self._unchanged(now, needs)
            if step.approved and needs:
                if step.before != states.DRAFT:
                    return self._unchanged(now, needs)
                step = states.STEPS[step.before, states.REVIEW]
            document = self._stepped(now.document, step, fields or {})
            said = message or (f"asked to publish; it needs {'; '.join(needs)}"[:500] if needs else step.name)
            with suppress(Conflict):
                changes = [(now.path, document.text, now.sha256)]
                done = self.vault.write_many(changes, message=said, kind=step.kind, propose=False)
                return replace(self._written(note, done, step.kind), needs=needs)
        raise RackmathError(f"{now.path}: too many programs change this note at once; try again")

    def _stepped(self, document: Document, step: states.Step, fields: Mapping[str, Any]) -> Document:
        changes: dict[str, Any] = {"status": step.after, **fields}
        if step.after == states.PUBLISHED and not document.front.get("published"):
            changes["published"] = self.today
        if step.before == states.RETIRED:
            changes |= {"retired_because": None, "superseded_by": None}
        if step.kind in {"retire", "restore"}:
            changes["updated"] = self.today
        return document.with_front(changes)

    def _needs(self, now: Opened) -> tuple[str, ...]:
        """Say what the present text lacks to be published; the index has to know this very text, and what judges it."""
        for _ in range(TRIES):
            # a look at the whole vault may be a moment old; a rule that was written in that moment holds all the same
            self.index.touched([now.path, "brain.yaml", f"{FOLDER}/{now.note_id}.yaml"])
            found = self._find(now.note_id)
            if found and found.sha256 == now.sha256:
                return needs_of(found)
            if self.vault.read(now.path)[1] != now.sha256:
                return ()  # changed since: whoever asked will see that when he writes
        raise RackmathError(f"{now.path}: the index does not keep up with this note; try again")

    def _unchanged(self, now: Opened, needs: tuple[str, ...]) -> Written:
        found = self._find(now.note_id)
        status = found.status if found else ""
        return Written(now.note_id, now.path, now.sha256, "", status, False, 0, needs=needs)

    def approve(self, note: str, *, verdict: str = APPROVE, comment: str = "", base: str | None = None) -> Written:
        """Say what one thinks of the present text of a note: ``approve`` or ``changes``.

        Parameters
        ----------
        note
            The note's id, key, path, file name or title.
        verdict
            One of ``approve`` and ``changes``.
        comment
            Words for the writer.
        base
            SHA-256 of the file that was read; when its title or body has changed since, nothing is approved.

        Raises
        ------
        RackmathError
            Nobody is named as the author, the text has changed, or the review file cannot be read.
        """
        if not self.author:
            raise RackmathError("an approval needs a name: say who you are")
        if verdict not in VERDICTS:
            raise RackmathError(f"{verdict!r} is not a verdict; use {', '.join(VERDICTS)}")
        if len(comment) > _LONGEST_COMMENT:
            raise RackmathError(f"a comment is at most {_LONGEST_COMMENT} characters")
        for _ in range(TRIES):
            now = self._opened(note)
            substance = _substance(now.text)
            if base is not None and base != now.sha256 and _substance(text_with(self.index, base)) != substance:
                raise RackmathError(f"{now.path} was changed since you read it; read it again and then decide")
            if not _ID.fullmatch(now.note_id):
                raise RackmathError(f"{now.path}: the note has no id that can name a review; give it one")
            rel = f"{FOLDER}/{now.note_id}.yaml"
            text, digest = self.vault.read(rel) if self.vault.exists(rel) else (f"note: {now.note_id}\n", None)
            at = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
            entry = {"by": self.author, "at": at, "verdict": verdict, "substance": substance}
            changed = _with_review(text, rel, entry | ({"comment": comment.strip()} if comment.strip() else {}))
            said = f"{verdict} {now.path}"
            with suppress(Conflict):
                done = self.vault.write_many([(rel, changed, digest)], message=said, kind="review", propose=False)
                self._refresh([rel])
                found = self._find(now.note_id)
                needs = needs_of(found) if found else ()
                status = found.status if found else ""
                return Written(now.note_id, rel, done[0].sha256 or "", "review", status, True, 0, needs=needs)
        raise RackmathError(f"{now.path}: too many programs change this note at once; try again")


def _substance(text: str | None) -> str:
    if text is None:
        return ""
    document = Document.parse(text)
    return substance_of(document.title(), document.body)


def _with_review(text: str, rel: str, entry: Mapping[str, str]) -> str:
    """Add an entry to a review file, which is a list or a mapping with one under ``reviews``."""
    try:
        data = parse_yaml(text).data
    except YamlProblem as problem:
        raise RackmathError(f"{rel}: {problem.message}; repair the review file first") from None
    if isinstance(data, list):
        return write_yaml([*data, entry])
    listed = data.get("reviews") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(listed, list | None):
        raise RackmathError(f"{rel}: not a list of reviews; repair the review file first")
    return write_yaml({**data, "reviews": [*(listed or []), entry]})
