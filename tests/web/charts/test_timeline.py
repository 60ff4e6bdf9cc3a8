from datetime import date

import pytest

from rackmath.web.charts.marks import UNSTATED, look_of, shape
from rackmath.web.charts.timeline import MARKS, chosen, timeline
from web.drawing import marked, outside, read, texts

TODAY = date(2026, 11, 22)
DESC = "{http://www.w3.org/2000/svg}desc"


def figure(name, value=2.0, **more):
    row = {"id": name, "value": value, "low": value, "high": value, "start": "2026-05-24", "end": "2026-05-24"}
    return {**row, "stated_on": "2026-06-01", "claimant": "vendor", "kind": "listed", "label": name, **more}


def draw(rows, **more):
    return read(timeline(rows, unit="USD/GPU_hour", today=TODAY, key="k", **more))


def centre(root, place=0):
    shape = marked(marked(root, "figure")[place], "mark")[0]
    return float(shape.attrib.get("x") or shape.attrib["cx"]), float(shape.attrib.get("y") or shape.attrib["cy"])


def test_a_higher_value_stands_higher_and_a_later_day_further_right():
    root = draw([figure("a", 1.0), figure("b", 3.0, start="2026-09-01", end="2026-09-01")])
    (x0, y0), (x1, y1) = centre(root, 0), centre(root, 1)
    assert x0 < x1
    assert y0 > y1


def test_each_kind_of_claimant_has_a_shape_a_colour_and_a_word():
    kinds = ["independent", "vendor", "analyst", "buyer", "filing", "regulator", "model", ""]
    root = draw([figure(kind or "none", 1.0 + n, claimant=kind) for n, kind in enumerate(kinds)])
    drawn = marked(root, "figure")
    assert len({item.attrib["class"] for item in drawn}) == len(kinds)
    looks = [look_of(kind or UNSTATED) for kind in kinds]
    assert len({shape(look._replace(slot=0), 0, 0, 5, "mark") for look in looks}) == len(kinds)
    words = texts(root, "side-by")
    assert "vendor (1)" in words
    assert "claimant not stated (1)" in words


def test_a_range_has_its_ends_and_a_bound_an_arrow():
    root = draw([figure("r", 2.0, low=1.0, high=4.0), figure("b", None, low=3.0, high=None)])
    (wide, bound) = marked(root, "figure")
    assert len(marked(wide, "reach")) == 3
    assert not marked(wide, "arrow")
    assert len(marked(bound, "arrow")) == 1
    assert "stated range" in texts(root, "side-by")


def test_a_period_is_a_line_as_long_as_it_lasts():
    root = draw([figure("y", start="2025-01-01", end="2025-12-31"), figure("d", 3.0)])
    lengths = sorted(
        float(item.attrib["x2"]) - float(item.attrib["x1"])
        for item in marked(root, "period")
        if item.attrib["y1"] == item.attrib["y2"] and float(item.attrib["y1"]) > 60
    )
    assert len(lengths) == 1
    assert lengths[0] > 100


def test_a_conflict_is_ringed_joined_and_named():
    rows = [figure("a", 1.0, conflicts=["b"]), figure("b", 9.0, conflicts=["a", "elsewhere"]), figure("c", 5.0)]
    root = draw(rows)
    assert [bool(marked(item, "clash")) for item in marked(root, "figure")] == [True, True, False]
    assert len(marked(root, "against")) == 1
    assert any("disagrees" in words for words in texts(root, "side-by"))
    assert "2 of them disagree" in root.find(DESC).text


def test_forecasts_are_hollow_and_deprecated_figures_struck():
    root = draw([figure("f", kind="forecast"), figure("d", 3.0, rank="deprecated"), figure("p", 4.0)])
    assert [bool(marked(item, "hollow")) for item in marked(root, "figure")] == [True, False, False]
    assert [bool(marked(item, "struck")) for item in marked(root, "figure")] == [False, True, False]


@pytest.mark.parametrize(
    ("values", "how"),
    [
        ([1.0, 40.0], "logarithmic"),
        ([1.0, 4.0], "from zero"),
        ([3.8, 4.0], "not from zero"),
        ([-1.0, 90.0], "not from"),
    ],
)
def test_the_axis_says_how_it_runs(values, how):
    root = draw([figure(str(value), value) for value in values])
    assert how in " ".join(texts(root, "axis-title"))


def test_too_many_figures_are_cut_and_said():
    rows = [figure(f"f{n:03}", 1.0 + n / 100, conflicts=["f001"] if n == 0 else ()) for n in range(MARKS + 7)]
    root = draw(rows)
    assert len(marked(root, "figure")) == MARKS
    assert "7 figures more in the table." in texts(root, "muted")
    assert rows[0] in chosen(rows)


def test_what_has_no_number_is_counted_not_drawn():
    root = draw([figure("a"), figure("u", None, low=None, high=None)])
    assert len(marked(root, "figure")) == 1
    assert "1 without a number." in texts(root, "muted")


def test_nothing_to_draw_says_so():
    assert "None of these" in texts(draw([]), "muted")[0]


def test_marks_of_one_day_stand_side_by_side():
    root = draw([figure(f"f{n}") for n in range(5)])
    assert len({centre(root, n)[0] for n in range(5)}) == 5


@pytest.mark.parametrize("width", [350.0, 960.0])
def test_all_of_it_stays_on_its_sheet(width):
    rows = [
        figure(f"figure number {n}", 0.01 * 1.4**n, claimant=["vendor", "analyst", ""][n % 3], low=0.008 * 1.4**n)
        | {"end": None if n % 4 == 0 else "2026-08-31", "label": "a long name of a claimant " * 3}
        for n in range(40)
    ]
    drawing = timeline(rows, unit="USD/Mtok", today=TODAY, key="k", width=width)
    assert not outside(read(drawing))
    assert "style=" not in drawing


def test_names_do_not_cover_each_other():
    root = draw(
        [figure(f"name-{n}", 1.0 + n / 7, start=f"2026-{1 + n % 9:02}-03", end=None) for n in range(30)], width=960
    )
    boxes = []
    for item in marked(root, "named"):
        x, y, long = float(item.attrib["x"]), float(item.attrib["y"]), 6.0 * len(item.text)
        left = x - {"end": long, "middle": long / 2}.get(item.attrib.get("text-anchor"), 0.0)
        boxes.append((left, y - 8, left + long, y))
    assert len(boxes) > 5
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_hostile_words_stay_words():
    drawing = timeline(
        [figure("<script>", words='"><img onerror=1>')], unit="USD", today=TODAY, key="k", title="</svg>"
    )
    read(drawing)
    assert "<script" not in drawing
    assert "<img" not in drawing
