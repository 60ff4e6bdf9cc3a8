"""The notebook: the page's examples give what it says, and objects show themselves without a script."""

from __future__ import annotations

import doctest
import html
import re
from pathlib import Path

import pytest

from rackmath.evidence import Evidence
from rackmath.kernel.decide import decide
from rackmath.kernel.run import run
from rackmath.kernel.scenario import load
from rackmath.shown import html_of
from web.reader import Reader

PAGE = Path(__file__).resolve().parents[2] / "docs/notebook.md"
SCENARIO = "title: <b>T</b>\noptions: {a: {title: A, model: tokens.workload_bill}}\nas_of: 2026-11-22\nsamples: 500\n"


def test_the_examples_of_the_page():
    done = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert done.attempted > 10
    assert done.failed == 0


@pytest.fixture(scope="module")
def evidence():
    return Evidence.load()


def framed(text):
    """Return the page in a frame, read strictly."""
    assert "<b>T" not in text
    inside = html.unescape(re.search(r'srcdoc="([^"]*)"', text)[1])
    reader = Reader()
    reader.feed(inside)
    assert reader.problems == []
    assert "<script" not in inside
    return inside


def test_a_run_and_a_decision_are_framed_pages(evidence):
    made = run("ownership.owned_service", {}, evidence, samples=500)
    inside = framed(made._repr_html_())
    assert f'value="{made.to_json()["total"]}"' in inside
    assert "Model service on owned servers" in inside
    assert "owned servers: " in repr(made)
    decision = decide(load(SCENARIO, evidence), evidence)
    assert "&lt;b&gt;T" in framed(decision._repr_html_())
    assert repr(decision).startswith("Decision: <b>T</b>\n")


def test_a_run_without_a_finite_answer_says_so(evidence):
    made = run("ownership.cumulative_crossover", {}, evidence)
    assert "never" in repr(made) or "month" in repr(made)


def test_what_nobody_can_draw_is_plain(evidence):
    assert html_of(3) is None
    assert evidence.figures[0]._repr_html_().startswith("<table>")
