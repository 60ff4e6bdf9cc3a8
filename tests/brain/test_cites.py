from __future__ import annotations

import pytest

from rackmath.brain.cites import cites, ranges, sentence_numbers
from rackmath.vault import Document

NOTE = """---
id: note_x
---

Hall B is [full](x.md).[^b] The *hall* draws 40 MW.[^a][^n] Rents rose.[^r]

[^a]: @halls s2-3, s7. As the owner says.
[^b]: @halls
[^n]: Only words.
[^r]: run:1/doc:3/s:2 (unresolved)
[^u]: @unmarked s4

```citations
- id: r
  state: unresolved
  marks: ["run:1/doc:3/s:2"]
  raw: "(cite 3-2)"
  claim: Rents rose.
- id: b
  source: other
  snapshot: abc
  sentences: ["4-5", 9]
  relation: context
  quote: It is full.
  checked_by: ada
- just words
- id: bad
  source: halls
  sentences: 9-4
  relation: vague
```
"""


def test_footnotes_and_the_block_are_one_list_in_reading_order():
    found = cites(Document.parse(NOTE))
    assert [each.id for each in found] == ["b", "a", "r", "bad", "u"]
    b, a, r, bad, unmarked = found
    assert (b.citekey, b.snapshot, b.sentences, b.relation, b.checked_by) == (
        "other",
        "abc",
        (4, 5, 9),
        "context",
        "ada",
    )
    assert (a.citekey, a.sentences, a.words) == ("halls", (2, 3, 7), "As the owner says.")
    assert a.claim == "The *hall* draws 40 MW."
    assert (r.citekey, r.state, r.raw, r.marks, r.claim) == (
        "", "unresolved", "(cite 3-2)", ("run:1/doc:3/s:2",), "Rents rose.",
    )  # fmt: skip
    assert "no range" in bad.problem
    assert bad.relation == "vague"
    assert (unmarked.citekey, unmarked.sentences, unmarked.claim) == ("unmarked", (4,), "")
    assert a.line == 7
    assert r.line > 12


@pytest.mark.parametrize(
    ("words", "numbers", "left"),
    [
        ("s12", (12,), ""),
        ("s12-14, s20; as said", (12, 13, 14, 20), "as said"),
        ("s1–s3.", (1, 2, 3), ""),
        ("s12a is a part", (), "s12a is a part"),
        ("says 12", (), "says 12"),
    ],
)
def test_sentence_numbers_of_a_footnote(words: str, numbers: tuple[int, ...], left: str):
    (found,) = cites(Document.parse(f"A claim.[^1]\n\n[^1]: @key {words}\n"))
    assert (found.sentences, found.words) == (numbers, left)


@pytest.mark.parametrize("value", ["0", "3-2", "a", "1-9999", [1.5], [True], {"a": 1}, "", "9" * 2000, "1," * 900])
def test_bad_sentence_numbers(value: object):
    numbers, problem = sentence_numbers(value)
    assert numbers == ()
    assert problem


def test_ranges():
    assert sentence_numbers([3, "5-6, 9"]) == ((3, 5, 6, 9), "")
    assert ranges((20, 12, 13, 14)) == "12–14, 20"
    assert ranges(()) == ""


@pytest.mark.parametrize(
    "text", ["", "```citations\n- [\n```", "```citations\nx: 1\n```", "[^a]: @", "```citations\n- id: [1]\n```"]
)
def test_broken_notes_have_no_citations_to_break_on(text: str):
    assert all(each.citekey == "" for each in cites(Document.parse(text)))
