"""`rackmath audit`: recompute what a text says, and find what disagrees."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from rackmath.cli.common import as_json, print_json, shorten, today, wrap

_KINDS = ("arithmetic", "conflict", "citation", "structure", "staleness")
_FAILS = ("never", "wrong", "ambiguous")
FOUND = 1
"""Exit status when `--fail-on` is met."""


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only findings of this sort; may be repeated."
)
@click.option(
    "--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Only findings at least this sure, 0 to 1."
)
@click.option(
    "--fail-on",
    type=click.Choice(_FAILS),
    default="never",
    help="End with status 1 when there is a finding with this verdict, or a graver one.",
)
@click.option("--all", "all_of", is_flag=True, help="Also show what holds.")
@as_json
def audit(path: Path, kinds: tuple[str, ...], min_confidence: float, fail_on: str, all_of: bool, to_json: bool) -> None:
    """Check the figures of PATH: a page's text, a Markdown or text file, or a brain's folder.

    What follows from other figures of the same text is recomputed; what cannot all be true is put side by side.
    A verdict is wrong, ambiguous (a question), rounds or holds. JSON lists all of them.
    """
    from rackmath.audit import audit as audited

    found = [each for each in audited(path, today(), kinds or _KINDS) if each.confidence >= min_confidence]
    if to_json:
        print_json([each.as_json() for each in found])
    else:
        for each in found:
            if each.verdict not in ("holds", "rounds") or all_of:
                place = f"{each.path}:{each.line}" if each.path else f"line {each.line}" if each.line else ""
                click.secho(
                    f"{each.verdict}  {each.kind}  {each.confidence:.2f}  {shorten(each.note, 70)}  {place}".rstrip(),
                    bold=True,
                )
                click.echo(wrap(f"“{shorten(each.claim, 240)}”", "  "))
                click.echo(wrap(each.explanation, "  "))
                click.echo()
        counts: Counter[str] = Counter(each.verdict for each in found)
        click.echo(
            ", ".join(
                f"{counts[verdict]} {word}"
                for verdict, word in (
                    ("wrong", "wrong"),
                    ("ambiguous", "to be asked"),
                    ("rounds", "within rounding"),
                    ("holds", "hold"),
                )
            )
            + "."
        )
    graver = {"never": (), "wrong": ("wrong",), "ambiguous": ("wrong", "ambiguous")}[fail_on]
    if any(each.verdict in graver for each in found):
        sys.exit(FOUND)
