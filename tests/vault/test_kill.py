"""Two writers are killed with SIGKILL at random moments, again and again: nothing they were told is safe may be lost.

RACKMATH_KILLS sets how many are killed; each round kills one of two and lets the other go on for a moment.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from rackmath.vault import Vault
from vault.writes_until_killed import whole

KILLS = int(os.environ.get("RACKMATH_KILLS", "24"))
SCRIPT = Path(__file__).with_name("writes_until_killed.py")


class Writer:
    """One writer process, and what it was told is safe."""

    def __init__(self, brain: Path, name: str, seed: str) -> None:
        self.name = name
        self.told: list[tuple[str, str | None, int]] = []
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(brain), name, seed],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.endswith("\n"):
                rel, digest, seq = line.split()
                self.told.append((rel, None if digest == "None" else digest, int(seq)))

    def wait_for_first_word(self) -> None:
        while not self.told and self._process.poll() is None:
            time.sleep(0.002)

    def kill(self) -> str:
        """Kill it, and return what it said of errors."""
        self._process.kill()
        assert self._process.stderr
        said = self._process.stderr.read()
        self._process.wait()
        self._reader.join()
        self._process.stderr.close()
        assert self._process.stdout
        self._process.stdout.close()
        return said


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random("kill -9")
    brain = Vault.create(tmp_path / "brain", title="Test", writer="owner").path
    told: dict[tuple[str, int], tuple[str, str | None]] = {}  # (writer, seq) → (path, hash)
    writers: list[Writer] = []
    try:
        for number in range(KILLS):
            while len(writers) < 2:  # every third round both write to one journal
                name = "same" if number % 3 == 0 else chance.choice(["one", "two"])
                writers.append(Writer(brain, name, f"{number}-{len(writers)}"))
            for writer in writers:
                writer.wait_for_first_word()
            time.sleep(chance.uniform(0.0, 0.1))
            victim = writers.pop(chance.randrange(2))
            assert victim.kill() == ""
            told.update({(victim.name, seq): (rel, digest) for rel, digest, seq in victim.told if seq})
            Vault.open(brain, "owner")  # repairs beside the writer that still runs
        for writer in writers:
            assert writer.kill() == ""
            told.update({(writer.name, seq): (rel, digest) for rel, digest, seq in writer.told if seq})
        writers.clear()
    finally:
        for writer in writers:
            writer.kill()
    _prove(brain, told)


def _prove(brain: Path, told: dict[tuple[str, int], tuple[str, str | None]]) -> None:
    vault = Vault.open(brain, "owner")
    assert vault.verify() == []
    assert len(told) > KILLS  # each writer said at least its first word
    kept = {}
    for name in "abcdef":
        rel = f"notes/{name}.md"
        history = vault.history(rel)
        for event in history:
            kept[event.writer, event.seq] = (rel, event.after)
            assert event.text is None or whole(event.text)
        now = vault.read(rel)[0] if vault.exists(rel) else None
        assert now is None or whole(now)
        assert not history or history[-1].text == now
    assert {key: kept.get(key) for key in told} == told
    proposals = [text for _, text in vault.documents("proposals")] if (brain / "proposals").is_dir() else []
    assert all(whole(text) for text in proposals)
    assert vault.write("notes/after.md", "goes on").changed
    assert vault.verify() == []
