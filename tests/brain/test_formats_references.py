from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pace import within
from rackmath.brain.formats import bibtex, bibtex_file, csl, latex, persons
from rackmath.brain.formats.cite_as import cite_note, cite_source
from rackmath.brain.formats.references_in import read_references
from rackmath.brain.formats.source_plan import plan_sources
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault

BIB = r"""
Words between entries, with an address: ada@a.example
@string{acm = "ACM Press"}
@comment{ anything {nested} goes }
@preamble{"\newcommand{\x}{y}"}
@Article{crane31,
  author = {Crane, Ada and Bo van der Oak and {Calder, Inc.} and M{\"u}ller, Jr., J{\o}rg and others},
  title = {The {GPU} Bill: 50\% of {R\&D}, \emph{really} --- na{\"\i}ve \'{e}tude},
  journal = "J. of " # acm, year = 2031, month = mar, volume = 3, number={2}, pages = {1--9},
  doi = {https://doi.org/10.1000/a\_b}, url={https://a.example/x_y%20z},
  keywords = {a, b},
}
@misc(k2, title="Quoted {"} mark", howpublished = {\url{https://b.example}}, year={c. 1999})
@techreport{k3, title={Three}, institution={Fern Institute}, number = {TR-9}, date={2030-04-02/2030-05-01}}
"""

CROSSREF = {
    "status": "ok",
    "message": {
        "DOI": "10.1000/XYZ", "type": "journal-article", "title": ["Of <i>racks</i> &amp; rents", "Second"],
        "container-title": ["Journal of Halls", "J. Halls"], "ISSN": ["1234-5678"], "page": "1-9", "volume": "4",
        "author": [{"given": "Ada", "family": "Crane", "sequence": "first"}, {"name": "Calder, Inc."}, {}, "x"],
        "issued": {"date-parts": [[None]]}, "published-print": {"date-parts": [["2031", 5]]}, "publisher": "Fern",
        "reference-count": 9, "URL": "http://dx.doi.org/10.1000/xyz",
    },
}  # fmt: skip

FRONT = {
    "title": "Of Racks & Rents: 50% more_or {less} — the AWS “case” ~^\\", "csl_type": "article-magazine",
    "authors": ["Crane, Ada", "{Calder, Inc.}", "Fern Institute", "van der Oak, Jr., Bo"], "editors": ["Oak, Bo"],
    "container": "Journal of Halls", "publisher": "Fern & Sons", "publisher_place": "Aarhus", "volume": "4",
    "issue": "2", "pages": "12-19", "published": "2031-05-04", "accessed": "2031-06", "doi": "10.1000/a_b(1)",
    "url": "https://a.example/x_y%20z?a=1&b=#c", "language": "en", "series": "Notes", "remark": "With -- dashes.",
}  # fmt: skip


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "brain", title="Halls", writer="tester")


def bring(vault: Vault, text: str, name: str = "refs.bib"):
    plan = plan_sources(vault, read_references(text, name))
    if plan.changes:
        vault.write_many(plan.changes, kind="import")
    return plan


def front_of(vault: Vault, key: str):
    return Document.parse(vault.read(f"sources/{key}.md")[0]).front


def test_a_bibtex_file_is_read():
    first, second, third = bibtex_file.load(BIB)
    front, left = bibtex.to_front(first)
    assert (first.key, first.kind, first.line) == ("crane31", "article", 6)
    assert front == {
        "title": "The GPU Bill: 50% of R&D, really — naïve étude",
        "authors": ["Crane, Ada", "van der Oak, Bo", "{Calder, Inc.}", "Müller, Jr., Jørg"],
        "container": "J. of ACM Press",
        "published": "2031-03",
        "volume": "3",
        "issue": "2",
        "pages": "1-9",
        "doi": "10.1000/a_b",
        "url": "https://a.example/x_y%20z",
        "csl_type": "article-journal",
        "source_kind": "paper",
    }
    assert left == ["keywords"]
    front, _ = bibtex.to_front(second)
    assert (front["title"], front["url"], front["published"]) == ('Quoted " mark', "https://b.example", "1999")
    front, _ = bibtex.to_front(third)
    assert (front["publisher"], front["number"], front["published"]) == ("Fern Institute", "TR-9", "2030-04-02")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@article{", "line 1: @article has no key"),
        ("\n@article{k title={x}}", "line 2: after the key 'k' a comma"),
        ("@article{k,\n title {x}}", "line 2: after 'title' an '='"),
        ("@article{k,\n title = {x}\n year = 3}", "line 3: after the field 'title' a comma"),
        ("@article{k, title = {x", "never closed"),
        ("@article{k, title = nowhere}", "'nowhere' is not defined"),
        ("@article{k, title = }", "a value is missing"),
        ("@article{k, = {x}}", "a field or '}' is missing"),
        ("@article{k, title = " + "{" * 60, "braces in braces"),
        ('@article{k, title = "}"}', "closing brace has no opening"),
        ("nothing", "no reference in it"),
    ],
)
def test_a_broken_bibtex_file_says_where(text: str, message: str):
    with pytest.raises(RackmathError, match=r"refs\.bib: ") as error:
        read_references(text, "refs.bib")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "piece", ["{", "@", "@a{", "\\", '"', " and ", "@a{k,", "@string{a=", "\\'", "%", "@a{k,t={x},", " "]
)
def test_hostile_bibtex_costs_its_length(piece: str):
    started = time.process_time()
    for text in (piece * 50_000, "@a{k, author = {" + piece * 20_000 + "}}"):
        try:
            for entry in bibtex_file.load(text):
                bibtex.to_front(entry)
        except RackmathError:
            pass
    assert time.process_time() - started < within(8)


def test_our_own_bibtex_reads_back():
    written = bibtex.to_entry("crane31", FRONT)
    assert written.startswith("@article{crane31,\n")
    assert "entrysubtype = {article-magazine}" in written
    (entry,) = bibtex_file.load(written)
    front, left = bibtex.to_front(entry)
    assert {key: front[key] for key in FRONT} == FRONT
    assert left == []
    assert bibtex.to_entry(entry.key, front) == written


WORDS = st.text(alphabet=st.sampled_from("aB éß&%$#_{}~^\\\"'`-–—,.:/@19\u00a0"), max_size=30)


@given(WORDS)
def test_text_survives_latex(text: str):
    said = " ".join(text.split())
    for title in (False, True):
        written = latex.from_text(said, title=title)
        assert latex.to_text(written) == said
        assert written.count("{") == written.count("}")


@given(st.sampled_from(sorted(csl.TYPES)), st.lists(WORDS.filter(str.strip), max_size=3), WORDS, WORDS)
def test_any_front_matter_reads_back_from_both_forms(kind: str, authors: list[str], title: str, other: str):
    said = {
        "csl_type": kind,
        "title": f"A {title}",
        "authors": [persons.body(name) for name in authors],
        "publisher": f"P {other}",
    }
    front = {
        key: [*dict.fromkeys(value)] if isinstance(value, list) else " ".join(value.split())
        for key, value in said.items()
    }
    front["authors"] = [name for name in front["authors"] if name]
    back = csl.to_front(json.loads(json.dumps(csl.to_item(front, "k"))))[0]
    assert {key: back.get(key, []) for key in front} == front
    (entry,) = bibtex_file.load(bibtex.to_entry("k", front))
    again = bibtex.to_front(entry)[0]
    for key in ("csl_type", "title", "publisher"):
        assert again[key] == front[key]
    assert bibtex.to_entry("k", again) == bibtex.to_entry("k", {**front, "authors": again.get("authors", [])})


def test_csl_json_goes_out_and_in_unchanged():
    item = csl.to_item({**FRONT, "licence": "CC BY 4.0", "source_kind": "news"}, "crane31")
    assert item["issued"] == {"date-parts": [[2031, 5, 4]]}
    assert item["author"][:2] == [{"family": "Crane", "given": "Ada"}, {"literal": "Calder, Inc."}]
    assert item["custom"] == {"licence": "CC BY 4.0", "source_kind": "news"}
    front, left = csl.to_front(csl.load(csl.dump([item]))[0])
    assert {key: front[key] for key in FRONT} == FRONT
    assert (front["licence"], left) == ("CC BY 4.0", [])


def test_what_crossref_says_is_read():
    (item,) = csl.load(json.dumps(CROSSREF))
    front, left = csl.to_front(item)
    assert (front["title"], front["container"]) == ("Of racks & rents", "Journal of Halls")
    assert (front["csl_type"], front["published"], front["doi"]) == ("article-journal", "2031-05", "10.1000/XYZ")
    assert front["authors"] == ["Crane, Ada", "{Calder, Inc.}", "x"]
    assert left == ["reference-count"]
    assert csl.to_front({"type": "vague", "issued": {"raw": "2031-05-04"}})[0] == {
        "csl_type": "document",
        "published": "2031-05-04",
    }


@pytest.mark.parametrize("text", ["{", "[]", "[1]", "[" * 100_000, '"x"', "null"])
def test_broken_json_is_refused(text: str):
    with pytest.raises(RackmathError, match=r"refs\.json"):
        read_references(text, "refs.json")


def test_works_come_in_once(vault: Vault):
    plan = bring(vault, BIB)
    assert plan.added == ["crane31", "k2", "k3"]
    front = front_of(vault, "crane31")
    assert (front["citekey"], front["type"], front["publisher"]) == ("crane31", "source", "a.example")
    assert vault.check() == []
    again = bring(vault, BIB)
    assert (again.changes, again.unchanged, again.added) == ([], ["crane31", "k2", "k3"], [])


def test_keys_are_pinned_and_a_clash_gets_a_number(vault: Vault):
    bring(vault, BIB)
    other = "@book{crane31, title={Another work}, url={https://c.example/other}}\n@book{CRANE31, title={Third}}"
    plan = bring(vault, other)
    assert plan.added == ["crane31-2", "CRANE31-3"]
    assert [(each[0], each[1]) for each in plan.renamed] == [("crane31", "crane31-2"), ("CRANE31", "CRANE31-3")]
    assert "another work has this key" in plan.renamed[0][2]
    assert bring(vault, other).changes == []
    same = bring(vault, "@article{my-own-key, title={x}, doi={10.1000/A_B}}")
    assert same.keys == {"my-own-key": "crane31"}
    assert same.changes == []


def test_only_what_is_missing_is_filled_in(vault: Vault):
    front = "id: src_a\ntype: source\ncitekey: a\ntitle: 'a.example: x'\ntitle_from: address\n"
    text = f"---\n{front}url: https://a.example/x\nlicence: mine\n---\n\nMy words.\n"
    vault.write("sources/a.md", text)
    plan = bring(vault, "@online{b, title={A real title}, url={https://a.example/x}, date={2031}}")
    assert plan.filled == ["a"]
    filled = front_of(vault, "a")
    assert (filled["title"], filled["published"], filled["licence"]) == ("A real title", "2031", "mine")
    assert "title_from" not in filled
    assert vault.read("sources/a.md")[0].endswith("\n\nMy words.\n")
    assert bring(vault, "@online{b, title={Other}, url={https://a.example/x}, date={2030}}").changes == []


def test_keys_that_cannot_be_files(vault: Vault):
    plan = bring(vault, "@book{../../etc:x/y, title={One}}\n@book{..., title={Two Words}}\n@book{k}")
    assert plan.added == ["etc-x-y", "two-words"]
    assert len(plan.problems) == 1
    assert vault.files("sources") == ["sources/etc-x-y.md", "sources/two-words.md"]


def test_our_own_export_changes_nothing(seed_vault: Path):
    vault = Vault.open(seed_vault, read_only=True)
    found = [
        (str(Document.parse(text).front["citekey"]), Document.parse(text).front)
        for _, text in vault.documents("sources")
    ]
    for text, name in (
        (bibtex.dump(found), "a.bib"),
        (csl.dump(csl.to_item(front, key) for key, front in found), "a.json"),
    ):
        plan = plan_sources(vault, read_references(text, name))
        assert plan.changes == []
        assert plan.renamed == []
        assert len(plan.unchanged) == len(found)


def test_how_to_cite():
    source = cite_source("crane31", FRONT | {"title": "Of Racks?"})
    assert source.text == (
        "Ada Crane et al. 2031-05-04. “Of Racks?” Journal of Halls, Fern & Sons. https://doi.org/10.1000/a_b(1)."
    )
    assert source.bibtex.startswith("@article{crane31,")
    assert source.csl["id"] == "crane31"
    note = cite_note(
        "01jz",
        "Rents",
        ["Ada Crane", "Bo Oak"],
        brain="Halls",
        version="3",
        date="2031-05-04",
        permalink="https://h.example/n/01jz@3",
    )
    assert note.text == "Ada Crane and Bo Oak. 2031-05-04. “Rents.” Halls. Version 3. https://h.example/n/01jz@3."
    assert "version = {3}" in note.bibtex
    assert (note.csl["version"], note.csl["container-title"], note.csl["URL"]) == (
        "3",
        "Halls",
        "https://h.example/n/01jz@3",
    )
    assert cite_source("k", {}).text == "no date. “k.”"
