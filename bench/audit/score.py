"""Score the audit against keys: `python bench/audit/score.py [dev] [held] [fresh] [PAGE] [--tell]`.

`dev` and `held` are the pages under tests/audit/pages with a key beside each: a line for each claim that can be
checked, with its place, its class and whether it is right; for each sentence that only looks wrong; and for the sides
of each planted conflict. PAGE is the text of a brain page, scored against key.csv, which names notes by the first
twelve digits of the SHA-256 of their titles and tells in other words what can be checked there.

A claim is found where a finding stands on it, or computes with it close by. A wrong one is caught where the verdict is
wrong or a question. `--tell` lists what is missed and what is falsely said.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter, defaultdict
from datetime import date
from hashlib import sha256
from pathlib import Path

from rackmath.audit import Finding, audit_matter, read
from rackmath.audit.arithmetic import arithmetic

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "tests" / "audit" / "pages"
DAY = date(2026, 12, 1)
SURE = 0.8
Row = dict[str, str]


def pages(half: str, tell: bool) -> Counter[str]:
    """Score the pages of one half, and return the counts."""
    counts: Counter[str] = Counter()
    classes: dict[str, Counter[str]] = defaultdict(Counter)
    begun = time.process_time()
    for page in sorted((PAGES / half).glob("*.md")):
        text = page.read_text(encoding="utf-8")
        key = _key(page.with_suffix(".tsv"), "\t")
        found = audit_matter(read(page), DAY, ("arithmetic", "conflict"))
        told = [*_claims(text, key, found, counts, classes), *_accusations(key, found, counts)]
        told += _conflicts(text, key, found, counts)
        for line in told if tell else ():
            print(f"  {page.stem}: {line}")
    took = time.process_time() - begun
    for name, tally in sorted(classes.items()):
        print(f"  {name:<11}{_of(tally, 'found', 'all')} found, {_of(tally, 'caught', 'wrong')} wrong ones caught")
    for name, hits, whole in (
        ("claims found", "found", "claims"),
        ("wrong ones caught", "caught", "wrong"),
        ("wrong ones accused", "accused", "wrong"),
        (f"accusations at {SURE} or more that are right", "sure right", "sure"),
        ("weaker accusations that are right", "weak right", "weak"),
        ("questions that are right", "question right", "question"),
        ("groups of conflicts found", "groups found", "groups"),
        ("conflicts told that are right", "conflicts right", "conflicts"),
    ):
        print(f"{half}: {name}: {_of(counts, hits, whole)}")
    print(f"{half}: {took:.2f} s")
    return counts


def _key(file: Path, delimiter: str) -> list[Row]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), delimiter=delimiter))


def _of(counts: Counter[str], hits: str, whole: str) -> str:
    share = f" ({counts[hits] / counts[whole]:.0%})" if counts[whole] else ""
    return f"{counts[hits]} of {counts[whole]}{share}"


def _claims(
    text: str, key: list[Row], found: list[Finding], counts: Counter[str], classes: dict[str, Counter[str]]
) -> list[str]:
    told = []
    for row in key:
        if row["verdict"] not in ("holds", "wrong"):
            continue
        hits = [each for each in found if each.kind == "arithmetic" and _on(each, row)]
        caught = [each.verdict for each in hits if each.verdict in ("wrong", "ambiguous")]
        wrong = row["verdict"] == "wrong"
        for tally in (counts, classes[row["class"]]):
            tally.update({"claims": 1, "all": 1, "found": int(bool(hits)), "wrong": int(wrong)})
            tally.update({"caught": int(wrong and bool(caught)), "accused": int(wrong and "wrong" in caught)})
        if not hits or (wrong and not caught):
            around = " ".join(text[max(0, int(row["start"]) - 110) : int(row["end"]) + 20].split())
            told.append(f"{'not caught' if wrong else 'missed'} {row['class']} [{row['claim']}]: {around}")
    return told


def _on(found: Finding, row: Row) -> bool:
    start, end = int(row["start"]), int(row["end"])
    if found.start < end and start < found.end:
        return True
    if row["class"] == "direction":
        return found.rule == "direction" and abs(found.start - start) < 160
    return any(each.start < end and start < each.end for each in found.inputs) and abs(found.start - start) < 60


def _accusations(key: list[Row], found: list[Finding], counts: Counter[str]) -> list[str]:
    told = []
    for each in found:
        if each.kind != "arithmetic" or each.verdict not in ("wrong", "ambiguous"):
            continue
        right = any(_on(each, row) for row in key if row["verdict"] == "wrong")
        sort = "question" if each.verdict == "ambiguous" else "sure" if each.confidence >= SURE else "weak"
        counts.update({sort: 1, f"{sort} right": right})
        if not right:
            told.append(f"false {sort} {each.confidence} [{each.rule}]: {each.explanation}")
    return told


def _conflicts(text: str, key: list[Row], found: list[Finding], counts: Counter[str]) -> list[str]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in key:
        if row["verdict"] == "conflict":
            groups[row["class"]].append(row)
    told, seen = [], set()
    for each in found:
        if each.kind != "conflict":
            continue
        hit = next((name for name, rows in groups.items() if sum(_side(text, row, each) for row in rows) > 1), "")
        counts.update({"conflicts": 1, "conflicts right": bool(hit)})
        seen.add(hit)
        if not hit:
            told.append(f"false conflict {each.verdict} {each.confidence}: {each.explanation}")
    counts.update({"groups": len(groups), "groups found": len(seen - {""})})
    told += [
        f"conflict not found: {'; '.join(row['claim'] for row in groups[name])}" for name in groups if name not in seen
    ]
    return told


def _side(text: str, row: Row, found: Finding) -> bool:
    line = text.count("\n", 0, int(row["start"])) + 1
    return any(each.line == line and each.value.split(" ")[0] in row["claim"] for each in found.statements)


def brain(page: str, tell: bool) -> None:
    """Score a brain page against key.csv; half of its notes served to develop the rules."""
    begun = time.process_time()
    found = defaultdict(list)
    for note in read(Path(page)).notes:
        found[sha256(note.title.encode()).hexdigest()[:12]] += arithmetic(note.lines)
    took = time.process_time() - begun
    key = _key(HERE / "key.csv", ",")
    for half in ("develop", "report"):
        mine = [row for row in key if row["half"] == half]
        wrong = [row for row in mine if row["verdict"] == "wrong"]
        hit = [row for row in mine if _same(found[row["note"]], row)]
        caught = [row for row in wrong if any(each.verdict != "holds" for each in _same(found[row["note"]], row))]
        print(f"{half}: {len(hit)} of {len(mine)} claims found, {len(caught)} of {len(wrong)} wrong ones caught")
        if tell:
            print("  missed:", "; ".join(f"{row['note'][:4]} {row['what']}" for row in mine if row not in hit))
    accused = [
        (name, each)
        for name, told in found.items()
        for each in told
        if each.verdict == "wrong" and each.confidence >= SURE
    ]
    agreed = sum(
        any(row["verdict"] == "wrong" and row["note"] == name and _same([each], row) for row in key)
        for name, each in accused
    )
    print(f"accusations at {SURE} or more: {len(accused)}, of which the key has {agreed}; {took:.2f} s")


def _same(found: list[Finding], row: Row) -> list[Finding]:
    claimed = float(row["claimed"])
    return [each for each in found if each.claimed is not None and abs(each.claimed - claimed) <= 0.006 * abs(claimed)]


if __name__ == "__main__":
    given = [each for each in sys.argv[1:] if each != "--tell"]
    for name in given or ["dev"]:
        (pages if name in ("dev", "held", "fresh") else brain)(name, "--tell" in sys.argv)
