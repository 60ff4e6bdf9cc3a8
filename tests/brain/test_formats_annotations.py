from __future__ import annotations

import json
from pathlib import Path

import pytest

from rackmath.brain.cites import cites
from rackmath.brain.formats import llm
from rackmath.brain.formats.annotations import dump, load
from rackmath.brain.formats.annotations_in import plan_annotations
from rackmath.brain.formats.annotations_out import annotations_of
from rackmath.brain.snapshots import make, take
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault

PAGE = b"Hall A draws 40 MW. Hall B draws 25 MW.\n\nBoth are full."
NOTE = """---
id: note_x
type: thesis
title: Halls
---

Hall B draws 25 MW.[^1] Hall A draws 44 MW.[^2] Rents rose.[^3] All is well.[^4]

[^1]: @halls s2
[^2]: @halls s1
[^3]: @rents
[^4]: just words
"""
HYPOTHESIS = {
    "total": 3,
    "rows": [
        {
            "id": "aaa", "uri": "https://a.example/halls/", "user": "acct:ada@hypothes.is", "tags": ["power"],
            "created": "2031-05-01T10:00:00Z", "text": "Less than *planned* [[x]] <b>",
            "target": [{"source": "https://a.example/halls", "selector": [
                {"type": "TextPositionSelector", "start": 20, "end": 38},
                {"type": "TextQuoteSelector", "exact": "Hall B draws 25 MW", "prefix": "40 MW. ", "suffix": "."},
            ]}],
        },
        {"id": "bbb", "uri": "https://a.example/halls", "text": "a page note", "target": [{"source": "https://a.example/halls"}]},
        {"id": "ccc", "uri": "https://z.example/", "target": [
            {"selector": [{"type": "TextQuoteSelector", "exact": "Elsewhere"}]}]},
        {"id": "ddd", "uri": "https://a.example/halls", "target": [
            {"selector": [{"type": "TextQuoteSelector", "exact": "Hall C draws 1 MW"}]}]},
    ],
}  # fmt: skip


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault.create(tmp_path / "brain", title="Halls", writer="tester")
    for key in ("halls", "rents"):
        front = f"id: src_{key}\ntype: source\ncitekey: {key}\ntitle: On {key}\nurl: https://a.example/{key}\n"
        made.write(f"sources/{key}.md", f"---\n{front}---\n")
    take(made, "halls", PAGE, captured_at="2031-05-01")
    made.write("notes/thesis/halls.md", NOTE)
    return made


def test_citations_go_out_with_selectors_and_state(vault: Vault):
    first, second, third = annotations_of(vault)
    assert first["id"] == "urn:rackmath:note_x:1"
    assert (first["motivation"], first["rackmath:state"]) == ("linking", "resolved_sentence")
    assert first["body"]["selector"] == {"type": "TextQuoteSelector", "exact": "Hall B draws 25 MW."}
    target = first["target"]
    assert target["source"] == "https://a.example/halls"
    quote, place = target["selector"]
    text = make("halls", PAGE, captured_at="2031-05-01").text
    assert text[place["start"] : place["end"]] == quote["exact"] == "Hall B draws 25 MW."
    assert text[: place["start"]].endswith(quote["prefix"])
    assert target["state"]["sourceDate"] == "2031-05-01"
    assert target["state"]["cached"].startswith("urn:sha256:")
    assert second["rackmath:state"] == "mismatch"
    assert "'44 MW'" in second["rackmath:why"]
    assert (third["rackmath:state"], "selector" in third["target"]) == ("url_only", False)
    page = json.loads(dump([first, second]))
    assert (page["type"], len(page["items"]), page["@context"][0]) == (
        "AnnotationPage",
        2,
        "http://www.w3.org/ns/anno.jsonld",
    )
    assert [each["id"] for each in annotations_of(vault, "notes/thesis/halls.md")] == [
        each["id"] for each in (first, second, third)
    ]


def test_what_goes_out_comes_in_again():
    page = {
        "type": "AnnotationPage",
        "items": [{
            "id": "urn:x", "motivation": "linking", "creator": {"nickname": "ada"},
            "body": [{"value": "so", "purpose": "commenting"}, {"value": "t", "purpose": "tagging"}],
            "target": {"source": {"id": "https://a.example/halls"}, "selector": {"type": "FragmentSelector",
                "refinedBy": {"type": "TextQuoteSelector", "exact": "words", "prefix": "p", "suffix": "s"}}},
        }],
    }  # fmt: skip
    (found,), problems = load(json.dumps(page))
    assert problems == []
    assert (found.url, found.quote, found.prefix, found.suffix) == ("https://a.example/halls", "words", "p", "s")
    assert (found.comment, found.tags, found.creator, found.start) == ("so", ("t",), "ada", -1)


def test_hypothesis_annotations_become_a_draft(vault: Vault):
    incoming, problems = load(json.dumps(HYPOTHESIS))
    assert [each.id for each in incoming] == ["aaa", "ccc", "ddd"]
    assert problems == ["annotation bbb: it marks no words of a page"]
    plan = plan_annotations(vault, incoming, today="2031-06-01")
    assert [(each.annotation, each.state, each.sentences) for each in plan.planned] == [
        ("aaa", "resolved_sentence", (2,)), ("ddd", "orphaned", ()),
    ]  # fmt: skip
    assert plan.unknown == {"https://z.example/": 1}
    vault.write_many(plan.changes, kind="import")
    document = Document.parse(vault.read("notes/reading/annotations-on-halls.md")[0])
    assert (document.front["status"], document.front["type"], document.front["sources"]) == (
        "draft",
        "reading",
        ["halls"],
    )
    assert r"Less than \*planned\* \[\[x\]\] \<b\>" in document.body
    first, second = cites(document)
    assert (first.citekey, first.sentences, first.quote, first.raw) == ("halls", (2,), "Hall B draws 25 MW", "aaa")
    assert (first.relation, first.checked_by) == ("context", "")
    assert second.snapshot == ""
    assert vault.check() == []
    again = plan_annotations(vault, incoming, today="2031-07-01")
    assert (again.changes, again.already) == ([], 2)


def test_annotations_go_into_a_note_that_is_named(vault: Vault):
    incoming, _ = load(json.dumps(HYPOTHESIS))
    plan = plan_annotations(vault, incoming[:1], today="2031-06-01", note="notes/thesis/halls.md")
    ((path, text, expected),) = plan.changes
    assert (path, expected) == ("notes/thesis/halls.md", vault.read(path)[1])
    assert [each.id for each in cites(Document.parse(text))] == ["1", "2", "3", "h1"]
    assert text.index("> Hall B") < text.index("[^1]: @halls s2")
    with pytest.raises(RackmathError, match="no such file"):
        plan_annotations(vault, incoming, today="2031-06-01", note="notes/none.md")


@pytest.mark.parametrize("text", ["{", "[1]", "{}", "[" * 100_000, '{"rows": [{"id": 1}]}'])
def test_broken_annotations_are_refused(text: str):
    with pytest.raises(RackmathError):
        load(text)
    assert load("[]") == ([], [])


def test_citations_of_models_count_otherwise():
    snapshot = make("halls", PAGE, captured_at="2031-05-01")
    assert [block["text"] for block in llm.blocks(snapshot)] == [each.text for each in snapshot.sentences]
    by_letters = llm.char_location(snapshot, [2, 3])
    assert snapshot.text[by_letters["start_char_index"] : by_letters["end_char_index"]] == by_letters["cited_text"]
    assert llm.to_sentences(by_letters, snapshot) == (2, 3)
    by_blocks = llm.block_location(snapshot, [2, 3])
    assert (by_blocks["start_block_index"], by_blocks["end_block_index"]) == (1, 3)
    assert llm.to_sentences(by_blocks, snapshot) == (2, 3)
    for number in range(1, 4):
        assert llm.to_sentences(llm.char_location(snapshot, [number]), snapshot) == (number,)
        assert llm.to_sentences(llm.block_location(snapshot, [number]), snapshot) == (number,)
    part = {"type": "char_location", "start_char_index": 5, "end_char_index": 6}
    assert llm.to_sentences(part, snapshot) == (1,)


@pytest.mark.parametrize(
    "location",
    [
        {},
        {"type": "page_location", "start_page_number": 1, "end_page_number": 2},
        {"type": "char_location", "start_char_index": 5, "end_char_index": 5},
        {"type": "char_location", "start_char_index": 0, "end_char_index": 9999},
        {"type": "char_location", "start_char_index": True, "end_char_index": 2},
        {"type": "char_location", "start_char_index": 39, "end_char_index": 41},
        {"type": "content_block_location", "start_block_index": 0, "end_block_index": 1, "cited_text": "Hall B draws"},
    ],
)
def test_wrong_citations_of_models(location: dict[str, object]):
    with pytest.raises(RackmathError):
        llm.to_sentences(location, make("halls", PAGE, captured_at="2031-05-01"))


def test_blocks_must_be_neighbours():
    snapshot = make("halls", PAGE, captured_at="2031-05-01")
    with pytest.raises(RackmathError, match="next to each other"):
        llm.block_location(snapshot, [1, 3])
