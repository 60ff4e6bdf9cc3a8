import pytest

from rackmath.web.charts.network import NODES, TYPES, chosen, network, words_for
from web.drawing import SVG, marked, outside, read, sheet, texts

CENTRE = {"id": "c", "title": "A thesis of some length about the price of an hour", "kind": "thesis"}
KINDS = ["pov", "methodology", "watching", "thesis", "reading", "observation", "letter"]


def node(number, type_="supports", incoming=False, **more):
    title = f"Note {number}, which has a title long enough to need two lines of the drawing, and then some more"
    row = {"id": f"n{number}", "title": title, "kind": KINDS[number % 7], "href": f"/n/{number}-x", "type": type_}
    return {**row, "incoming": incoming, "both": False, "words": words_for(type_, incoming=incoming), **more}


def boxes(root):
    found = []
    for link in root.iter(SVG + "a"):
        ground = marked(link, "ground")[0].attrib
        x, y = float(ground["x"]), float(ground["y"])
        found.append((x, y, x + float(ground["width"]), y + float(ground["height"])))
    return found


@pytest.mark.parametrize("width", [350.0, 960.0])
@pytest.mark.parametrize("count", [1, 7, 40, 95])
def test_every_note_is_a_link_and_none_covers_another(width, count):
    types = list(TYPES)
    nodes = [node(n, types[n % len(types)], n % 3 == 0) for n in range(count)]
    root = read(network(CENTRE, nodes, key="k", width=width))
    placed = boxes(root)
    assert len(placed) == min(count, NODES)
    for place, one in enumerate(placed):
        assert one[3] - one[1] >= 24  # a finger's size
        for other in placed[place + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert not outside(root)
    if count > NODES:
        assert f"{count - NODES} notes more in the list." in texts(root, "muted")


def test_the_same_note_gives_the_same_drawing():
    nodes = [node(n, "mentions", n % 2 == 0) for n in range(12)]
    assert network(CENTRE, nodes, key="k") == network(dict(CENTRE), [dict(one) for one in nodes], key="k")


def test_who_links_here_stands_left_and_what_it_links_to_right():
    root = read(network(CENTRE, [node(1, incoming=True), node(2)], key="k"))
    width, _ = sheet(root)
    left, right = boxes(root)
    assert left[2] < width / 2 < right[0]


def test_each_type_of_link_has_its_class_and_its_words():
    nodes = [node(n, type_) for n, type_ in enumerate(TYPES)]
    root = read(network(CENTRE, nodes, key="k"))
    for type_, (out, _) in TYPES.items():
        assert marked(root, f"link-{type_}")
        assert out in texts(root, "link-type")


def test_links_back_are_named_from_the_other_end():
    root = read(network(CENTRE, [node(1, "contradicts", incoming=True)], key="k"))
    assert texts(root, "link-type") == ["contradicted by"]


def test_an_unknown_type_is_drawn_as_a_mention():
    root = read(network(CENTRE, [node(1, "disproves_of")], key="k"))
    assert texts(root, "link-type") == ["disproves of"]
    assert marked(root, "link-mentions")


@pytest.mark.parametrize(
    ("more", "arrows"), [({}, 1), ({"both": True}, 2), ({"type": "shares"}, 0), ({"incoming": True}, 1)]
)
@pytest.mark.parametrize("width", [350.0, 960.0])
def test_arrows_show_the_way(more, arrows, width):
    root = read(network(CENTRE, [node(1, **more)], key="k", width=width))
    assert len(marked(root, "head")) == arrows


def test_links_between_neighbours_are_drawn_where_both_are_shown():
    nodes = [node(1), node(2), node(3, incoming=True)]
    between = [("n1", "n2", "supports"), ("n1", "n3", "mentions"), ("n1", "gone", "supports"), ("n2", "n2", "supports")]
    root = read(network(CENTRE, nodes, between, key="k"))
    assert len(marked(root, "thin")) == 2


def test_telling_links_survive_the_cut():
    nodes = [node(n, "mentions") for n in range(NODES + 5)] + [node(99, "contradicts")]
    assert chosen(nodes)[0]["id"] == "n99"


def test_a_note_without_links_is_drawn_alone():
    root = read(network(CENTRE, [], key="k"))
    assert not boxes(root)
    assert "No note" in root.find(SVG + "desc").text


def test_it_is_no_image_to_assistants_and_its_words_are_safe():
    drawing = network({**CENTRE, "title": "<b>&"}, [node(1, title='"><script>', href="/n/1")], key="k")
    root = read(drawing)
    assert root.attrib["role"] == "group"
    assert "<script" not in drawing
    assert "style=" not in drawing
