"""The throughput of a deployment as the fitted serving model predicts it, with the error that such predictions have."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import some, tagged
from rackmath.models.serving._deployment import (
    RANKS,
    Engine,
    InputTokens,
    LanguageModel,
    OutputTokens,
    ServedOn,
    WeightFormat,
    pattern,
)
from rackmath.models.serving.rows import Configuration, Layout, check, columns
from rackmath.models.serving.search.points import Points, predict_pairs
from rackmath.models.serving.search.sureness import Spread
from rackmath.models.serving.steady import memory_room, most_sequences
from rackmath.models.serving.step import Array
from rackmath.models.serving.stored import fitted, known
from rackmath.units import number

ONE = "most small deployments have no such ranks; what is split over them is said"
TensorRanks = Annotated[
    str,
    Choice(
        *RANKS,
        assumption="4",
        because="half of a server of eight: it holds 70 billion weights in any format",
        help="devices that split every layer of one replica (tensor parallelism)",
    ),
]
DataRanks = Annotated[
    str,
    Choice(*RANKS, assumption="1", because=ONE, help="groups that attend to different requests and share experts"),
]
ExpertRanks = Annotated[
    str,
    Choice(*RANKS, assumption="1", because=ONE, help="devices that the experts are spread over, of all in a replica"),
]
Concurrency = Annotated[
    Real,
    Param(
        "request/replica",
        assumption="64 request/replica",
        because="a load at which public sweeps are neither idle nor saturated",
        minimum=1,
        maximum=1e5,
        help="requests in flight at once on one replica",
    ),
]
TokensCounted = Annotated[
    str,
    Choice(
        "output",
        "both",
        assumption="output",
        because="benchmarks state output tokens a second",
        help="whether output tokens are counted alone, or input and output tokens together",
    ),
]
PredictionScore = Annotated[
    Real,
    Param(
        "",
        assumption="-1.645 to 1.645",
        because=(
            "predictions err: 0 is the prediction, 1.28 the upper end of its 80 % interval as measured on rows left "
            "out of the fit, and draws of it are those of the interval"
        ),
        minimum=-4,
        maximum=4,
        its_own=True,
        help="where the true throughput lies in the prediction's distribution, in standard deviations",
    ),
]


@model(
    "serving.predicted_throughput",
    method="A07.15",
    title="Predicted throughput",
    question="How many tokens a second will each accelerator serve of this model, in this format and layout?",
    unit="token/s/GPU",
    sources=("https://arxiv.org/abs/2601.06288", "https://github.com/ai-dynamo/aiconfigurator"),
    increasing_in=("prediction_score",),
)
def predicted_throughput(
    *,
    language_model: LanguageModel,
    accelerator: ServedOn,
    weight_format: WeightFormat,
    engine: Engine,
    tensor_ranks: TensorRanks,
    data_ranks: DataRanks,
    expert_ranks: ExpertRanks,
    concurrency: Concurrency,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
    tokens_counted: TokensCounted,
    prediction_score: PredictionScore,
) -> Result:
    r"""Return the tokens a second and accelerator of one replica under a constant number of requests in flight.

    .. math:: v = \frac{C\,n}{D\,(t_1 + (O - 1)\,t)}\, e^{\epsilon(s)}

    where :math:`C` is concurrency, :math:`D` the accelerators of a replica (tensor_ranks × data_ranks), :math:`n` the
    tokens counted of a request, :math:`O` output_tokens, and :math:`t_1` and :math:`t` the predicted times to the first
    token and per output token, from the model's shape, the data sheet and constants fitted on public measurements
    (docs/serving.md). :math:`\epsilon(s)` is the error of such predictions: two half normal curves of its logarithm
    that meet at the prediction and have its 80 % interval, at prediction_score :math:`s`. The notes say what the format
    does: the speed against 16-bit weights in the same layout (whether or not these fit), and the fewest accelerators
    that hold the weights.

    Limits: C → 1 is bound by latency and the reading of weights; a load above what the memory holds waits, and no
    more is served; :math:`s` = 0 is the prediction itself.
    Not included: what a format costs in quality, prefix caches, bursts, idle hours (a price is paid for them too).
    Source: https://github.com/ai-dynamo/aiconfigurator

    >>> found = predicted_throughput(
    ...     language_model="Llama-3.1-70B", accelerator="h100_sxm", weight_format="fp8", engine="vllm",
    ...     tensor_ranks="4", data_ranks="1", expert_ranks="1", concurrency=64, input_tokens=1024, output_tokens=1024,
    ...     tokens_counted="output", prediction_score=0.0)
    >>> 600 < found.total < 1000
    True
    """
    setup = _laid_out(
        pattern(language_model, accelerator, weight_format, engine), tensor_ranks, data_ranks, expert_ranks
    )
    load, isl, osl, shape = _loads(concurrency, input_tokens, output_tokens)
    points = _predict(setup, load, isl, osl)
    if len(points) < load.size:
        raise RackmathError(f"{language_model} on {accelerator}: the serving model has no finite answer for this load")
    kinds = 1.0 if tokens_counted == "output" else (isl + osl) / osl
    rate = points.tokens_per_s_per_device * kinds
    score = np.asarray(number(prediction_score, ""), dtype=np.float64)
    predicted, spread = rate.reshape(shape), points.rate_spread
    error = Spread(spread.low.reshape(shape), spread.high.reshape(shape)).at(score)

    def plain(value: Array, unit: str) -> tuple[Any, str]:
        shaped = value.reshape(shape)
        return tagged(shaped if shape else float(shaped), unit, concurrency), unit

    def notes() -> dict[str, tuple[Any, str]]:
        return {
            "time_to_first_token": plain(1e3 * points.ttft, "ms"),
            "time_to_first_token_low": plain(1e3 * points.ttft_low, "ms"),
            "time_to_first_token_high": plain(1e3 * points.ttft_high, "ms"),
            "time_per_output_token": plain(1e3 * points.tpot, "ms/token"),
            "time_per_output_token_low": plain(1e3 * points.tpot_low, "ms/token"),
            "time_per_output_token_high": plain(1e3 * points.tpot_high, "ms/token"),
            "predicted": plain(rate, "token/s/GPU"),
            "throughput_low": plain(rate * np.exp(spread.low), "token/s/GPU"),
            "throughput_high": plain(rate * np.exp(spread.high), "token/s/GPU"),
            "user_speed": plain(points.tokens_per_s_per_user, "token/s/user"),
            "gpus_per_replica": (tagged(float(setup.layout.devices), "GPU/replica", concurrency), "GPU/replica"),
            "input_share": plain(isl / (isl + osl), ""),
            **_format_notes(setup, load, isl, osl, points, plain),
            "interval_rests_on": (points.rests_on[0], ""),
        }

    found = predicted * np.exp(error)
    return Result(
        "token/s/GPU",
        {"throughput": tagged(found if found.ndim else float(found), "token/s/GPU", concurrency)},
        notes=notes,
        warnings=lambda: _warnings(setup, load, isl, osl),
    )


def _laid_out(setup: Configuration, tensor: str, data: str, expert: str) -> Configuration:
    """Return the deployment in its layout; RackmathError when it cannot be so, or does not fit in memory."""
    tp, dp, ep = int(tensor), int(data), int(expert)
    ranks = tp * dp
    shape = setup.shape
    if not shape.experts and (dp > 1 or ep > 1):
        raise RackmathError(f"{shape.name} has no experts; data_ranks and expert_ranks are for mixtures of experts")
    if ranks % ep:
        raise RackmathError(f"expert_ranks {ep} do not divide the {ranks} devices of tensor_ranks × data_ranks")
    made = replace(setup, layout=Layout(tp, dp, 1, ranks // ep if shape.experts else 1, ep))
    check(made)
    room = _room(made)
    if room <= 0:
        raise RackmathError(
            f"{shape.name} in {made.weights.name} does not fit: it needs {-room / 1e9:.0f} GB more on each of "
            f"{made.layout.devices} {made.chip.name}; use more ranks or fewer bits"
        )
    return made


def _room(setup: Configuration) -> float:
    return float(memory_room(columns([setup], fitted().constants))[0])


def _loads(concurrency: Any, input_tokens: Any, output_tokens: Any) -> tuple[Array, Array, Array, tuple[int, ...]]:
    """Return loads and lengths as flat arrays of one length, and the shape that they had."""
    both = np.broadcast_arrays(
        *(
            np.asarray(number(value, unit), dtype=np.float64)
            for value, unit in (
                (concurrency, "request/replica"),
                (input_tokens, "token/request"),
                (output_tokens, "token/request"),
            )
        )
    )
    load, isl, osl = (each.ravel() for each in both)
    return load, isl, osl, both[0].shape


def _predict(setup: Configuration, load: Array, isl: Array, osl: Array) -> Points:
    lengths, place = np.unique(np.stack([isl, osl], axis=1), axis=0, return_inverse=True)
    setups = [replace(setup, isl=into, osl=out) for into, out in lengths.tolist()]
    return predict_pairs(setups, place.ravel(), load, {}, fitted(), known())


def _format_notes(
    setup: Configuration, load: Array, isl: Array, osl: Array, points: Points, plain: Any
) -> dict[str, tuple[Any, str]]:
    """Return what the weights' format does to speed, to cost, and to how many accelerators are needed."""
    wide = pattern(setup.shape.name, setup.chip.name, "bf16", setup.backend)
    other = _predict(replace(wide, layout=setup.layout), load, isl, osl)
    faster = points.tokens_per_s_per_device / other.tokens_per_s_per_device
    return {
        "speed_against_bf16": plain(faster, ""),
        "cost_change_against_bf16": plain(1 / faster - 1, ""),
        "fewest_gpus": _fewest(setup),
        "fewest_gpus_in_bf16": _fewest(wide),
    }


def _fewest(setup: Configuration) -> tuple[Any, str]:
    """Return the fewest accelerators, a power of two, that hold the weights and some cache."""
    for ranks in map(int, RANKS):
        if setup.shape.heads % ranks == 0:
            layout = Layout(ranks, 1, 1, ranks if setup.shape.experts else 1, 1)
            if _room(replace(setup, layout=layout)) > 0:
                return f"{ranks}", ""
    return f"more than {RANKS[-1]}", ""


def _warnings(setup: Configuration, load: Array, isl: Array, osl: Array) -> tuple[str, ...]:
    longest = replace(setup, isl=float(isl.max()), osl=float(osl.max()))
    r = columns([longest], fitted().constants)
    most = float(most_sequences(r, memory_room(r))[0]) * setup.layout.dp
    if some(load > most):
        return (f"The memory holds about {most:,.0f} requests on a replica; the others wait, which is counted.",)
    return ()
