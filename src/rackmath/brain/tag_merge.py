"""Merge one tag into another: every note says the new name, and the old one goes on leading there.

The merge is planned here and written by the caller in one step, so that it is done whole or not at all. The vocabulary
keeps the old name, since pages that are imported again, old links and readers' habits go on using it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rackmath.brain.noted import tags_of
from rackmath.brain.tags import slug_of
from rackmath.errors import RackmathError, suggest
from rackmath.vault import Document, Vault

if TYPE_CHECKING:
    from rackmath.brain.library import Library

VOCABULARY = "vocab/tags.yaml"


@dataclass(frozen=True, slots=True)
class TagMerge:
    """What a merge changes: (path, text, expected SHA-256) for `Vault.write_many`, and what it is called in words.

    `notes` are the paths of the notes that get the new name; `skipped` those whose front matter cannot be changed by a
    program, each with the reason: the vocabulary makes the old name mean the new one there.
    """

    source: str
    target: str
    changes: tuple[tuple[str, str, str | None], ...]
    notes: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    words: str


def plan_merge(library: Library, source: str, target: str) -> TagMerge:
    """Plan the merge of a tag into another.

    Parameters
    ----------
    library
        The brain.
    source, target
        The tag that goes and the one that stays, in any spelling. The target may be new: then the tag is renamed.

    Raises
    ------
    RackmathError
        They are one tag, there is no such tag, or the vocabulary cannot be changed.
    """
    facts = library.tag_facts
    old, new = slug_of(source), facts.resolved(target)
    if not old or not new:
        raise RackmathError("a tag needs at least one letter or digit; give both tags")
    paths = [path for (path,) in library.ask(lambda db: db.execute(_CARRYING, (old,)).fetchall())]
    if not paths and old not in facts.words:
        raise RackmathError(f"no note has the tag {old!r}{suggest(old, facts.counts)}")
    if new == old:
        raise RackmathError(f"{source!r} and {target!r} are one tag already; nothing is left to merge")
    vault = Vault.open(library.path, read_only=True)
    changes = [_vocabulary(vault, old, new)]
    changed, skipped = [], []
    for path in paths:
        text, digest = vault.read(path)
        document = Document.parse(text)
        try:
            after = document.with_front(tags=_renamed(document, old, new)).text
        except RackmathError as error:
            skipped.append((path, str(error)))
            continue
        if after != text:
            changes.append((path, after, digest))
            changed.append(path)
    words = f"tag {old} merged into {new}"
    return TagMerge(old, new, tuple(changes), tuple(changed), tuple(skipped), words)


_CARRYING = "SELECT DISTINCT path FROM note JOIN tag ON tag.note = note.rowid WHERE tag.own = ? ORDER BY path"


def _renamed(document: Document, old: str, new: str) -> list[str]:
    """Return a note's tags with the new one in place of the old, once, in the spelling that the note has for it."""
    tags = tags_of(document.front)
    spelt = next((tag for tag in tags if slug_of(tag) == new), new)
    return list(dict.fromkeys(spelt if slug_of(tag) == old else tag for tag in tags))


def _vocabulary(vault: Vault, old: str, new: str) -> tuple[str, str, str | None]:
    """Plan the entry of the vocabulary that says where the old tag went; what else stands there stays as it is."""
    text, digest = vault.read(VOCABULARY) if vault.exists(VOCABULARY) else ("", None)
    document = Document.parse(f"---\n{text}{'' if not text or text.endswith(chr(10)) else chr(10)}---\n")
    if document.front_problem:
        raise RackmathError(f"{VOCABULARY}:{document.front_problem.line - 1}: {document.front_problem.message}")
    key = next((name for name in document.front if slug_of(str(name)) == old), old)
    entry = document.front.get(key)
    changed = document.with_front({key: {**(entry if isinstance(entry, dict) else {}), "merged_into": new}})
    back = next((name for name in changed.front if slug_of(str(name)) == new), None)
    if back is not None and isinstance(about := changed.front[back], dict) and about.get("merged_into"):
        changed = changed.with_front({back: {key: value for key, value in about.items() if key != "merged_into"}})
    return VOCABULARY, changed.text.removeprefix("---\n").removesuffix("---\n"), digest
