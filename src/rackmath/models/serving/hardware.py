"""Accelerators as figures from their data sheets, and number formats with bytes and arithmetic kept apart."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from rackmath.errors import RackmathError, suggest

TEXTS = ("architecture", "url")  # fields of a data sheet that hold no number


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """One accelerator: dense peak rates in TFLOP/s, bandwidths in GB/s (links one way), memory in GB of 2³⁰ bytes.

    `domain` accelerators share the fast link; beyond it `network_gb_s` holds. A rate of 0: not native, or not stated.
    """

    name: str
    bf16_tflops: float
    fp8_tflops: float = 0.0
    fp4_tflops: float = 0.0
    bandwidth_gb_s: float
    memory_gb: float
    link_gb_s: float
    domain: int = 8
    network_gb_s: float = 50.0
    tdp_w: float = 0.0
    released: int = 0
    architecture: str = "unknown"
    url: str = ""

    def __post_init__(self) -> None:
        for field in ("bf16_tflops", "bandwidth_gb_s", "memory_gb", "link_gb_s", "domain", "network_gb_s"):
            value = getattr(self, field)
            if not (math.isfinite(value) and value > 0):
                raise RackmathError(f"{self.name}: {field} is {value!r}; a finite number above 0 is wanted")
        for field in ("fp8_tflops", "fp4_tflops", "tdp_w"):
            value = getattr(self, field)
            if not (math.isfinite(value) and value >= 0):
                raise RackmathError(f"{self.name}: {field} is {value!r}; a finite number of at least 0 is wanted")

    def peak(self, arithmetic: str) -> float:
        """Return the peak rate in FLOP/s for an arithmetic (bf16, fp8, fp4); 0 where the chip has none."""
        return {"bf16": self.bf16_tflops, "fp8": self.fp8_tflops, "fp4": self.fp4_tflops}[arithmetic] * 1e12


@cache
def _accelerators() -> dict[str, Accelerator]:
    text = resources.files(__package__).joinpath("accelerators.json").read_text(encoding="utf-8")
    return {name: Accelerator(name=name, **values) for name, values in json.loads(text)["accelerators"].items()}


def accelerators() -> dict[str, Accelerator]:
    """Return the accelerators that come with the package."""
    return dict(_accelerators())


def find_accelerator(name: str) -> Accelerator:
    """Return an accelerator by its name (``h100_sxm``; case, spaces and hyphens do not matter)."""
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    known = _accelerators()
    for each in (key, f"{key}_sxm"):
        if each in known:
            return known[each]
    near = suggest(key, known) or f"; known are {', '.join(list(known)[:6])} and {len(known) - 6} more;"
    raise RackmathError(f"no accelerator is called {name[:60]!r}{near} or give its data sheet as JSON")


def read_accelerator(text: str, name: str) -> Accelerator:
    """Return the accelerator that a data sheet in JSON describes, with the field names of the packaged table."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise RackmathError(f"{name}: not JSON ({problem})") from None
    known = {each.name for each in fields(Accelerator)} - {"name"}
    if not isinstance(values, dict) or not set(values) <= known:
        strange = sorted(set(values) - known)[:5] if isinstance(values, dict) else []
        raise RackmathError(f"{name}: a data sheet is an object of {', '.join(sorted(known))}; not {strange}")
    missing = [each for each in ("bf16_tflops", "bandwidth_gb_s", "memory_gb", "link_gb_s") if each not in values]
    if missing:
        raise RackmathError(f"{name}: the data sheet states no {', '.join(missing)}")
    wrong = [each for each in values if each not in TEXTS and type(values[each]) not in {int, float}]
    if wrong:
        raise RackmathError(f"{name}: {wrong[0]} is {str(values[wrong[0]])[:40]!r}; a number is wanted")
    return Accelerator(name=name, **values)


@dataclass(frozen=True)
class Format:
    """How weights are kept (bytes per element, scales included) and which arithmetic multiplies them."""

    name: str
    bytes: float
    arithmetic: str
    weight_only: bool = False


# Bytes with scales: block FP8 a float32 per 128×128 block; NVFP4 a byte per 16; MXFP4 one per 32; INT4 2 per 128.
FORMATS = {
    each.name: each
    for each in (
        Format("bf16", 2.0, "bf16"),
        Format("fp8", 1.0, "fp8"),
        Format("fp8_block", 1.0 + 4 / 128**2, "fp8"),
        Format("int8", 1.0, "bf16", True),
        Format("nvfp4", 0.5 + 1 / 16, "fp4"),
        Format("mxfp4", 0.5 + 1 / 32, "fp4"),
        Format("int4", 0.5 + 2 / 128, "bf16", True),
    )
}
ALIASES = {
    "fp16": "bf16",
    "bfloat16": "bf16",
    "float16": "bf16",
    "int4_wo": "int4",
    "w4a16": "int4",
    "fp4": "nvfp4",
    "int8_wo": "int8",
    "w4a16_mxfp4": "mxfp4",
}


def find_format(name: str) -> Format:
    """Return a number format by its name."""
    key = name.strip().lower()
    key = ALIASES.get(key, key)
    if key not in FORMATS:
        raise RackmathError(
            f"no number format is called {name[:40]!r}{suggest(key, FORMATS)}; known: {', '.join(FORMATS)}"
        )
    return FORMATS[key]


def arithmetic_on(format_: Format, chip: Accelerator) -> tuple[str, bool]:
    """Return the arithmetic a chip uses for weights in a format, and whether they are widened first (weight-only).

    Four-bit weights run anywhere as storage; eight-bit floating weights need a chip with FP8 arithmetic or are
    widened to BF16 as well.
    """
    if format_.weight_only or chip.peak(format_.arithmetic) > 0:
        return format_.arithmetic, format_.weight_only
    return "bf16", True
