"""What the commands that search have in common: their options, and prices from the brain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import Whole, as_of, clean, day, load_evidence, vaults, with_options
from rackmath.cli.serving.point import ABOVE, LOAD, RANKS, chip_named, shape_named
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.hardware import Accelerator
    from rackmath.models.serving.search import Price


def search_options(function: Any) -> Any:
    """Add the options that say what is searched."""
    options = (
        click.option("--model", required=True, help="A model of the catalogue, or the path of a config.json."),
        click.option(
            "--chip",
            "--system",
            "chips",
            multiple=True,
            required=True,
            help="An accelerator or a data sheet as JSON; repeat it.",
        ),
        click.option(
            "--precision",
            "precisions",
            multiple=True,
            help="bf16, fp8, nvfp4 …; may be repeated. The model's own and the chips' narrower ones unless given.",
        ),
        click.option(
            "--engine",
            "--backend",
            "engines",
            multiple=True,
            default=("vllm",),
            show_default=True,
            help="vllm, sglang or trtllm; may be repeated.",
        ),
        click.option("--isl", type=LOAD, default=1024, show_default=True, help="Input tokens of a request."),
        click.option("--osl", type=LOAD, default=1024, show_default=True, help="Output tokens of a request."),
        click.option(
            "--tp", "tensor_ranks", type=RANKS, multiple=True, help="Tensor-parallel ranks to keep to; repeat it."
        ),
        click.option(
            "--max-devices", type=Whole(1, 1024), default=8, show_default=True, help="Devices of one replica at most."
        ),
        click.option(
            "--price",
            "given_prices",
            multiple=True,
            metavar="CHIP=USD",
            help="USD an hour and device, as 2.34 or '2 to 3'; the figures of the brain unless given.",
        ),
        click.option(
            "--term",
            default="on-demand",
            show_default=True,
            help="Which rental price of the brain: on-demand, spot, reserved-1y …",
        ),
        click.option("--ttft-limit", type=ABOVE, help="Service level: most ms to the first token."),
        click.option("--tpot-limit", type=ABOVE, help="Service level: most ms per output token."),
    )
    return vaults(as_of(with_options(function, options)))


def seconds(milliseconds: float | None) -> float | None:
    """Return a limit in seconds."""
    return None if milliseconds is None else milliseconds / 1e3


def space(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Price]]:
    """Return what to search, and the prices of its chips."""
    chips = [chip_named(name) for name in given["chips"]]
    searched = {
        "model": shape_named(given["model"]),
        "chips": chips,
        "precisions": given["precisions"],
        "engines": given["engines"],
        "most_devices": given["max_devices"],
        "tensor_ranks": given["tensor_ranks"],
        "ttft_limit": seconds(given["ttft_limit"]),
        "tpot_limit": seconds(given["tpot_limit"]),
    }
    return searched, prices(chips, given["given_prices"], given["term"], given["vaults"], given["as_of"])


def prices(
    chips: Sequence[Accelerator], given: Sequence[str], term: str, vaults: tuple[Path, ...], as_of: str | None
) -> dict[str, Price]:
    """Return the price of each chip that is given or has a figure; the others are left out."""
    from rackmath.models.serving.search.prices import rental_prices

    found = _given(chips, given)
    missing = [chip.name for chip in chips if chip.name not in found]
    return found | (rental_prices(load_evidence(vaults), missing, term, day(as_of)) if missing else {})


def _given(chips: Sequence[Accelerator], given: Sequence[str]) -> dict[str, Price]:
    from rackmath.models.serving.search import Price
    from rackmath.models.serving.search.prices import UNIT
    from rackmath.uncertainty import parse_stated
    from rackmath.units import convert

    found = {}
    names = {chip.name for chip in chips}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not text.strip():
            raise RackmathError(f"--price {each[:60]!r}: write CHIP=USD, such as h100_sxm=2.34")
        chip = chip_named(name).name
        if chip not in names:
            raise RackmathError(f"--price: {name[:40]} is not among the chips searched")
        try:
            stated = parse_stated(text, UNIT)
            scaled = stated.distribution.scaled(convert(1.0, stated.unit, UNIT))
            found[chip] = Price.of(scaled, said=f"given: {text.strip()}")
        except RackmathError as problem:
            raise RackmathError(f"--price {each[:60]!r}: {problem}") from None
    return found


def price_lines(chips: Sequence[Accelerator], prices: Mapping[str, Price], term: str) -> list[str]:
    """Return a line for each chip: its price with date and source, or that it has none."""
    lines = []
    for chip in chips:
        price = prices.get(chip.name)
        if price is None:
            lines.append(f"{chip.name}: no {term} price is known, so it has no cost; --price {chip.name}=USD gives one")
        elif price.as_of:
            lines.append(
                f"{chip.name}: ${price.median:.3g}/h ({price.low:.3g} to {price.high:.3g}), {price.said}, "
                f"as of {price.as_of}, {price.source}"
            )
        else:
            lines.append(f"{chip.name}: ${price.median:.3g}/h ({price.low:.3g} to {price.high:.3g}), {price.said}")
    return [clean(line) for line in lines]


def price_record(prices: Mapping[str, Price]) -> dict[str, dict[str, Any]]:
    """Return the prices as plain data."""
    return {
        name: {
            "usd_per_hour": each.median,
            "low": each.low,
            "high": each.high,
            "from": each.said,
            "source": each.source,
            "as_of": each.as_of,
        }
        for name, each in prices.items()
    }
