"""Deployments under loads, predicted all at once: arrays of times, rates, costs and their 80 % intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from rackmath.models.serving.fitting import Fitted, predict_logs
from rackmath.models.serving.predict import basis
from rackmath.models.serving.rows import Configuration, Layout, columns
from rackmath.models.serving.search.prices import Price
from rackmath.models.serving.search.sureness import SHARED_SEEN, SHARED_UNSEEN, Spread, spread_of, together, turned
from rackmath.models.serving.steady import PARTS, memory_room, most_sequences
from rackmath.models.serving.step import Array

Places = NDArray[np.intp]
COST_PARTS = (*PARTS, "first token")


@dataclass(frozen=True)
class Point:
    """One deployment under one load. Times in seconds, prices in USD; None where the chip has no price."""

    chip: str
    precision: str
    engine: str
    layout: str
    devices: int
    concurrency: float
    ttft: float
    ttft_low: float
    ttft_high: float
    tpot: float
    tpot_low: float
    tpot_high: float
    tokens_per_s_per_device: float
    tokens_per_s_per_device_low: float
    tokens_per_s_per_device_high: float
    tokens_per_s_per_user: float
    requests_per_s: float
    price: float | None
    usd_per_mtok: float | None
    usd_per_mtok_low: float | None
    usd_per_mtok_high: float | None
    usd_per_mtok_both: float | None
    parts: Mapping[str, float]
    """Share of the cost by part of a request's time; they sum to 1."""
    rests_on: str


@dataclass(frozen=True)
class Points:
    """Deployments under loads, one entry a point: `setups[setup[i]]` under `concurrency[i]` requests in flight.

    Times in seconds, rates of output tokens, prices in USD an hour and device, costs in USD for a million output tokens
    (`usd_per_mtok`) or tokens of both kinds (`usd_per_mtok_both`); prices and costs are NaN where a chip has no price.
    """

    setups: tuple[Configuration, ...]
    setup: Places
    devices: Array
    concurrency: Array
    ttft: Array
    tpot: Array
    ttft_spread: Spread
    tpot_spread: Spread
    rate_spread: Spread
    requests_per_s: Array
    tokens_per_s_per_device: Array
    tokens_per_s_per_user: Array
    price: Array
    usd_per_mtok: Array
    usd_per_mtok_low: Array
    usd_per_mtok_high: Array
    usd_per_mtok_both: Array
    parts: Array
    """Seconds of a request by `COST_PARTS` (points × parts); they sum to the request's time."""
    rests_on: tuple[str, ...]
    """What the interval of each of the `setups` rests on."""
    shared: Array
    """How much of the variance of its errors each of the `setups` shares with the others of its combination."""

    def __len__(self) -> int:
        return len(self.setup)

    @property
    def ttft_low(self) -> Array:
        """Return the 10th percentile of the time to the first token."""
        return np.asarray(self.ttft * np.exp(self.ttft_spread.low))

    @property
    def ttft_high(self) -> Array:
        """Return the 90th percentile of the time to the first token."""
        return np.asarray(self.ttft * np.exp(self.ttft_spread.high))

    @property
    def tpot_low(self) -> Array:
        """Return the 10th percentile of the time per output token."""
        return np.asarray(self.tpot * np.exp(self.tpot_spread.low))

    @property
    def tpot_high(self) -> Array:
        """Return the 90th percentile of the time per output token."""
        return np.asarray(self.tpot * np.exp(self.tpot_spread.high))

    @property
    def tokens_per_s_per_device_low(self) -> Array:
        """Return the 10th percentile of the output tokens a second and device."""
        return np.asarray(self.tokens_per_s_per_device * np.exp(self.rate_spread.low))

    @property
    def tokens_per_s_per_device_high(self) -> Array:
        """Return the 90th percentile of the output tokens a second and device."""
        return np.asarray(self.tokens_per_s_per_device * np.exp(self.rate_spread.high))

    def configuration(self, at: int) -> Configuration:
        """Return one point as the configuration that predictions and simulations take."""
        setup: Configuration = self.setups[int(self.setup[at])]
        return replace(setup, concurrency=float(self.concurrency[at]))

    def __getitem__(self, at: int) -> Point:
        """Return one point as plain numbers."""
        setup = self.setups[self.setup[at]]
        priced = bool(np.isfinite(self.price[at]))
        taken: dict[str, object] = {
            "chip": setup.chip.name,
            "precision": setup.weights.name,
            "engine": setup.backend,
            "layout": named(setup.layout),
            "devices": setup.layout.devices,
            "parts": dict(zip(COST_PARTS, (self.parts[at] / self.parts[at].sum()).tolist(), strict=True)),
            "rests_on": self.rests_on[self.setup[at]],
        }
        for each in fields(Point):
            if each.name not in taken:
                value = float(getattr(self, each.name)[at])
                taken[each.name] = None if each.name.startswith(("price", "usd")) and not priced else value
        return Point(**taken)  # type: ignore[arg-type]


def named(layout: Layout) -> str:
    """Return a layout in short: ``TP4``, ``TP2 DP4 EP8``, ``TP8 PP2``."""
    sizes = (("TP", layout.tp), ("DP", layout.dp), ("EP", layout.ep), ("PP", layout.pp))
    return " ".join(f"{name}{size}" for name, size in sizes if size > 1 or name == "TP")


def request_seconds(ttft: Array, tpot: Array, osl: float | Array) -> Array:
    """Return how long a request is in flight: its first token, and a gap before each further one."""
    return np.asarray(ttft + (osl - 1) * tpot)


@dataclass(frozen=True)
class Dropped:
    """How many of the points that were enumerated were left out, and why."""

    unfit: int
    """The weights do not fit in the memory of their devices."""
    waiting: int
    """The memory holds fewer requests than the load, so that the others wait."""
    idle: int
    """Fewer requests than attention ranks: some would do nothing."""


def predict_points(
    setups: Sequence[Configuration],
    loads: Array,
    prices: Mapping[str, Price],
    fit: Fitted,
    met: Mapping[str, frozenset[str]],
) -> tuple[Points, Dropped]:
    """Predict every deployment under every load, and drop what does not fit."""
    r = columns(setups, fit.constants)
    room = memory_room(r)
    most = np.where(room > 0, most_sequences(r, room), 0.0)
    wanted = loads[None, :] / r["dp"][:, None]
    fits, held, busy = np.broadcast_to((room > 0)[:, None], wanted.shape), wanted <= most[:, None], wanted >= 1
    dropped = Dropped(int((~fits).sum()), int((fits & ~held).sum()), int((fits & held & ~busy).sum()))
    setup, load = np.nonzero(fits & held & busy)
    return predict_pairs(setups, setup, loads[load], prices, fit, met), dropped


def predict_pairs(
    setups: Sequence[Configuration],
    setup: Places,
    load: Array,
    prices: Mapping[str, Price],
    fit: Fitted,
    met: Mapping[str, frozenset[str]],
) -> Points:
    """Predict deployments `setups[setup[i]]` under `load[i]`, whether they fit or not; drop what is not finite."""
    rows = [replace(setups[s], concurrency=c) for s, c in zip(setup.tolist(), load.tolist(), strict=True)]
    with np.errstate(all="ignore"):
        log_token, log_first, _, parts = predict_logs(rows, fit.constants, fit.offsets, False)
        token, first = np.exp(log_token), np.exp(log_first)
    sound = np.isfinite(token) & np.isfinite(first) & (token > 0) & (first > 0)
    return _points(tuple(setups), setup[sound], load[sound], token[sound], first[sound], parts[sound], prices, fit, met)


def _points(
    setups: tuple[Configuration, ...],
    setup: Places,
    load: Array,
    token: Array,
    first: Array,
    parts: Array,
    prices: Mapping[str, Price],
    fit: Fitted,
    met: Mapping[str, frozenset[str]],
) -> Points:
    told = [basis(each, fit, met) for each in setups]
    ends = np.array([each.ends for each in told]).reshape(-1, 4)[setup]
    token_spread, first_spread = spread_of(ends[:, 0], ends[:, 1]), spread_of(ends[:, 2], ends[:, 3])
    osl = np.array([each.osl for each in setups])[setup]
    isl = np.array([each.isl for each in setups])[setup]
    devices = np.array([float(each.layout.devices) for each in setups])[setup]
    seconds = request_seconds(first, token, osl)
    waits = first / seconds
    rate_spread = turned(together((1 - waits, token_spread), (waits, first_spread)))
    rate = load / seconds
    each_device = rate * osl / devices
    held = [prices.get(each.chip.name) for each in setups]
    price, cheap, dear = (
        np.array([np.nan if one is None else getattr(one, name) for one in held])[setup]
        for name in ("median", "low", "high")
    )
    cost = price / (3600 * each_device) * 1e6
    price_spread = spread_of(np.log(cheap / price), np.log(dear / price))
    one = np.ones_like(rate)
    cost_spread = together((one, turned(rate_spread)), (one, price_spread))
    shares = parts / parts.sum(axis=1, keepdims=True) * (seconds - first)[:, None]
    return Points(
        setups=setups,
        setup=setup,
        devices=devices,
        concurrency=load,
        ttft=first,
        tpot=token,
        ttft_spread=first_spread,
        tpot_spread=token_spread,
        rate_spread=rate_spread,
        requests_per_s=rate,
        tokens_per_s_per_device=each_device,
        tokens_per_s_per_user=1 / token,
        price=price,
        usd_per_mtok=cost,
        usd_per_mtok_low=cost * np.exp(cost_spread.low),
        usd_per_mtok_high=cost * np.exp(cost_spread.high),
        usd_per_mtok_both=cost * osl / (isl + osl),
        parts=np.hstack([shares, first[:, None]]),
        rests_on=tuple("; ".join([*c.notes, each.said]) for c, each in zip(setups, told, strict=True)),
        shared=np.array([SHARED_UNSEEN if each.new else SHARED_SEEN for each in told]),
    )
