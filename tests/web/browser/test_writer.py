"""The way of a writer in a real browser: sign in, write, pick, preview, save, meet a conflict, publish, put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from web import a_brain
from web.browser.conftest import sign_in
from web.browser.shown import Shown

TEXT = "Text, in Markdown"


def test_a_note_from_the_first_word_to_its_correction(writer: Any, site: Shown) -> None:
    writer.goto("/write/new")
    writer.get_by_label("Title").fill("Typed by hand")
    for _ in range(3):  # Tab leaves each field; the fourth is the text
        writer.keyboard.press("Tab")
    assert writer.evaluate("document.activeElement.id") == "body"
    writer.keyboard.type("Some *soft* words cost ")
    writer.keyboard.press("Control+k")  # a figure, by the picker
    box = writer.get_by_role("combobox", name="Put in a figure or a source")
    box.fill("nvidia h100 spot 1.70")
    writer.until("document.querySelectorAll('dialog[open] [role=option]').length === 1")
    box.press("Enter")
    area = writer.get_by_label(TEXT)
    assert area.input_value() == f"Some *soft* words cost [[fig:{a_brain.SPOT}|$1.70/hr]]"
    writer.locator("#preview-text .fig").wait_for()  # what is typed is shown beside
    assert writer.inner_text("#preview-text em") == "soft"
    writer.keyboard.press("Control+s")
    writer.locator("[data-said]").wait_for()
    assert re.search(r"/write/[0-9a-z]{26}$", writer.url)
    path = site.folder / "notes/observation/typed-by-hand.md"
    assert "Some *soft* words" in path.read_text("utf-8")
    assert writer.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length") == 0
    edit = writer.url

    path.write_text(path.read_text("utf-8").replace("Some *soft*", "Many *soft*"), "utf-8")  # another editor is faster
    area.fill("All *soft* words cost nothing.")
    writer.get_by_role("button", name="Save", exact=False).first.click()
    writer.wait_for_url("**/proposals/**")
    merged = writer.get_by_label("Merged text")
    assert "Many *soft*" in merged.input_value()
    assert "All *soft*" in merged.input_value()
    both = re.sub(r"<<<<<<<.*?>>>>>>> theirs\n", "Both *soft*.\n", merged.input_value(), flags=re.DOTALL)
    merged.fill(both)
    writer.get_by_role("button", name="Save the merged text").click()
    writer.locator("[data-said]").wait_for()
    assert "Both *soft*." in path.read_text("utf-8")

    writer.goto(edit)
    writer.get_by_role("button", name="Publish").click()
    writer.locator("[data-said]").wait_for()
    assert "Published." in writer.inner_text("[data-said]")
    writer.goto(edit)
    writer.get_by_label(TEXT).fill("Neither is *soft*.")
    writer.get_by_label("What kind of change").select_option("correction")
    writer.get_by_label("What changed, for the history").fill("it was misread")
    writer.get_by_role("button", name="Save the change").click()
    writer.locator("[data-said]").wait_for()

    writer.goto("/corrections")
    assert "Typed by hand" in writer.inner_text("main")
    assert "it was misread" in writer.inner_text("main")
    writer.goto(edit.replace("/write/", "/n/") + "/history")
    writer.locator(".versions a", has_text="what changed").first.click()
    writer.wait_for_url("**/diff?**")
    assert "Both" in " ".join(writer.locator("del").all_inner_texts())
    assert "Neither" in " ".join(writer.locator("ins").all_inner_texts())


def test_the_same_path_without_scripts(open_page: Callable[..., Any], site: Shown) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, site)
    page.goto("/write/new")
    page.get_by_label("Title").fill("Plain")
    page.get_by_label(TEXT).fill("Plain *words*")
    page.get_by_role("button", name="Preview").last.click()
    assert page.locator("#preview-text em").inner_text() == "words"
    page.get_by_role("button", name="Publish").click()
    assert "Published." in page.locator("[data-said]").inner_text()
    path = site.folder / "notes/observation/plain.md"
    assert "Plain *words*" in path.read_text("utf-8")
    page.locator("main a[href^='/write/']").first.click()
    page.get_by_role("link", name="Figures and sources to cite").click()
    page.get_by_label("Words, such as h100 price").fill("nvidia h100 spot 1.70")
    page.get_by_role("button", name="Find").click()
    assert f"[[fig:{a_brain.SPOT}|$1.70/hr]]" in page.inner_text("main")
    page.go_back()
    page.go_back()
    page.get_by_label(TEXT).fill("Plain *mine*")
    path.write_text(path.read_text("utf-8").replace("Plain *words*", "Plain *theirs*"), "utf-8")
    page.get_by_role("button", name="Save the change").click()
    assert "/proposals/" in page.url
    page.get_by_label("Merged text").fill(path.read_text("utf-8").replace("theirs", "of us both"))
    page.get_by_role("button", name="Save the merged text").click()
    assert "Plain *of us both*" in path.read_text("utf-8")


def test_a_note_that_a_rule_holds_back_waits_for_its_reviewer(open_page: Callable[..., Any], site: Shown) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto("/write/new")
    page.get_by_label("Title").fill("Of a second filing")
    page.get_by_label("Tags").fill("filing")
    page.get_by_label(TEXT).fill("It is quoted.")
    page.get_by_role("button", name="Publish").click()
    page.locator("[data-said]").wait_for()
    assert "bo" in page.inner_text("[data-said]")
    page.goto("/review")
    assert "Of a second filing" in page.inner_text("main")
    reader = open_page()
    for path in ("/", "/attention", "/search?q=%22second+filing%22"):
        reader.goto(path)
        assert "second filing" not in reader.inner_text("main").replace('"second filing"', ""), path


def test_the_preview_runs_nothing(writer: Any, site: Shown) -> None:
    key, _ = site.note("Hostile preview")
    writer.goto(f"/write/{key}")
    writer.evaluate("() => { window.harmed = false; window.alert = () => { window.harmed = true; }; }")
    text = "<img src=x onerror=alert(1)> <script>alert(1)</script> [x](javascript:alert(1)) <svg/onload=alert(1)>"
    writer.get_by_label(TEXT).fill(text)
    writer.until("document.getElementById('preview-text').textContent.includes('onerror')")
    assert writer.evaluate("window.harmed") is False
    assert writer.locator("#preview-text script, #preview-text img, #preview-text svg").count() == 0


def test_a_source_is_cited_and_esc_gives_the_text_back(writer: Any, site: Shown) -> None:
    key, _ = site.note("Picked")
    writer.goto(f"/write/{key}")
    area = writer.get_by_label(TEXT)
    area.fill("It costs much")
    area.press("End")
    area.press("Control+k")
    box = writer.get_by_role("combobox", name="Put in a figure or a source")
    assert box.evaluate("each => each === document.activeElement")
    box.fill("the survey, retold")
    writer.until("document.querySelectorAll('dialog[open] [role=option]').length === 1")
    chosen = writer.locator("[role=option][aria-selected=true]")
    assert chosen.get_attribute("id") == box.get_attribute("aria-activedescendant")
    box.press("Enter")
    assert area.input_value() == "It costs much[^1]\n\n[^1]: @retelling\n"
    area.press("Control+k")
    box.fill("nvidia h100 spot 1.70")
    box.press("Enter")  # before the answer is there
    writer.until("!document.querySelector('dialog[open]')")
    assert f"It costs much[^1][[fig:{a_brain.SPOT}|$1.70/hr]]" in area.input_value()
    area.press("Control+k")
    box.press("Escape")
    assert not writer.locator("dialog[open]").count()
    assert area.evaluate("each => each === document.activeElement")


def test_what_was_not_saved_is_asked_about_and_offered_again(writer: Any, site: Shown) -> None:
    key, _ = site.note("Unsaved")
    asked: list[str] = []
    writer.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writer.goto(f"/write/{key}")
    writer.get_by_label(TEXT).click()
    writer.keyboard.type("Not saved yet. ")
    writer.until("Object.keys(localStorage).some(key => key.startsWith('draft:'))")
    writer.goto("/in")
    assert asked == ["beforeunload"]
    writer.goto(f"/write/{key}")
    assert "Not saved yet" not in writer.get_by_label(TEXT).input_value()
    writer.get_by_role("button", name="Take it back up").click()
    assert "Not saved yet" in writer.get_by_label(TEXT).input_value()


@pytest.mark.parametrize("width", [1400, 390])
def test_the_editor_fits_and_its_preview_is_near(open_page: Callable[..., Any], site: Shown, width: int) -> None:
    page = open_page(width=width)
    sign_in(page, site)
    page.goto(f"/write/{a_brain.RENT.removeprefix('note_')}")
    page.locator("#preview-text p").first.wait_for()
    text, shown = page.get_by_label(TEXT).bounding_box(), page.locator("#preview").bounding_box()
    assert text["width"] >= min(500, width - 60)
    assert shown["x"] >= text["x"] + text["width"] if width == 1400 else shown["y"] >= text["y"] + text["height"]
