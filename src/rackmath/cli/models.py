"""`rackmath models`, `show` and `run`: the models, one model, and its answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, as_of, clean, day, load_evidence, print_json, shorten, table, vaults, wrap
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.kernel import Model

INPUTS = "rackmath.inputs"
TOP = 6
SAMPLES = 10_000
"""Draws of a run unless told otherwise: the ends of the range are then within some 2 % of their true place."""


@click.command()
@as_json
def models(to_json: bool) -> None:
    """List the models: what can be computed."""
    from rackmath.kernel import registry
    from rackmath.kernel.describe import listed

    found = registry().values()
    if to_json:
        print_json(listed())
        return
    rows = [[each.id, each.title, each.unit or "ratio", each.method] for each in found]
    click.echo(table(["id", "title", "unit", "method"], rows))
    click.echo(f"\n{len(rows)} models. `rackmath show ID` explains one, `rackmath run ID` runs it.")


@click.command()
@click.argument("model_id", metavar="MODEL")
@vaults
@as_of
@as_json
def show(model_id: str, vaults: tuple[Path, ...], as_of: str | None, to_json: bool) -> None:
    """Explain a model: its question, equation, inputs with their defaults and sources, and limits."""
    from rackmath.kernel import get
    from rackmath.kernel.describe import describe

    model = get(model_id)
    described = describe(model, load_evidence(vaults), day(as_of))
    if to_json:
        print_json(described)
        return
    inputs = described["inputs"]
    click.echo(f"{model.title}  ({model.id}, method {model.method}, in {model.unit or 'a plain ratio'})\n")
    click.echo(wrap(model.question))
    click.echo()
    click.echo(model.doc)
    click.echo()
    rows = [
        [each["name"], each["unit"] or "–", each["bounds"], shorten(each["default"], 40), shorten(each["source"], 60)]
        for each in inputs
    ]
    click.echo(table(["input", "unit", "bounds", "default", "from"], rows))
    click.echo("\nWhat each input is:")
    for each in inputs:
        click.echo(wrap(f"{each['name']}: {each['help']}", "  "))
    first = inputs[0]
    click.echo(f'\nrackmath run {model.id} --{first["name"].replace("_", "-")} "{first["default"]}"')


class WithInputs(click.Command):
    """A command that takes, beside its own options, one option for each input of the model that it names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set the inputs aside before the rest is read: a value such as "-2 USD/h" must not be read as options."""
        own = {name: parameter for parameter in self.params for name in parameter.opts}
        inputs: list[str] = []
        rest: list[str] = []
        words = iter(args)
        for word in words:
            name = word.partition("=")[0]
            if not word.startswith("--") or word == "--" or name in own:
                rest.append(word)
                takes_value = name in own and not getattr(own[name], "is_flag", False)
                if takes_value and "=" not in word:
                    rest += [value for value in [next(words, None)] if value is not None]
                continue
            inputs.append(word)
            if "=" not in word:
                inputs += [value for value in [next(words, None)] if value is not None]
        ctx.meta[INPUTS] = inputs
        return super().parse_args(ctx, rest)


@click.command(cls=WithInputs, add_help_option=False, options_metavar='[--INPUT "VALUE UNIT"]… [OPTIONS]')
@click.argument("model_id", metavar="MODEL", required=False)
@click.argument("extra", nargs=-1, metavar="")
@click.option(
    "--samples",
    type=int,
    default=SAMPLES,
    show_default=True,
    help="Draws to make where an input is a range (0: one run at the medians).",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draws.")
@vaults
@as_of
@as_json
@click.option("-h", "--help", "wants_help", is_flag=True, help="Show this message, and the model's inputs.")
@click.pass_context
def run(
    context: click.Context,
    model_id: str | None,
    extra: tuple[str, ...],
    samples: int,
    seed: int,
    vaults: tuple[Path, ...],
    as_of: str | None,
    to_json: bool,
    wants_help: bool,
) -> None:
    """Run a model. Each input is an option: --gpu-hour-price "2.10 USD/GPU_hour".

    A value is a number with its unit, a range ("3 to 6 USD/h", "~0.4") or a figure ("@box/rental-price?term=spot").
    What is left out comes from the brain's figures; `rackmath show MODEL` lists the inputs and their defaults.
    """
    from rackmath.kernel import get

    if wants_help or model_id is None:
        click.echo(context.get_help())
        if model_id is not None:
            model = get(model_id)
            rows = [
                [f"--{name.replace('_', '-')}", declared.unit or "–", shorten(declared.help, 80)]
                for name, declared in model.parameters.items()
            ]
            click.echo("\n" + table(["input", "unit", "what it is"], rows))
        return
    from rackmath.kernel.run import run as run_model

    model = get(model_id)
    given = read_inputs([*extra, *context.meta[INPUTS]], model)
    answer = run_model(model_id, given, load_evidence(vaults), as_of=day(as_of), samples=samples, seed=seed).to_json()
    if to_json:
        print_json(answer)
    else:
        _print_run(answer)


def read_inputs(arguments: list[str], model: Model) -> dict[str, str]:
    """Return the inputs named by ``--name value`` and ``--name=value``; hyphens and underscores are the same."""
    given: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            raise RackmathError(f'{word[:60]!r} stands alone; an input is written --name "value unit"')
        name, equals, value = word[2:].partition("=")
        name = name.replace("-", "_")
        if name not in model.parameters:
            known = [each.replace("_", "-") for each in model.parameters]
            raise RackmathError(
                f"{model.id} has no input --{name.replace('_', '-')[:60]}"
                f"{suggest(name.replace('_', '-'), known) or '; `rackmath show ' + model.id + '` lists them'}"
            )
        if not equals:
            if not rest:
                raise RackmathError(f"--{name} needs a value")
            value = rest.pop(0)
        if name in given:
            raise RackmathError(f"--{name} is given twice")
        given[name] = value
    return given


def _print_run(answer: dict[str, Any]) -> None:
    from rackmath.units import format_number, format_value, spoken

    unit = answer["unit"]
    total = "never: " + answer["infinite"] if answer["total"] is None else format_value(answer["total"], unit, 4)
    click.echo(f"{answer['title']}: {total}")
    spread = answer.get("distribution")
    if spread:
        shown = [
            format_number(spread[key], 4) if spread[key] is not None else "∞" for key in ("p5", "p50", "p95", "mean")
        ]
        click.echo(
            f"  p5 {shown[0]}   median {shown[1]}   p95 {shown[2]}   mean {shown[3]} {spoken(unit)}"
            f"   ({spread['samples']:,} draws, seed {spread['seed']})"
        )
    click.echo()
    if answer.get("sensitivity"):
        rows = [
            [
                each["input"],
                f"{format_number(each['low'])} to {format_number(each['high'])}",
                each["unit"] or "–",
                _shown(each["total_low"], ""),
                _shown(each["total_high"], ""),
                f"{each['total_effect']:.0%}",
            ]
            for each in answer["sensitivity"][:TOP]
        ]
        head = ["what moves it most", "p5 to p95", "unit", "total at p5", "at p95", "of variance"]
        click.echo(table(head, rows, "lrlrrr") + "\n")
    if len(answer["lines"]) > 1:
        rows = [[name.replace("_", " "), _shown(value, "")] for name, value in answer["lines"].items()]
        click.echo(table(["line", unit or "ratio"], [*rows, ["total", _shown(answer["total"], "")]], "lr") + "\n")
    if answer["notes"]:
        rows = [[name.replace("_", " "), _shown(note["value"], note["unit"])] for name, note in answer["notes"].items()]
        click.echo(table(["note", "value"], rows) + "\n")
    for warning in answer["warnings"]:
        click.echo(wrap(f"! {warning}"))
    rows = [
        [each["name"], shorten(each["text"], 44), each["unit"] or "–", each["origin"], each["as_of"], _from(each)]
        for each in answer["inputs"]
    ]
    click.echo(table(["input", "value", "unit", "origin", "as of", "source"], rows))
    click.echo(f"\nreceipt {answer['receipt']['hash']}")


def _shown(value: Any, unit: str) -> str:
    from rackmath.units import format_value

    if value is None:
        return "∞"
    return clean(value) if isinstance(value, str) else format_value(value, unit, 5)


def _from(each: dict[str, Any]) -> str:
    return shorten(each["source_title"] or each["source"], 60)
