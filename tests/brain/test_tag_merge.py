"""Merging one tag into another."""

from __future__ import annotations

from pathlib import Path

import pytest

from brain.made_vaults import make_brain, note, put
from rackmath.brain.library import Library
from rackmath.brain.tag_merge import VOCABULARY, plan_merge
from rackmath.errors import RackmathError
from rackmath.vault import Conflict, Document, Vault, parse_yaml


@pytest.fixture
def library(tmp_path: Path) -> Library:
    root = make_brain(tmp_path / "b")
    note(root, "one", tags=["PUE", "power-usage", "gpu"])
    note(root, "two", tags=["Power_Usage"], status="draft")
    note(root, "three", tags=["gpu"])
    put(
        root,
        "notes/thesis/four.md",
        "---\nid: note_four\nstatus: published\ntags: power-usage, gpu # mine\n---\n\nX.\n",
    )
    return Library(root)


def merged(library: Library, source: str, target: str) -> Library:
    plan = plan_merge(library, source, target)
    Vault.open(library.path, "tester").write_many(plan.changes, message=plan.words, kind="minor")
    library.index.refresh()
    return library


def tags(library: Library, name: str) -> object:
    return Document.parse((library.path / f"notes/thesis/{name}.md").read_text()).front["tags"]


def test_a_merge_rewrites_the_notes_that_carry_the_tag_and_no_others(library: Library) -> None:
    before = (library.path / "notes/thesis/three.md").read_bytes()
    plan = plan_merge(library, "power-usage", "pue")
    assert plan.notes == ("notes/thesis/four.md", "notes/thesis/one.md", "notes/thesis/two.md")
    assert (plan.source, plan.target, plan.skipped) == ("power-usage", "pue", ())
    merged(library, "power-usage", "pue")
    assert (tags(library, "one"), tags(library, "two"), tags(library, "four")) == (
        ["PUE", "gpu"],
        ["pue"],
        ["pue", "gpu"],
    )
    assert (library.path / "notes/thesis/three.md").read_bytes() == before
    entry = library.tag("power-usage")
    assert entry is not None
    assert (entry.slug, entry.count) == ("pue", 2)


def test_the_old_name_goes_on_leading_there(library: Library) -> None:
    merged(library, "power-usage", "pue")
    note(library.path, "late", tags=["power-usage"])  # an import that still says the old name
    library.index.refresh()
    found = library.note("late")
    assert found is not None
    assert found.tags == ("pue",)
    assert "note_late" in [card.id for card in library.notes(tag="pue")]


def test_the_vocabulary_keeps_what_it_says_beside(library: Library) -> None:
    text = "# ours\npower-usage: {name: Power usage, aliases: [pu]}\n# and this\nother: {name: Other}"
    put(library.path, VOCABULARY, text)
    library.index.refresh()
    merged(library, "power-usage", "pue")
    after = (library.path / VOCABULARY).read_text()
    assert "# ours" in after
    assert "# and this\nother: {name: Other}" in after
    data = parse_yaml(after).data
    assert data["power-usage"] == {"name": "Power usage", "aliases": ["pu"], "merged_into": "pue"}
    assert library.tag_facts.resolved("pu") == "pue"


def test_merges_in_a_row_and_back_make_no_circle(library: Library) -> None:
    merged(library, "power-usage", "pue")
    merged(library, "pue", "efficiency")
    assert library.tag_facts.resolved("power-usage") == "efficiency"
    merged(library, "efficiency", "watts")
    assert library.tag_facts.resolved("power-usage") == library.tag_facts.resolved("pue") == "watts"
    put(library.path, VOCABULARY, "a: {merged_into: b}\nb: {merged_into: a}\n")
    library.index.refresh()
    merged(library, "a", "b")
    assert library.tag_facts.resolved("a") == "b"


def test_a_tag_is_merged_into_what_its_target_was_merged_into(library: Library) -> None:
    merged(library, "pue", "efficiency")
    assert plan_merge(library, "gpu", "pue").target == "efficiency"


def test_front_matter_that_cannot_be_changed_is_told_and_the_vocabulary_serves(library: Library) -> None:
    put(library.path, "notes/thesis/five.md", "---\ntags: &x [power-usage]\nstatus: published\n---\n\nX.\n")
    put(library.path, "notes/thesis/six.md", "---\ntags: [power-usage]\ntags: [power-usage]\nstatus: published\n---\n")
    library.index.refresh()
    plan = plan_merge(library, "power-usage", "pue")
    assert {path for path, _ in plan.skipped} <= {"notes/thesis/five.md", "notes/thesis/six.md"}
    merged(library, "power-usage", "pue")
    assert "power-usage" not in [tag.slug for tag in library.tags()]


def test_a_note_that_was_changed_since_stops_the_whole_merge(library: Library) -> None:
    plan = plan_merge(library, "power-usage", "pue")
    note(library.path, "two", "Changed.", tags=["power-usage"])
    with pytest.raises(Conflict):
        Vault.open(library.path, "tester").write_many(plan.changes)
    assert tags(library, "one") == ["PUE", "power-usage", "gpu"]
    assert not (library.path / VOCABULARY).exists()


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("pue", "PUE", "one tag"),
        ("nothing", "pue", "no note has the tag 'nothing'"),
        ("pue", "##", "needs at least one letter"),
        ("powr-usage", "pue", "did you mean 'power-usage'"),
    ],
)
def test_merges_that_make_no_sense(library: Library, source: str, target: str, said: str) -> None:
    with pytest.raises(RackmathError, match=said):
        plan_merge(library, source, target)


def test_a_merge_into_what_is_merged_here_already(library: Library) -> None:
    merged(library, "power-usage", "pue")
    with pytest.raises(RackmathError, match="one tag"):
        plan_merge(library, "pue", "power-usage")


def test_a_vocabulary_that_cannot_be_read_stops_the_merge(library: Library) -> None:
    put(library.path, VOCABULARY, "a: [\n")
    with pytest.raises(RackmathError, match=r"vocab/tags.yaml:\d"):
        plan_merge(library, "power-usage", "pue")
