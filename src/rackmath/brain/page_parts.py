"""What a brain page is made of, once it is read: sections, notes, blocks, items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from rackmath.brain.citations import Citation
from rackmath.brain.defects import Defect
from rackmath.brain.profile import Profile

BlockKind = Literal["paragraph", "bullets", "numbered", "sources"]


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph or one item of a list: its text without cite tags, and the spans that they marked."""

    line: int
    text: str
    citations: tuple[Citation, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one item), a bulleted or numbered list, or the list of sources."""

    kind: BlockKind
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class PageUrl:
    """One use of a URL in a note's list of sources, as written (without surrounding spaces)."""

    line: int
    url: str


@dataclass(frozen=True, slots=True)
class PageNote:
    """One note of the page. `code` is its kind's initial and its place in display order: R58 is the 58th reading."""

    kind: str
    code: str
    title: str
    line: int
    blocks: tuple[Block, ...]
    urls: tuple[PageUrl, ...]
    tags: tuple[str, ...]
    tag_line: str

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every cite span of the body, in order."""
        return tuple(citation for item in self.items() for citation in item.citations)

    def items(self) -> Iterator[Item]:
        """Walk the paragraphs and list items of the body, the sources excepted."""
        for block in self.blocks:
            if block.kind != "sources":
                yield from block.items

    @property
    def prose(self) -> str:
        """The body without tags of any sort, one paragraph or list item a line."""
        return "\n".join(item.text for item in self.items())

    @property
    def fingerprint(self) -> str:
        """A hash of what the page says in this note; it does not depend on where on the page the note stands."""
        parts = [self.kind, self.title, self.tag_line]
        for block in self.blocks:
            parts.append(block.kind)
            for item in block.items:
                parts.append(f"{item.depth}\t{item.text}")
                parts.extend(f"{cite.raw}\t{cite.start}\t{cite.end}" for cite in item.citations)
        return sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the page with the count it announces and the notes found under it."""

    kind: str
    heading: str
    line: int
    announced: int
    notes: tuple[PageNote, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page. `lines` is how many lines it has, `sha256` the hash of its bytes."""

    profile: Profile
    sections: tuple[Section, ...]
    defects: tuple[Defect, ...]
    lines: int
    sha256: str = ""
    name: str = ""

    @property
    def notes(self) -> tuple[PageNote, ...]:
        """All notes in display order."""
        return tuple(note for section in self.sections for note in section.notes)

    @property
    def announced(self) -> int:
        """How many notes the page says it holds; the sum of its sections when it gives no total."""
        total = self.profile.announced
        return sum(section.announced for section in self.sections) if total is None else total

    def by_code(self) -> dict[str, PageNote]:
        """Return the notes by code, such as ``R58``."""
        return {note.code: note for note in self.notes}
