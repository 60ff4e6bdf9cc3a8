"""The states of a note."""

from __future__ import annotations

import pytest

from rackmath.brain.states import STATES, STEPS, asked_state, step, steps_from
from rackmath.errors import RackmathError


def test_a_note_goes_from_draft_over_review_to_published_and_retired() -> None:
    for before, after in (("draft", "review"), ("review", "published"), ("published", "retired")):
        found = step(before, after)
        assert found is not None
        assert (found.before, found.after) == (before, after)


def test_publishing_needs_the_rules_and_retiring_a_reason() -> None:
    for (before, after), found in STEPS.items():
        assert found.approved is (after == "published"), (before, after)
        assert found.reason is (after == "retired"), (before, after)


def test_every_state_can_be_left_and_reached() -> None:
    assert {before for before, _ in STEPS} == {after for _, after in STEPS} == set(STATES)
    assert all(steps_from(state) for state in STATES)


def test_no_change_is_no_step() -> None:
    assert step("draft", "draft") is None


@pytest.mark.parametrize(("before", "after"), [("draft", "retired"), ("review", "retired"), ("retired", "review")])
def test_steps_that_do_not_exist(before: str, after: str) -> None:
    with pytest.raises(RackmathError, match=r"from here it can become \w+"):
        step(before, after)


def test_unknown_state() -> None:
    with pytest.raises(RackmathError, match="'gone' is not a state"):
        step("draft", "gone")


@pytest.mark.parametrize("said", [None, "", "Published", "live", 3, ["published"], {"a": 1}, True])
def test_a_state_that_is_not_one_is_a_draft(said: object) -> None:
    assert asked_state(said) == "draft"
    assert asked_state("published") == "published"
