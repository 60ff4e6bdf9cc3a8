"""How a model's price changed: each seller by itself, free and undated prices, and what is not listed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rackmath.meter.prices import TableBook, Unpriced, changes

BOOK = """provider,model,variant,start_date,tier_start_tokens,input_usd_mtok,cached_input_usd_mtok,output_usd_mtok
a,m,,2026-01-01,0,5,,10
a,m,,2025-01-01,0,10,1,20
a,m,,2026-01-01,200000,50,,100
b,m,,2025-06-01,0,4,,8
b,m,,2026-06-01,0,3,,8
c,m,,,0,2,,4
d,m,,,0,0,,0
d,m,,2026-02-01,0,1,,0
d,m,batch,2026-02-01,0,0.5,,0
"""


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "book.csv"
    made.write_text(BOOK, encoding="utf-8")
    return made


def test_each_seller_changes_by_itself(path):
    found = {(each.provider, each.kind): each for each in changes(TableBook.read(path).history("M"))}
    assert {key[0] for key in found} == {"a", "b", "d"}  # c has one price, which cannot have changed
    fell = found["a", "input"]
    assert (fell.first, fell.first_since, fell.last, fell.last_since) == (
        Decimal(10),
        date(2025, 1, 1),
        Decimal(5),  # of the shortest requests, not the tier above 200,000 tokens
        date(2026, 1, 1),
    )
    assert fell.factor == 0.5
    assert found["b", "input"].factor == 0.75
    assert found["b", "output"].factor == 1
    assert ("a", "cached_input") not in found  # listed once


def test_a_price_that_was_free_has_no_factor_and_one_without_a_date_comes_first(path):
    found = {each.kind: each for each in changes(TableBook.read(path).history("m", "d"))}
    assert (found["input"].first_since, found["input"].factor) == (None, None)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("mm",), "did you mean 'm'"),
        (("m", "", "fast"), "for 'fast'; listed are batch, standard; by a, b, c, d"),
        (("m", "z"), "'standard' at 'z'"),
    ],
)
def test_what_is_not_listed_is_told_with_what_is(path, asked, told):
    with pytest.raises(Unpriced, match="has no price") as problem:
        TableBook.read(path).history(*asked)
    assert told in str(problem.value)
