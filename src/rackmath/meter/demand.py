"""A usage file as the demand of a scenario: monthly volume, peak over mean, and the load of a day.

Reads comma-, semicolon- or tab-separated text with a column of times and columns of tokens or GPU-hours: one's own
hourly counts, or the usage export of an API. What every odd row means is fixed:

* an hour without a row had no usage; the hours from the first to the last are counted, and the gaps are told
* rows of the same hour are added (an export has one for each model and key); a row that repeats another to the letter
  is an error of copying, and counts once
* a negative amount, a time that cannot be read and an empty cell are errors that name the row and the column
* times with an offset count in UTC; times without one are in the zone that is given. There the hour that clocks go
  through twice in autumn is two hours, in the order of the rows, and the one they skip in spring is no gap
* a month is the twelfth of a year of 365 days, as everywhere in rackmath: 730 hours
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.units import convert

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_HOURS = 20 * 8784
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
class Demand:
    """What a file says of demand."""

    kind: str
    """``tokens`` or ``GPU-hours``."""
    resolution: str
    """``hour``, or ``day`` where the file has days only: then there is no load curve."""
    first: str
    last: str
    zone: str
    rows: int
    steps: int
    """Hours (or days) from the first to the last."""
    total: float
    mean: float
    peak: float
    peak_at: str
    curve: tuple[float, ...]
    """Mean of each hour of the day, 0 to 23 in the file's zone; empty for daily files."""
    missing: int
    repeated: int
    input_share: float | None = None
    cached_share: float | None = None
    remarks: tuple[str, ...] = field(default=())

    @property
    def unit(self) -> str:
        """The unit of `total`."""
        return "token" if self.kind == "tokens" else "GPU*hour"

    @property
    def per_month(self) -> float:
        """The volume of a month at the file's mean."""
        return self.mean * convert(1.0, "month", self.resolution)

    @property
    def peak_to_mean(self) -> float | None:
        """The busiest step over the mean one; None where nothing was used."""
        return self.peak / self.mean if self.mean else None

    def fills(self) -> dict[str, str]:
        """Return what this says of inputs that models share, as a scenario has them."""
        found: dict[str, str] = {}
        if self.kind == "tokens" and self.total:
            found["tokens_per_month"] = f"{_rounded(self.per_month)} tokens/month"
            if self.input_share is not None:
                found["input_share"] = f"{self.input_share:.4g}"
        if self.peak_to_mean is not None and self.resolution == "hour":
            found["peak_to_mean"] = f"{self.peak_to_mean:.4g}"
        return found

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        names = ("kind", "resolution", "first", "last", "zone", "rows", "steps", "total", "mean", "peak", "peak_at")
        return {
            **{name: getattr(self, name) for name in names},
            "unit": self.unit,
            "per_month": self.per_month,
            "peak_to_mean": self.peak_to_mean,
            "curve": list(self.curve),
            "missing": self.missing,
            "repeated": self.repeated,
            "input_share": self.input_share,
            "cached_share": self.cached_share,
            "remarks": list(self.remarks),
            "fills": self.fills(),
        }


def _rounded(value: float) -> str:
    """Return four figures of a volume as a person writes it: ``1.436B``."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"


@dataclass(frozen=True)
class _Columns:
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


def read_demand(text: str, *, name: str = "the file", zone: str = "UTC") -> Demand:
    """Summarise a usage file.

    Parameters
    ----------
    text
        The whole file.
    name
        What messages call it.
    zone
        Where its clock stands, for times without an offset (``Europe/Berlin``).

    Raises
    ------
    Problems
        Each wrong cell, with its row (the heading is row 1) and its column.
    RackmathError
        The file is empty, too large, or has no column of times or of amounts; the columns it has are named.
    """
    clock = _zone(zone)
    reader, heads = _opened(text, name)
    columns = _columns(heads, name)
    read = _rows(reader, columns, name, clock)
    if not read.times:
        raise RackmathError(f"{name}: has a heading and no rows")
    return _summary(read, columns, clock, zone, name)


def _zone(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise RackmathError(f"zone: {zone[:40]!r} is not a time zone; write one such as Europe/Berlin") from None


def _opened(text: str, name: str) -> tuple[Iterator[list[str]], list[str]]:
    if len(text) > MAX_BYTES:
        raise RackmathError(f"{name}: over {MAX_BYTES // 1024 // 1024} MiB; sum it by hour first")
    if "\0" in text:
        raise RackmathError(f"{name}: is a binary file; save it as CSV")
    text = text.removeprefix("\ufeff")
    first = text.lstrip("\r\n").partition("\n")[0]
    if not first.strip():
        raise RackmathError(f"{name}: is empty")
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        heads = next(row for row in reader if any(cell.strip() for cell in row))
    except csv.Error as problem:
        raise RackmathError(f"{name}: row 1: {problem}") from None
    return reader, heads


def _plain(head: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", head.strip().casefold()).strip("_")


def _columns(heads: Sequence[str], name: str) -> _Columns:
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
    found = _Columns(time, those(INPUT), those(OUTPUT), those(TOTAL), those(CACHED), those(GPU_HOURS), place)
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
class _Read:
    """What the rows that count say: hours (or days) since 1970 in UTC, amounts, and sums."""

    times: list[datetime] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    input: float = 0.0
    output: float = 0.0
    cached: float = 0.0
    daily: bool = True
    repeated: int = 0


def _rows(reader: Iterator[list[str]], columns: _Columns, name: str, clock: ZoneInfo) -> _Read:
    read = _Read()
    problems: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    counted = {columns.place[each] for each in (*columns.amounts, *columns.cached)}
    for number, row in _numbered(reader, name):
        if not any(cell.strip() for cell in row):
            continue
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


def _numbered(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the heading with their numbers, as a spreadsheet counts them."""
    for number in range(2, MAX_ROWS + 2):
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise RackmathError(f"{name}: row {number}: {problem}") from None
        yield number, row
    raise RackmathError(f"{name}: over {MAX_ROWS:,} rows; sum it by hour first")


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
    text = written.replace("_", "").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if not text:
        raise RackmathError(f"column {column!r}: is empty; write 0 where nothing was used")
    try:
        value = float(text)
    except ValueError:
        raise RackmathError(f"column {column!r}: {written[:40]!r} is not a number") from None
    if not math.isfinite(value) or value > 1e18:
        raise RackmathError(f"column {column!r}: {written[:40]!r} is not a finite amount")
    if value < 0:
        raise RackmathError(f"column {column!r}: {written[:40]!r} is negative; usage is 0 or more")
    return value


def _summary(read: _Read, columns: _Columns, clock: ZoneInfo, zone: str, name: str) -> Demand:
    """Sum the rows by hour, or by day of the zone where there are only days."""
    if read.daily:
        at = np.array([moment.astimezone(clock).toordinal() for moment in read.times])
    else:
        at = np.array([int(moment.timestamp() // 3600) for moment in read.times])
    first, last = int(at.min()), int(at.max())
    steps = last - first + 1
    if steps > MAX_HOURS:
        raise RackmathError(f"{name}: reaches over {steps // 8766} years; one time is probably written wrongly")
    sums = np.bincount(at - first, weights=np.array(read.amounts), minlength=steps)
    missing = int(steps - len(np.unique(at)))
    peak = int(sums.argmax())
    whole = read.input + read.output
    return Demand(
        kind="GPU-hours" if columns.gpu_hours else "tokens",
        resolution="day" if read.daily else "hour",
        first=_shown(first, clock, daily=read.daily),
        last=_shown(last, clock, daily=read.daily),
        zone=zone,
        rows=len(read.times),
        steps=steps,
        total=float(sums.sum()),
        mean=float(sums.mean()),
        peak=float(sums[peak]),
        peak_at=_shown(first + peak, clock, daily=read.daily),
        curve=() if read.daily else _curve(sums, first, clock),
        missing=missing,
        repeated=read.repeated,
        input_share=read.input / whole if whole and columns.input and columns.output else None,
        cached_share=min(read.cached / read.input, 1.0) if read.input and columns.cached else None,
        remarks=tuple(_remarks(read, sums, missing, steps)),
    )


def _shown(at: int, clock: ZoneInfo, *, daily: bool) -> str:
    if daily:
        return datetime.fromordinal(at).date().isoformat()
    return datetime.fromtimestamp(at * 3600, UTC).astimezone(clock).isoformat(timespec="minutes")


def _curve(sums: Any, first: int, clock: ZoneInfo) -> tuple[float, ...]:
    """Return the mean of each hour of the day, as the zone's clock shows it."""
    hours = np.array(
        [datetime.fromtimestamp((first + step) * 3600, UTC).astimezone(clock).hour for step in range(len(sums))]
    )
    counts = np.bincount(hours, minlength=24)
    means = np.bincount(hours, weights=sums, minlength=24) / np.maximum(counts, 1)
    return tuple(float(value) for value in means)


def _remarks(read: _Read, sums: Any, missing: int, steps: int) -> list[str]:
    step = "day" if read.daily else "hour"
    found = []
    if missing:
        found.append(f"{missing:,} of {steps:,} {step}s have no row and count as no usage.")
    if read.repeated:
        found.append(f"{read.repeated:,} rows repeat another to the letter and were counted once.")
    if not sums.sum():
        found.append("Nothing was used: there is no peak, and no demand to run a scenario with.")
    if read.daily:
        found.append("The file has days, not hours: there is no load curve, and its peak is that of a day.")
    elif steps < 7 * 24:
        found.append("Less than a week: weekends, or weekdays, may be missing from the mean.")
    return found
