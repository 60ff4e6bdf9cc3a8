import pytest

from rackmath.web.charts import chances, identities, interval_axis, interval_bars
from web.drawing import marked, outside, read, rects, texts
from web.sample import CASES

OPTIONS = [
    {"id": "a", "title": "A", "p5": 10.0, "p50": 20.0, "p95": 40.0, "chance_cheapest": 0.75},
    {"id": "b", "title": "B", "p5": 20.0, "p50": 30.0, "p95": 80.0, "chance_cheapest": 0.25},
]


def test_all_bars_share_one_axis_that_starts_at_zero():
    first, second = (read(bar) for bar in interval_bars(OPTIONS, unit="USD", known=identities(OPTIONS), key="k"))
    (a,), (b,) = rects(first, "bar"), rects(second, "bar")
    assert a[2] * 2 == pytest.approx(b[2], abs=0.02)  # 40 - 10 = 30 against 80 - 20 = 60
    assert a[0] - 2 == pytest.approx((b[0] - 2) / 2, abs=0.02)  # 10 against 20, from zero at 2
    assert first.attrib["aria-labelledby"] != second.attrib["aria-labelledby"]


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_case_is_drawn_inside_its_sheet(case):
    options = CASES[case]()["options"]
    known = identities(options)
    drawings = [*interval_bars(options, unit="USD", known=known, key="k"), interval_axis(options, unit="USD", key="x")]
    for drawing in [
        *drawings,
        chances(options, known=known, key="c"),
        chances(options, known=known, key="n", width=350),
    ]:
        assert not outside(read(drawing))


def test_a_missing_option_is_an_empty_bar():
    (bar,) = interval_bars([{"id": "a", "p50": None}], unit="USD", known={}, key="k")
    assert not rects(read(bar), "bar")


def test_the_strip_of_chances_is_cut_in_proportion():
    root = read(chances(OPTIONS, known=identities(OPTIONS), key="c", width=1000))
    assert [rect[2] for rect in rects(root, "part")] == [750, 250]
    assert texts(root, "name") == ["75%A", "25%B"]  # the gap between number and name is a dx
    assert "A 75%; B 25%" in root.find("{http://www.w3.org/2000/svg}desc").text


def test_a_part_too_narrow_for_its_number_has_none():
    options = [{"id": "a", "chance_cheapest": 0.99}, {"id": "b", "chance_cheapest": 0.01}]
    assert len(texts(read(chances(options, known={}, key="c", width=350)), "name")) == 1


def test_no_chances_at_all_is_an_empty_strip():
    root = read(chances([{"id": "a", "chance_cheapest": None}], known={}, key="c"))
    assert len(marked(root, "frame")) == 1
