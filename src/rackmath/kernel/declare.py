"""`@model`: one declaration from which every surface of a model is made."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, get_args, get_type_hints

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel.params import Choice, Declared, Param
from rackmath.kernel.result import Result

P = ParamSpec("P")


class NotFinite(RackmathError):
    """A model gave a number that is not finite, and says nowhere that it may."""


@dataclass(frozen=True)
class Model:
    """A pure function with its declaration. Calling it checks what goes in and what comes out."""

    id: str
    method: str
    title: str
    question: str
    unit: str
    compute: Callable[..., Result]
    """The function itself, unchecked: for draws whose inputs were checked when they were bound, and for composing."""
    sources: tuple[str, ...] = ()
    infinite: str = ""
    increasing_in: tuple[str, ...] = ()
    decreasing_in: tuple[str, ...] = ()
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def parameters(self) -> dict[str, Declared]:
        """Return each input's declaration, in the order of the signature."""
        hints = get_type_hints(self.compute, include_extras=True)
        found: dict[str, Declared] = {}
        for name, parameter in inspect.signature(self.compute).parameters.items():
            declared = [part for part in get_args(hints[name])[1:] if isinstance(part, Param | Choice)]
            if len(declared) != 1:
                raise TypeError(f"{self.id}: {name} must be Annotated with exactly one Param, Series or Choice")
            if parameter.kind is not inspect.Parameter.KEYWORD_ONLY or parameter.default is not parameter.empty:
                raise TypeError(f"{self.id}: {name} must be keyword-only and without a default value")
            found[name] = declared[0]
        return found

    @property
    def doc(self) -> str:
        """Return the docstring, without its indentation."""
        return inspect.getdoc(self.compute) or ""

    @property
    def summary(self) -> str:
        """Return the docstring's first sentence."""
        return self.doc.split("\n\n", 1)[0].replace("\n", " ")

    @property
    def equation(self) -> str:
        """Return the equation of the docstring as LaTeX, or nothing."""
        match = re.search(r"\.\. math::[ \t]*(.*?)(?:\n\s*\n|\Z)", self.doc + "\n\n", re.DOTALL)
        return " ".join(match.group(1).split()) if match else ""

    def evaluate(self, inputs: dict[str, Any]) -> Result:
        """Compute, and refuse a result that is not finite unless the declaration says when it may be."""
        result = self.compute(**inputs)
        self.check_result(result)
        return result

    def check_result(self, result: Result) -> None:
        """Raise NotFinite for NaN anywhere, or for infinity where the model does not declare it."""
        self.check_total(result)
        named = [(name, note.value) for name, note in result.notes.items() if not isinstance(note.value, str)]
        for name, value in [
            *result.lines.items(),
            *named,
            *((name, path.values) for name, path in result.paths.items()),
        ]:
            self._check(name, value)

    def check_total(self, result: Result) -> None:
        """Raise NotFinite as `check_result` does, for the total alone: what draws need."""
        if not np.isfinite(result.total).all():
            self._check("the total", result.total)

    def _check(self, name: str, value: Any) -> None:
        if np.isnan(value).any():
            raise NotFinite(f"{self.id}: {name} is not a number for these inputs; they contradict each other")
        if not self.infinite and np.isinf(value).any():
            raise NotFinite(f"{self.id}: {name} grows beyond all bounds for these inputs")


class Checked(Generic[P]):
    """A model as a plain function: the call checks bounds, then the result."""

    def __init__(self, function: Callable[P, Result], declared: Model) -> None:
        self.model = declared
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **inputs: P.kwargs) -> Result:
        """Check every input against its bounds, compute, and check the result."""
        if args:
            raise TypeError(f"{self.model.id} takes named inputs only")
        for name, declared in self.model.parameters.items():
            if name not in inputs:
                raise TypeError(f"{self.model.id} needs {name}")
            if not hasattr(inputs[name], "dimensionality"):
                declared.check(name, inputs[name])
        return self.model.evaluate(dict(inputs))


def model(
    id: str,  # noqa: A002
    *,
    method: str,
    title: str,
    question: str,
    unit: str,
    sources: tuple[str, ...] = (),
    infinite: str = "",
    increasing_in: tuple[str, ...] = (),
    decreasing_in: tuple[str, ...] = (),
) -> Callable[[Callable[P, Result]], Checked[P]]:
    """Declare a model.

    Parameters
    ----------
    id
        ``folder.file``, the place of the module under ``rackmath.models``.
    method
        Code of the method it implements, such as ``"A08.1"``.
    title, question
        What it is, and the one plain question that it answers.
    unit
        The unit of the total.
    sources
        URLs of where the formula comes from.
    infinite
        When the total may honestly be infinite ("never pays back because …"); empty if never.
    increasing_in, decreasing_in
        Inputs in which the total never falls, or never rises.
    """

    def declare(function: Callable[P, Result]) -> Checked[P]:
        return Checked(
            function,
            Model(
                id=id,
                method=method,
                title=title,
                question=question,
                unit=unit,
                compute=function,
                sources=sources,
                infinite=infinite,
                increasing_in=increasing_in,
                decreasing_in=decreasing_in,
            ),
        )

    return declare
