"""What was used of model APIs, as their exports say it: one row a request, or a sum of many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rackmath.meter.prices.book import STANDARD
from rackmath.meter.rows import Row, read_rows

ALIASES = {
    "timestamp": "date",
    "time": "date",
    "day": "date",
    "usage_date_utc": "date",
    "start_time_iso": "date",
    "model_version": "model",
    "num_model_requests": "requests",
    "n_requests": "requests",
    "prompt_tokens": "input_tokens",
    "n_context_tokens_total": "input_tokens",
    "completion_tokens": "output_tokens",
    "n_generated_tokens_total": "output_tokens",
    "input_cached_tokens": "cached_input_tokens",
    "cached_tokens": "cached_input_tokens",
    "usage_input_tokens_no_cache": "fresh_input_tokens",
    "usage_input_tokens_cache_read": "cached_input_tokens",
    "cache_read_input_tokens": "cached_input_tokens",
    "usage_input_tokens_cache_write_5m": "cache_write_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
    "usage_input_tokens_cache_write_1h": "cache_write_1h_tokens",
    "usage_output_tokens": "output_tokens",
    "service_tier": "variant",
}
"""Columns as exports of providers name them."""

NEEDED = ("date", "model", "output_tokens")
KNOWN = (
    *NEEDED,
    "provider",
    "variant",
    "requests",
    "input_tokens",
    "fresh_input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one row. `input_tokens` holds all input: what was read from a cache, and what was written to it.

    `where` is the file and line, for messages.
    """

    on: date
    model: str
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    requests: int = 1
    provider: str = ""
    variant: str = STANDARD
    where: str = ""

    @property
    def fresh_input_tokens(self) -> int:
        """Return the input tokens that were neither read from a cache nor written to one."""
        return self.input_tokens - self.cached_input_tokens - self.cache_write_tokens - self.cache_write_1h_tokens

    @property
    def mean_input(self) -> int:
        """Return the tokens of input of a request, rounded up; of a row that sums many, their mean."""
        return -(-self.input_tokens // max(self.requests, 1))


def read_usage(path: Path) -> Iterator[Usage]:
    """Yield the rows of an API usage export.

    Either ``input_tokens`` (all input) or ``fresh_input_tokens`` (what no cache had a part in) is needed.

    Raises
    ------
    RackmathError
        A column is missing, or a cell is wrong: the message names the file, the line and the column.
    """
    for row in read_rows(path, needed=NEEDED, known=KNOWN, aliases=ALIASES):
        yield _usage(row)


def _usage(row: Row) -> Usage:
    cached, short, long = (
        row.whole(name, 0) for name in ("cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens")
    )
    if "input_tokens" in row:
        entire = row.whole("input_tokens")
        if cached + short + long > entire:
            raise row.wrong(
                "input_tokens",
                f"is less than the {cached + short + long:,} cached and written tokens, which are part of it",
            )
    elif "fresh_input_tokens" in row:
        entire = row.whole("fresh_input_tokens") + cached + short + long
    else:
        raise row.wrong("input_tokens", "is missing: the file needs input_tokens, or fresh_input_tokens")
    if not row.text("model"):
        raise row.wrong("model", "is empty")
    return Usage(
        on=row.day("date"),
        model=row.text("model"),
        input_tokens=entire,
        output_tokens=row.whole("output_tokens"),
        cached_input_tokens=cached,
        cache_write_tokens=short,
        cache_write_1h_tokens=long,
        requests=row.whole("requests", 1, least=1),
        provider=row.text("provider"),
        variant=_variant(row),
        where=row.where,
    )


def _variant(row: Row) -> str:
    if row.text("batch").lower() in {"true", "yes", "1"}:
        return "batch"
    written = row.text("variant", STANDARD).lower()
    return STANDARD if written in {"default", "auto"} else written
