"""The nearest word of a brain."""

from __future__ import annotations

import pytest

from rackmath.brain.analysis import stemmed
from rackmath.brain.spelling import Spelling

FORMS = ["azure", "clause", "depreciation", "pytorch", "base", "support", "servers", "mi300", "mi300x", "h100", "llama"]
KNOWN = Spelling((stemmed(form), form, notes) for notes, form in enumerate(FORMS, 1))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("azzure", "azure"),
        ("claus", "clause"),
        ("deprecation", "depreciation"),
        ("pytroch", "pytorch"),
        ("suport", "support"),
        ("servrs", "servers"),
        ("lama", "llama"),
        ("bake", None),  # another letter in a short word is another word
        ("zeppelin", None),
        ("x", None),
        ("h10", None),  # part numbers are not corrected
    ],
)
def test_nearest(typed: str, meant: str | None) -> None:
    found = KNOWN.nearest(typed, stemmed(typed))
    assert (found[0] if found else None) == (stemmed(meant) if meant else None)
    assert found is None or 0 < found[1] < 1


def test_kin_of_a_part_number() -> None:
    assert list(KNOWN.kin("mi300a")) == ["mi300"]
    assert list(KNOWN.kin("mi30")) == ["mi300x", "mi300"]  # the most widespread first
    assert list(KNOWN.kin("b200")) == []


def test_a_brain_without_words() -> None:
    assert Spelling([]).nearest("anything", "anyth") is None


def test_words_of_no_note_are_not_proposed() -> None:
    assert Spelling([("azur", "azure", 0)]).nearest("azzure", "azzur") is None
