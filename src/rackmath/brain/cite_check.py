"""The state of a citation: how far down it is resolved, and what speaks against it, with the reason in plain words.

From best to worst: ``resolved_sentence`` (numbered sentences of a kept snapshot), ``resolved_document`` (a kept
snapshot, no sentence), ``url_only``, ``unresolved`` (a mark with no source). What speaks against a citation comes
before how far it is resolved: ``retracted_source``, ``contradicted`` (somebody noted that the source says otherwise),
``orphaned`` (the sentence is not there, or not any more), ``mismatch`` (a number or a name of the claim is not in the
sentences).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rackmath.brain import anchors
from rackmath.brain.cites import Cite, ranges
from rackmath.brain.digits import Missing, missing
from rackmath.brain.snapshots import Record, Snapshot
from rackmath.errors import RackmathError

State = Literal[
    "resolved_sentence", "resolved_document", "url_only", "unresolved", "orphaned", "mismatch", "contradicted",
    "retracted_source",
]  # fmt: skip
RESOLVED: frozenset[str] = frozenset({"resolved_sentence", "resolved_document"})
BEFORE = 2  # sentences before the cited ones that may give them names, years and units
Load = Callable[[str], Snapshot]


@dataclass(frozen=True, slots=True)
class Source:
    """What a judgement needs of a source. `status` is live, dead, retracted or superseded."""

    citekey: str
    url: str = ""
    title: str = ""
    about: str = ""
    status: str = "live"
    superseded_by: str = ""

    @classmethod
    def of(cls, citekey: str, front: Mapping[str, Any]) -> Source:
        """Read the front matter of a source's file."""
        told = [front.get(key) for key in ("title", "publisher", "published", "authors")]
        words = [item for value in told for item in (value if isinstance(value, list) else [value]) if item is not None]
        doi = str(front.get("doi") or "")
        return cls(
            citekey=citekey,
            url=str(front.get("url") or (f"https://doi.org/{doi}" if doi else "")),
            title=str(front.get("title") or ""),
            about=". ".join(map(str, words)),
            status=str(front.get("status") or "live"),
            superseded_by=str(front.get("superseded_by") or ""),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a citation.

    Parameters
    ----------
    why
        One plain sentence.
    snapshot, sentences
        What it rests on; empty where it rests on none.
    missing
        What the digits check did not find.
    notes
        Further things to know, each a sentence: the source is dead or superseded, a newer snapshot exists.
    """

    state: State
    why: str
    snapshot: str = ""
    sentences: tuple[int, ...] = ()
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def resolved(self) -> bool:
        """Whether the citation leads to a kept text and nothing speaks against it."""
        return self.state in RESOLVED


def judge(cite: Cite, source: Source | None, kept: Sequence[Record], load: Load) -> Verdict:
    """Return the state of a citation.

    Parameters
    ----------
    source
        The entry of its citekey, or None when the brain has none.
    kept
        Records of the source's snapshots, the newest first (`snapshots.of_source`).
    load
        Returns a snapshot by its address, or raises RackmathError (`snapshots.load` with the vault given).
    """
    if not cite.citekey:
        marked = (
            f"the mark {cite.raw or ', '.join(cite.marks)} leads to no source yet" if cite.raw or cite.marks else ""
        )
        return Verdict("unresolved", f"{marked or 'it names no source'}; confirm the source and its sentences.")
    if source is None:
        return Verdict("unresolved", f"There is no source {cite.citekey!r} in this brain.")
    notes = _notes(source)
    if source.status == "retracted":
        return Verdict("retracted_source", f"{source.citekey} was retracted; find another source.", notes=notes)
    if cite.problem:
        return Verdict("unresolved", f"It cannot be read: {cite.problem}.", notes=notes)
    address = cite.snapshot or (kept[0].sha256 if kept else "")
    if not address:
        return _without_text(cite, source, notes)
    try:
        snapshot = load(address)
        sentences, problem = _sentences(cite, snapshot)
    except RackmathError as error:
        return Verdict("orphaned", f"Its text cannot be read: {error}.", notes=notes)
    if snapshot.record.source != source.citekey:
        problem = f"the snapshot is one of {snapshot.record.source}, not of {source.citekey}"
    if problem:
        return Verdict("orphaned", _sentence(problem), address, notes=notes)
    if not sentences:
        if cite.relation == "contradicts":
            return Verdict("contradicted", f"{source.citekey} is noted to say otherwise.", address, notes=notes)
        told = (
            f"A text of {source.citekey}, captured {snapshot.record.captured_at[:10]}, is kept; no sentence is named."
        )
        return Verdict("resolved_document", told, address, notes=notes)
    return _resolved(cite, source, snapshot, sentences, kept, load, notes)


def _resolved(
    cite: Cite,
    source: Source,
    snapshot: Snapshot,
    sentences: tuple[int, ...],
    kept: Sequence[Record],
    load: Load,
    notes: tuple[str, ...],
) -> Verdict:
    """Judge a citation whose sentences are there."""
    address = snapshot.record.sha256
    place = f"{named(sentences)} of {source.citekey}"
    if cite.relation == "contradicts":
        return Verdict(
            "contradicted", f"{place[0].upper()}{place[1:]} is noted to say otherwise.", address, sentences, notes=notes
        )
    if kept and kept[0].sha256 != address:
        try:
            newer = anchors.reanchor(snapshot, sentences, load(kept[0].sha256))
        except RackmathError as error:
            notes = (*notes, _sentence(f"the newest snapshot cannot be read: {error}"))
        else:
            if not newer.sentences:
                gone = f"The text captured {kept[0].captured_at[:10]} does not have it: {newer.why}."
                return Verdict("orphaned", gone, address, sentences, notes=notes)
            moved = f"The text captured {kept[0].captured_at[:10]} has it as {named(newer.sentences)}."
            notes = (*notes, moved)
    found: tuple[Missing, ...] = ()
    if cite.relation == "supports":
        found = tuple(disagreements(cite.claim, snapshot, sentences, source.about))
    if found:
        return Verdict("mismatch", in_words(found, place), address, sentences, found, notes)
    told = f"{place[0].upper()}{place[1:]}, captured {snapshot.record.captured_at[:10]}."
    return Verdict("resolved_sentence", told, address, sentences, notes=notes)


def disagreements(claim: str, snapshot: Snapshot, sentences: Iterable[int], about: str = "") -> list[Missing]:
    """Return what a claim says and the sentences do not; `about` is the source's title, publisher and date."""
    numbers = sorted(set(sentences))
    cited = "\n".join(each.text for each in snapshot.numbered(numbers))
    near = {number - step for number in numbers for step in range(1, BEFORE + 1)} - set(numbers)
    lines = snapshot.sentences
    heads = {place for number in numbers if (place := _head(snapshot, number))}
    context = [lines[number - 1].text for number in sorted((near | heads) - set(numbers)) if number >= 1]
    return missing(claim, cited, "\n".join([about, snapshot.record.title, *context]))


def in_words(found: Sequence[Missing], place: str) -> str:
    """Say what is missing: ``'44 %' is not in sentences 12–14 of key, which have '43 %'.``"""  # noqa: D400
    parts = []
    for each in found[:4]:
        near = f" (there it is {each.near!r})" if each.near else ""
        parts.append(f"{each.text!r}{near}")
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    verb = "is" if len(found) == 1 else "are"
    return f"{', '.join(parts)}{more} {verb} not in {place}."


def named(sentences: Sequence[int]) -> str:
    """Return ``sentence 12`` or ``sentences 12–14, 20``."""
    return f"sentence{'s' if len(sentences) > 1 else ''} {ranges(tuple(sentences))}"


def _without_text(cite: Cite, source: Source, notes: tuple[str, ...]) -> Verdict:
    if not source.url:
        return Verdict("unresolved", f"{source.citekey} has neither an address nor a kept text.", notes=notes)
    if cite.relation == "contradicts":
        return Verdict("contradicted", f"{source.citekey} is noted to say otherwise.", notes=notes)
    wanted = f" {named(cite.sentences)} cannot be looked up;" if cite.sentences else ""
    return Verdict("url_only", f"No text of {source.citekey} is kept;{wanted} take a snapshot of it.", notes=notes)


def _sentences(cite: Cite, snapshot: Snapshot) -> tuple[tuple[int, ...], str]:
    """Return the sentences that a citation names or quotes, and why they are not there."""
    count = len(snapshot.sentences)
    if cite.sentences and cite.sentences[-1] > count:
        return (), f"{named(cite.sentences)} of {cite.citekey}: the kept text has {count}"
    if not cite.quote:
        return cite.sentences, ""
    quote = anchors.normal(cite.quote)
    if cite.sentences:
        said = anchors.normal(" ".join(each.text for each in snapshot.numbered(cite.sentences)))
        return (
            cite.sentences,
            "" if quote in said else f"the quoted words are not in {named(cite.sentences)} of {cite.citekey}",
        )
    place = anchors.quoted(snapshot, cite.quote, cite.prefix, cite.suffix)
    return (place, "") if place else ((), f"the quoted words do not stand, once, in the kept text of {cite.citekey}")


def _head(snapshot: Snapshot, number: int) -> int | None:
    """Return the heading over a sentence, or the head of its table: the first row, or the nearest heading above."""
    lines = snapshot.sentences
    row = lines[number - 1].text
    place = number
    if row.startswith("|") or "\t" in row:
        while place > 1 and (lines[place - 2].text.startswith("|") or "\t" in lines[place - 2].text):
            place -= 1
        return place
    return next((n for n in range(number - 1, max(0, number - 60), -1) if _is_heading(snapshot, n)), None)


def _is_heading(snapshot: Snapshot, number: int) -> bool:
    """Whether a sentence is a heading: Markdown's hashes stand before it on its line."""
    start = snapshot.sentences[number - 1].start
    line = snapshot.text.rfind("\n", 0, start) + 1
    return snapshot.text[line:start].lstrip().startswith("#")


def _notes(source: Source) -> tuple[str, ...]:
    if source.status == "dead":
        return (f"The address of {source.citekey} is dead.",)
    if source.status == "superseded":
        return (f"{source.citekey} is superseded{f' by {source.superseded_by}' if source.superseded_by else ''}.",)
    return ()


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
