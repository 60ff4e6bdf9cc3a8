"""``profile_export.json`` of GenAI-Perf (Perf Analyzer): experiments with requests, in nanoseconds.

A request has a ``timestamp`` and ``response_timestamps`` of the client's clock. As GenAI-Perf does, responses without
content (the role, ``[DONE]``) are left out. Tokens are taken from the usage that the server streams, where it does;
otherwise each event with content counts as one, because the file holds texts and no tokens.
Source: https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/perf_benchmark/genai_perf.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import isnan
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.requests.fields import mapping, real, reals
from rackmath.meter.requests.log import NOTHING, Log, Request, make_log

COUNTED = "the server streamed no usage: each event with content counts as one token, which may be several"


def knows(first: Mapping[str, Any]) -> bool:
    """Say whether this is such an export."""
    return isinstance(first.get("experiments"), list)


def read(export: Mapping[str, Any], name: str, run: int | None) -> Log:
    """Return the requests of one experiment."""
    experiments = [each for each in map(mapping, export["experiments"]) if isinstance(each.get("requests"), list)]
    if run is None and len(experiments) != 1:
        raise RackmathError(
            f"{name}: holds {len(experiments)} experiments, which are not to be mixed; choose one with --run 1 …"
        )
    if not 1 <= (run or 1) <= len(experiments):
        raise RackmathError(f"{name}: has no experiment {run}; it holds {len(experiments)}")
    requests = list(_requests(experiments[(run or 1) - 1]["requests"]))
    guessed = any(counted for _, counted in requests)
    return make_log(
        (each for each, _ in requests),
        name=name,
        format_="GenAI-Perf",
        clock="client",
        remarks=[COUNTED] if guessed else [],
    )


def _requests(requests: Sequence[Any]) -> Iterator[tuple[Request, bool]]:
    for at, request in enumerate(map(mapping, requests), 1):
        where = f"request {at}"
        start = real(request.get("timestamp"), where, "timestamp")
        times = reals(request.get("response_timestamps"), where, "response_timestamps")
        outputs = request.get("response_outputs")
        said = outputs if isinstance(outputs, list) else []
        if said and len(said) != len(times):
            raise RackmathError(f"{where}: {len(said)} response_outputs for {len(times)} response_timestamps")
        heard = [_heard(mapping(each)) for each in said] or [(True, NOTHING)] * len(times)
        events = [time for time, (content, _) in zip(times, heard, strict=True) if content]
        told = max((tokens for _, tokens in heard if not isnan(tokens)), default=NOTHING)
        ok = bool(events) and not request.get("error")
        yield (
            Request(
                where=where,
                arrival=1e-9 * start,
                ttft=1e-9 * (events[0] - start) if ok else NOTHING,
                e2e=1e-9 * (events[-1] - start) if ok else NOTHING,
                output_tokens=float(len(events)) if isnan(told) else told,
                ok=ok,
                gaps=tuple(1e-9 * (late - early) for early, late in pairwise(events)) if ok else (),
            ),
            ok and isnan(told),
        )


def _heard(output: Mapping[str, Any]) -> tuple[bool, float]:
    """Return whether a response has content, and how many tokens its usage states."""
    if "text_output" in output:
        return bool(output["text_output"]), NOTHING
    content, tokens = False, NOTHING
    for line in str(output.get("response", "")).splitlines():
        try:
            chunk = mapping(json.loads(line.removeprefix("data:").strip()))
        except (ValueError, RecursionError):
            continue  # [DONE], an empty line, or a text that is not JSON: nothing that a user sees
        usage = mapping(chunk.get("usage")).get("completion_tokens")
        if isinstance(usage, int) and not isinstance(usage, bool):
            tokens = float(min(usage, 10**12))
        choices = chunk.get("choices")
        for choice in map(mapping, choices if isinstance(choices, list) else []):
            said = mapping(choice.get("delta")) or mapping(choice.get("message"))
            content |= any(bool(each) for each in (said.get("content"), said.get("reasoning_content")))
            content |= bool(choice.get("text")) or bool(said.get("tool_calls"))
    return content, tokens
