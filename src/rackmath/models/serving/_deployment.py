"""Inputs that models of a deployment share: which model, accelerator, format, engine and layout, and its load."""

from __future__ import annotations

from typing import Annotated

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Param, Real
from rackmath.models.serving.hardware import FORMATS, accelerators, find_accelerator
from rackmath.models.serving.rows import Configuration, read_row
from rackmath.models.serving.search.space import ENGINES, runs_on
from rackmath.models.serving.shape import catalogue, find_shape

RANKS = ("1", "2", "4", "8", "16", "32", "64")

LanguageModel = Annotated[
    str,
    Choice(
        *(name.rpartition("/")[2] for name in catalogue()),
        assumption="Llama-3.1-70B",
        because="the open model of its size with the most public measurements",
        help="model that is served, of the packaged catalogue",
    ),
]
ServedOn = Annotated[
    str,
    Choice(
        *accelerators(),
        assumption="h100_sxm",
        because="the accelerator with the most public measurements and prices",
        help="accelerator that it is served on, of the packaged data sheets",
    ),
]
WeightFormat = Annotated[
    str,
    Choice(
        "own",
        *FORMATS,
        assumption="fp8",
        because="what most measured deployments of 2025 and 2026 run in; the quality of answers is not compared",
        help="number format of the weights; own: the one that the model is published in",
    ),
]
Engine = Annotated[
    str,
    Choice(
        *ENGINES,
        assumption="vllm",
        because="the engine that runs on most accelerators",
        help="inference engine",
    ),
]
InputTokens = Annotated[
    Real,
    Param(
        "token/request",
        assumption="1024 token/request",
        because="the middle of the three shapes that public sweeps measure (1,024 or 8,192 tokens in and out)",
        minimum=1,
        maximum=1e6,
        help="input tokens of a request",
    ),
]
OutputTokens = Annotated[
    Real,
    Param(
        "token/request",
        assumption="1024 token/request",
        because="the middle of the three shapes that public sweeps measure (1,024 or 8,192 tokens in and out)",
        minimum=1,
        maximum=1e6,
        help="output tokens of a request",
    ),
]


def pattern(language_model: str, accelerator: str, weight_format: str, engine: str) -> Configuration:
    """Return a deployment on one device, read as a row of the batch format is.

    Raises
    ------
    RackmathError
        TensorRT-LLM is asked for on an accelerator that it does not run on.
    """
    shape, chip = find_shape(language_model), find_accelerator(accelerator)
    if not runs_on(engine, chip):
        raise RackmathError(f"trtllm does not run on {accelerator}; take vllm or sglang")
    row = {
        "model_path": language_model,
        "system": accelerator,
        "backend": engine,
        "precision": shape.native if weight_format == "own" else weight_format,
        "isl": "1",
        "osl": "1",
        "concurrency": "1",
    }
    return read_row(row)
