"""The one reader of CSV rows: what every table from outside may look like, and the answer where it may not."""

import io

import pytest

from rackmath.errors import RackmathError
from rackmath.meter import rows
from rackmath.meter.rows import Table, finite


def read(text, **more):
    table = Table(io.StringIO(text, newline=""), "t.csv", **more)
    return table.heads, list(table)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_mark_between_cells_is_that_of_the_heading(mark):
    heads, found = read(mark.join("ab") + "\r\n" + mark.join(["1", '"x,y;z"']) + "\r\n")
    assert (heads, found) == (["a", "b"], [(2, ["1", "x,y;z"])])


def test_rows_are_numbered_as_a_spreadsheet_counts_them():
    _, found = read('\n a ,b\n1,2\n\n , \n"two\nlines",4\n5\n')
    assert found == [(3, ["1", "2"]), (6, ["two\nlines", "4"]), (7, ["5"])]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "t.csv: is empty"),
        (" \n\n", "t.csv: is empty"),
        ("PK\0\0", "t.csv: is a binary file"),
        ("a,b\n1,2\n1,2,3\n", "t.csv: row 3: 3 cells where the heading has 2; is a comma"),
        ('a,b\n1,2\n1,"2\n', "t.csv: row 3: is not CSV: unexpected end of data"),
        ("a,b\n1," + "2" * 200_000, "t.csv: row 2: is not CSV: field larger than field limit"),
        (",".join("a" * 501), "t.csv: 501 columns; at most 500 are read"),
    ],
)
def test_what_is_no_table_is_told(text, told):
    with pytest.raises(RackmathError, match=told):
        read(text)


def test_limits_of_rows():
    assert len(read("a\n1\n2\n", most=2)[1]) == 2
    with pytest.raises(RackmathError, match="over 2 rows"):
        read("a\n1\n2\n3\n", most=2)


def test_a_row_that_must_be_whole():
    table = Table(["a,b\n", "1,2\n", "1\n"], "t.csv")
    with pytest.raises(RackmathError, match="row 3: 1 cells where the heading has 2"):
        list(table.whole())


def test_files_are_opened_with_limits(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    with pytest.raises(RackmathError, match="no such file"):
        list(rows.read_rows(path, needed=(), known=()))
    with pytest.raises(RackmathError, match="give a CSV file"):
        list(rows.read_rows(tmp_path, needed=(), known=()))
    path.write_bytes(b"a\n1\n\xff\xfe\n")
    with pytest.raises(RackmathError, match="not UTF-8"):
        list(rows.read_rows(path, needed=(), known=()))
    monkeypatch.setattr(rows, "MAX_BYTES", 3)
    with pytest.raises(RackmathError, match="at most 3 bytes"):
        list(rows.read_rows(path, needed=(), known=()))


@pytest.mark.parametrize(
    ("written", "value"), [("1,234,567.5", 1234567.5), (" -2 ", -2), ("1_000", 1000), ("1 234", 1234), ("1e3", 1000)]
)
def test_numbers(written, value):
    assert finite(written) == value


@pytest.mark.parametrize("written", ["", "many", "1,5", "1.2.3", "nan", "inf", "1e400", "0x10", "--1", "1,23,456"])
def test_what_is_no_number_is_shown(written):
    with pytest.raises(RackmathError, match=f"'{written}' is not a"):
        finite(written)
