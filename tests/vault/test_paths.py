"""Which files a vault touches: nothing outside it, and nothing that is not text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.errors import RackmathError
from rackmath.vault import Vault, paths
from vault.texts import PROPERTY


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "brain", title="Test", writer="a")


BAD = [
    "",
    "/etc/passwd",
    "../out.md",
    "notes/../../out.md",
    "notes/./x.md",
    "notes//x.md",
    "notes/",
    "notes\\x.md",
    "notes/a\nb.md",
    "notes/a\0b.md",
    "notes/\ud800.md",
    "notes/" + "é" * 128 + ".md",  # 256 bytes and more
]


@pytest.mark.parametrize("rel", BAD)
def test_paths_that_are_not_plain_are_refused(vault: Vault, rel: str) -> None:
    with pytest.raises(RackmathError, match="path"):
        vault.read(rel)
    with pytest.raises(RackmathError, match="path"):
        vault.write(rel, "text")
    assert vault.verify() == []


@PROPERTY
@given(parts=st.lists(st.sampled_from(["..", ".", "", "notes", "a.md", "~", "%2e%2e", "journal", " "]), max_size=5))
def test_no_plain_path_leads_out(parts: list[str]) -> None:
    root = Path("/brain")
    try:
        place = paths.located(root, "/".join(parts))
    except RackmathError:
        return
    assert place.is_relative_to(root)
    assert place != root


@pytest.mark.parametrize("rel", ["journal/a.jsonl", ".rackmath/lock", ".git/config", "journal/new/x.md"])
def test_the_program_s_own_folders_are_not_written(vault: Vault, rel: str) -> None:
    with pytest.raises(RackmathError, match="kept by the program itself"):
        vault.write(rel, "text")


def test_links_out_of_the_vault_are_not_followed(vault: Vault, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    (vault.path / "notes").mkdir()
    (vault.path / "notes" / "link.md").symlink_to(outside / "secret.md")
    (vault.path / "notes" / "folder").symlink_to(outside)
    (vault.path / "notes" / "circle.md").symlink_to(vault.path / "notes" / "circle.md")
    for rel in ("notes/link.md", "notes/folder/secret.md", "notes/folder/new.md"):
        with pytest.raises(RackmathError, match="leads out of the brain"):
            vault.read(rel)
        with pytest.raises(RackmathError, match="leads out of the brain"):
            vault.write(rel, "overwritten")
    with pytest.raises(RackmathError, match=r"circles|no such file|symbolic links"):
        vault.read("notes/circle.md")
    assert (outside / "secret.md").read_text() == "secret"
    assert [rel for rel, _ in vault.documents("notes", [])] == []


def test_links_inside_the_vault_are(vault: Vault) -> None:
    vault.write("notes/real.md", "one")
    (vault.path / "notes" / "alias.md").symlink_to("real.md")
    text, digest = vault.read("notes/alias.md")
    assert text == "one"
    vault.write("notes/alias.md", "two", digest)
    assert vault.read("notes/real.md")[0] == "two"
    assert (vault.path / "notes" / "alias.md").is_symlink()


def test_bytes_that_are_not_utf_8_are_named_with_their_place(vault: Vault) -> None:
    (vault.path / "notes").mkdir()
    (vault.path / "notes" / "latin.md").write_bytes(b"caf\xe9\n")
    with pytest.raises(RackmathError, match=r"notes/latin\.md: byte 3 \(0xe9\) is not UTF-8"):
        vault.read("notes/latin.md")
    problems: list[str] = []
    vault.write("notes/ok.md", "fine")
    assert [rel for rel, _ in vault.documents("notes", problems)] == ["notes/ok.md"]
    assert len(problems) == 1
    with pytest.raises(RackmathError, match="latin"):
        list(vault.documents("notes"))


def test_binary_and_large_files_are_refused(vault: Vault) -> None:
    with pytest.raises(RackmathError, match="byte 2 is NUL"):
        vault.write("notes/x.md", "ab\0")
    large = "x" * (paths.MAX_BYTES + 1)
    with pytest.raises(RackmathError, match="over the limit"):
        vault.write("notes/x.md", large)
    (vault.path / "large.md").write_text(large)
    with pytest.raises(RackmathError, match="over the limit"):
        vault.read("large.md")
    assert vault.write("notes/exact.md", "x" * paths.MAX_BYTES).changed
    with pytest.raises(RackmathError, match="surrogate"):
        vault.write("notes/x.md", "\ud800")
    assert not vault.exists("notes/x.md")


def test_a_pipe_is_not_waited_for(vault: Vault) -> None:
    os.mkfifo(vault.path / "pipe.md")
    with pytest.raises(RackmathError, match="not a file"):
        vault.read("pipe.md")


def test_hidden_folders_and_other_files_are_left_out(vault: Vault) -> None:
    for rel in ("notes/b.md", "notes/a/c.md", "notes/a.md"):
        vault.write(rel, rel)
    for rel in ("notes/.obsidian/x.md", "notes/.x.md", "notes/picture.png"):
        place = vault.path / rel
        place.parent.mkdir(exist_ok=True)
        place.write_text("x")
    assert vault.files("notes") == ["notes/a.md", "notes/a/c.md", "notes/b.md"]
    assert vault.files("nowhere") == []
