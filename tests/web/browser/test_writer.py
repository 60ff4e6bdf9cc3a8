"""The way of a writer in a real browser: keys, pickers, live preview, and text that is not lost."""

import re

import pytest

pytestmark = pytest.mark.slow

KEY = "01m82ged1jt37j93cb6x340tfv"
OTHER = "01m82ged1k9t012gf6wm18xqkd"


@pytest.fixture
def writer(open_page, sign_in):
    page = open_page()
    sign_in(page)
    return page


def test_a_note_is_written_with_the_keyboard_alone(writer, brain):
    writer.goto("/write/new")
    writer.get_by_label("Title").fill("Typed by hand")
    writer.keyboard.press("Tab")
    writer.keyboard.press("Tab")
    writer.keyboard.press("Tab")  # Tab leaves each field: the next is the text
    assert writer.evaluate("document.activeElement.id") == "body"
    writer.keyboard.type("Some *soft* words")
    writer.wait_for_selector("#preview-text em")
    assert writer.inner_text("#preview-text em") == "soft"
    writer.keyboard.press("Control+s")
    writer.wait_for_selector("[data-said]")
    assert re.search(r"/write/[0-9a-z]{26}$", writer.url)
    assert "Some *soft* words" in (brain / "notes/observation/typed-by-hand.md").read_text()
    assert writer.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length") == 0


def test_the_preview_runs_nothing(writer):
    writer.goto(f"/write/{KEY}")
    writer.evaluate("() => { window.harmed = false; window.alert = () => { window.harmed = true; }; }")
    text = "<img src=x onerror=alert(1)> <script>alert(1)</script> [x](javascript:alert(1)) <svg/onload=alert(1)>"
    writer.get_by_label("Text, in Markdown").fill(text)
    writer.until("document.getElementById('preview-text').textContent.includes('onerror')")
    assert writer.evaluate("window.harmed") is False
    assert writer.locator("#preview-text script, #preview-text img, #preview-text svg").count() == 0


def test_a_source_and_a_figure_are_picked(writer):
    writer.goto(f"/write/{KEY}")
    area = writer.get_by_label("Text, in Markdown")
    area.fill("It costs much")
    area.press("End")
    area.press("Control+k")
    box = writer.get_by_role("combobox", name="Put in a figure or a source")
    assert box.evaluate("each => each === document.activeElement")
    box.fill("yearbook")
    writer.until("document.querySelectorAll('dialog[open] [role=option]').length === 1")
    assert writer.locator("[role=option][aria-selected=true]").get_attribute("id") == box.get_attribute(
        "aria-activedescendant"
    )
    box.press("Enter")
    assert area.input_value() == "It costs much[^1]\n\n[^1]: @a-source\n"
    area.press("Control+k")
    box.fill("h100")
    box.press("Enter")  # before the answer is there
    writer.until("!document.querySelector('dialog[open]')")
    assert "It costs much[^1][[fig:fig_01m82frzdhfcw86egx0hzfssv2|2.50]]" in area.input_value()
    area.press("Control+k")
    box.press("Escape")
    assert not writer.locator("dialog[open]").count()
    assert area.evaluate("each => each === document.activeElement")


def test_what_was_not_saved_is_offered_again(writer):
    writer.goto(f"/write/{KEY}")
    writer.get_by_label("Text, in Markdown").fill("Not saved yet")
    writer.until("Object.keys(localStorage).some(key => key.startsWith('draft:'))")
    writer.on("dialog", lambda asked: asked.accept())
    writer.goto("/in")
    writer.goto(f"/write/{KEY}")
    assert writer.get_by_label("Text, in Markdown").input_value() != "Not saved yet"
    writer.get_by_role("button", name="Take it back up").click()
    assert writer.get_by_label("Text, in Markdown").input_value() == "Not saved yet"


def test_leaving_unsaved_text_is_asked_about(writer):
    asked = []
    writer.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writer.goto(f"/write/{KEY}")
    writer.get_by_label("Title").click()
    writer.keyboard.type("More")
    writer.goto("/in")
    assert asked == ["beforeunload"]


def test_a_conflict_is_merged(writer, brain):
    writer.goto(f"/write/{OTHER}")
    path = brain / "notes/observation/three.md"
    path.write_text(path.read_text().replace("First", "From outside: first"))
    writer.get_by_label("Text, in Markdown").fill("First, mine.\n\nSecond.")
    writer.get_by_role("button", name="Save the change").click()
    writer.wait_for_url("**/proposals/**")
    area = writer.get_by_label("Merged text")
    assert "<<<<<<<" in area.input_value()
    area.fill(re.sub(r"<<<<<<<.*?>>>>>>> theirs\n", "Both of us.\n", area.input_value(), flags=re.DOTALL))
    writer.get_by_role("button", name="Save the merged text").click()
    writer.wait_for_selector("[data-said]")
    assert "Both of us." in path.read_text()


def test_all_of_it_works_without_scripts(open_page, sign_in, brain):
    page = open_page(java_script_enabled=False)
    sign_in(page)
    page.goto("/write/new")
    page.get_by_label("Title").fill("Plain")
    page.get_by_label("Text, in Markdown").fill("Plain *words*")
    page.get_by_role("button", name="Preview").last.click()
    assert page.locator("#preview-text em").inner_text() == "words"
    page.get_by_role("button", name="Publish").click()
    assert "Published." in page.locator("[data-said]").inner_text()
    assert "Plain *words*" in (brain / "notes/observation/plain.md").read_text()
    page.goto(f"/write/{KEY}/figures?q=h100")
    assert "[[fig:fig_01m82frzdhfcw86egx0hzfssv2|2.50]]" in page.inner_text("main")


def test_the_search_dialog_is_for_the_keyboard(open_page):
    page = open_page()
    page.goto("/about")
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    assert box.evaluate("each => each === document.activeElement")
    box.fill("paragraph")
    page.wait_for_selector("dialog[open] [role=option]")
    assert "note" in page.locator("dialog[open] [role=status]").inner_text()
    for _ in range(6):  # the dialog is modal: nothing behind it takes the focus
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    box.focus()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/n/**")


def test_single_letters_can_be_switched_off(open_page):
    page = open_page()
    page.goto("/about")
    page.keyboard.press("?")
    page.get_by_label("Single letters act").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("/")
    assert not page.locator("dialog[open]").count()
    page.keyboard.press("Control+k")
    assert page.locator("dialog[open]").count() == 1


def test_colours_are_remembered_and_set_before_the_first_paint(open_page):
    page = open_page(color_scheme="light")
    page.goto("/about")
    page.get_by_role("button", name=re.compile("Colours")).click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.add_init_script(
        "new MutationObserver((_, me) => { if (document.body) {"
        " window.atBody = document.documentElement.dataset.theme; me.disconnect(); } })"
        ".observe(document, {childList: true, subtree: true});"
    )
    page.goto("/about")
    assert page.evaluate("window.atBody") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("width", [1400, 390])
def test_the_writing_pages_fit(open_page, sign_in, width):
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page)
    for path in (
        "/in",
        "/write/new",
        f"/write/{KEY}",
        f"/write/{KEY}/figure",
        f"/write/{KEY}/figures",
        "/review",
        "/proposals",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path


def test_enter_in_the_search_dialog_opens_all_results_unless_one_is_chosen(open_page):
    page = open_page()
    page.goto("/about")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    box.fill("paragraph")
    page.wait_for_selector("dialog[open] [role=option]")
    assert page.locator("dialog[open] [aria-selected=true]").count() == 0
    box.press("Enter")
    page.wait_for_url("**/search?q=paragraph")
