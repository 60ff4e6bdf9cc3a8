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
from rackmath.web.prose_outline import LONGEST_BLOCK, MOST_NOTES, Heading, keep_bounds, outline
from rackmath.web.prose_rules import CLOSE, OPEN

LONGEST = 150_000
"""Characters of a note that are set; the rest is named and left to the Markdown twin."""

_NEST = 20


class Beside(NamedTuple):
    """What the page says beside a paragraph: where that ends, in characters of the text, and safe HTML."""

    place: int
    html: Svg


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
    run
        The page of a model run by its id, or None.
    beside
        What the page itself says beside paragraphs, in the order of their places.
    """

    page: Callable[[str], Target | None] = _none
    chip: Callable[[str], Chip | None] = _none
    own: Sequence[Chip] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)
    brackets: Sequence[Bracket] = ()
    picture: Callable[[str], str | None] = _none
    run: Callable[[str], Target | None] = _none
    beside: Sequence[Beside] = ()


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
    whole = printable(_marked(text, known.beside))
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


def _marked(text: str, beside: Sequence[Beside]) -> str:
    """Return a text with a mark at each place that has something beside it; marks of the text's own are taken out."""
    if OPEN in text or CLOSE in text:
        text = text.replace(OPEN, "\ufffd").replace(CLOSE, "\ufffd")
    parts, last = [], 0
    for number, each in enumerate(beside):
        place = max(last, min(each.place, len(text)))
        parts += [text[last:place], f"[{OPEN}{number}{CLOSE}]"]
        last = place
    return "".join([*parts, text[last:]])


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
    from rackmath.web.prose_finds import find_words  # noqa: PLC0415
    from rackmath.web.prose_rules import add_rules  # noqa: PLC0415  (both need the parser's package)
    from rackmath.web.prose_set import NoteRenderer  # noqa: PLC0415

    class Parser(markdown_it.MarkdownIt):  # type: ignore[misc,name-defined]
        def validateLink(self, url: str) -> bool:  # noqa: N802
            return allowed(url)

    md = Parser("commonmark", {"html": False, "maxNesting": _NEST}, renderer_cls=NoteRenderer).enable(
        ["table", "strikethrough"]
    )
    add_rules(md)
    md.core.ruler.before("inline", "bounds", keep_bounds)
    md.core.ruler.push("outline", outline)
    md.core.ruler.push("finds", find_words)
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
