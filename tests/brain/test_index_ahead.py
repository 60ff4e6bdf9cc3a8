"""Notes that other processes prepare are the same notes."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from brain.made_vaults import figure, make_brain, note, source
from brain.test_catalog import dump
from rackmath.brain import index_ahead
from rackmath.brain.find import search
from rackmath.brain.index import Index
from rackmath.brain.index_ahead import read_all
from rackmath.brain.index_files import files


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(index_ahead, "FEWEST", 10)
    monkeypatch.setattr(index_ahead, "CHUNK", 3)
    monkeypatch.setattr(index_ahead, "_processors", lambda: 2)
    root = make_brain(tmp_path / "b")
    source(root, "acme")
    for number in range(25):
        body = f"Word{number} is [[n{number - 1}]].[^a]\n\n{figure(str(number), number + 1)}\n[^a]: @acme\n"
        note(root, f"n{number}", body, tags=["gpu", f"t{number % 3}"])
    (root / "notes/thesis/n3.md").write_bytes(b"---\nid: note_n3\nstatus: published\n---\n\xff\n")
    return root


def in_one_process(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for path in (root / ".rackmath").glob("index.sqlite*"):
        path.unlink()
    with monkeypatch.context() as alone:
        alone.setattr(index_ahead, "FEWEST", 10**9)
        return Index(root).read(dump)


def test_index_made_with_workers_equals_one_made_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    popen = subprocess.Popen

    def start(*args: Any, **more: Any) -> Any:
        started.append(popen(*args, **more))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    index = Index(root)
    done = index.refresh()
    assert (done.indexed, len(started)) == (25, 2)
    assert all(process.poll() is not None for process in started)
    kept = index.read(dump)
    assert search(root, "word17")[0].title == "N17"
    index.close()
    assert in_one_process(root, monkeypatch) == kept


def test_files_come_in_order_and_prepared(root: Path) -> None:
    paths = sorted(path for path, _ in files(root))
    found = list(read_all(root, paths, ()))
    assert [path for path, _ in found] == paths
    assert all(file is not None for _, file in found)
    prepared = [path for path, file in found if file is not None and file.ready]
    assert prepared == [path for path in paths if path.startswith("notes/")]


def test_notes_that_the_index_knows_are_not_prepared(root: Path) -> None:
    paths = sorted(path for path, _ in files(root))
    assert not any(file.ready for _, file in read_all(root, paths, set(paths)) if file is not None)


@pytest.mark.parametrize("command", [["false"], ["true"], ["echo", "nonsense"], ["/no/such/program"]])
def test_workers_that_fail_cost_nothing_but_time(
    root: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _, **more: popen(command, **more))
    index = Index(root)
    assert index.refresh().indexed == 25
    kept = index.read(dump)
    index.close()
    assert in_one_process(root, monkeypatch) == kept


def test_file_that_vanishes_on_the_way(root: Path) -> None:
    paths = [*sorted(path for path, _ in files(root)), "notes/thesis/zz-gone.md"]
    assert list(read_all(root, paths, ()))[-1] == ("notes/thesis/zz-gone.md", None)


def test_an_end_before_the_end_stops_the_workers(root: Path) -> None:
    paths = sorted(path for path, _ in files(root))
    reading = read_all(root, paths, ())
    next(reading)
    reading.close()  # type: ignore[attr-defined]
