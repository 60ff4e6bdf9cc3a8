"""Money over time, held against numpy-financial."""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.models.ownership._annuity import annuity, net_of_resale


@pytest.mark.parametrize(("rate", "life"), [(0.05, 3), (0.1, 4), (0.12, 5), (0.3, 0.5), (1.0, 15)])
def test_recovery_factor_is_the_payment_of_a_loan(rate: float, life: float) -> None:
    # numpy_financial.pmt is the level payment at the end of each period that repays a loan of 1.
    assert annuity(rate, life).factor == pytest.approx(npf.pmt(rate, life, -1.0), rel=1e-12)


def test_recovery_factor_by_hand() -> None:
    # 10 % over 4 years: 0.1 / (1 - 1.1^-4) = 0.1 / (1 - 0.6830135) = 0.3154708
    assert annuity(0.1, 4).factor == pytest.approx(0.3154708, abs=1e-7)


def test_recovery_factor_tends_to_a_straight_line() -> None:
    assert annuity(0.0, 4).factor == pytest.approx(0.25, rel=1e-15)
    # (r / (1 - (1+r)^-n)) = (1/n)(1 + (n+1) r / 2 + O(r^2)): at r = 1e-9 and n = 5 it is 0.2 (1 + 3e-9)
    assert annuity(1e-9, 5).factor == pytest.approx(0.2 * (1 + 3e-9), rel=1e-15)
    # The form as printed in textbooks loses its digits there: it is off by more than one part in a hundred million.
    textbook = 1e-9 / (1 - (1 + 1e-9) ** -5)
    assert abs(textbook / (0.2 * (1 + 3e-9)) - 1) > 1e-8


def test_no_rate_is_special() -> None:
    rates = np.array([0.0, 1e-300, 1e-18, 1e-15, 1e-12, 1e-6, 0.01])
    factors = annuity(rates, 4.0).factor
    assert np.all(np.diff(factors) >= 0)
    assert factors[0] == pytest.approx(0.25, rel=1e-15)
    assert factors[-1] == pytest.approx(npf.pmt(0.01, 4, -1.0), rel=1e-12)


def test_present_value() -> None:
    assert annuity(0.1, 3).later == pytest.approx(-npf.pv(0.1, 3, 0, 1.0), rel=1e-12)  # 1 / 1.331
    assert annuity(0.0, 3).later == 1.0


def test_resale_lowers_the_price() -> None:
    # 1,000 sold after 3 years at 30 %, 10 % of it lost in selling, at 10 %: 1000 - 300 × 0.9 / 1.331 = 797.1450
    assert net_of_resale(1000.0, 0.3, 0.1, annuity(0.1, 3).later) == pytest.approx(797.1450, abs=1e-4)
    # numpy-financial's payment of the loan with a balloon of -270 is the same money: the two roads to a yearly cost.
    yearly = net_of_resale(1000.0, 0.3, 0.1, annuity(0.1, 3).later) * annuity(0.1, 3).factor
    assert yearly == pytest.approx(npf.pmt(0.1, 3, -1000.0, 270.0), rel=1e-12)
