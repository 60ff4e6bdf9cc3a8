"""The history of notes as the index has it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rackmath.brain.events import author_of, changes, corrections, id_of, text_of, text_with, versions
from rackmath.brain.index import Index, index_of
from rackmath.brain.outside import absorb_outside
from rackmath.errors import RackmathError
from rackmath.evidence import STARTER
from rackmath.vault import Vault

PATH = "notes/reading/one.md"


def note(body: str = "Text.", note_id: str = "note_1", title: str = "One", more: str = "") -> str:
    return f"---\nid: {note_id}\ntype: reading\ntitle: {title}\nstatus: published\n{more}---\n\n{body}\n"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "brain", title="T", writer="ann--w1")


@pytest.fixture
def index(vault: Vault) -> Index:
    return index_of(vault.path)


def test_versions_have_numbers_authors_and_texts(vault: Vault, index: Index) -> None:
    first = vault.write(PATH, note("a"), message="new", kind="create")
    second = vault.by("bob--w2").write(PATH, note("b"), first.sha256, message="better", kind="correction")
    vault.by("importer").write(PATH, note("c"), second.sha256, kind="minor")
    found = versions(index, "note_1")
    assert [(each.number, each.author, each.kind, each.message, each.minor) for each in found] == [
        (1, "ann", "create", "new", False),
        (2, "bob", "correction", "better", False),
        (3, "", "minor", "", True),
    ]
    assert [text_of(index, each) for each in found] == [note("a"), note("b"), note("c")]
    assert [text_with(index, str(each.sha256)) for each in found] == [note("a"), note("b"), note("c")]
    assert text_with(index, "0" * 64) is None


def test_a_rename_is_one_version_and_the_note_is_followed(vault: Vault, index: Index) -> None:
    first = vault.write(PATH, note("a"))
    vault.write_many([(PATH, None, first.sha256), ("notes/reading/two.md", note("b"), None)], message="renamed")
    assert [each.path for each in versions(index, "note_1")] == [PATH, "notes/reading/two.md"]
    last = versions(index, "note_1")[-1]
    vault.remove(last.path, str(last.sha256))
    found = versions(index, "note_1")
    assert [each.op for each in found] == ["write", "write", "remove"]
    with pytest.raises(RackmathError, match="was removed in version 3"):
        text_of(index, found[-1])


def test_a_note_that_gets_its_id_later_keeps_its_history(vault: Vault, index: Index) -> None:
    first = vault.write(PATH, "# No id\n")
    assert [each.number for each in versions(index, PATH)] == [1]
    vault.write(PATH, note(), first.sha256)
    assert [each.number for each in versions(index, "note_1")] == [1, 2]


def test_an_edit_made_outside_is_a_version_before_anybody_takes_it_in(vault: Vault, index: Index) -> None:
    vault.write(PATH, note("a"))
    (vault.path / PATH).write_text(note("outside"))
    seen = versions(index, "note_1")[-1]
    assert (seen.number, seen.kind, seen.op, seen.author) == (2, "outside", "file", "")
    assert text_of(index, seen) == note("outside")
    (vault.path / PATH).write_text(note("again"))
    with pytest.raises(RackmathError, match="has just been changed"):
        text_of(index, seen)
    index.refresh()
    assert absorb_outside(vault, index) == [PATH]
    taken = versions(index, "note_1")
    assert [(each.number, each.kind, each.op, each.author) for each in taken[1:]] == [(2, "outside", "absorb", "")]
    assert vault.verify() == []
    assert absorb_outside(vault, index) == []


def test_what_was_there_before_the_first_revision_keeps_its_dates(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "brain.yaml").write_text("format: 1\nid: brain_1\ntitle: Mine\n")
    old = tmp_path / "notes/old.md"
    old.write_text(note(note_id="note_old", more="created: 2024-05-06\n"))
    for file in (old, tmp_path / "brain.yaml"):
        os.utime(file, (1.7e9, 1.7e9))
    vault, index = Vault.open(tmp_path, "me"), index_of(tmp_path)
    index.refresh()
    assert absorb_outside(vault, index) == []  # nothing was ever written here by the program
    vault.write("notes/new.md", note(note_id="note_new"))
    index.refresh()
    assert absorb_outside(vault, index) == []
    [version] = versions(index, "note_old")
    assert (version.op, version.at, version.kind) == ("file", "2024-05-06", "create")
    old.write_text(note("changed", note_id="note_old"))
    (tmp_path / "notes/new.md").unlink()
    index.refresh()
    assert sorted(absorb_outside(vault, index)) == ["notes/new.md", "notes/old.md"]
    assert [each.sha256 is None for each in versions(index, "note_new")] == [False, True]
    old.rename(tmp_path / "notes/other.md")
    index.refresh()
    assert sorted(absorb_outside(vault, index)) == ["notes/old.md", "notes/other.md"]
    assert [each.path for each in versions(index, "note_old")] == ["notes/old.md", "notes/other.md"]  # one for a rename


def test_reading_a_bundled_brain_gives_one_version_each() -> None:
    index = index_of(STARTER)
    found = changes(index, 1000)
    assert len(found) == len({each.note_id for each in found}) > 40
    assert all(each.version.number == 1 and each.version.at for each in found)
    assert text_of(index, found[0].version).startswith("---\n")
    assert absorb_outside(Vault.open(STARTER, read_only=True), index) == []


def test_journals_are_followed_as_they_grow_are_torn_and_are_replaced(vault: Vault, index: Index) -> None:
    first = vault.write(PATH, note("a"))
    journal = vault.path / "journal/ann--w1.jsonl"
    whole = journal.read_bytes()
    vault.write(PATH, note("b"), first.sha256)
    longer = journal.read_bytes()
    journal.write_bytes(whole + longer[len(whole) : -30])  # half of the line is on disk
    index.refresh()
    assert [each.op for each in versions(index, "note_1")] == ["write", "file"]
    journal.write_bytes(longer)
    index.refresh()
    assert [text_of(index, each) for each in versions(index, "note_1")] == [note("a"), note("b")]
    stale = versions(index, "note_1")[1]
    journal.write_bytes(whole.replace(b"ann--w1", b"xnn--w1"))  # another journal under the name: none of it is sound
    index.refresh()
    assert [each.op for each in versions(index, "note_1")] == ["file"]
    with pytest.raises(RackmathError, match="history was replaced"):
        text_of(index, stale)
    journal.unlink()
    index.refresh()
    assert index.read(lambda db: db.execute("SELECT count(*) FROM event").fetchone()) == (0,)


def test_several_writers_make_one_history(vault: Vault, index: Index) -> None:
    digest = None
    for number in range(6):
        writer = vault.by(f"{'abc'[number % 3]}--w")
        digest = writer.write(PATH, note(str(number)), digest).sha256
        index.touched([PATH])
    assert [each.author for each in versions(index, "note_1")] == [*"abcabc"]
    again = Index(vault.path)
    again.path = None
    assert versions(index, "note_1") == versions(again, "note_1")


def test_what_changed_last(tmp_path: Path) -> None:
    days = iter(range(1, 29))
    vault = Vault.create(
        tmp_path / "b", title="T", writer="ann--w1", clock=lambda: datetime(2026, 11, next(days), tzinfo=UTC)
    )
    index = index_of(vault.path)
    digests = {}
    for name in "abc":
        rel = f"notes/{name}.md"
        digests[name] = vault.write(rel, note(note_id=f"note_{name}"), kind="create").sha256
    vault.write("notes/a.md", note("x", note_id="note_a"), digests["a"], kind="correction", message="wrong before")
    vault.write("notes/b.md", note("x", note_id="note_b"), digests["b"], kind="minor")
    vault.write("sources/s.md", "---\nid: src_1\n---\n")
    found = changes(index)
    assert [(each.note_id, each.version.kind, each.version.number) for each in found] == [
        ("note_a", "correction", 2),
        ("note_c", "create", 1),
        ("note_b", "create", 1),
        ("note_a", "create", 1),
    ]
    assert [each.note_id for each in changes(index, 2)] == ["note_a", "note_c"]
    assert [each.note_id for each in changes(index, kinds=["minor"], without=())] == ["note_b"]
    assert [each.note_id for each in changes(index, keep=lambda note_id: note_id == "note_c")] == ["note_c"]
    assert [each.version.message for each in corrections(index)] == ["wrong before"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (note(), "note_1"),
        ("---\nid: 'note_2'  # mine\n---\n", "note_2"),
        ("\ufeff---\r\nid: note_3\r\n---\r\n", "note_3"),
        ("---\ntitle: x\n---\nid: note_4\n", ""),
        ("id: note_5\n", ""),
        ("---\nid: [\n---\n", ""),
        ("---\nid: a b\n---\n", "a b"),
        ("", ""),
    ],
)
def test_the_id_in_a_text(text: str, wanted: str) -> None:
    assert id_of(text) == wanted


def test_who_wrote() -> None:
    assert [author_of(name) for name in ("ann--w-1", "ann-b--w", "importer", "w-12345678")] == ["ann", "ann-b", "", ""]
