"""`rackmath brain new`, `edit`, `revise` and the other commands that write notes."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackmath.cli.common import as_json
from rackmath.cli.desk import (
    by_whom,
    desk_of,
    edited,
    from_file,
    in_vault,
    named,
    read_text,
    show_conflicts,
    show_written,
)
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rackmath.brain.desk import Desk, Written

a_base = click.option(
    "--base", metavar="SHA256", help="With --from: the version that the text was made from; else the present one."
)
a_note = click.argument("note")
KINDS = ("update", "correction", "minor")


@contextmanager
def _conflicts_shown() -> Iterator[None]:
    from rackmath.brain.desk import Conflicted

    try:
        yield
    except Conflicted as problem:
        show_conflicts(problem.merge)
        raise


@click.command()
@click.option("--kind", required=True, help="pov, methodology, watching, thesis, reading or observation.")
@click.option("--title", help="One line that says what the note says; by default the text's own.")
@click.option("--tags", default="", help="Separated by commas.")
@click.option("--message", default="", help="Why, for the history.")
@from_file
@in_vault
@by_whom
@as_json
def new(
    kind: str,
    title: str | None,
    tags: str,
    message: str,
    file: str | None,
    vault: Path,
    handle: str | None,
    to_json: bool,
) -> None:
    """Write a new note, as a draft. Its text may have front matter of its own."""
    from rackmath.brain.desk_text import checked_kind
    from rackmath.vault import Document

    desk = desk_of(vault, handle)
    checked_kind(kind)
    with ExitStack() as stack:
        if file is not None:
            text = read_text(file)
        else:
            again = f"rackmath brain new --vault {vault} --kind {kind}"
            text = stack.enter_context(edited(f"# {title or 'Title'}\n\n", "new-note.md", again))
        document = Document.parse(text)
        if document.front_problem:
            raise RackmathError(f"{document.problems[0]}; nothing was saved")
        front = dict(document.front)
        given = [*(tag for tag in tags.split(",") if tag.strip()), *_listed(front.get("tags"))]
        body = document.body
        own = str(title or document.title())
        if own and not front.get("title") and body.lstrip().startswith(f"# {own}\n"):
            body = body.lstrip()[len(own) + 2 :]  # the title is a key of the front matter, not a heading
        written = desk.new(kind, own, body, tags=given, front=front, message=message)
    show_written(written, to_json)


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []


def _save(desk: Desk, vault: Path, note: str, file: str | None, base: str | None, kind: str, message: str) -> Written:
    opened = desk.read(named(vault, note))
    with ExitStack() as stack:
        if file is not None:
            text = read_text(file)
        else:
            again = f"rackmath brain edit --vault {vault} {opened.note_id} --base {opened.sha256}"
            text = stack.enter_context(edited(opened.text, Path(opened.path).name, again))
        stack.enter_context(_conflicts_shown())
        return desk.save(opened.note_id, text, base or opened.sha256, kind=kind, message=message)


@click.command()
@a_note
@click.option("--message", default="", help="Why, for the history.")
@a_base
@from_file
@in_vault
@by_whom
@as_json
def edit(
    note: str, message: str, base: str | None, file: str | None, vault: Path, handle: str | None, to_json: bool
) -> None:
    """Edit a note (its id, title, file name or path). What others changed meanwhile is merged."""
    show_written(_save(desk_of(vault, handle), vault, note, file, base, "edit", message), to_json)


@click.command()
@a_note
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What sort of change it is.")
@click.option("--message", default="", help="What changed and why; a correction has to say so.")
@a_base
@from_file
@in_vault
@by_whom
@as_json
def revise(
    note: str,
    kind: str,
    message: str,
    base: str | None,
    file: str | None,
    vault: Path,
    handle: str | None,
    to_json: bool,
) -> None:
    """Edit a note and say what sort of change it is: the world moved, a mistake is put right, or a trifle."""
    from rackmath.brain.desk_text import checked_message

    checked_message(message, kind)  # before an editor opens
    show_written(_save(desk_of(vault, handle), vault, note, file, base, kind, message), to_json)


@click.command()
@a_note
@click.option("--because", required=True, help="Why it no longer holds.")
@click.option("--superseded-by", default="", metavar="NOTE", help="The note that takes its place.")
@in_vault
@by_whom
@as_json
def retire(note: str, because: str, superseded_by: str, vault: Path, handle: str | None, to_json: bool) -> None:
    """Say that a published note no longer holds. It stays readable, with the reason."""
    desk = desk_of(vault, handle)
    other = named(vault, superseded_by) if superseded_by else ""
    show_written(desk.retire(named(vault, note), because, other), to_json)


@click.command()
@a_note
@in_vault
@by_whom
@as_json
def submit(note: str, vault: Path, handle: str | None, to_json: bool) -> None:
    """Ask for a review of a draft."""
    show_written(desk_of(vault, handle).submit(named(vault, note)), to_json)


@click.command()
@a_note
@in_vault
@by_whom
@as_json
def release(note: str, vault: Path, handle: str | None, to_json: bool) -> None:
    """Publish a note. While an approval is missing it goes into review, and the command ends with status 1."""
    written = desk_of(vault, handle).publish(named(vault, note))
    show_written(written, to_json)
    if written.status != "published":
        raise SystemExit(1)


@click.command()
@a_note
@in_vault
@by_whom
@as_json
def withdraw(note: str, vault: Path, handle: str | None, to_json: bool) -> None:
    """Make a note a draft again."""
    show_written(desk_of(vault, handle).withdraw(named(vault, note)), to_json)


@click.command()
@a_note
@click.option("--verdict", type=click.Choice(["approve", "changes"]), default="approve", show_default=True)
@click.option("--comment", default="", help="Words for the writer.")
@click.option("--base", metavar="SHA256", help="The version that was read; nothing is approved if it has changed.")
@in_vault
@by_whom
@as_json
def approve(
    note: str, verdict: str, comment: str, base: str | None, vault: Path, handle: str | None, to_json: bool
) -> None:
    """Approve the present text of a note, or ask for changes."""
    desk = desk_of(vault, handle)
    show_written(desk.approve(named(vault, note), verdict=verdict, comment=comment, base=base), to_json)


@click.command()
@a_note
@click.argument("version", type=click.IntRange(min=1))
@click.option("--message", default="", help="Why, for the history.")
@in_vault
@by_whom
@as_json
def restore(note: str, version: int, message: str, vault: Path, handle: str | None, to_json: bool) -> None:
    """Write an old version of a note again, as a new one."""
    show_written(desk_of(vault, handle).restore(named(vault, note), version, message), to_json)


@click.command()
@a_note
@click.argument("title")
@click.option("--message", default="", help="Why, for the history.")
@in_vault
@by_whom
@as_json
def retitle(note: str, title: str, message: str, vault: Path, handle: str | None, to_json: bool) -> None:
    """Give a note another title and file name. Links to the old ones keep working."""
    show_written(desk_of(vault, handle).retitle(named(vault, note), title, message=message), to_json)


COMMANDS = (new, edit, revise, submit, release, withdraw, approve, retire, restore, retitle)
