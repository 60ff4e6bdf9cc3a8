"""The states of a note, and which steps lead from one to the next.

A note's file says which state its writer asks for; what it counts as is decided by `rackmath.brain.review`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackmath.errors import RackmathError

DRAFT, REVIEW, PUBLISHED, RETIRED = STATES = ("draft", "review", "published", "retired")

WORDS = {DRAFT: "draft", REVIEW: "in review", PUBLISHED: "published", RETIRED: "retired"}
"""How a state is called in a sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """An allowed change of state.

    `name` is what a person does, `kind` the kind of revision it makes, `approved` whether every review rule has to be
    met, and `reason` whether the writer has to say why (``retired_because``).
    """

    before: str
    after: str
    name: str
    kind: str
    approved: bool = False
    reason: bool = False


_STEPS = (
    Step(DRAFT, REVIEW, "ask for review", "review"),
    Step(DRAFT, PUBLISHED, "publish", "publish", approved=True),
    Step(REVIEW, DRAFT, "take back", "edit"),
    Step(REVIEW, PUBLISHED, "publish", "publish", approved=True),
    Step(PUBLISHED, REVIEW, "send back to review", "review"),
    Step(PUBLISHED, DRAFT, "take down", "edit"),
    Step(PUBLISHED, RETIRED, "retire", "retire", reason=True),
    Step(RETIRED, PUBLISHED, "bring back", "restore", approved=True),
    Step(RETIRED, DRAFT, "take down", "edit"),
)
STEPS: Mapping[tuple[str, str], Step] = {(step.before, step.after): step for step in _STEPS}


def asked_state(value: object) -> str:
    """Return the state that a file asks for; one that says none, or none that exists, is a draft."""
    return value if isinstance(value, str) and value in STATES else DRAFT


def steps_from(state: str) -> tuple[Step, ...]:
    """Return the steps that lead away from a state."""
    return tuple(step for step in _STEPS if step.before == state)


def step(before: str, after: str) -> Step | None:
    """Return the step from one state to another; None where nothing changes.

    Raises
    ------
    RackmathError
        There is no such state, or no step leads there.
    """
    for state in (before, after):
        if state not in STATES:
            raise RackmathError(f"{state!r} is not a state of a note; use {', '.join(STATES)}")
    if before == after:
        return None
    if (before, after) not in STEPS:
        allowed = ", ".join(found.after for found in steps_from(before))
        raise RackmathError(f"a note that is {WORDS[before]} cannot become {after}; from here it can become {allowed}")
    return STEPS[before, after]
