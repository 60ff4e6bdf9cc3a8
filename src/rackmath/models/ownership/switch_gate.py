"""Whether to switch from a closed API to an open model of one's own: every gate must pass, and silence does not."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import TokensPerMonth
from rackmath.units import convert, number

UNANSWERED = "nobody has answered yet, and an open question counts as a failing gate"


@model(
    "ownership.switch_gate",
    method="A10.10",
    title="Gate for switching to an open model",
    question="Which of the conditions for switching to a self-hosted open model are not met?",
    unit="",
    sources=(
        "https://hakia.com/tech-insights/open-vs-closed-llms/",
        "https://www.swfte.com/blog/open-source-llm-cost-savings-guide",
        "https://philippdubach.com/posts/ai-models-are-the-new-rebar/",
    ),
    increasing_in=("volume_threshold", "engineers_needed"),
    decreasing_in=("tokens_per_month", "tolerated_gap"),
)
def switch_gate(
    *,
    tokens_per_month: TokensPerMonth,
    volume_threshold: Annotated[
        Real,
        Param(
            "token/day",
            evidence="self-hosting/break-even-volume",
            minimum=0,
            maximum=1e15,
            help="volume from which hosting oneself pays; `ownership.self_host_threshold` computes it",
        ),
    ],
    quality_gap: Annotated[
        Real,
        Param(
            "",
            assumption="-1",
            because=UNANSWERED,
            minimum=-1,
            maximum=1,
            help="by how much the open model does worse on one's own tasks, as a share; -1 if not measured",
        ),
    ],
    tolerated_gap: Annotated[
        Real,
        Param(
            "",
            evidence="open-models/tolerated-quality-gap",
            minimum=0,
            maximum=1,
            help="loss of quality that the use case bears",
        ),
    ],
    engineers: Annotated[
        Real,
        Param(
            "FTE",
            assumption="-1 FTE",
            because=UNANSWERED,
            minimum=-1,
            maximum=1e4,
            help="engineers who are there to run the model; -1 if not settled",
        ),
    ],
    engineers_needed: Annotated[
        Real,
        Param("FTE", evidence="self-hosting/staff-need", minimum=0, maximum=1e4, help="engineers whom it takes"),
    ],
    sovereignty: Annotated[
        str,
        Choice(
            "unanswered",
            "not-needed",
            "needed",
            assumption="unanswered",
            because=UNANSWERED,
            help="whether data must stay on capacity of one's own",
        ),
    ],
    policy: Annotated[
        str,
        Choice(
            "all-gates",
            "sovereignty-decides",
            assumption="all-gates",
            because="the published framework asks for all four; a law can be reason enough alone",
            help="whether a need for sovereignty overrules the other gates",
        ),
    ],
    price_ratio: Annotated[
        Real,
        Param(
            "",
            evidence="open-models/price-ratio",
            minimum=0,
            maximum=100,
            help="price of the same tokens at the open model, over the closed one's (0.14 is 86 % lower)",
        ),
    ],
    training_day_tokens: Annotated[
        Real,
        Param(
            "token/day",
            assumption="-1 token/day",
            because="no training of one's own is planned",
            minimum=-1,
            maximum=1e16,
            help="tokens that a day of training one's own model would process; -1 if none is planned",
        ),
    ],
) -> Result:
    r"""Return how many gates fail, each of them a line that is 1 where it does.

    .. math:: n = [V < V^*] + [\Delta > \Delta_0] + [e < e_0] + [\text{sovereignty} \ne \text{needed}], \quad
        p_q = \frac{p}{1 - \Delta}

    where :math:`V` is the daily volume of tokens_per_month, :math:`V^*` volume_threshold, :math:`\Delta` quality_gap,
    :math:`\Delta_0` tolerated_gap, :math:`e` engineers and :math:`e_0` engineers_needed. What is not answered (-1, or
    ``unanswered``) fails. The decision is to switch when no gate fails; with the policy sovereignty-decides a need for
    it is enough. The notes hold the quality-adjusted price ratio :math:`p_q` of price_ratio :math:`p`, and inference
    over a training day's tokens: above four, training one's own model is said to be worth a look.

    Limits: exactly at a threshold a gate passes; a gap of everything makes the adjusted price infinite, told as 1e12.
    Not included: how gaps differ from task to task, the cost of switching (see silicon_migration for the arithmetic).
    Source: https://hakia.com/tech-insights/open-vs-closed-llms/

    >>> found = switch_gate(
    ...     tokens_per_month=1e9, volume_threshold=20e6, quality_gap=0.017, tolerated_gap=0.03, engineers=-1,
    ...     engineers_needed=0.5, sovereignty="needed", policy="all-gates", price_ratio=0.14, training_day_tokens=-1)
    >>> {name: float(value) for name, value in found.lines.items()}, float(found.notes["switch"].value)
    ({'volume': 0.0, 'quality': 0.0, 'engineers': 1.0, 'sovereignty': 0.0}, 0.0)
    """
    volume = number(convert(tokens_per_month, "token/month", "token/day"), "token/day")
    gap, people = number(quality_gap, ""), number(engineers, "FTE")
    failing = {
        "volume": np.less(volume, number(volume_threshold, "token/day") * (1 - 1e-12)) * 1.0,
        "quality": (np.less(gap, 0) | np.greater(gap, number(tolerated_gap, ""))) * 1.0,
        "engineers": (np.less(people, 0) | np.less(people, number(engineers_needed, "FTE"))) * 1.0,
        "sovereignty": 0.0 if sovereignty == "needed" else 1.0,
    }
    lines = {name: tagged(value, "", quality_gap) for name, value in failing.items()}

    def notes() -> dict[str, tuple[Any, str]]:
        passed = np.equal(sum(failing.values()), 0)
        if policy == "sovereignty-decides" and sovereignty == "needed":
            passed = np.ones_like(passed)
        training = number(training_day_tokens, "token/day")
        adjusted = number(price_ratio, "") / np.maximum(1.0 - np.maximum(gap, 0.0), 1e-12)
        against = np.where(np.less(training, 0), 0.0, np.minimum(ratio_or_never(volume, training), 1e12))
        return {
            "switch": (tagged(passed * 1.0, "", quality_gap), ""),
            "quality_adjusted_price_ratio": (tagged(adjusted, "", quality_gap), ""),
            "inference_over_a_training_day": (tagged(against, "", quality_gap), ""),
        }

    def warnings() -> tuple[str, ...]:
        found = [f"Failing: {', '.join(name for name, value in failing.items() if some(value))}."]
        found = found if some(sum(failing.values())) else []
        silent = [name for name, open_ in (("quality gap", gap), ("engineers", people)) if some(np.less(open_, 0))]
        silent += ["sovereignty"] if sovereignty == "unanswered" else []
        if silent:
            found.append(f"Not answered, and so counted as failing: {', '.join(silent)}.")
        return tuple(found)

    return Result("", lines, notes=notes, warnings=warnings)
