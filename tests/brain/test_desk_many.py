"""Several programs on one brain at once: a server with threads, commands, and an editor that knows nothing of them."""

from __future__ import annotations

import json
import random
import threading
import time
from pathlib import Path

from brain.desk_writers import Writer, act, made_brain, notes_of, prove
from rackmath.brain.desk import Desk
from rackmath.brain.index import index_of
from rackmath.brain.outside import absorb_outside
from rackmath.vault import Vault

ENOUGH = 12
"""Saves by the editor that the share which must be in the history is taken of."""


def test_threads_processes_and_an_editor_write_one_brain(tmp_path: Path) -> None:
    brain = tmp_path / "brain"
    vault = made_brain(brain)
    told: list[dict[str, str]] = []
    saved: list[str] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def person(handle: str, seed: str) -> None:
        try:
            desk, chance = Desk(vault, handle), random.Random(seed)
            for number in range(12):
                if (written := act(desk, chance, f"{seed}.{number}")) and written.changed:
                    told.append({"path": written.path, "sha256": written.sha256})
        except BaseException as problem:
            failed.append(problem)

    def editor() -> None:
        """Save notes that others write to as well, over whatever they say."""
        chance, index = random.Random("editor"), index_of(brain)
        place = brain / ".saved-by-an-editor"
        while not done.is_set():
            rel = chance.choice(vault.files("notes"))
            try:
                text = (brain / rel).read_text()
            except FileNotFoundError:  # renamed just now
                continue
            word = f"Typed {len(saved)} outside."
            place.write_text(text.rstrip("\n") + f"\n\n{word}\n")
            if (brain / rel).exists():
                place.replace(brain / rel)
                saved.append(word)
            absorb_outside(vault, index)
            time.sleep(0.02)

    people = [threading.Thread(target=person, args=(handle, f"t{n}")) for n, handle in enumerate(("ann", "bob"))]
    typing = threading.Thread(target=editor)
    others = [Writer(brain, handle, f"p{n}", 12) for n, handle in enumerate(("ann", "bob"))]
    for each in (*people, typing):
        each.start()
    for each in people:
        each.join()
    assert [writer.ended() for writer in others] == [0, 0]
    latest = time.monotonic() + 60
    while len(saved) < ENOUGH and time.monotonic() < latest:  # a busy machine lets the editor save seldom
        time.sleep(0.02)
    done.set()
    typing.join()
    assert failed == []
    for writer in others:
        told += [each for each in writer.told if each]
    _one_file_each(brain)
    prove(brain, told)
    history = b"".join(path.read_bytes() for path in (brain / "journal").iterdir()).decode()
    # No lock binds the editor: only what it saves in the very moment of a rename may be replaced unseen.
    assert sum(word in history for word in saved) > 0.8 * len(saved) > 5
    assert len(told) > 20


def _one_file_each(brain: Path) -> None:
    """An editor that saves a file while it is renamed brings the old name back; a person tidies that up."""
    vault = Vault.open(brain, "owner")
    vault.absorb()
    seen: set[str] = set()
    for rel, text in list(vault.documents()):
        note_id = text.split("id: ", 1)[1].split("\n", 1)[0]
        if note_id in seen:
            vault.remove(rel, vault.read(rel)[1])
        seen.add(note_id)


def test_two_servers_merge_what_goes_together(tmp_path: Path) -> None:
    """Both open the same version; every paragraph has one editor."""
    brain = tmp_path / "brain"
    made_brain(brain)
    first, second = (Desk(Vault.open(brain), handle) for handle in ("ann", "bob"))
    note = notes_of(first.vault)[0]
    opened = first.read(note)
    paragraphs = opened.text.split("\n\n")

    def save(desk: Desk, places: range) -> None:
        for place in places:
            mine = [*paragraphs]
            mine[place] += " More."
            desk.save(note, "\n\n".join(mine), opened.sha256, message=str(place))

    threads = [threading.Thread(target=save, args=each) for each in ((first, range(1, 4)), (second, range(4, 7)))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    now = first.read(note)
    assert now.text.count(" More.") == 6
    assert not (brain / "proposals").exists()
    history = [
        json.loads(line)["message"] for path in (brain / "journal").iterdir() for line in path.read_bytes().splitlines()
    ]
    assert sum("merged" in message for message in history) >= 4
