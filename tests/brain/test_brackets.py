"""Bracket references as files hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from brain.made_vaults import make_brain, note, put
from rackmath.brain.brackets import Meaning, brackets
from rackmath.brain.confirm import confirm_reference
from rackmath.brain.library import Library
from rackmath.vault import Document

TEXT = """One [3] is it. Then again [3], says [4].

```references
# kept by hand
- id: r1
  raw: "[3]"
  numbers: [3]
  confidence: 0.82
  candidates:
    - {number: 3, note: note_a, title: A, overlap: 0.30}
- {id: r2, raw: "[3]", numbers: [3], confidence: 2, state: resolved, resolved: [note_b], confirmed_by: ann}
- {id: r3, raw: "[4]", numbers: nonsense, candidates: nonsense}
- just words
```
"""


def test_bracket_references_are_candidates_until_somebody_confirms_them() -> None:
    found = brackets(Document.parse(TEXT))
    assert [(each.id, each.state, each.sentence) for each in found] == [
        ("r1", "candidate", "One [3] is it."),
        ("r2", "resolved", "Then again [3], says [4]."),
        ("r3", "unresolved", "Then again [3], says [4]."),
    ]
    assert found[0].candidates == (Meaning(3, "note_a", "A", 0.3),)
    assert (found[1].confirmed, found[1].confidence, found[1].confirmed_by) == ((Meaning(3, "note_b"),), 1.0, "ann")


@pytest.mark.parametrize("inside", ["", "- 1\n- [2]\n", "a: b\n", "- id: {a: [}\n", "- raw: [1]\n  numbers: {}\n"])
def test_mangled_blocks_are_read_as_far_as_they_go(inside: str) -> None:
    brackets(Document.parse(f"Text [1].\n\n```references\n{inside}```\n"))


def test_confirmed_references_are_links_and_candidates_are_not(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "a", kind="reading")
    note(root, "b", kind="reading")
    note(root, "top", TEXT)
    library = Library(root)
    assert [(link.type, link.to_id) for link in library.links("note_top")] == [("refers_to", "note_b")]
    assert [link.type for link in library.backlinks("note_b")] == ["refers_to"]
    assert library.backlinks("note_a") == []
    assert [link.type for link in library.referring("note_a")] == ["may_refer_to"]
    (first, second, third) = library.references("note_top")
    assert [each.card.title for each in first.candidates if each.card] == ["A"]
    assert (second.state, second.candidates[0].note_id) == ("resolved", "note_b")
    assert (third.state, third.candidates) == ("unresolved", ())
    edges = set(library.graph("note_top").edges)
    assert edges == {("note_top", "note_b", "refers_to"), ("note_top", "note_a", "may_refer_to")}
    text = (root / "notes/thesis/top.md").read_text()
    changed = confirm_reference(Document.parse(text), "r1", {3: "note_a"}, by="ann", at="2026-11-22")
    put(root, "notes/thesis/top.md", changed.text)
    library.index.refresh()
    assert [link.to_id for link in library.links("note_top")] == ["note_a", "note_b"]
