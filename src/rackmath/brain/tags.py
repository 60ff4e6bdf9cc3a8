"""Tags: reading a run such as ``#gpu-pricing#moore's-law``, counting, and proposing which tags mean the same."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rackmath.brain.terms import stem

_APOSTROPHES = re.compile(r"['’‘`]")
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)
MIN_COMPANY = 0.25
"""How alike the other tags beside two tags must be (cosine) before one word's difference counts as evidence."""

MAX_TOGETHER = 0.15
"""Tags that share more of their notes than this are told apart by the author, so one word's difference is meant."""

MOST_TAGS = 60
"""Tags of one note beyond this many, and groups of like tags beyond it, are not compared."""

_SMALL = frozenset({"a", "an", "and", "for", "in", "of", "or", "the", "to", "versus", "vs"})


def slug_of(tag: str) -> str:
    """Return the form in which two spellings of a tag are equal: ``Moore's-Law`` → ``moores-law``."""
    return _NOT_WORD.sub("-", _APOSTROPHES.sub("", tag.strip().lstrip("#")).casefold().replace("_", "-")).strip("-")


def split_tag_line(line: str) -> tuple[str, ...]:
    """Return the tags of a line that is nothing but a run of tags, spelt as on the page; otherwise nothing.

    A tag holds at least one letter and no space, so ``#1 on MMLU`` in a sentence is not one.
    """
    text = line.strip()
    if not text.startswith("#"):
        return ()
    tags = [part.rstrip() for part in text[1:].split("#")]
    for tag in tags:
        if any(mark.isspace() for mark in tag) or not any(mark.isalpha() for mark in tag):
            return ()
    return tuple(tags)


@dataclass(frozen=True, slots=True)
class Alias:
    """A proposal that two tags mean the same. A person decides; nothing is merged here.

    `evidence` says in words why, `uses` how often each of the two is used, `confidence` is between 0 and 1.
    """

    tags: tuple[str, str]
    evidence: str
    uses: tuple[int, int]
    confidence: float


def together(notes: Iterable[Sequence[str]]) -> Counter[tuple[str, str]]:
    """Count in how many notes each pair of tags stands together (pairs in alphabetical order)."""
    pairs: Counter[tuple[str, str]] = Counter()
    for tags in notes:
        pairs.update(combinations(sorted(set(tags)), 2))
    return pairs


def jaccard(pair: tuple[str, str], uses: Mapping[str, int], pairs: Mapping[tuple[str, str], int]) -> float:
    """Return the share of notes with either tag that have both: 0 never together, 1 always."""
    first, second = sorted(pair)
    both = pairs.get((first, second), 0)
    return both / (uses[first] + uses[second] - both)


def propose_aliases(notes: Iterable[Sequence[str]]) -> list[Alias]:
    """Propose pairs of tags that may mean the same, the surest first.

    The evidence, in falling order: the same slug (spelling only), the same words in another form or order, an
    abbreviation of the words of a longer tag, and two tags that differ in one qualifying word and keep company with
    the same other tags. Pairs are found through shared keys, so the time grows with the number of tags, not with its
    square.
    """
    listed = [tuple(dict.fromkeys(tags))[:MOST_TAGS] for tags in notes]
    uses = Counter(tag for tags in listed for tag in tags)
    pairs = together(listed)
    company: dict[str, Counter[str]] = defaultdict(Counter)
    for (first, second), count in pairs.items():
        company[first][second] += count
        company[second][first] += count
    found: dict[tuple[str, str], Alias] = {}

    def add(one: str, two: str, evidence: str, confidence: float) -> None:
        first, second = sorted((one, two), key=lambda tag: (-uses[tag], tag))
        key = (first, second)
        if first != second and (key not in found or found[key].confidence < confidence):
            found[key] = Alias(key, evidence, (uses[first], uses[second]), round(confidence, 2))

    read = {tag: _Read.of(tag) for tag in sorted(uses)}
    size = {tag: sum(count * count for count in beside.values()) for tag, beside in company.items()}

    def shared(one: str, two: str) -> float:
        whole = size.get(one, 0) * size.get(two, 0)
        if not whole:
            return 0.0
        few, many = sorted((company[one], company[two]), key=len)
        return sum(count * many.get(tag, 0) for tag, count in few.items()) / math.sqrt(whole)

    for group in _grouped(read, lambda each: each.slug):
        for one, two in combinations(group, 2):
            add(one, two, "differ only in spelling (apostrophe or capitals)", 0.99)
    for group in _grouped(read, lambda each: " ".join(sorted(set(each.stems)))):
        for one, two in combinations(group, 2):
            add(one, two, "the same words in another form or order", 0.9)
    for group in _grouped(read, lambda each: each.slug.replace("-", "")):
        for one, two in combinations(group, 2):
            add(one, two, "the same letters with other hyphens", 0.95)
    for group in _grouped(read, lambda each: "".join(sorted(each.joined))):
        for one, two in combinations(group, 2):
            joined, turned = read[one].joined, read[two].joined
            if len(joined) == len(turned) and turned in joined * 2:
                add(one, two, "the same words turned round", 0.9)
    for short, long in _abbreviations(read):
        alike = shared(short, long)
        add(short, long, f"{short!r} abbreviates {long!r}; shared company {alike:.2f}", 0.7 + 0.25 * alike)
    for one, two in _siblings(read):
        if max(uses[one], uses[two]) < 2 or (overlap := jaccard((one, two), uses, pairs)) > MAX_TOGETHER:
            continue
        if (alike := shared(one, two)) >= MIN_COMPANY:
            text = f"one word apart; stand beside the same tags ({alike:.2f}), together in {overlap:.0%} of their notes"
            add(one, two, text, 0.2 + 0.4 * alike)
    return sorted(found.values(), key=lambda alias: (-alias.confidence, -sum(alias.uses), alias.tags))


@dataclass(frozen=True, slots=True)
class _Read:
    """A tag taken apart: its slug, the stems of its words, and these in one piece."""

    slug: str
    stems: tuple[str, ...]
    joined: str

    @classmethod
    def of(cls, tag: str) -> _Read:
        slug = slug_of(tag)
        stems = tuple(stem(word) for word in slug.split("-") if word not in _SMALL)
        return cls(slug, stems, "".join(stems))


def _grouped(tags: Mapping[str, _Read], key: Callable[[_Read], str]) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for tag, read in tags.items():
        if name := key(read):
            groups[name].append(tag)
    return [group for group in groups.values() if 1 < len(group) <= MOST_TAGS]


def _abbreviations(tags: Mapping[str, _Read]) -> list[tuple[str, str]]:
    """Pairs where the initials of a tag of three or more words are themselves a tag (or a tag's first word)."""
    initials: dict[str, list[str]] = defaultdict(list)
    for tag, read in tags.items():
        parts = read.slug.split("-")
        if len(parts) >= 3:
            initials["".join(part[0] for part in parts)].append(tag)
    found = ((tag, long) for tag, read in tags.items() if tag.isalpha() for long in initials.get(read.slug, ()))
    return [(tag, long) for tag, long in found if long != tag]


def _siblings(tags: Mapping[str, _Read]) -> list[tuple[str, str]]:
    """Pairs of two-word tags with the same last word, such as ``ai-capex`` and ``hyperscaler-capex``."""
    heads: dict[str, list[str]] = defaultdict(list)
    for tag, read in tags.items():
        if len(read.stems) == 2:
            heads[read.stems[1]].append(tag)
    return [pair for group in heads.values() if len(group) <= MOST_TAGS for pair in combinations(group, 2)]
