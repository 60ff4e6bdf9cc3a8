"""Read files for the index, in order; where many notes are new, other processes read and prepare them ahead.

Making a new index of thousands of notes is work for all processors, while SQLite takes one writer. So notes go in
chunks to a few workers (this module run as a program), which send back what each part makes of them. A worker that
fails costs time only: what it does not deliver is read here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from typing import IO

from rackmath.brain.index_files import Parsed, read

FEWEST = 500
"""New notes from which on workers are started: each takes half a second to begin."""

MOST_HELPERS = 4
CHUNK = 40
"""Notes in one chunk; of each worker two chunks at most wait to be taken in."""

Read = tuple[str, Parsed | None]
"""A path and its file, None where it cannot be read."""


def read_all(vault: Path, paths: Sequence[str], known: Collection[str]) -> Iterator[Read]:
    """Yield each path with its file, in the order given.

    Parameters
    ----------
    known
        Paths that the index has already: of those most turn out not to have changed, so they are not prepared ahead.
    """
    new = [path for path in paths if path.startswith("notes/") and path not in known]
    workers = min(MOST_HELPERS, _processors()) if len(new) >= FEWEST and sys.executable else 0
    if workers < 2:
        yield from ((path, read(vault, path)) for path in paths)
        return
    ahead = _Workers(vault, [new[start : start + CHUNK] for start in range(0, len(new), CHUNK)], workers)
    try:
        delivered, wanted = iter(ahead), set(new)
        for path in paths:
            yield next(delivered) if path in wanted else (path, read(vault, path))
    finally:
        ahead.stop()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Workers:
    """A few processes that prepare chunks of notes in turn, each with a thread that waits for it."""

    def __init__(self, vault: Path, chunks: list[list[str]], count: int) -> None:
        self._vault = vault
        self._chunks = chunks
        self._stopped = threading.Event()
        self._queues: list[Queue[list[Read] | None]] = [Queue(2) for _ in range(count)]
        self._processes: list[subprocess.Popen[bytes]] = []
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-m", __name__, str(vault)]
        for number, queue in enumerate(self._queues):
            with suppress(OSError):
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                )
                self._processes.append(process)
                own = chunks[number::count]
                threading.Thread(target=self._wait_for, args=(process, own, queue), daemon=True).start()

    def __iter__(self) -> Iterator[Read]:
        for number, chunk in enumerate(self._chunks):
            yield from self._taken(number % len(self._queues)) or [(path, read(self._vault, path)) for path in chunk]

    def _taken(self, worker: int) -> list[Read] | None:
        """Wait for the next chunk of a worker; None when it has failed."""
        if worker >= len(self._processes):
            return None
        while True:
            with suppress(Empty):
                return self._queues[worker].get(timeout=1)

    def _wait_for(
        self, process: subprocess.Popen[bytes], chunks: list[list[str]], queue: Queue[list[Read] | None]
    ) -> None:
        """Give a worker its chunks and keep what it sends; once it has failed, say so for each chunk that is left."""
        failed = False
        for chunk in chunks:
            found: list[Read] | None = None
            if not failed:
                try:
                    assert process.stdin is not None
                    assert process.stdout is not None
                    _send(process.stdin, chunk)
                    found = pickle.load(process.stdout)
                except (OSError, EOFError, ValueError, pickle.UnpicklingError):
                    failed = True
            while not self._stopped.is_set():
                with suppress(Full):
                    queue.put(found, timeout=0.5)
                    break
            if self._stopped.is_set():
                return

    def stop(self) -> None:
        """End the workers."""
        self._stopped.set()
        for process in self._processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError, ValueError):
                        stream.close()


def _send(stream: IO[bytes], value: object) -> None:
    pickle.dump(value, stream, protocol=5)
    stream.flush()


def main() -> None:
    """Prepare the chunks of paths that come in, until there are no more."""
    from rackmath.brain.index_store import hooks  # noqa: PLC0415  (which imports all parts)

    vault = Path(sys.argv[1])
    while True:
        try:
            paths: list[str] = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        found: list[Read] = []
        for path in paths:
            file = read(vault, path)
            if file is not None:
                for prepare in hooks("prepare"):
                    file.made(prepare)
                file = Parsed(file.path, file.text, file.sha256, file.ready)  # without the document
            found.append((path, file))
        _send(sys.stdout.buffer, found)


if __name__ == "__main__":
    main()
