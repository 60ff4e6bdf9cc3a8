"""``profile_export.jsonl`` of AIPerf: a record a request, with metadata in nanoseconds and metrics with their units.

Times are of the client's clock. A record whose ``error`` is set, or that was cancelled, failed. Records of the warm-up
phase are left out. The CSV and the other JSON that AIPerf writes are summaries without requests.
Source: https://docs.nvidia.com/aiperf/tutorials/metrics-analysis/working-with-profile-export-files
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.requests.fields import mapping, real, reals
from rackmath.meter.requests.log import NOTHING, Log, Request, make_log

SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "seconds": 1.0}
SUMMARY = "is a summary of AIPerf, which holds no requests; give its profile_export.jsonl"


def knows(first: Mapping[str, Any]) -> bool:
    """Say whether this is a record of AIPerf."""
    return "request_start_ns" in mapping(first.get("metadata"))


def is_summary(first: Mapping[str, Any]) -> bool:
    """Say whether this is the summary that AIPerf writes beside its records."""
    return "input_config" in first and "request_latency" in first


def read(records: Sequence[Mapping[str, Any]], name: str) -> Log:
    """Return the requests of a run, without its warm-up."""
    kept = [(at, each) for at, each in enumerate(records, 1) if _phase(each) != "warmup"]
    left = len(records) - len(kept)
    remarks = [f"{left:,} of {len(records):,} records are of the warm-up phase, and left out"] if left else []
    return make_log(_requests(kept), name=name, format_="AIPerf", clock="client", remarks=remarks)


def _phase(record: Mapping[str, Any]) -> str:
    return str(mapping(record.get("metadata")).get("benchmark_phase")).lower()


def _requests(records: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Request]:
    for at, record in records:
        where = f"line {at}"
        about, metrics = mapping(record.get("metadata")), mapping(record.get("metrics"))
        start, end = (1e-9 * real(about.get(key), where, key) for key in ("request_start_ns", "request_end_ns"))
        cancelled = about.get("was_cancelled") is True
        ok = not cancelled and not record.get("error")
        latency = _seconds(metrics, "request_latency", where)
        chunks = mapping(metrics.get("inter_chunk_latency"))
        unit = _unit(chunks, where)
        made = _value(metrics, "output_sequence_length", where)
        yield Request(
            where=where,
            arrival=start,
            ttft=_seconds(metrics, "time_to_first_token", where) if ok else NOTHING,
            e2e=(end - start if isnan(latency) else latency) if ok else NOTHING,
            output_tokens=_value(metrics, "output_token_count", where) if isnan(made) else made,
            input_tokens=_value(metrics, "input_sequence_length", where),
            ok=ok,
            cancelled=cancelled,
            gaps=tuple(unit * gap for gap in reals(chunks.get("value"), where, "inter_chunk_latency")) if ok else (),
        )


def _value(metrics: Mapping[str, Any], key: str, where: str) -> float:
    return real(mapping(metrics.get(key)).get("value"), where, key)


def _unit(metric: Mapping[str, Any], where: str) -> float:
    unit = str(metric.get("unit", "ms"))
    if unit not in SECONDS:
        raise RackmathError(f"{where}: {unit[:20]!r} is no unit of time; known are {', '.join(SECONDS)}")
    return SECONDS[unit]


def _seconds(metrics: Mapping[str, Any], key: str, where: str) -> float:
    return _unit(mapping(metrics.get(key)), where) * _value(metrics, key, where)
