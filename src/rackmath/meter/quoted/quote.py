"""A quoted number with what it must declare before it can be compared: its comparability manifest."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.meter.files import check_file
from rackmath.vault.yamltext import YamlProblem, parse

TIMES = {"ttft", "tpot", "itl_mean", "itl_jitter", "e2e"}
RATES = {"output_throughput", "total_throughput", "request_throughput", "goodput", "user_speed"}
LOWER_IS_BETTER = TIMES
UNITS = {
    "s": ("s", 1.0),
    "ms": ("s", 1e-3),
    "us": ("s", 1e-6),
    "tokens/s": ("tokens/s", 1.0),
    "tok/s": ("tokens/s", 1.0),
    "token/s": ("tokens/s", 1.0),
    "requests/s": ("requests/s", 1.0),
    "req/s": ("requests/s", 1.0),
}
KIND = {
    **dict.fromkeys(TIMES, "s"),
    "output_throughput": "tokens/s",
    "total_throughput": "tokens/s",
    "user_speed": "tokens/s",
    "request_throughput": "requests/s",
    "goodput": "requests/s",
}
SPREADS = ("fixed", "uniform", "dataset", "trace", "mixed")
LOOPS = ("open", "closed", "offline")
NETWORK = ("in", "out")
MAX_BYTES = 100_000
NEEDED = {
    "metric": f"which quantity: {', '.join(sorted(TIMES | RATES))}",
    "value": "the number with its unit, as 420 ms or 5200 tokens/s",
    "percentile": "mean, or p50, p90, p95, p99 (not of a throughput)",
    "input_tokens": "tokens of a prompt and how they spread: {mean: 1024, spread: fixed}",
    "output_tokens": "tokens of an answer and how they spread",
    "load": "concurrency (requests in flight) or rate (requests/s)",
    "loop": f"how requests were sent: {', '.join(LOOPS)}",
    "model": "which model, by its full name",
    "active_parameters": "parameters that work on a token, in billions",
    "precision": "of weights and arithmetic: bf16, fp8, nvfp4 …",
    "hardware": "which accelerator",
    "count": "how many of them",
    "engine": "which serving software",
    "version": "its version",
    "division": "closed or open for MLPerf, none otherwise",
    "scenario": "of MLPerf (Offline, Server …), none otherwise",
    "date": "when it was measured",
    "network": "whether the network is in the times (in) or out",
}
OPTIONAL = ("low", "high", "source", "note", "concurrency", "rate", "service_level", "speculative", "prefix_cache")


@dataclass(frozen=True)
class Tokens:
    """How many tokens requests have, and how the numbers spread (fixed, uniform, dataset, trace, mixed)."""

    mean: float
    spread: str


@dataclass(frozen=True)
class Quote:
    """A quoted number; what it does not declare is None. `value`, `low` and `high` are in `unit`."""

    name: str
    fields: Mapping[str, Any]
    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def metric(self) -> str | None:
        """Return the metric by its exact name, or None where it is not declared."""
        found = self.fields.get("metric")
        return found if isinstance(found, str) else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what must be declared and is not."""
        rate = self.metric in RATES
        return tuple(each for each in NEEDED if self.fields.get(each) is None and not (rate and each == "percentile"))


def read_quote(path: Path) -> Quote:
    """Return the quote that a YAML or JSON file holds; what is missing is not an error, what is wrong is."""
    check_file(path, "a YAML or JSON file", MAX_BYTES)
    try:
        return make_quote(path.read_bytes().decode("utf-8-sig"), path.name)
    except UnicodeDecodeError:
        raise RackmathError(f"{path.name}: is not UTF-8") from None


def make_quote(text: str, name: str) -> Quote:
    """Return the quote that a text holds.

    >>> make_quote("value: 30 ms", "a slide").missing[:4]
    ('metric', 'percentile', 'input_tokens', 'output_tokens')
    """
    try:
        data = parse(text).data
    except YamlProblem as problem:
        line = text.count("\n", 0, problem.offset) + 1
        raise RackmathError(f"{name}:{line}: {problem.message}") from None
    if data is None:
        raise RackmathError(f"{name}: is empty; a quote has the fields {', '.join(NEEDED)}")
    if not isinstance(data, dict):
        raise RackmathError(
            f"{name}: {' '.join(str(data).split())[:40]!r} is a number without what it is of; write it as fields: "
            f"{', '.join(NEEDED)}"
        )
    problems: list[str] = []
    fields: dict[str, Any] = {}
    for key, written in data.items():
        if key not in NEEDED and key not in OPTIONAL:
            known = (*NEEDED, *OPTIONAL)
            problems.append(
                f"{name}: {str(key)[:40]!r} is no field{suggest(str(key), known) or ';'} known are {', '.join(known)}"
            )
        elif written is not None:
            read: Callable[[Any], Any] = READ.get(key, _text)
            try:
                fields[key] = read(written)
            except RackmathError as problem:
                problems.append(f"{name}: {key}: {problem}")
    if "value" not in data:
        problems.append(f"{name}: has no value; {NEEDED['value']}")
    if {"concurrency", "rate"} <= fields.keys():
        problems.append(f"{name}: has both concurrency and rate; a load is one of them")
    if problems:
        raise Problems(problems[:8])
    return _joined(fields, name)


def _joined(fields: dict[str, Any], name: str) -> Quote:
    value, unit = fields["value"]
    kind = KIND.get(fields.get("metric", ""))
    if kind and kind != unit:
        raise RackmathError(f"{name}: {fields['metric']} is in {kind}, not in {unit}")
    for each in ("concurrency", "rate"):
        if each in fields:
            fields["load"] = (each, fields.pop(each))
    ends = {}
    for each in ("low", "high"):
        if each in fields:
            ends[each], other = fields.pop(each)
            if other != unit:
                raise RackmathError(f"{name}: {each} is in {other}, value in {unit}")
    if not ends.get("low", value) <= value <= ends.get("high", value):
        raise RackmathError(f"{name}: the value does not lie between low and high")
    return Quote(name, fields, value, unit, **ends)


def _amount(written: Any) -> tuple[float, str]:
    match = re.fullmatch(
        r"([0-9][0-9,_]{0,30}(?:\.[0-9]{1,20})?(?:e[+-]?[0-9]{1,2})?)\s*([a-z/]+)", str(written).strip().lower()
    )
    if not match or match.group(2) not in UNITS:
        raise RackmathError(f"{str(written)[:40]!r} is no number with a unit; write 420 ms, or tokens/s, requests/s, s")
    unit, factor = UNITS[match.group(2)]
    value = float(match.group(1).replace(",", "").replace("_", "")) * factor
    if not (math.isfinite(value) and value > 0):
        raise RackmathError(f"{str(written)[:40]!r} is not above 0 and finite")
    return value, unit


def _number(written: Any) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 < written < 1e15:
        raise RackmathError(f"{str(written)[:40]!r} is not a number above 0")
    return float(written)


def _metric(written: Any) -> str:
    low = str(written).strip().lower()
    if low in {"latency", "response time", "speed", "throughput", "inter-token latency", "itl"}:
        wanted = sorted(RATES if low in {"speed", "throughput"} else TIMES)
        raise RackmathError(f"{low!r} of what? It may be {', '.join(wanted)}, and they differ by orders of magnitude")
    if low not in KIND:
        raise RackmathError(f"{low[:40]!r} is not known{suggest(low, KIND) or ';'} known are {', '.join(sorted(KIND))}")
    return low


def _percentile(written: Any) -> str:
    low = str(written).strip().lower()
    if low == "median":
        return "p50"
    if low != "mean" and not re.fullmatch(r"p\d\d(\.\d+)?", low):
        raise RackmathError(f"{low[:40]!r} is neither mean nor a percentile such as p99")
    return low


def _tokens(written: Any) -> Tokens:
    if not isinstance(written, dict) or set(written) != {"mean", "spread"}:
        raise RackmathError("write {mean: 1024, spread: fixed}: a mean alone hides how lengths spread")
    return Tokens(_number(written["mean"]), _one_of(SPREADS)(written["spread"]))


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(written: Any) -> str:
        low = str(written).strip().lower()
        if low not in words:
            raise RackmathError(f"{low[:40]!r} is none of {', '.join(words)}")
        return low

    return read


def _text(written: Any) -> str:
    text = " ".join(str(written).split())
    if isinstance(written, dict | list) or not text or len(text) > 200:
        raise RackmathError("is not a short text")
    return text


def _day(written: Any) -> date:
    try:
        return date.fromisoformat(str(written).strip())
    except ValueError:
        raise RackmathError(f"{str(written)[:40]!r} is not a day; write YYYY-MM-DD") from None


def _billions(written: Any) -> float:
    value = _number(written)
    if value > 1e5:
        raise RackmathError(f"{value:g} is in billions; write 70 for 70 billion")
    return value


def _no_load(_: Any) -> Any:
    raise RackmathError("write concurrency: 32 (requests in flight) or rate: 5 (requests/s)")


READ: dict[str, Callable[[Any], Any]] = {
    "metric": _metric,
    "value": _amount,
    "low": _amount,
    "high": _amount,
    "percentile": _percentile,
    "input_tokens": _tokens,
    "output_tokens": _tokens,
    "concurrency": _number,
    "rate": _number,
    "load": _no_load,
    "loop": _one_of(LOOPS),
    "active_parameters": _billions,
    "count": _number,
    "date": _day,
    "network": _one_of(NETWORK),
}
