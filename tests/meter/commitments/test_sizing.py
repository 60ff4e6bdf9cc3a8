"""How much to commit to: closed forms, brute force, and the replay of what is recommended."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meter.commitments.given import YEAR, counted, machine
from rackmath.errors import RackmathError
from rackmath.meter.commitments import Kind, Rate, usage_of
from rackmath.meter.commitments.joint import Problem, best_plan, hourly_rest
from rackmath.meter.commitments.menu import Menu, Option, capital_load, read_menu
from rackmath.meter.commitments.quantile import ladder, quantile_rule
from rackmath.meter.commitments.sizing import effective_price, size

demands = st.lists(st.integers(0, 20).map(float), min_size=1, max_size=40).map(np.array)
discounts = st.sampled_from([0.1, 0.25, 0.4, 0.55, 0.7])


def flat_cost(demand, level, discount):
    """Fee and overage, written out."""
    return (1 - discount) * level * len(demand) + np.maximum(demand - level, 0).sum()


@given(demands, discounts)
def test_no_flat_commitment_is_cheaper_than_the_quantile(demand, discount):
    found = flat_cost(demand, quantile_rule(demand, discount), discount)
    assert found <= min(flat_cost(demand, level, discount) for level in np.arange(0, 20.5, 0.5)) + 1e-9


def test_the_quantile_rule_by_hand():
    # Exceeded in at most 1 - d of the hours: of 1 … 10, 4 is exceeded in 6 of 10, which is 1 - 0.4
    assert quantile_rule(np.arange(1.0, 11.0), 0.4) == 4
    assert quantile_rule(np.arange(1.0, 11.0), 0.0) == 0
    assert quantile_rule(np.zeros(5), 0.9) == 0


def test_twelve_reserved_and_four_used_pays_only_beyond_two_thirds():
    # 12 · (1 - d) < 4 only if d > 1 - 4/12 = 66.7 %: in a third of the hours all 12 run
    demand = np.array([12.0] * 4 + [0.0] * 8)
    assert quantile_rule(demand, 0.66) == 0
    assert quantile_rule(demand, 0.68) == 12


@given(
    demands,
    st.sampled_from([0.2, 0.35]),
    st.sampled_from([0.4, 0.5]),
    st.sampled_from([-0.3, 0.0, 0.5]),
    st.sampled_from([0.0, 0.2]),
)
def test_no_ladder_is_cheaper(demand, short, long, growth, fall):
    """Against every pair of levels on a grid that holds all kinks."""
    periods = 3

    def cost(base, tops):
        total = periods * len(demand) * (1 - long) * base
        for period, top in enumerate(tops):
            price = (1 - fall) ** period
            own = demand * (1 + growth) ** period
            total += price * ((1 - short) * top * len(demand) + np.maximum(own - base - top, 0).sum())
        return total

    def tops_above(base):
        levels = [quantile_rule(demand * (1 + growth) ** period, short) for period in range(periods)]
        return [max(level - base, 0.0) for level in levels]

    base, top = ladder(demand, short, long, periods, growth=growth, fall=fall)
    assert top == pytest.approx(tops_above(base)[0])
    kinks = np.unique(np.concatenate([demand * (1 + growth) ** period for period in range(periods)] + [[0.0]]))
    best = min(cost(level, tops_above(level)) for level in kinks)
    assert cost(base, tops_above(base)) <= best + 1e-6


def test_falling_prices_turn_the_long_term_into_a_base_with_a_short_layer_on_top():
    demand = np.concatenate([np.full(50, 10.0), np.full(50, 20.0)])
    # Steady prices: the deeper discount takes all. Falling by 25 % a year, 3 · 0.55 = 1.65 must be saved.
    # At 20: (1 + 0.75 + 0.5625) · min(0.65, 0.5) = 1.156 < 1.65, at 10: 2.3125 · 0.65 = 1.503 < 1.65: nothing long.
    assert ladder(demand, 0.35, 0.45, 3) == (10.0, 0.0)
    assert ladder(demand, 0.35, 0.45, 3, fall=0.25) == (0.0, 10.0)
    assert ladder(demand, None, 0.45, 3) == (10.0, 0.0)
    assert ladder(demand, 0.35, None, 1) == (0.0, 10.0)


def test_what_paying_early_costs():
    # All upfront for three years at 8 %: 0.24 / (1 - e^-0.24) = 1.1249
    assert capital_load("all", 36, 0.08) == pytest.approx(0.24 / (1 - np.exp(-0.24)))
    assert capital_load("none", 36, 0.08) == 1
    assert capital_load("partial", 36, 0.08) == pytest.approx((1 + capital_load("all", 36, 0.08)) / 2)
    option = Option("x", Kind.COMPUTE_SP, 36, "none", (Rate({}, discount=0.5),))
    # Prices that fall 20 % a year are on average (0.8^3 - 1) / (3 · ln 0.8) = 0.729 over three years
    assert effective_price(option, 0.5, 0.2) == pytest.approx(0.5 / 0.72899, rel=1e-4)


problems = st.builds(
    lambda seed, pools: Problem(
        np.random.default_rng(seed).integers(0, 9, (pools, 18)).astype(float),
        np.random.default_rng(seed + 1).choice([0.5, 0.6, 0.7, np.inf], pools),
        np.random.default_rng(seed + 2).choice([0.65, 0.75, 0.8, np.inf], pools),
    ),
    st.integers(0, 1000),
    st.integers(1, 3),
)


@given(problems, st.integers(0, 10_000))
def test_the_slopes_are_tangents(problem, seed):
    """The cost lies above the plane at any point: convex, with true subgradients."""
    random = np.random.default_rng(seed)
    here, there = (random.uniform(0, 1, len(problem.limits)) * problem.limits for _ in range(2))
    left, slopes = hourly_rest(problem, here)
    other, _ = hourly_rest(problem, there)
    assert np.all(other >= left + (there - here) @ slopes - 1e-9)


@settings(max_examples=10)
@given(problems)
def test_the_joint_plan_is_the_cheapest(problem):
    """Against the same question written out as one linear program over all hours."""
    from scipy.optimize import linprog

    pools, hours = problem.demand.shape
    found = best_plan(problem, np.zeros(pools + 1), gap=1e-9)
    # Variables: narrow q_f, broad C, and for each pool and hour what is covered by the broad plan, and what is left.
    size_of = pools + 1 + 2 * pools * hours
    costs = np.concatenate((problem.fees * hours, np.zeros(pools * hours), np.ones(pools * hours)))
    rows, right = [], []
    for hour in range(hours):
        spend = np.zeros(size_of)
        spend[pools] = -1
        for pool in range(pools):
            covered, left = pools + 1 + pool * hours + hour, pools + 1 + pools * hours + pool * hours + hour
            need = np.zeros(size_of)
            need[[pool, covered, left]] = -1
            rows.append(need)
            right.append(-problem.demand[pool, hour])
            spend[covered] = problem.broad[pool] if np.isfinite(problem.broad[pool]) else 0
        rows.append(spend)
        right.append(0.0)
    bounds = [(0, limit) for limit in problem.limits]
    bounds += [(0, None if np.isfinite(problem.broad[pool]) else 0) for pool in range(pools) for _ in range(hours)]
    bounds += [(0, None)] * (pools * hours)
    whole = linprog(costs, A_ub=np.array(rows), b_ub=np.array(right), bounds=bounds)
    assert found.cost == pytest.approx(whole.fun, rel=1e-6, abs=1e-6)
    assert found.bound <= whole.fun + 1e-6


def history(hours=24 * 120):
    clock = np.arange(hours) % 24
    office = np.where((clock > 7) & (clock < 20), 1.0, 0.2)
    return usage_of(
        [
            (machine("m5.large", 0.1), np.full(hours, 6.0)),
            (machine("m5.xlarge", 0.2, account="other"), 10 * office),
            (machine("c5.large", 0.09), 20 * office),
            (machine("r5.large", 0.12), np.roll(office, 12) * 15),
            (counted("fargate", "vcpu_hour", 0.04), 50 * office),
        ],
        first=YEAR,
    )


def menu(**other):
    def option(ident, kind, months, discount):
        return Option(ident, kind, months, "none", (Rate({}, discount=discount),))

    narrow = (option("n1", Kind.EC2_INSTANCE_SP, 12, 0.3), option("n3", Kind.EC2_INSTANCE_SP, 36, 0.5))
    broad = (option("b1", Kind.COMPUTE_SP, 12, 0.2), option("b3", Kind.COMPUTE_SP, 36, 0.45))
    return Menu(**{"narrow": narrow, "broad": broad, **other})


def test_what_is_recommended_costs_in_the_replay_what_the_plan_says():
    found = size(history(), menu())
    assert (found.narrow_option, found.broad_option) == ("n3", "b3")
    assert found.replayed.amortised == pytest.approx(found.plan.cost, rel=1e-9)
    assert found.plan.gap < 1e-3
    assert found.replayed.esr_list > 0.3
    fargate = next(each for each in found.pools if each.pool.service == "fargate")
    assert fargate.long_option == "b3"  # no narrow plan covers it


def test_each_pool_alone_is_the_quantile_rule():
    usage = history()
    found = size(usage, menu(broad=()))
    demand = usage.quantity[2] * 0.09
    compute = next(each for each in found.pools if each.pool.family == "c5")
    assert compute.long == pytest.approx(quantile_rule(demand, 0.5) * 0.5)
    assert compute.short == 0


def test_tranches_add_up_and_are_spread_over_the_term():
    whole, steps = size(history(), menu()), size(history(), menu(tranches=3))
    assert sum(each.hourly for each in steps.purchases) == pytest.approx(sum(each.hourly for each in whole.purchases))
    assert sorted({each.start_months for each in steps.purchases}) == [0, 12, 24]


def test_a_short_history_and_a_menu_that_covers_nothing():
    assert any("too short a history" in note for note in size(history(48), menu()).notes)
    cloud = usage_of([(machine("n2-standard-4", 0.2, provider="gcp"), [1.0])], first=YEAR)
    with pytest.raises(RackmathError, match="nothing in the menu covers any of this usage"):
        size(cloud, menu())
    with pytest.raises(RackmathError, match="the menu is in EUR and the usage in USD"):
        size(history(48), menu(currency="EUR"))


def test_no_demand_is_no_commitment():
    found = size(usage_of([(machine("m5.large", 0.1), np.zeros(48))], first=YEAR), menu())
    assert found.purchases == ()
    assert found.replayed.esr_list is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("narrow: []", "nothing to buy"),
        ("broad: [{kind: compute-sq, term: 1y, discount: 20%}]", "did you mean 'compute-sp'"),
        ("broad: [{kind: compute-sp, term: 1y}]", "give either `discount` or `rates`"),
        ("price_fall: 120%\nbroad: [{kind: compute-sp, term: 1y, discount: 20%}]", "price_fall must be below 100%"),
        ("tranches: 0\nbroad: [{kind: compute-sp, term: 1y, discount: 20%}]", "tranches must be a whole number"),
        ("broad: [{kind: compute-sp, discount: 20%}]", "write 1y"),
    ],
)
def test_a_bad_menu_is_named(tmp_path, text, says):
    path = tmp_path / "menu.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RackmathError, match=says):
        read_menu(path)


@given(demands, st.sampled_from([0.1, 0.25, 0.4, 0.55, 0.7]))
def test_the_model_of_one_commitment_says_the_same(demand, discount):
    """`commitments.commitment_size` on the same hours: the same cost, by another road to the same quantile."""
    from rackmath.models.commitments.commitment_size import commitment_size

    model = commitment_size(
        usage_form="hourly",
        mean_usage=0,
        peak_to_mean=2,
        peak_hours_share=0.01,
        hourly_usage=demand,
        commitment_discount=discount,
        term=1,
        yearly_price_fall=0,
        tranches=1,
        months_observed=12,
        agreement_amount=0,
        hours_per_year=8760,
    )
    engine = flat_cost(demand, quantile_rule(demand, discount), discount) / len(demand)
    assert float(model.total) == pytest.approx(engine, abs=1e-9)
