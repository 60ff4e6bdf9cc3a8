"""Power of GPUs at the chip, the server and the facility's meter."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import some
from rackmath.models._terms import (
    ChipPower,
    GpusPerServer,
    MeanLoadOfNameplate,
    NetworkPower,
    OverheadPower,
    Pue,
    ServersPerRack,
)
from rackmath.units import convert, format_number, number

DENSE_RACK = 40.0  # kW; AI racks start about here, racks of ordinary servers draw 5 to 15 kW


@model(
    "energy.facility_power",
    method="A05.3",
    title="From GPU power to facility power",
    question="How much power do these GPUs draw at the facility's meter, with all that they need around them?",
    unit="kW_facility",
    sources=(
        "https://newsletter.semianalysis.com/p/ai-datacenter-energy-dilemma-race",
        "https://www.hanwhadatacenters.com/blog/power-requirements-for-ai-data-centers-resilient-infrastructure/",
    ),
    increasing_in=(
        "gpus",
        "chip_power",
        "server_watts_per_chip_watt",
        "server_overhead_power",
        "network_and_storage_power",
        "mean_load_of_nameplate",
        "pue",
    ),
)
def facility_power(
    *,
    gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="8 GPU",
            because="one server of eight; enter your fleet",
            minimum=1,
            maximum=1e8,
            help="GPUs that are powered",
        ),
    ],
    chip_power: ChipPower,
    server_watts_per_chip_watt: Annotated[
        Real,
        Param(
            "W_server/W_chip",
            assumption="1",
            because="losses of the power supplies are in the server's overhead per GPU, as vendors state it",
            minimum=1,
            maximum=2,
            help="what the server draws for each watt at the chip, where losses are not in the overhead",
        ),
    ],
    server_overhead_power: OverheadPower,
    network_and_storage_power: NetworkPower,
    mean_load_of_nameplate: MeanLoadOfNameplate,
    pue: Pue,
    gpus_per_server: GpusPerServer,
    servers_per_rack: ServersPerRack,
) -> Result:
    r"""Add up power from the chip to the facility's meter, and scale nameplate power to what is drawn on average.

    .. math:: P = n\,\ell\,\bigl(\sigma P_{chip} + P_{server} + P_{network}\bigr)\,\mathrm{PUE}

    where :math:`n` is gpus, :math:`\ell` mean_load_of_nameplate, :math:`\sigma` server_watts_per_chip_watt and the
    :math:`P` are chip_power, server_overhead_power and network_and_storage_power. The total is mean power, for a bill;
    the notes ``nameplate_…`` leave :math:`\ell` out, for what has to be connected and cooled.

    Limits: without overheads and with PUE 1 it is the chips' power alone (eight at 700 W are 5.6 kW, about half of what
    their servers draw); linear in the number of GPUs.
    Not included: spare power for failures, conversion from the grid's side, machines that are switched off.
    Source: https://newsletter.semianalysis.com/p/ai-datacenter-energy-dilemma-race

    >>> power = facility_power(
    ...     gpus=8, chip_power=700, server_watts_per_chip_watt=1, server_overhead_power=575,
    ...     network_and_storage_power=114, mean_load_of_nameplate=1, pue=1.25, gpus_per_server=8, servers_per_rack=4)
    >>> round(power.total, 2), round(power.notes["nameplate_server_power"].value, 2)
    (13.89, 10.2)
    """
    chip = convert(chip_power * server_watts_per_chip_watt, "W_chip/GPU*W_server/W_chip", "W_server/GPU")
    in_server = chip + server_overhead_power
    per_gpu = in_server + network_and_storage_power
    server_power = convert(in_server * gpus_per_server, "W_server/GPU*GPU/server", "kW_server/server")
    rack_power = convert(server_power * servers_per_rack, "kW_server/server*server/rack", "kW_server/rack")

    it_share = 1 / number(pue, "W_facility/W_server")  # of what the facility draws

    def drawn(power_per_gpu: Any) -> Any:
        return convert(power_per_gpu * gpus * mean_load_of_nameplate, "W_server", "kW_server")

    def at_meter(power: Any) -> Any:
        return convert(power * pue, "kW_server*W_facility/W_server", "kW_facility")

    all_it = drawn(per_gpu)
    racks_power = number(rack_power, "kW_server/rack")
    warnings = []
    if some(racks_power > DENSE_RACK):
        warnings.append(
            f"A rack of {format_number(float(np.max(racks_power)))} kW needs a hall that is built for it: ordinary "
            "racks draw 5 to 15 kW."
        )
    return Result(
        "kW_facility",
        {
            "chips": at_meter(drawn(chip)) * it_share,
            "server_overhead": at_meter(drawn(server_overhead_power)) * it_share,
            "network_and_storage": at_meter(drawn(network_and_storage_power)) * it_share,
            "facility_overhead": at_meter(all_it) * (1 - it_share),
        },
        notes={
            "mean_it_power": (all_it, "kW_server"),
            "nameplate_power_per_gpu": (per_gpu, "W_server/GPU"),
            "nameplate_server_power": (server_power, "kW_server/server"),
            "nameplate_rack_power": (rack_power, "kW_server/rack"),
            "nameplate_facility_power": (at_meter(convert(per_gpu * gpus, "W_server", "kW_server")), "kW_facility"),
            "servers": (np.ceil(convert(gpus / gpus_per_server, "GPU/(GPU/server)", "server")), "server"),
            "racks": (
                np.ceil(convert(gpus / gpus_per_server / servers_per_rack, "GPU/(GPU/server)/(server/rack)", "rack")),
                "rack",
            ),
        },
        warnings=warnings,
    )
