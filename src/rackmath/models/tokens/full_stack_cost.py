"""What a delivered token costs, told by what the GPU was doing."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio
from rackmath.models._terms import ElectricityPrice, GpuHourPrice, LoadedHoursShare, OutputThroughput, Pue
from rackmath.units import convert

PowerBilling = Annotated[
    str,
    Choice(
        "in-gpu-hour",
        "extra",
        assumption="in-gpu-hour",
        because="a rented GPU-hour includes its power; owned hardware pays it on top",
        help="whether power is in the price of the GPU-hour already, or paid on top of it",
    ),
]


@model(
    "tokens.full_stack_cost",
    method="A08.2",
    title="Full-stack cost per delivered token",
    question="What does a million delivered tokens cost, and which phase of the GPU's time is it for?",
    unit="USD/Mtok",
    sources=("https://arxiv.org/pdf/2604.04745",),
    increasing_in=("gpu_hour_price", "idle_power", "loaded_power", "pue", "electricity_price"),
    decreasing_in=("output_throughput", "loaded_hours_share", "delivered_token_share"),
)
def full_stack_cost(
    *,
    gpu_hour_price: GpuHourPrice,
    output_throughput: OutputThroughput,
    loaded_hours_share: LoadedHoursShare,
    delivered_token_share: Annotated[
        Real,
        Param(
            "",
            evidence="chat-workload/delivered-token-share",
            minimum=0.001,
            maximum=1,
            help="share of the generated tokens that reach a user (the rest is cancelled, retried or thrown away)",
        ),
    ],
    coordination_share: Annotated[
        Real,
        Param(
            "",
            evidence="llama-70b-on-h100/coordination-time-share",
            minimum=0,
            maximum=1,
            help="share of loaded GPU time in which the batch waits for scheduling, padding or other GPUs",
        ),
    ],
    prefill_share: Annotated[
        Real,
        Param(
            "",
            evidence="llama-70b-on-h100/prefill-time-share",
            minimum=0,
            maximum=1,
            help="share of the working GPU time (loaded, coordination taken off) that reads prompts; the rest decodes",
        ),
    ],
    kv_memory_time_share: Annotated[
        Real,
        Param(
            "",
            evidence="llama-70b-on-h100/kv-memory-time-share",
            minimum=0,
            maximum=1,
            help="GB-seconds of GPU memory that hold key-value caches, as a share of the GB-seconds paid for",
        ),
    ],
    memory_price_share: Annotated[
        Real,
        Param(
            "",
            evidence="h100-sxm/memory-cost-share",
            minimum=0,
            maximum=1,
            help="share of a GPU's price that is for its memory",
        ),
    ],
    power_billing: PowerBilling,
    loaded_power: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/loaded-power-per-gpu",
            minimum=0,
            maximum=1e5,
            help="server power per GPU while it is loaded",
        ),
    ],
    idle_power: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/idle-power-per-gpu",
            minimum=0,
            maximum=1e5,
            help="server power per GPU while a job holds it and does nothing",
        ),
    ],
    pue: Pue,
    electricity_price: ElectricityPrice,
) -> Result:
    r"""Lay a paid GPU-hour on the tokens that it delivers, split by phase, memory and idle time.

    .. math:: c = \frac{g + e}{u\,v\,\delta}, \qquad
       g = \underbrace{g m \kappa}_{\text{KV memory}} + g(1 - m\kappa)\bigl[
       \underbrace{u(1-k)\varphi}_{\text{prefill}} + \underbrace{u(1-k)(1-\varphi)}_{\text{decode}} +
       \underbrace{u k}_{\text{coordination}} + \underbrace{1-u}_{\text{idle}}\bigr]

    where :math:`g` is gpu_hour_price, :math:`u` loaded_hours_share, :math:`k` coordination_share, :math:`\varphi`
    prefill_share, :math:`m` memory_price_share, :math:`\kappa` kv_memory_time_share, :math:`v` output_throughput while
    loaded, :math:`\delta` delivered_token_share, and :math:`e = [u P_l + (1-u) P_i]\,\mathrm{PUE}\,p` the electricity
    of loaded and of idle time (0 when the GPU-hour's price includes it). The price's memory part is charged for the
    memory that caches hold, the rest for the time that each phase takes. The lines add up to the GPU's whole cost: no
    share of it is lost and none is counted twice.

    Limits: with delivered_token_share 1 and power included it is ``tokens.cost_per_mtok``; as u → 0 all of it is idle.
    Not included: staff, storage and network, unless the GPU-hour's price holds them; what a lost answer costs its user.
    Source: https://arxiv.org/pdf/2604.04745 (time that a job holds a GPU and does nothing, and its energy)

    >>> cost = full_stack_cost(
    ...     gpu_hour_price=3.6, output_throughput=500, loaded_hours_share=0.5, delivered_token_share=1,
    ...     coordination_share=0.1, prefill_share=0.3, kv_memory_time_share=0, memory_price_share=0.4,
    ...     power_billing="in-gpu-hour", loaded_power=1000, idle_power=300, pue=1.2, electricity_price=0.1)
    >>> {name: round(value, 2) for name, value in cost.lines.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'prefill': 0.54, 'decode': 1.26, 'kv_memory': 0.0, 'coordination': 0.2, 'idle_time': 2.0,
     'loaded_energy': 0.0, 'idle_energy': 0.0}
    """
    delivered = output_throughput * loaded_hours_share * delivered_token_share

    def per_mtok(usd_per_gpu_hour: Real) -> Real:
        return convert(usd_per_gpu_hour / delivered, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")

    kv_memory = gpu_hour_price * memory_price_share * kv_memory_time_share
    by_time = gpu_hour_price - kv_memory
    working = loaded_hours_share * (1 - coordination_share)
    per_watt = convert(pue * electricity_price, "W_facility/W_server*USD/kWh_facility", "USD/Wh_server")
    loaded_energy = convert(loaded_hours_share * loaded_power * per_watt, "W_server/GPU*USD/Wh_server", "USD/GPU_hour")
    idle_energy = convert(
        (1 - loaded_hours_share) * idle_power * per_watt, "W_server/GPU*USD/Wh_server", "USD/GPU_hour"
    )
    billed = 1.0 if power_billing == "extra" else 0.0
    whole = gpu_hour_price + billed * (loaded_energy + idle_energy)
    idle_time = by_time * (1 - loaded_hours_share)
    return Result(
        "USD/Mtok",
        {
            "prefill": per_mtok(by_time * working * prefill_share),
            "decode": per_mtok(by_time * working * (1 - prefill_share)),
            "kv_memory": per_mtok(kv_memory),
            "coordination": per_mtok(by_time * loaded_hours_share * coordination_share),
            "idle_time": per_mtok(idle_time),
            "loaded_energy": per_mtok(billed * loaded_energy),
            "idle_energy": per_mtok(billed * idle_energy),
        },
        notes={
            "cost_of_a_paid_hour": (whole, "USD/GPU_hour"),
            "delivered_throughput": (delivered, "token/s/GPU"),
            "idle_share_of_cost": (ratio(idle_time + billed * idle_energy, whole, "USD/GPU_hour"), ""),
            # told even where the GPU-hour's price includes power: somebody pays for it
            "worth_of_idle_energy": (per_mtok(idle_energy), "USD/Mtok"),
        },
    )
