"""The worked examples of the providers' and FOCUS' own documents, to the cent, each with its arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from meter.commitments.given import YEAR, counted, machine, plan, reserved
from rackmath.meter.commitments import Kind, replay, summarise, usage_of
from rackmath.meter.commitments.clock import months_later, read_hour
from rackmath.meter.commitments.focus import focus_rows
from rackmath.meter.commitments.sku import normalisation_factor
from rackmath.meter.commitments.summary import break_even_hours, break_even_share, instalments, payments
from rackmath.meter.commitments.tiers import SUSTAINED_USE, graduated, sustained_share

EXACT = 1e-9
CENT = 0.005


def hour(rows, commitments, **options):
    """Replay one hour: (SKU, units used)."""
    return replay(usage_of([(sku, [units]) for sku, units in rows], first=YEAR), commitments, **options)


def on_demand_units(result):
    rest = result.rest[:, 0].tolist()
    return {sku.instance_type or sku.service: units for sku, units in zip(result.usage.skus, rest, strict=True)}


# Reserved instances. Sources: https://docs.aws.amazon.com/whitepapers/latest/cost-optimization-reservation-models/ and
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html


def test_r1_one_reservation_covers_one_of_four_instances_in_an_hour():
    result = hour([(machine("m4.xlarge"), 4)], [reserved("m4.xlarge", zonal=True)])
    assert result.lines[0].drawn.sum() == pytest.approx(1)  # 3,600 of 4 · 3,600 s
    assert result.rest.sum() == pytest.approx(3)


def test_r2_four_quarters_of_an_hour_at_once_are_one_hour():
    result = hour([(machine("m4.xlarge"), 4 * 0.25)], [reserved("m4.xlarge", zonal=True)])
    assert result.lines[0].drawn.sum() == pytest.approx(1)  # 4 · 900 s = 3,600 s
    assert result.rest.sum() == 0


def test_r3_a_medium_covers_two_smalls():
    result = hour([(machine("t2.small"), 2)], [reserved("t2.medium")])  # 2 · 1 = 2 normalised units
    assert result.rest.sum() == 0
    assert result.lines[0].unused.sum() == 0


def test_r4_or_half_a_large():
    assert hour([(machine("t2.large"), 1)], [reserved("t2.medium")]).rest.sum() == pytest.approx(0.5)  # 2 of 4 units


def test_r5_four_larges_cover_two_xlarges_and_a_large_half_an_xlarge():
    assert hour([(machine("m4.xlarge"), 2)], [reserved("m4.large", 4)]).rest.sum() == 0  # 4 · 4 = 16 = 2 · 8
    assert hour([(machine("c4.xlarge"), 1)], [reserved("c4.large")]).rest.sum() == pytest.approx(0.5)  # 4 of 8
    assert hour([(machine("m3.large"), 4)], [reserved("m3.large", 4, zonal=True)]).rest.sum() == 0


def test_r6_the_smallest_sizes_come_first():
    result = hour([(machine("m3.large"), 2), (machine("m3.xlarge"), 2)], [reserved("m3.2xlarge")])
    assert on_demand_units(result) == {"m3.large": 0, "m3.xlarge": 1}  # 16 = 2 · 4 + 1 · 8


def test_r7_normalisation_factors():
    factors = {
        "nano": 0.25,
        "micro": 0.5,
        "small": 1,
        "medium": 2,
        "large": 4,
        "xlarge": 8,
        "2xlarge": 16,
        "4xlarge": 32,
    }
    factors |= {"8xlarge": 64, "9xlarge": 72, "10xlarge": 80, "12xlarge": 96, "16xlarge": 128, "24xlarge": 192}
    factors |= {"32xlarge": 256, "112xlarge": 896}
    assert {size: normalisation_factor(size) for size in factors} == factors
    assert normalisation_factor("metal") is None


def test_r8_a_year_paid_at_once_is_a_dollar_a_day():
    # 365 / 8,760 h · 24 h = 1.00. Source: https://docs.aws.amazon.com/cur/latest/userguide/reservation-columns.html
    own = reserved("m4.xlarge", upfront=365.0, hourly=0.0)
    assert own.amortised_hourly * 24 == pytest.approx(1.00, abs=EXACT)
    day = replay(usage_of([(machine("m4.xlarge"), [1.0] * 24)], first=YEAR + 240), [own])
    assert summarise(day).amortised == pytest.approx(1.00, abs=EXACT)


def test_r9_a_year_of_m4_large():
    # 8,760 · 0.126 = 1,103.76; 8,760 · 0.074 = 648.24; 1 - 648.24 / 1,103.76 = 41.27 %; 0.074 / 0.126 = 58.73 %
    own = reserved("m4.large", hourly=0.074, zonal=True)
    sku = machine("m4.large", 0.126)
    full = summarise(replay(usage_of([(sku, [1.0] * 8760)], first=YEAR), [own]))
    assert full.list_cost == pytest.approx(1103.76, abs=CENT)
    assert full.amortised == pytest.approx(648.24, abs=CENT)
    assert round(full.esr_list, 3) == 0.413
    half = summarise(replay(usage_of([(sku, [1.0, 0.0] * 4380)], first=YEAR), [own]))
    assert half.list_cost == pytest.approx(551.88, abs=CENT)  # on demand wins: 551.88 < 648.24
    assert half.amortised == pytest.approx(648.24, abs=CENT)
    assert half.esr_list < 0
    assert round(break_even_share(0.074, 0.126), 4) == 0.5873


def test_r10_break_even_use_of_an_upfront_year():
    own = reserved("m4.large", upfront=5256.0, hourly=0.0)
    assert break_even_share(own.amortised_hourly, 1.0) == pytest.approx(0.60, abs=EXACT)  # 5,256 / 8,760


def test_r11_break_even_hours():
    assert break_even_hours(1000, 0.50, 0.10) == pytest.approx(2500)  # 1,000 / (0.50 - 0.10)
    assert break_even_hours(1000, 0.10, 0.10) is None


# Savings plans. Source: https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html

R5 = machine("r5.4xlarge", 1.00)
M5 = machine("m5.24xlarge", 10.00, os="windows")
VCPU = counted("fargate", "vcpu_hour", 0.04)
MEMORY = counted("fargate", "gb_hour", 0.004)
LAMBDA = counted("lambda", "gb_second", 0.000015)
REQUESTS = counted("lambda", "requests", 0.0000002)
AN_HOUR = [(R5, 4), (M5, 1), (VCPU, 400), (MEMORY, 1600), (LAMBDA, 1.5e6), (REQUESTS, 1e6)]
COMPUTE = (
    ({"instance_type": "r5.4xlarge"}, 0.70),
    ({"instance_type": "m5.24xlarge"}, 8.20),
    ({"unit": "vcpu_hour"}, 0.03),
    ({"unit": "gb_hour"}, 0.003),
    ({"unit": "gb_second"}, 0.00001275),
    ({"unit": "requests"}, 0.0000002),
)


def compute(commitment, **other):
    return plan(Kind.COMPUTE_SP, commitment, COMPUTE, **other)


def test_r12_all_of_it_on_demand():
    # 4 · 1.00 + 10.00 + 400 · 0.04 + 1,600 · 0.004 + 1.5 M · 0.000015 + 0.20 = 4 + 10 + 16 + 6.40 + 22.50 + 0.20
    assert summarise(hour(AN_HOUR, [])).list_cost == pytest.approx(59.10, abs=EXACT)


def test_r13_a_plan_that_covers_everything():
    # 4 · 0.70 + 8.20 + 12 + 4.80 + 19.125 + 0.20 = 47.125 of 50
    result = hour(AN_HOUR, [compute(50.0)])
    assert result.lines[0].drawn.sum() == pytest.approx(47.125, abs=EXACT)
    assert result.lines[0].unused.sum() == pytest.approx(2.875, abs=EXACT)
    assert result.rest.sum() == 0


def test_r14_the_highest_saving_comes_first():
    # r5 saves 30 %, Fargate 25 %, m5 18 %, Lambda 15 %: 2 / 0.70 = 2.857 r5 h; left 1.143 r5 and 55.10
    result = hour(AN_HOUR, [compute(2.0)])
    assert 4 - on_demand_units(result)["r5.4xlarge"] == pytest.approx(2 / 0.7, abs=EXACT)
    assert on_demand_units(result)["r5.4xlarge"] == pytest.approx(1.143, abs=5e-4)
    assert result.on_demand_cost.sum() == pytest.approx(56.24, abs=CENT)  # 1.143 + 55.10
    assert result.on_demand_cost.sum() - on_demand_units(result)["r5.4xlarge"] == pytest.approx(55.10, abs=EXACT)


def test_r15_reservations_before_plans():
    # 2 of 4 r5 reserved; 2 · 0.70 + 400 · 0.03 + 1,600 · 0.003 = 1.40 + 12.00 + 4.80 = 18.20 exactly
    result = hour(AN_HOUR, [reserved("r5.4xlarge", 2), compute(18.20)])
    assert result.lines[0].unused.sum() == 0
    assert result.lines[1].drawn.sum() == pytest.approx(18.20, abs=EXACT)
    assert result.on_demand_cost.sum() == pytest.approx(32.70, abs=EXACT)  # 10 + 22.50 + 0.20


def test_r16_instance_plans_before_compute_plans():
    # 4 · 0.60 = 2.40 of 3.00 (80 %, 0.60 lost); 12.00 + 4.80 = 16.80
    family = plan(Kind.EC2_INSTANCE_SP, 3.0, [({}, 0.60)], ident="r5", match={"family": "r5", "region": "us-east-1"})
    result = hour(AN_HOUR, [compute(16.80), family])
    summary = summarise(result)
    assert result.lines[1].drawn.sum() == pytest.approx(2.40, abs=EXACT)
    assert summary.commitments[1].utilisation == pytest.approx(0.80, abs=EXACT)
    assert summary.commitments[1].waste == pytest.approx(0.60, abs=EXACT)
    assert result.lines[0].drawn.sum() == pytest.approx(16.80, abs=EXACT)
    assert summary.on_demand == pytest.approx(32.70, abs=EXACT)


def test_r17_utilisation_of_a_plan():
    result = hour([(machine("m5.large", 1.0), 14)], [plan(Kind.COMPUTE_SP, 10.0, [({}, 0.70)])])
    assert result.lines[0].drawn.sum() == pytest.approx(9.80, abs=EXACT)  # 14 · 0.70
    assert summarise(result).commitments[0].utilisation == pytest.approx(0.98, abs=EXACT)


# FOCUS. Source: https://focus.finops.org/focus-specification/v1-2/ (examples of commitment discounts)


def effective(result):
    """Return EffectiveCost of the usage rows by status; Standard where a row has none."""
    found = {}
    for row in focus_rows(result):
        if row["ChargeCategory"] == "Usage":
            status = row.get("CommitmentDiscountStatus") or row["PricingCategory"]
            found[status] = found.get(status, 0.0) + float(row["EffectiveCost"])
    return found


def dollar_an_hour(units):
    """A commitment of one dollar to an instance of one dollar, paid for the year at once."""
    own = reserved("m5.xlarge", upfront=8760.0, hourly=0.0)
    return hour([(machine("m5.xlarge", 1.0), units)], [own], keep_draws=True)


def test_r18_used_wholly():
    assert effective(dollar_an_hour(1.0)) == {"Used": pytest.approx(1.00)}


def test_r19_unused():
    result = dollar_an_hour(0.0)
    assert effective(result) == {"Unused": pytest.approx(1.00)}
    row = next(row for row in focus_rows(result) if row.get("CommitmentDiscountStatus") == "Unused")
    assert row.get("ConsumedQuantity", "") == ""
    assert row["ResourceId"] == row["CommitmentDiscountId"] == "ri"


def test_r20_used_in_part():
    assert effective(dollar_an_hour(0.75)) == {"Used": pytest.approx(0.75), "Unused": pytest.approx(0.25)}


def test_r21_more_used_than_committed():
    assert effective(dollar_an_hour(1.5)) == {"Used": pytest.approx(1.00), "Standard": pytest.approx(0.50)}


def purchases(own):
    rows = focus_rows(replay(usage_of([(machine("m5.xlarge"), [1.0] * 8760)], first=YEAR), [own]))
    return [row for row in rows if row["ChargeCategory"] == "Purchase"]


def test_r22_purchases_of_a_dollar_an_hour():
    # All upfront: 24 · 365 = 8,760. (The specification's own text prints 8,670, a slip.)
    once = purchases(reserved("m5.xlarge", upfront=8760.0, hourly=0.0))
    assert [float(row["BilledCost"]) for row in once] == [pytest.approx(8760.00)]
    assert {row["EffectiveCost"] for row in once} == {"0"}
    # Partial: 4,380 at once, then 8,760 rows of 0.50
    partial = purchases(reserved("m5.xlarge", upfront=4380.0, hourly=0.5))
    assert sorted(float(row["BilledCost"]) for row in partial)[-1] == pytest.approx(4380.00)
    recurring = [float(row["BilledCost"]) for row in partial if row["ChargeFrequency"] == "Recurring"]
    assert len(recurring) == 8760
    assert set(recurring) == {0.5}
    # The half that recurs, in twelve instalments: 4,380 / 12 = 365.00. (The text prints 182.50, a slip.)
    monthly = purchases(reserved("m5.xlarge", upfront=4380.0, hourly=0.5, billing="monthly"))
    instalment = [float(row["BilledCost"]) for row in monthly if row["ChargeFrequency"] == "Recurring"]
    assert instalment == [pytest.approx(365.00)] * 12


def test_r23_size_flexibility_by_the_documents_own_table():
    # XLARGE is 4 units for 2.00; two MEDIUM of 2 units draw 1.00 each
    sku = machine("MEDIUM", 1.5, provider="azure", family="S", size="MEDIUM")
    own = reserved(
        "XLARGE",
        kind=Kind.AZURE_RESERVATION,
        hourly=2.0,
        match={"family": "S", "instance_type": "XLARGE", "region": "us-east-1"},
        size_ratios={"MEDIUM": 2.0, "XLARGE": 4.0},
    )
    two = [(replace(sku, resource=name), 1.0) for name in ("one", "two")]
    result = hour(two, [own], keep_draws=True)
    rows = [row for row in focus_rows(result) if row.get("CommitmentDiscountStatus") == "Used"]
    assert [float(row["EffectiveCost"]) for row in rows] == [pytest.approx(1.00)] * 2
    assert set(effective(result)) == {"Used"}


def test_r24_a_prepaid_spend():
    # 1,200 prepaid; 48 + 120 + 60 = 228 drawn; 972 lost at the end; together 1,200
    own = plan(
        Kind.PREPAID_SPEND, 1200.0, [({}, 1.0)], upfront=1200.0, hourly=0.0, end=months_later(YEAR, 1), ident="prepaid"
    )
    used = [0.0] * 744
    used[5], used[300], used[700] = 48.0, 120.0, 60.0
    result = replay(usage_of([(machine("m5.xlarge", 1.0), used)], first=YEAR), [own], keep_draws=True)
    assert effective(result) == {"Used": pytest.approx(228.0), "Unused": pytest.approx(972.0)}
    assert summarise(result).amortised == pytest.approx(1200.00, abs=EXACT)
    assert summarise(result).cash == pytest.approx(1200.00, abs=EXACT)


# Tiers.


@pytest.mark.parametrize(("share", "off"), [(1.0, 0.30), (0.75, 0.20), (0.50, 0.10), (0.25, 0.0)])
def test_r25_sustained_use_of_n1(share, off):
    # 730 h · 0.0475 = 34.675; whole month · 0.70 = 24.2725. Quarters cost 100, 80, 60, 40 % of the price.
    # Source: https://cloud.google.com/compute/docs/sustained-use-discounts
    part = np.ones(round(400 * share))
    assert sustained_share(part, SUSTAINED_USE["n1"], 400) == pytest.approx(1 - off, abs=EXACT)


def test_r25_a_month_of_730_hours():
    cost = 730 * 0.0475 * sustained_share(np.ones(730), SUSTAINED_USE["n1"], 730)
    assert cost == pytest.approx(24.2725, abs=EXACT)


def test_r25_in_a_real_month():
    # January has 744 h: 744 · 0.0475 · 0.70 = 24.738
    sku = machine("n1-standard-1", 0.0475, provider="gcp", service="compute", family="n1")
    result = replay(usage_of([(sku, [1.0] * 744)], first=YEAR), [])
    assert summarise(result).on_demand == pytest.approx(24.738, abs=EXACT)


# Data transfer: source https://aws.amazon.com/ec2/pricing/on-demand/ ; 1 TB = 1,024 GB
EGRESS = ((10 * 1024, 0.09), (40 * 1024, 0.085), (100 * 1024, 0.07), (float("inf"), 0.05))


def test_r26_services_are_pooled_before_the_free_gigabyte():
    assert float(graduated(1 + 1, [(1, 0.0), (float("inf"), 0.114)])) == pytest.approx(0.114, abs=EXACT)


def test_r27_marginal_tiers():
    # 10,240 · 0.09 + 40,960 · 0.085 = 921.60 + 3,481.60; then 102,400 · 0.07 = 7,168 and 51,200 · 0.05 = 2,560
    assert float(graduated(50 * 1024, EGRESS)) == pytest.approx(4403.20, abs=EXACT)
    assert float(graduated(200 * 1024, EGRESS)) == pytest.approx(14131.20, abs=EXACT)


def test_r28_a_free_allowance():
    assert float(graduated(5120, [(100, 0.0), *EGRESS])) == pytest.approx(451.80, abs=EXACT)  # 5,020 · 0.09


def test_terms_have_the_hours_of_their_real_dates():
    assert months_later(YEAR, 12) - YEAR == 8760
    assert months_later(read_hour("2027-06-01"), 12) - read_hour("2027-06-01") == 8784
    assert months_later(read_hour("2024-02-29"), 12) == read_hour("2025-02-28")
    assert len(instalments(reserved("m5.xlarge", billing="monthly"))) == 12


def test_recurring_fees_are_due_whether_used_or_not():
    usage = usage_of([(machine("m5.xlarge"), [0.0] * 24)], first=YEAR)
    own = reserved("m5.xlarge", hourly=0.5, start=YEAR + 10)  # starts in the middle
    assert payments(own, usage).tolist() == [0.0] * 10 + [0.5] * 14
