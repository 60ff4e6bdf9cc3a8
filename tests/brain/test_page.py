"""Reading a page. What a page can get wrong is listed in the docstring of `rackmath.brain.page`."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from brain.made_pages import HEAD, LT, cite, note, page, reading
from rackmath.brain.page import MAX_BYTES, SAMPLE_PAGE, Page, parse_page, read_page
from rackmath.errors import RackmathError


def codes(found: Page) -> list[str]:
    return [defect.code for defect in found.defects]


# --- the real page: its counts were made by hand and by two other programs ---------------------------------------


@pytest.mark.shared
def test_real_page_has_the_notes_that_were_counted_by_hand(seed: Page) -> None:
    # 6 + 1 + 1 + 12 + 153 = 173; the head announces 181, so 181 − 173 = 8 are unaccounted for
    assert Counter(found.kind for found in seed.notes) == {
        "pov": 6,
        "methodology": 1,
        "watching": 1,
        "thesis": 12,
        "reading": 153,
    }
    assert (seed.announced, len(seed.notes)) == (181, 173)
    assert [(section.announced, len(section.notes)) for section in seed.sections] == [
        (6, 6),
        (1, 1),
        (1, 1),
        (12, 12),
        (153, 153),
    ]
    assert next(d.message for d in seed.defects if d.code == "total-count").endswith("8 unaccounted for")


@pytest.mark.shared
def test_real_page_urls_tags_and_titles(seed: Page) -> None:
    urls = [use.url for found in seed.notes for use in found.urls]
    assert (len(urls), len(set(urls))) == (558, 417)
    tags = Counter(tag for found in seed.notes for tag in found.tags)
    assert (len(tags), sum(count == 1 for count in tags.values())) == (750, 531)
    assert len({found.title for found in seed.notes}) == 173
    for found in seed.notes:  # every reading has one list of sources, no other note has any
        assert sum(block.kind == "sources" for block in found.blocks) == (found.kind == "reading")
        assert found.tags


@pytest.mark.shared
def test_real_page_has_594_cite_spans_in_105_readings(seed: Page) -> None:
    spans = [span for found in seed.notes for span in found.citations]
    assert len(spans) == 594
    assert sum(bool(found.citations) for found in seed.notes) == 105
    assert sum(found.kind == "reading" and not found.citations for found in seed.notes) == 48  # 153 − 105
    marks = [mark for span in spans for mark in span.marks]
    assert (max(mark.doc for mark in marks), max(mark.sentence for mark in marks)) == (27, 46)
    assert sum(span.quoted for span in spans) == 20
    assert not any(defect.code.startswith("cite-") for defect in seed.defects)


@pytest.mark.shared
def test_real_page_contributor_does_not_agree_with_itself(seed: Page) -> None:
    profile = seed.profile
    assert (profile.handle, profile.subject) == ("james", "politics")
    assert profile.bio_name
    assert not set(profile.bio_name.split()) & set(profile.name.split())
    assert len(profile.beats) == 5
    assert sum(beat.endswith("…") for beat in profile.beats) == 3
    assert {"contributor-mismatch", "subject-mismatch", "beat-truncated"} <= set(codes(seed))


@pytest.mark.shared
def test_real_page_hash_in_prose_is_not_a_tag(seed: Page) -> None:
    assert "#1" in seed.by_code()["R64"].prose
    assert not any(tag[0].isdigit() and not tag.strip("0123456789") for found in seed.notes for tag in found.tags)


# --- the sample page ----------------------------------------------------------------------------------------------


def test_sample_page_counts(sample: Page) -> None:
    # 3 + 1 + 1 + 4 + 18 = 27 found; the sections announce 3 + 1 + 1 + 4 + 19 = 28, the head 31
    assert Counter(found.kind for found in sample.notes) == {
        "pov": 3,
        "methodology": 1,
        "watching": 1,
        "thesis": 4,
        "reading": 18,
    }
    assert (sample.announced, len(sample.notes)) == (31, 27)
    assert {"total-count", "section-count", "contributor-mismatch", "subject-mismatch", "beat-truncated"} == set(
        codes(sample)
    )
    tags = Counter(tag for found in sample.notes for tag in found.tags)
    assert tags["moore's-law"] == 1
    assert "#1" in sample.by_code()["P2"].prose


def test_sample_page_keeps_the_traps_that_an_editor_would_trim() -> None:
    text = SAMPLE_PAGE.read_text(encoding="utf-8")
    assert "llm-inference-metrics \n" in text  # a space after a URL
    assert text.count(f"{LT}cite index=") == 35
    assert "%20" in text


def test_sample_page_keeps_a_heading_name_in_the_text_as_text(sample: Page) -> None:
    assert next(item.text for item in sample.by_code()["M1"].items()) == "Operating POV"


# --- structure -----------------------------------------------------------------------------------------------------


def test_three_levels_of_bullets_are_told_apart_by_indentation() -> None:
    found = parse_page(page(reading("Title", "Text:", "", "• one", "• two"), heading="Reading{n} node")).notes[0]
    assert [block.kind for block in found.blocks] == ["paragraph", "bullets", "sources"]
    assert [item.text for item in found.blocks[1].items] == ["one", "two"]
    assert [use.url for use in found.urls] == ["https://a.example/x"]
    assert found.tags == ("a", "b")


def test_nested_list_keeps_its_depth() -> None:
    found = parse_page(page(note("T", "• one", "  • inner", "• two"))).notes[0]
    assert [(item.text, item.depth) for item in found.blocks[0].items] == [("one", 0), ("inner", 1), ("two", 0)]


def test_list_right_above_the_tag_line() -> None:
    found = parse_page(page(note("T", "• one", "• two"))).notes[0]
    assert [item.text for item in found.items()] == ["one", "two"]
    assert found.tags == ("a", "b")


def test_first_title_that_lost_its_indentation_does_not_decide_for_all() -> None:
    text = page(note("A", "x"), note("B", "• y"), note("C", "z")).replace("  • A", "• A")
    found = parse_page(text)
    assert [n.title for n in found.notes] == ["B", "C"]
    assert "text-outside-notes" in codes(found)


def test_note_without_a_title_is_kept() -> None:
    found = parse_page(page(note("", "x")))
    assert (found.notes[0].title, [item.text for item in found.notes[0].items()]) == ("Untitled", ["x"])
    assert "no-title" in codes(found)


@pytest.mark.parametrize("heading", ["Thesis1 node", "Thesis 1 node", "Thesis · 1 nodes", "theses1 nodes"])
def test_heading_forms(heading: str) -> None:
    assert parse_page(page(note("T", "x"), heading=heading)).sections[0].kind == "thesis"


@pytest.mark.parametrize("line", ["Operating POV", "Operating POV6 nodes", "Reading153 nodes"])
def test_indented_heading_in_a_body_opens_no_section(line: str) -> None:
    found = parse_page(page(note("T", "before", "", line, "", "after")))
    assert len(found.sections) == 1
    assert [item.text for item in found.notes[0].items()] == ["before", line, "after"]


def test_unknown_section_is_kept_as_observations_and_reported() -> None:
    found = parse_page(page(note("T", "x"), heading="Field trip{n} node"))
    assert (found.notes[0].kind, found.notes[0].code) == ("observation", "O1")
    assert "unknown-section" in codes(found)


def test_prose_that_ends_in_nodes_is_not_a_section() -> None:
    found = parse_page(page(note("T", "x", tags=""), heading="Thesis{n} node") + "We counted 12 nodes\n")
    assert len(found.sections) == 1
    assert "unindented-text" in codes(found)


def test_text_below_the_last_tag_line_is_no_note() -> None:
    found = parse_page(page(note("T", "x")) + "Privacy · Terms\n")
    assert [item.text for item in found.notes[0].items()] == ["x"]
    assert codes(found).count("text-outside-notes") == 1


def test_windows_line_ends_tabs_mark_and_a_common_margin_change_nothing() -> None:
    plain = page(note("T", "one", "", "• two"), note("U", "three"))
    expected = [found.fingerprint for found in parse_page(plain).notes]
    assert [n.fingerprint for n in parse_page(plain.replace("\n", "\r\n")).notes] == expected
    assert [n.fingerprint for n in parse_page("\ufeff" + plain).notes] == expected
    assert [n.fingerprint for n in parse_page(plain.replace("    ", "\t")).notes] == expected
    shifted = "".join(f"   {line}" if line.strip() else line for line in plain.splitlines(keepends=True))
    assert [n.fingerprint for n in parse_page(shifted).notes] == expected


def test_fingerprint_depends_on_the_note_and_not_on_its_place() -> None:
    first = parse_page(page(note("T", "one"), note("U", "two")))
    second = parse_page(page(note("New", "zero"), note("T", "one"), note("U", "two!")))
    assert first.notes[0].fingerprint == second.notes[1].fingerprint
    assert first.notes[1].fingerprint != second.notes[2].fingerprint


def test_numbered_items_are_kept_with_their_numbers() -> None:
    found = parse_page(page(note("T", "Steps:", "", "1. first", "2. second", "", "3. third"))).notes[0]
    assert [item.text for item in found.items()] == ["Steps:", "1. first", "2. second", "3. third"]


def test_cite_span_of_a_continued_line_moves_with_it() -> None:
    found = parse_page(page(note("T", "first line", cite("1-2", "second") + " line"))).notes[0]
    span = found.citations[0]
    text = next(found.items()).text
    assert text == "first line\nsecond line"
    assert text[span.start : span.end] == span.claim == "second"


def test_cite_marks_outside_bodies_are_counted() -> None:
    text = page(note("T " + cite("1-2", "in a title"), cite("1-3", "in a body"))) + cite("1-4", "below") + "\n"
    found = parse_page(text)
    assert found.notes[0].title == "T in a title"
    # 3 openings in the text, 1 in a body: 3 − 1 = 2
    assert [d.message[:1] for d in found.defects if d.code == "cites-outside-notes"] == ["2"]


def test_urls_with_apostrophe_percent_and_trailing_space() -> None:
    urls = ("https://e.example/Moore's_law", "https://e.example/a%20b.pdf ", "https://e.example/c")
    found = parse_page(page(reading("T", "x", urls=urls), heading="Reading{n} node"))
    assert [use.url for use in found.notes[0].urls] == [url.strip() for url in urls]
    assert "source-not-url" not in codes(found)


def test_sources_that_are_not_urls_or_more_than_one_are_reported_and_kept() -> None:
    urls = ("an interview", "https://a.example/1 https://a.example/2")
    found = parse_page(page(reading("T", "x", urls=urls), heading="Reading{n} node"))
    assert [use.url for use in found.notes[0].urls] == ["https://a.example/1", "https://a.example/2"]
    assert [item.text for item in found.notes[0].blocks[-1].items] == list(urls)
    assert {"source-not-url", "source-extra-text"} <= set(codes(found))


def test_defects_of_notes() -> None:
    text = page(note("Same", "x"), note("same", "y", tags=""), note("Empty"), heading="Reading3 nodes")
    assert {"duplicate-title", "no-tags", "empty-note", "no-sources", "total-count"} <= set(codes(parse_page(text)))


# --- pages that are cut, foreign or hostile ------------------------------------------------------------------------


def test_page_cut_inside_a_note_is_read_and_says_so() -> None:
    whole = page(note("T", "one"), note("U", "two words here"), heading="Thesis2 nodes")
    cut = parse_page(whole[: whole.index("words")])
    assert [found.title for found in cut.notes] == ["T", "U"]
    assert [d.severity for d in cut.defects if d.code == "page-cut"] == ["error"]


@pytest.mark.shared
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_real_page_cut_anywhere_is_read_with_a_defect(seed_path: Path, share: float) -> None:
    text = seed_path.read_text(encoding="utf-8")
    found = parse_page(text[: int(len(text) * share)])
    assert 0 < len(found.notes) <= 173
    assert {"page-cut", "total-count"} & set(codes(found))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n\n\t", "empty"),
        ("Just a shopping list\n- milk\n", "does not look like a brain page"),
        ("<!DOCTYPE html><html><body>Thesis12 nodes</body></html>", "no note under them"),
        (HEAD + "Thesis2 nodes\n", "no note under them"),
    ],
)
def test_foreign_text_is_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(RackmathError, match=words) as caught:
        parse_page(text, "page.txt")
    assert str(caught.value).startswith("page.txt: ")
    assert "\n" not in str(caught.value)


def test_lost_indentation_is_an_error() -> None:
    text = page(reading("T", "x"), reading("U", "y"), heading="Reading2 nodes")
    with pytest.raises(RackmathError, match="indentation"):
        parse_page(re.sub(r"(?m)^ +", "", text))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfeT\x00h\x00", "UTF-16"),
        (b"Thesis1 node\n\x00\x01", "binary"),
        (b"Thesis1 node\n  caf\xe9 noir", "not UTF-8"),
    ],
)
def test_files_that_are_not_text(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(data)
    with pytest.raises(RackmathError, match=words):
        read_page(path)


def test_huge_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)  # a sparse file: refused before it is read
    with pytest.raises(RackmathError, match="20 MiB"):
        read_page(path)
    with pytest.raises(RackmathError, match="no such file"):
        read_page(tmp_path / "none.txt")
    with pytest.raises(RackmathError, match="not a file"):
        read_page(tmp_path)


# A reader that is worse than linear would need minutes for each of these half million characters.
FLOOD = 500_000
HOSTILE = {
    "opening tags": f'{LT}cite index="1-1">' * (FLOOD // 18),
    "half tags": f"{LT}cite index=" * (FLOOD // 12),
    "round half tags": '(cite index="' * (FLOOD // 13),
    "closing tags": f"{LT}/cite>" * (FLOOD // 7),
    "long index": f'{LT}cite index="' + "1-1," * (FLOOD // 4) + '">x',
    "brackets": "[" * FLOOD,
    "references": "[1-99] " * (FLOOD // 7),
    "hashes": "#" * FLOOD,
    "tags": "#a1" * (FLOOD // 3),
    "spaces": "x" + " " * FLOOD + "y",
    "digits": "1" * FLOOD,
    "dashes": "1-" * (FLOOD // 2),
    "capitals": "aB" * (FLOOD // 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_floods_are_read_in_linear_time(name: str) -> None:
    found = parse_page(page(note("T", HOSTILE[name]), note("U", "y")))
    assert [n.title for n in found.notes] == ["T", "U"]


def test_many_lines_of_each_sort_are_read_in_linear_time() -> None:
    lines = ["• item"] * 40_000 + ["text"] * 40_000 + [""] * 40_000 + ["1. n"] * 20_000
    found = parse_page(page(note("T", *lines))).notes[0]
    assert [len(block.items) for block in found.blocks] == [40_000, 1, 20_000]


def test_more_notes_than_announced_is_said_as_that():
    page = parse_page(SAMPLE_PAGE.read_text(encoding="utf-8").replace("\n31 nodes\n", "\n25 nodes\n"))
    # the sample holds 27
    assert next(d.message for d in page.defects if d.code == "total-count").endswith("2 more than it says")
