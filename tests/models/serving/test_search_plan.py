"""The plan: the cheapest of all fleets that are sure enough, what binds it, and what being wrong costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.predict import predict
from rackmath.models.serving.search import Price, frontier, of_rate, of_tokens, of_trace, plan
from rackmath.models.serving.search.outcomes import outcomes
from rackmath.models.serving.search.sizing import Limits, chances, size
from rackmath.models.serving.search.sureness import TENTH, Spread, score_at, spread_of, together, turned

PRICES = {"h100_sxm": Price.of(2.5), "h200_sxm": Price.of(3.5)}
CHIPS = ["h100_sxm", "h200_sxm"]
DEMAND = of_rate(20, 1024, 1024)


def planned(**changes):
    asked = {"prices": PRICES, "tpot_limit": 0.04, "ttft_limit": 1.0}
    return plan("Llama-3.1-70B", CHIPS, changes.pop("demand", DEMAND), **{**asked, **changes})


@pytest.fixture(scope="module")
def made():
    return planned()


# how sure


def test_the_interval_holds_four_of_five_and_the_prediction_halves_them():
    spread = spread_of(np.array([-0.1]), np.array([0.3]))
    for ratio, chance in ((-0.1, 0.1), (0.0, 0.5), (0.3, 0.9)):
        assert spread.chance_below(np.array([ratio])) == pytest.approx(chance)
    for score in (-2.0, -TENTH, 0.0, 0.5, TENTH):
        there = spread.at(np.array([score]))
        assert score_at(float(spread.chance_below(there)[0])) == pytest.approx(score)


def test_a_rate_errs_the_other_way_than_its_time():
    spread = Spread(np.array([-0.1]), np.array([0.3]))
    rate = turned(spread)
    assert (rate.low, rate.high) == (-0.3, 0.1)
    one = np.array([1.0])
    both = together((one, spread), (one, spread))
    assert both.high == pytest.approx(0.3 * np.sqrt(2))
    assert both.low == pytest.approx(-0.1 * np.sqrt(2))


# the choice


def test_no_fleet_that_is_sure_enough_is_cheaper(made):
    points = made.frontier.points
    held = chances(points, made.limits)
    for at in range(len(points)):
        for replicas in range(1, 80):
            if replicas * points.devices[at] * points.price[at] >= made.choice.usd_per_hour - 1e-9:
                break
            spare = np.log(replicas * points.requests_per_s[at] / DEMAND.peak)
            rate = points.rate_spread.part(np.array([at]))
            capacity = 1 - float(rate.chance_below(np.array([-spare]))[0])
            assert held.ttft[at] * min(held.tpot[at], capacity) < 0.8


def test_the_choice_is_as_sure_as_was_asked(made):
    assert made.choice.sureness >= 0.8
    assert made.choice.sureness == pytest.approx(
        made.choice.chance_ttft * min(made.choice.chance_tpot, made.choice.chance_capacity)
    )
    assert made.choice.devices == made.choice.replicas * made.choice.point.devices
    assert made.choice.usd_per_hour == pytest.approx(made.choice.devices * PRICES[made.choice.point.chip].median)
    # 20 requests of 1,024 tokens a second are 73.7 Mtok an hour
    assert made.choice.usd_per_mtok == pytest.approx(made.choice.usd_per_hour / (20 * 1024 * 3600 / 1e6))


def test_more_confidence_costs_more_and_the_difference_is_the_price_of_safety():
    costs = [planned(confidence=each).choice.usd_per_hour for each in (0.5, 0.7, 0.8, 0.9, 0.95)]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0]
    safe = planned(confidence=0.9)
    assert safe.price_of_safety == pytest.approx(costs[3] - costs[0])
    assert planned(confidence=0.5).price_of_safety == 0


def test_looser_limits_never_cost_more_and_the_slope_is_what_moving_one_saves(made):
    costs = [planned(tpot_limit=each).choice.usd_per_hour for each in (0.02, 0.03, 0.04, 0.06, 0.1)]
    assert costs == sorted(costs, reverse=True)
    points = made.frontier.points
    room = np.full(len(points), np.inf)
    here, looser = (
        size(points, DEMAND, Limits(1.0, tpot), 0.8, room).smooth_usd_per_hour.min() for tpot in (0.04, 0.044)
    )
    assert made.slopes["TPOT"].looser == pytest.approx((here - looser) / 4)  # 4 ms
    assert made.slopes["TPOT"].tighter >= 0
    assert set(planned(ttft_limit=None).slopes) == {"TPOT"}


def test_twice_the_demand_takes_about_twice_the_devices():
    small, large = planned(demand=of_rate(40, 1024, 1024)), planned(demand=of_rate(80, 1024, 1024))
    assert large.choice.usd_per_hour / small.choice.usd_per_hour == pytest.approx(2, rel=0.15)


def test_what_binds_is_said():
    assert planned(ttft_limit=None).binds == "TPOT"
    assert planned(tpot_limit=None, ttft_limit=0.5).binds == "TTFT"
    assert planned(tpot_limit=None, ttft_limit=None, demand=of_rate(200, 1024, 1024)).binds == "memory"
    assert planned(demand=of_rate(0.01, 1024, 1024)).binds == "demand"


def test_availability_moves_the_choice_to_the_other_chip():
    without = planned(available={"h100_sxm": 0})
    assert without.choice.point.chip == "h200_sxm"
    scarce = planned(available={"h100_sxm": 1, "h200_sxm": 1})
    assert scarce.choice is None
    assert "too few devices" in scarce.miss


# when it cannot be


def test_what_cannot_be_met_is_said_with_the_nearest():
    impossible = planned(tpot_limit=0.0005)
    assert impossible.choice is None
    assert "nothing meets the limits" in impossible.miss
    assert "TPOT" in impossible.miss
    points = impossible.frontier.points
    assert f"{1e3 * points.tpot.min():.3g} ms against 0.5" in impossible.miss


def test_what_is_predicted_and_not_sure_enough_is_told_apart():
    points = planned().frontier.points
    edge = planned(tpot_limit=float(points.tpot.min()) * 1.0001, ttft_limit=None)
    assert edge.choice is None
    assert edge.if_exact is not None
    assert "not surely enough" in edge.miss


def test_nothing_that_fits_is_said():
    none = plan("Llama-3.1-405B", ["h100_sxm"], DEMAND, prices=PRICES, precisions=("bf16",))
    assert none.choice is None
    assert "does not fit" in none.miss


# what being wrong costs


def test_regret_is_none_without_error_and_grows_with_it(made):
    points = made.frontier.points
    setups = np.array([points.setup[each.at] for each in (made.choice, *made.runners_up)])
    room = np.full(len(points), np.inf)

    def widened(factor: float):
        spreads = {
            name: Spread(factor * getattr(points, name).low, factor * getattr(points, name).high)
            for name in ("ttft_spread", "tpot_spread", "rate_spread")
        }
        return outcomes(replace(points, **spreads), setups, DEMAND, made.limits, room)

    exact, usual, wide = (widened(factor) for factor in (1e-9, 1.0, 2.0))
    assert min(each.regret for each in exact) == 0
    assert sum(each.chance_cheapest for each in exact) >= 1
    assert usual[0].regret > 0
    assert wide[0].regret > usual[0].regret


def test_outcomes_are_the_same_with_the_same_seed(made):
    again = planned()
    assert again.outcomes == made.outcomes
    assert planned(seed=7).outcomes != made.outcomes
    assert 0 < made.outcomes[0].chance_cheapest <= 1


# demand


def test_a_months_tokens_are_a_rate():
    # 2.628e6 s in a month: 5.256e9 tokens of requests with 2,000 are 1 a second
    demand = of_tokens(5.256e9, 1000, 1000, peak_to_mean=3)
    assert demand.mean == pytest.approx(1)
    assert demand.peak == pytest.approx(3)


def test_a_trace_has_the_rate_of_its_busiest_minute():
    rows = [{"arrival_s": str(at), "input_tokens": "100", "output_tokens": "10"} for at in range(0, 600, 10)]
    rows += [{"arrival_s": str(300 + at / 10), "input_tokens": "400", "output_tokens": "40"} for at in range(60)]
    demand = of_trace(sorted(rows, key=lambda row: float(row["arrival_s"])))
    assert demand.mean == pytest.approx(120 / 590)
    assert demand.peak == pytest.approx(66 / 60)  # sixty at once and one each ten seconds of that minute
    assert (demand.isl, demand.osl) == (250, 25)


def test_the_azure_form_is_read():
    # https://github.com/Azure/AzurePublicDataset: TIMESTAMP,ContextTokens,GeneratedTokens, seven digits of a second
    rows = [
        {"TIMESTAMP": "2023-11-16 18:17:03.9799600", "ContextTokens": "4808", "GeneratedTokens": "10"},
        {"TIMESTAMP": "2023-11-16 18:17:05.9799600", "ContextTokens": "110", "GeneratedTokens": "27"},
    ]
    demand = of_trace(rows)
    assert demand.mean == pytest.approx(1.0)
    assert demand.isl == pytest.approx((4808 + 110) / 2)
    assert "2 requests in 2 s" in demand.said


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "no rows"),
        ([{"arrival_s": "1", "isl": "1", "osl": "1"}], "no rate"),
        ([{"arrival_s": at, "isl": "1", "osl": "1"} for at in "132"], "line 4 of the trace: time goes back"),
        ([{"arrival_s": "0"}] * 2, "no column ContextTokens"),
        ([{"a": "0"}] * 2, "no column TIMESTAMP"),
        ([{"arrival_s": "1", "isl": "1", "osl": "1"}] * 3, "one moment"),
        ([{"arrival_s": "soon", "isl": "1", "osl": "1"}] * 3, "neither seconds nor a time"),
        ([{"arrival_s": "nan", "isl": "1", "osl": "1"}] * 3, "not a finite time"),
        ([{"arrival_s": "1", "isl": "-1", "osl": "1"}] * 3, "a number of tokens is wanted"),
        ([{"arrival_s": "1", "isl": "1", "osl": "1e99"}] * 3, "a number of tokens is wanted"),
    ],
)
def test_a_bad_trace_is_one_line(rows, told):
    with pytest.raises(RackmathError, match=told):
        of_trace(rows)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"confidence": 1.0}, "confidence of 1"),
        ({"confidence": 0.2}, "confidence of 0.2"),
        ({"confidence": float("nan")}, "confidence of nan"),
        ({"prices": {}}, "no price is known for h100_sxm, h200_sxm"),
        ({"available": {"b200_sxm": 3}}, "not among the chips"),
        ({"available": {"h100_sxm": -3}}, "a number from 0"),
        ({"tpot_limit": 0.0}, "a limit is above 0"),
    ],
)
def test_bad_input_is_one_clear_line(changes, told):
    with pytest.raises(RackmathError, match=told):
        planned(**changes)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_demand_is_above_nothing(rate):
    with pytest.raises(RackmathError, match="a load above 0"):
        of_rate(rate, 1024, 1024)


def test_the_plan_stands_on_the_frontier_of_its_own_search(made):
    found = frontier("Llama-3.1-70B", CHIPS, isl=1024, osl=1024, prices=PRICES, loads=made.frontier.space.loads)
    assert len(found.points) == len(made.frontier.points)
    assert found.points[made.choice.at] == made.choice.point


def test_the_choice_can_be_handed_to_a_simulation(made):
    configuration, rate = made.to_simulate
    (again,) = predict([configuration])
    assert again.token == pytest.approx(made.choice.point.tpot)
    assert rate * made.choice.replicas == pytest.approx(DEMAND.peak)
    assert planned(tpot_limit=0.0005).to_simulate is None
