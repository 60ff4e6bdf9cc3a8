"""Live figures and runs: what moved, why, what is proposed, and who rests on what."""

import time
from datetime import date

import pytest

from audit.living_brain import OWN, change, make, note
from pace import within
from rackmath.audit.living import depends, file_proposals, moved
from rackmath.audit.living.printed import reprinted, says
from rackmath.audit.living.tokens import tokens_of
from rackmath.brain.desk import Desk
from rackmath.brain.library import Library
from rackmath.brain.proposals import accept, proposal, proposals
from rackmath.errors import RackmathError
from rackmath.models.tokens.cost_per_mtok import cost_per_mtok
from rackmath.vault import Document, Vault

DAY = date(2026, 12, 1)


@pytest.fixture
def brain(tmp_path):
    return make(tmp_path / "b")


def by_target(living):
    return {move.target: move for move in living.moves}


def total(price):
    return cost_per_mtok(
        gpu_hour_price=price,
        output_throughput=1000,
        loaded_hours_share=0.5,
        throughput_measured="saturated",
        throughput_input_share=0.5,
    ).total


# --- what moved ---------------------------------------------------------------------------------------------------


def test_a_superseded_figure_a_reference_and_a_run_move_together(brain):
    found = moved(brain, DAY)
    assert found.problems == ()
    moves = by_target(found)
    assert set(moves) == {"fig_may", "run_cost", "h100-sxm/rental-price?term=on-demand"}
    assert (moves["fig_may"].words, moves["fig_may"].new, moves["fig_may"].becomes) == ("2.10", "1.80", "fig_nov")
    assert moves["run_cost"].new == f"{total(1.8):.2f}"
    assert "gpu_hour_price 1.8" in moves["run_cost"].why
    assert "supersedes 2.1 USD/GPU_hour as of 2026-05" in moves["fig_may"].why


def test_old_and_new_sentence_hold_all_that_moved_in_them(brain):
    move = by_target(moved(brain, DAY))["run_cost"]
    assert move.old_sentence == "That makes 1.05 dollars a million tokens, as the list at 2.10 has it."
    assert move.new_sentence == "That makes 1.00 dollars a million tokens, as the list at 1.80 has it."


def test_what_else_of_the_sentence_no_longer_follows_is_told(tmp_path):
    body = "8 GPUs at [[fig:fig_may|2.10]] are 8 × [[fig:fig_may|2.10]] = 16.80 dollars an hour of work.\n"
    brain = make(tmp_path / "b", [("notes/thesis/sum.md", note("note_sum", "thesis", "A sum", body))])
    change(brain, "notes/thesis/sum.md", "dollars an hour of work", "in all")
    move = next(move for move in moved(brain, DAY).moves if move.note_title == "A sum")
    assert move.follow == ("“16.80” no longer follows",)


def test_a_note_keeps_saying_what_its_own_source_said(brain):
    assert not [move for move in moved(brain, DAY).moves if move.note_title == "What an H100 rents for"]


def test_nothing_moves_before_the_newer_figure_was_stated(brain):
    assert {move.target for move in moved(brain, date(2026, 11, 1)).moves} == {"run_cost"}  # 1.17, and it says 1.05


def test_a_revised_value_of_a_figure_moves_what_shows_it(brain):
    change(brain, "notes/reading/november.md", "  supersedes: fig_may\n", "")
    change(brain, "notes/reading/prices.md", "value: 2.10", "value: 2.40")
    moves = by_target(moved(brain, DAY))
    assert moves["fig_may"].new == "2.40"
    assert moves["fig_may"].becomes == ""


def test_what_the_bundled_brain_shows_is_true():
    from rackmath.evidence import STARTER

    found = moved(STARTER, DAY)
    assert found.problems == ()
    assert found.moves == ()
    assert sum(map(len, found.tokens.values())) > 40


# --- printing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "values", "unit", "after", "true"),
    [
        ("2.9", (2.88,), "USD", "", True),
        ("2.10", (2.1,), "USD", "", True),
        ("2.10", (2.11,), "USD", "", False),
        ("1,500", (1512,), "W", "", True),
        ("1,500", (1612,), "W", "", False),
        ("100", (140,), "W", "", False),
        ("88", (0.88,), "", "% of all", True),
        ("88%", (0.8,), "", "", False),
        ("1.2", (1.2e6,), "", " million", True),
        ("10.2", (10_200,), "W_chip/GPU", " kW", True),
        ("2 to 4", (2, 3, 4), "USD", "", True),
        ("2 to 4", (2, 3, 5), "USD", "", False),
        ("about $0.30", (0.3,), "USD/Mtok", "", True),
    ],
)
def test_words_say_a_value_as_printed(words, values, unit, after, true):
    assert says(words, values, unit, after) is true


@pytest.mark.parametrize(
    ("words", "values", "unit", "after", "new"),
    [
        ("2.10", (1.8,), "USD", "", "1.80"),
        ("about $2.10 an hour", (1.8,), "USD", "", "about $1.80 an hour"),
        ("1,512", (14_300,), "W", "", "14,300"),
        ("88%", (0.612,), "", "", "61%"),
        ("3", (0.42,), "USD", "", "0.42"),
        ("2 to 4", (1, 2, 3), "USD", "", "1 to 3"),
        ("1.2", (3.46e6,), "", " million", "3.5"),
        ("2.10", (float("nan"),), "USD", "", "2.10"),
    ],
)
def test_a_new_value_is_printed_like_the_old_one(words, values, unit, after, new):
    assert reprinted(words, values, unit, after) == new


def test_tokens_in_code_are_not_live_and_tables_are():
    text = "`[[fig:a|1]]`\n\n```\n[[fig:b|2]]\n```\n\n| x |\n|---|\n| [[fig:c\\|3]] |\n\n[[run:run_d|4]]\n"
    found = tokens_of(Document.parse(text))
    assert [(each.kind, each.target, each.words) for each in found] == [("fig", "c", "3"), ("run", "run_d", "4")]


# --- proposals ----------------------------------------------------------------------------------------------------


def test_a_note_gets_one_proposal_that_reads_back_as_true(brain):
    desk = Desk(Vault.open(brain), "ann")
    (filed,) = file_proposals(desk, moved(brain, DAY))
    assert filed.note_id == OWN
    waiting = proposal(desk.vault, filed.proposal)
    text = desk.vault.read(waiting.path)[0]
    assert "[[fig:fig_nov|1.80]]" in text
    assert "[[run:run_cost|1.00]]" in text
    assert "gpu_hour_price: fig_nov" in text  # the run is bound to what it was computed from
    assert waiting.message.startswith("Recomputed: 2.10 → 1.80")
    opened = desk.read(OWN)
    accept(desk, waiting, text, opened.sha256)
    assert moved(brain, DAY).moves == ()
    assert proposals(desk.vault) == []


def test_nothing_is_overwritten_and_nothing_proposed_twice(brain):
    desk = Desk(Vault.open(brain), "ann")
    before = desk.read(OWN).text
    first, second = (file_proposals(desk, moved(brain, DAY)) for _ in range(2))
    assert [each.new for each in (*first, *second)] == [True, False]
    assert desk.read(OWN).text == before
    assert len(proposals(desk.vault)) == 1


def test_a_second_move_replaces_the_proposal_of_the_first(brain):
    desk = Desk(Vault.open(brain), "ann")
    file_proposals(desk, moved(brain, DAY))
    change(brain, "notes/reading/november.md", "value: 1.80", "value: 1.60")
    file_proposals(desk, moved(brain, DAY))
    (waiting,) = proposals(desk.vault)
    assert "|1.60]]" in desk.vault.read(waiting.path)[0]


def test_after_acceptance_a_run_says_which_input_moved(brain):
    desk = Desk(Vault.open(brain), "ann")
    (filed,) = file_proposals(desk, moved(brain, DAY))
    waiting = proposal(desk.vault, filed.proposal)
    accept(desk, waiting, desk.vault.read(waiting.path)[0], desk.read(OWN).sha256)
    change(brain, "notes/reading/november.md", "value: 1.80", "value: 1.50")
    why = by_target(moved(brain, DAY))["run_cost"].why
    assert "gpu_hour_price 1.8 → 1.5" in why
    assert "loaded_hours_share" not in why


# --- hostile input ------------------------------------------------------------------------------------------------


def runs(*entries):
    return "```runs\n" + "".join(entries) + "```\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[[fig:fig_none|1]]", "no note has a figure 'fig_none'"),
        ("[[fig:h100-sxm/nothing|1]]", "no figure for 'h100-sxm/nothing'"),
        ("[[run:run_none|1]]", "no note has a run 'run_none'"),
        (f"[[run:run_x|1]]\n\n{runs('- {id: run_x, model: no.such_model}', chr(10))}", "no model is called"),
        (
            f"[[run:run_x|1]]\n\n{runs('- {id: run_x, model: tokens.cost_per_mtok, inputs: {prize: 1}}', chr(10))}",
            "has no input 'prize'",
        ),
        (
            f"[[run:run_x|1]]\n\n"
            f"{runs('- {id: run_x, model: tokens.cost_per_mtok, inputs: {gpu_hour_price: .inf}}', chr(10))}",
            "does not start with a number",
        ),
        (
            "[[run:run_a|1]]\n\n"
            + runs(
                "- {id: run_a, model: tokens.cost_per_mtok, inputs: {gpu_hour_price: run_b}}\n",
                "- {id: run_b, model: tokens.cost_per_mtok, inputs: {gpu_hour_price: run_a}}\n",
            ),
            "needs itself: run_",
        ),
        (f"Text\n\n{runs('- just words', chr(10))}", "a runs block is a list of entries"),
        (f"Text\n\n{runs('- {id: nope, model: x}', chr(10))}", "the id of a run is run_"),
        (f"Text\n\n{runs('- {id: run_x, modle: x}', chr(10))}", "a run has no 'modle'"),
        (f"Text\n\n{runs('- {id: run_x, model: x, inputs: [1, 2]}', chr(10))}", "inputs are written {name: value}"),
        (f"Text\n\n{runs('{{{{ : broken', chr(10))}", "a key must be"),
    ],
)
def test_what_is_wrong_is_one_line_and_costs_no_other_note(tmp_path, body, said):
    brain = make(tmp_path / "b", [("notes/thesis/bad.md", note("note_bad", "thesis", "Bad", f"{body}\n"))])
    found = moved(brain, DAY)
    told = [line for line in found.problems if "bad.md" in line]
    assert told
    assert any(said in line for line in told), told
    assert all("\n" not in line for line in told)
    assert len(found.moves) == 3  # those of the other note


def test_figures_that_supersede_each_other_in_a_circle_end(brain):
    change(brain, "notes/reading/prices.md", "  source: seller\n", "  source: seller\n  supersedes: fig_nov\n")
    assert isinstance(moved(brain, DAY).moves, tuple)


def test_thousands_of_tokens_are_read_in_line_time(tmp_path):
    body = "[[fig:fig_may|2.10]] and [[fig:" * 3_000
    brain = make(tmp_path / "b", [("notes/thesis/many.md", note("note_many", "thesis", "Many", body))])
    begun = time.process_time()
    assert len(moved(brain, DAY).moves) > 1_000
    assert time.process_time() - begun < within(20)


# --- who rests on what --------------------------------------------------------------------------------------------


def test_figure_run_note_and_thesis_are_connected(brain):
    library, living = Library.open(brain), moved(brain, DAY)
    found = depends(library, living, "fig_may")
    assert {(node.sort, node.title, node.step) for node in found.above} == {
        ("run", "run_cost", 1),
        ("note", "A served token costs cents", 1),
        ("note", "What an H100 rents for", 1),
        ("note", "Renting beats owning", 2),
    }
    assert ("run_cost", OWN) in found.edges


def test_what_takes_a_figures_place_carries_what_rested_on_it(brain):
    found = depends(Library.open(brain), moved(brain, DAY), "fig_nov")
    assert {"run_cost", "A served token costs cents"} <= {node.title for node in found.above}


def test_a_reference_and_a_title_are_names_too(brain):
    library, living = Library.open(brain), moved(brain, DAY)
    assert depends(library, living, "h100-sxm/rental-price?term=on-demand").of.id == "fig_nov"
    own = depends(library, living, "A served token costs cents")
    assert own.of.sort == "note"
    assert "run_cost" in {node.title for node in own.below}
    with pytest.raises(RackmathError, match="nothing here is called 'zzz'"):
        depends(library, living, "zzz")
