from __future__ import annotations

from pathlib import Path

import pytest

from rackmath.brain.anchors import selector
from rackmath.brain.brackets import brackets
from rackmath.brain.cites import cites
from rackmath.brain.confirm import (
    confirm_above,
    confirm_citation,
    confirm_reference,
    reject_reference,
    release_citation,
)
from rackmath.brain.snapshots import make
from rackmath.errors import RackmathError
from rackmath.vault import Document

NOTE = """---
id: note_x
---

Halls fill [1, 2], and rents rose.[^c1] Power too.[^c2]

```references
# kept
- id: r1
  state: unresolved
  raw: "[1, 2]"
  numbers: [1, 2]
  confidence: 0.95
  odd: kept
  candidates:
    - number: 1
      note: note_a
      title: First
      overlap: 0.25
    - number: 2
      note: note_b
- id: r2
  state: unresolved
  raw: "[7]"
  numbers: [7]
  confidence: 0.4
  candidates:
    - {number: 7, note: note_g}
- id: r3
  raw: "[2024]"
  numbers: [2024]
```

```citations
- id: c1
  state: unresolved
  marks: ["run:1/doc:3/s:2"]
  raw: "(cite index 3-2)"
  claim: rents rose.
  odd: kept
```

[^c1]: run:1/doc:3/s:2 (unresolved)
[^c2]: @halls, see also the table
"""
WHO = {"by": "ada", "at": "2031-05-01"}


def note() -> Document:
    return Document.parse(NOTE)


def ref(document: Document, which: str = "r1"):
    return next(each for each in brackets(document) if each.id == which)


def test_candidates_are_candidates_until_a_person_confirms_them():
    assert [(each.id, each.state, each.confidence) for each in brackets(note())] == [
        ("r1", "candidate", 0.95), ("r2", "candidate", 0.4), ("r3", "unresolved", 0.0),
    ]  # fmt: skip
    half = confirm_reference(note(), "r1", {1: "note_a"}, **WHO)
    assert (ref(half).state, ref(half).means(1), ref(half).means(2)) == ("candidate", "note_a", None)
    whole = confirm_reference(half, "r1", {2: "note_c"}, **WHO)
    assert (ref(whole).state, ref(whole).means(2), ref(whole).confirmed_by) == ("resolved", "note_c", "ada")
    assert ref(whole).confirmed_at == "2031-05-01"
    assert ref(whole).confirmed[0].title == "First"
    assert 'raw: "[1, 2]"' in whole.text
    assert "odd: kept" in whole.text
    assert "# kept" in whole.text
    before, after = NOTE.split("```references"), whole.text.split("```references")
    assert (after[0], after[1].split("```", 1)[1]) == (before[0], before[1].split("```", 1)[1])


def test_a_rejected_candidate_is_not_offered_again():
    refused = reject_reference(note(), "r1", [2], **WHO)
    assert [each.number for each in ref(refused).candidates] == [1]
    assert [each.note for each in ref(refused).rejected] == ["note_b"]
    none = reject_reference(confirm_reference(refused, "r1", {1: "note_a"}, **WHO), "r1", **WHO)
    assert (ref(none).state, ref(none).confirmed) == ("unresolved", ())
    back = confirm_reference(none, "r1", {1: "note_a", 2: "note_b"}, **WHO)
    assert (ref(back).state, ref(back).rejected) == ("resolved", ())


def test_half_of_a_confirmation_can_be_taken_back():
    whole = confirm_reference(note(), "r1", {1: "note_a", 2: "note_c"}, **WHO)
    said = ref(whole)
    assert (said.state, [each.note for each in said.meant], said.confirmed_by) == (
        "resolved",
        ["note_a", "note_c"],
        "ada",
    )
    half = ref(reject_reference(whole, "r1", [2], **WHO))
    assert (half.state, half.means(1), half.means(2), half.candidates) == ("unresolved", "note_a", None, ())


def test_all_that_is_sure_enough_is_confirmed():
    document, changed = confirm_above(note(), 0.9, **WHO)
    assert changed == ["r1"]
    assert ref(document).state == "resolved"
    assert ref(document, "r2").state == "candidate"
    assert confirm_above(document, 0.9, **WHO) == (document, [])


def test_wrong_references_are_refused():
    with pytest.raises(RackmathError, match="no reference 'r9'"):
        confirm_reference(note(), "r9", {1: "note_a"}, **WHO)
    with pytest.raises(RackmathError, match="no number 3; it has 1, 2"):
        confirm_reference(note(), "r1", {3: "note_a"}, **WHO)
    with pytest.raises(RackmathError, match="no note 'note_q'"):
        confirm_reference(note(), "r1", {1: "note_q"}, known=["note_a"], **WHO)
    assert (
        brackets(Document.parse("```references\n- just\n- id: x\n  numbers: [a, -1]\n  confidence: no\n```"))[0].numbers
        == ()
    )


def test_a_citation_is_bound_to_sentences_and_keeps_its_raw_mark():
    snapshot = make("halls", b"Rents rose. They rose by 5%.", captured_at="2031-05-01")
    sha = snapshot.record.sha256
    bound = confirm_citation(
        note(), "c1", source="halls", snapshot=sha, sentences=[2, 1], selector=selector(snapshot, [1, 2]), **WHO
    )
    first = cites(bound)[0]
    assert (first.citekey, first.snapshot, first.sentences, first.state) == ("halls", sha, (1, 2), "resolved_sentence")
    assert (first.raw, first.marks, first.claim) == ("(cite index 3-2)", ("run:1/doc:3/s:2",), "rents rose.")
    assert (first.quote, first.checked_by, first.checked_at) == ("Rents rose. They rose by 5%.", "ada", "2031-05-01")
    assert "[^c1]: @halls s1-2\n" in bound.text
    assert "odd: kept" in bound.text
    again = confirm_citation(bound, "c1", source="other", relation="context", **WHO)
    assert (cites(again)[0].citekey, cites(again)[0].sentences, cites(again)[0].state) == ("other", (), "url_only")
    released = release_citation(again, "c1", by="bo", at="2031-06-01")
    assert (cites(released)[0].citekey, cites(released)[0].state, cites(released)[0].raw) == (
        "",
        "unresolved",
        first.raw,
    )
    assert "[^c1]: run:1/doc:3/s:2 (unresolved)\n" in released.text
    assert "released_by: bo" in released.text


def test_a_footnote_by_hand_gets_an_entry():
    bound = confirm_citation(note(), "c2", source="halls", snapshot="0" * 64, sentences=[3, 7], **WHO)
    second = cites(bound)[1]
    assert (second.sentences, second.claim, second.words) == ((3, 7), "Power too.", "see also the table")
    assert "[^c2]: @halls s3, s7, see also the table\n" in bound.text
    alone = confirm_citation(Document.parse("It is so.[^1]\n\n[^1]: @halls"), "1", source="halls", **WHO)
    assert cites(alone)[0].claim == "It is so."
    assert alone.text.count("```citations") == 1


def test_a_footnote_in_a_fence_is_left_alone():
    text = NOTE.replace("Power too.", "\n\n```\n[^c1]: not this\n```\n\nPower too.")
    bound = confirm_citation(Document.parse(text), "c1", source="halls", **WHO)
    assert "[^c1]: not this" in bound.text
    assert "[^c1]: @halls\n" in bound.text


def test_wrong_citations_are_refused():
    with pytest.raises(RackmathError, match="no citation 'c9'"):
        confirm_citation(note(), "c9", source="halls", **WHO)
    with pytest.raises(RackmathError, match="is none of"):
        confirm_citation(note(), "c1", source="halls", relation="likes", **WHO)
    with pytest.raises(RackmathError, match="take one first"):
        confirm_citation(note(), "c1", source="halls", sentences=[1], **WHO)


def test_the_references_of_an_imported_brain_can_all_be_confirmed(seed_vault: Path):
    count = 0
    for path in sorted((seed_vault / "notes").rglob("*.md")):
        document = Document.parse(path.read_text(encoding="utf-8"))
        refs = brackets(document)
        if not refs:
            continue
        changed, ids = confirm_above(document, 0.0, **WHO)
        assert set(ids) == {each.id for each in refs if each.candidates}
        after = brackets(changed)
        assert [each.raw for each in after] == [each.raw for each in refs]
        assert all(each.state == "resolved" for each in after if len(each.confirmed) == len(each.numbers))
        assert changed.body.split("```references")[0] == document.body.split("```references")[0]
        count += len(refs)
    assert count >= 83
