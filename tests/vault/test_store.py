"""Compare and swap, conflicts, batches, and what is left when a writer dies at any step."""

from __future__ import annotations

import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rackmath.errors import RackmathError
from rackmath.vault import Conflict, Vault, journal, known, store


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "brain", title="Test", writer="a", clock=ticking())


def ticking() -> Callable[[], datetime]:
    """A clock that moves a minute at each look."""
    seen = [datetime(2026, 11, 22, 10, 0, tzinfo=UTC)]

    def now() -> datetime:
        seen[0] += timedelta(minutes=1)
        return seen[0]

    return now


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- compare and swap ------------------------------------------------------------------------------------------------


def test_a_write_is_on_disk_and_in_the_history(vault: Vault) -> None:
    first = vault.write("notes/x.md", "one\r\n", message="why", kind="create")
    second = vault.write("notes/x.md", "two", first.sha256)
    assert vault.read("notes/x.md") == ("two", second.sha256)
    assert [(event.text, event.before, event.after) for event in vault.history("notes/x.md")] == [
        ("one\r\n", None, first.sha256),
        ("two", first.sha256, second.sha256),
    ]
    event = vault.history("notes/x.md")[0]
    assert (event.op, event.message, event.kind, event.writer, event.seq) == ("write", "why", "create", "a", 2)
    assert vault.verify() == []


def test_a_write_of_the_same_text_changes_nothing(vault: Vault) -> None:
    revision = vault.write("notes/x.md", "one")
    before = snapshot(vault.path)
    again = vault.write("notes/x.md", "one", "0" * 64)
    assert not again.changed
    assert again.sha256 == revision.sha256
    assert snapshot(vault.path) == before


@pytest.mark.parametrize(
    ("expected", "said"),
    [("0" * 64, "was changed since it was read"), (None, "exists already")],
)
def test_a_conflict_keeps_both_texts(vault: Vault, expected: str | None, said: str) -> None:
    vault.write("notes/reading/x.md", "theirs")
    with pytest.raises(Conflict, match=said) as caught:
        vault.write("notes/reading/x.md", "mine", expected)
    assert vault.read("notes/reading/x.md")[0] == "theirs"
    assert caught.value.proposal is not None
    assert caught.value.proposal.startswith("proposals/notes/reading/x.")
    assert caught.value.proposal in str(caught.value)
    assert vault.read(caught.value.proposal)[0] == "mine"
    assert caught.value.path == "notes/reading/x.md"


def test_a_removed_file_is_a_conflict_too(vault: Vault) -> None:
    revision = vault.write("notes/x.md", "one")
    assert revision.sha256
    vault.remove("notes/x.md", revision.sha256, message="obsolete")
    with pytest.raises(Conflict, match="was removed since it was read"):
        vault.write("notes/x.md", "two", revision.sha256)
    with pytest.raises(RackmathError, match="no such file"):
        vault.remove("notes/x.md", revision.sha256)
    assert [event.op for event in vault.history("notes/x.md")] == ["write", "remove"]
    assert vault.write("notes/x.md", "three").changed
    assert vault.verify() == []


def test_removal_compares_as_well(vault: Vault) -> None:
    vault.write("notes/x.md", "one")
    with pytest.raises(Conflict) as caught:
        vault.remove("notes/x.md", "0" * 64)
    assert caught.value.proposal is None
    assert vault.read("notes/x.md")[0] == "one"


def test_a_batch_is_all_or_nothing(vault: Vault) -> None:
    vault.write("notes/taken.md", "theirs")
    with pytest.raises(Conflict, match="taken"):
        vault.write_many([("notes/new.md", "mine", None), ("notes/taken.md", "mine", None)])
    assert not vault.exists("notes/new.md")
    with pytest.raises(RackmathError, match="given twice"):
        vault.write_many([("notes/new.md", "a", None), ("notes/new.md", "b", None)])
    assert vault.write_many([]) == []


def test_a_batch_renames(vault: Vault) -> None:
    revision = vault.write("notes/old.md", "text")
    vault.write_many([("notes/old.md", None, revision.sha256), ("notes/new.md", "text", None)], kind="rename")
    assert not vault.exists("notes/old.md")
    assert vault.read("notes/new.md")[0] == "text"
    assert [event.kind for event in vault.history("notes/old.md")] == ["edit", "rename"]
    assert vault.verify() == []


def test_file_modes_survive(vault: Vault) -> None:
    revision = vault.write("notes/x.md", "one")
    (vault.path / "notes/x.md").chmod(0o640)
    vault.write("notes/x.md", "two", revision.sha256)
    assert (vault.path / "notes/x.md").stat().st_mode & 0o777 == 0o640


# --- edits made outside ----------------------------------------------------------------------------------------------


def test_an_outside_edit_enters_the_history_before_it_is_replaced(vault: Vault) -> None:
    vault.write("notes/x.md", "one")
    (vault.path / "notes/x.md").write_text("by hand")
    assert any("differs" in problem for problem in vault.verify())
    _, digest = vault.read("notes/x.md")
    vault.write("notes/x.md", "three", digest)
    assert [(event.op, event.text) for event in vault.history("notes/x.md")] == [
        ("write", "one"),
        ("absorb", "by hand"),
        ("write", "three"),
    ]
    assert vault.verify() == []


def test_a_file_made_outside_enters_it_too(vault: Vault) -> None:
    (vault.path / "notes").mkdir()
    (vault.path / "notes/x.md").write_text("by hand")
    vault.write("notes/x.md", "two", vault.read("notes/x.md")[1])
    assert [event.text for event in vault.history("notes/x.md")] == ["by hand", "two"]


def test_absorb_takes_in_new_changed_and_removed_files(vault: Vault) -> None:
    vault.write_many([(f"notes/{name}.md", name, None) for name in ("same", "changed", "removed")])
    (vault.path / "notes/changed.md").write_text("by hand")
    (vault.path / "notes/new.md").write_text("new")
    (vault.path / "notes/removed.md").unlink()
    (vault.path / "notes/binary.md").write_bytes(b"\xff\xfe")
    absorbed = {event.path: event.text for event in vault.absorb()}
    assert absorbed == {"notes/changed.md": "by hand", "notes/new.md": "new", "notes/removed.md": None}
    assert vault.absorb() == []
    assert vault.verify() == []


def test_recovery_leaves_edits_made_since_alone(vault: Vault) -> None:
    revision = vault.write("notes/x.md", "one")
    vault.write("notes/x.md", "two", revision.sha256)
    (vault.private_folder / "applied.json").unlink()
    (vault.path / "notes/x.md").write_text("by hand")
    Vault.open(vault.path, "a")
    assert vault.read("notes/x.md")[0] == "by hand"


def test_an_absorbed_edit_is_not_rolled_forward(vault: Vault) -> None:
    """Absorbing only notes what somebody did; when they take it back, that stands."""
    vault.write("notes/x.md", "one")
    (vault.path / "notes/x.md").write_text("two")
    vault.absorb()
    (vault.private_folder / "applied.json").unlink()
    (vault.path / "notes/x.md").write_text("one")
    Vault.open(vault.path, "a")
    assert vault.read("notes/x.md")[0] == "one"


def test_a_copy_without_the_private_folder_keeps_its_files(vault: Vault, tmp_path: Path) -> None:
    """A clone brings files and journals of one state: an older file in it was put there on purpose."""
    revision = vault.write("notes/x.md", "one")
    vault.write("notes/x.md", "two", revision.sha256)
    clone = tmp_path / "clone"
    shutil.copytree(vault.path, clone, ignore=shutil.ignore_patterns(".rackmath"))
    (clone / "notes/x.md").write_text("one")
    opened = Vault.open(clone, "b")
    assert opened.read("notes/x.md")[0] == "one"
    assert [event.op for event in opened.absorb()] == ["absorb"]
    assert opened.verify() == []


# --- death at any step -----------------------------------------------------------------------------------------------


Deaths = Iterator[tuple[Path, bool]]


class Killed(BaseException):
    """The writer is dead: nothing after this happens."""


class Reaper:
    """Lets a process make `allowed` changes to the disk, then stops it for good; a last write may be cut in half."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
        self.allowed = allowed
        self.calls = 0
        for owner, name in (
            (os, "write"),
            (os, "fsync"),
            (os, "sync"),
            (os, "ftruncate"),
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "mkdir"),
            (Path, "write_text"),
        ):
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name), cut=(owner, name) == (os, "write")))
        monkeypatch.setattr(io, "open", self._counted(io.open, cut=False))  # what Path.open calls

    def _counted(self, call: Callable[..., Any], *, cut: bool) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls > self.allowed:
                if cut and self.calls == self.allowed + 1:
                    call(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise Killed
            return call(*args, **kwargs)

        return counted


def deaths(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Vault], object]
) -> Iterator[tuple[Path, bool]]:
    """Run `act` on copies of a vault, dying one step later each time; yield the copy and whether the act returned."""
    for allowed in range(200):
        copy = folder.with_name(f"death-{allowed}")
        shutil.copytree(folder, copy)
        opened = Vault.open(copy, "a", clock=ticking())
        with monkeypatch.context() as patched:
            Reaper(patched, allowed)
            try:
                act(opened)
                returned = True
            except Killed:
                returned = False
        yield copy, returned
        if returned:
            return
    pytest.fail("the act never ends")


class Trace:
    """What a process asks of the disk, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.steps: list[str] = []
        self._root = root
        for owner, name in ((os, "fsync"), (os, "write"), (os, "sync"), (Path, "replace"), (Path, "unlink")):
            monkeypatch.setattr(owner, name, self._noted(name, getattr(owner, name)))

    def _noted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            self.steps.append(" ".join([name, *(self._place(arg) for arg in args[:1])]))
            return call(*args, **kwargs)

        return noted

    def _place(self, what: object) -> str:
        place = Path(f"/proc/self/fd/{what}").readlink() if isinstance(what, int) else Path(str(what))
        shown = place.relative_to(self._root)
        return ".rackmath/tmp" if shown.parts[:2] == (".rackmath", "tmp") else str(shown)


def test_the_order_of_steps(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, then journal, then the name: each waits for the disk before the next begins."""
    digest = vault.write("notes/x.md", "one").sha256
    with monkeypatch.context() as patched:
        steps = Trace(patched, vault.path.resolve()).steps
        vault.write("notes/x.md", "two", digest)
    assert steps == [
        "fsync .rackmath/tmp",
        "write journal/a.jsonl",
        "fsync journal/a.jsonl",
        "replace .rackmath/tmp",
        "fsync notes",
        "replace .rackmath/applied.new",
    ]


def test_the_order_of_steps_of_a_batch(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files, the disk is waited for once before the journal, once for it and once a folder after it."""
    with monkeypatch.context() as patched:
        steps = Trace(patched, vault.path.resolve()).steps
        vault.write_many([(f"notes/{number}.md", "text", None) for number in range(3)])
    assert steps == [
        "fsync .",  # the new folder
        "sync",
        "write journal/a.jsonl",
        "fsync journal/a.jsonl",
        *["replace .rackmath/tmp"] * 3,
        "fsync notes",
        "replace .rackmath/applied.new",
    ]


def test_a_reader_sees_the_old_text_or_the_new_one(vault: Vault) -> None:
    """A file is replaced, never written into: who has it open goes on reading what it was."""
    digest = vault.write("notes/x.md", "old").sha256
    with (vault.path / "notes/x.md").open() as stream:
        vault.write("notes/x.md", "new", digest)
        assert stream.read() == "old"


@pytest.mark.parametrize("fresh", [True, False])
def test_death_at_any_step_of_a_write(vault: Vault, monkeypatch: pytest.MonkeyPatch, fresh: bool) -> None:
    old = vault.write("notes/reading/x.md", "old " * 500).sha256
    rel, expected, before = ("notes/new/y.md", None, None) if fresh else ("notes/reading/x.md", old, "old " * 500)
    new = "new " * 500
    steps = seen_old = seen_new = 0
    for copy, returned in deaths(vault.path, monkeypatch, lambda opened: opened.write(rel, new, expected)):
        steps += 1
        opened = Vault.open(copy, "b")
        now = opened.read(rel)[0] if opened.exists(rel) else None
        assert now in {before, new}
        assert now == new or not returned
        seen_old, seen_new = seen_old + (now == before), seen_new + (now == new)
        assert opened.verify() == []
        assert opened.history(rel)[-1:] == [] or opened.history(rel)[-1].text == now
        # and the next writer can go on, under either name
        again = opened.write(rel, "next", opened.read(rel)[1] if now is not None else None)
        Vault.open(copy, "a").write(rel, "last", again.sha256)
        assert opened.read(rel)[0] == "last"
        assert opened.verify() == []
        assert list((copy / ".rackmath" / "tmp").glob("*")) == []
    assert steps > 8  # temporary file, journal, rename and marker each have several steps
    assert seen_old
    assert seen_new > 1  # a death after the journal is rolled forward


def test_death_at_any_step_of_a_batch(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    removed = vault.write("notes/gone.md", "gone").sha256
    wanted: list[tuple[str, str | None, str | None]] = [(f"notes/{n}.md", f"text {n}\n" * 50, None) for n in range(4)]
    wanted.append(("notes/gone.md", None, removed))
    partly = 0
    for copy, returned in deaths(vault.path, monkeypatch, lambda opened: opened.write_many(wanted)):
        opened = Vault.open(copy, "b")
        done = [(opened.read(rel)[0] if opened.exists(rel) else None) == text for rel, text, _ in wanted]
        assert all(done) or not returned
        assert done == sorted(done, reverse=True)  # a torn batch keeps its first files, in order
        partly += any(done) and not all(done)
        assert opened.verify() == []
    assert partly  # the cut write of the journal held some whole lines


def test_death_while_repairing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer dies after its journal; whoever repairs that dies too, at every step."""
    old = vault.write("notes/x.md", "old").sha256
    with monkeypatch.context() as patched:
        patched.setattr(store.Store, "_replace", staticmethod(_die))
        with pytest.raises(Killed):
            vault.write("notes/x.md", "new", old)
    assert vault.read("notes/x.md")[0] == "old"
    repaired = vault.path.with_name("repair")
    for copy, _ in deaths_of_open(vault.path, repaired, monkeypatch):
        opened = Vault.open(copy, "b")
        assert opened.read("notes/x.md")[0] == "new"
        assert opened.verify() == []


def _die(*_: object) -> None:
    raise Killed


def deaths_of_open(folder: Path, stem: Path, monkeypatch: pytest.MonkeyPatch) -> Deaths:
    for allowed in range(100):
        copy = stem.with_name(f"{stem.name}-{allowed}")
        shutil.copytree(folder, copy)
        with monkeypatch.context() as patched:
            Reaper(patched, allowed)
            try:
                Vault.open(copy, "b")
                returned = True
            except Killed:
                returned = False
        yield copy, returned
        if returned:
            return
    pytest.fail("opening never ends")


@pytest.mark.parametrize("torn", [True, False])
def test_a_cut_journal_line_is_set_aside_or_ended(vault: Vault, torn: bool) -> None:
    revision = vault.write("notes/x.md", "one")
    vault.write("notes/x.md", "two", revision.sha256)
    path = vault.path / "journal/a.jsonl"
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, len(whole) - 1) + 1
    for cut in range(start + 1, len(whole) - 1, 37) if torn else [len(whole) - 1]:
        copy = vault.path.with_name(f"cut-{cut}")
        shutil.copytree(vault.path, copy)
        (copy / "journal/a.jsonl").write_bytes(whole[:cut])
        opened = Vault.open(copy, "b")
        kept = (copy / "journal/a.jsonl").read_bytes()
        aside = list((copy / "journal").glob("*.torn"))
        if torn:
            assert kept == whole[:start]
            assert [path.read_bytes() for path in aside] == [whole[start:cut]]
        else:
            assert kept == whole  # only the newline was missing: the line is proven, so it stays
            assert aside == []
            assert opened.verify() == []
        assert len(opened.history("notes/x.md")) == (1 if torn else 2)


def test_a_full_disk_loses_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    revision = vault.write("notes/x.md", "one")
    before = snapshot(vault.path)
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        real(descriptor, bytes(data)[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(RackmathError, match="No space left on device; nothing was written"):
            vault.write("notes/x.md", "two", revision.sha256)
    assert snapshot(vault.path) == before
    assert vault.write("notes/x.md", "two", revision.sha256).changed
    assert vault.verify() == []


def test_a_refused_rename_is_told_and_mended_later(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    revision = vault.write("notes/x.md", "one")

    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(store.Store, "_replace", staticmethod(refuse))
        with pytest.raises(RackmathError, match="will be put in place when the brain is opened next"):
            vault.write("notes/x.md", "two", revision.sha256)
    assert Vault.open(vault.path).read("notes/x.md")[0] == "two"


# --- locks, threads, long histories ----------------------------------------------------------------------------------


def test_a_stuck_writer_is_named(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.05)
    holder = store.Store(vault.path.resolve())
    with holder.locked(), pytest.raises(RackmathError, match="another program has held this brain"):
        vault.write("notes/x.md", "one")
    assert vault.write("notes/x.md", "one").changed


def test_threads_lose_no_line(vault: Vault) -> None:
    """Four threads append 15 lines each to one file, each with compare and swap: all 60 are there in the end."""
    vault.write("notes/x.md", "")

    def append(name: str) -> None:
        own = Vault.open(vault.path, "shared")
        for number in range(15):
            while True:
                text, digest = own.read("notes/x.md")
                try:
                    own.write("notes/x.md", f"{text}{name}{number}\n", digest)
                except Conflict:
                    continue
                break

    threads = [threading.Thread(target=append, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = vault.read("notes/x.md")[0].splitlines()
    assert sorted(lines) == sorted(f"{name}{number}" for name in "abcd" for number in range(15))
    assert len(vault.history("notes/x.md")) == 61  # the empty start and 60 lines
    assert vault.verify() == []


def test_opening_does_not_read_what_is_applied(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.write_many([(f"notes/{number}.md", "text " * 100, None) for number in range(200)])
    read: list[int] = []
    real = journal.read
    monkeypatch.setattr(journal, "read", lambda path, head: read.append(1) or real(path, head))
    opened = Vault.open(vault.path, "b")
    assert read == []
    opened.write("notes/new.md", "x")  # the first change of a process reads the history once, for outside edits
    before = len(read)
    opened.write("notes/other.md", "x")
    assert len(read) == before


def test_known_hashes_are_saved_for_the_next_process(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "SNAPSHOT_EVERY", 1000)
    vault.write_many([(f"notes/{number}.md", "text " * 100, None) for number in range(20)])
    Vault.open(vault.path, "b").write("notes/b.md", "x")
    assert (vault.private_folder / "known.json").exists()
    read: list[str] = []
    real = journal.read
    monkeypatch.setattr(journal, "read", lambda path, head: read.append(path.stem) or real(path, head))
    third = Vault.open(vault.path, "c")
    third.write("notes/c.md", "x")
    assert read == ["b"]  # the 20 texts in the journal of a are not read again
    (vault.path / "notes/0.md").write_text("by hand")
    third.write("notes/0.md", "after", third.read("notes/0.md")[1])
    assert [event.op for event in third.history("notes/0.md")] == ["write", "absorb", "write"]
    for broken in ("", "[]", '{"heads": {"a": [1]}, "paths": 3}', '{"heads": {"a": [9,9,9,9,"x"]}, "paths": {}}'):
        (vault.private_folder / "known.json").write_text(broken)
        Vault.open(vault.path, "d").write("notes/0.md", f"text {len(broken)}", third.read("notes/0.md")[1])
    assert vault.verify() == []


def test_a_journal_that_was_replaced_is_read_anew(vault: Vault) -> None:
    vault.write("notes/x.md", "one")
    path = vault.path / "journal/a.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0])  # somebody went back to an older journal
    (vault.path / "notes/x.md").unlink()
    opened = Vault.open(vault.path, "a")
    opened.write("notes/y.md", "two")
    opened.write("notes/x.md", "three")
    assert opened.verify() == []


def test_a_save_by_another_program_while_ours_waits_for_the_disk_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault.create(tmp_path / "brain", title="T", writer="me")
    first = vault.write("notes/x.md", "one")
    append = journal.append

    def slow(path: Path, data: bytes) -> None:
        append(path, data)
        monkeypatch.setattr(journal, "append", append)
        (vault.path / "notes/x.md").write_text("saved by an editor")

    monkeypatch.setattr(journal, "append", slow)
    done = vault.write("notes/x.md", "two", first.sha256)
    assert [event.text for event in vault.history("notes/x.md")] == ["one", "two", "saved by an editor", "two"]
    assert vault.read("notes/x.md") == ("two", done.sha256)
    assert vault.verify() == []


def test_a_renamed_note_is_never_missing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that looks at any moment, or after a death at any step, finds it under one of its names."""
    old = vault.write("notes/old.md", "text").sha256
    renamed = [("notes/old.md", None, old), ("notes/new.md", "text", None)]
    both = 0
    for copy, _ in deaths(vault.path, monkeypatch, lambda opened: opened.write_many(renamed)):
        there = [(copy / f"notes/{name}.md").exists() for name in ("old", "new")]
        assert any(there)
        both += all(there)
    assert both


@pytest.mark.parametrize("edited", [False, True], ids=["as-read", "edited-outside"])
def test_a_rename_cut_anywhere_in_the_journal_is_whole_or_not_begun(vault: Vault, edited: bool) -> None:
    """A note whose rename was cut short has one name, the removals that the journal lost are recorded, and none else.

    Each line of the batch is long, so that a cut may also fall just behind one.
    """
    olds = [vault.write(f"notes/old-{number}.md", f"text {number}\n" * 9).sha256 for number in range(2)]
    if edited:
        (vault.path / "notes/old-0.md").write_text("edited by another program")
        olds[0] = vault.read("notes/old-0.md")[1]
    before = vault.path.with_name("before")
    shutil.copytree(vault.path, before)
    start = (vault.path / "journal/a.jsonl").stat().st_size
    gone = [(f"notes/old-{number}.md", None, digest) for number, digest in enumerate(olds)]
    vault.write_many([*gone, ("notes/new.md", "both\n" * 9, None)])
    whole = (vault.path / "journal/a.jsonl").read_bytes()
    ends = [start + at + 1 for at, byte in enumerate(whole[start:]) if byte == ord("\n")]
    done = begun = 0
    for cut in sorted({*range(start, len(whole), 41), *ends, *(end - 1 for end in ends)}):
        copy = vault.path.with_name(f"cut-{cut}")
        shutil.copytree(before, copy)
        (copy / "journal/a.jsonl").write_bytes(whole[:cut])
        opened = Vault.open(copy, "b")
        names = {path.name for path in (copy / "notes").iterdir()}
        assert names in ({"old-0.md", "old-1.md"}, {"new.md"}), cut
        done, begun = done + (names == {"new.md"}), begun + (names != {"new.md"})
        opened.absorb()  # what was edited outside and not yet recorded
        assert opened.verify() == [], cut
        again = Vault.open(copy, "b")
        assert {path.name for path in (copy / "notes").iterdir()} == names
        assert again.history("notes/new.md")[-1:] == [] or again.history("notes/old-1.md")[-1].op == "remove"
        again.write("notes/next.md", "goes on")
        again.absorb()
        assert again.verify() == []
    assert done > 2
    assert begun > 2
