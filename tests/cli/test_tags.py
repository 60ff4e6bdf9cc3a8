"""`rackmath brain tags`: list, and merge."""

from __future__ import annotations

import pytest

from brain.made_vaults import make_brain, note
from rackmath.brain.library import Library


@pytest.fixture
def root(tmp_path):
    root = make_brain(tmp_path / "b")
    note(root, "one", tags=["pue", "power"])
    note(root, "two", tags=["power-usage-effectiveness"])
    return root


def test_tags_are_listed_with_their_counts(rackmath, root):
    told = rackmath("brain", "tags", "list", "--vault", root, "--json").json
    assert {each["tag"]: each["notes"] for each in told["tags"]} == {
        "pue": 1,
        "power": 1,
        "power-usage-effectiveness": 1,
    }
    assert "power" in rackmath("brain", "tags", "list", "--vault", root).out


def test_a_tag_is_merged_everywhere_or_not_at_all(rackmath, root):
    words = ("brain", "tags", "merge", "power-usage-effectiveness", "pue", "--vault", root, "--as", "bob")
    before = (root / "notes/thesis/two.md").read_text()
    dry = rackmath(*words, "--dry-run", "--json").json
    assert (dry["notes"], dry["written"]) == (["notes/thesis/two.md"], False)
    assert (root / "notes/thesis/two.md").read_text() == before
    assert rackmath(*words).status == 0
    assert Library.open(root).tag("power-usage-effectiveness").slug == "pue"
    assert Library.open(root).tag("pue").count == 2
    vocabulary = (root / "vocab/tags.yaml").read_text()
    assert "0 notes" in rackmath(*words).out  # again: nothing is left to do
    assert (root / "vocab/tags.yaml").read_text() == vocabulary


def test_a_tag_that_nobody_uses_is_one_clear_line(rackmath, root):
    done = rackmath("brain", "tags", "merge", "nothing", "pue", "--vault", root, "--as", "ann")
    assert done.status == 2
    assert "no note has the tag 'nothing'" in done.err
