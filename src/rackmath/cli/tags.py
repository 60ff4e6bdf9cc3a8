"""`rackmath brain tags`: what the tags are, which may be one, and how one is merged into another."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.common import as_json, clean, print_json, table
from rackmath.cli.desk import by_whom, desk_of, in_vault


@click.group()
def tags() -> None:
    """List the tags of a brain, and merge those that are one."""


@tags.command("list")
@in_vault
@as_json
def list_tags(vault: Path, to_json: bool) -> None:
    """List the tags, the most used first, and those that may be another one, with the evidence."""
    from rackmath.brain.library import Library

    library = Library.open(vault)
    found = sorted(library.tags(), key=lambda tag: (-tag.count, tag.slug))
    offered = library.tag_facts.proposals
    if to_json:
        print_json({
            "tags": [{"tag": tag.slug, "name": tag.name, "notes": tag.count} for tag in found],
            "aliases": [{"tags": each.tags, "confidence": each.confidence, "evidence": each.evidence}
                        for each in offered],
        })  # fmt: skip
        return
    click.echo(table(["tag", "notes"], [[clean(tag.name), f"{tag.count:,}"] for tag in found], right="lr"))
    for each in offered:
        click.echo(clean(f"{each.tags[1]} may be {each.tags[0]} ({each.confidence:.0%}): {each.evidence}"))


@tags.command("merge")
@click.argument("old")
@click.argument("new")
@in_vault
@by_whom
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@as_json
def merge_tags(old: str, new: str, vault: Path, handle: str | None, dry_run: bool, to_json: bool) -> None:
    """Give every note that says OLD the tag NEW. The old name goes on leading there."""
    from rackmath.brain.library import Library
    from rackmath.brain.tag_merge import plan_merge

    desk = desk_of(vault, handle)
    plan = plan_merge(Library.open(vault), old, new)
    if not dry_run:
        desk.vault.write_many(plan.changes, message=plan.words, kind="minor")
    if to_json:
        print_json({"old": plan.source, "new": plan.target, "notes": plan.notes,
                    "skipped": [list(each) for each in plan.skipped], "written": not dry_run})  # fmt: skip
        return
    count = f"{len(plan.notes):,} {'note' if len(plan.notes) == 1 else 'notes'}"
    click.echo(f"{plan.words}: {count}{'; nothing is written' if dry_run else ''}.")
    for path, why in plan.skipped:
        click.echo(f"note: {clean(path)} keeps the old spelling: {clean(why)}", err=True)


COMMANDS = (tags,)
