"""What changed between two texts of a note."""

from __future__ import annotations

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pace import within
from rackmath.brain.align import pairs, regions, woven
from rackmath.brain.diff import compare
from rackmath.brain.passages import split
from rackmath.vault import Document
from vault.texts import NOTE, mangled, wild

ANY = st.one_of(mangled(), wild())
FEW = st.lists(st.sampled_from("abcde"), max_size=12)


def changed(old: str, new: str, text: str = NOTE) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_a_figure_that_moved_says_so_with_its_unit() -> None:
    found = compare(NOTE, changed("value: 3.50", "value: 2.10"))
    [item] = found.figures
    assert (item.id, item.kind, item.label) == ("fig_1", "changed", "h100-sxm/rental-price")
    assert [(field.name, field.old, field.new) for field in item.fields] == [("value", "3.50", "2.10")]
    assert item.words == "3.50 → 2.10 USD/GPU_hour"
    assert found.words == "1 figure changed"
    assert all(block.kind == "same" for block in found.prose)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit: USD/GPU_hour", "unit: EUR/GPU_hour", "unit: USD/GPU_hour → EUR/GPU_hour"),
        ("as_of: 2026-05-24", "as_of: 2026-06-01", "as_of: 2026-05-24 → 2026-06-01"),
        ("market: neocloud", "market: hyperscaler", "scope.market: neocloud → hyperscaler"),
        ("{term: on-demand, market", "{term: on-demand, region: us, market", "scope.region: new: us"),
        ("  unknown: [kept]\n", "", "unknown: gone: kept"),
    ],
)
def test_what_changed_in_a_figure(old: str, new: str, words: str) -> None:
    assert [item.words for item in compare(NOTE, changed(old, new)).figures] == [words]


def test_figures_that_come_and_go() -> None:
    added = compare(NOTE, changed("- id: fig_2", "- id: fig_9\n  value: 7\n  unit: W\n- id: fig_2"))
    assert [(item.id, item.kind, item.words) for item in added.figures] == [("fig_9", "added", "added: 7 W")]
    removed = compare(NOTE, changed("- id: fig_3\n  value: 2\n", ""))
    assert [(item.id, item.kind, item.words) for item in removed.figures] == [("fig_3", "removed", "removed: 2")]


def test_front_matter_is_compared_key_by_key() -> None:
    new = changed("  - rental  # the tag of the page\n", "  - lease\n")
    found = compare(NOTE, changed("created: 2026-11-22", "created: 2026-11-23", new)).front
    assert [(field.name, field.words) for field in found] == [
        ("tags", "added lease; removed rental"),
        ("created", "2026-11-22 → 2026-11-23"),
    ]


def test_prose_is_compared_word_by_word() -> None:
    found = compare(NOTE, changed("Prose with a footnote.[^1]", "Prose without a single footnote.[^1]\n\nA new one."))
    told = [(block.kind, [(piece.op, piece.text) for piece in block.pieces]) for block in found.prose]
    assert told[:2] == [
        (
            "changed",
            [
                ("same", "Prose "),
                ("removed", "with"),
                ("added", "without"),
                ("same", " a"),
                ("added", " single"),
                ("same", " footnote.[^1]"),
            ],
        ),
        ("added", [("added", "A new one.")]),
    ]
    assert all(kind == "same" for kind, _ in told[2:])
    assert found.words == "2 paragraphs changed"


def test_a_block_that_cannot_be_read_is_compared_as_text() -> None:
    found = compare(NOTE, changed("value: 3.50", "value: [3.50"))
    assert any(block.kind == "added" for block in found.prose)


@given(ANY, ANY)
def test_both_texts_can_be_read_off_the_comparison(old: str, new: str) -> None:
    found = compare(old, new)
    json.dumps(found.to_json())
    for text, ops in ((old, {"same", "removed"}), (new, {"same", "added"})):
        shown = ["".join(piece.text for piece in block.pieces if piece.op in ops) for block in found.prose]
        passages = split(Document(text.replace("\r\n", "\n")))[1]
        assert [each for each in shown if each] == [each.text for each in passages if not each.keyed]


@given(ANY)
def test_nothing_changed(text: str) -> None:
    found = compare(text, text)
    assert found.empty
    assert found.words == "nothing changed"


@given(ANY)
def test_passages_are_the_body(text: str) -> None:
    document = Document(text)
    lead, passages = split(document)
    assert lead + "".join(each.text + each.gap for each in passages) == document.body
    assert lead.strip() == ""


@given(FEW, FEW, FEW)
def test_alignment_keeps_order_and_loses_nothing(base: list[str], mine: list[str], theirs: list[str]) -> None:
    found = pairs(base, mine)
    assert all(base[i] == mine[j] for i, j in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))
    cut = list(regions(base, mine, theirs))
    for place, side in enumerate((base, mine, theirs)):
        assert [item for region in cut for item in side[region[place]]] == side
    assert all(base[each.base] == mine[each.mine] == theirs[each.theirs] for each in cut if each.stable)
    assert woven(base, base, theirs) == theirs
    assert woven(base, mine, base) == mine
    assert woven(base, mine, theirs) == woven(base, theirs, mine)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("word other thing. " * 60_000, "x " + "word other thing. " * 60_000),
        ("\n\n".join(f"p {n % 50} q" for n in range(8_000)), "\n\n".join(f"q {n % 50} p" for n in range(8_000))),
        ("a\n\n" * 12_000, "b\n\na\n\n" * 8_000),
        ("[" * 200_000, "]" * 200_000),
    ],
)
def test_hostile_texts_take_no_longer_than_they_are(old: str, new: str) -> None:
    started = time.process_time()
    compare(old, new)
    assert time.process_time() - started < within(4)
