from rackmath.web.charts.identity import SLOTS, hatch, hatches, identities, swatch, who
from web.drawing import SVG, marked, read


def test_each_option_keeps_one_look_and_the_ninth_starts_again():
    known = identities([{"id": f"o{place}", "title": f"Option {place}"} for place in range(9)])
    assert [look.slot for look in known.values()] == [1, 2, 3, 4, 5, 6, 7, 8, 1]
    assert known["o3"].name == "Option 3"
    assert who(known, "stranger") == ("stranger", SLOTS)


def test_an_option_without_a_title_is_called_by_its_id():
    assert identities([{"id": "api", "title": ""}])["api"].name == "api"


def test_every_look_differs_in_more_than_colour():
    root = read(f'<svg xmlns="http://www.w3.org/2000/svg">{hatches("k", range(1, SLOTS + 1))}</svg>')
    drawings = []
    for pattern in root.iter(SVG + "pattern"):
        path = pattern.find(SVG + "path")
        drawings.append("" if path is None else path.attrib["d"])
    assert len(drawings) == SLOTS
    assert len(set(drawings)) == SLOTS


def test_patterns_are_named_after_their_chart():
    root = read(f'<svg xmlns="http://www.w3.org/2000/svg">{hatches("k", [2, 2], neutral=True)}</svg>')
    assert [item.attrib["id"] for item in root.iter(SVG + "pattern")] == ["k-h2", "k-h0"]
    assert hatch("k", 2) == "url(#k-h2)"


def test_a_swatch_is_decoration():
    root = read(swatch(identities([{"id": "a"}])["a"], "sw"))
    assert root.attrib["aria-hidden"] == "true"
    assert marked(root, "edge")[0].attrib["fill"] == "url(#sw-h1)"
