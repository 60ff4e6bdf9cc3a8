"""One configuration in a person's words, as a row of the batch format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rackmath.errors import RackmathError

ENGINES = ("vllm", "sglang", "trtllm")


def row_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the row of one aggregated configuration.

    Parameters
    ----------
    given
        ``model``, ``system``, ``backend``, ``backend_version``, ``precision``; ranks ``tp`` (attention tensor), ``dp``
        (attention data), ``pp`` (stages) and ``ep`` (experts); ``concurrency`` (requests in flight), ``isl`` and
        ``osl`` (tokens in and out of a request), ``cached`` (of those in, the ones of a cached prefix) and
        ``chunk`` (prompt tokens of a step at most). With speculative decoding ``drafts`` (tokens guessed ahead of each
        step) and ``acceptance`` (chance that a guess is kept).

    Raises
    ------
    RackmathError
        The expert ranks do not divide the ranks of attention.
    """
    ranks = given["tp"] * given["dp"]
    if given["ep"] < 1 or ranks < 1 or ranks % given["ep"]:
        raise RackmathError(f"ep {given['ep']} does not divide the {ranks} ranks of tp × dp")
    return {
        "model_path": given["model"],
        "system": given["system"],
        "backend": given["backend"],
        "backend_version": given["backend_version"],
        "precision": given["precision"],
        "mode": "agg",
        "isl": str(given["isl"]),
        "osl": str(given["osl"]),
        "chunk_tokens": "" if given.get("chunk") is None else str(given["chunk"]),
        "cached_tokens": str(given.get("cached", 0)),
        "concurrency": str(given["concurrency"]),
        "tp_size": str(given["tp"]),
        "attention_dp_size": str(given["dp"]),
        "pp_size": str(given["pp"]),
        "moe_tp_size": str(ranks // given["ep"]),
        "moe_ep_size": str(given["ep"]),
        "speculative_tokens": str(given.get("drafts", 0)),
        "speculative_acceptance": "" if given.get("acceptance") is None else str(given["acceptance"]),
    }
