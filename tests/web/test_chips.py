import datetime
from pathlib import Path

import pytest

from rackmath.evidence import FigureReader
from rackmath.web import chips

TODAY = datetime.date(2026, 11, 22)


def figure(value, unit="USD/GPU_hour", **more):
    item = {
        "id": "fig_a",
        "subject": "h100",
        "quantity": "rental-price",
        "value": value,
        "unit": unit,
        "as_of": "2026-05",
        "stated_on": "2026-05-20",
        "kind": "reported",
        "claimant": {"who": "A & B", "kind": "filing"},
    } | more
    problems = []
    found = FigureReader(Path(), "notes/x.md", "note_a", "A note", {}, problems).read(1, item)
    assert found is not None, problems
    return found


@pytest.mark.parametrize(
    ("value", "unit", "words", "spread"),
    [
        ("1.70", "USD/GPU_hour", "$1.70 per GPU-hour", "as printed: $1.695 to $1.705"),
        ("1234.5", "USD", "$1\N{NARROW NO-BREAK SPACE}234.50", "as printed: "),
        ("2 to 3", "USD/GPU_hour", "$2 to $3 per GPU-hour", ""),
        ({"p10": "2", "p90": "3"}, "USD/GPU_hour", "$2 to $3 per GPU-hour", "from the 10% to the 90% point"),
        ("at least 44", "percent", "at least 44%", ""),
        ("at most 3", "USD/GPU_hour", "at most $3 per GPU-hour", ""),
        ("unknown", "USD/GPU_hour", "not known", ""),
        ({"low": "1", "mode": "2", "high": "4"}, "USD/GPU_hour", "$1 to $4 per GPU-hour", "most likely $2"),
    ],
)
def test_a_value_is_said_without_rounding(value, unit, words, spread):
    it = figure(value, unit)
    assert chips.value_words(it) == words
    assert chips.spread_words(it).startswith(spread)
    assert bool(chips.spread_words(it)) == bool(spread)


@pytest.mark.parametrize(
    ("written", "said"),
    [("$1.70/hr", "$1.70/hr"), ("1.70", ""), ("low: 1, mode: 2, high: 4", ""), ("about 38%", "about 38%")],
)
def test_only_words_of_a_source_are_quoted(written, said):
    assert chips.figure_data(figure("1.70", as_written=written), TODAY)["said"] == said


def test_a_figure_is_told_whole_as_plain_data():
    data = chips.figure_data(
        figure("1.70", scope={"market": "spot"}, source="key/1"), TODAY, subject="The H100", quantity="Rent", source="S"
    )
    assert data["claimant_words"] == "A & B, regulatory filing"
    assert data["scope_words"] == "market spot"
    assert data["source_href"] == "/src/key%2F1"
    assert data["quantity_href"] == "/q/rental-price"
    chip = chips.chip_of(data, "It fell.")
    assert chip.about == "The H100: Rent (market spot)"
    assert chip.as_of == "May 2026"
    assert chip.sentence == "It fell."


def test_a_chip_is_a_link_with_its_box_described():
    chip = chips.chip_of(chips.figure_data(figure("1.70", source="key"), TODAY), 'Said "so".')
    html = chips.chip_html(chip, "<1.70>", "tip-1")
    assert '<a class="fig" href="/fig/fig_a" aria-describedby="tip-1">&lt;1.70&gt;</a>' in html
    assert 'id="tip-1"' in html
    assert "Said &quot;so&quot;." in html
    assert "A &amp; B" in html
    assert "style" not in html
    assert chips.chip_html(chip, "", "") == '<a class="fig" href="/fig/fig_a">1.70</a>'
