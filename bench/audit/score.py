"""Score the audit of a page against the key: `python bench/audit/score.py PAGE`.

The key names notes by the first twelve digits of the SHA-256 of their titles and tells in other words what can be
checked there, what the note claims and what comes out. A claim counts as found where a finding of that note claims the
same value; a wrong one as caught where its verdict is wrong or ambiguous. Half of the notes (even first digit of the
hash) served to develop the rules.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

from rackmath.audit.arithmetic import arithmetic
from rackmath.audit.read import read

HERE = Path(__file__).parent


def main(page: str) -> None:
    begun = time.process_time()
    notes = read(Path(page)).notes
    found = defaultdict(list)
    for note in notes:
        found[sha256(note.title.encode()).hexdigest()[:12]] += arithmetic(note.lines)
    took = time.process_time() - begun
    key = list(csv.DictReader((HERE / "key.csv").open()))
    for half in ("develop", "report"):
        mine = [row for row in key if row["half"] == half]
        wrong = [row for row in mine if row["verdict"] == "wrong"]
        hit = [row for row in mine if _match(found[row["note"]], row)]
        caught = [row for row in wrong if any(each.verdict != "holds" for each in _match(found[row["note"]], row))]
        print(
            f"{half}: {len(hit)} of {len(mine)} checkable claims found, {len(caught)} of {len(wrong)} wrong ones caught"
        )
        print("  missed:", "; ".join(row["what"] for row in mine if row not in hit))
    accused = [
        (name, each)
        for name, list_ in found.items()
        for each in list_
        if each.verdict == "wrong" and each.confidence >= 0.8
    ]
    right = [
        each
        for name, each in accused
        if any(row["verdict"] == "wrong" and _match([each], row) for row in key if row["note"] == name)
    ]
    print(f"accusations at 0.8 or more: {len(accused)}, of which the key agrees with {len(right)}; {took:.2f} s")


def _match(found, row):
    claimed = float(row["claimed"])
    return [each for each in found if each.claimed is not None and abs(each.claimed - claimed) <= 0.006 * abs(claimed)]


if __name__ == "__main__":
    main(sys.argv[1])
