"""Collections with judged questions, each written as a brain's folder so that the real engine searches it.

Cranfield and CISI come from the development data folder (``RACKMATH_SHARED``), as does the page that
the files in ``questions`` ask about. A collection that is not there is left out.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import yaml

SHARED = Path(os.environ.get("RACKMATH_SHARED", Path(__file__).resolve().parents[2] / "shared"))
QUESTIONS = Path(__file__).with_name("questions")


@dataclass(frozen=True)
class Question:
    """A question, its part (dev, test or held), its stratum, and the grade of each relevant note by path."""

    text: str
    part: str
    stratum: str
    relevant: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Collection:
    """A brain's folder and the questions to it."""

    name: str
    vault: Path
    questions: list[Question]


def collections(folder: Path) -> Iterator[Collection]:
    """Yield the collections that can be had, written below `folder`."""
    data = SHARED / "data/search"
    if (data / "cranqrel").exists():
        yield _cranfield(data, folder / "cranfield")
    if (data / "CISI.REL").exists():
        yield _cisi(data, folder / "cisi")
    if (SHARED / "seed/brain-page.txt").exists():
        from rackmath.brain import import_page, read_page

        page = read_page(SHARED / "seed/brain-page.txt")
        titles = {f"notes/reading/n{number}.md": note.title for number, note in enumerate(page.notes)}
        bodies = {path: ("", page.notes[number].prose) for number, path in enumerate(titles)}
        asked = [
            Question(title, "dev" if number % 2 else "test", "title", {path: 1})
            for number, (path, title) in enumerate(titles.items())
        ]
        yield Collection("title→body", write(folder / "titles", bodies), asked)
        vault = folder / "seed"
        import_page(SHARED / "seed/brain-page.txt", vault, writer="bench")
        yield Collection("seed", vault, _seed(vault, page.by_code()))


def write(vault: Path, texts: dict[str, tuple[str, str]]) -> Path:
    """Write notes given as title and body by path; a note without a title is called by its file's name."""
    vault.mkdir(parents=True)
    (vault / "brain.yaml").write_text("format: 1\nid: brain_00000000000000000000000000\ntitle: Bench\n", "utf-8")
    for path, (title, body) in texts.items():
        file = vault / path
        file.parent.mkdir(parents=True, exist_ok=True)
        named = f"title: {json.dumps(title)}\n" if title else ""
        file.write_text(f"---\ntype: reading\nstatus: published\n{named}---\n\n{body}\n", "utf-8")
    return vault


def _records(path: Path) -> Iterator[dict[str, str]]:
    """Yield the records of a SMART file: lines ``.I 1`` begin one, lines such as ``.T`` a field."""
    record: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text("latin-1").splitlines():
        if match := re.fullmatch(r"\.([A-Z])(?:\s+(\d+))?\s*", line):
            if match[1] == "I":
                if record:
                    yield {key: "\n".join(lines) for key, lines in record.items()}
                record = {"I": [match[2]]}
            name = match[1]
        elif name != "I":
            record.setdefault(name, []).append(line)
    yield {key: "\n".join(lines) for key, lines in record.items()}


def _smart(path: Path, vault: Path) -> Path:
    return write(
        vault,
        {
            f"notes/reading/d{int(each['I'])}.md": (" ".join(each.get("T", "").split()), each.get("W", ""))
            for each in _records(path)
        },
    )


def _judged(queries: dict[int, str], pairs: Iterator[tuple[int, int]]) -> list[Question]:
    relevant: dict[int, dict[str, int]] = defaultdict(dict)
    for query, document in pairs:
        relevant[query][f"notes/reading/d{document}.md"] = 1
    return [
        Question(" ".join(queries[number].split()), "dev" if number % 2 else "test", "all", relevant[number])
        for number in sorted(relevant)
    ]


def _cranfield(data: Path, folder: Path) -> Collection:
    queries = {place: each["W"] for place, each in enumerate(_records(data / "cran.qry"), 1)}
    rows = [line.split() for line in (data / "cranqrel").read_text().splitlines() if line.strip()]
    pairs = ((int(row[0]), int(row[1])) for row in rows if 1 <= int(row[2]) <= 3)
    return Collection("Cranfield", _smart(data / "cran.all.1400", folder), _judged(queries, pairs))


def _cisi(data: Path, folder: Path) -> Collection:
    queries = {int(each["I"]): each["W"] for each in _records(data / "CISI.QRY")}
    rows = [line.split() for line in (data / "CISI.REL").read_text().splitlines() if line.strip()]
    pairs = ((int(row[0]), int(row[1])) for row in rows)
    return Collection("CISI", _smart(data / "CISI.ALL", folder), _judged(queries, pairs))


def _seed(vault: Path, by_code: dict[str, object]) -> list[Question]:
    from rackmath.vault import Document

    paths = {}
    for file in vault.glob("notes/**/*.md"):
        paths[Document.parse(file.read_text("utf-8")).title()] = file.relative_to(vault).as_posix()
    questions = []
    listed = [yaml.safe_load(file.read_text("utf-8"))["questions"] for file in sorted(QUESTIONS.glob("*.yaml"))]
    for each in chain.from_iterable(listed):
        relevant = {paths[by_code[code].title]: grade for code, grade in each["relevant"].items()}  # type: ignore[attr-defined]
        questions.append(Question(each["q"], each["split"], each["stratum"], relevant))
    return questions
