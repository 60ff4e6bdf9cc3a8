"""The pages of models: made from the declarations alone, right to the last digit, and lenient with what is typed."""

import datetime
import json
import re
import time

import pytest

from pace import within
from rackmath.evidence import STARTER, Evidence
from rackmath.kernel import registry
from rackmath.kernel.params import Choice
from rackmath.kernel.run import run
from rackmath.web.bench.docstring import explained
from rackmath.web.pages import Asked, NotFound, find
from rackmath.web.site_render import render_page
from web.reader import Reader

DAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def site():
    from rackmath.brain.site import Site

    found = Site([STARTER], look=False)
    yield found
    found.close()


def page_of(site, path, **params):
    found = find(path)
    asked = Asked(params=params, today=DAY)
    return found.route.view(site, asked, **found.parts)


def html_of(site, path, **params):
    return render_page(page_of(site, path, **params), Asked(params=params, today=DAY))


def plain(data):
    return json.loads(json.dumps(data))


@pytest.mark.parametrize("name", list(registry()))
def test_every_model_has_a_page_that_is_well_formed_and_holds_all_its_inputs(site, name):
    page = page_of(site, f"/models/{name}")
    html = render_page(page, Asked(today=DAY))
    reader = Reader()
    reader.feed(html)
    assert reader.problems == []
    assert page.status == 200
    names = {attributes.get("name") for tag, attributes in reader.tags if tag in {"input", "select", "textarea"}}
    assert names.issuperset(registry()[name].parameters)
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert page.data["run"] == plain(run(name, {}, Evidence.load(), samples=2000, seed=0).to_json())
    assert not [tag for tag, attributes in reader.tags if "style" in attributes]


@pytest.mark.parametrize("name", list(registry()))
def test_every_equation_is_set_as_mathml(name):
    about = explained(registry()[name])
    assert about.equation.startswith("<math")
    assert "\\" not in about.equation


def test_names_of_inputs_are_kept_apart_from_what_else_a_form_sends():
    from rackmath.web.bench.asked import SETTINGS

    for model in registry().values():
        assert not set(SETTINGS) & set(model.parameters)


def test_the_index_finds_by_all_words(site):
    page = page_of(site, "/models", q="cache batch")
    ids = [row["id"] for row in page.rows]
    assert "tokens.effective_api_price" in ids
    assert "energy.pue" not in ids
    assert page_of(site, "/models", q="zzz").data["found"] == 0
    assert page_of(site, "/models").data["total"] == len(registry())


def test_what_is_given_moves_the_answer_and_is_in_every_way_to_say_it_again(site):
    given = {"pue": "1.5", "electricity_price": "5 to 9 cents/kWh_facility"}
    page = page_of(site, "/models/energy.electricity_cost", **given)
    assert page.status == 422  # "cents" is no unit here; the field says so and keeps it
    field = next(each for each in [*page.data["fields"], *page.data["folded"]] if each["name"] == "electricity_price")
    assert field["value"] == given["electricity_price"]
    assert "unit" in field["problem"]
    given["electricity_price"] = "0.05 to 0.09"
    page = page_of(site, "/models/energy.electricity_cost", **given)
    assert page.data["run"] == plain(run("energy.electricity_cost", given, Evidence.load(), samples=2000).to_json())
    assert "--electricity-price '0.05 to 0.09'" in page.data["command"]
    assert "electricity_price=0.05+to+0.09" in page.data["links"]["page"]


def test_bad_input_is_told_at_its_field_and_nothing_is_lost(site):
    html = html_of(
        site, "/models/tokens.effective_api_price", input_share="1.7", cache_hit_rate="rubbish", output_price="7"
    )
    assert html.count('aria-invalid="true"') == 2
    assert 'value="1.7"' in html
    assert 'value="rubbish"' in html
    assert 'value="7"' in html
    assert "too high; it must be at most 1" in html
    assert "2 fields cannot be read" in html


def test_an_unknown_input_is_told_with_the_nearest_name(site):
    page = page_of(site, "/models/energy.pue", **{"facility_enrgy": "3"})
    assert "did you mean" in page.data["problem"]


def test_text_from_outside_is_escaped(site):
    hostile = '"><script>alert(1)</script>'
    html = html_of(site, "/models/energy.pue", facility_energy=hostile, **{"sweep.input": hostile, "samples": hostile})
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("name", ["nothing.here", "..", "energy", "os.system", "energy.__init__", "a" * 3000])
def test_an_unknown_model_is_no_page(site, name):
    with pytest.raises(NotFound):
        page_of(site, f"/models/{name}") if find(f"/models/{name}") else (_ for _ in ()).throw(NotFound("too long"))


def test_the_break_even_is_where_the_total_meets_the_amount(site):
    name = "tokens.effective_api_price"
    page = page_of(site, f"/models/{name}", **{"sweep.input": "input_price", "sweep.against": "0.5"})
    ((at),) = page.data["along"]["meets"]
    again = run(name, {"input_price": at}, Evidence.load())
    assert again.central.total == pytest.approx(0.5, rel=1e-9)
    assert "Breaks even with" in page.html["result"]


def test_a_sweep_that_cannot_be_made_is_told_and_the_answer_stays(site):
    page = page_of(site, "/models/energy.pue_change_value", **{"sweep.input": "nothing"})
    assert page.status == 200
    assert page.data["run"] is not None
    assert "no input that can be moved" in page.data["sweep"]["problem"]
    wrong = {"sweep.input": "it_load", "sweep.from": "9 kg"}
    first = next(each["name"] for each in page.data["sweep"]["inputs"])
    wrong["sweep.input"] = first
    assert page_of(site, "/models/energy.pue_change_value", **wrong).data["sweep"]["problem"]


def test_a_worked_case_can_be_computed_on_its_page(site):
    page = page_of(site, "/models/tokens.effective_api_price")
    href = page.data["cases"][0]["href"]
    path, _, query = href.partition("?")
    from urllib.parse import parse_qsl

    again = page_of(site, path, **dict(parse_qsl(query)))
    assert round(again.data["run"]["total"], 3) == 0.57  # what the docstring says


def test_an_infinite_answer_is_told_and_marked(site):
    page = page_of(site, "/models/ownership.cumulative_crossover")
    said = page.data["run"]
    if said["total"] is None:
        assert "total" in said["not_finite"]
        assert said["infinite"]
        assert "Never" in page.html["headline"]


def test_figures_of_drafts_do_not_reach_a_model(tmp_path):
    from rackmath.brain.site import Site
    from rackmath.web.bench.evidence import site_evidence
    from web.asking import make_brain, note

    figure = "```figures\n- {id: fig_01m82frzdhfcw86egx0hzfssv2, subject: h100-sxm, quantity: rental-price, value: 99, "
    figure += "unit: USD/GPU_hour, as_of: 2026-11-01, kind: listed}\n```\n"
    folder = make_brain(tmp_path / "brain", [("notes/thesis/a.md", note("A", figure, status="draft", kind="thesis"))])
    found = Site([folder], look=False)
    assert folder not in {each.vault for each in site_evidence(found).figures}
    assert folder in {each.vault for each in Evidence.load([folder]).figures}
    found.close()


def test_a_model_page_answers_while_a_slider_moves(site):
    """The largest models too; processor time, since the machine may be busy. The first call reads the figures."""
    largest = sorted(registry().values(), key=lambda each: -len(each.parameters))[:4]
    page_of(site, f"/models/{largest[0].id}")
    for model in largest:
        first = next(name for name, each in model.parameters.items() if not isinstance(each, Choice))
        page_of(site, f"/models/{model.id}")
        value = run(model.id, {}, Evidence.load()).bound.inputs[first].at(0.5)
        took = []
        for step in range(4):
            begun = time.thread_time()
            html_of(site, f"/models/{model.id}", **{first: f"{value * (1 + step / 1e3)}"})
            took.append(time.thread_time() - begun)
        assert min(took) < within(0.2), model.id


def test_the_pieces_for_the_script_are_those_of_the_page(site):
    params = {"cache_hit_rate": "0.5"}
    pieces = html_of(site, "/models/tokens.effective_api_price/result", **params)
    whole = html_of(site, "/models/tokens.effective_api_price", **params)
    result = re.search(r'<div id="result">(.*)</div>\n<div id="said"', pieces, re.DOTALL)[1]
    assert result in whole
    assert "<html" not in pieces
