"""What usage costs: by hand, against genai-prices' own arithmetic, and in spite of bad files."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from rackmath.errors import RackmathError
from rackmath.meter.prices import Books, FigureBook, PackageBook, TableBook, Unpriced, Usage, bill, read_usage

HEAD = (
    "provider,model,variant,start_date,tier_start_tokens,"
    "input_usd_mtok,cached_input_usd_mtok,cache_write_usd_mtok,output_usd_mtok\n"
)
ROWS = """maker,wise-1,standard,2026-01-01,0,3,0.30,3.75,15
maker,wise-1,standard,2026-01-01,200000,6,0.60,7.50,22.5
maker,wise-1,standard,2026-06-01,0,2,0.20,2.50,10
maker,wise-1,processing=batch,2026-01-01,0,1.5,,,7.5
host,plain-1,,,0,0.5,,,1
other,plain-1,,,0,0.6,,,1.2
"""


@pytest.fixture
def book(tmp_path) -> TableBook:
    path = tmp_path / "book.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return TableBook.read(path)


def usage(**more) -> Usage:
    given = {"on": date(2026, 2, 1), "model": "wise-1", "input_tokens": 0, "output_tokens": 0} | more
    return Usage(**given)


def test_each_kind_of_token_has_its_price(book):
    made = bill(
        [usage(input_tokens=100_000, cached_input_tokens=60_000, cache_write_tokens=10_000, output_tokens=2_000)], book
    )
    # fresh 30,000 × 3 + cached 60,000 × 0.30 + written 10,000 × 3.75 + output 2,000 × 15, a million each
    assert made.lines == {
        "input": Decimal("0.09"),
        "cached_input": Decimal("0.018"),
        "cache_write": Decimal("0.0375"),
        "output": Decimal("0.03"),
    }
    assert made.total == Decimal("0.1755")
    assert made.without_cache == Decimal("0.33")  # 100,000 × 3 + 2,000 × 15


def test_a_long_request_is_priced_whole_at_its_tier_and_the_threshold_itself_is_not_long(book):
    assert bill([usage(input_tokens=200_000)], book).total == Decimal("0.6")
    assert bill([usage(input_tokens=200_001)], book).total == Decimal("200001") * 6 / 1_000_000


def test_the_price_is_that_of_the_day(book):
    rows = [
        usage(on=date(2026, 5, 31), input_tokens=1_000_000, requests=10),
        usage(on=date(2026, 6, 1), input_tokens=1_000_000),
    ]
    assert bill(rows, book).total == Decimal(3) + Decimal(2)


def test_a_row_before_every_price_is_told_and_not_dropped(book):
    made = bill([usage(on=date(2025, 12, 31), input_tokens=5, output_tokens=7, where="u.csv:2")], book)
    assert made.total == 0
    assert made.unpriced_tokens == 12
    ((where, why),) = made.unpriced
    assert where == "u.csv:2"
    assert "the earliest is of 2026-01-01" in why


def test_a_variant_that_leaves_a_price_out_has_the_standard_one(book):
    made = bill(
        [usage(input_tokens=1_000_000, cached_input_tokens=1_000_000, requests=10, variant="batch")], Books([book])
    )
    assert made.total == Decimal("0.30")


def test_a_price_without_a_date_holds_all_along_and_that_is_said(book):
    made = bill([usage(model="plain-1", provider="host", on=date(2001, 1, 1), input_tokens=2_000_000)], book)
    assert made.total == 1
    assert made.undated


def test_a_model_of_two_sellers_needs_its_provider(book):
    with pytest.raises(Unpriced, match="sold by host, other; name the provider"):
        book.find("plain-1", "", date(2026, 1, 1))


def test_rows_that_sum_requests_are_priced_at_their_mean_length_and_that_is_counted(book):
    made = bill([usage(input_tokens=300_000, requests=2)], book)
    assert made.total == Decimal("0.9")
    assert made.averaged == 1


def test_the_sum_is_exact_in_any_order(book):
    draws = random.Random(1)
    rows = [usage(input_tokens=draws.randrange(400_000), output_tokens=draws.randrange(9_000)) for _ in range(500)]
    forward = bill(rows, book).total
    draws.shuffle(rows)
    assert bill(rows, book).total == forward
    assert sum((bill([row], book).total for row in rows), Decimal(0)) == forward


def test_figures_are_a_price_book_with_dates(tmp_path):
    from rackmath.evidence import Evidence

    book = FigureBook(Evidence.load([]))
    listed = book.find("gpt-4", "", date(2026, 11, 1))
    assert listed.tier(1).price("input") == 30
    with pytest.raises(Unpriced, match="input-price"):
        book.find("no-such-model", "", date(2026, 11, 1))


def test_the_package_and_our_arithmetic_agree_to_the_last_digit():
    package = pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    draws = random.Random(7)
    models = [
        (at.id, model.id)
        for at in package.data_snapshot.get_snapshot().providers
        for model in at.models
        if at.id in {"anthropic", "openai", "google", "deepseek", "mistral", "groq", "x-ai"}
    ]
    ours, compared = PackageBook(), 0
    when = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for provider, model in draws.sample(models, 120):
        total = draws.randrange(1, 400_000)
        cached = draws.randrange(0, total)
        written = draws.randrange(0, total - cached)
        out = draws.randrange(0, 5_000)
        try:
            listed = ours.find(model, provider, when.date())
        except Unpriced:
            continue
        theirs = package.calc_price(
            package.Usage(input_tokens=total, output_tokens=out, cache_read_tokens=cached, cache_write_tokens=written),
            listed.model,
            provider_id=provider,
            genai_request_timestamp=when,
        )
        if getattr(theirs.model_price, "output_mtok", None) is None or getattr(
            theirs.model_price, "requests_kcount", None
        ):
            continue  # priced by something else than tokens as well
        row = usage(
            on=when.date(),
            model=listed.model,
            provider=provider,
            input_tokens=total,
            cached_input_tokens=cached,
            cache_write_tokens=written,
            output_tokens=out,
        )
        assert bill([row], ours).total == theirs.total_price, (provider, model)
        compared += 1
    assert compared > 60


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("date,model,input_tokens\n2026-01-01,a,1\n", "no column 'output_tokens'"),
        (
            "date,model,input_tokens,output_tokens\n2026-01-01,a,-1,1\n",
            r"u.csv: row 2, column 'input_tokens': '-1' must be a whole",
        ),
        ("date,model,input_tokens,output_tokens\n2026-01-01,a,1.5,1\n", "column 'input_tokens': '1.5' must be a whole"),
        ("date,model,input_tokens,output_tokens\n2026-01-01,a,many,1\n", "'input_tokens': 'many' is not a number"),
        ("date,model,input_tokens,output_tokens\nyesterday,a,1,1\n", "column 'date': 'yesterday' is not a date"),
        ("date,model,input_tokens,output_tokens\n,a,1,1\n", "column 'date': '' is not a date"),
        ("date,model,input_tokens,output_tokens\n2026-01-01,,1,1\n", "column 'model': '' is empty"),
        ("date,model,output_tokens\n2026-01-01,a,1\n", "needs input_tokens, or fresh_input_tokens"),
        ("date,model,input_tokens,cached_tokens,output_tokens\n2026-01-01,a,5,6,1\n", "less than the 6 cached"),
        ("date,model,input_tokens,output_tokens\n2026-01-01,a,1,1,9\n", "5 cells where the heading has 4"),
        ("date,date,model,input_tokens,output_tokens\n2026-01-01,,a,1,1\n", "stands there twice"),
    ],
)
def test_a_bad_export_is_told_by_column_and_row(tmp_path, text, told):
    path = tmp_path / "u.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RackmathError, match=told):
        list(read_usage(path))


def test_an_export_in_a_providers_own_words_is_read(tmp_path):
    path = tmp_path / "u.csv"
    path.write_text(
        "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_input_tokens_cache_read,"
        "usage_input_tokens_cache_write_5m,usage_output_tokens\n2026-02-01,wise-1,30000,60000,10000,2000\n",
        encoding="utf-8",
    )
    (row,) = read_usage(path)
    assert (row.input_tokens, row.fresh_input_tokens, row.cached_input_tokens) == (100_000, 30_000, 60_000)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("maker,x,,2026-13-01,0,1,,,1", "column 'start_date'"),
        ("maker,x,,,0,-1,,,1", "is negative"),
        ("maker,x,,,5,1,,,1", "no base price"),
        ("maker,x,,,0,1,,,1\nmaker,x,,,0,2,,,1", "two prices from one day on"),
    ],
)
def test_a_bad_price_list_is_told(tmp_path, line, told):
    path = tmp_path / "book.csv"
    path.write_text(HEAD + line + "\n", encoding="utf-8")
    with pytest.raises(RackmathError, match=told):
        TableBook.read(path)


def test_the_reason_is_that_of_a_book_that_knows_the_model(book, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("model,start_date,input_usd_mtok,output_usd_mtok\nelse-1,2026-01-01,1,2\n", encoding="utf-8")
    books = Books([book, TableBook.read(other)])
    with pytest.raises(Unpriced, match="name the provider"):
        books.find("plain-1", "", date(2026, 2, 1))
    with pytest.raises(Unpriced, match="the earliest is of 2026-01-01"):
        books.find("wise-1", "", date(2025, 1, 1))
    with pytest.raises(Unpriced, match="the earliest is of 2026-01-01"):
        books.find("else-1", "", date(2025, 1, 1))
    with pytest.raises(Unpriced, match=r"other\.csv: has no price of 'none-1'"):
        books.find("none-1", "", date(2026, 2, 1))
