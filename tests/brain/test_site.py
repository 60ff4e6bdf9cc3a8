"""Several brains as one publication."""

from __future__ import annotations

from pathlib import Path

import pytest

from brain.made_vaults import QUANTITIES, figure, make_brain, note, put, source
from rackmath.brain.entries import Card
from rackmath.brain.site import Site
from rackmath.errors import RackmathError

OTHER = "format: 1\nid: brain_00000000000000000000000002\ntitle: Other brain\ncontributors: [cat]\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    one = make_brain(tmp_path / "one")
    two = make_brain(tmp_path / "two", OTHER, people=("cat",))
    note(one, "first", "See [[second]] and [[note_third]].", updated="2026-01-01", tags=["gpu"], sources=["acme"])
    note(two, "second", "Back to [[first]].", updated="2026-03-01", contributors=["cat"], tags=["gpu", "pue"])
    note(two, "third", updated="2026-02-01", kind="reading", contributors=["cat"], sources=["acme"])
    source(one, "acme", title="Acme here")
    source(two, "acme", title="Acme there")
    return Site([one, two])


def ids(cards: list[Card]) -> list[str]:
    return [card.id for card in cards]


def test_lists_are_one_list_in_order(site: Site) -> None:
    assert site.title == "Test brain"
    assert ids(site.notes()) == ["note_second", "note_third", "note_first"]
    assert ids(site.notes(limit=1, offset=1)) == ["note_third"]
    assert ids(site.notes(offset=2)) == ["note_first"]
    assert ids(site.notes(order="title")) == ["note_first", "note_second", "note_third"]
    assert ids(site.notes(tag="gpu", contributor="cat")) == ["note_second"]
    assert site.counts() == {"thesis": 2, "reading": 1}
    assert {card.brain for card in site.notes()} == {library.id for library in site.libraries}


def test_a_note_of_any_brain_is_found(site: Site) -> None:
    found = site.note("second")
    assert found is not None
    assert site.by_key(found.key) == found
    assert site.by_note("note_second") is site.libraries[1]
    assert site.by_note("nothing") is None
    assert set(site.cards(["note_first", "note_third", "x"])) == {"note_first", "note_third"}
    assert site.note("nothing") is site.card("nothing") is None
    assert site.citations("nothing") == site.links("nothing") == site.backlinks("nothing") == []


def test_links_lead_into_other_brains_and_back(site: Site) -> None:
    assert [(link.to_id, link.resolved) for link in site.links("note_first")] == [
        ("note_second", True),
        ("note_third", True),
    ]
    assert [link.from_id for link in site.backlinks("note_second")] == ["note_first"]
    assert [link.sentence for link in site.backlinks("note_first")] == ["Back to first."]
    note(site.libraries[1].path, "first", kind="pov", id="note_own")  # now the other brain has its own
    site.libraries[1].index.refresh()
    assert [link.to_id for link in site.links("note_second")] == ["note_own"]
    assert site.backlinks("note_first") == []


def test_a_draft_of_another_brain_is_not_given_away(site: Site) -> None:
    note(site.libraries[1].path, "third", status="draft", kind="reading")
    site.libraries[1].index.refresh()
    assert [link.to_title for link in site.links("note_first")] == ["Second", ""]
    assert [link.to_title for link in site.links("note_first", drafts=True)] == ["Second", "Third"]


def test_people_sources_and_tags_of_all_brains(site: Site) -> None:
    assert list(site.contributors) == ["ann", "bob", "cat"]
    assert site.contributors["cat"].counts == {"thesis": 1, "reading": 1}
    (acme,) = site.sources()
    assert (acme.title, acme.notes) == ("Acme here", 2)
    assert site.source("acme") == acme
    assert site.source_title("acme") == "Acme here"
    assert site.source_title("none") == "none"
    assert [use.card.id for use in site.uses("acme")] == ["note_first", "note_third"]
    tag = site.tag("GPU")
    assert tag is not None
    assert (tag.count, tag.company) == (2, (("pue", 1, 0.5),))
    assert [each.slug for each in site.tags()] == ["gpu", "pue"]
    assert site.tag("none") is None
    assert site.tag_name("none") == "none"


def test_figures_of_two_brains_contradict_each_other(site: Site) -> None:
    one, two = (library.path for library in site.libraries)
    put(one, "vocab/quantities.yaml", QUANTITIES)
    note(one, "low", figure("low", "2.00"))
    note(two, "high", figure("high", "4.00", source="press"))
    note(two, "twin", figure("low", "9.00"))
    for library in site.libraries:
        library.index.refresh()
    (dispute,) = site.conflicts()
    assert {dispute.first.id, dispute.second.id} == {"fig_high", "fig_low"}
    assert dispute.first.note_id == "note_high"
    assert len(site.conflicts(note_id="note_low")) == len(site.conflicts(quantity="price")) == 1
    assert site.conflicts(note_id="note_first") == []
    assert [(entry.id, entry.figures) for entry in site.quantities()][-1] == ("price", 3)
    figures = {found.id: found for found in site.figures()}
    assert (figures["fig_low"].as_written, len(figures)) == ("2.00", 2)
    assert figures["fig_high"].half_life_days == 90  # defined by the other brain
    assert site.quantity("none") is None
    assert site.subject_name("none") == "none"


def test_what_two_brains_share_that_they_should_not_is_told(site: Site, tmp_path: Path) -> None:
    three = make_brain(tmp_path / "three", people=("ann",))
    note(three, "first", kind="pov")
    whole = Site([library.path for library in site.libraries] + [three])
    told = "\n".join(whole.problems())
    assert "have one brain id" in told
    assert "@ann is already a contributor of" in told
    assert "note note_first is also in" in told
    assert "two brains" in whole.contributors["ann"].problems[0]
    found = whole.note("note_first")
    assert found is not None
    assert found.kind == "thesis"


def test_generation_changes_with_any_brain(site: Site) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert site.kept("x", make) == site.kept("x", make) == 1
    before = site.generation
    note(site.libraries[1].path, "more")
    site.libraries[1].index.refresh()
    assert site.generation != before
    assert site.kept("x", make) == 2


def test_one_moment_over_all_brains(site: Site) -> None:
    with site.reading():
        before = site.notes()
        note(site.libraries[0].path, "more")
        site.libraries[0].index.touched(["notes/thesis/more.md"])
        assert site.notes() == before
    assert len(site.notes()) == len(before) + 1


def test_the_bundled_brain_stands_behind_the_others(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    assert [library.path.name for library in Site.open([root]).libraries] == ["b", "brain"]
    assert [library.path.name for library in Site.open([root, root], starter=False).libraries] == ["b"]
    assert len(Site.open().notes()) > 30


def test_a_site_without_brains(tmp_path: Path) -> None:
    with pytest.raises(RackmathError, match="at least one"):
        Site([])
    with pytest.raises(RackmathError, match="is not a brain"):
        Site([tmp_path])


def test_bundled_brain_is_whole() -> None:
    site = Site.open()
    (library,) = site.libraries
    assert library.problems() == []
    lineage = library.lineage()
    assert lineage.arguments
    assert site.lineage() == {library.id: lineage}
    notes = site.notes(status=None)
    assert {card.status for card in notes} == {"published"}
    assert sum(card.figures for card in notes) == len(site.figures())
    links = [link for card in notes for link in site.links(card.id)]
    assert all(link.resolved for link in links)


def test_imported_brain_is_counted_truly(seed_vault: Path) -> None:
    site = Site([seed_vault])
    assert site.counts() == {"pov": 6, "methodology": 1, "watching": 1, "thesis": 12, "reading": 153}
    assert (site.health().total, site.health().words) == (594, "0 of 594")
    (imported,) = site.imports(site.libraries[0].id)
    assert (imported.announced, imported.found) == (181, 173)
    assert len(site.sources()) == 417
    states = [each.state for card in site.notes() for each in site.references(card.id)]
    assert len(states) >= 83
    assert "resolved" not in states
    assert len(site.libraries[0].lineage().unsupported) == 8  # P1, P2, P6, T1 to T5
    assert len([tag for tag in site.tags() if tag.count == 1]) > 400
