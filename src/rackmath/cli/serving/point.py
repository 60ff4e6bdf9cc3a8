"""One configuration as options of a command, and what the model says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.predict import Prediction


def point(function: Any) -> Any:
    """Add the options that describe one configuration."""
    options = (
        click.option("--model", help="A model of the catalogue, or the path of a config.json."),
        click.option("--system", help="An accelerator (h100_sxm, b200_sxm, mi300x …), or a data sheet as JSON."),
        click.option("--backend", default="vllm", show_default=True, help="vllm, sglang or trtllm."),
        click.option("--version", "backend_version", default="", help="The engine's version, where it is known."),
        click.option(
            "--precision", default="", help="bf16, fp8, fp8_block, nvfp4, mxfp4, int4; the model's own unless given."
        ),
        click.option("--tp", type=int, default=1, show_default=True, help="Tensor-parallel ranks."),
        click.option("--dp", type=int, default=1, show_default=True, help="Attention data-parallel ranks."),
        click.option("--pp", type=int, default=1, show_default=True, help="Pipeline stages."),
        click.option("--ep", type=int, default=1, show_default=True, help="Expert-parallel ranks."),
        click.option("--concurrency", type=float, default=1.0, show_default=True, help="Requests in flight."),
        click.option("--isl", type=float, default=1024, show_default=True, help="Input tokens of a request."),
        click.option("--osl", type=float, default=1024, show_default=True, help="Output tokens of a request."),
        click.option("--drafts", type=int, default=0, show_default=True, help="Tokens guessed ahead of each step."),
        click.option("--acceptance", type=float, help="Chance that a guess is kept, 0 to 1."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def predicted(given: Mapping[str, Any]) -> Prediction:
    """Return the prediction for one configuration; RackmathError with the reason where there is none."""
    from rackmath.models.serving.hardware import Accelerator, find_accelerator, read_accelerator
    from rackmath.models.serving.predict import predict
    from rackmath.models.serving.rows import read_row
    from rackmath.models.serving.shape import Shape, find_shape, read_config

    if not given["model"] or not given["system"]:
        raise RackmathError("give --model and --system for one point, or --csv and --out for a table")

    def shapes(name: str) -> Shape:
        path = Path(name)
        return (
            read_config(path.read_text(encoding="utf-8"), path.parent.name or name)
            if path.suffix == ".json"
            else find_shape(name)
        )

    def chips(name: str) -> Accelerator:
        path = Path(name)
        return (
            read_accelerator(path.read_text(encoding="utf-8"), path.stem)
            if path.suffix == ".json"
            else find_accelerator(name)
        )

    ranks = given["tp"] * given["dp"]
    if given["ep"] < 1 or ranks < 1 or ranks % given["ep"]:
        raise RackmathError(f"--ep {given['ep']} does not divide the {ranks} ranks of --tp × --dp")
    row = {
        "model_path": given["model"],
        "system": given["system"],
        "backend": given["backend"],
        "backend_version": given["backend_version"],
        "precision": given["precision"],
        "mode": "agg",
        "isl": str(given["isl"]),
        "osl": str(given["osl"]),
        "concurrency": str(given["concurrency"]),
        "tp_size": str(given["tp"]),
        "attention_dp_size": str(given["dp"]),
        "pp_size": str(given["pp"]),
        "moe_tp_size": str(ranks // given["ep"]),
        "moe_ep_size": str(given["ep"]),
        "speculative_tokens": str(given["drafts"]),
        "speculative_acceptance": "" if given["acceptance"] is None else str(given["acceptance"]),
    }
    made = predict([read_row(row, shapes, chips)])[0]
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
