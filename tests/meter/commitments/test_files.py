"""Usage and commitments from files: what is read, and the answer to each kind of bad input."""

from __future__ import annotations

import builtins
import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from conftest import shared_path
from meter.commitments.given import YEAR, machine, plan, reserved
from rackmath.errors import Problems, RackmathError
from rackmath.meter.commitments import Kind, read_commitments, read_usage, replay, summarise, usage_of
from rackmath.meter.commitments.clock import read_hour
from rackmath.meter.commitments.focus import write_focus

HEAD = "hour,resource,account,instance_type,region,az,hours,on_demand_rate"
PARIS = "hour,resource,account,instance_type,region,hours,on_demand_rate"


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "usage.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def row(hour: str = "2026-01-01T00:00Z", resource: str = "i-1", used: object = 1, rate: object = 0.2) -> str:
    return f"{hour},{resource},111,m5.xlarge,us-east-1,us-east-1a,{used},{rate}"


def as_parquet(path: Path, **types: object) -> Path:
    """Write a CSV's rows as Parquet, all texts but the numbers and what `types` says."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {}
    for name in rows[0]:
        values = [each[name] for each in rows]
        if name in types:
            columns[name] = types[name](values)
        elif name in {"hours", "seconds", "on_demand_rate"}:
            columns[name] = arrow.array([float(value) for value in values])
        else:
            columns[name] = arrow.array(values)
    target = path.with_suffix(".parquet")
    parquet.write_table(arrow.table(columns), target, row_group_size=2)
    return target


@pytest.fixture(params=["csv", "parquet"])
def either(request):
    """Both kinds of file must give the same answers."""
    return (lambda path: path) if request.param == "csv" else as_parquet


def test_resources_of_one_kind_are_pooled(tmp_path, either):
    path = either(table(tmp_path, row(), row(resource="i-2"), row("2026-01-01T01:00Z", used=0.25)))
    usage = read_usage(path)
    assert (len(usage.skus), usage.quantity.tolist(), usage.rows) == (1, [[2.0, 0.25]], 3)
    assert usage.skus[0].family == "m5"
    assert len(read_usage(path, by_resource=True).skus) == 2


def test_seconds_are_hours(tmp_path, either):
    path = table(tmp_path, row(used=900), head=HEAD.replace("hours", "seconds"))
    assert read_usage(either(path)).quantity.tolist() == [[0.25]]


def test_gaps_are_zero_usage_and_told(tmp_path, either):
    path = either(table(tmp_path, row(), row(resource="i-2"), row("2026-01-01T04:00Z")))
    usage = read_usage(path)
    assert usage.quantity.tolist() == [[2, 0, 0, 0, 1]]
    told = " ".join(usage.notes)
    assert "3 hours have no row at all and count as zero usage: 2026-01-01T01:00:00Z" in told
    assert "1 of 2 series have gaps" in told
    assert "(3 hours)" in told


def test_duplicates_are_refused_with_their_row(tmp_path, either):
    path = either(
        table(tmp_path, row(), row("2026-01-01T01:00Z"), row(resource="i-2"), row("2026-01-01T01:00Z", used=0.5))
    )
    place = 5 if path.suffix == ".csv" else 4  # a CSV's header is row 1
    with pytest.raises(RackmathError, match=rf"row {place}: i-1 has hour 2026-01-01T01:00:00Z twice"):
        read_usage(path)
    usage = read_usage(path, sum_duplicates=True)
    assert usage.quantity.tolist() == [[2.0, 1.5]]
    assert "1 rows were added" in " ".join(usage.notes)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row(used=-1), r"row 3: quantity is -1; what was used cannot be below zero"),
        (row("2026-01-01T01:00Z", rate=-0.1), r"row 3: column 'on_demand_rate' is -0\.1"),
        (row("2026-01-01T01:30Z"), r"row 3: .*2026-01-01T01:30:00\+00:00 is not on a full hour"),
        (row("2026-01-01T01:00"), r"row 3: .*says no offset; write 2026-01-01T01:00Z for UTC, or name its --zone"),
        (row("yesterday"), r"row 3: .*'yesterday' is not a time"),
        (row().replace("111", ""), r"row 3: column 'account' is empty"),
        (row("2026-01-01T01:00Z").replace("m5.xlarge", ""), r"row 3: column 'instance_type' is empty"),
    ],
)
def test_a_bad_row_is_named(tmp_path, either, bad, says):
    path = either(table(tmp_path, row(resource="i-9"), bad))
    with pytest.raises(RackmathError, match=says if path.suffix == ".csv" else says.replace("row 3", "row 2")):
        read_usage(path)


def test_what_only_text_can_hold_is_named(tmp_path):
    for used, says in (("many", "'many' is not a number"), ("nan", "'nan' is not a finite number")):
        with pytest.raises(RackmathError, match=f"row 3: column 'hours': {says}"):
            read_usage(table(tmp_path, row(), row(used=used)))
    with pytest.raises(RackmathError, match="row 3: 2 cells where the heading has 8"):
        read_usage(table(tmp_path, row(), "a,b"))


def test_two_currencies_are_refused(tmp_path, either):
    path = table(tmp_path, row() + ",USD", row(resource="i-2") + ",EUR", head=HEAD + ",currency")
    with pytest.raises(RackmathError, match=r"row [23]: column 'currency' is 'EUR', and rows before are in 'USD'"):
        read_usage(either(path))


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (
            HEAD.replace("instance_type", "instnce_type"),
            "row 1: column 'instnce_type' is unknown; did you mean 'instance_type'",
        ),
        (HEAD.replace("hour,", "time,"), "row 1: column 'hour' is missing"),
        (HEAD.replace("hours", "tokens"), "row 1: one column must say how much was used"),
        (HEAD.replace("az", "region"), "row 1: column 'region' is there twice"),
    ],
)
def test_wrong_columns_are_named(tmp_path, head, says):
    with pytest.raises(RackmathError, match=says):
        read_usage(table(tmp_path, row(), head=head))


def test_columns_that_nothing_reads_are_told(tmp_path, either):
    usage = read_usage(either(table(tmp_path, row() + ",blue", head=HEAD + ",tag_team")))
    assert "columns that nothing reads: tag_team" in usage.notes


def test_no_rows(tmp_path):
    with pytest.raises(RackmathError, match="no usage rows"):
        read_usage(table(tmp_path))
    with pytest.raises(RackmathError, match="neither"):
        read_usage(tmp_path / "usage.xlsx")


def paris(hour: str, resource: str = "i-1") -> str:
    return f"{hour},{resource},111,m5.xlarge,eu-west-3,1,0.2"


def test_the_hour_that_the_clock_repeats_is_two_hours(tmp_path, either):
    """On 25 October 2026 Paris has 02:00 twice: at 00:00 and at 01:00 UTC."""
    stamps = ["2026-10-25T01:00", "2026-10-25T02:00", "2026-10-25T02:00", "2026-10-25T03:00"]
    usage = read_usage(either(table(tmp_path, *map(paris, stamps), head=PARIS)), zone="Europe/Paris")
    assert usage.first == read_hour("2026-10-24T23:00Z")
    assert usage.quantity.tolist() == [[1, 1, 1, 1]]
    thrice = table(tmp_path, *map(paris, [*stamps, "2026-10-25T02:00"]), head=PARIS)
    with pytest.raises(RackmathError, match="i-1 has hour 2026-10-25T00:00:00Z twice"):
        read_usage(either(thrice), zone="Europe/Paris")
    once = read_usage(either(table(tmp_path, paris(stamps[1]), head=PARIS)), zone="Europe/Paris")
    assert "only once; it was read as the earlier one" in " ".join(once.notes)
    assert once.first == read_hour("2026-10-25T00:00Z")


def test_the_hour_that_the_clock_skips_is_refused(tmp_path, either):
    path = either(table(tmp_path, paris("2026-03-29T01:00"), paris("2026-03-29T02:00"), head=PARIS))
    with pytest.raises(RackmathError, match=r"row [23]: .*2026-03-29T02:00:00 does not exist in Europe/Paris"):
        read_usage(path, zone="Europe/Paris")
    with pytest.raises(RackmathError, match="no time zone 'Mars/Base'"):
        read_usage(path, zone="Mars/Base")


def test_offsets_need_no_zone(tmp_path, either):
    stamps = ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]
    usage = read_usage(either(table(tmp_path, *map(paris, stamps), head=PARIS)))
    assert usage.quantity.tolist() == [[1, 1]]


def test_parquet_time_stamps(tmp_path):
    arrow = pytest.importorskip("pyarrow")

    def stamps(zone, minute=0):
        return lambda values: arrow.array(
            [datetime(2026, 1, 1, hour, minute, tzinfo=UTC) for hour in range(len(values))], arrow.timestamp("ms", zone)
        )

    path = table(tmp_path, row(), row("x"), row("y"))
    assert read_usage(as_parquet(path, hour=stamps("UTC"))).quantity.tolist() == [[1, 1, 1]]
    assert read_usage(as_parquet(path, hour=stamps(None)), zone="UTC").first == YEAR
    with pytest.raises(RackmathError, match=r"row 1: column 'hour': .*says no offset"):
        read_usage(as_parquet(path, hour=stamps(None)))
    with pytest.raises(RackmathError, match=r"row 1: column 'hour' holds .*not on a full hour"):
        read_usage(as_parquet(path, hour=stamps("UTC", 30)))
    with pytest.raises(RackmathError, match="row 2: column 'hours' is empty"):
        read_usage(as_parquet(path, hour=stamps("UTC"), hours=lambda values: arrow.array([1.0, None, 1.0])))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 not really")
    with pytest.raises(RackmathError, match="not a Parquet file"):
        read_usage(broken)


def test_many_row_groups_in_any_order_are_the_same_table(tmp_path):
    """Row groups have dictionaries of their own, and hours and SKUs come in no order."""
    random = np.random.default_rng(3)
    rows = [
        f"2026-01-{1 + hour // 24:02d}T{hour % 24:02d}:00Z,i-{number},{number % 3},m5.{size}large,us-east-1,us-east-1a,"
        f"{random.integers(1, 5) / 4},{rate}"
        for number in range(7)
        for hour in range(60)
        for size, rate in [(("", "x", "2x")[number % 3], 0.1 * (1 + number % 2))]
    ]
    random.shuffle(rows)
    path = table(tmp_path, *rows)
    flat, columns = read_usage(path), read_usage(as_parquet(path))
    assert flat.skus == columns.skus
    assert np.array_equal(flat.quantity, columns.quantity)


def test_a_resource_may_change_what_it_says(tmp_path, monkeypatch):
    """Machines change accounts, types and prices, back and forth; a contracted rate that is absent is the list's."""
    arrow = pytest.importorskip("pyarrow")
    random = np.random.default_rng(4)
    rows = [
        f"2026-01-{1 + hour // 24:02d}T{hour % 24:02d}:00Z,i-{number},{random.choice(['a', 'b'])},"
        f"{random.choice(['m5.large', 'c5.large'])},us-east-1,us-east-1a,{random.integers(1, 5) / 4},"
        f"{random.choice([0.1, 0.2])},{random.choice(['', '0.05', '0.1'])}"
        for hour in range(50)
        for number in range(1 + hour // 10)
    ]
    path = table(tmp_path, *rows, head=HEAD + ",contracted_rate")
    flat = read_usage(path)
    assert len(flat.skus) == 2 * 2 * (2 + 3)
    monkeypatch.setattr("rackmath.meter.commitments.usage_parquet.ROWS", 7)
    paid = {"contracted_rate": lambda values: arrow.array([float(each) if each else None for each in values])}
    for types in ({}, paid):
        columns = read_usage(as_parquet(path, **types))
        assert flat.skus == columns.skus
        assert np.array_equal(flat.quantity, columns.quantity)
    bad = table(tmp_path, *rows, rows[20].replace("us-east-1,", ",", 1), head=HEAD + ",contracted_rate")
    with pytest.raises(RackmathError, match=f"row {len(rows) + 1}: column 'region' is empty"):
        read_usage(as_parquet(bad, **paid))


def test_hours_that_the_statistics_promise_are_not_believed(tmp_path):
    """A file may say that its hours lie elsewhere; only its rows count."""
    arrow = pytest.importorskip("pyarrow")
    stamps = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in range(3)]
    hours = {"hour": lambda _: arrow.array(stamps, arrow.timestamp("ms", "UTC"))}
    path = as_parquet(table(tmp_path, row("x"), row("y"), row("z")), **hours)
    late = datetime(2027, 1, 1, tzinfo=UTC)
    last, other = (int(at.timestamp() * 1000).to_bytes(8, "little") for at in (stamps[-1], late))
    raw = path.read_bytes()
    footer = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    path.write_bytes(raw[:footer] + raw[footer:].replace(last, other))
    told = pytest.importorskip("pyarrow.parquet").ParquetFile(path).metadata.row_group(1).column(0).statistics
    assert told.max == late
    usage = read_usage(path)
    assert (usage.first, usage.quantity.tolist()) == (YEAR, [[1, 1, 1]])


def test_parquet_needs_its_extra(tmp_path, monkeypatch):
    path = tmp_path / "usage.parquet"
    path.write_bytes(b"")
    real = builtins.__import__
    import importlib

    def hidden(name, *rest, **more):
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(f"No module named {name!r}", name="pyarrow")
        return real(name, *rest, **more)

    monkeypatch.setattr(importlib, "import_module", hidden)
    with pytest.raises(RackmathError, match=r"pip install 'rackmath\[tables\]'"):
        read_usage(path)


# Bills


def test_our_focus_rows_read_in_again_are_the_same_usage(tmp_path):
    rows = [
        (machine("m5.xlarge", 0.2, resource="i-1"), [1.0, 0.5, 1.0]),
        (machine("m5.large", 0.1, account="other", os="windows", tenancy="dedicated", resource="i-2"), [0.0, 1.0, 1.0]),
        (
            machine("", 0.03, provider="gcp", service="compute", family="n2", unit="vcpu_hour", resource="v"),
            [8.0, 8.0, 6.0],
        ),
    ]
    usage = usage_of(rows, first=YEAR)
    owned = [reserved("m5.large"), plan(Kind.COMPUTE_SP, 0.1, [({}, 0.05)])]
    path = tmp_path / "bill.csv"
    written = write_focus(replay(usage, owned, keep_draws=True), path)
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == written
    again = read_usage(path, by_resource=True)
    assert again.skus == tuple(sorted(usage.skus))
    order = [usage.skus.index(sku) for sku in again.skus]
    assert again.quantity == pytest.approx(usage.quantity[order], abs=1e-12)
    assert any("ChargeCategory is Purchase" in note for note in again.notes)
    assert any("Unused" in note for note in again.notes)
    assert summarise(replay(again, owned)).amortised == pytest.approx(summarise(replay(usage, owned)).amortised)


def test_a_formula_in_a_name_is_not_run_by_a_spreadsheet(tmp_path):
    usage = usage_of([(machine("m5.large", resource="=1+1"), [1.0])], first=YEAR)
    write_focus(replay(usage, [], keep_draws=True), tmp_path / "bill.csv")
    assert "'=1+1" in (tmp_path / "bill.csv").read_text(encoding="utf-8")


def test_the_public_focus_sample_is_read():
    """1,000 rows of a real, anonymised bill (FOCUS sample data, CC BY 4.0): its instance hours and their list price."""
    path = shared_path("data/focus/focus_1.0_sample_1000.csv")
    with path.open(encoding="utf-8", newline="") as file:
        bill = [each for each in csv.DictReader(file) if "Instance Hour" in each["ChargeDescription"]]
    usage = read_usage(path)
    assert usage.rows == len(bill) == 26
    listed = sum(float(each["PricingQuantity"]) * float(each["ListUnitPrice"]) for each in bill)
    assert usage.on_demand_hourly.sum() == pytest.approx(listed)
    assert {sku.os for sku in usage.skus} >= {"linux"}


def test_a_focus_row_that_is_not_an_hour_is_refused(tmp_path):
    usage = usage_of([(machine("m5.large", resource="i"), [1.0])], first=YEAR)
    path = tmp_path / "bill.csv"
    write_focus(replay(usage, [], keep_draws=True), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2026-01-01T01:00:00Z", "2026-01-02T00:00:00Z"), encoding="utf-8")
    with pytest.raises(
        RackmathError, match="row 2: columns 'ChargePeriodStart' and 'ChargePeriodEnd' are not one hour apart"
    ):
        read_usage(path)
    path.write_text(text.replace("ListUnitPrice", "UnitPriceOfList"), encoding="utf-8")
    with pytest.raises(RackmathError, match="row 1: column 'ListUnitPrice' is missing"):
        read_usage(path)


CUR = (
    "lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/UsageAccountId,lineItem/UsageAmount,"
    "lineItem/UsageType,lineItem/ResourceId,lineItem/CurrencyCode,lineItem/AvailabilityZone,product/region,"
    "product/operatingSystem,product/tenancy,pricing/publicOnDemandRate"
)


@pytest.mark.parametrize("newer", [False, True])
def test_a_cost_and_usage_report(tmp_path, newer):
    start, end = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"
    tail = "i-1,USD,us-west-2b,us-west-2,Linux,Shared,0.192"
    rows = [
        f"Usage,{start},{end},111,0.5,USW2-BoxUsage:m5.xlarge,{tail}",
        f"DiscountedUsage,{start},{end},111,0.5,USW2-BoxUsage:m5.xlarge,{tail}",
        f"Usage,{start},{end},111,12,USW2-DataTransfer-Out-Bytes,{tail}",
        f"RIFee,{start},{end},111,744,USW2-HeavyUsage:m5.xlarge,{tail}",
    ]
    head = CUR
    if newer:
        head = ",".join(
            "".join("_" + letter.lower() if letter.isupper() else letter for letter in name.replace("/", "_"))
            .replace("__", "_")
            .lstrip("_")
            for name in CUR.split(",")
        )
        assert "line_item_usage_start_date" in head
    usage = read_usage(table(tmp_path, *rows, head=head))
    assert usage.quantity.tolist() == [[1.0]]
    sku = usage.skus[0]
    assert (sku.instance_type, sku.az, sku.os, sku.tenancy) == ("m5.xlarge", "us-west-2b", "linux", "default")
    assert sorted(usage.notes) == [
        "1 rows left out: line item type is RIFee",
        "1 rows left out: not an hour of a compute instance",
    ]
    with pytest.raises(RackmathError, match=r"row 3: .*has hour .* twice"):
        read_usage(table(tmp_path, rows[0], rows[0], head=head))


# Commitments

GOOD = """
currency: USD
commitments:
  - {id: ri, kind: zonal-ri, account: "111", instance_type: m5.xlarge, region: us-east-1, az: us-east-1a, count: 2,
     start: 2026-01-01, term: 1y, payment: partial, upfront: 100, hourly: 0.1}
  - {id: sp, kind: compute-sp, account: "111", commitment: 10, start: 2026-01-01, term: 3y, payment: partial,
     rates: [{instance_type: r5.4xlarge, rate: 0.7}, {discount: 25%}]}
  - {id: cud, kind: gcp-resource-cud, account: p, region: europe-west4, family: n2, unit: vcpu_hour, count: 64,
     start: 2026-01-01, end: 2027-01-01, hourly: 1.5}
"""


def owned(folder: Path, text: str) -> Path:
    path = folder / "commitments.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_commitments_are_read(tmp_path):
    (ri, sp, cud), currency = read_commitments(owned(tmp_path, GOOD))
    assert currency == "USD"
    assert (ri.hours, ri.upfront, ri.hourly, ri.payment) == (8760, 100, 0.1, "partial")
    assert ri.match["family"] == "m5"
    assert sp.hours == 3 * 8760 + 24  # 2028 is a leap year
    assert sp.upfront == pytest.approx(10 * sp.hours / 2)
    assert sp.amortised_hourly == pytest.approx(10)
    assert cud.measure == "vcpu_hour"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("zonal-ri", "zonal-rl", "commitment 1 .*unknown kind 'zonal-rl'; did you mean 'zonal-ri'"),
        ("az: us-east-1a, ", "", "a zonal-ri must say its `az`"),
        ("term: 1y", "trem: 1y", "unknown key 'trem'; did you mean 'term'"),
        ("count: 2", "count: -2", "count: '-2' is not a number of zero or more"),
        ("count: 2", "count: 0", "must be above zero"),
        (
            "payment: partial, upfront: 100",
            "payment: all, upfront: 100",
            "payment is all, but upfront 100 and hourly 0.1",
        ),
        ("commitment: 10", "count: 10", "a compute-sp says its size as `commitment`"),
        ("discount: 25%", "discount: 250%", "must be below 1"),
        ("start: 2026-01-01, term: 3y", "start: 2026-01-01T10:00, term: 3y", "says no offset"),
        ("term: 3y", "term: soon", "term 'soon': write 1y"),
        ("end: 2027-01-01", "end: 2025-01-01", "it ends before it starts"),
        ("hourly: 1.5", "hourly: .inf", "is not a number of zero or more"),
        ("id: ri, ", "", "`id` is missing"),
    ],
)
def test_a_bad_commitment_is_named(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises((Problems, RackmathError), match=says):
        read_commitments(owned(tmp_path, GOOD.replace(old, new, 1)))


def test_all_bad_commitments_are_told_at_once(tmp_path):
    with pytest.raises(Problems) as told:
        read_commitments(owned(tmp_path, GOOD.replace("count: 2,", "count: x,").replace("count: 64", "count: y")))
    assert len(told.value.problems) == 2


def test_hostile_yaml_is_refused(tmp_path):
    for text in ("commitments: !!python/object/apply:os.system [true]", "a: &a [x]\nb: *a", "[]", "commitments: 3"):
        with pytest.raises(RackmathError):
            read_commitments(owned(tmp_path, text))
