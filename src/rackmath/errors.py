"""The errors that a person sees: each says what is wrong, where, and what to do next."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from types import ModuleType


class RackmathError(ValueError):
    """Something outside the program is wrong: an input, a file, a name. Commands print it and exit with 2."""


class Problems(RackmathError):
    """Several things are wrong at once; each is one line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x' or 'y'?"`` for names close to `name`, or an empty string."""
    from difflib import get_close_matches  # noqa: PLC0415  (only errors need it)

    near = get_close_matches(name, list(known), n=3, cutoff=0.55)
    return "; did you mean " + " or ".join(repr(item) for item in near) + "?" if near else ""


def require(module: str, extra: str) -> ModuleType:
    """Return a module of an optional dependency, or raise RackmathError with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name and module.split(".", maxsplit=1)[0] != problem.name.split(".")[0]:
            raise  # the module is there and misses something of its own
        raise RackmathError(
            f"this needs {module.split('.', maxsplit=1)[0]}, which is not installed: pip install 'rackmath[{extra}]'"
        ) from None
