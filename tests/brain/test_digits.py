from __future__ import annotations

import time
from decimal import Decimal

import pytest

from brain.planted import cases
from pace import within
from rackmath.brain.digits import missing
from rackmath.brain.measured import measures
from rackmath.brain.names import names
from rackmath.brain.page import Page
from rackmath.brain.report import ImportReport


def values(text: str) -> list[tuple[str, str]]:
    return [(f"{each.value:f}", each.unit) for each in measures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$3.5B, USD 3.5 billion and 3,500 million dollars", [("3500000000", "usd")] * 3),
        ("44%, 44 percent and 44 per cent", [("44", "pct")] * 3),
        ("44× and 44x and 44-fold", [("44", "times")] * 3),
        ("2–5×, $2 to 5 billion", [("2", "times"), ("5", "times"), ("2000000000", "usd"), ("5000000000", "usd")]),
        ("1.1 × 10^-5, 3×10⁶", [("0.000011", ""), ("3000000", "")]),
        ("90 kW and 0.09 MW", [("90000", "w")] * 2),
        ("18 months, 1.5 years", [("18", "month")] * 2),
        ("a 2.5-year doubling of 470 GPUs", [("30", "month"), ("470", "")]),
        ("15 cents, $0.15", [("0.15", "usd")] * 2),
        ("H100, GPT-4, p5e.48xlarge, v5e, 3D, 95th", []),
        ("70B parameters, 5k users, sub-500ms", [("70000000000", ""), ("5000", ""), ("0.5", "s")]),
        ("5 m tall, 5m tall", [("5", "m")] * 2),
        ("80 GB, 80 GiB", [("80000000000", "byte"), ("85899345920", "byte")]),
        ("18-24 months", [("18", "month"), ("24", "month")]),
        ("1.2.3 and 10.0.0.1", []),
    ],
)
def test_numbers_are_read_as_values(text: str, expected: list[tuple[str, str]]):
    assert values(text) == expected


def test_a_number_says_what_it_is_per_and_how_sure_it_is():
    first, second, third = measures("over $2.50 per GPU-hour, about 1,400 and 600+ of 1999")[:3]
    assert (first.per, first.hedge, first.step) == ("hour", "over", Decimal("0.01"))
    assert (second.hedge, second.digits, second.step) == ("about", 2, 100)
    assert third.hedge == "over"
    assert measures("in 1999")[0].is_year


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The p5e.48xlarge of AWS has H100s.", ["p5e.48xlarge", "AWS", "H100s"]),
        ("Sales of Fernway's Z9-based racks in Q2 FY26 by June.", ["Fernway", "Z9", "Q2", "FY26", "June"]),
        ("Prices fell. Costs rose for GPUs and the API in May.", []),
        ("In mid-2024 a 40kW, 70B-parameter model won.", []),
    ],
)
def test_names(text: str, expected: list[str]):
    assert list(names(text)) == expected


@pytest.mark.parametrize(
    ("claim", "cited", "context"),
    [
        ("Rent fell to $2.10.", "It is now USD 2.10.", ""),
        ("It takes 40 kW.", "| Ab-1 | 40 |", "| Chip | Power (kW) |"),
        ("Sales were $3.2 billion.", "| Sales | 3,200 |", "In millions of dollars"),
        ("about $3", "$2.98", ""),
        ("roughly 1,400 sites", "1,389 sites", ""),
        ("over 40% of it", "40.6 % of it", ""),
        ("nearly 3 years", "2.6 years", ""),
        ("3 of the halls", "three of the halls", ""),
        ("Of 2031 sales", "Of sales", "Report 2031"),
        ("sold by AWS", "sold by Amazon Web Services", ""),
        ("the GPT 4 and FY2026", "the GPT-4 and FY26", ""),
        ("says Calder today", "it says", "Calder, annual report"),
        ("fell by 5%", "a change of −5 %", ""),
        ("no numbers at all", "nothing", ""),
    ],
)
def test_what_is_there_is_found(claim: str, cited: str, context: str):
    assert missing(claim, cited, context) == []


@pytest.mark.parametrize(
    ("claim", "cited", "expected"),
    [
        ("It rose 44%.", "It rose 43%.", [("number", "44%", "43%")]),
        ("It rose 44%.", "It rose 44×.", [("number", "44%", "")]),
        ("It cost $3.", "It cost $2.98.", [("number", "$3", "$2.98")]),
        ("about $3", "$2.40", [("number", "$3", "$2.40")]),
        ("about $3.00", "$3.0", []),
        ("$3.5B", "$3.5M", [("number", "$3.5B", "$3.5M")]),
        ("$2 per hour", "$2 per month", [("number", "$2", "$2")]),
        ("40 kW", "40 MW", [("number", "40 kW", "40 MW")]),
        ("2–5%", "2–6%", [("number", "5%", "6%")]),
        ("the H100 of Calder", "the H200 of Calder", [("name", "H100", "")]),
        ("in Q2 of June", "in Q3 of July", [("name", "Q2", ""), ("name", "June", "")]),
        ("in 2031", "in 2030", [("number", "2031", "2030")]),
    ],
)
def test_what_is_wrong_is_told_with_what_stands_there(claim: str, cited: str, expected: list[tuple[str, str, str]]):
    assert missing(claim, cited) == expected


def test_planted_errors_are_found_and_true_claims_are_let_be():
    flagged = [(case, bool(missing(case.claim, case.cited, case.context))) for case in cases(2000)]
    right = sum(told and bool(case.wrong) for case, told in flagged)
    told = sum(told for _, told in flagged)
    planted = sum(bool(case.wrong) for case, _ in flagged)
    assert planted == 1000
    assert right / told >= 0.99, [case for case, told in flagged if told and not case.wrong][:5]  # precision
    assert right / planted >= 0.99, [case for case, told in flagged if case.wrong and not told][:5]  # recall


@pytest.mark.parametrize(
    ("note", "raw", "number"), [("T9", "[27]", "40W"), ("T10", "[20]", "3-year"), ("T12", "[7]", "10x")]
)
def test_known_wrong_references_of_a_real_page_are_found(
    seed: Page, seed_report: ImportReport, note: str, raw: str, number: str
):
    bodies = {each.code: f"{each.title}. {each.prose}" for each in seed.notes}
    (found,) = [
        each
        for each in seed_report.brackets.references
        if (each.group.note, each.group.raw) == (note, raw) and each.candidates
    ]
    assert number in [each.text for each in missing(found.group.sentence, bodies[found.candidates[0].code])]


def test_hostile_text_is_cut_to_a_bearable_length():
    started = time.process_time()
    for piece in ("1 ", "1,", "1-", "$", "A-1", "1 to ", "× 10 ", "H1.", "a/", "Aa "):
        missing(piece * 2_000, piece * 2_000, piece * 2_000)
    many = " ".join(f"{number}%" for number in range(2_000))
    missing(many, many[::-1], many)
    assert time.process_time() - started < within(15)
