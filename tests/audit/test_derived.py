"""Figures that follow from others: sentences, lists, tables and whole pages scored against their keys."""

import importlib.util
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from rackmath.audit import audit, audit_matter, read_text
from rackmath.audit.quantity import quantities
from rackmath.evidence import STARTER

DAY = date(2026, 12, 1)
SCORE = Path(__file__).parents[2] / "bench" / "audit" / "score.py"


def _found(text, kind="arithmetic"):
    return [each for each in audit_matter(read_text(text, "page.md"), DAY, (kind,)) if each.kind == kind]


def _at(text, printed):
    """Return what was found on a printed figure."""
    place = text.rindex(printed)
    hits = [each for each in _found(text) if each.start <= place + len(printed) - 1 and place < each.end]
    assert len(hits) <= 1
    return hits[0] if hits else None


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (
            "Boilers make 8.4 tonnes per hour. The plant has 12 boilers, so it makes 100.8 tonnes per hour.",
            "100.8 tonnes",
        ),
        ("Of the 1,125 nurses 270 are over the age, 24%.", "24%"),
        ("A pump draws 110 W around the clock: 964 kWh a year.", "964 kWh"),
        ("Pumping used 118 GWh of electricity at 14p a kilowatt-hour, £16.5 million.", "£16.5 million"),
        ("Usage averaged 22% in spring and 37% in autumn, 15 points better.", "15 points"),
        ("Rent averages £112 a week; over 52 weeks that makes £5,824.", "£5,824"),
        ("The line is 13.5 km long. A run takes 36 minutes, which is 22.5 km/h.", "22.5 km/h"),
        ("We sold 8,640 at $1,450 and 4,800 at $520. That makes $15.0 million.", "$15.0 million"),
        ("A battery of 9.5 kWh costs £4,750, or £500 a kWh.", "£500 a kWh"),
        ("It saves four jobs at €46,000, €184,000, and €61,000 of energy; €245,000 together.", "€245,000"),
        ("We hold 40 cards at $2.60 an hour. Running all year that comes to $911,000.", "$911,000"),
        ("Of $2.16 million the API took $430,000, or one dollar in five.", "one dollar in five"),
        ("Per unit: p4d 21.96 / (8 x 312) = 0.88 cents, p5 55.04 / (8 x 989) = 0.70.", "0.70"),
    ],
)
def test_what_follows_from_other_figures_is_confirmed(text, printed):
    found = _at(text, printed)
    assert found
    assert found.verdict in ("holds", "rounds")


@pytest.mark.parametrize(
    ("text", "printed", "value"),
    [
        ("Egress: 118 TB at $0.08 per GB comes to $944.", "$944", 9440),
        ("The charge rose from 46p to 61p a day. That's a 25% rise.", "25%", 32.6),
        ("Spent: €55 million on passing, €12.3 million on connecting, €76.3 million in all.", "€76.3 million", 67.3e6),
        ("Running all year they use 9.5 GWh, which at €0.16 per kWh makes €15.2 million.", "€15.2 million", 1.52e6),
        ("A first discount of 10% and a further 5% bring the price down by 15% in all.", "15%", 14.5),
        ("Eight cards cost $1.11 a million tokens at full load. At 62% it is $0.69 a million.", "$0.69", 1.79),
        ("A year's bill of £84,000 is £700 a month. The rest, at £900 a month, is £108,000 a year, or £9,500 a month.",
         "£9,500 a month", 9000),
    ],
)  # fmt: skip
def test_what_does_not_follow_is_told_with_what_does(text, printed, value):
    found = _at(text, printed)
    assert found
    assert found.verdict == "wrong"
    assert found.recomputed == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize(
    "text",
    [
        "Rents fell from $3,900 to $2,340, while contract rates fell 8%.",
        "Whether utilisation is 50% or 95%, you pay for 100%.",
        "The plan is 1,300 homes in five years; the target was 300 a year.",
        "A 1-year plan saves 40%, a 3-year plan 65%.",
        "It has 350 W and 700 W models, at 5× lower price.",
        "Sonnet 4 charges $3.00 per million tokens and $15.00 per million output tokens.",
        "Of 500 patients, 200 of 300 women (40% of all) returned.",
        "Two H100s cost $47/GPU/month in power each; applying a PUE of 1.4 increases that to $131/month.",
        "Length of stay is 5.4 days; for hips alone it is 6.8 days.",
    ],
)
def test_figures_of_their_own_are_not_doubted(text):
    assert not [each.explanation for each in _found(text) if each.verdict in ("wrong", "ambiguous")]


TABLE = """
| Line | Units | Unit cost | Value |
|---|---:|---:|---:|
| Coats | 14,000 | €38.00 | €532,000 |
| Boots | 9,500 | €27.00 | €256,500 |
| Scarves | 31,000 | €4.20 | €103,200 |
| Hats | 22,000 | €3.50 | €77,000 |
"""


def test_a_column_of_a_table_is_learnt_from_its_rows():
    found = _found(TABLE)
    assert Counter(each.verdict for each in found) == {"holds": 3, "wrong": 1}
    (wrong,) = (each for each in found if each.verdict == "wrong")
    assert wrong.recomputed == pytest.approx(130_200)
    assert TABLE[wrong.start : wrong.end] == "€103,200"


def test_totals_of_columns_are_added():
    rows = "\n".join(
        ["| | 2023 | 2024 |", "|---|---|---|", "| A | 18.4 | 22.8 |", "| B | 14.0 | 12.5 |", "| C | 1.1 | 1.2 |"]
    )
    found = _found(f"{rows}\n| Total | 33.5 | 37.5 |\n")
    assert sorted(each.verdict for each in found) == ["holds", "wrong"]


def test_parts_of_a_table_without_relation_are_left_alone():
    rows = "\n".join(f"| Town {at} | {3 * at + 7} | {91 - 5 * at * at} | {17 + 11 * at % 7} |" for at in range(1, 5))
    assert not [
        each for each in _found(f"| Town | A | B | C |\n|---|---|---|---|\n{rows}\n") if each.verdict == "wrong"
    ]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("three in ten", 30, "pct"),
        ("76p of every pound", 76, "pct"),
        ("seven and a half years", 90, "month"),
        ("half a million pounds", 500_000, "gbp"),
        ("28p per kWh", 0.28, "gbp"),
        ("15 points better than 4%", 15, "pp"),
        ("a million requests", 1e6, ""),
        ("Developers speak of a year and a half.", 18, "month"),
        ("The wait is two hours and a half.", 9000, "s"),
        ("It holds three quarters of a million bottles.", 750_000, ""),
        ("The fab uses 2.4 TWh/yr.", 2.4e12, "wh"),
    ],
)
def test_numbers_in_words_are_read(text, value, unit):
    figure = quantities(text)[0]
    assert figure.value == pytest.approx(value)
    assert figure.unit == unit


def test_a_trend_that_the_figures_contradict_is_told():
    text = "It finished 204 homes this year and 231 homes the year before, so output is rising."
    (found,) = (each for each in _found(text) if each.rule == "direction")
    assert found.verdict == "wrong"
    assert text[found.start : found.end] == "rising"


def test_a_trend_over_two_sentences_is_told():
    text = "The average hectolitre earns €113. Last year it was €121, so prices have gone up."
    (found,) = (each for each in _found(text) if each.rule == "direction")
    assert found.verdict == "wrong"


def test_the_bundled_brain_accuses_itself_of_nothing():
    """Its arithmetic was checked by hand: what is found wrong there is an error of the audit, or a new one of ours."""
    assert not [each.explanation for each in audit(STARTER, DAY) if each.verdict == "wrong"]


def test_our_own_pages_are_accused_of_nothing():
    """All but the page on the audit, which shows errors."""
    root = Path(__file__).parents[2]
    pages = [page for page in (root / "README.md", *sorted((root / "docs").glob("*.md"))) if page.name != "audit.md"]
    assert len(pages) > 10
    assert not [
        (page.name, each.explanation)
        for page in pages
        for each in audit(page, DAY)
        if each.kind == "arithmetic" and each.verdict == "wrong"
    ]


def test_the_same_thing_told_twice_with_other_values_is_a_conflict():
    text = "# Trams\n\nA tram has 64 seats and a bell.\n\n# Dispute\n\nThe data sheet speaks of 52 seats in a tram."
    (found,) = _found(text, "conflict")
    assert {each.value for each in found.statements} == {"64", "52"}


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\nThe tram has 64 seats.\n\n# B\n\nIf we had the long tram, the tram would have 90 seats.",
        "# A\n\nMedian latency of the search is 40 ms.\n\n# B\n\nPeak latency of the search is 90 ms.",
        "# A\n\nThe fleet had 40 trucks in 2019.\n\n# B\n\nThe fleet had 60 trucks in 2024.",
        "# A\n\nInput tokens cost $2 per million tokens.\n\n# B\n\nOutput tokens cost $8 per million tokens.",
    ],
)
def test_other_scopes_are_no_conflict(text):
    assert not _found(text, "conflict")


@pytest.mark.parametrize(("half", "found", "caught"), [("dev", 0.7, 0.5), ("held", 0.65, 0.45), ("fresh", 0.75, 0.65)])
def test_pages_keep_their_score(half, found, caught):
    spec = importlib.util.spec_from_file_location("score", SCORE)
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    counts = score.pages(half, tell=False)
    assert counts["found"] >= found * counts["claims"]
    assert counts["caught"] >= caught * counts["wrong"]
    assert counts["sure right"] >= 0.9 * counts["sure"]
    assert counts["groups found"] >= 0.5 * counts["groups"]
    assert counts["conflicts right"] >= 0.7 * counts["conflicts"]
