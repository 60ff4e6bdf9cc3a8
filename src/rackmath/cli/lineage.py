"""`rackmath brain lineage`: what rests on what."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json
from rackmath.cli.desk import in_vault

if TYPE_CHECKING:
    from rackmath.brain.entries import Card

SHOWN = 15


@click.command()
@in_vault
@as_json
def lineage(vault: Path, to_json: bool) -> None:
    """Say what rests on what fell, which arguments rest on nothing, which readings go unused, how good sources are."""
    from rackmath.brain.library import Library
    from rackmath.brain.shelf_health import shelf_health

    library = Library.open(vault)
    found, health, fallen = library.lineage(), shelf_health(library), library.fallen()
    if to_json:
        print_json({
            "fallen": [_told(each.card) | {"path": each.path, "state": each.state, "sure": each.sure}
                       for each in fallen],
            "unsupported": list(map(_told, found.unsupported)),
            "orphans": list(map(_told, found.orphans)),
            "readings": found.readings,
            "arguments": found.arguments,
            "concentration": found.concentration,
            "domains": [{"domain": domain, "uses": uses, "share": share} for domain, uses, share in found.domains],
            "sources": asdict(health),
        })  # fmt: skip
        return
    _list(f"{len(fallen)} notes rest on something that fell", [
        f"{each.card.title}: {' > '.join(each.path)} ({each.state}{'' if each.sure else ', perhaps'})"
        for each in fallen])  # fmt: skip
    _list(f"{len(found.unsupported)} of {found.arguments} arguments name no support", _titles(found.unsupported))
    _list(f"{len(found.orphans)} of {found.readings} readings are used by no argument", _titles(found.orphans))
    largest = ", ".join(f"{domain} {share:.0%}" for domain, _, share in found.domains[:5])
    click.echo(
        f"Source concentration by domain (Herfindahl index): {found.concentration:.3f}; {largest or 'no source'}"
    )
    grades = ", ".join(f"{count} {grade}" for grade, count in health.grades)
    click.echo(
        f"{health.uses:,} uses of {health.distinct:,} sources; readings by what they rest on: {grades or 'none'}"
    )
    click.echo(f"{len(health.own_words)} readings rest on a seller's word about its own wares")
    click.echo(f"{len(health.duplicates)} groups of sources are probably one document each")


def _told(card: Card) -> dict[str, Any]:
    return {"id": card.id, "kind": card.kind, "title": card.title, "href": card.href}


def _titles(cards: tuple[Card, ...]) -> list[str]:
    return [card.title for card in cards]


def _list(head: str, lines: list[str]) -> None:
    click.echo(head + (":" if lines else ""))
    for line in lines[:SHOWN]:
        click.echo(f"  {clean(line)}")
    if len(lines) > SHOWN:
        click.echo(f"  and {len(lines) - SHOWN} more; --json has all")


COMMANDS = (lineage,)
