"""Results of ``vllm bench serve`` (benchmark_serving) with its arrays of requests; SGLang writes the same names.

Times are in seconds of the client's clock. ``ttfts`` and ``output_lens`` hold a value a request, ``itls`` the times
between streamed chunks, ``errors`` a text where a request failed. ``start_times`` (newer versions) are arrivals.
Source: https://docs.vllm.ai/en/latest/cli/bench/serve/ (--save-result, --save-detailed)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.requests.fields import real, reals
from rackmath.meter.requests.log import NOTHING, Log, Request, make_log

SHARED = ("ttfts", "itls", "output_lens")


def knows(first: Mapping[str, Any]) -> bool:
    """Say whether this is such a result, with or without its arrays."""
    return "ttfts" in first or {"request_throughput", "mean_ttft_ms"} <= first.keys()


def read(result: Mapping[str, Any], name: str) -> Log:
    """Return the requests of one run."""
    missing = [column for column in SHARED if not isinstance(result.get(column), list)]
    if missing:
        raise RackmathError(f"{name}: a result without {', '.join(missing)}: run the benchmark with --save-detailed")
    count = len(result["ttfts"])
    for column in (*SHARED, "input_lens", "errors", "start_times"):
        values = result.get(column)
        if isinstance(values, list) and values and len(values) != count:
            raise RackmathError(f"{name}: {column} has {len(values)} values, ttfts has {count}")
    duration = real(result.get("duration"), name, "duration")
    return make_log(
        _requests(result),
        name=name,
        format_="vLLM",
        clock="client",
        duration=duration if duration > 0 else None,
    )


def _requests(result: Mapping[str, Any]) -> Iterator[Request]:
    errors, starts, inputs = (result.get(name) or [] for name in ("errors", "start_times", "input_lens"))
    for at, (first, gaps, tokens) in enumerate(zip(*(result[name] for name in SHARED), strict=True)):
        where = f"request {at + 1}"
        between = reals(gaps, where, "itls")
        made = real(tokens, where, "output_lens")
        failed = bool(errors[at]) if errors else False
        ok = not failed and made > 0
        ttft = real(first, where, "ttfts")
        yield Request(
            where=where,
            arrival=real(starts[at], where, "start_times") if starts else NOTHING,
            ttft=ttft if ok else NOTHING,
            e2e=ttft + sum(between) if ok else NOTHING,
            output_tokens=made,
            input_tokens=real(inputs[at], where, "input_lens") if inputs else NOTHING,
            ok=ok,
            gaps=between if ok else (),
        )
