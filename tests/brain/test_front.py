"""Front matter as people write it."""

from __future__ import annotations

import pytest

from rackmath.brain.front import LONGEST, MOST, day, first, text, texts


@pytest.mark.parametrize(
    ("value", "said"),
    [("a  b\nc", "a b c"), (3, "3"), (None, ""), (True, ""), (["a"], ""), ({"a": 1}, ""), ("x" * 9999, "x" * LONGEST)],
)
def test_text(value: object, said: str) -> None:
    assert text(value) == said


def test_texts_take_one_for_a_list_and_drop_what_is_none() -> None:
    assert texts("one") == ("one",)
    assert texts(["a", None, "", ["b"], {"c": 1}, "a", 2]) == ("a", "2")
    assert texts({"a": 1}) == texts(None) == ()
    assert len(texts([str(n) for n in range(10_000)])) == MOST


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026-11", "2026-11"),
        (2026, "2026"),
        ("2026-11-22T10:00:00Z", "2026-11-22"),
        ("2026-13-01", ""),
        ("soon", ""),
        (["2026"], ""),
        (None, ""),
    ],
)
def test_day(value: object, said: str) -> None:
    assert day(value) == said


def test_first_of_several_keys() -> None:
    assert first({"a": "", "b": [], "c": "x"}, "a", "b", "c") == "x"
    assert first({}, "a") is None
