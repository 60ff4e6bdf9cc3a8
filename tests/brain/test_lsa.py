"""Likeness by the company that words keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rackmath.brain import lsa
from rackmath.brain.index import index_of
from rackmath.brain.sparse import Sparse


def bags(*counts: dict[int, float]) -> Sparse:
    listed = []
    for row, bag in enumerate(counts, 1):
        terms = np.array([0, *sorted(bag)], dtype="<i4")
        values = np.array([0, *(bag[term] for term in sorted(bag))], dtype="<f4")
        listed.append((row * 10, terms.tobytes(), values.tobytes()))
    return Sparse.read(listed, 8)


# terms 1 and 2 keep company, and 3 and 4: a note of 1 is like a note of 2 though they share no word
CORPUS = bags({1: 2, 2: 1}, {1: 1, 2: 2}, {1: 1, 2: 1, 5: 1}, {3: 2, 4: 1}, {3: 1, 4: 2}, {3: 1, 4: 1, 5: 1})
STEMS = {number: f"w{number}" for number in range(8)}


def test_words_that_keep_company_are_alike() -> None:
    directions = lsa.fit(CORPUS, STEMS)
    one, two, three = (directions.place({term: 1.0}) for term in (1, 2, 3))
    assert float(one @ two) > 0.9
    assert abs(float(one @ three)) < 0.2
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)


def test_notes_and_texts_are_placed_alike() -> None:
    directions = lsa.fit(CORPUS, STEMS)
    points = directions.project(CORPUS)
    assert np.allclose(points[0], directions.place({1: 2.0, 2: 1.0}), atol=1e-5)
    assert np.allclose(directions.project(CORPUS, 2, 4), points[2:4], atol=1e-6)


def test_unknown_words_have_no_place() -> None:
    directions = lsa.fit(CORPUS, STEMS)
    assert not directions.place({7: 1.0}).any()
    assert not directions.place({}).any()


def test_counts_and_weights() -> None:
    sparse = bags({1: 1, 2: 1}, {1: 3}, {})
    assert sparse.spread.tolist()[:3] == [0, 2, 1]
    assert sparse.lengths.tolist() == [2, 3, 0]
    # rarity: n 3, df 2: ln(1 + 1.5 / 2.5)
    assert sparse.rarity[1] == pytest.approx(np.log(1.6), rel=1e-6)
    asked = np.zeros(8, dtype=np.float32)
    asked[1] = 2
    # BM25 by hand: length 3, mean 5/3, k1 1.2, b 0.75: tf·2.2 / (tf + 1.2·(0.25 + 0.75·length/mean))
    assert sparse.sums(asked, 1.2, 0.75).tolist() == pytest.approx([2 * 2.2 / 2.38, 2 * 6.6 / 4.92, 0], rel=1e-6)
    assert sparse.only(np.array([1])).rows.tolist() == [20]


def brain(root: Path, count: int) -> Path:
    folder = root / "notes/reading"
    folder.mkdir(parents=True)
    (root / "brain.yaml").write_text("format: 1\n")
    for number in range(count):
        (folder / f"n{number}.md").write_text(f"rack power word{number % 9} word{number % 5} thing{number}")
    return root


def fitted(vault: Path) -> tuple[int, int]:
    row = index_of(vault).read(lambda db: db.execute("SELECT notes, changed FROM fitted").fetchone(), fresh=True)
    return int(row[0]), int(row[1])


def test_a_large_brain_is_fitted_anew_only_when_much_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lsa, "SMALL", 20)
    vault = brain(tmp_path / "brain", 40)
    assert fitted(vault) == (40, 0)
    for number in range(4):  # a changed note is taken out and put in: two changes
        (vault / f"notes/reading/n{number}.md").write_text(f"rack word1 news{number}")
        assert fitted(vault) == (40, 2 * (number + 1))
    kept = index_of(vault).read(lambda db: db.execute("SELECT count(*) FROM likeness").fetchone()[0])
    assert kept == 40
    (vault / "notes/reading/n9.md").write_text("rack word2 the last straw")
    assert fitted(vault) == (40, 0)


def test_few_notes_have_no_directions(tmp_path: Path) -> None:
    vault = brain(tmp_path / "brain", lsa.FEWEST - 1)
    index = index_of(vault)
    index.refresh()
    assert index.read(lsa.read_directions) is None
    (vault / "notes/reading/more.md").write_text("rack power")
    index.refresh()
    assert index.read(lsa.read_directions) is not None
