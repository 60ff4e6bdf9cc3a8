"""Read the grammar of BibTeX files: entries, abbreviations, and values in braces, in quotes or joined by ``#``.

Strict and linear, with the line of every fault. As in BibTeX, braces count even after a backslash, and what stands
between entries is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rackmath.errors import RackmathError

MOST_ENTRIES = 20_000
MOST_LETTERS = 8_000_000
DEEPEST = 40
"""Braces in braces beyond this are refused."""

_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: f"{at:02}" for at, name in enumerate(_MONTH_NAMES.split(), 1)}
"""The abbreviations that every BibTeX style defines."""

_NAME = re.compile(r"[A-Za-z][\w:.+/-]*")
_KEY = re.compile(r"[^\s,{}()=\"#%\\~]{1,200}")
_BLANK = re.compile(r"(?:\s++|%[^\n]*+)*+")
_NUMBER = re.compile(r"\d+")
_STOPS = re.compile(r"[{}\"]")


@dataclass(slots=True)
class Entry:
    """An entry: its type in small letters, its key, and its fields by name, with the LaTeX still in them."""

    kind: str
    key: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)


def load(data: str) -> list[Entry]:
    """Return the entries of a BibTeX or BibLaTeX file in order; comments and preambles are left out.

    Raises
    ------
    RackmathError
        The file breaks the grammar; the message says on which line, and how.
    """
    if len(data) > MOST_LETTERS:
        raise RackmathError(f"{len(data):,} letters are over the limit of {MOST_LETTERS:,}; split the file")
    return _Parser(data).entries()


class _Parser:
    def __init__(self, data: str) -> None:
        self._data = data
        self._at = 0
        self._line, self._counted = 1, 0
        self._strings = {name: name.capitalize() for name in MONTHS}

    def entries(self) -> list[Entry]:
        """Read the whole file."""
        found: list[Entry] = []
        while (start := self._data.find("@", self._at)) >= 0:
            self._at = start + 1
            name = self._match(_NAME)
            if not name:
                continue  # an address in the text between entries, which BibTeX ignores
            self._blank()
            opening = self._data[self._at : self._at + 1]
            if opening not in ("{", "("):
                continue
            self._at += 1
            kind, closing = name.casefold(), "}" if opening == "{" else ")"
            if kind in ("comment", "preamble"):
                self._skip(closing)
            elif kind == "string":
                self._fields(closing, self._strings)
            else:
                found.append(self._entry(kind, closing))
            if len(found) > MOST_ENTRIES:
                raise self._fault(f"more than {MOST_ENTRIES:,} entries; split the file")
        return found

    def _entry(self, kind: str, closing: str) -> Entry:
        self._blank()
        line = self._line_now()
        key = self._match(_KEY)
        if not key:
            raise self._fault(f"@{kind} has no key; write @{kind}{{key, title = {{…}}}}")
        entry = Entry(kind, key, line)
        self._blank()
        if self._data.startswith(",", self._at):
            self._at += 1
            self._fields(closing, entry.fields)
        elif self._data.startswith(closing, self._at):
            self._at += 1
        else:
            raise self._fault(f"after the key {key!r} a comma is missing")
        return entry

    def _fields(self, closing: str, into: dict[str, str]) -> None:
        while True:
            self._blank()
            if self._data.startswith(closing, self._at):
                self._at += 1
                return
            name = self._match(_NAME).casefold()
            self._blank()
            if not name or not self._data.startswith("=", self._at):
                raise self._fault(f"after {name!r} an '=' is missing" if name else f"a field or {closing!r} is missing")
            self._at += 1
            value = self._value()
            if into is self._strings or name not in into:  # of two fields with one name the first counts, as in BibTeX
                into[name] = value
            self._blank()
            if self._data.startswith(",", self._at):
                self._at += 1
            elif not self._data.startswith(closing, self._at):
                raise self._fault(f"after the field {name!r} a comma or {closing!r} is missing")

    def _value(self) -> str:
        pieces: list[str] = []
        size = 0
        while True:
            self._blank()
            letter = self._data[self._at : self._at + 1]
            if letter in ("{", '"'):
                self._at += 1
                piece = self._delimited("}" if letter == "{" else '"')
            elif number := self._match(_NUMBER):
                piece = number
            elif name := self._match(_NAME):
                piece = self._strings.get(name.casefold(), "")
                if name.casefold() not in self._strings:
                    raise self._fault(
                        f"the abbreviation {name!r} is not defined; write it in braces, or add an @string"
                    )
            else:
                raise self._fault("a value is missing; write it in braces")
            size += len(piece)
            if size > MOST_LETTERS:
                raise self._fault("a value is too long")
            pieces.append(piece)
            self._blank()
            if not self._data.startswith("#", self._at):
                return "".join(pieces)
            self._at += 1

    def _delimited(self, closing: str) -> str:
        """Read to the closing brace or quotation mark; braces inside must match."""
        start, depth = self._at, 0
        for match in _STOPS.finditer(self._data, start):
            mark = match.group()
            if mark == closing and depth == 0:
                self._at = match.end()
                return self._data[start : match.start()]
            if mark == "{":
                depth += 1
                if depth > DEEPEST:
                    self._at = match.start()
                    raise self._fault(f"braces in braces more than {DEEPEST} deep")
            elif mark == "}":
                depth -= 1
                if depth < 0:
                    self._at = match.start()
                    raise self._fault("a closing brace has no opening one")
        self._at = start
        raise self._fault(f"the value that begins here is never closed with {closing!r}")

    def _skip(self, closing: str) -> None:
        if closing == "}":
            self._delimited("}")
        else:
            end = self._data.find(")", self._at)
            self._at = len(self._data) if end < 0 else end + 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._data, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match.group()

    def _blank(self) -> None:
        match = _BLANK.match(self._data, self._at)
        self._at = match.end() if match else self._at

    def _line_now(self) -> int:
        self._line += self._data.count("\n", self._counted, self._at) if self._at > self._counted else 0
        self._counted = max(self._counted, self._at)
        return self._line

    def _fault(self, message: str) -> RackmathError:
        return RackmathError(f"line {1 + self._data.count(chr(10), 0, self._at)}: {message}")
