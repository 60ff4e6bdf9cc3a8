"""Measure how well the search finds: nDCG@10, MRR and recall at 50 by collection, stratum and arm.

    .venv/bin/python bench/search_quality.py                 # development halves
    .venv/bin/python bench/search_quality.py --part test     # what is reported
    .venv/bin/python bench/search_quality.py --part held     # a second set, by another hand, to tell luck from skill
    .venv/bin/python bench/search_quality.py --semantic      # with the language model of the extra `semantic`

Constants are tuned on the development halves only. Grades count as gains as they are (3 for an answer). For questions
without an answer the area under the curve says how well the confidence tells them apart (1: always, 0.5: by chance).
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
from search_collections import Collection, Question, collections

from rackmath.brain.asked import understand
from rackmath.brain.confidence import GOOD
from rackmath.brain.find import find
from rackmath.brain.index import index_of
from rackmath.brain.query import quoted, read_query
from rackmath.brain.ranked_from import shelf_of
from rackmath.brain.ranking import rank

DEPTH = 50
Ranking = Callable[[str], list[str]]


def ndcg(ranked: Sequence[str], relevant: dict[str, int], depth: int = 10) -> float:
    """Return the discounted gain of a ranking beside that of the best one."""
    gains = [relevant.get(path, 0) / math.log2(place + 2) for place, path in enumerate(ranked[:depth])]
    best = sorted(relevant.values(), reverse=True)[:depth]
    return sum(gains) / sum(grade / math.log2(place + 2) for place, grade in enumerate(best))


def arms(vault: Path, semantic: bool) -> dict[str, Ranking]:
    """Return the arms and the whole, each as a function from a question to paths."""
    index = index_of(vault)
    index.refresh()
    paths = index.read(lambda db: dict(db.execute("SELECT rowid, path FROM note").fetchall()))

    def plain(text: str) -> list[str]:
        words = [quoted(word) for word in read_query(text).words]
        sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 6, 4, 1, 3, 0.5) LIMIT ?"
        rows = index.read(lambda db: db.execute(sql, (" OR ".join(words), DEPTH)).fetchall(), look=False)
        return [paths[row] for (row,) in rows]

    def part(name: str) -> Ranking:
        def ranked(text: str) -> list[str]:
            def step(db: object) -> list[str]:
                shelf, terms, aliases = shelf_of(index, db)  # type: ignore[arg-type]
                scores = rank(shelf, understand(read_query(text), terms, aliases))
                values = scores.words + scores.meanings if name == "either" else getattr(scores, name)
                best = np.argsort(-values, kind="stable")[:DEPTH]
                return [paths[int(shelf.words.rows[place])] for place in best if values[place] > 0]

            return index.read(step, look=False)

        return ranked

    def whole(text: str, reader: object = None) -> list[str]:
        found = find(index, text, DEPTH, facets=False, look=False, semantic=reader)  # type: ignore[arg-type]
        return [hit.path for hit in found.hits]

    listed = {
        "SQLite's BM25": plain,
        "words": part("words"),
        "likeness": part("own"),
        "words + meaning": part("either"),
        "whole": whole,
    }
    if semantic:
        from rackmath.brain.semantic import Reader

        reader = Reader()
        listed["semantic"] = lambda text: whole(text, reader)
    return listed


def table(collection: Collection, part: str, semantic: bool) -> None:
    """Print one collection."""
    questions = [each for each in collection.questions if each.part == part and each.relevant]
    strata = list(dict.fromkeys(each.stratum for each in questions))
    heads = ["nDCG@10", "MRR", "R@50", "p50 ms", "p95 ms", *(strata if len(strata) > 1 else [])]
    if not questions:
        return
    print(f"\n{collection.name}: {len(questions)} questions ({part})")
    print(f"  {'':<18}" + "".join(f"{head:>13}" for head in heads))
    for name, ranked in arms(collection.vault, semantic).items():
        by: dict[str, list[float]] = defaultdict(list)
        times = []
        ranked(questions[0].text)
        for question in questions:
            start = time.perf_counter()
            paths = ranked(question.text)
            times.append((time.perf_counter() - start) * 1000)
            by["nDCG@10"].append(ndcg(paths, question.relevant))
            by[question.stratum].append(by["nDCG@10"][-1])
            first = next((place for place, path in enumerate(paths, 1) if path in question.relevant), 0)
            by["MRR"].append(1 / first if first else 0.0)
            by["R@50"].append(sum(path in question.relevant for path in paths) / len(question.relevant))
        times.sort()
        by["p50 ms"], by["p95 ms"] = [times[len(times) // 2]], [times[int(0.95 * len(times))]]
        shown = "".join(f"{mean(by[head]):>13.1f}" if "ms" in head else f"{mean(by[head]):>13.3f}" for head in heads)
        print(f"  {name:<18}{shown}")


def unanswerable(collection: Collection, part: str) -> None:
    """Print how well the confidence tells questions with an answer from those without."""
    index = index_of(collection.vault)

    def sure(questions: list[Question]) -> list[float]:
        return [find(index, each.text, facets=False, look=False).confidence for each in questions if each.part == part]

    with_answer = sure([each for each in collection.questions if each.relevant])
    without = sure([each for each in collection.questions if not each.relevant])
    if not without:
        return
    wins = mean((a > b) + 0.5 * (a == b) for a in with_answer for b in without)
    said = mean(value < GOOD for value in without)
    kept = mean(value >= GOOD for value in with_answer)
    print(f"  answered or not: AUC {wins:.3f}; {said:.0%} of {len(without)} without an answer are said to have none,")
    print(f"  {kept:.0%} of {len(with_answer)} with one are said to have one")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("dev", "test", "held"), default="dev")
    parser.add_argument("--semantic", action="store_true")
    parser.add_argument("--only", help="the name of one collection")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for collection in collections(Path(folder)):
            if not given.only or given.only.casefold() in collection.name.casefold():
                table(collection, given.part, given.semantic)
                unanswerable(collection, given.part)


if __name__ == "__main__":
    main()
