"""Words for comparing texts."""

from __future__ import annotations

import pytest

from rackmath.brain.terms import bag, stem, words


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("discounts", "discount"),
        ("discounted", "discount"),
        ("pricing", "pric"),
        ("price", "pric"),
        ("prices", "pric"),
        ("classes", "class"),
        ("class", "class"),
        ("instances", "instanc"),
        ("instance", "instanc"),
        ("batches", "batch"),
        ("running", "run"),
        ("utilities", "utility"),
        ("basis", "basis"),
        ("gpus", "gpu"),
        ("red", "red"),
    ],
)
def test_stem(word: str, cut: str) -> None:
    assert stem(word) == cut


def test_words_leave_out_what_says_nothing() -> None:
    assert words("The price of a GPU is 44% lower.") == ["pric", "gpu", "44%", "lower"]


def test_bag_weighs_texts() -> None:
    # "rack" once in a title of weight 3 and twice in a body of weight 1: 3 + 2 = 5
    assert bag([("Rack", 3), ("rack and rack", 1)]) == {"rack": 5}
