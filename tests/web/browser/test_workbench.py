"""A stranger's walk through the workbench in a real browser: with a script, without one, on a phone, by axe."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from web.browser.shown import AXE, Shown, browsing, shown
from web.browser.test_accessibility import ALL, LOOK, LOOKS, problems

MODEL = "/models/tokens.effective_api_price"
USAGE = "hour,tokens\n" + "".join(f"2026-11-02T{hour:02}:00,{1_000_000 + 50_000 * hour}\n" for hour in range(24))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with shown(tmp_path_factory.mktemp("workbench")) as found:
        yield found


def watched(page):
    """Return the list in which whatever the page complains of is kept."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def total(page):
    return page.get_attribute("#headline data", "value")


def test_the_answer_follows_what_is_typed(site):
    with browsing(viewport={"width": 1400, "height": 900}) as page:
        told = watched(page)
        page.goto(site.address + "/models")
        page.fill("input[type=search][name=q] >> nth=1", "caching batching")
        page.keyboard.press("Enter")
        page.click("text=Effective API price with cache and batch")
        before = total(page)
        page.fill("#in-input_price", "30 USD/Mtok")
        page.wait_for_selector(f".headline-total data:not([value='{before}'])")
        assert "input_price=30" in page.url
        assert "--input-price '30 USD/Mtok'" in page.inner_text("#command")
        after = total(page)
        page.reload()  # the address holds it all
        assert total(page) == after
        assert page.input_value("#in-input_price") == "30 USD/Mtok"
        told.clear()
        page.fill("#in-cache_hit_rate", "2")
        page.wait_for_selector("[data-problem=cache_hit_rate]:not([hidden])")
        assert "at most 1" in page.inner_text("[data-problem=cache_hit_rate]")
        assert page.get_attribute("#in-cache_hit_rate", "aria-invalid") == "true"
        page.fill("#in-cache_hit_rate", "0.5")
        page.wait_for_selector("#in-cache_hit_rate:not([aria-invalid])")
        assert [line for line in told if "422" not in line] == []


def test_the_slider_moves_its_input_and_the_break_even_is_told(site):
    with browsing(viewport={"width": 1400, "height": 900}) as page:
        told = watched(page)
        page.goto(site.address + MODEL)
        page.select_option("#sweep-input", "input_price")
        page.fill("#sweep-against", "0.5")
        page.wait_for_selector("text=Breaks even with")
        before = total(page)
        page.focus("#slider")
        page.keyboard.press("End")
        page.wait_for_selector(f".headline-total data:not([value='{before}'])")
        assert float(total(page)) > float(before)
        assert page.input_value("#in-input_price")
        assert told == []


def test_a_model_answers_without_a_script(site):
    with browsing(java_script_enabled=False, viewport={"width": 390, "height": 900}) as page:
        page.goto(site.address + MODEL)
        before = total(page)
        page.fill("#in-input_price", "30")
        page.click("text=Compute")
        assert float(total(page)) > float(before)
        page.fill("#in-input_price", "much")
        page.click("text=Compute")
        assert page.input_value("#in-input_price") == "much"
        assert page.is_visible("[data-problem=input_price]")


@pytest.mark.parametrize("script", [True, False])
def test_a_stranger_gets_from_a_usage_file_to_a_decision(site, script):
    with browsing(java_script_enabled=script, viewport={"width": 1400, "height": 900}) as page:
        told = watched(page)
        page.goto(site.address + "/scenarios")
        page.click("text=Start from your usage")
        page.set_input_files("input[type=file]", {"name": "u.csv", "mimeType": "text/csv", "buffer": USAGE.encode()})
        page.click("text=Read it")
        page.click("text=Go on in the builder")
        page.fill("#f-title", "Our own month")
        if script:  # the choice alone adds the row
            page.select_option("select[name='o.1.add']", index=1)
            page.wait_for_url(re.compile("scenarios/build"))
        else:
            page.select_option("select[name='o.1.add']", index=1)
            page.click("fieldset:has(select[name='o.1.add']) button[value=update]")
        page.wait_for_selector("input[name^='o.1.in.']")
        page.click("button:has-text('Duplicate') >> nth=0")
        page.wait_for_selector("text=(copy)")
        page.click("button[value=decide]")
        page.wait_for_selector("#answer")
        assert "Our own month" in page.inner_text("h1")
        assert page.locator("table.ranking tbody tr").count() == 5
        with page.expect_download() as loading:
            page.click("text=HTML file")
        assert loading.value.suggested_filename == "decision.html"
        page.select_option("select[name=b]", "serve-70b-chat")
        page.click("text=Compare line by line")
        assert page.locator("table.compare tbody").count() >= 5
        assert told == []


def test_a_contributor_keeps_a_scenario(site):
    with browsing(viewport={"width": 1400, "height": 900}) as page:
        page.goto(f"{site.address}/scenarios/build?from=frontier-or-open")
        page.click("button[value=decide]")
        page.wait_for_selector("#answer")
        page.click("text=Sign in >> nth=-1")
        page.fill("input[name=token]", site.token)
        page.keyboard.press("Enter")
        page.wait_for_selector("form[action='/scenarios/save']")
        page.fill("form[action='/scenarios/save'] input[name=name]", "ours")
        page.click("form[action='/scenarios/save'] button")
        page.wait_for_url(re.compile("/scenarios/ours$"))
        assert "in your brain" in page.inner_text("[role=status]")
        assert (site.folders[0] / "scenarios/ours.yaml").is_file()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there; tools/browser_tests.sh fetches it")
@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_no_serious_problem_in_the_workbench(site, theme, width):
    pages = ["/models", f"{MODEL}?cache_hit_rate=2&sweep.against=1", "/scenarios", "/usage"]
    pages += ["/models/ownership.owned_service", "/scenarios/frontier-or-open"]
    pages += ["/scenarios/build?from=frontier-or-open", "/scenarios/compare?a=frontier-or-open&b=serve-70b-chat"]
    rules = ALL if (theme, width) == LOOKS[0] else LOOK
    found: list[str] = []
    with browsing(color_scheme=theme, viewport={"width": width, "height": 900}) as page:
        for path in pages:
            found += problems(page, site.address + path, rules)
    assert found == []
