"""A log of changes after publication: results that were taken back are left out, modified ones are marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rackmath.meter.mlperf.results import Result, split_target
from rackmath.meter.rows import read_rows

NEEDED = ("round", "submitter", "status")
KNOWN = (*NEEDED, "platform", "system_name", "benchmark", "scenario", "division", "date", "reason")
GONE = ("invalid", "withdrawn")
STATUSES = (*GONE, "modified")


@dataclass(frozen=True)
class Change:
    """One line of the log; a field that is empty holds for all."""

    round: str
    submitter: str
    platform: str
    system: str
    benchmark: str
    scenario: str
    division: str
    status: str
    told: str

    def concerns(self, result: Result) -> bool:
        """Say whether it is about a result."""
        names = ("round", "submitter", "platform", "system", "benchmark", "scenario", "division")
        return all(
            not getattr(self, name) or getattr(self, name).lower() == getattr(result, name).lower() for name in names
        )


def read_changes(path: Path) -> list[Change]:
    """Return the changes that a CSV lists: round, submitter, status (invalid, withdrawn, modified), and to what."""
    found = []
    for row in read_rows(path, needed=NEEDED, known=KNOWN):
        status = row.text("status").lower()
        if status not in STATUSES:
            raise row.wrong("status", f"is none of {', '.join(STATUSES)}")
        if not row.text("round") or not row.text("submitter"):
            raise row.wrong("submitter", "needs a round and a submitter: a change is of somebody's results")
        found.append(
            Change(
                row.text("round"),
                row.text("submitter"),
                row.text("platform"),
                row.text("system_name"),
                split_target(row.text("benchmark"))[0],
                row.text("scenario"),
                row.text("division"),
                status,
                " ".join(filter(None, (status, row.text("date"), row.text("reason")))),
            )
        )
    return found


def apply(results: Iterable[Result], changes: Iterable[Change]) -> tuple[list[Result], list[tuple[Result, Change]]]:
    """Return the results that stand, with modified ones marked, and those that were taken back."""
    listed = list(changes)
    kept, gone = [], []
    for result in results:
        about = [each for each in listed if each.concerns(result)]
        back = next((each for each in about if each.status in GONE), None)
        if back:
            gone.append((result, back))
        else:
            kept.append(replace(result, remarks=(*result.remarks, *(each.told for each in about))))
    return kept, gone
