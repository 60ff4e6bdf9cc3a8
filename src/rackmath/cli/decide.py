"""`rackmath decide` and `rerun`: answer a scenario, and make an answer again from its receipt."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import (
    as_json,
    as_of,
    clean,
    day,
    load_evidence,
    print_json,
    shorten,
    table,
    today,
    vaults,
    wrap,
    write_whole,
)
from rackmath.errors import RackmathError, require, suggest

if TYPE_CHECKING:
    from rackmath.kernel.scenario import Scenario

MAX_RECEIPT = 64 * 1024 * 1024
TOP = 8
WORTH_TELLING = 0.02
"""A break-even that is in fewer draws than this is left out of the table (never out of the JSON)."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--samples", type=int, default=None, help="Draws to make; overrules the file.")
@click.option("--seed", type=int, default=None, help="Seed of the draws; overrules the file.")
@click.option(
    "--set", "settings", multiple=True, metavar="[OPTION.]INPUT=VALUE", help="Overrule an input; may be repeated."
)
@click.option("--report", type=click.Path(path_type=Path), default=None, help="Write one self-contained HTML page.")
@vaults
@as_of
@as_json
def decide(
    file: Path,
    samples: int | None,
    seed: int | None,
    settings: tuple[str, ...],
    report: Path | None,
    vaults: tuple[Path, ...],
    as_of: str | None,
    to_json: bool,
) -> None:
    """Answer a scenario FILE: rank its options, with ranges, break-evens, sensitivities and sources.

    FILE is a path, or the name of a bundled scenario (`serve-70b-chat`, …).
    """
    from rackmath.kernel.decide import decide as answer
    from rackmath.kernel.scenario import load, read_file

    if report:
        require("jinja2", extra="web")  # said before anything is computed
    path = _bundled(file)
    text = read_file(path)
    evidence = load_evidence(vaults)
    scenario = load(text, evidence, name=path.name, as_of=day(as_of), today=today(), overrides=_settings(settings))
    scenario = scenario.with_draws(samples, seed)
    decision = answer(scenario, evidence, scenario_path=path.name, command=_command(file, scenario, settings))
    if report:
        from rackmath.web.report import render_report

        write_whole(report, render_report(decision))
    if to_json:
        print_json(decision)
    else:
        _print(decision)
        if report:
            click.echo(f"\nreport: {report}")


def _command(file: Path, scenario: Scenario, settings: tuple[str, ...]) -> str:
    """Return the command that gives this answer again with the same brains: every setting said, none left to chance."""
    words = ["rackmath", "decide", file.name, "--samples", str(scenario.samples), "--seed", str(scenario.seed)]
    words += ["--as-of", scenario.as_of] if scenario.as_of else []
    for each in settings:
        words += ["--set", each]
    return shlex.join(words)


def _bundled(file: Path) -> Path:
    """Return the path itself, or that of the bundled scenario with this name."""
    if file.exists() or file.suffix or len(file.parts) > 1:
        return file
    found = Path(__file__).parents[1] / "starter" / "scenarios" / f"{file.name}.yaml"
    if found.exists():
        return found
    bundled = sorted(each.stem for each in found.parent.glob("*.yaml"))
    near = suggest(file.name, bundled) or "; these are " + ", ".join(bundled)
    raise RackmathError(f"{file}: no such file, and no bundled scenario{near}")


def _settings(written: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise RackmathError(f"--set {each[:60]!r}: write input=value or option.input=value")
        found[name.strip().replace("-", "_") if "." not in name else name.strip()] = value.strip()
    return found


def _print(decision: dict[str, Any]) -> None:
    click.secho(clean(decision["title"]), bold=True)
    if decision["question"]:
        click.echo(wrap(decision["question"]))
    click.echo()
    click.secho(wrap(decision["recommendation"]["sentence"]), fg="green")
    click.echo()
    _print_ranking(decision)
    _print_break_even(decision)
    _print_over_time(decision)
    _print_sensitivity(decision)
    _print_information(decision)
    _print_nested(decision)
    _print_figures(decision)
    receipt = decision["receipt"]
    made = f"{decision['samples']:,} draws, seed {decision['seed']}, rackmath {receipt['rackmath']}"
    click.echo(f"\n{made}; receipt {receipt['hash']}")


def _print_ranking(decision: dict[str, Any]) -> None:
    from rackmath.units import format_compact, spoken

    rows = []
    for each in decision["options"]:
        money = [format_compact(each[key]) if each[key] is not None else "∞" for key in ("p5", "p50", "p95")]
        chance = f"{each['chance_cheapest']:.0%}"
        regret = "∞" if each["expected_regret"] is None else format_compact(each["expected_regret"])
        rows.append([str(each["rank"]), shorten(each["title"], 44), *money, chance, regret])
    click.echo(spoken(decision["unit"]))
    click.echo(table(["", "option", "p5", "median", "p95", "cheapest", "regret"], rows, "llrrrrr"))
    click.echo()
    for each in decision["options"]:
        parts = sorted(each["lines"], key=lambda line: -abs(line["mean"] or 0))
        total = sum(line["mean"] or 0 for line in parts)
        if total > 0:
            made = ", ".join(f"{line['label']} {(line['mean'] or 0) / total:.0%}" for line in parts if line["mean"])
            click.echo(wrap(f"{each['title']}: {made}", "  "))

    warned: dict[str, list[str]] = {}
    for each in decision["options"]:
        for warning in each["warnings"]:
            warned.setdefault(warning, []).append(each["title"])
    for warning, titles in warned.items():
        click.echo(wrap(f"! {warning} ({', '.join(titles)})", "  "))


def _print_break_even(decision: dict[str, Any]) -> None:
    from rackmath.units import format_compact, spoken

    titles = {each["id"]: each["title"] for each in decision["options"]}
    for sweep in decision["break_even"]:
        click.secho(f"\nBreak-even in {sweep['label']} ({spoken(sweep['unit']) or 'share'})", bold=True)
        rows = []
        for each in sweep["crossings"]:
            if each["at"] is None and each["chance"] < WORTH_TELLING:
                continue
            at = "–" if each["at"] is None else format_compact(each["at"])
            if each["count"] > 1:
                at += f" … {format_compact(each['last'])}"
            spread = "–" if each["p5"] is None else f"{format_compact(each['p5'])} to {format_compact(each['p95'])}"
            below, above = (shorten(titles[each[key]], 34) for key in ("cheaper_below", "cheaper_above"))
            other = shorten(titles[each["b"] if each["cheaper_below"] == each["a"] else each["a"]], 34)
            change = f"{below} → {above}" if each["at"] is not None else f"{below} at the medians, never {other}"
            rows.append([at, spread, f"{each['chance']:.0%}", change])
        if rows:
            click.echo(table(["at", "p5 to p95", "crosses in", "cheaper below → above"], rows, "rrrl"))
        else:
            low, high = format_compact(sweep["from"]), format_compact(sweep["to"])
            click.echo(f"  No option overtakes another from {low} to {high}.")


def _print_over_time(decision: dict[str, Any]) -> None:
    crossings = decision["over_time"].get("crossings", [])
    if not crossings:
        return
    titles = {each["id"]: shorten(each["title"], 44) for each in decision["options"]}
    axis = decision["over_time"]["axis"]
    click.secho(f"\nWhat has been paid since the start, at the medians, {axis} by {axis}", bold=True)
    rows = [[str(each["step"]), titles[each["ahead"]], titles[each["behind"]]] for each in crossings]
    click.echo(table([axis, "has now cost less", "than"], rows, "rll"))


def _print_sensitivity(decision: dict[str, Any]) -> None:
    from rackmath.units import format_compact

    if not decision["sensitivity"]:
        return
    titles = {each["id"]: each["title"] for each in decision["options"]}
    click.secho("\nWhat would change the answer", bold=True)
    rows = []
    for each in decision["sensitivity"][:TOP]:
        flip = "–"
        if each["flips_at"] is not None:
            flip = f"{format_compact(each['flips_at'])}: {shorten(titles[each['flips_to']], 30)}"
        rows.append(
            [
                each["label"],
                f"{format_compact(each['low'])} to {format_compact(each['high'])}",
                each["unit"] or "–",
                *(_margin(each[key]) for key in ("margin_low", "margin_high")),
                f"{each['total_effect']:.0%}",
                flip,
            ]
        )
    head = ["input", "p5 to p95", "unit", "lead at p5", "lead at p95", "of variance", "flips at"]
    click.echo(table(head, rows, "lrlrrrl"))
    for pair in decision["correlations"]:
        click.echo(f"  {pair['first']} and {pair['second']} move together (correlation of ranks {pair['rank']:g}).")
    click.echo("  Lead: how much cheaper the recommended option is than the best other one; negative: it is not.")


def _print_information(decision: dict[str, Any]) -> None:
    from rackmath.units import format_compact, spoken

    known = decision["information"]
    if known["perfect"] is None:
        return
    click.secho("\nWhat it is worth to know before deciding", bold=True)
    rows = [
        [
            each["label"],
            format_compact(each["worth"]),
            f"± {format_compact(2 * each['standard_error'])}",
            each["origin"],
        ]
        for each in known["inputs"][:TOP]
        if each["worth"] > 0
    ]
    if rows:
        click.echo(table(["input", spoken(decision["unit"]), "", "now from"], rows, "lrrl"))
    else:
        click.echo("  No single input is worth measuring: knowing it exactly would not change what is chosen.")
    most = f"{format_compact(known['perfect'])} {spoken(decision['unit'])}"
    click.echo(f"  Knowing everything would be worth {most}; what a measurement costs must stay below its line.")


def _margin(value: float | None) -> str:
    from rackmath.units import format_compact

    return "∞" if value is None else format_compact(value)


def _print_nested(decision: dict[str, Any]) -> None:
    """Print the inputs that are taken from another model, with all that it says of them; its inputs come below."""
    from rackmath.units import format_value

    rows = []
    for option in decision["options"]:
        for each in (one for one in option["inputs"] if "model" in one):
            nested = each["model"]
            rows.append(
                [f"{option['id']}: {each['label']}", format_value(each["value"], each["unit"], 4), nested["model"]]
            )
            for name, note in nested["notes"].items():
                value, unit = note["value"], note["unit"]
                told = value if isinstance(value, str) else format_value(value, unit, 4)
                rows.append([f"  {name.replace('_', ' ')}", shorten(str(told), 60), ""])
    if rows:
        click.secho("\nTaken from a model, at the medians of its inputs", bold=True)
        click.echo(table(["input", "value", "model"], rows))


def _print_figures(decision: dict[str, Any]) -> None:
    if decision["figures"]:
        click.secho("\nFigures that it rests on", bold=True)
        rows = [
            [
                each["ref"],
                shorten(each["value"], 30),
                each["unit"] or "–",
                each["as_of"],
                "" if each["age_days"] is None else f"{each['age_days']} d{' (stale)' if each['stale'] else ''}",
                each["kind"],
                shorten(each["url"] or each["source"], 70),
            ]
            for each in decision["figures"]
        ]
        click.echo(table(["figure", "value", "unit", "as of", "age", "kind", "source"], rows, "llllrll"))
    if decision["assumptions"]:
        click.secho("\nAssumed, because nobody measures it", bold=True)
        rows = [
            [each["label"], each["value"], each["unit"] or "–", each["because"]] for each in decision["assumptions"]
        ]
        click.echo(table(["assumption", "value", "unit", "because"], rows))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def rerun(file: Path, to_json: bool) -> None:
    """Make an answer again from its receipt alone (FILE: what run or decide printed with --json), and compare bytes.

    Ends with status 1 when the same versions give another answer, or other versions do.
    """
    from rackmath.kernel.receipt import check_seal, versions

    receipt = _read_receipt(file)
    check_seal(receipt)
    again = _again(receipt)
    same = again["receipt"]["result"] == receipt["result"]
    made = {key: receipt.get(key) for key in versions()}
    told = {"same": same, "result": receipt["result"], "again": again["receipt"]["result"]}
    told |= {"made_with": made, "now": versions()}
    if to_json:
        print_json(told)
    elif same:
        click.echo(f"The same bytes: {receipt['result']}")
    else:
        differing = [f"{key} {made[key]} then, {now} now" for key, now in versions().items() if made[key] != now]
        click.echo(f"Not the same: {receipt['result']} then, {again['receipt']['result']} now")
        click.echo("; ".join(differing) or "All versions are the same: please report this.")
    if not same:
        raise SystemExit(1)


def _read_receipt(file: Path) -> dict[str, Any]:
    if file.is_file() and file.stat().st_size > MAX_RECEIPT:
        raise RackmathError(f"{file}: is over {MAX_RECEIPT:,} bytes; not a receipt")
    try:
        written = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise RackmathError(f"{file}: no such file") from None
    except (ValueError, RecursionError):
        raise RackmathError(f"{file}: is not JSON; give what run or decide printed with --json") from None
    receipt = written.get("receipt", written) if isinstance(written, dict) else None
    if not isinstance(receipt, dict) or receipt.get("kind") not in {"run", "decision"}:
        raise RackmathError(f"{file}: holds no receipt; give what run or decide printed with --json")
    return receipt


def _again(receipt: dict[str, Any]) -> dict[str, Any]:
    if receipt["kind"] == "run":
        from rackmath.kernel.run import rerun as run_again

        return run_again(receipt).to_json()
    from rackmath.kernel.decide import decide as answer
    from rackmath.kernel.decide import scenario_of

    return answer(scenario_of(receipt))
