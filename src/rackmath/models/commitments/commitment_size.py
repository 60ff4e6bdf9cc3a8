"""How much to commit to when usage varies from hour to hour."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Path, Real, Result, Series, model
from rackmath.models._demand import (
    exceeded_in,
    excess,
    excess_of_hours,
    hour_exceeded_in,
    largest_peak,
    log_spread,
)
from rackmath.models._numbers import ratio, ratio_or_never, some, tagged
from rackmath.models._terms import CommitmentDiscount, CommitmentTerm, HoursPerYear, PeakHoursShare, PeakToMean
from rackmath.units import number

STEADY = 3.0  # months of steady use that practice asks for before anything is committed
DRIFT = 0.2  # later hours that differ by this share from earlier ones are a trend, and the past is no guide
SMALL = 1e-6


@model(
    "commitments.commitment_size",
    method="A09.8",
    title="How much to commit to",
    question="How large a commitment costs least when usage varies from hour to hour?",
    unit="USD/hour",
    sources=(
        "https://en.wikipedia.org/wiki/Newsvendor_model",
        "https://www.doit.com/blog/aws-ec2-pricing",
    ),
    decreasing_in=("commitment_discount",),
)
def commitment_size(
    *,
    usage_form: Annotated[
        str,
        Choice(
            "lognormal",
            "hourly",
            assumption="lognormal",
            because="often only a mean and a peak are known; 'hourly' takes the hours of hourly_usage as they were",
            help="where the spread of usage over the hours comes from",
        ),
    ],
    mean_usage: Annotated[
        Real,
        Param(
            "USD/hour",
            assumption="10 USD/hour",
            because="an example to try the model with; the best commitment is in proportion to it",
            minimum=0,
            maximum=1e8,
            help="mean usage at on-demand prices (lognormal form)",
        ),
    ],
    peak_to_mean: PeakToMean,
    peak_hours_share: PeakHoursShare,
    hourly_usage: Annotated[
        Real,
        Series(
            "USD/hour",
            axis="hour",
            assumption="6 5 5 5 6 8 10 12 14 14 13 12 12 13 13 14 13 12 11 10 9 8 7 6 USD/hour",
            because="a day to try the model with; enter hours of usage at on-demand prices, the longer the better",
            minimum=0,
            maximum=1e8,
            help="usage at on-demand prices hour by hour (hourly form)",
        ),
    ],
    commitment_discount: CommitmentDiscount,
    term: CommitmentTerm,
    yearly_price_fall: Annotated[
        Real,
        Param(
            "1/year",
            assumption="0",
            because="list prices of general servers seldom move; see h100-sxm/rental-price-decline for accelerators",
            minimum=-1,
            maximum=2,
            help="rate at which the on-demand price falls while the commitment holds (negative where it rises)",
        ),
    ],
    tranches: Annotated[
        Real,
        Param(
            "",
            assumption="4",
            because="a purchase each quarter of a one-year term; 1 buys everything at once",
            minimum=1,
            maximum=60,
            help="equal parts in which the commitment is bought, spread evenly over the term (a ladder)",
        ),
    ],
    months_observed: Annotated[
        Real,
        Param(
            "month",
            assumption="3 month",
            because="what practice asks for at the least",
            minimum=0,
            maximum=120,
            help="months over which usage was as steady as it is taken to be",
        ),
    ],
    agreement_amount: Annotated[
        Real,
        Param(
            "USD/year",
            assumption="0 USD/year",
            because="no spending agreement is assumed",
            minimum=0,
            maximum=1e11,
            help="what a private agreement obliges one to spend in a year",
        ),
    ],
    hours_per_year: HoursPerYear,
) -> Result:
    r"""Return the mean hourly cost at the commitment that is worth making, the rest being bought on demand.

    .. math:: B = (1-d)\,K + f\,E\bigl[(D-K)^+\bigr], \qquad P(D > K^*) = \frac{1-d}{f}, \qquad
       f = \frac{1-e^{-gT}}{gT}

    where :math:`D` is usage in an hour at today's on-demand price, :math:`K` the usage that is committed for, :math:`d`
    commitment_discount and :math:`f` the mean on-demand price over the term :math:`T`, relative to today's, when it
    falls at the rate :math:`g` of yearly_price_fall. A dollar of commitment costs :math:`1-d` in every hour and saves
    :math:`f` in the hours that need it; with steady prices :math:`K^*` is the :math:`d`-quantile of usage. The path
    ``committed_without_renewal`` shows how fast the ladder lets one out.

    Limits: d = 0 commits to nothing; d = 1 to the largest hour; even usage to all of it; no usage costs nothing.
    Not included: usage that grows or falls (repeat with each forecast), quantities that come in whole instances,
    several terms at once, interest on what is paid upfront.
    Source: the newsvendor's critical ratio, https://en.wikipedia.org/wiki/Newsvendor_model

    >>> best = commitment_size(
    ...     usage_form="hourly", mean_usage=0, peak_to_mean=2, peak_hours_share=0.01, hourly_usage=[4, 6, 8, 10, 12],
    ...     commitment_discount=0.4, term=1, yearly_price_fall=0, tranches=4, months_observed=12, agreement_amount=0,
    ...     hours_per_year=8760)
    >>> float(best.notes["usage_committed_for"].value), round(float(best.total), 2)
    (6.0, 6.0)
    """
    years, fall = number(term, "year"), number(yearly_price_fall, "1/year")
    price = _mean_price(fall * years)
    rate = 1.0 - number(commitment_discount, "")
    needed = ratio_or_never(rate, price)
    warnings: list[str] = []
    if usage_form == "hourly":
        hours = np.atleast_1d(np.asarray(number(hourly_usage, "USD/hour"), dtype=np.float64))
        if some(_drifts(hours)):
            warnings.append(
                "Usage in the later half differs by more than a fifth from the earlier half: what was best for these "
                "hours need not be best for the next."
            )
        hours = np.sort(hours, axis=-1)
        mean, level = hours.mean(axis=-1), hour_exceeded_in(hours, needed)
        spill = excess_of_hours(hours, level)
    else:
        mean = np.asarray(number(mean_usage, "USD/hour"), dtype=np.float64)
        sigma = log_spread(number(peak_to_mean, ""), number(peak_hours_share, ""))
        level = exceeded_in(mean, sigma, needed)
        spill = np.where(level > 0, excess(mean, sigma, np.where(level > 0, level, 1.0)), mean)
        if some(number(peak_to_mean, "") > largest_peak(number(peak_hours_share, ""))):
            warnings.append(
                "No lognormal usage is as spiky as this peak in so large a share of hours; the spikiest one is used."
            )
    if some(needed >= 1):
        warnings.append("A commitment costs as much as its hours on demand will: commit to nothing.")
    if some(number(months_observed, "month") < STEADY):
        warnings.append("Less than three months of steady usage have been seen: wait, or commit for a short term.")
    committed, beyond = rate * level, price * spill
    paid, alone = committed + beyond, price * mean
    served = np.maximum(mean - spill, 0.0)
    parts = np.round(number(tranches, ""))
    like = mean_usage

    def hourly(value: Any) -> tuple[Any, str]:
        return tagged(value, "USD/hour", like), "USD/hour"

    def plain(value: Any) -> tuple[Any, str]:
        return tagged(value, "", like), ""

    in_a_year = paid * number(hours_per_year, "hour/year")
    return Result(
        "USD/hour",
        {"commitment": hourly(committed)[0], "on_demand": hourly(beyond)[0]},
        notes={
            "commitment_to_make": hourly(committed),
            "usage_committed_for": hourly(level),
            "quantile_of_usage": plain(1.0 - np.minimum(needed, 1.0)),
            "coverage": plain(ratio(served, mean, "")),
            "utilisation": plain(ratio(served, level, "")),
            "effective_savings_rate": plain(1.0 - ratio(paid, alone, "", when_zero=1.0)),
            "on_demand_alone": hourly(alone),
            "saving": hourly(alone - paid),
            "tranche": hourly(committed / parts),
            "time_between_tranches": (tagged(12.0 * years / parts, "month", like), "month"),
            "mean_remaining_term": (tagged(6.0 * years * (parts + 1.0) / parts, "month", like), "month"),
            "paid_in_a_year": (tagged(in_a_year, "USD/year", like), "USD/year"),
            "share_of_the_agreement_drawn": plain(ratio(in_a_year, number(agreement_amount, "USD/year"), "")),
        },
        warnings=warnings,
        paths={
            "committed_without_renewal": Path(hourly(_run_off(committed, parts, 12.0 * years))[0], "USD/hour", "month")
        },
    )


def _mean_price(exponent: Any) -> Any:
    """Return (1 - exp(-x)) / x, and 1 - x / 2 where x is next to nothing."""
    exponent = np.asarray(exponent, dtype=np.float64)
    small = np.abs(exponent) < SMALL
    safe = np.where(small, 1.0, exponent)
    return np.where(small, 1.0 - exponent / 2.0, -np.expm1(-safe) / safe)[()]


def _drifts(hours: Any) -> Any:
    """Say whether the later half of the hours differs from the earlier half by more than `DRIFT` of their mean."""
    middle = hours.shape[-1] // 2
    if middle < 1:
        return False
    early, late = hours[..., :middle].mean(axis=-1), hours[..., -middle:].mean(axis=-1)
    return np.abs(late - early) > DRIFT * hours.mean(axis=-1)


def _run_off(committed: Any, parts: Any, months: Any) -> Any:
    """Return what is still committed to after 0, 1, 2, … months when the tranches of a full ladder are not renewed."""
    month = np.arange(int(np.ceil(np.max(months))) + 1)
    parts, months = np.asarray(parts)[..., None], np.asarray(months)[..., None]
    gone = np.floor(month * parts / months + SMALL)
    return np.asarray(committed)[..., None] * np.clip(1.0 - gone / parts, 0.0, 1.0)
