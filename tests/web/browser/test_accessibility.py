"""axe-core finds no serious problem on any kind of page, light or dark, wide or on a phone; none scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from web.browser.shown import AXE, Shown, browsing, shown

pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there; tools/browser_tests.sh fetches it")

LOOKS = [("light", 1400), ("dark", 1400), ("light", 390), ("dark", 390)]
ALL = (
    "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
)
LOOK = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'target-size', 'scrollable-region-focusable']}"
"""The rules whose outcome depends on the theme and the width; the others are asked once."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with shown(tmp_path_factory.mktemp("brains")) as found:
        yield found


def kinds_of_page(site: Shown) -> list[str]:
    """Return one address, or a few, of each kind of page."""
    own, sample = (library.notes() for library in site.site.libraries)
    thesis = next(card for card in own if card.kind == "thesis" and card.figures)
    reading = next(card for card in sample if card.citations)
    argued = next(card for card in sample if site.site.references(card.id))
    figure = site.site.figures(note_id=thesis.id)[0]
    pages = ["/", "/contributors", "/@rackmath", "/@rackmath/reading", "/tags", f"/tag/{thesis.tags[0]}", "/sources"]
    pages += [f"/src/{figure.source}", "/q", f"/q/{figure.quantity}", f"/fig/{figure.id}", "/conflicts", "/changes"]
    pages += ["/corrections", "/attention", "/about", "/feeds", "/search", "/search?q=H100+price", "/search?q=zzzxq"]
    pages += ["/search?q=colour%3Ared", thesis.href, reading.href, argued.href, f"/n/{thesis.key}/history"]
    pages += [f"/n/{reading.key}@1", f"/n/{thesis.key}/links", f"/n/{reading.key}/diff", "/in", "/nothing-here"]
    return pages


def signed_in_pages(site: Shown) -> list[str]:
    """Return the pages that only a contributor sees."""
    note = next(card for card in site.site.libraries[0].notes() if card.kind == "thesis")
    return ["/write/new", f"/write/{note.key}", f"/write/{note.key}/figures", "/review", "/proposals", note.href]


def problems(page: Any, address: str, rules: str) -> list[str]:
    """Return what axe calls serious or critical on a page, and whether the page is wider than its window."""
    page.goto(address)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(f"axe.run(document, {rules})")
    path = re.sub(r"^https?://[^/]+", "", address)
    told = [
        f"{path}: {each['id']}: {each['help']}: {each['nodes'][0]['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*told, *([f"{path}: scrolls sideways by {extra} px"] if extra > 1 else [])]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_no_serious_problem_on_any_kind_of_page(site: Shown, theme: str, width: int) -> None:
    rules = ALL if (theme, width) == LOOKS[0] else LOOK
    found: list[str] = []
    with browsing(color_scheme=theme, viewport={"width": width, "height": 900}) as page:
        for path in kinds_of_page(site):
            found += problems(page, site.address + path, rules)
        page.goto(f"{site.address}/in")
        page.fill("input[name=token]", site.token)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: not address.endswith("/in"))
        for path in signed_in_pages(site):
            found += problems(page, site.address + path, rules)
    assert found == []


def test_no_page_breaks_its_own_policy(site: Shown) -> None:
    said: list[str] = []
    with browsing() as page:
        page.on("console", lambda line: said.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        for path in kinds_of_page(site):
            page.goto(site.address + path)
    expected = re.compile(r"Failed to load resource.*(404|400)")
    assert [line for line in said if not expected.search(line)] == []


def test_pages_are_light(site: Shown) -> None:
    sizes: dict[str, int] = {}
    with browsing() as page:
        for path in kinds_of_page(site):
            answer = page.goto(site.address + path)
            sizes[path] = len(answer.body())
    assert {path: size for path, size in sizes.items() if size > 150_000} == {}
