"""Which results of MLPerf may be compared, and what kind of result a claim needs.

Rules: https://github.com/mlcommons/policies/blob/master/RESULTS_GUIDELINES.md (same benchmark and scenario, compatible
versions; differences of division, category and chips are to be named) and the divisions of
https://github.com/mlcommons/inference_policies/blob/master/inference_rules.adoc. Across rounds, reference models and
rules change, so that rackmath compares within one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rackmath.errors import RackmathError
from rackmath.meter.mlperf.results import Result

SAME = {
    "benchmark": "another model is another job",
    "round": "reference models and rules change between rounds",
    "suite": "datacenter and edge have different rules",
    "scenario": "each scenario has its own load and latency limits",
    "division": "closed fixes the model, open does not",
    "target": "a looser accuracy target allows coarser arithmetic",
    "unit": "values in different units",
}
DIVISION_MEANS = {
    "closed": "same model, accuracy and preprocessing: a comparison of hardware with its software",
    "open": "model, accuracy and latency limits are the submitter's: a comparison of whole solutions",
    "network": "closed, with queries over a network",
}
AVAILABILITY_MEANS = {
    "available": "may be bought or rented when it was published",
    "preview": "is to be available by the next rounds",
    "rdi": "research, development or internal: not to be bought",
}


@dataclass(frozen=True)
class Claim:
    """What a claim of some kind must rest on."""

    says: str
    divisions: tuple[str, ...]
    needs: tuple[str, ...]
    measure: str


CLAIMS = {
    "gpu-faster": Claim(
        "one accelerator is faster than another",
        ("closed",),
        ("the same model, scenario, round and accuracy target", "the value per accelerator, without mixed systems"),
        "throughput ÷ accelerators",
    ),
    "platform-cheaper": Claim(
        "one platform makes tokens at a lower cost than another",
        ("open", "closed"),
        (
            "every optimisation that is used, named",
            "all costs of ownership, with a date",
            "the accuracy that is reached",
        ),
        "total cost of ownership per hour ÷ tokens per hour",
    ),
    "latency": Claim(
        "answers come within some time",
        ("open", "closed", "network"),
        ("the scenario with its percentile and limit", "the whole stack cited: engine, version, precision"),
        "the percentile of the scenario",
    ),
    "efficient": Claim(
        "one system does more work per watt than another",
        ("closed", "open"),
        ("results with official power on both sides", "the whole system's wall power"),
        "throughput ÷ watts",
    ),
    "available": Claim(
        "the system that is measured may be bought",
        ("closed", "open"),
        ("the category Available, not Preview or RDI",),
        "none",
    ),
}


def incomparable(first: Result, second: Result) -> list[str]:
    """Return the reasons for which two results may not be compared; none if they may.

    Availability and the number of accelerators may differ, but have to be named: `differences` lists them.
    """
    reasons = [
        f"{name}: {_shown(first, name)} and {_shown(second, name)}; {why}"
        for name, why in SAME.items()
        if getattr(first, name) != getattr(second, name)
    ]
    if first.power != second.power:
        reasons.append("power: one was run for official power and the other was not; the first gives up speed for it")
    return reasons


def _shown(result: Result, name: str) -> str:
    return str(getattr(result, name)) or "not stated"


def differences(first: Result, second: Result) -> list[str]:
    """Return what differs between two comparable results and has to be named beside the comparison."""
    names = ("availability", "accelerators", "nodes", "software", "weights", "inferred")
    return [
        f"{name}: {_shown(first, name)} and {_shown(second, name)}"
        for name in names
        if getattr(first, name) != getattr(second, name)
    ]


def supports(kind: str, results: Sequence[Result], *, per_accelerator: bool = True) -> list[str]:
    """Return why some results do not support a claim; none if they do.

    Raises
    ------
    RackmathError
        `kind` is no kind of claim.
    """
    if kind not in CLAIMS:
        raise RackmathError(f"{kind[:40]!r} is no kind of claim; known are {', '.join(CLAIMS)}")
    claim = CLAIMS[kind]
    reasons = [
        f"row {each.row}: is of the {each.division} division; the claim needs {' or '.join(claim.divisions)}"
        for each in results
        if each.division not in claim.divisions
    ]
    if kind == "gpu-faster" and per_accelerator:
        reasons += [
            f"row {each.row}: {'mixes accelerators' if each.mixed else 'states no accelerators'}"
            for each in results
            if each.mixed or not each.accelerators
        ]
    if kind == "efficient":
        reasons += [f"row {each.row}: has no official power" for each in results if each.watts is None]
    if kind in {"available", "platform-cheaper"}:
        reasons += [
            f"row {each.row}: {AVAILABILITY_MEANS.get(each.availability, 'states no category of availability')}"
            for each in results
            if each.availability != "available"
        ]
    for each in results[1:]:
        reasons += [f"rows {results[0].row} and {each.row}: {why}" for why in incomparable(results[0], each)]
    return reasons
