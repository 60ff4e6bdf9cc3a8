"""The whole path of a reader in a real browser: find, read, follow a number to its sentence, look back, and go on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from web import a_brain
from web.browser.shown import Shown

RENT = f"/n/{a_brain.RENT.removeprefix('note_')}"


def test_from_a_question_to_the_sentence_of_a_number_and_back(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/")
    page.locator("main input[name=q]").fill("the hour got cheaper")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert page.locator("main mark").count()
    page.get_by_role("link", name="The hour got cheaper").first.click()
    page.wait_for_url("**/n/**")
    chip, tip = page.locator("main a.fig").first, page.locator(".chip .tip").first
    assert not tip.is_visible()
    chip.hover()
    tip.wait_for()
    for words in ("$1.70", "May 2026", "Example Research", "The median price of an H100 hour was $1.70/hr"):
        assert words in tip.inner_text()
    tip.hover()  # it stays while pointed at
    assert tip.is_visible()
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    page.mouse.move(0, 0)
    chip.focus()
    tip.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/fig/**")
    page.locator("main a[href*='/src/survey-2026']").first.click()
    page.wait_for_url("**/src/**")
    page.locator("main a[href*='/read/']").first.click()
    page.wait_for_url("**/read/**")
    assert "The median price of an H100 hour was $1.70/hr" in page.locator("mark.hit").inner_text()
    assert "We asked 40 sellers" not in page.inner_text("main")  # the text belongs to its publisher
    page.locator(".claims a").first.click()
    page.wait_for_url("**/n/**")
    assert page.locator("h1").inner_text() == "The hour got cheaper"
    for _ in range(4):
        page.go_back()
    page.wait_for_url("**/n/**")


def test_a_tap_opens_a_chip_and_a_second_one_follows_it(open_page: Callable[..., Any]) -> None:
    page = open_page(width=390, has_touch=True, is_mobile=True)
    page.goto(RENT)
    chip, tip = page.locator("main a.fig").first, page.locator(".chip .tip").first
    chip.tap()
    tip.wait_for()
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert "/n/" in page.url
    chip.tap()
    page.wait_for_url("**/fig/**")


def test_a_phone_and_a_desk_show_the_notes_where_they_fit(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto(RENT)
    beside = page.locator(".prose .side").first
    text = page.locator(".prose > p").first
    assert beside.is_visible()
    assert beside.bounding_box()["x"] > text.bounding_box()["x"] + text.bounding_box()["width"]
    page.set_viewport_size({"width": 390, "height": 900})
    assert not beside.is_visible()
    assert page.locator(".footnotes li").first.is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_search_works_with_and_without_script(open_page: Callable[..., Any], script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/tags")
    page.locator("header input[name=q]").fill('"useful life"')
    page.locator("header form button").first.click()
    page.wait_for_url("**/search?**")
    assert page.locator("main mark").count() > 0
    page.goto("/search?q=zzzxq")
    assert "No note here answers this." in page.inner_text("main")


def test_without_script_all_of_a_note_is_there(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(RENT)
    page.locator("main a.fig").first.focus()
    assert "Example Research" in page.locator(".chip .tip").first.inner_text()
    page.locator("main a[href$='/history']").last.click()
    page.get_by_role("button", name="Show what changed").click()
    assert page.locator("del").count()
    assert page.locator("ins").count()


def test_the_keyboard_alone_is_enough(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/@rackmath/thesis")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    focus = "document.activeElement.textContent"
    titles = page.locator("main .card-title a").all_inner_texts()
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        assert page.evaluate(focus) == titles[place]
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"  # the focus can be seen
    page.keyboard.press("Enter")
    page.wait_for_url("**/n/**")
    page.keyboard.press("d")
    page.wait_for_url("**/history")
    page.goto(RENT)
    page.keyboard.press("b")
    assert page.evaluate("!!document.activeElement.closest('.part:has(#backlinks)')")
    for keys, address in (("gh", "/"), ("gn", "/changes"), ("gs", "/sources"), ("gc", "/conflicts")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(f"**{address}")


def test_the_permalink_is_copied(open_page: Callable[..., Any], site: Shown) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(RENT)
    page.keyboard.press("y")
    page.locator(".toast").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(f"{site.address}{RENT}@") + "[0-9a-f]+", copied)
    page.goto(copied)
    assert page.locator("h1").inner_text() == "The hour got cheaper"


def test_the_search_dialog_is_modal_and_closes_with_one_escape(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/contributors")
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    box.fill("depreciation life")
    page.locator("dialog[open] [role=option]").first.wait_for()
    assert "note" in page.locator("dialog[open] [role=status]").inner_text()
    for _ in range(6):  # nothing behind it takes the focus
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    page.until("!document.querySelector('dialog[open]') && !document.activeElement.closest('dialog')")
    page.keyboard.press("/")
    box.fill("depreciation life")
    page.until("document.querySelectorAll('dialog[open] [role=option]').length > 0")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == page.locator(
        "[role=option][aria-selected=true]"
    ).get_attribute("id")
    box.press("Enter")
    page.wait_for_url("**/n/**")


def test_enter_in_the_search_dialog_opens_all_results_unless_one_is_chosen(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/about")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    box.fill("survey")
    page.locator("dialog[open] [role=option]").first.wait_for()
    assert page.locator("dialog[open] [aria-selected=true]").count() == 0
    box.press("Enter")
    page.wait_for_url("**/search?q=survey")


def test_help_lists_the_keys_and_switches_single_letters_off(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/about")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard")
    assert "next, previous" in help_.inner_text()
    page.get_by_label("Single letters act").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("/")
    assert not page.locator("dialog[open]").count()
    page.keyboard.press("Control+k")
    assert page.locator("dialog[open]").count() == 1


def test_colours_are_remembered_and_set_before_the_first_paint(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/about")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name=re.compile("Colours")).click()
    dark = page.evaluate(ground)
    assert dark != light
    page.add_init_script(
        "new MutationObserver((_, me) => { if (document.body) {"
        " window.atBody = document.documentElement.dataset.theme; me.disconnect(); } })"
        ".observe(document, {childList: true, subtree: true});"
    )
    page.goto("/contributors")
    assert page.evaluate("window.atBody") == "dark"
    assert page.evaluate(ground) == dark


def test_nothing_moves_for_who_wants_less_motion(open_page: Callable[..., Any]) -> None:
    page = open_page(reduced_motion="reduce")
    moving = "document.getAnimations().length + [...document.querySelectorAll('*')].filter((each) => { const style ="
    moving += " getComputedStyle(each); return style.animationName !== 'none' || style.scrollBehavior === 'smooth' })"
    for path in ("/", RENT, f"{RENT}/links", "/q/rental-price"):
        page.goto(path)
        assert page.evaluate(f"{moving}.length") == 0, path


def test_paper_shows_the_text_and_its_sources_and_no_controls(open_page: Callable[..., Any]) -> None:
    page = open_page(theme="dark")
    page.goto(RENT)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()") == "#fff"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    for hidden in (".nav", ".find", ".foot", ".tip", ".theme"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".footnotes li").first.is_visible()
    assert len(page.pdf(format="A4")) > 10_000


def test_every_link_of_the_main_pages_leads_somewhere(open_page: Callable[..., Any], site: Shown) -> None:
    page = open_page(java_script_enabled=False)
    wanted: set[str] = set()
    for path in ("/", "/contributors", "/@rackmath", "/tags", "/q", "/sources", "/changes", "/about", RENT):
        page.goto(path)
        hrefs = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        wanted |= {href.partition("#")[0] for href in hrefs if href.startswith(site.address)}
    answers = {href: page.request.get(href).status for href in sorted(wanted)[:250]}
    assert {href: status for href, status in answers.items() if status >= 400} == {}
