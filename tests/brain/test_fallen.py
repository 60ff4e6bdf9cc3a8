"""What falls is passed on: source, reading, thesis, point of view."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from brain.made_vaults import make_brain, note, source
from rackmath.brain.library import Library


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_brain(tmp_path / "b")


def told(root: Path) -> dict[str, tuple[tuple[str, ...], str, bool]]:
    return {each.card.id: (each.path, each.state, each.sure) for each in Library(root).fallen()}


def chain(root: Path, **front: object) -> None:
    """A source, a reading, a thesis and a point of view, each resting on the one before; and what stands apart."""
    source(root, "acme", **front)
    note(root, "read", kind="reading", sources=["acme"])
    note(root, "claim", "As [[read]] says.")
    note(root, "view", "So [[claim]].", kind="pov")
    note(root, "apart", "Nothing to do with it.", kind="pov")


def test_nothing_falls_by_itself(root: Path):
    chain(root)
    assert told(root) == {}


def test_a_retracted_source_is_felt_at_the_top(root: Path):
    chain(root, status="retracted")
    assert told(root) == {
        "note_read": (("About acme",), "retracted", True),
        "note_claim": (("About acme", "Read"), "retracted", True),
        "note_view": (("About acme", "Read", "Claim"), "retracted", True),
    }
    tasks = [task for task in Library(root).attention(date(2026, 2, 1)) if task.kind == "fallen"]
    assert {task.card.id for task in tasks} == {"note_claim", "note_view"}


def test_a_retired_note_is_felt_and_does_not_count_itself(root: Path):
    chain(root)
    note(root, "read", kind="reading", sources=["acme"], status="retired", retired_because="Wrong.")
    assert told(root) == {
        "note_claim": (("Read",), "retired", True),
        "note_view": (("Read", "Claim"), "retired", True),
    }


def test_a_superseded_note_is_felt_and_what_took_its_place_is_not(root: Path):
    chain(root)
    note(root, "read", kind="reading", superseded_by="newer")
    note(root, "newer", "It replaces [[read]].", kind="reading", updates="read")
    assert set(told(root)) == {"note_claim", "note_view"}


def test_support_and_dependence_carry_and_contradiction_does_not(root: Path):
    source(root, "acme", status="retracted")
    note(root, "read", kind="reading", sources=["acme"], supports="held")
    note(root, "held")
    note(root, "leans", depends_on="held")
    note(root, "against", contradicts="held")
    note(root, "aside", see_also="held")
    assert set(told(root)) == {"note_read", "note_held", "note_leans"}


def test_a_mention_carries_only_upwards(root: Path):
    chain(root, status="retracted")
    note(root, "notes", "Compare [[read]].", kind="observation")
    assert "note_notes" not in told(root)


def test_a_circle_is_walked_once(root: Path):
    source(root, "acme", status="retracted")
    note(root, "a", depends_on="c", sources=["acme"])
    note(root, "b", depends_on="a")
    note(root, "c", depends_on="b")
    assert {name: len(path) for name, (path, *_) in told(root).items()} == {"note_a": 1, "note_b": 2, "note_c": 3}


def test_what_nobody_confirmed_makes_it_unsure(root: Path):
    block = "```references\n- {id: r1, raw: '[1]', numbers: [1], candidates: [{number: 1, note: note_read}]}\n```"
    chain(root, status="retracted")
    note(root, "guess", f"So [1].\n\n{block}\n")
    note(root, "drafted", "So [[read]].", status="draft")
    assert told(root)["note_guess"] == (("About acme", "Read"), "retracted", False)
    assert "note_drafted" not in told(root)
