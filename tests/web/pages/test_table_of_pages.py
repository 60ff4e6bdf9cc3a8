import pytest

from rackmath.errors import RackmathError
from rackmath.web import pages
from rackmath.web.pages import Asked, Page, Route, find


def nothing(site, asked, **parts):
    return Page("/", "site/layout.html", "x")


@pytest.mark.parametrize(
    ("pattern", "path", "parts"),
    [
        ("/n/{key}-{slug}", "/n/abc-the-title", {"key": "abc", "slug": "the-title"}),
        ("/n/{key}-{slug}", "/n/abc-", {"key": "abc", "slug": ""}),
        ("/n/{key}-{slug}", "/n/abc", None),
        ("/n/{key}-{slug}", "/n/ABC-x", None),
        ("/n/{key}-{slug}", "/n/a-b/c", None),
        ("/n/{key}@{version}", "/n/abc@12", {"key": "abc", "version": "12"}),
        ("/@{handle}/{kind}", "/@ann/thesis", {"handle": "ann", "kind": "thesis"}),
        ("/src/{citekey}", "/src/a.b:c", {"citekey": "a.b:c"}),
        ("/files/{rest}", "/files/a/b/c", {"rest": "a/b/c"}),
        ("/a.b", "/axb", None),
    ],
)
def test_an_address_is_taken_apart(pattern, path, parts):
    assert Route(pattern, nothing).match(path) == parts


def test_an_address_is_put_together_and_quoted():
    assert Route("/n/{key}-{slug}", nothing).path(key="abc", slug="x") == "/n/abc-x"
    assert Route("/tag/{slug}", nothing).path(slug='a/b?"ü') == "/tag/a%2Fb%3F%22%C3%BC"


@pytest.mark.parametrize(
    ("path", "view", "twin"),
    [
        ("/n/abc-title", "note", ""),
        ("/n/abc-title.json", "note", "json"),
        ("/n/abc-title.md", "note", "md"),
        ("/n/abc@3", "version", ""),
        ("/n/abc/history", "history", ""),
        ("/n/abc/history.csv", "history", "csv"),
        ("/n/abc/diff", "diff", ""),
        ("/src/a.b", "source", ""),
        ("/src/a.b.json", "source", "json"),
        ("/src/a%3Ab", "source", ""),
        ("/src/a/read/0123abcd", "reader", ""),
        ("/fig/fig_1", "figure", ""),
        ("/fig/fig_1/", "figure", ""),
    ],
)
def test_a_request_finds_its_page(path, view, twin):
    found = find(path)
    assert found.route.view.__name__ == view
    assert found.twin == twin


@pytest.mark.parametrize(
    "path", ["/nothing/here", "/n", "/n/a/b/c/d", "/src/", "/n/" + "a" * 3000, "/n/abc/history/.md/x"]
)
def test_other_addresses_are_nobodys(path):
    assert find(path) is None


def test_parts_are_decoded():
    assert find("/src/a%20b").parts == {"citekey": "a b"}


def test_every_pattern_is_there_once():
    patterns = [route.pattern for route in pages.ROUTES]
    assert len(patterns) == len(set(patterns))


def test_twins_of_a_page():
    page = Page("/n/a-b", "t", "T", markdown="x")
    assert [page.twin(kind) for kind in ("json", "md", "csv", "exe")] == ["/n/a-b.json", "/n/a-b.md", "", ""]
    assert Page("/", "t", "T", rows=[]).twin("csv") == "/index.csv"


def test_what_was_asked():
    asked = Asked(params={"q": "x", "kind": "a"}, lists={"kind": ("a", "b")})
    assert asked.get("q") == "x"
    assert asked.get("page") == ""
    assert asked.all("kind") == ("a", "b")
    assert asked.all("q") == ["x"]
    assert asked.all("none") == []


def test_an_unknown_name_of_the_package_is_an_error():
    with pytest.raises(AttributeError):
        _ = pages.nowhere
    assert issubclass(pages.NotFound, RackmathError)
