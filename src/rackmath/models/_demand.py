"""Demand that varies over the hours, a lognormal or hours as they were, and what exceeds a capacity.

Source: what a lognormal exceeds a threshold by, on average, is the Black-Scholes call without interest,
https://en.wikipedia.org/wiki/Log-normal_distribution#Partial_expectation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

RAREST = 1e-300
"""The smallest share of hours that a capacity is sized for: free capacity would be sized without end."""
SMALLEST = 1e-300
"""Stands for no demand at all in a logarithm."""
TINY_SPREAD = 1e-9
"""Stands for no spread at all, so that its formulas need no case of their own."""


def log_spread(peak_to_mean: Any, peak_hours_share: Any) -> Any:
    r"""Return the :math:`\sigma` of ln demand at which `peak_hours_share` of hours lie above peak_to_mean × mean.

    With :math:`z = \Phi^{-1}(1 - s)` the quantile of a lognormal of mean 1 is :math:`e^{\sigma z - \sigma^2/2}`; set
    equal to the ratio :math:`R` it gives :math:`\sigma = z - \sqrt{z^2 - 2 \ln R}`. No lognormal is spikier than
    :math:`R = e^{z^2/2}`; beyond it :math:`\sigma = z`.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    z = -ndtri(np.asarray(peak_hours_share, dtype=np.float64))
    room = np.maximum(z * z - 2.0 * np.log(peak_to_mean), 0.0)
    return np.maximum(z - np.sqrt(room), TINY_SPREAD)


def largest_peak(peak_hours_share: Any) -> Any:
    """Return the highest peak-to-mean ratio that a lognormal can have at that share of hours."""
    from scipy.special import ndtri  # noqa: PLC0415

    return np.exp(ndtri(np.asarray(peak_hours_share, dtype=np.float64)) ** 2 / 2.0)


def excess(mean: Any, sigma: Any, capacity: Any) -> Any:
    r"""Return :math:`E[(D - K)^+]` of lognormal demand: what a capacity K cannot serve, in the unit of `mean`.

    :math:`m \Phi(d) - K \Phi(d - \sigma)` with :math:`d = \ln(m/K)/\sigma + \sigma/2`.
    """
    from scipy.special import ndtr  # noqa: PLC0415

    with np.errstate(divide="ignore"):  # no capacity: everything is above it
        upper = np.log(np.maximum(mean, SMALLEST) / capacity) / sigma + sigma / 2.0
    return np.maximum(mean * ndtr(upper) - capacity * ndtr(upper - sigma), 0.0)


def above(sigma: Any, capacity: Any) -> tuple[Any, Any]:
    r"""Return what lognormal demand of mean 1 has above a capacity on average, and the share of hours in which it has.

    :math:`E[(D - K)^+] = \Phi(d) - K \Phi(d - \sigma)` with :math:`d = \sigma/2 - \ln K/\sigma`, and
    :math:`P(D > K) = \Phi(d - \sigma)`.
    """
    from scipy.special import ndtr  # noqa: PLC0415

    with np.errstate(divide="ignore"):  # no capacity: everything is above it
        upper = sigma / 2.0 - np.log(capacity) / sigma
    share = ndtr(upper - sigma)
    return np.maximum(ndtr(upper) - capacity * share, 0.0), share


def exceeded_in(mean: Any, sigma: Any, share: Any) -> Any:
    """Return the demand that is exceeded in `share` of the hours; 0 where the share is 1 or more."""
    from scipy.special import ndtri  # noqa: PLC0415

    return mean * np.exp(-sigma * ndtri(np.clip(share, RAREST, 1.0)) - sigma * sigma / 2.0)


def hour_exceeded_in(shape: Any, share_above: Any) -> Any:
    """Return the smallest of the sorted hours that no more than `share_above` of them exceed; 0 where that is all."""
    hours = shape.shape[-1]
    above = np.minimum(share_above, 1.0)
    index = np.clip(np.ceil((1.0 - above) * hours - 1e-9).astype(np.int64) - 1, 0, hours - 1)
    if shape.ndim == 1:
        found = shape[index]
    else:
        found = np.take_along_axis(shape, np.broadcast_to(index, shape.shape[:-1])[..., None], axis=-1)[..., 0]
    return np.where(above >= 1.0, 0.0, found)


def excess_of_hours(shape: Any, capacity: Any) -> Any:
    """Return the mean of what the sorted hours have above `capacity`, in the unit of the hours."""
    if shape.ndim > 1:
        return np.maximum(shape - np.expand_dims(capacity, -1), 0.0).mean(axis=-1)
    hours = len(shape)
    rest = np.append(np.cumsum(shape[::-1])[::-1], 0.0)
    first = np.searchsorted(shape, capacity, side="right")
    return np.maximum(rest[first] - capacity * (hours - first), 0.0) / hours
