"""What requests of unequal length cost on average, which is more than a request of average length costs."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rackmath.errors import RackmathError
from rackmath.kernel import Param, Path, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models.serving._cache_terms import PromptTokenCost
from rackmath.models.serving._lengths import (
    Lengths,
    LongAnswer,
    LongPrompt,
    MedianAnswer,
    MedianPrompt,
    lengths,
)
from rackmath.units import number

MEGA = 1e6
NODES = 40
HALVINGS = 60
DECILES = 10


class Rates(NamedTuple):
    """What tokens cost in USD: without context, and how fast attention adds to it."""

    prompt_token: Any
    answer_token: Any
    prompt_equal: Any
    answer_equal: Any
    cached: Any

    def prompt(self, first: Any, second: Any) -> tuple[Any, Any]:
        """Return the cost of a prompt by weights and by attention, from its length and the length's square."""
        fresh = self.prompt_token * (1 - self.cached) * first
        return fresh, self.prompt_token * (1 - self.cached**2) * second / self.prompt_equal

    def answer(self, answer: Any, answer_squared: Any, prompt: Any) -> tuple[Any, Any]:
        """Return the cost of an answer by weights and by reading the cache, which grows with every token."""
        reads = self.answer_token * (answer * prompt + answer_squared / 2) / self.answer_equal
        return self.answer_token * answer, reads

    def request(self, prompt: Any, answer: Any) -> Any:
        """Return the cost of one request."""
        return sum(self.prompt(prompt, prompt**2)) + sum(self.answer(answer, answer**2, prompt))


def request_costs(prompts: ArrayLike, answers: ArrayLike, cached: ArrayLike, rates: Rates) -> NDArray[np.float64]:
    """Return what each request of a log costs in USD, from its prompt, answer and cached tokens.

    `rates.cached` is not used: each request has cached tokens of its own. The mean of the result is the honest cost per
    request of any mix of lengths, however they hang together; compare it with ``rates.request`` of the mean lengths.

    Raises
    ------
    RackmathError
        The arrays differ in length, or a number is negative, not finite, or more is cached than the prompt holds.
    """
    given = {"prompts": prompts, "answers": answers, "cached": cached}
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in given.items()}
    size = arrays["prompts"].shape
    for name, values in arrays.items():
        if values.shape != size:
            raise RackmathError(f"{name}: {values.size} lengths beside {arrays['prompts'].size} prompts; one for each")
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise RackmathError(f"{name}: a length is negative or not a finite number")
    n, out, kept = arrays.values()
    if some(kept > n):
        raise RackmathError("cached: a request has more cached tokens than its prompt has")
    prompt = rates.prompt_token * (n - kept + (n * n - kept * kept) / rates.prompt_equal)
    return np.asarray(prompt + sum(rates.answer(out, out * out, n)))


@model(
    "serving.length_spread",
    method="A07.12",
    title="Cost of requests of unequal length",
    question="What does a request cost on average when prompts and answers are spread over many lengths?",
    unit="USD/request",
    sources=(
        "https://github.com/Azure/AzurePublicDataset",
        "https://github.com/kvcache-ai/Mooncake",
        "https://en.wikipedia.org/wiki/Jensen%27s_inequality",
    ),
    increasing_in=("prompt_token_cost", "answer_token_cost", "longest_context"),
    decreasing_in=("cached_share", "prompt_equal_context", "answer_equal_context"),
)
def length_spread(
    *,
    median_prompt: MedianPrompt,
    long_prompt: LongPrompt,
    median_answer: MedianAnswer,
    long_answer: LongAnswer,
    longest_context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="131072 token/request",
            because="what many open models accept; services cut or refuse what is longer",
            minimum=1,
            maximum=1e8,
            help="length at which prompts, and answers, are cut",
        ),
    ],
    cached_share: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="no prefix is shared unless it is known; `serving.prefix_cache` computes how much a cache finds",
            minimum=0,
            maximum=1,
            help="share of each prompt, from its start, whose keys and values a cache holds already",
        ),
    ],
    prompt_token_cost: PromptTokenCost,
    answer_token_cost: Annotated[
        Real,
        Param(
            "USD/Mtok",
            assumption="0.30 USD/Mtok",
            because="an output token takes about twice the time of an input token on a full H100",
            minimum=0,
            maximum=1e4,
            help="cost of a million generated tokens while the context is short",
        ),
    ],
    prompt_equal_context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="104500 token/request",
            because="a Llama of 70 billion parameters by arithmetic; `serving.context_cost` computes it as a note",
            minimum=100,
            maximum=1e9,
            help="length of a prompt at which its attention costs as much as its weights do",
        ),
    ],
    answer_equal_context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="16000 token/request",
            because="27 requests of 16,000 tokens keep 70 GB of 8-bit cache beside 70 GB of 8-bit weights",
            minimum=100,
            maximum=1e9,
            help="context at which reading the cache costs a generated token as much as all else",
        ),
    ],
) -> Result:
    r"""Take the mean of the cost over the lengths, not the cost of the mean length.

    .. math:: \bar C = p \Bigl[(1-h)\,E[n] + (1-h^2) \frac{E[n^2]}{n^*}\Bigr]
        + q \Bigl[E[o] + \frac{E[o]\,E[n] + E[o^2]/2}{c^*}\Bigr]

    where :math:`n` are prompt and :math:`o` answer lengths, :math:`h` cached_share, :math:`p` prompt_token_cost,
    :math:`q` answer_token_cost, :math:`n^*` prompt_equal_context and :math:`c^*` answer_equal_context. Prompts and
    answers are lognormal through their median and 95th percentile, cut at longest_context, independent of each other.
    Because of the squares the mean request costs more than a request of mean lengths; the note ``understated_share`` is
    the part that the latter leaves out. A cached prefix is not computed, yet the rest of the prompt attends to it.
    The path is the mean cost in each tenth of prompts, from the shortest to the longest.

    Limits: equal lengths leave the cost of one request; :math:`n^*, c^* \to \infty` leave only the mean lengths.
    Not included: that long prompts may go with short answers, which can bring the mean below the cost of mean lengths;
    `request_costs` in the same module takes a log's lengths as they are. A price by tiers of context is
    `tokens.context_tier_price`.
    Source: https://en.wikipedia.org/wiki/Jensen%27s_inequality

    >>> found = length_spread(
    ...     median_prompt=6909, long_prompt=39_550, median_answer=350, long_answer=698, longest_context=131_072,
    ...     cached_share=0, prompt_token_cost=0.15, answer_token_cost=0.30, prompt_equal_context=104_500,
    ...     answer_equal_context=16_000)
    >>> round(float(found.total) * 1e3, 3), round(float(found.notes["understated_share"].value), 3)
    (2.548, 0.136)
    """
    prompts = lengths("prompts", median_prompt, long_prompt, longest_context)
    answers = lengths("answers", median_answer, long_answer, longest_context)
    rates = Rates(
        number(prompt_token_cost, "USD/Mtok") / MEGA,
        number(answer_token_cost, "USD/Mtok") / MEGA,
        number(prompt_equal_context, "token/request"),
        number(answer_equal_context, "token/request"),
        number(cached_share, ""),
    )
    n, n2, o, o2 = prompts.moment(1), prompts.moment(2), answers.moment(1), answers.moment(2)
    names = ("prompt_weights", "prompt_attention", "answer_weights", "answer_context")
    parts = (*rates.prompt(n, n2), *rates.answer(o, o2, n))
    total = sum(parts)

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, median_prompt), unit

    def notes() -> dict[str, tuple[Any, str]]:
        flat = rates.request(n, o)
        tenth = prompts.exceeded_by(0.1)
        longest = sum(rates.prompt(prompts.moment(1, tenth), prompts.moment(2, tenth)))
        share = 1 - prompts.share_below(tenth * (1 - 1e-12))
        longest = longest + sum(rates.answer(o * share, o2 * share, prompts.moment(1, tenth) / share))
        return {
            "cost_of_a_request_of_mean_lengths": note(flat, "USD/request"),
            "understated_share": note(1 - ratio(flat, total, "USD/request", when_zero=1.0), ""),
            "median_cost": note(_cost_below(prompts, answers, rates, 0.5), "USD/request"),
            "p95_cost": note(_cost_below(prompts, answers, rates, 0.95), "USD/request"),
            "mean_prompt": note(n, "token/request"),
            "mean_answer": note(o, "token/request"),
            "longest_prompts": note(share, ""),
            "cost_share_of_the_longest_prompts": note(ratio(longest, total, "USD/request"), ""),
            "cut_share_of_prompts": note(1 - prompts.share_below(prompts.cut * (1 - 1e-12)), ""),
        }

    def warnings() -> list[str]:
        found = []
        if some(prompts.share_below(prompts.cut * (1 - 1e-12)) < 0.99):
            found.append("More than one prompt in a hundred is cut at the longest context: the tail is not the log's.")
        return found

    def paths() -> dict[str, Path]:
        from scipy.special import ndtri  # noqa: PLC0415

        middles = (np.arange(DECILES * NODES) + 0.5) / (DECILES * NODES)
        wide = Lengths(*(np.expand_dims(each, -1) for each in prompts)).at(ndtri(middles))
        mean, mean_square = (np.expand_dims(np.asarray(value, dtype=np.float64), -1) for value in (o, o2))
        row = Rates(*(np.expand_dims(np.asarray(value, dtype=np.float64), -1) for value in rates))
        costs = sum(row.prompt(wide, wide**2)) + sum(row.answer(mean, mean_square, wide))
        tenths = costs.reshape(*costs.shape[:-1], DECILES, NODES).mean(axis=-1)
        return {"cost_by_tenth_of_prompts": Path(tagged(tenths, "USD/request", median_prompt), "USD/request", "tenth")}

    return Result(
        "USD/request",
        {name: tagged(part, "USD/request", median_prompt) for name, part in zip(names, parts, strict=True)},
        notes=notes,
        warnings=warnings,
        paths=paths,
    )


def _cost_below(prompts: Lengths, answers: Lengths, rates: Rates, share: float) -> Any:
    """Return the cost that a share of requests stays below, by halving; the answer's length is integrated over."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    prompts, answers = (Lengths(*(np.expand_dims(part, -1) for part in each)) for each in (prompts, answers))
    rates = Rates(*(np.expand_dims(np.asarray(part, dtype=np.float64), -1) for part in rates))
    out = answers.at(nodes)
    slope = rates.prompt_token * (1 - rates.cached) + rates.answer_token * out / rates.answer_equal
    square = rates.prompt_token * (1 - rates.cached**2) / rates.prompt_equal
    alone = sum(rates.answer(out, out**2, 0.0))
    low = np.zeros_like(slope[..., :1])
    high = rates.request(prompts.cut, answers.cut) + low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        left = np.maximum(middle - alone, 0.0)
        root = slope + np.sqrt(slope**2 + 4 * square * left)
        length = np.divide(2 * left, root, out=np.full_like(root, np.inf), where=root > 0)
        held = np.where(middle < alone, 0.0, prompts.share_below(length))
        enough = (held * weights).sum(axis=-1, keepdims=True) >= share
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high[..., 0]
