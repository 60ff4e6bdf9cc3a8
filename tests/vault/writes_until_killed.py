"""A writer that never stops: `python writes_until_killed.py BRAIN WRITER SEED`. Run by test_kill.py.

Every text says who wrote it, how long it is and what its rest hashes to, so that half a text can be told from a whole
one. A line on standard output says which text is safe, after the vault said so.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import sys

from rackmath.errors import RackmathError
from rackmath.vault import Conflict, Vault


def text_of(writer: str, number: int, size: int) -> str:
    """A text that proves itself whole."""
    rest = f"{writer} {number} é\n" * size
    return f"{len(rest)} {hashlib.sha256(rest.encode()).hexdigest()}\n{rest}"


def whole(text: str) -> bool:
    """Whether a text is one of `text_of`, to its last letter."""
    head, _, rest = text.partition("\n")
    return head == f"{len(rest)} {hashlib.sha256(rest.encode()).hexdigest()}"


def seen(vault: Vault, rel: str) -> str | None:
    """The hash of a file, or None where there is none: in one step, since the other writer may remove it any time."""
    try:
        return vault.read(rel)[1]
    except RackmathError as error:
        if "there is no such file" not in str(error):
            raise
        return None


def main(path: str, writer: str, seed: str) -> None:
    """Write for ever: single files, batches and removals, most of them to files that the other writer wants too."""
    chance = random.Random(seed)
    vault = Vault.open(path, writer)
    for number in range(10**9):
        size = chance.choice([1, 10, 300, 3000])
        names = chance.sample([f"notes/{letter}.md" for letter in "abcdef"], chance.choice([1, 1, 1, 4]))
        batch: list[tuple[str, str | None, str | None]] = []
        for place, rel in enumerate(names):
            digest = seen(vault, rel)
            remove = digest is not None and chance.random() < 0.1
            batch.append((rel, None if remove else text_of(f"{writer}.{seed}.{place}", number, size), digest))
        with contextlib.suppress(Conflict):  # the other writer was first
            for revision in vault.write_many(batch, message=seed):
                sys.stdout.write(f"{revision.path} {revision.sha256} {revision.seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
