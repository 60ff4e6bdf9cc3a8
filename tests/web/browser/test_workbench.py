"""A stranger's walk through the workbench in a real browser: with a script, without one, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from web.browser.conftest import sign_in
from web.browser.shown import Shown

MODEL = "/models/tokens.effective_api_price"
USAGE = "hour,tokens\n" + "".join(f"2026-11-02T{hour:02}:00,{1_000_000 + 50_000 * hour}\n" for hour in range(24))


def total(page: Any) -> str:
    return page.get_attribute("#headline data", "value")


def test_the_answer_follows_what_is_typed(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/models")
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
    page.fill("#in-cache_hit_rate", "2")
    page.wait_for_selector("[data-problem=cache_hit_rate]:not([hidden])")
    assert "at most 1" in page.inner_text("[data-problem=cache_hit_rate]")
    assert page.get_attribute("#in-cache_hit_rate", "aria-invalid") == "true"
    page.fill("#in-cache_hit_rate", "0.5")
    page.wait_for_selector("#in-cache_hit_rate:not([aria-invalid])")


def test_the_slider_moves_its_input_and_the_break_even_is_told(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto(MODEL)
    page.select_option("#sweep-input", "input_price")
    page.fill("#sweep-against", "0.5")
    page.wait_for_selector("text=Breaks even with")
    before = total(page)
    page.focus("#slider")
    page.keyboard.press("End")
    page.wait_for_selector(f".headline-total data:not([value='{before}'])")
    assert float(total(page)) > float(before)
    assert page.input_value("#in-input_price")


def test_a_model_answers_without_a_script(open_page: Callable[..., Any]) -> None:
    page = open_page(width=390, java_script_enabled=False)
    page.goto(MODEL)
    before = total(page)
    page.fill("#in-input_price", "30")
    page.click("text=Compute")
    assert float(total(page)) > float(before)
    page.fill("#in-input_price", "much")
    page.click("text=Compute")
    assert page.input_value("#in-input_price") == "much"
    assert page.is_visible("[data-problem=input_price]")


@pytest.mark.parametrize("script", [True, False])
def test_a_stranger_gets_from_a_usage_file_to_a_decision(open_page: Callable[..., Any], script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/scenarios")
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


def test_a_contributor_keeps_a_scenario(open_page: Callable[..., Any], site: Shown) -> None:
    page = open_page()
    page.goto("/scenarios/build?from=frontier-or-open")
    page.click("button[value=decide]")
    page.wait_for_selector("#answer")
    shared = page.url
    sign_in(page, site)
    page.goto(shared)
    page.fill("form[action='/scenarios/save'] input[name=name]", "ours")
    page.click("form[action='/scenarios/save'] button")
    page.wait_for_url(re.compile("/scenarios/ours$"))
    assert "in your brain" in page.inner_text("[role=status]")
    assert (site.folder / "scenarios/ours.yaml").is_file()
