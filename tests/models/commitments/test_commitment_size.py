"""How much to commit to: the quantile rule against search, and the ladder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from rackmath.models._demand import log_spread
from rackmath.models.commitments.commitment_size import commitment_size
from rackmath.models.commitments.effective_savings_rate import effective_savings_rate
from rackmath.uncertainty import stream

BASE: dict[str, Any] = {
    "usage_form": "hourly",
    "mean_usage": 10.0,
    "peak_to_mean": 2.0,
    "peak_hours_share": 0.01,
    "hourly_usage": [4.0, 6.0, 8.0, 10.0, 12.0],
    "commitment_discount": 0.4,
    "term": 1.0,
    "yearly_price_fall": 0.0,
    "tranches": 4.0,
    "months_observed": 12.0,
    "agreement_amount": 0.0,
    "hours_per_year": 8760.0,
}
LOGNORMAL = BASE | {"usage_form": "lognormal"}


def test_the_quantile_of_five_hours() -> None:
    # at 40 % off a dollar must be needed in more than 60 % of the hours: 3 of 5 hours exceed 6 and 2 exceed 8, so 6.
    # 0.6 × 6 = 3.6 committed; above it (2 + 4 + 6) / 5 = 2.4 on demand: 6.0 instead of 8.0, 25 %
    found = commitment_size(**BASE)
    assert found.notes["usage_committed_for"].value == 6
    assert found.notes["commitment_to_make"].value == pytest.approx(3.6)
    assert found.total == pytest.approx(6.0)
    assert found.notes["effective_savings_rate"].value == pytest.approx(0.25)
    # (4 + 6 + 6 + 6 + 6) / 40 covered, 28 / 30 used
    assert found.notes["coverage"].value == pytest.approx(0.7)
    assert found.notes["utilisation"].value == pytest.approx(28 / 30)


@pytest.mark.parametrize("discount", [0.05, 0.2, 0.37, 0.4, 0.6, 0.72, 0.95])
def test_no_other_commitment_to_these_hours_is_cheaper(discount: float) -> None:
    usage = np.round(stream(1, "hours").lognormal(2.0, 0.6, 300), 3)
    found = commitment_size(**BASE | {"hourly_usage": usage, "commitment_discount": discount})
    levels = np.concatenate([[0.0], usage])  # the cost is piecewise linear, so the best is one of its corners
    costs = (1 - discount) * levels + np.maximum(usage - levels[:, None], 0).mean(axis=1)
    assert found.total == pytest.approx(costs.min())


@pytest.mark.parametrize("discount", [0.1, 0.37, 0.65])
def test_lognormal_usage_against_search_and_integration(discount: float) -> None:
    found = commitment_size(**LOGNORMAL | {"commitment_discount": discount})
    sigma = float(log_spread(2.0, 0.01))
    usage = stats.lognorm(s=sigma, scale=10 * np.exp(-(sigma**2) / 2))
    # the d-quantile
    assert found.notes["usage_committed_for"].value == pytest.approx(usage.ppf(discount))
    assert found.notes["quantile_of_usage"].value == pytest.approx(discount)

    def cost(level: float) -> float:
        return (1 - discount) * level + integrate.quad(usage.sf, level, np.inf)[0]

    search = optimize.minimize_scalar(cost, bounds=(0, 60), method="bounded", options={"xatol": 1e-8})
    assert found.total == pytest.approx(search.fun, rel=1e-7)


def test_both_forms_agree_on_many_hours() -> None:
    sigma = float(log_spread(2.0, 0.01))
    hours = stats.lognorm(s=sigma, scale=10 * np.exp(-(sigma**2) / 2)).ppf((np.arange(20_000) + 0.5) / 20_000)
    closed, counted = commitment_size(**LOGNORMAL), commitment_size(**BASE | {"hourly_usage": hours})
    assert counted.total == pytest.approx(float(closed.total), rel=1e-3)


@pytest.mark.parametrize("case", [BASE, LOGNORMAL])
def test_the_savings_rate_is_the_identity(case: dict[str, Any]) -> None:
    notes = commitment_size(**case).notes
    closed = effective_savings_rate(
        covered_share_of_usage=float(notes["coverage"].value),
        commitment_discount=0.4,
        used_share_of_committed_hours=float(notes["utilisation"].value),
    )
    assert notes["effective_savings_rate"].value == pytest.approx(float(closed.total))


def test_the_ends_of_the_discount() -> None:
    nothing = commitment_size(**BASE | {"commitment_discount": 0.0})
    assert nothing.notes["commitment_to_make"].value == 0
    assert nothing.total == pytest.approx(8.0)
    assert "commit to nothing" in nothing.warnings[-1]
    gift = commitment_size(**BASE | {"commitment_discount": 1.0})
    assert gift.notes["usage_committed_for"].value == 12
    assert gift.total == 0


@pytest.mark.parametrize("case", [BASE | {"hourly_usage": [0.0, 0.0]}, LOGNORMAL | {"mean_usage": 0.0}])
def test_no_usage_costs_nothing_and_commits_to_nothing(case: dict[str, Any]) -> None:
    found = commitment_size(**case)
    assert found.total == 0
    assert found.notes["commitment_to_make"].value == 0
    assert found.notes["coverage"].value == 0
    assert found.notes["effective_savings_rate"].value == 0


def test_even_usage_is_committed_for_in_full() -> None:
    found = commitment_size(**BASE | {"hourly_usage": [7.0] * 4})
    assert found.notes["usage_committed_for"].value == 7
    assert found.notes["effective_savings_rate"].value == pytest.approx(0.4)


def test_falling_prices_make_the_commitment_smaller() -> None:
    # prices that fall at 25 % a year are (1 - e^-0.75) / 0.75 = 0.7035 of today's over three years: 0.6 / 0.7035 =
    # 85.3 %, and only the lowest of five hours is exceeded by less than that share of them
    found = commitment_size(**BASE | {"yearly_price_fall": 0.25, "term": 3.0})
    assert 1 - found.notes["quantile_of_usage"].value == pytest.approx(0.6 / 0.70351, abs=1e-4)
    assert found.notes["usage_committed_for"].value == 4
    # at 40 % a year the mean is 0.582, below the committed price: commit to nothing
    assert commitment_size(**BASE | {"yearly_price_fall": 0.4, "term": 3.0}).notes["commitment_to_make"].value == 0
    rising = commitment_size(**BASE | {"yearly_price_fall": -0.3, "term": 3.0})
    assert rising.notes["usage_committed_for"].value > 6


def test_mean_price_agrees_with_a_sum_over_hours() -> None:
    hours = (np.arange(8760 * 3) + 0.5) / 8760
    found = commitment_size(**BASE | {"yearly_price_fall": 0.4, "term": 3.0})
    assert found.notes["on_demand_alone"].value == pytest.approx(8.0 * np.exp(-0.4 * hours).mean(), rel=1e-7)


def test_a_ladder_lets_one_out_step_by_step() -> None:
    found = commitment_size(**BASE)
    path = np.asarray(found.paths["committed_without_renewal"].values)
    # four tranches of 0.9, one running out every three months
    np.testing.assert_allclose(path[[0, 2, 3, 5, 6, 9, 11, 12]], [3.6, 3.6, 2.7, 2.7, 1.8, 0.9, 0.9, 0.0])
    assert found.notes["tranche"].value == pytest.approx(0.9)
    assert found.notes["time_between_tranches"].value == pytest.approx(3)
    # (3 + 6 + 9 + 12) / 4
    assert found.notes["mean_remaining_term"].value == pytest.approx(7.5)
    at_once = commitment_size(**BASE | {"tranches": 1.0})
    np.testing.assert_allclose(
        np.asarray(at_once.paths["committed_without_renewal"].values)[[0, 11, 12]], [3.6, 3.6, 0]
    )


def test_what_makes_the_past_a_poor_guide_is_said() -> None:
    assert "three months" in commitment_size(**BASE | {"months_observed": 2.9}).warnings[-1]
    growing = commitment_size(**BASE | {"hourly_usage": np.linspace(5, 15, 100)})
    assert "later half" in growing.warnings[0]
    assert commitment_size(**BASE | {"hourly_usage": [8.0, 6.0, 10.0, 6.0, 8.0, 10.0]}).warnings == ()


def test_how_far_an_agreement_is_drawn() -> None:
    # 6.0 × 8,760 = 52,560 of 100,000
    found = commitment_size(**BASE | {"agreement_amount": 100_000.0})
    assert found.notes["share_of_the_agreement_drawn"].value == pytest.approx(0.5256)
    assert commitment_size(**BASE).notes["share_of_the_agreement_drawn"].value == 0
