"""Document numbers of a research run: what was established by hand about one, and made pages with a known answer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from brain.made_pages import cite, note, page, reading
from rackmath.brain.cites import cites
from rackmath.brain.doc_sources import RunDocument, offers_for, resolve_documents, sessions_of
from rackmath.brain.page import Page, parse_page
from rackmath.vault import Document


@pytest.fixture(scope="module")
def first_run(seed: Page):
    return resolve_documents(seed.notes)[0]


def best(document: RunDocument | None) -> tuple[str, float]:
    assert document is not None
    return (document.candidates[0].url, document.candidates[0].confidence) if document.candidates else ("", 0.0)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("number", "address"),
    [
        (3, "introl.com"),
        (13, "medrxiv.org"),
        (12, "oplexa.com"),
        (8, "uncoveralpha.com"),
        (16, "uncoveralpha.com"),
        (14, "cloudexpat.com/blog/aws-trainium-vs-google-tpu-v5e"),
    ],
)
def test_documents_of_a_real_run(first_run, number: int, address: str):
    assert first_run.notes == ("R1", "R2", "R3", "R4")
    url, confidence = best(first_run.document(number))
    assert address in url
    assert confidence > 0.5


@pytest.mark.shared
def test_two_documents_together_cover_what_is_listed_four_times(first_run):
    found = {number: first_run.document(number) for number in (8, 16)}
    assert {code for document in found.values() for code in document.notes} == {"R1", "R2", "R3", "R4"}


@pytest.mark.shared
def test_a_gap_in_a_list_is_told_and_not_filled(first_run):
    """R4 cites documents 11 and 20 and lists no page of the site that they elsewhere point to."""
    twenty, eleven = first_run.document(20), first_run.document(11)
    assert all(each.confidence < 0.5 for each in twenty.candidates_in("R4"))
    assert any("cloudexpat.com" in each.url and each.lacking == ("R4",) for each in twenty.candidates)
    assert "cloudexpat.com" in eleven.candidates[0].url
    assert "cloudexpat.com" not in str(eleven.candidates_in("R4"))


@pytest.mark.shared
def test_every_run_of_a_real_page_is_seen(seed: Page):
    runs = resolve_documents(seed.notes)
    cited = {each.code for each in seed.notes if each.citations}
    assert cited <= {code for run in runs for code in run.notes}
    assert {len(run.notes) for run in runs} == {3, 4}
    for run in runs:
        for document in run.documents:
            assert sum(each.confidence for each in document.candidates) <= 1.005


def run_page(*readings: str) -> Page:
    return parse_page(page(*readings, heading="Reading{n} nodes"))


def planted(draw: random.Random) -> tuple[Page, dict[int, str]]:
    """Return a run whose readings cite five documents each, and what the documents are."""
    truth = {doc: f"https://site{doc}.example.org/page" for doc in draw.sample(range(1, 28), 9)}
    notes = []
    for at in range(4):
        used = draw.sample(sorted(truth), 5)
        body = " ".join(cite(f"{doc}-1", f"Words {doc}.") for doc in used)
        notes.append(reading(f"Title {at}", body, urls=tuple(truth[doc] for doc in used), tags=f"#one#t{at}"))
    return run_page(*notes), truth


def test_what_was_planted_is_found():
    """With whole lists in the order of citing, most documents are recovered and confident answers are right."""
    draw = random.Random(4)
    right = sure = total = 0
    for _ in range(30):
        found, truth = planted(draw)
        (run,) = resolve_documents(found.notes)
        for document in run.documents:
            url, confidence = best(document)
            total += 1
            right += url == truth[document.number]
            if confidence > 0.9:
                sure += 1
                assert url == truth[document.number]
    assert right / total > 0.95
    assert sure / total > 0.6


def test_readings_without_common_tags_are_other_runs():
    found = run_page(
        reading("A", cite("1-1", "x"), urls=("https://a.example/p",), tags="#one"),
        reading("B", cite("1-1", "y"), urls=("https://b.example/p",), tags="#two"),
    )
    assert [len(each) for each in sessions_of(found.notes)] == [1, 1]
    first, second = resolve_documents(found.notes)
    assert best(first.document(1))[0] == "https://a.example/p"
    assert best(second.document(1))[0] == "https://b.example/p"
    assert offers_for("R2", [first, second])[1][0].url == "https://b.example/p"


def test_no_list_gives_no_candidate():
    (run,) = resolve_documents(run_page(note("A", cite("7-1", "x"))).notes)
    assert run.document(7).candidates == ()
    assert run.document(8) is None


@pytest.mark.shared
def test_an_import_offers_and_does_not_bind(seed_vault: Path):
    found = [
        each
        for path in (seed_vault / "notes/reading").glob("*.md")
        for each in cites(Document.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(found) == 594
    assert {each.state for each in found} == {"unresolved"}
    assert {each.citekey for each in found} == {""}
    offered = [each for each in found if each.offered]
    assert len(offered) > 500
    assert all(0 < confidence <= 1 for each in offered for _, confidence in each.offered)
