"""Text from outside: other alphabets, right to left, one long line, thousands of numbers, slow patterns."""

from datetime import date
from time import process_time

import pytest

from pace import within
from rackmath.audit import audit, audit_matter, read_text
from rackmath.errors import RackmathError

DAY = date(2026, 12, 1)


def _took(text):
    begun = process_time()
    found = audit_matter(read_text(text, "text"), DAY)
    return process_time() - begun, found


@pytest.mark.parametrize(
    "unit",
    [
        "from 1 to 2, a 3 % rise ",
        "1 × 2 × 3 + ",
        "((((((1 + 2 ",
        "5 of 6 (7 %), ",
        "$1 at 2 % discount then 3 % off ",
        "a total of 4 made up of 1, 2 and 3, ",
        "about about about about ",
        "1,1,1,1,1,1,",
        "12 twelve half a third ",
        "from from from to to to ",
        "$5 per per per a an each ",
        "Батарея выросла с 10 до 20, на 50 %. ",
        "التكلفة ارتفعت من 10 إلى 20، بنسبة 50%. ",
        "成本从10上升到20，增长50%。",
        "\u202e12 MW \u202c and \ue000\ue401 ",
    ],
)
def test_time_grows_with_the_length_and_no_faster(unit):
    short, long = unit * (6_000 // len(unit)), unit * (24_000 // len(unit))
    first = min(_took(short)[0] for _ in range(2))
    second = min(_took(long)[0] for _ in range(2))
    assert second < 8 * first + within(0.5)  # four times the text


def test_a_megabyte_on_one_line_with_thousands_of_numbers():
    clause = (
        f"the quay paid $1,200 for 40 lifts in 2021 {'and the weather was fair and ' * 8}12 % more in the year after, "
    )
    took, found = _took(clause * (1_050_000 // len(clause)))
    assert took < within(30)
    assert not [each for each in found if each.verdict == "wrong"]


def test_thousands_of_notes_that_say_the_same_take_no_square_time():
    text = "\n\n".join(f"The tariff of harbour {at} is ${at} per tonne of general cargo." for at in range(4000))
    took, _ = _took(text)
    assert took < within(20)


def test_characters_of_the_private_range_are_no_figures():
    _, found = _took("The bill rose from \ue000 to \ue001, a \ue402 rise, that is 5 % of nothing at all.")
    assert not [each for each in found if each.kind == "arithmetic"]


def test_contradictory_units_are_not_computed_with():
    _, found = _took("Output rose from 40 MW to 60 GWh, a 25% rise. The pump moved 30 litres at 4 bar for $9.")
    assert not [each for each in found if each.kind == "arithmetic"]


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"\xff\xfea\x00"])
def test_what_is_no_text_is_refused_in_one_line(tmp_path, data):
    file = tmp_path / "page.md"
    file.write_bytes(data * 20)
    with pytest.raises(RackmathError, match="UTF-8"):
        audit(file, DAY)


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(RackmathError, match="nothing to audit"):
        audit(tmp_path, DAY)
    with pytest.raises(RackmathError, match="no such file"):
        audit(tmp_path / "gone.md", DAY)


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    outside = tmp_path / "secret.md"
    outside.write_text("Costs rose from $80 to $100, a 90% rise.")
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "note.md").write_text("# A note\n\nNothing here.")
    (folder / "link.md").symlink_to(outside)
    assert not audit(folder, DAY)


def test_an_empty_text_has_no_findings():
    assert _took("")[1] == []
