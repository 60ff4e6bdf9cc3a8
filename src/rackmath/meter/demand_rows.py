"""The rows of a usage file: which column is what, and what each cell says; errors name the row and the column."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.meter.rows import Table, finite

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 2_000_000
MOST = 1e18
SHOWN = 8
"""The most problems that are told at once."""

TIMES = (
    "hour",
    "time",
    "timestamp",
    "datetime",
    "date",
    "day",
    "start_time_iso",
    "start_time",
    "usage_date_utc",
    "usage_date",
    "usage_start_date",
)
"""Columns of times, the most exact first."""

INPUT = (
    "input_tokens",
    "prompt_tokens",
    "usage_input_tokens_no_cache",
    "usage_input_tokens_cache_write_5m",
    "usage_input_tokens_cache_write_1h",
    "usage_input_tokens_cache_read",
)
"""Columns of input tokens, which are added. `input_tokens` of an export of OpenAI's includes the cached ones
(https://platform.openai.com/docs/api-reference/usage); an export of Anthropic's has each kind in a column of its own
(https://docs.anthropic.com/en/api/usage-cost-api)."""

OUTPUT = ("output_tokens", "completion_tokens", "usage_output_tokens")
CACHED = ("input_cached_tokens", "cached_input_tokens", "usage_input_tokens_cache_read")
TOTAL = ("tokens", "total_tokens", "token_count")
GPU_HOURS = ("gpu_hours", "gpu_hour", "gpuhours")


@dataclass(frozen=True)
class Columns:
    """Which column of the file is what."""

    time: str
    input: tuple[str, ...]
    output: tuple[str, ...]
    total: tuple[str, ...]
    cached: tuple[str, ...]
    gpu_hours: tuple[str, ...]
    place: Mapping[str, int]
    """Column to its position."""

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns whose sum is the usage."""
        return self.gpu_hours or ((*self.input, *self.output) if self.input or self.output else self.total)


def opened(text: str, name: str) -> Table:
    """Return the table of a file that is held whole."""
    if len(text) > MAX_BYTES:
        raise RackmathError(f"{name}: over {MAX_BYTES // 1024 // 1024} MiB; sum it by hour first")
    return Table(io.StringIO(text.removeprefix("\ufeff"), newline=""), name, MAX_ROWS)


def _plain(head: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", head.strip().casefold()).strip("_")


def columns_of(heads: Sequence[str], name: str) -> Columns:
    """Return which column is what; raise RackmathError, naming the columns there are, where one is missing."""
    named = [_plain(head) for head in heads]
    for head in named:
        if head and named.count(head) > 1 and head in {*TIMES, *INPUT, *OUTPUT, *TOTAL, *GPU_HOURS}:
            raise RackmathError(f"{name}: column {head!r} is there twice")

    place = {head: at for at, head in enumerate(named) if head}

    def those(known: Sequence[str]) -> tuple[str, ...]:
        return tuple(each for each in known if each in named)

    has = ", ".join(repr(head.strip()) for head in heads[:20]) or "none"
    time = next((each for each in TIMES if each in named), None)
    if time is None:
        near = next((told for head in named if (told := suggest(head, TIMES))), "")
        raise RackmathError(f"{name}: no column of times; call it 'hour'{near}. Its columns are {has}")
    found = Columns(time, those(INPUT), those(OUTPUT), those(TOTAL), those(CACHED), those(GPU_HOURS), place)
    if not found.amounts:
        known = (*TOTAL, *INPUT[:1], *OUTPUT[:1], *GPU_HOURS[:1])
        near = next((told for head in named if head != time and (told := suggest(head, known))), "")
        raise RackmathError(
            f"{name}: no column of amounts; call it 'tokens', 'input_tokens' and 'output_tokens', or 'gpu_hours'{near}."
            f" Its columns are {has}"
        )
    if found.gpu_hours and (found.input or found.output or found.total):
        raise RackmathError(f"{name}: has tokens and GPU-hours; leave one of them out, they are two different demands")
    return found


@dataclass
class Read:
    """What the rows that count say: hours (or days) since 1970 in UTC, amounts, and sums."""

    times: list[datetime] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    input: float = 0.0
    output: float = 0.0
    cached: float = 0.0
    daily: bool = True
    repeated: int = 0


def rows_of(table: Table, columns: Columns, name: str, clock: ZoneInfo) -> Read:
    """Read every row; raise Problems with the row and the column of each cell that is wrong."""
    read = Read()
    problems: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    counted = {columns.place[each] for each in (*columns.amounts, *columns.cached)}
    for number, row in table:
        written = _cell(row, columns.place[columns.time])
        try:
            moment = _moment(written, columns.time, clock)
            if _twice(moment):
                # the same hour of the clock again, of the same model and key: the second time that clocks show it
                what = tuple(cell for at, cell in enumerate(row) if at not in counted)
                seen[what] = seen.get(what, 0) + 1
                moment = moment.replace(fold=int(seen[what] > 1))
            elif seen.setdefault(tuple(row), number) != number:
                read.repeated += 1
                continue
            values = {
                each: _amount(_cell(row, columns.place[each]), each) for each in (*columns.amounts, *columns.cached)
            }
        except RackmathError as problem:
            problems.append(f"{name}: row {number}, {problem}")
            if len(problems) >= SHOWN:
                break
            continue
        read.times.append(moment.astimezone(UTC))
        read.amounts.append(sum(values[each] for each in columns.amounts))
        read.input += sum(values[each] for each in columns.input)
        read.output += sum(values[each] for each in columns.output)
        read.cached += sum(values[each] for each in columns.cached)
        read.daily = read.daily and _is_day(written)
    if problems:
        raise Problems(problems)
    return read


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _is_day(written: str) -> bool:
    return len(written) == 10 and not written.isdigit()


def _moment(written: str, column: str, clock: ZoneInfo) -> datetime:
    """Return a time with its zone: ISO 8601, ``2026-11-22 14`` or seconds since 1970."""
    if not written:
        raise RackmathError(f"column {column!r}: is empty")
    if re.fullmatch(r"\d{9,10}", written):
        return datetime.fromtimestamp(int(written), UTC)
    text = f"{written}:00" if re.fullmatch(r"\d{4}-\d\d-\d\d[ T]\d\d", written) else written
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RackmathError(
            f"column {column!r}: {written[:40]!r} is not a time; write 2026-11-22T14:00, with an offset if you have one"
        ) from None
    if not 1970 <= found.year <= 2200:
        raise RackmathError(f"column {column!r}: {written[:40]!r} is not a year from 1970 to 2200")
    return found if found.tzinfo else found.replace(tzinfo=clock)


def _twice(moment: datetime) -> bool:
    """Say whether the clock of the zone shows this time twice (it is then put back)."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset() and _exists(moment)


def _exists(moment: datetime) -> bool:
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)


def _amount(written: str, column: str) -> float:
    if not written:
        raise RackmathError(f"column {column!r}: is empty; write 0 where nothing was used")
    try:
        value = finite(written)
    except RackmathError as problem:
        raise RackmathError(f"column {column!r}: {problem}") from None
    if value > MOST:
        raise RackmathError(f"column {column!r}: {written[:40]!r} is more than {MOST:g}")
    if value < 0:
        raise RackmathError(f"column {column!r}: {written[:40]!r} is negative; usage is 0 or more")
    return value
