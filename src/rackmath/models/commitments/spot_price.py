"""What an hour of useful work costs on capacity that may be taken away."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, ratio_or_never, some, tagged
from rackmath.models._terms import GpuHourPrice
from rackmath.units import convert, number

MOST = 700.0  # exponents above this are beyond what a float holds


@model(
    "commitments.spot_price",
    method="A09.10",
    title="Effective price of spot capacity",
    question="What does an hour of useful work cost on spot capacity, with checkpoints and lost work counted?",
    unit="USD/GPU_hour",
    sources=(
        "https://doi.org/10.1016/j.future.2004.11.016",
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
    ),
    infinite=(
        "interruptions come so fast, or checkpoints take so long, that no work gets done; or the work may not be "
        "interrupted at all"
    ),
    increasing_in=("spot_price", "interruption_rate", "servers", "checkpoint_time", "restart_time"),
)
def spot_price(
    *,
    spot_price: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="h100-sxm/rental-price?term=spot",
            minimum=0,
            maximum=1000,
            help="price of one interruptible GPU for one hour",
        ),
    ],
    on_demand_price: GpuHourPrice,
    interruption_rate: Annotated[
        Real,
        Param(
            "1/server/hour",
            evidence="spot-gpu-server/interruption-rate",
            minimum=0,
            maximum=60,
            help="interruptions of one server in an hour, on average",
        ),
    ],
    servers: Annotated[
        Real,
        Param(
            "server",
            assumption="1 server",
            because="one server; a job over several stops when any of them is taken",
            minimum=1,
            maximum=1e5,
            help="servers that the job needs at the same time",
        ),
    ],
    checkpoint_time: Annotated[
        Real,
        Param(
            "s",
            evidence="training-checkpoint/write-time",
            minimum=0.01,
            maximum=1e5,
            help="time in which work stands still while a checkpoint is written",
        ),
    ],
    restart_time: Annotated[
        Real,
        Param(
            "s",
            evidence="training-checkpoint/restart-time",
            minimum=0,
            maximum=1e6,
            help="time from an interruption until work goes on: waiting for capacity, starting, reading the checkpoint",
        ),
    ],
    warning_time: Annotated[
        Real,
        Param(
            "s",
            evidence="spot-gpu-server/warning-time",
            minimum=0,
            maximum=1e5,
            help="time between the notice and the interruption",
        ),
    ],
    interval_rule: Annotated[
        str,
        Choice(
            "best",
            "given",
            assumption="best",
            because="the interval that loses least is known in closed form",
            help="whether checkpoints come at the best interval (Young and Daly) or at checkpoint_interval",
        ),
    ],
    checkpoint_interval: Annotated[
        Real,
        Param(
            "s",
            assumption="1800 s",
            because="half an hour is common; it counts only where interval_rule is 'given'",
            minimum=1,
            maximum=1e7,
            help="work between two checkpoints",
        ),
    ],
    workload: Annotated[
        str,
        Choice(
            "interruptible",
            "latency-bound",
            assumption="interruptible",
            because="training, batch inference and searches can go on from a checkpoint",
            help="whether the work can be interrupted; a service with promised latency cannot",
        ),
    ],
) -> Result:
    r"""Divide the price by the share of time that is neither spent on checkpoints nor lost to interruptions.

    .. math:: c = \frac{p}{1 - w}, \qquad w = \frac{C}{T} + \lambda\Bigl(\frac{T}{2} + R\Bigr), \qquad
       T^* = \sqrt{\frac{2C}{\lambda}}

    where :math:`p` is spot_price, :math:`C` checkpoint_time, :math:`R` restart_time, :math:`T` the work between two
    checkpoints and :math:`\lambda` interruption_rate times servers. Interruptions come at random at a constant rate
    (Poisson); half an interval is lost with each on average. It is a first-order rule, good while :math:`\lambda T` is
    small; ``price_exact`` is p times the exact expected time for each unit of work, :math:`e^{\lambda R}
    (e^{\lambda (T + C)} - 1) / (\lambda T)`. ``feasible`` is 1 where a checkpoint can be written within warning_time,
    work may be interrupted and w < 1.

    Limits: without interruptions it is the spot price; w → 1 makes it infinite, and above 1 nothing gets done.
    Not included: waiting when no capacity is to be had, prices that move, storage for checkpoints, data moved again.
    Source: J. T. Daly, https://doi.org/10.1016/j.future.2004.11.016

    >>> hour = spot_price(
    ...     spot_price=2.0, on_demand_price=4.0, interruption_rate=0.5, servers=1, checkpoint_time=36, restart_time=360,
    ...     warning_time=120, interval_rule="best", checkpoint_interval=1800, workload="interruptible")
    >>> round(float(hour.notes["checkpoint_interval"].value), 1), round(float(hour.total), 3)
    (720.0, 2.353)
    """
    price = np.asarray(number(spot_price, "USD/GPU_hour"), dtype=np.float64)
    listed = number(on_demand_price, "USD/GPU_hour")
    rate = number(interruption_rate, "1/server/hour") * number(servers, "server") / 3600.0
    write, restart = number(checkpoint_time, "s"), number(restart_time, "s")
    if interval_rule == "best":
        interval = np.sqrt(ratio_or_never(2.0 * write, rate))
    else:
        interval = np.asarray(number(checkpoint_interval, "s"), dtype=np.float64)
    never = np.isinf(interval)
    finite = np.where(never, 1.0, interval)
    writing = np.where(never, 0.0, write / finite)
    lost = np.where(never, 0.0, rate * finite / 2.0)
    waiting = rate * restart
    wasted = writing + lost + waiting
    allowed = workload == "interruptible"
    done = np.where((wasted < 1.0) & allowed, 1.0 - wasted, 0.0)
    total = _per(price, done)
    exact = _per(price, np.where(allowed, _exact_share(rate, np.where(never, np.inf, finite), write, restart), 0.0))
    on_warning = rate * (write + restart)
    in_time = write <= number(warning_time, "s")
    usable = in_time & (on_warning < 1.0) & allowed
    feasible = np.where(in_time & (done > 0), 1.0, 0.0)
    # each part's share of the waste; where nothing gets done the waste is infinite, and named once
    whole = done > 0
    extra = np.where(whole, total - price, 0.0)
    parts = np.where(wasted > 0, wasted, 1.0)
    warnings = []
    if not allowed:
        warnings.append("A service with promised latency must not be planned on capacity that may vanish.")
    elif some(wasted >= 1.0):
        warnings.append(
            "Interruptions come so fast that checkpoints, lost work and restarts take all the time: no work gets done."
        )
    if some(np.logical_not(in_time)):
        warnings.append("A checkpoint takes longer than the warning, so each interruption loses what was not saved.")
    if some(whole & (total >= listed)):
        warnings.append("Useful hours on spot capacity cost no less than on demand.")

    def usd(value: Any) -> Any:
        return tagged(value, "USD/GPU_hour", spot_price)

    return Result(
        "USD/GPU_hour",
        {
            "spot_price": usd(price),
            "checkpoints": usd(extra * writing / parts),
            "lost_work": usd(extra * lost / parts),
            "restarts": usd(extra * waiting / parts),
            "nothing_gets_done": usd(np.where(whole, 0.0, np.inf)),
        },
        notes={
            "feasible": (tagged(feasible, "", spot_price), ""),
            "checkpoint_interval": (tagged(interval, "s", spot_price), "s"),
            "useful_share": (tagged(done, "", spot_price), ""),
            "price_exact": (usd(exact), "USD/GPU_hour"),
            "price_if_saved_on_each_warning": (
                usd(_per(price, np.where(usable, 1.0 - on_warning, 0.0))),
                "USD/GPU_hour",
            ),
            "saving_against_on_demand": (
                tagged(
                    1.0 - np.where(whole, ratio(np.where(whole, total, 0.0), listed, "", when_zero=1.0), np.inf),
                    "",
                    spot_price,
                ),
                "",
            ),
            "time_between_interruptions": (
                convert(tagged(ratio_or_never(1.0, rate), "s", spot_price), "s", "hour"),
                "hour",
            ),
        },
        warnings=warnings,
    )


def _per(price: Any, share: Any) -> Any:
    """Return price / share: infinite where nothing is useful, even at a price of nothing."""
    with np.errstate(over="ignore"):
        return np.where(share > 0, price / np.where(share > 0, share, 1.0), np.inf)


def _exact_share(rate: Any, interval: Any, write: Any, restart: Any) -> Any:
    """Return work over its expected time, when a segment starts again until its checkpoint is written."""
    calm = np.isinf(interval) | (np.asarray(rate) <= 0)
    work = np.where(np.isinf(interval), 1.0, interval)
    undisturbed = np.where(np.isinf(interval), 1.0, work / (work + write))
    known = ~calm & (rate * (work + write + restart) < MOST)
    safe, segment = np.where(known, rate, 1.0), np.where(known, work + write, 1.0)
    expected = np.exp(safe * np.where(known, restart, 0.0)) * np.expm1(safe * segment) / safe
    return np.where(calm, undisturbed, np.where(known, work / expected, 0.0))
