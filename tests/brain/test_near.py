"""Notes with nearly the same text."""

from __future__ import annotations

import random

import pytest

from rackmath.brain.near import FEWEST_RUNS, bands_of, effective_sources, jaccard, packed, runs_of, unpacked

WORDS = [f"word{n}" for n in range(500)]


def a_text(seed: int, length: int = 200) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(WORDS) for _ in range(length)]


def likeness(one: list[str] | str, two: list[str] | str) -> float:
    first, second = (words if isinstance(words, str) else " ".join(words) for words in (one, two))
    return jaccard(packed(runs_of(first)), packed(runs_of(second)))


def test_jaccard_is_that_of_the_three_word_runs() -> None:
    one, two = a_text(1), a_text(1)
    two[100:110] = ["other"] * 10
    runs = [{tuple(words[at : at + 3]) for at in range(len(words) - 2)} for words in (one, two)]
    exact = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    assert likeness(one, two) == pytest.approx(exact)
    assert likeness(one, one) == 1
    assert likeness(one, a_text(2)) == 0


def test_case_and_signs_do_not_count_but_numbers_and_order_do() -> None:
    assert likeness("One two, three four five!", "one two three (four) five") == 1
    assert likeness("costs 3.50 dollars an hour", "costs 3.60 dollars an hour") < 1
    assert likeness("one two three", "three two one") == 0


def test_texts_that_are_half_alike_share_a_band_and_others_do_not() -> None:
    alike = apart = 0
    for seed in range(60):
        one, two = a_text(seed, 300), a_text(seed, 300)
        two[200:] = a_text(seed + 1000, 100)  # 198 runs of 298 and 298: an index of about one half
        alike += bool(set(bands_of(runs_of(" ".join(one)))) & set(bands_of(runs_of(" ".join(two)))))
        other = a_text(seed + 2000, 300)
        apart += bool(set(bands_of(runs_of(" ".join(one)))) & set(bands_of(runs_of(" ".join(other)))))
    assert alike >= 54
    assert apart <= 2


def test_signatures_are_always_the_same() -> None:
    runs = runs_of(" ".join(WORDS[:40]))
    assert bands_of(runs)[:2] == bands_of(unpacked(packed(runs)))[:2]
    assert [int(run) for run in runs_of("the same text always")] == [int(r) for r in runs_of("The same text, always.")]
    assert all(-(2**63) <= band < 2**63 for band in bands_of(runs))


def test_texts_that_are_too_short_or_endless() -> None:
    assert len(runs_of("")) == len(runs_of("two words")) == 0
    assert bands_of(runs_of(" ".join(WORDS[: FEWEST_RUNS + 1]))) == []
    assert len(runs_of("a b c d " * 100_000)) == 4
    assert len(runs_of(" ".join(f"w{n}" for n in range(30_000)))) <= 4000
    assert jaccard(b"", b"") == 0


def test_effective_number_of_independent_sources() -> None:
    assert effective_sources(0, 2, 3) == 5
    assert effective_sources(2, 2, 2) == 2  # the same two sources twice: two
    assert effective_sources(1, 1, 1) == 1
    assert effective_sources(1, 2, 3) == pytest.approx(25 / 7)
    assert effective_sources(0, 0, 0) == 0
    assert effective_sources(1, 1, 1, correlation=0.5) == pytest.approx(4 / 3)
