from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackmath.brain.anchors import Anchored, normal, quoted, reanchor, selector, signature
from rackmath.brain.snapshots import Snapshot, make
from rackmath.errors import RackmathError

LINES = (
    "Hall A opened in spring with a long queue of firms.",
    "The latency of the Calder service fell by 12 percent after the change of routers.",
    "Nobody was surprised by any of that, least of all the owners.",
    "The latency of the Fernway service fell by 13 percent after the change of routers.",
    "Hall B opened in autumn, and its queue was shorter by far.",
    "Rents in both halls are reviewed each year by the same office.",
)


def snap(*lines: str) -> Snapshot:
    return make("halls", "\n\n".join(lines).encode(), captured_at="2031-05-01")


def moved(lines: tuple[str, ...], number: int = 2, old: tuple[str, ...] = LINES) -> Anchored:
    return reanchor(snap(*old), [number], snap(*lines))


def test_a_sentence_is_found_word_for_word_wherever_it_went():
    assert moved((LINES[4], "New.", LINES[1], "Newer.")) == Anchored((3,), "exact", "")
    typed = LINES[1].replace(" ", "  ").replace("service", "service\n")
    assert moved((LINES[0], typed, "“New”")).sentences == (2,)
    assert normal("“a”—b\u00a0c\u200b’s") == normal('"a"-b  c\'s')


def test_a_reworded_sentence_is_found_between_a_same_neighbour():
    reworded = LINES[1].replace("change of routers", "change of the routers")
    assert moved((LINES[0], reworded, "Quite other words.")) == Anchored((2,), "reworded", "")
    assert moved(("New.", reworded, LINES[2])).how == "reworded"
    alone = moved(("New.", reworded, "Quite other words."))
    assert alone.how == "orphaned"
    assert "stands between other sentences" in alone.why


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12 percent", "13 percent"),
        ("12 percent", "12 points"),
        ("Calder", "Corder"),
        ("fell", "rose"),
        ("fell by", "did not fall by"),
        ("by 12", "by −12"),
        ("by 12", "by over 12"),
        ("12 percent", "1.2 percent"),
        ("12 percent", "12 %"),
    ],
)
def test_other_numbers_units_names_and_turns_are_orphans(before: str, after: str):
    changed = LINES[1].replace(before, after)
    assert changed != LINES[1]
    found = moved((LINES[0], changed, LINES[2], *LINES[4:]))
    assert found.sentences == ()
    assert found.how == "orphaned"
    assert "sentence 2" in found.why


def test_raised_digits_are_not_plain_ones():
    lines = ("Noise was 10⁵ that year in all of the halls.", LINES[0])
    assert moved(("Noise was 105 that year in all of the halls.", LINES[0]), 1, lines).sentences == ()
    assert signature("m² and .5 and 1:4") != signature("m2 and 5 and 1 4")


def test_a_sentence_that_stood_twice_is_found_by_its_neighbours_only():
    same = "The latency fell by 12 percent in the end."
    old = ("Calder changed its routers.", same, "Fernway changed its disks.", same, "That was all of it.")
    assert moved(("New.", *old), 2, old).sentences == (3,)
    assert moved(("New.", *old), 4, old).sentences == (5,)
    gone = moved(("Fernway changed its disks.", same, "That was all of it."), 2, old)
    assert gone.sentences == ()
    assert "more than once" in gone.why
    unclear = moved(("x", same, "y", same, "z"), 2, old)
    assert "stand there 2 times" in unclear.why


def test_two_close_sentences_are_an_orphan():
    one, two = (LINES[1].replace("change of", f"change of {word}") for word in ("the", "old"))
    found = moved((LINES[0], one, "Quite other words.", two))
    assert found.sentences == ()
    assert "equally close" in found.why


def test_neighbouring_sentences_move_together():
    old, new = snap(*LINES), snap("New.", *LINES[3:], *LINES[:3])
    assert reanchor(old, [1, 2, 3, 5], new).sentences == (3, 5, 6, 7)
    assert reanchor(old, [1, 2, 3, 4], new).sentences == ()
    assert reanchor(old, [], new).how == "orphaned"
    with pytest.raises(RackmathError, match="no sentence 7"):
        reanchor(old, [7], new)


def test_selectors_and_quotations():
    whole = snap(*LINES)
    found = selector(whole, [2, 3])
    assert found.quote == f"{LINES[1]}\n\n{LINES[2]}"
    assert whole.text[found.start : found.end] == found.quote
    assert whole.text[: found.start].endswith(found.prefix)
    assert whole.text[found.end :].startswith(found.suffix)
    assert quoted(whole, found.quote) == (2, 3)
    assert quoted(whole, "after the change of routers") == ()
    assert quoted(whole, "after the change of routers", "by 13 percent ") == (4,)
    assert quoted(whole, "after the change of routers.", "", " Hall B opened") == (4,)
    assert quoted(whole, "of firms. The latency") == (1, 2)
    assert quoted(whole, "nowhere") == quoted(whole, " ") == ()
    with pytest.raises(RackmathError, match="at least one"):
        selector(whole, [])


NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
WORD_LIST = "latency cost of the Calder Fernway service fell rose by 12 13 1.2 % percent in 2030 2031 and hall"
WORDS = st.sampled_from(WORD_LIST.split())
DRAWN = st.lists(WORDS, min_size=3, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Draw a document and a mutated copy: sentences dropped, moved, doubled, reworded, and numbers changed."""
    old = draw(st.lists(st.sampled_from(LINES) | DRAWN, min_size=1, max_size=8))
    new: list[str] = []
    for line in draw(st.permutations(old)) if draw(st.booleans()) else old:
        kind = draw(st.sampled_from(("keep", "keep", "keep", "drop", "double", "digit", "word", "insert")))
        words = line.split()
        at = draw(st.integers(0, len(words) - 1))
        digits = list(NUMBERS.finditer(line))
        if kind == "digit" and digits:
            match = draw(st.sampled_from(digits))
            other = draw(st.sampled_from(("12", "13", "14", "120", "1.2", "2030")))
            words = f"{line[: match.start()]}{other}{line[match.end() :]}".split()
        elif kind == "word":
            words[at] = draw(WORDS)
        elif kind == "insert":
            words.insert(at, draw(st.sampled_from(("the", "a", "quite", "13", "not"))))
        new += [" ".join(words)] * {"drop": 0, "double": 2}.get(kind, 1)
    return old, new or ["Nothing is left."]


@settings(max_examples=300)
@given(edits(), st.data())
def test_it_never_lands_on_other_numbers(documents: tuple[list[str], list[str]], data: st.DataObject):
    old, new = snap(*documents[0]), snap(*documents[1])
    first = data.draw(st.integers(1, len(old.sentences)))
    numbers = list(range(first, data.draw(st.integers(first, min(first + 2, len(old.sentences)))) + 1))
    found = reanchor(old, numbers, new)
    if found.sentences:
        said = " ".join(each.text for each in old.numbered(numbers))
        says = " ".join(each.text for each in new.numbered(found.sentences))
        assert NUMBERS.findall(said) == NUMBERS.findall(says)
        assert len(found.sentences) == len(numbers)
    else:
        assert found.why


@given(st.lists(st.sampled_from(LINES), unique=True, min_size=2), st.data())
def test_what_is_kept_unchanged_is_found(lines: list[str], data: st.DataObject):
    extra = data.draw(st.lists(DRAWN.filter(lambda line: line not in LINES), max_size=3))
    new = data.draw(st.permutations([*lines, *extra]))
    number = data.draw(st.integers(1, len(lines)))
    found = reanchor(snap(*lines), [number], snap(*new))
    assert [each.text for each in snap(*new).numbered(found.sentences)] == [lines[number - 1]]
