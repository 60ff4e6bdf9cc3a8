"""The bundled brain: it loads, every number can be traced, and the derived ones follow from their inputs."""

from __future__ import annotations

import importlib.util
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import ROOT, shared_path
from rackmath.evidence import Evidence, Figure
from rackmath.kernel import Param, registry
from rackmath.units import accepts, canonical
from rackmath.vault import Document

BRAIN = ROOT / "src/rackmath/starter/brain"
NOTES = sorted((BRAIN / "notes").rglob("*.md"))
ID = r"_[0-9a-hjkmnp-tv-z]{26}"
KINDS = {"pov", "methodology", "watching", "thesis", "reading", "observation"}

LAST_REVISED = "2026-12-01"  # the day on which figures were last added

# what the first models and demonstrations ask for, with the unit each is asked in
DEFAULTS = {
    "h100-sxm/rental-price?term=on-demand": "USD/GPU_hour",
    "h100-sxm/rental-price?term=reserved-1y": "USD/GPU_hour",
    "h100-sxm/rental-price?term=reserved-3y": "USD/GPU_hour",
    "h100-sxm/rental-price?term=spot": "USD/GPU_hour",
    "h100-sxm/purchase-price": "USD/GPU",
    "h100-8gpu-server/purchase-price": "USD/server",
    "frontier-api/input-price": "USD/Mtok",
    "frontier-api/output-price": "USD/Mtok",
    "frontier-api/cached-input-price": "USD/Mtok",
    "frontier-api/cache-write-price": "USD/Mtok",
    "open-70b/cached-input-price": "USD/Mtok",
    "commitment/discount?term=1y": "",
    "commitment/discount?term=3y": "",
    "m5-xlarge/on-demand-price": "USD/hour",
    "api/price-compression-factor": "",
}


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load()


@pytest.fixture(scope="module")
def raw() -> dict[str, Mapping[str, Any]]:
    """Return the figures as they are written, by id: with the rule and expression that `Figure` does not carry."""
    found = {}
    for path in NOTES:
        for block in Document.parse(path.read_text(encoding="utf-8")).blocks("figures"):
            assert isinstance(block.data, list), path.name
            found.update({item["id"]: item for item in block.data})
    return found


def asked_by_models() -> Iterator[tuple[str, str]]:
    for model in registry().values():
        for parameter in model.parameters.values():
            if isinstance(parameter, Param) and parameter.evidence:
                yield parameter.evidence, parameter.unit


# -- the vault -------------------------------------------------------------------------------------------------------


def test_the_brain_loads_without_a_problem(evidence: Evidence) -> None:
    assert evidence.problems == []
    assert evidence.implausible() == []
    assert [conflict.explanation for conflict in evidence.conflicts() if conflict.hard] == []


def test_the_brain_is_large_enough_to_be_useful(evidence: Evidence) -> None:
    assert len(NOTES) >= 45
    assert len(evidence.figures) >= 170
    assert {path.parent.name for path in NOTES} == KINDS


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_note_reads_well_on_its_own(path: Path, evidence: Evidence) -> None:
    document = Document.parse(path.read_text(encoding="utf-8"))
    assert document.problems == []
    front = document.front
    assert re.fullmatch("note" + ID, front["id"])
    assert front["type"] == path.parent.name
    assert front["contributors"] == ["rackmath"]
    assert len(front["tags"]) >= 2
    assert len(document.title().split()) >= 6, "a title states the finding"
    prose = re.sub(r"```.*?```|^\[\^.*$|\[\^\d+\]", "", document.body, flags=re.DOTALL | re.MULTILINE)
    # words with a letter in them; sums and table-like numbers are not read as prose
    assert 60 <= len(re.findall(r"[A-Za-z][\w'-]*", prose)) <= 200
    used = set(re.findall(r"\[\^(\w+)\](?!:)", document.body))
    assert used == set(document.footnotes), "each footnote is defined once and used"
    for label, text in document.footnotes.items():
        citekey = re.match(r"@([\w-]+)", text)
        assert citekey, f"footnote {label}: write @citekey"
        assert citekey[1] in evidence.sources, f"footnote {label}: no source {citekey[1]}"
    assert used or document.blocks("figures")


def test_ids_are_minted_once(evidence: Evidence) -> None:
    notes = [Document.parse(path.read_text(encoding="utf-8")).front["id"] for path in NOTES]
    sources = [source.id for source in evidence.sources.values()]
    figures = [figure.id for figure in evidence.figures]
    assert [name for name, count in Counter(notes + sources + figures).items() if count > 1] == []
    assert all(re.fullmatch("src" + ID, name) for name in sources)
    assert all(re.fullmatch("fig" + ID, name) for name in figures)


# -- where each number comes from ------------------------------------------------------------------------------------


def test_every_figure_says_where_it_comes_from(evidence: Evidence, raw: Mapping[str, Mapping[str, Any]]) -> None:
    for figure in evidence.figures:
        source = evidence.sources[figure.source]
        own = source.source_kind == "own-estimate"
        assert source.url.startswith("rackmath:" if own else "https://"), figure.where
        assert own == (figure.kind == "estimated" and figure.claimant.who == "rackmath"), figure.where
        assert figure.claimant.who, figure.where
        assert figure.claimant.kind, figure.where
        assert raw[figure.id]["stated_on"], figure.where
        assert figure.subject in evidence.subjects, figure.where
        assert figure.quantity in evidence.quantities, figure.where
        canonical(figure.unit)
        if figure.kind == "derived":
            assert figure.method, f"{figure.where}: say how it was derived"
        if figure.rank == "deprecated":
            assert figure.rank_reason, figure.where


def test_nothing_is_said_from_the_future(evidence: Evidence) -> None:
    last = max(figure.stated_on for figure in evidence.figures)
    assert last.isoformat() <= LAST_REVISED
    for figure in evidence.figures:
        if figure.kind not in {"target", "forecast"}:
            assert figure.as_of.start.isoformat() <= LAST_REVISED, figure.where


def test_every_source_names_its_licence_and_how_it_was_read(evidence: Evidence) -> None:
    for source in evidence.sources.values():
        assert source.title, source.path
        assert source.publisher, source.path
        assert source.licence, source.path
        assert source.front["read_as"], source.path
        body = Document.parse((BRAIN / source.path).read_text(encoding="utf-8")).body
        assert body.strip(), f"{source.path}: say what the source holds"
        if source.source_kind == "dataset":
            assert source.licence in {"MIT", "Apache-2.0", "CC BY 4.0"}, source.path
            assert source.front["attribution"], source.path


def test_no_source_quantity_or_subject_is_left_over(evidence: Evidence) -> None:
    cited = {figure.source for figure in evidence.figures}
    for path in NOTES:
        cited.update(re.findall(r"^\[\^\w+\]: @([\w-]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(evidence.sources) - cited == set()
    assert set(evidence.quantities) - {figure.quantity for figure in evidence.figures} == set()
    assert set(evidence.subjects) - {figure.subject for figure in evidence.figures} == set()
    for quantity in evidence.quantities.values():
        assert quantity.name, quantity.id
        assert quantity.definition.endswith("."), quantity.id


# -- the defaults ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reference", "unit"), [*DEFAULTS.items(), *sorted(set(asked_by_models()))])
def test_a_default_is_one_preferred_figure_in_a_fitting_unit(reference: str, unit: str, evidence: Evidence) -> None:
    found = evidence.candidates(reference)
    assert [figure.reference for figure in found if figure.rank == "preferred"] == [found[0].reference]
    assert accepts(found[0].unit, unit)
    assert found[0].reading.stated is not None


def centre(figure: Figure) -> float:
    return figure.value.distribution.central()


def test_a_derived_range_follows_from_its_inputs(evidence: Evidence, raw: Mapping[str, Mapping[str, Any]]) -> None:
    by_id = {figure.id: figure for figure in evidence.figures}
    checked: Counter[str] = Counter()
    for figure in evidence.figures:
        inputs = [by_id[name] for name in figure.derived_from]  # a KeyError names an input that is not there
        assert figure not in inputs
        rule = raw[figure.id].get("rule")
        low, high = figure.reading.low, figure.reading.high
        if rule == "envelope":
            for part in inputs:
                assert low <= part.reading.low, f"{figure.where} does not reach down to {part.where}"
                if math.isfinite(part.reading.high):
                    assert part.reading.high <= high, f"{figure.where} does not reach up to {part.where}"
        elif rule == "centres":
            for part in inputs:
                assert low <= centre(part) <= high, f"{figure.where} leaves out the middle of {part.where}"
        elif rule == "percentiles":
            middle = sorted(centre(part) for part in inputs)[len(inputs) // 2]
            assert low <= middle <= high, f"{figure.where} leaves out the middle of its examples"
        elif rule == "arithmetic":
            expression = str(raw[figure.id]["expression"])
            assert re.fullmatch(r"[\d\s.+\-*/(),e]*|.*log.*", expression)
            computed = eval(expression, {"__builtins__": {}}, {"log": math.log})
            ends = computed if isinstance(computed, tuple) else (computed, computed)
            # two and a half per cent: values are printed with two or three digits
            assert (low, high) == pytest.approx(ends, rel=0.025), f"{figure.where}: {expression}"
        else:
            assert rule is None, f"{figure.where}: unknown rule {rule}"
            assert not inputs, f"{figure.where}: name the rule by which it follows from its inputs"
        checked[str(rule)] += 1
    assert min(checked[name] for name in ("envelope", "centres", "percentiles", "arithmetic")) >= 1


def test_a_preferred_range_from_several_sources_lists_them(evidence: Evidence) -> None:
    """A default made by us, other than a measurement or an estimate, says what it was made of."""
    for figure in evidence.figures:
        if figure.rank == "preferred" and figure.kind == "derived" and figure.claimant.who == "rackmath":
            alone = figure.reading.kind == "value" and figure.method  # one number from one source, recomputed
            assert figure.derived_from or alone, figure.where


# -- against the data, where they are at hand ------------------------------------------------------------------------


def maintainers_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("starter_figures", ROOT / "tools/starter_figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(computed: Mapping[str, tuple[float, ...]], evidence: Evidence) -> list[str]:
    """Return the references that the brain holds, after holding each against the computed values."""
    stored = {figure.reference: figure for figure in evidence.figures}
    found = []
    for reference, values in computed.items():
        figure = stored.get(reference)
        if figure is None:
            continue
        found.append(reference)
        listed = getattr(figure.value.distribution, "values", None)
        shown = tuple(listed) if listed is not None else (figure.reading.low, figure.reading.high)[: len(values)]
        # half a unit of the last printed digit, which the reading knows, and a hair for binary fractions
        steps = (figure.reading.low_step, figure.reading.high_step) if listed is None else (0.0,) * len(values)
        for value, printed, step in zip(values, shown, steps, strict=False):
            assert abs(value - printed) <= max(step, 1e-9 * abs(value)) * 1.1, f"{reference}: {printed}, now {value}"
    return found


@pytest.mark.shared
def test_figures_from_data_sets_can_be_computed_again(evidence: Evidence) -> None:
    data = shared_path("data")
    assert len(agree(maintainers_tool().figures(data), evidence)) >= 100


@pytest.mark.shared
def test_figures_from_columnar_data_sets_can_be_computed_again(evidence: Evidence) -> None:
    data = shared_path("data")
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow to read Parquet files")

    def read(path: Path) -> Mapping[str, list[Any]]:
        return dict(parquet.read_table(path).to_pydict())

    assert len(agree(dict(maintainers_tool().columnar(data, read)), evidence)) == 7


@pytest.mark.shared
def test_no_run_of_nine_words_is_shared_with_the_page_that_facts_were_read_from() -> None:
    def words(text: str) -> list[str]:
        return re.findall(r"[a-z0-9$%]+(?:\.[0-9]+)?", re.sub(r"<[^>]*>", "", text).lower())

    page = words(shared_path("seed/brain-page.txt").read_text(encoding="utf-8"))
    known = {tuple(page[start : start + 9]) for start in range(len(page) - 8)}
    for path in [*NOTES, *sorted(BRAIN.glob("vocab/*.yaml"))]:
        own = words(path.read_text(encoding="utf-8"))
        shared = [own[start : start + 9] for start in range(len(own) - 8) if tuple(own[start : start + 9]) in known]
        assert shared == [], path.name
    for path in sorted(BRAIN.glob("sources/*.md")):
        own = words(Document.parse(path.read_text(encoding="utf-8")).body)  # an address is what it is
        assert not any(tuple(own[start : start + 9]) in known for start in range(len(own) - 8)), path.name
