"""Writing from the command line."""

from __future__ import annotations

import hashlib
import re
import stat
import tempfile
from pathlib import Path

import pytest

from rackmath.vault import Vault

BODY = (
    "Rents fell by a third.\n\nSellers differ.\n\n```figures\n- id: fig_1\n  value: 3.50\n  unit: USD/GPU_hour\n```\n"
)


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    vault = Vault.create(tmp_path / "brain", title="T")
    vault.write("contributors/ann.yaml", "handle: ann\nname: Ann\n")
    monkeypatch.setenv("RACKMATH_VAULT", str(vault.path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return vault


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.md"
    path.write_text(f"---\ntags: [own]\n---\n\n# One\n\n{BODY}")
    return path


def editor(path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make $EDITOR a shell script that gets the file as $1."""
    program = path / "editor.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", str(program))
    monkeypatch.delenv("VISUAL", raising=False)


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_note_from_draft_to_retired(rackmath, vault: Vault, text: Path, tmp_path: Path) -> None:
    made = rackmath("brain", "new", "--kind", "reading", "--tags", "gpu, rent", "--from", text, "--json").json
    file = vault.path / made["path"]
    assert (made["path"], made["status"]) == ("notes/reading/one.md", "draft")
    said = file.read_text()
    assert "tags: [gpu, rent, own]" in said
    assert "contributors: [ann]" in said
    assert "# One" not in said
    text.write_text(said.replace("3.50", "2.10").replace("a third", "half"))
    for words in (
        ("revise", "One", "--kind", "update", "--message", "cheaper", "--from", text),
        ("submit", file),  # as a path of the shell
        ("release", made["note_id"]),
        ("retitle", "one", "Rents"),
        ("restore", "rents", "1"),
        ("retire", "One", "--because", "nobody rents any more"),
    ):
        done = rackmath("brain", *words)
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith("Saved notes/reading/")
    found = rackmath("brain", "history", "Rents", "--json").json
    assert [(each["number"], each["author"], each["kind"]) for each in found] == [
        (number, "ann", kind)
        for number, kind in enumerate(["create", "update", "review", "publish", "edit", "restore", "retire"], 1)
    ]
    shown = rackmath("brain", "history", "Rents").out
    assert "cheaper" in shown
    assert "nobody rents any more" in shown
    assert vault.verify() == []


def test_a_diff_shows_words_and_figures(rackmath, vault: Vault, text: Path) -> None:
    rackmath("brain", "new", "--kind", "reading", "--from", text)
    file = vault.path / "notes/reading/one.md"
    text.write_text(file.read_text().replace("3.50", "2.10").replace("a third", "half"))
    rackmath("brain", "edit", "one", "--from", text)
    shown = rackmath("brain", "diff", "one").out
    assert "One: version 1 → 2" in shown
    assert "3.50 → 2.10 USD/GPU_hour" in shown
    assert "Rents fell by [-a third-]{+half+}." in shown
    told = rackmath("brain", "diff", "one", "2", "1", "--json").json
    assert (told["old"], told["new"]) == (2, 1)
    assert told["figures"][0]["words"] == "2.10 → 3.50 USD/GPU_hour"
    assert rackmath("brain", "diff", "one", "3").err.startswith("rackmath: there is no version 3")
    assert "did not exist on 2020-01-01" in rackmath("brain", "diff", "one", "--as-of", "2020-01-01").err


def test_a_conflict_is_shown_kept_and_merged_later(rackmath, vault: Vault, text: Path, tmp_path: Path) -> None:
    rackmath("brain", "new", "--kind", "reading", "--from", text)
    file = vault.path / "notes/reading/one.md"
    base = sha(file)
    mine, other = tmp_path / "mine.md", tmp_path / "other.md"
    mine.write_text(file.read_text().replace("a third", "half"))
    other.write_text(file.read_text().replace("a third", "a quarter"))
    assert rackmath("brain", "edit", "one", "--from", other, "--base", base).status == 0
    refused = rackmath("brain", "edit", "one", "--from", mine, "--base", base, "--message", "counted again")
    assert refused.status == 2
    assert "yours   Rents fell by half." in refused.err
    assert "theirs  Rents fell by a quarter." in refused.err
    [name] = re.findall(r"your text is kept in proposals/(\S+)\.md", refused.err)
    [listed] = rackmath("brain", "proposals", "--json").json
    assert (listed["id"], listed["author"], listed["message"]) == (name, "ann", "counted again")
    assert name in rackmath("brain", "proposals").out
    shown = rackmath("brain", "proposals", name)
    assert "1 conflict" in shown.out
    assert "[-a quarter-]{+half+}" in shown.out
    assert rackmath("brain", "merge", name, "--from", mine).status == 0
    assert "fell by half" in file.read_text()
    assert rackmath("brain", "proposals").out == "No proposal waits.\n"
    assert rackmath("brain", "merge", name).status == 2


def test_a_proposal_is_discarded(rackmath, vault: Vault, text: Path) -> None:
    rackmath("brain", "new", "--kind", "reading", "--from", text)
    assert rackmath("brain", "edit", "one", "--from", text, "--base", "0" * 64).status == 2
    [listed] = rackmath("brain", "proposals", "--json").json
    assert "Discarded" in rackmath("brain", "proposals", listed["id"], "--discard", "--message", "no").out
    assert rackmath("brain", "proposals", "--json").json == []
    assert vault.verify() == []


def test_the_editor_opens_and_its_text_is_never_lost(
    rackmath, vault: Vault, text: Path, tmp_path: Path, monkeypatch
) -> None:
    editor(tmp_path, monkeypatch, "sed -i 's/Title/Two/; $ a Typed.' \"$1\"")
    assert rackmath("brain", "new", "--kind", "pov").status == 0
    file = vault.path / "notes/pov/two.md"
    assert file.read_text().endswith("Typed.\n")
    editor(tmp_path, monkeypatch, "sed -i 's/Typed/Edited/' \"$1\"")
    assert rackmath("brain", "edit", "two").status == 0
    assert "Edited." in file.read_text()
    assert list(tmp_path.glob("rackmath-*")) == []
    editor(tmp_path, monkeypatch, "true")
    assert rackmath("brain", "edit", "two").out.startswith("Nothing changed")
    for script, says in (
        ('sed -i \'s/^type:/type: [/\' "$1"; echo Precious >> "$1"', "two.md:4: "),
        ('echo Precious >> "$1"; exit 3', "Editing failed"),
    ):
        editor(tmp_path, monkeypatch, script)
        refused = rackmath("brain", "edit", "two")
        assert refused.status == 2
        assert says in refused.err
        [place] = re.findall(r"your text is kept in (\S+two\.md): go on with `(.*)`", refused.err)
        assert "Precious" in Path(place[0]).read_text()
        assert place[1].endswith(f"--from {place[0]}")
        assert "Precious" not in file.read_text()


def test_who_writes_has_to_be_plain(rackmath, vault: Vault, text: Path) -> None:
    vault.write("contributors/bob.yaml", "handle: bob\nname: Bob\n")
    new = ("brain", "new", "--kind", "reading", "--from", text)
    assert "say who writes: --as ann or --as bob" in rackmath(*new).err
    assert "did you mean 'bob'" in rackmath(*new, "--as", "bo").err
    assert rackmath(*new, "--as", "bob", "--json").json["version"] == 1


def test_publishing_without_an_approval_ends_with_1(rackmath, vault: Vault, text: Path) -> None:
    vault.write("contributors/bob.yaml", "handle: bob\nname: Bob\n")
    meta, digest = vault.read("brain.yaml")
    vault.write("brain.yaml", meta + "review:\n  - name: all\n    why: we agreed to\n    needs: [bob]\n", digest)
    rackmath("brain", "new", "--kind", "reading", "--from", text, "--as", "ann")
    waits = rackmath("brain", "release", "one", "--as", "ann")
    assert waits.status == 1
    assert "To be published it needs the approval of @bob" in waits.out
    assert "(review)" in waits.out
    assert rackmath("brain", "approve", "one", "--as", "bob", "--comment", "Fine.").status == 0
    assert rackmath("brain", "release", "one", "--as", "ann").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("new", "--kind", "nothing", "--from", "-"), "is not a kind of note"),
        (("new", "--kind", "reading", "--from", "/nonexistent"), "there is no such file"),
        (("edit", "nothing", "--from", "-"), "there is no note 'nothing'"),
        (("revise", "one", "--kind", "correction", "--from", "-"), "a correction needs a message"),
        (("revise", "one", "--kind", "big", "--from", "-"), "'big' is not one of"),
        (("history", "nothing"), "there is no note 'nothing'"),
        (("history", "x", "--as-of", "soon"), "is not a day"),
        (("diff", "nothing"), "there is no note 'nothing'"),
        (("restore", "nothing", "1"), "there is no note 'nothing'"),
        (("restore", "nothing", "0"), "0 is not in the range"),
        (("retire", "nothing", "--because", "x"), "there is no note 'nothing'"),
        (("proposals", "nothing"), "there is no proposal 'nothing'; this brain has none"),
        (("proposals", "--discard"), "name the proposal"),
        (("merge", "nothing"), "there is no proposal"),
        (("release", "x", "--vault", "/nonexistent"), "/nonexistent"),
    ],
)
def test_bad_input_is_one_clear_line(rackmath, vault: Vault, words: tuple[str, ...], says: str) -> None:
    done = rackmath("brain", *words)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.strip().split("\n")) == 1
