"""The head of a page."""

from __future__ import annotations

import pytest

from rackmath.brain.page import Page
from rackmath.brain.profile import read_profile, split_beats


@pytest.mark.parametrize(
    ("line", "known", "beats"),
    [
        ("Rack coolingAI rents", (), ("Rack cooling", "AI rents")),
        ("Rental pri…Cloud useToken cost", (), ("Rental pri…", "Cloud use", "Token cost")),
        ("OpenAI revenueMeta spend", ("OpenAI",), ("OpenAI revenue", "Meta spend")),
        ("One topic", (), ("One topic",)),
        ("", (), ()),
        ("Racks (big…Power", (), ("Racks (big…", "Power")),
    ],
)
def test_split_beats(line: str, known: tuple[str, ...], beats: tuple[str, ...]) -> None:
    assert split_beats(line, frozenset(known)) == beats


def test_sample_profile(sample: Page) -> None:
    profile = sample.profile
    assert (profile.name, profile.handle, profile.roles) == (
        "Marta Lindqvist",
        "marta",
        ("columnist", "contributing desk"),
    )
    assert (profile.bio_name, profile.subject, profile.publication) == ("Idris Fenwick", "shipping", "Tallyboard")
    assert profile.beats == (
        "Accelerator rental pri…",
        "Cloud commitments",
        "Power and cooling for racks",
        "Depreciation poli…",
        "Token pricing",
    )
    assert (profile.title, profile.announced) == ("Marta’s brain", 31)


def lines(text: str) -> list[tuple[int, str]]:
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line]


def test_head_that_agrees_with_itself_has_no_defects() -> None:
    text = "Ada Crane\n@ada · writer\nAda Crane writes about racks.\nRacks\nAda's brain\n3 nodes\nAll of it."
    profile, defects = read_profile(lines(text), frozenset())
    assert defects == []
    assert (profile.name, profile.bio_name, profile.description) == ("Ada Crane", "Ada Crane", "All of it.")


def test_bio_without_a_name_is_no_mismatch() -> None:
    profile, defects = read_profile(lines("Ada\n@ada\nWrites about racks.\nRacks\nBrain\n3 nodes"), frozenset())
    assert profile.bio_name == ""
    assert defects == []


def test_empty_head() -> None:
    profile, defects = read_profile([], frozenset())
    assert (profile.handle, profile.announced) == ("", None)
    assert {defect.code for defect in defects} == {"no-total", "no-profile"}
