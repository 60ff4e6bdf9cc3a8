"""Documents: every text survives, and a change touches its own lines only."""

from __future__ import annotations

import contextlib
import difflib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pace import within
from rackmath.errors import RackmathError
from rackmath.vault import Document
from rackmath.vault.frontmatter import same
from vault.texts import CHARACTERS, DATA, KEYS, NOTE, PROPERTY, SCALARS, mangled, wild

ANY = st.one_of(wild(), mangled(), st.text(CHARACTERS, max_size=60))


def changed_lines(before: str, after: str) -> list[str]:
    """The lines taken away and put in, as a diff shows them."""
    rows = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [f"{row[0]} {row[1:]}".rstrip("\r") for row in rows if not row.startswith(("---", "+++", "@@"))]


# --- reading ---------------------------------------------------------------------------------------------------------


@PROPERTY
@given(text=ANY)
def test_any_text_survives_and_can_be_looked_at(text: str) -> None:
    document = Document.parse(text)
    assert document.text == text
    assert "".join(segment.text for segment in document.segments) == text
    assert text.endswith(document.body)
    last = text.count("\n") + 1
    assert all(1 <= fault.line <= last for fault in document.faults)
    assert isinstance(document.title(), str)
    for block in document.blocks(None):
        assert block.text == text[block.start : block.end] or block.indent
        assert (block.data is None) == (block.written is None) or block.problem is None
        assert all(1 <= line <= last for line in block.lines)
    assert all(citation.label in document.footnotes for citation in document.citations)


def test_what_a_note_holds() -> None:
    document = Document.parse(NOTE)
    assert document.front["tags"] == ["gpu-price", "rental"]
    assert document.front["created"] == "2026-11-22"
    assert document.front["published"] == "no"
    assert document.front["foreign"] == {"nested": [1, 2], "kept": "yes"}
    assert document.title() == "H100 rents for two to four dollars an hour, by seller class"
    assert document.footnotes == {"1": "@tardellirs-2026-gpu-offerings, table 2"}
    assert document.citations == [("1", "tardellirs-2026-gpu-offerings", "table 2", NOTE.count("\n"))]
    assert document.problems == []
    first, second = document.blocks()
    assert [item["id"] for item in first.data] == ["fig_1", "fig_2"]
    assert first.data[0]["value"] == 3.5
    assert first.written[0]["value"] == "3.50"
    assert first.lines == [NOTE[: NOTE.index(f"- id: fig_{n}")].count("\n") + 1 for n in (1, 2)]
    assert second.data == [{"id": "fig_3", "value": 2}]
    assert [segment.kind for segment in document.segments] == ["front", "prose", "fence", "prose", "fence", "prose"]


def test_carriage_returns_and_byte_order_mark() -> None:
    text = "\ufeff" + NOTE.replace("\n", "\r\n")
    document = Document.parse(text)
    assert document.text == text
    assert document.front["type"] == "reading"
    assert len(document.blocks()) == 2
    assert document.newline == "\r\n"
    assert document.problems == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\nid: x\n", "line 1: the front matter opened here is never closed with a line `---`"),
        ("---\nid: x\nb: [\n---\n", "line 4:"),
        ("---\nid: x\nid: y\n---\n", "line 3: key 'id' is written twice; the last one counts"),
        ("---\n- a\n---\n", "line 2: front matter must be lines of `key: value`"),
        ("---\na: &x 1\nb: *x\n---\n", "line 3: alias *x: aliases are not read, write the value out"),
        ("\n```figures\n- id: x\n", "line 2: the figures block is never closed"),
        ("```figures\n- id: x\n  b: {\n```\n", "line 4:"),
        ("~~~\n", "line 1: the fenced block is never closed"),
        ("[^1]: a\n\n[^1]: b\n", "line 3: footnote [^1] is already defined on line 1"),
    ],
)
def test_problems_name_the_line(text: str, problem: str) -> None:
    assert Document.parse(text).problems[0].startswith(problem)
    assert Document.parse(text).text == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("```figures\n- a\n```\n", 1),
        ("````figures\n```\n- a\n````\n", 1),  # a longer fence holds a shorter one
        ("~~~figures\n- a\n~~~\n", 1),
        ("   ``` figures more words\n   - a\n   ```\n", 1),
        ("    ```figures\n    - a\n    ```\n", 0),  # four spaces are a code block
        ("```\n```figures\n```\n", 0),  # inside another fence
        ("```figures `x`\n```\n", 0),  # backticks may not follow a backtick fence
        ("~~~figures `x`\n~~~\n", 1),
        ("text ```figures\n", 0),
        ("\ufeff```figures\n- a\n```\n", 1),
    ],
)
def test_which_fences_are_figures(text: str, count: int) -> None:
    """The rules of fenced code blocks: https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""
    assert len(Document.parse(text).blocks()) == count


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Given\n---\n# Heading\n", "Given"),
        ("# Heading #\n", "Heading"),
        ("# C#\n", "C#"),
        ("```\n# no\n```\n## no\n# yes\n", "yes"),
        ("nothing", ""),
    ],
)
def test_title(text: str, title: str) -> None:
    assert Document.parse(text).title() == title


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("[^a]: @key-1", ("a", "key-1", "")),
        ("[^a]: @key-1.", ("a", "key-1", "")),
        ("[^a]: @key-1, p. 3\n    and more", ("a", "key-1", "p. 3\nand more")),
        ("  [^note-2]:\t@Chen:2014 says", ("note-2", "Chen:2014", "says")),
    ],
)
def test_citations(text: str, cited: tuple[str, str, str]) -> None:
    assert Document.parse(text).citations[0][:3] == cited


def test_an_address_is_not_a_citation() -> None:
    assert Document.parse("[^1]: https://x.y/@key\n[^2]: see @key\n").citations == []


@pytest.mark.parametrize(
    "row", ["``` " + " " * 100_000 + "x", "# " + "# " * 50_000 + "x", "[^1]: a\n" + "\n \t" * 50_000, "---\n" * 50_000]
)
def test_hostile_lines_cost_no_more_than_their_length(row: str) -> None:
    started = time.process_time()
    document = Document.parse(f"{row}\n{row}")
    assert document.text
    _ = document.faults, document.title(), document.footnotes
    assert time.process_time() - started < within(2)  # a quadratic pattern takes minutes


# --- changing front matter -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "diff"),
    [
        ({"type": "thesis"}, ["- type: reading", "+ type: thesis"]),
        ({"last": "other"}, ["- last: plain # note", "+ last: other # note"]),
        ({"tags": ["x"]}, ["- tags:", "-   - gpu-price", "-   - rental  # the tag of the page", "+ tags: [x]"]),
        ({"long": "short"}, ["- long: |", "-   first", "- ", "-   second", "+ long: short"]),
        ({"published": None}, ["- published: no"]),
        ({"new": "2026-11-23"}, ["+ new: 2026-11-23"]),
        ({"foreign": {"nested": [1], "kept": "yes"}}, None),
        ({"id": "note_01k9zq3v5w8x"}, []),
        ({"absent": None}, []),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_changed_key_touches_its_own_lines(change: dict[str, object], diff: list[str] | None, newline: str) -> None:
    before = NOTE.replace("\n", newline)
    after = Document.parse(before).with_front(change)
    if diff is not None:
        assert changed_lines(before, after.text) == diff
    assert after.text.count("\n") == after.text.count(newline)
    for key, value in change.items():
        assert after.front.get(key) == value


@PROPERTY
@given(
    text=st.one_of(mangled(), wild()), key=st.one_of(KEYS, st.sampled_from(["id", "tags", "long", "last"])), value=DATA
)
def test_front_changes_are_exact_or_refused(text: str, key: str, value: object) -> None:
    document = Document.parse(text)
    try:
        after = document.with_front({key: value})
    except RackmathError:
        return
    expected = {**document.front, key: value}
    if value is None and document.front.get(key, 0) is not None:
        expected = {name: old for name, old in document.front.items() if name != key}
    assert same(expected, dict(after.front)) or after is document
    assert after.body.endswith(document.body)
    assert [block.text for block in after.blocks(None)] == [block.text for block in document.blocks(None)]
    with contextlib.suppress(RackmathError):
        assert after.with_front({key: value}).text == after.text  # doing it twice is doing it once


@PROPERTY
@given(front=st.dictionaries(KEYS, DATA, min_size=1, max_size=6), data=st.data())
def test_other_keys_keep_their_lines(front: dict[str, object], data: st.DataObject) -> None:
    document = Document.compose(front, "body")
    key = data.draw(st.sampled_from(sorted(front)))
    after = document.with_front({key: "a new value"})
    rest = {name: value for name, value in front.items() if name != key}
    assert same({**rest, key: "a new value"}, dict(after.front))
    removed = [row for row in changed_lines(document.text, after.text) if row.startswith("-")]
    own = Document.compose({key: front[key]}, "").text.splitlines()
    assert all(row[2:] in own for row in removed)


def test_a_file_without_front_matter_gets_some() -> None:
    assert Document.parse("Text\n").with_front(id="x").text == "---\nid: x\n---\n\nText\n"
    assert Document.parse("\ufeff\r\nText\r\n").with_front(id="x").text == "\ufeff---\r\nid: x\r\n---\r\n\r\nText\r\n"
    assert Document.parse("---\n---\nText").with_front(id="x").text == "---\nid: x\n---\nText"
    assert (
        Document.parse("---\n# only a comment\n---\n").with_front(id="x").text == "---\n# only a comment\nid: x\n---\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\nid: [\n---\n", "repair the front matter by hand first"),
        ("---\nid: x\n", "never closed"),
        ("---\n{id: x, a: b}\n---\n", "without touching other keys"),
    ],
)
def test_front_matter_that_cannot_be_changed_safely(text: str, message: str) -> None:
    with pytest.raises(RackmathError, match=message):
        Document.parse(text).with_front(id=["y", {"deep": [{"a": 1}]}], more="x")


def test_true_is_not_one() -> None:
    document = Document.parse("---\na: 1\n---\n")
    assert document.with_front(a=True).text == "---\na: true\n---\n"
    assert document.with_front(a=1).text == document.text


# --- changing blocks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_changed_block_leaves_every_other_byte(newline: str) -> None:
    before = NOTE.replace("\n", newline)
    document = Document.parse(before)
    block = document.blocks()[0]
    data = block.data
    data[1]["value"] = 4.25
    after = document.with_block(0, data)
    assert after.text[: block.start] == before[: block.start]
    assert after.text.endswith(before[block.end :])
    assert after.blocks()[0].data == data
    # the first figure keeps its text, comment and printed digits
    assert changed_lines(before, after.text) == ["-   value: 1.49 to 3.99", "+   value: 4.25"]


FIGURES = st.lists(st.dictionaries(KEYS, SCALARS, min_size=1, max_size=4), max_size=4)


@PROPERTY
@given(text=st.one_of(mangled(), wild()), index=st.integers(0, 2), data=FIGURES)
def test_block_changes_are_exact_or_refused(text: str, index: int, data: list[dict[str, object]]) -> None:
    document = Document.parse(text)
    try:
        after = document.with_block(index, data)
    except RackmathError:
        return
    block = document.blocks()[index]
    assert after.text.startswith(text[: block.start])
    assert after.text.endswith(text[block.end :])
    assert after.blocks()[index].says(data)
    assert len(after.blocks(None)) == len(document.blocks(None))


@PROPERTY
@given(text=st.one_of(mangled(), wild()))
def test_writing_back_what_was_read_changes_nothing(text: str) -> None:
    document = Document.parse(text)
    with contextlib.suppress(RackmathError):
        assert document.with_front(dict(document.front)).text == text
    for index, block in enumerate(document.blocks()):
        if block.closed and block.problem is None:
            assert document.with_block(index, block.data).text == text
            assert document.with_block(index, block.written).text == text


@PROPERTY
@given(text=st.one_of(mangled(), wild()), data=FIGURES)
def test_added_blocks_leave_the_rest(text: str, data: list[dict[str, object]]) -> None:
    document = Document.parse(text)
    try:
        after = document.adding_block(data)
    except RackmathError:
        return
    assert len(after.blocks()) == len(document.blocks()) + 1
    removed = "".join(row[2:] for row in difflib.ndiff(text.split("\n"), after.text.split("\n")) if row[0] == "-")
    assert removed in text.replace("\n", "")  # at most a last line without its end is touched


def test_added_block_stands_before_the_footnotes() -> None:
    text = "Text.[^1]\n\n[^1]: @a\n    more\n[^2]: b\n"
    assert (
        Document.parse(text).adding_block([{"id": "fig_1", "value": 1}]).text
        == "Text.[^1]\n\n```figures\n- id: fig_1\n  value: 1\n```\n\n[^1]: @a\n    more\n[^2]: b\n"
    )
    assert Document.parse("").adding_block([]).text == "```figures\n[]\n```\n"
    assert Document.parse("x").adding_block([]).text == "x\n\n```figures\n[]\n```\n"


@pytest.mark.parametrize(("text", "index"), [("", 0), ("```figures\n- a: 1\n```\n", 1), ("```figures\n- a: 1\n", 0)])
def test_blocks_that_cannot_be_changed(text: str, index: int) -> None:
    with pytest.raises(RackmathError):
        Document.parse(text).with_block(index, [])


def test_a_text_with_a_fence_in_it_does_not_end_the_block() -> None:
    document = Document.parse("```figures\n- id: a\n```\nafter\n")
    data = [{"id": "a", "note": "one\n```\ntwo"}]
    after = document.with_block(0, data)
    assert after.blocks()[0].data == data
    assert after.text.endswith("```\nafter\n")


# --- composing -------------------------------------------------------------------------------------------------------


def test_compose_is_canonical() -> None:
    front = {"tags": ("a", "b"), "custom": 1, "title": "A: b", "id": "note_1", "created": "2026-11-22"}
    text = Document.compose(front, "\r\nBody\r\n\r\n").text
    assert text == '---\nid: note_1\ntitle: "A: b"\ncreated: 2026-11-22\ntags: [a, b]\ncustom: 1\n---\n\nBody\n'
    assert Document.compose(Document.parse(text).front, Document.parse(text).body).text == text


@PROPERTY
@given(front=st.dictionaries(KEYS, DATA, max_size=6), body=st.text(CHARACTERS, max_size=40))
def test_composed_documents_read_back(front: dict[str, object], body: str) -> None:
    document = Document.compose(front, body)
    assert same(front, dict(document.front))
    assert document.body.strip("\n") == body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
