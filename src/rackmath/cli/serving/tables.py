"""Tables of the serving commands: CSV in, within limits, and CSV out, whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rackmath.cli.common import write_whole
from rackmath.errors import RackmathError

MAX_BYTES = 200_000_000
MAX_ROWS = 2_000_000


def read_table(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a CSV file; RackmathError when it is too large, not text, or lacks a column."""
    if path.is_dir():
        raise RackmathError(f"{path}: is a folder; give a CSV file")
    if path.stat().st_size > MAX_BYTES:
        raise RackmathError(f"{path}: over {MAX_BYTES // 1_000_000} MB; split it")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(_limited(csv.reader(file)))
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{path}: byte {problem.start} is not UTF-8; save the file as CSV in UTF-8") from None
    except csv.Error as problem:
        raise RackmathError(f"{path}: not a CSV file ({problem})") from None
    if not rows:
        raise RackmathError(f"{path}: holds no rows")
    missing = [name for name in needed if name not in rows[0]]
    if missing:
        has = ", ".join(list(rows[0])[:12])
        raise RackmathError(f"{path}: has no column {', '.join(missing)}; it has {has}")
    return rows


def _limited(lines: Iterator[list[str]]) -> Iterator[dict[str, str]]:
    """Yield the rows below the head; cells beyond it are left out, and so are columns that a row ends before."""
    head = next(lines, [])
    for number, cells in enumerate(filter(None, lines)):
        if number >= MAX_ROWS:
            raise RackmathError(f"more than {MAX_ROWS:,} rows; split the file")
        yield dict(zip(head, cells, strict=False))


def write_table(path: Path, head: tuple[str, ...], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file, whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    write_whole(path, text.getvalue())
