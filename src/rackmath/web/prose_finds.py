"""Figures and bracket references that stand in the prose as plain words: found, and made tokens of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackmath.web.chips import Chip
    from rackmath.web.prose import Bracket, Known


def find_words(state: Any) -> None:
    """Make chips of the printed words of figures, and references of brackets, wherever they stand in plain prose."""
    known: Known = state.env["known"]
    chips = unmistakable(known.own)
    waiting: dict[str, list[Bracket]] = {}
    for bracket in known.brackets:
        waiting.setdefault(bracket.raw, []).append(bracket)
    pattern = _pattern(chips, waiting)
    if pattern is None:
        return
    heading = False
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            heading = token.type == "heading_open"
        elif token.type == "inline" and not heading and token.children:
            token.children = list(_split(token.children, pattern, chips, waiting))


def unmistakable(chips: Sequence[Chip]) -> dict[str, Chip]:
    """Return the figures that their printed words alone name: a unit, a sign or three digits, and no double."""
    found: dict[str, Chip] = {}
    double = set()
    for chip in chips:
        words = " ".join(chip.as_written.split())
        digits = sum(letter.isdigit() for letter in words)
        if not digits or len(words) < 2 or len(words) > 80:
            continue
        if digits < 3 and not any(letter.isalpha() or letter in "$€£%×" for letter in words):
            continue
        if words in found:
            double.add(words)
        found[words] = chip
    return {words: chip for words, chip in found.items() if words not in double}


def _pattern(chips: Mapping[str, Chip], brackets: Mapping[str, Any]) -> re.Pattern[str] | None:
    """Return what finds any of these words, the longest first; each part is a fixed text, so time is linear."""
    figures = [_flexible(words) for words in sorted(chips, key=len, reverse=True)]
    groups = [f"(?P<bracket>{'|'.join(map(_flexible, sorted(brackets, key=len, reverse=True)))})"] if brackets else []
    if figures:
        groups.append(rf"(?P<figure>(?<![\w$.,])(?:{'|'.join(figures)})(?!\w|[.,]\d))")
    return re.compile("|".join(groups)) if groups else None


def _flexible(words: str) -> str:
    return "[ \\n\u00a0]".join(re.escape(word) for word in words.split())


def _split(
    tokens: Sequence[Any], pattern: re.Pattern[str], chips: Mapping[str, Chip], waiting: Mapping[str, list[Bracket]]
) -> Iterator[Any]:
    """Yield the tokens of a paragraph with what was found in its texts as tokens of their own."""
    depth = 0
    for token in _joined(tokens):
        depth += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type != "text" or depth:
            yield token
            continue
        position = 0
        for match in pattern.finditer(token.content):
            found = _found(match, chips, waiting)
            if found is None:
                continue
            kind, meta = found
            if match.start() > position:
                yield token.copy(content=token.content[position : match.start()])
            yield token.copy(type=kind, content=match[0], meta=meta)
            position = match.end()
        if position < len(token.content):
            yield token.copy(content=token.content[position:])


def _found(
    match: re.Match[str], chips: Mapping[str, Chip], waiting: Mapping[str, list[Bracket]]
) -> tuple[str, dict[str, Any]] | None:
    words = " ".join(match[0].split())
    if match.lastgroup == "figure":
        return "figure", {"target": chips[words].id, "words": match[0]}
    queue = waiting.get(match[0]) or waiting.get(words)
    return ("bracket", {"bracket": queue.pop(0)}) if queue else None


def _joined(tokens: Sequence[Any]) -> Iterator[Any]:
    """Yield tokens with texts on both sides of a line's end made one, so that words broken across it are found."""
    held: Any = None
    for token in tokens:
        if token.type == "softbreak" and held is not None:
            held = held.copy(content=f"{held.content}\n")
        elif token.type == "text":
            held = token if held is None else held.copy(content=held.content + token.content)
        else:
            if held is not None:
                yield held
            held = None
            yield token
    if held is not None:
        yield held
