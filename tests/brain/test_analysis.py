"""Texts as words that count, and as meanings."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain.analysis import LONGEST_WORD, counted, stems_of, tally, words
from rackmath.brain.lexicon import Lexicon, lexicon


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The price of a GPU", ["pric", "gpu"]),
        ("p5e.48xlarge", ["p5e", "48xlarg", "p5e48xlarg"]),
        ("H-100", ["h100"]),
        ("MI-300X", ["mi", "300x", "mi300x"]),
        ("kv-cache", ["kv", "cach", "kvcach"]),
        ("trade-offs between large models", ["trad", "off", "larg", "model"]),
        ("Moore’s law", ["moor", "law"]),
        ("1,389 watts in 2026", ["watt"]),
        ("utilisation utilization", ["utilization", "utilization"]),
        ("×–…", []),
    ],
)
def test_words_that_count(text: str, found: list[str]) -> None:
    assert counted(text) == found


def test_words_stand_where_they_say() -> None:
    text = "A “GB-300” rack, H100s’ power"
    for word in words(text):
        assert text[word.start : word.end].casefold().replace("-", "") == word.form


@given(st.text(max_size=200))
def test_the_quick_ways_find_the_same(text: str) -> None:
    slow = list(words(text.casefold()))
    assert stems_of(text) == [word.stem for word in slow if not word.joined]
    times: Counter[str] = Counter()
    for stem, _, count in tally(text):
        times[stem] += count
    assert times == Counter(word.stem for word in slow if word.counts)


def test_long_words_are_cut() -> None:
    assert counted("x" * 5000) == ["x" * LONGEST_WORD]


TINY = Lexicon("# a comment\n\nrent, lease, pay as you go | cloud\nbase load, steady\nload, demand")


def test_groups_of_a_text_by_weight() -> None:
    def groups(text: str) -> dict[int, float]:
        return dict(TINY.counts(stems_of(text)))

    assert groups("Leases in the cloud") == {0: 1.5}  # 1 for the word itself, 0.5 for one after the bar
    assert groups("we pay as you go") == {0: 1.0}
    assert groups("a base-load plant") == {1: 1.0, 2: 0.5}  # "load" within a longer cue counts half
    assert groups("the load at base") == {2: 1.0}
    assert groups("") == {}


def test_cues_cover_their_words() -> None:
    read = list(words("idle GPUs beside the base load"))
    assert [(cue.begin, cue.end) for cue in TINY.cues(read)] == [(4, 6), (5, 6)]


def test_the_lexicon_that_is_shipped() -> None:
    shipped = lexicon()
    assert len(shipped.groups) > 600
    assert all(len(members) >= 2 for members in shipped.groups)
    every = [member for members in shipped.groups for member in members]
    assert all(member == member.strip() and "|" not in member for member in every)
    rent, lease = (shipped.entries[(stem,)] for stem in ("rent", "leas"))
    assert rent.keys() & lease.keys()
