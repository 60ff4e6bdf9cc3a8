"""The results table of MLPerf Inference as rows: those of the submission checker's summary, or recombined ones.

Source of the summary's columns: https://github.com/mlcommons/inference (tools/submission, summary.csv)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rackmath.errors import RackmathError
from rackmath.meter.rows import Row, read_rows

ALIASES = {
    "organization": "submitter",
    "systemtype": "suite",
    "systemname": "system_name",
    "mlperfmodel": "benchmark",
    "model": "used_model",
    "result": "value",
    "units": "unit",
    "accelerator_model_name": "accelerator",
    "number_of_nodes": "nodes",
    "version": "round",
    "framework": "software",
}
NEEDED = ("submitter", "benchmark", "scenario", "value", "unit", "division")
KNOWN = (
    *NEEDED,
    "round",
    "suite",
    "availability",
    "system_name",
    "platform",
    "accelerator",
    "accelerators_per_node",
    "nodes",
    "total_accelerators",
    "tokens_per_sample",
    "power_value",
    "power_unit",
    "software",
    "weight_data_types",
    "inferred",
)
SCENARIOS = ("Offline", "Server", "Interactive", "SingleStream", "MultiStream")
DIVISIONS = ("closed", "open", "network")
AVAILABILITY = ("available", "preview", "rdi")
MOST_ROWS = 500_000
MOST = 1e15
NONE = {"", "n/a", "na", "none", "-"}
TOKENS = "Tokens/s"
POWER = {"watts": "watts", "w": "watts", "millijoules": "millijoules", "mj": "millijoules"}
"""Units of power: watts of the whole system, or millijoules of a stream."""
SEVERAL = re.compile(r"\S\s*(?:\+|\band\b|,)\s*\S", re.IGNORECASE)
WRITTEN_COUNT = re.compile(r"(?<![\dA-Za-z])(\d{1,6})x(?![\d]*x)\s?[A-Z]|\(x(\d{1,6})\)")


@dataclass(frozen=True, slots=True)
class Result:
    """One result. Numbers that the table does not state are None; `remarks` say what is odd about the row."""

    row: int
    round: str
    suite: str
    division: str
    availability: str
    submitter: str
    system: str
    platform: str
    accelerator: str
    accelerators: float | None
    nodes: float | None
    benchmark: str
    target: str
    """Accuracy target in per cent of the reference, as the benchmark's name states it: 99, 99.9 or empty."""
    scenario: str
    unit: str
    value: float
    tokens_per_sample: float | None
    watts: float | None
    """Mean wall power of the whole system, where power was measured officially."""
    joules_per_stream: float | None
    software: str
    weights: str
    inferred: bool
    remarks: tuple[str, ...] = ()

    @property
    def rate(self) -> bool:
        """Say whether the value is a throughput, of which more is better; otherwise it is a latency."""
        return self.unit.endswith("/s")

    @property
    def power(self) -> bool:
        """Say whether this is a result with official power."""
        return self.watts is not None or self.joules_per_stream is not None

    @property
    def mixed(self) -> bool:
        """Say whether the system holds accelerators of several kinds."""
        return bool(SEVERAL.search(re.sub(r"\(.*?\)", "", self.accelerator)))

    @property
    def tokens_per_s(self) -> float | None:
        """Return output tokens per second; of queries and samples by their mean length, where it is known."""
        if self.unit == TOKENS:
            return self.value
        return self.value * self.tokens_per_sample if self.rate and self.tokens_per_sample else None


def read_results(path: Path, *, twins: bool = False) -> list[Result]:
    """Return the results of a table. Power that stands in rows of its own is put to its result.

    Parameters
    ----------
    twins
        Keep both of two rows that are one run under two accuracy targets, rather than the stricter one.

    Raises
    ------
    RackmathError
        A column is missing or a cell is wrong: the message names the row and the column.
    """
    rows = list(_results(path))
    power = {_run(each): each for each in rows if each.unit.lower() in POWER}
    found = [_with_power(each, power.get(_run(each))) for each in rows if each.unit.lower() not in POWER]
    return found if twins else once(found)


def _results(path: Path) -> Iterator[Result]:
    for number, row in enumerate(read_rows(path, needed=NEEDED, known=KNOWN, aliases=ALIASES)):
        if number >= MOST_ROWS:
            raise RackmathError(f"{path.name}: over {MOST_ROWS:,} rows; filter it first")
        yield _result(row)


def _run(each: Result) -> tuple[str, ...]:
    names = ("round", "division", "suite", "submitter", "platform", "benchmark", "target", "scenario")
    return tuple(getattr(each, name) for name in names)


def _with_power(result: Result, power: Result | None) -> Result:
    if power is None:
        return result
    if POWER[power.unit.lower()] == "watts":
        return replace(result, watts=power.value)
    return replace(result, joules_per_stream=power.value / 1000)


def _result(row: Row) -> Result:
    value = _number(row, "value")
    if value is None or value <= 0:
        raise row.wrong("value", "is not a result above 0")
    name, target = split_target(row.text("benchmark"))
    power, unit = _number(row, "power_value"), row.text("power_unit").lower()
    if power is not None and unit not in POWER:
        raise row.wrong("power_unit", "is neither Watts nor millijoules")
    accelerators, remarks = _accelerators(row)
    made = Result(
        row=int(row.where.rsplit(" ", 1)[-1]),
        round=row.text("round"),
        suite=row.text("suite").lower(),
        division=_word(row, "division", DIVISIONS),
        availability=_word(row, "availability", AVAILABILITY),
        submitter=row.text("submitter"),
        system=row.text("system_name"),
        platform=row.text("platform"),
        accelerator=row.text("accelerator"),
        accelerators=accelerators,
        nodes=_number(row, "nodes"),
        benchmark=name,
        target=target,
        scenario=_word(row, "scenario", SCENARIOS),
        unit=row.text("unit"),
        value=value,
        tokens_per_sample=_number(row, "tokens_per_sample"),
        watts=power if POWER.get(unit) == "watts" else None,
        joules_per_stream=power / 1000 if power is not None and POWER.get(unit) == "millijoules" else None,
        software=row.text("software"),
        weights=row.text("weight_data_types"),
        inferred=row.text("inferred").lower() in {"true", "1", "1.0"},
        remarks=tuple(remarks),
    )
    return replace(made, remarks=(*made.remarks, *_odd(made)))


def split_target(name: str) -> tuple[str, str]:
    """Return a benchmark's name and its accuracy target.

    >>> split_target("llama2-70b-99.9")
    ('llama2-70b', '99.9')
    """
    match = re.fullmatch(r"(.+?)-(99\.9|99|95)", name.strip().lower())
    return (match.group(1), match.group(2)) if match else (name.strip().lower(), "")


def _number(row: Row, name: str) -> float | None:
    if row.text(name).lower() in NONE:
        return None
    value = float(row.number(name))
    if not 0 <= value <= MOST:
        raise row.wrong(name, "is negative or too large to be true")
    return value


def _word(row: Row, name: str, words: Sequence[str]) -> str:
    written = "available" if row.text(name).lower() == "on-premise" else row.text(name)
    if not written and name == "availability":
        return ""
    found = next((word for word in words if word.lower() == written.lower()), None)
    if found is None:
        raise row.wrong(name, f"is none of {', '.join(words)}")
    return found


def _accelerators(row: Row) -> tuple[float | None, list[str]]:
    """Return how many accelerators a system has: the published total, else those of a node times the nodes."""
    total, each, nodes = (_number(row, name) for name in ("total_accelerators", "accelerators_per_node", "nodes"))
    found = total or (each or 0) * (nodes or 1) or None
    if row.text("accelerator").lower() in NONE or not found:
        return None, ["no accelerators are stated: the processor does the work, or the row does not say"]
    named = f"{row.text('system_name')} {row.text('accelerator')}"
    counts = {int(a or b) for a, b in WRITTEN_COUNT.findall(named)}
    if len(counts) == 1 and int(found) not in {*counts, 0} and found not in {c * (nodes or 1) for c in counts}:
        return found, [f"the name says {counts.pop()} accelerators, the row counts {found:g}; the row is followed"]
    return found, []


def _odd(made: Result) -> Iterator[str]:
    if made.mixed:
        yield "mixes accelerators: a value per accelerator is of none of them"
    if made.availability in {"preview", "rdi"}:
        words = {"preview": "a preview: not to be bought yet", "rdi": "research or internal: not to be bought"}
        yield words[made.availability]
    if made.division == "open":
        yield "open division: model, accuracy and latency limits may differ from the benchmark's"
    if made.division == "network":
        yield "network division: queries come over a network"
    if made.inferred:
        yield "inferred from another result"
    if made.unit != TOKENS and made.rate and made.tokens_per_sample:
        yield f"counted in {made.unit}; tokens by the mean of {made.tokens_per_sample:g} a sample"


def once(results: Iterable[Result]) -> list[Result]:
    """Return results with the runs that stand under two accuracy targets kept once, under the stricter one."""
    kept: dict[tuple[object, ...], Result] = {}
    for each in results:
        key = (
            each.round,
            each.suite,
            each.division,
            each.submitter,
            each.system,
            each.platform,
            each.benchmark,
            each.scenario,
            each.unit,
            each.value,
            each.watts,
        )
        twin = kept.get(key)
        if twin is None or float(each.target or 0) > float(twin.target or 0):
            kept[key] = each
    return list(kept.values())
