"""Inputs that several of the serving models share, declared once."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real

GB = 1e9

CacheMemory = Annotated[
    Real,
    Param(
        "GB/replica",
        assumption="400 GB/replica",
        because="what 16-bit weights of 70 billion parameters leave on eight H100",
        minimum=1e-3,
        maximum=1e8,
        help="memory that a replica has for its cache; GB is 10⁹ bytes, write GiB for 2³⁰",
    ),
]
PromptTokenCost = Annotated[
    Real,
    Param(
        "USD/Mtok",
        assumption="0.15 USD/Mtok",
        because="near what a Llama of 70 billion parameters costs on H100 GPUs kept full",
        minimum=0,
        maximum=1e4,
        help="cost of computing a million prompt tokens while the context is short",
    ),
]
