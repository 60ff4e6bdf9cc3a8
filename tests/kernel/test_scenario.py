"""Scenario files: what is read, and every error with its line."""

from __future__ import annotations

from datetime import date

import pytest

from rackmath.errors import Problems, RackmathError
from rackmath.kernel.scenario import load, read_file

GOOD = """title: Test
question: Buy or build?
as_of: 2026-02-01
demand:
  tokens_per_month: 1e9 token/month
options:
  api:
    title: Call an API
    model: toy.bill
    inputs: {price: 1 USD/Mtok}
  own:
    model: toy.fleet
    inputs:
      fixed: 400 to 900 USD/month
break_even:
  - {input: tokens_per_month, from: 1e7, to: 1e11 token/month, scale: log}
samples: 2000
seed: 4
"""


def problems(text, evidence, **more):
    with pytest.raises(Problems) as raised:
        load(text, evidence, name="file.yaml", **more)
    return raised.value.problems


def test_a_good_file(evidence):
    scenario = load(GOOD, evidence)
    assert [option.id for option in scenario.options] == ["api", "own"]
    assert scenario.options[1].title == "own"
    assert (scenario.samples, scenario.seed, scenario.as_of) == (2000, 4, "2026-02-01")
    assert scenario.sweeps[0].low == 1e7
    # what is shared draws from one stream; what is an option's own from its own
    streams = {(option.id, each.name): each.stream for option, each in scenario.leaves()}
    assert streams["api", "tokens_per_month"] == streams["own", "tokens_per_month"] == "shared.tokens_per_month"
    assert streams["own", "fixed"] == "options.own.fixed"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("question:", "questoin:", 2, "did you mean 'question'"),
        ("as_of: 2026-02-01", "as_of: yesterday", 3, "is not a day"),
        ("tokens_per_month: 1e9 token/month", "tokens_per_month: 1e9 GPU", 5, "cannot read 'GPU'"),
        ("tokens_per_month: 1e9", "token_per_month: 1e9", 5, "no option's model has this input; did you mean"),
        ("model: toy.bill", "model: toy.bil", 9, "no model is called 'toy.bil'"),
        ("    model: toy.fleet\n", "", 11, "needs a `model`"),
        ("inputs: {price: 1 USD/Mtok}", "inputs: {price: -1 USD/Mtok}", 10, "too low"),
        ("inputs: {price: 1 USD/Mtok}", "inputs: {prize: 1}", 10, "did you mean 'price'"),
        ("fixed: 400 to 900", "fixed: 900 to 400", 14, "the first number must be the smaller one"),
        ("input: tokens_per_month", "input: tokens", 16, "no option has a number called 'tokens'"),
        ("scale: log", "scale: cubic", 16, "neither log nor linear"),
        ("from: 1e7", "from: 1e12", 16, "must be smaller"),
        ("from: 1e7", "from: 0", 16, "log scale must start above 0"),
        ("samples: 2000", "samples: many", 17, "whole number"),
        ("seed: 4", "seed: 4\nseed: 5", 19, "written twice"),
    ],
)
def test_errors_name_their_line(evidence, old, new, line, says):
    assert GOOD.count(old) == 1
    told = problems(GOOD.replace(old, new), evidence)
    assert any(each.startswith(f"file.yaml:{line}:") and says in each for each in told), told


def test_several_problems_are_told_at_once(evidence):
    text = GOOD.replace("toy.bill", "toy.none").replace("seed: 4", "seed: x").replace("scale: log", "scale: x")
    assert len(problems(text, evidence)) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must be a list of `name: value` lines"),
        ("- 1\n- 2\n", "must be a list of `name: value` lines"),
        ("title: x\n", "needs `options`"),
        ("title: x\noptions: {}\n", "needs `options`"),
        ("options: {a: 3}\n", "options.a must be"),
        ("options: {'../x': {model: toy.bill}}\n", "is not an option's name"),
        ("options:\n" + "".join(f"  o{i}: {{model: toy.bill}}\n" for i in range(30)), "at most 12"),
    ],
)
def test_not_a_scenario(evidence, text, says):
    assert any(says in each for each in problems(text, evidence))


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: &x 1\nb: *x\n",
        "a: !!python/object:os.system x\n",
        "a: b: c\n",
        "\tx: 1\n",
        "[" * 200,
        "a: \x00\n",
    ],
)
def test_hostile_yaml_is_one_clear_line(evidence, text):
    with pytest.raises(RackmathError) as raised:
        load(text, evidence, name="file.yaml")
    assert str(raised.value).startswith("file.yaml:")
    assert "\n" not in str(raised.value)


def test_overrides(evidence):
    scenario = load(
        GOOD, evidence, as_of=date(2026, 3, 1), overrides={"tokens_per_month": "5e9", "own.fixed": "1 USD/month"}
    )
    values = {(option.id, each.name): each.at(0.5) for option, each in scenario.leaves()}
    assert values["api", "tokens_per_month"] == values["own", "tokens_per_month"] == 5e9
    assert values["own", "fixed"] == 1.0
    assert scenario.as_of == "2026-03-01"
    assert "did you mean 'own.fixed'" in problems(GOOD, evidence, overrides={"own.fixd": "1"})[0]


def test_files_that_cannot_be_read(tmp_path):
    binary, huge, latin = tmp_path / "b.yaml", tmp_path / "h.yaml", tmp_path / "l.yaml"
    binary.write_bytes(b"a: \0")
    huge.write_bytes(b"#" * (2 * 1024 * 1024))
    latin.write_bytes("title: é".encode("latin-1"))
    for path, says in [
        (tmp_path / "none.yaml", "no such file"),
        (tmp_path, "is a folder"),
        (binary, "binary"),
        (huge, "at most"),
        (latin, "not UTF-8"),
    ]:
        with pytest.raises(RackmathError, match=says):
            read_file(path)
