"""KV cache and concurrency: published sizes, published longest contexts, and what stands in the way of more."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.serving.kv_cache import kv_cache
from rackmath.models.serving.shape import find_shape

BASE = {
    "context": 131_072.0,
    "model_shape": "as-given",
    "layers": 80.0,
    "kv_heads": 8.0,
    "head_dim": 128.0,
    "cache_format": "bf16",
    "memory": 80.0,
    "gpus_per_replica": 8.0,
    "memory_share": 0.9,
    "weight_memory": 141.2,
    "runtime_memory": 4.0,
    "block_size": 16.0,
    "attention_split": "heads",
}
ROOMY = BASE | {"memory": 1e4}


def test_a_llama_70b_keeps_40_gib_at_131072_tokens() -> None:
    # 2 × 80 layers × 8 heads × 128 × 2 bytes = 327,680 bytes a token; × 131,072 = 40 GiB
    notes = kv_cache(**BASE).notes
    assert notes["cache_per_token"].value == 327_680
    assert notes["cache_per_request"].value == 40.0
    assert notes["cache_per_request"].unit == "GiB/request"


def test_eight_gpus_hold_nine_such_requests() -> None:
    # (80 × 0.9 - 141.2 / 8 - 4) × 8 = 402.8 GB over 42.95 GB = 9.38
    found = kv_cache(**BASE)
    assert found.total == 9
    assert found.notes["memory_for_cache"].value == pytest.approx(402.8 / 1.073741824)
    assert found.notes["longest_single_request"].value == pytest.approx(402.8e9 / 327_680)


def test_a_gigabyte_is_not_a_gibibyte() -> None:
    # 80 GiB are 85.9 GB: 47.7 GB more in eight GPUs, one request more
    assert kv_cache(**BASE | {"memory": 80 * 1.073741824}).total == 10


@pytest.mark.parametrize("name", ["llama-3.1-70b", "llama-3.1-8b", "qwen3-32b", "qwen3-235b-a22b"])
def test_a_name_stands_for_its_sizes(name: str) -> None:
    shape = find_shape(name)
    sizes = {"layers": shape.layers, "kv_heads": shape.kv_heads, "head_dim": shape.head_dim}
    named = kv_cache(**ROOMY | {"model_shape": name, "layers": 1.0, "gpus_per_replica": 2.0})
    given = kv_cache(**ROOMY | sizes | {"gpus_per_replica": 2.0})
    assert named.total == given.total > 0
    assert "not used" in named.warnings[0]
    assert given.warnings == ()


def test_multi_query_split_by_sequences_allows_32_times_the_context() -> None:
    """The longest contexts of PaLM 540B on 64 TPU v4 with 30 % of 32 GiB for the cache: Table 1 of arXiv 2211.05102.

    118 layers. Multi-head has 48 heads of 128, which 64 chips cannot share evenly, so that each holds one; multi-query
    has one head of 256, held by all chips (baseline) or by the chip of the sequence (optimised).
    """
    chips = BASE | {"layers": 118.0, "gpus_per_replica": 64.0, "memory": 32 * 1.073741824, "memory_share": 0.3}
    chips |= {"weight_memory": 0.0, "runtime_memory": 0.0}

    def longest(kv_heads: float, head_dim: float, split: str, batch: float) -> float:
        found = kv_cache(**chips | {"kv_heads": kv_heads, "head_dim": head_dim, "attention_split": split})
        sequences_a_rank = batch if split == "heads" else batch / 64
        return float(found.notes["longest_single_request"].value) / sequences_a_rank

    for batch, multi_head, baseline, optimised in ((128, 1320, 660, 43_000), (512, 330, 165, 10_700)):
        assert longest(48, 128, "heads", batch) == pytest.approx(multi_head, rel=0.02)
        assert longest(1, 256, "heads", batch) == pytest.approx(baseline, rel=0.02)
        assert longest(1, 256, "sequences", batch) == pytest.approx(optimised, rel=0.02)
    ratio = longest(1, 256, "sequences", 128) / longest(48, 128, "heads", 128)
    assert ratio == pytest.approx(32.0)


def test_four_bits_hold_less_than_twice_what_eight_hold() -> None:
    # "half of FP8" leaves out a byte of scale for each 16 elements: 0.5625 bytes, 1.78 times as many tokens
    # (https://developer.nvidia.com/blog/optimizing-inference-for-long-context-and-large-batch-sizes-with-nvfp4-kv-cache/)
    tokens = {form: kv_cache(**BASE | {"cache_format": form}).notes for form in ("bf16", "fp8", "nvfp4")}
    longest = {form: notes["longest_single_request"].value for form, notes in tokens.items()}
    assert longest["fp8"] / longest["bf16"] == pytest.approx(2.0)
    assert longest["nvfp4"] / longest["fp8"] == pytest.approx(1 / 0.5625)


def test_ten_long_requests_weigh_as_much_as_a_thousand_short_ones() -> None:
    long = kv_cache(**ROOMY | {"context": 128_000.0})
    short = kv_cache(**ROOMY | {"context": 1_280.0})
    assert short.notes["cache_per_request"].value * 1000 == pytest.approx(long.notes["cache_per_request"].value * 10)
    assert short.total == pytest.approx(100 * long.total, rel=0.01)


def test_multi_head_keeps_eight_times_what_groups_of_eight_keep() -> None:
    many = kv_cache(**BASE | {"kv_heads": 64.0})
    assert many.notes["cache_per_token"].value == 8 * 327_680
    assert many.total == 1


def test_latent_attention_is_narrow_but_copied_to_each_rank() -> None:
    # DeepSeek-V3: 61 layers of (512 + 64) elements, 70,272 bytes a token in 16 bits
    split = BASE | {"model_shape": "deepseek-v3", "memory": 1e3, "weight_memory": 700.0}
    by_sequences = kv_cache(**split | {"attention_split": "sequences"})
    by_heads = kv_cache(**split)
    assert by_sequences.notes["cache_per_token"].value == 61 * 576 * 2
    assert by_heads.notes["copies_of_each_head"].value == 8
    assert by_sequences.total == pytest.approx(8 * by_heads.total, rel=0.01)
    assert any("more than once" in each for each in by_heads.warnings)
    assert not any("more than once" in each for each in by_sequences.warnings)


def test_windows_stop_growing() -> None:
    # gpt-oss: 18 layers see 128 tokens only, so that each further token costs the other 18 layers alone
    once = BASE | {"model_shape": "gpt-oss-120b", "gpus_per_replica": 1.0, "weight_memory": 0.0}
    short, long = (kv_cache(**once | {"context": each}).notes for each in (65_536.0, 131_072.0))
    more = (long["cache_per_request"].value - short["cache_per_request"].value) * 2**30
    assert more == pytest.approx(65_536 * 2 * 18 * 8 * 64 * 2)
    assert long["cache_per_request"].value * 2**30 > 131_072 * long["cache_per_token"].value


def test_a_request_takes_whole_blocks() -> None:
    notes = kv_cache(**BASE | {"context": 17.0}).notes
    assert notes["cache_per_request"].value * 2**30 == pytest.approx(32 * 327_680)
    assert notes["lost_to_part_filled_blocks"].value == pytest.approx(15 / 32)


def test_weights_that_do_not_fit_leave_nothing_and_say_so() -> None:
    found = kv_cache(**BASE | {"weight_memory": 600.0})
    assert found.total == 0
    assert found.notes["memory_for_cache"].value == 0
    assert "no request fits" in found.warnings[0]
    too_long = kv_cache(**BASE | {"context": 2e6})
    assert too_long.total == 0
    assert "does not fit" in too_long.warnings[0]


def test_the_lines_say_what_displaces_requests() -> None:
    found = kv_cache(**BASE | {"context": 4096.0})
    # 640 GB of memory over 1.342 GB a request; 90 % of it; less 141.2 GB; less 32 GB
    assert found.lines["all_memory_as_cache"] == np.floor(640 / 1.34217728)
    assert found.total == np.floor(402.8 / 1.34217728)
    assert sum(line < 0 for line in found.lines.values()) == 3
