"""One configuration as options of a command, and what the model says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import Number, Whole, read_text, refuse, with_options
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.models.serving.hardware import Accelerator
    from rackmath.models.serving.predict import Prediction
    from rackmath.models.serving.rows import Configuration
    from rackmath.models.serving.shape import Shape


RANKS = Whole(1, 100_000)
LOAD = Number(1, 1e9)
ABOVE = Number(0, 1e9, min_open=True)


def point(function: Any) -> Any:
    """Add the options that describe one configuration."""
    options = (
        click.option("--model", help="A model of the catalogue, or the path of a config.json."),
        click.option(
            "--system", "--chip", help="An accelerator (h100_sxm, b200_sxm, mi300x …), or a data sheet as JSON."
        ),
        click.option("--backend", "--engine", default="vllm", show_default=True, help="vllm, sglang or trtllm."),
        click.option("--version", "backend_version", default="", help="The engine's version, where it is known."),
        click.option(
            "--precision", default="", help="bf16, fp8, fp8_block, nvfp4, mxfp4, int4; the model's own unless given."
        ),
        click.option("--tp", type=RANKS, default=1, show_default=True, help="Tensor-parallel ranks."),
        click.option("--dp", type=RANKS, default=1, show_default=True, help="Attention data-parallel ranks."),
        click.option("--pp", type=RANKS, default=1, show_default=True, help="Pipeline stages."),
        click.option("--ep", type=RANKS, default=1, show_default=True, help="Expert-parallel ranks."),
        click.option("--concurrency", type=LOAD, default=1.0, show_default=True, help="Requests in flight."),
        click.option("--isl", type=LOAD, default=1024, show_default=True, help="Input tokens of a request."),
        click.option("--osl", type=LOAD, default=1024, show_default=True, help="Output tokens of a request."),
        click.option("--chunk", type=LOAD, help="Prompt tokens of a step at most; 8,192 unless given."),
        click.option(
            "--cached",
            type=Number(0, 1e9),
            default=0,
            show_default=True,
            help="Of the input tokens, those of a prefix that is cached already.",
        ),
        click.option(
            "--drafts", type=Whole(0, 16), default=0, show_default=True, help="Tokens guessed ahead of each step."
        ),
        click.option(
            "--acceptance", type=Number(0, 1), help="Chance that a guess is kept, with --drafts; 0.7 unless given."
        ),
    )
    return with_options(function, options)


def shape_named(name: str) -> Shape:
    """Return a model of the catalogue, or the one that a config.json describes."""
    from rackmath.models.serving.shape import find_shape, read_config

    path = Path(name)
    if path.suffix != ".json":
        return find_shape(name)
    return read_config(read_text(path), path.parent.name or name)


def chip_named(name: str) -> Accelerator:
    """Return an accelerator of the packaged table, or the one that a data sheet describes."""
    from rackmath.models.serving.hardware import find_accelerator, read_accelerator

    path = Path(name)
    if path.suffix != ".json":
        return find_accelerator(name)
    return read_accelerator(read_text(path), path.stem)


def configuration(given: Mapping[str, Any], **more: str) -> Configuration:
    """Return the configuration that the options describe; `more` holds further columns of the batch format."""
    from rackmath.models.serving.point import ENGINES, row_of
    from rackmath.models.serving.rows import read_row

    missing = [f"--{name}" for name in ("model", "system") if not given[name]]
    if missing:
        table = ", or --csv and --out for a table" if "csv_path" in click.get_current_context().params else ""
        raise RackmathError(f"give {' and '.join(missing)}{table}")
    if not given["drafts"]:
        refuse(("acceptance",), "nothing is guessed ahead without --drafts")
    if given["backend"].lower() not in ENGINES and suggest(given["backend"].lower(), ENGINES):
        raise RackmathError(
            f"no engine is called {given['backend'][:40]!r}{suggest(given['backend'].lower(), ENGINES)}"
        )
    return read_row({**row_of(given), **more}, shape_named, chip_named)


def predicted(given: Mapping[str, Any]) -> Prediction:
    """Return the prediction for one configuration; RackmathError with the reason where there is none."""
    from rackmath.models.serving.predict import predict

    made = predict([configuration(given)])[0]
    if made.token is None:
        raise RackmathError(made.note)
    return made


def times(made: Prediction) -> tuple[float, float, float, float, float, float]:
    """Return first and token time with their intervals; RackmathError with the reason where there is none."""
    times = (made.first, made.first_low, made.first_high, made.token, made.token_low, made.token_high)
    found = [each for each in times if each is not None]
    if len(found) != len(times):
        raise RackmathError(made.note)
    return found[0], found[1], found[2], found[3], found[4], found[5]
