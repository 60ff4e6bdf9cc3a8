import pytest

from rackmath.web.charts import Identity, reaches, waterfall
from web.drawing import marked, outside, read, rects, sheet, texts
from web.sample import HOSTILE, decision

WHO = Identity("Own servers", 2)
LINES = [
    {"label": "Servers", "mean": 600.0},
    {"label": "Power", "mean": 300.0},
    {"label": "Nothing", "mean": 0.0},
    {"label": "Resale", "mean": -150.0},
]


@pytest.mark.parametrize("width", [350, 720])
def test_bars_are_as_long_as_their_values_and_start_where_the_last_ended(width):
    root = read(waterfall(LINES, unit="USD/month", who=WHO, key="k", total={"p5": 500, "p95": 1000}, width=width))
    first, second, total = rects(root, "bar", "fill")
    (credit,) = rects(root, "bar", "credit")
    unit = first[2] / 600  # width of one dollar
    assert second[2] == pytest.approx(300 * unit, abs=0.02)
    assert credit[2] == pytest.approx(150 * unit, abs=0.02)
    assert total[2] == pytest.approx(750 * unit, abs=0.02)  # 600 + 300 + 0 - 150
    assert second[0] == pytest.approx(first[0] + first[2], abs=0.02)
    # a credit runs backwards: it ends where the running sum of 900 was
    assert credit[0] + credit[2] == pytest.approx(first[0] + 900 * unit, abs=0.02)
    assert total[0] == first[0]
    assert len(marked(root, "nil")) == 1
    assert not outside(root)


def test_the_whisker_spans_p5_to_p95():
    root = read(waterfall(LINES, unit="USD", who=WHO, key="k", total={"p5": 500, "p95": 1000}))
    (total,) = rects(root, "bar", "total")
    line = marked(root, "whisker", "halo")[0]
    unit = total[2] / 750
    assert float(line.attrib["x1"]) == pytest.approx(total[0] + 500 * unit, abs=0.02)
    assert float(line.attrib["x2"]) == pytest.approx(total[0] + 1000 * unit, abs=0.02)


def test_every_line_and_the_sum_are_printed():
    root = read(waterfall(LINES, unit="USD/month", who=WHO, key="k"))
    assert texts(root, "name", "number") == ["$600", "$300", "$0", "−$150"]
    assert texts(root, "strong") == ["Total, mean", "$750"]
    description = root.find("{http://www.w3.org/2000/svg}desc").text
    assert description.startswith("Total $750 per month")
    assert "largest line is Servers, 80% of the mean" in description  # 600 / 750


def test_a_total_below_zero_is_drawn_left_of_zero():
    root = read(waterfall([{"label": "Credit", "mean": -80.0}], unit="USD", who=WHO, key="k"))
    (total,) = rects(root, "bar", "total")
    zero = float(marked(root, "zero")[0].attrib["x1"])
    assert total[0] + total[2] == pytest.approx(zero, abs=0.02)
    assert not outside(root)


def test_no_lines_is_a_drawing_without_an_amount():
    root = read(waterfall([], unit="USD", who=WHO, key="k"))
    assert texts(root, "strong") == ["Total, mean", "–"]


def test_hostile_and_long_names_are_cut_and_kept_whole_in_the_title():
    lines = [{"label": HOSTILE, "mean": 1.0}, {"label": "W" * 200, "mean": 2.0}]
    root = read(waterfall(lines, unit="USD", who=Identity(HOSTILE, 1), key="k"))
    assert all(len(text) < 60 for text in texts(root, "name"))
    titles = [item.text for item in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "W" * 200 in titles
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert sheet(root)[0] == 350 or sheet(root)[0] == 360


def test_options_share_an_axis_unless_one_dwarfs_the_others():
    options = decision()["options"]
    assert len(set(reaches(options))) == 1
    small = {"lines": [{"mean": 10.0}], "p5": 5.0, "p95": 12.0}
    large = {"lines": [{"mean": 1000.0}], "p5": 900.0, "p95": 1200.0}
    assert reaches([small, large]) == [(0, 12), (0, 1200)]  # 1200 is more than twelve times 12
    assert reaches([]) == []
