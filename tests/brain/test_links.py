"""Where notes point, and by which names they are found."""

from __future__ import annotations

import time

import pytest

from pace import within
from rackmath.brain.context import masked, sentence_at
from rackmath.brain.links import ALIAS, ID, PART, STEM, TITLE, figure_uses, name_of, names_of, pointers
from rackmath.vault import Document

HERE = "notes/thesis/here.md"


def found(body: str, front: str = "") -> list[tuple[str, str]]:
    document = Document.parse(f"---\n{front}---\n\n{body}\n")
    return [(link.type, link.target) for link in pointers(document, HERE)]


def test_wiki_links_with_and_without_a_text() -> None:
    assert found("See [[one]] and [[two|the other]] and ![[three#part]].") == [
        ("mentions", "one"),
        ("mentions", "two"),
        ("mentions", "three#part"),
    ]


def test_markdown_links_to_notes_are_read_from_where_the_note_is() -> None:
    body = "[a](other.md) [b](../reading/b%20c.md#top) [c](</notes/pov/c.md>) [d](https://x.org/e.md) [e](../../x.md)"
    assert [target for _, target in found(body)] == ["notes/thesis/other.md", "notes/reading/b c.md", "notes/pov/c.md"]


def test_sources_figures_and_code_are_no_links() -> None:
    body = "[s](../../sources/s.md) [[fig:fig_1|44%]] `[[code]]` ``[[more]]``\n\n```figures\n- id: [[x]]\n```\n"
    assert found(body) == []


def test_typed_links_of_the_front_matter_come_first_and_may_lack_brackets() -> None:
    front = 'supports: ["[[one]]", two]\ncontradicts: "[[three|it]]"\nsuperseded_by: "[[four]]"\nrefines: {a: b}\n'
    assert found("[[five]]", front) == [
        ("supports", "one"),
        ("supports", "two"),
        ("contradicts", "three"),
        ("superseded_by", "four"),
        ("mentions", "five"),
    ]


def test_a_link_tells_the_sentence_around_it() -> None:
    body = "First. Prices fell by 3.5% in the U.S. market, as [[one]] shows.[^c1] Last.\n\n- A point: [[two]]\n- More"
    document = Document.parse(f"---\nid: x\n---\n\n{body}\n")
    assert [link.sentence for link in pointers(document, HERE)] == [
        "Prices fell by 3.5% in the U.S. market, as one shows.",
        "A point: two",
    ]
    for link in pointers(document, HERE):
        assert document.text[link.offset :].startswith("[[")


def test_figures_shown_in_the_text() -> None:
    document = Document.parse("Now [[fig:fig_a|44%]], later [[fig: fig_b ]]; `[[fig:fig_c]]`.\n")
    assert [(use.figure, use.text) for use in figure_uses(document)] == [("fig_a", "44%"), ("fig_b", "")]


def test_names_of_a_note_in_their_strongest_kind() -> None:
    names = dict(names_of("notes/thesis/My-Note.md", "note_1", "A Title", ["Old name", "my-note"]))
    assert names["note_1"] == ID
    assert names["thesis/my-note"] == PART
    assert names["my-note"] == STEM
    assert names["a title"] == TITLE
    assert names["old name"] == names["old-name"] == ALIAS


@pytest.mark.parametrize("written", ["One Two", "one  two", " one two ", "One Two#Part", "one two.md", "one two^b1"])
def test_names_are_compared_without_case_ending_and_heading(written: str) -> None:
    assert name_of(written) == "one two"


def test_masked_text_keeps_its_length() -> None:
    prose = "a `b` c ``d `e` f`` g ` h"
    assert len(masked(prose)) == len(prose)
    assert "e" not in masked(prose)
    assert "h" in masked(prose)


def test_a_sentence_without_end_is_cut_around_its_place() -> None:
    words = "word " * 4000
    said = sentence_at(words + "HERE " + words, len(words))
    assert "HERE" in said
    assert len(said) < 600


@pytest.mark.parametrize(
    "flood", ["[[" * 200_000, "[[a]]" * 50_000, "[a](" * 100_000, "`" * 300_000, "a. " * 100_000 + "[[x]]"]
)
def test_hostile_text_costs_no_more_than_its_length(flood: str) -> None:
    start = time.process_time()
    assert len(pointers(Document.parse(flood), HERE)) <= 2000
    assert time.process_time() - start < within(5)
