"""Our bill of API usage beside genai-prices' own on the same requests: equal to the last digit, and how fast.

``python bench/api_bill.py`` prints one line a run; `bench/run.py` calls `measure`.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

REQUESTS = 20_000
ON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PROVIDERS = ("anthropic", "openai", "google", "x-ai")


def measure() -> dict[str, Any]:
    """Return the totals of both, their difference, and the seconds that each took."""
    import genai_prices

    from rackmath.meter.prices import PackageBook, Unpriced, Usage, bill

    book, draws = PackageBook(), random.Random(3)
    models = []
    for at in genai_prices.data_snapshot.get_snapshot().providers:
        for model in at.models if at.id in PROVIDERS else ():
            try:
                listed = book.find(model.id, at.id, ON.date())
            except Unpriced:
                continue
            if "output" in listed.tiers[0].prices:
                models.append((at.id, listed.model))
    rows = []
    for _ in range(REQUESTS):
        provider, model = draws.choice(models)
        entire = draws.randrange(1, 300_000)
        cached = draws.randrange(entire)
        rows.append(
            Usage(
                on=date(2026, 6, 1),
                model=model,
                provider=provider,
                input_tokens=entire,
                cached_input_tokens=cached,
                output_tokens=draws.randrange(4_000),
            )
        )
    start = time.perf_counter()
    ours = bill(rows, book).total
    ours_took = time.perf_counter() - start
    start = time.perf_counter()
    theirs = Decimal(0)
    for row in rows:
        used = genai_prices.Usage(
            input_tokens=row.input_tokens,
            cache_read_tokens=row.cached_input_tokens,
            output_tokens=row.output_tokens,
        )
        price = genai_prices.calc_price(used, row.model, provider_id=row.provider, genai_request_timestamp=ON)
        theirs += price.total_price
    theirs_took = time.perf_counter() - start
    return {
        "requests": REQUESTS,
        "models": len(models),
        "ours_usd": f"{ours:f}",
        "genai_prices_usd": f"{theirs:f}",
        "difference_usd": f"{ours - theirs:f}",
        "ours_s": round(ours_took, 3),
        "genai_prices_s": round(theirs_took, 3),
        "ratio": round(ours_took / theirs_took, 3),
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:20} {value}")
