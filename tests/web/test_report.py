import copy
import re
from itertools import combinations

import pytest

from rackmath.errors import RackmathError
from rackmath.web.page import policy
from rackmath.web.report import render_report, used_by
from web.drawing import outside, read
from web.reader import Reader
from web.sample import CASES, HOSTILE, decision

PAGES = {}


def page_of(case):
    if case not in PAGES:
        PAGES[case] = render_report(CASES[case]())
    return PAGES[case]


def read_page(case):
    reader = Reader()
    reader.feed(page_of(case))
    reader.close()
    return reader


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_case_is_sound_html_with_unique_ids(case):
    reader = read_page(case)
    assert reader.problems == []
    assert reader.open == []
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = {name for _, attrs in reader.tags for name in (attrs.get("aria-labelledby") or "").split()}
    targets = {attrs["href"][1:] for tag, attrs in reader.tags if tag == "a" and attrs["href"].startswith("#")}
    painted = set(re.findall(r"url\(#([^)]+)\)", page_of(case)))
    assert named | targets | painted <= set(ids)
    assert sum(tag == "h1" for tag, _ in reader.tags) == 1


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_drawing_of_the_page_is_well_formed_and_inside_its_sheet(case):
    drawings = re.findall(r"<svg.*?</svg>", page_of(case), re.DOTALL)
    assert drawings
    for drawing in drawings:
        assert not outside(read(drawing))


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_page_runs_nothing_and_loads_nothing(case):
    reader = read_page(case)
    tags = {tag for tag, _ in reader.tags}
    assert not tags & {"script", "img", "iframe", "object", "embed", "image", "use", "foreignobject", "base", "form"}
    for tag, attrs in reader.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        for name in ("src", "srcset", "href", "xlink:href", "action", "poster"):
            address = attrs.get(name)
            if address is None:
                continue
            if tag == "link":
                assert (attrs["rel"], address) == ("icon", "data:,")
            else:
                assert tag == "a"
                assert address.startswith(("#", "https://"))
    style = re.search(r"<style>(.*?)</style>", page_of(case), re.DOTALL)[1]
    said = next(attrs["content"] for _, attrs in reader.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert said == policy(style)
    assert "@import" not in style
    assert "url(" not in style


def test_hostile_text_is_data():
    reader = read_page("hostile")
    text = "".join(reader.text)
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}" in text
    assert not [attrs for tag, attrs in reader.tags if tag == "a" and "javascript" in attrs["href"]]
    assert not set(page_of("hostile")) & set("\x00\x08\x1b\u202e")
    # as many elements as the same decision has without the attack: not one was smuggled in
    plain = read_page("four")
    for name in ("svg", "table", "section", "details", "style", "a"):
        smuggled = sum(tag == name for tag, _ in reader.tags) - sum(tag == name for tag, _ in plain.tags)
        # the attack also takes away the links: its addresses are no web addresses
        assert smuggled == (-len(decision()["figures"]) if name == "a" else 0)
    assert HOSTILE.split()[0] in text


def test_the_page_is_light():
    assert len(page_of("four").encode()) < 300_000
    assert len(page_of("eight").encode()) < 400_000


def test_the_answer_comes_first():
    made = decision()
    best = made["options"][0]
    text = "".join(read_page("four").text)
    order = [text.index(words) for words in (made["title"].split()[0], best["title"], "chance that it is", "Ranking")]
    assert order == sorted(order)
    assert made["recommendation"]["sentence"] in text
    assert made["question"] in text


def test_the_tables_hold_the_numbers_of_the_decision():
    made = decision()
    numbers = {float(number) for number in read_page("four").numbers if number}
    for option in made["options"]:
        assert {option[name] for name in ("p5", "p50", "p95", "mean", "central", "chance_cheapest")} <= numbers
        for line in option["lines"]:
            assert {line[name] for name in ("mean", "p5", "p95", "central")} <= numbers
        assert {item["value"] for item in option["inputs"]} <= numbers
    for item in made["break_even"]:
        for crossing in item["crossings"]:
            held = {crossing[name] for name in ("at", "p5", "p50", "p95", "chance")}
            assert held - {None} <= numbers
    for row in made["sensitivity"]:
        assert {row[name] for name in ("low", "high", "margin_low", "margin_high", "total_effect")} <= numbers
        assert row["flips_at"] is None or row["flips_at"] in numbers
    figures = [figure["value"] for figure in made["figures"]]
    assert {value for value in figures if isinstance(value, float)} <= numbers
    text = "".join(read_page("four").text)
    assert all(value in text for value in figures if isinstance(value, str))


def test_every_chart_has_its_table_after_it():
    html = page_of("four")
    for section in ("lines", "spread", "break-even", "change"):
        body = html[html.index(f'id="{section}"') :].split("</section>")[0]
        figures = body.split("</figure>")[:-1]
        assert figures
        for figure in figures:
            assert figure.index("<svg") < figure.index("<details>") < figure.rindex("<table>")


def test_each_wide_chart_has_its_narrow_twin():
    html = page_of("four")
    assert (
        html.count('class="only-wide"') == html.count('class="only-narrow"') == 5
    )  # chances, spread, 2 lines, tornado
    assert 'viewBox="0 0 720 ' in html
    assert 'viewBox="0 0 350 ' in html


def test_sources_are_links_with_date_age_kind_and_claimant():
    text = "".join(read_page("four").text)
    assert "2 October 202651 days old, within its half-life of 90 days" in text
    assert "listed" in text
    assert "regulator" in text
    hrefs = [attrs for tag, attrs in read_page("four").tags if tag == "a" and attrs["href"].startswith("https:")]
    assert [attrs["href"] for attrs in hrefs] == [figure["url"] for figure in decision()["figures"]]
    assert all("noopener" in attrs["rel"] for attrs in hrefs)


def test_assumptions_receipt_scenario_and_command_are_there():
    made = decision()
    text = "".join(read_page("four").text)
    assert made["assumptions"][0]["because"] in text
    assert made["receipt"]["hash"] in text
    assert made["scenario"] in text  # with its line breaks and indents
    assert "rackmath decide 'scenarios/serve 70b.yaml'" in text


def test_one_option_has_nothing_to_compare():
    text = "".join(read_page("one").text)
    assert "There is one option" in text
    assert "cheapest of the" not in text
    assert 'id="break-even"' not in page_of("one")


def test_no_crossings_is_said():
    assert "No two options cross in this range." in "".join(read_page("no-crossings").text)


def test_missing_values_are_said():
    text = "".join(read_page("missing").text)
    assert "no finite cost" in text
    assert "its cost is not finite" in text
    assert "Rests on\nno figure of a brain" in text


def test_today_is_what_the_options_were_computed_with_unless_it_is_said():
    made = decision()
    del made["break_even"][0]["today"]
    assert 'Today: <data value="62000000000.0">' in render_report(made)
    made["break_even"][0]["today"] = 5e9
    assert 'Today: <data value="5000000000.0">' in render_report(made)


def test_a_decision_of_bare_bones_still_has_a_page():
    bare = {"title": "T", "unit": "", "options": [{"id": "a", "p50": 2.0}]}
    html = render_report(bare)
    assert "No option stands out" in html
    assert "rackmath decide scenario.yaml" in html


def test_the_mapping_is_not_changed():
    made = decision()
    before = copy.deepcopy(made)
    render_report(made)
    assert made == before


@pytest.mark.parametrize(
    ("broken", "what"),
    [({}, "title and no options and no unit"), ({"title": "T", "unit": "USD", "options": []}, "no options")],
)
def test_what_is_no_decision_is_refused(broken, what):
    with pytest.raises(RackmathError, match=what):
        render_report(broken)


def test_what_an_input_does_not_touch_is_said():
    assert "Independent of it: Call an open-weights API; Own 8-GPU servers in colocation." in page_of("four")


def test_places_of_use_are_gathered_by_input():
    assert used_by(["rent.gpu_hour_price", "mix.gpu_hour_price", "own.pue"]) == "gpu hour price (rent, mix); pue (own)"
    assert used_by("somewhere") == "somewhere"
    assert used_by(None) == ""


def test_the_receipt_shows_words_and_numbers_and_no_nested_data():
    text = page_of("four").split('<dl class="receipt">')[1].split("</dl>")[0]
    assert re.findall(r"<dt>(.*?)</dt>", text) == ["seed", "draws", "rackmath", "Python", "NumPy", "hash"]
    assert "nested" not in text


def test_a_stale_figure_is_marked_with_a_sign_and_its_reason():
    made = decision()
    (stale,) = [figure for figure in made["figures"] if figure["stale"]]
    assert f"▲ {stale['freshness']}" in page_of("four")
    assert '(<span class="alarm">1 past its half-life</span>)' in page_of("four")


def test_the_page_has_a_way_round_for_the_keyboard():
    reader = read_page("four")
    links = [attrs for tag, attrs in reader.tags if tag == "a"]
    assert links[0]["href"] == "#answer"
    scrolling = [attrs for _, attrs in reader.tags if attrs.get("class") == "scroll"]
    assert scrolling
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in scrolling)
    assert ":focus-visible" in page_of("four")
    for tag, attrs in reader.tags:
        if tag == "svg":
            assert attrs.get("aria-hidden") == "true" or (attrs["role"] == "img" and attrs["aria-labelledby"])
        if tag == "th":
            assert attrs["scope"] in {"row", "col"}


def test_running_totals_are_drawn_with_every_month_of_overtaking():
    told = {
        "unit": "USD",
        "axis": "month",
        "totals": {"api": [0.0, 2.0, 4.0], "own": [3.0, 3.1, 3.2]},
        "crossings": [{"step": 2, "ahead": "own", "behind": "api"}],
    }
    options = [{"id": name, "title": name.upper(), "p5": 1, "p50": 2, "p95": 3, "mean": 2} for name in ("api", "own")]
    page = render_report({"title": "T", "unit": "USD/month", "options": options, "over_time": told})
    assert 'id="paid"' in page
    assert "Every month in which one option overtakes another" in page
    assert "1. month 2" in page
    assert "without a lane" not in page
    assert 'id="paid"' not in render_report({"title": "T", "unit": "USD/month", "options": options, "over_time": {}})


def test_crossings_without_a_lane_are_told_and_numbered_in_the_table():
    names = ["a", "b", "c", "d"]
    # each overtakes all before it once: six crossings in step 2, four of which have a lane
    totals = {name: [float(place), 2.0, 3.0 - place / 10] for place, name in enumerate(names)}
    crossings = [{"step": 2, "ahead": y, "behind": x} for x, y in combinations(names, 2)]
    told = {"unit": "USD", "axis": "month", "totals": totals, "crossings": crossings}
    options = [{"id": name, "title": name.upper(), "p5": 1, "p50": 2, "p95": 3, "mean": 2} for name in names]
    page = render_report({"title": "T", "unit": "USD/month", "options": options, "over_time": told})
    assert "the 2 without a lane" in page
    assert all(f"{number}. month 2" in page for number in range(1, 7))


def test_a_unit_that_the_value_names_already_is_not_said_twice():
    row = {"label": "step", "because": "why", "used_by": "a.step", "unit": "replica"}
    option = {"id": "a", "title": "A", "p5": 1, "p50": 2, "p95": 3, "mean": 2}
    for value, said in (("1 replica", "1 replica "), ("3", "3 replicas")):
        page = render_report(
            {"title": "T", "unit": "USD/month", "options": [option], "assumptions": [row | {"value": value}]}
        )
        assert f'data-head="Value">{said}</td>' in page
