"""The page of what the kernel really returns, not of the sample: every part finds its place."""

from dataclasses import replace
from pathlib import Path

import pytest

import rackmath.starter
from rackmath.evidence import Evidence
from rackmath.kernel.decide import decide
from rackmath.kernel.scenario import load, read_file
from rackmath.web.report import render_report
from web.drawing import outside, read
from web.reader import Reader

SCENARIOS = sorted((Path(rackmath.starter.__path__[0]) / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def evidence():
    return Evidence.load()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_bundled_scenario_becomes_a_page(path, evidence):
    scenario = replace(load(read_file(path), evidence), samples=2000)
    answer = decide(scenario, evidence, scenario_path=path.name)
    html = render_report(answer)
    reader = Reader()
    reader.feed(html)
    assert reader.problems == []
    numbers = {float(number) for number in reader.numbers if number}
    for option in answer["options"]:
        assert {option["p5"], option["p50"], option["p95"], option["mean"]} <= numbers
        assert option["title"] in "".join(reader.text)
    assert answer["receipt"]["hash"] in html
    assert answer["recommendation"]["reason"].split("'")[0] in "".join(reader.text)
    assert all(figure["ref"] in html for figure in answer["figures"])
    drawings = [piece + "</svg>" for piece in html.split("</svg>")[:-1]]
    for drawing in drawings:
        assert not outside(read(drawing[drawing.index("<svg") :]))
