import pytest

from rackmath.web.charts.worth import worth
from web.drawing import outside, read, rects

INPUTS = [
    {"label": "input price", "worth": 2000.0},
    {"label": "staff need", "worth": 1000.0},
    {"label": "power", "worth": 0.0},
]


@pytest.mark.parametrize("width", [720.0, 350.0])
def test_bars_are_as_long_as_their_worth_and_nothing_has_none(width):
    root = read(worth(INPUTS, perfect=3000.0, unit="USD/month", key="k", width=width))
    first, second, everything = (rect[2] for rect in rects(root, "bar"))
    assert first == pytest.approx(2 * second, rel=0.01)
    assert everything == pytest.approx(3 * second, rel=0.01)
    assert not outside(root)


def test_words_say_what_the_picture_shows():
    told = (
        read(worth(INPUTS[2:], perfect=10.0, unit="USD/month", key="k")).find("{http://www.w3.org/2000/svg}desc").text
    )
    assert "no single input" in told
    assert "$10" in told
