"""A throughput holds for the mix of input and output tokens that it was measured with."""

from __future__ import annotations

from typing import Any

from rackmath.models._numbers import some

MIX_TOLERANCE = 0.1
"""Difference of input shares above which a throughput says little about a workload."""


def mix_warnings(input_share: Any, throughput_input_share: Any) -> tuple[str, ...]:
    """Return a warning where the throughput was measured with another mix of tokens than the workload has."""
    if some(abs(input_share - throughput_input_share) > MIX_TOLERANCE):
        return (
            "The throughput was measured with another share of input tokens than this workload has; a GPU reads input "
            "several times faster than it writes output, so look up or measure a throughput for this mix.",
        )
    return ()
