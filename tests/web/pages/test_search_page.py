import datetime
import json
from types import SimpleNamespace

import pytest

from brain.made_vaults import make_brain, note
from rackmath.brain.find import Facet, Hit
from rackmath.brain.query import read_query
from rackmath.brain.site import Site
from rackmath.web.found import matching_figures, search_site
from rackmath.web.pages import Asked, find
from rackmath.web.pages.search import pieces, strength, toggled
from rackmath.web.site_render import render_page
from web.a_brain import RENT, make_site
from web.pages.test_note_pages import Whole

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return make_site(tmp_path_factory.mktemp("brain") / "ann")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Two brains: bricks in one, wood in the other, and one note that both have."""
    folder = tmp_path_factory.mktemp("brains")
    one, other = make_brain(folder / "one"), make_brain(folder / "other")
    note(one, "brick-walls", "A wall of brick keeps the heat. Bricks are fired.", tags=["walls"])
    note(other, "wooden-walls", "A wall of wood is light. Timber burns.", tags=["walls"], contributors=["bob"])
    for root in (one, other):
        note(root, "roofs", "A roof of slate keeps the rain out.")
    for number in range(30):
        note(one, f"filler-{number}", f"Words about number {number} and nothing else of note.", kind="reading")
    return Site([one, other])


def page(site, text, **params):
    found = find("/search")
    return found.route.view(site, Asked(today=TODAY, params={"q": text, **params}), **found.parts)


def shown(site, text, **params):
    asked = Asked(today=TODAY, params={"q": text, **params})
    return Whole(render_page(page(site, text, **params), asked))


def test_a_search_finds_notes_says_why_and_marks_words(site):
    data = page(site, "spot market price of an hour").data
    first = data["hits"][0]
    assert first["note"]["id"] == RENT
    assert first["why"]
    assert any(piece["mark"] for piece in first["passage"])
    assert 0 <= first["score"] <= 1
    json.dumps(data)


def test_a_hit_shows_the_figures_that_the_query_speaks_of(site):
    first = page(site, "H100 rental price").data["hits"][0]
    assert first["figures"]
    assert all("rental" in figure["words"].casefold() or "rent" in figure["words"] for figure in first["figures"])
    numbers = page(site, "$1.70").data["hits"][0]
    assert "$1.70" in numbers["figures"][0]["words"]


def test_figures_of_other_things_are_not_shown(site):
    library = site.libraries[0]
    hit = SimpleNamespace(id=RENT)
    assert matching_figures(library, hit, read_query("dogs and cats"), {}) == []


def test_an_empty_search_explains_what_can_be_typed(site):
    whole = shown(site, "")
    assert [attrs for attrs in whole.all("details") if "open" in attrs]
    assert "kind:thesis" in whole.text


def test_no_good_answer_is_said_plainly(site):
    it = page(site, "recipes for sourdough bread")
    assert not it.data["answered"]
    assert "No note here answers this" in shown(site, "recipes for sourdough bread").text


def test_a_query_that_cannot_be_understood_is_one_line(site):
    it = page(site, "colour:red")
    assert it.data["problem"].startswith("There is no filter 'colour'")
    assert it.data["hits"] == []
    assert shown(site, "colour:red").all("p", role="alert")


def test_hostile_queries_stay_words(site):
    for text in ('"><script>alert(1)</script>', "' OR 1=1 --", "NEAR(a b)", "a" * 5000, "(((", '"', "kind:", "*" * 50):
        html = render_page(page(site, text), Asked(today=TODAY, params={"q": text}))
        assert "<script>alert" not in html


def test_a_day_in_the_query_leads_to_the_search_of_that_day(site):
    then = page(site, "price as-of:2026-04").data["then"]
    assert then == {"day": "2026-04-30", "href": "/search?as_of=2026-04-30&q=price"}
    assert page(site, "price").data["then"] is None


def test_leafing_stays_within_what_was_found(both):
    first, second = (page(both, "words number", page=number).data for number in ("1", "2"))
    assert first["list"]["pages"] == 3
    ids = [hit["note"]["id"] for data in (first, second) for hit in data["hits"]]
    assert len(ids) == len(set(ids)) == 20
    assert page(both, "words number", page="999").data["hits"] == []
    assert "page=3" in second["list"]["after"]


def test_brains_are_searched_together(both):
    answer = search_site(both, "walls", limit=10)
    assert {hit.id for _, hit in answer.hits[:2]} == {"note_brick-walls", "note_wooden-walls"}
    assert [hit.score for _, hit in answer.hits] == sorted((hit.score for _, hit in answer.hits), reverse=True)
    assert Facet("walls", 2) in answer.facets["tag"]
    assert {facet.value for facet in answer.facets["by"]} == {"ann", "bob"}


def test_a_note_that_two_brains_have_is_one_hit(both):
    found = [hit.id for _, hit in search_site(both, "slate roof", limit=10).hits]
    assert found[0] == "note_roofs"
    assert len(found) == len(set(found))


def test_a_word_that_one_brain_holds_is_not_corrected(both):
    assert search_site(both, "timber", limit=5).corrected == {}


def test_facets_put_filters_on_and_take_them_off(site):
    data = page(site, "price").data
    for facet in data["facets"]:
        for value in facet["values"]:
            assert not value["chosen"]
            narrowed = page(site, f"price {facet['facet']}:{value['value']}").data
            assert narrowed["problem"] == ""
            assert narrowed["total"] == value["count"]
            (same,) = [
                one for group in narrowed["facets"] if group["facet"] == facet["facet"] for one in group["values"]
                if one["value"] == value["value"]
            ]  # fmt: skip
            assert same["chosen"]
            assert same["href"] == "/search?q=price"


@pytest.mark.parametrize(
    ("text", "name", "value", "after"),
    [
        ("price", "kind", "thesis", "price kind:thesis"),
        ("price kind:thesis", "kind", "thesis", "price"),
        ("price KIND:Thesis", "kind", "thesis", "price"),
        ('"a b" price', "tag", "two words", '"a b" price tag:"two words"'),
        ('price tag:"two words" x', "tag", "two words", "price x"),
        ("price -kind:thesis", "kind", "thesis", "price -kind:thesis kind:thesis"),
    ],
)
def test_a_filter_is_toggled(text, name, value, after):
    assert toggled(text, name, value) == after


def test_a_text_is_cut_at_its_marks():
    assert pieces("abcdef", [(1, 2), (4, 6)]) == [
        {"text": "a", "mark": False},
        {"text": "b", "mark": True},
        {"text": "cd", "mark": False},
        {"text": "ef", "mark": True},
    ]
    assert pieces("abc", [(2, 1), (0, 9), (1, 2)])[1] == {"text": "b", "mark": True}
    assert pieces("", []) == []


def test_strength_is_said_in_words():
    assert [strength(0.9, good=True), strength(0.6, good=True), strength(0.45, good=True)] == [
        "strong match",
        "good match",
        "likely match",
    ]
    assert strength(0.9, good=False) == "comes near"


def test_hits_are_what_the_search_gives(both):
    assert all(isinstance(hit, Hit) for _, hit in search_site(both, "walls", limit=3).hits)
