"""The text of a saved file: plain text, Markdown, or a web page saved as HTML. Nothing is fetched."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath
from typing import NamedTuple

from rackmath.brain import readable
from rackmath.errors import RackmathError

MOST_BYTES = 16 * 1024 * 1024
"""A larger file is refused; its text may have `rackmath.brain.readable.MOST_LETTERS` letters."""

_META = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_COMMENTS = re.compile(r"(?:\s*+<!--(?:(?!-->).){0,1000}+-->)*+\s*+", re.DOTALL)
_HTML = re.compile(r"<(?:!doctype html|html|head|body|main|\?xml|article|div|table|p)\b", re.IGNORECASE)
_MEDIA = {".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".md": "text/markdown",
          ".markdown": "text/markdown", ".txt": "text/plain", ".text": "text/plain"}  # fmt: skip
_PLAIN = ("rackmath-text", 1)


class Captured(NamedTuple):
    """What a file says: its text, type, own title and address (or empty), and what read it."""

    text: str
    media_type: str
    title: str
    url: str
    extractor: str
    version: int


def read_file(data: bytes, name: str = "", media_type: str = "") -> Captured:
    """Return the text of a file with line ends of one kind and one at its end.

    Parameters
    ----------
    name
        The file's name, for messages and, where `media_type` is empty, for the type.

    Raises
    ------
    RackmathError
        The file is too large, is not text (a PDF), or its letters cannot be read.
    """
    told = f"{name or 'the file'}: "
    if len(data) > MOST_BYTES:
        raise RackmathError(
            f"{told}{len(data):,} bytes is over the limit of {MOST_BYTES:,}; save the part that is cited"
        )
    text = _decoded(data, told)
    media = media_type or _MEDIA.get(PurePosixPath(name).suffix.casefold(), "") or _guessed(text)
    title = url = ""
    extractor, version = _PLAIN
    if media in ("text/html", "application/xhtml+xml"):
        try:
            page = readable.readable(text)
        except RackmathError as error:
            raise RackmathError(f"{told}{error}") from None
        text, title, url = page
        extractor, version = readable.NAME, readable.VERSION
    elif not media.startswith("text/"):
        raise RackmathError(f"{told}{media} is not read; save the page as HTML, Markdown or plain text")
    text = _tidy(text)
    if len(text) > readable.MOST_LETTERS:
        raise RackmathError(f"{told}more than {readable.MOST_LETTERS:,} letters of text; save the part that is cited")
    return Captured(text, media, title, url, extractor, version)


def _decoded(data: bytes, told: str) -> str:
    """Return the letters of a file: UTF-8, UTF-16 with its mark, or what an HTML page says it is."""
    if data.startswith(b"%PDF"):
        raise RackmathError(f"{told}PDF is not read; save the text of the pages that are cited as a .txt file")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        declared = _META.search(data[:4096])
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        if not codecs.lookup(encoding)._is_text_encoding:
            raise LookupError
        text = data.decode(encoding)
    except LookupError:
        raise RackmathError(
            f"{told}the page says that its letters are {encoding!r}, which is unknown; save it as UTF-8"
        ) from None
    except UnicodeError as error:
        raise RackmathError(f"{told}this is not text in {encoding} ({error}); save it as UTF-8 text") from None
    if "\0" in text:
        raise RackmathError(f"{told}letter {text.index(chr(0))} is NUL, so this is not a text file")
    return text


def _guessed(text: str) -> str:
    start = _COMMENTS.match(text.removeprefix("\ufeff"))
    html = start is not None and _HTML.match(text.removeprefix("\ufeff"), start.end())
    return "text/html" if html else "text/plain"


def _tidy(text: str) -> str:
    """Make line ends one, and end with one; letters that UTF-8 cannot hold become a question mark."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode().rstrip("\n") + "\n"
