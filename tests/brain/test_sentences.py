from __future__ import annotations

import json
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain import sentences
from rackmath.brain.sentences import cells, split

SAMPLE = (Path(__file__).parent / "data" / "sentences.md").read_text(encoding="utf-8")

# The output of each version over the sample. A change of rules renumbers sentences that citations count by: it needs a
# new VERSION and a new line here; the lines of older versions stay.
PINNED = {1: "11e72640799628ae1df1e5759ba98ca91bb0abfdae9fadbf36c069df57eeba9b"}


def texts(text: str) -> list[str]:
    return [each.text for each in split(text)]


def test_the_rules_of_a_version_never_change():
    found = [(each.n, each.start, each.end) for each in split(SAMPLE)]
    found += [(each.id, each.start, each.end) for each in cells(SAMPLE)]
    assert sha256(json.dumps(found).encode()).hexdigest() == PINNED[sentences.VERSION]
    assert sentences.NAME == "rackmath-sentences"


def test_the_sample_reads_as_a_person_would_cut_it():
    found = texts(SAMPLE)
    assert found[:3] == [
        "Notes on a made-up cluster, v1.5 ##",
        "The hall draws $3.5B. of nothing; it cost $3.5B.",
        "The U.S. Department of Rails paid, e.g. for Fig. 3.",
    ]
    for expected in (
        "Rents rose 4%.12",
        'Then\n"It fell."',
        "He left (see Sec. 4.) at 5 p.m. on Jan. 5.",
        "J. R. Crane et al. (2031) wrote...",
        "Really?!",
        "In the U.S.",
        "Acme Inc. Smelters bought it.",
        "iBoxes sell.",
        "See https://a.example/c.d?e=f.",
        "No. 5 says no.",
        "A second item\n  goes on here",
        "First thing, 3.2 GB.",
        "Second thing",
        "| Ab-1 | $2.10 |",
        "2031\t2.25",
        '"Twice." he said.',
        "「はい。」",
        "unit: USD. Per hour",
        "Revenue",
        "Plan B.",
        "The rest vs. Plan A was ca. 5 points.[^1]",
        "It rose.²",
        "Done.[3, 5-7]",
        "It has two sentences.",
    ):
        assert expected in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost $3.5B. Then more.", ["It cost $3.5B.", "Then more."]),
        ("It grew 1.25 points. So.", ["It grew 1.25 points.", "So."]),
        ("It ended in 2030. The next began.", ["It ended in 2030.", "The next began."]),
        ("The U.S. and the U.K. agree.", ["The U.S. and the U.K. agree."]),
        ("Approx. 5 of max. 9 units.", ["Approx. 5 of max. 9 units."]),
        ("Meet Dr. Orme. She runs it.", ["Meet Dr. Orme.", "She runs it."]),
        ("W. B. Oak left. I stayed.", ["W. B. Oak left.", "I stayed."]),
        ("Wait ... what? No!", ["Wait ... what?", "No!"]),
        ("Steps 1, 2 … 9 of it.", ["Steps 1, 2 … 9 of it."]),
        ("**Bold end.** Next.", ["**Bold end.**", "Next."]),
        ("(All of it.) Next.", ["(All of it.)", "Next."]),
        ("rose to\n12. The next line", ["rose to\n12.", "The next line"]),
        ("Costs of\nAcme rose by a large part of all.", ["Costs of\nAcme rose by a large part of all."]),
        (
            "Costs\nAcme paid a large part of what the others had paid.",
            ["Costs", "Acme paid a large part of what the others had paid."],
        ),
        ("A. Oak wrote it.", ["A. Oak wrote it."]),
        ("a) one\nb) two", ["one", "two"]),
        ("It is P(A|B) here.\nAnd P(B|A) there.", ["It is P(A|B) here.", "And P(B|A) there."]),
        ("Title\n=====\n\nBody.", ["Title", "Body."]),
        ("one\r\n\r\ntwo\r\nthree", ["one", "two\r\nthree"]),
        ("one\u2029two", ["one", "two"]),
        ("---\n***\n…\n", []),
        ("", []),
    ],
)
def test_cuts(text: str, expected: list[str]):
    assert texts(text) == expected


def test_cells_are_named_by_table_row_and_column():
    found = {each.id: each.text for each in cells(SAMPLE)}
    assert found["t1r1c2"] == "Price"
    assert found["t1r2c2"] == "$2.10"
    assert "t1r3c2" not in found  # empty
    assert found["t2r3c2"] == "2.25"
    assert [each.text for each in cells("a   b\n1   2") if each.id.startswith("t1r2")] == ["1", "2"]
    assert not cells("one | line")


@given(st.text(alphabet=st.sampled_from('Ab1 .\n\r\t|-*>#`。!")[^]:3$'), max_size=200) | st.text(max_size=200))
def test_offsets_are_exact_and_nothing_with_a_letter_is_lost(text: str):
    found = split(text)
    assert [each.n for each in found] == list(range(1, len(found) + 1))
    end = 0
    for each in found:
        assert each.start >= end
        assert each.text == text[each.start : each.end]
        assert each.text
        assert each.text == each.text.strip()
        end = each.end
    covered = "".join(each.text for each in found)
    for letter in "Ab":
        if not any(mark in text for mark in "`[:)"):  # fences, footnote labels and "a)" are marks, not words
            assert covered.count(letter) == text.count(letter)
    for cell in cells(text):
        assert cell.text == text[cell.start : cell.end]


@pytest.mark.parametrize(
    "piece", ["J. Oak ", "a. ", "| a\n", "\n- x", "….”", "a\tb\n", "[^a]", "> ", "a.1 ", "((", "x\n\n", "```\n", ". "]
)
def test_time_is_linear(piece: str):
    def seconds(count: int) -> float:
        text = piece * count
        started = time.process_time()
        split(text)
        cells(text)
        return time.process_time() - started

    seconds(100)
    small, large = seconds(2_000), seconds(16_000)
    assert large < 40 * small + 0.5
