"""A history that was tampered with is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rackmath.vault import Vault, journal


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault.create(tmp_path / "brain", title="Test", writer="a")
    digest = None
    for number in range(4):
        digest = vault.write("notes/x.md", f"text {number}", digest).sha256
    Vault.open(vault.path, "b").write("notes/y.md", "other")
    assert vault.verify() == []
    return vault


def _edited(line: bytes, **changes: object) -> bytes:
    return json.dumps({**json.loads(line), **changes}).encode() + b"\n"


def _rehashed(line: bytes, **changes: object) -> bytes:
    """A forger who also mends the line's own hash."""
    record = {**json.loads(line), **changes}
    head = journal.Head(seq=record["seq"] - 1, hash=record["prev"])
    fields = {key: value for key, value in record.items() if key not in {"seq", "order", "batch", "prev", "hash"}}
    return journal.encode(head, record["order"], record["batch"], fields)[0]


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (
            lambda rows: [*rows[:2], _edited(rows[2], message="forged"), *rows[3:]],
            "a.jsonl:3: does not match its own hash",
        ),
        (
            lambda rows: [*rows[:2], _edited(rows[2], text="forged"), *rows[3:]],
            "a.jsonl:3: does not match its own hash",
        ),
        (
            lambda rows: [*rows[:2], _rehashed(rows[2], text="forged"), *rows[3:]],
            "a.jsonl:3: holds a text that does not match",
        ),
        (lambda rows: [*rows[:2], _rehashed(rows[2], message="forged"), *rows[3:]], "a.jsonl:4: does not follow"),
        (lambda rows: [*rows[:2], *rows[3:]], "a.jsonl:3: does not follow the line before"),
        (lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "a.jsonl:2: does not follow the line before"),
        (lambda rows: [*rows, rows[-1]], "a.jsonl:6: does not follow the line before"),
        (lambda rows: [*rows[:2], b"garbage\n", *rows[2:]], "a.jsonl:3: is not JSON"),
        (lambda rows: [*rows[:2], b"[]\n", *rows[2:]], "a.jsonl:3: is not a JSON object"),
        (lambda rows: [*rows[:2], b'{"seq": 1}\n', *rows[2:]], "a.jsonl:3: has no proper"),
        (lambda rows: [*rows[:2], b"[" * 100_000 + b"\n", *rows[2:]], "a.jsonl:3: is not JSON"),
        (lambda rows: [*rows[:2], b"\xff\xfe\n", *rows[2:]], "a.jsonl:3: is not JSON"),
        (lambda rows: [*rows, rows[-1][:50]], "the last line is torn"),
        (lambda rows: rows[:-1], "notes/x.md: differs"),
    ],
)
def test_forged_histories(vault: Vault, forge: Callable[[list[bytes]], list[bytes]], found: str) -> None:
    path = vault.path / "journal/a.jsonl"
    path.write_bytes(b"".join(forge(path.read_bytes().splitlines(keepends=True))))
    problems = Vault.open(vault.path, read_only=True).verify()
    assert any(found in problem for problem in problems), problems
    # and a writer can go on, without hiding what was found
    opened = Vault.open(vault.path, "c")
    opened.write("notes/z.md", "goes on")
    assert opened.read("notes/z.md")[0] == "goes on"


def test_lines_under_another_name_are_found(vault: Vault) -> None:
    (vault.path / "journal/a.jsonl").rename(vault.path / "journal/d.jsonl")
    assert any("by writer 'a', in the journal of 'd'" in problem for problem in vault.verify())


def test_files_are_held_against_the_history(vault: Vault) -> None:
    (vault.path / "notes/x.md").unlink()
    (vault.path / "notes/y.md").write_text("by hand")
    assert [problem.split(";")[0] for problem in vault.verify()] == ["notes/x.md: is missing", "notes/y.md: differs"]
    vault.absorb()
    assert vault.verify() == []
    (vault.path / "notes/x.md").write_text("again")
    assert vault.verify()[0].startswith("notes/x.md: should not be there")


def test_journals_of_two_merged_copies_stay_whole(vault: Vault) -> None:
    """One journal a writer: bringing two copies together is adding a file, and no chain breaks."""
    copy = vault.path.with_name("copy")
    copy.mkdir()
    for path in vault.path.rglob("*"):
        if path.is_file() and ".rackmath" not in path.parts:
            target = copy / path.relative_to(vault.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    other = Vault.open(copy, "c")
    other.write("notes/c.md", "theirs")
    vault.write("notes/a.md", "ours")
    for rel in ("journal/c.jsonl", "notes/c.md"):
        (vault.path / rel).write_bytes((copy / rel).read_bytes())
    assert Vault.open(vault.path, "a").verify() == []
    assert [event.text for event in vault.history("notes/c.md")] == ["theirs"]
