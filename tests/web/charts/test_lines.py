from itertools import pairwise

import pytest

from rackmath.web.charts import break_even, identities
from rackmath.web.charts.lines import LANES, shown_crossings
from web.drawing import SVG, marked, outside, read, rects, texts
from web.sample import CASES, decision

GRID = [1.0, 10.0, 100.0]
CURVES = {"a": [10.0, 100.0, 1000.0], "b": [100.0, 100.0, 100.0]}
CROSSING = {"a": "a", "b": "b", "at": 10.0, "p5": 5.0, "p50": 11.0, "p95": 40.0, "chance": 0.9, "cheaper_above": "b"}
KNOWN = identities([{"id": "a", "title": "Rent"}, {"id": "b", "title": "Own"}])


def drawn(crossings=(CROSSING,), curves=CURVES, grid=GRID, **more):
    settings = {"counts": "Tokens", "unit": "token/month", "cost_unit": "USD/month", "known": KNOWN, "key": "k"} | more
    return read(break_even(curves, grid, crossings, **settings))


def of_item(item, options, width):
    known = identities(options)
    return read(
        break_even(
            item["curves"],
            item["grid"],
            item["crossings"],
            counts=item["label"],
            unit=item["unit"],
            cost_unit="USD/month",
            known=known,
            key="k",
            log=item["scale"] == "log",
            today=62e9,
            width=width,
        )
    )


@pytest.mark.parametrize("width", [350, 720])
@pytest.mark.parametrize("case", sorted(CASES))
def test_every_case_is_drawn_inside_its_sheet(case, width):
    made = CASES[case]()
    for item in made["break_even"]:
        assert not outside(of_item(item, made["options"], width))


def test_the_crossing_is_marked_where_the_curves_meet():
    root = drawn()
    (point,) = marked(root, "point")
    upright = [float(item.attrib["x1"]) for item in marked(root, "grid") if item.attrib["x1"] == item.attrib["x2"]]
    left, right = min(upright), max(upright)
    # ten is half way from 1 to 100 on a logarithmic axis
    assert float(point.attrib["cx"]) == pytest.approx((left + right) / 2, abs=0.02)
    (band,) = rects(root, "band")
    assert band[0] < float(point.attrib["cx"]) < band[0] + band[2]
    assert texts(root, "badge-text") == ["1"]


def test_today_is_a_marked_vertical():
    root = drawn(today=10.0)
    (line,) = marked(root, "today")
    assert float(line.attrib["x1"]) == float(marked(root, "point")[0].attrib["cx"])
    assert "today 10" in texts(root, "strong")
    assert not marked(drawn(today=1e9), "today")  # beyond the grid


def test_curves_are_named_at_their_ends_without_touching():
    curves = {name: [1.0, 10.0, 100.0 + place] for place, name in enumerate("abcdefgh")}
    known = identities([{"id": name, "title": f"Option {name} with words"} for name in "abcdefgh"])
    for width in (350, 720):
        root = drawn((), curves, known=known, width=width)
        rows = marked(root, "name")
        heights = sorted(float(item.attrib["y"]) for item in rows)
        assert len(rows) >= 8
        assert all(b - a >= 10 for a, b in pairwise(heights))


def test_the_strip_below_names_the_cheapest():
    root = drawn()
    titles = [item.text for item in marked(root, "cheapest")[0].iter(SVG + "title")]
    assert [title.split(" is ")[0] for title in titles] == ["Rent", "Own"]


def test_a_logarithmic_axis_is_dropped_where_a_value_is_not_positive():
    straight = drawn((), {"a": [-5.0, 5.0, 10.0]})
    assert not any("logarithmic" in text for text in texts(straight, "axis-title"))
    assert any("logarithmic" in text for text in texts(drawn(), "axis-title"))


def test_a_gap_in_a_curve_is_a_gap_in_the_line():
    root = drawn((), {"a": [1.0, 2.0, None, 4.0, 5.0]}, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert len(marked(root, "curve")) == 2


def test_whole_servers_are_drawn_as_steps():
    root = drawn((), {"a": [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]}, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], log=False)
    (curve,) = marked(root, "curve")
    pairs = [tuple(map(float, pair.split())) for pair in curve.attrib["d"].strip("M").split("L")]
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(pairs))
    assert len(pairs) == 6  # three levels, two risers


def test_many_crossings_keep_their_numbers_and_the_lowest_ones_win_the_lanes():
    item = decision()["break_even"][0]
    low = {**item["crossings"][0]}
    # seven crossings, the first three of an option far above the others
    curves = {"x": [1000.0] * 3, "a": [1.0, 2.0, 3.0]}
    crossings = [{"a": "x", "b": "a", "at": 2.0}] * 3 + [{"a": "a", "b": "x", "at": 2.0}] * 4
    numbers = [number for number, _ in shown_crossings(crossings, curves, [1.0, 2.0, 3.0])]
    assert len(numbers) == LANES
    assert numbers == [4, 5, 6, 7]
    assert shown_crossings([low, {"a": "a", "b": "b", "at": None}], {}, []) == [(1, low)]


def test_the_description_says_where_and_who():
    description = drawn().find(SVG + "desc").text
    assert "Rent and Own cross at 10 tokens per month (90% between 5 and 40, in 90% of draws)" in description
    assert "Own is cheaper above" in description
    assert "No two of them cross" in drawn(()).find(SVG + "desc").text
