"""Read a table of figures back into notes: known ones where they stand, new ones into a note of choice."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from rackmath.brain.formats.figures import COLUMNS, STATED, as_json, format_of, is_number, stated_row
from rackmath.errors import Problems, RackmathError, require, suggest
from rackmath.evidence.figure import CLAIMANTS, KINDS, RANKS
from rackmath.evidence.period import read_period
from rackmath.evidence.written import read_value
from rackmath.units import canonical
from rackmath.vault import Document, Printed, Vault, new_id

MOST_ROWS = 200_000
LARGEST = 64 * 1024 * 1024
_NEEDED = ("subject", "quantity", "value", "as_of")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would write: (path, text, expected hash), and the ids of the figures by what happens to them."""

    changes: tuple[tuple[str, str, str | None], ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def plan_import(vault: Vault, table: Path, into: str, known: Mapping[str, Any], format_: str = "") -> Plan:
    """Plan to bring the figures of a table into a vault; nothing is written.

    Parameters
    ----------
    vault
        A figure whose id one of its notes holds is changed there, if the row says something else.
    table
        A CSV, JSON Lines or Parquet file with the columns of `rackmath.brain.formats.figures`.
    into
        The file of the note that takes the figures with new ids, or with none.
    known
        The quantities that are defined, by id.
    format_
        csv, jsonl or parquet, where the file's name does not say.

    Raises
    ------
    RackmathError
        The table or the note cannot be read, or an id stands in it twice; `Problems` has a line for each bad cell.
    """
    rows = read_table(table, format_)
    items = items_of(rows, table.name, known)
    numbers: dict[str, int] = {}
    for (number, _), item in zip(rows, items, strict=True):
        if first := numbers.get(item["id"]):
            raise RackmathError(f"{table.name}:{number}: column id: {item['id']!r} stands in row {first} too")
        numbers[item["id"]] = number
    wanted = {item["id"]: item for item in items}
    changes: list[tuple[str, str, str | None]] = []
    changed, unchanged = [], []
    texts: dict[str, tuple[Document, str]] = {}
    for rel, text in vault.documents("notes", []):
        document = fresh = Document.parse(text)
        for place, block in enumerate(document.blocks()):
            held = [item for _, item in block.items if isinstance(item, Mapping)]
            here = [wanted.pop(str(item.get("id")), None) for item in held]
            told = [new is None or says_same(old, new) for old, new in zip(held, here, strict=True)]
            changed += [new["id"] for new, same in zip(here, told, strict=True) if new and not same]
            unchanged += [new["id"] for new, same in zip(here, told, strict=True) if new and same]
            if not all(told):
                kept = [old if same else new for old, new, same in zip(held, here, told, strict=True)]
                fresh = fresh.with_block(place, kept)
        if fresh is not document or rel == into:
            texts[rel] = (fresh, vault.read(rel)[1])
    if wanted:
        if into not in texts:
            raise RackmathError(f"{into}: there is no such note in {vault.path} to take {len(wanted)} new figures")
        document, digest = texts[into]
        blocks = document.blocks()
        added = list(wanted.values())
        texts[into] = (
            document.with_block(len(blocks) - 1, [*blocks[-1].written, *added])
            if blocks and isinstance(blocks[-1].written, list)
            else document.adding_block(added),
            digest,
        )
    changes = [(rel, document.text, digest) for rel, (document, digest) in texts.items()]
    changes = [change for change in changes if vault.read(change[0])[0] != change[1]]
    return Plan(tuple(changes), tuple(wanted), tuple(changed), tuple(unchanged))


def says_same(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Whether two figures make the same row."""
    return stated_row(one) == stated_row(two)


def read_table(path: Path, format_: str = "") -> list[tuple[int, dict[str, str]]]:
    """Read a table of figures: (line or row number, cells that are not empty).

    Raises
    ------
    RackmathError
        The file is missing, too large, or not what its name says; a column is unknown or one that is needed is missing.
    """
    kind = format_of(path, format_)
    if not path.is_file():
        raise RackmathError(f"{path}: there is no such file")
    if path.stat().st_size > LARGEST:
        raise RackmathError(f"{path}: more than {LARGEST // 2**20} MiB; split it")
    read = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}[kind]
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in read(path):
        if len(rows) >= MOST_ROWS:
            raise RackmathError(f"{path}: more than {MOST_ROWS:,} rows; split it")
        unknown = [name for name in cells if name not in COLUMNS]
        if unknown:
            near = suggest(unknown[0], COLUMNS)
            raise RackmathError(f"{path}:{number}: there is no column {unknown[0]!r}{near}; put your own into `more`")
        rows.append((number, {name: text for name, text in cells.items() if text != "" and name in STATED}))
    return rows


def _read_csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = _utf8(path)
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        names = [name.strip() for name in reader.fieldnames or []]
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            raise RackmathError(f"{path}:1: the column {missing[0]!r} is missing; the first line names the columns")
        reader.fieldnames = names
        for cells in reader:
            if None in cells:
                raise RackmathError(f"{path}:{reader.line_num}: the row has more cells than the first line has columns")
            yield reader.line_num, {name: _unquoted((text or "").strip()) for name, text in cells.items()}
    except csv.Error as error:
        raise RackmathError(f"{path}: not CSV ({error})") from None


def _unquoted(text: str) -> str:
    """Take back the apostrophe that `csv_text` put before what a spreadsheet would take for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text


def _read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(_utf8(path).splitlines(), 1):
        if line.strip():
            try:
                found = json.loads(line, parse_float=Printed, parse_int=Printed)
            except (ValueError, RecursionError):
                raise RackmathError(f"{path}:{number}: this line is not JSON") from None
            if not isinstance(found, dict):
                raise RackmathError(f"{path}:{number}: this line is not an object {{…}}")
            yield number, {str(name): _cell(value) for name, value in found.items()}


def _read_parquet(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    parquet = require("pyarrow.parquet", extra="tables")
    arrow = require("pyarrow", extra="tables")
    try:
        table = parquet.read_table(path)
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise RackmathError(f"{path}: not a Parquet file ({str(error)[:80]})") from None
    for number, cells in enumerate(table.to_pylist(), 1):
        yield number, {str(name): _cell(value) for name, value in cells.items()}


def _cell(value: Any) -> str:
    return "" if value is None else str(value) if isinstance(value, str) else as_json(value)


def _utf8(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RackmathError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def items_of(
    rows: Iterable[tuple[int, Mapping[str, str]]], name: str, known: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows as figures to be put into a note's block, in order.

    Parameters
    ----------
    rows
        What `read_table` gives.
    name
        The table's name, for messages.
    known
        The quantities that are defined, by id.

    Raises
    ------
    Problems
        A line for each cell that cannot be read, with its row and column; no row is taken then.
    """
    found, problems = [], []
    for number, cells in rows:
        item = _item(cells)
        faults = list(_faults(item, cells, known))
        problems += [f"{name}:{number}: column {column}: {words}" for column, words in faults]
        found.append(item)
    if problems:
        raise Problems(problems)
    return found


def _item(cells: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for column in STATED:
        text = cells.get(column)
        if text is None:
            continue
        match column:
            case "claimant" | "claimant_kind":
                claimant = {"who": cells.get("claimant"), "kind": cells.get("claimant_kind")}
                item["claimant"] = {key: value for key, value in claimant.items() if value}
            case "scope":
                item["scope"] = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
            case "derived_from" | "supersedes":
                item[column] = [part.strip() for part in text.split(";") if part.strip()]
            case "as_of" if "/" in text:
                start, _, end = text.partition("/")
                item["as_of"] = {"start": start, **({"end": end} if end not in {"", ".."} else {})}
            case "value":
                item["value"] = _value(text)
            case "more":
                item.update(_loaded(text) if isinstance(_loaded(text), dict) else {"more": text})
            case _:
                item[column] = text
    item.setdefault("unit", "")
    return item if item.get("id") else {"id": new_id("fig"), **item}


def _value(text: str) -> Any:
    if text.startswith("{"):
        found = _loaded(text)
        return found if isinstance(found, dict) else text
    return Printed(text) if is_number(text) else text


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Printed, parse_int=Printed)
    except (ValueError, RecursionError):
        return None


def _faults(item: Mapping[str, Any], cells: Mapping[str, str], known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for column in _NEEDED:
        if column not in cells:
            yield column, "is empty"
    if (quantity := cells.get("quantity", "")) and quantity not in known:
        yield "quantity", f"{quantity!r} is not defined in vocab/quantities.yaml{suggest(quantity, known)}"
    try:
        unit = canonical(str(item["unit"]))
    except RackmathError as error:
        yield "unit", str(error)
    else:
        if "value" in item:
            yield from _fault("value", lambda: read_value(item["value"], unit))
    for column in ("as_of", "stated_on", "review_after"):
        if column in item:
            yield from _fault(column, lambda column=column: read_period(item[column]))
    for column, allowed in (("kind", KINDS), ("rank", RANKS), ("claimant_kind", CLAIMANTS)):
        if column in cells and cells[column] not in allowed:
            yield column, f"{cells[column]!r} is not one of {', '.join(allowed)}"


def _fault(column: str, read: Any) -> Iterator[tuple[str, str]]:
    try:
        read()
    except RackmathError as error:
        yield column, str(error)
