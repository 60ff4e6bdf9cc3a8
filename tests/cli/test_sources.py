from __future__ import annotations

import json
from pathlib import Path

import pytest

from rackmath.vault import Document, Vault

NOTE = """---
id: note_01jzaaaaaaaaaaaaaaaaaaaaaa
type: thesis
title: Halls fill
status: published
created: 2031-01-01
contributors: [ada]
---

Hall B draws 25 MW.[^c1] Halls fill [1, 2].

```references
- id: r1
  state: unresolved
  raw: "[1, 2]"
  numbers: [1, 2]
  confidence: 0.95
  candidates:
    - {number: 1, note: note_01jzbbbbbbbbbbbbbbbbbbbbbb, title: A reading}
```

```citations
- id: c1
  state: unresolved
  raw: "(cite 3-2)"
  claim: Hall B draws 25 MW.
```

[^c1]: run:1/doc:3/s:2 (unresolved)
"""
READING = (
    "---\nid: note_01jzbbbbbbbbbbbbbbbbbbbbbb\ntype: reading\ntitle: A reading\nstatus: published\n---\n\nWords.\n"
)
PAGE = "<html><title>Halls of 2031</title><p>Hall A draws 40 MW. Hall B draws 25 MW.</p></html>"
PATH = "notes/thesis/halls-fill.md"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    made = Vault.create(tmp_path / "brain", title="Halls", writer="tester")
    made.write("contributors/ada.yaml", "handle: ada\nname: Ada Crane\n")
    made.write(
        "sources/halls.md",
        "---\nid: src_a\ntype: source\ncitekey: halls\ntitle: Halls\nurl: https://a.example/halls\n---\n",
    )
    made.write(PATH, NOTE)
    made.write("notes/reading/a-reading.md", READING)
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    return tmp_path / "brain"


def text_of(vault: Path, path: str = PATH) -> str:
    return (vault / path).read_text(encoding="utf-8")


def test_a_page_is_kept_and_a_citation_is_bound_to_its_sentences(rackmath, vault: Path):
    page = vault.parent / "page.html"
    done = rackmath("brain", "snapshot", page, "--vault", vault, "--source", "halls", "--captured", "2031-05-01")
    assert done.status == 0
    assert "Kept 2 sentences of halls" in done.out
    again = rackmath("brain", "snapshot", page, "--vault", vault, "--source", "halls", "--json")
    assert (again.json["captured_at"], again.json["title"]) == ("2031-05-01", "Halls of 2031")
    done = rackmath("brain", "cite", "halls-fill", "c1", "--vault", vault, "--source", "halls", "--sentences", "2")
    assert done.status == 0
    assert "resolved sentence: Sentence 2 of halls, captured 2031-05-01." in done.out
    assert "[^c1]: @halls s2\n" in text_of(vault)
    assert "(cite 3-2)" in text_of(vault)
    wrong = rackmath(
        "brain", "cite", vault / PATH, "c1", "--vault", vault, "--source", "halls", "--quote", "40 MW", "--json"
    )
    assert (wrong.json["state"], wrong.json["changed"]) == ("mismatch", True)
    assert "'25 MW' (there it is '40 MW')" in wrong.json["why"]
    whole = rackmath("brain", "cite", "halls-fill", "c1", "--vault", vault, "--source", "halls")
    assert "resolved document" in whole.out
    assert Vault.open(vault).verify() == []


def test_references_are_shown_confirmed_and_rejected(rackmath, vault: Path):
    shown = rackmath("brain", "references", "halls-fill", "--vault", vault)
    assert "candidate" in shown.out
    assert "95%" in shown.out
    assert text_of(vault) == NOTE
    done = rackmath("brain", "references", "halls-fill", "--vault", vault, "--confirm", "r1=1", "--json")
    (ref,) = done.json["references"]
    assert (ref["state"], ref["confirmed"][0]["number"], ref["confirmed_by"]) == ("unresolved", 1, "ada")
    done = rackmath("brain", "references", "halls-fill", "--vault", vault, "--confirm", "r1=1:A reading, 2:a-reading")
    assert "confirmed by ada" in done.out
    done = rackmath("brain", "references", "halls-fill", "--vault", vault, "--reject", "r1", "--json")
    assert done.json["references"][0]["state"] == "unresolved"
    done = rackmath("brain", "references", "halls-fill", "--vault", vault, "--accept-all-above", "0.9", "--json")
    assert done.json["written"] is None  # what was rejected is not offered again
    assert "no bracket references" in rackmath("brain", "references", "a-reading", "--vault", vault).out


def test_references_go_in_and_out(rackmath, vault: Path):
    bib = vault.parent / "refs.bib"
    bib.write_text(
        "@book{oak, title={Racks}, author={Oak, Bo}, keywords={x}}\n@book{halls, title={Others}}\n", encoding="utf-8"
    )
    done = rackmath("brain", "sources", "import", bib, "--vault", vault)
    assert "2 added, 0 filled in, 0 already there." in done.out
    assert "halls is halls-2 here" in done.out
    assert "oak: not kept: keywords." in done.out
    again = rackmath("brain", "sources", "import", bib, "--vault", vault, "--json").json
    assert (again["added"], again["filled"], again["unchanged"]) == ([], [], ["oak", "halls-2"])
    out = vault.parent / "out.json"
    assert rackmath("brain", "sources", "export", "--format", "csl", "--vault", vault, "--to", out).out == ""
    assert [item["id"] for item in json.loads(out.read_text(encoding="utf-8"))] == ["halls-2", "halls", "oak"]
    assert (
        "@book{oak,\n  author = {Oak, Bo},"
        in rackmath("brain", "sources", "export", "--format", "bibtex", "--vault", vault).out
    )
    same = rackmath("brain", "sources", "import", out, "--vault", vault, "--json").json
    assert (same["added"], same["filled"], same["renamed"]) == ([], [], [])


def test_annotations_go_out_and_in(rackmath, vault: Path):
    rackmath(
        "brain",
        "snapshot",
        vault.parent / "page.html",
        "--vault",
        vault,
        "--source",
        "halls",
        "--captured",
        "2031-05-01",
    )
    rackmath("brain", "cite", "halls-fill", "c1", "--vault", vault, "--source", "halls", "--sentences", "2")
    out = vault.parent / "out.json"
    rackmath("brain", "annotations", "export", "--vault", vault, "--note", "halls-fill", "--to", out)
    assert len(json.loads(out.read_text(encoding="utf-8"))["items"]) == 1
    done = rackmath("brain", "annotations", "import", out, "--vault", vault)
    assert "1 brought in (1 found in kept texts), 0 already there." in done.out
    draft = Document.parse(text_of(vault, "notes/reading/annotations-on-halls.md"))
    assert draft.front["status"] == "draft"
    done = rackmath("brain", "annotations", "import", out, "--vault", vault, "--note", "halls-fill", "--json")
    assert (done.json["planned"], done.json["already"]) == ([], 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("snapshot", "none.html", "--source", "halls"), "No such file"),
        (("snapshot", "{page}", "--source", "hals"), "did you mean 'halls'?"),
        (("snapshot", "{page}", "--source", "halls", "--captured", "soon"), "not a day"),
        (("cite", "halls-fill", "c9", "--source", "halls"), "no citation 'c9'"),
        (("cite", "nowhere", "c1", "--source", "halls"), "nowhere"),
        (("cite", "halls-fill", "c1", "--source", "halls", "--sentences", "2"), "no text of halls is kept"),
        (("cite", "halls-fill", "c1", "--source", "halls", "--relation", "likes"), "is none of"),
        (("cite", "halls-fill", "c1", "--source", "halls", "--snapshot", "ab"), "0 kept texts"),
        (("references", "halls-fill", "--confirm", "r1"), "write r1=9:NOTE"),
        (("references", "halls-fill", "--confirm", "r1=2"), "nothing is offered for 2"),
        (("references", "halls-fill", "--confirm", "r1=7:a-reading"), "no number 7"),
        (("references", "halls-fill", "--reject", "r7"), "no reference 'r7'"),
        (("sources", "import", "{page}"), "no reference in it"),
        (("annotations", "import", "{page}"), "not JSON"),
        (("annotations", "export", "--note", "nowhere"), "no note 'nowhere'"),
    ],
)
def test_bad_input_is_one_line(rackmath, vault: Path, words: tuple[str, ...], message: str):
    page = str(vault.parent / "page.html")
    done = rackmath("brain", *(word.replace("{page}", page) for word in words), "--vault", vault)
    assert done.status == 2
    assert message in done.err
    assert done.err.count("\n") <= 2
    assert text_of(vault) == NOTE
