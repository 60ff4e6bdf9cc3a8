"""Text against tables, claimants, sources and time: how conflicts are told, and what they cost."""

from datetime import date
from time import process_time

import pytest

from pace import within
from rackmath.audit import audit
from rackmath.audit.conflicts import conflicts
from rackmath.audit.read import Matter, note_of

BREWERY = (
    "The Harwick brewery draws 1.9 MW on average through the year.",
    "Averaged over twelve months, electrical load at the Harwick brewery was 2.6 MW.",
)


def _found(*texts):
    return conflicts(
        Matter("texts", tuple(note_of(f"# Note {at}\n\n{text}", f"{at}", "") for at, text in enumerate(texts)))
    )


TABLE = """| Ward | Beds | Cost a day (£) |
|---|---|---|
| Maple ward | 28 | 410 |
| Hazel ward | 31 | 520 |
"""


@pytest.mark.parametrize(
    ("text", "value"), [("Maple ward has 34 beds.", "34"), ("A day on Hazel ward costs £690.", "£690")]
)
def test_a_text_is_held_against_a_table(text, value):
    found = _found(f"{TABLE}\n\n{text}")
    assert len(found) == 1
    assert value in {each.value for each in found[0].statements}


@pytest.mark.parametrize(
    "text", ["Maple ward has 28 beds.", "Rowan ward has 34 beds.", "A day on Hazel ward costs £520."]
)
def test_a_text_that_agrees_with_a_table_or_is_of_another_row_is_no_conflict(text):
    assert not [each.explanation for each in _found(f"{TABLE}\n\n{text}")]


def test_a_claimant_may_contradict_in_the_same_paragraph():
    found = _found(
        "The leaflet says that people in Tarn use 151 litres a day. People in Tarn use 142 litres each a day."
    )
    told = [{(each.low, each.unit) for each in one.statements} for one in found]
    assert told == [{(151.0, "l/day"), (142.0, "l/day")}]


def test_statements_that_agree_stand_on_one_side():
    first, second = BREWERY
    found = _found(first, second, "In the yearbook the Harwick brewery draws 1.9 MW on average.")
    assert len(found) == 1
    assert sorted(each.low for each in found[0].statements) == [1.9e6, 1.9e6, 2.6e6]


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        (("https://a.example/x", "https://a.example/x"), "source in common"),
        (("https://a.example/x", "https://a.example/y"), "same site"),
        (("https://a.example/x", "https://b.example/x"), "independent"),
        (("https://a.example/x", ""), "Not every side"),
    ],
)
def test_the_finding_tells_whether_the_sources_are_independent(urls, said):
    texts = (f"{text}\n\n## Sources\n\n{url}" for text, url in zip(BREWERY, urls, strict=True))
    notes = tuple(note_of(f"# Note {at}\n\n{text}", f"note{at}", "") for at, text in enumerate(texts))
    found = conflicts(Matter("texts", notes))
    assert said in found[0].explanation


def test_what_follows_from_a_conflict_is_not_told_again(tmp_path):
    (tmp_path / "a.md").write_text(
        "# A\n\nThe Harwick brewery draws 2.0 MW. That is 17,520 MWh a year at the Harwick brewery.\n"
    )
    (tmp_path / "b.md").write_text(
        "# B\n\nThe Harwick brewery draws 3.0 MW. That is 26,280 MWh a year at the Harwick brewery.\n"
    )
    found = [each for each in audit(tmp_path, date(2026, 12, 1)) if each.kind == "conflict"]
    assert [{each.value for each in one.statements} for one in found] == [{"2.0 MW", "3.0 MW"}]


def test_thousands_of_notes_take_linear_time():
    def took(count):
        notes = tuple(
            note_of(
                f"# Note {at}\n\nHarbour {at % 97} moved {at} boxes an hour. Its tariff was ${at} a tonne.", "n", "n"
            )
            for at in range(count)
        )
        begun = process_time()
        conflicts(Matter("texts", notes))
        return process_time() - begun

    assert took(2000) < 8 * took(500) + within(0.5)
