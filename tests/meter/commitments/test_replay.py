"""The engine against its slow twin, and the laws that hold whatever the usage is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.commitments.by_hand import replay_by_hand
from meter.commitments.given import YEAR, counted, machine, plan, reserved
from rackmath.errors import RackmathError
from rackmath.meter.commitments import Kind, Rate, replay, summarise, usage_of
from rackmath.meter.commitments.focus import focus_rows
from rackmath.meter.commitments.overlaps import overlaps
from rackmath.meter.commitments.summary import savings_identity

HOURS = 6
accounts = st.sampled_from(["owner", "other", "third"])


@st.composite
def skus(draw):
    account, zone = draw(accounts), draw(st.sampled_from(["us-east-1a", "us-east-1b"]))
    kind = draw(
        st.sampled_from(["m5.large", "m5.xlarge", "m5.2xlarge", "g5.xlarge", "r5.large", "fargate", "vcpu", "gb"])
    )
    if kind == "fargate":
        return counted("fargate", "vcpu_hour", draw(st.sampled_from([0.04, 0.05])), account=account)
    if kind in {"vcpu", "gb"}:
        cloud = {"provider": "gcp", "family": "e2", "account": account}
        return counted("compute", f"{kind}_hour", draw(st.sampled_from([0.03, 0.05])), **cloud)
    system = draw(st.sampled_from(["linux", "linux", "windows"]))
    rate = draw(st.sampled_from([0.1, 0.25, 1.0]))
    return machine(kind, rate, account=account, az=zone, os=system)


rates = st.lists(
    st.builds(
        Rate,
        st.sampled_from(
            [{}, {"family": "m5"}, {"instance_type": "m5.large"}, {"os": "windows"}, {"unit": "vcpu_hour"}]
        ),
        discount=st.sampled_from([0.1, 0.25, 0.3, 0.5]),
    )
    | st.builds(Rate, st.sampled_from([{}, {"family": "r5"}]), rate=st.sampled_from([0.05, 0.2, 0.7])),
    min_size=1,
    max_size=3,
).map(tuple)
sizes = st.sampled_from([0.5, 1.0, 2.0, 3.0])


@st.composite
def commitment(draw, ident):
    start = draw(st.integers(-2, HOURS + 1))
    term = {"start": YEAR + start, "end": YEAR + start + draw(st.integers(1, HOURS + 3))}
    own = {"ident": ident, "account": draw(accounts), "shared": draw(st.booleans()), **term}
    kind = draw(st.sampled_from(Kind))
    price = {"upfront": draw(st.sampled_from([0.0, 12.0])), "hourly": draw(st.sampled_from([0.0, 0.3]))}
    if kind in {Kind.ZONAL_RI, Kind.REGIONAL_RI}:
        model = draw(st.sampled_from(["m5.large", "m5.xlarge", "g5.xlarge"]))
        return reserved(model, draw(sizes), zonal=kind is Kind.ZONAL_RI, **price, **own)
    if kind in {Kind.GCP_RESOURCE_CUD, Kind.AZURE_RESERVATION}:
        match = {"region": "us-east-1", "family": "e2", "unit": draw(st.sampled_from(["vcpu_hour", "gb_hour"]))}
        return reserved("m5.large", draw(sizes), **{**price, **own, "kind": Kind.GCP_RESOURCE_CUD, "match": match})
    match = {"family": "m5", "region": "us-east-1"} if kind is Kind.EC2_INSTANCE_SP else {}
    return plan(kind, draw(sizes), [], **{**own, **price, "rates": draw(rates), "match": match})


@st.composite
def cases(draw):
    chosen = draw(st.lists(skus(), min_size=1, max_size=5, unique=True))
    amounts = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 7.0])
    used = [draw(st.lists(amounts, min_size=HOURS, max_size=HOURS)) for _ in chosen]
    owned = [draw(commitment(f"c{place}")) for place in range(draw(st.integers(0, 5)))]
    return chosen, used, owned


@given(cases())
def test_the_engine_is_its_slow_twin(case):
    chosen, used, owned = case
    result = replay(usage_of(list(zip(chosen, used, strict=True)), first=YEAR), owned)
    rest, drawn = replay_by_hand(chosen, used, owned, YEAR)
    assert result.rest == pytest.approx(np.array(rest), abs=1e-9)
    for line, by_hand in zip(result.lines, drawn, strict=True):
        assert line.drawn == pytest.approx(np.array(by_hand), abs=1e-9)


@given(cases())
def test_nothing_is_lost_or_made(case):
    """Covered and on demand are the usage; a commitment's used and lost cost are its fee; accounts add up."""
    chosen, used, owned = case
    usage = usage_of(list(zip(chosen, used, strict=True)), first=YEAR)
    result = replay(usage, owned, keep_draws=True)
    covered = np.zeros_like(usage.quantity)
    for draw in result.draws:
        covered[draw.sku, draw.offset : draw.offset + len(draw.taken)] += draw.taken
    assert covered + result.rest == pytest.approx(usage.quantity, abs=1e-9)
    assert result.rest.min() >= 0
    summary = summarise(result)
    for line, row in zip(result.lines, summary.commitments, strict=True):
        assert np.all(line.drawn <= line.capacity + 1e-9)
        if not line.commitment.by_term:
            assert row.amortised == pytest.approx(line.commitment.amortised_hourly * row.active_hours)
    assert sum(each.amortised for each in summary.accounts) == pytest.approx(summary.amortised, abs=1e-9)
    rows = list(focus_rows(result))
    assert sum(float(row["EffectiveCost"]) for row in rows) == pytest.approx(summary.amortised, abs=1e-9)
    assert sum(float(row["BilledCost"]) for row in rows) == pytest.approx(summary.cash, abs=1e-9)
    listed = sum(float(row["ListCost"]) for row in rows if row["ChargeCategory"] == "Usage")
    assert listed == pytest.approx(summary.list_cost, abs=1e-9)


@given(
    st.lists(st.floats(0, 40), min_size=2, max_size=30),
    st.floats(0.01, 0.95),
    st.floats(0.1, 30),
)
def test_the_savings_identity(demand, discount, level):
    """ESR = cov·(1 - (1 - d)/util) for a single discount, coverage in on-demand money."""
    if sum(demand) < 1e-3:
        demand = [*demand, 1.0]
    own = plan(Kind.COMPUTE_SP, level * (1 - discount), [], rates=(Rate({}, discount=discount),))
    summary = summarise(replay(usage_of([(machine("m5.large", 1.0), demand)], first=YEAR), [own]))
    used = summary.commitments[0].utilisation
    assert summary.esr_list == pytest.approx(savings_identity(summary.coverage, used, discount), abs=1e-9)


def test_the_savings_identity_is_zero_at_break_even():
    assert savings_identity(0.8, 0.6, 0.4) == pytest.approx(0)
    assert savings_identity(0.8, 0.5, 0.4) < 0
    with pytest.raises(RackmathError, match="utilisation above zero"):
        savings_identity(0.5, 0.0, 0.4)


def test_owners_come_first_then_the_organisation():
    usage = usage_of([(machine("m5.large", account="other"), [1.0]), (machine("m5.large"), [1.0])], first=YEAR)
    assert replay(usage, [reserved("m5.large")]).rest[:, 0].tolist() == [1.0, 0.0]
    assert replay(usage, [reserved("m5.large", 2)]).rest[:, 0].tolist() == [0.0, 0.0]
    assert replay(usage, [reserved("m5.large", 2, shared=False)]).rest[:, 0].tolist() == [1.0, 0.0]


def test_what_is_not_size_flexible_covers_its_own_size():
    for model, system in (("g5.xlarge", "linux"), ("m5.xlarge", "windows")):
        own = reserved(model)
        own.match["os"] = system
        other = machine(model.replace("xlarge", "2xlarge"), os=system)
        assert replay(usage_of([(other, [1.0])], first=YEAR), [own]).rest.sum() == 1.0
    assert replay(
        usage_of([(machine("g5.2xlarge"), [1.0])], first=YEAR), [reserved("g5.xlarge", size_flexible=True)]
    ).rest[0, 0] == pytest.approx(0.5)
    with pytest.raises(RackmathError, match="size 'metal' has no normalisation factor"):
        replay(usage_of([(machine("m5.metal"), [1.0])], first=YEAR), [reserved("m5.large")])


def test_google_resource_commitments_then_flexible_then_sustained_use():
    """10 vCPU: 4 committed, then 2.16 money at 0.72 of 1.00 = 3, and a sustained-use discount on the last 3."""
    cores = counted("compute", "vcpu_hour", 1.0, provider="gcp", family="n1")
    month = 744
    cud = reserved(
        "x",
        4,
        ident="cud",
        kind=Kind.GCP_RESOURCE_CUD,
        match={"region": "us-east-1", "family": "n1", "unit": "vcpu_hour"},
    )
    flexible = plan(Kind.GCP_FLEXIBLE_CUD, 2.16, [({}, 0.72)], ident="flex")
    result = replay(usage_of([(cores, [10.0] * month)], first=YEAR), [flexible, cud])
    assert result.rest[0] == pytest.approx(np.full(month, 3.0))
    assert summarise(result).on_demand == pytest.approx(3 * month * 0.70)
    assert summarise(result).sustained_use_discount == pytest.approx(3 * month * 0.30)


def test_a_plan_dearer_than_on_demand_is_not_used():
    own = plan(Kind.AZURE_SAVINGS_PLAN, 5.0, [({}, 0.30)])
    cheap = machine("D2", 0.25, provider="azure")
    assert replay(usage_of([(cheap, [1.0])], first=YEAR), [own]).rest.sum() == 1.0


def test_a_leap_year_has_more_hours_to_spread_a_fee_over():
    from rackmath.meter.commitments.clock import months_later, read_hour

    start = read_hour("2028-01-01")
    own = reserved("m5.large", upfront=8784.0, hourly=0.0, start=start, end=months_later(start, 12))
    assert own.amortised_hourly == 1.0


def test_zero_usage_has_no_rate_to_speak_of():
    summary = summarise(replay(usage_of([(machine("m5.large"), [0.0] * 3)], first=YEAR), [reserved("m5.large")]))
    assert (summary.coverage, summary.esr_list) == (None, None)
    assert summary.commitments[0].utilisation == 0
    assert summary.waste == pytest.approx(1.5)


def test_overlapping_terms_are_both_due_and_told():
    usage = usage_of([(machine("m5.large"), [1.0] * 48)], first=YEAR)
    old = reserved("m5.large", ident="old", end=YEAR + 24)
    new = reserved("m5.large", ident="new", start=YEAR + 12)
    late = reserved("m5.large", ident="late", start=YEAR + 8000)
    result = replay(usage, [old, new, late])
    assert result.lines[0].drawn.sum() + result.lines[1].drawn.sum() == pytest.approx(48 * 4)  # normalised
    assert summarise(result).waste == pytest.approx(12 * 0.5)
    told = overlaps(result)
    assert any("old and new cover the same" in each and "both are due" in each for each in told)
    assert any("late runs from" in each and "outside" in each for each in told)
    with pytest.raises(RackmathError, match="'old' is there twice"):
        replay(usage, [old, old])


def test_what_cannot_be_a_commitment():
    with pytest.raises(RackmathError, match="ends before it starts"):
        reserved("m5.large", end=YEAR)
    with pytest.raises(RackmathError, match="hourly is nan"):
        reserved("m5.large", hourly=float("nan"))
    with pytest.raises(RackmathError, match="covers nothing"):
        reserved("m5.large", 0)


def test_what_cannot_be_usage():
    with pytest.raises(RackmathError, match="negative"):
        usage_of([(machine("m5.large"), [-1.0])])
    with pytest.raises(RackmathError, match="same number of hours"):
        usage_of([(machine("m5.large"), [1.0]), (machine("m5.xlarge"), [1.0, 2.0])])
