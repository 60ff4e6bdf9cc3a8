"""A Markdown file of a brain, held so that what is not changed stays as it is, to the byte.

A document is its text. Front matter, fenced blocks and footnotes are views on places in that text; a change replaces
one place and nothing else. A file that a person or another program has mangled is still a document: what cannot be read
is listed in `problems`, with its line, and is written back as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from rackmath.errors import RackmathError
from rackmath.vault import frontmatter, yamltext
from rackmath.vault.block import FIGURE_ORDER, Block, Fault, read_yaml
from rackmath.vault.yamltext import Parsed

# None of these patterns has two loops that can share characters, so that a hostile line costs no more than its length.
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n")
_RULE = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)
_UNCLOSED = re.compile(r"\ufeff?---[ \t]*\r?\n[A-Za-z_][\w -]*:")
_OPENING = re.compile(r"(?:^|(?<=\A\ufeff))( {0,3})(`{3,}(?=[^`\n]*$)|~{3,})([^\n]*)$", re.MULTILINE)
_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*([^\r\n]*)", re.MULTILINE)
_CONTINUED = re.compile(r"\r?\n(?:[ \t]*\r?\n)*(?: {4}|\t)([^\r\n]+)")
_CITED = re.compile(r"@([A-Za-z0-9](?:[A-Za-z0-9_:.+/-]*[A-Za-z0-9])?)[.,;:]?\s*(.*)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#[ \t]([^\n]*)", re.MULTILINE)


class Citation(NamedTuple):
    """A footnote that cites a source: ``[^label]: @citekey, words``."""

    label: str
    citekey: str
    words: str
    line: int


class Segment(NamedTuple):
    """A stretch of the text: ``front``, ``prose``, ``fence`` (with its two fence lines); together they are the text."""

    kind: str
    text: str
    line: int


class Document:
    """One Markdown file. Immutable: a change returns a new document."""

    def __init__(self, text: str) -> None:
        self.text = text
        opening = _FRONT.match(text)
        closing = _RULE.search(text, opening.end()) if opening else None
        if opening and closing:
            self._front: tuple[int, int] | None = (opening.end(), closing.start())
            self._body = min(closing.end() + 1, len(text))
        else:
            self._front = None
            self._body = 1 if text.startswith("\ufeff") else 0

    def __repr__(self) -> str:
        return f"<Document {self.title()!r}, {len(self.text)} characters>"

    @classmethod
    def parse(cls, text: str) -> Document:
        """Read any text; nothing is refused, and ``Document.parse(text).text == text``."""
        return cls(text)

    @classmethod
    def compose(cls, front: Mapping[str, Any], body: str) -> Document:
        """Write a new document canonically: ordered front matter, a blank line, the body with LF and a final newline.

        Raises
        ------
        RackmathError
            The front matter holds a value that has no honest text.
        """
        head = yamltext.dump(front, order=frontmatter.ORDER) if front else ""
        text = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        document = cls(f"---\n{head}---\n" + (f"\n{text}\n" if text else ""))
        if front and not frontmatter.same(front, dict(document.front)):
            raise RackmathError("the front matter does not read back as it was given; a key or a value is not writable")
        return document

    # --- views ---------------------------------------------------------------------------------------------------

    @property
    def body(self) -> str:
        """The text after the front matter."""
        return self.text[self._body :]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_at(self, offset: int) -> int:
        """Return the line of a place in the text; the first line is 1."""
        return bisect_right(self._starts, offset)

    @cached_property
    def _parsed_front(self) -> Parsed | Fault:
        if self._front is None:
            return Parsed(data={})
        found = read_yaml(self.text[slice(*self._front)], 2, printed=False)
        if isinstance(found, Parsed) and not isinstance(found.data, dict):
            if found.data is None:
                return Parsed(data={})
            return Fault(2, "front matter must be lines of `key: value`")
        return found

    @cached_property
    def front(self) -> Mapping[str, Any]:
        """The front matter; empty when there is none or it cannot be read. Dates are text."""
        found = self._parsed_front
        return MappingProxyType(found.data if isinstance(found, Parsed) else {})

    @property
    def front_problem(self) -> Fault | None:
        """Why the front matter cannot be read, or None."""
        found = self._parsed_front
        if self._front is None and _UNCLOSED.match(self.text):
            return Fault(1, "the front matter opened here is never closed with a line `---`")
        return found if isinstance(found, Fault) else None

    def front_line(self, key: str) -> int:
        """Return the line of a key of the front matter, or 1 when it is not there."""
        if isinstance(self._parsed_front, Parsed) and self._front:
            for entry in self._parsed_front.entries:
                if entry.key == key:
                    return self.line_at(self._front[0] + entry.start)
        return 1

    def title(self) -> str:
        """Return the title of the front matter, else the first heading of the body, else an empty text."""
        title = self.front.get("title")
        if title is not None and not isinstance(title, Mapping | list):
            return str(title)
        headings = (_HEADING.search(text) for _, text in self._prose())
        return next((_heading(match.group(1)) for match in headings if match), "")

    @cached_property
    def _fences(self) -> list[Block]:
        blocks: list[Block] = []
        position = self._body
        while match := _OPENING.search(self.text, position):
            indent, fence, info = match.groups()
            start = min(match.end() + 1, len(self.text))
            closing = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*\r?$", re.MULTILINE)
            end = closing.search(self.text, start)
            stop = end.start() if end else len(self.text)
            name = info.split()[0] if info.split() else ""
            line = self.line_at(match.start())
            blocks.append(Block(name, self.text[start:stop], line, start, stop, len(indent), end is not None))
            position = end.end() if end else len(self.text)
        return blocks

    def blocks(self, name: str | None = "figures") -> list[Block]:
        """Return the fenced blocks of a name, in order; of every name when `name` is None."""
        return [block for block in self._fences if name is None or block.name == name]

    def _prose(self) -> Iterator[tuple[int, str]]:
        """Yield the parts of the body outside fences, with their offsets."""
        position = self._body
        for block in self._fences:
            opening = self.text.rfind("\n", 0, max(block.start - 1, 0)) + 1
            yield position, self.text[position:opening]
            after = self.text.find("\n", block.end)
            position = len(self.text) if after < 0 or not block.closed else after + 1
        yield position, self.text[position:]

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The text cut into front matter, prose and fences; joined again it is the text."""
        found: list[Segment] = []
        if self._body:
            found.append(Segment("front" if self._front else "mark", self.text[: self._body], 1))
        previous = self._body
        for offset, text in self._prose():
            if offset > previous:
                found.append(Segment("fence", self.text[previous:offset], self.line_at(previous)))
            if text:
                found.append(Segment("prose", text, self.line_at(offset)))
            previous = offset + len(text)
        return tuple(found)

    @cached_property
    def _notes(self) -> list[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        for offset, text in self._prose():
            for match in _FOOTNOTE.finditer(text):
                words, end = [match.group(2).rstrip()], match.end()
                while more := _CONTINUED.match(text, end):
                    words.append(more.group(1).rstrip())
                    end = more.end()
                found.append((match.group(1), "\n".join(words), self.line_at(offset + match.start())))
        return found

    @cached_property
    def footnotes(self) -> dict[str, str]:
        """What each footnote says, by its label; of two with one label the first counts."""
        found: dict[str, str] = {}
        for label, text, _ in self._notes:
            found.setdefault(label, text)
        return found

    @cached_property
    def citations(self) -> list[Citation]:
        """The footnotes that cite a source."""
        found = []
        for label, text, line in self._notes:
            if match := _CITED.match(text):
                found.append(Citation(label, match.group(1), match.group(2).strip(), line))
        return found

    @cached_property
    def faults(self) -> list[Fault]:
        """What is wrong in the file, by line. Foreign blocks are not looked into."""
        found: list[Fault] = [self.front_problem] if self.front_problem else []
        if self._front and isinstance(self._parsed_front, Parsed):
            found += [Fault(self.line_at(self._front[0] + at), text) for at, text in self._parsed_front.faults]
        for block in self._fences:
            if block.name == "figures":
                found += block.faults
            elif not block.closed:
                found.append(Fault(block.line, f"the {block.name or 'fenced'} block is never closed"))
        seen: dict[str, int] = {}
        for label, _, line in self._notes:
            if label in seen:
                found.append(Fault(line, f"footnote [^{label}] is already defined on line {seen[label]}"))
            seen.setdefault(label, line)
        return sorted(found)

    @property
    def problems(self) -> list[str]:
        """What is wrong in the file, each with its line."""
        return [f"line {fault.line}: {fault.message}" for fault in self.faults]

    # --- changes -------------------------------------------------------------------------------------------------

    @property
    def newline(self) -> str:
        """The line end that the file uses, by its first line."""
        end = self.text.find("\n")
        return "\r\n" if end > 0 and self.text[end - 1] == "\r" else "\n"

    def with_front(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Document:
        """Change keys of the front matter; None takes a key away. Only the lines of these keys change.

        Raises
        ------
        RackmathError
            The front matter cannot be read, or a key cannot be changed without touching its neighbours.
        """
        wanted = {**(changes or {}), **more}
        found, wrong = self._parsed_front, self.front_problem
        if wrong or isinstance(found, Fault):
            raise RackmathError(f"{self.problems[0]}; repair the front matter by hand first")
        wanted = {key: value for key, value in wanted.items() if value is not None or key in self.front}
        if all(key in self.front and frontmatter.same(value, self.front[key]) for key, value in wanted.items()):
            return self
        gap = ""
        if self._front is None:
            mark = self.text[: self._body]
            head = yamltext.dump(wanted, order=frontmatter.ORDER).replace("\n", self.newline)
            gap = "" if not self.body or self.body.startswith(("\n", "\r\n")) else self.newline
            fence = f"---{self.newline}"
            changed = Document(f"{mark}{fence}{head}{fence}{gap}{self.body}")
        else:
            start, end = self._front
            head = frontmatter.change(self.text[start:end], found, wanted, self.newline)
            changed = Document(self.text[:start] + head + self.text[end:])
        expected = {key: value for key, value in {**self.front, **wanted}.items() if wanted.get(key, "") is not None}
        if not frontmatter.same(expected, dict(changed.front)) or changed.body != gap + self.body:
            names = ", ".join(wanted)
            raise RackmathError(f"cannot change {names} without touching other keys; edit the front matter by hand")
        return changed

    def with_block(self, index: int, data: Any, name: str = "figures") -> Document:
        """Replace what the block number `index` of a name says; every other byte stays.

        Entries of a list that do not change keep their text, with its comments.

        Raises
        ------
        RackmathError
            There is no such block, it is never closed, or the data cannot be written.
        """
        blocks = self.blocks(name)
        if not 0 <= index < len(blocks):
            raise RackmathError(f"there is no {name} block number {index}; the file has {len(blocks)}")
        block = blocks[index]
        if not block.closed:
            raise RackmathError(
                f"line {block.line}: the {name} block is never closed; close it by hand before changing it"
            )
        if block.says(data):
            return self
        for text in block.texts(data):
            content = text.replace("\n", self.newline)
            if block.indent:
                content = re.sub(r"(?m)^(?=[^\r\n])", " " * block.indent, content)
            changed = Document(self.text[: block.start] + content + self.text[block.end :])
            again = changed.blocks(name)
            if len(again) == len(blocks) and again[index].says(data):
                return changed
        raise RackmathError(
            f"line {block.line}: the {name} block does not read back as it was given; nothing is changed"
        )

    def adding_block(self, data: Any, name: str = "figures") -> Document:
        """Add a block after the text, before the footnotes that end it."""
        end = len(self.text)
        for match in reversed(list(_FOOTNOTE.finditer(self.text, self._body))):
            rows = self.text[match.start() : end].splitlines()
            if not all(not row.strip() or row.lstrip(" ").startswith("[^") or row[0] in " \t" for row in rows):
                break
            end = match.start()
        before, after, newline = self.text[:end], self.text[end:], self.newline
        blank = 2 - before[len(before.rstrip("\r\n")) :].count("\n") if before else 0
        text = yamltext.dump(data, order=FIGURE_ORDER, literal=False)
        block = f"```{name}\n{text}```\n{chr(10) if after else ''}".replace("\n", newline)
        changed = Document(f"{before}{newline * max(0, blank)}{block}{after}")
        added = changed.blocks(name)
        if len(added) != len(self.blocks(name)) + 1 or not any(block.says(data) for block in added):
            raise RackmathError("no block can be added here: a block before it is never closed")
        return changed

    def with_body(self, body: str) -> Document:
        """Replace the text after the front matter, as given."""
        return Document(self.text[: self._body] + body)


def _heading(text: str) -> str:
    """Return a heading's words, without the hashes that may close it (``# C#`` keeps its own)."""
    words = text.strip()
    open_end = words.rstrip("#")
    return open_end.rstrip() if open_end != words and open_end[-1:] in {"", " ", "\t"} else words
