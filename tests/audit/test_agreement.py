"""Figures confirmed by agreement alone, and slips and relations that words single out: each with what comes out."""

from __future__ import annotations

from datetime import date

import pytest

from rackmath.audit import Finding, audit_matter
from rackmath.audit.quantity import quantities
from rackmath.audit.read import read_text

DAY = date(2026, 12, 1)


def _found(text: str) -> list[Finding]:
    return audit_matter(read_text(text, "page.md"), DAY, ("arithmetic",))


def _about(text: str, claim: str) -> list[Finding]:
    at = text.index(claim)
    return [each for each in _found(text) if at <= each.start < at + len(claim)]


CONFIRMED = {
    # agreement where no word sets the figure out as a result
    "A session takes 14 turns of about 650 tokens. In all it reads 252,000 tokens and writes 9,100; reading rules.": (
        "9,100",
        9100,
    ),
    "The site has 48 MW of servers at a PUE of 1.25. A PUE of 1.15 instead would spare 4.8 MW of it.": ("4.8 MW", 4.8),
    "The campus sees 60 MW. With a load factor of 80% the campus takes 420 GWh in a year.": ("420 GWh", 420.5),
    "The plant has 340 MW and a heat rate of 9,200 Btu per kWh, so 3,128 MMBtu for every hour.": ("3,128", 3128),
    # units that are read
    "Bulk wine is €84 per hectolitre. In a 75 cl bottle that is 63 cents of wine.": ("63 cents", 0.63),
    "It lent at 5.84% and paid 3.21% for its money, so the spread was 263 basis points.": ("263", 263),
    "A stream runs at 5 megabits a second, so that an hour of it, 3,600 seconds, is 2.25 gigabytes.": ("2.25", 2.25),
    "They pay $406 million a month, which over a quarter makes $1.22 billion.": ("$1.22 billion", 1.218e9),
    # relations
    "Case mix is 40% short at 20 minutes, 45% standard at 30 and 15% complex at 45. That yields a mean examination of "
    "28.3 minutes.": ("28.3", 28.25),
    "The fee is £1,495. The instalment falls from £1,020 a month to £870 a month, so the fee is recovered in ten "
    "months.": ("ten months", 9.97),
    "A product fee of £1,495 is due. The early repayment charge, which he had forgotten, was £4,800. He saves £3,600 "
    "in interest. Fee and charge amount to £6,295.": ("£6,295", 6295),
    "Training a 7B model on 1T tokens takes 4.2×10^22 FLOPs.": ("4.2×10^22", 4.2e22),
    "With 12.24M tokens an hour it is 12.24M × 730 hrs = 8.94B tokens.": ("8.94B", 8.9352e9),
}


@pytest.mark.parametrize("text", CONFIRMED)
def test_what_agrees_is_confirmed(text):
    claim, value = CONFIRMED[text]
    found = _about(text, claim)
    assert [each.verdict for each in found if each.verdict in ("holds", "rounds")], [each.explanation for each in found]
    assert any(each.recomputed == pytest.approx(value, rel=0.01) for each in found)


WRONG = {
    "Attendances reached 96,000 last year. Five years ago there were 80,000, and the increase since then is 16.7%.": 20,
    "Volume grew 15.4% a month. At such a pace volume doubles every six and a half months.": 4.84,
    "Case mix is 40% short at 20 minutes, 45% standard at 30 and 15% complex at 45. That yields a mean examination of "
    "31.7 minutes.": 28.25,
    "Gloves list at £6.40 a box, less 15% under the framework and then a further 10% for pallets. We pay £4.80.": 4.896,
    "Thirty-four beds were blocked on an average day: 34 beds. Over twelve months this is 1,034 bed-days.": 12410,
    "The yard wants 7.2 MWh of cells at €510 a kWh, so €36.7 million for the pack.": 3.672e6,
    "The monthly bill rose from $475,000 to $1.1 million, an increase of 57%.": 131.6,
    "A 7 billion parameter model trained on 2 trillion tokens needs roughly 84 quintillion FLOPs.": 84_000,
}


@pytest.mark.parametrize("text", WRONG)
def test_slips_are_told(text):
    wrong = [each for each in _found(text) if each.verdict == "wrong"]
    assert wrong, [each.explanation for each in _found(text)]
    assert any(each.recomputed == pytest.approx(WRONG[text], rel=0.01) for each in wrong)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The first year's interest alone is £20,060, which the £16,550 comfortably covers.", "wrong"),
        ("The first year's interest alone is £16,060, which the £20,550 comfortably covers.", "holds"),
        ("A rider pays £14.09, more than the £15.49 of the paying plan.", "wrong"),
        ("A rider pays £15.49, more than the £14.09 of the paying plan.", "holds"),
        ("The price went from 29.4 cents to 22.6 cents, which made us cheaper.", "holds"),
        ("The price went from 22.6 cents to 29.4 cents, which made us cheaper.", "wrong"),
    ],
)
def test_comparisons_are_held_against_their_figures(text, verdict):
    assert [each.verdict for each in _found(text) if each.rule == "direction"] == [verdict]


def test_nothing_is_cheaper_by_all_of_its_price():
    text = "The part rents for $2.30, and owning costs $1.15. Put the other way, owning is 100% cheaper."
    assert [each.verdict for each in _found(text) if "100%" in each.explanation] == ["wrong"]


HARMLESS = [
    "On input alone the monthly bill rose from $475,000 to $1.1 million.",
    "Principal runs off over five years from $1.2B, hence $240M annually or $60M each quarter.",
    "We have collected 11.6% of budgeted revenues, which equals $14,249,100. At this time last year we had $12,366,706 "
    "in revenues, which is 9.9% of the actual amount of revenues of that year.",
    "Third-quarter revenue was 25%, 29% and 31% of annual revenue for fiscal years 2012, 2011 and 2010, respectively.",
    "Do you rent 1000 H100s for 2 weeks or 500 H100s for 4 weeks?",
    "U.S. revenue dropped 16% sequentially. All in all, operating income rose 42% from last year (and 16% from last "
    "quarter).",
    "From 15.5 down to 14 knots saves 18% on a crossing, and lengthens it by 13 minutes.",
    "This results in a payback of 7.5 years, leaving 17.5 years of free electricity over a 25-year warranty.",
    "The full fare is 58 euros and the resident price 37.70, which is 35% off. Residents over 65 get "
    "another 20% off that.",
    "With 81% of slots sold and a CPM of $27.70, a home brings $6.10. The fee is $7.99. Fee and ads "
    "together make $14.09.",
    "Differences at the top (88% vs 89%) are within noise; the best stands at 91%.",
    "$2.00 / (85 x 3,600) x 1,000,000 = $6.54 per 1M tokens.",
    "Balances fell from £7.4bn to £6.5bn, a slippage of 12%.",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_wrong_is_not_accused(text):
    assert not [each.explanation for each in _found(text) if each.verdict == "wrong"]


def test_one_relation_is_told_once():
    text = "Latency fell from 340 ms to 255 ms, 25% lower."
    together = [frozenset([each.start, *(one.start for one in each.inputs)]) for each in _found(text)]
    assert together
    assert len(together) == len(set(together))


def test_agreement_needs_more_than_a_round_figure():
    assert not _about("We have 7 sites, 23 vans and 61 drivers. Half of 90 towns know us.", "Half")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("120 MW", (120.0, "MW")),
        ("4,050 hl", (4050.0, "hl")),
        ("$3 per million tokens", (3.0, "USD/million token")),
        ("80 GB", (80.0, "GB")),
        ("2 weeks", (2.0, "week")),
    ],
)
def test_figures_are_told_in_their_printed_unit(text, printed):
    (figure,) = quantities(text)
    unit, name = figure.printed
    assert (pytest.approx(figure.value / unit), name) == printed


@pytest.mark.parametrize(("second", "verdict"), [("£988", "wrong"), ("£788", "holds")])
def test_what_is_called_cheaper_is_held_against_both_prices(second, verdict):
    text = (
        "A boiler costs £2,900. It uses 12,000 kWh of gas at 7p, £840 a year. A heat pump needs 3,800 kWh, "
        f"{second} a year. The memo says that the heat pump is cheaper to run."
    )
    assert [each.verdict for each in _found(text) if each.rule == "direction"] == [verdict]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            "Staffing is 14 people on site, up from 9 at opening. Payroll went from $1.17 million to $2.03 million, so "
            "the cost per head fell.",
            "wrong",
        ),
        (
            "The bill went from $41,000 in January to $64,500 in December. Traffic went from 210 million requests a "
            "month to 378 million, so cost per thousand requests fell.",
            "holds",
        ),
    ],
)
def test_the_way_of_a_ratio_follows_from_both_its_parts(text, verdict):
    assert [each.verdict for each in _found(text) if each.rule == "direction"] == [verdict]


@pytest.mark.parametrize(
    "text",
    [
        "Ten engines at 4.5 MW, one of them held back as a spare, give 40.5 MW firm.",
        "Fuel is 8.4 MMBtu per MWh at $3.60, $30.24 per MWh.",
        "They flew 44,700 block hours over the 91 days of the quarter, which is 10.2 hours a day per aircraft.",
        "It brings in €17 per passenger. Three years ago it was €9.80, so the compound rate has been 20% a year.",
        "Operating profit: €27.7 million against €19.5 million, for a margin of 10.3%.",
    ],
)
def test_an_accusation_is_sure_only_where_words_or_a_slip_name_the_formula(text):
    assert not [each.explanation for each in _found(text) if each.verdict == "wrong" and each.confidence >= 0.8]


def test_what_only_the_figures_speak_against_is_a_question():
    text = (
        "Income was €22.0 million. Costs were €29.4 million, and the county makes good the difference of €8.4 million."
    )
    asked = [each for each in _found(text) if each.rule == "difference"]
    assert [(each.verdict, each.recomputed) for each in asked] == [("ambiguous", pytest.approx(7.4e6))]
    assert asked[0].confidence < 0.8
