"""Searching: the targets on the real page, and what a hit says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from rackmath.brain.find import FREQUENT, LONGEST_PASSAGE, MOST_RANKED, Hit, best_passage, search
from rackmath.brain.page import Page
from rackmath.errors import RackmathError


@pytest.mark.shared
@pytest.mark.parametrize(
    ("query", "codes"),
    [("execution idle", ["R58"]), ("execution-idle", ["R58"]), ("MACRS", ["R119", "R122"]), ("1,389", ["R60"])],
)
def test_real_page_best_hits(seed_vault: Path, seed: Page, query: str, codes: list[str]) -> None:
    titles = [seed.by_code()[code].title for code in codes]
    assert [hit.title for hit in search(seed_vault, query)][: len(titles)] == titles


@pytest.mark.shared
def test_real_page_exact_numbers(seed_vault: Path, seed: Page) -> None:
    titles = {hit.title for hit in search(seed_vault, "44%")}
    assert seed.by_code()["R1"].title in titles
    says_it = re.compile(r"(?<![\d.,])44%")
    assert titles == {note.title for note in seed.notes if says_it.search(f"{note.title}\n{note.prose}")}
    price = re.compile(r"\$0\.30(?!\d)")
    assert {hit.title for hit in search(seed_vault, "$0.30", 50)} == {
        note.title for note in seed.notes if price.search(f"{note.title}\n{note.prose}")
    }


@pytest.mark.shared
def test_real_page_titles_find_their_own_notes(seed_vault: Path, seed: Page) -> None:
    # a floor, not a target: with its own title as the query nearly every note should be first
    first = 0
    for note in seed.notes:
        hits = search(seed_vault, note.title, 3)
        first += bool(hits) and hits[0].title == note.title
    assert first >= 0.97 * len(seed.notes)


def test_hit_says_where_and_why(sample_vault: Path) -> None:
    hits = search(sample_vault, "idle power telemetry")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    best = hits[0]
    assert best.title == "Idle but powered: a state of its own"
    assert (best.kind, best.path) == ("reading", "notes/reading/idle-but-powered-a-state-of-its-own.md")
    assert best.tags == ("idle-power", "telemetry", "energy")
    (reason,) = best.why
    assert reason.arm == "words"
    assert reason.score == best.score > 0
    assert {"title", "tags", "body"} <= set(reason.fields)
    assert {"idle", "telemetry"} <= set(reason.words)
    assert str(reason).endswith("in title and tags and body and sources") or " in " in str(reason)


def test_passage_is_the_best_paragraph_with_marks_and_no_cite_marks(sample_vault: Path) -> None:
    (hit, *_) = search(sample_vault, "kernel tool percentage", marks=("<<", ">>"))
    assert "<<percentage>>" in hit.passage
    assert "<<kernel>>" in hit.passage
    assert "[^c" not in hit.passage
    assert "run:" not in hit.passage


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("1,389", "From 700 to 1,389 watts: what surrounds an accelerator"),
        ("1389", "From 700 to 1,389 watts: what surrounds an accelerator"),
        ("$2.9 billion", "No table of lives: what the two rule books leave open"),
        ("$2.9B", "No table of lives: what the two rule books leave open"),
        ("72%", "Memory chips: 28% off per doubling, design by design"),
        ("72 percent", "Memory chips: 28% off per doubling, design by design"),
        ("$0.005", "What a reservation leaves at list price"),
        ('"clock hour"', "A reserved instance is a line on the bill, not a machine"),
        ("moore's-law", "No table of lives: what the two rule books leave open"),
        ("wright’s", "Aircraft, 1936: the first published learning curve"),
    ],
)
def test_sample_targets(sample_vault: Path, query: str, expected: str) -> None:
    assert expected in [hit.title for hit in search(sample_vault, query, 2)]


def test_number_is_marked_as_it_is_printed(sample_vault: Path) -> None:
    (hit,) = search(sample_vault, "$2.9 billion")
    assert "**$2.9 billion**" in hit.passage


def test_marks_of_words_and_numbers_do_not_cross(sample_vault: Path) -> None:
    (hit, *_) = search(sample_vault, "$2.9 billion billion year's expense")
    assert "**$2.9 billion** off a **year's expense**" in hit.passage


def test_number_with_a_unit_finds_only_that(sample_vault: Path) -> None:
    assert {hit.title for hit in search(sample_vault, "24%")} == set()
    assert search(sample_vault, "24")  # "18 to 24 months"


def test_phrase_must_occur(sample_vault: Path) -> None:
    hits = search(sample_vault, '"useful life" depreciation')
    assert hits
    for hit in hits:
        text = (sample_vault / hit.path).read_text(encoding="utf-8").lower()
        assert "useful life" in text or "useful-life" in text


def test_filters(sample_vault: Path) -> None:
    assert {hit.kind for hit in search(sample_vault, "cost kind:thesis", 50)} == {"thesis"}
    assert {hit.kind for hit in search(sample_vault, "price kind:thesis kind:pov", 50)} == {"thesis", "pov"}
    tagged = search(sample_vault, "price tag:Wright's-Law", 50)
    assert tagged
    assert all("wrights-law" in hit.tags for hit in tagged)
    assert search(sample_vault, "price tag:nothing-has-this") == []


def test_limit(sample_vault: Path) -> None:
    assert len(search(sample_vault, "price", 3)) == 3
    assert 3 < len(search(sample_vault, "price", 10**9)) <= 27
    with pytest.raises(RackmathError, match="at least one"):
        search(sample_vault, "price", 0)


@pytest.mark.parametrize("query", ["", "the of", "kind:thesis", '"'])
def test_nothing_to_look_for(sample_vault: Path, query: str) -> None:
    with pytest.raises(RackmathError):
        search(sample_vault, query)


@pytest.mark.parametrize(
    "query", ['a" OR "b', "price AND (NOT", "body:price", "price*", "-price ^x", "NEAR(x y)", "50%!"]
)
def test_syntax_of_the_index_in_a_query_does_no_harm(sample_vault: Path, query: str) -> None:
    assert isinstance(search(sample_vault, query), list)


def test_nothing_found(sample_vault: Path) -> None:
    assert search(sample_vault, "zeppelin") == []


def test_passage_prefers_different_words_then_more_of_them() -> None:
    one, two = "\x02a\x03 x \x02a\x03 \x02a\x03", "\x02a\x03 \x02b\x03"
    assert best_passage(f"plain\n\n{one}\n\n{two}") == two
    assert best_passage("plain\n\nother") == "plain"
    assert best_passage("") == ""


def test_long_passage_is_cut_around_its_densest_place() -> None:
    text = " ".join(["word"] * 300 + ["\x02hit\x03", "\x02other\x03"] + ["word"] * 300)
    passage = best_passage(text)
    assert passage.startswith("… ")
    assert passage.endswith(" …")
    assert "\x02hit\x03 \x02other\x03" in passage
    assert len(passage) < LONGEST_PASSAGE + 10


def test_cut_never_leaves_half_a_mark() -> None:
    for before in range(40, 80):
        passage = best_passage(" ".join(["w"] * before * 4 + ["\x02a b c d e f g h\x03"] * 60))
        assert passage.count("\x02") == passage.count("\x03")


def made(root: Path, texts: list[str]) -> Path:
    """A brain of very many small notes."""
    folder = root / "notes/reading"
    folder.mkdir(parents=True)
    (root / "brain.yaml").write_text("format: 1\n")
    for number, text in enumerate(texts):
        (folder / f"n{number}.md").write_text(text)
    return root


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More notes than are ranked in full: "rack" in all, "even" in half, "third" in a third, "rare" in three."""
    texts = []
    for number in range(MOST_RANKED + 200):
        words = ["rack", *(["even"] if number % 2 == 0 else []), *(["third"] if number % 3 == 0 else [])]
        texts.append(" ".join([*words, *(["rare"] if number in (5, 6, 7) else []), f"w{number}"]))
    return made(tmp_path_factory.mktemp("large") / "brain", texts)


def names(hits: list[Hit]) -> list[str]:
    return [hit.title for hit in hits]


def test_large_brain_still_finds_rare_words_first(large: Path) -> None:
    assert set(names(search(large, "rack rare", 3))) == {"n5", "n6", "n7"}
    assert names(search(large, "rack even third w6", 1)) == ["n6"]


def test_large_brain_fills_up_when_rare_words_are_too_few(large: Path) -> None:
    hits = search(large, "rack rare", 10)
    assert len(hits) == 10
    assert set(names(hits)[:3]) == {"n5", "n6", "n7"}


def test_large_brain_with_frequent_words_only_prefers_notes_with_all(large: Path) -> None:
    assert FREQUENT < 0.5
    for name in names(search(large, "rack even", 10)):
        assert int(name[1:]) % 2 == 0


def test_filter_that_leaves_few_asks_again(large: Path) -> None:
    assert search(large, "rack rare kind:thesis") == []
    assert len(search(large, "rack rare kind:reading", 20)) == 20


def test_importing_the_package_loads_no_database_and_no_yaml(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys, rackmath.brain as b; assert 'search' in dir(b); "
        "print(sorted(set(sys.modules) & {'sqlite3', 'yaml', 'numpy', 'rackmath.vault', 'rackmath.brain.page'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    import rackmath.brain

    for name in rackmath.brain.__all__:
        assert getattr(rackmath.brain, name) is not None
    assert sorted(rackmath.brain.__all__) == dir(rackmath.brain) == sorted(rackmath.brain._HOMES)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        rackmath.brain.nothing  # noqa: B018
