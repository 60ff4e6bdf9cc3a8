"""What needs a person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from brain.made_vaults import BRAIN, QUANTITIES, figure, make_brain, note, put, snapshot, source
from rackmath.brain.entries import Task
from rackmath.brain.library import Library
from rackmath.brain.site import Site

TODAY = date(2026, 6, 1)
RULES = f"{BRAIN}review: [{{name: filings, why: a filing is quoted, when: {{source_kind: [filing]}}, needs: [bob]}}]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_brain(tmp_path / "b", RULES)


def tasks(root: Path, kind: str = "", today: date = TODAY) -> list[Task]:
    return [task for task in Library(root).attention(today) if task.kind.startswith(kind)]


def test_a_brain_without_trouble_asks_for_nothing(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    source(root, "acme")
    snapshot(root, "acme", "It is 3.50 dollars.")
    note(root, "one", f"It is 3.50.[^a]\n\n{figure('a', '3.50', as_of='2026-05')}\n[^a]: @acme s1\n")
    assert tasks(root) == []


def test_a_flood_of_citations_is_one_line_for_each_note_and_state(root: Path) -> None:
    entries = "".join(f"- {{id: c{n}, state: unresolved, marks: [m{n}]}}\n" for n in range(80))
    note(root, "one", f"```citations\n{entries}```\n")
    note(root, "two", "```citations\n- {id: c1, marks: [m]}\n```\n")
    note(root, "draft", "```citations\n- {id: c1, marks: [m]}\n```\n", status="draft")
    found = tasks(root, "citations")
    assert [(task.card.id if task.card else "", task.count) for task in found] == [("note_one", 80), ("note_two", 1)]
    assert len(found[0].items) <= 50
    assert found[0].title == "80 unresolved citations of 80: One"
    assert found[0].target.startswith("/n/")


def test_wrong_citations_come_before_unresolved_ones(root: Path) -> None:
    source(root, "acme")
    snapshot(root, "acme", "It is 4.50 dollars.")
    note(root, "one", "It is 3.50 dollars.[^a] So.[^b] So.[^c]\n\n[^a]: @acme s1\n[^b]: @acme s9\n[^c]: @none\n")
    found = tasks(root, "citations")
    assert [(task.kind, task.severity) for task in found] == [
        ("citations_mismatch", 1),
        ("citations_orphaned", 2),
        ("citations_unresolved", 3),
    ]


def test_references_that_wait_for_a_person(root: Path) -> None:
    note(root, "read", kind="reading")
    block = (
        "- {id: r1, raw: '[3]', candidates: [{number: 3, note: note_read}]}\n- {id: r2, raw: '[4]'}\n"
        "- {id: r3, raw: '[5]', resolved: [note_read]}\n"
    )
    note(root, "one", f"So [3] and [4] and [5].\n\n```references\n{block}```\n")
    (found,) = tasks(root, "references")
    assert (found.count, found.items) == (2, ("[3]", "[4]"))
    assert "1 of them" in found.why


def test_stale_figures_that_bear_load_by_note(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    note(root, "shown", f"[[fig:fig_a|3.50]]\n\n{figure('a', '3.50', as_of='2026-01')}")
    note(root, "best", figure("b", "3.50", as_of="2026-02", rank="preferred", subject="b200"))
    note(root, "aside", figure("c", "3.50", as_of="2026-01", subject="tpu"))
    note(root, "gone", figure("d", "3.50", as_of="2026-01", rank="deprecated", subject="x"))
    found = tasks(root, "stale")
    assert [(task.card.id if task.card else "", task.since) for task in found] == [
        ("note_shown", "2026-01-31"),
        ("note_best", "2026-02-28"),
    ]
    assert "over its half-life of 90 days" in found[0].why
    assert tasks(root, "stale", date(2026, 2, 1)) == []


def test_conflicts_hard_ones_first_by_quantity(root: Path) -> None:
    put(root, "vocab/quantities.yaml", QUANTITIES)
    for name, value in (("a", "2.00"), ("b", "4.00"), ("c", "8.00")):
        note(root, name, figure(name, value, source=f"s{name}", stated_on=f"2026-0{ord(name) - 95}-01"))
    (found,) = tasks(root, "conflicts")
    assert (found.severity, found.count, found.target) == (1, 3, "/q/price")
    assert found.title == "rental price: 3 conflicts, 3 hard"


def test_notes_that_wait_for_an_approval(root: Path) -> None:
    source(root, "acme", source_kind="filing")
    note(root, "held", "So.[^a]\n\n[^a]: @acme\n")
    note(root, "asking", status="review")
    held, asking = sorted(tasks(root, "review"), key=lambda task: task.severity)
    assert held.title == "Not published: Held"
    assert "the approval of @bob" in held.why
    assert (asking.title, asking.severity) == ("In review: Asking", 2)


def test_proposals_that_wait(root: Path) -> None:
    put(root, "proposals/notes/thesis/one.0123456789ab.md", "text")
    put(root, "proposals/.hidden/x.md", "text")
    (found,) = tasks(root, "proposals")
    assert (found.count, found.items) == (1, ("proposals/notes/thesis/one.0123456789ab.md",))


def test_notes_that_are_gone_but_still_linked(root: Path) -> None:
    note(root, "old", status="retired", retired_because="it was wrong")
    note(root, "past", superseded_by="[[new]]")
    note(root, "new", updates=["[[past]]"])
    note(root, "one", "[[old]] and [[past]].")
    note(root, "draft", "[[old]]", status="draft")
    found = {task.card.id if task.card else "": task for task in tasks(root, "gone")}
    assert set(found) == {"note_old", "note_past"}
    assert found["note_old"].items == ("One",)
    assert "retired" in found["note_old"].why
    assert "superseded" in found["note_past"].why


def test_sources_that_fell_away(root: Path) -> None:
    source(root, "acme", status="retracted")
    source(root, "press", status="dead")
    source(root, "unused", status="retracted")
    note(root, "one", sources=["acme", "press"])
    assert [(task.kind, task.severity, task.target) for task in tasks(root, "source")] == [
        ("source_retracted", 1, "/src/acme"),
        ("source_dead", 3, "/src/press"),
    ]


def test_links_that_lead_nowhere_and_files_with_problems(root: Path) -> None:
    note(root, "one", "[[nowhere]] [[two]]")
    note(root, "two")
    put(root, "notes/thesis/bad.md", "---\nid: [\n---\n")
    (links,) = tasks(root, "links")
    assert links.items == ("nowhere",)
    assert [task.target for task in tasks(root, "problems")] == ["notes/thesis/bad.md"]


def test_tags_that_may_be_another_tag(root: Path) -> None:
    for number in range(3):
        note(root, f"n{number}", tags=["token-price"])
    note(root, "one", tags=["token-prices"])
    (found,) = tasks(root, "tags")
    assert found.items[0].startswith("token-prices → token-price:")
    put(root, "vocab/tags.yaml", "a: {merged_into: b}\nb: {merged_into: a}\ntoken-prices: {merged_into: token-price}\n")
    (found,) = tasks(root, "tags")
    assert found.items == ("a", "b")


def test_the_same_brain_and_day_give_the_same_list(root: Path) -> None:
    note(root, "one", "[[nowhere]] So.[^a]\n\n[^a]: @none\n")
    note(root, "two", status="review")
    library = Library(root)
    assert library.attention(TODAY) == library.attention(TODAY)
    severities = [task.severity for task in library.attention(TODAY)]
    assert severities == sorted(severities)


def test_imported_brain_asks_for_what_it_lacks(seed_vault: Path) -> None:
    found = Site([seed_vault]).attention(TODAY)
    assert sum(task.count for task in found if task.kind == "citations_unresolved") == 594
    assert len([task for task in found if task.kind == "citations_unresolved"]) == 105
    assert sum(task.count for task in found if task.kind == "references") >= 83
