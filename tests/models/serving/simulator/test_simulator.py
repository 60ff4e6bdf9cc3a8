"""The simulator against queueing theory, conservation, its own twin, and the closed form."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.predict import predict
from rackmath.models.serving.rows import read_row
from rackmath.models.serving.simulator import (
    Closed,
    Cost,
    Empirical,
    Engine,
    Fixed,
    Gamma,
    Limits,
    LogNormal,
    Poisson,
    Pool,
    Trace,
    Uniform,
    Workload,
    compiled,
    engine_of,
    simulate,
    sweep,
)
from rackmath.models.serving.simulator import state as s
from rackmath.models.serving.simulator.simulate import run
from rackmath.models.serving.simulator.workload import draw

TICK = 1e-3  # seconds a token, where a request is a job of so many tokens
ROW = {
    "model_path": "meta-llama/Llama-3.1-70B",
    "system": "h100_sxm",
    "backend": "vllm",
    "precision": "fp8",
    "isl": "1024",
    "osl": "1024",
    "concurrency": "16",
    "tp_size": "4",
    "moe_tp_size": "4",
}


def servers(count: int, replicas: int = 1) -> Engine:
    """An engine that is a queue: so many servers, each of a tick a token, whatever else runs."""
    cost = Cost.given(sequences=count, step=TICK)
    return Engine(pool=Pool(cost=cost, blocks=10**9, sequences=count, replicas=replicas))


def jobs(mean: float, count: int, kind: str, seed: int = 5) -> Empirical:
    """Jobs by their number of tokens."""
    random = np.random.default_rng(seed)
    outputs = np.full(count, mean) if kind == "D" else random.exponential(mean, count)
    return Empirical(np.ones(count, dtype=np.int64), np.maximum(np.rint(outputs), 1).astype(np.int64))


def busy_engine(**changes) -> Engine:
    """A small engine whose cache is too small for all that it may admit."""
    cost = Cost.given(
        sequences=64, step=2e-3, per_sequence=2e-5, per_context=2e-8, per_prompt_token=1e-5, per_pair=1e-8
    )
    pool = {"cost": cost, "blocks": 300, "sequences": 64, "budget": 512}
    pool |= {name: changes.pop(name) for name in ("replicas", "ranks", "blocks") if name in changes}
    pool["sequences"] = 64 // pool.get("ranks", 1)
    prefill = changes.pop("prefill", None)
    return Engine(pool=Pool(**pool), prefill=Pool(**{**pool, "replicas": prefill}) if prefill else None, **changes)


def prefixed(count: int = 300, rate: float = 20.0) -> Workload:
    """Requests that share prefixes of 64-token blocks in a few families."""
    random = np.random.default_rng(3)
    inputs = random.integers(65, 600, count)
    families = random.integers(0, 6, count)
    lists = [
        [int(f) * 1000 + b if b < 3 else 10_000 + 100 * i + b for b in range(-(-int(n) // 64))]
        for i, (n, f) in enumerate(zip(inputs, families, strict=True))
    ]
    hash_at = np.concatenate([[0], np.cumsum([len(each) for each in lists])])
    return Workload(
        arrivals=Trace(
            np.cumsum(random.exponential(1 / rate, count)),
            inputs,
            random.integers(1, 120, count),
            64,
            hash_at,
            np.array([h for each in lists for h in each]),
        )
    )


BUSY = {
    "mixed": (busy_engine(), Workload(arrivals=Poisson(15), lengths=LogNormal(300, 80), requests=250)),
    "prefill first": (
        busy_engine(policy="prefill-first"),
        Workload(arrivals=Gamma(15, 2.0), lengths=LogNormal(300, 80), requests=250),
    ),
    "reserved": (busy_engine(reserve=True), Workload(arrivals=Closed(40), lengths=Uniform(300, 80), requests=250)),
    "priorities": (
        busy_engine(),
        Workload(arrivals=Poisson(25), lengths=LogNormal(300, 80), requests=250, classes=(0.3, 0.7)),
    ),
    "prefixes": (busy_engine(), prefixed()),
    "prefixes over replicas": (busy_engine(replicas=3, routing="prefix-aware"), prefixed(300, 60.0)),
    "replicas": (
        busy_engine(replicas=3, routing="least-loaded"),
        Workload(arrivals=Poisson(50), lengths=LogNormal(300, 80), requests=300),
    ),
    "pools apart": (
        busy_engine(prefill=2, replicas=2, link_seconds_per_token=2e-5),
        Workload(arrivals=Poisson(30), lengths=LogNormal(300, 80), requests=300),
    ),
    "pools apart, delivered late": (
        busy_engine(prefill=1, link_seconds_per_token=2e-4, first_after_transfer=True, reserve=True),
        prefixed(200, 8.0),
    ),
    "attention ranks": (busy_engine(ranks=4), Workload(arrivals=Closed(60), lengths=Uniform(300, 80), requests=250)),
}


def ended(engine: Engine, workload: Workload, **how):
    return run(engine, draw(workload, 7), workload, **how)


@pytest.mark.parametrize("name", BUSY)
def test_the_compiled_loop_and_the_plain_one_agree_to_the_last_bit(name: str) -> None:
    pytest.importorskip("numba")
    compiled, plain = (ended(*BUSY[name], plain=plain).state for plain in (False, True))
    for field in compiled.of.dtype.names:
        np.testing.assert_array_equal(compiled.of[field], plain.of[field], err_msg=field)
    for field in ("gaps", "counts", "clock", "samples"):
        np.testing.assert_array_equal(getattr(compiled, field), getattr(plain, field), err_msg=field)


@pytest.mark.parametrize("name", BUSY)
def test_jumping_over_decoding_steps_changes_nothing(name: str) -> None:
    jumped, stepped = (ended(*BUSY[name], plain=True, fast_forward=way).state for way in (True, False))
    for field in ("first", "last"):
        np.testing.assert_allclose(jumped.of[field], stepped.of[field], rtol=1e-9, err_msg=field)
    for field in ("hit", "preempted", "replica"):
        np.testing.assert_array_equal(jumped.of[field], stepped.of[field], err_msg=field)
    assert jumped.counts[s.TOKENS_OUT] == stepped.counts[s.TOKENS_OUT]
    assert np.abs(jumped.gaps - stepped.gaps).sum() <= 0.01 * stepped.gaps.sum()  # at the edges of bins


@pytest.mark.parametrize("name", BUSY)
def test_blocks_and_tokens_are_conserved(name: str) -> None:
    engine, workload = BUSY[name]
    done = ended(engine, workload, plain=True)
    z = done.state
    assert np.all(z.at.used == 0)
    assert np.all(z.at.load == 0)
    assert np.all(z.at.decoding + z.at.filling + z.at.waiting + z.at.reserved == 0)
    assert np.all(z.residue == 0)
    idle = (z.cached[s.REFERENCES] == 0).sum(axis=1) * 4  # blocks of a hash
    np.testing.assert_array_equal(z.at.idle, idle)
    assert np.all(z.cached[s.REFERENCES] <= 0)
    assert z.counts[s.TOKENS_OUT] == done.drawn.outputs.sum()
    assert z.counts[s.GAPS] == z.gaps.sum() == (done.drawn.outputs - 1).sum()
    again = z.counts[s.TOKENS_IN] - (done.drawn.inputs - z.of.hit).sum()  # what preemption computes anew
    assert again == 0 if not z.of.preempted.any() else again > 0
    assert np.all(z.of.arrived <= z.of.first)
    assert np.all(z.of.first <= z.of.last)
    assert np.all(z.samples[:, 3] <= engine.pool.blocks * z.at.used.size * engine.pool.ranks)
    assert z.clock[s.GAP_SECONDS] == pytest.approx(np.sum(z.of.last - z.of.first), rel=1e-6) or (
        engine.prefill is not None
    )


@pytest.mark.parametrize("name", BUSY)
def test_littles_law_holds(name: str) -> None:
    """The requests in the system, over time, are the sum of the times that each of them stays."""
    z = ended(*BUSY[name], plain=True).state
    assert z.clock[s.SYSTEM_SECONDS] == pytest.approx(np.sum(z.of.last - z.of.arrived), rel=1e-9)


def test_without_numba_the_plain_loop_runs_and_says_so_once(monkeypatch) -> None:
    load = Workload(arrivals=Closed(4), lengths=Uniform(300, 80), requests=20)
    expected = simulate(busy_engine(), load, plain=True)
    monkeypatch.setattr(compiled, "compiled_run", lambda: None)
    compiled._say_once.cache_clear()
    with pytest.warns(UserWarning, match=r"rackmath\[fast\]") as said:
        first, second = (simulate(busy_engine(), load) for _ in range(2))
    assert len(said) == 1
    assert first.ttft == second.ttft == expected.ttft


def test_the_first_burst_of_a_closed_load_warms_up_unless_nothing_does() -> None:
    load = Workload(arrivals=Closed(50), lengths=Uniform(300, 20), requests=200)
    made = simulate(busy_engine(), load, plain=True)
    assert (made.warm_up, made.drain, made.counted) == (51, 10, 139)
    whole = simulate(busy_engine(), dataclasses.replace(load, warm_up=0.0, drain=0.0), plain=True)
    assert (whole.warm_up, whole.counted) == (0, 200)
    assert whole.output_tokens_per_s == pytest.approx(whole.records.output.sum() / whole.seconds)


def test_preemption_happens_and_reserving_prevents_it() -> None:
    load = Workload(arrivals=Closed(40), lengths=Uniform(300, 200), requests=200)
    assert simulate(busy_engine(), load, plain=True).preemptions > 0
    assert simulate(busy_engine(reserve=True), load, plain=True).preemptions == 0


# --- queueing theory

JOBS = 40_000


def waiting(engine: Engine, rate: float, lengths) -> tuple[float, tuple[float, float]]:
    made = simulate(engine, Workload(arrivals=Poisson(rate), lengths=lengths, requests=JOBS, drain=0.0), seed=11)
    service = made.records.output * TICK
    waits = made.records.e2e - service
    batches = np.array([each.mean() for each in np.array_split(waits, 20)])
    half = 2.86 * batches.std(ddof=1) / math.sqrt(20)  # 99 %: Student's t with 19 degrees of freedom
    return float(waits.mean()), (float(waits.mean()) - half - TICK, float(waits.mean()) + half + TICK)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
@pytest.mark.parametrize("kind", ["M", "D"])
def test_one_server_waits_as_pollaczek_and_khinchine_say(load: float, kind: str) -> None:
    """W = λE[S²]/(2(1−ρ)), of which M/M/1 and M/D/1 are cases."""
    mean = 500.0
    lengths = jobs(mean, 200_000, kind)
    service = lengths.outputs * TICK
    rate = load / service.mean()
    expected = rate * np.mean(service**2) / (2 * (1 - load))
    found, (low, high) = waiting(servers(1), rate, lengths)
    assert low <= expected <= high
    assert found == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("count", [2, 8])
def test_many_servers_wait_as_erlang_says(count: int) -> None:
    """M/M/c: W = C(c, a)/(c μ − λ), with Erlang's C."""
    lengths = jobs(500.0, 200_000, "M")
    service = float(np.mean(lengths.outputs) * TICK)
    rate = 0.8 * count / service
    offered = rate * service
    below = sum(offered**n / math.factorial(n) for n in range(count))
    full = offered**count / math.factorial(count) / (1 - offered / count)
    expected = full / (below + full) / (count / service - rate)
    _, (low, high) = waiting(servers(count), rate, lengths)
    assert low <= expected <= high


def test_load_above_capacity_is_unstable_and_its_capacity_known() -> None:
    lengths = jobs(500.0, 50_000, "M")
    capacity = 1 / float(np.mean(lengths.outputs) * TICK)
    for load, stable in ((0.9, True), (1.2, False), (3.0, False)):
        made = simulate(
            servers(1), Workload(arrivals=Poisson(load * capacity), lengths=lengths, requests=20_000), seed=2
        )
        assert made.stable is stable
        assert made.capacity == pytest.approx(capacity, rel=0.05)
        assert (made.ttft is None, made.e2e is None) == (not stable, not stable)
        assert made.growth == pytest.approx(0.0 if stable else (load - 1) * capacity, rel=0.15)
    assert made.goodput == 0


def test_the_capacity_of_a_long_trace_is_that_of_all_of_it() -> None:
    """Short jobs first and long ones later: a part from the start alone would promise three times as much."""
    outputs = np.repeat([100, 500], 60_000)
    trace = Trace(np.arange(120_000) * 0.5, np.ones(120_000, dtype=np.int64), outputs)
    made = simulate(servers(1), Workload(arrivals=trace))
    assert made.capacity == pytest.approx(1 / (300 * TICK), rel=0.25)


def test_bursts_wait_longer_and_have_their_variation() -> None:
    lengths = jobs(500.0, 50_000, "M")
    workload = Workload(arrivals=Gamma(1.2, 3.0), lengths=lengths, requests=20_000)
    gaps = np.diff(draw(workload, 4).arrivals)
    assert gaps.mean() == pytest.approx(1 / 1.2, rel=0.06)
    assert gaps.std() / gaps.mean() == pytest.approx(3.0, rel=0.08)
    bursts = simulate(servers(1), workload, seed=4)
    steady = simulate(servers(1), dataclasses.replace(workload, arrivals=Poisson(1.2)), seed=4)
    assert bursts.ttft.mean > 2 * steady.ttft.mean


# --- the physics


def test_a_step_of_decoding_takes_what_predict_says() -> None:
    for changes in (
        {},
        {"backend": "trtllm", "system": "h200_sxm", "concurrency": "100"},
        {"model_path": "openai/gpt-oss-120b", "precision": "mxfp4", "tp_size": "2", "moe_tp_size": "2"},
    ):
        c = read_row({**ROW, **changes})
        (made,) = predict([c])
        cost = engine_of(c, sequences=256).pool.cost
        steps = [cost.decode(n, c.isl + c.osl / 2) for n in range(257)]
        expected = sum(seconds for part, seconds in made.parts.items() if part != "prompts")
        assert np.interp(made.running, np.arange(257), steps) == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("concurrency", [1, 16, 64, 160])
def test_a_closed_load_settles_where_the_closed_form_says(concurrency: int) -> None:
    c = read_row({**ROW, "concurrency": str(concurrency)})
    (made,) = predict([c])
    found = simulate(
        engine_of(c),
        Workload(arrivals=Closed(concurrency), lengths=Uniform(1024, 1024, 0.999), requests=20 * concurrency),
    )
    assert found.tpot.mean == pytest.approx(made.token, rel=0.04)
    assert found.running == pytest.approx(concurrency, rel=0.05)


# --- what comes out


def test_the_same_seed_gives_the_same_outcome_and_another_one_not() -> None:
    load = Workload(arrivals=Poisson(15), lengths=LogNormal(300, 80), requests=300)
    first, again, other = (simulate(busy_engine(), load, seed=seed, plain=True) for seed in (1, 1, 2))
    assert first.ttft == again.ttft
    assert first.ttft != other.ttft


def test_percentiles_and_goodput_are_those_of_the_records() -> None:
    load = Workload(arrivals=Poisson(15), lengths=LogNormal(300, 80), requests=400)
    limits = Limits(ttft=0.05, tpot=0.003)
    made = simulate(busy_engine(overhead=0.01), load, limits=limits, plain=True)
    assert made.counted == 400 - made.warm_up - made.drain == 340
    assert made.ttft.p95 == pytest.approx(np.quantile(made.records.ttft, 0.95))
    assert made.records.ttft.min() > 0.01
    good = (made.records.ttft <= 0.05) & ~(made.records.tpot > 0.003)
    assert made.goodput_share == pytest.approx(good.mean()) == made.within(limits)
    low, high = made.ttft.intervals["mean"]
    assert low < made.ttft.mean < high
    assert made.itl.mean == pytest.approx(np.nanmean(made.records.tpot), rel=0.15)


def test_intervals_cover_the_truth() -> None:
    """95 % batch-means intervals of the mean wait of an M/D/1 queue cover its formula in most of 20 runs."""
    lengths, load = Fixed(1, 100), 0.5
    expected = TICK * 100 * load / (2 * (1 - load)) + TICK * 100 + TICK / 2  # a step begun is ended first
    covered = 0
    for seed in range(20):
        made = simulate(servers(1), Workload(arrivals=Poisson(load / 0.1), lengths=lengths, requests=3000), seed=seed)
        low, high = made.e2e.intervals["mean"]
        covered += low - TICK <= expected <= high + TICK
    assert covered >= 16


def test_prefixes_are_found_up_to_what_an_endless_cache_would_find() -> None:
    load = prefixed()
    drawn = draw(load, 0)
    seen: set[int] = set()
    most = 0
    for i, prompt in enumerate(drawn.inputs):
        own = drawn.hashes[drawn.hash_at[i] : drawn.hash_at[i + 1]].tolist()
        known = next((n for n, h in enumerate(own) if h not in seen), len(own))
        most += min(64 * known, int(prompt) - 1)
        seen.update(own)
    whole = dataclasses.replace(load, warm_up=0.0, drain=0.0)
    slow = dataclasses.replace(whole, arrivals=whole.arrivals.scaled(0.001))  # one after the other
    found = simulate(busy_engine(blocks=100_000), slow, plain=True)
    assert found.prefix_hits == pytest.approx(most / drawn.inputs.sum())
    small = simulate(busy_engine(blocks=60), slow, plain=True)
    assert 0 < small.prefix_hits < found.prefix_hits
    assert simulate(busy_engine(prefix_cache=False), slow, plain=True).prefix_hits == 0
    assert found.ttft.mean < simulate(busy_engine(prefix_cache=False), slow, plain=True).ttft.mean


def test_prefix_aware_routing_finds_more_than_taking_turns() -> None:
    load = prefixed(300, 60.0)
    aware, turns = (
        simulate(busy_engine(replicas=3, routing=way), load, plain=True) for way in ("prefix-aware", "round-robin")
    )
    assert aware.prefix_hits > turns.prefix_hits


def test_urgent_requests_wait_less() -> None:
    load = Workload(arrivals=Closed(100), lengths=Uniform(300, 80), requests=400, classes=(0.2, 0.8))
    drawn = draw(load, 0)
    z = run(busy_engine(), drawn, load, plain=True).state
    waits = z.of.first - z.of.arrived
    late = np.arange(400) > 100
    assert waits[late & (drawn.priority == 0)].mean() < 0.3 * waits[late & (drawn.priority == 1)].mean()


def test_a_slow_link_delays_the_second_token_and_full_decoders_hold_prompts_back() -> None:
    load = Workload(arrivals=Poisson(0.5), lengths=Fixed(300, 50), requests=100)
    fast, slow = (
        simulate(busy_engine(prefill=1, link_seconds_per_token=link), load, plain=True) for link in (0.0, 1e-3)
    )
    assert slow.e2e.mean - fast.e2e.mean > 0.29
    assert slow.ttft.mean == pytest.approx(fast.ttft.mean, rel=0.1)
    flood = Workload(arrivals=Closed(60), lengths=Fixed(300, 200), requests=200)
    held = ended(busy_engine(prefill=1), flood, plain=True).state
    assert np.all(held.samples[:, 3] <= 600)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Poisson(0.0), "rate"),
        (lambda: Poisson(math.nan), "rate"),
        (lambda: Gamma(1.0, -1.0), "cv"),
        (lambda: Closed(0), "concurrency"),
        (lambda: Workload(arrivals=Poisson(1.0)), "lengths"),
        (lambda: Workload(arrivals=Poisson(1), lengths=Fixed(1, 1), requests=10, warm_up=0.6, drain=0.5), "warm_up"),
        (lambda: Workload(arrivals=Poisson(1), lengths=Fixed(1, 1), requests=0), "requests"),
        (lambda: Trace(np.array([1.0, 0.5]), np.ones(2), np.ones(2)), "time goes back"),
        (lambda: simulate(servers(1), Workload(arrivals=Trace(np.zeros(1), np.array([-5]), np.ones(1)))), "input"),
        (lambda: simulate(busy_engine(), Workload(arrivals=Closed(1), lengths=Fixed(9000, 1), requests=1)), "cache"),
        (lambda: simulate(busy_engine(block=48), prefixed(), plain=True), "multiple"),
        (lambda: Cost.given(sequences=4, step=-1.0), "costs"),
        (lambda: Engine(pool=servers(1).pool, policy="best"), "policy"),
        (lambda: Limits(ttft=0.0), "ttft"),
        (lambda: sweep(servers(1), prefixed()), "scales"),
        (lambda: engine_of(read_row({**ROW, "precision": "bf16", "tp_size": "1", "moe_tp_size": "1"})), "fit"),
    ],
)
def test_what_cannot_be_simulated_is_said(wrong, says: str) -> None:
    with pytest.raises(RackmathError, match=says):
        wrong()


def test_a_sweep_finds_the_knee_and_the_break() -> None:
    cost = Cost.given(sequences=64, step=0.01, per_sequence=1e-4, per_prompt_token=1e-6)
    engine = Engine(pool=Pool(cost=cost, blocks=10**6, sequences=64))
    load = Workload(arrivals=Closed(1), lengths=Uniform(100, 100), requests=200)
    made = sweep(engine, load)
    loads = [each.load for each in made.points]
    assert loads[:4] == [1, 2, 4, 8]
    assert made.knee.load in (32, 64)  # 64 run at once; beyond that only the wait grows
    assert loads[-1] == 128
    tight = sweep(engine, load, limits=Limits(tpot=0.0120))
    assert (tight.best.load, tight.broken.load) == (16, 32)  # 10 + 0.1 n ms
    open_load = dataclasses.replace(load, arrivals=Poisson(1.0), requests=2000)
    raised = sweep(engine, open_load)
    assert raised.broken is raised.points[-1]
    assert not raised.broken.stable
    assert raised.broken.ttft_p50 is None
    rates = [each.requests_per_s for each in raised.points[:-1]]
    assert rates == sorted(rates)
