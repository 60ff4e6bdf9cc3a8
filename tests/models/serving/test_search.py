"""The search: the same numbers as row by row, nothing invalid in it, and a frontier that nothing beats."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pace import within
from rackmath.errors import RackmathError
from rackmath.models.serving.hardware import Accelerator, find_accelerator
from rackmath.models.serving.predict import predict, predict_rows
from rackmath.models.serving.search import COST_PARTS, Price, frontier
from rackmath.models.serving.search.frontier import pareto
from rackmath.models.serving.search.space import formats, layouts
from rackmath.models.serving.shape import catalogue, find_shape

PRICES = {"h100_sxm": Price.of(2.5), "h200_sxm": Price.of(3.5), "b200_sxm": Price.of(5.0)}
CHIPS = ["h100_sxm", "h200_sxm", "b200_sxm"]


@pytest.fixture(scope="module")
def llama():
    return frontier("Llama-3.1-70B", CHIPS, isl=1024, osl=1024, prices=PRICES)


@pytest.fixture(scope="module")
def deepseek():
    return frontier("DeepSeek-R1", ["h200_sxm", "b200_sxm"], isl=1024, osl=1024, engines=("sglang",), prices=PRICES)


@pytest.mark.parametrize("name", ["llama", "deepseek"])
def test_all_at_once_gives_what_one_by_one_gives(name, request):
    points = request.getfixturevalue(name).points
    for at in range(0, len(points), 7):
        load = float(points.concurrency[at])
        (alone,) = predict([replace(points.setups[points.setup[at]], concurrency=load)])
        point = points[at]
        assert (point.tpot, point.ttft) == pytest.approx((alone.token, alone.first), rel=1e-9)
        assert (point.tpot_low, point.tpot_high) == pytest.approx((alone.token_low, alone.token_high), rel=1e-9)
        assert (point.ttft_low, point.ttft_high) == pytest.approx((alone.first_low, alone.first_high), rel=1e-9)
        assert point.rests_on == alone.note


def test_a_point_is_the_row_that_says_the_same(llama):
    # the batch format, as `rackmath serving predict --csv` reads it
    row = {"model_path": "Llama-3.1-70B", "system": "h200_sxm", "backend": "vllm", "precision": "fp8", "mode": "agg"}
    row |= {"isl": "1024", "osl": "1024", "concurrency": "32", "tp_size": "4", "moe_tp_size": "4", "id": "r"}
    (alone,) = predict_rows([row])
    points = map(llama.points.__getitem__, range(len(llama.points)))
    (point,) = (
        each
        for each in points
        if (each.chip, each.precision, each.layout, each.concurrency) == ("h200_sxm", "fp8", "TP4", 32)
    )
    assert (point.tpot, point.ttft) == pytest.approx((alone.token, alone.first), rel=1e-9)


def test_a_replica_obeys_littles_law(llama):
    # requests in flight = rate × time in flight; and what a user sees is the token's time turned over
    points = llama.points
    in_flight = points.ttft + (1024 - 1) * points.tpot
    np.testing.assert_allclose(points.requests_per_s * in_flight, points.concurrency)
    np.testing.assert_allclose(points.tokens_per_s_per_device * points.devices, points.requests_per_s * 1024)
    np.testing.assert_allclose(points.tokens_per_s_per_user * points.tpot, 1)


def test_cost_is_the_price_of_the_seconds_a_token_takes(llama):
    # 2.5 USD/h over 1,000 token/s is 2.5 / 3.6e6 a token: 0.694 USD for a million
    at = int(np.flatnonzero(llama.points.price == 2.5)[0])
    point = llama.points[at]
    assert point.usd_per_mtok == pytest.approx(2.5 / 3600 / point.tokens_per_s_per_device * 1e6)
    assert point.usd_per_mtok_both == pytest.approx(point.usd_per_mtok / 2)
    assert point.usd_per_mtok_low < point.usd_per_mtok < point.usd_per_mtok_high
    # a price without a spread: the ends are those of the rate
    assert point.usd_per_mtok_low == pytest.approx(2.5 / 3600 / point.tokens_per_s_per_device_high * 1e6)
    assert sum(point.parts.values()) == pytest.approx(1)
    assert set(point.parts) == set(COST_PARTS)


def test_a_spread_of_the_price_widens_the_cost(llama):
    spread = {name: Price(each.median, 0.7 * each.median, 1.4 * each.median) for name, each in PRICES.items()}
    wide = frontier("Llama-3.1-70B", CHIPS, isl=1024, osl=1024, prices=spread).points
    sure = llama.points
    np.testing.assert_allclose(wide.usd_per_mtok, sure.usd_per_mtok)
    assert (wide.usd_per_mtok_high / sure.usd_per_mtok_high > 1.05).all()
    # independent errors: squares of the logarithms add
    both = np.log(sure.usd_per_mtok_high / sure.usd_per_mtok) ** 2 + np.log(1.4) ** 2
    np.testing.assert_allclose(np.log(wide.usd_per_mtok_high / wide.usd_per_mtok) ** 2, both)


@pytest.mark.parametrize("which", ["pareto", "pareto_cost"])
def test_nothing_beats_a_point_of_the_frontier_and_something_beats_every_other(llama, which):
    points = llama.points
    value = points.tokens_per_s_per_device if which == "pareto" else -points.usd_per_mtok
    speed = points.tokens_per_s_per_user
    best = getattr(llama, which)
    for at in range(len(points)):
        better = (speed >= speed[at]) & (value >= value[at]) & ((speed > speed[at]) | (value > value[at]))
        assert better.any() == (at not in best)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40))
def test_the_frontier_is_what_comparing_all_pairs_finds(pairs):
    first, second = (np.array(each, dtype=float) for each in zip(*pairs, strict=True))
    kept = {(first[at], second[at]) for at in pareto(first, second)}
    slow = {
        pair
        for pair in pairs
        if not any(other[0] >= pair[0] and other[1] >= pair[1] and other != pair for other in pairs)
    }
    assert kept == slow
    assert len(pareto(first, second)) == len(slow)  # equal points once


def test_every_layout_can_be_laid_out():
    for shape in catalogue().values():
        for chip in ("h100_sxm", "h200_nvl", "gb200", "l40s"):
            sheet = find_accelerator(chip)
            found = layouts(shape, sheet, 16)
            assert found, shape.name
            for each in found:
                assert shape.heads % each.tp == 0
                assert each.tp * each.dp <= sheet.domain
                assert each.devices <= 16
                assert each.pp == 1 or each.tp * each.dp == min(16, sheet.domain)
                if shape.experts:
                    assert each.moe_tp * each.ep == each.tp * each.dp
                    assert shape.experts % each.ep == 0
                else:
                    assert (each.dp, each.ep) == (1, 1)


def test_formats_are_those_that_the_chip_computes_in():
    llama, gpt = find_shape("Llama-3.1-70B"), find_shape("gpt-oss-120b")
    assert formats(llama, find_accelerator("a100_sxm")) == ("bf16",)
    assert formats(llama, find_accelerator("h100_sxm")) == ("bf16", "fp8")
    assert formats(llama, find_accelerator("b200_sxm")) == ("bf16", "fp8", "nvfp4")
    assert formats(gpt, find_accelerator("b200_sxm")) == ("mxfp4",)


def test_tensor_ranks_that_are_asked_for_are_kept_to():
    found = frontier("Llama-3.1-70B", ["h200_sxm"], isl=1024, osl=1024, tensor_ranks=(2, 4))
    assert {each.layout.tp for each in found.points.setups} == {2, 4}


def test_four_bits_on_hopper_save_memory_and_not_arithmetic():
    asked = {"isl": 1024, "osl": 1024, "precisions": ("nvfp4", "fp8")}
    found = frontier("Llama-3.1-70B", ["h100_sxm"], **asked)
    assert any("nvfp4 on h100_sxm is storage only" in note for note in found.notes)
    points = [each for each in map(found.points.__getitem__, range(len(found.points))) if each.layout == "TP1"]
    # 40 GB or 71 of 80: what is left holds many requests or few
    held = {name: max(each.concurrency for each in points if each.precision == name) for name in ("nvfp4", "fp8")}
    assert held["nvfp4"] >= 3 * held["fp8"]
    native = frontier("Llama-3.1-70B", ["b200_sxm"], **asked)
    assert not any("storage only" in note for note in native.notes)


def test_stages_save_memory_and_no_time():
    # 405e9 weights of two bytes are 810 GB: eight devices of 80 do not hold them, sixteen in two stages do. A token
    # passes all layers, so two stages of eight take at least what all the weights take to read on eight devices.
    found = frontier("Llama-3.1-405B", ["h100_sxm"], isl=1024, osl=1024, precisions=("bf16",), most_devices=16)
    points = found.points
    assert {points[at].layout for at in range(len(points))} == {"TP8 PP2"}
    assert points.tpot.min() > 810e9 / (8 * 3.35e12)
    assert "never measured" in points[0].rests_on


def test_what_does_not_fit_is_counted(llama):
    dropped = llama.dropped
    assert len(llama.points) + dropped.unfit + dropped.waiting + dropped.idle == llama.enumerated
    assert dropped.unfit > 0  # bf16 on one h100: 141 GB of 80
    assert dropped.waiting > 0


def test_a_chip_without_a_price_has_speeds_and_no_cost(llama):
    found = frontier("Llama-3.1-70B", ["h100_sxm", "b200_sxm"], isl=1024, osl=1024, prices={"h100_sxm": Price.of(2)})
    shown = {found.points[int(at)].chip for at in found.pareto}
    assert "b200_sxm" in shown
    assert {found.points[int(at)].chip for at in found.pareto_cost} == {"h100_sxm"}
    unpriced = next(found.points[int(at)] for at in found.pareto if found.points[int(at)].chip == "b200_sxm")
    assert unpriced.usd_per_mtok is None
    assert unpriced.price is None


def test_limits_leave_the_rest_of_the_frontier():
    found = frontier("Llama-3.1-70B", CHIPS, isl=1024, osl=1024, prices=PRICES, tpot_limit=0.02, ttft_limit=0.5)
    assert (found.points.tpot[found.pareto_cost] <= 0.02).all()
    assert (found.points.ttft[found.pareto] <= 0.5).all()
    assert not found.within.all()


def test_speed_costs_about_as_published(llama):
    # Epoch finds four times the speed for twice the cost where nothing is limited: cost ∝ speed^0.5
    # (https://arxiv.org/abs/2506.04645). Between twice and four times the cost of the cheapest point, the slope of
    # ln cost over ln speed is of that size here too.
    for chip in CHIPS:
        found = frontier("Llama-3.1-70B", [chip], isl=1024, osl=1024, prices=PRICES)
        cost = found.points.usd_per_mtok[found.pareto_cost]
        speed = found.points.tokens_per_s_per_user[found.pareto_cost]
        cheap = cost <= 2 * cost.min()
        slope = np.log(cost[cheap].max() / cost[cheap].min()) / np.log(speed[cheap].max() / speed[cheap].min())
        assert 0.3 < slope < 0.9, (chip, slope)


def test_more_devices_on_a_request_are_faster_and_dearer():
    # eight ranks against one: 3.21 times the throughput of the box (https://rocm.blogs.amd.com), so dearer a token
    found = frontier("Llama-3.1-8B-Instruct", ["h100_sxm"], isl=1024, osl=1024, precisions=("bf16",), prices=PRICES)
    points = [found.points[at] for at in range(len(found.points))]
    one = {point.concurrency: point for point in points if point.layout == "TP1"}
    eight = {point.concurrency: point for point in points if point.layout == "TP8"}
    for load in (1.0, 16.0, 64.0):
        assert eight[load].tpot < one[load].tpot
        assert eight[load].usd_per_mtok > one[load].usd_per_mtok


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"isl": 0.0}, "is wanted"),
        ({"osl": -5.0}, "is wanted"),
        ({"isl": float("nan")}, "is wanted"),
        ({"loads": (0.0,)}, "is wanted"),
        ({"loads": ()}, "at least one"),
        ({"tpot_limit": 0.0}, "a limit is above 0"),
        ({"ttft_limit": -1.0}, "a limit is above 0"),
        ({"tpot_limit": float("nan")}, "a limit is above 0"),
        ({"precisions": ("fp7",)}, "no number format is called"),
        ({"engines": ("abacus",)}, "no engine is called"),
        ({"tensor_ranks": (7,)}, "7 tensor ranks do not divide the 64 heads"),
        ({"tensor_ranks": (16,)}, "cannot be laid out as asked"),
        ({"most_devices": 0}, "a replica of 0 devices"),
        ({"most_devices": 10**9}, "a replica of"),
    ],
)
def test_bad_input_is_one_clear_line(changes, told):
    with pytest.raises(RackmathError, match=told) as raised:
        frontier("Llama-3.1-70B", ["h100_sxm"], **{"isl": 1024.0, "osl": 1024.0, **changes})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("model", "chip"), [("Llama-3.1-70BB", "h100_sxm"), ("Llama-3.1-70B", "h1000")])
def test_an_unknown_name_suggests_the_near_one(model, chip):
    with pytest.raises(RackmathError, match="did you mean"):
        frontier(model, [chip], isl=1024, osl=1024)


@pytest.mark.parametrize("value", [0.0, -2.0, float("nan"), float("inf"), 1e6])
def test_a_price_is_a_number_above_nothing(value):
    with pytest.raises(RackmathError):
        Price.of(value)


def test_a_data_sheet_of_ones_own_is_searched():
    mine = Accelerator(name="mine", bf16_tflops=989, bandwidth_gb_s=3350, memory_gb=80, link_gb_s=450, domain=2)
    found = frontier("Llama-3.1-8B-Instruct", [mine], isl=1024, osl=1024, prices={"mine": Price.of(1.0)})
    assert {point.devices for point in map(found.points.__getitem__, found.pareto)} <= {1, 2, 4, 8}
    assert "not measured: accelerator mine" in found.points[0].rests_on


def test_ten_thousand_configurations_take_under_a_second():
    start = time.process_time()
    found = frontier(
        "Llama-3.1-70B",
        ["a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "mi300x", "mi355x"],
        isl=1024,
        osl=1024,
        engines=("vllm", "sglang", "trtllm"),
        loads=tuple(float(each) for each in range(2, 102, 2)),
        prices=PRICES,
    )
    assert len(found.pareto) > 5
    assert found.enumerated >= 10_000
    assert time.process_time() - start < within(1)


def test_the_page_says_what_runs(capsys):
    page = (Path(__file__).parents[3] / "docs/serving-search.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(example, "serving-search.md", "exec"), {})
    assert capsys.readouterr().out.startswith("h")
