import pytest

from rackmath.web.charts import distributions, identities
from web.drawing import SVG, marked, outside, read, texts
from web.sample import CASES, decision


def drawn(options, width=720.0):
    return read(distributions(options, unit="USD/month", known=identities(options), key="k", width=width))


@pytest.mark.parametrize("width", [350, 720])
@pytest.mark.parametrize("case", sorted(CASES))
def test_every_case_is_drawn_inside_its_sheet(case, width):
    assert not outside(drawn(CASES[case]()["options"], width))


def test_marks_lie_at_p5_median_and_p95_on_one_axis():
    options = [
        {"id": "a", "p5": 10.0, "p50": 20.0, "p95": 30.0, "chance_cheapest": 0.7},
        {"id": "b", "p5": 15.0, "p50": 25.0, "p95": 50.0, "chance_cheapest": 0.3},
    ]
    root = drawn(options)
    middle = [float(item.attrib["x1"]) for item in marked(root, "median")]
    spans = [item for item in marked(root, "range") if item.attrib["y1"] == item.attrib["y2"]]
    ends = [(float(item.attrib["x1"]), float(item.attrib["x2"])) for item in spans]
    unit = (middle[1] - middle[0]) / 5  # 25 - 20
    assert ends[0][0] == pytest.approx(middle[0] - 10 * unit, abs=0.05)
    assert ends[0][1] == pytest.approx(middle[0] + 10 * unit, abs=0.05)
    assert ends[1][1] == pytest.approx(middle[1] + 25 * unit, abs=0.05)
    assert texts(root, "strong", "number")[::2] == ["70%", "30%"]


def test_an_axis_that_spans_more_than_thirtyfold_is_logarithmic():
    wide = [{"id": "a", "p5": 1.0, "p50": 2.0, "p95": 3.0}, {"id": "b", "p5": 60.0, "p50": 80.0, "p95": 100.0}]
    (title,) = texts(drawn(wide), "axis-title")
    assert "logarithmic" in title
    (title,) = texts(drawn(wide[:1]), "axis-title")
    assert "logarithmic" not in title


def test_a_ridge_is_as_high_as_its_own_peak_and_as_high_as_its_counts():
    option = {"id": "a", "p5": 1.0, "p50": 2.0, "p95": 3.0, "histogram": {"edges": [0, 1, 2, 3], "counts": [1, 4, 2]}}
    root = drawn([option])
    (ridge,) = marked(root, "ridge")
    heights = [float(pair.split()[1]) for pair in ridge.attrib["d"].strip("MZ").split("L")]
    base = max(heights)
    # steps of 1, 4 and 2 counts over equal bins
    assert sorted({round((base - y) / (base - min(heights)), 2) for y in heights}) == [0, 0.25, 0.5, 1]


def test_an_option_without_a_finite_cost_says_so():
    root = drawn(CASES["missing"]()["options"])
    assert "no finite cost" in texts(root, "muted")


def test_with_one_option_there_is_no_chance_to_print():
    root = drawn(decision(("rent",))["options"])
    assert texts(root, "muted") == []
    assert "cheapest" not in root.find(SVG + "desc").text
