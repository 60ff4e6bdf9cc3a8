"""`rackmath brain living`, `depends`, `attention` and `settle`, and the files that `rackmath audit` writes."""

import json
import subprocess
import sys

import pytest

from audit.living_brain import make


def run(*words):
    return subprocess.run(
        [sys.executable, "-c", "from rackmath.cli import main; main()", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**__import__("os").environ, "SOURCE_DATE_EPOCH": "1796083200"},  # 1 December 2026
    )


@pytest.fixture
def brain(tmp_path):
    return make(tmp_path / "b")


def test_living_shows_both_sentences_and_a_check_ends_with_1(brain):
    assert run("brain", "living", "--vault", brain).returncode == 0
    came = run("brain", "living", "--vault", brain, "--check")
    assert came.returncode == 1
    told = " ".join(came.stdout.split())
    assert "now: That makes 1.05 dollars a million tokens, as the list at 2.10 has it." in told
    assert "recomputed: That makes 1.00 dollars a million tokens, as the list at 1.80 has it." in told
    assert "3 live figures or runs have moved" in told


def test_living_proposes_and_says_where(brain):
    came = run("brain", "living", "--vault", brain, "--propose", "--json")
    assert came.returncode == 0
    told = json.loads(came.stdout)
    (filed,) = told["proposals"]
    assert (brain / "proposals" / f"{filed['proposal']}.md").is_file()
    assert {move["new"] for move in told["moves"]} == {"1.80", "1.00"}
    assert all({"old_sentence", "new_sentence", "why", "key"} <= set(move) for move in told["moves"])


def test_what_was_called_fine_is_not_proposed(brain):
    moves = json.loads(run("brain", "living", "--vault", brain, "--json").stdout)["moves"]
    for move in moves:
        assert run("brain", "settle", move["key"], "--vault", brain, "--because", "as of May").returncode == 0
    came = run("brain", "living", "--vault", brain, "--propose")
    assert came.returncode == 0
    assert "Nothing moved; 3 called fine or put off." in came.stdout
    assert not (brain / "proposals").exists()


def test_depends_lists_who_rests_on_a_figure(brain):
    came = run("brain", "depends", "fig_nov", "--vault", brain)
    assert came.returncode == 0
    assert "run_cost" in came.stdout
    told = json.loads(run("brain", "depends", "run_cost", "--vault", brain, "--json").stdout)
    assert {each["sort"] for each in told["it_rests_on"]} == {"figure"}
    wrong = run("brain", "depends", "nobody", "--vault", brain)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_the_queue_can_be_settled_put_off_and_asked_again(brain):
    tasks = json.loads(run("brain", "attention", "--vault", brain, "--json").stdout)
    key = next(task["key"] for task in tasks if "rise of 25" in task["why"])
    assert run("brain", "settle", key, "--vault", brain).returncode == 2
    assert run("brain", "settle", "0" * 16, "--vault", brain, "--because", "x").returncode == 2
    assert run("brain", "settle", key, "--vault", brain, "--until", "2030-02-01").returncode == 0
    (entry,) = json.loads(run("brain", "attention", "--vault", brain, "--settled", "--json").stdout)
    assert (entry["key"], entry["decision"], entry["until"], entry["by"]) == (key, "later", "2030-02-01", "ann")
    assert run("brain", "settle", key, "--vault", brain, "--again").returncode == 0
    assert json.loads(run("brain", "attention", "--vault", brain, "--settled", "--json").stdout) == []
    assert "rise of 25" in run("brain", "attention", "--vault", brain, "--kind", "audit_figures").stdout


def test_what_is_settled_does_not_fail_an_audit(brain):
    assert run("audit", brain, "--fail-on", "wrong").returncode == 1
    for task in json.loads(run("brain", "attention", "--vault", brain, "--json").stdout):
        if task["kind"].startswith("audit_"):
            run("brain", "settle", task["key"], "--vault", brain, "--because", "known")
    came = run("audit", brain, "--fail-on", "wrong")
    assert came.returncode == 0
    assert "settled" in came.stdout
    assert any(each["verdict"] == "wrong" for each in json.loads(run("audit", brain, "--json").stdout))


def test_an_audit_writes_a_report_and_claim_reviews(brain, tmp_path):
    report, reviews = tmp_path / "report.html", tmp_path / "reviews.json"
    assert run("audit", brain, "--report", report, "--claim-review", reviews).returncode == 0
    assert "Does not follow" in report.read_text()
    graph = json.loads(reviews.read_text())["@graph"]
    assert {each["reviewRating"]["alternateName"] for each in graph} <= {
        "Holds",
        "Holds within rounding",
        "Does not follow",
    }
    assert any(each["reviewRating"]["ratingValue"] == 1 for each in graph)


def test_a_kind_that_the_queue_does_not_have_is_refused(brain):
    came = run("brain", "attention", "--vault", brain, "--kind", "livin")
    assert (came.returncode, came.stdout) == (2, "")
    assert "did you mean 'living'" in came.stderr
