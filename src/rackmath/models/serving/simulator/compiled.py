"""The event loop compiled with numba where it is installed, and the same functions as plain Python where it is not."""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from rackmath.models.serving.simulator import loop

SLOW = (
    "numba is not installed: the simulation runs in plain Python, a hundred times slower; pip install 'rackmath[fast]'"
)


@cache
def compiled_run() -> Callable[..., Any] | None:
    """Return the loop compiled, None without numba.

    A second copy of the module is loaded and its functions are replaced by compiled ones, so both are one source.
    """
    if importlib.util.find_spec("numba") is None:
        return None
    import numba  # noqa: PLC0415  (half a second that only a simulation needs)

    spec = importlib.util.find_spec(loop.__name__)
    if spec is None or spec.loader is None:
        return None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    for name, function in inspect.getmembers(copy, inspect.isfunction):
        if function.__module__ == loop.__name__:
            inner = name != loop.run.__name__  # only called from compiled code: needs no entry from Python
            wrappers: dict[str, Any] = {"no_cpython_wrapper": inner, "no_cfunc_wrapper": True, "_nrt": False}
            try:
                made = numba.njit(cache=True, error_model="numpy", **wrappers)(function)
            except RuntimeError:  # no folder can be written to: compiled anew in each process
                made = numba.njit(error_model="numpy", **wrappers)(function)
            setattr(copy, name, made)
    return copy.run  # type: ignore[no-any-return]


@cache
def _say_once() -> None:
    warnings.warn(SLOW, stacklevel=4)


def run_function(plain: bool = False) -> tuple[Callable[..., Any], bool]:
    """Return the event loop, and whether it is compiled: where it can be and is wanted. Says once where it cannot."""
    found = None if plain else compiled_run()
    if found is None and not plain:
        _say_once()
    return found or loop.run, found is not None
