"""The shape of a language model, as its Hugging Face ``config.json`` states it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from rackmath.errors import RackmathError, suggest

MAX_CONFIG_BYTES = 4_000_000
MAX_NAME = 200
PACKING = re.compile(r"-(instruct|thinking|fp8|fp4|nvfp4|mxfp4|int4|int8|awq|gptq|bf16|w4a16|w8a8|dynamic|\d{4})$")
"""Endings of names that say how the same weights are kept or were tuned, or when they were made."""
PLAIN_FFN = {"gpt2", "gptj", "gpt_neox", "gpt_neo", "gpt_bigcode", "opt", "bloom", "falcon", "phi", "codegen", "mpt"}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Sizes of one model; widths in elements, ranks and windows in tokens or elements, 0 where a part is absent.

    `full_layers` attend to everything, `window_layers` to the last `window` tokens, `linear_layers` keep a state of
    `linear_heads` × `linear_key` × `linear_value` elements. `kv_rank` > 0 means multi-head latent attention.
    """

    name: str
    hidden: int
    vocab: int
    heads: int
    kv_heads: int
    head_dim: int
    full_layers: int
    window_layers: int = 0
    window: int = 0
    linear_layers: int = 0
    linear_key_heads: int = 0
    linear_heads: int = 0
    linear_key: int = 0
    linear_value: int = 0
    q_rank: int = 0
    kv_rank: int = 0
    nope_dim: int = 0
    rope_dim: int = 0
    value_dim: int = 0
    sparse_top: int = 0
    index_heads: int = 0
    index_dim: int = 0
    dense_layers: int = 0
    ffn: int = 0
    ffn_matrices: int = 3
    moe_layers: int = 0
    experts: int = 0
    top_k: int = 0
    expert_ffn: int = 0
    shared_ffn: int = 0
    tied: int = 0
    family: str = "dense"
    native: str = "bf16"
    url: str = ""

    def __hash__(self) -> int:
        """Return a hash of what tells models apart, cheaper than one of every size."""
        return hash((self.name, self.hidden, self.vocab))

    @property
    def layers(self) -> int:
        """Return the number of layers."""
        return self.full_layers + self.window_layers + self.linear_layers

    @property
    def attention_parameters(self) -> float:
        """Return the weights of all attention blocks (elements)."""
        if self.kv_rank:
            per_head = self.nope_dim + self.rope_dim
            query = self.q_rank * (self.hidden + self.heads * per_head) if self.q_rank else 0
            query = query or self.hidden * self.heads * per_head
            latent = self.hidden * (self.kv_rank + self.rope_dim)
            up = self.heads * self.kv_rank * (self.nope_dim + self.value_dim)
            index = self.q_rank * self.index_heads * self.index_dim + self.hidden * self.index_dim
            soft = query + latent + up + self.heads * self.value_dim * self.hidden + index
        else:
            soft = self.hidden * self.head_dim * 2 * (self.heads + self.kv_heads)
        keys, values = self.linear_key_heads * self.linear_key, self.linear_heads * self.linear_value
        linear = self.hidden * (2 * keys + 3 * values)
        return float((self.full_layers + self.window_layers) * soft + self.linear_layers * linear)

    @property
    def ffn_parameters(self) -> float:
        """Return the weights of all feed-forward layers, with every expert (elements)."""
        dense = self.dense_layers * self.ffn_matrices * self.hidden * self.ffn
        each = self.ffn_matrices * self.hidden * self.expert_ffn
        moe = self.moe_layers * (self.experts * each + 3 * self.hidden * self.shared_ffn + self.hidden * self.experts)
        return float(dense + moe)

    @property
    def parameters(self) -> float:
        """Return all weights (elements); norms and biases, under 0.1 %, are left out."""
        embeddings = self.vocab * self.hidden * (1 if self.tied else 2)
        return self.attention_parameters + self.ffn_parameters + embeddings


NUMERIC = tuple(each.name for each in fields(Shape) if each.type == "int")


def from_config(config: Mapping[str, Any], name: str = "") -> Shape:
    """Return the shape that a Hugging Face ``config.json`` describes.

    Raises
    ------
    RackmathError
        A size that every model has is missing, or a size is not a positive whole number.
    """
    if isinstance(config.get("text_config"), Mapping):
        config = {**config, **config["text_config"]}
    name = name or str(config.get("_name_or_path") or config.get("model_type") or "model")

    def size(*names: str, default: int | None = None) -> int:
        for each in names:
            value = config.get(each)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) or value < 0:
                raise RackmathError(f"{name}: {each} is {value!r}; a whole number of at least 0 is wanted")
            return int(value)
        if default is None:
            raise RackmathError(f"{name}: config.json states none of {', '.join(names)}")
        return default

    hidden, layers = size("hidden_size", "n_embd", "d_model"), size("num_hidden_layers", "n_layer", "num_layers")
    heads = size("num_attention_heads", "n_head", "n_heads")
    if min(hidden, layers, heads) < 1:
        raise RackmathError(f"{name}: hidden size, layers and heads must be at least 1")
    kinds = _layer_kinds(config, layers)
    ffn = size("intermediate_size", "n_inner", "ffn_hidden_size", "ffn_dim", default=4 * hidden)
    experts = size("n_routed_experts", "num_local_experts", "num_experts", default=0)
    moe_layers = _moe_layers(config, layers) if experts else 0
    expert_ffn = size("moe_intermediate_size", "expert_ffn_hidden_size", default=ffn)
    shared = size("shared_expert_intermediate_size", "shared_intermediate_size", default=0)
    shared = shared or size("n_shared_experts", "num_shared_experts", default=0) * expert_ffn
    kind = str(config.get("model_type", "")).lower()
    if kind.startswith("llama4"):
        expert_ffn, shared, ffn = ffn, ffn, size("intermediate_size_mlp", default=ffn)
    rank = size("kv_lora_rank", default=0)
    window = size("sliding_window", default=0) if config.get("use_sliding_window", True) else 0
    index = size("index_topk", default=0)
    family = "mla" if rank else "moe" if experts else "dense"
    return Shape(
        name=name,
        hidden=hidden,
        vocab=size("vocab_size"),
        heads=heads,
        kv_heads=size("num_key_value_heads", "num_kv_heads", default=1 if config.get("multi_query") else heads),
        head_dim=size("head_dim", default=max(hidden // heads, 1)),
        full_layers=kinds.count("full"),
        window_layers=kinds.count("window"),
        window=window or size("attention_chunk_size", default=0),
        linear_layers=kinds.count("linear"),
        linear_key_heads=size("linear_num_key_heads", default=0),
        linear_heads=size("linear_num_value_heads", "mamba_num_heads", default=0),
        linear_key=size("linear_key_head_dim", "ssm_state_size", default=0),
        linear_value=size("linear_value_head_dim", "mamba_head_dim", default=0),
        q_rank=size("q_lora_rank", default=0) if rank else 0,
        kv_rank=rank,
        nope_dim=size("qk_nope_head_dim", default=128) if rank else 0,
        rope_dim=size("qk_rope_head_dim", default=64) if rank else 0,
        value_dim=size("v_head_dim", default=128) if rank else 0,
        sparse_top=index,
        index_heads=size("index_n_heads", default=64) if index else 0,
        index_dim=size("index_head_dim", default=128) if index else 0,
        dense_layers=layers - moe_layers,
        ffn=ffn,
        ffn_matrices=2 if kind in PLAIN_FFN else 3,
        moe_layers=moe_layers,
        experts=experts,
        top_k=size("num_experts_per_tok", "experts_per_token", "num_experts_per_token", "moe_topk", default=1)
        if experts
        else 0,
        expert_ffn=expert_ffn if experts else 0,
        shared_ffn=shared if experts else 0,
        tied=int(bool(config.get("tie_word_embeddings", False))),
        family=family,
        native=str(config.get("rackmath_format", "")) or _native(config),
        url=str(config.get("rackmath_url", "")),
    )


def _native(config: Mapping[str, Any]) -> str:
    quant = config.get("quantization_config")
    method = str(quant.get("quant_method", "")).lower() if isinstance(quant, Mapping) else ""
    if method == "fp8":
        return "fp8_block" if isinstance(quant, Mapping) and quant.get("weight_block_size") else "fp8"
    if method == "mxfp4":
        return "mxfp4"
    if method in {"gptq", "awq"}:
        return "int4"
    return "bf16"


def _layer_kinds(config: Mapping[str, Any], layers: int) -> list[str]:
    """Return ``full``, ``window`` or ``linear`` for each layer."""
    stated = config.get("layer_types")
    if isinstance(stated, list) and stated:
        names = [str(each) for each in stated[:layers]]
        kinds = [
            "linear" if "linear" in n or "mamba" in n else "window" if "slid" in n or "chunk" in n else "full"
            for n in names
        ]
        return kinds + ["full"] * (layers - len(kinds))
    if every := config.get("full_attention_interval"):
        return ["full" if (i + 1) % int(every) == 0 else "linear" for i in range(layers)]
    windowed = config.get("sliding_window") and config.get("use_sliding_window", True)
    if every := config.get("sliding_window_pattern"):
        return ["full" if (i + 1) % int(every) == 0 else "window" for i in range(layers)]
    return ["window" if windowed else "full"] * layers


def _moe_layers(config: Mapping[str, Any], layers: int) -> int:
    listed = config.get("moe_layer_freq")
    if isinstance(listed, list):
        return sum(1 for each in listed[:layers] if each)
    first = int(config.get("first_k_dense_replace") or 0)
    step = int(config.get("interleave_moe_layer_step") or config.get("decoder_sparse_step") or 1)
    skipped = config.get("mlp_only_layers") or []
    return sum(1 for i in range(first, layers) if (i + 1) % max(step, 1) == 0 and i not in skipped)


@cache
def _catalogue() -> dict[str, Shape]:
    text = resources.files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    return {name: from_config(config, name) for name, config in json.loads(text)["models"].items()}


@cache
def _by_short_name() -> dict[str, str]:
    text = resources.files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    found = {short(name): name for name in _catalogue()}
    return found | {short(alias): name for alias, name in json.loads(text)["aliases"].items()}


def short(name: str) -> str:
    """Return a model's name without its owner, in lower case."""
    return name.strip().rsplit("/", 1)[-1].lower()


def catalogue() -> dict[str, Shape]:
    """Return the shapes of the models that come with the package, by Hugging Face name."""
    return dict(_catalogue())


def find_shape(name: str) -> Shape:
    """Return the shape of a model of the catalogue; owner and case do not matter.

    Raises
    ------
    RackmathError
        The catalogue does not hold it.
    """
    known = _by_short_name()
    key = short(name[:MAX_NAME])
    while key not in known and PACKING.search(key):
        key = PACKING.sub("", key)
    if (found := known.get(key)) is None:
        hint = suggest(short(name), known)
        raise RackmathError(f"no model is called {name[:80]!r}{hint}; give the path of its config.json instead")
    return _catalogue()[found]


def read_config(text: str, name: str) -> Shape:
    """Return the shape that the text of a ``config.json`` describes; RackmathError when it is not JSON."""
    if len(text) > MAX_CONFIG_BYTES:
        raise RackmathError(f"{name}: a config.json of over {MAX_CONFIG_BYTES:,} characters is not read")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise RackmathError(f"{name}: not JSON ({problem})") from None
    if not isinstance(config, dict):
        raise RackmathError(f"{name}: a config.json holds one JSON object")
    return from_config(config, name)
