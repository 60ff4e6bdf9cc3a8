"""Cost of a transaction: every part by its driver, reconciled with the bill."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackmath.models.commitments.transaction_cost import transaction_cost

BASE: dict[str, Any] = {
    "transactions": 1000.0,
    "compute_time": 36.0,
    "gpu_hour_price": 2.0,
    "egress_volume": 1000.0,
    "egress_price": 0.09,
    "storage_volume": 100.0,
    "storage_time": 10.0,
    "storage_price": 0.08,
    "api_tokens": 5000.0,
    "api_price": 2.0,
    "overhead": 50.0,
    "bill": 300.0,
}


def test_each_part_by_its_driver() -> None:
    found = transaction_cost(**BASE)
    assert found.lines["compute"] == pytest.approx(0.02)  # 36 s = 0.01 h × 2
    assert found.lines["egress"] == pytest.approx(0.09)  # 1 GB
    assert found.lines["storage"] == pytest.approx(0.08)  # 0.1 GB × 10 months × 0.08
    assert found.lines["api"] == pytest.approx(0.01)  # 0.005 Mtok × 2
    assert found.lines["overhead"] == pytest.approx(0.05)
    # (0.02 + 0.09 + 0.08 + 0.01) × 1,000 + 50 = 250 of 300 are explained: 50 are not, 0.05 each
    assert found.lines["unexplained"] == pytest.approx(0.05)
    assert found.total == pytest.approx(0.3)
    assert found.notes["cost_of_one_more"].value == pytest.approx(0.2)
    assert found.notes["explained_share_of_the_bill"].value == pytest.approx(250 / 300)
    assert "missing" in found.warnings[0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(1, 1e6), st.floats(0, 1e5), st.floats(0, 1e6), st.floats(0, 1e6))
def test_it_reconciles_to_the_bill(transactions: float, compute: float, overhead: float, bill: float) -> None:
    case = {"transactions": transactions, "compute_time": compute, "overhead": overhead, "bill": bill}
    found = transaction_cost(**BASE | case)
    explained = float(found.notes["explained"].value)
    assert float(found.total) * transactions == pytest.approx(bill, abs=1e-9 * (bill + explained) + 1e-6)
    assert explained + float(found.notes["unexplained_in_the_month"].value) == pytest.approx(bill, abs=1e-3)


def test_drivers_that_explain_too_much() -> None:
    found = transaction_cost(**BASE | {"bill": 200.0})
    assert found.lines["unexplained"] == pytest.approx(-0.05)
    assert "more than was billed" in found.warnings[0]


def test_drivers_that_explain_everything() -> None:
    found = transaction_cost(**BASE | {"bill": 250.0})
    assert found.lines["unexplained"] == pytest.approx(0, abs=1e-12)
    assert found.warnings == ()


def test_no_transactions_and_a_bill() -> None:
    found = transaction_cost(**BASE | {"transactions": 0.0})
    assert found.total == math.inf
    assert found.notes["cost_of_one_more"].value == pytest.approx(0.2)
    assert "no transactions" in found.warnings[0]


def test_no_transactions_and_no_bill() -> None:
    # the drivers say what the first one would cost
    found = transaction_cost(**BASE | {"transactions": 0.0, "bill": 0.0, "overhead": 0.0})
    assert found.total == pytest.approx(0.2)
    assert found.warnings == ()


def test_draws_with_and_without_transactions() -> None:
    found = transaction_cost(**BASE | {"transactions": np.array([0.0, 1000.0])})
    np.testing.assert_allclose(found.total, [math.inf, 0.3])
