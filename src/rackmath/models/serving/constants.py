"""The physical constants of the step model: what is known before the fit, and how well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prior:
    """A constant's median, the standard deviation of its logarithm, its unit and what it is."""

    median: float
    spread: float
    unit: str
    what: str


# Medians after public kernel timings (https://github.com/ai-dynamo/aiconfigurator) where there are some, and our
# judgement elsewhere: they are where the fit begins, and the spread says how little it is held there.
PRIORS = {
    "weight_bandwidth": Prior(0.80, 0.15, "", "share of peak memory bandwidth that dense weights are read with"),
    "bf16_compute": Prior(0.75, 0.15, "", "share of the BF16 peak that dense products reach"),
    "fp8_compute": Prior(0.60, 0.25, "", "share of the FP8 peak that dense products reach"),
    "fp8_block_compute": Prior(0.50, 0.30, "", "share of the FP8 peak with block scales"),
    "fp4_bandwidth": Prior(0.80, 0.25, "", "reading dense FP4 weights against reading wider ones"),
    "fp4_compute": Prior(0.45, 0.35, "", "share of the FP4 peak that dense products reach"),
    "widened_compute": Prior(0.60, 0.25, "", "share of the BF16 peak where weights are widened first"),
    "expert_bandwidth": Prior(0.60, 0.30, "", "share of peak memory bandwidth that experts are read with"),
    "expert_compute": Prior(0.60, 0.40, "", "rate of grouped products against one product of that format"),
    "packed_bandwidth": Prior(0.80, 0.20, "", "reading experts of eight bits or fewer against 16-bit ones"),
    "narrow_bandwidth": Prior(0.55, 0.35, "", "reading four-bit experts that are widened first, against others"),
    "cache_bandwidth": Prior(0.75, 0.25, "", "share of peak memory bandwidth that the cache is read with"),
    "decode_attention": Prior(0.45, 0.40, "", "share of the BF16 peak in decode attention"),
    "prompt_attention": Prior(0.65, 0.25, "", "share of the BF16 peak in attention of long prompts"),
    "layer_latency": Prior(45e-6, 0.35, "s", "kernel floors of a layer"),
    "quantise_latency": Prior(4e-6, 0.40, "s", "turning a product's input into eight or four bits"),
    "linear_latency": Prior(55e-6, 0.35, "s", "kernel floors of a linear-attention layer"),
    "latent_latency": Prior(15e-6, 0.60, "s", "further kernel floors of latent attention, a layer"),
    "sparse_latency": Prior(40e-6, 0.50, "s", "further kernel floors where attention picks its tokens, a layer"),
    "expert_latency": Prior(40e-6, 0.40, "s", "routing, sorting and permuting, an expert layer"),
    "fused_experts": Prior(0.55, 0.30, "", "floors of an expert layer where chips have FP4 arithmetic against others"),
    "shared_latency": Prior(15e-6, 0.50, "s", "further kernel floors of shared experts, an expert layer"),
    "reduce_latency": Prior(6e-6, 0.40, "s", "latency of an all-reduce between two ranks"),
    "exchange_latency": Prior(25e-6, 0.50, "s", "latency of an all-to-all"),
    "link_share": Prior(0.55, 0.35, "", "share of a link's peak that collectives reach"),
    "host": Prior(300e-6, 0.80, "s", "host time of a step"),
    "host_sequence": Prior(5e-6, 0.60, "s", "host time of a step for each sequence"),
    "popularity": Prior(1.5, 0.50, "", "shape of the spread of experts' popularity (large: even)"),
    "imbalance": Prior(1.0, 0.40, "", "chance unevenness of ranks with few tokens"),
    "skew": Prior(0.08, 0.80, "", "lasting unevenness of ranks, for each e-fold of ranks"),
    "interference": Prior(1.0, 0.30, "", "how much of a prompt's work delays those that decode"),
}
