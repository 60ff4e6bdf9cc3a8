"""What is wrong in the notes of a vault, by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.vault import Vault
from vault.texts import NOTE, PROPERTY, mangled, wild

SOURCE = "---\nid: src_1\ntype: source\ncitekey: chen-2014\ntitle: A title\n---\n"
FIGURE = """\
- id: fig_1
  subject: h100
  quantity: price
  value: 3
  unit: USD
  as_of: 2026
  kind: listed
  source: chen-2014
"""


def note(
    front: str = "id: note_1\ntype: reading\ntitle: T", figures: str = FIGURE, tail: str = "[^1]: @chen-2014\n"
) -> str:
    return f"---\n{front}\n---\n\nText.[^1]\n\n```figures\n{figures}```\n\n{tail}"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault.create(tmp_path / "brain", title="Test", writer="a")
    vault.write("sources/chen-2014.md", SOURCE)
    return vault


def test_a_sound_note_has_no_problem(vault: Vault) -> None:
    vault.write("notes/reading/x.md", note())
    assert vault.check() == []


# Lines of `note()`: 1 ---, 2 id, 3 type, 4 title, 5 ---, 7 text, 9 fence, 10 first of figure, 18 closing fence, 20 note
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (note("type: reading\ntitle: T\nx: 1"), "1: note has no id; mint one and never change it"),
        (note("id: note_1\ntitle: T\nx: 1"), "1: note has no type; write one of pov, methodology"),
        (note("id: note_1\ntype: readin\ntitle: T"), "3: unknown type 'readin'; did you mean 'reading'"),
        (note("id: note_1\ntype: reading\nx: T"), "1: note has no title"),
        (note("id: note_1\ntype: reading\ntitle: T\nstatus: done"), "5: unknown status 'done'; use draft"),
        (
            note("id: note_1\ntype: reading\ntitle: T\ncreated: soon"),
            "5: created: 'soon' is not a date; write 2026-11-22",
        ),
        (note("id: note_1\ntype: reading\ntitle: T\nupdated: 2026-02-30"), "5: updated: '2026-02-30' is not a date"),
        (note("id: src_1\ntype: reading\ntitle: T"), "2: id src_1 is already used in sources/chen-2014.md:2"),
        (note(figures=FIGURE + FIGURE), "18: id fig_1 is already used in notes/reading/x.md:10"),
        (
            note(figures=FIGURE.replace("  unit: USD\n", "")),
            '10: figure fig_1 has no unit; write `unit: ""` for a plain',
        ),
        (note(figures=FIGURE.replace("  as_of: 2026\n", "")), "10: figure fig_1 has no as_of"),
        (note(figures=FIGURE.replace("  kind: listed\n", "")), "10: figure fig_1 has no kind"),
        (note(figures=FIGURE.replace("  source: chen-2014\n", "")), "10: figure fig_1 has no source; name the citekey"),
        (
            note(figures=FIGURE.replace("chen-2014", "chen-2015")),
            "10: figure fig_1: source 'chen-2015' is not in sources/; did",
        ),
        (note(figures=FIGURE.replace("- id: fig_1\n ", "-")), "10: figure has no id; mint one and never change it"),
        (note("id: [\ntype: reading"), "4: "),  # the parser notices at the closing line
        (note(figures="text\n"), "10: a figures block is a list of `- id: …` entries"),
        (note(figures="- text\n"), "10: 'text' is not a figure"),
        (note(figures=""), "9: the figures block is empty"),
        (note(figures="- id: [\n"), "11: "),
        (
            note(tail="[^1]: @chan-2014\n"),
            "20: footnote [^1] cites 'chan-2014', not in sources/; did you mean 'chen-2014'?",
        ),
    ],
)
def test_problems_of_notes(vault: Vault, text: str, problem: str) -> None:
    vault.write("notes/reading/x.md", text)
    found = vault.check()
    assert any(line.startswith(f"notes/reading/x.md:{problem}") for line in found), found
    assert len(found) == 1, found


def test_zero_is_a_value_and_derived_figures_need_no_source(vault: Vault) -> None:
    figures = FIGURE.replace("value: 3", "value: 0").replace("source: chen-2014", "derived_from: [fig_2]")
    vault.write("notes/reading/x.md", note(figures=figures))
    assert vault.check() == []


def test_known_sources_may_come_from_elsewhere(vault: Vault) -> None:
    vault.write("notes/reading/x.md", note(figures=FIGURE.replace("chen-2014", "other"), tail="[^1]: @other\n"))
    assert len(vault.check()) == 2
    assert vault.check(known_sources=["other"]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SOURCE.replace("citekey: chen-2014\n", ""), "1: source has no citekey; write `citekey: x`"),
        (SOURCE, "4: citekey 'chen-2014' is not the file's name 'x'"),
        (
            SOURCE.replace("chen-2014", "x").replace("type: source", "type: reading"),
            "3: a file in sources/ has `type: source`",
        ),
        (SOURCE.replace("chen-2014", "x").replace("title: A title\n", ""), "1: source has no title"),
        (SOURCE.replace("chen-2014", "x").replace("title:", "accessed: x\ntitle:"), "5: accessed: 'x' is not a date"),
        (SOURCE.replace("chen-2014", "x").replace("id: src_1\n", ""), "1: source has no id"),
    ],
)
def test_problems_of_sources(tmp_path: Path, text: str, problem: str) -> None:
    vault = Vault.create(tmp_path / "brain", title="Test", writer="a")
    vault.write("sources/x.md", text)
    assert [line.startswith(f"sources/x.md:{problem}") for line in vault.check()] == [True], vault.check()


def test_files_that_cannot_be_read_are_listed(vault: Vault) -> None:
    (vault.path / "notes").mkdir()
    (vault.path / "notes/latin.md").write_bytes(b"\xff")
    (vault.path / "vocab").mkdir()
    (vault.path / "vocab/quantities.yaml").write_text("a: 1\nb: [\n")
    (vault.path / "vocab/tags.yaml").write_text("- a\n")
    found = vault.check()
    assert found[0].startswith("notes/latin.md:1: byte 0 (0xff) is not UTF-8")
    assert found[1].startswith("vocab/quantities.yaml:3: ")
    assert found[2] == "vocab/tags.yaml:1: write lines of `key: value`"


@PROPERTY
@given(texts=st.lists(st.one_of(mangled(), wild(), st.just(NOTE)), min_size=1, max_size=3))
def test_no_note_makes_it_fail(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("mangled")
    (folder / "brain.yaml").write_text("format: 1\n")
    for kind in ("notes", "sources", "vocab"):
        (folder / kind).mkdir()
        for number, text in enumerate(texts):
            suffix = "yaml" if kind == "vocab" else "md"
            (folder / kind / f"{number}.{suffix}").write_bytes(text.encode())
    found = Vault.open(folder, read_only=True).check()
    assert found == sorted(found, key=lambda line: (line.split(":")[0], int(line.split(":")[1])))
