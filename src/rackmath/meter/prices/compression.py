"""How fast the price of a given quality falls: the cheapest model that is good enough, over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from rackmath.errors import RackmathError
from rackmath.meter.rows import read_rows

DAYS = 365.25
SHORTEST = 0.5
"""Years that a yearly rate needs: less would blow a single step up to a rate."""
FEWEST = 4
"""Record prices that a fitted rate needs; with fewer only the two ends are told."""
NEEDED = ("model", "date", "input_usd_mtok", "output_usd_mtok", "quality")


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that could be bought from a day on, what a million tokens cost, and how good it is."""

    model: str
    since: date
    price: float
    quality: float


@dataclass(frozen=True)
class Compression:
    """The fall of the price of one quality.

    Parameters
    ----------
    quality
        The least quality that counts as the same work.
    records
        Each offer that was cheaper than all before it, in order of time.
    total_factor
        First record price over the last.
    years
        From the first record to the last day that any offer is known of: a price that nobody undercut has stood still.
    annual_factor
        By how much the price falls in a year, from the two ends.
    fitted_factor, fitted_low, fitted_high
        The same from a line through the logarithms of the record prices and the price at the end, with its 90 %
        interval (Student's t; records are few and not independent, so it is a rough one). None with fewer than four
        records.
    halving_years
        Time in which the two-ended rate halves the price; infinite where it does not fall.
    """

    quality: float
    records: tuple[Offer, ...]
    total_factor: float
    years: float
    annual_factor: float
    fitted_factor: float | None
    fitted_low: float | None
    fitted_high: float | None
    halving_years: float


def read_offers(path: Path, input_share: float = 0.75) -> list[Offer]:
    """Return the offers of a CSV file: model, date, list prices and a score of quality.

    Parameters
    ----------
    input_share
        Share of input tokens with which the two prices are blended.

    Raises
    ------
    RackmathError
        A column is missing, or a cell is wrong; a price without a date is refused, since the rate is about time.
    """
    if not 0 <= input_share <= 1:
        raise RackmathError(f"input share: {input_share:g} is not between 0 and 1")
    offers = []
    for row in read_rows(path, needed=NEEDED, known=NEEDED):
        price = input_share * float(row.number("input_usd_mtok")) + (1 - input_share) * float(
            row.number("output_usd_mtok")
        )
        if price <= 0:
            raise row.wrong("input_usd_mtok", "makes a price of nothing or less; free offers have no rate")
        offers.append(Offer(row.text("model"), row.day("date"), price, float(row.number("quality"))))
    return offers


def compression(offers: Iterable[Offer], quality: float) -> Compression:
    """Return how the price of at least this quality fell.

    Source: https://epoch.ai/data-insights/llm-inference-price-trends (the cheapest model above a score, over time).

    Raises
    ------
    RackmathError
        Fewer than two record prices reach the quality, or less than half a year is covered: no yearly rate.
    """
    known = list(offers)
    good = sorted((each for each in known if each.quality >= quality), key=lambda each: (each.since, each.price))
    records: list[Offer] = []
    for each in good:
        if not records or each.price < records[-1].price:
            if records and records[-1].since == each.since:
                records.pop()
            records.append(each)
    if len(records) < 2:
        raise RackmathError(
            f"quality {quality:g}: {len(good)} offers reach it and {len(records)} set a record price; two are needed"
        )
    until = max(each.since for each in known)
    years = (until - records[0].since).days / DAYS
    if years < SHORTEST:
        raise RackmathError(f"quality {quality:g}: {years:.2f} years of prices; a yearly rate needs half a year")
    total = records[0].price / records[-1].price
    fitted = _fit(records, until)
    return Compression(
        quality, tuple(records), total, years, total ** (1 / years), *fitted, years * math.log(2) / math.log(total)
    )


def _fit(records: Sequence[Offer], until: date) -> tuple[float | None, float | None, float | None]:
    if len(records) < FEWEST:
        return None, None, None
    from scipy.stats import linregress, t  # noqa: PLC0415

    points = [(each.since, each.price) for each in records]
    if until > records[-1].since:
        points.append((until, records[-1].price))
    when = np.array([(day - records[0].since).days / DAYS for day, _ in points])
    fitted = linregress(when, np.log([price for _, price in points]))
    reach = float(t.ppf(0.95, len(points) - 2)) * float(fitted.stderr)
    slope = -float(fitted.slope)
    return math.exp(slope), math.exp(slope - reach), math.exp(slope + reach)
