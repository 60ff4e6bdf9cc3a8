"""Scenarios on pages: the decision, the builder, sharing by address, comparing, saving, one's own usage."""

import asyncio
import base64
import re
import zlib
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from rackmath.errors import RackmathError
from rackmath.evidence import Evidence
from rackmath.kernel.decide import decide
from rackmath.kernel.receipt import record
from rackmath.kernel.scenario import load
from rackmath.web.bench.build import changed, draft_from
from rackmath.web.bench.draft import draft_of, text_of
from rackmath.web.bench.share import LONGEST, MOST_BYTES, pack, unpack
from rackmath.web.bench.stored import BUNDLED
from rackmath.web.pages.scenario_compare import input_rows, line_rows
from web.asking import make_brain, serve
from web.reader import Reader

SMALL = """
title: Two prices
question: Which one?
as_of: 2026-11-22
demand: {tokens_per_month: 1B tokens/month}
options:
  a: {title: A, model: tokens.workload_bill, inputs: {input_price: 2 to 3}}
  b: {title: B, model: tokens.workload_bill, inputs: {input_price: 4 to 5}}
break_even:
  - {input: tokens_per_month, from: 1M tokens/month, to: 1B tokens/month, scale: log}
samples: 1000
seed: 3
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenarios")
    with asyncio.Runner() as runner:
        made = serve(make_brain(folder / "brain"), folder / "tokens.json", runner)
        yield made
        made.site.close()


@pytest.fixture
def browser(served):
    return served.browser()


def well_formed(html):
    reader = Reader()
    reader.feed(html)
    assert reader.problems == []
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not [tag for tag, attributes in reader.tags if "style" in attributes]
    return reader


def fields_of(html, number=0):
    """Return the fields of the builder's form as a browser without a script would send them."""
    form = re.search(r'<form id="build".*?</form>', html, re.DOTALL)[0]
    found = {}
    for tag, attributes in well_formed_tags(form):
        if tag == "input" and attributes.get("name"):
            found[attributes["name"]] = attributes.get("value", "")
        if tag == "select":
            found[attributes["name"]] = ""
    return found


def well_formed_tags(form):
    reader = Reader()
    reader.feed(form)
    return reader.tags


# --- texts, addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bundled_scenario_means_the_same_after_the_builder(path):
    evidence = Evidence.load()
    text = path.read_text()
    again = text_of(draft_of(text))
    before, after = (load(each, evidence) for each in (text, again))
    assert [record(option.bound) for option in before.options] == [record(option.bound) for option in after.options]
    assert before.together == after.together
    assert before.sweeps == after.sweeps
    assert (before.title, before.question, before.samples, before.seed) == (
        after.title,
        after.question,
        after.samples,
        after.seed,
    )
    assert text_of(draft_of(again)) == again
    assert unpack(pack(again)) == again


@pytest.mark.parametrize(
    "value", ["no", "null", "1e5", "0x1F", "~", "a: b", "- x", "#x", "'", '"', "{x", "[1, 2]", "é \u2028", "yes", "\\n"]
)
def test_any_value_survives_the_way_through_a_text(value):
    draft = draft_of(SMALL)
    draft.head["title"] = value
    draft.options[0].inputs["input_price"] = value
    again = draft_of(text_of(draft))
    assert again.options[0].inputs["input_price"] == value
    assert again.head["title"] == value


def test_an_address_unpacks_within_limits():
    bomb = base64.urlsafe_b64encode(zlib.compress(b"x" * 1_000_000, 9)).decode().rstrip("=")
    assert len(bomb) < LONGEST
    with pytest.raises(RackmathError, match="over 65,536 bytes"):
        unpack(bomb)
    good = pack(SMALL)
    for word in (good[:-4], "!!!!", good.swapcase(), "A" * 5000, "a", pack("\x00")[:-1]):
        with pytest.raises(RackmathError, match=r"damaged|cut"):
            unpack(word)
    assert pack("".join(chr(33 + (i * i) % 90) for i in range(9000)) + str(list(range(3000)))) == ""


@pytest.mark.parametrize(
    "text", ["[]", "a", "options: 3", "options: {a: 3}", "options: {a: {inputs: [1]}}", "&a *a", "!!python/x {}"]
)
def test_a_text_that_is_no_scenario_is_told(text):
    with pytest.raises(RackmathError):
        draft_of(text)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_bundled_scenario_holds_the_decision_of_the_command(browser):
    answer = browser.get("/scenarios/frontier-or-open.json")
    text = (BUNDLED / "frontier-or-open.yaml").read_text()
    evidence = Evidence.load()
    ours = answer.json()["decision"]
    theirs = decide(load(text, evidence), evidence)
    assert ours["receipt"]["result"] == theirs["receipt"]["result"]
    html = browser.get("/scenarios/frontier-or-open").text
    well_formed(html)
    assert theirs["recommendation"]["title"] in html
    csv = browser.get("/scenarios/frontier-or-open.csv").text
    assert csv.count("\n") == 1 + sum(len(option["lines"]) + 1 for option in theirs["options"])
    file = browser.get("/scenarios/frontier-or-open/file").text
    assert file.startswith("<!doctype html>")
    assert "<script" not in file


def test_the_list_names_every_bundled_scenario(browser):
    html = browser.get("/scenarios").text
    well_formed(html)
    for path in BUNDLED.glob("*.yaml"):
        assert f'href="/scenarios/{path.stem}"' in html


@pytest.mark.parametrize("path", ["/scenarios/nothing", "/scenarios/..%2Fbrain", "/scenarios/%00", "/scenarios/shared"])
def test_what_is_no_scenario_is_404(browser, path):
    assert browser.get(path).status_code == 404


def test_a_shared_scenario_is_answered_from_its_address(browser):
    path = f"/scenarios/shared?s={pack(SMALL)}"
    html = browser.get(path).text
    well_formed(html)
    assert "Two prices" in html
    assert browser.get(path.replace("shared?", "shared.json?")).json()["decision"]["recommendation"]["option"] == "a"
    assert f"/scenarios/shared.csv?s={pack(SMALL)}" in unescape(html)


def test_a_scenario_with_mistakes_says_which_and_leads_to_the_builder(browser):
    bad = SMALL.replace("2 to 3", "3 to 2").replace(
        "model: tokens.workload_bill, inputs: {input_price: 4", "model: x.y, inputs: {input_price: 4"
    )
    answer = browser.get(f"/scenarios/shared?s={pack(bad)}")
    assert answer.status_code == 422
    assert "option a: input_price" in answer.text
    built = browser.get(f"/scenarios/build?s={pack(bad)}")
    assert built.status_code == 200
    well_formed(built.text)
    assert "no model x.y" in built.text
    assert 'aria-invalid="true"' in built.text


def test_hostile_texts_are_escaped(browser):
    evil = "<script>alert(1)</script>"
    text = SMALL.replace("Two prices", evil).replace("title: A,", f'title: "{evil}",')
    for path in ("shared", "build"):
        answer = browser.get(f"/scenarios/{path}?s={pack(text)}")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_the_builder_works_with_forms_alone(browser):
    shown = browser.get("/scenarios/build?model=tokens.workload_bill")
    fields = fields_of(shown.text)
    fields |= {"title": "Mine", "o.add": "ownership.rented_service", "do": "update"}
    sent = browser.post("/scenarios/build", fields)
    assert sent.status_code == 303
    shown = browser.get(sent.headers["location"])
    well_formed(shown.text)
    fields = fields_of(shown.text) | {"s.add": "tokens_per_month=2B tokens/month", "do": "update"}
    shown = browser.get(browser.post("/scenarios/build", fields).headers["location"])
    fields = fields_of(shown.text) | {f"h.{hour}": str(1 + hour) for hour in range(24)} | {"do": "curve"}
    shown = browser.get(browser.post("/scenarios/build", fields).headers["location"])
    fields = fields_of(shown.text)
    assert fields["s.1.value"] == "1.92"  # 24 over the mean of 1 to 24, which is 12.5
    sent = browser.post("/scenarios/build", {**fields, "do": "decide"})
    path = sent.headers["location"]
    assert path.startswith("/scenarios/shared?s=")
    text = unpack(parse_qs(urlsplit(path).query)["s"][0])
    draft = draft_of(text)
    assert [option.model for option in draft.options] == ["tokens.workload_bill", "ownership.rented_service"]
    assert draft.shared == {"tokens_per_month": "2B tokens/month", "peak_to_mean": "1.92"}


def test_options_are_duplicated_and_taken_out():
    draft = draft_of(SMALL)
    copied = changed(draft, {"do": "copy-option:0"})
    assert [option.id for option in copied.options] == ["a", "a-2", "b"]
    assert copied.options[1].inputs == draft.options[0].inputs
    assert [option.id for option in changed(copied, {"do": "remove-option:1"}).options] == ["a", "b"]
    assert changed(draft, {"do": "remove-option:99"}) == draft
    for _ in range(10):
        draft = changed(draft, {"do": "copy-option:0"})
    with pytest.raises(RackmathError, match="at most 12"):
        changed(draft, {"do": "copy-option:0"})


def test_what_the_builder_has_no_field_for_is_kept(browser):
    text = SMALL + "notes: kept as it is\n"
    kept = draft_of(text).rest
    assert set(kept) == {"notes"}
    fields = fields_of(browser.get(f"/scenarios/build?s={pack(text)}").text)
    sent = browser.post("/scenarios/build", {**fields, "do": "update"})
    again = unpack(parse_qs(urlsplit(sent.headers["location"]).query)["s"][0])
    assert draft_of(again).rest == kept


def test_inputs_that_move_together_are_added_kept_and_taken_out(browser):
    first = fields_of(browser.get("/scenarios/build?from=busy-70b-service").text)
    asked = {"c.add": "input_price", "c.with": "output_price", "c.rank": "0.8", "do": "update"}
    shown = browser.get(browser.post("/scenarios/build", {**first, **asked}).headers["location"])
    fields = fields_of(shown.text)
    assert (fields["c.0.first"], fields["c.0.second"], fields["c.0.rank"]) == ("input_price", "output_price", "0.8")
    decided = browser.post("/scenarios/build", {**fields, "do": "decide"}).headers["location"]
    text = unpack(parse_qs(urlsplit(decided).query)["s"][0])
    assert draft_of(text).pairs == [{"first": "input_price", "second": "output_price", "rank": "0.8"}]
    assert text_of(draft_of(text)) == text
    kept = browser.post("/scenarios/build", {**fields, "do": "remove-pair:0"}).headers["location"]
    assert draft_of(unpack(parse_qs(urlsplit(kept).query)["s"][0])).pairs == []


def test_a_pair_that_cannot_be_is_told(browser):
    first = fields_of(browser.get("/scenarios/build?from=busy-70b-service").text)
    alone = browser.post("/scenarios/build", {**first, "c.add": "input_price", "do": "update"})
    assert alone.status_code == 422
    assert "choose both" in alone.text
    for pair, part, problem in [
        (("input_price", "output_price", "7"), "rank", "between -1 and 1"),
        (("input_price", "output_price", "much"), "rank", "must be a number"),
        (("input_prize", "output_price", "0.5"), "first", "did you mean"),
        (("input_price", "api.outputs", "0.5"), "second", "no option has an input"),
    ]:
        asked = dict(zip(("c.add", "c.with", "c.rank"), pair, strict=True))
        shown = browser.get(browser.post("/scenarios/build", {**first, **asked, "do": "update"}).headers["location"])
        at = re.search(rf'id="a-c0{part}"><p class="field-problem">([^<]*)<', shown.text)
        assert at, (pair, part)
        assert problem in at[1]
        assert shown.text.count(problem) == 1
        assert tuple(fields_of(shown.text)[f"c.0.{name}"] for name in ("first", "second", "rank")) == pair


def test_pairs_that_contradict_each_other_are_told_in_words(browser):
    draft = draft_of((BUNDLED / "busy-70b-service.yaml").read_text())
    draft.pairs += [{"first": "input_price", "second": "output_price", "rank": rank} for rank in ("0.5", "0.6")]
    shown = browser.get(f"/scenarios/build?s={pack(text_of(draft))}").text
    assert re.search(r"the correlation of [a-z-]+\.input_price and [a-z-]+\.output_price is given twice", shown)
    assert "figure:" not in shown


@pytest.mark.parametrize(
    ("written", "rank"), [("-0.5", -0.5), (".5", 0.5), ("+0.25", 0.25), ("0.50", 0.5), ("-0.000001", -0.000001)]
)
def test_a_rank_is_a_number_however_it_is_written(written, rank):
    draft = draft_of((BUNDLED / "busy-70b-service.yaml").read_text())
    draft.pairs.append({"first": "input_price", "second": "output_price", "rank": written})
    (pair,) = load(text_of(draft), Evidence.load()).together.pairs
    assert pair.rank == rank


def test_inputs_that_move_together_are_an_assumption_of_the_decision_and_are_compared(browser):
    draft = draft_of((BUNDLED / "busy-70b-service.yaml").read_text())
    alone = pack(text_of(draft))
    draft.pairs.append({"first": "input_price", "second": "output_price", "rank": "-0.5"})
    joined = pack(text_of(draft))
    page = browser.get(f"/scenarios/shared?s={joined}").text
    assumed = page[page.index('id="assumptions"') :]
    assert "input price with output price" in assumed
    assert "−0.5 (correlation of ranks)" in assumed
    assert "(correlation of ranks)" not in browser.get(f"/scenarios/shared?s={alone}").text
    compared = browser.get(f"/scenarios/compare?a={alone}&b={joined}").text
    well_formed(compared)
    assert 'Input price with Output price</th><td class="n">–</td><td class="n">−0.5</td>' in compared
    assert "What moves together" not in browser.get(f"/scenarios/compare?a={alone}&b={alone}").text


def test_an_emptied_field_is_a_value_taken_out():
    fields = {"s.0.name": "pue", "s.0.value": "", "o.0.id": "a", "o.0.model": "m", "o.0.in.x": " ", "o.x.id": "no"}
    draft = draft_from(fields)
    assert draft.shared == {}
    assert draft.options[0].inputs == {}
    assert len(draft.options) == 1


def test_a_day_that_is_none_is_told(browser):
    fields = fields_of(browser.get(f"/scenarios/build?s={pack(SMALL)}").text)
    for wrong in ({f"h.{hour}": "0" for hour in range(24)}, {"h.3": "x"}, {"h.0": "-1"}, {"h.0": "nan"}):
        answer = browser.post("/scenarios/build", {**fields, **wrong, "do": "curve"})
        assert answer.status_code == 422
        assert "load" in answer.text


def test_two_scenarios_are_compared_line_by_line(browser):
    evidence = Evidence.load()
    first, second = (decide(load(text, evidence), evidence) for text in (SMALL, SMALL.replace("1B tok", "2B tok", 1)))
    rows = {(row["option"], row["line"]): row for row in line_rows(first, second)}
    total = rows["a", "total"]
    assert total["b"] == pytest.approx(2 * total["a"])
    assert total["share"] == pytest.approx(1)
    lines = [row for (option, line), row in rows.items() if option == "a" and line != "total"]
    assert sum(row["difference"] for row in lines) == pytest.approx(total["difference"])
    assert {row["input"] for row in input_rows(first, second)} == {"tokens_per_month"}
    html = browser.get(f"/scenarios/compare?a={pack(SMALL)}&b=frontier-or-open").text
    well_formed(html)
    assert "Two prices" in html
    assert browser.get("/scenarios/compare").status_code == 200
    assert "there is no scenario" in browser.get("/scenarios/compare?a=nothing&b=serve-70b-chat").text


# --- saving ---------------------------------------------------------------------------------------------------------


def test_saving_needs_a_session_its_secret_and_the_scope(served):
    stranger = served.browser()
    assert stranger.post("/scenarios/save", {"text": SMALL, "name": "x"}).status_code == 403
    reader = served.writer(scopes=("read",))
    page = reader.get(f"/scenarios/shared?s={pack(SMALL)}")
    assert "/scenarios/save" not in page.text
    writer = served.writer()
    assert writer.post("/scenarios/save", {"text": SMALL, "name": "x"}).status_code == 403  # no secret


def test_a_scenario_is_kept_in_the_brain_with_its_history(served):
    writer = served.writer()
    page = f"/scenarios/shared?s={pack(SMALL)}"
    assert 'value="two-prices"' in writer.get(page).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', writer.get(page).text)[1]
    sent = writer.post("/scenarios/save", {"csrf": csrf, "text": SMALL, "name": "two-prices"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/scenarios/two-prices")
    assert (served.folder / "scenarios/two-prices.yaml").read_text() == SMALL
    assert any("two-prices" in path.read_text() for path in (served.folder / "journal").glob("*.jsonl"))
    assert "Two prices" in served.browser().get("/scenarios").text
    changed_text = SMALL.replace("Two prices", "Two other prices")
    again = writer.post("/scenarios/save", {"csrf": csrf, "text": changed_text, "name": "two-prices"})
    assert again.status_code == 409
    assert "replace" in again.text
    done = writer.post("/scenarios/save", {"csrf": csrf, "text": changed_text, "name": "two-prices", "replace": "yes"})
    assert done.status_code == 303
    assert "Two other prices" in (served.folder / "scenarios/two-prices.yaml").read_text()


@pytest.mark.parametrize("name", ["", "../x", "x/y", "X", "build", "a" * 99, "x.yaml", "-x"])
def test_a_name_cannot_lead_out_of_the_folder(served, name):
    writer = served.writer()
    csrf = re.search(r'name="csrf" value="([^"]+)"', writer.get("/").text)[1]
    assert writer.post("/scenarios/save", {"csrf": csrf, "text": SMALL, "name": name}).status_code == 400


def test_a_scenario_that_cannot_be_decided_is_not_kept(served):
    writer = served.writer()
    csrf = re.search(r'name="csrf" value="([^"]+)"', writer.get("/").text)[1]
    sent = writer.post("/scenarios/save", {"csrf": csrf, "text": SMALL.replace("2 to 3", "x"), "name": "bad"})
    assert sent.status_code == 400
    assert not (served.folder / "scenarios/bad.yaml").exists()


# --- one's own usage ------------------------------------------------------------------------------------------------


def test_a_usage_file_becomes_the_demand_of_a_scenario(browser):
    rows = "\n".join(f"2026-11-02T{hour:02}:00,{1_000_000 * (1 + hour)},{100_000 * (1 + hour)}" for hour in range(24))
    text = f"hour,input_tokens,output_tokens\n{rows}\n"
    answer = browser.post("/usage", {"zone": "", "into": "serve-70b-chat"}, files={"file": ("u.csv", text, "text/csv")})
    assert answer.status_code == 200
    well_formed(answer.text)
    path = unescape(re.search(r'href="(/scenarios/build\?s=[^"]+)"', answer.text)[1])
    draft = draft_of(unpack(parse_qs(urlsplit(path).query)["s"][0]))
    assert draft.shared["peak_to_mean"] == "1.92"
    assert draft.shared["input_share"] == "0.9091"
    assert draft.shared["tokens_per_month"] == "10.04B tokens/month"  # 13.75M an hour over 730 hours
    assert browser.get(path).status_code == 200


def test_a_wrong_usage_file_names_row_and_column_and_keeps_what_was_pasted(browser):
    answer = browser.post("/usage", {"text": "hour,tokens\n2026-11-02T00:00,-5\n"})
    assert answer.status_code == 422
    assert "row 2, column &#39;tokens&#39;" in answer.text
    assert "2026-11-02T00:00,-5" in answer.text
    assert browser.post("/usage", {"text": ""}).status_code == 422
    evil = browser.post("/usage", {"text": "hour,<script>alert(1)</script>\n2026-11-02T00:00,5\n"})
    assert "<script>alert" not in evil.text


def test_files_are_taken_where_they_are_asked_for_and_within_limits(browser):
    file = {"file": ("u.csv", b"\xff\xfe\x00", "text/csv")}
    assert browser.post("/usage", {}, files=file).status_code == 400
    assert browser.post("/scenarios/build", {}, files=file).status_code == 400
    two = [("file", ("u.csv", "hour,tokens\n", "text/csv"))] * 2
    assert browser.post("/usage", {}, files=two).status_code == 400
    large = {"file": ("u.csv", b"x" * 9_000_000, "text/csv")}
    assert browser.post("/usage", {}, files=large).status_code == 413


def test_the_builder_says_which_words_a_choice_takes(browser):
    shown = browser.get("/scenarios/build?from=own-or-rent-36-months").text
    assert "(one of always-on, hourly)" in shown


@pytest.mark.parametrize("path", ["/scenarios/{}", "/scenarios/build?from={}", "/scenarios/compare?a={}"])
def test_a_scenario_that_there_is_not_is_told_with_the_nearest(browser, path):
    shown = unescape(browser.get(path.format("serve-70b-chatt")).text).casefold()
    assert "there is no scenario 'serve-70b-chatt'; did you mean 'serve-70b-chat'" in shown


def test_a_scenario_that_is_too_long_is_told_and_never_put_into_an_address(browser):
    text = SMALL + f"notes: {'a' * MOST_BYTES}\n"
    assert pack(text) == ""
    sent = browser.post("/scenarios/build", {"text": text, "do": "read"})
    assert sent.status_code == 422
    assert "the builder holds 65,536" in sent.text
    assert "Two prices" in sent.text  # nothing that was written is lost
