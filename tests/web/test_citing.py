import pytest

from rackmath.brain.entries import STATES as KNOWN
from rackmath.brain.entries import BracketRef as Reference
from rackmath.brain.entries import Candidate, Card, Cited, Health, SourceEntry
from rackmath.web import citing


def cited(state="resolved_sentence", **more):
    given = {
        "id": "c1",
        "citekey": "key",
        "state": state,
        "sentences": ((12, 12),),
        "quote": "",
        "claim": "",
        "marks": (),
        "candidates": (),
        "problem": "",
    }
    return Cited(**(given | more))


def source(**more):
    given = dict.fromkeys(
        ("id", "publisher", "url", "published", "accessed", "licence", "source_kind", "superseded_by", "doi", "path"),
        "",
    )
    given |= {
        "citekey": "key",
        "title": "A <title>",
        "status": "live",
        "authors": (),
        "notes": 0,
        "citations": 0,
        "figures": 0,
    }
    return SourceEntry(**(given | more))


def test_every_state_has_a_look_and_words():
    assert set(citing.STATES) == set(KNOWN)
    assert {look for look, _ in citing.STATES.values()} <= {"good", "half", "open", "bad"}


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ((), ""),
        (((12, 12),), "sentence 12"),
        (((12, 14),), "sentences 12–14"),
        (((3, 3), (5, 6)), "sentences 3 and 5–6"),
        (((1, 1), (3, 3), (5, 5)), "sentences 1, 3 and 5"),
    ],
)
def test_sentences_are_named(spans, words):
    assert citing.sentence_words(spans) == words


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        (("run:a/doc:9/s:1", "run:a/doc:9/s:4"), "Document 9, sentences 1 and 4 of an import"),
        (("run:a/doc:9/s:1", "run:a/doc:10/s:2"), "Document 9, sentence 1; document 10, sentence 2 of an import"),
        (("else",), "1 mark of an import that name no source."),
        ((), "No source is named."),
    ],
)
def test_marks_of_an_import_are_told(marks, words):
    assert citing.imported_words(marks).startswith(words)


@pytest.mark.parametrize(
    ("url", "words", "goal"),
    [
        ("https://e.org/a", "Short, quoted words-here", "https://e.org/a#:~:text=Short%2C%20quoted%20words%2Dhere"),
        ("https://e.org/a", "a b c d e f g h i j k l", "https://e.org/a#:~:text=a%20b%20c%20d%20e,h%20i%20j%20k%20l"),
        ("https://e.org/a#part", "words", "https://e.org/a#part"),
        ("https://e.org/a", "", "https://e.org/a"),
        ("", "words", ""),
    ],
)
def test_a_link_leads_to_the_quoted_words(url, words, goal):
    assert citing.text_fragment(url, words) == goal


def test_a_mark_says_source_state_and_place():
    data = citing.cited_data(
        cited(quote="It <b>fell</b>.", snapshot="ab12"), source(publisher="P", published="2026-05")
    )
    mark = citing.mark_of(data)
    assert mark.look == "good"
    assert '<a class="cited" href="/src/key">A &lt;title&gt;</a>, P, 2026.' in mark.html
    assert "<q>It &lt;b&gt;fell&lt;/b&gt;.</q>" in mark.html
    assert 'href="/src/key/read/ab12#s12">sentence 12</a>' in mark.html


def test_a_mark_of_an_unknown_source_says_so():
    html = citing.mark_of(citing.cited_data(cited("unresolved"), None)).html
    assert "@key</span>, which this brain has no source for." in html
    assert "unresolved" in html


def test_a_bad_state_is_explained():
    html = citing.mark_of(citing.cited_data(cited("mismatch", why="2.35 is not in it."), source())).html
    assert "2.35 is not in it." in html
    assert "▲" in html


def test_a_long_quote_is_cut_at_a_word():
    html = citing.mark_of(citing.cited_data(cited(quote="word " * 200), source())).html
    assert "word…</q>" in html
    assert len(html) < 900


QUOTES = (("c1", ""), ("c2", "Some words."))


def test_sources_are_listed_with_their_marks_and_a_way_to_the_words():
    told = [
        citing.cited_data(cited(id=name, quote=words), source()) for name, words in (("c1", ""), ("c2", "Some words."))
    ]
    told.append(citing.cited_data(cited(id="c3", citekey="other"), None))
    (row,) = citing.listed_sources([source(url="https://www.e.org/x")], told)
    assert row["marks"] == [1, 2]
    assert row["goto"] == "https://www.e.org/x#:~:text=Some%20words."
    assert row["host"] == "e.org"


def test_an_address_that_is_none_is_not_linked():
    (row,) = citing.listed_sources([source(url="javascript:alert(1)")], [])
    assert row["url"] == row["goto"] == row["host"] == ""


def card(title):
    return Card("note_a", "a", "t", "reading", title, "published", "", "", "", (), (), "", 0, 0, Health(), "")


@pytest.mark.parametrize(
    ("state", "seen", "shown", "title"),
    [
        ("candidate", True, "candidate", "Candidate: Now"),
        ("resolved", True, "resolved", "Now"),
        ("candidate", False, "unresolved", ""),
    ],
)
def test_brackets_lead_only_to_what_may_be_seen(state, seen, shown, title):
    candidate = Candidate(2, "note_a", "Then", 0.2, card("Now") if seen else None)
    bracket = citing.bracket_of(citing.reference_data(Reference("r1", "[2]", state, 0.8, (2,), (candidate,), "")))
    assert bracket.state == shown
    assert bracket.id == "ref-r1"
    assert (bracket.targets[2].title if bracket.targets else "") == title


def test_a_likely_source_of_an_import_is_a_candidate_and_an_unlikely_one_is_not_named():
    marks = ("run:a/doc:9/s:1",)
    for confidence, named in ((0.98, True), (0.24, False)):
        known = cited("unresolved", citekey="", marks=marks, offered=(("a<b", confidence), ("other", 0.01)))
        data = citing.cited_data(known, None)
        said = str(citing.mark_of(data).html)
        assert ("Perhaps" in said and "candidate, 98%" in said and "@a&lt;b" in said) is named
        assert "unresolved" in said
        assert [each["citekey"] for each in data["offered"]] == ["a<b", "other"]
