"""The order of a note's text: its headings below the page's own, its footnotes numbered, its bounds kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rackmath.web.charts.svg import Svg
from rackmath.web.prose_rules import slug_of

LONGEST_BLOCK = 20_000
MOST_BRACKETS = 1_500
"""A paragraph with more characters or opening brackets than this is set as plain text, not read as Markdown."""

MOST_NOTES = 2_000


class Heading(NamedTuple):
    """A heading of the prose: its level on the page (2 to 6), its id and its words."""

    level: int
    id: str
    text: str


@dataclass
class FootNote:
    """A footnote as it is set: its number, state and HTML; `list_only` when it has no place beside the text."""

    label: str
    number: int
    look: str
    words: str
    html: Svg
    list_only: bool = False
    times: int = 0


def keep_bounds(state: Any) -> None:
    """Set a paragraph that is too long to be read as Markdown as plain text."""
    for token in state.tokens:
        long = len(token.content) > LONGEST_BLOCK or token.content.count("[") > MOST_BRACKETS
        if token.type == "inline" and long:
            token.type, token.content, token.children = "overlong", token.content, []


def outline(state: Any) -> None:
    """Shift headings below the page's own, give them ids, number the footnotes, and keep tables without styles."""
    env, depth, heading = state.env, 0, False
    taken: dict[str, int] = {}
    drop = _repeats_title(state.tokens, env["title"])
    if drop:
        del state.tokens[:3]
    # the page has the first level; a note may begin with any, and may leave some out
    top = min((int(token.tag[1]) for token in state.tokens if token.type == "heading_open"), default=1)
    level = 1
    for place, token in enumerate(state.tokens):
        if token.type in {"table_open", "table_close"}:
            depth += token.nesting
        elif token.type in {"th_open", "td_open"} and token.attrGet("style"):
            right = "right" in str(token.attrs.pop("style"))
            if right:
                token.attrSet("class", "n")
        elif token.type in {"heading_open", "heading_close"}:
            heading = token.type == "heading_open"
            if heading:
                level = min(6, level + 1, int(token.tag[1]) - top + 2)
            token.tag = f"h{level}"
            if heading:
                words = _plain(state.tokens[place + 1])
                token.attrSet("id", _unique(words, taken))
                if not token.level:
                    env["headings"].append(Heading(level, str(token.attrGet("id")), words))
        elif token.type == "inline":
            for child in token.children or ():
                if child.type == "footnote":
                    _count(child, env, beside=not depth and not heading)


def _repeats_title(tokens: Sequence[Any], title: str) -> bool:
    opens = len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return bool(opens and title and _plain(tokens[1]).casefold() == title.strip().casefold())


def _count(token: Any, env: dict[str, Any], *, beside: bool) -> None:
    """Give a footnote its number at its first mark."""
    label = token.meta["label"]
    note = env["notes"].get(label)
    if note is None:
        if len(env["notes"]) >= MOST_NOTES:
            return
        note = FootNote(label, len(env["notes"]) + 1, "", "", Svg(""), list_only=not beside)
        env["notes"][label] = note
    note.times += 1
    token.meta["list_only"] = not beside


def _plain(token: Any) -> str:
    """Return the words of an inline token."""
    return "".join(
        child.content if child.type in {"text", "code_inline", "wikilink", "figure"} else " "
        for child in token.children or ()
        if child.type not in {"footnote", "strong_open", "strong_close", "em_open", "em_close"}
    ).strip()


def _unique(words: str, taken: dict[str, int]) -> str:
    base = f"h-{slug_of(words) or 'part'}"
    taken[base] = taken.get(base, 0) + 1
    return base if taken[base] == 1 else f"{base}-{taken[base]}"
