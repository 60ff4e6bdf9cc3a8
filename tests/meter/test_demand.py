"""A usage file as demand: sums by hand, and a defined answer for every odd row."""

import json

import pytest
from click.testing import CliRunner

from rackmath.cli.main import rackmath
from rackmath.errors import Problems, RackmathError
from rackmath.meter.demand import read_demand


def hours(*rows, head="hour,tokens"):
    return "\n".join([head, *rows]) + "\n"


def test_sums_means_and_peak_by_hand():
    found = read_demand(hours("2026-11-02T00:00,100", "2026-11-02T01:00,300", "2026-11-02T02:00,200"))
    assert (found.total, found.mean, found.peak, found.steps) == (600, 200, 300, 3)
    assert found.peak_to_mean == 1.5
    assert found.peak_at == "2026-11-02T01:00+00:00"
    assert found.per_month == pytest.approx(200 * 730)  # hours of a twelfth of a year of 365 days
    assert found.curve[:4] == (100, 300, 200, 0)


def test_a_gap_is_an_hour_without_usage():
    found = read_demand(hours("2026-11-02T00:00,100", "2026-11-02T03:00,300"))
    assert (found.steps, found.missing, found.mean) == (4, 2, 100)
    assert "2 of 4 hours have no row" in found.remarks[0]


def test_rows_of_one_hour_are_added_and_copies_count_once():
    rows = ("2026-11-02T00:00,a,100", "2026-11-02T00:00,b,100", "2026-11-02T00:00,a,100")
    found = read_demand(hours(*rows, head="hour,model,tokens"))
    assert (found.total, found.repeated) == (200, 1)
    assert "counted once" in " ".join(found.remarks)


def test_the_hour_that_clocks_go_through_twice_is_two_hours():
    rows = [f"2026-10-25T{hour},{amount}" for hour, amount in [("01:00", 1), ("02:00", 5), ("02:00", 5), ("03:00", 1)]]
    found = read_demand(hours(*rows), zone="Europe/Berlin")
    assert (found.steps, found.total, found.missing, found.repeated, found.peak) == (4, 12, 0, 0, 5)
    plain = read_demand(hours(*rows))  # in UTC no clock is put back: the second row is a copy
    assert (plain.steps, plain.total, plain.repeated) == (3, 7, 1)


def test_the_hour_that_clocks_skip_is_no_gap():
    found = read_demand(hours("2026-03-29T01:00,1", "2026-03-29T03:00,1"), zone="Europe/Berlin")
    assert (found.steps, found.missing) == (2, 0)


def test_an_offset_wins_over_the_zone():
    rows = ("2026-10-25T02:00+02:00,1", "2026-10-25T02:00+01:00,1")
    assert read_demand(hours(*rows), zone="America/New_York").steps == 2
    assert read_demand(hours("1762041600,5"), zone="Europe/Berlin").first == "2025-11-02T01:00+01:00"


def test_an_export_with_input_output_and_cached_tokens():
    head = "start_time,model,input_tokens,output_tokens,input_cached_tokens"
    found = read_demand(hours("1762041600,m,800,200,400", "1762045200,m,800,200,400", head=head))
    assert (found.total, found.input_share, found.cached_share) == (2000, 0.8, 0.5)
    assert found.fills()["input_share"] == "0.8"


def test_an_export_with_each_kind_of_input_in_its_own_column():
    head = "usage_date_utc,usage_input_tokens_no_cache,usage_input_tokens_cache_read,usage_output_tokens"
    found = read_demand(hours("2026-11-02,100,300,100", "2026-11-03,100,300,100", head=head))
    assert (found.resolution, found.total, found.input_share, found.cached_share) == ("day", 1000, 0.8, 0.75)
    assert found.curve == ()
    assert "peak_to_mean" not in found.fills()
    assert found.per_month == pytest.approx(500 * 365 / 12)


def test_gpu_hours_are_a_demand_of_their_own():
    found = read_demand(hours("2026-11-02T00:00,8", "2026-11-02T01:00,16", head="Hour;GPU-hours").replace(",", ";"))
    assert (found.kind, found.unit, found.total) == ("GPU-hours", "GPU*hour", 24)
    assert "tokens_per_month" not in found.fills()
    with pytest.raises(RackmathError, match="two different demands"):
        read_demand(hours("2026-11-02T00:00,8,1", head="hour,gpu_hours,tokens"))


def test_demand_of_zero_has_no_peak_over_mean():
    found = read_demand(hours("2026-11-02T00:00,0", "2026-11-02T01:00,0"))
    assert found.peak_to_mean is None
    assert found.fills() == {}
    assert "Nothing was used" in " ".join(found.remarks)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2026-11-02T05:00,-4", "row 3, column 'tokens': '-4' is negative"),
        ("2026-11-02T05:00,many", "row 3, column 'tokens': 'many' is not a number"),
        ("2026-11-02T05:00,", "row 3, column 'tokens': is empty"),
        ("2026-11-02T05:00", "row 3, column 'tokens': is empty"),
        ("2026-11-02T05:00,inf", "row 3, column 'tokens': 'inf' is not a finite"),
        ("2026-11-02T05:00,nan", "row 3, column 'tokens': 'nan' is not a finite"),
        ("2026-11-02T05:00,1e400", "row 3, column 'tokens': '1e400' is not a finite"),
        ("yesterday,5", "row 3, column 'hour': 'yesterday' is not a time"),
        (",5", "row 3, column 'hour': is empty"),
        ("9999-01-01T00:00,5", "not a year from 1970"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(row, told):
    with pytest.raises(Problems) as wrong:
        read_demand(hours("2026-11-02T04:00,1", row), name="u.csv")
    assert told in str(wrong.value)
    assert str(wrong.value).startswith("u.csv: row 3")


def test_all_wrong_cells_are_told_up_to_a_few():
    with pytest.raises(Problems) as wrong:
        read_demand(hours(*[f"2026-11-02T{hour:02}:00,x" for hour in range(20)]))
    assert len(wrong.value.problems) == 8


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("hour,tokens\n", "no rows"),
        ("when,tokens\n1,2\n", "no column of times; call it 'hour'"),
        ("hour,tokns\n2026-11-02T00:00,2\n", "did you mean 'tokens'"),
        ("hour,tokens,tokens\n2026-11-02T00:00,2,3\n", "'tokens' is there twice"),
        ("hour,tokens\n2026-11-02T00:00,2\n1980-11-02T00:00,2\n", "one time is probably written wrongly"),
        ("PK\0\0", "binary"),
    ],
)
def test_a_file_that_is_none_says_what_is_wrong(text, told):
    with pytest.raises(RackmathError, match=told):
        read_demand(text)


def test_an_unknown_zone_is_told():
    for zone in ("Mars/Olympus", "../../etc/passwd", "/etc/passwd", "\0"):
        with pytest.raises(RackmathError, match="not a time zone"):
            read_demand(hours("2026-11-02T00:00,2"), zone=zone)


def test_the_command_prints_what_the_library_says(tmp_path):
    file = tmp_path / "u.csv"
    file.write_text(hours("2026-11-02T00:00,100", "2026-11-02T01:00,300"))
    done = CliRunner().invoke(rackmath, ["usage", str(file), "--json"])
    assert json.loads(done.stdout) == json.loads(json.dumps(read_demand(file.read_text()).to_json()))
    shown = CliRunner().invoke(rackmath, ["usage", str(file)]).stdout
    assert "peak_to_mean: 1.5" in shown
    assert "█" in shown
