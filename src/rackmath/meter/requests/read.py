"""Find out what a request log is by its content, and read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.files import check_file
from rackmath.meter.requests import aiperf, genai_perf, table, vllm
from rackmath.meter.requests.log import Log

MAX_BYTES = 1024**3
ACCEPTED = (
    "a result of vllm bench serve saved with --save-detailed (arrays ttfts, itls …), profile_export.jsonl of AIPerf, "
    "profile_export.json of GenAI-Perf (experiments, requests), or CSV or JSON lines with a request a row "
    "(arrival, ttft, e2e, output_tokens, ok)"
)


def read_log(path: Path, *, clock: str | None = None, run: int | None = None) -> Log:
    """Return a request log; what it is shows from its content, not from its name.

    Parameters
    ----------
    clock
        Whose clock the times are of, ``client`` or ``server``, where the format does not say.
    run
        Which run of a file that holds several, from 1.

    Raises
    ------
    RackmathError
        The file is missing, too large, or of no known format; or a request is wrong.
    """
    text = _text(path)
    start = text.lstrip()[:1]
    if not start:
        raise RackmathError(f"{path.name}: is empty; give {ACCEPTED}")
    if start not in "{[":
        _only_one(run, path.name)
        return table.read_csv(text, path.name, clock)
    objects = _objects(text, path.name)
    first = objects[0]
    if vllm.knows(first):
        return vllm.read(_one(objects, run, path.name), path.name)
    if genai_perf.knows(first):
        return genai_perf.read(first, path.name, run)
    _only_one(run, path.name)
    if aiperf.knows(first):
        return aiperf.read(objects, path.name)
    if aiperf.is_summary(first):
        raise RackmathError(f"{path.name}: {aiperf.SUMMARY}")
    if table.knows(first):
        return table.read_objects(objects, path.name, clock)
    raise RackmathError(f"{path.name}: is of no format that is read; give {ACCEPTED}")


def _only_one(run: int | None, name: str) -> None:
    if run not in {None, 1}:
        raise RackmathError(f"{name}: has no run {run}; it holds one")


def _text(path: Path) -> str:
    check_file(path, "a file", MAX_BYTES)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{path.name}: byte {problem.start} is not UTF-8; give {ACCEPTED}") from None


def _objects(text: str, name: str) -> list[dict[str, Any]]:
    """Return what JSON or JSON lines hold: one object, the objects of a list, or one a line."""
    try:
        whole = parse(text)
    except json.JSONDecodeError:
        lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
        whole = list(_lines(lines, name))
    except ValueError as problem:
        raise RackmathError(f"{name}: {problem}") from None
    found = whole if isinstance(whole, list) else [whole]
    if not found or not all(isinstance(each, dict) for each in found):
        raise RackmathError(f"{name}: holds no requests; give {ACCEPTED}")
    return found


def _lines(lines: Iterable[tuple[int, str]], name: str) -> Iterable[Any]:
    for number, line in lines:
        try:
            yield parse(line)
        except ValueError as problem:
            raise RackmathError(f"{name}: line {number} is not JSON: {problem}") from None


def parse(text: str) -> Any:
    """Return what a JSON text holds; ValueError for NaN, infinities and for nesting that is no log's."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of JSON")


def _one(objects: list[dict[str, Any]], run: int | None, name: str) -> dict[str, Any]:
    if len(objects) == 1 and run is None:
        return objects[0]
    if run is None:
        raise RackmathError(f"{name}: holds {len(objects)} runs, which are not to be mixed; choose one with --run 1 …")
    chosen = next(islice(objects, run - 1, run), None) if run > 0 else None
    if chosen is None:
        raise RackmathError(f"{name}: has no run {run}; it holds {len(objects)}")
    return chosen
