r"""The time of a step as the event loop asks for it: tables made once, no work by layer in the loop.

A step of n decoding sequences whose contexts sum to S, with T prompt tokens that see A pairs of positions, takes

.. math:: t = b_n + s_n S + \kappa_n \bigl(W(n + T) - W(n) + a_1 T + a_2 A + h q\bigr)

with tables b, s, κ over every whole n, W over every whole number of tokens, and q prompts that end. S counts the new
tokens too. With attention data ranks, n, T and A are of all ranks of a replica.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.calibrate import correct
from rackmath.models.serving.fitting import Fitted, slopes_of, times
from rackmath.models.serving.rows import Configuration, columns, group_names
from rackmath.models.serving.simulator.state import Floats
from rackmath.models.serving.steady import _PART_OF as PART_OF
from rackmath.models.serving.steady import PARTS
from rackmath.models.serving.step import Columns, Constants, step_time
from rackmath.models.serving.stored import fitted

BY_TOKENS = (
    "attention weights",
    "feed-forward weights",
    "experts",
    "tensor-parallel collectives",
    "expert all-to-all",
    "pipeline hand-over",
)
LONGEST_TABLE = 131_072  # tokens; a step beyond goes on as the table ends


@dataclass(frozen=True)
class Cost:
    """Seconds of a step, as tables: see the module's equation."""

    base: Floats  # by decoding sequences: without contexts
    slope: Floats  # by decoding sequences: for each token of context
    scale: Floats  # by decoding sequences: factor on what prompts add
    work: Floats  # by tokens of a rank: products and collectives
    token: float = 0.0  # for each prompt token
    pair: float = 0.0  # for each pair of a prompt token and a position it sees
    prompt: float = 0.0  # for each prompt that ends

    def __post_init__(self) -> None:
        numbers = np.concatenate([self.base, self.slope, self.scale, self.work, [self.token, self.pair, self.prompt]])
        if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
            raise RackmathError("step costs must be finite seconds of at least 0")
        if len(self.work) < 2 or not len(self.base) == len(self.slope) == len(self.scale):
            raise RackmathError("step costs need tables of equal length over sequences, and one over tokens")

    @property
    def sequences(self) -> int:
        """Return the most sequences that the tables hold."""
        return len(self.base) - 1

    @classmethod
    def given(
        cls,
        *,
        sequences: int,
        step: float,
        per_sequence: float = 0.0,
        per_context: float = 0.0,
        per_prompt_token: float = 0.0,
        per_pair: float = 0.0,
    ) -> Cost:
        """Return a plain cost in seconds: a fixed time a step, and what each sequence and token adds to it."""
        n = np.arange(sequences + 1.0)
        return cls(
            base=step + per_sequence * n,
            slope=np.full(sequences + 1, per_context),
            scale=np.ones(sequences + 1),
            work=np.zeros(2),
            token=per_prompt_token,
            pair=per_pair,
        )

    def decode(self, sequences: int, context: float) -> float:
        """Return the seconds of a step in which so many sequences decode at a mean context (new tokens counted)."""
        return float(self.base[sequences] + self.slope[sequences] * sequences * context)


def cost_of(c: Configuration, *, sequences: int, budget: int, prefill: bool = False, fit: Fitted | None = None) -> Cost:
    """Return the step costs of a configuration with the fitted constants and offsets.

    `sequences` and `budget` are those of one attention rank. Costs that are not linear in the context (windows, sparse
    attention) are taken along the line that is right at the configuration's mean context. `prefill` asks for the
    prefill pool of a disaggregated configuration.
    """
    fit = fit or fitted()
    k = fit.constants
    r = columns([c], k, prefill=prefill)
    ranks = (c.prefill if prefill else c.layout).dp
    total = np.arange(sequences * ranks + 1.0)
    per_rank = total / ranks
    none = np.zeros_like(per_rank)
    middle = c.isl + c.osl / 2

    def corrected(context: float) -> Floats:
        operators = step_time(r, k, per_rank, np.full_like(none, context), none, none, none)
        raw = np.zeros((len(total), len(PARTS)))
        for name, seconds in operators.items():
            raw[:, PARTS.index(PART_OF[name])] += seconds
        raw[:, PARTS.index("prompts")] = 1.0  # a second, to see what becomes of it
        return with_offsets(c, fit, "token", raw, per_rank)

    low, mid, high = (corrected(context) for context in (middle - c.osl / 2, middle, middle + c.osl / 2))
    prompts = PARTS.index("prompts")
    decode = [np.delete(each, prompts, axis=1).sum(axis=1) for each in (low, mid, high)]
    lean = np.maximum(decode[2] - decode[0], 0.0) / c.osl
    slope = np.divide(lean, total, out=np.zeros_like(lean), where=total > 0)
    token, pair, prompt = _prompt_rates(r, k, c)
    return Cost(
        base=np.maximum(decode[1] - lean * middle, 0.0),
        slope=slope,
        scale=mid[:, prompts] * k["interference"],
        work=_work(r, k, int(min(budget + sequences, LONGEST_TABLE))),
        token=token,
        pair=pair,
        prompt=prompt,
    )


def with_offsets(c: Configuration, fit: Fitted, name: str, parts: Floats, running: Floats | None = None) -> Floats:
    """Return parts of a time (rows × parts, seconds) as a configuration's offsets change them."""
    quantity = f"apart {name}" if c.disaggregated else name
    if quantity not in fit.offsets:
        return parts
    pools = times([c], fit.constants)
    pools = pools if running is None else replace(pools, batch=running)
    slopes = slopes_of(pools, [c] * len(parts), fit.offsets[quantity].spreads)
    groups = [{"everyone": "all", **group_names(c)}] * len(parts)
    return correct(fit.offsets[quantity], groups, np.maximum(parts, 1e-9), slopes)[1]


def _work(r: Columns, k: Constants, longest: int) -> Floats:
    """Return the seconds of products and collectives by the tokens of a step."""
    tokens = np.arange(longest + 1.0)
    none = np.zeros_like(tokens)
    operators = step_time(r, k, tokens, none, none, none, none)
    work = sum(np.broadcast_to(operators[name], tokens.shape) for name in BY_TOKENS)
    return np.maximum.accumulate(np.asarray(work, dtype=np.float64))


def _prompt_rates(r: Columns, k: Constants, c: Configuration) -> tuple[float, float, float]:
    """Return what attention adds for a prompt token and for a position it sees, and the head for a prompt."""
    seen = np.array([max(c.isl / 4, 1.0), max(c.isl * 0.75, 2.0)])
    none, many = np.zeros(2), np.full(2, 1000.0)
    attention = step_time(r, k, none, none, many, seen, none)["attention over context"] / many
    pair = max(float((attention[1] - attention[0]) / (seen[1] - seen[0])), 0.0)
    heads = step_time(r, k, np.array([0.0, 256.0]), none, none, none, none)["output head"]
    return max(float(attention[0] - pair * seen[0]), 0.0), pair, max(float(heads[1] - heads[0]) / 256, 0.0)


def finite(name: str, value: float, low: float = 0.0, *, above: bool = False) -> float:
    """Return a number that is finite and at least `low` (or above it), or say what is wrong with it."""
    if not math.isfinite(value) or value < low or (above and value <= low):
        raise RackmathError(f"{name} is {value:g}; a number {'above' if above else 'of at least'} {low:g} is wanted")
    return value
