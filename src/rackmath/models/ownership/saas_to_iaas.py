"""From a service that is bought by the seat to machines that are rented: forecast, response curves, packing, price."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Param, Real, Result, Series, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models.ownership._packing import cheapest
from rackmath.models.ownership._response import fit
from rackmath.units import number

STEP = "experiment"


def _measured(unit: str, values: str, said: str) -> Series:
    return Series(
        unit,
        axis=STEP,
        assumption=values,
        because="an example of a load test; replace it with your own",
        minimum=1e-6,
        maximum=1e9,
        help=f"{said} in each experiment",
    )


def _offered(unit: str, values: str, said: str) -> Series:
    return Series(
        unit,
        axis="instance type",
        assumption=values,
        because="an example of a catalogue in the proportions of general-purpose and memory-heavy machines",
        minimum=1e-6,
        maximum=1e6,
        help=f"{said} of each instance type on offer",
    )


@model(
    "ownership.saas_to_iaas",
    method="A10.7",
    title="From SaaS to IaaS in four phases",
    question="Which machines would run what is now bought by the seat, and what would a seat then cost?",
    unit="USD/month",
    sources=("https://arxiv.org/pdf/1908.04136",),
    infinite="no number of machines keeps the promised response time: one request alone already takes longer",
    increasing_in=("users", "user_growth", "egress_price", "personnel_change"),
)
def saas_to_iaas(
    *,
    phases: Annotated[
        str,
        Choice(
            "configure-then-price",
            "study-then-compare",
            assumption="configure-then-price",
            because="the paper ends with a price for the service; others make phase three a feasibility study and "
            "phase four a comparison that counts people",
            help="which definition of the third and fourth phase is meant",
        ),
    ],
    users: Annotated[
        Real,
        Param(
            "user",
            assumption="500 user",
            because="an example; give your own",
            minimum=0,
            maximum=1e9,
            help="users of the service now",
        ),
    ],
    user_growth: Annotated[
        Real,
        Param(
            "1/month",
            assumption="0",
            because="no growth is assumed that nobody has promised",
            minimum=-0.5,
            maximum=0.5,
            help="growth of users from month to month",
        ),
    ],
    months_ahead: Annotated[
        Real,
        Param(
            "month",
            assumption="12 month",
            because="a year, the shortest plan that a migration can be made for",
            minimum=0,
            maximum=120,
            help="months ahead that the machines are planned for",
        ),
    ],
    users_at_once: Annotated[
        Real,
        Param(
            "",
            assumption="0.3",
            because="some of the users are there in the busiest hour; measure it",
            minimum=0.001,
            maximum=1,
            help="share of the users who are active in the busiest hour",
        ),
    ],
    tested_users: Annotated[Real, _measured("user", "25, 50, 100, 200", "active users")],
    tested_cores: Annotated[Real, _measured("core", "3, 5, 9, 17", "processor cores in use")],
    tested_memory: Annotated[Real, _measured("GB", "8, 14, 26, 48", "memory in use")],
    tested_egress: Annotated[Real, _measured("GB/month", "40, 80, 160, 320", "traffic out, by the month")],
    instance_cores: Annotated[Real, _offered("core", "4, 8, 16, 8", "cores")],
    instance_memory: Annotated[Real, _offered("GB", "16, 32, 64, 64", "memory")],
    instance_price: Annotated[Real, _offered("USD/month", "140.16, 280.32, 560.64, 367.92", "monthly price")],
    request_time: Annotated[
        Real,
        Param(
            "second",
            assumption="0.2 second",
            because="an example; what a request takes on an idle machine",
            minimum=0,
            maximum=1e4,
            help="time of a request without any other",
        ),
    ],
    promised_time: Annotated[
        Real,
        Param(
            "second",
            assumption="0.8 second",
            because="an example of a service level",
            minimum=1e-3,
            maximum=1e4,
            help="mean response time that is promised",
        ),
    ],
    spare_machines: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="one machine may fail",
            minimum=0,
            maximum=100,
            help="machines beyond those that the load takes",
        ),
    ],
    egress_price: Annotated[
        Real,
        Param(
            "USD/GB",
            evidence="aws-egress/egress-price",
            minimum=0,
            maximum=10,
            help="price of a gigabyte of traffic out",
        ),
    ],
    margin: Annotated[
        Real,
        Param(
            "",
            assumption="0.2",
            because="an example; zero for a service of one's own",
            minimum=0,
            maximum=0.99,
            help="share of the price that is not cost, where the service is sold on",
        ),
    ],
    seat_price: Annotated[
        Real,
        Param(
            "USD/user/month",
            assumption="20 USD/user/month",
            because="an example of what the service costs by the seat today",
            minimum=0,
            maximum=1e6,
            help="what a seat of the bought service costs",
        ),
    ],
    study_cost: Annotated[
        Real,
        Param(
            "USD",
            assumption="0 USD",
            because="an internal study is often not billed; give its cost to spread it over the months ahead",
            minimum=0,
            maximum=1e9,
            help="cost of the feasibility study",
        ),
    ],
    personnel_change: Annotated[
        Real,
        Param(
            "USD/month",
            assumption="0 USD/month",
            because="the line that such comparisons miss; `ownership.personnel` computes it",
            minimum=-1e8,
            maximum=1e8,
            help="what people cost more in a month than with the bought service",
        ),
    ],
) -> Result:
    r"""Return the monthly cost of the machines that the forecast users need, with what goes beside them.

    .. math:: U = \alpha\,u\,(1 + g)^t, \quad y_j(U) = e^{a_j} U^{b_j}, \quad
        B = \min_{n_i, n_k} \Bigl\{ \sum n p : \sum n\,c_j \ge \frac{y_j(U)}{1 - s/S} \Bigr\} + e\,y_e(U)

    Phase one forecasts the active users :math:`U` (users :math:`u`, user_growth :math:`g`, months_ahead :math:`t`,
    users_at_once :math:`\alpha`). Phase two fits what each resource :math:`j` takes as a power of the users by least
    squares in logarithms of the experiments. Phase three finds the cheapest whole numbers of machines of at most two
    types that hold cores and memory at the load that keeps the promised response time :math:`S` (a queue with the
    request_time :math:`s` answers in :math:`s/(1 - \rho)`), and adds the spare ones of the type with the most cores.
    Phase four prices a seat with the margin; with the other definition (study-then-compare) the study and the people
    are counted too and the bought seats are compared.

    Limits: a response as fast as the request itself is infeasible; experiments that grow in proportion fit an exponent
    of 1; outside the users tested the curve is a guess, and a warning says so.
    Not included: storage and IOPS beyond what goes into cores and memory, commitments, the work of moving.
    Source: https://arxiv.org/pdf/1908.04136

    >>> found = saas_to_iaas(
    ...     phases="configure-then-price", users=1000, user_growth=0, months_ahead=12, users_at_once=0.1,
    ...     tested_users=[25, 50, 100], tested_cores=[2.5, 5, 10], tested_memory=[5, 10, 20],
    ...     tested_egress=[10, 20, 40], instance_cores=[4, 8], instance_memory=[16, 32],
    ...     instance_price=[100, 190], request_time=0, promised_time=1,
    ...     spare_machines=0, egress_price=0.09, margin=0.2, seat_price=20, study_cost=0, personnel_change=0)
    >>> {name: round(float(value), 2) for name, value in found.lines.items()}
    {'machines': 290.0, 'spare_machines': 0.0, 'egress': 3.6, 'study': 0.0, 'personnel': 0.0}
    """
    now, ahead = number(users, "user"), number(months_ahead, "month")
    forecast = now * (1.0 + number(user_growth, "1/month")) ** ahead
    active = forecast * number(users_at_once, "")
    tested = np.atleast_1d(np.asarray(number(tested_users, "user"), dtype=np.float64))
    curves = {
        "cores": fit(tested, number(tested_cores, "core")),
        "memory": fit(tested, number(tested_memory, "GB")),
        "egress": fit(tested, number(tested_egress, "GB/month")),
    }
    room = 1.0 - number(request_time, "second") / number(promised_time, "second")
    cores, memory, price = (
        np.atleast_1d(np.asarray(number(each, unit), dtype=np.float64))
        for each, unit in ((instance_cores, "core"), (instance_memory, "GB"), (instance_price, "USD/month"))
    )
    if not cores.shape[-1] == memory.shape[-1] == price.shape[-1]:
        raise RackmathError(
            "instance_cores, instance_memory and instance_price: give one number for each instance type"
        )
    cores, memory, price = np.broadcast_arrays(cores, memory, price)
    feasible = np.greater(room, 0)
    share = np.where(feasible, room, 1.0)
    found = cheapest(curves["cores"].at(active) / share, curves["memory"].at(active) / share, cores, memory, price)
    largest = np.take_along_axis(price, np.expand_dims(cores.argmax(axis=-1), -1), axis=-1)[..., 0]
    compared = phases == "study-then-compare"
    never = np.where(feasible, 0.0, np.inf)
    plain = {
        "machines": found.cost + never,
        "spare_machines": np.floor(number(spare_machines, "")) * largest,
        "egress": curves["egress"].at(active) * number(egress_price, "USD/GB"),
        "study": number(study_cost, "USD") / np.maximum(ahead, 1.0) * compared,
        "personnel": number(personnel_change, "USD/month") * compared,
    }
    total = sum(plain.values())

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, users), unit

    def notes() -> dict[str, tuple[Any, str]]:
        seat = ratio_or_never(total, forecast)
        seats = number(seat_price, "USD/user/month") * forecast
        told = {
            "users_forecast": note(forecast, "user"),
            "active_users": note(active, "user"),
            "cores_needed": note(curves["cores"].at(active) / share, "core"),
            "memory_needed": note(curves["memory"].at(active) / share, "GB"),
            "exponent_of_cores": note(curves["cores"].exponent, ""),
            "exponent_of_memory": note(curves["memory"].exponent, ""),
            "machines": note(found.machines, ""),
            "cost_of_one_type_alone": note(found.of_one_type, "USD/month"),
            "cost_of_a_seat": note(seat, "USD/user/month"),
            "price_of_a_seat": note(seat / (1.0 - number(margin, "")), "USD/user/month"),
            "largest_over_tested_users": note(active / tested.max(axis=-1), ""),
        }
        if compared:
            told["bought_seats"] = note(seats, "USD/month")
            told["saving_against_bought_seats"] = note(np.where(np.isinf(total), -np.inf, seats - total), "USD/month")
        return told

    def warnings() -> tuple[str, ...]:
        told = []
        if some((active > tested.max(axis=-1)) | (active < tested.min(axis=-1))):
            told.append("The users forecast lie outside those tested: the response curves are extrapolated.")
        if not np.all(feasible):
            told.append("The promised response time is shorter than a request takes alone: no machines can keep it.")
        if tested.shape[-1] < 3:
            told.append("A response curve of fewer than three experiments cannot show whether it bends.")
        return tuple(told)

    lines = {name: tagged(value, "USD/month", users) for name, value in plain.items()}
    return Result("USD/month", lines, notes, warnings)
