"""Figures as a long table, one row a figure: CSV, JSON Lines and Parquet, out and in.

A row holds everything that the figure says in its note, under flat names, so that a table that was written here and is
read again changes nothing. `COMPUTED` columns are added for people who calculate with the table; they are not read.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from rackmath.errors import RackmathError, require
from rackmath.evidence.written import read_value
from rackmath.units import canonical
from rackmath.vault import Document, Printed

Row = dict[str, str | float | None]

STATED = (
    "id", "subject", "quantity", "value", "unit", "as_written", "scope", "as_of", "stated_on", "review_after", "kind",
    "claimant", "claimant_kind", "source", "rank", "rank_reason", "derived_from", "supersedes", "method", "note",
    "more",
)  # fmt: skip
"""What a figure says. `scope` is ``axis=value&axis=value`` with percent signs where needed; `value` and `more` (keys of
one's own) are JSON where they are not plain text; an `as_of` with two ends is ``start/end``."""

COMPUTED = ("low", "central", "high", "url", "in_note", "in_note_title", "in_file")
"""Numbers in `unit` (empty where the figure is only a bound), the source's address, and where the figure stands."""

COLUMNS = (*STATED, *COMPUTED)
SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_LISTS = ("derived_from", "supersedes")


def rows_of(document: Document, path: str, urls: Mapping[str, str]) -> Iterator[Row]:
    """Yield a row for each figure of a note that can be read.

    Parameters
    ----------
    document, path
        The note and its file, relative to the vault.
    urls
        The address of each source, by citekey.
    """
    for block in document.blocks():
        for _, item in block.items:
            if isinstance(item, Mapping) and item.get("id") and item.get("value") is not None:
                where = {
                    "in_note": str(document.front.get("id") or ""),
                    "in_note_title": document.title(),
                    "in_file": path,
                    "url": urls.get(str(item.get("source") or ""), ""),
                }
                yield {**stated_row(item), **_computed(item), **where}


def stated_row(item: Mapping[str, Any]) -> Row:
    """Return what a figure says, as it stands in its block, under the names of `STATED`."""
    rest = dict(item)
    claimant = rest.pop("claimant", None)
    who = claimant if isinstance(claimant, Mapping) else {"who": claimant}
    scope = rest.pop("scope", None)
    row: Row = dict.fromkeys(STATED)
    row["claimant"], row["claimant_kind"] = _text(who.get("who")), _text(who.get("kind"))
    row["scope"] = urlencode(scope, quote_via=quote, safe=" /,()") if isinstance(scope, Mapping) else _text(scope)
    row["as_of"] = _period(rest.pop("as_of", None))
    for name in _LISTS:
        found = rest.pop(name, None)
        row[name] = "; ".join(map(str, found)) if isinstance(found, list) else _text(found)
    for name in list(rest):
        if name in row:
            row[name] = _text(rest.pop(name))
    row["more"] = as_json(rest) if rest else None
    return row


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return as_json(value)


def as_json(value: Any) -> str:
    """Return data as JSON in which a `Printed` number stays as it was printed."""
    if isinstance(value, Printed) and is_number(value):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_json(str(key))}: {as_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _period(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return _text(value)
    return f"{value.get('start')}/{value.get('end') or '..'}"


def _computed(item: Mapping[str, Any]) -> Row:
    try:
        reading = read_value(item["value"], canonical(str(item.get("unit") or "")))
    except RackmathError:
        return {"low": None, "central": None, "high": None}
    central = reading.stated.distribution.central() if reading.stated else None
    ends = [end if math.isfinite(end) else None for end in (reading.low, reading.high)]
    return {"low": ends[0], "central": central, "high": ends[1]}


# --- files ---------------------------------------------------------------------------------------------------------


def format_of(path: Path, wanted: str = "") -> str:
    """Return which of csv, jsonl and parquet a file is.

    Raises
    ------
    RackmathError
        Neither the name nor `wanted` says.
    """
    found = wanted or SUFFIXES.get(path.suffix.casefold(), "")
    if found not in SUFFIXES.values():
        raise RackmathError(f"{path}: name it .csv, .jsonl or .parquet, or say which with --format")
    return found


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows as CSV (RFC 4180); what is neither text nor number stands there as JSON.

    A cell that a spreadsheet would take for a formula is kept from being one by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = _text(value) or ""
    risky = text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not is_number(text)
    return f"'{text}" if risky else text


def is_number(text: str) -> bool:
    """Whether a text is one finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def jsonl_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as JSON Lines; empty cells are left out."""
    kept = ({name: value for name, value in row.items() if value is not None} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in kept)


def parquet_bytes(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as a Parquet file: text columns, and three of floating-point numbers.

    Raises
    ------
    RackmathError
        pyarrow is not installed.
    """
    arrow = require("pyarrow", extra="tables")
    parquet = require("pyarrow.parquet", extra="tables")
    numbers = {"low", "central", "high"}
    schema = arrow.schema([(name, arrow.float64() if name in numbers else arrow.string()) for name in COLUMNS])
    whole = [{name: row.get(name) for name in COLUMNS} for row in rows]
    sink = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(whole, schema=schema), sink, compression="zstd")
    return sink.getvalue()


def as_bytes(rows: Iterable[Mapping[str, Any]], format_: str) -> bytes:
    """Return rows in one of the formats of `SUFFIXES`."""
    match format_:
        case "csv":
            return csv_text(rows).encode()
        case "jsonl":
            return jsonl_text(rows).encode()
    return parquet_bytes(rows)
