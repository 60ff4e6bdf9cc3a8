"""A brain as it was at the end of a day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from rackmath.brain import asof
from rackmath.brain.asof import as_of
from rackmath.brain.desk import Desk
from rackmath.brain.events import text_of, versions
from rackmath.brain.index import index_of
from rackmath.brain.library import Library
from rackmath.errors import RackmathError
from rackmath.evidence import STARTER, Evidence
from rackmath.vault import Vault, journal

FIGURE = """\
```figures
- id: fig_1
  subject: h100-sxm
  quantity: rental-price
  value: {}
  unit: USD/GPU_hour
  as_of: 2026-10-01
  kind: listed
  source: s
```
"""


class Days:
    """A clock that stands on a day of November."""

    day = 1

    def __call__(self) -> datetime:
        return datetime(2026, 11, self.day, 12, tzinfo=UTC)


@pytest.fixture
def brain(tmp_path: Path) -> tuple[Vault, str]:
    """A brain with a note that is changed on days 3, 5, 7 (renamed) and removed on day 9."""
    days = Days()
    vault = Vault.create(tmp_path / "brain", title="T", clock=days)
    vault.write("contributors/ann.yaml", "handle: ann\nname: Ann\n")
    desk = Desk(vault, "ann", days)
    days.day = 3
    note = desk.new("reading", "Rents", FIGURE.format("3.50")).note_id
    desk.publish(note)
    days.day = 5
    opened = desk.read(note)
    desk.save(note, opened.text.replace("3.50", "2.10"), opened.sha256, kind="update")
    days.day = 7
    desk.retitle(note, "Rents fell")
    days.day = 9
    gone = desk.read(note)
    vault.remove(gone.path, gone.sha256)
    return vault, note


def test_every_reader_sees_that_day(brain: tuple[Vault, str], tmp_path: Path) -> None:
    vault, note = brain
    seen = {}
    for day in (1, 2, 3, 4, 5, 6, 7, 8, 9, 30):
        place = as_of(vault.path, date(2026, 11, day), tmp_path / "cache")
        library = Library.open(place)
        found = library.note(note, drafts=True)
        values = [figure.as_written for figure in Evidence.load([place]).figures if figure.id == "fig_1"]
        seen[day] = (found.title if found else "", values, len(versions(library.index, note)))
        assert library.title == "T"
        assert Vault.open(place, read_only=True).verify() == []
    assert seen[1] == seen[2] == ("", [], 0)
    assert seen[3] == seen[4] == ("Rents", ["3.50"], 2)
    assert seen[5] == seen[6] == ("Rents", ["2.10"], 3)
    assert seen[7] == seen[8] == ("Rents fell", ["2.10"], 4)
    assert seen[9] == seen[30] == ("", [], 5)
    with pytest.raises(RackmathError, match="did not exist on 2026-10-31; ask for a later day"):
        as_of(vault.path, date(2026, 10, 31), tmp_path / "cache")


def test_texts_of_that_day_can_be_read_from_its_history(brain: tuple[Vault, str], tmp_path: Path) -> None:
    vault, note = brain
    index = Library.open(as_of(vault.path, date(2026, 11, 5), tmp_path / "cache")).index
    assert ["2.10" in text_of(index, each) for each in versions(index, note)] == [False, False, True]


def test_a_folder_is_made_once_for_what_belongs_to_the_day(brain: tuple[Vault, str], tmp_path: Path) -> None:
    vault, _ = brain
    cache = tmp_path / "cache"
    first = as_of(vault.path, date(2026, 11, 6), cache)
    made = (first / "brain.yaml").stat().st_mtime_ns
    days = Days()
    days.day = 20
    Desk(vault, "ann", days).new("reading", "Later")  # by the vault's clock it is day 9
    assert as_of(vault.path, date(2026, 11, 6), cache) == first
    assert (first / "brain.yaml").stat().st_mtime_ns == made
    late = as_of(vault.path, date(2026, 11, 9), cache)
    assert (late / "notes/reading/later.md").exists()
    assert oct((late / "notes/reading/later.md").stat().st_mode)[-3:] == "444"


def test_few_folders_are_kept(brain: tuple[Vault, str], tmp_path: Path) -> None:
    vault, _ = brain
    cache = tmp_path / "cache"
    leftover = cache / "x.1.new"
    leftover.mkdir(parents=True)
    os.utime(leftover, (1e9, 1e9))
    places = [as_of(vault.path, date(2026, 11, day), cache) for day in range(1, 10)]
    kept = sorted(each.name for each in cache.iterdir())
    assert kept == sorted(each.name for each in places[-asof.KEPT :])
    assert Library.open(as_of(vault.path, date(2026, 11, 1), cache)).title == "T"


def test_what_no_journal_knows_is_there_from_the_day_it_names(tmp_path: Path) -> None:
    for day, wanted in ((date(2026, 11, 21), 0), (date(2026, 12, 31), len(Library.open(STARTER).notes()))):
        assert len(Library.open(as_of(STARTER, day, tmp_path)).notes()) == wanted


def test_a_file_that_was_there_before_its_first_revision(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    (root / "notes").mkdir(parents=True)
    (root / "brain.yaml").write_text("format: 1\nid: brain_1\ntitle: Mine\n")
    text = "---\nid: note_1\ntype: pov\ntitle: Mine\ncreated: 2026-10-05\nstatus: published\n---\n\nOld words.\n"
    (root / "notes/mine.md").write_text(text)
    days = Days()
    desk = Desk(Vault.open(root, clock=days))
    opened = desk.read("mine")
    desk.save("mine", text.replace("Old", "New"), opened.sha256)
    said = {}
    for day in (date(2026, 10, 4), date(2026, 10, 5), date(2026, 11, 2)):
        found = Library.open(as_of(root, day, tmp_path / "cache")).note("note_1")
        said[day] = found.document.body.strip() if found else None
    assert list(said.values()) == [None, "Old words.", "New words."]


def test_lines_that_somebody_made_up_write_nothing_elsewhere(brain: tuple[Vault, str], tmp_path: Path) -> None:
    vault, _ = brain
    head, made = journal.Head(), []
    for path in ("../../evil.md", "/tmp/evil.md", "journal/evil.jsonl", ".rackmath/evil.md", "notes/fine.md"):
        text = "---\nid: note_x\n---\n"
        fields = {"at": "2026-11-02T00:00:00Z", "writer": "eve", "op": "write", "path": path, "before": None,
                  "after": sha256(text.encode()).hexdigest(), "text": text, "message": "", "kind": "edit"}  # fmt: skip
        line, event = journal.encode(head, 50 + len(made), 50 + len(made), fields)
        head = journal.Head(head.size + len(line), head.size, event.seq, event.order, event.hash)
        made.append(line)
    (vault.path / "journal/eve.jsonl").write_bytes(b"".join(made))
    index_of(vault.path).refresh()
    place = as_of(vault.path, date(2026, 11, 3), tmp_path / "cache" / "deep")
    written = {str(each.relative_to(place)) for each in place.rglob("*") if each.is_file()}
    assert "notes/fine.md" in written
    assert not [each for each in written if "evil" in each]
    assert not list(tmp_path.rglob("evil.md"))
