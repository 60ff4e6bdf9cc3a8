"""Reading brains as numbers, and asking them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.brains import QUANTITIES, figure_entry, write_brain
from pace import within
from rackmath.errors import RackmathError
from rackmath.evidence import STARTER, Evidence, UnknownFigure
from rackmath.vault import Vault
from vault.texts import mangled, wild


def brain(tmp_path: Path, *entries: dict[str, Any], name: str = "brain", **more: Any) -> Evidence:
    return Evidence.load(write_brain(tmp_path / name, entries, **more), starter=False)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_what_is_read(tmp_path: Path) -> None:
    entry = figure_entry(1, value="1.49 to 3.99", stated_on="2026-06-01", derived_from=["fig_9"], method="m", note="n")
    evidence = brain(tmp_path, entry)
    assert evidence.problems == []
    (figure,) = evidence.figures
    assert figure.ref == "h100-sxm/rental-price"
    assert figure.reference == "h100-sxm/rental-price?term=on-demand"
    assert (figure.as_written, figure.unit, figure.value_kind) == ("1.49 to 3.99", "USD/GPU_hour", "range")
    assert figure.value.unit == "USD/GPU_hour"
    assert (figure.reading.low, figure.reading.high) == (1.49, 3.99)
    assert (str(figure.as_of), figure.stated_on, figure.kind) == ("2026-05-24", date(2026, 6, 1), "listed")
    assert str(figure.claimant) == "a-cloud (vendor)"
    assert (figure.source, figure.rank, figure.derived_from) == ("cloud-2026", "normal", ("fig_9",))
    assert (figure.note_id, figure.note_title) == ("note_1", "What GPUs rent for")
    assert (figure.path, figure.vault) == ("notes/prices.md", tmp_path / "brain")
    assert figure.half_life_days == 90
    assert evidence.sources["cloud-2026"].title == "Prices of cloud-2026"
    assert evidence.sources["cloud-2026"].published == "2026-05-24"
    assert evidence.quantities["pue"].plausible == (1, 3)
    assert evidence.subjects["h100-sxm"].names == ("Hopper",)


def test_printed_digits_are_kept(tmp_path: Path) -> None:
    folder = write_brain(tmp_path, [figure_entry(1)])
    note = folder / "notes/prices.md"
    note.write_text(note.read_text().replace("value: 2.5", "value: 2.50"))
    (figure,) = Evidence.load(folder, starter=False).figures
    assert figure.as_written == "2.50"
    assert figure.reading.low_step == pytest.approx(0.005)


def test_a_bound_is_a_figure_but_no_input_of_a_model(tmp_path: Path) -> None:
    figure = brain(tmp_path, figure_entry(1, value={"at_least": 3})).get("h100-sxm/rental-price")
    assert figure.value_kind == "at_least"
    with pytest.raises(RackmathError, match=r"prices\.md:\d+: figure fig_1 .* only says 'at_least: 3'"):
        _ = figure.value


@pytest.mark.parametrize(
    ("changes", "problem", "kept"),
    [
        ({"id": None}, "a figure: id missing; it is left out", False),
        ({"value": None}, "fig_1: value missing; it is left out", False),
        ({"as_of": None, "subject": None}, "fig_1: subject and as_of missing; it is left out", False),
        ({"value": "much"}, "fig_1: 'much' does not start with a number", False),
        ({"value": "3 USD/server"}, "fig_1: cannot read", False),
        ({"unit": "USD/gpuhour"}, "fig_1: unknown unit", False),
        ({"unit": "USD/server"}, "fig_1: unit 'USD/server' does not fit rental-price, which is in USD/GPU_hour", False),
        ({"as_of": "soon"}, "fig_1: 'soon' is not a date", False),
        ({"stated_on": "x"}, "fig_1: 'x' is not a date", False),
        (
            {"quantity": "rental-prise"},
            "fig_1: quantity 'rental-prise' is not defined in vocab/quantities.yaml; did you mean",
            True,
        ),
        ({"kind": "guessed"}, "fig_1: kind 'guessed' is not one of measured", True),
        ({"kind": None}, "fig_1: no kind; write one of measured", True),
        ({"claimant": {"who": "x", "kind": "friend"}}, "fig_1: claimant kind 'friend' is not one of vendor", True),
        ({"rank": "best"}, "fig_1: rank 'best' is not one of preferred", True),
        ({"scope": "spot"}, "fig_1: scope 'spot' is not {axis: value}", True),
        (
            {"scope": {"terms": "spot"}},
            "fig_1: scope axis 'terms' is not declared for rental-price; did you mean 'term'?",
            True,
        ),
        ({"source": None}, "fig_1: no source; name the citekey", True),
        ({"source": "cloud-2025"}, "fig_1: source 'cloud-2025' is not in sources/; did you mean 'cloud-2026'?", True),
    ],
)
def test_problems_name_file_line_and_figure(tmp_path: Path, changes: dict[str, Any], problem: str, kept: bool) -> None:
    evidence = brain(tmp_path, figure_entry(1, **changes))
    assert len(evidence.problems) == 1, evidence.problems
    # line 10 of the note: four lines of front matter with two fences, blank, text, blank, fence
    assert evidence.problems[0].startswith(f"{tmp_path / 'brain/notes/prices.md'}:10: ")
    assert problem in evidence.problems[0]
    assert len(evidence.figures) == kept


def test_one_bad_figure_costs_no_other(tmp_path: Path) -> None:
    evidence = brain(
        tmp_path, figure_entry(1, value="much"), figure_entry(2), figure_entry(2, value=9), figure_entry(3)
    )
    assert [figure.id for figure in evidence.figures] == ["fig_2", "fig_3"]
    assert evidence.get("fig_2").reading.low == 2.5
    assert "figure fig_2 is already in" in evidence.problems[1]


def test_zero_and_plain_ratios_are_values(tmp_path: Path) -> None:
    quantities = {"share": {"unit": ""}}
    evidence = brain(tmp_path, figure_entry(1, quantity="share", unit="", value=0), quantities=quantities)
    assert evidence.problems == []
    assert evidence.get("h100-sxm/share").reading.low == 0


def test_a_quantity_may_have_several_units(tmp_path: Path) -> None:
    quantities = {"price": {"unit": "USD/GPU", "units": ["USD/server"], "axes": ["term"]}}
    entries = [figure_entry(n, quantity="price", unit=unit) for n, unit in enumerate(("USD/GPU", "USD/server", "USD"))]
    evidence = brain(tmp_path, *entries, quantities=quantities)
    assert [figure.id for figure in evidence.figures] == ["fig_0", "fig_1"]
    assert "which is in USD/GPU or USD/server" in evidence.problems[0]


@pytest.mark.parametrize(
    ("about", "problem"),
    [
        ({"half_life_days": 0}, "half_life_days must be above 0"),
        ({"half_life_days": "long"}, "half_life_days: 'long' is not a number"),
        ({"tolerance": 5}, "tolerance is a share"),
        ({"plausible": 3}, "plausible is [lowest, highest]"),
        ({"plausible": [1, "x"]}, "plausible: 'x' is not a number"),
        ("text", "write its description as a mapping"),
        ({"unit": "USD/frob"}, "unknown unit 'frob'"),
    ],
)
def test_problems_of_the_vocabulary(tmp_path: Path, about: Any, problem: str) -> None:
    evidence = brain(tmp_path, quantities={"ok": {"unit": "USD"}, "bad": about})
    assert len(evidence.problems) == 1
    assert evidence.problems[0].startswith(f"{tmp_path / 'brain/vocab/quantities.yaml'}:2: ")
    assert problem in evidence.problems[0]
    assert "ok" in evidence.quantities


def test_a_mangled_vocabulary_is_one_problem(tmp_path: Path) -> None:
    folder = write_brain(tmp_path, [])
    (folder / "vocab/quantities.yaml").write_text("a: 1\nb: [\n")
    (folder / "vocab/subjects.yaml").write_bytes(b"\xff")
    problems = Evidence.load(folder, starter=False).problems
    assert any("quantities.yaml:3:" in problem for problem in problems)
    assert any("subjects.yaml: byte 0" in problem for problem in problems)


@settings(deadline=None, derandomize=True, max_examples=100, database=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.one_of(mangled(), wild()), min_size=1, max_size=3))
def test_no_vault_makes_loading_fail(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = write_brain(tmp_path_factory.mktemp("mangled"), [figure_entry(77)])
    for number, text in enumerate(texts):
        for place in (f"notes/{number}.md", f"sources/{number}.md", "vocab/subjects.yaml"):
            (folder / place).write_bytes(text.encode())
    evidence = Evidence.load(folder, starter=False)
    assert evidence.get("fig_77").subject == "h100-sxm"
    evidence.find("h100")
    evidence.conflicts()
    evidence.implausible()
    assert all(isinstance(problem, str) for problem in evidence.problems)


def test_loading_writes_nothing(tmp_path: Path) -> None:
    folder = write_brain(tmp_path, [figure_entry(1)])
    before = sorted(path for path in folder.rglob("*"))
    Evidence.load(folder)
    assert sorted(path for path in folder.rglob("*")) == before


def test_a_folder_that_is_no_brain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RackmathError, match="is not a brain"):
        Evidence.load(tmp_path)


# --- asking ----------------------------------------------------------------------------------------------------------


def test_every_asked_axis_must_be_equal(tmp_path: Path) -> None:
    evidence = brain(
        tmp_path,
        figure_entry(1, scope={"term": "on-demand", "market": "neocloud"}),
        figure_entry(2, scope={"term": "spot"}),
        figure_entry(3, scope=None, subject="b200"),
    )
    assert evidence.get("h100-sxm/rental-price?term=spot").id == "fig_2"
    assert evidence.get("h100-sxm/rental-price?term=On-Demand").id == "fig_1"
    assert evidence.get("h100-sxm/rental-price", scope={"term": "spot"}).id == "fig_2"
    assert evidence.get("h100-sxm/rental-price?term=spot", scope={"term": "on-demand"}).id == "fig_1"
    with pytest.raises(UnknownFigure, match="there is term=on-demand&market=neocloud"):
        evidence.get("h100-sxm/rental-price?term=spot&market=neocloud")
    # a figure without the axis answers only where no figure has it
    assert evidence.get("b200/rental-price?term=spot").id == "fig_3"


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"as_of": "2026-06"}, {"rank": "preferred"}),
        ({"as_of": "2026-05-24"}, {"as_of": "2026-05-25"}),
        ({"as_of": "2026-04"}, {"as_of": "2026-05"}),
        ({"as_of": {"start": "2026-01"}}, {"as_of": "2026-02"}),  # an open period counts from its start
        ({"as_of": "2030", "kind": "forecast"}, {}),  # what is expected answers only where nothing was seen
        ({}, {"stated_on": "2026-06-01"}),
        ({}, {}),  # the later id
    ],
)
def test_which_figure_answers(tmp_path: Path, worse: dict[str, Any], better: dict[str, Any]) -> None:
    evidence = brain(tmp_path, figure_entry(1, **worse), figure_entry(2, **better))
    assert [figure.id for figure in evidence.candidates("h100-sxm/rental-price")] == ["fig_2", "fig_1"]


def test_deprecated_and_superseded_figures_do_not_answer(tmp_path: Path) -> None:
    evidence = brain(
        tmp_path,
        figure_entry(1, as_of="2026-01", stated_on="2026-01-10"),
        figure_entry(2, as_of="2026-02", rank="deprecated", rank_reason="typo"),
        figure_entry(3, as_of="2025-12", stated_on="2026-03-01", supersedes="fig_1"),
    )
    assert evidence.get("h100-sxm/rental-price").id == "fig_3"
    assert evidence.get("h100-sxm/rental-price", as_of=date(2026, 2, 1)).id == "fig_1"  # not superseded yet
    assert evidence.get("fig_2").rank_reason == "typo"  # by its id it is still there
    assert [figure.id for figure in evidence.find("h100")] == ["fig_3"]
    assert len(evidence.find("h100", retired_too=True)) == 3
    only = brain(tmp_path, figure_entry(2, rank="deprecated"), name="other")
    with pytest.raises(UnknownFigure, match="all figures are deprecated or superseded"):
        only.get("h100-sxm/rental-price")


def test_what_was_known_by_a_day(tmp_path: Path) -> None:
    evidence = brain(
        tmp_path,
        figure_entry(1, as_of="2026-01-01", stated_on="2026-03-01", value=1),
        figure_entry(2, as_of="2025-06", value=2),  # stated when it was true, from 1 June 2025
    )
    assert evidence.get("h100-sxm/rental-price", as_of=date(2026, 2, 28)).id == "fig_2"
    assert evidence.get("h100-sxm/rental-price", as_of=date(2026, 3, 1)).id == "fig_1"
    assert evidence.get("h100-sxm/rental-price", as_of=datetime(2026, 3, 1, 9, tzinfo=UTC)).id == "fig_1"
    with pytest.raises(UnknownFigure, match="nothing was known by 2025-05-31; the first statement is of 2025-06-01"):
        evidence.get("h100-sxm/rental-price", as_of=date(2025, 5, 31))
    assert [figure.id for figure in evidence.find("h100", as_of=date(2026, 2, 28))] == ["fig_2"]
    assert len(evidence.conflicts()) == 0  # more than a half-life apart
    assert evidence.conflicts(as_of=date(2025, 7, 1)) == []


def test_the_first_vault_that_can_answer_does(tmp_path: Path) -> None:
    mine = write_brain(tmp_path / "mine", [figure_entry(1, scope={"term": "spot"}, as_of="2020", value=9)], sources=())
    other = write_brain(
        tmp_path / "other", [figure_entry(2, scope={"term": "spot"}), figure_entry(3, scope={"term": "on-demand"})]
    )
    evidence = Evidence.load([mine, other], starter=False)
    assert evidence.problems == []  # the citekey is in the other vault
    assert evidence.get("h100-sxm/rental-price?term=spot").id == "fig_1"
    assert evidence.get("h100-sxm/rental-price?term=on-demand").id == "fig_3"
    assert [figure.id for figure in evidence.find("rental")] == ["fig_1", "fig_3", "fig_2"]


def test_a_user_may_replace_a_figure_a_source_or_a_quantity(tmp_path: Path) -> None:
    quantities = {"rental-price": {**QUANTITIES["rental-price"], "half_life_days": 7}}
    mine = write_brain(tmp_path / "mine", [figure_entry(1, value=9)], quantities=quantities)
    other = write_brain(
        tmp_path / "other", [figure_entry(1), figure_entry(2, quantity="pue", unit="W_facility/W_server")]
    )
    evidence = Evidence.load([mine, other], starter=False)
    assert evidence.problems == []
    assert [figure.id for figure in evidence.figures] == ["fig_1", "fig_2"]
    assert evidence.get("fig_1").reading.low == 9
    assert evidence.get("fig_1").half_life_days == 7
    assert evidence.sources["cloud-2026"].vault == mine
    assert evidence.quantities["rental-price"].half_life_days == 7


def test_a_vault_may_use_the_quantities_of_those_behind_it(tmp_path: Path) -> None:
    mine = write_brain(tmp_path / "mine", [figure_entry(1)], quantities={}, sources=())
    other = write_brain(tmp_path / "other", [])
    evidence = Evidence.load([mine, other], starter=False)
    assert evidence.problems == []
    assert evidence.get("fig_1").half_life_days == 90


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("h100-sxm/rental-prise", "no figure for 'h100-sxm/rental-prise'; did you mean 'h100-sxm/rental-price'"),
        ("h100-sxm/colour-of-the-box", "h100-sxm has rental-price"),
        ("zzz/qqq", "no figure for 'zzz/qqq'; add one in a figures block"),
    ],
)
def test_unknown_figures_come_with_help(tmp_path: Path, ref: str, message: str) -> None:
    with pytest.raises(UnknownFigure, match=message):
        brain(tmp_path, figure_entry(1)).get(ref)


@pytest.mark.parametrize("ref", ["", "h100-sxm", "/", "a/b/c", "a/b?term", "a/b?=x", "a/b?term=", "fig_404"])
def test_malformed_references(tmp_path: Path, ref: str) -> None:
    with pytest.raises(RackmathError):
        brain(tmp_path, figure_entry(1)).get(ref)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["fig_2", "fig_1", "fig_3"]),
        ("h100 rental", ["fig_2", "fig_1"]),
        ("HOPPER", ["fig_2", "fig_1"]),  # another name of the subject
        ("usd/gpu", ["fig_2", "fig_1"]),
        ("spot", ["fig_2"]),
        ("prices of cloud", ["fig_2", "fig_1", "fig_3"]),  # the source's title
        ("gpus rent", ["fig_2", "fig_1", "fig_3"]),  # the note's title
        ("h100 nothing", []),
        ("pue", ["fig_3"]),
    ],
)
def test_find(tmp_path: Path, query: str, ids: list[str]) -> None:
    evidence = brain(
        tmp_path,
        figure_entry(1),
        figure_entry(2, scope={"term": "spot"}),
        figure_entry(3, subject="site", quantity="pue", unit="W_facility/W_server", scope=None, value=1.2),
    )
    assert [figure.id for figure in evidence.find(query)] == ids


def test_conflicts_and_lint_of_a_brain(tmp_path: Path) -> None:
    evidence = brain(
        tmp_path,
        figure_entry(1, value="2.0"),
        figure_entry(2, value="4.0", source="lab-2026", claimant={"who": "lab", "kind": "independent"}),
        figure_entry(3, value="200"),
        figure_entry(4, value="8.0", rank="deprecated"),
        sources=("cloud-2026", "lab-2026"),
    )
    assert [(item.first.id, item.second.id) for item in evidence.conflicts()] == [
        ("fig_1", "fig_3"),
        ("fig_2", "fig_3"),
        ("fig_1", "fig_2"),
    ]
    assert evidence.conflicts()[2].label == "vendor claim against independent figure"
    assert ["fig_3" in line for line in evidence.implausible()] == [True]


# --- the bundled brain and speed -------------------------------------------------------------------------------------


def test_the_bundled_brain_comes_last(tmp_path: Path) -> None:
    folder = write_brain(tmp_path, [])
    evidence = Evidence.load([folder])
    assert evidence.vaults == (folder, STARTER)
    assert Evidence.load().vaults == (STARTER,)
    assert Evidence.load(STARTER).vaults == (STARTER,)
    assert Evidence.load(folder, starter=False).vaults == (folder,)


def test_a_brain_of_180_figures_loads_quickly(tmp_path: Path) -> None:
    """Processor time of the better of three readings, since other programs may run; the bar is 0.15 s."""
    vault = Vault.create(tmp_path / "brain", title="T", writer="a")
    write_brain(vault.path, [])
    for number in range(45):
        entries = [figure_entry(4 * number + n) for n in range(4)]
        other = write_brain(tmp_path / "made", entries) / "notes/prices.md"
        (vault.path / f"notes/{number}.md").write_text(other.read_text().replace("note_1", f"note_{number}x"))
    spent = []
    for _ in range(3):
        started = time.process_time()
        evidence = Evidence.load(vault.path, starter=False)
        spent.append(time.process_time() - started)
    assert len(evidence.figures) == 180
    assert min(spent) < within(0.15)
