"""Prove the history of a vault: every line unchanged, every chain whole, every file as its last revision says."""

from __future__ import annotations

from pathlib import Path

from rackmath.errors import RackmathError
from rackmath.vault import journal, paths
from rackmath.vault.journal import START, Event


def verify(root: Path) -> list[str]:
    """Return what is wrong, each with the journal's line or the file; an empty list means that all is proven.

    Reads every journal in full. An edit made outside is listed too, until `Vault.absorb` takes it into the history.
    """
    problems: list[str] = []
    events: list[Event] = []
    for writer, path in journal.files(root / paths.JOURNAL).items():
        events += _chain(writer, path, problems)
    events.sort(key=lambda event: (event.order, event.writer))
    last: dict[str, Event] = {}
    for event in events:
        previous = last.get(event.path)
        if event.before != (previous.after if previous else None) and event.op != "absorb":
            known = "nothing" if previous is None else f"{previous.writer} line {previous.seq}"
            problems.append(
                f"journal/{event.writer}.jsonl:{event.seq}: {event.path} did not continue from {known}; "
                "an edit was made outside, or two copies of the brain were merged"
            )
        last[event.path] = event
    problems += [problem for event in last.values() if (problem := _differs(root, event))]
    return problems


def _chain(writer: str, path: Path, problems: list[str]) -> list[Event]:
    """Read one journal, adding to `problems` what breaks its chain."""
    events: list[Event] = []
    previous, number = START, 0
    for row, (_, line) in enumerate(journal.lines(path), start=1):
        where = f"journal/{path.name}:{row}"
        try:
            event, follows = journal.decode(line)
        except ValueError as error:
            torn = "" if line.endswith(b"\n") else "the last line is torn: it "
            problems.append(f"{where}: {torn}{error}")
            continue
        if follows != previous or event.seq != number + 1:
            problems.append(f"{where}: does not follow the line before it: a line was removed, added or moved")
        if event.writer != writer:
            problems.append(f"{where}: is by writer {event.writer!r}, in the journal of {writer!r}")
        previous, number = event.hash, event.seq
        events.append(event)
    return events


def _differs(root: Path, event: Event) -> str | None:
    try:
        place = paths.writable(root, event.path)
        now = paths.sha256(paths.read_bytes(place, event.path)) if place.exists() else None
    except RackmathError as error:
        return str(error)
    if now == event.after:
        return None
    what = "is missing" if now is None else "should not be there" if event.after is None else "differs"
    return f"{event.path}: {what}; its last revision is journal/{event.writer}.jsonl:{event.seq} (absorb takes it in)"
