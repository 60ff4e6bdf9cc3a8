"""Measure what a note's page asks of the library: how long its questions take together in a brain of 10,000 notes.

    .venv/bin/python bench/library_speed.py            # makes its vault in a temporary folder

Bars: indexed in under 60 s, one edit taken in within 100 ms, the questions of a note's page in under 15 ms.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from made_notes import make_vault

from rackmath.brain.library import Library

PARTS = ("links", "backlinks", "citations", "references", "shared_sources", "near", "referring")


def page(library: Library, note_id: str, times: dict[str, list[float]]) -> None:
    """Ask what a note's page asks, and note down how long each question took, in seconds of the processor."""

    def timed(name: str, ask: Callable[[], object]) -> None:
        start = time.process_time()
        ask()
        times.setdefault(name, []).append(time.process_time() - start)

    begun, clock = time.perf_counter(), time.process_time()
    with library.reading():
        timed("note", lambda: library.note(note_id))
        for name in PARTS:
            timed(name, lambda name=name: getattr(library, name)(note_id))
        timed("figures", lambda: library.figures(note_id=note_id))
        timed("conflicts", lambda: library.conflicts(note_id=note_id))
        timed("graph", lambda: library.graph(note_id))
        timed("contributors", lambda: library.contributors)
    times.setdefault("page", []).append(time.process_time() - clock)
    times.setdefault("page, by the wall", []).append(time.perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--vault", type=Path, help="a vault that is there already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vault = given.vault or Path(folder) / "vault"
        if not vault.exists():
            make_vault(vault, given.notes, rich=True)
        start, clock = time.perf_counter(), time.process_time()
        library = Library(vault, look=False)
        size = library.index.path.stat().st_size / 2**20 if library.index.path else 0
        spent = f"{time.perf_counter() - start:.1f} s, {time.process_time() - clock:.1f} s of them on the processor"
        print(f"indexed in {spent}; index {size:.0f} MiB")
        ids = [card.id for card in library.notes()]
        times: dict[str, list[float]] = {}
        rng = random.Random(1)
        for note_id in rng.sample(ids, min(given.pages, len(ids))):
            page(library, note_id, times)
        for name, found in times.items():
            found.sort()
            p50, p95 = (found[int(share * len(found))] * 1000 for share in (0.5, 0.95))
            print(f"{name:<20}p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   most {found[-1] * 1000:7.2f} ms")
        card = library.notes(limit=1)[0]
        path = vault / card.path
        edits = []
        for number in range(10):
            path.write_text(f"{path.read_text(encoding='utf-8')}\nOne more line, {number}.\n", encoding="utf-8")
            edits.append(library.index.touched([card.path]).seconds)
        print(f"one edit taken in within {max(edits) * 1000:.0f} ms")
        for name, ask in (
            ("list of 20", lambda: library.notes(limit=20)),
            ("tags", library.tags),
            ("sources", library.sources),
            ("quantities", library.quantities),
            ("conflicts", library.conflicts),
            ("conflicts again", library.conflicts),
            ("lineage", library.lineage),
            ("changes", lambda: library.changes(20)),
            ("health", library.health),
            ("attention", lambda: library.attention(date(2026, 11, 22))),
        ):
            start = time.process_time()
            found_ = ask()
            told = f" ({len(found_):,})" if isinstance(found_, list) else ""
            print(f"{name:<20}{(time.process_time() - start) * 1000:8.1f} ms{told}")
        print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
