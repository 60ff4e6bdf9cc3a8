"""The tags of one or several brains: counts, spellings, company, and which of them may mean the same."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from rackmath.brain.entries import PUBLIC, TagEntry
from rackmath.brain.tags import Alias, propose_aliases, slug_of

if TYPE_CHECKING:
    import sqlite3

MOST_COMPANY = 30
"""Tags beside a tag that are told of."""

_PUBLIC = ", ".join(f"'{state}'" for state in PUBLIC)
_LISTED = (
    f"SELECT tag.note, tag.slug, tag.spelling FROM tag JOIN note ON note.rowid = tag.note WHERE status IN ({_PUBLIC})"
)


@dataclass
class TagFacts:
    """What is known of the tags of public notes.

    `notes` are the tags of each note, merged ones as what they were merged into; `targets` says what other names of
    tags stand for, `words` holds the entries of the vocabulary.
    """

    notes: list[tuple[str, ...]] = field(default_factory=list)
    spellings: dict[str, Counter[str]] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    words: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def read(cls, db: sqlite3.Connection) -> TagFacts:
        """Read the tags of a brain."""
        facts = cls()
        by_note: dict[int, dict[str, None]] = defaultdict(dict)
        spelt: Counter[tuple[str, str]] = Counter()
        for note, slug, spelling in db.execute(f"{_LISTED} ORDER BY tag.note, tag.slug"):
            by_note[note][slug] = None
            spelt[slug, spelling] += 1
        for (slug, spelling), count in spelt.items():
            facts.spellings.setdefault(slug, Counter())[spelling] = count
        facts.notes = [tuple(tags) for tags in by_note.values()]
        facts.targets = dict(db.execute("SELECT slug, target FROM tag_target"))
        facts.words = vocabulary(db)
        return facts

    @classmethod
    def joined(cls, several: Sequence[TagFacts]) -> TagFacts:
        """Put the tags of several brains together; what the first says of a tag counts."""
        if len(several) == 1:
            return several[0]
        whole = cls()
        for facts in several:
            whole.notes += facts.notes
            for slug, found in facts.spellings.items():
                whole.spellings.setdefault(slug, Counter()).update(found)
            whole.targets = {**facts.targets, **whole.targets}
            whole.words = {**facts.words, **whole.words}
        return whole

    # --- asked -------------------------------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> Counter[str]:
        """How many notes carry each tag."""
        return Counter(slug for tags in self.notes for slug in tags)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for slug, entry in sorted(self.words.items()):
            if (parent := self.resolved(str(entry["parent"]))) and slug not in self.targets and parent != slug:
                found.setdefault(parent, []).append(slug)
        return found

    @cached_property
    def proposals(self) -> list[Alias]:
        """Pairs of tags that may mean the same, without those whose relation the vocabulary already states."""
        settled = {frozenset((slug, str(entry["parent"]))) for slug, entry in self.words.items()}
        return [alias for alias in _proposals(tuple(self.notes)) if frozenset(alias.tags) not in settled]

    @cached_property
    def _proposed(self) -> dict[str, list[tuple[str, str, float]]]:
        found: dict[str, list[tuple[str, str, float]]] = {}
        for alias in self.proposals:
            for tag, other in (alias.tags, alias.tags[::-1]):
                found.setdefault(tag, []).append((other, alias.evidence, alias.confidence))
        return found

    def resolved(self, tag: str) -> str:
        """Return the tag that a spelling, an alias or a merged tag stands for."""
        slug = slug_of(tag)
        return self.targets.get(slug, slug)

    def name(self, slug: str) -> str:
        """Return how a tag is called."""
        entry = self.words.get(slug)
        return str(entry["name"]) if entry else slug

    def known(self, tag: str) -> bool:
        """Whether some note carries the tag or the vocabulary knows it."""
        slug = self.resolved(tag)
        return slug in self.counts or slug in self.words

    def brief(self, slug: str) -> TagEntry:
        """Return a tag without its company and proposals."""
        entry = self.words.get(slug)
        aliases = sorted({other for other, target in self.targets.items() if target == slug})
        return TagEntry(
            slug=slug,
            name=self.name(slug),
            count=self.counts.get(slug, 0),
            spellings=tuple(sorted(self.spellings.get(slug, ()))),
            aliases=tuple(aliases),
            parent=self.resolved(str(entry["parent"])) if entry and entry["parent"] else "",
            children=tuple(self._children.get(slug, ())),
        )

    def all(self) -> list[TagEntry]:
        """Return all tags in use or in the vocabulary, by slug, each with its closest company and its proposals."""
        together: dict[str, Counter[str]] = {}
        for tags in self.notes:
            for slug in tags:
                together.setdefault(slug, Counter()).update(tags)
        slugs = self.counts.keys() | {slug for slug in self.words if slug not in self.targets}
        return [self._whole(slug, together.get(slug, Counter())) for slug in sorted(slugs)]

    def tag(self, tag: str) -> TagEntry:
        """Return one tag, by any of its names."""
        slug = self.resolved(tag)
        return self._whole(slug, Counter(other for tags in self.notes if slug in tags for other in tags))

    def _whole(self, slug: str, beside: Mapping[str, int]) -> TagEntry:
        brief = self.brief(slug)
        company = sorted(
            (
                (other, both, both / (self.counts[slug] + self.counts[other] - both))
                for other, both in beside.items()
                if other != slug
            ),
            key=lambda each: (-each[2], -each[1], each[0]),
        )
        fields = {name: getattr(brief, name) for name in TagEntry.__slots__}
        fields["company"] = tuple(company[:MOST_COMPANY])
        fields["proposed"] = tuple(self._proposed.get(slug, ()))
        return TagEntry(**fields)


def vocabulary(db: sqlite3.Connection) -> dict[str, Mapping[str, object]]:
    """Return what a brain's vocabulary says of its tags, by slug; of two entries the first counts."""
    found: dict[str, Mapping[str, object]] = {}
    for slug, entry in db.execute("SELECT slug, entry FROM vocabulary ORDER BY file, slug"):
        found.setdefault(slug, json.loads(entry))
    return found


@lru_cache(maxsize=4)
def _proposals(notes: tuple[tuple[str, ...], ...]) -> list[Alias]:
    """Return proposals; most changes of a brain leave its tags as they are, and with them the proposals."""
    return propose_aliases(notes)
