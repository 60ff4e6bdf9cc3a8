"""What searching keeps in memory follows the index note by note, and is what reading all of it anew would give."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from brain.made_vaults import BRAIN, make_brain, note, put, source
from rackmath.brain import lsa, ranked_from
from rackmath.brain.index import Index
from rackmath.brain.ranked_from import Shelf, facets_of, keep_up, shelf_of

WORDS = [f"word{letter}{other}" for letter in "abcdefgh" for other in "klmnop"]


def change(root: Path, rng: random.Random) -> None:
    name = f"n{rng.randrange(60)}"
    there = sorted((root / "notes").rglob("*.md"))
    match rng.randrange(7):
        case 0 if there:
            rng.choice(there).unlink()
        case 1 if there:
            rng.choice(there).rename(root / f"notes/thesis/moved-{rng.randrange(30)}.md")
        case 2:
            source(root, rng.choice(["acme", "press"]), url=f"https://{rng.choice(['a', 'b', 'c'])}.example/1")
        case 3:
            put(root, "vocab/tags.yaml", rng.choice(["power-use: {merged_into: pue}\n", "pue: {aliases: [gpu]}\n", ""]))
        case 4:
            put(root, "brain.yaml", BRAIN + rng.choice(["", "review: [{name: r, when: {tag: [gpu]}, needs: [bob]}]\n"]))
        case _:
            body = " ".join(rng.choices([*WORDS, f"new{rng.randrange(10**6)}"], k=30))
            tags = rng.sample(["pue", "power-use", "gpu", f"t{rng.randrange(9)}"], k=2)
            cited = f"{body}[^1]\n\n[^1]: @{rng.choice(['acme', 'press'])} s1\n"
            note(root, name, cited, tags=tags, kind=rng.choice(["thesis", "reading"]))


def same(kept: Shelf, anew: Shelf) -> None:
    for name in ("words", "groups"):
        one, two = getattr(kept, name), getattr(anew, name)
        assert one.width == two.width
        for field in ("rows", "starts", "terms", "counts", "sizes", "spread", "lengths", "rarity"):
            np.testing.assert_array_equal(getattr(one, field), getattr(two, field))
    for field in ("points", "paths", "by_path", "states", "outdated"):
        np.testing.assert_array_equal(getattr(kept, field), getattr(anew, field))
    assert kept.fitted == anew.fitted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kept_up_equals_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(lsa, "SMALL", 20)  # so that most changes leave the directions as they are
    monkeypatch.setattr(lsa, "STALE", 0.9)
    monkeypatch.setattr(ranked_from, "MOST_RENEWED", 0.5)
    renewed: list[int] = []
    follow = Shelf.renewed

    def counted(shelf: Shelf, *given: object) -> Shelf:
        renewed.append(1)
        return follow(shelf, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Shelf, "renewed", counted)
    root = make_brain(tmp_path / "b")
    rng = random.Random(seed)
    for number in range(60):
        note(root, f"n{number}", " ".join(rng.choices(WORDS, k=30)), tags=["gpu"])
    index, everything = Index(root), 0
    for _ in range(25):
        for _ in range(rng.randrange(1, 4)):
            change(root, rng)
        with index.reading(fresh=True) as db:
            shelf, terms, _ = shelf_of(index, db)
            anew = Shelf.read(db, shelf.generation)
            same(shelf, anew)
            found = np.array([rng.random() < 0.5 for _ in shelf.words.rows], dtype=bool)
            told = facets_of(index, db, shelf).counts(found)
            assert told == ranked_from.FacetTables.read(db, shelf.words.rows).counts(found)
            if rng.random() < 0.4:
                listed = db.execute("SELECT stem, form, id FROM term ORDER BY id").fetchall()
                made = ranked_from.Spelling((stem, form, int(anew.words.spread[at])) for stem, form, at in listed)
                for typed in ("wordak", "wordzk", "worddak", "newz1234", "gpuu"):
                    assert terms.spelling.nearest(typed, typed) == made.nearest(typed, typed)
                    assert list(terms.spelling.kin(typed)) == list(made.kin(typed))
            everything += found.size
    index.close()
    assert len(renewed) > 12
    assert everything > 500


def test_an_index_made_anew_is_read_anew(tmp_path: Path) -> None:
    """The same vault, its index thrown away: rows and terms have other numbers then."""
    root = make_brain(tmp_path / "b")
    for number in range(30):
        note(root, f"n{number}", f"{WORDS[number]} {WORDS[number + 1]}")
    index = Index(root)
    with index.reading(fresh=True) as db:
        shelf_of(index, db)
    for path in (root / ".rackmath").glob("index.sqlite*"):
        path.unlink()
    for number in range(29):
        (root / f"notes/thesis/n{number}.md").unlink()
    with index.reading(fresh=True) as db:
        shelf, _, _ = shelf_of(index, db)
        same(shelf, Shelf.read(db, 0))
        assert len(shelf.paths) == 1
    index.close()


def test_a_change_of_the_journal_alone_leaves_it_as_it_is(tmp_path: Path) -> None:
    from rackmath.vault import Vault

    vault = Vault.create(tmp_path / "b", title="Test", writer="ann")
    vault.write("notes/thesis/n.md", "---\nstatus: published\n---\nWords.\n")
    index = Index(vault.path)
    with index.reading(fresh=True) as db:
        before, _, _ = shelf_of(index, db)
    generation = index.generation
    vault.write("elsewhere.txt", "not of the index")
    index.refresh()
    assert index.generation > generation
    with index.reading() as db:
        assert shelf_of(index, db)[0] is before
    index.close()


def test_after_keeping_up_a_search_finds_all_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_brain(tmp_path / "b")
    for number in range(30):
        note(root, f"n{number}", WORDS[number])
    index = Index(root)
    for body in ("copper", "silver"):
        note(root, "n1", body)
        index.refresh()
        keep_up(index)
        with monkeypatch.context() as patched, index.reading(look=False) as db:
            for owner in (Shelf, ranked_from.FacetTables):
                for name in ("read", "renewed"):
                    patched.delattr(owner, name)
            patched.delattr(ranked_from.Spelling, "grown")
            shelf, terms, _ = shelf_of(index, db)
            assert facets_of(index, db, shelf).rows is shelf.words.rows
            assert terms.number(body) is not None
            assert terms.spelling.nearest(f"{body}x", f"{body}x") is not None
    index.close()
