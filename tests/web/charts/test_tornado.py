import pytest

from rackmath.web.charts import has_margins, identities, tornado
from rackmath.web.charts.tornado import ROWS
from web.drawing import SVG, marked, outside, read, rects, texts
from web.sample import CASES

KNOWN = identities([{"id": "a", "title": "Rent"}, {"id": "b", "title": "Own"}])
SWINGS = [
    {
        "label": "Price",
        "unit": "USD/GPU_hour",
        "low": 1.5,
        "high": 3.0,
        "margin_low": 300.0,
        "margin_high": -100.0,
        "flips_at": 2.6,
        "flips_to": "b",
    },
    {"label": "Load", "unit": "", "low": 0.3, "high": 0.6, "margin_low": 50.0, "margin_high": 250.0, "flips_at": None},
]


def drawn(rows=SWINGS, width=720.0, **more):
    return read(tornado(rows, unit="USD/month", known=KNOWN, recommended="a", key="k", width=width, **more))


@pytest.mark.parametrize("width", [350, 720])
@pytest.mark.parametrize("case", sorted(set(CASES) - {"one"}))
def test_every_case_is_drawn_inside_its_sheet(case, width):
    made = CASES[case]()
    known = identities(made["options"])
    best = made["options"][0]["id"]
    root = read(tornado(made["sensitivity"], unit="USD/month", known=known, recommended=best, key="k", width=width))
    assert not outside(root)


@pytest.mark.parametrize("width", [350, 720])
def test_bars_are_as_long_as_the_swing_and_hatched_beyond_the_flip(width):
    root = drawn(width=width)
    wide, narrow = rects(root, "swing")
    assert wide[2] == pytest.approx(2 * narrow[2], abs=0.03)  # 300 + 100 against 250 - 50
    (lost,) = rects(root, "lost")
    assert lost[2] == pytest.approx(wide[2] / 4, abs=0.03)  # 100 of 400
    flip = float(marked(root, "flip")[0].attrib["x1"])
    assert lost[0] + lost[2] == pytest.approx(flip, abs=0.02)
    assert len(marked(root, "diamond")) == 1


def test_the_ends_are_told_apart_by_shape_and_value():
    root = drawn()
    low, high = marked(root, "end-low")[0], marked(root, "end-high")[0]
    # the margin falls as the price rises: the high end lies on the left
    assert float(high.attrib["cx"]) < float(low.attrib["cx"])
    assert texts(root, "end-value")[:2] == ["$3", "$1.50"]


def test_the_flip_is_said_in_words():
    assert texts(drawn(), "flips") == ["$2.60"]
    assert texts(drawn(), "to") == ["Own"]
    assert texts(drawn(width=350), "flips") == ["flips at $2.60"]
    assert "flips at $2.60 to Own" in drawn().find(SVG + "desc").text


def test_the_base_is_where_all_inputs_are_central():
    root = drawn(base=100.0)
    zero, base = (float(marked(root, name)[0].attrib["x1"]) for name in ("flip", "base"))
    wide = rects(root, "swing")[0]
    assert base - zero == pytest.approx(wide[2] / 4, abs=0.03)  # 100 of a bar of 400


def test_an_input_that_moves_nothing_is_left_to_the_table():
    still = {"label": "Still", "low": 1.0, "high": 2.0, "margin_low": 50.0, "margin_high": 51.0, "flips_at": None}
    assert len(rects(drawn([*SWINGS, still]), "swing")) == 2  # 1 is less than half a percent of 400
    assert len(rects(drawn([*SWINGS, {**still, "flips_at": 1.5}]), "swing")) == 3


def test_a_flip_beyond_the_ends_is_said_but_not_marked():
    beyond = {**SWINGS[1], "flips_at": 0.1, "flips_to": "b"}
    root = drawn([beyond])
    assert texts(root, "flips") == ["0.1"]
    assert not marked(root, "diamond")


def test_twelve_rows_are_drawn_and_rows_without_margins_are_not():
    rows = [{**SWINGS[1], "label": f"Input {place}"} for place in range(20)]
    assert len(rects(drawn(rows), "swing")) == ROWS
    bare = {"label": "x", "margin_low": None, "margin_high": None}
    assert len(rects(drawn([bare, *SWINGS]), "swing")) == 2
    assert not has_margins([bare])
    assert not has_margins(CASES["one"]()["sensitivity"])
