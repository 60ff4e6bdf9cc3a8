"""The index is derived: whatever happens to it, the files win."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from rackmath.brain.find import search
from rackmath.brain.index import Index, cache_folder, index_of
from rackmath.brain.index_store import version
from rackmath.errors import RackmathError


def brain(root: Path, **notes: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "brain.yaml").write_text("format: 1\n")
    for name, body in notes.items():
        write(root, name, body)
    return root


def write(root: Path, name: str, body: str) -> Path:
    path = root / f"notes/thesis/{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    front = f"id: note_{name}\ntype: thesis\ntitle: {name}\nstatus: published\n"
    path.write_text(f"---\n{front}---\n\n{body}\n", encoding="utf-8")
    return path


def found(root: Path, query: str) -> list[str]:
    return [hit.title for hit in search(root, query)]


def rows(index: Index) -> list[tuple[object, ...]]:
    return index.read(
        lambda db: db.execute(
            "SELECT path, sha256, id, note.title, kind, note.tags, body, numbers FROM note JOIN words "
            "ON words.rowid = note.rowid JOIN file USING (path) ORDER BY path"
        ).fetchall()
    )


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha", two="beta", three="gamma")
    index = index_of(root)
    assert index.refresh().indexed == 3
    assert index.refresh().indexed == 0
    write(root, "two", "delta")
    (root / "notes/thesis/three.md").unlink()
    done = index.refresh()
    assert (done.indexed, done.removed, done.total) == (1, 1, 2)


def test_touched_file_is_not_indexed_again(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    path = root / "notes/thesis/one.md"
    index = index_of(root)
    index.refresh()
    os.utime(path, ns=(1, 1))
    assert index.refresh().indexed == 0


def test_edit_of_the_same_length_in_the_same_tick_is_seen(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    path = root / "notes/thesis/one.md"
    stat = path.stat()
    assert found(root, "alpha") == ["one"]
    path.write_text(path.read_text().replace("alpha", "omega"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert (found(root, "alpha"), found(root, "omega")) == ([], ["one"])


def test_edits_are_seen_at_once(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    for word in ("beta", "gamma", "delta"):
        assert found(root, word) == []
        write(root, "new", word)
        assert found(root, word) == ["new"]


def test_rebuilt_index_equals_the_one_kept_up_to_date(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha 44%", two="beta", three="gamma")
    index = index_of(root)
    index.refresh()
    write(root, "two", "delta")
    write(root, "four", "epsilon")
    (root / "notes/thesis/one.md").unlink()
    kept = rows(index)
    index.close()
    (root / ".rackmath/index.sqlite").unlink()
    assert rows(Index(root)) == kept
    assert len(kept) == 3


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 100, None])
def test_damaged_index_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    root = brain(tmp_path / "b", one="alpha")
    assert found(root, "alpha") == ["one"]
    path = root / ".rackmath/index.sqlite"
    index_of(root).close()
    for name in path.parent.glob("index.sqlite-*"):
        name.unlink()
    whole = path.read_bytes()
    path.write_bytes(damage if damage is not None else whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert found(root, "alpha") == ["one"]


def test_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    index = index_of(root)
    index.refresh()
    index.close()
    with sqlite3.connect(root / ".rackmath/index.sqlite") as db:
        db.execute("DROP TABLE tag")
        db.execute(f"PRAGMA user_version = {version() + 1}")
    db.close()
    assert found(root, "alpha") == ["one"]
    assert index.read(lambda db: db.execute("PRAGMA user_version").fetchone()[0]) == version()


def test_index_that_vanishes_while_it_is_open_does_no_harm(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    assert found(root, "alpha") == ["one"]
    for path in (root / ".rackmath").iterdir():
        path.unlink()
    write(root, "two", "alpha")
    assert sorted(found(root, "alpha")) == ["one", "two"]


def test_private_folder_is_kept_out_of_git(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    found(root, "alpha")
    assert (root / ".rackmath/.gitignore").read_text() == "*\n"
    assert {path.name for path in root.iterdir()} == {"brain.yaml", "notes", ".rackmath"}


def test_brain_that_cannot_be_written_has_its_index_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = brain(tmp_path / "b", one="alpha")
    (root / ".rackmath").write_text("in the way")
    index = Index(root)
    assert index.refresh().indexed == 1
    assert index.path is not None
    assert index.path.is_relative_to(tmp_path / "cache/rackmath")


def test_brain_that_the_program_brings_along_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rackmath

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    root = Path(rackmath.__file__).parent / "starter"
    index = Index(root)
    index.refresh()
    index.close()
    assert index.path is not None
    assert index.path.is_relative_to(tmp_path)
    assert not (root / ".rackmath").exists()


def test_index_that_another_program_holds_is_waited_for_or_put_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("rackmath.brain.index_store.LOCK_SECONDS", 0.01)
    root = brain(tmp_path / "b", one="alpha")
    Index(root).refresh()
    holder = sqlite3.connect(root / ".rackmath/index.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    index = Index(root)
    assert index.refresh().total == 1
    assert index.path is not None
    assert index.path.is_relative_to(tmp_path / "cache")
    holder.execute("ROLLBACK")
    holder.close()


def test_without_any_place_to_write_the_index_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = brain(tmp_path / "b", one="alpha")
    (root / ".rackmath").write_text("in the way")
    index = Index(root)
    assert index.refresh().indexed == 1
    assert index.path is None


def test_cache_folder_honours_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "rackmath"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")  # as the XDG specification asks
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home/.cache/rackmath"


def test_hidden_files_other_files_and_links_out_are_left_out(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    write(root, ".hidden", "alpha")
    (root / "notes/.trash").mkdir()
    (root / "notes/.trash/x.md").write_text("alpha")
    (root / "notes/plan.txt").write_text("alpha")
    outside = tmp_path / "secret.md"
    outside.write_text("alpha")
    (root / "notes/link.md").symlink_to(outside)
    (root / "notes/loop").symlink_to(root / "notes")
    (root / "notes/broken.md").symlink_to(root / "nowhere.md")
    (root / "sources").mkdir()
    (root / "sources/s.md").write_text("alpha")
    assert found(root, "alpha") == ["one"]


def test_text_that_is_not_utf8_is_searched_where_it_can_be(tmp_path: Path) -> None:
    root = brain(tmp_path / "b")
    (root / "notes").mkdir()
    (root / "notes/x.md").write_bytes(b"---\nstatus: published\n---\nalpha \xff beta")
    assert found(root, "beta") == ["x"]


def test_two_processes_share_an_index(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", one="alpha")
    ours, theirs = Index(root), Index(root)
    assert ours.refresh().indexed == 1
    assert theirs.refresh().indexed == 0
    write(root, "two", "beta")
    assert theirs.refresh().indexed == 1
    assert ours.refresh().indexed == 0
    assert ours.refresh().total == 2


def test_threads_share_an_index(tmp_path: Path) -> None:
    root = brain(tmp_path / "b", **{f"n{i}": f"alpha word{i}" for i in range(20)})
    answers: list[bool] = []

    def ask(number: int) -> None:
        for i in range(10):
            wanted = (number + i) % 20
            answers.append(search(root, f"word{wanted}")[0].title == f"n{wanted}")

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 60


def test_folder_that_is_no_brain_or_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RackmathError, match="is not a brain"):
        search(tmp_path, "x")
    root = brain(tmp_path / "b")
    assert found(root, "x") == []
    index = Index(tmp_path / "never")
    with pytest.raises(RackmathError, match="not there"):
        index.refresh()
