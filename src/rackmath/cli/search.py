"""`rackmath brain search`: find notes."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rackmath.brain import Found, Hit

STATES = ("published", "retired", "review", "draft")
_BEGIN, _END = "\x02", "\x03"


@click.command()
@click.argument("query")
@click.option(
    "--vault",
    "vaults",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    help="The brain to search; may be repeated.",
)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Results at most.")
@click.option("--all-states", is_flag=True, help="Find drafts and notes in review too.")
@click.option("--semantic", is_flag=True, help="Use a language model too; needs the extra `semantic`.")
@as_json
def search(query: str, vaults: tuple[Path, ...], limit: int, all_states: bool, semantic: bool, to_json: bool) -> None:
    """Find notes by words, meaning and numbers.

    "a phrase", -without, 44%, $0.30, >3 USD/GPU_hour, 2..4 USD/Mtok, kind:thesis, tag:pue, source:arxiv.org, by:ada,
    has:figure, status:retired and as-of:2026-04 are understood. Words that are misspelt, or that the brain says in
    other words, are found too. When no note answers the query, the nearest ones are listed and called so.
    """
    from rackmath.brain.find import PUBLIC, find

    reader = None
    if semantic:
        from rackmath.brain.semantic import Reader

        reader = Reader(_reading)
    marks = ("**", "**") if to_json else (_BEGIN, _END)
    statuses = STATES if all_states else PUBLIC
    found = [
        (vault, find(vault, query, limit, statuses=statuses, semantic=reader, facets=False, marks=marks))
        for vault in dict.fromkeys(vaults)
    ]
    hits = [(vault, hit) for vault, answer in found for hit in answer.hits]
    if len(found) > 1:
        hits.sort(key=lambda each: -each[1].score)
    hits = hits[:limit]
    if to_json:
        print_json([_plain(vault, hit) for vault, hit in hits])
    else:
        _tell([answer for _, answer in found], [hit for _, hit in hits])


def _reading(passages: int) -> None:
    click.echo(f"note: {passages:,} passages are read by the language model, once; the next search is quick", err=True)


def _plain(vault: Path, hit: Hit) -> dict[str, Any]:
    """Return a hit as JSON; `why` is a sentence, `reasons` its parts."""
    why = "; ".join(map(str, hit.why))
    return {**asdict(hit), "why": why, "reasons": [asdict(reason) for reason in hit.why], "vault": str(vault)}


def _tell(answers: Sequence[Found], hits: Sequence[Hit]) -> None:
    for answer in answers:
        for typed, meant in answer.corrected.items():
            click.echo(f"Read {clean(typed)!r} as {clean(meant)!r}.")
        if answer.query.as_of:
            click.echo(f"note: as-of:{answer.query.as_of} is not applied here: today's notes are searched", err=True)
    if not hits:
        click.echo("No note matches. Try fewer or other words.")
        return
    if not any(answer.answered for answer in answers):
        click.echo("No good answer here; the nearest notes are:\n")
    for place, each in enumerate(hits, 1):
        click.secho(f"{place:2}. {clean(each.title)}", bold=True)
        state = f" · {each.status}" if each.status != "published" else ""
        replaced = f" · superseded by {clean(each.superseded_by)}" if each.superseded_by else ""
        why = f" · {clean('; '.join(map(str, each.why)))}" if each.why else ""
        click.echo(f"    {clean(each.kind)}{state}{replaced} · {each.updated or 'no date'} · {_sure(each)}{why}")
        click.echo(_marked(wrap(each.passage.replace(_BEGIN, "⟦").replace(_END, "⟧"), "    ")) + "\n")
    total = sum(answer.total for answer in answers)
    if total > len(hits):
        click.echo(f"{total - len(hits):,} more; --limit shows them.")


def _sure(hit: Hit) -> str:
    return f"score {hit.score:.2f}{'' if hit.good else ' (not sure)'}"


def _marked(text: str) -> str:
    """Show the marked words: in colour on a terminal, between asterisks otherwise."""
    if sys.stdout.isatty():
        return text.replace("⟦", "\x1b[1;33m").replace("⟧", "\x1b[0m")
    return text.replace("⟦", "**").replace("⟧", "**")
