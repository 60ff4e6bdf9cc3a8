"""What is typed in a search box."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pace import within
from rackmath.brain.query import FILTERS, LONGEST, MOST_TERMS, quoted, read_query
from rackmath.errors import RackmathError


def test_words_phrases_numbers_and_filters() -> None:
    query = read_query('idle "chip power" 44% kind:Reading tag:"Moore\'s law" TYPE:pov the watts')
    assert query.words == ("idle", "watts")
    assert query.phrases == ("chip power",)
    assert query.numbers == ("pct44",)
    assert query.kinds == ("reading", "pov")
    assert query.tags == ("moores-law",)
    assert query.text == "idle 44% the watts chip power"
    assert query.ranks


def test_all_filters() -> None:
    query = read_query("source:arxiv.org by:@Ada has:figures status:retired as-of:2026-04 year:2025 -kind:pov -idle")
    assert query.sources == ("arxiv.org",)
    assert query.contributors == ("ada",)
    assert query.has == ("figure",)
    assert query.statuses == ("retired",)
    assert query.years == ("2025",)
    assert query.excluded == (("kind", "pov"),)
    assert query.without == ("idle",)
    assert not query.ranks


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026", date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-12", date(2024, 12, 31)),
        ("2026-4-5", date(2026, 4, 5)),
    ],
)
def test_as_of_is_the_end_of_what_is_named(typed: str, day: date) -> None:
    assert read_query(f"price as-of:{typed}").as_of == day


@pytest.mark.parametrize(
    ("typed", "low", "high", "unit", "closed"),
    [
        (">3 USD/GPU_hour", 3, inf, "USD/GPU_hour", (False, True)),
        (">= $3/GPU-hour", 3, inf, "USD/GPU_hour", (True, True)),
        ("2..4 USD/Mtok", 2, 4, "USD/Mtok", (True, True)),
        ("$4..$2", 2, 4, "USD", (True, True)),
        ("<44%", -inf, 44, "percent", (True, False)),
        ("≤2 years", -inf, 2, "year", (True, True)),
        (">1.5k", 1500, inf, "", (False, True)),
    ],
)
def test_comparisons(typed: str, low: float, high: float, unit: str, closed: tuple[bool, bool]) -> None:
    (amount,) = read_query(f"{typed} price").amounts
    assert (amount.low, amount.high, amount.unit, amount.closed) == (low, high, unit, closed)
    assert read_query(f"{typed} price").words == ("price",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the query is empty"),
        ("  \t", "the query is empty"),
        ("the of and", "only common words"),
        ("?! --", "holds no word or number"),
        ('""', "holds no word or number"),
        ("x" * (LONGEST + 1), "at most 4,000"),
        ("knid:thesis", "did you mean 'kind'"),
        ("colour:red", "there is no filter 'colour'"),
        ("has:wings", "it may be figure, citation"),
        ("status:secret", "it may be draft, review"),
        ("as-of:yesterday", "write as-of:2026"),
        ("as-of:2026-02-30", "write as-of:2026"),
        ("year:26", "write year:2026"),
        ("kind:??", "needs a value"),
        (">3 sheep/field", "sheep"),
    ],
)
def test_what_cannot_be_understood_is_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(RackmathError, match=words) as caught:
        read_query(text)
    assert "\n" not in str(caught.value)


def test_an_unknown_filter_names_the_known_ones() -> None:
    with pytest.raises(RackmathError) as caught:
        read_query("price colour:red")
    assert all(f"{name}:" in str(caught.value) for name in FILTERS)


def test_a_colon_that_ends_a_word_or_begins_an_address_is_no_filter() -> None:
    assert read_query("capex: what is it").words == ("capex",)
    assert read_query("https://example.org/x y").words == ("https://example.org/x", "y")


def test_stop_words_in_quotation_marks_are_meant() -> None:
    assert read_query('"to be or not"').phrases == ("to be or not",)
    assert read_query("“to be or not”").phrases == ("to be or not",)


def test_signs_around_a_word_are_not_part_of_it() -> None:
    assert read_query("(idle), ~$800K").words == ("idle",)
    assert read_query("~$800K").numbers == ("usd800k",)


def test_a_number_that_may_be_a_name_is_looked_for_as_both() -> None:
    assert read_query("70B").numbers == ("n70b",)
    assert read_query("70B").words == ("70B",)


def test_quotation_marks_in_a_pasted_text_ask_for_nothing() -> None:
    text = 'it says "idle power" -and more ' + " ".join(f"word{i}" for i in range(50))
    query = read_query(text)
    assert query.phrases == query.without == ()
    assert {"idle", "power"} <= set(query.words)


def test_very_many_words_are_cut() -> None:
    assert len(read_query(" ".join(f"w{i}" for i in range(MOST_TERMS + 50))).words) == MOST_TERMS


@pytest.mark.parametrize("text", ["$" * 4000, "1," * 2000, ">1" * 2000, ">1" + "/a" * 1900, "a:" * 2000, '"' * 4000])
def test_hostile_queries_are_read_at_once(text: str) -> None:
    start = time.process_time()
    with suppress(RackmathError):
        read_query(text)
    assert time.process_time() - start < within(0.5)


@pytest.fixture(scope="module")
def table() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE words USING fts5(title, tags, body, numbers, sources, tokenize='porter unicode61')"
    )
    yield db
    db.close()


@given(st.text(max_size=80) | st.text('"*()^:-+ANDORNEARx1%$.><', max_size=40))
@example('a" OR "b')
@example("NEAR(a b, 5)")
@example("-x ^y z*")
@example("a\x00b")
@example("×")
@example("²")
def test_nothing_typed_is_read_as_syntax(table: sqlite3.Connection, text: str) -> None:
    try:
        query = read_query(text)
    except RackmathError:
        return
    for said in (*query.words, *query.phrases, *query.without, *query.numbers):
        table.execute("SELECT count(*) FROM words WHERE words MATCH ?", (quoted(said),)).fetchone()
