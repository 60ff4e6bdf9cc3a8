"""How many replicas a monthly demand needs, and what is told about any fleet that serves it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rackmath.models._numbers import ratio_or_never, some, tagged, whole
from rackmath.units import convert, number

FAR = 2.0
"""Factor of a throughput's scaling above which a measurement with the workload's own mix is called for."""
LEAST_TIME = 1e-3
"""Time of a token, in fresh input tokens, that no mix falls below: even what is cached has to be passed on."""


class Demand(NamedTuple):
    """Demand as a rate."""

    mean: Any
    """token/s, averaged over the month."""
    peak: Any
    """token/s in a peak hour."""


def demand(tokens_per_month: Any, hours_per_month: Any, peak_to_mean: Any) -> Demand:
    """Return a monthly volume as a mean and a peak rate."""
    mean = convert(tokens_per_month / hours_per_month, "token/hour", "token/s")
    return Demand(mean, mean * peak_to_mean)


def at_mix(
    throughput: Any, measured_share: Any, input_share: Any, cached_share: Any, output_token_time_ratio: Any
) -> Any:
    r"""Return the throughput of all tokens at another mix than it was measured with.

    A GPU that needs :math:`k` times as long for an output token as for an input token, and no time for an input token
    that its own prefix cache holds, needs :math:`w (1 - c) + (1 - w) k` input-token times for a token of a mix with the
    input share :math:`w`, of which the share :math:`c` is cached. It was measured without cache, so that
    :math:`v = v_0\,(w_0 + (1 - w_0) k) / (w (1 - c) + (1 - w) k)`.
    """
    took = measured_share + (1 - measured_share) * output_token_time_ratio
    takes = input_share * (1 - cached_share) + (1 - input_share) * output_token_time_ratio
    return throughput * (took / np.maximum(takes, LEAST_TIME))


def replica_rate(throughput: Any, gpus_per_replica: Any, allowed_load_share: Any) -> Any:
    """Return what one replica may serve in a peak hour, in token/s/replica."""
    return throughput * gpus_per_replica * allowed_load_share


def replicas_for(rate: Any, each: Any, minimum_replicas: Any) -> Any:
    """Return the whole replicas that serve `rate` (token/s) at `each` (token/s/replica)."""
    return whole(rate / each, "replica", least=minimum_replicas)


def servers_for(replicas: Any, gpus_per_replica: Any, gpus_per_server: Any) -> Any:
    """Return whole servers: replicas packed into servers, or servers joined to a replica when it is larger than one."""
    needed, size = number(replicas, "replica"), number(gpus_per_replica, "GPU/replica")
    room = number(gpus_per_server, "GPU/server")
    replicas_a_server = np.maximum(np.floor(np.divide(room, size)), 1)
    servers_a_replica = np.ceil(np.divide(size, room))  # 1 unless a replica is larger than a server
    servers = np.ceil(needed / replicas_a_server) * servers_a_replica
    return tagged(servers, "server", replicas)


def fleet_notes(
    total: Any,
    tokens_per_month: Any,
    hours_per_month: Any,
    served: Any,
    gpus: Any,
    throughput: Any,
    allowed_load_share: Any,
) -> dict[str, tuple[Any, str]]:
    """Return the notes that every service has.

    Parameters
    ----------
    total
        USD/month.
    tokens_per_month, hours_per_month
        The demand.
    served
        Mean rate that this fleet itself serves, token/s.
    gpus, throughput, allowed_load_share
        The fleet, the saturated throughput of one GPU at this mix of tokens, and how much of it may be used.
    """
    saturated = gpus * throughput
    capacity = convert(saturated * allowed_load_share, "token/s", "Mtok/hour") * hours_per_month
    return {
        "gpus": (gpus, "GPU"),
        "capacity": (capacity, "Mtok/month"),
        "mean_load_of_fleet": (served / saturated, ""),
        "throughput_at_this_mix": (throughput, "token/s/GPU"),
        "cost_per_mtok": (cost_per_mtok(total, tokens_per_month), "USD/Mtok"),
    }


def cost_per_mtok(total: Any, tokens_per_month: Any) -> Any:
    """Return USD per million tokens of a monthly cost; infinite when no token is served."""
    per_token = ratio_or_never(number(total, "USD/month"), number(tokens_per_month, "token/month"))
    return tagged(per_token * 1e6, "USD/Mtok", total)


def scaling_warnings(throughput: Any, measured: Any) -> tuple[str, ...]:
    """Return a warning where the throughput at the workload's mix is far from the measured one."""
    scaled = number(throughput / measured, "")
    if some((scaled > FAR) | (scaled < 1 / FAR)):
        return (
            "The throughput was measured with a very different mix of tokens and is scaled by more than a factor of "
            "two; measure or look up one for this mix.",
        )
    return ()
