"""People at the desk who never stop, each in a process of its own, for test_desk_kill.py and test_desk_many.py.

What is acknowledged goes down a pipe only after the desk has said that it is safe. Processes come from a fork server
that has everything loaded, so that one is ready in milliseconds.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from multiprocessing.connection import Connection
from pathlib import Path

from rackmath.brain.desk import Conflicted, Desk, Written
from rackmath.brain.index import index_of
from rackmath.brain.index_store import PARTS
from rackmath.brain.outside import absorb_outside
from rackmath.brain.settle import known_handles
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault

NOTES = 6
SENTENCES = ["Rents fell", "Prices rose", "Demand grows", "Supply is short", "Nobody knows", "It depends."]


def made_brain(path: Path) -> Vault:
    """A brain of two people with a few notes."""
    vault = Vault.create(path, title="Test", writer="owner")
    for handle in ("ann", "bob"):
        vault.write(f"contributors/{handle}.yaml", f"handle: {handle}\nname: {handle.title()}\n")
    desk = Desk(vault, "ann")
    for number in range(NOTES):
        body = "\n\n".join(f"{sentence} {number}." for sentence in SENTENCES)
        desk.new("reading", f"Note {number}", f"{body}\n\n```figures\n- id: fig_{number}\n  value: 1\n```")
    return vault


def notes_of(vault: Vault) -> list[str]:
    """The ids of the notes that people write to; those of the outside editor are left alone."""
    rows = index_of(vault.path).read(
        lambda db: db.execute("SELECT id FROM note WHERE id LIKE 'note_%' ORDER BY id LIMIT ?", (NOTES * 2,)).fetchall()
    )
    return [note_id for (note_id,) in rows]


def act(desk: Desk, chance: random.Random, word: str) -> Written | None:
    """Do one thing that people do; None where it was refused for a reason of the brain's."""
    note = chance.choice(notes_of(desk.vault))
    what = chance.choices(("save", "new", "front", "publish", "withdraw", "retire", "approve", "retitle", "restore"),
                          (40, 4, 8, 8, 4, 3, 4, 4, 3))[0]  # fmt: skip
    try:
        match what:
            case "new":
                return desk.new("reading", f"New {word}", f"Body of {word}.")
            case "front":
                return desk.edit_front(note, {"tags": [word]})
            case "publish":
                return desk.publish(note)
            case "withdraw":
                return desk.withdraw(note)
            case "retire":
                return desk.retire(note, f"because {word}")
            case "approve":
                return desk.approve(note, comment=word)
            case "retitle":
                return desk.retitle(note, f"Note {chance.randrange(10**6)}")
            case "restore":
                return desk.restore(note, 1)
        opened = desk.read(note)
        paragraphs = opened.text.split("\n\n")
        paragraphs[chance.randrange(1, len(paragraphs))] += f" Saved {word}." if chance.random() < 0.7 else ""
        text = "\n\n".join(paragraphs).replace("value: 1", f"value: {chance.randrange(9)}")
        return desk.save(note, text, opened.sha256, kind=chance.choice(desk.KINDS), message=word)
    except Conflicted as problem:
        return Written("", problem.proposal.path, problem.proposal.sha256, "propose", "", True, 0)
    except RackmathError as problem:
        if any(said in str(problem) for said in ("cannot become", "nothing was saved")):
            return None  # a step that is not allowed here, or a figure that was cut through
        raise


def work(path: str, handle: str, seed: str, told: Connection, stop_after: int = 10**9) -> None:
    """Write until killed, or so many times; every line on the pipe is one acknowledged change."""
    chance = random.Random(seed)
    vault = Vault.open(path)
    desk = Desk(vault, handle)
    assert handle in index_of(path).read(known_handles)
    pipe = told.fileno()
    os.write(pipe, b"{}\n")
    for number in range(stop_after):
        if chance.random() < 0.15:
            outside(vault.path, chance, f"{seed}.{number}")
            absorb_outside(desk.vault, desk.index)
        done = act(desk, chance, f"{seed}.{number}")
        if done and done.changed:
            line = json.dumps({"path": done.path, "sha256": done.sha256, "kind": done.kind})
            os.write(pipe, f"{line}\n".encode())


def outside(root: Path, chance: random.Random, word: str) -> None:
    """Save a file as an editor does that knows nothing of the desk."""
    folder = root / "notes" / "observation"
    folder.mkdir(exist_ok=True)
    name = f"outside-{chance.randrange(3)}"
    temporary = folder / f".{name}.{os.getpid()}"
    temporary.write_text(f"---\nid: {name}\ntype: observation\ntitle: {name}\n---\n\nSaid {word}.\n")
    temporary.replace(folder / f"{name}.md")


class Writer:
    """A process at the desk, and what it was told is safe."""

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sqlite3", "rackmath.brain.desk", "rackmath.brain.outside", *PARTS])

    def __init__(self, brain: Path, handle: str, seed: str, stop_after: int = 10**9) -> None:
        self.told: list[dict[str, str]] = []
        self._rest = b""
        self._ours, theirs = self.context.Pipe(duplex=False)
        os.set_blocking(self._ours.fileno(), False)
        self.process = self.context.Process(target=work, args=(str(brain), handle, seed, theirs, stop_after))
        self.process.start()
        theirs.close()

    def listen(self) -> bool:
        """Take in what was said so far; False at the end of the pipe."""
        while True:
            try:
                part = os.read(self._ours.fileno(), 1 << 16)
            except BlockingIOError:
                return True
            if not part:
                return False
            *lines, self._rest = (self._rest + part).split(b"\n")
            self.told += [json.loads(line) for line in lines]

    def kill(self) -> int | None:
        """Kill it and take in its last words; return how it ended, -9 if it was alive."""
        self.process.kill()
        return self.ended()

    def ended(self) -> int | None:
        """Wait for its end."""
        while self.listen():
            self.process.join(0.002)
        self.process.join()
        self._ours.close()
        return self.process.exitcode


def prove(path: Path, told: list[dict[str, str]]) -> None:
    """Nothing acknowledged is lost, no file is half written, and all chains hold."""
    vault = Vault.open(path, "owner")
    vault.absorb()
    assert vault.verify() == []
    assert [problem for _, text in vault.documents() for problem in Document.parse(text).problems] == []
    kept: dict[str, set[str | None]] = {}
    for name in ("ann", "bob", "owner"):
        for journal in (path / "journal").glob(f"{name}*.jsonl"):
            for line in journal.read_bytes().splitlines():
                event = json.loads(line)
                kept.setdefault(event["path"], set()).add(event["after"])
                assert event["text"] is None or event["text"].endswith("\n") or event["kind"] == "propose"
    assert [each for each in told if each["sha256"] not in kept.get(each["path"], ())] == []
    index = index_of(path)
    index.refresh()
    doubled = "SELECT id FROM note GROUP BY id HAVING count(*) > 1"
    assert index.read(lambda db: db.execute(doubled).fetchall()) == []
    done = Desk(vault, "ann").new("reading", "Goes on", "It does.")
    assert done.changed
    assert vault.verify() == []
    index.close()
