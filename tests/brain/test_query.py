"""What is typed in a search box."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rackmath.brain.query import LONGEST, MOST_TERMS, read_query
from rackmath.errors import RackmathError


def test_words_phrases_numbers_and_filters() -> None:
    query = read_query('idle "chip power" 44% kind:Reading tag:"Moore\'s law" TYPE:pov the watts')
    assert query.words == ("idle", "watts")
    assert query.phrases == ("chip power",)
    assert query.numbers == ("pct44",)
    assert query.kinds == ("reading", "pov")
    assert query.tags == ("moores-law",)
    assert query.must == ('"chip power"',)
    assert query.may == ('"idle"', 'numbers : "pct44"', '"watts"')
    assert query.pairs == ('"idle watts"',)


def test_match_narrows_to_phrases_and_lets_other_words_rank() -> None:
    assert read_query("idle power").match() == '"idle" OR "power" OR "idle power"'
    assert read_query('"a b"').match() == '"a b"'
    assert read_query('"a b" idle').match() == '("a b") OR (("a b") AND ("idle"))'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the query is empty"),
        ("  \t", "the query is empty"),
        ("the of and", "only common words"),
        ("kind:thesis", "only filters"),
        ("?! --", "holds no word or number"),
        ('""', "holds no word or number"),
        ("x" * (LONGEST + 1), "at most 1,000"),
    ],
)
def test_nothing_to_look_for_is_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(RackmathError, match=words) as caught:
        read_query(text)
    assert "\n" not in str(caught.value)


def test_stop_words_in_quotation_marks_are_meant() -> None:
    assert read_query('"to be or not"').must == ('"to be or not"',)


def test_signs_around_a_word_are_not_part_of_it() -> None:
    assert read_query("(idle), ~$800K").may[0] == '"idle"'
    assert read_query("~$800K").numbers == ("usd800k",)


def test_a_number_that_may_be_a_name_is_looked_for_as_both() -> None:
    assert read_query("70B").may == ('numbers : "n70b"', '"70B"')


def test_very_many_words_are_cut() -> None:
    assert len(read_query(" ".join(f"w{i}" for i in range(150))).may) == MOST_TERMS


@pytest.fixture(scope="module")
def table() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE words USING fts5(title, tags, body, numbers, sources, tokenize='porter unicode61')"
    )
    yield db
    db.close()


@given(st.text(max_size=80) | st.text('"*()^:-+ANDORNEARx1%$.', max_size=40))
@example('a" OR "b')
@example("NEAR(a b, 5)")
@example("body : x")
@example("-x ^y z*")
@example('"')
@example("a\x00b")
@example("×")
@example("²")
def test_nothing_typed_is_read_as_syntax(table: sqlite3.Connection, text: str) -> None:
    try:
        query = read_query(text)
    except RackmathError:
        return
    table.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query.match(),)).fetchone()
