"""The catalogue is a pure function of the files, however they came to be what they are."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from brain.made_vaults import BRAIN, QUANTITIES, figure, make_brain, note, put, reviewed, snapshot, source
from rackmath.brain import catalog
from rackmath.brain.index import Index, index_of
from rackmath.brain.library import Library
from rackmath.brain.noted import item_from_json, item_to_json, key_of
from rackmath.vault import Document

_TABLES = ["file", *re.findall(r"CREATE TABLE (\w+)", catalog.TABLES)]


def dump(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return all that the catalogue holds, with paths in place of row numbers."""
    paths = dict(db.execute("SELECT rowid, path FROM file"))
    found: dict[str, list[tuple[object, ...]]] = {}
    for name in _TABLES:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})") if row[1] not in ("size", "mtime_ns")]
        keys = {"rowid", "note", "file"} - ({"note"} if name == "review" else set())
        rows = db.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
        found[name] = sorted(
            tuple(paths[value] if column in keys else value for column, value in zip(columns, row, strict=True))
            for row in rows
        )
    return found


def rebuilt(root: Path, tmp_path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Index the same files in another place and from nothing."""
    index_of(root).close()
    for path in (root / ".rackmath").glob("index.sqlite*"):
        path.unlink()
    return Index(root).read(dump)


RULES = f"{BRAIN}review: [{{name: r, when: {{source_kind: [filing]}}, needs: [bob]}}]\n"


def random_change(root: Path, rng: random.Random) -> None:
    notes = sorted((root / "notes").rglob("*.md"))
    names = [f"n{number}" for number in range(12)]
    what = rng.randrange(9)
    name = rng.choice(names)
    keys = ["acme", "press", "gone"]
    if what <= 2:
        links = " ".join(f"[[{rng.choice(names)}]]" for _ in range(rng.randrange(3)))
        cites = (
            f"It is.[^1] {links}\n\n{figure(f'f{rng.randrange(5)}', rng.randrange(9))}\n[^1]: @{rng.choice(keys)} s2\n"
        )
        tags = rng.sample(["pue", "power-use", "gpu"], k=2)
        note(root, name, cites, tags=tags, aliases=[rng.choice(names)], kind=rng.choice(["thesis", "reading"]))
    elif what == 3 and notes:
        rng.choice(notes).unlink()
    elif what == 4 and notes:
        path = rng.choice(notes)
        target = path.with_name(f"moved-{rng.randrange(4)}.md")
        path.rename(target)
    elif what == 5:
        source(
            root, rng.choice(keys), source_kind=rng.choice(["filing", "news"]), status=rng.choice(["live", "retracted"])
        )
    elif what == 6:
        texts = ("It is so. It was not.", "It is. It was. It will be.", "Nothing.")
        sha = snapshot(root, rng.choice(keys), rng.choice(texts), f"2026-0{rng.randrange(1, 9)}-01")
        if rng.random() < 0.3:
            (root / f"snapshots/{sha[:2]}/{sha}.txt").unlink()
    elif what == 7:
        put(
            root,
            "vocab/tags.yaml",
            rng.choice(["power-use: {merged_into: pue}\n", "pue: {aliases: [power-use]}\n", ""]),
        )
    else:
        put(root, "brain.yaml", rng.choice([BRAIN, RULES]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kept_up_to_date_equals_made_anew(tmp_path: Path, seed: int) -> None:
    root = make_brain(tmp_path / "b", RULES)
    rng = random.Random(seed)
    index = index_of(root)
    for _ in range(12):
        for _ in range(rng.randrange(1, 5)):
            random_change(root, rng)
        kept = index.read(dump, fresh=True)
    assert rebuilt(root, tmp_path) == kept
    assert kept["note"]
    assert kept["cite"]
    assert kept["todo"] == []


def test_order_in_which_files_come_does_not_matter(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b", RULES)
    index = index_of(root)
    steps: list[Callable[[], object]] = [
        lambda: note(root, "one", "So.[^1]\n\n[^1]: @acme s1\n", tags=["power-use"]),
        lambda: source(root, "acme", source_kind="filing"),
        lambda: snapshot(root, "acme", "So. And so."),
        lambda: put(root, "vocab/tags.yaml", "power-use: {merged_into: pue}\n"),
    ]
    dumps = []
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        for folder in ("notes", "sources", "snapshots", "vocab"):
            shutil.rmtree(root / folder, ignore_errors=True)
        index.refresh()
        for step in order:
            steps[step]()
            index.refresh()
        dumps.append(index.read(dump))
    assert dumps[0] == dumps[1] == dumps[2]
    assert '{"resolved_sentence":1}' in dumps[0]["note"][0]


def test_a_text_that_is_not_the_one_that_was_taken_is_not_used(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    source(root, "acme")
    note(root, "one", "So.[^1]\n\n[^1]: @acme s1\n")
    sha = snapshot(root, "acme", "So. And so.")
    library = Library(root)

    def states() -> list[str]:
        library.index.refresh()
        return [each.state for each in library.citations("note_one")]

    assert states() == ["resolved_sentence"]
    path = root / f"snapshots/{sha[:2]}/{sha}.txt"
    whole = path.read_text()
    path.write_text(whole.replace("so", "not"))
    assert states() == ["orphaned"]
    assert any("SHA-256" in line for line in library.problems())
    path.write_text(whole)
    assert states() == ["resolved_sentence"]
    path.unlink()
    assert states() == ["orphaned"]


def test_touched_takes_in_these_files_and_no_others(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "one")
    index = index_of(root)
    index.refresh()
    before = index.generation
    note(root, "two")
    note(root, "three")
    done = index.touched(["notes/thesis/two.md", "../../etc/passwd", "notes/.hidden.md", "plan.txt"])
    assert (done.indexed, done.total) == (1, 2)
    assert index.generation == before + 1
    (root / "notes/thesis/two.md").unlink()
    assert index.touched(["notes/thesis/two.md"]).removed == 1
    assert index.refresh().indexed == 1


def test_generation_grows_with_changes_only(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "one")
    index = index_of(root)
    index.refresh()
    first = index.generation
    index.refresh()
    assert index.generation == first
    note(root, "one", "Other words.")
    index.refresh()
    assert index.generation == first + 1
    index.close()
    (root / ".rackmath/index.sqlite").unlink()
    index.refresh()
    assert index.generation > first + 1


def test_a_held_moment_does_not_move_while_others_write(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "one")
    library = Library(root)
    with library.reading():
        assert library.counts() == {"thesis": 1}
        note(root, "two")
        Index(root).refresh()
        assert library.counts() == {"thesis": 1}
    library.index.refresh()
    assert library.counts() == {"thesis": 2}


def test_a_question_with_a_mistake_does_not_cost_the_index(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "one")
    index = index_of(root)
    index.refresh()
    with pytest.raises(ValueError, match="cannot be used"):
        index.read(lambda db: db.execute("SELECT * FROM words WHERE words MATCH '\"'").fetchall())
    assert index.refresh().indexed == 0


def test_without_a_look_the_files_are_not_looked_at(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "one")
    library = Library(root, look=False)
    note(root, "two")
    assert library.counts() == {"thesis": 1}
    library.index.refresh()
    assert library.counts() == {"thesis": 2}


def _edit(root: str, name: str) -> None:
    path = Path(root)
    index = Index(path)
    for number in range(15):
        note(path, f"{name}-{number}", f"Words of {name}.", tags=[name])
        index.refresh()
    index.close()


def test_two_processes_write_and_index_one_brain(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    context = get_context("spawn")
    workers = [context.Process(target=_edit, args=(str(root), name)) for name in ("left", "right")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    kept = Index(root).read(dump)
    assert len(kept["note"]) == 30
    assert rebuilt(root, tmp_path) == kept


@pytest.mark.parametrize(
    "front",
    [
        "id: [a, b]\ntitle: {x: y}\nstatus: [published]\ntags: {a: b}\ncontributors: 5\naliases: {}\nsources: [[x]]\n",
        "id: null\ntype: 3\ntitle: true\nupdated: soon\ncreated: [2026]\nsupports: {a: 1}\n",
        "tags: " + json.dumps([f"t{n}" for n in range(5000)]) + "\n",
        "title: " + "x" * 100_000 + "\naliases: " + json.dumps(["y" * 9000]) + "\n",
        "id: '../../../etc/passwd'\ntitle: '<script>'\nstatus: published\n",
        "id: 'a\x07b'\n",
        "not: [closed\n",
        "",
    ],
)
def test_hostile_front_matter_harms_nobody(tmp_path: Path, front: str) -> None:
    root = make_brain(tmp_path / "b")
    note(root, "good")
    put(root, "notes/thesis/bad.md", f"---\n{front}---\n\nWords.\n")
    put(root, "sources/bad.md", f"---\n{front}---\n")
    put(root, "contributors/bad.yaml", front)
    put(root, "vocab/tags.yaml", front)
    put(root, "reviews/bad.yaml", front)
    put(root, "snapshots/aa/bad.json", front)
    library = Library(root)
    cards = library.notes(status=None)
    assert len(cards) == 2
    assert all(len(card.title) <= 400 and len(card.tags) <= 200 for card in cards)
    bad = next(card for card in cards if card.path.endswith("bad.md"))
    found = library.note(bad.id, drafts=True)
    assert found is not None
    assert found.text.startswith(f"---\n{front}")
    library.tags()
    library.sources()
    library.problems()
    assert len(library.contributors) >= 2


def test_text_with_what_is_not_utf8_and_huge_files(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    (root / "notes").mkdir()
    (root / "notes/x.md").write_bytes(b"---\ntitle: caf\xe9\nstatus: published\n---\n\n\xff\n")
    (root / "notes/huge.md").write_bytes(b"x" * (8 * 1024 * 1024 + 1))
    assert [card.title for card in Library(root).notes()] == ["caf\ufffd"]


def test_keys_are_short_and_stable() -> None:
    assert key_of(f"note_{'0a' * 13}") == "0a" * 13
    assert key_of("note_one") == key_of("note_one") != key_of("note_two")
    assert len(key_of("notes/thesis/x.md")) == 16


def test_figures_are_kept_as_they_were_printed() -> None:
    document = Document.parse("```figures\n- {id: f, value: 3.50, at: [1, '2', null, true], scope: {a: 1e3}}\n```\n")
    (block,) = document.blocks()
    ((_, item),) = block.items
    again = item_from_json(item_to_json(item))
    assert again == item
    assert [type(each) for each in again["at"]] == [type(each) for each in item["at"]]
    assert type(again["value"]) is type(item["value"])


def test_quantities_are_read_with_the_vocabulary(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b")
    put(root, "vocab/quantities.yaml", QUANTITIES)
    note(root, "one", figure("a", "3.50"))
    library = Library(root)
    assert library.figures()[0].half_life_days == 90
    put(root, "vocab/quantities.yaml", QUANTITIES.replace("half_life_days: 90", "half_life_days: 30"))
    library.index.refresh()
    assert library.figures()[0].half_life_days == 30


def test_reviews_belong_to_the_note_of_their_name(tmp_path: Path) -> None:
    root = make_brain(tmp_path / "b", RULES)
    reviewed(root, "note_one", "a" * 64, "bob")
    kept = index_of(root).read(dump)
    assert [row[1] for row in kept["review"]] == ["note_one"]
