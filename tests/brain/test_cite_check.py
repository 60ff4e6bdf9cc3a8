from __future__ import annotations

from dataclasses import replace

import pytest

from rackmath.brain.cite_check import Source, Verdict, judge, named
from rackmath.brain.cites import Cite
from rackmath.brain.snapshots import Snapshot, make
from rackmath.errors import RackmathError

TEXT = """# Halls of Calder in 2031

Hall A draws 40 MW. Hall B draws 25 MW, and 3 of its 9 rows are empty.

| Hall | Power (MW) |
|------|-----------:|
| C    | 12         |

Both are full.
"""
OLD = make("halls", TEXT.encode(), captured_at="2031-05-01")
SOURCE = Source("halls", url="https://a.example/halls", title="Halls", about="Halls. Calder. 2031-04-30")


def verdict(cite: Cite, *kept: Snapshot, source: Source | None = SOURCE) -> Verdict:
    texts = {each.record.sha256: each for each in kept}

    def load(sha: str) -> Snapshot:
        if sha not in texts:
            raise RackmathError("there is no such snapshot")
        return texts[sha]

    return judge(cite, source, [each.record for each in kept], load)


def cite(claim: str = "Hall A draws 40 MW.", **told: object) -> Cite:
    return Cite("c1", "halls", claim, **told)  # type: ignore[arg-type]


def test_a_sentence_that_says_it():
    found = verdict(cite(sentences=(2,)), OLD)
    assert found.state == "resolved_sentence"
    assert found.resolved
    assert found.why == "Sentence 2 of halls, captured 2031-05-01."
    assert (found.snapshot, found.sentences) == (OLD.record.sha256, (2,))


@pytest.mark.parametrize(
    ("claim", "sentences"),
    [
        ("In 2031 Calder's Hall B drew 25 MW.", (3,)),  # the year and the firm stand in the heading
        ("Hall C draws 12 MW.", (5,)),  # the unit stands in the head of the table
        ("The two halls draw 40 and 25 MW.", (2, 3)),
    ],
)
def test_what_gives_a_sentence_its_names_and_units(claim: str, sentences: tuple[int, ...]):
    assert verdict(cite(claim, sentences=sentences), OLD).state == "resolved_sentence"


def test_a_wrong_number_is_a_mismatch_that_says_what_stands_there():
    found = verdict(cite("Hall A of Fernway draws 44 MW.", sentences=(2,)), OLD)
    assert found.state == "mismatch"
    assert found.why == "'44 MW' (there it is '40 MW'), 'Fernway' are not in sentence 2 of halls."
    assert [each.text for each in found.missing] == ["44 MW", "Fernway"]
    assert verdict(cite("Hall A draws 44 MW.", sentences=(2,), relation="context"), OLD).state == "resolved_sentence"


def test_how_far_it_is_resolved():
    assert verdict(cite(), OLD).state == "resolved_document"
    assert verdict(cite()).state == "url_only"
    assert "sentences 2–3 cannot be looked up" in verdict(cite(sentences=(2, 3))).why
    assert verdict(cite(), source=replace(SOURCE, url="")).state == "unresolved"
    assert "no source 'halls'" in verdict(cite(), source=None).why
    nothing = verdict(Cite("c1", marks=("run:1/doc:2/s:3",)), source=None)
    assert nothing.state == "unresolved"
    assert "run:1/doc:2/s:3" in nothing.why
    assert verdict(Cite("c1"), source=None).why.startswith("it names no source")


def test_a_quotation_finds_its_sentence():
    assert verdict(cite(quote="draws 40 MW"), OLD).sentences == (2,)
    assert verdict(cite(quote="draws  40 MW.", sentences=(2,)), OLD).state == "resolved_sentence"
    assert verdict(cite(quote="draws 41 MW", sentences=(2,)), OLD).state == "orphaned"
    gone = verdict(cite(quote="draws"), OLD)
    assert (gone.state, gone.sentences) == ("orphaned", ())


def test_what_speaks_against_it():
    assert verdict(cite(sentences=(99,)), OLD).why == "Sentence 99 of halls: the kept text has 6."
    assert verdict(cite(snapshot="0" * 64, sentences=(2,)), OLD).state == "orphaned"
    other = make("other", TEXT.encode(), captured_at="2031-05-01")
    assert "one of other" in verdict(cite(snapshot=other.record.sha256), other).why
    assert verdict(cite(relation="contradicts", sentences=(2,)), OLD).state == "contradicted"
    assert verdict(cite(relation="contradicts"), OLD).state == "contradicted"
    assert verdict(cite(relation="contradicts")).state == "contradicted"
    assert verdict(cite(sentences=(2,)), OLD, source=replace(SOURCE, status="retracted")).state == "retracted_source"
    assert verdict(cite(problem="sentences 'x' are not numbers"), OLD).state == "unresolved"
    renumbered = Snapshot(replace(OLD.record, segmenter_version=9), OLD.text)
    assert "cannot be read" in verdict(cite(sentences=(2,)), renumbered).why


def test_a_newer_snapshot_is_looked_into():
    bound = cite(snapshot=OLD.record.sha256, sentences=(2,))
    same = make("halls", f"New words first.\n\n{TEXT}".encode(), captured_at="2031-06-01")
    found = verdict(bound, same, OLD)
    assert (found.state, found.sentences, found.snapshot) == ("resolved_sentence", (2,), OLD.record.sha256)
    assert found.notes == ("The text captured 2031-06-01 has it as sentence 3.",)
    changed = make("halls", TEXT.replace("40 MW", "44 MW").encode(), captured_at="2031-06-01")
    gone = verdict(bound, changed, OLD)
    assert gone.state == "orphaned"
    assert "does not have it" in gone.why


def test_a_dead_or_superseded_source_is_told():
    assert verdict(cite(), OLD, source=replace(SOURCE, status="dead")).notes == ("The address of halls is dead.",)
    superseded = replace(SOURCE, status="superseded", superseded_by="halls-2")
    assert verdict(cite(), OLD, source=superseded).notes == ("halls is superseded by halls-2.",)
    read = Source.of("key", {"title": "T", "authors": ["A", "B"], "doi": "10.1/x", "status": None})
    assert (read.url, read.about, read.status) == ("https://doi.org/10.1/x", "T. A. B", "live")
    assert named((1, 2, 5)) == "sentences 1–2, 5"
