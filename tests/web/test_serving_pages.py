"""Serving on pages: the frontier and its chosen point, one configuration, a rising load, and how far off it all is."""

import asyncio
import json
import re
from html import unescape
from importlib import resources

import pytest

from rackmath.models.serving.predict import predict
from rackmath.models.serving.rows import read_row
from web.asking import make_brain, serve
from web.reader import Reader


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serving")
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


def asked(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, answer.text[:400]
    well_formed(answer.text)
    return unescape(answer.text)


def twin(browser, path):
    page, _, query = path.partition("?")
    return json.loads(browser.get(f"{page}.json?{query}").text)


# --- one configuration ---------------------------------------------------------------------------------------------


def test_a_configuration_is_predicted_as_the_library_predicts_it(browser) -> None:
    data = twin(browser, "/serving/point?model=Llama-3.1-70B&system=h200_sxm&tp=2&concurrency=32&precision=fp8")
    row = {
        "model_path": "Llama-3.1-70B", "system": "h200_sxm", "backend": "vllm", "precision": "fp8", "isl": "1024",
        "osl": "1024", "concurrency": "32", "tp_size": "2",
    }  # fmt: skip
    made = predict([read_row(row)])[0]
    assert data["answer"]["tpot"] == pytest.approx(1e3 * made.token)
    assert data["answer"]["ttft_high"] == pytest.approx(1e3 * made.first_high)
    # the waterfall's lines sum to the time of a token
    *lines, total = [row[1]["value"] if isinstance(row[1], dict) else row[1][1] for row in data["table"]["rows"]]
    assert sum(lines) == pytest.approx(total, rel=1e-3)
    assert total == pytest.approx(data["answer"]["tpot"], rel=1e-3)


def test_what_cannot_be_laid_out_says_so_at_once(browser) -> None:
    page = asked(browser, "/serving/point?model=DeepSeek-V3&system=b200_sxm&tp=7", 422)
    assert "7 tensor ranks do not divide the 128 heads" in page
    page = asked(browser, "/serving/point?model=Llama-3.1-405B&system=l4&tp=1", 422)
    assert "does not fit" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("tp=many", "'many' is no number"),
        ("tp=1.5", "1.5 is no whole number from 1 to 64"),
        ("concurrency=0", "0 is no number from 1 to 100"),
        ("model=nobody", "'nobody' is none of"),
        ("isl=nan", "nan is no number"),
        ("osl=1e999", "1e999 is no number"),
        ("system=<script>alert(1)</script>", "'<script>alert(1)</script>' is none of"),
    ],
)
def test_a_field_that_cannot_be_read_is_marked_and_the_rest_is_answered(browser, query, told) -> None:
    page = asked(browser, f"/serving/point?{query}", 422)
    assert told in page.replace("\N{NARROW NO-BREAK SPACE}", ",")
    assert "Where the time of a token goes" in page
    assert "<script>alert" not in browser.get(f"/serving/point?{query}").text


# --- the frontier --------------------------------------------------------------------------------------------------


def test_the_frontier_chooses_the_cheapest_within_the_limits(browser) -> None:
    path = "/serving?chip=h100_sxm&chip=h200_sxm&speed=40&precision=fp8"
    data = twin(browser, path)
    chosen = data["chosen"]
    assert chosen["tokens_per_s_per_user"] >= 40
    rows = [row.split(",") for row in browser.get(path.replace("/serving?", "/serving.csv?")).text.splitlines()]
    head, rows = rows[0], rows[1:]
    costs = [
        float(row[head.index("usd_per_mtok")]) for row in rows if float(row[head.index("tokens_per_s_per_user")]) >= 40
    ]
    assert chosen["usd_per_mtok"] == pytest.approx(min(costs))
    # dollars for a token are the price of the device over what it makes
    made = chosen["usd_per_hour"] / (3600 * chosen["tokens_per_s_per_device"]) * 1e6
    assert chosen["usd_per_mtok"] == pytest.approx(made)
    assert {each["chip"] for each in data["prices"]} == {"h100_sxm", "h200_sxm"}


def test_every_point_of_the_picture_is_a_link_that_chooses_it(browser) -> None:
    page = asked(browser, "/serving?chip=h200_sxm")
    links = re.findall(r'<a href="(/serving\?[^"]*pick=[^"#]*)#chosen"', page)
    assert len(links) > 10
    data = twin(browser, links[0])
    assert links[0].endswith(f"{data['chosen']['concurrency']:g}")
    assert "Chosen" in asked(browser, links[0])


def test_a_chip_without_a_price_has_speeds_and_says_so(browser) -> None:
    page = asked(browser, "/serving?chip=tpu_v6e&model=Llama-3.1-8B-Instruct")
    assert "No rental price is known of tpu_v6e" in page
    assert "tokens a second for each device" in page


def test_what_nothing_can_meet_says_so(browser) -> None:
    page = asked(browser, "/serving?speed=90000")
    assert "no deployment is within the limits" in page
    page = asked(browser, "/serving?chip=l4&devices=1&model=Llama-3.1-405B")
    assert "0 of" in page


def test_more_chips_than_have_a_look_are_too_many(browser) -> None:
    names = ["a100_sxm", "a100_pcie", "h100_sxm", "h100_pcie", "h200_sxm", "b200_sxm", "b300_sxm", "mi300x", "mi325x"]
    page = asked(browser, "/serving?" + "&".join(f"chip={name}" for name in names), 422)
    assert "9 are too many for one picture; at most 8" in page


# --- a rising load -------------------------------------------------------------------------------------------------


def test_a_rising_load_ends_where_the_limits_break(browser) -> None:
    data = twin(browser, "/serving/load?model=Llama-3.1-8B-Instruct&tp=1&osl=64&isl=256&ttft=2000&tpot=15")
    points = data["points"]
    loads = [each["in_flight"] for each in points]
    assert loads == [2.0**k for k in range(len(loads))]
    assert data["broken"] == points[-1]
    assert data["best"] == points[-2]
    assert data["best"]["within"] >= 0.9 > data["broken"]["within"]
    outputs = [each["output_tokens_per_s"] for each in points]
    assert outputs[:4] == sorted(outputs[:4])


def test_one_request_that_misses_the_limits_says_so(browser) -> None:
    page = asked(browser, "/serving/load?model=Llama-3.1-8B-Instruct&tp=1&osl=16&isl=64&tpot=0.5")
    assert "One request alone already misses the limits" in page


def test_a_load_that_does_not_fit_says_so(browser) -> None:
    assert "does not fit" in asked(browser, "/serving/load?model=Llama-3.1-405B&system=l4&tp=1", 422)


# --- how far off ---------------------------------------------------------------------------------------------------


def test_errors_are_those_of_the_packaged_report(browser) -> None:
    data = twin(browser, "/serving/validation")
    kept = json.loads(
        resources.files("rackmath.models.serving").joinpath("validation.json").read_text(encoding="utf-8")
    )
    wanted = {"data": "aggregated", "quantity": "time per output token", "split": "combination", "group": "all"}
    (line,) = (each for each in kept["lines"] if wanted.items() <= each.items())
    assert (data["median"], data["p90"], data["covered"]) == (line["median"], line["p90"], line["covered"])
    assert len(data["worst"]) == 10
    page = asked(browser, "/serving/validation")
    assert {"aggregated", "disaggregated", "model", "accelerator", "apart"} <= {each["id"] for each in data["parts"]}
    models = next(each for each in data["parts"] if each["id"] == "model")["table"]["rows"]
    assert {row[0][0] for row in models} >= {"deepseek-v3", "llama-3.1-70b"}
    assert "predicted ÷ measured" in page
    rows = browser.get("/serving/validation.csv").text.splitlines()
    assert len(rows) == 1 + len(kept["lines"])
