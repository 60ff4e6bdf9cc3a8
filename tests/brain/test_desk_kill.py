"""Two people write at once and are killed with SIGKILL at random moments: nothing they were told is safe may be lost.

RACKMATH_KILLS sets how many are killed. Each brain takes a few dozen of them, so that its history stays a real one.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from brain.desk_writers import Writer, made_brain, prove
from rackmath.vault import Vault

KILLS = int(os.environ.get("RACKMATH_KILLS", "24"))
EACH = 50
"""Kills in one brain."""


def test_people_who_are_killed_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random("kill -9 at the desk")
    left, number, safe = KILLS, 0, 0
    while left > 0:
        number += 1
        told = _killed(tmp_path / f"brain-{number}", chance, min(EACH, left))
        safe += len(told)
        left -= EACH
    assert safe > KILLS  # they did get something done


def _killed(path: Path, chance: random.Random, kills: int) -> list[dict[str, str]]:
    made_brain(path)
    told: list[dict[str, str]] = []
    writers: list[Writer] = []
    try:
        for number in range(kills):
            while len(writers) < 2:  # now and then both write to one journal
                handle = "ann" if number % 3 == 0 else chance.choice(["ann", "bob"])
                writers.append(Writer(path, handle, f"{path.name}.{number}.{len(writers)}"))
            while not all(writer.listen() and writer.told for writer in writers):
                assert all(writer.process.is_alive() for writer in writers)
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.12))
            victim = writers.pop(chance.randrange(2))
            assert victim.kill() == -9
            told += [each for each in victim.told if each]
            if number % 5 == 0:
                Vault.open(path, "owner")  # repairs beside the writer that still runs
    finally:
        for writer in writers:
            writer.kill()
            told += [each for each in writer.told if each]
    prove(path, told)
    return told
