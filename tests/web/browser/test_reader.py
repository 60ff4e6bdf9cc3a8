"""The whole path of a reader, in a real browser: find, read, follow a number to its source, look back, and go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from web.browser.shown import Shown, browsing, shown


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with shown(tmp_path_factory.mktemp("brains")) as found:
        yield found


def test_from_a_question_to_the_source_of_a_number(site: Shown) -> None:
    with browsing(viewport={"width": 1400, "height": 900}) as page:
        page.goto(site.address)
        page.fill("main input[name=q]", "rental price that may rise")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        page.get_by_role("link", name="A rental price that may rise breaks every crossover").first.click()
        page.wait_for_url("**/n/**")
        assert page.locator("h1").inner_text().startswith("A rental price that may rise")
        chip = page.locator("main a.fig").first
        chip.focus()
        page.locator(".chip:focus-within .tip").wait_for()
        chip.click()
        page.wait_for_url("**/fig/**")
        page.locator("main a[href*='/src/']").first.click()
        page.wait_for_url("**/src/**")
        page.locator("main a[href*='/n/']").first.click()
        page.wait_for_url("**/n/**")


@pytest.mark.parametrize("script", [True, False])
def test_search_works_with_and_without_script(site: Shown, script: bool) -> None:
    with browsing(java_script_enabled=script) as page:
        page.goto(f"{site.address}/tags")
        page.fill("header input[name=q]", '"useful life"')
        page.locator("header form button").first.click()
        page.wait_for_url("**/search?**")
        assert page.locator("main mark").count() > 0


def test_keyboard_alone(site: Shown) -> None:
    with browsing() as page:
        page.goto(site.address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
        page.keyboard.press("Escape")
        page.goto(f"{site.address}/contributors")
        page.keyboard.press("/")
        dialog = page.get_by_role("dialog")
        dialog.wait_for()
        page.keyboard.type("depreciation life")
        page.locator("dialog [role=option]").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/n/**")
        page.keyboard.press("/")
        dialog.wait_for()
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")


def test_theme_is_remembered_without_a_flash(site: Shown) -> None:
    with browsing(color_scheme="light") as page:
        page.goto(site.address)
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("header button[data-theme-switch], header [data-theme-switch]").first.click()
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert dark != light
        page.goto(f"{site.address}/about")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_every_link_of_the_main_pages_leads_somewhere(site: Shown) -> None:
    with browsing() as page:
        wanted: set[str] = set()
        for path in ("/", "/contributors", "/@rackmath", "/tags", "/q", "/sources", "/changes", "/about"):
            page.goto(site.address + path)
            hrefs = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
            wanted |= {href.partition("#")[0] for href in hrefs if href.startswith(site.address)}
        answers = {href: page.request.get(href).status for href in sorted(wanted)[:250]}
        assert {href: status for href, status in answers.items() if status >= 400} == {}
