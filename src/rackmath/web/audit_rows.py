"""Findings of an audit as plain data for its page, the margin of a note and the report file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.audit.finding import KINDS, VERDICTS, Finding
from rackmath.audit.queue import TOLD
from rackmath.units import format_number
from rackmath.web.charts.claimed import claimed_chart
from rackmath.web.charts.shares import shares
from rackmath.web.charts.svg import Svg

if TYPE_CHECKING:
    from rackmath.brain.entries import Card

WIDE, NARROW = 330.0, 300.0
VERDICT_WORDS = {
    "wrong": ("Does not follow", "bad"),
    "ambiguous": ("A question", "half"),
    "rounds": ("Within rounding", "good"),
    "holds": ("Holds", "good"),
}
"""What verdicts are called, and the look of their state."""

KIND_WORDS = {
    "arithmetic": "Arithmetic",
    "conflict": "Notes that disagree",
    "citation": "Citations",
    "structure": "Counts",
    "staleness": "Out of date",
}
LONGEST = 400
"""Characters of a sentence around a claim that are shown whole."""
_MARKUP = re.compile(r"\[\[[^\[\]|\n]{1,400}\||\[\[|\]\]")
_QUOTED = re.compile(r"the text says '([^']{1,200})'")


def verdict_words(finding: Finding) -> tuple[str, str]:
    """Return what the verdict on a finding is called, and its look; only arithmetic can follow or not."""
    if finding.verdict == "wrong" and finding.kind != "arithmetic":
        return {"conflict": "Disagree", "citation": "Not in the source"}.get(finding.kind, "Differs"), "bad"
    return VERDICT_WORDS[finding.verdict]


def finding_row(finding: Finding, key: str, card: Card | None = None) -> dict[str, Any]:
    """Return a finding as plain data: its verdict in words, its sentence in pieces, formula, values and explanation."""
    words, look = verdict_words(finding)
    return {
        "key": key,
        "kind": finding.kind,
        "kind_words": KIND_WORDS[finding.kind],
        "rule": finding.rule,
        "verdict": finding.verdict,
        "verdict_words": words,
        "look": look,
        "confidence": finding.confidence,
        "sure": "sure" if finding.confidence >= 0.8 else "likely" if finding.confidence >= 0.6 else "perhaps",
        "note": finding.note,
        "href": card.href if card else "",
        "path": finding.path,
        "line": finding.line,
        "claim": finding.claim,
        "quoted": finding.rule not in TOLD,
        "pieces": [{"text": text, "as": look_of} for text, look_of in pieces(finding)],
        "claimed": finding.claimed,
        "recomputed": finding.recomputed,
        "low": finding.low,
        "high": finding.high,
        "unit": finding.unit,
        "formula": finding.formula,
        "inputs": [{"name": each.name, "text": each.text, "note": each.note} for each in finding.inputs],
        "explanation": finding.explanation,
        "statements": [
            {"note": each.note, "value": each.value, "unit": each.unit, "scope": each.scope, "text": each.text,
             "sources": list(each.sources)}
            for each in finding.statements
        ],
    }  # fmt: skip


def pieces(finding: Finding) -> list[tuple[str, str]]:
    """Return the sentence in pieces, each with what it is: ``claim``, ``input`` or nothing; links as their words."""
    text = finding.claim
    claim = _claim_span(finding)
    marks: list[tuple[int, int, str]] = [(*claim, "claim")] if claim else []
    for each in finding.inputs:
        start = -1
        if claim is not None:
            wanted = claim[0] + each.start - finding.start
            start = wanted if wanted >= 0 and text.startswith(each.text, wanted) else text.find(each.text)
        elif each.text:
            start = text.find(each.text)
        if start >= 0 and all(start >= last or start + len(each.text) <= first for first, last, _ in marks):
            marks.append((start, start + len(each.text), "input"))
    found, place = [], 0
    for first, last, what in sorted(marks):
        found += [(text[place:first], ""), (text[first:last], what)]
        place = last
    found.append((text[place:], ""))
    read = [(_MARKUP.sub("", part), what) for part, what in found]
    last = len(read) - 1
    return [(part if what else _shortened(part, at, last), what) for at, (part, what) in enumerate(read) if part]


def _shortened(text: str, at: int, last: int) -> str:
    """Return what stands around the marks of a sentence; of a very long one only the words near them."""
    if len(text) <= LONGEST:
        return text
    head, tail = text[: LONGEST // 2].rsplit(" ", 1)[0], text[-LONGEST // 2 :].split(" ", 1)[-1]
    return f"{head} …" if at == last else f"… {tail}" if at == 0 else f"{head} … {tail}"


def _claim_span(finding: Finding) -> tuple[int, int] | None:
    """Return where the claim stands in the sentence: where most inputs agree that it does, else where it is quoted."""
    text, long = finding.claim, finding.end - finding.start
    votes: Counter[int] = Counter()
    for each in finding.inputs:
        for match in re.finditer(re.escape(each.text), text) if each.text else ():
            votes[match.start() - (each.start - finding.start)] += 1
    quoted = _QUOTED.search(finding.explanation)
    for start, _ in votes.most_common(4):
        if start >= 0 and long > 0 and start + long <= len(text) and (not quoted or text.startswith(quoted[1], start)):
            return start, start + long
    if quoted and text.count(quoted[1]) == 1:
        return text.index(quoted[1]), text.index(quoted[1]) + len(quoted[1])
    return None


def chart(row: Mapping[str, Any], width: float = WIDE, ending: str = "") -> Svg:
    """Return the small chart of a row: claimed against recomputed; empty where there is nothing to draw."""
    if row["kind"] != "arithmetic":
        return Svg("")
    return claimed_chart(
        row["claimed"],
        row["recomputed"],
        row["low"],
        row["high"],
        unit=row["unit"],
        verdict=row["verdict"],
        key=f"c-{row['key']}{ending}",
        width=width,
    )


def summary(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the counts of an audit: by verdict, and by kind and verdict."""
    verdicts = Counter(each.verdict for each in findings)
    both = Counter((each.kind, each.verdict) for each in findings)
    return {
        "total": len(findings),
        "verdicts": [
            {"verdict": name, "words": VERDICT_WORDS[name][0], "look": VERDICT_WORDS[name][1], "count": verdicts[name]}
            for name in VERDICTS
            if verdicts[name]
        ],
        "wrong": verdicts["wrong"],
        "questions": verdicts["ambiguous"],
        "holding": verdicts["holds"] + verdicts["rounds"],
        "kinds": [
            {"kind": kind, "words": KIND_WORDS[kind], **{verdict: both[kind, verdict] for verdict in VERDICTS}}
            for kind in KINDS
            if any(both[kind, verdict] for verdict in VERDICTS)
        ],
    }


def strip(told: Mapping[str, Any], key: str = "verdicts") -> Svg:
    """Return the verdicts as one strip."""
    return shares(told["verdicts"], key=key, title="Verdicts of the audit")


def telling(finding: Finding) -> tuple[int, int, float]:
    """Return what findings are sorted by for a reader: the gravest, arithmetic first, the surest first."""
    return VERDICTS.index(finding.verdict), KINDS.index(finding.kind), -finding.confidence


def by_note(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows grouped by note, in their order."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        name = (row["path"], row["note"])
        group = groups.setdefault(name, {"note": row["note"], "href": row["href"], "path": row["path"], "rows": []})
        group["rows"].append(row)
    return list(groups.values())


def headline(told: Mapping[str, Any]) -> str:
    """Return the outcome of an audit in a line."""
    wrong, questions, holding = told["wrong"], told["questions"], told["holding"]
    if not told["total"]:
        return "Nothing here can be checked"
    first = (
        f"{format_number(wrong)} {'finding does' if wrong == 1 else 'findings do'} not hold"
        if wrong
        else "Nothing is wrong"
    )
    parts = [first]
    if questions:
        parts.append(f"{format_number(questions)} to be asked")
    if holding:
        parts.append(f"{format_number(holding)} {'holds' if holding == 1 else 'hold'}")
    return ", ".join(parts)
