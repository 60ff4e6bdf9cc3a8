"""What the writing commands share: which brain, which note, who writes, and texts from a file or an editor."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackmath.cli.common import clean, day, print_json
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rackmath.brain.desk import Desk, Written
    from rackmath.brain.merge import Merge

in_vault = click.option(
    "--vault", envvar="RACKMATH_VAULT", required=True, type=click.Path(path_type=Path), help="The brain's folder."
)
by_whom = click.option("--as", "handle", metavar="HANDLE", help="Who writes; by default the brain's only contributor.")
from_file = click.option(
    "--from", "file", metavar="FILE", help="Take the text from a file, or from standard input (-); else $EDITOR opens."
)


def desk_of(vault: Path, handle: str | None) -> Desk:
    """Return the desk of a contributor.

    Raises
    ------
    RackmathError
        The brain has several contributors and none is named.
    """
    from rackmath.brain.desk import Desk
    from rackmath.brain.index import index_of
    from rackmath.brain.settle import known_handles
    from rackmath.vault import Vault

    if handle is None:
        known = sorted(index_of(vault).read(known_handles))
        if len(known) > 1:
            raise RackmathError(f"say who writes: --as {' or --as '.join(clean(each) for each in known[:10])}")
        handle = known[0] if known else ""
    return Desk(Vault.open(vault), handle)


def shown_vault(vault: Path, as_of: str | None) -> Path:
    """Return the folder to read from: the brain's own, or what it was on a day."""
    if (when := day(as_of)) is None:
        return vault
    from rackmath.brain.asof import as_of as brain_as_of

    return brain_as_of(vault, when)


def named(vault: Path, note: str) -> str:
    """Return a note's name as the brain knows it; a path of a file in the brain is made relative to it."""
    with suppress(OSError, ValueError):
        return Path(note).resolve(strict=True).relative_to(vault.resolve()).as_posix()
    return note


def read_text(file: str) -> str:
    """Return the text of a file, or of standard input for ``-``, line ends as they are.

    Raises
    ------
    RackmathError
        It cannot be read, is too large or is not UTF-8.
    """
    from rackmath.vault import paths

    if file == "-":
        return paths.decoded(sys.stdin.buffer.read(paths.MAX_BYTES + 1), "standard input")
    return paths.decoded(paths.read_bytes(Path(file), file), file)


@contextmanager
def edited(text: str, name: str, again: str) -> Iterator[str]:
    """Give a text to the editor and yield what it has become; on any failure the text stays where it is told.

    Parameters
    ----------
    text
        What the editor shows first.
    name
        The name of the temporary file.
    again
        The command that takes the text up again, without the file.
    """
    import tempfile

    place = Path(tempfile.mkdtemp(prefix="rackmath-")) / name
    place.write_text(text, encoding="utf-8", newline="")
    try:
        click.edit(filename=str(place))
        yield read_text(str(place))
    except Exception as problem:
        said = problem.format_message() if isinstance(problem, click.ClickException) else str(problem)
        raise RackmathError(f"{said}; your text is kept in {place}: go on with `{again} --from {place}`") from problem
    place.unlink()
    place.parent.rmdir()


def show_written(written: Written, to_json: bool) -> None:
    """Say what a change has led to."""
    if to_json:
        print_json(asdict(written))
        return
    number = f", version {written.version}" if written.version else ""
    state = f" ({written.status})" if written.status else ""
    click.echo(f"{'Saved' if written.changed else 'Nothing changed in'} {clean(written.path)}{number}{state}.")
    if written.merged:
        click.echo(f"Merged: {written.merged}.")
    for line in (*written.remarks, *(f"To be published it needs {need}" for need in written.needs)):
        click.echo(f"{clean(line)}.")


def show_conflicts(merge: Merge | None) -> None:
    """Show plainly, on standard error, what does not go together."""
    for each in merge.conflicts if merge else ():
        click.secho(clean(each.where), bold=True, err=True)
        for title, text in (("before", each.base), ("yours", each.mine), ("theirs", each.theirs)):
            body = "(nothing)" if text is None else text
            for place, line in enumerate(body.splitlines() or [""]):
                click.echo(f"  {title if place == 0 else '':7} {clean(line)}", err=True)
