"""What a deployment costs, leaf by leaf of a tree in which a blank is not a zero."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import OutageHours
from rackmath.units import convert, number

BLANK = -1.0
"""Any value below zero says that nobody has filled a leaf in."""
UNKNOWN = "a blank is not a zero: -1 says that nobody has filled this in, 0 that it costs nothing"


def _known(evidence: str, said: str) -> Param:
    return Param("USD/year", evidence=evidence, minimum=BLANK, maximum=1e10, help=f"{said}; -1 if not known")


def _unknown(said: str) -> Param:
    return Param(
        "USD/year",
        assumption="-1 USD/year",
        because=UNKNOWN,
        minimum=BLANK,
        maximum=1e10,
        help=f"{said}; -1 if not known",
    )


DIRECT = ("hardware", "licences", "power", "network", "staff")
OPERATIONS = ("monitoring", "guardrails", "load_balancing", "vector_database")
INDIRECT = ("downtime", "migration", "opportunity", "security", "compliance")


@model(
    "ownership.cost_taxonomy",
    method="A10.6",
    title="Cost taxonomy with blanks that are not zeros",
    question="What does running it oneself cost in a year, how much of that is hidden, and what has nobody filled in?",
    unit="USD/year",
    sources=(
        "https://machine-learning-made-simple.medium.com/the-costly-open-source-llm-lie-f83fdc5d5701",
        "https://www.netsuite.com/portal/resource/articles/erp/cloud-tco.shtml",
    ),
    increasing_in=("hardware", "staff", "monitoring", "security", "downtime_hour_price", "migration_chance"),
)
def cost_taxonomy(
    *,
    hardware: Annotated[Real, _unknown("servers by the year: depreciation, lease or rent")],
    licences: Annotated[Real, _unknown("software licences")],
    power: Annotated[Real, _unknown("electricity and space")],
    network: Annotated[Real, _unknown("traffic and connections")],
    staff: Annotated[Real, _unknown("engineers who build and run it")],
    monitoring: Annotated[Real, _known("self-hosting/monitoring-cost", "logs, traces and evaluations")],
    guardrails: Annotated[Real, _known("self-hosting/guardrails-cost", "filters and checks of what goes in and out")],
    load_balancing: Annotated[Real, _known("self-hosting/load-balancing-cost", "gateway and load balancing")],
    vector_database: Annotated[Real, _known("self-hosting/vector-database-cost", "vector database")],
    outage_hours: OutageHours,
    downtime_hour_price: Annotated[
        Real,
        Param(
            "USD/hour",
            assumption="-1 USD/hour",
            because=UNKNOWN,
            minimum=BLANK,
            maximum=1e8,
            help="what an hour of outage costs the business; -1 if not known",
        ),
    ],
    migration_cost: Annotated[
        Real,
        Param(
            "USD",
            assumption="-1 USD",
            because=UNKNOWN,
            minimum=BLANK,
            maximum=1e10,
            help="what moving away again would cost; -1 if not known",
        ),
    ],
    migration_chance: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="sooner or later every application is moved",
            minimum=0,
            maximum=1,
            help="chance that it has to be moved within its life",
        ),
    ],
    application_life: Annotated[
        Real,
        Param(
            "year",
            evidence="application/life",
            minimum=1,
            maximum=30,
            help="years that the application lives",
        ),
    ],
    opportunity: Annotated[Real, _unknown("what the engineers would have earned elsewhere beyond their pay")],
    security: Annotated[Real, _unknown("expected cost of incidents and of preventing them")],
    compliance: Annotated[Real, _unknown("audits, certificates, legal advice")],
) -> Result:
    r"""Return the yearly cost as the sum of the leaves that somebody has filled in.

    .. math:: C = \sum_i \max(c_i, 0), \quad c_\text{downtime} = 12\,h\,d, \quad c_\text{migration} = P\,M / L

    where :math:`c_i` are the leaves, :math:`h` outage_hours a month, :math:`d` downtime_hour_price, :math:`P`
    migration_chance, :math:`M` migration_cost and :math:`L` application_life. A leaf below zero is a blank: it adds
    nothing, lowers the completeness, and a warning names it. The direct leaves are hardware, licences, power, network
    and staff, those of operations monitoring, guardrails, load_balancing and vector_database; downtime, migration,
    opportunity, security and compliance are hidden: no invoice shows them.

    Limits: all leaves blank cost nothing at a completeness of nothing, which is no answer; all zeros are one.
    Not included: a value for what is blank, tax, the price of money.
    Source: direct, indirect and intangible cost as in https://www.netsuite.com/portal/resource/articles/erp/cloud-tco.shtml

    >>> found = cost_taxonomy(
    ...     hardware=60_000, licences=0, power=-1, network=0, staff=70_000, monitoring=30_000, guardrails=0,
    ...     load_balancing=0, vector_database=5_000, outage_hours=2, downtime_hour_price=500, migration_cost=40_000,
    ...     migration_chance=0.5, application_life=8, opportunity=0, security=0, compliance=0)
    >>> float(found.total), round(float(found.notes["completeness"].value), 3)
    (179500.0, 0.929)
    """
    downtime = number(convert(outage_hours, "hour/month", "hour/year"), "hour/year")
    hour, move = number(downtime_hour_price, "USD/hour"), number(migration_cost, "USD")
    leaves: dict[str, Any] = {
        "hardware": hardware,
        "licences": licences,
        "power": power,
        "network": network,
        "staff": staff,
        "monitoring": monitoring,
        "guardrails": guardrails,
        "load_balancing": load_balancing,
        "vector_database": vector_database,
        "downtime": np.where(np.less(hour, 0), BLANK, downtime * hour),
        "migration": np.where(
            np.less(move, 0), BLANK, move * number(migration_chance, "") / number(application_life, "year")
        ),
        "opportunity": opportunity,
        "security": security,
        "compliance": compliance,
    }
    plain = {name: number(value, "USD/year") for name, value in leaves.items()}
    lines = {name: tagged(np.maximum(value, 0.0), "USD/year", hardware) for name, value in plain.items()}

    def notes() -> dict[str, tuple[Any, str]]:
        filled = sum(np.greater_equal(value, 0) * 1.0 for value in plain.values()) / len(plain)
        total = sum(np.maximum(value, 0.0) for value in plain.values())
        hidden = sum(np.maximum(plain[name], 0.0) for name in INDIRECT)
        operations = sum(np.maximum(plain[name], 0.0) for name in OPERATIONS)
        return {
            "completeness": (tagged(filled, "", hardware), ""),
            "hidden_share": (tagged(ratio(hidden, total, ""), "", hardware), ""),
            "operations_share": (tagged(ratio(operations, total, ""), "", hardware), ""),
        }

    def warnings() -> tuple[str, ...]:
        blank = [name.replace("_", " ") for name, value in plain.items() if some(np.less(value, 0))]
        return (f"Not filled in, so counted as nothing: {', '.join(blank)}.",) if blank else ()

    return Result("USD/year", lines, notes=notes, warnings=warnings)
