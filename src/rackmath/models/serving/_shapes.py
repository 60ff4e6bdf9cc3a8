"""The model that is served, as the serving models ask for it: a name of the catalogue, or its sizes one by one."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real
from rackmath.models.serving.hardware import find_format
from rackmath.models.serving.shape import NUMERIC, Shape, find_shape
from rackmath.models.serving.step import Columns

AS_GIVEN = "as-given"

ModelShape = Annotated[
    str,
    Choice(
        AS_GIVEN,
        "llama-3.1-8b",
        "llama-3.1-70b",
        "llama-3.1-405b",
        "qwen3-32b",
        "qwen3-235b-a22b",
        "gpt-oss-120b",
        "deepseek-v3",
        assumption=AS_GIVEN,
        because="the sizes beside it are those of a Llama of 70 billion parameters",
        help="the model served: a name stands for its sizes, and those given one by one are then not used",
    ),
]
KvHeads = Annotated[
    Real,
    Param(
        "",
        assumption="8",
        because="a Llama of 70 billion parameters groups its 64 heads by eight",
        minimum=1,
        maximum=1024,
        help="heads of keys and values in a layer: all heads (multi-head), a few (grouped-query) or 1 (multi-query)",
    ),
]
HeadDim = Annotated[
    Real,
    Param(
        "",
        assumption="128",
        because="most models of this kind have 128",
        minimum=1,
        maximum=1024,
        help="width of one head (elements)",
    ),
]
CacheFormat = Annotated[
    str,
    Choice(
        "bf16",
        "fp8",
        "nvfp4",
        "int4",
        assumption="bf16",
        because="engines keep the cache in 16 bits unless they are told otherwise",
        help="number format of the cache; four-bit formats carry their scales, so that they are not quite half of FP8",
    ),
]


def sizes_not_used(model_shape: str) -> list[str]:
    """Return the warning that a name of the catalogue stands in for the sizes that were given."""
    if model_shape == AS_GIVEN:
        return []
    return [f"The sizes are those of {model_shape} in the catalogue; the ones given one by one are not used."]


def active_parameters(shape: Shape) -> float:
    """Return the weights that multiply each token: of the experts only the routed ones, no embedding, no output head.

    The output head works on the last token of a prompt alone.
    """
    experts = shape.top_k * shape.ffn_matrices * shape.expert_ffn + 3 * shape.shared_ffn + shape.experts
    dense = shape.dense_layers * shape.ffn_matrices * shape.ffn
    return float(shape.attention_parameters + shape.hidden * (dense + shape.moe_layers * experts))


def cache_columns(
    model_shape: str, *, layers: Any, kv_heads: Any, head_dim: Any, cache_format: str, tensor_parallel: Any
) -> Columns:
    """Return what the step model's cache formulas read, for a model of the catalogue or for sizes as given."""
    if model_shape == AS_GIVEN:
        sizes = dict.fromkeys(NUMERIC, 0) | {"full_layers": layers, "kv_heads": kv_heads, "head_dim": head_dim}
    else:
        shape = find_shape(model_shape)
        sizes = {name: getattr(shape, name) for name in NUMERIC}
    kept = {"kv_bytes": find_format(cache_format).bytes, "tp": tensor_parallel, "pp": 1.0}
    return {name: np.asarray(value, dtype=np.float64) for name, value in (sizes | kept).items()}
