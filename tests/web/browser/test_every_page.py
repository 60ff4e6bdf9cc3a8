"""Every kind of page in a real browser, in both themes, on a desk and on a phone: axe-core finds no serious problem,
nothing scrolls sideways, nothing offends the page's own policy, and no page is heavy.

The kinds of page are the table of routes, so that a new page is looked at without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rackmath.web.bench.share import pack
from rackmath.web.pages import ROUTES, Route
from web import a_brain
from web.browser.conftest import sign_in
from web.browser.shown import Shown

AXE = Path(__file__).resolve().parents[3] / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
MOST = 150_000
"""Bytes of a page that is not compressed, without the style sheets and scripts that every page shares."""
MOST_OF_A_DECISION = 350_000
"""A decision is a whole report: each chart for a desk and for a phone, each with its table, and every input."""
PIECES = ("/file", "/result")
"""Ends of addresses that are no pages of the site: a file to be kept, and what a script puts into a page."""
SCENARIO = pack("title: T\noptions: {a: {title: A, model: tokens.workload_bill}}\nsamples: 500\n")
BROKEN = pack("title: T\noptions: {a: {title: A, model: x.y}}\n")

RENT = a_brain.RENT.removeprefix("note_")
MORE = (
    "/search?q=H100+price", "/search?q=zzzxq", "/search?q=colour%3Ared", "/search?q=zzzxq+hour", "/?as_of=2026-05-03",
    "/tags?order=name", "/q/rental-price?subject=h100-sxm", "/conflicts?quantity=rental-price", "/nothing-here",
    f"/n/{a_brain.GONE.removeprefix('note_')}", f"/n/{a_brain.HOSTILE.removeprefix('note_')}", f"/write/{RENT}?all=1",
    f"/write/{RENT}/figures?q=h100", "/write/new?kind=thesis", "/models?q=zzzxq",
    "/models/tokens.effective_api_price?cache_hit_rate=2&sweep.against=1", f"/scenarios/shared?s={SCENARIO}",
    f"/scenarios/shared?s={BROKEN}", f"/scenarios/build?s={BROKEN}", "/scenarios/build?from=serve-70b-chat",
    "/scenarios/compare?a=frontier-or-open&b=serve-70b-chat",
)  # fmt: skip
"""Kinds of page that no route tells apart: what a query changes, a problem, a retired note."""

ALL = (
    "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
)
LOOK = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'target-size', 'scrollable-region-focusable']}"
"""The rules whose outcome depends on the theme and the width; the others are asked once."""

DESK, PHONE = 1400, 390
FEW = ((DESK, "light", ALL), (PHONE, "dark", LOOK))
THE_REST = ((PHONE, "light", LOOK), (DESK, "dark", LOOK))


def parts_of(route: Route, site: Shown) -> Iterable[Mapping[str, str]]:
    """Return the parts of one or two addresses of a route: the first and the last page that a published site has."""
    if route.every is not None:
        every = list(map(dict, route.every(site.site)))
        assert every, f"{route.pattern}: no such page in the brains that are shown; add one to web.a_brain"
        return [every[0], every[-1]] if every[0] != every[-1] else every[:1]
    (proposal,) = (path for path in (site.folder / "proposals").rglob("wear.*.md"))
    known = {
        "key": RENT,
        "version": "1",
        "slug": "gpu-price",
        "model": "ownership.owned_service",
        "name": "frontier-or-open",
        "rest": proposal.relative_to(site.folder / "proposals").as_posix().removesuffix(".md"),
    }
    names = re.findall(r"\{(\w+)\}", route.pattern)
    assert set(names) <= known.keys(), f"{route.pattern}: say here what its parts are"
    return [{name: known[name] for name in names}]


def addresses(site: Shown, most: int = 2) -> list[str]:
    """Return an address or two of each kind of page."""
    routes = [route for route in ROUTES if not route.pattern.endswith(PIECES)]
    found = [route.path(**parts) for route in routes for parts in list(parts_of(route, site))[:most]]
    return list(dict.fromkeys([*found, *MORE]))


def serious(page: Any, path: str, rules: str) -> list[str]:
    """Return what axe calls serious or critical on the page that is open, and whether it is wider than its window."""
    found = page.evaluate(f"axe.run(document, {rules})")
    told = [
        f"{path}: {each['id']}: {each['help']}: {each['nodes'][0]['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*told, *([f"{path}: scrolls sideways by {extra} px"] if extra > 1 else [])]


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there; tools/browser_tests.sh fetches it")
@pytest.mark.parametrize(
    ("looks", "most"),
    [
        pytest.param(FEW[:1], 1, id="desk"),
        pytest.param(FEW[1:], 1, id="phone"),
        pytest.param(FEW + THE_REST, 2, id="all", marks=pytest.mark.slow),
    ],
)
def test_no_serious_problem_on_any_kind_of_page(
    site: Shown, open_page: Callable[..., Any], looks: Sequence[tuple[int, str, str]], most: int
) -> None:
    axe = AXE.read_text("utf-8")
    found: list[str] = []
    page = open_page(reduced_motion="reduce")
    sign_in(page, site)
    for path in addresses(site, most):
        page.goto(path)
        page.evaluate(axe)
        for width, theme, rules in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            found += serious(page, f"{path} at {width}, {theme}", rules)
    assert found == []


def test_a_reader_gets_light_pages_that_keep_their_policy(site: Shown, open_page: Callable[..., Any]) -> None:
    sizes: dict[str, int] = {}
    page = open_page()
    for path in addresses(site):
        answer = page.goto(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert page.locator("h1").count() == 1, path
        assert page.locator("[style], style, script:not([src]):not([type='application/ld+json'])").count() == 0, path
        sizes[path] = len(answer.body())
    most = {path: MOST_OF_A_DECISION if path.startswith("/scenarios/") else MOST for path in sizes}
    assert {path: size for path, size in sizes.items() if size > most[path]} == {}
