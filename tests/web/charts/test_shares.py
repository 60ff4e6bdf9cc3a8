import pytest

from rackmath.web.charts.shares import shares
from web.drawing import marked, outside, read, rects

PARTS = [
    {"words": "resolved sentence", "count": 30, "look": "good"},
    {"words": "resolved document", "count": 10, "look": "half"},
    {"words": "url only", "count": 59, "look": "half"},
    {"words": "mismatch", "count": 1, "look": "bad"},
]


def test_parts_are_as_wide_as_their_share_and_the_smallest_can_be_seen():
    root = read(shares(PARTS, key="k", title="t", width=1000))
    widths = [rect[2] for rect in rects(root, "share")]
    assert widths[0] == pytest.approx(3 * widths[1], rel=0.02)
    assert widths[3] >= 3.5
    assert not outside(root)


def test_parts_of_one_look_differ_in_tint():
    root = read(shares(PARTS, key="k", title="t"))
    assert [sorted(item.attrib["class"].split())[-1] for item in marked(root, "share-half")] == ["turn-0", "turn-1"]


def test_nothing_is_an_empty_strip():
    root = read(shares([], key="k", title="t"))
    assert not rects(root, "share")
    assert "nothing" in root.find("{http://www.w3.org/2000/svg}desc").text
