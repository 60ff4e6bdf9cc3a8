"""A decision as the page receives it: four ways to serve the same tokens, computed here by a small model of its own.

Every number hangs together (lines add up to totals, crossings lie on the curves, chances come from the draws), so that
a test may check the page against it. The prices are plausible, and made up.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

SEED = 20261122
DRAWS = 4000
HOURS = 730.0

TITLES = {
    "rent": "Rent H100s by the hour",
    "api": "Call an open-weights API",
    "hybrid": "Own the base load, rent the peak",
    "own": "Own 8-GPU servers in colocation",
}

# name: label, unit, central, low (p5), high (p95), where it comes from, which options use it
INPUTS: dict[str, tuple[str, str, float, float, float, str, tuple[str, ...]]] = {
    "tokens_per_month": (
        "Tokens served each month",
        "token/month",
        62e9,
        45e9,
        85e9,
        "given",
        ("rent", "api", "hybrid", "own"),
    ),
    "gpu_hour_price": ("Price of a rented GPU-hour", "USD/GPU_hour", 2.1, 1.49, 3.2, "figure", ("rent", "hybrid")),
    "tokens_per_second": (
        "Tokens a GPU serves each second while loaded",
        "token/s/GPU",
        2900.0,
        2100.0,
        3800.0,
        "figure",
        ("rent", "hybrid", "own"),
    ),
    "loaded_hours_share": (
        "Share of hours in which the GPUs are loaded",
        "",
        0.5,
        0.36,
        0.66,
        "figure",
        ("rent", "hybrid", "own"),
    ),
    "input_price": ("Price of input tokens", "USD/Mtok", 0.40, 0.25, 0.65, "figure", ("api",)),
    "output_price": ("Price of output tokens", "USD/Mtok", 0.90, 0.60, 1.40, "figure", ("api",)),
    "input_share": ("Share of tokens that are input", "", 0.75, 0.6, 0.85, "figure", ("api",)),
    "server_price": ("Price of an 8-GPU server", "USD/server", 285e3, 240e3, 330e3, "figure", ("own", "hybrid")),
    "useful_life": ("Years until a server is replaced", "year", 4.5, 3.0, 6.0, "figure", ("own", "hybrid")),
    "electricity_price": (
        "Price of electricity",
        "USD/kWh_facility",
        0.085,
        0.06,
        0.13,
        "figure",
        ("own", "hybrid"),
    ),
    "pue": ("Facility power for each watt of the servers", "W_facility/W_server", 1.4, 1.2, 1.6, "figure", ("own",)),
    "staff_need": ("People who run the servers", "FTE", 0.5, 0.25, 1.0, "assumption", ("own", "hybrid")),
}

FIGURES = (
    ("open-70b/input-price", 0.40, "USD/Mtok", "2026-10-02", 51, "listed", "vendor", "Price pages of nine sellers"),
    (
        "open-70b/output-price",
        0.90,
        "USD/Mtok",
        "2026-10-02",
        51,
        "listed",
        "vendor",
        "Price pages of nine sellers",
    ),
    (
        "open-70b/cached-input-price",
        0.08,
        "USD/Mtok",
        "2026-10-02",
        51,
        "listed",
        "vendor",
        "Price pages of nine sellers",
    ),
    (
        "h100-sxm/rental-price?term=on-demand",
        2.1,
        "USD/GPU_hour",
        "2026-05-24",
        182,
        "listed",
        "independent",
        "A survey of GPU offers",
    ),
    (
        "h100-sxm/rental-price?term=spot",
        1.3,
        "USD/GPU_hour",
        "2026-05-24",
        182,
        "listed",
        "independent",
        "A survey of GPU offers",
    ),
    (
        "llama-70b-on-h100/output-throughput",
        2900.0,
        "token/s/GPU",
        "2026-04",
        236,
        "measured",
        "independent",
        "Serving benchmark, results of April",
    ),
    ("gpu-fleet/loaded-hours-share", 0.5, "", "2024", 690, "measured", "analyst", "Trace of a shared GPU cluster"),
    ("h100-8gpu-server/purchase-price", 285e3, "USD/server", "2026-02-11", 284, "reported", "buyer", "A public tender"),
    ("h100-sxm/chip-power", 700.0, "W_chip/GPU", "2023-03", 1360, "listed", "vendor", "Data sheet of the accelerator"),
    ("gpu-server/useful-life", 4.5, "year", "2026-01-30", 296, "reported", "filing", "Annual report: useful lives"),
    ("gpu-server/residual-share", 0.1, "", "2026-03-15", 252, "estimated", "analyst", "Second-hand prices of servers"),
    ("finance/cost-of-capital", 0.105, "1/year", "2026-06-30", 145, "derived", "filing", "Bond prospectus of a cloud"),
    ("datacenter/pue", 1.4, "W_facility/W_server", "2025-07", 500, "measured", "analyst", "Survey of data centres"),
    (
        "electricity/us-industrial-price",
        0.085,
        "USD/kWh_facility",
        "2026-08",
        98,
        "measured",
        "regulator",
        "Monthly statistics of retail electricity",
    ),
    (
        "colocation/price",
        165.0,
        "USD/kW_server/month",
        "2026-06",
        160,
        "reported",
        "analyst",
        "Market report",
    ),
    ("staff/loaded-salary", 215e3, "USD/FTE/year", "2025-05", 560, "measured", "regulator", "Wage statistics"),
    (
        "staff/technician-hour-price",
        62.0,
        "USD/hour",
        "2025-05",
        560,
        "measured",
        "regulator",
        "Wage statistics",
    ),
    (
        "chat-workload/input-share",
        0.75,
        "",
        "2026-01",
        320,
        "measured",
        "independent",
        "Usage records of a market",
    ),
    ("chat-workload/cache-hit-rate", 0.31, "", "2026-01", 320, "measured", "vendor", "Usage records of a market"),
    ("gpu-server/maintenance-share", 0.05, "1/year", "2024-11", 740, "estimated", "analyst", "Ownership cost study"),
)

LINE_LABELS = {
    "input_tokens": "Input tokens",
    "output_tokens": "Output tokens",
    "gpu_hours": "Rented GPU-hours",
    "egress": "Network egress",
    "servers": "Servers, spread over their life",
    "power": "Electricity with cooling",
    "colocation": "Colocation",
    "staff": "Staff",
    "resale": "Resale credit at end of life",
    "support": "Support contract",
}


def lines_of(option: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the monthly lines of an option in USD; arrays are draws."""
    tokens = given["tokens_per_month"]
    per_gpu = given["tokens_per_second"] * given["loaded_hours_share"] * 3600 * HOURS
    gpus = np.ceil(tokens / per_gpu)
    if option == "api":
        share = given["input_share"]
        return {
            "input_tokens": tokens / 1e6 * share * given["input_price"],
            "output_tokens": tokens / 1e6 * (1 - share) * given["output_price"],
            "support": 0 * tokens,
        }
    if option == "rent":
        return {
            "gpu_hours": gpus * HOURS * given["gpu_hour_price"],
            "egress": tokens * 4e-9 * 0.09,
            "staff": 0.15 * 215e3 / 12 + 0 * tokens,
        }
    base = 1.0 if option == "own" else 0.6
    servers = np.ceil(base * gpus / 8)
    owned = {
        "servers": servers * given["server_price"] * 1.25 / (given["useful_life"] * 12),
        "power": servers * 8 * 1.1 * HOURS * given["electricity_price"] * given["pue"],
        "colocation": servers * 11.2 * 165,
        "staff": given["staff_need"] * 215e3 / 12 + 0 * servers,
        "resale": -servers * given["server_price"] * 0.1 / (given["useful_life"] * 12),
    }
    if option == "hybrid":
        peak = np.maximum(gpus - servers * 8, 0)
        owned = {"gpu_hours": peak * HOURS * given["gpu_hour_price"] * 1.2, **owned}
        owned["staff"] = owned["staff"] + 0.15 * 215e3 / 12
    return owned


def total_of(option: str, given: Mapping[str, Any]) -> Any:
    """Return the monthly cost in USD."""
    return sum(lines_of(option, given).values())


def drawn(count: int = DRAWS) -> dict[str, Any]:
    """Return lognormal draws with the 5% and 95% points of each input (shares are held below one)."""
    rng = np.random.default_rng(SEED)
    draws = {}
    for name, (_, unit, _, low, high, _, _) in INPUTS.items():
        middle = (math.log(low) + math.log(high)) / 2
        width = (math.log(high) - math.log(low)) / (2 * 1.6448536269514722)
        draws[name] = np.exp(rng.normal(middle, width, count))
        if unit == "":
            draws[name] = np.minimum(draws[name], 0.97)
    return draws


def central() -> dict[str, Any]:
    return {name: item[2] for name, item in INPUTS.items()}


def summary(values: Any) -> dict[str, float]:
    p5, p50, p95 = np.percentile(values, [5, 50, 95])
    return {"mean": float(np.mean(values)), "p5": float(p5), "p50": float(p50), "p95": float(p95)}


def histogram_of(values: Any, bins: int = 40) -> dict[str, list[float]]:
    counts, edges = np.histogram(values, bins=bins)
    return {"edges": [float(edge) for edge in edges], "counts": [int(count) for count in counts]}


def decision(names: Sequence[str] = ("api", "rent", "own", "hybrid")) -> dict[str, Any]:
    """Return the whole decision as plain data, as `Decision.to_json` shapes it; a copy to change at will."""
    return copy.deepcopy(computed(tuple(names)))


@lru_cache(maxsize=4)
def computed(names: tuple[str, ...]) -> dict[str, Any]:
    draws, middle = drawn(), central()
    totals = {name: total_of(name, draws) for name in names}
    stacked = np.stack([totals[name] for name in names])
    winners = stacked.argmin(axis=0)
    options = []
    for place, name in enumerate(names):
        lines = lines_of(name, draws)
        middle_lines = lines_of(name, middle)
        options.append(
            {
                "id": name,
                "title": TITLES[name],
                "model": f"ownership.{name}",
                "method": "A10.1",
                "central": float(total_of(name, middle)),
                **summary(totals[name]),
                "chance_cheapest": float(np.mean(winners == place)),
                "expected_regret": float(np.mean(totals[name] - stacked.min(axis=0))),
                "lines": [
                    {
                        "name": line,
                        "label": LINE_LABELS[line],
                        "central": float(middle_lines[line]),
                        **{key: value for key, value in summary(values).items() if key != "p50"},
                    }
                    for line, values in lines.items()
                ],
                "notes": [
                    {"name": "cost_per_mtok", "label": "Cost per million tokens", "value": 0.41, "unit": "USD/Mtok"}
                ],
                "warnings": ["Staff is counted at the mean of a small team."] if name == "own" else [],
                "inputs": [input_of(key) for key, item in INPUTS.items() if name in item[6]],
                "histogram": histogram_of(totals[name]),
            }
        )
    options.sort(key=lambda option: option["p50"])
    for rank, option in enumerate(options):
        option["rank"] = rank + 1
    best = options[0]
    return {
        "title": "How should we serve 62 billion tokens a month?",
        "question": "Which of these serves an open-weights 70B model at the lowest monthly cost over the next year?",
        "as_of": "2026-11-22",
        "unit": "USD/month",
        "samples": 100000,
        "seed": 1,
        "scenario": SCENARIO,
        "scenario_path": "scenarios/serve 70b.yaml",
        "recommendation": {
            "option": best["id"],
            "title": best["title"],
            "chance_cheapest": best["chance_cheapest"],
            "sentence": f"It has the lowest median cost, and it was the cheapest option in "
            f"{best['chance_cheapest']:.0%} of the draws; the loaded share of hours decides most.",
        },
        "options": options,
        "break_even": [
            break_even("tokens_per_month", "log", np.geomspace(2e9, 1e12, 61), names),
            break_even("gpu_hour_price", "linear", np.linspace(0.8, 5.0, 43), names),
        ]
        if len(names) > 1
        else [],
        "sensitivity": sensitivities(names, best["id"]),
        "figures": [figure(place, *item) for place, item in enumerate(FIGURES)],
        "assumptions": [
            {"used_by": ["own.staff_need", "hybrid.staff_need"], "value": "0.25 to 1", "unit": "FTE",
             "because": "Nobody publishes how many people two racks take; half a person is what operators say."},
            {"used_by": ["rent.hours_per_month"], "value": "730", "unit": "hour/month",
             "because": "A twelfth of a 365-day year."},
        ],
        "receipt": {
            "rackmath": "0.1.0",
            "python": "3.11.9",
            "numpy": "2.4.6",
            "seed": 1,
            "samples": 100000,
            "kind": "decision",
            "options": [{"id": name, "inputs": [{"name": "nested"}]} for name in names],
            "hash": "sha256:5f0c1d6e8a7b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d",
        },
    }  # fmt: skip


def input_of(name: str) -> dict[str, Any]:
    label, unit, value, low, high, origin, _ = INPUTS[name]
    sourced = origin == "figure"
    return {
        "name": name,
        "label": label,
        "value": value,
        "text": f"{low:g} to {high:g}",
        "unit": unit,
        "origin": origin,
        "source": "offers-2026" if sourced else "",
        "source_title": "A survey of GPU offers" if sourced else "",
        "as_of": "2026-05-24" if sourced else "",
        "figure": "fig_01k9zq3v5w9a" if sourced else "",
        "low": low,
        "high": high,
    }


def break_even(name: str, scale: str, grid: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the curves of the options over one input, and where neighbours cross."""
    label, unit = INPUTS[name][0], INPUTS[name][1]
    curves = {}
    for option in names:
        given = {**central(), name: grid}
        curves[option] = [float(value) for value in np.broadcast_to(total_of(option, given), grid.shape)]
    few = drawn(300)
    crossings = []
    for place, a in enumerate(names):
        for b in names[place + 1 :]:
            gap = np.array(curves[a]) - np.array(curves[b])
            at = first_crossing(grid, gap)
            found = []
            for draw in range(300):
                given = {key: float(values[draw]) for key, values in few.items()} | {name: grid}
                here = first_crossing(grid, total_of(a, given) - total_of(b, given))
                if here is not None:
                    found.append(here)
            points = [float(item) for item in np.percentile(found, [5, 50, 95])] if len(found) > 19 else [None] * 3
            last = first_crossing(grid[::-1], gap[::-1])
            crossings.append(
                {"a": a, "b": b, "at": at, "last": last, "count": int((gap[1:] * gap[:-1] < 0).sum()),
                 "cheaper_below": a if gap[0] < 0 else b, "cheaper_above": a if gap[-1] < 0 else b,
                 "p5": points[0], "p50": points[1], "p95": points[2], "chance": len(found) / 300}
            )  # fmt: skip
    crossings.sort(key=lambda item: (item["at"] is None, item["at"] or -item["chance"]))
    still = [option for option in names if name not in [key for key, item in INPUTS.items() if option in item[6]]]
    return {"input": name, "label": label, "unit": unit, "scale": scale, "today": INPUTS[name][2],
            "not_affected": still, "grid": [float(item) for item in grid], "curves": curves,
            "crossings": crossings}  # fmt: skip


def first_crossing(grid: Any, gap: Any) -> float | None:
    signs = np.sign(np.broadcast_to(gap, grid.shape))
    changes = np.nonzero(signs[1:] * signs[:-1] < 0)[0]
    return float((grid[changes[0]] + grid[changes[0] + 1]) / 2) if len(changes) else None


def margin(names: Sequence[str], best: str, given: Mapping[str, Any]) -> float | None:
    others = [float(total_of(name, given)) for name in names if name != best]
    return min(others) - float(total_of(best, given)) if others else None


def cheapest(names: Sequence[str], given: Mapping[str, Any]) -> str:
    return min(names, key=lambda option: float(total_of(option, given)))


def sensitivities(names: Sequence[str], best: str) -> list[dict[str, Any]]:
    rows = []
    for name, (label, unit, _, low, high, _, used) in INPUTS.items():
        at = {end: margin(names, best, {**central(), name: end}) for end in (low, high)}
        flips_at = flips_to = None
        points = [float(point) for point in np.linspace(low, high, 400)]
        gaps = [margin(names, best, {**central(), name: point}) or 0.0 for point in points]
        for before, after, left, right in zip(points, points[1:], gaps, gaps[1:], strict=False):
            if (left < 0) != (right < 0):
                flips_at = after
                there = {**central(), name: before if left < 0 else after}
                flips_to = cheapest(names, there)
                break
        best_at = [cheapest(names, {**central(), name: end}) for end in (low, high)]
        swing = abs((at[high] or 0.0) - (at[low] or 0.0))
        rows.append(
            {"input": name, "label": label, "unit": unit, "options": [option for option in used if option in names],
             "low": low, "high": high, "margin_low": at[low], "margin_high": at[high],
             "best_low": best_at[0], "best_high": best_at[1], "flips_at": flips_at, "flips_to": flips_to,
             "first_order": swing, "total_effect": swing, "source": "offers-2026", "as_of": "2026-05-24"}
        )  # fmt: skip
    whole = sum(row["total_effect"] for row in rows) or 1.0
    for row in rows:
        row["first_order"] = 0.9 * row["total_effect"] / whole
        row["total_effect"] = row["total_effect"] / whole
    return sorted(rows, key=lambda row: -row["total_effect"])


def figure(
    place: int, ref: str, value: float, unit: str, as_of: str, age: int, kind: str, claimant: str, title: str
) -> dict[str, Any]:
    half_life = {"USD/GPU_hour": 90, "USD/Mtok": 90, "token/s/GPU": 180}.get(unit, 365)
    stale = age > 2 * half_life and kind != "listed"
    return {
        "ref": ref,
        "figure": f"fig_{place:026d}",
        "scope": {"term": "on-demand"} if "rental" in ref else {},
        "value": value if place % 2 else f"{0.8 * value:g} to {1.25 * value:g}",
        "unit": unit,
        "as_of": as_of,
        "age_days": age,
        "stale": stale,
        "freshness": f"{age} days old, {'past' if stale else 'within'} its half-life of {half_life} days",
        "kind": kind,
        "claimant": claimant,
        "source": f"source-{place}",
        "source_title": title,
        "url": f"https://example.org/figures/{place}",
        "licence": "CC-BY-4.0",
        "used_by": [f"rent.{ref.split('/')[1].split('?', maxsplit=1)[0].replace('-', '_')}", "hybrid.same"],
        "note_title": "Reading of the month",
    }


SCENARIO = """\
title: How should we serve 62 billion tokens a month?
question: Which of these serves an open-weights 70B model at the lowest monthly cost over the next year?
samples: 100000
seed: 1
given:
  tokens_per_month: 45B to 85B token/month
options:
  api:    {model: ownership.api}
  rent:   {model: ownership.rent}
  own:    {model: ownership.own, staff_need: 0.25 to 1 FTE}
  hybrid: {model: ownership.hybrid, staff_need: 0.25 to 1 FTE}
break_even: [tokens_per_month, gpu_hour_price]
"""


def one_option() -> dict[str, Any]:
    """Return a decision with nothing to compare."""
    return decision(("rent",))


def no_crossings() -> dict[str, Any]:
    """Return a decision in which one option is cheaper everywhere."""
    made = decision()
    for item in made["break_even"]:
        for crossing in item["crossings"]:
            crossing |= {"at": None, "last": None, "count": 0, "cheaper_above": crossing["cheaper_below"]}
    return made


def scaled(factor: float) -> dict[str, Any]:
    """Return the decision with every amount multiplied."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: value if key in KEPT else walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(item) for item in node]
        return node * factor if isinstance(node, float) else node

    return dict(walk(decision()))


KEPT = {"chance_cheapest", "chance", "counts", "first_order", "total_effect", "age_days", "seed", "samples", "rank"}

HOSTILE = (
    "</text></svg></style><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'single' {{ 7*7 }}"
    " {% raw %} ]]> <!-- \x00\x08\x1b \u202egnihton javascript:alert(3)"
)
LONG = "An option whose title goes on " + "and on " * 25


def hostile() -> dict[str, Any]:
    """Return a decision in which every text is an attack."""

    def walk(node: Any, key: str = "") -> Any:
        if isinstance(node, dict):
            return {
                (HOSTILE + name if name in TITLES and key == "curves" else name): walk(value, name)
                for name, value in node.items()
            }
        if isinstance(node, list):
            return [walk(item, key) for item in node]
        if isinstance(node, str):
            if key == "url":
                return "javascript:alert(1)"
            return node if key in {"unit", "origin", "kind", "scale", "as_of"} else HOSTILE + node
        return node

    return dict(walk(decision()))


def long_labels() -> dict[str, Any]:
    """Return a decision with names of two hundred characters, one of them without a space."""
    made = decision()
    for place, option in enumerate(made["options"]):
        option["title"] = ("W" * 200 if place == 1 else LONG)[:200]
        for line in option["lines"]:
            line["label"] = f"{line['label']} {LONG}"[:200]
        for item in option["inputs"]:
            item["label"] = f"{item['label']} {LONG}"[:200]
    for row in made["sensitivity"]:
        row["label"] = f"{row['label']} {LONG}"[:200]
    return made


def eight_options() -> dict[str, Any]:
    """Return a decision with eight options."""
    made = decision()
    factors = (1.0, 1.35)
    options = []
    for factor in factors:
        for option in made["options"]:
            more = copy.deepcopy(option)
            if factor != 1.0:
                more["id"], more["title"] = f"{option['id']}2", f"{option['title']}, in Europe"
                for name in ("central", "mean", "p5", "p50", "p95"):
                    more[name] *= factor
                more["histogram"]["edges"] = [edge * factor for edge in more["histogram"]["edges"]]
                for line in more["lines"]:
                    for name in ("central", "mean", "p5", "p95"):
                        line[name] *= factor
            more["chance_cheapest"] = option["chance_cheapest"] * (0.9 if factor == 1.0 else 0.1)
            options.append(more)
    options.sort(key=lambda option: option["p50"])
    for rank, option in enumerate(options):
        option["rank"] = rank + 1
    made["options"] = options
    for item in made["break_even"]:
        item["curves"] |= {f"{name}2": [1.35 * value for value in curve] for name, curve in item["curves"].items()}
    return made


def missing_values() -> dict[str, Any]:
    """Return a decision with an option that has no finite cost, zero lines and empty lists."""
    made = decision()
    last = made["options"][-1]
    last |= {"central": None, "mean": None, "p5": None, "p50": None, "p95": math.inf, "chance_cheapest": 0.0}
    last["lines"], last["histogram"] = [], {"edges": [], "counts": []}
    made["options"][0]["lines"].append({"name": "nil", "label": "Nothing at all", "central": 0.0, "mean": 0.0})
    for item in made["break_even"]:
        item["curves"][last["id"]] = [None] * len(item["grid"])
    made["figures"], made["assumptions"] = [], []
    return made


def point_costs() -> dict[str, Any]:
    """Return a decision without uncertainty: every draw of an option is the same."""
    made = decision()
    for option in made["options"]:
        value = option["central"]
        option |= {"mean": value, "p5": value, "p50": value, "p95": value}
        option["histogram"] = {"edges": [value] * 41, "counts": [0] * 39 + [100]}
        for line in option["lines"]:
            line |= {"mean": line["central"], "p5": line["central"], "p95": line["central"]}
    return made


CASES = {
    "four": decision,
    "one": one_option,
    "no-crossings": no_crossings,
    "huge": lambda: scaled(1e9),
    "tiny": lambda: scaled(1e-9),
    "hostile": hostile,
    "long": long_labels,
    "eight": eight_options,
    "missing": missing_values,
    "point": point_costs,
}
