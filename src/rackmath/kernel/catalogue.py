"""Find models: every module of the packages that the entry point group ``rackmath.models`` names is walked.

The built-in models are found the same way as a third party's: `MODELS` is simply the first package.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from rackmath.errors import RackmathError, suggest
from rackmath.kernel.declare import Checked, Model

MODELS = "rackmath.models"
GROUP = "rackmath.models"


class UnknownModel(RackmathError):
    """No model has that id."""


def packages() -> list[str]:
    """Return the packages that hold models: ours, then those of installed third parties."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    others = sorted({entry.value for entry in entry_points(group=GROUP)} - {MODELS})
    return [MODELS, *others]


def _modules(package: str) -> Iterator[str]:
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
        if not found.ispkg and not found.name.rsplit(".", 1)[-1].startswith("_"):
            yield found.name


def models_in(module_name: str) -> list[Model]:
    """Return the models that a module itself declares."""
    module = importlib.import_module(module_name)
    return [
        value.model
        for value in vars(module).values()
        if isinstance(value, Checked) and value.model.compute.__module__ == module_name
    ]


@cache
def registry() -> dict[str, Model]:
    """Return every model by its id, sorted.

    Raises
    ------
    RackmathError
        A third party's package cannot be imported, or declares a model whose id is taken.
    """
    found: dict[str, Model] = {}
    for package in packages():
        for each in _models_of(package):
            if each.id in found:
                first = found[each.id].compute.__module__
                raise RackmathError(f"two models are called {each.id!r}: in {first} and in {each.compute.__module__}")
            found[each.id] = each
    return dict(sorted(found.items()))


def _models_of(package: str) -> list[Model]:
    try:
        return [each for module in _modules(package) for each in models_in(module)]
    except Exception as problem:
        if package == MODELS:
            raise
        raise RackmathError(
            f"the models of {package} cannot be loaded ({type(problem).__name__}: {problem}); mend or uninstall it"
        ) from problem


@cache
def get(model_id: str) -> Model:
    """Return one model, importing no other when it is one of ours.

    Raises
    ------
    UnknownModel
        With the nearest names.
    """
    folder, _, name = model_id.partition(".")
    if folder.isidentifier() and name.isidentifier() and not name.startswith("_"):
        try:
            for each in models_in(f"{MODELS}.{folder}.{name}"):
                if each.id == model_id:
                    return each
        except ModuleNotFoundError as problem:
            if not (problem.name or "").startswith(MODELS):
                raise
    if model_id in registry():
        return registry()[model_id]
    raise UnknownModel(
        f"no model is called {model_id[:80]!r}{suggest(model_id, registry())} `rackmath models` lists them all"
    )
