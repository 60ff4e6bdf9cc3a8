"""A model service on servers of one's own over months in which demand ramps up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import HAIR, some, tagged
from rackmath.models._terms import (
    AllowedLoadShare,
    ApiPrice,
    CacheableShare,
    CacheHitRate,
    ChipPower,
    ColocationPrice,
    CostOfCapital,
    DemandForm,
    DeployHoursPerRack,
    ElectricityPrice,
    GpuFailureRate,
    GpuHourPrice,
    GpusPerReplica,
    GpusPerServer,
    HourlyDemand,
    HoursPerMonth,
    InputShare,
    LoadedSalary,
    MaintenanceShare,
    MinimumReplicas,
    MonitoringFte,
    NetworkCostShare,
    NetworkPower,
    OutputTokenTimeRatio,
    OverheadPower,
    PatchingFte,
    PeakHoursShare,
    PeakToMean,
    Pue,
    RefreshFte,
    RentalPriceDecline,
    RepairTime,
    ReplacementPriceShare,
    ResaleCostShare,
    ResidualShare,
    ServerPrice,
    ServersPerRack,
    Staffing,
    StaffNeed,
    TechnicianHourPrice,
    ThroughputInputShare,
    TokensPerMonth,
    TotalThroughput,
    UsefulLife,
)
from rackmath.models.ownership._annuity import annuity
from rackmath.models.ownership._fleet import Fleet, Terms, lease, loan, purchase
from rackmath.models.ownership._load_curve import load_curve
from rackmath.models.ownership._month_terms import DemandCeiling, DemandGrowth, DemandPlan, Horizon
from rackmath.models.ownership._months import Calendar, Flow, Ramp, at_month, service
from rackmath.models.ownership._sizing import at_mix, replica_rate, scaling_warnings, servers_for
from rackmath.models.ownership._team import yearly_pay
from rackmath.units import number

DAYS_A_MONTH = 365.0 / 12.0
SMALLEST = 1e-300
"""Stands for no capacity at all where it is divided by."""


@model(
    "ownership.owned_over_months",
    method="A10.4",
    title="Model service on owned servers, month by month",
    question="What does a growing workload cost over the months on servers that are bought, financed or leased?",
    unit="USD/month",
    sources=(
        "https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters",
        "https://gpuleaseindex.com/financing/sale-leaseback",
        "https://en.wikipedia.org/wiki/Equivalent_annual_cost",
    ),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=("server_price", "electricity_price", "pue", "maintenance_share", "staff_need", "loaded_salary"),
    decreasing_in=("residual_share",),
)
def owned_over_months(
    *,
    tokens_per_month: TokensPerMonth,
    demand_growth: DemandGrowth,
    demand_ceiling: DemandCeiling,
    demand_plan: DemandPlan,
    horizon: Horizon,
    cost_of_capital: CostOfCapital,
    input_share: InputShare,
    cacheable_share: CacheableShare,
    cache_hit_rate: CacheHitRate,
    demand_form: DemandForm,
    peak_to_mean: PeakToMean,
    peak_hours_share: PeakHoursShare,
    hourly_demand: HourlyDemand,
    total_throughput: TotalThroughput,
    throughput_input_share: ThroughputInputShare,
    output_token_time_ratio: OutputTokenTimeRatio,
    allowed_load_share: AllowedLoadShare,
    gpus_per_replica: GpusPerReplica,
    minimum_replicas: MinimumReplicas,
    server_price: ServerPrice,
    gpus_per_server: GpusPerServer,
    network_cost_share: NetworkCostShare,
    useful_life: UsefulLife,
    replacement_price_share: ReplacementPriceShare,
    residual_share: ResidualShare,
    resale_cost_share: ResaleCostShare,
    book_life: Annotated[
        Real,
        Param(
            "year",
            evidence="gpu-server/book-life",
            minimum=0.25,
            maximum=15,
            help="years over which the accounts write the server off in a straight line",
        ),
    ],
    acquisition: Annotated[
        str,
        Choice(
            "purchase",
            "loan",
            "lease",
            assumption="purchase",
            because="cash at delivery is the plainest case; a loan or a lease is a financing decision on top of it",
            help="how servers are paid for: at delivery, with a loan, or as rent to a lessor who takes them back",
        ),
    ],
    financed_share: Annotated[
        Real,
        Param(
            "",
            evidence="finance/financed-share",
            minimum=0,
            maximum=1,
            help="share of the purchase price that a lender pays",
        ),
    ],
    loan_rate: Annotated[
        Real,
        Param(
            "1/year", evidence="finance/loan-rate", minimum=0, maximum=1, help="effective yearly interest on the loan"
        ),
    ],
    lease_rate: Annotated[
        Real,
        Param(
            "1/year",
            evidence="finance/lease-rate",
            minimum=0,
            maximum=1,
            help="yearly rate that the lessor earns (the rate implicit in the lease)",
        ),
    ],
    lessor_residual_share: Annotated[
        Real,
        Param(
            "",
            evidence="finance/lessor-residual-share",
            minimum=0,
            maximum=0.9,
            help="share of the price that the lessor expects to be paid for the servers at the end of the lease",
        ),
    ],
    financing_term: Annotated[
        Real,
        Param(
            "month",
            evidence="finance/equipment-financing-term",
            minimum=6,
            maximum=120,
            help="months of loan or lease payments",
        ),
    ],
    lead_time: Annotated[
        Real,
        Param(
            "day",
            evidence="h100-8gpu-server/lead-time",
            minimum=0,
            maximum=1500,
            help="days from the decision until the first servers serve",
        ),
    ],
    bridge: Annotated[
        str,
        Choice(
            "rent",
            "api",
            assumption="rent",
            because="the same model on the same GPUs: nothing has to be moved when the servers arrive",
            help="what serves demand until the first servers arrive",
        ),
    ],
    gpu_hour_price: GpuHourPrice,
    rental_price_decline: RentalPriceDecline,
    api_price: ApiPrice,
    chip_power: ChipPower,
    server_overhead_power: OverheadPower,
    network_and_storage_power: NetworkPower,
    idle_power: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/idle-power-per-gpu",
            minimum=0,
            maximum=1e4,
            help="power of an idle server, for each GPU",
        ),
    ],
    loaded_power: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/loaded-power-per-gpu",
            minimum=0,
            maximum=1e4,
            help="power of a server at saturation, for each GPU",
        ),
    ],
    pue: Pue,
    electricity_price: ElectricityPrice,
    hosting: Annotated[
        str,
        Choice(
            "colocation",
            "own-room",
            assumption="colocation",
            because="few who serve a model own a hall with that much power and cooling",
            help="whether space is rented by the kilowatt or built",
        ),
    ],
    colocation_price: ColocationPrice,
    room_price: Annotated[
        Real,
        Param(
            "USD/kW_server",
            evidence="datacenter/construction-price",
            minimum=0,
            maximum=1e5,
            help="price of building space for each kW of rated IT power",
        ),
    ],
    room_life: Annotated[
        Real,
        Param(
            "year",
            evidence="datacenter/building-life",
            minimum=3,
            maximum=50,
            help="years over which the room is paid off",
        ),
    ],
    maintenance_share: MaintenanceShare,
    gpu_failure_rate: GpuFailureRate,
    repair_time: RepairTime,
    hours_per_month: HoursPerMonth,
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
    monitoring_fte_per_100_servers: MonitoringFte,
    patching_fte_per_100_servers: PatchingFte,
    refresh_fte: RefreshFte,
    deploy_hours_per_rack: DeployHoursPerRack,
    servers_per_rack: ServersPerRack,
    technician_hour_price: TechnicianHourPrice,
) -> Result:
    r"""Return the level monthly cost of servers that are bought as demand grows, run, replaced and sold at the horizon.

    .. math:: B = \frac{\sum_{m=0}^{n} (1 + r)^{-m/12} \bigl( C_m - V_m + F_m + O_m \bigr)}
        {\sum_{m=1}^{n} (1 + r)^{-m/12}}, \quad V_n = (1 - s) \sum_{k} C_k\,\rho^{(n - k)/L}

    where :math:`C_m` is the price of the servers bought at the end of month :math:`m` (whole ones, enough for the peak
    hour of the month that follows, with network and spares), :math:`V_m` what is got for those sold (at the end of a
    life :math:`L` and at the horizon :math:`n`: a market price that falls evenly in logarithms to residual_share
    :math:`\rho`, less resale_cost_share :math:`s`), :math:`F_m` payments to a lender or lessor less what they paid,
    :math:`O_m` the month's hosting, electricity, maintenance and staff, and :math:`r` cost_of_capital. The price of a
    server moves evenly to replacement_price_share within a life. Until lead_time has passed, demand is served by rented
    GPUs or an API (bridge). Electricity follows the load: idle_power at none, loaded_power at saturation. Engineers are
    those of ``ownership.personnel``, month by month, so that whole people come in steps. A lease keeps the servers for
    its term, has no residual, and what is left of its rent is due at the horizon; a loan's balance too.

    Limits: a loan at the cost of capital costs what cash does; no lead time needs no bridge; the market and the book
    value at the horizon are in the notes, and only the market's is used.
    Not included: tax, deposits before delivery, a rack or a hall that is larger than needed, servers that stand dark
    when demand falls and could be sold early.
    Source: https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters and level payments,
    https://en.wikipedia.org/wiki/Equivalent_annual_cost

    >>> found = owned_over_months(
    ...     tokens_per_month=10e9, demand_growth=0.1, demand_ceiling=60e9, demand_plan=1, horizon=36, cost_of_capital=0,
    ...     input_share=0.75, cacheable_share=0, cache_hit_rate=0, demand_form="lognormal", peak_to_mean=3,
    ...     peak_hours_share=0.01, hourly_demand=1, total_throughput=4000, throughput_input_share=0.75,
    ...     output_token_time_ratio=2, allowed_load_share=0.75, gpus_per_replica=2, minimum_replicas=1,
    ...     server_price=280_000, gpus_per_server=8, network_cost_share=0.1, useful_life=4, replacement_price_share=1,
    ...     residual_share=0.2, resale_cost_share=0.1, book_life=5, acquisition="purchase", financed_share=0.8,
    ...     loan_rate=0.1, lease_rate=0.15, lessor_residual_share=0.1, financing_term=36, lead_time=30, bridge="rent",
    ...     gpu_hour_price=2.5, rental_price_decline=0, api_price=0.6, chip_power=700, server_overhead_power=575,
    ...     network_and_storage_power=114, idle_power=250, loaded_power=900, pue=1.3, electricity_price=0.08,
    ...     hosting="colocation", colocation_price=180, room_price=11_700, room_life=14, maintenance_share=0.04,
    ...     gpu_failure_rate=0.09, repair_time=10, hours_per_month=730, staff_need=0.5, staffing="shared",
    ...     loaded_salary=240_000, monitoring_fte_per_100_servers=0.2, patching_fte_per_100_servers=0.1,
    ...     refresh_fte=0.1, deploy_hours_per_rack=60, servers_per_rack=4, technician_hour_price=80)
    >>> {name: round(float(value)) for name, value in found.lines.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'servers': 23333, 'network': 2333, 'spares': 460, 'resale': -8577, 'financing': 0, 'hosting': 4612,
     'electricity': 708, 'maintenance': 2367, 'staff': 10698, 'bridge': 200}
    """
    calendar = Calendar(number(horizon, "month"), number(cost_of_capital, "1/year"))
    ramp = Ramp.of(tokens_per_month, demand_growth, demand_ceiling, demand_plan)
    measured, hours = total_throughput, number(hours_per_month, "hour/month")
    throughput = at_mix(
        measured, throughput_input_share, input_share, cacheable_share * cache_hit_rate, output_token_time_ratio
    )
    curve = load_curve(demand_form, peak_to_mean, peak_hours_share, hourly_demand)
    size, room = number(gpus_per_replica, "GPU/replica"), number(gpus_per_server, "GPU/server")
    each = number(replica_rate(throughput, gpus_per_replica, allowed_load_share), "token/s/replica") * hours * 3600.0
    saturated = number(throughput, "token/s/GPU") * room * hours * 3600.0  # tokens a month and server
    least = number(minimum_replicas, "replica")
    wait = number(lead_time, "day") / DAYS_A_MONTH

    network, spares = number(network_cost_share, ""), room * number(gpu_failure_rate, "1/year")
    spares = spares * number(repair_time, "day") / 365.0
    life = np.maximum(np.round(number(useful_life, "year") * 12.0), 1.0)
    terms = _financing(acquisition, financed_share, loan_rate, lease_rate, lessor_residual_share, financing_term)
    successor = number(replacement_price_share, "")
    if acquisition == "lease":  # the servers are there for as long as the lease is; prices move at the same pace
        successor, life = successor ** (terms.term / life), terms.term
    fleet = Fleet(
        price=number(server_price, "USD/server"),
        extras=network + spares,
        successor_share=successor,
        residual_share=number(residual_share, ""),
        life=life,
        book_life=number(book_life, "year") * 12.0,
        delivery=np.floor(wait),
        terms=terms,
    )
    kept = (1.0 + spares) * (1.0 - number(resale_cost_share, ""))

    rated = (
        number(chip_power, "W_chip/GPU")
        + number(server_overhead_power, "W_server/GPU")
        + number(network_and_storage_power, "W_server/GPU")
    )
    kilowatts = rated * room / 1e3
    space = number(colocation_price, "USD/kW_server/month")
    if hosting == "own-room":
        repaid = annuity(number(cost_of_capital, "1/year"), number(room_life, "year")).factor
        space = number(room_price, "USD/kW_server") * repaid / 12.0
    idle = number(idle_power, "W_server/GPU")
    swing = np.maximum(number(loaded_power, "W_server/GPU") - idle, 0.0)
    always_on = idle + number(network_and_storage_power, "W_server/GPU")
    energy = room * hours / 1e3 * number(pue, "W_facility/W_server")
    energy = energy * number(electricity_price, "USD/kWh_facility")
    upkeep = number(maintenance_share, "1/year") / 12.0 * (1.0 + network)
    rent = size * number(gpu_hour_price, "USD/GPU_hour") * hours
    decline = np.exp(-number(rental_price_decline, "1/year") / 12.0)

    def replicas() -> Iterator[Any]:
        for tokens in ramp.months(calendar.last):
            yield np.maximum(np.ceil(tokens * curve.peak / each * (1 - HAIR)), least)

    def needed() -> Iterator[Any]:
        return (servers_for(count, size, room) for count in replicas())

    def staff(servers: Any) -> Any:
        pay, _ = yearly_pay(
            servers=servers,
            staff_need=number(staff_need, "FTE"),
            monitoring_fte_per_100_servers=number(monitoring_fte_per_100_servers, "FTE"),
            patching_fte_per_100_servers=number(patching_fte_per_100_servers, "FTE"),
            refresh_fte=number(refresh_fte, "FTE"),
            useful_life=number(useful_life, "year"),
            loaded_salary=number(loaded_salary, "USD/FTE/year"),
            staffing=staffing,
            deploy_hours_per_rack=number(deploy_hours_per_rack, "hour/rack"),
            servers_per_rack=number(servers_per_rack, "server/rack"),
            technician_hour_price=number(technician_hour_price, "USD/hour"),
        )
        return sum(pay.values()) / 12.0

    service_alone = staff(0.0)
    each_server = staff(1.0) - service_alone

    def people(servers: Any) -> Any:
        """Return the month's pay: in proportion to the servers, unless people are counted whole."""
        return service_alone + each_server * servers if staffing == "shared" else staff(servers)

    def flows() -> Iterator[Flow]:
        demand, bridged = ramp.months(calendar.last), replicas()
        before: Any = None
        room_rent, longest = kilowatts * space, float(np.max(wait))
        price: Any = rent
        for month, now in enumerate(fleet.months(needed(), calendar.end, calendar.last)):
            flow = {
                "servers": now.bought,
                "network": now.bought * network,
                "spares": now.bought * spares,
                "resale": -now.sold * kept,
                "financing": now.financing,
                "hosting": 0.0,
                "electricity": 0.0,
                "maintenance": 0.0,
                "staff": 0.0,
                "bridge": 0.0,
            }
            if month:
                servers, tokens, count = before.servers, next(demand), next(bridged)
                price = price * decline
                waited = np.clip(wait - (month - 1), 0.0, 1.0) if month - 1 < longest else 0.0
                here = 1.0 - waited
                capacity = np.maximum(servers * saturated, SMALLEST)
                load = np.minimum(tokens, capacity) / capacity
                flow["hosting"] = servers * room_rent * here
                flow["electricity"] = servers * energy * (always_on + swing * load) * here
                flow["maintenance"] = before.installed * upkeep * here
                flow["staff"] = people(servers)
                if month - 1 < longest:
                    instead = count * price if bridge == "rent" else tokens * number(api_price, "USD/Mtok") / 1e6
                    flow["bridge"] = instead * waited
            yield flow
            before = now

    def notes() -> dict[str, tuple[Any, str]]:
        months = list(fleet.months(needed(), calendar.end, calendar.last, books=True))
        running = at_month([each.servers for each in months], calendar.end)
        owned = terms.resale
        market = at_month([each.market_value for each in months[1:]], calendar.end) * owned
        book = at_month([each.book_value for each in months[1:]], calendar.end) * owned

        def note(value: Any, unit: str) -> tuple[Any, str]:
            return tagged(value, unit, server_price), unit

        return {
            "servers_at_end": note(running, "server"),
            "gpus_at_end": note(running * room, "GPU"),
            "market_value_at_horizon": note(market, "USD"),
            "book_value_at_horizon": note(book, "USD"),
            "market_less_book": note(market - book, "USD"),
            "months_of_waiting": note(np.minimum(wait, calendar.end), "month"),
        }

    def warnings() -> tuple[str, ...]:
        found = curve.warnings + scaling_warnings(throughput, measured)
        if some(wait >= calendar.end):
            found += ("The servers arrive after the months looked at: all of them are bridged.",)
        return found

    return service(calendar, flows, ramp, server_price, notes, warnings)


def _financing(acquisition: str, share: Any, loan_rate: Any, lease_rate: Any, residual: Any, term: Any) -> Terms:
    """Return the terms on which servers are acquired."""
    months = np.floor(number(term, "month"))
    if acquisition == "loan":
        return loan(number(share, ""), number(loan_rate, "1/year"), months)
    if acquisition == "lease":
        return lease(number(lease_rate, "1/year"), number(residual, ""), months)
    return purchase()
