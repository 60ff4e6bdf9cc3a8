"""Who has to agree before a note is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from brain.made_vaults import BRAIN, figure, make_brain, note, put, reviewed, source
from rackmath.brain.library import Library
from rackmath.brain.review import (
    Approval,
    Rule,
    Subject,
    applies,
    read_approvals,
    read_rules,
    standing,
    substance_of,
)

SHA, OTHER = "a" * 64, "b" * 64
ANN = frozenset({"ann"})
KNOWN = {"ann", "bob", "cat"}
FILINGS = Rule("filings", "a filing is quoted", {"source_kind": frozenset({"filing"})}, needs=("bob",))


def subject(asked: str = "published", **more: object) -> Subject:
    return Subject(asked, SHA, contributors=ANN, **more)  # type: ignore[arg-type]


def approval(by: str, verdict: str = "approve", substance: str = SHA) -> Approval:
    return Approval(substance, by, verdict)


def status(rules: list[Rule], approvals: list[Approval], note: Subject | None = None) -> str:
    return standing(note or subject(source_kinds=frozenset({"filing"})), rules, approvals, KNOWN).status


def test_without_rules_a_file_has_the_say() -> None:
    for asked in ("draft", "review", "published", "retired"):
        assert standing(subject(asked), [], [], KNOWN).status == asked


def test_a_named_reviewer_is_needed_and_enough() -> None:
    assert status([FILINGS], []) == "review"
    assert status([FILINGS], [approval("cat"), approval("ann")]) == "review"
    assert status([FILINGS], [approval("bob")]) == "published"
    assert status([FILINGS], [], subject(source_kinds=frozenset({"news"}))) == "published"


def test_what_is_missing_is_said_in_words_even_of_a_draft() -> None:
    found = standing(subject("draft", source_kinds=frozenset({"filing"})), [FILINGS], [], KNOWN)
    assert found.status == found.asked == "draft"
    (missing,) = found.missing
    assert (missing.rule, missing.needs, missing.why) == ("filings", "the approval of @bob", "a filing is quoted")


def test_an_approval_is_for_one_text_only() -> None:
    assert status([FILINGS], [approval("bob", substance=OTHER)]) == "review"
    assert substance_of("T", "body") != substance_of("T", "body ")
    assert substance_of("T", "body") != substance_of("t", "body")


def test_the_last_word_counts() -> None:
    assert status([FILINGS], [approval("bob"), approval("bob", "changes")]) == "review"
    assert status([FILINGS], [approval("bob", "changes"), approval("bob")]) == "published"


def test_a_retired_note_is_read_too_and_so_obeys() -> None:
    assert status([FILINGS], [], subject("retired", source_kinds=frozenset({"filing"}))) == "review"


def test_so_many_reviewers_who_did_not_write_it() -> None:
    rule = Rule("two", reviewers=2)
    assert status([rule], [approval("ann"), approval("bob")]) == "review"
    assert status([rule], [approval("bob"), approval("bob")]) == "review"
    assert status([rule], [approval("bob"), approval("cat")]) == "published"
    assert status([rule], [approval("bob"), approval("stranger")]) == "review"


def test_a_reviewer_nobody_knows_blocks_and_says_so() -> None:
    found = standing(subject(), [Rule("r", needs=("zoe",))], [approval("zoe")], KNOWN)
    assert found.status == "review"
    assert "contributors/zoe.yaml" in found.missing[0].needs


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({}, True),
        ({"kind": ["Thesis"]}, True),
        ({"kind": ["pov"]}, False),
        ({"tag": ["pue", "power"]}, True),
        ({"quantity": ["price"], "kind": ["thesis"]}, True),
        ({"quantity": ["price"], "kind": ["pov"]}, False),
        ({"contributor": "ann"}, True),
        ({"source": ["acme"]}, True),
        ({"source": ["other"]}, False),
    ],
)
def test_what_a_rule_looks_at(when: dict[str, object], holds: bool) -> None:
    (rule,) = read_rules([{"name": "r", "when": when, "needs": ["bob"]}])
    assert not rule.broken
    about = subject(
        kind="thesis",
        tags=frozenset({"pue"}),
        quantities=frozenset({"price"}),
        sources=frozenset({"acme"}),
    )
    assert applies(rule, about) is holds


@pytest.mark.parametrize(
    "data",
    [
        "everything",
        {"name": "r"},
        ["words"],
        [{"name": "r"}],
        [{"name": "r", "needs": []}],
        [{"name": "r", "needs": ["bob"], "when": "always"}],
        [{"name": "r", "needs": ["bob"], "when": {"colour": ["red"]}}],
        [{"name": "r", "needs": ["bob"], "when": {"kind": []}}],
        [{"name": "r", "reviewers": 0}],
        [{"name": "r", "reviewers": True}],
        [{"name": "r", "reviewers": "two"}],
        [{"name": "r", "reviewers": 1, "whn": {"kind": ["pov"]}}],
    ],
)
def test_a_rule_that_cannot_be_read_blocks_and_says_why(data: object) -> None:
    rules = read_rules(data)
    assert rules[0].broken
    found = standing(subject(), rules, [approval("bob"), approval("cat")], KNOWN)
    assert found.status == "review"
    assert "brain.yaml" in found.missing[0].why


def test_a_broken_rule_blocks_only_what_it_looks_at_where_that_can_be_read() -> None:
    rules = read_rules([{"name": "r", "when": {"kind": ["pov"]}}])
    assert standing(subject(kind="thesis"), rules, [], KNOWN).status == "published"
    assert standing(subject(kind="pov"), rules, [], KNOWN).status == "review"


def test_no_rules_at_all() -> None:
    assert read_rules(None) == read_rules([]) == ()


@pytest.mark.parametrize("data", [None, "x", 3, {"reviews": "x"}, [1, {"by": "bob"}, {"by": "bob", "verdict": "yes"}]])
def test_review_files_that_cannot_be_read_approve_nothing(data: object) -> None:
    assert read_approvals(data) == ()


def test_review_files_in_both_forms() -> None:
    entry = {"by": "@bob", "verdict": "approve", "substance": SHA, "comment": "fine"}
    assert read_approvals([entry]) == read_approvals({"note": "n", "reviews": [entry]})
    assert read_approvals([entry])[0].by == "bob"


# --- in a brain ------------------------------------------------------------------------------------------------------

RULES = f"""{BRAIN}review:
  - name: filings
    why: a filing is quoted
    when: {{source_kind: [filing]}}
    needs: [bob]
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    root = make_brain(tmp_path / "b", RULES)
    source(root, "acme", source_kind="filing")
    source(root, "press", source_kind="news")
    note(root, "one", "It says so.[^1]\n\n[^1]: @acme")
    note(root, "two", figure("x", "3.50", source="press"))
    return Library(root)


def statuses(library: Library) -> dict[str, str]:
    library.index.refresh()
    return {card.title: card.status for card in library.notes(status=None, order="title")}


def test_a_file_edited_by_hand_obeys_the_rules(library: Library) -> None:
    assert statuses(library) == {"One": "review", "Two": "published"}
    assert library.note("one") is None
    found = library.note("one", drafts=True)
    assert found is not None
    assert found.standing.missing[0].needs == "the approval of @bob"
    reviewed(library.path, "note_one", found.substance, "bob")
    assert statuses(library) == {"One": "published", "Two": "published"}
    path = library.path / "notes/thesis/one.md"
    path.write_text(path.read_text().replace("says so", "says no"))
    assert statuses(library)["One"] == "review"


def test_front_matter_that_is_not_the_substance_keeps_an_approval(library: Library) -> None:
    found = library.note("one", drafts=True)
    assert found is not None
    reviewed(library.path, "note_one", found.substance, "bob")
    note(library.path, "one", "It says so.[^1]\n\n[^1]: @acme", tags=["new"], updated="2026-02-02")
    assert statuses(library)["One"] == "published"


def test_a_change_of_a_source_a_rule_or_a_person_is_taken_in(library: Library) -> None:
    source(library.path, "press", source_kind="filing")
    assert statuses(library)["Two"] == "review"
    source(library.path, "press", source_kind="news")
    assert statuses(library)["Two"] == "published"
    put(library.path, "brain.yaml", BRAIN)
    assert statuses(library)["One"] == "published"
    put(library.path, "brain.yaml", RULES)
    found = library.note("one", drafts=True)
    assert found is not None
    reviewed(library.path, "note_one", found.substance, "bob")
    assert statuses(library)["One"] == "published"
    (library.path / "contributors/bob.yaml").unlink()
    assert statuses(library)["One"] == "review"
    assert any("bob" in line for line in library.problems())


def test_an_approval_is_taken_back_with_its_file(library: Library) -> None:
    found = library.note("one", drafts=True)
    assert found is not None
    reviewed(library.path, "note_one", found.substance, "bob")
    assert statuses(library)["One"] == "published"
    (library.path / "reviews/note_one.yaml").unlink()
    assert statuses(library)["One"] == "review"


def test_a_brain_file_that_cannot_be_read_publishes_nothing(library: Library) -> None:
    put(library.path, "brain.yaml", "format: 1\nreview: [{name: x\n")
    assert set(statuses(library).values()) == {"review"}
    found = library.note("two", drafts=True)
    assert found is not None
    assert "cannot be read" in found.standing.missing[0].why
    put(library.path, "brain.yaml", "- just\n- a list\n")
    assert set(statuses(library).values()) == {"review"}
