"""What a person sees when something is wrong."""

from __future__ import annotations

import pytest

from rackmath.errors import Problems, RackmathError, require, suggest


def test_suggest_names_what_is_near():
    assert suggest("rental_prise", ["rental_price", "power"]) == "; did you mean 'rental_price'?"
    assert suggest("zzz", ["rental_price", "power"]) == ""


def test_problems_are_lines():
    problem = Problems(["first", "second"])
    assert problem.problems == ("first", "second")
    assert str(problem) == "first\nsecond"
    assert isinstance(problem, RackmathError)


def test_require():
    assert require("json", extra="none").loads("1") == 1
    with pytest.raises(
        RackmathError, match=r"needs no_such_module, which is not installed: pip install 'rackmath\[web\]'"
    ):
        require("no_such_module.part", extra="web")


def test_require_does_not_hide_what_a_module_itself_misses(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_there_at_all\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        require("half_there", extra="web")
