from itertools import pairwise

from rackmath.web.charts import axis
from rackmath.web.charts.scale import Scale
from rackmath.web.charts.svg import measure
from web.drawing import marked, read, texts


def test_straight_ticks_share_letter_and_decimals():
    assert axis.tick_texts([0, 20000, 40000], "USD/month") == ["$0", "$20k", "$40k"]
    assert axis.tick_texts([0.0, 0.5, 1.0, 1.5], "") == ["0.0", "0.5", "1.0", "1.5"]
    assert axis.tick_texts([1.2e6, 1.4e6], "token") == ["1.2M", "1.4M"]
    assert axis.tick_texts([-500, 0, 500], "USD") == ["−$500", "$0", "$500"]


def test_logarithmic_ticks_each_have_their_own_letter():
    assert axis.tick_texts([100, 1e4, 1e9], "token/month", log=True) == ["100", "10k", "1B"]


def test_tiny_and_huge_ticks_are_powers_of_ten():
    assert axis.tick_texts([0, 1e-7, 2e-7], "") == ["0", "1 × 10⁻⁷", "2 × 10⁻⁷"]
    assert axis.tick_texts([1e18], "") == ["1 × 10¹⁸"]


def test_printed_values_never_touch():
    narrow = Scale(0, 1e6, 0, 90)
    kept = axis.spaced(narrow, "USD/month", 12, 10)
    places = [(narrow(tick), measure(text, 12) / 2) for tick, text in kept]
    assert len(kept) >= 2
    assert all(b - a > left + right for (a, left), (b, right) in pairwise(places))


def test_the_axis_has_a_title_with_its_unit_and_marks_zero():
    drawn = axis.horizontal(
        Scale(-10, 10, 0, 200), top=0, bottom=50, unit="USD", title="USD per month", size=12, right=200
    )
    root = read(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>')
    assert texts(root, "axis-title") == ["USD per month"]
    assert [item.attrib["x1"] for item in marked(root, "zero")] == ["100"]


def test_a_value_at_the_edge_is_printed_inside():
    drawn = axis.horizontal(Scale(0, 10, 0, 200), top=0, bottom=50, unit="", title="", size=12, right=200)
    root = read(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>')
    first, last = marked(root, "tick")[0], marked(root, "tick")[-1]
    assert first.attrib["text-anchor"] == "start"
    assert last.attrib["text-anchor"] == "end"


def test_crowded_values_of_the_vertical_axis_are_left_out():
    drawn = axis.vertical(Scale(1, 1e6, 40, 0, log=True), left=30, right=100, unit="", size=12, count=9)
    root = read(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>')
    heights = [float(item.attrib["y"]) for item in marked(root, "tick")]
    assert len(heights) >= 2
    assert all(a - b >= 12 for a, b in pairwise(heights))
