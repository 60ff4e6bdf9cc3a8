"""How long requests wait for a free replica, and how long they take in all."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models.serving._erlang import waiting_chance
from rackmath.units import number

LATE = 0.01  # the share of requests that a tail of one in a hundred leaves out


@model(
    "serving.queue",
    method="A06.5",
    title="Queueing for replicas",
    question="How long does a request take, waiting for a free place included?",
    unit="s",
    sources=(
        "https://doi.org/10.1017/S0305004100036094",
        "https://en.wikipedia.org/wiki/Pollaczek%E2%80%93Khinchine_formula",
        "https://en.wikipedia.org/wiki/M/M/c_queue",
    ),
    infinite="the queue is unstable: requests come as fast as they can be served, or faster, and waiting has no end",
    increasing_in=("arrival_rate", "service_time", "arrival_variation", "service_variation"),
    decreasing_in=("places",),
)
def queue(
    *,
    arrival_rate: Annotated[
        Real,
        Param(
            "request/s",
            assumption="1 request/s",
            because="an example to try; enter the rate of the hour that matters, not the day's mean",
            minimum=0,
            maximum=1e6,
            help="requests that come in a second, on average",
        ),
    ],
    service_time: Annotated[
        Real,
        Param(
            "s",
            assumption="6 s",
            because="some 400 tokens at 15 ms each, and their prompt; an example to try",
            minimum=1e-6,
            maximum=1e6,
            help="time that a request keeps its place, once it has one, on average",
        ),
    ],
    places: Annotated[
        Real,
        Param(
            "request",
            assumption="8 request",
            because="an example to try: replicas times the requests that each runs at once",
            minimum=1,
            maximum=10_000,
            help="requests that are served at the same time; a part of a place serves nobody",
        ),
    ],
    arrival_variation: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="independent users come at random (Poisson); bursts are above 1, a fixed rhythm is 0",
            minimum=0,
            maximum=100,
            help="standard deviation of the time between two arrivals, over its mean",
        ),
    ],
    service_variation: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="answers differ in length about as much as their mean; equal work is 0",
            minimum=0,
            maximum=100,
            help="standard deviation of the service time, over its mean",
        ),
    ],
) -> Result:
    r"""Wait as at random arrivals and services, scaled by how variable both are, and then be served.

    .. math:: T = \tau + \frac{C(c, \lambda\tau)\,\tau}{c\,(1 - \rho)} \cdot \frac{c_a^2 + c_s^2}{2}, \qquad
       \rho = \frac{\lambda\tau}{c}

    where :math:`\lambda` is arrival_rate, :math:`\tau` service_time, :math:`c` places (rounded down), :math:`c_a` and
    :math:`c_s` the two variations and :math:`C` Erlang's chance that all places are taken (Allen-Cunneen). With both
    variations 1 it is the exact M/M/c queue; with one place and random arrivals Pollaczek and Khinchine's exact
    M/G/1, :math:`\lambda E[S^2] / (2 (1 - \rho))`; with one place otherwise Kingman's approximation of G/G/1. The lines
    are service, waiting at random, and what more or less variation adds to it. The tail takes waits of those who wait
    as exponential, which is exact for M/M/c alone.

    Limits: no load, no wait; as the load nears 1 the wait grows without end, and from there the queue is unstable: the
    time is infinite, not a large number.
    Not included: service that slows down as more is served at once (`serving.decode_step`; batches need a simulation),
    users who give up, priorities, changes of the rate within the hour.
    Source: J. F. C. Kingman, https://doi.org/10.1017/S0305004100036094

    >>> found = queue(arrival_rate=0.5, service_time=1, places=1, arrival_variation=1, service_variation=0)
    >>> round(float(found.total), 3), round(float(found.notes["load"].value), 3)
    (1.5, 0.5)
    """
    rate, service = number(arrival_rate, "request/s"), np.asarray(number(service_time, "s"), dtype=np.float64)
    servers = np.floor(number(places, "request"))
    offered = rate * service
    load = offered / servers
    chance = waiting_chance(servers, offered)
    stable = load < 1
    spare = np.where(stable, servers * (1 - load), 0.0)
    random = ratio_or_never(chance * service, spare)
    factor = (number(arrival_variation, "") ** 2 + number(service_variation, "") ** 2) / 2
    waits = np.where(stable, random, 0.0)  # where there is an end to it
    further = waits * (factor - 1)
    whole = service + random + further
    # those who wait do so for the mean wait over their share, on average
    some_wait = np.maximum(chance, LATE)
    tail = np.where(stable, waits * factor / some_wait * np.log(some_wait / LATE), np.inf)
    like = arrival_rate
    warnings = []
    if some(~stable):
        warnings.append(
            "Unstable: requests come as fast as all places serve them, or faster, so the queue grows without end."
        )
    elif some(load > 0.9):
        warnings.append("The places are more than 90 % busy: a little more load multiplies the wait.")

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, like), unit

    return Result(
        "s",
        {
            "service": tagged(service, "s", like),
            "waiting_at_random": tagged(random, "s", like),
            "variation": tagged(further, "s", like),
        },
        notes={
            "load": note(load, ""),
            "chance_of_waiting": note(chance, ""),
            "mean_wait": note(random + further, "s"),
            "wait_of_one_in_a_hundred": note(tail, "s"),
            "requests_waiting": note(rate * np.asarray(random + further), "request"),
            "requests_in_all": note(rate * whole, "request"),
            "unstable_from_rate": note(servers / service, "request/s"),
            "fewest_stable_places": note(np.floor(offered) + 1, "request"),
        },
        warnings=warnings,
    )
