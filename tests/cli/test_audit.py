"""`rackmath audit`: the contract of its JSON, its filters and its exit status."""

import json
import subprocess
import sys

import pytest

TEXT = "# Berths\n\nDues rose from $80 to $100, a 20% rise. Calls fell from 400 to 300, a 25% drop.\n"
KEYS = {
    "kind",
    "verdict",
    "confidence",
    "note",
    "claim",
    "claimed",
    "recomputed",
    "unit",
    "formula",
    "inputs",
    "explanation",
}


def _run(*words):
    return subprocess.run(
        [sys.executable, "-c", "from rackmath.cli import main; main()", "audit", *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "berths.md"
    file.write_text(TEXT)
    return str(file)


def test_json_is_a_list_of_findings(page):
    came = _run(page, "--json")
    assert came.returncode == 0
    found = json.loads(came.stdout)
    assert [
        (each["verdict"], each["claimed"], each["recomputed"]) for each in found if each["kind"] == "arithmetic"
    ] == [
        ("wrong", 20.0, 25.0),
        ("holds", 25.0, 25.0),
    ]
    assert all(set(each) >= KEYS for each in found)
    assert found[0]["note"] == "Berths"
    assert found[0]["claim"].startswith("Dues rose")
    assert [each["value"] for each in found[0]["inputs"]] == [80, 100]
    assert TEXT[found[0]["start"] : found[0]["end"]] == "20%"


def test_conflicts_have_their_statements(tmp_path):
    (tmp_path / "a.md").write_text(
        "# Yearbook\n\nThe Marsa terminal handled 1.2 million boxes in 2023, the port says.\n"
    )
    (tmp_path / "b.md").write_text("# Review\n\nIn 2023 the Marsa terminal handled 1.6 million boxes.\n")
    found = json.loads(_run(str(tmp_path), "--json", "--kind", "conflict").stdout)
    assert len(found) == 1
    assert {each["note"] for each in found[0]["statements"]} == {"Yearbook", "Review"}
    assert all({"note", "value", "unit", "scope"} <= set(each) for each in found[0]["statements"])
    assert "terminal" in found[0]["quantity"]


@pytest.mark.parametrize(
    "second",
    [
        "In 2024 the Marsa terminal handled 1.6 million boxes.",  # another year
        "In 2023 the Aden terminal handled 1.6 million boxes.",  # another place
        "In 2023 the Marsa terminal handled at least 1.1 million boxes.",  # no contradiction
        "In 2023 the Marsa terminal handled a peak of 1.6 million boxes.",  # another scope
    ],
)
def test_other_scopes_are_no_conflict(tmp_path, second):
    (tmp_path / "a.md").write_text(
        "# Yearbook\n\nThe Marsa terminal handled 1.2 million boxes in 2023, the port says.\n"
    )
    (tmp_path / "b.md").write_text(f"# Review\n\n{second}\n")
    assert json.loads(_run(str(tmp_path), "--json", "--kind", "conflict").stdout) == []


def test_filters_and_exit_status(page):
    assert _run(page, "--fail-on", "wrong").returncode == 1
    assert _run(page, "--fail-on", "wrong", "--kind", "conflict").returncode == 0
    assert _run(page, "--fail-on", "ambiguous", "--min-confidence", "0.99").returncode == 0
    assert json.loads(_run(page, "--json", "--min-confidence", "0.99").stdout) == []


def test_text_says_what_is_wrong_and_hides_what_holds(page):
    came = _run(page)
    assert "is a rise of 25 %, but the text says '20%'" in " ".join(came.stdout.split())
    assert "a fall of 25 %" not in came.stdout
    assert "a fall of 25 %" in _run(page, "--all").stdout


def test_bad_input_is_one_line(tmp_path):
    came = _run(str(tmp_path / "gone.md"))
    assert came.returncode == 2
    assert came.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--min-confidence", "nan"), "nan; a number from 0 up to 1"),
        (("--llm-model", "m"), "--llm-model: needs --llm"),
        (("--llm", "https://example.com/v1"), "--llm-model NAME"),
        (("--report", "."), "is a folder"),
    ],
)
def test_options_that_cannot_be_are_refused(page, words, told):
    came = _run(page, *words)
    assert (came.returncode, came.stderr.count("\n")) == (2, 1)
    assert told in came.stderr


def test_html_is_not_read_as_text(tmp_path):
    (tmp_path / "a.html").write_text("<p>From $80 to $100, a 20% rise.</p>", encoding="utf-8")
    came = _run(str(tmp_path / "a.html"))
    assert (came.returncode, came.stdout) == (2, "")
    assert "is HTML" in came.stderr


def test_a_language_model_is_asked_only_when_it_is_named(page):
    assert "language model" not in _run(page).stdout
    came = _run(page, "--llm", "http://127.0.0.1:9/v1", "--llm-model", "m")
    assert came.returncode == 2
    assert "private network" in came.stderr
    came = _run(page, "--llm", "http://127.0.0.1:9/v1", "--llm-model", "m", "--llm-private")
    assert (came.returncode, came.stderr.count("\n")) == (2, 1)
    assert "cannot be asked" in came.stderr
    assert _run(page, "--llm", "http://127.0.0.1:9/v1", "--llm-model", "m", "--kind", "conflict").returncode == 0
