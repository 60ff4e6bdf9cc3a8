"""Bracket references: what they mean was established by hand, by reading the citing sentences against the readings."""

from __future__ import annotations

import pytest

from brain.made_pages import note, page, reading
from rackmath.brain.page import Page, parse_page
from rackmath.brain.references import bracket_groups, resolve_references
from rackmath.brain.report import ImportReport


def meant(found: ImportReport, code: str, number: int) -> set[str]:
    """The readings that a number may mean in a note."""
    return {
        candidate.code
        for reference in found.brackets.references
        if reference.group.note == code
        for candidate in reference.candidates
        if candidate.number == number
    }


@pytest.mark.shared
@pytest.mark.parametrize(
    ("code", "number", "target"),
    [
        ("P3", 1, "R16"),
        ("P3", 9, "R8"),
        ("P3", 8, "R9"),
        ("T10", 2, "R83"),
        ("T10", 12, "R73"),
        ("T11", 22, "R132"),
        ("T12", 14, "R140"),
    ],
)
def test_real_page_targets(seed_report: ImportReport, code: str, number: int, target: str) -> None:
    # batch ends at R16, R84 and R153: 17 − 9 = 8, 85 − 12 = 73, 154 − 22 = 132
    assert meant(seed_report, code, number) == {target}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("raw", "targets"),
    [
        ("[13-16]", ["R72", "R71", "R70", "R69"]),
        ("[25-28]", ["R60", "R59", "R58", "R57"]),
        ("[21, 23-24]", ["R64", "R62", "R61"]),
    ],
)
def test_real_page_lists_and_ranges(seed_report: ImportReport, raw: str, targets: list[str]) -> None:
    (found,) = [r for r in seed_report.brackets.references if r.group.note == "P4" and r.group.raw == raw]
    assert [candidate.code for candidate in found.candidates] == targets


@pytest.mark.shared
def test_real_page_batches_and_counts(seed_report: ImportReport) -> None:
    brackets = seed_report.brackets
    ends = {batch.oldest: set(batch.notes) for batch in brackets.batches}
    assert ends == {16: {"P3", "T6", "T7", "T8"}, 84: {"P4", "T9", "T10"}, 153: {"P5", "T11", "T12"}}
    assert all(0.5 < batch.confidence < 1 for batch in brackets.batches)
    # 83 brackets hold nothing but numbers; one more holds words beside them
    assert (brackets.groups, brackets.irregular) == (84, 1)
    assert brackets.with_candidates == 84
    assert len(brackets.by_note) == 10


@pytest.mark.shared
def test_real_page_readings_that_no_synthesis_uses(seed_report: ImportReport) -> None:
    used = {int(c.code[1:]) for r in seed_report.brackets.references for c in r.candidates}
    assert not used & {*range(17, 53), *range(85, 123)}


def test_sample_page_batches(sample_report: ImportReport) -> None:
    brackets = sample_report.brackets
    ends = {batch.oldest: set(batch.notes) for batch in brackets.batches}
    assert ends == {8: {"P1", "T1", "T2"}, 18: {"P3", "T3", "T4"}}
    assert (brackets.groups, brackets.irregular, brackets.with_candidates) == (25, 1, 24)
    assert meant(sample_report, "T1", 1) == {"R8"}  # 9 − 1
    assert meant(sample_report, "T4", 2) == {"R17"}  # 19 − 2
    assert meant(sample_report, "T4", 41) == set()  # beyond the batch: no candidate, and reported
    assert "ref-without-target" in {defect.code for defect in sample_report.defects}


@pytest.mark.parametrize(
    ("text", "numbers", "regular"),
    [
        ("[9]", (9,), True),
        ("[13, 16]", (13, 16), True),
        ("[25-28]", (25, 26, 27, 28), True),
        ("[25–27]", (25, 26, 27), True),
        ("[21, 23-24]", (21, 23, 24), True),
        ("reading [10]", (10,), True),
        ("[reading 10]", (10,), True),
        ("[readings 29-30 imply it]", (29, 30), False),
        ("[28-25]", (28, 25), True),
        ("[1-9999]", (1, 9999), True),
    ],
)
def test_forms_of_a_bracket(text: str, numbers: tuple[int, ...], regular: bool) -> None:
    (group,) = bracket_groups(parse_page(page(note("T", f"A claim {text}."))).notes[0])
    assert (group.numbers, group.regular) == (numbers, regular)


@pytest.mark.parametrize("text", ["[sic]", "[see 3]", "[1](https://e.example)", "[^1]", "[]", "[12345]", "[1.5]"])
def test_brackets_that_are_not_references(text: str) -> None:
    assert bracket_groups(parse_page(page(note("T", f"A claim {text}."))).notes[0]) == []


def made(*theses: str) -> Page:
    """Three batches' worth of readings about different things; the newest comes first."""
    topics = ["copper wire", "iron ore", "pine timber", "wheat flour", "silk thread", "glass panes"]
    readings = [reading(f"On {topic}", f"Prices of {topic} rose.", urls=("https://a.example",)) for topic in topics]
    return parse_page("\n".join([page(*theses), f"Reading{len(readings)} nodes", *readings]))


def test_numbers_count_from_the_oldest_of_a_batch() -> None:
    # readings R1 copper … R6 glass; if the batch ends at R4, [1] is wheat (R4) and [3] is iron (R2)
    references, batches = resolve_references(made(note("T", "Flour made of wheat [1]. Ore for iron [3].")))
    assert [batch.oldest for batch in batches] == [4]
    assert [candidate.code for r in references for candidate in r.candidates] == ["R4", "R2"]
    assert batches[0].code(3) == "R2"


def test_same_number_means_different_readings_in_different_notes() -> None:
    references, _ = resolve_references(made(note("T", "Flour of wheat [1]."), note("U", "Panes of glass [1].")))
    assert [r.candidates[0].code for r in references] == ["R4", "R6"]


def test_notes_that_agree_are_surer_than_one_alone() -> None:
    alone = resolve_references(made(note("T", "Flour, or glass [1].")))[1][0]
    both = resolve_references(made(note("T", "Flour, or glass [1]."), note("U", "Flour of wheat, not glass [1].")))[1]
    assert max(batch.confidence for batch in both) > alone.confidence


def test_without_a_word_in_common_nothing_is_offered() -> None:
    references, batches = resolve_references(made(note("T", "Zeppelins [1].")))
    assert batches == []
    assert references[0].candidates == ()
    assert references[0].missing == (1,)


def test_page_without_readings_offers_nothing() -> None:
    references, batches = resolve_references(parse_page(page(note("T", "A claim [1]."))))
    assert (len(references), batches) == (1, [])
