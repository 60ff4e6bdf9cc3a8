"""Tell a group of contradicting statements: what they are of, what differs, and who stands behind each."""

from __future__ import annotations

from urllib.parse import urlsplit

from rackmath.audit.conflicts.match import Likeness
from rackmath.audit.conflicts.names import parts
from rackmath.audit.conflicts.reading import Reading
from rackmath.audit.conflicts.sentence import content
from rackmath.audit.conflicts.stems import stem, words
from rackmath.audit.finding import Finding, Statement

MOST_STATEMENTS = 12
SURE = 0.85

Pair = tuple[Likeness, Reading, Reading]


def tell(group: list[Pair]) -> Finding:
    """Return the finding of a group of pairs that share figures; the likest pair comes first."""
    best = max(group, key=lambda pair: pair[0].score)
    said: dict[tuple[int, int], Reading] = {}
    for pair in [best, *group]:
        for each in pair[1:]:
            said.setdefault(each.key, each)
    members = sorted(list(said.values())[:MOST_STATEMENTS], key=lambda each: each.key)
    first = members[0]
    quantity = _quantity(best)
    confidence = _confidence(best, members)
    told = "; ".join(f"{each.figure.text} in {each.sentence.note.title!r}" for each in members[:4])
    return Finding(
        kind="conflict",
        rule="conflict",
        verdict="wrong" if confidence >= SURE else "ambiguous",
        confidence=confidence,
        note=first.sentence.note.title,
        path=first.sentence.line.path,
        line=first.sentence.line.line,
        start=first.place,
        end=first.place + first.figure.end - first.figure.start,
        claim=first.sentence.line.text[:600],
        explanation=f"On {quantity!r} the text says {told}. {_difference(best)} {_sources(members)}",
        unit=first.figure.unit_text,
        quantity=quantity,
        statements=tuple(_statement(each) for each in members),
    )


def _statement(each: Reading) -> Statement:
    scope = [*sorted(each.hard), *sorted(each.times), *sorted(each.years), *(f"per {per}" for per in sorted(each.per))]
    return Statement(
        each.sentence.note.title,
        each.figure.text,
        each.figure.low * each.figure.over,
        each.figure.high * each.figure.over,
        each.figure.unit_text,
        ", ".join(scope),
        each.sentence.line.line,
        each.sentence.line.text[:400],
        each.sentence.note.urls[:8],
    )


def _quantity(best: Pair) -> str:
    """Return the common words in the order of the sentence that has most of them."""
    like, *sides = best
    names = [
        " ".join(
            dict.fromkeys(
                word
                for word in words(each.sentence.line.text)
                if stem(word) in parts(each.names) or content(word) & like.common
            )
        )
        for each in sides
    ]
    unit = sides[0].figure.unit_text
    return f"{max(names, key=len)[:110]} ({unit})" if unit else max(names, key=len)[:110]


def _confidence(best: Pair, members: list[Reading]) -> float:
    like, a, b = best
    score = 0.25 + 0.5 * like.score - 0.06 * len(like.unsaid)
    named = parts(a.names) & parts(b.names)
    score += 0.08 * bool(named) + 0.05 * bool(a.years & b.years) + 0.05 * bool(a.times & b.times)
    if len({each.figure.text for each in members}) > 4:
        score -= 0.2  # many values are many things, or one that moves
    return round(min(0.9, max(0.3, score)), 2)


def _difference(best: Pair) -> str:
    like, a, b = best
    if not like.unsaid:
        return "Both are worded alike in time and scope; if a definition or a group of things differs, say so."
    named = {"year": a.years ^ b.years, "time": a.times ^ b.times}
    only = ", ".join(sorted(word for each in like.unsaid for word in named.get(each, {each})))
    return f"Only one side says: {only}; if that makes the difference, say it on both."


def _sources(members: list[Reading]) -> str:
    notes = {each.sentence.note.title: each.sentence.note for each in members}
    if len(notes) < 2:
        return "Both stand in the same note."
    hosts = [{urlsplit(url).netloc for url in note.urls} for note in notes.values()]
    urls = [set(note.urls) for note in notes.values()]
    by = [parts(each.sentence.by) for each in members]
    if any(a & b for i, a in enumerate(urls) for b in urls[i + 1 :]):
        return "They list a source in common, so one of them misreads it or it changed."
    if any(a & b for i, a in enumerate(by) for b in by[i + 1 :]):
        return "They name the same claimant, so they are not independent."
    if any(a & b for i, a in enumerate(hosts) for b in hosts[i + 1 :]):
        return "Their sources are pages of the same site."
    if all(hosts):
        return "Their sources are independent of each other."
    return "Not every side names a source."
