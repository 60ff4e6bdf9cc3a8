"""Does a cited reading contain the figure that is claimed? Sources, states of citations, and what has no source."""

from datetime import date

import pytest

from brain.made_vaults import make_brain, note, snapshot, source
from conftest import shared_path
from rackmath.audit.cited import Cited, Claim, checked, clause
from rackmath.audit.citing import citing
from rackmath.audit.kept import audited
from rackmath.audit.read import read_text
from rackmath.audit.standing import standing
from rackmath.brain.library import Library

DAY = date(2026, 12, 1)
TPU = Cited("TPU v5p on spot", "Spot TPU v5p rents at $1.26 per chip-hour. A TPU v5e is $0.35 in bulk.")


def found(text, *readings, sure=1.0, others=()):
    return list(checked([Claim("Thesis", "", 1, 0, text, "[1]", readings, others, sure)]))


@pytest.mark.parametrize(
    ("text", "reading", "rule", "verdict"),
    [
        ("Prices fell 44%", "AWS cut prices by about 44% in June.", "contained", "holds"),
        ("Prices fell about 40%", "AWS cut prices by 44% in June.", "contained", "holds"),
        ("Rents are $2 to $4 an hour", "One asks $2 an hour and another $4 an hour.", "contained", "holds"),
        ("It draws 40 W", "It draws 200 W when idle.", "differs", "ambiguous"),
        ("It draws 40 W", "It stays idle for a third of the time, 35% of hours.", "absent", "ambiguous"),
        ("v5e rents at $1.26", TPU.text, "subject", "ambiguous"),
        ("v5p rents at $1.26", TPU.text, "contained", "holds"),
    ],
)
def test_a_figure_is_there_differs_or_is_absent(text, reading, rule, verdict):
    (finding,) = found(text, Cited("A reading", reading))
    assert (finding.rule, finding.verdict) == (f"cited-{rule}", verdict)


@pytest.mark.parametrize(
    "text",
    [
        "If a customer shifts 30% of training",  # supposed
        "Llama costs $0 to call",  # nothing to look up
        "It has been so since 2024",  # a year
        "It took half the time",  # in words
        "It costs more than before",
    ],
)
def test_what_an_argument_does_not_owe_to_a_reading_is_left_alone(text):
    assert found(text, Cited("A reading", "It draws 200 W and costs $5.")) == []


def test_what_the_text_works_out_itself_is_left_alone():
    told = found("They pre-sold $280B of capacity ($625B backlog × 45%)", Cited("A reading", "It costs $5."))
    assert [each.formula for each in told if "$280B" in each.formula] == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Before. Prices fell 44% [5]. After.", "Prices fell 44% "),
        ("Prices fell 44% [4], and idle hours 10% [5].", ", and idle hours 10% "),
        ("Results [5] show a doubling at 3 W. After.", " show a doubling at 3 W"),
        ("Results [5] are old. They cost $3.", "Results "),
    ],
)
def test_the_clause_of_a_reference_is_before_it_or_what_its_subject_says(text, wanted):
    place = text.index("[5]")
    start, end = clause(text, place, place + 3, text.index("[4]") + 3 if "[4]" in text else 0)
    assert text[start:end] == wanted


def test_an_uncertain_reference_accuses_nobody():
    assert found("It draws 40 W", Cited("A reading", "It draws 200 W."), sure=0.4) == []


def test_the_one_reading_that_has_it_is_named():
    other = Cited("Bulk prices of TPU v5e", "TPU v5e costs $1.26 in bulk.", "R8")
    (finding,) = found("v5e rents at $1.26", TPU, others=(TPU, other))
    assert finding.explanation.endswith("R8 has it; was that meant?")


def test_verdicts_on_cited_readings_are_questions_and_never_accusations():
    texts = ("It draws 40 W", "v5e rents at $1.26", "Prices fell 70%")
    assert {each.verdict for text in texts for each in found(text, TPU)} <= {"ambiguous", "holds"}


@pytest.mark.shared
def test_known_faults_of_the_seed_page_are_found():
    findings = standing(read_text(shared_path("seed/brain-page.txt").read_text(), "page"), DAY)
    told = " ".join(each.explanation for each in findings if each.rule.startswith("cited-") and each.verdict != "holds")
    for words in ("but there of v5p", "R8 has it", "'40W'", "'3-year'", "'doubling'"):
        assert words in told
    unsourced = [each.note for each in findings if each.rule == "unsourced"]
    assert len(unsourced) == 7
    assert not any(each.verdict == "wrong" for each in findings if each.kind == "citation")


# --- citations of a vault -----------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path):
    return make_brain(tmp_path / "b")


def of(root):
    return list(citing(Library.open(root)))


def test_a_number_that_the_cited_sentence_does_not_have_is_wrong(root):
    source(root, "acme")
    snapshot(root, "acme", "It is 4.50 dollars.")
    note(root, "one", "It is 3.50 dollars.[^a]\n\n[^a]: @acme s1\n")
    (finding,) = of(root)
    assert (finding.kind, finding.rule, finding.verdict) == ("citation", "mismatch", "wrong")
    assert "'3.50" in finding.explanation
    assert finding.claim.startswith("It is 3.50")


def test_a_name_that_the_cited_sentence_does_not_have_is_a_question(root):
    source(root, "acme")
    snapshot(root, "acme", "It is 3.50 dollars.")
    note(root, "one", "The seller Globex Corporation asks 3.50 dollars.[^a]\n\n[^a]: @acme s1\n")
    (finding,) = of(root)
    assert finding.verdict == "ambiguous"


def test_what_the_cited_sentence_has_is_no_finding(root):
    source(root, "acme")
    snapshot(root, "acme", "It is 3.50 dollars.")
    note(root, "one", "It is 3.50 dollars.[^a]\n\n[^a]: @acme s1\n")
    assert of(root) == []


@pytest.mark.parametrize("status", ["retracted", "dead", "superseded"])
def test_a_source_that_is_no_good_is_told_of_once_for_each_note(root, status):
    source(root, "acme", status=status)
    note(root, "one", "It is 3.50 dollars.[^a] And so.[^b]\n\n[^a]: @acme\n[^b]: @acme\n")
    told = [each for each in of(root) if each.rule == f"source-{status}"]
    assert len(told) == 1
    assert told[0].verdict == "ambiguous"


def test_notes_that_rest_on_figures_or_notes_are_not_called_unsourced(root):
    words = "It costs $5, then $6 and at last $9.\n"
    note(root, "bare", words)
    note(root, "linked", f"{words}\nSee [[bare]].\n")
    source(root, "acme")
    note(root, "cited", f"{words[:-1]}[^a]\n\n[^a]: @acme\n")
    unsourced = [each.path for each in audited(root, DAY) if each.rule == "unsourced"]
    assert unsourced == ["notes/thesis/bare.md"]
