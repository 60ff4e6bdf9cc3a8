"""`rackmath brain search`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rackmath.cli.main import rackmath


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("search") / "brain"
    (root / "notes/reading").mkdir(parents=True)
    (root / "brain.yaml").write_text("format: 1\n")
    for number in range(30):
        subject = ["rack power and cooling", "lease contract", "wafer yield"][number % 3]
        head = "status: retired\nretired_because: wrong" if number == 3 else "status: published"
        text = f"---\n{head}\ntags: [{subject.split()[0]}]\n---\n\nOn {subject}, case {number}.\n"
        (root / f"notes/reading/n{number:02}.md").write_text(text)
    return root


def run(*given: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(rackmath, ["brain", "search", *map(str, given)], standalone_mode=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_json_is_a_list_of_results_best_first(vault: Path) -> None:
    code, out, err = run("wafer yeild", "--vault", vault, "--limit", 3, "--json")
    assert (code, err) == (0, "")
    results = json.loads(out)
    assert len(results) == 3
    for each in results:
        assert {"id", "title", "kind", "score", "why", "path", "passage", "tags", "good", "status", "spans"} <= set(
            each
        )
        assert isinstance(each["why"], str)
        assert 0 <= each["score"] <= 1
    assert [each["score"] for each in results] == sorted((each["score"] for each in results), reverse=True)
    assert "wafer" in results[0]["why"]
    assert "**wafer**" in results[0]["passage"]


def test_text_says_what_was_read_and_marks_words(vault: Path) -> None:
    _, out, _ = run("waffer yield", "--vault", vault, "--limit", 2)
    assert "Read 'waffer' as 'wafer'." in out
    assert "**wafer**" in out
    assert "8 more; --limit shows them." in out


def test_no_good_answer_is_said_plainly(vault: Path) -> None:
    _, out, _ = run("Which opera did Verdi write about contract singers in Cairo?", "--vault", vault)
    assert "No good answer here; the nearest notes are:" in out
    code, out, _ = run("Which opera did Verdi write about contract singers in Cairo?", "--vault", vault, "--json")
    assert code == 0
    assert json.loads(out)
    assert not any(each["good"] for each in json.loads(out))


def test_nothing_found(vault: Path) -> None:
    assert run("zeppelin", "--vault", vault)[1] == "No note matches. Try fewer or other words.\n"
    assert json.loads(run("zeppelin", "--vault", vault, "--json")[1]) == []


def test_retired_notes_are_marked(vault: Path) -> None:
    _, out, _ = run("status:retired", "--vault", vault)
    assert "· retired ·" in out


def test_several_vaults(vault: Path, tmp_path: Path) -> None:
    other = tmp_path / "brain"
    (other / "notes/reading").mkdir(parents=True)
    (other / "brain.yaml").write_text("format: 1\n")
    (other / "notes/reading/elsewhere.md").write_text("---\nstatus: published\n---\n\nOn wafer yield.\n")
    results = json.loads(run("wafer yield", "--vault", vault, "--vault", other, "--limit", 20, "--json")[1])
    assert {each["vault"] for each in results} == {str(vault), str(other)}
    assert len(results) == 11


@pytest.mark.parametrize(
    ("given", "words"),
    [("colour:red", "there is no filter"), ("", "the query is empty"), ("x status:secret", "it may be draft")],
)
def test_bad_input(vault: Path, given: str, words: str) -> None:
    from rackmath.errors import RackmathError

    with pytest.raises(RackmathError, match=words):
        run(given, "--vault", vault)
