"""What a longer prompt costs in arithmetic: a part that is linear in its length, and a quadratic one."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import some, tagged
from rackmath.models.serving._chip_terms import Layers
from rackmath.models.serving._shapes import AS_GIVEN, ModelShape, active_parameters, sizes_not_used
from rackmath.models.serving.shape import find_shape
from rackmath.units import number

TERA = 1e12


class _Attention(NamedTuple):
    """Layers that see everything and layers that see a window, and how wide scores and values are over all heads."""

    full_layers: Any
    window_layers: float
    window: float
    score_width: Any
    value_width: Any

    def positions(self, context: Any, causal: bool) -> Any:
        """Return the pairs of positions that are multiplied in a pass over `context` tokens, over all layers."""
        pairs = context * (context + 1) / 2 if causal else context * context
        near = np.minimum(context, max(self.window, 1.0))
        windowed = near * (near + 1) / 2 + (context - near) * near
        return self.full_layers * pairs + self.window_layers * (windowed if causal else context * near)

    def seen(self, context: Any) -> Any:
        """Return the positions that one further token looks at, over all layers."""
        return self.full_layers * context + self.window_layers * np.minimum(context, self.window)

    def equal_at(self, parameters: Any, causal: bool) -> Any:
        """Return the context at which attention takes as much arithmetic as the weights; 0 where it always does."""
        left = parameters / (self.score_width + self.value_width) - self.window_layers * self.window
        return np.maximum(left, 0.0) / self.full_layers * (2.0 if causal else 1.0)


@model(
    "serving.context_cost",
    method="A07.11",
    title="Arithmetic of a long context",
    question="How much arithmetic does a prompt of this length take, and how many times that of a shorter one?",
    unit="TFLOP/request",
    sources=(
        "https://arxiv.org/abs/2001.08361",
        "https://arxiv.org/abs/2205.14135",
        "https://arxiv.org/abs/2211.05102",
    ),
    increasing_in=("context", "active_parameters", "layers", "attention_width"),
)
def context_cost(
    *,
    context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="131072 token/request",
            because="the longest context that many open models accept",
            minimum=1,
            maximum=1e8,
            help="tokens of the prompt",
        ),
    ],
    compared_context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="8192 token/request",
            because="a length that prices and benchmarks are often stated for",
            minimum=1,
            maximum=1e8,
            help="the shorter (or longer) prompt that it is compared with",
        ),
    ],
    mask: Annotated[
        str,
        Choice(
            "causal",
            "full",
            assumption="causal",
            because="a decoder's token looks back only, which is half of all pairs",
            help="whether a token looks at those before it (causal) or at all of them (full, as encoders do)",
        ),
    ],
    model_shape: ModelShape,
    layers: Layers,
    attention_width: Annotated[
        Real,
        Param(
            "",
            assumption="8192",
            because="64 heads of 128 elements in a Llama of 70 billion parameters",
            minimum=1,
            maximum=1e6,
            help="heads times width of a head (elements), queries' heads and not those of the cache",
        ),
    ],
    active_parameters: Annotated[
        Real,
        Param(
            "",
            assumption="68.5e9",
            because="a Llama of 70 billion parameters without its embedding and output head",
            minimum=1,
            maximum=1e14,
            help="weights that multiply each token of a prompt; of a mixture of experts, those that it is routed to",
        ),
    ],
) -> Result:
    r"""Add the arithmetic of the weights, linear in the prompt, to that of attention, which is quadratic.

    .. math:: C(n) = \underbrace{2 P n}_{\alpha n} + \underbrace{4\,L\,d\,\tfrac{n (n + 1)}{2}}_{\beta n^2}

    where :math:`n` is context, :math:`P` active_parameters, :math:`L` layers and :math:`d` attention_width. Of the
    quadratic part one half are scores (queries times keys), the other values. A full mask multiplies all :math:`n^2`
    pairs. Layers with a window, in models of the catalogue, see its tokens only and stay linear. Doubling a context
    costs between twice (weights) and four times (attention); nothing of it is exponential. In decoding, each further
    token looks at the context once: attention's arithmetic for a token is linear in it.

    Limits: n → 0 leaves :math:`2 P n`; n → ∞ goes with :math:`n^2`. The two are equal near :math:`n = P / (L d)`.
    Not included: the output head (one token a prompt), softmax and norms, a prefix that a cache holds, memory traffic,
    and how well a chip does either kind of arithmetic.
    Source: https://arxiv.org/abs/2001.08361

    >>> found = context_cost(
    ...     context=32_768, compared_context=4096, mask="full", model_shape="as-given", layers=1, attention_width=2048,
    ...     active_parameters=1)
    >>> round(float(found.lines["scores"]), 3), round(float(found.notes["times_the_compared_quadratic"].value))
    (4.398, 64)
    """
    n, m = number(context, "token/request"), number(compared_context, "token/request")
    causal = mask == "causal"
    if model_shape == AS_GIVEN:
        width = number(attention_width, "")
        attention = _Attention(number(layers, "layer"), 0.0, 0.0, width, width)
        parameters = number(active_parameters, "")
    else:
        attention, parameters = _of_catalogue(model_shape)

    def weights(length: Any) -> Any:
        return 2.0 * parameters * length / TERA

    def attending(length: Any, width: Any) -> Any:
        return 2.0 * width * attention.positions(length, causal) / TERA

    both = attention.score_width + attention.value_width

    def note(value: Any, unit: str = "") -> tuple[Any, str]:
        return tagged(value, unit, context), unit

    def notes() -> dict[str, tuple[Any, str]]:
        long, short = attending(n, both), attending(m, both)
        whole, part = weights(n) + long, weights(m) + short
        return {
            "times_the_compared": note(whole / part),
            "times_the_compared_linear": note(n / m),
            "times_the_compared_quadratic": note(long / short),
            "arithmetic_per_token_times_the_compared": note(whole / part * m / n),
            "attention_share": note(long / whole),
            "attention_share_at_the_compared": note(short / part),
            "context_at_which_attention_equals_the_weights": note(
                attention.equal_at(parameters, causal), "token/request"
            ),
            "one_further_token": note(2.0 * (parameters + both * attention.seen(n)) / TERA, "TFLOP/token"),
            "attention_share_of_one_further_token": note(
                both * attention.seen(n) / (parameters + both * attention.seen(n))
            ),
        }

    def warnings() -> list[str]:
        found = sizes_not_used(model_shape)
        if not causal:
            found.append("All pairs of tokens are counted: a decoder that only generates text does half of this.")
        if some(attending(n, both) > weights(n)):
            found.append("Attention takes more arithmetic than the weights: a price per token hides the length.")
        return found

    lines = {
        "weights": weights(n),
        "scores": attending(n, attention.score_width),
        "values": attending(n, attention.value_width),
    }
    return Result(
        "TFLOP/request",
        {name: tagged(line, "TFLOP/request", context) for name, line in lines.items()},
        notes=notes,
        warnings=warnings,
    )


def _of_catalogue(name: str) -> tuple[_Attention, float]:
    shape = find_shape(name)
    latent = (shape.nope_dim + shape.rope_dim, shape.value_dim)
    widths = latent if shape.kv_rank else (shape.head_dim, shape.head_dim)
    scores, values = (shape.heads * each for each in widths)
    return (
        _Attention(shape.full_layers, shape.window_layers, shape.window, scores, values),
        active_parameters(shape),
    )
