"""Opening, reading and asking a vault."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pace import within
from rackmath.errors import RackmathError
from rackmath.vault import ID, Conflict, Document, Vault, new_id


def on(*days: str) -> Callable[[], datetime]:
    """A clock that shows noon of the given days, one at each look, and stays on the last."""
    left = list(days)

    def now() -> datetime:
        day = left.pop(0) if len(left) > 1 else left[0]
        return datetime.fromisoformat(f"{day}T12:00:00+00:00")

    return now


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "brain", title="My brain", writer="me")


def test_a_new_brain_says_what_it_is(vault: Vault) -> None:
    assert vault.meta["title"] == "My brain"
    assert vault.meta["format"] == 1
    assert ID.fullmatch(vault.meta["id"])
    assert vault.name == "brain"
    assert (vault.path / ".rackmath/.gitignore").read_text() == "*\n"
    assert vault.check() == []
    assert vault.verify() == []
    with pytest.raises(RackmathError, match="is a brain already"):
        Vault.create(vault.path, title="Again")


def test_a_folder_of_notes_becomes_a_brain(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "x.md").write_text("mine")
    vault = Vault.create(tmp_path, title="Notes", writer="me")
    assert dict(vault.documents()) == {"notes/x.md": "mine"}
    assert vault.verify() == []
    assert [event.path for event in vault.absorb()] == ["notes/x.md"]


@pytest.mark.parametrize(
    ("brain", "message"),
    [(None, "is not a brain"), ("format: 2\n", "format 2 is newer than this program reads")],
)
def test_folders_that_cannot_be_opened(tmp_path: Path, brain: str | None, message: str) -> None:
    if brain is not None:
        (tmp_path / "brain.yaml").write_text(brain)
    with pytest.raises(RackmathError, match=message):
        Vault.open(tmp_path)


@pytest.mark.parametrize("brain", ["", "[", "- a", "format: x", "\x00", "a: *b"])
def test_a_mangled_brain_file_does_not_lock_anybody_out(tmp_path: Path, brain: str) -> None:
    (tmp_path / "brain.yaml").write_text(brain)
    vault = Vault.open(tmp_path)
    assert vault.write("notes/x.md", "text").changed
    assert any(problem.startswith("brain.yaml:1: ") for problem in vault.check())


def test_reading_writes_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.write("notes/x.md", "text")
    journal = vault.path / "journal/me.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"torn')
    before = {path: path.stat().st_mtime_ns for path in vault.path.rglob("*")}
    opened = Vault.open(vault.path, read_only=True)
    assert opened.read("notes/x.md")[0] == "text"
    assert len(opened.history("notes/x.md")) == 1
    assert opened.text_at("notes/x.md", "2999-01-01") == "text"
    assert any("torn" in problem for problem in opened.verify())
    opened.check()
    for change in (
        lambda: opened.write("notes/y.md", "x"),
        opened.absorb,
        lambda: opened.remove("notes/x.md", "0" * 64),
    ):
        with pytest.raises(RackmathError, match="open to read only"):
            change()
    assert {path: path.stat().st_mtime_ns for path in vault.path.rglob("*")} == before


def test_opening_a_sound_brain_writes_nothing_either(tmp_path: Path) -> None:
    (tmp_path / "brain.yaml").write_text("format: 1\n")
    Vault.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["brain.yaml"]


def test_a_copy_mints_its_own_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RACKMATH_WRITER", raising=False)
    vault = Vault.create(tmp_path / "one", title="One")
    vault.write("notes/x.md", "x")
    assert Vault.open(vault.path).writer == vault.writer
    assert [path.stem for path in (vault.path / "journal").iterdir()] == [vault.writer]
    assert Vault.create(tmp_path / "two", title="Two").writer != vault.writer
    monkeypatch.setenv("RACKMATH_WRITER", "desk")
    assert Vault.open(vault.path).writer == "desk"
    assert Vault.open(vault.path, "given").writer == "given"


@pytest.mark.parametrize("writer", ["", "A", "a/b", "../a", "a.b", "a" * 65])
def test_writers_have_plain_names(vault: Vault, writer: str) -> None:
    with pytest.raises(RackmathError, match="writer"):
        Vault.open(vault.path, writer)


def test_what_a_file_said_then(tmp_path: Path) -> None:
    clock = on("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")
    vault = Vault.create(tmp_path / "brain", title="T", writer="me", clock=clock)
    first = vault.write("notes/x.md", "february")
    second = vault.write("notes/x.md", "march", first.sha256)
    assert second.sha256
    vault.remove("notes/x.md", second.sha256)
    said = {
        "2026-01-31": None,
        date(2026, 2, 1): "february",  # a day means its end
        datetime(2026, 2, 1, 11, 59, tzinfo=UTC): None,
        datetime(2026, 2, 1, 12, 0, tzinfo=UTC): "february",
        datetime(2026, 2, 1, 13, 30, tzinfo=timezone(timedelta(hours=2))): None,  # 11:30 UTC
        "2026-03-01T12:00:00Z": "march",
        "2026-03-31": "march",
        "2026-04-01": None,
    }
    assert {when: vault.text_at("notes/x.md", when) for when in said} == said
    with pytest.raises(RackmathError, match="not a date or time"):
        vault.text_at("notes/x.md", "last week")


def test_a_clock_that_goes_back_does_not_mix_up_the_order(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "brain", title="T", writer="b", clock=on("2026-05-01"))
    first = vault.write("notes/x.md", "one")
    other = Vault.open(vault.path, "a", clock=on("2026-04-01"))
    other.write("notes/x.md", "two", first.sha256)
    assert [event.text for event in vault.history("notes/x.md")] == ["one", "two"]
    assert vault.verify() == []


def test_free_paths(vault: Vault) -> None:
    assert vault.note_path("reading", "H100: a note") == "notes/reading/h100-a-note.md"
    vault.write("notes/reading/h100-a-note.md", "x")
    assert vault.note_path("reading", "H100: a note") == "notes/reading/h100-a-note-2.md"
    assert vault.note_path("source", "Chen 2014") == "sources/chen-2014.md"


def test_a_batch_of_590_small_files_takes_well_under_a_second(vault: Vault) -> None:
    """Processor time, since the wait for the disk depends on who else writes; there are few waits for any number."""
    text = Document.compose({"id": new_id("note"), "type": "reading"}, "Text.\n" * 20).text
    batch = [(f"notes/reading/{number}.md", text, None) for number in range(590)]
    started = time.process_time()
    vault.write_many(batch, message="import", kind="import")
    assert time.process_time() - started < within(0.9)
    assert len(vault.files("notes")) == 590


def test_one_vault_for_several_writers(vault: Vault) -> None:
    other = vault.by("ann--desk")
    first = vault.write("notes/x.md", "one")
    second = other.write("notes/x.md", "two", first.sha256)
    vault.write("notes/x.md", "three", second.sha256)
    assert [event.writer for event in vault.history("notes/x.md")] == ["me", "ann--desk", "me"]
    assert vault.verify() == []
    with pytest.raises(RackmathError, match="writer"):
        vault.by("Ann")


def test_absorbing_some_files_looks_at_no_others(vault: Vault) -> None:
    vault.write("notes/x.md", "one")
    for name in "xyz":
        (vault.path / f"notes/{name}.md").write_text("outside")
    assert [event.path for event in vault.absorb(paths=["notes/x.md", "notes/gone.md"])] == ["notes/x.md"]
    assert [event.path for event in vault.absorb()] == ["notes/y.md", "notes/z.md"]


def test_a_refused_text_is_not_kept_where_the_caller_has_it(vault: Vault) -> None:
    vault.write("notes/x.md", "one")
    with pytest.raises(Conflict) as refused:
        vault.write_many([("notes/x.md", "two", "0" * 64)], propose=False)
    assert refused.value.proposal is None
    assert "kept" not in str(refused.value)
    assert not (vault.path / "proposals").exists()
