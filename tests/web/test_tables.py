import math

from rackmath.web import tables
from rackmath.web.charts import identities
from web.sample import decision

THIN = "\N{NARROW NO-BREAK SPACE}"


def test_the_lines_of_an_option_add_up_to_the_mean_as_printed():
    option = {
        "title": "Own",
        "mean": 1234.5,
        "p95": 2000.0,
        "lines": [{"label": "A", "mean": 1000.25}, {"label": "B", "mean": 300.25}, {"label": "C", "mean": -66.0}],
    }
    table = tables.line_table(option, "USD/month")
    # 1000.25 + 300.25 - 66 = 1234.5; four figures of 2000 have no decimals
    assert table.rows[-1][1] == tables.Cell(f"$1{THIN}234", 1234.5)
    assert table.strong == {3}
    assert [row[-1].text for row in table.rows] == ["81%", "24%", "−5%", "100%"]  # 1000.25 / 1234.5 = 0.810


def test_cells_hold_the_exact_numbers_of_the_decision():
    made = decision()
    known = identities(made["options"])
    spread = tables.spread_table(made["options"], "USD/month")
    for option, row in zip(made["options"], spread.rows, strict=True):
        names = ("p5", "p50", "p95", "mean", "central", "expected_regret", "chance_cheapest")
        assert [cell.value for cell in row[1:]] == [option[name] for name in names]
    flips = tables.flip_table(made["sensitivity"], known, "USD/month")
    assert [row[6].value for row in flips.rows] == [item["flips_at"] for item in made["sensitivity"]]
    item = made["break_even"][0]
    crossings = tables.crossing_table(item, known)
    assert [row[1].value for row in crossings.rows] == [crossing["at"] for crossing in item["crossings"]]


def test_a_grid_is_thinned_and_keeps_its_ends():
    made = decision()
    item = made["break_even"][0]
    table = tables.curve_table(item, identities(made["options"]), "USD/month")
    values = [row[0].value for row in table.rows]
    assert values[0] == item["grid"][0]
    assert values[-1] == item["grid"][-1]
    assert len(values) <= tables.GRID_ROWS + 1
    assert "One in 3 of the 61 points" in table.note  # 61 / 24 rounded up


def test_a_crossing_reads_from_the_cheaper_below_to_the_cheaper_above():
    crossings = [
        {"a": "x", "b": "y", "at": 3.0, "cheaper_above": "x"},
        {"a": "x", "b": "y", "at": None, "cheaper_below": "y", "cheaper_above": "y"},
        {"a": "x", "b": "y", "at": 3.0, "last": 9.0, "count": 3, "cheaper_below": "x", "cheaper_above": "y"},
        {"a": "x", "b": "y", "at": 3.0, "last": 9.0, "count": 2, "cheaper_below": "x", "cheaper_above": "x"},
    ]
    rows = tables.crossing_table({"unit": "token", "crossings": crossings}, {}).rows
    assert [row[0].text for row in rows] == [
        "1. y → x",
        "y stays below x",  # has no place, so no number
        "2. x → y (they cross 3 times)",
        "3. x → y → x",
    ]
    assert [row[1].text for row in rows] == ["3", "–", "3 to 9", "3 to 9"]


def test_inputs_say_where_they_come_from():
    option = {
        "title": "Own",
        "inputs": [
            {"name": "pue", "label": "PUE", "value": 1.4, "unit": "", "origin": "figure", "source_title": "Survey",
             "as_of": "2025-07", "low": 1.2, "high": 1.6},
            {"name": "mode", "label": "Mode", "value": "absolute", "text": "absolute", "unit": "",
             "origin": "assumption"},
        ],
    }  # fmt: skip
    first, second = tables.input_table(option).rows
    assert [cell.text for cell in first] == ["PUE", "1.4", "1.2 to 1.6", "figure of a brain", "Survey · July 2025"]
    assert [cell.text for cell in second] == ["Mode", "absolute", "–", "assumption", "–"]


def test_inputs_of_a_model_within_a_model_say_whose_they_are():
    inner = {"inputs": [{"name": "gpu_hours", "value": 3.0, "unit": "hour", "origin": "given"}]}
    outer = {"name": "cost", "label": "cost", "value": None, "origin": "model", "model": inner}
    taken, own = tables.input_table({"title": "T", "inputs": [outer]}).rows
    assert taken[0].text == "Cost"
    assert taken[3].text == "another model"
    assert [cell.text for cell in own[:2]] == ["Cost › Gpu hours", "3 hours"]


def test_an_assumption_has_its_reason_in_its_own_table():
    item = {"name": "x", "value": 1.0, "unit": "", "origin": "assumption", "source": "why", "source_title": "why"}
    assert tables.input_table({"title": "T", "inputs": [item]}).rows[0][-1].text == "–"


def test_what_is_not_finite_is_printed_and_not_a_number():
    assert tables.money(math.inf, "USD", 0) == tables.Cell("∞", None)
    assert tables.money(None, "USD", 0) == tables.Cell("–", None)
    assert tables.money(1e18, "USD", 0).text == "$1 × 10¹⁸"
    assert tables.money(1.5e-9, "USD", 12).text == "$1.5 × 10⁻⁹"
