"""A note's Markdown as safe HTML, with its notes beside it and its figures as chips.

The text is hostile until proven otherwise: raw HTML is shown as text, only http, https, mailto and addresses within the
brain become links, nothing is loaded from elsewhere, and nesting and length are bounded. What the prose refers to
(notes, figures, citations, bracket references) is looked up through `Known`, so that this module knows no brain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rackmath.errors import require
from rackmath.web.charts.svg import Svg, escape, printable
from rackmath.web.chips import Chip

LONGEST = 150_000
"""Characters of a note that are set; the rest is named and left to the Markdown twin."""

LONGEST_BLOCK = 20_000
MOST_BRACKETS = 1_500
"""A paragraph with more characters or opening brackets than this is set as plain text, not read as Markdown."""

MOST_NOTES = 2_000
_NEST = 20


class Target(NamedTuple):
    """Where a link leads: a root-relative address, the title of what is there, and its status if it is a note."""

    href: str
    title: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a footnote cites: how well it is resolved (good, half, open, bad), that in words, and its text as HTML."""

    look: str
    words: str
    html: Svg


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket reference of the prose: its text, ``resolved``, ``candidate`` or ``unresolved``, and where it leads.

    `id` is that of its entry in the list below the prose; `targets` are by number.
    """

    id: str
    raw: str
    state: str
    targets: Mapping[int, Target] = field(default_factory=dict)

    def places(self) -> Iterator[tuple[int, int, Target]]:
        """Yield (start, end, target) of the numbers in `raw` that lead somewhere."""
        for found in re.finditer(r"\d{1,4}", self.raw):
            if (target := self.targets.get(int(found[0]))) is not None:
                yield found.start(), found.end(), target


def _none(_: str) -> None:
    """Know nothing of that name."""


@dataclass(frozen=True)
class Known:
    """What the prose may refer to.

    Parameters
    ----------
    page
        The page of a link's target (a title, a stem, a path, an id), or None.
    chip
        A figure by its id, or None.
    own
        The figures of this note; where one's printed words stand in the prose, they are its chip.
    marks
        What the footnotes cite, by label. A footnote that cites nothing is set as it is written.
    brackets
        The bracket references in the order of the text.
    picture
        The address of an attachment of the vault, or None.
    """

    page: Callable[[str], Target | None] = _none
    chip: Callable[[str], Chip | None] = _none
    own: Sequence[Chip] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)
    brackets: Sequence[Bracket] = ()
    picture: Callable[[str], str | None] = _none


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


@dataclass(frozen=True)
class Prose:
    """A note's text as HTML, its footnotes as a list for narrow pages and paper, and what was met on the way."""

    html: Svg
    notes: Svg
    headings: Sequence[Heading]
    figures: Sequence[str]
    missing: Sequence[str]


def set_prose(text: str, known: Known | None = None, title: str = "") -> Prose:
    """Return Markdown as HTML.

    Parameters
    ----------
    text
        The body of a note, without its front matter.
    known
        What it may refer to.
    title
        The note's title: a first heading that only repeats it is left out.
    """
    known = known or Known()
    whole = printable(text)
    cut = len(whole) > LONGEST
    md = _parser()
    env = _env(known, title)
    tokens = md.parse(whole[:LONGEST], env)
    for label, note in env["notes"].items():
        mark = known.marks.get(label)
        if mark:
            note.look, note.words, note.html = mark.look, mark.words, mark.html
        else:
            note.html = _inline(env["footnotes"][label], known)
    html = md.renderer.render(tokens, md.options, env)
    if cut:
        html += f'<p class="quiet">The text goes on: only its first {LONGEST:,} characters are shown here.</p>\n'
    return Prose(Svg(html), _note_list(env["notes"].values()), env["headings"], env["figures"], env["missing"])


def set_line(text: str, known: Known | None = None) -> Svg:
    """Return one line of Markdown (a sentence around a link, a bio) as HTML without blocks or footnotes."""
    return _inline(printable(text)[:LONGEST_BLOCK], known or Known())


def _inline(text: str, known: Known) -> Svg:
    """Return the words of a footnote: inline Markdown, in which no further footnotes are set."""
    md = _parser()
    env = _env(Known(known.page, known.chip), "", boxes=False)
    tokens = md.parseInline(" ".join(text.split()), env)
    return Svg(md.renderer.render(tokens, md.options, env))


def _env(known: Known, title: str, *, boxes: bool = True) -> dict[str, Any]:
    """Return what the rules and the renderer share while one text is set."""
    return {
        "known": known,
        "title": title,
        "footnotes": {},  # texts by label
        "notes": {},  # footnotes that are marked, by label, in order
        "seen": {},  # how often each was marked so far
        "figures": [],
        "missing": [],
        "headings": [],
        "tips": 0 if boxes else MOST_NOTES,  # how many figures have a box
        "open": [],  # what closes the links and quotations that are open
        "quotes": [],
    }


def _note_list(notes: Any) -> Svg:
    """Return the footnotes as a list; one that also stands beside the text is hidden on a wide page."""
    items = []
    for note in notes:
        keys = [f"{note.number}" if time == 1 else f"{note.number}-{time}" for time in range(1, note.times + 1)]
        back = "".join(
            f' <a class="back" href="#ref-{key}"><span aria-hidden="true">↩</span>'
            f'<span class="unseen">Back to mark {key.replace("-", ", time ")} in the text</span></a>'
            for key in keys[:9]
        )
        look = ' class="kept"' if note.list_only else ""
        items.append(f'<li id="fn-{note.number}" value="{note.number}"{look}>{note.html}{back}</li>\n')
    return Svg(f"<ol>\n{''.join(items)}</ol>") if items else Svg("")


@lru_cache(maxsize=1)
def _parser() -> Any:
    """Return the parser of notes; it keeps nothing between two texts, so threads may share it."""
    markdown_it = require("markdown_it", extra="web")
    from rackmath.web.prose_rules import add_rules  # noqa: PLC0415  (both need the parser's package)
    from rackmath.web.prose_set import NoteRenderer  # noqa: PLC0415

    class Parser(markdown_it.MarkdownIt):  # type: ignore[misc,name-defined]
        def validateLink(self, url: str) -> bool:  # noqa: N802
            return allowed(url)

    md = Parser("commonmark", {"html": False, "maxNesting": _NEST}, renderer_cls=NoteRenderer).enable(
        ["table", "strikethrough"]
    )
    add_rules(md)
    md.core.ruler.before("inline", "bounds", _bounds)
    md.core.ruler.push("outline", _outline)
    md.core.ruler.push("finds", _finds)
    md.parse("", _env(Known(), ""))  # compiles its rules
    return md


def allowed(address: str) -> bool:
    """Say whether an address may become a link: http, https, mailto, or within the brain."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if any(letter in address for letter in "\\\0\t\n\r"):
        return False
    if parts.scheme:
        return (parts.scheme.lower() in {"http", "https"} and bool(parts.netloc)) or parts.scheme.lower() == "mailto"
    return not parts.netloc and not address.startswith("//") and ":" not in address.partition("/")[0]


def _bounds(state: Any) -> None:
    """Set a paragraph that is too long to be read as Markdown as plain text."""
    for token in state.tokens:
        long = len(token.content) > LONGEST_BLOCK or token.content.count("[") > MOST_BRACKETS
        if token.type == "inline" and long:
            token.type, token.content, token.children = "overlong", token.content, []


def _outline(state: Any) -> None:
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
    from rackmath.web.prose_rules import slug_of  # noqa: PLC0415

    base = f"h-{slug_of(words) or 'part'}"
    taken[base] = taken.get(base, 0) + 1
    return base if taken[base] == 1 else f"{base}-{taken[base]}"


# --- figures and brackets that stand in the prose as they are ---------------------------------------------------------


def _finds(state: Any) -> None:
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


__all__ = [
    "Bracket",
    "Chip",
    "Heading",
    "Known",
    "Mark",
    "Prose",
    "Target",
    "allowed",
    "escape",
    "set_line",
    "set_prose",
]
