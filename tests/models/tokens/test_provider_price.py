"""Price over providers: each provider's own pair, and the median of an even number."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.tokens.provider_price import provider_price

BASE = {
    "provider_input_prices": np.array([0.2, 0.6, 0.9]),
    "provider_output_prices": np.array([0.6, 0.8, 0.9]),
    "input_share": 0.5,
    "price_of": "median",
}


def test_median_of_blends() -> None:
    # blends: (0.2 + 0.6) / 2 = 0.4, (0.6 + 0.8) / 2 = 0.7, 0.9; the middle one is 0.7
    found = provider_price(**BASE)
    assert found.total == pytest.approx(0.7)
    assert found.notes["lowest_price"].value == pytest.approx(0.4)
    assert found.notes["highest_price"].value == pytest.approx(0.9)
    assert found.warnings == ()


def test_blend_first_then_median() -> None:
    # inputs 1, 2, 9 with outputs 9, 2, 1: every provider's blend is 5, 2, 5, with the median 5;
    # the median input is 2 and the median output is 2, a pair whose blend of 2 only one provider sells
    case = {"provider_input_prices": np.array([1.0, 2, 9]), "provider_output_prices": np.array([9.0, 2, 1])}
    assert provider_price(**BASE | case).total == pytest.approx(5.0)


def test_even_number_lies_between_two_prices() -> None:
    case = {"provider_input_prices": np.array([1.0, 2, 4, 8]), "provider_output_prices": np.array([1.0, 2, 4, 8])}
    found = provider_price(**BASE | case)
    assert found.total == pytest.approx(3.0)  # (2 + 4) / 2
    assert "nobody sells" in found.warnings[0]
    # no warning where the two in the middle agree
    same = {"provider_input_prices": np.array([1.0, 2, 2, 8]), "provider_output_prices": np.array([1.0, 2, 2, 8])}
    assert provider_price(**BASE | same).warnings == ()


def test_first_party_price_stands_for_the_model() -> None:
    found = provider_price(**BASE | {"price_of": "first-party"})
    assert found.total == pytest.approx(0.4)
    assert found.notes["median_price"].value == pytest.approx(0.7)


def test_one_provider_is_its_own_price() -> None:
    one = {"provider_input_prices": np.array([3.0]), "provider_output_prices": np.array([15.0]), "input_share": 0.75}
    found = provider_price(**BASE | one)
    assert found.total == pytest.approx(6.0)
    assert "Fewer than three" in found.warnings[0]


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(RackmathError, match="provider_output_prices"):
        provider_price(**BASE | {"provider_output_prices": np.array([1.0, 2.0])})


def test_draws_of_the_mix_come_before_the_providers() -> None:
    found = provider_price(**BASE | {"input_share": np.array([0.0, 0.5, 1.0])})
    np.testing.assert_allclose(found.total, [0.8, 0.7, 0.6])
