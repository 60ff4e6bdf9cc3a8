"""What readers of one brain get."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from brain.made_vaults import BRAIN, QUANTITIES, figure, make_brain, note, put, snapshot, source
from rackmath.brain.entries import Health
from rackmath.brain.library import Library
from rackmath.errors import RackmathError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_brain(tmp_path / "b")


def titles(library: Library, **asked: object) -> list[str]:
    library.index.refresh()
    return [card.title for card in library.notes(**asked)]  # type: ignore[arg-type]


def test_the_brain_itself(root: Path) -> None:
    library = Library(root)
    assert (library.id, library.title, library.licence) == (
        "brain_00000000000000000000000001",
        "Test brain",
        "CC-BY-4.0",
    )
    assert list(library.contributors) == ["ann", "bob"]
    assert library.contributors["ann"].name == "Ann Example"
    assert library.imports == []
    put(
        root,
        "brain.yaml",
        "format: 1\ncontributors: [bob, zoe]\nimports: [{page: p, found: 3, kinds: {pov: 1 of 2}}, 5]\n",
    )
    library.index.refresh()
    assert library.title == library.id == "b"
    assert list(library.contributors) == ["bob", "zoe", "ann"]
    assert "has no file" in library.contributors["zoe"].problems[0]
    assert [(each.page, each.announced, each.found, dict(each.kinds)) for each in library.imports] == [
        ("p", None, 3, {"pov": "1 of 2"})
    ]


def test_a_folder_that_is_no_brain(tmp_path: Path) -> None:
    with pytest.raises(RackmathError, match="is not a brain"):
        Library(tmp_path)


def test_notes_are_listed_the_last_updated_first(root: Path) -> None:
    note(root, "old", updated="2026-01-01", tags=["PUE"])
    note(root, "new", updated="2026-03-01", kind="reading", contributors=["bob"])
    note(root, "middle", updated="2026-02", tags=["gpu"], sources=["acme"])
    note(root, "hidden", status="draft")
    note(root, "gone", status="retired")
    note(root, "waiting", status=None)
    library = Library(root)
    assert titles(library) == ["New", "Middle", "Old"]
    assert titles(library, limit=1, offset=1) == ["Middle"]
    assert titles(library, order="title") == ["Middle", "New", "Old"]
    assert titles(library, kind="reading") == ["New"]
    assert titles(library, contributor="bob") == ["New"]
    assert titles(library, tag="pue") == titles(library, tag="#PUE") == ["Old"]
    assert titles(library, source="acme") == ["Middle"]
    assert titles(library, status=("draft",), order="title") == ["Hidden", "Waiting"]
    assert len(titles(library, status=None)) == 6
    assert titles(library, tag="none") == []
    assert library.counts() == {"thesis": 2, "reading": 1}
    assert library.counts(status=("published", "retired")) == {"thesis": 3, "reading": 1}
    assert library.counts(contributor="bob") == {"reading": 1}
    for bad in ({"order": "random"}, {"status": ("gone",)}):
        with pytest.raises(RackmathError):
            library.notes(**bad)  # type: ignore[arg-type]


def test_a_note_is_found_by_any_of_its_names(root: Path) -> None:
    note(root, "my-note", title="The Title", aliases=["Old name"], id="note_" + "0" * 26)
    library = Library(root)
    for ref in (
        "note_" + "0" * 26,
        "0" * 26,
        "my-note",
        "the title",
        "old NAME",
        "notes/thesis/my-note.md",
        "the-title",
    ):
        found = library.note(ref)
        assert found is not None, ref
        assert found.title == "The Title"
    assert library.note("nothing") is None
    assert library.note("") is None


def test_drafts_are_seen_only_when_asked_for(root: Path) -> None:
    note(root, "one", status="draft")
    library = Library(root)
    assert library.note("one") is None
    assert library.note("one", drafts=True) is not None
    assert library.cards(["note_one"], drafts=False) == {}
    assert library.figures(note_id="note_one") == []


def test_a_note_carries_its_text_and_version(root: Path) -> None:
    note(root, "one", "First.[^x]\n\nSecond.", certainty="likely", retired_because="no", superseded_by="[[two]]")
    library = Library(root)
    found = library.note("one")
    assert found is not None
    path = root / "notes/thesis/one.md"
    assert found.text == path.read_text() == found.document.text
    import hashlib

    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.certainty, found.retired_because, found.superseded_by) == ("likely", "no", "[[two]]")
    assert found.excerpt == "First."
    assert found.href == f"/n/{found.key}-one"
    assert found.published == "2026-01-01"  # never stated: when it was created


# --- links -----------------------------------------------------------------------------------------------------------


def test_links_both_ways_with_their_sentences(root: Path) -> None:
    note(root, "one", "Some words. As [[two]] shows, it is so. And [[nowhere]].", supports=["[[Three]]"])
    note(root, "two", "See [back](one.md).")
    note(root, "three", status="draft")
    library = Library(root)
    found = library.links("note_one")
    assert [(link.type, link.to_title, link.target_text, link.resolved) for link in found] == [
        ("supports", "", "Three", False),
        ("mentions", "Two", "two", True),
        ("mentions", "", "nowhere", False),
    ]
    assert found[1].sentence == "As two shows, it is so."
    assert library.links("note_one", drafts=True)[0].to_title == "Three"
    assert [(link.from_title, link.sentence) for link in library.backlinks("note_one")] == [("Two", "See back.")]
    assert library.backlinks("nothing") == library.links("nothing") == []


def test_links_follow_a_note_that_is_renamed_added_or_given_an_alias(root: Path) -> None:
    note(root, "one", "See [[target]].")
    note(root, "target", title="Target")
    library = Library(root)
    assert [link.to_id for link in library.links("note_one")] == ["note_target"]
    (root / "notes/thesis/target.md").rename(root / "notes/thesis/other.md")  # the title still answers
    library.index.refresh()
    assert [link.to_id for link in library.links("note_one")] == ["note_target"]
    (root / "notes/thesis/other.md").unlink()
    note(root, "other", id="note_target", title="Something else")
    library.index.refresh()
    assert [link.to_id for link in library.links("note_one")] == [""]
    note(root, "other", id="note_target", title="Something else", aliases=["target"])
    library.index.refresh()
    assert [link.to_id for link in library.links("note_one")] == ["note_target"]
    note(root, "target", id="note_new", kind="reading")  # a file of that name comes before an alias
    library.index.refresh()
    assert [link.to_id for link in library.links("note_one")] == ["note_new"]
    assert library.backlinks("note_target") == []
    assert [link.from_id for link in library.backlinks("note_new")] == ["note_one"]


def test_of_two_notes_with_one_name_the_first_by_path_is_meant(root: Path) -> None:
    note(root, "same", kind="thesis", id="note_b")
    note(root, "same", kind="pov", id="note_a")
    note(root, "one", "[[same]] [[thesis/same]] [[note_b]]")
    library = Library(root)
    assert [link.to_id for link in library.links("note_one")] == ["note_a", "note_b", "note_b"]
    assert len(library.backlinks("note_a")) == 1
    assert len(library.backlinks("note_b")) == 2


def test_graph_is_a_neighbourhood_with_a_limit(root: Path) -> None:
    note(root, "hub", " ".join(f"[[n{number}]]" for number in range(10)))
    for number in range(10):
        note(root, f"n{number}", "[[far]]")
    note(root, "far")
    library = Library(root)
    near = library.graph("note_hub")
    assert len(near.nodes) == 11
    assert near.nodes[0].id == near.centre == "note_hub"
    assert ("note_hub", "note_n3", "mentions") in near.edges
    assert len(library.graph("note_hub", depth=2).nodes) == 12
    few = library.graph("note_hub", most=4)
    assert (len(few.nodes), few.left_out) == (4, 7)
    ids = {card.id for card in few.nodes}
    assert all({first, second} <= ids for first, second, _ in few.edges)
    assert library.graph("nothing").nodes == ()


def test_lineage_tells_what_hangs_loose(root: Path) -> None:
    source(root, "acme", url="https://shop.example.com/a")
    source(root, "acme2", url="https://www.example.com/b")
    source(root, "press", url="https://press.example.org/c")
    note(root, "used", kind="reading", sources=["acme", "acme2"])
    note(root, "lonely", kind="reading", sources=["press"])
    note(root, "backed", "[[used]]")
    note(root, "bare", "Nothing.", kind="pov")
    found = Library(root).lineage()
    assert [card.id for card in found.orphans] == ["note_lonely"]
    assert [card.id for card in found.unsupported] == ["note_bare"]
    assert (found.readings, found.arguments) == (2, 2)
    assert found.domains[0] == ("example.com", 2, pytest.approx(2 / 3))
    assert found.concentration == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2)


# --- citations and sources -------------------------------------------------------------------------------------------


def test_citations_are_counted_by_state(root: Path) -> None:
    source(root, "acme")
    source(root, "kept")
    source(root, "bad", status="retracted")
    snapshot(root, "kept", "It costs 3.50 dollars. It is new.")
    note(
        root,
        "one",
        "It costs 3.50 dollars.[^a] It costs 4.50 dollars.[^b] New.[^c] So.[^d] So.[^e] So.[^f]\n\n"
        "[^a]: @kept s1\n[^b]: @kept s1\n[^c]: @kept\n[^d]: @acme\n[^e]: @nowhere\n[^f]: @bad\n",
    )
    library = Library(root)
    found = library.citations("note_one")
    assert [each.state for each in found] == [
        "resolved_sentence",
        "mismatch",
        "resolved_document",
        "url_only",
        "unresolved",
        "retracted_source",
    ]
    assert (found[0].claim, found[0].sentences) == ("It costs 3.50 dollars.", ((1, 1),))
    assert "4.50" in found[1].why
    card = library.card("one")
    assert card is not None
    assert card.health == library.health("note_one") == library.health() == library.health(contributor="ann")
    assert (card.health.resolved, card.health.total, card.health.words) == (2, 6, "2 of 6")
    assert library.health(contributor="bob").words == "no citations"
    source(root, "acme", status="retracted")
    library.index.refresh()
    assert library.citations("note_one")[3].state == "retracted_source"


def test_health_adds_up() -> None:
    one, two = Health(2, {"url_only": 2}), Health(3, {"url_only": 1, "resolved_sentence": 2})
    assert one + two == Health(5, {"resolved_sentence": 2, "url_only": 3})
    assert (one + two).words == "2 of 5"


def test_drafts_do_not_count_in_the_health_of_a_brain(root: Path) -> None:
    source(root, "acme")
    note(root, "one", "So.[^a]\n\n[^a]: @acme\n", status="draft")
    assert Library(root).health().total == 0


def test_sources_and_their_uses(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    source(root, "acme", authors=["A. Person"], doi="10.1/x", licence="CC0", source_kind="paper", published="2026-01")
    note(root, "cites", "It is so.[^a]\n\n[^a]: @acme\n", updated="2026-02-01", sources=["acme"])
    note(root, "counts", figure("x", "3.50"), updated="2026-03-01")
    note(root, "lists", sources=["acme", "missing"], updated="2026-01-01")
    note(root, "draft", "So.[^a]\n\n[^a]: @acme\n", status="draft")
    library = Library(root)
    entry = library.source("acme")
    assert entry is not None
    assert (entry.notes, entry.citations, entry.figures) == (4, 2, 1)
    assert (entry.authors, entry.doi, entry.licence, entry.status) == (("A. Person",), "10.1/x", "CC0", "live")
    assert entry.front["source_kind"] == "paper"
    assert [(use.card.id, use.how, use.sentence) for use in library.uses("acme")] == [
        ("note_counts", "figure", "h100/price"),
        ("note_cites", "cited", "It is so."),
        ("note_lists", "listed", ""),
    ]
    assert len(library.uses("acme", drafts=True)) == 4
    assert library.source("missing") is None
    assert [each.citekey for each in library.sources()] == ["acme"]


def test_shared_sources_are_told_as_dependence(root: Path) -> None:
    source(root, "first", url="https://example.com/a")
    source(root, "again", url="https://example.com/a?utm_source=x")
    source(root, "mirror", url="https://mirror.example.org/1", aggregator_of="first")
    source(root, "own", url="https://example.com/b")
    note(root, "one", sources=["first", "own"])
    note(root, "same", sources=["first", "own"])
    note(root, "other-key", sources=["again"])
    note(root, "second-hand", sources=["mirror"])
    note(root, "apart", sources=["elsewhere"])
    note(root, "hidden", sources=["first"], status="draft")
    found = Library(root).shared_sources("note_one")
    assert [(each.card.id, each.citekeys) for each in found] == [
        ("note_same", ("first", "own")),
        ("note_other-key", ("first",)),
        ("note_second-hand", ("first",)),
    ]
    assert not any(each.independent for each in found)
    assert "agreement between these two is not independent" in found[0].words
    assert (found[0].sources, found[0].effective) == (4, 2.0)
    assert found[1].effective == pytest.approx(9 / 5)


def test_near_duplicates(root: Path) -> None:
    body = " ".join(f"word{number}" for number in range(80))
    note(root, "one", body, sources=["acme"])
    note(root, "copy", f"{body} and more", sources=["acme"])
    note(root, "draft", body, status="draft")
    note(root, "far", " ".join(f"thing{number}" for number in range(80)))
    library = Library(root)
    (near,) = library.near("note_one")
    assert (near.card.id, near.shared_sources) == ("note_copy", ("acme",))
    assert 0.9 < near.similarity < 1
    assert library.near("note_one", drafts=True)[0].card.id == "note_draft"
    assert library.near("note_far") == []
    note(root, "copy", "quite other words now")
    library.index.refresh()
    assert library.near("note_one") == []


# --- tags ------------------------------------------------------------------------------------------------------------


def test_tags_with_spellings_company_and_what_they_were_merged_into(root: Path) -> None:
    put(
        root,
        "vocab/tags.yaml",
        "pue: {name: Power usage, aliases: [PUE factor], parent: energy}\nold: {merged_into: pue}\n",
    )
    note(root, "a", tags=["PUE", "gpu"])
    note(root, "b", tags=["old", "gpu"])
    note(root, "c", tags=["pue-factor"])
    note(root, "d", tags=["gpu"])
    note(root, "e", tags=["pue"], status="draft")
    library = Library(root)
    entry = library.tag("pue")
    assert entry is not None
    assert (entry.name, entry.count, entry.parent) == ("Power usage", 3, "energy")
    assert entry.spellings == ("PUE", "old", "pue-factor")
    assert entry.aliases == ("old", "pue-factor")
    assert entry.company == (("gpu", 2, pytest.approx(2 / 4)),)
    for spelling in ("old", "PUE factor", "#pue"):
        assert library.tag(spelling) == entry
    assert titles(library, tag="old") == titles(library, tag="pue")
    assert len(titles(library, tag="pue")) == 3
    assert [tag.slug for tag in library.tags()] == ["gpu", "pue"]
    assert library.tag("nothing") is None
    card = library.note("b")
    assert card is not None
    assert (card.tags, card.tag_names) == (("pue", "gpu"), ("old", "gpu"))


def test_tags_merged_in_a_circle_stand_for_themselves(root: Path) -> None:
    put(root, "vocab/tags.yaml", "a: {merged_into: b}\nb: {merged_into: a}\nc: {merged_into: c}\n")
    note(root, "one", tags=["a", "c"])
    library = Library(root)
    assert [tag.slug for tag in library.tags()] == ["a", "b", "c"]


def test_proposed_aliases_leave_out_what_is_settled(root: Path) -> None:
    note(root, "a", tags=["token-price", "x"])
    note(root, "b", tags=["token-prices", "x"])
    library = Library(root)
    entry = library.tag("token-price")
    assert entry is not None
    assert [other for other, _, _ in entry.proposed] == ["token-prices"]
    put(root, "vocab/tags.yaml", "token-prices: {merged_into: token-price}\n")
    library.index.refresh()
    entry = library.tag("token-price")
    assert entry is not None
    assert entry.proposed == ()


# --- figures ---------------------------------------------------------------------------------------------------------


def test_figures_quantities_and_conflicts(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    put(root, "vocab/subjects.yaml", "h100: {name: H100, part_of: [server]}\nserver: {name: Server}\n")
    source(root, "acme")
    note(root, "low", f"It is [[fig:fig_low|2.00]].\n\n{figure('low', '2.00')}")
    note(root, "high", figure("high", "4.00", source="press"))
    note(root, "whole", figure("whole", "9.00", subject="server", source="x"))
    note(root, "cost", figure("cost", "7.00", quantity="cost", source="y"))
    note(root, "other", figure("other", "5.00", subject="b200"))
    note(root, "draft", figure("draft", "8.00"), status="draft")
    library = Library(root)
    assert [each.id for each in library.figures(quantity="price", subject="h100")] == ["fig_high", "fig_low"]
    low = library.figure("fig_low")
    assert low is not None
    assert (low.as_written, low.note_id, low.where) == ("2.00", "note_low", f"{root}/notes/thesis/low.md:{low.line}")
    assert library.figure("fig_draft") is None
    assert library.figure("fig_draft", drafts=True) is not None
    assert [card.id for card in library.figure_uses("fig_low")] == ["note_low"]
    pairs = {(each.first.id, each.second.id): each.hard for each in library.conflicts()}
    assert pairs == {
        ("fig_high", "fig_low"): True,
        ("fig_high", "fig_whole"): False,
        ("fig_low", "fig_whole"): False,
        ("fig_cost", "fig_high"): False,
        ("fig_cost", "fig_low"): False,
        ("fig_cost", "fig_whole"): False,
    }
    mine = library.conflicts(note_id="note_low")
    assert {(each.first.id, each.second.id) for each in mine} == {pair for pair in pairs if "fig_low" in pair}
    assert mine[0].first.note_id == "note_high"
    assert library.conflicts(note_id="note_other") == []
    assert len(library.conflicts(quantity="cost")) == 3
    entry = library.quantity("price")
    assert entry is not None
    assert (entry.name, entry.figures, entry.subjects, entry.tolerance) == ("rental price", 4, 3, 0.02)
    assert [each.id for each in library.quantities()] == ["cost", "price"]
    assert library.quantity("nothing") is None


def test_conflicts_follow_edits_and_leave_out_what_was_superseded(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    note(root, "low", figure("low", "2.00"))
    note(root, "high", figure("high", "4.00", source="press"))
    library = Library(root)
    assert len(library.conflicts()) == len(library.conflicts(note_id="note_low")) == 1
    note(root, "high", figure("high", "4.00", source="press", supersedes=["fig_low"]))
    library.index.refresh()
    assert library.conflicts() == library.conflicts(note_id="note_low") == []
    note(root, "high", figure("high", "2.01", source="press"))
    library.index.refresh()
    assert library.conflicts() == []
    note(root, "high", figure("high", "4.00", source="press", rank="deprecated"))
    library.index.refresh()
    assert library.conflicts() == []


def test_a_figure_derived_from_another_does_not_contradict_it(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    note(root, "one", figure("one", "2.00"))
    note(root, "step", figure("step", "3.00", quantity="other", derived_from=["fig_one"], source=None))
    note(root, "two", figure("two", "4.00", derived_from=["fig_step"], source=None))
    library = Library(root)
    assert library.conflicts() == library.conflicts(note_id="note_one") == []


def test_quantities_of_the_bundled_brain_mean_something_here(root: Path) -> None:
    note(root, "one", figure("one", "2.00", quantity="rental-price"))
    library = Library(root)
    assert library.figures()[0].half_life_days is not None
    assert [entry.id for entry in library.quantities()] == ["rental-price"]


# --- problems and threads --------------------------------------------------------------------------------------------


def test_problems_are_lines_with_their_place(root: Path) -> None:
    note(root, "one", id="note_same", contributors=["zoe"])
    note(root, "two", "So.[^a]\n\n[^a]: @acme s9-3\n", id="note_same")
    put(root, "vocab/tags.yaml", "a: [\n")
    put(root, "brain.yaml", f"{BRAIN}review: [{{name: r}}]\n")
    source(root, "acme")
    put(root, "sources/more.md", (root / "sources/acme.md").read_text())
    found = "\n".join(Library(root).problems())
    assert "notes/thesis/two.md:1: note note_same is also in notes/thesis/one.md" in found
    assert "notes/thesis/one.md:1: contributor @zoe is not in contributors/" in found
    assert "vocab/tags.yaml:" in found
    assert "brain.yaml:1: rule 'r'" in found
    assert "sources/more.md:1: source acme is already defined in sources/acme.md" in found
    assert "notes/thesis/two.md:13: citation a: sentences 's9-3'" in found


def test_readers_do_not_wait_for_a_writer(root: Path) -> None:
    note(root, "one")
    library = Library(root, look=False)
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        def step(_: object) -> None:
            inside.set()
            done.wait(10)

        library.index.write(step)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(10)
    assert library.counts() == {"thesis": 1}
    done.set()
    holder.join()


def test_many_threads_ask_while_one_writes(root: Path) -> None:
    for number in range(10):
        note(root, f"n{number}", "[[n0]]")
    library = Library(root, look=False)
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(30):
            with library.reading():
                if len(library.backlinks("note_n0")) != len(library.notes()) - 1:
                    wrong.append(library.generation)

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(10, 30):
        note(root, f"n{number}", "[[n0]]")
        library.index.touched([f"notes/thesis/n{number}.md"])
    for reader in readers:
        reader.join()
    assert wrong == []
    assert library.counts() == {"thesis": 30}
