"""What moving load, and storing energy, saves when the price of power changes with the hour."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Array, Param, Path, Real, Result, Series, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.units import number

MOST_HOURS = 12_000
"""Hours of all draws together that are planned with a battery: 500 days take some six seconds."""
EXACT = 1e-10
"""The tightest tolerance that the solver takes, on loads and prices in units of the largest."""


@model(
    "energy.load_shift",
    method="A05.11",
    title="Load shifted to cheap hours",
    question="What is saved when some load can move to cheaper hours, or a battery can?",
    unit="USD",
    sources=(
        "https://docs.scipy.org/doc/scipy/reference/generated/scipy.optimize.linprog.html",
        "https://www.datacentres.com/guides/data-centre-power-procurement",
    ),
    decreasing_in=("movable_share",),
)
def load_shift(
    *,
    hourly_prices: Annotated[
        Real,
        Series(
            "USD/kWh_facility",
            axis="hour",
            assumption=(
                "0.05 0.045 0.04 0.04 0.045 0.05 0.06 0.075 0.07 0.06 0.05 0.045 "
                "0.04 0.04 0.05 0.065 0.085 0.11 0.13 0.12 0.1 0.08 0.065 0.055 USD/kWh_facility"
            ),
            because="a day with a dear evening to try the model with; enter the hours of your tariff or market",
            minimum=-10,
            maximum=10,
            help="price of energy in each hour; negative where one is paid to take it",
        ),
    ],
    hourly_load: Annotated[
        Real,
        Series(
            "kW_facility",
            axis="hour",
            assumption=" ".join(["1000"] * 24) + " kW_facility",
            because="an even megawatt to try the model with",
            minimum=0,
            maximum=1e7,
            help="load at the meter in each hour, as it would come",
        ),
    ],
    movable_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.2",
            because="batch work and training checkpoints can wait for hours, an interactive service cannot",
            minimum=0,
            maximum=1,
            help="share of each hour's load that may run in another of these hours",
        ),
    ],
    spare_connection_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.25",
            because="connections are sized with some room; it caps what cheap hours can take",
            minimum=0,
            maximum=10,
            help="room of the connection above the highest load, as a share of it",
        ),
    ],
    storage_energy: Annotated[
        Real,
        Param(
            "kWh_facility",
            assumption="0 kWh_facility",
            because="no battery is assumed",
            minimum=0,
            maximum=1e8,
            help="energy that a battery can hold",
        ),
    ],
    storage_power: Annotated[
        Real,
        Param(
            "kW_facility",
            assumption="0 kW_facility",
            because="no battery is assumed",
            minimum=0,
            maximum=1e7,
            help="power at which the battery charges or gives back, both together",
        ),
    ],
    storage_efficiency: Annotated[
        Real,
        Param(
            "",
            assumption="0.86",
            because="lithium batteries give back 80 to 90 % of what they take",
            minimum=0.1,
            maximum=1,
            help="energy given back over energy taken",
        ),
    ],
) -> Result:
    r"""Return the energy bill of these hours when load and storage are placed at the least cost.

    .. math:: C = \min \sum_t p_t\,(x_t + c_t - d_t), \quad \sum_t x_t = \sum_t L_t, \quad x_t \ge (1-m) L_t, \quad
       0 \le x_t + c_t - d_t \le (1+k) \max_t L_t, \quad E_t = E_{t-1} + \eta c_t - d_t

    where :math:`p_t` is hourly_prices, :math:`L_t` hourly_load, :math:`m` movable_share, :math:`k`
    spare_connection_share, :math:`\eta` storage_efficiency and :math:`E_t` what the battery holds, between 0 and
    storage_energy and in the end what it was in the beginning; charging :math:`c_t` and giving back :math:`d_t` share
    storage_power. A linear programme, solved by HiGHS; steps are hours, and load may move to any of them. Without a
    battery its solution is known (the cheapest hours are filled first) and nothing needs to be solved.

    Limits: nothing movable and no battery leave the bill as it comes; even prices save nothing; with a wide connection
    all that may move goes to the cheapest hour.
    Not included: demand charges (a wider connection may raise them), wear of the battery, deadlines of single jobs.
    Source: https://docs.scipy.org/doc/scipy/reference/generated/scipy.optimize.linprog.html

    >>> day = load_shift(
    ...     hourly_prices=[0.04, 0.10], hourly_load=[100, 100], movable_share=0.5, spare_connection_share=1,
    ...     storage_energy=0, storage_power=0, storage_efficiency=0.9)
    >>> round(float(day.total), 2), round(float(day.notes["saving"].value), 2)
    (11.0, 3.0)
    """
    prices = np.atleast_1d(np.asarray(number(hourly_prices, "USD/kWh_facility"), dtype=np.float64))
    load = np.atleast_1d(np.asarray(number(hourly_load, "kW_facility"), dtype=np.float64))
    hours = load.shape[-1]
    if prices.shape[-1] != hours:
        raise RackmathError("hourly_load: give as many hours as hourly_prices has")
    plain = [
        np.asarray(number(value, unit), dtype=np.float64)
        for value, unit in (
            (movable_share, ""),
            (spare_connection_share, ""),
            (storage_energy, "kWh_facility"),
            (storage_power, "kW_facility"),
            (storage_efficiency, ""),
        )
    ]
    shape = np.broadcast_shapes(prices.shape[:-1], load.shape[:-1], *(each.shape for each in plain))
    table = np.concatenate(
        [
            np.broadcast_to(prices, (*shape, hours)),
            np.broadcast_to(load, (*shape, hours)),
            *(np.broadcast_to(each, shape)[..., None] for each in plain),
        ],
        axis=-1,
    ).reshape(-1, 2 * hours + len(plain))
    battery = np.minimum(table[:, -3], table[:, -2]) > 0
    drawn = np.empty((len(table), hours))
    drawn[~battery] = _cheapest_hours_first(table[~battery], hours)
    if battery.any():
        drawn[battery] = _planned(table[battery], hours)
    drawn = drawn.reshape(*shape, hours)
    before, after = np.sum(prices * load, axis=-1), np.sum(prices * drawn, axis=-1)
    saving = np.maximum(before - after, 0.0)
    energy = load.sum(axis=-1)
    warnings = []
    if some(prices < 0):
        warnings.append(
            "Some hours pay for being used; a battery then earns by wasting energy, which contracts rarely allow."
        )

    def usd(value: Any) -> Any:
        return tagged(value, "USD", movable_share)

    def price(value: Any) -> tuple[Any, str]:
        return tagged(ratio(value, energy, ""), "USD/kWh_facility", movable_share), "USD/kWh_facility"

    return Result(
        "USD",
        {"bill_as_it_comes": usd(before), "saved_by_shifting": usd(-saving)},
        notes={
            "saving": (usd(saving), "USD"),
            "mean_price_before": price(before),
            "mean_price_after": price(before - saving),
            "energy_used": (tagged(energy, "kWh_facility", movable_share), "kWh_facility"),
        },
        paths={
            "load_as_it_comes": Path(tagged(load, "kW_facility", movable_share), "kW_facility", "hour"),
            "drawn_from_the_grid": Path(tagged(drawn, "kW_facility", movable_share), "kW_facility", "hour"),
        },
        warnings=warnings,
    )


def _cheapest_hours_first(table: Array, hours: int) -> Array:
    """Return what is drawn without a battery: what may move fills the cheapest hours up to the connection."""
    prices, load, movable, spare = table[:, :hours], table[:, hours : 2 * hours], table[:, -5, None], table[:, -4, None]
    stays = (1.0 - movable) * load
    order = np.argsort(prices, axis=1, kind="stable")
    room = np.take_along_axis((1.0 + spare) * load.max(axis=1, initial=0.0, keepdims=True) - stays, order, axis=1)
    moves = np.sum(movable * load, axis=1, keepdims=True)
    put = np.clip(moves - (np.cumsum(room, axis=1) - room), 0.0, room)
    placed = np.empty_like(put)
    np.put_along_axis(placed, order, put, axis=1)
    drawn: Array = stays + placed
    return drawn


def _planned(table: Array, hours: int) -> Array:
    """Return what is drawn with a battery; rows that are the same are solved once."""
    distinct, which = np.unique(table, axis=0, return_inverse=True)
    if len(distinct) > 1 and len(distinct) * hours > MOST_HOURS:
        raise RackmathError(
            f"storage_energy: with a battery each draw is a programme of its own, and {len(distinct):,} of {hours:,} "
            "hours take too long; give single numbers instead of ranges, or fewer draws"
        )
    solved = np.array([least_cost_draw(row[:hours], row[hours : 2 * hours], *row[2 * hours :]) for row in distinct])
    drawn: Array = solved[which.ravel()]
    return drawn


def least_cost_draw(
    prices: Array, load: Array, movable: float, spare: float, energy: float, power: float, efficiency: float
) -> Array:
    """Return what is drawn from the grid in each hour at the least cost, by linear programming.

    Variables are the load x, charging c, giving back d and the level E of each hour, in units of the highest load,
    and prices in units of the largest, so that the solver's tolerances mean the same at any size.
    """
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import bmat, csr_matrix, eye, hstack  # noqa: PLC0415

    size = float(load.max())  # the connection is measured by it: without load there is none
    if size == 0 or not prices.any():
        return load
    hours = len(load)
    demand, cost = load / size, prices / np.abs(prices).max()
    top = (1.0 + spare) * demand.max()
    pace = power / size
    kept = min(energy / size, pace * hours)  # more than it can take in all hours is of no use
    one = eye(hours, format="csr")
    none = 0 * one
    before = eye(hours, k=-1, format="csr") + eye(hours, k=hours - 1, format="csr") if hours > 1 else one
    total = hstack([csr_matrix(np.ones((1, hours))), csr_matrix((1, 3 * hours))])
    equal = bmat([[total], [hstack([none, -efficiency * one, one, one - before])]])
    draw = hstack([one, one, -one, none])
    limits = bmat([[draw], [-draw], [hstack([none, one, one, none])]])
    answer = linprog(
        np.concatenate([cost, cost, -cost, np.zeros(hours)]),
        A_ub=limits,
        b_ub=np.concatenate([np.full(hours, top), np.zeros(hours), np.full(hours, pace)]),
        A_eq=equal,
        b_eq=np.concatenate([[demand.sum()], np.zeros(hours)]),
        bounds=[
            *(((1.0 - movable) * each, None) for each in demand),
            *[(0.0, pace)] * (2 * hours),
            *[(0.0, kept)] * hours,
        ],
        method="highs",
        options={"primal_feasibility_tolerance": EXACT, "dual_feasibility_tolerance": EXACT},
    )
    if answer.x is None:
        raise RackmathError(f"load_shift: the least-cost plan was not found ({answer.message})")
    x, charge, back = answer.x[:hours], answer.x[hours : 2 * hours], answer.x[2 * hours : 3 * hours]
    drawn: Array = size * (x + charge - back)
    return drawn
