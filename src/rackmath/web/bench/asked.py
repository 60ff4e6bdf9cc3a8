"""What a model's form or address asks for: its inputs, the draws, and along which input to look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rackmath.errors import Problems, RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.kernel import Model

SAMPLES, SEED = 2_000, 0
"""Draws of a model's page: few, so that it answers while one types. The API and the command take any number."""
MOST_SAMPLES = 100_000
LONGEST = 4_000
SWEEP = ("sweep.input", "sweep.from", "sweep.to", "sweep.scale", "sweep.against")
"""Fields beside the inputs; the dot keeps them apart from any input's name."""
SETTINGS = ("samples", "seed", "as_of", *SWEEP)


@dataclass(frozen=True)
class Wanted:
    """What was asked of a model."""

    given: dict[str, str]
    """Input to value, as it was typed; what is left out comes from the brains."""
    samples: int = SAMPLES
    seed: int = SEED
    sweep: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """Field to what is wrong with it; an empty name is for the whole."""

    def query(self, **changed: str) -> str:
        """Return the query of an address that asks for the same, with some fields changed or (empty) left out."""
        fields = {**self.given, **{f"sweep.{name}": value for name, value in self.sweep.items()}}
        if self.samples != SAMPLES:
            fields["samples"] = str(self.samples)
        if self.seed != SEED:
            fields["seed"] = str(self.seed)
        return urlencode({name: value for name, value in {**fields, **changed}.items() if value})


def wanted(model: Model, params: Mapping[str, str]) -> Wanted:
    """Read a query. Nothing that was typed is dropped: what is wrong is told beside it."""
    problems: dict[str, str] = {}
    given = {name: params[name].strip() for name in model.parameters if params.get(name, "").strip()}
    for name, value in given.items():
        if len(value) > LONGEST:
            problems[name] = f"{len(value):,} characters; at most {LONGEST:,} are read here"
    unknown = [name for name in params if name not in model.parameters and name not in SETTINGS and params[name]]
    if unknown:
        name = unknown[0]
        problems[""] = f"{model.id} has no input {name[:60]!r}{suggest(name, model.parameters)}"
    return Wanted(
        given=given,
        samples=_whole(params, "samples", SAMPLES, 100, MOST_SAMPLES, problems),
        seed=_whole(params, "seed", SEED, 0, 2**63 - 1, problems),
        sweep={name.partition(".")[2]: params[name].strip() for name in SWEEP if params.get(name, "").strip()},
        problems=problems,
    )


def _whole(params: Mapping[str, str], name: str, default: int, low: int, high: int, problems: dict[str, str]) -> int:
    text = params.get(name, "").strip()
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high:
        return int(text)
    problems[name] = f"{name}: {text[:30]!r} is no whole number from {low:,} to {high:,}"
    return default


def by_field(problem: RackmathError, names: Mapping[str, object]) -> dict[str, str]:
    """Return what binding or running complained of, by the input that it is about (empty: the whole)."""
    found: dict[str, str] = {}
    for told in problem.problems if isinstance(problem, Problems) else (str(problem),):
        name, colon, rest = told.partition(":")
        where = name if colon and name in names else ""
        found.setdefault(where, rest.strip() if where else told)
    return found
