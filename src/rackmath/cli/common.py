"""What several commands share: options, JSON, and tables for the terminal."""

from __future__ import annotations

import contextlib
import json
import math
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


class Number(click.FloatRange):
    """A finite number within bounds, whose error says which numbers are wanted."""

    name = "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; a usage error where it is none, not finite or out of bounds."""
        made = float(click.FLOAT.convert(value, param, ctx))
        low = self.min is not None and (made <= self.min if self.min_open else made < self.min)
        high = self.max is not None and (made >= self.max if self.max_open else made > self.max)
        if not math.isfinite(made) or low or high:
            self.fail(f"{made:g}; a number {_bounds(self)} is wanted", param, ctx)
        return made


class Whole(click.IntRange):
    """A whole number within bounds, whose error says which numbers are wanted."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; a usage error where it is none or out of bounds."""
        made = int(click.INT.convert(value, param, ctx))
        if (self.min is not None and made < self.min) or (self.max is not None and made > self.max):
            self.fail(f"{made}; a whole number {_bounds(self)} is wanted", param, ctx)
        return made


def _bounds(within: click.FloatRange | click.IntRange) -> str:
    least = "" if within.min is None else f"above {within.min:,.12g}" if within.min_open else f"from {within.min:,.12g}"
    most = "" if within.max is None else f"below {within.max:,.12g}" if within.max_open else f"up to {within.max:,.12g}"
    joint = " and " if least and most and (within.min_open or within.max_open) else " "
    return f"{least}{joint}{most}".strip()


def with_options(function: Any, options: Sequence[Callable[[Any], Any]]) -> Any:
    """Add several options to a command, in the order in which its help shows them."""
    for option in reversed(options):
        function = option(function)
    return function


def said(*names: str) -> list[str]:
    """Return those of the options that were written on the command line, as a person writes them."""
    context = click.get_current_context()
    source = click.core.ParameterSource.COMMANDLINE
    return [
        param.opts[0]
        for param in context.command.params
        if param.name in names and context.get_parameter_source(param.name) is source
    ]


def refuse(names: Sequence[str], because: str) -> None:
    """Raise RackmathError where one of the options was given; it would be passed over in silence otherwise."""
    given = said(*names)
    if given:
        raise RackmathError(f"{', '.join(given)}: {because}")


def read_text(path: Path, most: int = 10_000_000) -> str:
    """Return the text of a small file; RackmathError where it is a folder, too large or not UTF-8."""
    if path.is_dir():
        raise RackmathError(f"{path}: is a folder; give a file")
    if path.stat().st_size > most:
        raise RackmathError(f"{path}: over {most // 1_000_000} MB; give a smaller file")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all; RackmathError where it cannot be."""
    if path.is_dir():
        raise RackmathError(f"{path}: is a folder; give the name of a file to write")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as problem:
        raise RackmathError(f"{path}: cannot be written ({problem.strerror or problem})") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
