"""The command's frame: the groups, and how errors reach a person."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from rackmath import __version__
from rackmath.cli.audit import audit
from rackmath.cli.brain import brain
from rackmath.cli.commitments import commitments
from rackmath.cli.decide import decide, rerun
from rackmath.cli.figures import conflicts, figures
from rackmath.cli.models import models, run, show
from rackmath.cli.prices import prices
from rackmath.cli.serve import serve
from rackmath.cli.serving import serving
from rackmath.cli.token import token
from rackmath.cli.usage import usage
from rackmath.errors import Problems, RackmathError

BAD_INPUT = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="rackmath")
def rackmath() -> None:
    """Say what AI compute really costs, with receipts.

    Every number is a figure with a source and a date; every method is a model that runs.
    JSON (--json) goes to standard output and nothing else does. Bad input ends with status 2.
    """


for command in (
    models,
    show,
    run,
    figures,
    conflicts,
    decide,
    rerun,
    commitments,
    prices,
    usage,
    serving,
    brain,
    audit,
    serve,
    token,
):
    rackmath.add_command(command)


def main() -> NoReturn:
    """Run the command; print what is wrong with an input as plain lines, and exit with 2."""
    # Read when NumPy is loaded. Its matrices here are small: threads that wait for each other cost many times the work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        rackmath(prog_name="rackmath", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as nothing:
        click.echo(nothing.format_message(), err=True)
        sys.exit(BAD_INPUT)
    except click.UsageError as problem:
        where = problem.ctx.command_path if problem.ctx else "rackmath"
        _complain((f"{problem.format_message().rstrip('.')}; `{where} --help` shows how it is used",))
    except click.Abort:
        sys.exit(130)
    except Problems as several:
        _complain(several.problems)
    except RackmathError as problem:
        _complain((str(problem),))
    except BrokenPipeError:  # the reader of a pipe went away: not an error of ours
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        sys.exit(0)
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        _complain((f"{where}{problem.strerror or problem}",))
    sys.exit(0)


def _complain(lines: tuple[str, ...]) -> NoReturn:
    for line in lines:
        click.echo(f"rackmath: {' '.join(line.split())}", err=True)
    sys.exit(BAD_INPUT)
