"""The readable text of a saved web page, as the plain text that sentences are numbered in.

Scripts, styles, navigation and hidden parts are left out; headings, list items and quotations get Markdown's marks, and
a row of a table becomes one line with bars. A table that only lays out the page is read as paragraphs. Nothing is
fetched. A change of what comes out for the same bytes needs a new VERSION: it is kept with each snapshot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from rackmath.brain.html_tags import attributes, tokens
from rackmath.errors import RackmathError

NAME = "rackmath-html"
VERSION = 1
MOST_LETTERS = 2_000_000
"""A page with more text than this is refused."""

MOST_OPEN = 200  # elements nested deeper than this are read as if their tags were not there
_MOST_TABLES = 12  # tables in tables
_LONGEST_CELL = 400  # a longer cell makes its table a layout
_MOST_COLUMNS = 200
_ENOUGH = 200  # letters that make a <main> the page

_SILENT_NAMES = """script style template noscript svg math head iframe object select canvas audio video button nav
dialog textarea title xmp"""
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_BLOCK_NAMES = """address article aside blockquote body caption center dd details div dl dt fieldset figcaption
figure footer form header hgroup hr html legend li main menu ol p pre section summary ul table tbody thead tfoot tr
td th"""
_SILENT = frozenset(_SILENT_NAMES.split())
_VOID = frozenset(_VOID_NAMES.split())
_TITLES = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(_BLOCK_NAMES.split()) | _TITLES.keys()
_NOTHING: frozenset[str] = frozenset()
_LISTS = frozenset({"ul", "ol", "menu"})
_CELLS = frozenset({"td", "th"})
_TABLE = frozenset({"table"})
# What the start of an element ends, up to the element around it (HTML standard, §13.1.2.4 Optional tags).
_ENDS = {
    "li": (frozenset({"li"}), _LISTS),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "td": (_CELLS, frozenset({"tr", "table"})),
    "th": (_CELLS, frozenset({"tr", "table"})),
    "tr": (frozenset({"tr"}), _TABLE),
    "tbody": (frozenset({"tbody", "thead"}), _TABLE),
    "tfoot": (frozenset({"tbody", "thead"}), _TABLE),
}
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u2000-\u200a\u202f\u3000]+")
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
_UNIT_BEFORE = re.compile(r"(?:^|[\s\d/·])(?:[kcmµn]?m|ft|in|s|x|n|d|R)\Z|[\d)\]]\Z")
_WEB = ("http://", "https://")


class Readable(NamedTuple):
    """What a page says: its text, and the title and address that it gives itself (empty where it gives none)."""

    text: str
    title: str
    url: str


def readable(html: str) -> Readable:
    """Return the text of a page. Any input is accepted; the time is linear in its size.

    Raises
    ------
    RackmathError
        The page has no text, or more than `MOST_LETTERS`.
    """
    reader = _Reader()
    for token in tokens(html):
        if token.kind == "start":
            reader.start(token.name, token.value)
        elif token.kind == "end":
            reader.end(token.name)
        else:
            reader.text(token.value)
    reader.finish()
    blocks = reader.page.blocks
    inner = [text for text, main in blocks if main]
    kept = inner if sum(map(len, inner)) >= _ENOUGH else [text for text, _ in blocks]
    text = "\n\n".join(kept)
    if not any(letter.isalnum() for letter in text):
        raise RackmathError("the page has no readable text; save it again after it has loaded, or save its text")
    return Readable(text + "\n", _SPACE.sub(" ", "".join(reader.title)).strip()[:500], reader.url)


@dataclass(slots=True)
class _Part:
    """A page or a cell: its blocks so far, each with whether it stands in the page's main part."""

    blocks: list[tuple[str, bool]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    columns: int = 1


@dataclass(slots=True)
class _Table:
    """A table that is open: its rows of cells. `layout` says that it holds another table or is declared as none."""

    layout: bool
    rows: list[list[_Part]] = field(default_factory=list)


class _Reader:
    def __init__(self) -> None:
        self.page = _Part()
        self.title: list[str] = []
        self.url = ""
        self._open: list[str] = []
        self._silent: list[str] = []  # the elements that are left out, from the outermost that is
        self._tables: list[_Table] = []
        self._parts = [self.page]
        self._items: list[int] = []  # number of the next item of each open list; 0 for a list of bullets
        self._prefix = ""  # of the next block: a heading's or an item's mark
        self._letters = 0
        self._raised = ""

    def start(self, tag: str, written: str) -> None:
        """Take the start of an element, with its attributes as written."""
        if tag in ("link", "meta"):
            self._address(attributes(written))
        if tag in _VOID:
            if not self._silent and tag in ("br", "hr"):
                self._part.words.append("\n")
                if tag == "hr":
                    self._end_block()
            return
        if self._silent:
            if len(self._silent) < MOST_OPEN:
                self._silent.append(tag)
            return
        told = attributes(written)
        if tag in _SILENT or _is_hidden(told):
            self._silent.append(tag)
            return
        self._end_implied(tag)
        if tag in _BLOCKS:
            self._end_block()
        if len(self._open) < MOST_OPEN:
            self._open.append(tag)
            self._start(tag, told)

    def _end_implied(self, tag: str) -> None:
        """End what the start of this element ends: a paragraph, or the item, cell or row before it."""
        closed, around = _ENDS.get(tag, (_NOTHING, _NOTHING))
        for element in reversed(self._open):
            if element in around:
                break
            if element in closed:
                self.end(element)
                return
        for element in reversed(self._open if tag in _BLOCKS else []):
            if element == "p":
                self.end("p")
            if element in _BLOCKS:
                break

    def _start(self, tag: str, told: dict[str, str]) -> None:
        if tag in _TITLES:
            self._prefix = "#" * _TITLES[tag] + " "
        elif tag in _LISTS:
            self._items.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._prefix = self._item()
        elif tag == "blockquote":
            self._prefix = "> "
        elif tag in ("sup", "sub"):
            self._raised = tag
        elif tag == "q":
            self._part.words.append("“")
        elif tag == "table":
            self._start_table(told)
        elif tag == "tr" and self._tables:
            self._end_cell()
            self._tables[-1].rows.append([])
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
            table = self._tables[-1]
            table.rows = table.rows or [[]]
            span = told.get("colspan", "1")
            cell = _Part(columns=min(int(span), _MOST_COLUMNS) if span.isascii() and span.isdigit() else 1)
            table.rows[-1].append(cell)
            self._parts.append(cell)

    def end(self, tag: str) -> None:
        """Take the end of an element; one that is not open is nothing."""
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
                return
            if tag not in self._open:
                return
            self._silent.clear()  # what was left out was never closed, and ends with the element around it
        if tag in _VOID or tag not in self._open:
            return
        if tag not in ("table", "td", "th", "tr") and "table" in self._open:
            inner = self._open[len(self._open) - self._open[::-1].index("table") :]
            if tag not in inner:
                return  # a stray closing tag does not close the table around it
        while self._open:
            element = self._open[-1]
            self._leave(element)
            self._open.pop()
            if element == tag:
                return

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if tag in _LISTS and self._items:
            self._items.pop()
        elif tag in ("sup", "sub"):
            self._raised = ""
        elif tag == "q":
            self._part.words.append("”")
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "table":
            self._end_table()

    def text(self, data: str) -> None:
        """Take words."""
        if self._silent:
            if self._silent in (["title"], ["head", "title"]) and sum(map(len, self.title)) < 1000:
                self.title.append(data)
            return
        self._letters += len(data)
        if self._letters > MOST_LETTERS:
            raise RackmathError(f"the page has more than {MOST_LETTERS:,} letters of text; save the part that is cited")
        if self._raised and data.strip():
            data = _raised(data.strip(), "".join(self._part.words[-3:])[-8:], self._raised)
        self._part.words.append(data if "pre" in self._open else _SPACE.sub(" ", data))

    # --- blocks ---------------------------------------------------------------------------------------------------

    @property
    def _part(self) -> _Part:
        return self._parts[-1]

    def _end_block(self) -> None:
        """Put down the words so far as a block; two line breaks part blocks, one stays a line break."""
        part = self._part
        if not part.words:
            return
        words, part.words = "".join(part.words), []
        if "pre" in self._open:
            blocks = [_fenced(words)] if words.strip() else []
        else:
            blocks = [block for piece in re.split(r"\n\s*\n", words) if (block := _lines(piece))]
        for text in blocks:
            part.blocks.append((self._prefix + text, "main" in self._open))
            self._prefix = ""

    def _item(self) -> str:
        if not self._items or not self._items[-1]:
            return "- "
        self._items[-1] += 1
        return f"{self._items[-1] - 1}. "

    def _start_table(self, told: dict[str, str]) -> None:
        for table in self._tables:
            table.layout = True
        if len(self._tables) < _MOST_TABLES:
            self._tables.append(_Table(layout=told.get("role") in ("presentation", "none")))
        else:
            self._open[-1] = "div"

    def _end_cell(self) -> None:
        """End the cell that is open in the innermost table, if one is."""
        table = self._tables[-1] if self._tables else None
        if table and table.rows and table.rows[-1] and table.rows[-1][-1] is self._part:
            self._end_block()
            self._parts.pop()

    def _end_table(self) -> None:
        self._end_cell()
        table = self._tables.pop()
        rows = [row for row in table.rows if any(cell.blocks for cell in row)]
        lengths = (sum(len(text) for text, _ in cell.blocks) for row in rows for cell in row)
        columns = max((len(row) for row in rows), default=0)
        if table.layout or columns < 2 or max(lengths, default=0) > _LONGEST_CELL:
            for row in rows:
                for cell in row:
                    self._part.blocks += cell.blocks
        else:
            self._part.blocks.append(("\n".join(map(_bars, rows)), "main" in self._open))

    def _address(self, told: dict[str, str]) -> None:
        canonical = told.get("rel", "").casefold() == "canonical"
        found = told.get("href" if canonical else "content", "").strip()
        if (canonical or (told.get("property") == "og:url" and not self.url)) and found.startswith(_WEB):
            self.url = found[:2000]

    def finish(self) -> None:
        """End what the page left open."""
        while self._open:
            self._leave(self._open[-1])
            self._open.pop()
        while self._tables:
            self._end_table()
        self._end_block()


def _is_hidden(told: dict[str, str]) -> bool:
    return (
        "hidden" in told
        or told.get("aria-hidden") == "true"
        or told.get("role") == "navigation"
        or bool(_HIDDEN.search(told.get("style", "")[:1000]))
    )


def _raised(text: str, before: str, tag: str) -> str:
    """Set off raised digits, so that 10⁵ does not become 105 and a footnote does not become part of a number."""
    if tag == "sub":
        return f"_{text}" if before[-1:].isdigit() else text
    if _UNIT_BEFORE.search(before):
        return f"[{text}]" if before[-1:] == "]" else f"^{text}"
    return f"[{text}]" if text.isdigit() else text


def _lines(text: str) -> str:
    rows = (_SPACE.sub(" ", row).strip() for row in text.split("\n"))
    return "\n".join(row for row in rows if row)


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.strip(chr(10))}\n{fence}"


def _bars(row: list[_Part]) -> str:
    shown: list[str] = []
    for cell in row:
        words = " ".join(text for text, _ in cell.blocks)
        shown += [_SPACE.sub(" ", words).replace("|", "\\|"), *[""] * (cell.columns - 1)]
    return f"| {' | '.join(shown[:_MOST_COLUMNS])} |"
