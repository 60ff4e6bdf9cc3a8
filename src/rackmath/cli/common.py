"""What several commands share: options, JSON, and tables for the terminal."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.evidence import Evidence

Command = Callable[..., Any]


def as_json(function: Command) -> Command:
    """Add ``--json``."""
    return click.option("--json", "to_json", is_flag=True, help="Print JSON, and nothing else, to standard output.")(
        function
    )


def vaults(function: Command) -> Command:
    """Add ``--vault``, which may be repeated."""
    return click.option(
        "--vault",
        "vaults",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A brain whose figures come before the bundled ones; may be repeated.",
    )(function)


def as_of(function: Command) -> Command:
    """Add ``--as-of``."""
    return click.option("--as-of", "as_of", metavar="DATE", help="Use what was known on that day (YYYY-MM-DD).")(
        function
    )


def day(text: str | None) -> date | None:
    """Return the day that ``--as-of`` names."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RackmathError(f"--as-of: {text[:40]!r} is not a day; write YYYY-MM-DD") from None


def today() -> date:
    """Return the present day in UTC, or the one that ``SOURCE_DATE_EPOCH`` names, so that output can be made again.

    The variable is that of https://reproducible-builds.org/specs/source-date-epoch/: seconds since 1970. A journal
    keeps the true time whatever it says.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return (datetime.fromtimestamp(int(said), UTC) if said else datetime.now(UTC)).date()
    except (ValueError, OverflowError, OSError):
        raise RackmathError(f"SOURCE_DATE_EPOCH is {said[:40]!r}; it is a whole number of seconds since 1970") from None


def load_evidence(paths: Sequence[Path]) -> Evidence:
    """Return the figures of the given brains, then the bundled one; say on standard error what could not be read."""
    from rackmath.evidence import Evidence

    found = Evidence.load(paths)
    for problem in found.problems[:20]:
        click.echo(f"note: {problem}", err=True)
    if len(found.problems) > 20:
        click.echo(f"note: and {len(found.problems) - 20} more; `rackmath brain check` lists them", err=True)
    return found


def print_json(value: Any) -> None:
    """Print plain data as JSON that holds no NaN or infinity."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def width(text: str) -> int:
    """Return how many columns a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def clean(text: str) -> str:
    """Return text from outside without control characters, so that it cannot drive a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` columns, with an ellipsis."""
    return text if width(text) <= limit else text[: max(limit - 1, 1)].rstrip() + "…"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> str:
    """Return an aligned table; `right` holds one letter a column, ``r`` for numbers."""
    cells = [list(head), *[[clean(cell) for cell in row] for row in rows]]
    widths = [max(width(row[column]) for row in cells) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        padded = []
        for column, cell in enumerate(row):
            space = " " * (widths[column] - width(cell))
            padded.append(space + cell if right[column : column + 1] == "r" else cell + space)
        return "  ".join(padded).rstrip()

    rule = "  ".join("─" * each for each in widths)
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])])


def wrap(text: str, indent: str = "") -> str:
    """Fold a paragraph to the terminal's width."""
    import shutil
    import textwrap

    columns = min(shutil.get_terminal_size((100, 24)).columns, 110)
    return textwrap.fill(clean(text), columns, initial_indent=indent, subsequent_indent=indent)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    import os

    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
