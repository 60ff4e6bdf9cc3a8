"""Ids and names in paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.errors import RackmathError
from rackmath.vault import ID, new_id, slug, stable_id
from vault.texts import CHARACTERS, PROPERTY


def test_new_ids_differ_and_have_the_form() -> None:
    ids = {new_id("note") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(ID.fullmatch(one) and one.startswith("note_") for one in ids)


def test_stable_ids_depend_on_every_part() -> None:
    assert stable_id("fig", "a", "b") == stable_id("fig", "a", "b")
    assert len({stable_id("fig", *parts) for parts in [("a", "b"), ("ab",), ("a", "b", ""), ("b", "a")]}) == 4
    assert ID.fullmatch(stable_id("src", "https://x.y"))


@pytest.mark.parametrize("prefix", ["", "Note", "1x", "a-b", "a" * 17])
def test_prefixes_are_short_words(prefix: str) -> None:
    with pytest.raises(RackmathError, match="prefix"):
        new_id(prefix)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("H100 rents for $2–4 an hour", "h100-rents-for-2-4-an-hour"),
        ("Jevons' paradox, again", "jevons-paradox-again"),
        ("Zürich façade", "zurich-facade"),
        ("日本", "untitled"),
        ("", "untitled"),
        ("a" * 200, "a" * 80),
        ("word " * 30, "-".join(["word"] * 16)),  # 16 words of 4 letters and 15 hyphens are 79; one more would be 84
    ],
)
def test_slugs(title: str, expected: str) -> None:
    assert slug(title) == expected


@PROPERTY
@given(title=st.text(CHARACTERS, max_size=120))
def test_slugs_are_safe_in_any_path(title: str) -> None:
    name = slug(title)
    assert 0 < len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(name) == name
