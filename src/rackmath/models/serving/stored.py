"""The fitted constants as they are kept in the package: ``constants.json`` and ``offsets.npz``."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import IO, Any

import numpy as np

from rackmath.models.serving.calibrate import Offsets
from rackmath.models.serving.constants import PRIORS
from rackmath.models.serving.fitting import NAMES, QUANTITIES, SPREADS, Fitted
from rackmath.models.serving.rows import Configuration, group_names

KINDS = ("engine", "accelerator", "model", "combination")


def as_json(fitted: Fitted, known: dict[str, list[str]], source: str) -> str:
    """Return the constants, their covariance, the intervals and what the fit met, as text."""
    constants = {
        name: {
            "value": float(f"{fitted.constants[name]:.6g}"),
            "unit": PRIORS[name].unit,
            "what": PRIORS[name].what,
            "spread": float(f"{np.sqrt(fitted.covariance[i, i]):.4g}"),
        }
        for i, name in enumerate(NAMES)
    }
    covariance = [[float(f"{value:.4g}") for value in row] for row in fitted.covariance]
    intervals = {
        q: {n: {f: [round(low, 4), round(high, 4)] for f, (low, high) in by.items()} for n, by in of.items()}
        for q, of in fitted.intervals.items()
    }
    made = {
        "source": source,
        "constants": constants,
        "intervals": intervals,
        "known": known,
        "covariance_of_logarithms": covariance,
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def save_offsets(offsets: dict[str, Offsets], file: IO[bytes]) -> None:
    """Write the offsets, single precision."""
    arrays: dict[str, Any] = {}
    for name, each in offsets.items():
        keys = sorted(each.index, key=lambda key: each.index[key])
        arrays[f"{name} keys"] = np.frombuffer(json.dumps(keys, ensure_ascii=False).encode(), dtype=np.uint8)
        arrays[f"{name} mean"] = each.mean.astype(np.float32)
    np.savez_compressed(file, **arrays)


@cache
def fitted() -> Fitted:
    """Return the packaged fit."""
    folder = resources.files(__package__)
    kept = json.loads(folder.joinpath("constants.json").read_text(encoding="utf-8"))
    offsets = {}
    with folder.joinpath("offsets.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        for name in QUANTITIES:
            keys = json.loads(arrays[f"{name} keys"].tobytes().decode())
            index = {(kind, group): at for at, (kind, group) in enumerate(keys)}
            offsets[name] = Offsets(SPREADS[name], index, arrays[f"{name} mean"].astype(np.float64))
    intervals = {
        q: {n: {f: (low, high) for f, (low, high) in by.items()} for n, by in of.items()}
        for q, of in kept["intervals"].items()
    }
    constants = {name: float(kept["constants"][name]["value"]) for name in NAMES}
    return Fitted(constants, np.array(kept["covariance_of_logarithms"]), offsets, intervals)


@cache
def known() -> dict[str, frozenset[str]]:
    """Return the engines, accelerators, models and combinations that the fit met."""
    kept = json.loads(resources.files(__package__).joinpath("constants.json").read_text(encoding="utf-8"))
    return {kind: frozenset(names) for kind, names in kept["known"].items()}


def known_list(configurations: list[Configuration]) -> dict[str, list[str]]:
    """Return the names of rows by kind, sorted, as they are kept."""
    names = [group_names(c) for c in configurations]
    return {kind: sorted({each[kind] for each in names}) for kind in KINDS}
