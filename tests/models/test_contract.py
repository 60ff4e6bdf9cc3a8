"""What every model promises, held for each model of the registry."""

from __future__ import annotations

import doctest
import importlib
import math
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rackmath.errors import RackmathError
from rackmath.evidence import Evidence
from rackmath.kernel import Choice, Model, Param, Result, Series, registry
from rackmath.kernel.bind import bind
from rackmath.kernel.run import run
from rackmath.uncertainty import stream
from rackmath.units import accepts, canonical, convert, number, quantity

HERE = Path(__file__).parent
IDS = HERE / "ids.txt"
CAP = 1e9  # stands for a bound that is not declared
POINTS = 6
MONTHS = 12

models = pytest.mark.parametrize("model", [pytest.param(each, id=name) for name, each in registry().items()])
quick = settings(
    max_examples=25,
    report_multiple_bugs=False,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


# Points inside the bounds


def ends(declared: Param) -> tuple[float, float]:
    """Return the least and the greatest value that is tried."""
    low = declared.floor if math.isfinite(declared.floor) else -CAP
    return low, declared.maximum if math.isfinite(declared.maximum) else CAP


def numbers(declared: Param) -> st.SearchStrategy[float]:
    low, high = ends(declared)
    return st.floats(low, high, exclude_min=declared.above is not None, allow_nan=False, allow_subnormal=False)


def inputs(model: Model) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a value of every input inside its bounds; series of one axis are equally long."""

    def build(length: int) -> st.SearchStrategy[dict[str, Any]]:
        drawn: dict[str, st.SearchStrategy[Any]] = {}
        for name, declared in model.parameters.items():
            if isinstance(declared, Choice):
                drawn[name] = st.sampled_from(declared.options)
            elif isinstance(declared, Series):
                drawn[name] = st.lists(numbers(declared), min_size=length, max_size=length).map(np.array)
            else:
                drawn[name] = numbers(declared)
        return st.fixed_dictionaries(drawn)

    if not any(isinstance(declared, Series) for declared in model.parameters.values()):
        return build(1)
    return st.integers(2, 13).flatmap(build)


def value(declared: Param, probability: Any) -> Any:
    """Return the value that lies so far between the bounds: by size where they span decades, else evenly."""
    low, high = ends(declared)
    if low >= 0 and high > 1000 * max(low, high * 1e-9):
        low = max(low, high * 1e-9)
        return np.exp(np.log(low) + probability * (np.log(high) - np.log(low)))
    inside = low + probability * (high - low)
    return np.nextafter(inside, np.inf) if declared.above is not None else inside


@cache
def points(model_id: str) -> list[dict[str, Any]]:
    """Return some points well inside the bounds for which the model has an answer."""
    model = registry()[model_id]
    found: list[dict[str, Any]] = []
    for attempt in range(200):
        draws = stream(attempt, f"contract:{model.id}")
        point: dict[str, Any] = {}
        for name, declared in model.parameters.items():
            if isinstance(declared, Choice):
                point[name] = declared.options[attempt % len(declared.options)]
            elif isinstance(declared, Series):
                point[name] = value(declared, draws.random(MONTHS))
            else:
                point[name] = float(value(declared, draws.uniform(0.05, 0.95)))
        try:
            model.evaluate(point)
        except RackmathError:
            continue
        found.append(point)
        if len(found) == POINTS:
            return found
    raise AssertionError(f"{model.id} refuses nearly every point inside its own bounds")


def answer(model: Model, point: Mapping[str, Any]) -> Result | None:
    """Return the raw result, or None where the model refuses inputs that contradict each other."""
    try:
        return model.compute(**point)
    except RackmathError:
        return None


def named_values(result: Result) -> Iterator[tuple[str, Any]]:
    yield "total", result.total
    yield from ((f"line {name}", line) for name, line in result.lines.items())
    yield from ((f"note {name}", note.value) for name, note in result.notes.items() if not isinstance(note.value, str))
    yield from ((f"path {name}", path.values) for name, path in result.paths.items())


# The declaration


def test_ids_are_the_committed_list() -> None:
    listed = "".join(f"{each.id} {each.method}\n" for each in registry().values())
    assert listed == IDS.read_text(encoding="utf-8"), (
        f"a model was added, renamed or lost; if that is meant, let {IDS.name} be:\n{listed}"
    )


@models
def test_lives_where_its_id_says(model: Model) -> None:
    folder, name = model.id.split(".")
    assert model.compute.__module__.endswith(f"models.{folder}.{name}")
    assert model.compute.__name__ == name
    assert re.fullmatch(r"A\d\d\.\d{1,2}", model.method)


@models
def test_has_a_test_file_of_its_own(model: Model) -> None:
    folder, name = model.id.split(".")
    file = HERE / folder / f"test_{name}.py"
    assert file.exists()
    assert f"models.{folder}.{name} import" in file.read_text(encoding="utf-8")


@models
def test_says_what_it_answers(model: Model) -> None:
    assert model.question.endswith("?")
    assert model.question[0].isupper()
    assert model.title
    assert not model.title.endswith(".")
    assert model.sources
    assert all(re.match(r"https?://\S+$", each) for each in model.sources)


@models
def test_docstring_holds_what_a_reader_needs(model: Model) -> None:
    assert model.summary.endswith(".")
    assert not re.search(r"\.\s+[A-Z]", model.summary), "the first paragraph is one sentence"
    assert "=" in model.equation
    for heading in ("Limits:", "Not included:", "Source:"):
        assert re.search(rf"^\s*{heading}\s+\S", model.doc, re.MULTILINE), f"{heading} is missing"
    for name, declared in model.parameters.items():
        assert not re.search(r"\butili[sz]ation\b", name), "a share says which layer it is of"
        assert (
            declared.help[0].islower()
            or not declared.help[0].isalpha()
            or declared.help[:2].isupper()
            or (declared.help.split()[0] in {"GPUs", "GB-seconds", "PUE"})
        ), f"{name}: help is a phrase, not a sentence"


@models
def test_doctest_passes(model: Model) -> None:
    module = importlib.import_module(model.compute.__module__)
    case = doctest.DocTestParser().get_doctest(model.doc, dict(vars(module)), model.id, module.__file__, 0)
    assert case.examples
    told: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(case, out=told.append)
    assert outcome.failed == 0, "".join(told)


@models
def test_declared_directions_are_inputs(model: Model) -> None:
    for name in (*model.increasing_in, *model.decreasing_in):
        assert type(model.parameters[name]) is Param
    assert not set(model.increasing_in) & set(model.decreasing_in)


@models
def test_bounds_leave_no_room_for_nonsense(model: Model) -> None:
    for name, declared in model.parameters.items():
        if isinstance(declared, Param):
            assert math.isfinite(declared.floor), f"{name} has no lower bound"
            assert math.isfinite(declared.maximum), f"{name} has no upper bound"
            assert declared.floor < declared.maximum


# Units


def check_unit(name: str, found: Any, unit: str) -> None:
    """Fail unless `found` is a quantity of `unit`; a plain number may stand for a plain ratio only."""
    if hasattr(found, "dimensionality"):
        convert(found, unit, unit)
    else:
        assert unit == "", f"{name} has lost its unit {unit}"


@pytest.mark.parametrize("base", [False, True], ids=["declared", "base"])
@models
def test_units_of_every_part_are_the_declared_ones(model: Model, base: bool) -> None:
    """Run on quantities, in the declared units and in base units: a hidden factor would show in the second."""
    for point in points(model.id):
        with_units = dict(point)
        for name, declared in model.parameters.items():
            if isinstance(declared, Param):
                found = quantity(point[name], declared.unit)
                with_units[name] = found.to_base_units() if base else found
        result = model.compute(**with_units)
        assert result.unit == model.unit
        check_unit("total", result.total, model.unit)
        for name, line in result.lines.items():
            check_unit(name, line, model.unit)
        for name, note in result.notes.items():
            if not isinstance(note.value, str):
                check_unit(name, note.value, note.unit)
        for name, path in result.paths.items():
            check_unit(name, path.values, path.unit)
        plain = model.compute(**point)
        np.testing.assert_allclose(number(result.total, model.unit), plain.total, rtol=1e-9, atol=1e-12 * size(plain))


def size(result: Result) -> float:
    """Return the largest finite line: what rounding errors are measured against."""
    lines = np.concatenate([np.ravel(np.asarray(line, dtype=np.float64)) for line in result.lines.values()])
    finite = np.abs(lines[np.isfinite(lines)])
    return float(finite.max()) if finite.size else 0.0


@models
def test_units_are_of_the_vocabulary(model: Model) -> None:
    units = [model.unit, *(declared.unit for declared in model.parameters.values())]
    result = model.compute(**points(model.id)[0])
    units += [note.unit for note in result.notes.values()] + [path.unit for path in result.paths.values()]
    for unit in units:
        assert canonical(unit) == unit


# Numbers


@models
def test_lines_sum_to_the_total(model: Model) -> None:
    for point in points(model.id):
        result = model.compute(**point)
        np.testing.assert_allclose(result.total, sum(result.lines.values()), rtol=1e-12)


@models
def test_an_array_is_its_scalars(model: Model) -> None:
    words = {
        name: points(model.id)[0][name] for name, declared in model.parameters.items() if isinstance(declared, Choice)
    }
    cases = [{**each, **words} for each in points(model.id)]
    alone = [answer(model, each) for each in cases]
    kept = [(each, result) for each, result in zip(cases, alone, strict=True) if result is not None]
    stacked = {name: words.get(name, np.array([each[name] for each, _ in kept])) for name in model.parameters}
    together = dict(named_values(model.compute(**stacked)))
    for index, (_, result) in enumerate(kept):
        for name, single in named_values(result):
            found = np.asarray(together[name])
            if np.ndim(
                single
            ):  # a path may be as long as its inputs ask for; the stacked one is as long as the longest
                single = np.asarray(single)[..., : found.shape[-1]]  # noqa: PLW2901
                found = found[..., : single.shape[-1]]
            whole = np.broadcast_to(found, (len(kept), *np.shape(single)))
            np.testing.assert_allclose(whole[index], single, rtol=1e-9, atol=1e-12 * size(result), err_msg=name)


@models
def test_one_array_among_scalars_broadcasts(model: Model) -> None:
    point = points(model.id)[0]
    for name, declared in model.parameters.items():
        if isinstance(declared, Choice):
            continue
        repeated = np.stack([np.asarray(point[name])] * 3)
        result = model.compute(**{**point, name: repeated})
        assert np.shape(result.total) in {(), (3,)}
        np.testing.assert_allclose(result.total, model.compute(**point).total, rtol=1e-9)


@models
def test_finite_everywhere_inside_the_bounds(model: Model) -> None:
    @quick
    @given(inputs(model))
    def finite(point: dict[str, Any]) -> None:
        result = answer(model, point)
        assume(result is not None)
        for name, found in named_values(result):
            assert not np.isnan(found).any(), f"{name} is not a number"
            assert model.infinite or np.isfinite(found).all(), f"{name} is infinite"
        assert not np.isneginf(result.total).any()

    finite()


@models
def test_moves_in_the_declared_directions(model: Model) -> None:
    moving = [*((name, 1) for name in model.increasing_in), *((name, -1) for name in model.decreasing_in)]
    for name, sign in moving:
        declared = model.parameters[name]
        assert isinstance(declared, Param)
        for point in points(model.id):
            steps = np.sort(value(declared, np.linspace(0.0, 1.0, 41)))
            steps = np.clip(steps, np.nextafter(declared.floor, np.inf), declared.maximum)
            result = answer(model, {**point, name: steps})
            if result is None:
                continue
            totals = np.broadcast_to(np.asarray(result.total, dtype=np.float64), steps.shape)
            kept = totals[np.isfinite(totals)]
            moves = sign * np.diff(kept)
            assert (moves >= -1e-9 * np.maximum(abs(kept[1:]), size(result) * 1e-3)).all(), (name, point, totals)
            if sign > 0:  # once infinite, a rising total stays so
                assert not (np.isinf(totals[:-1]) & np.isfinite(totals[1:])).any()
            else:
                assert not (np.isfinite(totals[:-1]) & np.isinf(totals[1:])).any()


@models
def test_refuses_what_is_outside_the_bounds(model: Model) -> None:
    module = sys.modules[model.compute.__module__]
    checked = getattr(module, model.compute.__name__)
    point = points(model.id)[0]
    for name, declared in model.parameters.items():
        wrong: list[Any] = ["no such word"] if isinstance(declared, Choice) else [math.nan, math.inf]
        if isinstance(declared, Param):
            wrong += [declared.floor - max(1.0, abs(declared.floor)), declared.maximum + max(1.0, declared.maximum)]
        for bad in wrong:
            with pytest.raises(RackmathError, match=re.escape(name)):
                checked(**{**point, name: bad})


# Defaults


@pytest.fixture(scope="module")
def brain() -> Evidence:
    return Evidence.load()


@models
def test_evidence_ids_are_well_formed(model: Model) -> None:
    for declared in model.parameters.values():
        if declared.evidence:
            assert re.fullmatch(
                r"[a-z0-9-]+/[a-z0-9-]+(\?[a-z-]+=[A-Za-z0-9.-]+(&[a-z-]+=[A-Za-z0-9.-]+)*)?", declared.evidence
            )
        else:
            assert declared.because[-1] != "."


@models
def test_bundled_figures_fit_the_inputs(model: Model, brain: Evidence) -> None:
    for name, declared in model.parameters.items():
        if declared.evidence:
            figure = brain.get(declared.evidence)
            assert accepts(figure.unit, declared.unit), f"{name}: {figure.ref} is in {figure.unit}"
            assert brain.sources[figure.source]


@models
def test_runs_on_its_defaults(model: Model, brain: Evidence) -> None:
    result = bind(model, {}, brain).central()
    for name, found in named_values(result):
        assert not np.isnan(found).any(), name
        assert model.infinite or np.isfinite(found).all(), name


@models
def test_draws_from_its_defaults(model: Model, brain: Evidence) -> None:
    spread = run(model.id, {}, brain, samples=2000, seed=1).distribution
    if not any(each.uncertain for each in bind(model, {}, brain).leaves()):
        assert spread is None  # nothing varies: a range would be a pretence
        return
    assert spread is not None
    assert spread["p5"] <= spread["p50"] <= spread["p95"]


@models
def test_warnings_are_sentences(model: Model) -> None:
    for point in points(model.id):
        warnings = model.compute(**point).warnings
        assert len(set(warnings)) == len(warnings)
        for warning in warnings:
            assert re.match(r"[A-Z0-9].*\.$", warning), f"a warning is a sentence for the reader: {warning!r}"
