"""What of a brain's live figures and runs has moved: the old sentence, the new one, and why.

A token has moved when its printed words no longer say the value that it stands for: the figure was given another value,
a later figure supersedes it, the reference is answered by another figure, or a run comes out otherwise. Nothing is
written here; `rackmath.audit.living.propose` files what is found as proposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from pathlib import Path

from rackmath.audit.arithmetic import arithmetic
from rackmath.audit.living.current import Current, called, cited
from rackmath.audit.living.printed import numbers, reprinted, says
from rackmath.audit.living.runs import BLOCK, Runs, RunSpec, Value, runs_of
from rackmath.audit.living.tokens import Kind, Token, said, tokens_of
from rackmath.audit.passage import MOST_LETTERS, Line
from rackmath.brain.context import sentences
from rackmath.errors import RackmathError
from rackmath.evidence import Evidence, Figure
from rackmath.units import format_number
from rackmath.vault import Document, Vault

MOST_PROBLEMS = 200
"""Things that are wrong beyond this many are counted and not told."""

LONGEST = 4_000
"""Characters of a paragraph to each side of a token that its sentence is looked for in."""


@dataclass(frozen=True, slots=True)
class Move:
    """A live token whose words are no longer true.

    `target` is the figure or run that it names, `becomes` what it is to name ("" while that stays), `words` and `new`
    the printed words; `follow` names what else of the sentence no longer follows.
    """

    kind: Kind
    note_id: str
    note_title: str
    path: str
    line: int
    start: int
    end: int
    target: str
    becomes: str
    words: str
    new: str
    old_sentence: str
    new_sentence: str
    why: str
    follow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Living:
    """The live notes of a brain: what moved, what is wrong, and what was read to know it."""

    moves: tuple[Move, ...]
    problems: tuple[str, ...]
    documents: Mapping[str, Document] = field(repr=False, default_factory=dict)
    tokens: Mapping[str, Sequence[Token]] = field(repr=False, default_factory=dict)
    runs: Runs | None = field(repr=False, default=None)
    evidence: Evidence | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class _Now:
    """What a token stands for now: values (low, central, high, or one), their unit, what it names, and why."""

    values: tuple[float, ...]
    unit: str
    becomes: str
    why: str
    as_written: str = ""


def moved(path: Path | str, today: date, evidence: Evidence | None = None) -> Living:
    """Return what has moved in a brain.

    Parameters
    ----------
    path
        The folder of the brain.
    today
        Figures that were not stated by this day do not count yet.
    evidence
        The figures, where they have been read already; by default those of the brain and of the bundled one.

    Raises
    ------
    RackmathError
        The folder is not a brain.
    """
    vault = Vault.open(path, read_only=True)
    problems: list[str] = []
    documents: dict[str, Document] = {}
    if vault.exists_folder("notes"):
        for rel, text in vault.documents("notes", problems):
            if "[[fig:" in text or "[[run:" in text or f"```{BLOCK}" in text or f"~~~{BLOCK}" in text:
                documents[rel] = Document.parse(text)
    known = evidence or Evidence.load([Path(path)])
    specs = [spec for rel, document in documents.items() for spec in runs_of(document, rel, problems)]
    current = Current(known, today)
    runs = Runs(specs, current)
    problems += runs.problems
    tokens = {rel: found for rel, document in documents.items() if (found := tokens_of(document))}
    shown = {token.target for found in tokens.values() for token in found if token.kind == "run"}
    for spec in specs:
        if spec.id not in shown and runs.specs.get(spec.id) is spec:  # a run nobody shows is still held to its promise
            try:
                runs.value(spec.id)
            except RackmathError as problem:
                problems.append(f"{spec.path}:{spec.line}: {problem}")
    moves: list[Move] = []
    look = _Look(current, runs)
    for rel, found in tokens.items():
        moves += _of_note(rel, documents[rel], found, look, problems)
    more = len(problems) - MOST_PROBLEMS
    told = list(dict.fromkeys(problems[:MOST_PROBLEMS])) + ([f"and {more} more problems"] if more > 0 else [])
    return Living(tuple(moves), tuple(told), documents, tokens, runs, known)


class _Look:
    """Looks up what tokens stand for now."""

    def __init__(self, current: Current, runs: Runs) -> None:
        self.current = current
        self.runs = runs

    def now(self, token: Token, path: str) -> _Now:
        """Return what a token of a note stands for now.

        A note that shows a figure of its own says what a source said then; a later figure of another note does not
        change that.

        Raises
        ------
        RackmathError
            Nothing has this name, or it has no number.
        """
        if token.kind == "run":
            found = self.runs.value(token.target)
            why = _why(self.runs.specs[token.target], found, self.current)
            return _Now((found.value,), found.unit, "", why)
        figure = self.current.figure(token.target)
        own = self.current.by_id.get(token.target)
        if own is not None and own.path == path:
            figure = own
        becomes = ""
        evidence = self.current.evidence
        why = f"{called(figure, evidence)} is {cited(figure, evidence)}"
        if "/" not in token.target and figure.id != token.target:
            before = self.current.by_id[token.target]
            becomes, why = figure.id, f"{why}, which supersedes {cited(before, evidence)}"
        return _Now(*_read(figure), becomes, why, figure.as_written)


def _read(figure: Figure) -> tuple[tuple[float, ...], str]:
    """Return the values of a figure (low, central, high where it is a range) and their unit."""
    reading = figure.reading
    if reading.kind in ("unknown", "none"):
        raise RackmathError(f"figure {figure.id} says {reading.kind!r}, which is no number")
    if reading.kind in ("at_least", "at_most"):
        return (reading.low if reading.kind == "at_least" else reading.high,), reading.unit
    central = float(figure.value.distribution.central())
    values = (reading.low, central, reading.high) if reading.low != reading.high else (central,)
    if not all(map(isfinite, values)):
        raise RackmathError(f"figure {figure.id} has no finite value")
    return values, reading.unit


def _why(spec: RunSpec, found: Value, current: Current) -> str:
    """Return which inputs of a run have moved since its text was brought up to date, or what it rests on."""
    parts = []
    for key, value in found.inputs.items():
        before = spec.was.get(key)
        figure = current.by_id.get(found.figures.get(key, ""))
        place = f" ({called(figure, current.evidence)}: {cited(figure, current.evidence)})" if figure else ""
        if isinstance(before, int | float) and not isinstance(before, bool):
            if abs(before - value) > 1e-9 * max(abs(before), abs(value)):
                parts.append(f"{key} {format_number(before, 6)} → {format_number(value, 6)}{place}")
        elif not spec.was:
            parts.append(f"{key} {format_number(value, 6)}{place}")
    moved = "; ".join(parts[:8]) or "the model or one of its defaults has changed"
    return f"recomputed with {spec.model}: {moved}"


def _of_note(rel: str, document: Document, tokens: Sequence[Token], look: _Look, problems: list[str]) -> list[Move]:
    changed: dict[int, tuple[_Now, str]] = {}
    for place, token in enumerate(tokens):
        try:
            now = look.now(token, rel)
        except RackmathError as problem:
            problems.append(f"{rel}:{document.line_at(token.start)}: {problem}")
            continue
        if not numbers(token.words) or _still(token, now):
            continue
        changed[place] = now, reprinted(token.words, now.values, now.unit, token.after)
    return _moves(rel, document, tokens, changed)


def _still(token: Token, now: _Now) -> bool:
    if now.as_written and token.words.strip() == now.as_written.strip():
        return True
    return says(token.words, now.values, now.unit, token.after)


def _moves(
    rel: str, document: Document, tokens: Sequence[Token], changed: Mapping[int, tuple[_Now, str]]
) -> list[Move]:
    """Return the moves of a note, each with its sentence before and after; a sentence is looked at once."""
    found: list[Move] = []
    note_id, title = str(document.front.get("id") or rel), document.title() or rel
    first, last = 0, -1
    old, fresh = "", ""
    follow: tuple[str, ...] = ()
    for place, (now, new) in changed.items():
        token = tokens[place]
        if not first <= token.start < last:
            first, last = _sentence(document.text, token.start)
            within = [at for at in changed if first <= tokens[at].start < last]
            text = document.text[first:last]
            old = said(text)
            pieces = [(tokens[at].start - first, tokens[at].end - first, changed[at][1]) for at in within]
            fresh = said(spliced(text, pieces))
            follow = _follow(rel, old, fresh)
        line = document.line_at(token.start)
        found.append(
            Move(token.kind, note_id, title, rel, line, token.start, token.end, token.target, now.becomes, token.words,
                 new, old, fresh, now.why, follow)
        )  # fmt: skip
    return found


def spliced(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with stretches replaced, each given by start, end and the new words."""
    parts, place = [], 0
    for start, end, new in sorted(pieces):
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])


def _sentence(text: str, place: int) -> tuple[int, int]:
    """Return where the sentence around a place starts and ends."""
    first = max(text.rfind("\n\n", 0, place) + 2, place - LONGEST, 0)
    last = text.find("\n\n", place, place + LONGEST)
    last = last if last >= 0 else min(len(text), place + LONGEST)
    for start, end in sentences(text[first:last]):
        if first + start <= place < first + end:
            return first + start, first + end
    return first, last


def _follow(rel: str, old: str, new: str) -> tuple[str, ...]:
    """Return what the arithmetic of the new sentence says against its other figures, and that of the old did not."""
    if max(len(old), len(new)) > MOST_LETTERS:
        return ()
    before, after = (
        [each for each in arithmetic([Line("", rel, 1, 0, sentence)]) if each.verdict == "wrong"]
        for sentence in (old, new)
    )
    known = {each.rule for each in before}
    words = [new[each.start : each.end] or each.claim for each in after if each.rule not in known]
    return tuple(f"“{each}” no longer follows" for each in dict.fromkeys(words))
