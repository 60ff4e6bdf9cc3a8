"""End-to-end latency: the first token is not counted twice."""

from __future__ import annotations

import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.request_latency import request_latency

BASE = {"time_to_first_token": 0.5, "time_per_output_token": 0.03, "output_tokens": 101.0}


def test_the_first_token_and_n_minus_one_later_ones():
    found = request_latency(**BASE)
    assert found.lines == pytest.approx({"first_token": 0.5, "later_tokens": 3.0})
    # written as time per token × length it would be 0.5 + 0.03 × 101 = 3.53
    assert found.total + found.notes["counted_twice"].value == pytest.approx(3.53)


def test_published_targets_of_chat():
    # a first token within 500 ms and 20 to 50 ms a token: an answer of 100 tokens takes 2.48 to 5.45 s
    fast, slow = (request_latency(**BASE | {"time_per_output_token": t, "output_tokens": 100.0}) for t in (0.02, 0.05))
    assert (fast.total, slow.total) == pytest.approx((0.5 + 0.02 * 99, 0.5 + 0.05 * 99))
    # which is 20 to 50 tokens/s for a user
    assert fast.notes["speed_of_a_user"].value == pytest.approx(50)
    assert slow.notes["speed_of_a_user"].value == pytest.approx(20)


def test_one_token_takes_the_time_to_the_first():
    assert request_latency(**BASE | {"output_tokens": 1.0}).total == pytest.approx(0.5)


@pytest.mark.parametrize(
    "change", [{"output_tokens": 0.0}, {"time_to_first_token": -0.1}, {"time_per_output_token": float("nan")}]
)
def test_impossible_requests_are_refused(change):
    with pytest.raises(RackmathError, match=next(iter(change))):
        request_latency(**BASE | change)
