"""Figures as tables: what is written and read again changes nothing, and a bad cell is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rackmath.brain.formats.figures import COLUMNS, as_bytes, csv_text, rows_of
from rackmath.brain.formats.figures_in import plan_import
from rackmath.errors import Problems, RackmathError
from rackmath.evidence import Evidence
from rackmath.evidence.evidence import STARTER
from rackmath.vault import Document, Vault

FORMATS = ["csv", "jsonl", "parquet"]
KNOWN = Evidence.load().quantities


def table_of(vault: Vault) -> list[dict[str, str | float | None]]:
    return [row for path, text in vault.documents() for row in rows_of(Document.parse(text), path, {})]


@pytest.fixture
def copy(tmp_path: Path) -> Vault:
    shutil.copytree(STARTER, tmp_path / "brain")
    return Vault.open(tmp_path / "brain", "tester")


def write(tmp_path: Path, rows: list[dict[str, str | float | None]], format_: str) -> Path:
    if format_ == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    path = tmp_path / f"table.{format_}"
    path.write_bytes(as_bytes(rows, format_))
    return path


@pytest.mark.parametrize("format_", FORMATS)
def test_writing_and_reading_again_changes_nothing(copy: Vault, tmp_path: Path, format_: str) -> None:
    rows = table_of(copy)
    assert len(rows) > 400
    plan = plan_import(copy, write(tmp_path, rows, format_), "", KNOWN)
    assert (plan.changes, plan.added, plan.changed) == ((), (), ())
    assert len(plan.unchanged) == len(rows)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_brain_takes_all_and_says_the_same(copy: Vault, tmp_path: Path, format_: str) -> None:
    rows = table_of(copy)
    fresh = Vault.create(tmp_path / "new", title="New", writer="tester")
    note = "notes/observation/table.md"
    fresh.write(note, "---\nid: note_01m82gpv5pr72h5dat6qc8stez\ntype: observation\ntitle: Table\n---\n")
    plan = plan_import(fresh, write(tmp_path, rows, format_), note, KNOWN)
    assert len(plan.added) == len(rows)
    fresh.write_many(plan.changes)
    stated = [[row[name] for name in COLUMNS[:-3]] for row in rows]
    assert [[row[name] for name in COLUMNS[:-4]] for row in table_of(fresh)] == [row[:-1] for row in stated]
    assert plan_import(fresh, tmp_path / f"table.{format_}", note, KNOWN).changes == ()


def test_a_changed_row_changes_that_figure_only(copy: Vault, tmp_path: Path) -> None:
    rows = table_of(copy)
    at = next(place for place, row in enumerate(rows) if row["value"] == "0.05")
    rows[at]["value"] = "0.060"
    plan = plan_import(copy, write(tmp_path, rows, "csv"), "", KNOWN)
    assert plan.changed == (rows[at]["id"],)
    [(path, text, expected)] = plan.changes
    before, digest = copy.read(path)
    assert expected == digest
    after = list(rows_of(Document.parse(text), path, {}))
    others = [block for block in before.split("- id: ") if not block.startswith(str(rows[at]["id"]))]
    assert [block for block in text.split("- id: ") if not block.startswith(str(rows[at]["id"]))] == others
    assert [row["value"] for row in after if row["id"] == rows[at]["id"]] == ["0.060"]


def test_the_numbers_are_those_of_the_evidence(copy: Vault) -> None:
    figures = {figure.id: figure for figure in Evidence.load(copy.path, starter=False).figures}
    for row in table_of(copy):
        reading = figures[str(row["id"])].reading
        assert row["low"] == (reading.low if reading.low > -1e300 else None)
        if reading.stated:
            assert row["central"] == pytest.approx(reading.stated.distribution.central())


def test_spreadsheets_are_not_given_formulas() -> None:
    text = csv_text([{"id": "=1+1", "value": "-3", "note": '@cmd,"x"'}])
    assert text.splitlines()[1].startswith("'=1+1,")
    assert ",-3," in text
    assert "'@cmd" in text


def one_row(**cells: object) -> dict[str, object]:
    what = {"subject": "h100-sxm", "quantity": "rental-price", "as_of": "2026-05"}
    return {**what, "value": "2.5", "unit": "USD/GPU_hour", **cells}


def refused() -> Iterator[tuple[dict[str, object], str]]:
    yield one_row(value="cheap"), "column value"
    yield one_row(unit="USD/bananna"), "column unit"
    yield one_row(as_of="soon"), "column as_of"
    yield one_row(quantity="rental-prize"), "did you mean 'rental-price'"
    yield one_row(kind="rumour"), "column kind"
    yield {key: value for key, value in one_row().items() if key != "subject"}, "column subject: is empty"
    yield one_row(colour="red"), "there is no column 'colour'"
    yield one_row(value=float("nan")), "column value"


@pytest.mark.parametrize(("row", "words"), list(refused()))
def test_a_bad_cell_is_named_with_its_row(copy: Vault, tmp_path: Path, row: dict[str, object], words: str) -> None:
    path = tmp_path / "table.jsonl"
    path.write_text(json.dumps(one_row()) + "\n" + json.dumps(row) + "\n")
    with pytest.raises((Problems, RackmathError), match=words) as caught:
        plan_import(copy, path, "notes/reading/x.md", KNOWN)
    assert "table.jsonl:2" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"subject,value\n", "column 'quantity' is missing"),
        ("t.csv", b"\xff\xfe", "not UTF-8"),
        ("t.csv", b"subject,quantity,value,as_of\na,b,c,d,e\n", "more cells"),
        ("t.jsonl", b"[1]\n", "not an object"),
        ("t.jsonl", b"{\n", "not JSON"),
        ("t.txt", b"", "name it .csv"),
    ],
)
def test_a_file_that_is_no_table(copy: Vault, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RackmathError, match=words):
        plan_import(copy, tmp_path / name, "notes/reading/x.md", KNOWN)


def test_a_number_that_is_twice_in_the_table_is_refused(copy: Vault, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(2 * (json.dumps(one_row(id="fig_1")) + "\n"))
    with pytest.raises(RackmathError, match="stands in row 1 too"):
        plan_import(copy, path, "notes/reading/x.md", KNOWN)


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(RackmathError, match=r"pip install 'rackmath\[tables\]'"):
        as_bytes([], "parquet")
