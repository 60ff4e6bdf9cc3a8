"""Who has to agree before a note is published: rules that are data in ``brain.yaml``, and approvals in ``reviews/``.

    review:
      - name: filings
        why: a filing is quoted
        when: {source_kind: [filing]}
        needs: [ann]

A file that asks to be published counts as published only when every rule that applies to it is met; otherwise it counts
as in review, whoever wrote the file and however. An approval is bound to the SHA-256 of the note's substance (its title
and body), so that it says nothing about a later text. What cannot be read blocks: a rule that is not understood applies
and is never met.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from rackmath.brain.front import text, texts
from rackmath.brain.states import PUBLISHED, RETIRED, REVIEW

FOLDER = "reviews"
WHEN = ("source_kind", "source", "kind", "tag", "quantity", "contributor")
"""What a rule may look at."""

APPROVE, CHANGES = VERDICTS = ("approve", "changes")


@dataclass(frozen=True, slots=True)
class Rule:
    """A review rule.

    It applies to a note that has one of the listed values for every key of `when` (an empty `when` applies to all). It
    is met when everybody in `needs` approves and `reviewers` people beside the contributors do. `broken` says what in
    it cannot be read; such a rule is never met.
    """

    name: str
    why: str = ""
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    reviewers: int = 0
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody said of one text of a note: ``approve`` or ``changes``."""

    substance: str
    by: str
    verdict: str
    at: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A rule that is not met, what it still needs, and why it asks."""

    rule: str
    needs: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a note counts as, what its file asks for, and what is missing if the two differ."""

    status: str
    asked: str
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rules look at in a note."""

    asked: str
    substance: str
    kind: str = ""
    contributors: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    quantities: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    source_kinds: frozenset[str] = frozenset()

    def values(self, key: str) -> frozenset[str]:
        """Return the note's values for a key of `WHEN`."""
        return {
            "source_kind": self.source_kinds,
            "source": self.sources,
            "kind": frozenset({self.kind}),
            "tag": self.tags,
            "quantity": self.quantities,
            "contributor": self.contributors,
        }[key]


def substance_of(title: str, body: str) -> str:
    """Return the SHA-256 of what an approval is given for."""
    return sha256(f"{title}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()


# --- reading ---------------------------------------------------------------------------------------------------------


def read_rules(data: Any) -> tuple[Rule, ...]:
    """Read the value of ``review`` in ``brain.yaml``; what cannot be read becomes a broken rule, never none."""
    if data is None:
        return ()
    if not isinstance(data, list):
        return (Rule("review", broken="`review` in brain.yaml is not a list of rules"),)
    return tuple(_rule(item, place) for place, item in enumerate(data, 1))


def unreadable(why: str) -> tuple[Rule, ...]:
    """Return the rules of a brain whose ``brain.yaml`` cannot be read: nothing new is published until it can."""
    return (Rule("review", broken=f"brain.yaml cannot be read ({why}), so nobody knows what has to be reviewed"),)


def _rule(item: Any, place: int) -> Rule:
    if not isinstance(item, Mapping):
        return Rule(f"rule {place}", broken=f"rule {place} in brain.yaml is not a mapping with `when` and `needs`")
    name = text(item.get("name"), 80) or f"rule {place}"
    why = text(item.get("why"))
    unknown = sorted(set(map(str, item)) - {"name", "why", "when", "needs", "reviewers"})
    wrong = [f"has an unknown key {key!r}" for key in unknown[:3]]
    when: dict[str, frozenset[str]] = {}
    asked = item.get("when")
    if asked is not None and not isinstance(asked, Mapping):
        wrong.append("has a `when` that is not a mapping")
    elif asked is not None:
        for key, value in asked.items():
            listed = frozenset(each.casefold() for each in texts(value))
            if key not in WHEN:
                wrong.append(f"asks for {key!r} in `when`; use {', '.join(WHEN)}")
            elif not listed:
                wrong.append(f"lists nothing under {key}")
            else:
                when[str(key)] = listed
    needs = tuple(handle.removeprefix("@") for handle in texts(item.get("needs")))
    count = item.get("reviewers")
    number = count if isinstance(count, int) and not isinstance(count, bool) and 0 < count <= 20 else 0
    if count is not None and not number:
        wrong.append("has `reviewers` that is not a number from 1 to 20")
    if not needs and not number and not wrong:
        wrong.append("says neither who is needed (`needs`) nor how many (`reviewers`)")
    told = f"rule {name!r} in brain.yaml {' and '.join(wrong)}" if wrong else ""
    return Rule(name, why, when, needs, number, told)


def read_approvals(data: Any) -> tuple[Approval, ...]:
    """Read a review file: a list, or a mapping with one under ``reviews``. What cannot be read approves nothing."""
    found = []
    listed = data.get("reviews") if isinstance(data, Mapping) else data
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping):
            verdict, by = text(item.get("verdict"), 20), text(item.get("by"), 80).removeprefix("@")
            said = text(item.get("substance"), 64)
            if verdict in VERDICTS and by and len(said) == 64:
                found.append(Approval(said, by, verdict, text(item.get("at"), 40), text(item.get("comment"))))
    return tuple(found)


# --- judging ---------------------------------------------------------------------------------------------------------


def applies(rule: Rule, note: Subject) -> bool:
    """Whether a rule looks at a note: one of the values listed for every key is the note's."""
    return all(values & {each.casefold() for each in note.values(key)} for key, values in rule.when.items())


def standing(note: Subject, rules: Sequence[Rule], approvals: Sequence[Approval], known: Collection[str]) -> Standing:
    """Say what a note counts as.

    Parameters
    ----------
    note
        What its file asks for and holds.
    rules
        All rules of its brain.
    approvals
        All that was said of it, oldest first; of one person the last word on this text counts.
    known
        The handles of the brain's contributors: nobody else's approval counts.
    """
    missing = missing_for(note, rules, approvals, known)
    shown = note.asked in (PUBLISHED, RETIRED)  # a retired note is still read
    return Standing(REVIEW if shown and missing else note.asked, note.asked, missing)


def missing_for(
    note: Subject, rules: Sequence[Rule], approvals: Sequence[Approval], known: Collection[str]
) -> tuple[Missing, ...]:
    """Return what a note lacks to be published as it is now, whatever its file asks for."""
    verdicts = {each.by: each.verdict for each in approvals if each.substance == note.substance}
    agreed = {by for by, verdict in verdicts.items() if verdict == APPROVE and by in known}
    found = []
    for rule in rules:
        if not applies(rule, note):
            continue
        why = rule.why or "; ".join(f"{key}: {', '.join(sorted(values))}" for key, values in rule.when.items())
        if rule.broken:
            found.append(Missing(rule.name, "a repaired rule", rule.broken))
            continue
        for handle in rule.needs:
            if handle not in known:
                told = f"@{handle}, who is not among the contributors; add contributors/{handle}.yaml or name another"
                found.append(Missing(rule.name, told, why))
            elif handle not in agreed:
                found.append(Missing(rule.name, f"the approval of @{handle}", why))
        others = len(agreed - note.contributors)
        if others < rule.reviewers:
            lacking = rule.reviewers - others
            found.append(Missing(rule.name, f"{_count(lacking)} of somebody who did not write it", why))
    return tuple(found)


def _count(number: int) -> str:
    return "the approval" if number == 1 else f"{number} approvals"
