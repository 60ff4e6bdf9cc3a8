"""Read the text of a published brain page into sections and notes.

The page is plain text as copied from a browser. Its structure is carried by three things only: section headings with
the count glued on (``Thesis12 nodes``), one bullet character at three levels told apart by indentation (a note's
title, a list in its body, its sources), and a run of tags that ends a note. Nothing is repaired silently: what does
not fit is reported as a defect with its line. Reading is one pass over the lines; the time is linear in the size.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from rackmath.brain.citations import count_openings
from rackmath.brain.defects import Defect
from rackmath.brain.page_html import is_html, text_of_html
from rackmath.brain.page_parts import Block, Item, Page, PageNote, PageUrl, Section
from rackmath.brain.page_reader import PageReader, rows_of
from rackmath.brain.profile import read_profile
from rackmath.errors import RackmathError

__all__ = [
    "MAX_BYTES",
    "SAMPLE_PAGE",
    "Block",
    "Item",
    "Page",
    "PageNote",
    "PageUrl",
    "Section",
    "parse_page",
    "read_page",
]

MAX_BYTES = 20 * 1024 * 1024
"""The largest page that is read. The text of a brain of some 10,000 notes fits."""

SAMPLE_PAGE = Path(__file__).resolve().parents[1] / "starter" / "sample-page.txt"
"""A small page with every sort of defect, to try an import on."""


def read_page(path: Path | str) -> Page:
    """Read a saved page.

    Raises
    ------
    RackmathError
        The file is missing, larger than 20 MiB, not UTF-8 text, or holds no notes.
    """
    path = Path(path)
    if not path.is_file():
        wrong = "this is not a file" if path.exists() else "there is no such file"
        raise RackmathError(f"{path}: {wrong}; give the text of a brain page, saved as UTF-8")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise RackmathError(f"{path}: {size / 2**20:.0f} MiB is more than the {MAX_BYTES // 2**20} MiB a page may have")
    data = path.read_bytes()
    text = _decode(data, str(path))
    page = parse_page(text, name=path.name)
    return replace(page, sha256=sha256(data).hexdigest())


def parse_page(text: str, name: str = "page") -> Page:
    """Parse the text of a page; `name` is used in error messages.

    Raises
    ------
    RackmathError
        The text is empty, has no section with notes, or has lost its indentation.
    """
    if not text.strip():
        raise RackmathError(f"{name}: the page is empty; save the whole page as text and try again")
    if is_html(text):
        text = text_of_html(text)
    reader = PageReader(rows_of(text))
    reader.read()
    if not reader.sections:
        raise RackmathError(
            f"{name}: no section heading such as 'Thesis12 nodes' was found; this does not look like a brain page"
        )
    notes = [note for section in reader.sections for note in section.notes]
    if not notes:
        raise RackmathError(
            f"{name}: {len(reader.sections)} section headings but no note under them; was the page cut?"
        )
    urls = sum(note.title.startswith(("http://", "https://")) for note in notes)
    if urls * 5 > len(notes) or (len(notes) > 1 and not any(note.blocks for note in notes)):
        raise RackmathError(
            f"{name}: the indentation that tells titles from lists is lost; copy the page again as plain text"
        )
    known = frozenset(word for note in notes for item in note.items() for word in re.findall(r"\w+", item.text))
    profile, found = read_profile(reader.head, known)
    defects = [*found, *reader.defects]
    strays = count_openings(text) - sum(len(note.citations) for note in notes)
    if strays:
        words = f"{strays} cite marks stand outside the bodies of notes, where they cannot be kept"
        defects.append(Defect("cites-outside-notes", "warning", 0, words))
    page = Page(profile, tuple(reader.sections), (), reader.count)
    defects += _count_defects(page)
    return Page(profile, page.sections, tuple(sorted(defects, key=lambda d: d.line)), reader.count, name=name)


def _decode(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RackmathError(f"{name}: this is UTF-16 text; save it as UTF-8 and try again")
    if b"\x00" in data:
        raise RackmathError(f"{name}: this is a binary file, not the text of a brain page")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RackmathError(
            f"{name}: not UTF-8 text (byte {error.start}); save the page as UTF-8 and try again"
        ) from None


def _count_defects(page: Page) -> list[Defect]:
    found: list[Defect] = []
    for section in page.sections:
        if section.announced != len(section.notes):
            text = f"{section.heading} announces {section.announced} notes, {len(section.notes)} were found"
            found.append(Defect("section-count", "warning", section.line, text))
    total = page.profile.announced
    count = len(page.notes)
    if total is not None and total != count:
        gap = f"{total - count} unaccounted for" if total > count else f"{count - total} more than it says"
        text = f"the page announces {total} notes, {count} were found: {gap}"
        found.append(Defect("total-count", "warning", 0, text))
    kinds = Counter(section.kind for section in page.sections)
    for section in page.sections:
        if kinds[section.kind] > 1 and section.kind != "observation":
            found.append(Defect("section-repeated", "info", section.line, f"more than one section {section.heading!r}"))
    titles = Counter(note.title.casefold() for note in page.notes)
    for note in page.notes:
        if titles[note.title.casefold()] > 1:
            found.append(Defect("duplicate-title", "warning", note.line, f"two notes are titled {note.title[:60]!r}"))
    return found
