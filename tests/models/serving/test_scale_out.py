"""Two runs side by side: published counts and minutes, a claim that they contradict, and scaling of one chip."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.serving.scale_out import scale_out

BASE: dict[str, Any] = {
    "chips": 10_752.0,
    "run_time": 4.0,
    "gpu_hour_price": 3.0,
    "other_chips": 50_944.0,
    "other_run_time": 12.0,
    "other_chip_hour_price": 1.2,
}


def note(name: str, **changes: Any) -> float:
    return float(scale_out(**BASE | changes).notes[name].value)


def test_two_record_runs_in_chip_minutes() -> None:
    # https://www.cloudexpat.com/blog/comparison-aws-trainium-google-tpu-v5e-azure-nd-h100-nvidia/: 1,344 machines of
    # eight H100 and four minutes are 43,008 chip-minutes; 50,944 TPU v5e and twelve are 611,328
    assert 1344 * 8 == 10_752
    assert note("chip_time") * 60 == pytest.approx(43_008)
    assert note("other_chip_time") * 60 == pytest.approx(611_328)
    assert note("chip_time_ratio") == pytest.approx(14.21, abs=0.01)
    assert note("speed_per_chip") == pytest.approx(1 / 14.21, rel=1e-3)


def test_half_the_chips_is_not_what_the_counts_say() -> None:
    # the same page was read as half the number of chips for the H100: 50,944 / 10,752 is 4.74
    assert note("chips_ratio") == pytest.approx(4.74, abs=0.01)
    assert note("chips_ratio") != pytest.approx(2, rel=0.5)


def test_the_lines_lead_from_one_cost_to_the_other() -> None:
    # 716.8 chip-hours × 3 $ = 2,150.4; four times as many chips more at the old time; three times the time; 1.8 $ less
    found = scale_out(**BASE)
    assert found.lines["first_run"] == pytest.approx(43_008 / 60 * 3)
    assert found.lines["number_of_chips"] == pytest.approx((50_944 - 10_752) * 4 / 60 * 3)
    assert found.lines["time"] == pytest.approx(50_944 * 8 / 60 * 3)
    assert found.lines["price"] == pytest.approx(611_328 / 60 * -1.8)
    assert found.total == pytest.approx(611_328 / 60 * 1.2)
    assert note("cost_ratio") == pytest.approx(14.21 * 0.4, abs=0.01)


def test_the_price_at_which_both_cost_the_same() -> None:
    same = note("same_cost_price")
    assert same == pytest.approx(3 / 14.21, abs=1e-3)
    assert note("cost_ratio", other_chip_hour_price=same) == pytest.approx(1)


def test_scaling_of_one_chip_from_published_runs() -> None:
    # H100 on GPT-3 in MLPerf v3.0: 10.94 minutes on 3,584 and 45.606 on 768 (the page prints 786): 89 % of the speed
    # for each chip (https://techmaggie.com/nvidia-leads-habana-challenges-on-mlperf-gpt-3-benchmark)
    grown = {"chips": 768.0, "run_time": 45.606, "other_chips": 3584.0, "other_run_time": 10.94}
    assert note("speed_per_chip", **grown) == pytest.approx(0.89, abs=0.005)
    found = scale_out(**BASE | grown | {"other_chip_hour_price": 3.0})
    assert found.lines["price"] == 0
    assert "each of them does less" in found.warnings[0]
    assert found.total > found.lines["first_run"]


def test_generations_of_one_maker_at_the_same_size() -> None:
    # MLPerf v4.1, GPT-3 on 2,048 chips: TPU v5p 29.616 minutes, Trillium 27.330: 8.4 % faster a chip
    # (https://mlcommons.org/benchmarks/training/)
    case = {"chips": 2048.0, "run_time": 29.616, "other_chips": 2048.0, "other_run_time": 27.330}
    assert note("speed_per_chip", **case) == pytest.approx(1.084, abs=1e-3)
    assert scale_out(**BASE | case).lines["number_of_chips"] == 0


def test_two_equal_runs_differ_by_nothing() -> None:
    same = {"other_chips": 10_752.0, "other_run_time": 4.0, "other_chip_hour_price": 3.0}
    found = scale_out(**BASE | same)
    assert list(found.lines.values())[1:] == [0, 0, 0]
    assert found.warnings == ()


def test_chips_that_cost_nothing() -> None:
    free = scale_out(**BASE | {"gpu_hour_price": 0.0})
    assert free.notes["same_cost_price"].value == 0
    assert scale_out(**BASE | {"other_chip_hour_price": 0.0}).total == pytest.approx(0, abs=1e-9)


def test_an_array_of_prices() -> None:
    prices = np.array([0.5, 1.2, 2.0])
    np.testing.assert_allclose(scale_out(**BASE | {"other_chip_hour_price": prices}).total, 611_328 / 60 * prices)
