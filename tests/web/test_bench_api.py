"""The workbench by HTTP: the same JSON as the library, the command and the page; what is wrong is 422, by input."""

import asyncio
import json

import pytest
from click.testing import CliRunner

from rackmath.cli.main import rackmath
from rackmath.evidence import Evidence
from rackmath.kernel import registry
from rackmath.kernel.run import run
from web.asking import make_brain, serve

MODEL = "tokens.effective_api_price"
SCENARIO = """
title: Two prices
options:
  a: {title: A, model: tokens.workload_bill, inputs: {input_price: 2 to 3}}
  b: {title: B, model: tokens.workload_bill, inputs: {input_price: 1 to 4}}
samples: 1000
seed: 3
as_of: 2026-11-22
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    with asyncio.Runner() as runner:
        made = serve(make_brain(folder / "brain"), folder / "tokens.json", runner)
        yield made.browser()
        made.site.close()


def command(*words):
    done = CliRunner().invoke(rackmath, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_lists_agree(program):
    assert program.get("/api/models").json() == command("models")
    assert program.get(f"/api/models/{MODEL}/about").json() == command("show", MODEL)


def test_command_library_api_and_page_give_the_same(program):
    given = {"cache_hit_rate": "0.4 to 0.8", "input_price": "3 USD/Mtok"}
    library = json.loads(json.dumps(run(MODEL, given, Evidence.load(), samples=2000, seed=0).to_json()))
    options = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert command("run", MODEL, *options, "--samples", "2000") == library
    assert program.get(f"/api/models/{MODEL}", params={**given, "samples": 2000}).json() == library
    sent = {"inputs": given, "samples": 2000}
    assert program.ask("POST", f"/api/models/{MODEL}", json=sent).json() == library
    assert program.get(f"/models/{MODEL}.json", params=given).json()["run"] == library


def test_without_a_word_of_draws_the_api_makes_as_many_as_the_command(program):
    assert program.get(f"/api/models/{MODEL}").json() == command("run", MODEL)


def test_a_decision_is_that_of_the_command(program, tmp_path):
    file = tmp_path / "two.yaml"
    file.write_text(SCENARIO)
    theirs = command("decide", str(file))
    ours = program.ask("POST", "/api/scenarios/run", json={"scenario": SCENARIO}).json()
    told = {"scenario_path", "command"}  # where the file was
    assert {key: value for key, value in ours.items() if key not in told} == {
        key: value for key, value in theirs.items() if key not in told
    }


def test_a_scenario_may_be_an_object(program):
    import yaml

    data = {**yaml.safe_load(SCENARIO), "as_of": "2026-11-22"}
    as_object = program.ask("POST", "/api/scenarios/run", json={"scenario": data}).json()
    as_text = program.ask("POST", "/api/scenarios/run", json={"scenario": SCENARIO}).json()
    assert as_object["receipt"]["result"] == as_text["receipt"]["result"]


def test_what_is_wrong_is_422_by_input(program):
    sent = {"inputs": {"input_share": 2, "nothing": 1, "cache_hit_rate": "rubbish"}}
    answer = program.ask("POST", f"/api/models/{MODEL}", json=sent)
    assert answer.status_code == 422
    problems = {each["field"]: each["message"] for each in answer.json()["error"]["problems"]}
    assert set(problems) == {"input_share", "cache_hit_rate", ""}
    assert "too high" in problems["input_share"]
    bad = SCENARIO.replace("2 to 3", "9 to 3")
    answer = program.ask("POST", "/api/scenarios/run", json={"scenario": bad})
    assert answer.status_code == 422
    assert "scenario:4" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "value",
    [
        "1e999",
        "9" * 400,
        "NaN",
        "Infinity",
        "true",
        "null",
        '{"low": 1}',
        '{"model": "tokens.blended_price"}',
        '[1, "a"]',
    ],
)
def test_numbers_that_are_none_are_422(program, value):
    body = f'{{"inputs": {{"input_price": {value}}}}}'.encode()
    headers = {"content-type": "application/json"}
    answer = program.ask("POST", f"/api/models/{MODEL}", content=body, headers=headers)
    if value.startswith('{"model"'):
        assert answer.status_code == 200  # a price may be another model's
    else:
        assert answer.status_code == 422, answer.text


def test_models_cannot_be_nested_without_end(program):
    inner = 1.0
    for _ in range(8):
        inner = {"model": "tokens.blended_price", "inputs": {"input_price": inner}}
    answer = program.ask("POST", f"/api/models/{MODEL}", json={"inputs": {"input_price": inner}})
    assert answer.status_code == 422
    assert "deep" in answer.json()["error"]["message"]


def test_infinity_is_never_a_silent_null(program):
    name = "ownership.cumulative_crossover"
    answer = program.get(f"/api/models/{name}", params={"samples": 500}).json()
    nulls = [
        *(f"distribution.{key}" for key, value in answer["distribution"].items() if value is None),
        *(["total"] if answer["total"] is None else []),
    ]
    assert nulls
    assert set(nulls) <= set(answer["not_finite"])
    assert answer["infinite"] == registry()[name].infinite


@pytest.mark.parametrize("name", ["nothing.here", "..%2F..", "os.system", "energy"])
def test_an_unknown_model_is_404(program, name):
    answer = program.get(f"/api/models/{name}")
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == 404


def test_limits_hold(program):
    assert program.get(f"/api/models/{MODEL}", params={"samples": 10**9}).status_code == 422
    assert program.get(f"/api/models/{MODEL}", params={"samples": 5}).status_code == 422
    big = {"inputs": {"input_price": "1" * 9_000_000}}
    assert program.ask("POST", f"/api/models/{MODEL}", json=big).status_code == 413
    assert program.ask("POST", "/api/scenarios/run", json={"scenario": SCENARIO, "extra": 1}).status_code == 422
    many = {"scenario": SCENARIO.replace("1000", "5000000")}
    assert program.ask("POST", "/api/scenarios/run", json=many).status_code == 422


def test_openapi_tells_of_it(program):
    spec = program.get("/openapi.json").json()
    assert {"/api/models", "/api/models/{id}", "/api/models/{id}/about", "/api/scenarios/run"} <= set(spec["paths"])
    run_it = spec["paths"]["/api/models/{id}"]["post"]["responses"]
    assert run_it["422"]["content"]["application/json"]["schema"]["$ref"].endswith("UnfitOut")
