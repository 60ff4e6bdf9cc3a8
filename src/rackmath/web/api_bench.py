"""The HTTP API of the workbench: run a model, decide a scenario. The JSON is that of the command line, to the byte.

Whatever is wrong with the inputs is 422, with one entry for each problem and the input that it is about.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from rackmath.errors import Problems, RackmathError
from rackmath.kernel import UnknownModel, get
from rackmath.kernel.decide import decide
from rackmath.kernel.describe import describe, listed
from rackmath.kernel.run import run
from rackmath.kernel.scenario import load
from rackmath.web.bench.asked import by_field
from rackmath.web.bench.evidence import site_evidence
from rackmath.web.bench.turns import turn
from rackmath.web.http_guard import Refused

if TYPE_CHECKING:
    from rackmath.web.work import Work

SAMPLES = 10_000
"""Draws of a run that does not say how many, as on the command line."""
MOST_SAMPLES = 1_000_000
SETTINGS = ("samples", "seed", "as_of")

Day = Annotated[datetime.date | None, Field(description="Use what was known on that day.")]
Samples = Annotated[
    int,
    Field(ge=0, le=MOST_SAMPLES, description="Draws to make where an input is a range; 0 for one run at the medians."),
]
Seed = Annotated[int, Field(ge=0, lt=2**63, description="Seed of the draws.")]


class ModelShort(BaseModel):
    """A model in a list."""

    id: str
    title: str
    unit: str = Field(description="Unit of the total; empty for a plain ratio.")
    method: str
    question: str


class InputOut(BaseModel):
    """An input of a model with its default."""

    name: str
    unit: str
    bounds: str
    options: list[str] = Field(description="The words that a choice may be; empty for a number.")
    default: str
    origin: str
    evidence: str
    source: str
    url: str
    as_of: str
    help: str


class ModelFull(ModelShort):
    """A model with its inputs."""

    summary: str
    equation: str
    doc: str
    sources: list[str]
    infinite: str
    inputs: list[InputOut]


class RunIn(BaseModel):
    """What to run a model with."""

    model_config = ConfigDict(extra="forbid")
    inputs: dict[str, Any] = Field(
        default={},
        max_length=200,
        description='Input to value: a number in the declared unit, a text ("3 to 6 USD/GPU_hour"), a figure '
        '("@subject/quantity"), {low, mode, high, unit}, a list for a series, or {model, inputs}.',
    )
    samples: Samples = SAMPLES
    seed: Seed = 0
    as_of: Day = None


class RunOut(BaseModel):
    """A model's answer. A number that is infinite is null, and its place stands in `not_finite`."""

    model_config = ConfigDict(extra="allow")
    id: str
    title: str
    method: str
    unit: str
    total: float | None
    lines: dict[str, float | None]
    notes: dict[str, Any]
    warnings: list[str]
    inputs: list[dict[str, Any]]
    distribution: dict[str, float | None] | None = None
    sensitivity: list[dict[str, Any]] | None = None
    not_finite: list[str] | None = None
    infinite: str | None = None
    receipt: dict[str, Any]


class ScenarioIn(BaseModel):
    """A scenario to decide: its text, or the same as an object."""

    model_config = ConfigDict(extra="forbid")
    scenario: str | dict[str, Any] = Field(description="The text of a scenario file, or its content as an object.")
    overrides: dict[str, Any] = Field(default={}, max_length=200, description="[option.]input to value.")
    samples: Annotated[int | None, Field(ge=100, le=MOST_SAMPLES)] = None
    seed: Annotated[int | None, Field(ge=0, lt=2**63)] = None
    as_of: Day = None


class DecisionOut(BaseModel):
    """A decision, as `rackmath decide --json` prints it."""

    model_config = ConfigDict(extra="allow")
    title: str
    unit: str
    recommendation: dict[str, Any]
    options: list[dict[str, Any]]
    break_even: list[dict[str, Any]]
    sensitivity: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    not_finite: list[str] | None = None
    receipt: dict[str, Any]


class ProblemOut(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="The input that it is about; empty where it is about the whole.")
    message: str


class ErrorOut(BaseModel):
    """Why there is no answer."""

    status: int
    title: str
    message: str
    problems: list[ProblemOut]


class UnfitOut(BaseModel):
    """The body of a 422."""

    error: ErrorOut


_UNFIT: dict[int | str, dict[str, Any]] = {422: {"model": UnfitOut, "description": "what is wrong, by input"}}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "there is no such model"}}


def router(work: Work) -> APIRouter:
    """Return the routes of the workbench of a site."""
    api = APIRouter(prefix="/api", tags=["workbench"])

    @api.get("/models")
    def models() -> list[ModelShort]:
        """List the models: what can be computed."""
        return [ModelShort(**each) for each in listed()]

    @api.get("/models/{id}/about", responses=_UNKNOWN)
    def about(id: str, as_of: Annotated[datetime.date | None, Query()] = None) -> ModelFull:  # noqa: A002
        """Explain a model: its equation, and each input with its default and source."""
        return ModelFull(**describe(_model(id), site_evidence(work.site), as_of))

    @api.get("/models/{id}", responses={200: {"model": RunOut}, **_UNFIT, **_UNKNOWN})
    def read(
        request: Request,
        id: str,  # noqa: A002
        samples: Annotated[int, Query(ge=0, le=MOST_SAMPLES)] = SAMPLES,
        seed: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        as_of: Annotated[datetime.date | None, Query()] = None,
    ) -> JSONResponse:
        """Run a model; each further name of the query is an input (`?gpu_hour_price=2.10 USD/GPU_hour`)."""
        given = {name: value for name, value in request.query_params.items() if name not in SETTINGS}
        return _run(work, id, given, samples, seed, as_of)

    @api.post("/models/{id}", responses={200: {"model": RunOut}, **_UNFIT, **_UNKNOWN})
    def post(id: str, sent: RunIn) -> JSONResponse:  # noqa: A002
        """Run a model."""
        return _run(work, id, sent.inputs, sent.samples, sent.seed, sent.as_of)

    @api.post("/scenarios/run", responses={200: {"model": DecisionOut}, **_UNFIT})
    def scenario(sent: ScenarioIn) -> JSONResponse:
        """Decide a scenario: rank its options, with ranges, break-evens, sensitivities and sources."""
        text = sent.scenario if isinstance(sent.scenario, str) else json.dumps(sent.scenario, ensure_ascii=False)

        def answer() -> dict[str, Any]:
            evidence = site_evidence(work.site)
            read = load(
                text, evidence, as_of=sent.as_of, today=work.clock().date(), overrides=_settings(sent.overrides)
            ).with_draws(sent.samples, sent.seed)
            if read.samples > MOST_SAMPLES:
                raise RackmathError(f"samples: {read.samples:,} asked for; at most {MOST_SAMPLES:,} are drawn here")
            return decide(read, evidence)

        return _answered(answer, {})

    return api


def _model(name: str) -> Any:
    try:
        return get(name[:200])
    except UnknownModel as problem:
        raise Refused(404, " ".join(str(problem).split()).replace("`rackmath models`", "/api/models")) from None


def _run(
    work: Work, name: str, given: Mapping[str, Any], samples: int, seed: int, as_of: datetime.date | None
) -> JSONResponse:
    model = _model(name)
    evidence = site_evidence(work.site)
    return _answered(
        lambda: run(model.id, given, evidence, as_of=as_of, samples=samples, seed=seed).to_json(), model.parameters
    )


def _settings(overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in overrides.items()}


def _answered(make: Callable[[], dict[str, Any]], names: Mapping[str, object]) -> JSONResponse:
    """Return the answer, or 422 with what is wrong by input."""
    try:
        with turn():
            return JSONResponse(make())
    except RackmathError as problem:
        told = by_field(problem, names)
        lines = problem.problems if isinstance(problem, Problems) else (str(problem),)
        error = {
            "status": 422,
            "title": "That does not fit",
            "message": "; ".join(" ".join(line.split()) for line in lines)[:2000],
            "problems": [{"field": name, "message": " ".join(message.split())} for name, message in told.items()],
        }
        return JSONResponse({"error": error}, 422)
