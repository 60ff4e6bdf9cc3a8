"""How much faster tokens come when a small model drafts them and the large one checks several at once."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import some, tagged
from rackmath.units import number

LONGEST_DRAFT = 16
"""Draft lengths among which the best is looked for."""
HALVINGS = 60


def tokens_per_step(acceptance: Any, drafted: Any) -> Any:
    """Return the mean tokens that a check yields: those accepted in a row, and one of the large model's own."""
    return -np.expm1((drafted + 1) * np.log(acceptance)) / (1 - acceptance)


@model(
    "serving.speculative_decoding",
    method="A07.16",
    title="Speculative decoding",
    question="How long does a token take when a draft model proposes tokens that the large model checks?",
    unit="ms/token",
    sources=("https://arxiv.org/abs/2211.17192", "https://arxiv.org/abs/2302.01318"),
    increasing_in=("step_time", "draft_cost_ratio", "token_bound_share"),
    decreasing_in=("acceptance_rate",),
)
def speculative_decoding(
    *,
    step_time: Annotated[
        Real,
        Param(
            "ms/token",
            assumption="20 ms/token",
            because="a Llama of 70 billion parameters on eight H100 at a small batch",
            minimum=0.01,
            maximum=1e5,
            help="time between tokens without drafting, at the same batch and context",
        ),
    ],
    drafted_tokens: Annotated[
        Real,
        Param(
            "",
            assumption="4",
            because="engines draft three to five tokens",
            minimum=0,
            maximum=64,
            help="tokens drafted before each check",
        ),
    ],
    acceptance_rate: Annotated[
        Real,
        Param(
            "",
            assumption="0.5 to 0.8",
            because="what papers report for ordinary text; code is accepted more often, hot sampling less",
            minimum=0.001,
            maximum=0.999,
            help="chance that a drafted token is accepted, when those before it were",
        ),
    ],
    draft_cost_ratio: Annotated[
        Real,
        Param(
            "",
            assumption="0.05",
            because="a draft model of one to two hundredths of the size, and its launches; extra heads cost less",
            minimum=0,
            maximum=2,
            help="time of drafting one token over that of the large model's step",
        ),
    ],
    token_bound_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.05",
            because="at a small batch a step reads weights, however many tokens it checks",
            minimum=0,
            maximum=1,
            help=(
                "share of a step's time that grows with the tokens it handles: near 0 at a small batch, near 1 when "
                "arithmetic limits or every drafted token reads a long context for itself"
            ),
        ),
    ],
) -> Result:
    r"""Divide the time of drafting and checking by the tokens that a check yields on average.

    .. math:: t' = t\,\frac{1 + \gamma \kappa + \gamma c}{E}, \qquad E = \frac{1 - \alpha^{\gamma + 1}}{1 - \alpha}

    where :math:`t` is step_time, :math:`\gamma` drafted_tokens, :math:`\alpha` acceptance_rate, :math:`c`
    draft_cost_ratio and :math:`\kappa` token_bound_share. With :math:`\kappa = 0` the speed-up :math:`t / t'` is the
    published :math:`(1-\alpha^{\gamma+1}) / ((1-\alpha)(\gamma c + 1))`: checking several tokens then takes no longer
    than making one. In a full batch it does: every drafted token displaces one of another request, and the speed-up
    falls below 1. The answers are those of the large model either way.

    Limits: nothing drafted changes nothing; :math:`\alpha \to 1` yields :math:`\gamma + 1` tokens a step;
    :math:`c + \kappa \ge 1` never pays.
    Not included: that acceptance falls along the draft and differs between requests, trees of drafts, memory of the
    draft model.
    Source: https://arxiv.org/abs/2211.17192

    >>> found = speculative_decoding(
    ...     step_time=20, drafted_tokens=5, acceptance_rate=0.8, draft_cost_ratio=0, token_bound_share=0)
    >>> round(float(found.notes["speed_up"].value), 2), round(float(found.total), 2)
    (3.69, 5.42)
    """
    step, drafted = number(step_time, "ms/token"), number(drafted_tokens, "")
    accepted = number(acceptance_rate, "")
    draft, bound = number(draft_cost_ratio, ""), number(token_bound_share, "")
    yielded = tokens_per_step(accepted, drafted)
    lines = {
        "large_model": step / yielded,
        "checking_more_tokens": step * drafted * bound / yielded,
        "drafting": step * drafted * draft / yielded,
    }
    speed_up = yielded / (1 + drafted * (bound + draft))

    def note(value: Any, unit: str = "") -> tuple[Any, str]:
        return tagged(value, unit, step_time), unit

    def notes() -> dict[str, tuple[Any, str]]:
        tried = np.arange(LONGEST_DRAFT + 1)
        at_each = (np.expand_dims(np.asarray(each, dtype=np.float64), -1) for each in (accepted, bound, draft))
        rate, checks, drafts = at_each
        faster = tokens_per_step(rate, tried) / (1 + tried * (checks + drafts))
        return {
            "speed_up": note(speed_up),
            "tokens_per_step": note(yielded),
            "arithmetic_ratio": note((drafted + 1) / yielded),
            "best_drafted_tokens": note(np.argmax(faster, axis=-1) * 1.0),
            "best_speed_up": note(faster.max(axis=-1)),
            "acceptance_from_which_it_pays": note(_pays_from(drafted, bound + draft)),
        }

    def warnings() -> list[str]:
        if some(speed_up < 1):
            return ["Drafting makes tokens slower here: too little is accepted, or checking is not free."]
        return []

    return Result(
        "ms/token",
        {name: tagged(line, "ms/token", step_time) for name, line in lines.items()},
        notes=notes,
        warnings=warnings,
    )


def _pays_from(drafted: Any, extra: Any) -> Any:
    """Return the acceptance rate at which the speed-up is 1, by halving; 1 where none is high enough."""
    low = np.zeros(np.broadcast_shapes(np.shape(drafted), np.shape(extra)))
    high = np.ones_like(low)
    for _ in range(HALVINGS):
        middle = np.clip((low + high) / 2, 1e-12, 1 - 1e-12)
        pays = tokens_per_step(middle, drafted) >= 1 + drafted * extra
        low, high = np.where(pays, low, middle), np.where(pays, middle, high)
    return high
