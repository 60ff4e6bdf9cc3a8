"""What people decided about findings: put off until a day, or fine because of something. Remembered in the brain.

Each decision is a small file of its own, ``audit/<key>.yaml``, that any editor shows and that two people can write at
once. Its key comes from what the finding is about and the figures of its claim: it survives edits elsewhere in the
note, renames, and a change of words, and it is void when a figure of the claim changes.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from rackmath.errors import RackmathError
from rackmath.vault import YamlProblem, parse_yaml, write_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rackmath.audit.finding import Finding
    from rackmath.audit.living.moved import Move
    from rackmath.brain.desk import Desk
    from rackmath.brain.entries import Task
    from rackmath.vault import Vault

FOLDER = "audit"
LONGEST = 1_000
"""Characters of a reason."""

MOST = 20_000
"""Decisions of one brain beyond this many are not read."""

KEY = re.compile(r"[0-9a-f]{16}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ORDER = ("finding", "decision", "because", "until", "by", "date", "what", "note", "title", "claim")

Decision = Literal["fine", "later"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision: ``fine`` for good, or ``later`` until a day; with its reason, its author and its day."""

    key: str
    decision: Decision
    because: str
    until: str
    by: str
    date: str
    what: str
    note: str
    title: str
    claim: str

    def holds(self, today: datetime.date) -> bool:
        """Whether the finding is out of the queue on a day."""
        return self.decision == "fine" or self.until > today.isoformat()


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _figures(claim: str) -> str:
    """Return what of a claim must stay for a decision to hold: its figures, or its words where it has none."""
    found = _NUMBER.findall(claim)
    return " ".join(each.replace(",", "") for each in found) or " ".join(re.findall(r"\w+", claim.casefold()))


def key_of(finding: Finding, note_id: str) -> str:
    """Return the key of a finding; `note_id` is the id of its note, which a rename leaves alone."""
    claimed = "" if finding.claimed is None else f"{finding.claimed:.6g}"
    return _key(finding.kind, finding.rule, note_id or finding.note, _figures(finding.claim), claimed)


def key_of_move(move: Move) -> str:
    """Return the key of a live figure that moved: which token, from what, to what."""
    return _key("living", move.note_id, move.kind, move.target, move.words, move.new)


def key_of_task(task: Task) -> str:
    """Return the key of another thing that waits: of what kind, where, and how much of it."""
    return _key("task", task.kind, task.card.id if task.card else task.target, str(task.count))


def settled(vault: Vault) -> dict[str, Settled]:
    """Return the decisions of a brain by key; a file that cannot be read decides nothing."""
    if not vault.exists_folder(FOLDER):
        return {}
    found = {}
    for rel in vault.files(FOLDER, (".yaml",))[:MOST]:
        try:
            entry = _read(vault.read(rel)[0], rel)
        except RackmathError:
            continue
        found[entry.key] = entry
    return found


def _read(text: str, rel: str) -> Settled:
    try:
        data = parse_yaml(text).data
    except YamlProblem as problem:
        raise RackmathError(f"{rel}: {problem.message}") from None
    key = rel.rpartition("/")[2].removesuffix(".yaml")
    if not isinstance(data, dict) or data.get("decision") not in ("fine", "later") or not KEY.fullmatch(key):
        raise RackmathError(
            f"{rel}: a decision has a name of 16 hexadecimal digits and says `decision: fine` or `later`"
        )

    def words(name: str) -> str:
        return str(data.get(name) or "")

    return Settled(key, data["decision"], *(words(name) for name in ("because", "until", "by", "date")),
                   *(words(name) for name in ("what", "note", "title", "claim")))  # fmt: skip


def settle(
    desk: Desk,
    key: str,
    decision: Decision,
    about: Mapping[str, str],
    *,
    because: str = "",
    until: datetime.date | None = None,
) -> Settled:
    """Remember a decision; an earlier one about the same is replaced, and stays in the history.

    Parameters
    ----------
    about
        ``what``, ``note``, ``title`` and ``claim``, for whoever reads the file.

    Raises
    ------
    RackmathError
        It is fine without a reason, put off without a day to come, or not a key.
    """
    because = " ".join(because.split())
    if not KEY.fullmatch(key):
        raise RackmathError(f"{key[:40]!r} is no finding; `rackmath brain attention` names them")
    if decision == "fine" and not because:
        raise RackmathError("say why this is fine; the reason is kept for whoever asks next")
    if len(because) > LONGEST:
        raise RackmathError(f"the reason is {len(because):,} characters long; at most {LONGEST:,} are kept")
    if decision == "later" and (until is None or until.isoformat() <= desk.today):
        raise RackmathError("say until when, as a day to come: YYYY-MM-DD")
    entry: dict[str, Any] = {
        "finding": key,
        "decision": decision,
        "because": because,
        "until": until.isoformat() if until else "",
        "by": desk.author,
        "date": desk.today,
        **{name: about.get(name, "")[:600] for name in ("what", "note", "title", "claim")},
    }
    rel = f"{FOLDER}/{key}.yaml"
    text = write_yaml({name: value for name, value in entry.items() if value}, order=_ORDER)
    base = desk.vault.read(rel)[1] if desk.vault.exists(rel) else None
    desk.put(rel, text, base, message=f"audit: {'fine' if decision == 'fine' else f'later ({until})'}")
    return _read(text, rel)


def reopen(desk: Desk, key: str) -> None:
    """Take a decision back."""
    rel = f"{FOLDER}/{key}.yaml"
    if not KEY.fullmatch(key) or not desk.vault.exists(rel):
        raise RackmathError(f"nothing was decided about {key[:40]!r}")
    desk.put(rel, None, desk.vault.read(rel)[1], message="audit: asked again")
