import math

import pytest

from rackmath.web.charts import svg
from web.drawing import read
from web.sample import HOSTILE


def test_plain_text_is_escaped_and_markup_is_not():
    inner = svg.element("tspan", "a < b & c")
    outer = svg.element("text", inner, 'say "x"', class_="strong", text_anchor="end", x=1.23456)
    assert outer == (
        '<text class="strong" text-anchor="end" x="1.23"><tspan>a &lt; b &amp; c</tspan>say &quot;x&quot;</text>'
    )


def test_missing_attributes_are_left_out_and_an_empty_element_closes_itself():
    assert svg.element("rect", fill=None, class_="", x=0) == '<rect x="0"/>'


def test_hostile_text_stays_text():
    root = read(svg.element("text", HOSTILE, data_x=HOSTILE))
    assert not list(root)
    assert "<script>" in root.text
    assert root.attrib["data-x"] == root.text
    assert not set(root.text) & set("\x00\x08\x1b\u202e")


def test_a_coordinate_is_finite_and_short():
    assert svg.rounded(1 / 3) == "0.33"
    assert svg.rounded(-0.001) == "0"
    with pytest.raises(ValueError, match="finite"):
        svg.rounded(math.inf)


def test_a_rectangle_of_negative_width_is_drawn_to_the_left():
    assert svg.rect(10, 0, -4, 2) == '<rect x="6" y="0" width="4" height="2"/>'


def test_a_path_drops_points_on_the_straight_line_and_keeps_corners():
    assert 'd="M0 0L10 0L10 5"' in svg.path([(0, 0), (2, 0), (5, 0), (10, 0), (10, 5)], "curve")
    # going back on the same line is a corner too
    assert 'd="M0 0L10 0L5 0"' in svg.path([(0, 0), (10, 0), (5, 0)], "curve")


def test_what_fits_is_whole_and_what_does_not_ends_in_dots_and_fits():
    assert svg.fit("short", 100, 12) == "short"
    cut = svg.fit("a very long name indeed", 60, 12)
    assert cut.endswith("…")
    assert svg.measure(cut, 12) <= 60
    assert svg.fit("anything", 0, 12) == "…"


def test_wide_letters_are_counted_wide():
    assert svg.measure("電力", 10) == 20
    assert svg.measure("e\N{COMBINING ACUTE ACCENT}", 10) == svg.measure("e", 10)


def test_wrap_fills_lines_and_cuts_the_last():
    rows = svg.wrap("one two three four five six seven eight", 60, 12, 2)
    assert len(rows) == 2
    assert rows[1].endswith("…")
    assert all(svg.measure(row, 12) <= 60 for row in rows)
    assert svg.wrap("one", 60, 12) == ["one"]


def test_a_label_shows_the_whole_text_to_whoever_points_at_it():
    assert "<title>the whole</title>" in svg.label(0, 0, "the…", whole="the whole")
    assert "<title>" not in svg.label(0, 0, "same", whole="same")


def test_a_picture_has_a_name_a_description_and_a_box():
    root = read(svg.picture(10, 5, key="k", title="T & t", description="D", size=12))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "k-title k-desc"
    assert [child.attrib["id"] for child in root] == ["k-title", "k-desc"]
    assert root.attrib["viewBox"] == "0 0 10 5"
    assert "style" not in root.attrib


def test_words_break_after_their_hyphens_and_nothing_is_lost():
    rows = svg.wrap("Call an open-weights API", 75, 12 * svg.BOLD, 4)
    assert rows == ["Call an", "open-", "weights", "API"]
    assert not svg.is_cut(rows)
    assert svg.is_cut(svg.wrap("unbreakable" * 9, 75, 12))
    for text in ("a -- b", "-x -", "x--y", ""):
        assert "".join(svg.wrap(text, 999, 12, 1)) == text
