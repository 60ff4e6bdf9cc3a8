"""Two changes of one note, brought together."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pace import within
from rackmath.brain.merge import MARKS, merge, unresolved
from rackmath.vault import Document
from vault.texts import mangled, wild

NOTE = """\
---
id: note_01k9zq3v5w8x0000000000000
type: reading
title: "H100 rents for two to four dollars"
status: published
updated: 2026-11-01
tags: [gpu-price, rental]
contributors: [james]  # who wrote it
---

Rents fell by a third. The reason is supply.[^1] Nobody knows how long it lasts.

Sellers fall into three classes. Hyperscalers ask the most.

What would change this: a shortage.

```figures
- id: fig_1
  subject: h100-sxm
  quantity: rental-price
  value: 3.50  # as printed
  unit: USD/GPU_hour
  scope: {term: on-demand}
- id: fig_2
  subject: h100-sxm
  quantity: rental-price
  value: 1.49
  unit: USD/GPU_hour
```

[^1]: @tardellirs-2026-gpu-offerings, table 2
[^2]: @chen-2026-rents
"""

FOOTNOTE = "[^1]: @tardellirs-2026-gpu-offerings, table 2"


def changed(*changes: tuple[str, str], text: str = NOTE) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


CLEAN = {
    "different paragraphs": (
        [("fell by a third", "fell by half")],
        [("three classes", "four classes")],
    ),
    "two sentences of one paragraph": (
        [("fell by a third", "fell by half")],
        [("Nobody knows how long it lasts.", "It may last.")],
    ),
    "neighbouring paragraphs": (
        [("Nobody knows how long it lasts.", "It may last.")],
        [("Sellers fall into three classes.", "Sellers differ.")],
    ),
    "fields of one figure": (
        [("value: 3.50  # as printed", "value: 2.10  # as printed")],
        [("scope: {term: on-demand}", "scope: {term: on-demand, region: us}")],
    ),
    "axes of one scope": (
        [("scope: {term: on-demand}", "scope: {term: spot}")],
        [("scope: {term: on-demand}", "scope: {term: on-demand, region: us}")],
    ),
    "two figures": ([("value: 3.50", "value: 2.10")], [("value: 1.49", "value: 1.39")]),
    "a new figure each": (
        [("- id: fig_2", "- id: fig_3\n  value: 5\n- id: fig_2")],
        [("  value: 1.49\n  unit: USD/GPU_hour\n", "  value: 1.49\n  unit: USD/GPU_hour\n- id: fig_4\n  value: 6\n")],
    ),
    "a new footnote each": (
        [("[^2]: @chen-2026-rents", "[^2]: @chen-2026-rents\n[^3]: @one-2026")],
        [("[^2]: @chen-2026-rents", "[^2]: @chen-2026-rents\n[^4]: @two-2026")],
    ),
    "front matter and prose": ([("status: published", "status: review")], [("a shortage", "a glut")]),
    "neighbouring keys": (
        [("status: published", "status: review"), ("updated: 2026-11-01", "updated: 2026-11-20")],
        [("tags: [gpu-price, rental]", "tags: [gpu-price, h100]"), ("updated: 2026-11-01", "updated: 2026-11-22")],
    ),
    "tags of each": (
        [("tags: [gpu-price, rental]", "tags: [gpu-price, rental, mine]")],
        [("tags: [gpu-price, rental]", "tags: [rental, theirs]")],
    ),
    "moved and changed": (
        [(f"{FOOTNOTE}\n", ""), ("```figures", f"{FOOTNOTE}\n\n```figures")],
        [("offerings, table 2", "offerings, table 3")],
    ),
    "a paragraph taken away and another changed": (
        [("What would change this: a shortage.\n\n", "")],
        [("fell by a third", "fell by half")],
    ),
    "a figure taken away and another changed": (
        [("- id: fig_2\n  subject: h100-sxm\n  quantity: rental-price\n  value: 1.49\n  unit: USD/GPU_hour\n", "")],
        [("value: 3.50", "value: 2.10")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_changes_of_different_things_go_together(name: str) -> None:
    ours, others = CLEAN[name]
    mine, theirs = changed(*ours), changed(*others)
    found = merge(NOTE, mine, theirs)
    assert found.conflicts == ()
    assert found.text is not None
    assert found.text == found.draft
    other = merge(NOTE, theirs, mine).text
    assert other is not None
    assert sorted(other.split()) == sorted(found.text.split()) or name == "tags of each"
    old = set(NOTE.splitlines())
    for text in (mine, theirs):
        for line in set(text.splitlines()) - old:
            both_touched = any(word in line for word in ("scope", "tags", "Rents", "Sellers", "updated"))
            assert line in found.text or both_touched
        for line in old - set(text.splitlines()):  # what one side took away does not come back
            assert line not in found.text.splitlines()
    assert Document(found.text).problems == []


def test_what_the_merge_says() -> None:
    mine = changed(("tags: [gpu-price, rental]", "tags: [gpu-price, rental, mine]"), ("value: 3.50", "value: 2.10"))
    theirs = changed(
        ("tags: [gpu-price, rental]", "tags: [rental, theirs]"),
        ("updated: 2026-11-01", "updated: 2026-11-22"),
        ("scope: {term: on-demand}", "scope: {term: on-demand, region: us}"),
    )
    found = merge(NOTE, mine, theirs)
    assert found.text is not None
    document = Document(found.text)
    assert sorted(document.front["tags"]) == ["mine", "rental", "theirs"]
    assert document.front["updated"] == "2026-11-22"
    figure = document.blocks()[0].items[0][1]
    assert (figure["value"], figure["scope"]) == ("2.10", {"term": "on-demand", "region": "us"})
    assert "# as printed" in found.text
    assert "# who wrote it" in found.text
    assert "of yours" in found.took


CONFLICTS = {
    "one sentence": (
        [("fell by a third", "fell by half")],
        [("fell by a third", "fell by a quarter")],
        "paragraph “Rents fell by a third. The…”",
    ),
    "one value": ([("value: 3.50", "value: 2.10")], [("value: 3.50", "value: 4")], "figure fig_1, value"),
    "one title": ([("two to four", "two")], [("two to four", "four")], "front matter: title"),
    "one footnote": ([("table 2", "table 3")], [("table 2", "table 4")], "footnote [^1]"),
    "the same new label": (
        [("[^2]: @chen-2026-rents", "[^2]: @chen-2026-rents\n[^3]: @one-2026")],
        [("[^2]: @chen-2026-rents", "[^2]: @chen-2026-rents\n[^3]: @two-2026")],
        "footnote [^3]",
    ),
    "a figure taken away that the other changed": (
        [("- id: fig_2\n  subject: h100-sxm\n  quantity: rental-price\n  value: 1.49\n  unit: USD/GPU_hour\n", "")],
        [("value: 1.49", "value: 1.39")],
        "figure fig_2",
    ),
    "a footnote taken away that the other changed": (
        [("[^2]: @chen-2026-rents\n", "")],
        [("[^2]: @chen-2026-rents", "[^2]: @chen-2026-rents, p. 4")],
        "footnote [^2]",
    ),
    "a paragraph taken away that the other changed": (
        [("What would change this: a shortage.\n\n", "")],
        [("a shortage", "a glut")],
        "paragraph “What would change this: a shortage.”",
    ),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_changes_of_one_thing_are_a_conflict(name: str) -> None:
    ours, others, where = CONFLICTS[name]
    mine, theirs = changed(*ours), changed(*others)
    for first, second in ((mine, theirs), (theirs, mine)):
        found = merge(NOTE, first, second)
        assert found.text is None
        assert [each.where for each in found.conflicts] == [where]
        kept = f"{found.draft}{found.conflicts}"
        for line in set(f"{first}\n{second}".splitlines()) - set(NOTE.splitlines()):
            assert line.strip() in kept.replace("\\n", "\n") or "value" in line or "title" in line
        assert Document(found.draft).problems == []


def test_a_draft_with_a_conflict_of_prose_shows_both_sides() -> None:
    mine, theirs = changed(("a third", "half")), changed(("a third", "a quarter"), ("a shortage", "a glut"))
    draft = merge(NOTE, mine, theirs).draft
    assert all(f"\n{mark}\n" in draft for mark in MARKS)
    assert "fell by half" in draft
    assert "fell by a quarter" in draft
    assert "a glut" in draft
    line = unresolved(draft)
    assert line
    assert draft.splitlines()[line - 1] == MARKS[0]
    assert unresolved(NOTE) is None


def test_line_ends_do_not_matter() -> None:
    mine, theirs = changed(("a third", "half")), changed(("a shortage", "a glut"))
    plain = merge(NOTE, mine, theirs).text
    assert plain
    assert merge(NOTE, mine.replace("\n", "\r\n"), theirs).text == plain
    there = merge(NOTE.replace("\n", "\r\n"), mine, theirs.replace("\n", "\r\n")).text
    assert there == plain.replace("\n", "\r\n")


WORDS = st.sampled_from(["Rents fell.", "Prices rose!", "Who knows?", "A new [^1] one.", "- item", "# Head"])
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=5)


@st.composite
def notes(draw: st.DrawFn) -> str:
    """A note with front matter, paragraphs, figures and footnotes, each drawn from few, so that they often agree."""
    tags = draw(st.lists(st.sampled_from("abc"), max_size=3, unique=True))
    title = draw(st.sampled_from(["One", "Two"]))
    figures = draw(st.dictionaries(st.sampled_from(["fig_a", "fig_b", "fig_c"]), st.integers(1, 3), max_size=3))
    labels = draw(st.dictionaries(st.sampled_from("123"), st.sampled_from(["@x", "@y"]), max_size=3))
    body = "".join(f"{each}\n\n" for each in draw(PARAGRAPHS))
    if figures:
        block = "".join(f"- id: {name}\n  value: {value}\n" for name, value in figures.items())
        body += f"```figures\n{block}```\n\n"
    body += "".join(f"[^{label}]: {text}\n" for label, text in labels.items())
    return f"---\ntitle: {title}\ntags: [{', '.join(tags)}]\n---\n\n{body}"


ANY = st.one_of(notes(), notes(), mangled(), wild())


@given(ANY, ANY)
def test_a_side_that_changed_nothing_gives_way(base: str, other: str) -> None:
    assert merge(base, base, other).text == other
    assert merge(base, other, base).text == other
    assert merge(base, other, other).text == other


@given(notes(), notes(), notes())
def test_nothing_is_lost_and_both_orders_agree(base: str, mine: str, theirs: str) -> None:
    found, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert (found.text is None) == (other.text is None)
    assert len(found.conflicts) == len(other.conflicts)
    document = Document(found.draft)
    assert document.front_problem is None
    assert all(block.closed and not block.faults for block in document.blocks())
    said = found.draft + "".join(f"{each.base}\n{each.mine}\n{each.theirs}\n" for each in found.conflicts)
    for text in (mine, theirs):
        new = set(text.splitlines()) - set(base.splitlines())
        sentences = {part for line in new if not line.startswith(("tags", "  value")) for part in _sentences(line)}
        assert [each for each in sentences if each not in said] == []
        was, now = Document(base), Document(text)
        for name, item in _figures(now).items():
            if item != _figures(was).get(name):
                assert _figures(document).get(name) == item or f"figure {name}" in str(found.conflicts)
        for label, note in now.footnotes.items():
            if note != was.footnotes.get(label):
                assert document.footnotes.get(label) == note or f"footnote [^{label}]" in str(found.conflicts)
        for tag in set(now.front["tags"]) - set(was.front["tags"]):
            assert tag in document.front["tags"]
    if found.text is not None:
        assert other.text is not None
        assert sorted(found.text.split()) == sorted(other.text.split()) or "tags" in str(Document(found.text).front)


def _sentences(line: str) -> set[str]:
    return (
        {line} if line.startswith(("tags", "title", "  value", "- id", "[^", "```", "---")) else set(line.split(". "))
    )


def _figures(document: Document) -> dict[str, object]:
    return {item["id"]: item for block in document.blocks() for _, item in block.items}


@given(ANY, ANY, ANY)
def test_any_texts_can_be_merged(base: str, mine: str, theirs: str) -> None:
    found = merge(base, mine, theirs)
    assert (found.text is None) == bool(found.conflicts)
    assert isinstance(found.draft, str)


def test_a_long_text_takes_no_longer_than_it_is() -> None:
    rows = [f"Paragraph {number % 40} says this." for number in range(6_000)]
    base = "\n\n".join(rows)
    mine = "\n\n".join([*rows[:3000], "Mine.", *rows[3000:]])
    theirs = "\n\n".join(reversed(rows))
    started = time.process_time()
    merge(base, mine, theirs)
    assert time.process_time() - started < within(5)
