"""Turn a brain page that was saved as HTML into the text that copying it from a browser would have given.

The text carries the page's structure by indentation, so that one reader (`rackmath.brain.page`) reads both: a list item
stands two columns deeper than its list, what is inside it two columns deeper again, and every other block is a
paragraph. Cite tags are kept as they are, since they are what the page is worth. A note may be a list item, or an
article, a section or a disclosure that begins with a heading. Nothing is fetched and no script is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rackmath.brain.html_tags import attributes, tokens
from rackmath.brain.page_reader import DEEPEST, section_heading

LOOKS = ("<!doctype html", "<html", "<head", "<body", "<main", "<?xml")
"""How a file that is HTML begins, in small letters."""

MOST_OPEN = 500
"""Elements nested deeper than this are read as if they were not there, so that a flood of tags costs its length."""

_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "math", "head", "iframe", "object", "select"})
_LISTS = frozenset({"ul", "ol", "menu"})
_HOLDERS = frozenset({"article", "section", "details"})
_TITLES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary"})
_BLOCKS = _TITLES | _HOLDERS | {
    "address", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "form", "header", "hr", "html", "main", "nav", "p", "pre", "table", "tbody", "tfoot", "thead", "tr",
}  # fmt: skip
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SPACE = re.compile(r"[ \t\r\n\f]+")


def is_html(text: str) -> bool:
    """Whether a file's text is HTML and not the text of a page."""
    return text.lstrip("\ufeff \t\r\n")[:200].casefold().startswith(LOOKS)


def text_of_html(html: str) -> str:
    """Return the text of a page: one line a paragraph, lists indented, cite tags kept.

    Any input is accepted; what is not closed ends with the element around it. The time is linear in the size.
    """
    reader = _Reader()
    for kind, name, value in tokens(html):
        match kind:
            case "start":
                reader.start(name, value)
            case "end":
                reader.end(name)
            case _:
                reader.text(value)
    reader.end_line()
    return "\n".join(reader.lines) + "\n"


@dataclass(slots=True)
class _Open:
    """An element that is open. `note` marks one that has begun a note of the page."""

    tag: str
    number: int = 0  # of the next item, for an ordered list
    note: bool = False
    bullet: str = ""  # of a list item, until its first words


class _Reader:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._open: list[_Open] = []
        self._words: list[str] = []
        self._silent = 0
        self._depth = 0  # lists and holders of notes that are open: what stands in them is indented
        self._in_section = False
        self._address = ""
        self._link_at = 0

    def start(self, tag: str, written: str) -> None:
        """Open an element; `written` is its attributes."""
        if tag in _SILENT:
            self._silent += 1
            return
        if self._silent or tag in _VOID or len(self._open) >= MOST_OPEN:
            if tag in {"br", "hr"} and not self._silent:
                self.end_line(blank=tag == "hr")
            return
        element = _Open(tag)
        if tag == "cite":
            self._words.append(f"\x3ccite{written}>")
        elif tag == "a":
            address = attributes(written).get("href", "").strip()
            self._address = address if address.startswith(("http://", "https://")) else ""
            self._link_at = len(self._words)
        elif tag in _LISTS:
            self.end_line()
            self._depth += 1
            element.number = 1 if tag == "ol" else 0
        elif tag == "li":
            self._close_item()
            self.end_line(blank=False)
            element.bullet = self._bullet()
        elif tag in _BLOCKS:
            self.end_line()
        self._open.append(element)

    def end(self, tag: str) -> None:
        """Close an element, and what was left open inside it."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if self._silent or tag in _VOID or not any(element.tag == tag for element in self._open):
            return
        while self._open:
            element = self._open[-1]
            self._leave(element)
            self._open.pop()
            if element.tag == tag:
                return

    def text(self, data: str) -> None:
        """Take words in."""
        if not self._silent:
            self._words.append(data)

    # --- lines ---------------------------------------------------------------------------------------------------

    def end_line(self, *, blank: bool = True) -> None:
        """Put down the words collected so far as one line; a paragraph is followed by an empty one."""
        text = _SPACE.sub(" ", "".join(self._words)).strip(" ")
        self._words, self._link_at = [], 0
        if text:
            self._line(text)
        if blank and self.lines and self.lines[-1]:
            self.lines.append("")

    def _line(self, text: str) -> None:
        if section_heading(text) and not self._in_item():
            self._in_section = True
            self._depth = 0
            for element in self._open:
                element.note = False
            self.lines.append(text)
            return
        title = next((element for element in reversed(self._open) if element.tag in _TITLES), None)
        holder = next((element for element in reversed(self._open) if element.tag in _HOLDERS), None)
        if self._in_section and title and holder and not holder.note and not self._in_item():
            holder.note = True
            self._depth += 1
            self.lines.append(f"{self._indent()}• {text}")
            return
        item = self._item()
        if item is not None and item.bullet:
            self.lines.append(f"{self._indent()}{item.bullet} {text}")
            item.bullet = ""
        else:
            self.lines.append(f"{self._indent()}{'  ' if self._depth else ''}{text}")

    def _indent(self) -> str:
        return "  " * min(self._depth, DEEPEST + 2)

    def _item(self) -> _Open | None:
        for element in reversed(self._open):
            if element.tag == "li":
                return element
            if element.tag in _LISTS:
                return None
        return None

    def _in_item(self) -> bool:
        return any(element.tag == "li" for element in self._open)

    def _bullet(self) -> str:
        around = next((element for element in reversed(self._open) if element.tag in _LISTS), None)
        if around is None or not around.number:
            return "•"
        around.number += 1
        return f"{around.number - 1}."

    def _close_item(self) -> None:
        """End an item whose end tag was left out, as HTML allows."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag in _LISTS:
                return
            if self._open[place].tag == "li":
                self.end_line()
                del self._open[place:]
                return

    def _leave(self, element: _Open) -> None:
        if element.tag == "cite":
            self._words.append("\x3c/cite>")
        elif element.tag == "a":
            self._spell_out()
        elif element.tag in _LISTS or element.note:
            self.end_line()
            self._depth = max(0, self._depth - 1)
        elif element.tag == "li":
            self.end_line(blank=False)
        elif element.tag in _BLOCKS:
            self.end_line()
        elif element.tag in {"td", "th"}:
            self._words.append(" ")

    def _spell_out(self) -> None:
        """Give a listed source by its address: what a link shows is often shortened."""
        listed = next((line for line in reversed(self.lines) if line and line.lstrip()[:1] not in {"•"}), "")
        shown = "".join(self._words[self._link_at :]).strip()
        if self._address and shown and listed.strip().casefold().rstrip(":") == "sources":
            self._words[self._link_at :] = [self._address]
        self._address = ""
