"""Request logs as plain tables: CSV, or JSON lines with an object a request, under the names that people give.

Times are moments (``arrival``, ``first_token``, ``last_token``: seconds, or ISO 8601) or durations (``ttft``, ``e2e``,
``itl``); a name may end in ``_ms``, ``_us``, ``_ns`` or ``_s``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from math import isnan
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.requests.fields import real, reals
from rackmath.meter.requests.log import MOST_REQUESTS, NOTHING, Log, Request, make_log
from rackmath.meter.requests.numbers import bare
from rackmath.meter.rows import Table, finite

NAMES = {
    "arrival": ("arrival", "arrival_time", "start", "start_time", "request_start", "sent", "sent_at", "timestamp"),
    "first_token": ("first_token", "first_token_time", "first_token_at", "prefill_done"),
    "last_token": ("last_token", "last_token_time", "last_token_at", "end", "end_time", "request_end", "finished"),
    "ttft": ("ttft", "time_to_first_token"),
    "e2e": ("e2e", "e2el", "latency", "request_latency", "end_to_end", "total_time", "duration"),
    "itl": ("itl", "inter_token_latency", "tpot", "time_per_output_token"),
    "output_tokens": ("output_tokens", "output_len", "output_length", "completion_tokens", "generated_tokens", "osl"),
    "input_tokens": ("input_tokens", "input_len", "input_length", "prompt_tokens", "prompt_len", "isl"),
    "ok": ("ok", "success", "succeeded"),
    "error": ("error", "errors", "failure"),
    "status": ("status", "status_code", "http_status"),
    "cancelled": ("cancelled", "canceled", "was_cancelled"),
}
PLACES = {alias: name for name, aliases in NAMES.items() for alias in aliases}
MOMENTS = ("arrival", "first_token", "last_token")
TRUE = frozenset(
    {"1", "true", "yes", "ok", "success", "succeeded", "completed", "complete", "finished", "done", "stop", "length"}
)
FAILED = frozenset(
    {"failed", "failure", "error", "timeout", "timed_out", "cancelled", "canceled", "aborted", "rejected"}
)
FALSE = frozenset({"0", "false", "no", "", "none", "null"})
NEEDED = "a column ttft, e2e, first_token or last_token (in seconds, or with _ms behind the name)"
Cell = Callable[[Any, str, str], float]


def knows(first: Mapping[str, Any]) -> bool:
    """Say whether an object has a time by a name that is read."""
    return bool({"ttft", "e2e", "first_token", "last_token"} & set(_places(first)))


def _places(heads: Sequence[str] | Mapping[str, Any]) -> dict[str, tuple[str, float]]:
    """Return, by what it means, which column stands there and the seconds of its unit."""
    found: dict[str, tuple[str, float]] = {}
    for head in heads:
        low = head.strip().lower().replace(" ", "_").replace("(", "").replace(")", "")
        name, unit = (low, 1.0) if low in PLACES else bare(low)
        if name in PLACES:
            if PLACES[name] in found:
                raise RackmathError(f"the columns {found[PLACES[name]][0]!r} and {head!r} mean the same; drop one")
            found[PLACES[name]] = (head, unit)
    return found


def read_csv(text: str, name: str, clock: str | None) -> Log:
    """Return the log of a CSV file."""
    if text.startswith("Metric,avg"):
        raise RackmathError(f"{name}: is a summary of AIPerf or GenAI-Perf, without requests; give the profile export")
    rows = Table(StringIO(text), name, MOST_REQUESTS)
    places = _of_table(rows.heads, name)
    cells = ((f"row {at}", dict(zip(rows.heads, row, strict=False))) for at, row in rows)
    return _log(_requests(cells, places, _written), places, name, "CSV", clock)


def read_objects(objects: Sequence[Mapping[str, Any]], name: str, clock: str | None) -> Log:
    """Return the log of objects, one a request."""
    places = _of_table(list(objects[0]), name)
    return _log(
        _requests(((f"object {at}", each) for at, each in enumerate(objects, 1)), places, _given),
        places,
        name,
        "JSON lines",
        clock,
    )


def _of_table(heads: Sequence[str], name: str) -> dict[str, tuple[str, float]]:
    try:
        places = _places(heads)
    except RackmathError as problem:
        raise RackmathError(f"{name}: {problem}") from None
    if not {"ttft", "e2e", "first_token", "last_token"} & set(places):
        shown = ", ".join(heads[:12])
        raise RackmathError(f"{name}: has no times of requests; it needs {NEEDED}; it has {shown[:200]}")
    if {"first_token", "last_token"} & set(places) and "arrival" not in places:
        raise RackmathError(f"{name}: has moments of tokens and no arrival to count them from")
    return places


def _log(requests: Iterator[Request], places: Mapping[str, Any], name: str, format_: str, clock: str | None) -> Log:
    remarks = []
    if "output_tokens" not in places:
        remarks.append("no column of output_tokens: time per output token and tokens per second are unknown")
    if not {"ok", "error", "status"} & set(places):
        remarks.append("no column says which requests failed: a request without an end counts as failed")
    return make_log(requests, name=name, format_=format_, clock=clock or "not said", remarks=remarks)


def _requests(
    rows: Iterator[tuple[str, Mapping[str, Any]]], places: Mapping[str, tuple[str, float]], take: Cell
) -> Iterator[Request]:
    for where, row in rows:
        got = {name: _take(row, place, where, take, name) for name, place in places.items() if name in NUMBERS}
        start = got.get("arrival", NOTHING)
        ttft = got.get("ttft", NOTHING)
        e2e = got.get("e2e", NOTHING)
        ttft = got["first_token"] - start if isnan(ttft) and "first_token" in got else ttft
        e2e = got["last_token"] - start if isnan(e2e) and "last_token" in got else e2e
        gaps, mean = _gaps(row, places.get("itl"), where, take)
        tokens = got.get("output_tokens", NOTHING)
        if isnan(e2e) and not isnan(mean):
            e2e = ttft + mean * max(tokens - 1, 0)
        if isnan(e2e) and gaps:
            e2e = ttft + sum(gaps)
        cancelled = _is(row, places, "cancelled")
        ok = not cancelled and _succeeded(row, places, where) and not (isnan(e2e) and isnan(ttft))
        yield Request(
            where=where,
            arrival=start,
            ttft=ttft if ok else NOTHING,
            e2e=e2e if ok else NOTHING,
            output_tokens=tokens,
            input_tokens=got.get("input_tokens", NOTHING),
            ok=ok,
            cancelled=cancelled,
            gaps=gaps if ok else (),
        )


NUMBERS = (*MOMENTS, "ttft", "e2e", "output_tokens", "input_tokens")


def _take(row: Mapping[str, Any], place: tuple[str, float], where: str, take: Cell, name: str) -> float:
    value = row.get(place[0])
    if name in MOMENTS and isinstance(value, str) and (moment := _moment(value)) is not None:
        return moment
    return place[1] * take(value, where, place[0])


def _moment(written: str) -> float | None:
    if "-" not in written[1:] or "e-" in written.lower():
        return None
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _gaps(
    row: Mapping[str, Any], place: tuple[str, float] | None, where: str, take: Cell
) -> tuple[tuple[float, ...], float]:
    """Return the times between events where they are listed, and their mean where it is stated."""
    if place is None:
        return (), NOTHING
    value = row.get(place[0])
    if isinstance(value, list):
        return tuple(place[1] * gap for gap in reals(value, where, place[0])), NOTHING
    return (), place[1] * take(value, where, place[0])


def _written(value: Any, where: str, name: str) -> float:
    text = str(value or "").strip()
    if not text:
        return NOTHING
    try:
        return finite(text)
    except RackmathError as problem:
        raise RackmathError(f"{where}, column {name!r}: {problem}") from None


def _given(value: Any, where: str, name: str) -> float:
    return _written(value, where, name) if isinstance(value, str) else real(value, where, name)


def _word(row: Mapping[str, Any], place: tuple[str, float]) -> str:
    value = row.get(place[0])
    return "" if value is None else str(value).strip().lower()


def _is(row: Mapping[str, Any], places: Mapping[str, tuple[str, float]], name: str) -> bool:
    return name in places and _word(row, places[name]) not in FALSE


def _succeeded(row: Mapping[str, Any], places: Mapping[str, tuple[str, float]], where: str) -> bool:
    """Say whether a request did: by ok or status where there is one, and by having no error."""
    said = [_verdict(_word(row, places[name]), where, name) for name in ("ok", "status") if name in places]
    return all(said) and not _is(row, places, "error")


def _verdict(word: str, where: str, name: str) -> bool:
    if word in TRUE or word in FALSE or word in FAILED:
        return word in TRUE
    if word.isdecimal() and len(word) == 3:
        return word.startswith("2")
    raise RackmathError(f"{where}: {name} {word[:40]!r} is neither a success nor a failure; write ok or failed")
