"""Cite spans: forms seen in pages, and every way to break one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.made_pages import LT, cite
from rackmath.brain.citations import DEEPEST, Mark, count_openings, marks_of, read_citations


def test_a_span_gives_marks_claim_and_offsets() -> None:
    found = read_citations("Before " + cite("3-14,3-17", "the claim") + ", after")
    assert found.text == "Before the claim, after"
    (span,) = found.citations
    assert span.marks == (Mark(3, 14), Mark(3, 17))  # two sentences, not "3 minus 14" and not a range
    assert (span.claim, found.text[span.start : span.end]) == ("the claim", "the claim")
    assert span.raw == f'{LT}cite index="3-14,3-17">'
    assert found.problems == ()


@pytest.mark.parametrize("opening", [LT, "(", "&lt;"])
def test_three_forms_of_the_opening_bracket(opening: str) -> None:
    found = read_citations(cite("16-7", "x", opening))
    assert (found.text, found.citations[0].marks) == ("x", (Mark(16, 7),))


def test_escaped_html_form() -> None:
    found = read_citations("&lt;cite index=&quot;1-2, 1-3&quot;&gt;x&lt;/cite&gt;.")
    assert (found.text, found.citations[0].marks) == ("x.", (Mark(1, 2), Mark(1, 3)))


def test_other_angle_brackets_stay() -> None:
    text = f"cost {LT} cloud $/unit, {LT}5K, {LT}b>bold{LT}/b>"
    assert read_citations(text).text == text


def test_punctuation_inside_and_outside() -> None:
    assert read_citations(cite("1-1", "In.") + " " + cite("1-2", "Out") + ".").text == "In. Out."


def test_nested_spans() -> None:
    found = read_citations(cite("1-1", "outer " + cite("2-2", "inner") + " end"))
    assert [(span.claim, span.marks[0].doc) for span in found.citations] == [("outer inner end", 1), ("inner", 2)]


def test_unclosed_span_reaches_to_the_end_and_is_reported() -> None:
    found = read_citations(f'a {LT}cite index="4-2">b c')
    assert (found.text, found.citations[0].claim) == ("a b c", "b c")
    assert [code for code, _ in found.problems] == ["cite-unclosed"]


def test_stray_close_and_broken_opening() -> None:
    found = read_citations(f'a{LT}/cite> b {LT}cite index="3-1')
    assert found.citations == ()
    assert [code for code, _ in found.problems] == ["cite-stray-close", "cite-malformed"]
    assert found.text.endswith('cite index="3-1')


def test_index_that_cannot_be_read_is_kept_raw() -> None:
    found = read_citations(cite("3-1,x,4", "y"))
    assert found.citations[0].marks == (Mark(3, 1),)
    assert "'x', '4'" in found.problems[0][1]
    assert marks_of(" 5 - 6 ") == ((Mark(5, 6),), ())


def test_flood_of_openings_does_not_multiply_the_text() -> None:
    found = read_citations(f'{LT}cite index="1-1">' * 100 + "x" * 50)
    assert len(found.citations) == 100
    assert sum(len(span.claim) for span in found.citations) == DEEPEST * 50  # 16 spans of 50 letters, 84 empty


def test_key_is_in_the_namespace_of_the_run() -> None:
    assert Mark(3, 14).key("abc") == "run:abc/doc:3/s:14"


@given(st.lists(st.tuples(st.text("ab .(", max_size=5), st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99))))))
def test_text_and_number_of_spans_survive(parts: list[tuple[str, list[tuple[int, int]]]]) -> None:
    marked = "".join(cite(",".join(f"{d}-{s}" for d, s in marks), text) for text, marks in parts)
    found = read_citations(marked)
    assert found.text == "".join(text for text, _ in parts)
    assert len(found.citations) == len(parts) == count_openings(marked)
    for span, (text, marks) in zip(found.citations, parts, strict=True):
        assert (span.claim, span.marks) == (text, tuple(Mark(d, s) for d, s in marks))
        assert found.text[span.start : span.end] == text
