"""A fenced block of a document, read as YAML and written back entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from typing import Any, NamedTuple

from rackmath.vault import yamltext
from rackmath.vault.frontmatter import same
from rackmath.vault.yamltext import Parsed, YamlProblem

FIGURE_ORDER = (
    "id",
    "subject",
    "quantity",
    "value",
    "unit",
    "scope",
    "as_of",
    "stated_on",
    "kind",
    "claimant",
    "source",
    "rank",
    "rank_reason",
    "derived_from",
    "method",
    "note",
)


class Fault(NamedTuple):
    """Something that is wrong in a file, and the line where it stands (1 is the first)."""

    line: int
    message: str


class Block:
    """A fenced block: its name is the first word after the opening fence."""

    def __init__(self, name: str, text: str, line: int, start: int, end: int, indent: int, closed: bool) -> None:
        self.name = name
        self.line = line
        self.start = start  # of the content, in characters from the start of the document
        self.end = end
        self.indent = indent
        self.closed = closed
        self.text = re.sub(rf"(?m)^ {{1,{indent}}}", "", text) if indent else text

    def __repr__(self) -> str:
        return f"<Block {self.name!r} at line {self.line}>"

    @cached_property
    def _parsed(self) -> Parsed | Fault:
        return read_yaml(self.text, self.line + 1, printed=False)

    @cached_property
    def _printed(self) -> Parsed | Fault:
        return read_yaml(self.text, self.line + 1, printed=True)

    @property
    def data(self) -> Any:
        """What the block says as YAML, or None when it cannot be read. A copy, to change and give to `with_block`."""
        return deepcopy(self._parsed.data) if isinstance(self._parsed, Parsed) else None

    @property
    def written(self) -> Any:
        """What the block says, with each number as `Printed` text: ``3.50`` stays ``3.50``."""
        return deepcopy(self._printed.data) if isinstance(self._printed, Parsed) else None

    @property
    def problem(self) -> str | None:
        """Why the block cannot be read, with the line, or None."""
        return f"line {self._parsed.line}: {self._parsed.message}" if isinstance(self._parsed, Fault) else None

    @property
    def faults(self) -> list[Fault]:
        """What is wrong in the block, with lines of the document."""
        found = [] if self.closed else [Fault(self.line, f"the {self.name or 'fenced'} block is never closed")]
        if isinstance(self._printed, Fault):
            return [*found, self._printed]
        return found + [Fault(self.line + 1 + self.text.count("\n", 0, at), text) for at, text in self._printed.faults]

    @cached_property
    def lines(self) -> list[int]:
        """The line of the document on which each entry of the outermost list or mapping starts."""
        if isinstance(self._printed, Fault):
            return []
        found, line, seen = [], self.line + 1, 0
        for entry in self._printed.entries:
            line += self.text.count("\n", seen, entry.start)
            seen = entry.start
            found.append(line)
        return found

    @cached_property
    def items(self) -> list[tuple[int, Any]]:
        """The entries of a list, each with its line, numbers as printed; not a copy, so not to be changed.

        A block that is one mapping counts as a list of one; a block that cannot be read has none.
        """
        if isinstance(self._printed, Fault):
            return []
        data = self._printed.data
        if isinstance(data, dict):
            return [(self.line + 1, data)]
        return list(zip(self.lines, data, strict=True)) if isinstance(data, list) else []

    def says(self, data: Any) -> bool:
        """Whether the block reads as `data`: `Printed` numbers as printed, others as values of the same type."""
        if isinstance(self._parsed, Fault) or isinstance(self._printed, Fault):
            return False
        return same(data, self._parsed.data, self._printed.data)

    def texts(self, data: Any) -> Iterator[str]:
        """Yield ways to write `data` in place of the block, the one closest to the present text first."""
        if isinstance(data, list | tuple) and data and (starts := self._list_starts()):
            yield self._patched(data, starts)
        yield yamltext.dump(data, order=FIGURE_ORDER)
        yield yamltext.dump(data, order=FIGURE_ORDER, literal=False)

    def _list_starts(self) -> list[int]:
        """Return where each entry of a block list starts; none when it is anything else."""
        if isinstance(self._parsed, Fault) or not isinstance(self._parsed.data, list):
            return []
        starts = [self.text.rfind("\n", 0, entry.start) + 1 for entry in self._parsed.entries]
        ends = [entry.start for entry in self._parsed.entries]
        plain_list = all(re.fullmatch(r"-[ \t]+", self.text[a:b]) for a, b in zip(starts, ends, strict=True))
        return starts if plain_list else []

    def _patched(self, data: list[Any] | tuple[Any, ...], starts: list[int]) -> str:
        """Write a list, with the text of the entries that do not change, comments and all."""
        old, printed = self.data, self.written
        ends = [*starts[1:], len(self.text)]
        pieces = [self.text[: starts[0]]]
        for item in data:
            kept = next((i for i in range(len(old)) if same(item, old[i], printed[i])), None)
            piece = yamltext.dump([item], order=FIGURE_ORDER) if kept is None else self.text[starts[kept] : ends[kept]]
            pieces.append(piece if piece.endswith("\n") else f"{piece}\n")
        return "".join(pieces).replace("\r\n", "\n")


def read_yaml(text: str, first_line: int, *, printed: bool) -> Parsed | Fault:
    """Read YAML that starts on a line of a document; a fault says where it cannot be read."""
    try:
        return yamltext.parse(text, printed=printed)
    except YamlProblem as problem:
        return Fault(first_line + text.count("\n", 0, problem.offset), problem.message)
