"""What a note's Markdown has beside CommonMark: footnotes, wikilinks, figures, callouts, block ids.

These rules only read; what a reader sees is set by `rackmath.web.prose_set`. Each looks at its own place and walks on,
so that a hostile text costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

TAKEN = frozenset({"figures", "citations", "references", "runs"})
"""Fenced blocks that are data of the note; a page shows them as tables and lists of its own."""

_LIVE = {"fig:": "figure", "run:": "run"}

LONGEST_TARGET = 400
_LABEL = re.compile(r"\[\^([^\]\s\[]{1,80})\]")
_CALLOUT = re.compile(r"\[!([A-Za-z][A-Za-z-]{0,20})\][+-]?[ \t]*([^\n]*)\n?")
_BLOCK_ID = re.compile(r"(?:^|[ \t]+)\^([A-Za-z0-9][A-Za-z0-9-]{0,60})[ \t]*\Z")


def add_rules(md: MarkdownIt) -> None:
    """Teach a parser these rules."""
    md.block.ruler.before("reference", "footnote", _footnote_text, {"alt": ["paragraph", "reference", "blockquote"]})
    md.inline.ruler.before("link", "footnote", _footnote_mark)
    md.inline.ruler.before("link", "wikilink", _wikilink)
    md.inline.ruler.before("link", "beside", _beside)
    md.core.ruler.after("block", "shapes", _shapes)


def slug_of(text: str) -> str:
    """Return the id of a heading without its prefix: letters and digits of any script, joined by hyphens."""
    return "-".join(re.findall(r"\w+", text.casefold()))[:80].strip("-")


def walk(tokens: list[Token]) -> Iterator[Token]:
    """Yield the inline tokens of a text, block after block."""
    for token in tokens:
        if token.type == "inline":
            yield from token.children or ()


# --- footnotes -----------------------------------------------------------------------------------------------------


def _footnote_text(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take ``[^label]: words`` and its indented lines out of the text; the first of two with one label counts."""
    if state.is_code_block(start):
        return False
    at, stop = state.bMarks[start] + state.tShift[start], state.eMarks[start]
    label = _LABEL.match(state.src, at, stop)
    if not label or not state.src.startswith(":", label.end()):
        return False
    if silent:
        return True
    lines, last = [state.src[label.end() + 1 : stop].strip()], start + 1
    blank = 0
    while last < end:
        if state.isEmpty(last):
            blank += 1
        elif state.sCount[last] - state.blkIndent >= 4:
            lines += [""] * blank
            lines.append(state.src[state.bMarks[last] + state.tShift[last] : state.eMarks[last]].strip())
            blank = 0
        else:
            break
        last += 1
    state.env["footnotes"].setdefault(label[1], "\n".join(lines).strip())
    state.line = last - blank
    return True


def _footnote_mark(state: StateInline, silent: bool) -> bool:
    """Read ``[^label]`` where the note says what it stands for; else it stays text."""
    label = _LABEL.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    if not label or label[1] not in state.env["footnotes"]:
        return False
    if not silent:
        token = state.push("footnote", "", 0)
        token.meta = {"label": label[1]}
    state.pos = label.end()
    return True


# --- wikilinks -----------------------------------------------------------------------------------------------------


def _wikilink(state: StateInline, silent: bool) -> bool:
    """Read ``[[target]]``, ``[[target|words]]``, ``![[target]]``, ``[[fig:id|words]]`` and ``[[run:id|words]]``."""
    start = state.pos
    if not state.src.startswith("[[", start):
        return False
    end = state.src.find("]]", start + 2, min(state.posMax, start + LONGEST_TARGET))
    inside = state.src[start + 2 : end] if end > 0 else ""
    if not inside.strip() or "\n" in inside or "[" in inside:
        return False
    if not silent:
        target, bar, words = inside.partition("|")
        target = target.strip().removesuffix("\\")  # in a table the bar is written \|
        kind = _LIVE.get(target[:4].lower(), "wikilink")
        token = state.push(kind, "", 0)
        token.meta = {
            "target": target if kind == "wikilink" else target[4:].strip(),
            "words": words.strip() if bar else "",
        }
        token.content = token.meta["words"] or token.meta["target"]
        if state.pending.endswith("!"):  # an embedded note is shown as a link to it
            state.pending = state.pending[:-1]
    state.pos = end + 2
    return True


# --- what stands beside a paragraph ----------------------------------------------------------------------------------

OPEN, CLOSE = "\ue0f1", "\ue0f2"
"""Letters of a private range around the number of what stands beside a paragraph; no text of a note holds them."""

_BESIDE = re.compile(rf"\[{OPEN}(\d{{1,4}}){CLOSE}\]")


def _beside(state: StateInline, silent: bool) -> bool:
    """Read the mark at which something of the page's own stands beside the paragraph."""
    mark = _BESIDE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    if not mark:
        return False
    if not silent:
        token = state.push("beside", "", 0)
        token.meta = {"number": int(mark[1])}
    state.pos = mark.end()
    return True


# --- shapes of blocks ----------------------------------------------------------------------------------------------


def _shapes(state: StateCore) -> None:
    """Take the data blocks out, name callouts, and move block ids to their blocks."""
    tokens = [
        token
        for token in state.tokens
        if not (token.type == "fence" and token.info.split()[:1] and token.info.split()[0] in TAKEN)
    ]
    for place, token in enumerate(tokens):
        if token.type != "inline":
            continue
        if place >= 2 and tokens[place - 2].type == "blockquote_open" and (found := _CALLOUT.match(token.content)):
            quote = tokens[place - 2]
            quote.meta = {"callout": found[1].lower(), "title": found[2].strip() or found[1].capitalize()}
            token.content = token.content[found.end() :]
        if found := _BLOCK_ID.search(token.content[-80:]):
            token.content = token.content[: len(token.content) - len(found[0])]
            owner = tokens[place - 1]
            if owner.hidden and place >= 2:  # the paragraph of a tight list item has no element of its own
                owner = tokens[place - 2]
            owner.attrSet("id", f"b-{found[1]}")
    state.tokens = _without_listed_sources(tokens)


def _without_listed_sources(tokens: list[Token]) -> list[Token]:
    """Leave out a section ``Sources`` that is nothing but a list of the vault's sources: the page has a better one."""
    for place, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or tokens[place + 1].content.strip().casefold() != "sources":
            continue
        first = place + 3
        if first >= len(tokens) or tokens[first].type not in {"bullet_list_open", "ordered_list_open"}:
            continue
        kind = tokens[first].type.replace("open", "close")
        last = next((at for at in range(first, len(tokens)) if tokens[at].type == kind and not tokens[at].level), None)
        if last is None or (last + 1 < len(tokens) and tokens[last + 1].type != "heading_open"):
            continue
        lines = [item.content for item in tokens[first:last] if item.type == "inline"]
        if lines and all(_LISTED.match(line) for line in lines):
            return tokens[:place] + tokens[last + 1 :]
    return tokens


_LISTED = re.compile(r"\[?@?[^\]\n]{1,200}\]\((?:\.\./){0,4}sources/[^)\s]{1,300}\.md\)")
