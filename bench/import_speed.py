"""Measure an import: a page into a new brain, and the same page again.

    .venv/bin/python bench/import_speed.py [PAGE]     # by default the bundled sample page

Bar: under 2 s for a page of some 170 notes and 400 sources, the new brain included.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from rackmath.brain import import_page
from rackmath.brain.page import SAMPLE_PAGE


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, nargs="?", default=SAMPLE_PAGE)
    page = parser.parse_args().page
    with tempfile.TemporaryDirectory() as folder:
        for name in ("into a new brain", "again"):
            wall, processor = time.perf_counter(), time.process_time()
            report = import_page(page, Path(folder) / "brain", writer="bench")
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            files = len(report.changes.created)
            print(
                f"{report.found:,} notes {name}: {wall:.2f} s ({processor:.2f} s of processor), {files:,} files written"
            )


if __name__ == "__main__":
    main()
