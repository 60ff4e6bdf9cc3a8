"""Two pages of other subjects, with planted errors and with figures that only look wrong, and a key made by hand."""

from datetime import date
from pathlib import Path

import pytest

from rackmath.audit import audit

PAGES = Path(__file__).parent / "pages"
DAY = date(2026, 12, 1)

# (line, the claim as printed, what comes out): planted, worked out by hand
PLANTED = {
    "shipping": [
        (6, 20, 25),  # 1.2 to 1.5 million
        (7, 35, 25),  # 45 of 180
        (8, 130, 120),  # 180 - 60
        (13, 1.2, 0.9),  # 5 x 180 kW
        (15, 120_000, 100_000),  # 25 x 4,000
        (17, 275_200, 175_200),  # 200 x 8,760 x 0.10
        (21, 60, 40),  # 150 to 90
        (22, 6000, 4380),  # 12 x 365
        (23, 3, 2.5),  # 3,000 to 7,500
        (24, 5200, None),  # "fell" from 4,000 to 5,200
        (28, 40, 25),  # 900 against 1,200
        (30, 25, 23.5),  # 15 % then 10 %
        (32, 18, 36),  # 90,000 / 30,000 years
        (34, 40e6, 36e6),  # 22 + 9 + 5
        (36, 25, 14.87),  # 2^(1/5)
        (37, 41, None),  # more than half
    ],
    "hospital": [
        (7, 250, 150),  # 10 x 15 kW
        (8, 6000, 4380),  # 500 W x 8,760 h
        (12, 33, 50),  # 0.04 to 0.06
        (13, 50_000, 60_000),  # 260,000 - 200,000
        (14, 32_850, 328_500),  # 900 x 365
        (15, 25, 20),  # 18 of 90
        (17, 560_000, 510_000),  # 300 + 120 + 90
        (21, 25, 20),  # 5,000 to 4,000
        (22, 10, 7.27),  # ln 2 / ln 1.1 years
        (24, 4, 2),  # 700 against 350
        (26, 30, 20),  # 100 - 50 - 30
        (28, 40, 25),  # 20 of 80
        (30, 180, 500),  # 300 / 0.6
        (31, 5, 4),  # five reasons, four listed
    ],
}
HARMLESS = {"shipping": range(39, 60), "hospital": range(34, 60)}


@pytest.fixture(scope="module", params=sorted(PLANTED))
def page(request):
    return request.param, audit(PAGES / f"{request.param}.md", DAY)


def _lines(name):
    return (PAGES / f"{name}.md").read_text().splitlines()


def test_planted_errors_are_found_and_nothing_else_is_wrong(page):
    name, found = page
    wrong = [each for each in found if each.verdict == "wrong"]
    key = PLANTED[name]
    hits = [
        entry
        for entry in key
        if any(
            _near(each.claimed, entry[1]) and (entry[2] is None or _near(each.recomputed, entry[2])) for each in wrong
        )
    ]
    missed = [entry for entry in key if entry not in hits]
    false = [each.explanation for each in wrong if not any(_near(each.claimed, entry[1]) for entry in key)]
    assert not missed
    assert not false


def test_harmless_lines_are_not_accused(page):
    name, found = page
    start = next(at for at, line in enumerate(_lines(name), 1) if line.startswith(("## Not to be", "## Harmless")))
    assert not [each.explanation for each in found if each.line > start and each.verdict in ("wrong", "ambiguous")]


def test_what_is_right_is_confirmed(page):
    _, found = page
    assert sum(each.verdict == "holds" for each in found) >= 14


def test_spans_stand_where_the_claim_is_printed(page):
    name, found = page
    text = (PAGES / f"{name}.md").read_text()
    for each in found:
        if each.kind == "arithmetic":
            assert text[: each.start].count("\n") + 1 == each.line
            for given in each.inputs:
                printed = " ".join(text[given.start : given.end].split())
                assert given.text in printed or printed in given.text or given.name in ("parameters", "before", "rate")


def _near(first, second):
    return first is not None and abs(first - second) <= 0.005 * abs(second)


def test_sentences_made_to_tempt_are_not_accused():
    """Other bases, other subjects, targets and conventions: each line reads like an error and is none."""
    assert not [each.explanation for each in audit(PAGES / "tempting.md", DAY) if each.verdict == "wrong"]
