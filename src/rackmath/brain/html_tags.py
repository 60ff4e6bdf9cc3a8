"""Cut HTML into tags and text in linear time, whatever it holds.

`html.parser` takes quadratic time over unclosed tags, and a saved page is anybody's text. As in a browser, a tag, a
comment or a script that never ends takes the rest of the page with it. Source: HTML standard, §13.2.5 Tokenization.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_REST = re.compile(r"(?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>])*+>")
_ATTRIBUTE = re.compile(r"([^\s=/>\"']++)(?:\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s>]++))?")
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "title", "textarea", "xmp")
}
_HUGE = re.compile(r"&#(?:0*[1-9]\d{7,}|[xX]0*[1-9a-fA-F][0-9a-fA-F]{6,});?")  # no character; int() refuses some


class Token(NamedTuple):
    """A piece of a page: ``start`` or ``end`` of the element `name`, or ``text``; `value` is its attributes or text."""

    kind: str
    name: str
    value: str


def tokens(html: str) -> Iterator[Token]:
    """Yield the tags and texts of a page in order; references such as ``&amp;`` are read in texts.

    Comments and declarations are left out. The attributes of a tag are raw: see `attributes`.
    """
    position = 0
    while (start := html.find("<", position)) >= 0:
        if position < start:
            yield Token("text", "", _read(html[position:start]))
        following = html[start + 1 : start + 2]
        if following in ("!", "?") or (following == "/" and not html[start + 2 : start + 3].isalpha()):
            closing = "-->" if html.startswith("<!--", start) else ">"
            end = html.find(closing, start + 2)
            if end < 0:
                return
            position = end + len(closing)
            continue
        name = _NAME.match(html, start)
        if name is None:
            yield Token("text", "", "<")
            position = start + 1
            continue
        rest = _REST.match(html, name.end())
        if rest is None:
            return
        position = rest.end()
        tag = name[1].lower()[:40]
        yield Token("end" if following == "/" else "start", tag, html[name.end() : position - 1])
        if following != "/" and tag in _RAW:
            end_tag = _RAW[tag].search(html, position)
            end = end_tag.start() if end_tag else len(html)
            content = html[position:end]
            yield Token("text", "", _read(content) if tag in ("title", "textarea") else content)
            position = end
    if position < len(html):
        yield Token("text", "", _read(html[position:]))


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag by name in small letters; of two with one name the first counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match[2] or ""
        if value[:1] in ('"', "'") and value[-1:] == value[:1]:
            value = value[1:-1]
        found.setdefault(match[1].lower(), _read(value))
    return found


def _read(text: str) -> str:
    return unescape(_HUGE.sub("\ufffd", text)) if "&" in text else text
