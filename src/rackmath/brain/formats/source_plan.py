"""What reading references into a brain would change: planned first, written by whoever calls, in one batch.

A work is the one that is there already when it has the same DOI, the same address, or the same title, year and first
author. Its citekey is pinned and stays; only what its file does not say yet is filled in. A key that another work has
gets a number, and the plan says so. Reading the same file twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from rackmath.brain.domains import tier_of
from rackmath.brain.formats.csl import item_type
from rackmath.brain.front import text, texts
from rackmath.brain.urls import citekey_for, normalise_url, url_facts
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault, slug, stable_id

FOLDER = "sources"
LONGEST_KEY = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")
_ORDER = (
    "id",
    "type",
    "citekey",
    "title",
    "title_from",
    "source_kind",
    "csl_type",
    "authors",
    "publisher",
    "url",
    "published",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A work to bring in: the key that its file gives it, its front matter without id and citekey, its place there."""

    key: str
    front: Mapping[str, Any]
    place: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class SourcePlan:
    """What would change.

    Parameters
    ----------
    changes
        (path, text, expected) for `Vault.write_many`; empty when there is nothing to do.
    keys
        The citekey that each key of the file has in the brain.
    added, filled, unchanged
        Citekeys of new sources, of those whose files were filled in, and of those that are left as they are.
    renamed
        (key of the file, citekey, why) where they differ.
    left_out
        (citekey, names of fields that a source's file does not hold).
    problems
        A line for each work that cannot be brought in.
    """

    changes: list[tuple[str, str, str | None]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    left_out: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """A source of the brain as the plan has it so far."""

    citekey: str
    path: str
    document: Document
    expected: str | None
    marks: set[str]


def plan_sources(vault: Vault, wanted: Iterable[Wanted], *, accessed: str = "") -> SourcePlan:
    """Plan bringing works into a brain.

    Parameters
    ----------
    accessed
        A date to note in new sources that say none; empty to note none: nobody looked at the pages.
    """
    plan = SourcePlan()
    known = _Sources(vault, plan)
    for work in wanted:
        known.take(work, accessed)
    plan.changes = [
        (each.path, each.document.text, each.expected)
        for each in known.all
        if known.texts.get(each.path) != each.document.text
    ]
    return plan


class _Sources:
    """The brain's sources by key and by what identifies a work."""

    def __init__(self, vault: Vault, plan: SourcePlan) -> None:
        self.plan = plan
        self.all: list[_Known] = []
        self.texts: dict[str, str] = {}
        self._keys: dict[str, _Known] = {}
        self._marks: dict[str, _Known] = {}
        for path in vault.files(FOLDER) if vault.exists_folder(FOLDER) else ():
            try:
                said, digest = vault.read(path)
            except RackmathError as error:
                plan.problems.append(str(error))
                continue
            document = Document.parse(said)
            key = text(document.front.get("citekey")) or PurePosixPath(path).stem
            self.texts[path] = said
            self._add(_Known(key, path, document, digest, set(_marks(document.front))))

    def _add(self, source: _Known) -> None:
        self.all.append(source)
        self._keys.setdefault(source.citekey.casefold(), source)
        self._keys.setdefault(PurePosixPath(source.path).stem.casefold(), source)
        for mark in source.marks:
            self._marks.setdefault(mark, source)

    def take(self, work: Wanted, accessed: str) -> None:
        """Plan one work."""
        front = {key: value for key, value in work.front.items() if value not in ("", None, [])}
        if not front.get("title") and not front.get("url") and not front.get("doi"):
            self.plan.problems.append(f"{work.place or work.key}: no title, address or DOI; it is left out")
            return
        front.setdefault("title", text(front.get("doi")) or text(front.get("url")))
        marks = _marks(front)
        same = self._same(work.key, marks)
        if same is None:
            same = self._new(work, front, marks, accessed)
        else:
            self._fill(same, front, work)
        self.plan.keys[work.key] = same.citekey
        if work.left_out:
            self.plan.left_out.append((same.citekey, work.left_out))

    def _same(self, key: str, marks: list[str]) -> _Known | None:
        """Return the source that is this work: the one with its key, if it is, else the first with a mark of it."""
        mine = self._keys.get(_UNSAFE.sub("-", key).casefold())
        if mine and any(_agrees(mark, marks, mine) for mark in mine.marks.intersection(marks)):
            return mine
        return next((found for mark in marks if (found := self._marks.get(mark)) and _agrees(mark, marks, found)), None)

    def _new(self, work: Wanted, front: dict[str, Any], marks: list[str], accessed: str) -> _Known:
        key, why = self._free(work.key, front)
        if key != work.key:
            self.plan.renamed.append((work.key, key, why))
        url = text(front.get("url"))
        if "source_kind" not in front:
            parts = urlsplit(normalise_url(url)) if url else None
            front["source_kind"] = tier_of(url_facts(url).host, parts.path) if parts else "unranked"
        if url and not front.get("publisher"):
            front["publisher"] = url_facts(url).domain or "unknown"
        if accessed:
            front.setdefault("accessed", accessed)
        whole = {"id": stable_id("source", marks[0] if marks else key), "type": "source", "citekey": key, **front}
        ordered = {name: whole[name] for name in _ORDER if name in whole} | whole
        made = _Known(key, f"{FOLDER}/{key}.md", Document.compose(ordered, ""), None, set(marks))
        self._add(made)
        self.plan.added.append(key)
        return made

    def _fill(self, source: _Known, front: Mapping[str, Any], work: Wanted) -> None:
        if work.key != source.citekey and work.key not in self.plan.keys:
            self.plan.renamed.append(
                (work.key, source.citekey, "the brain has this work under its own key, which stays")
            )
        here = source.document.front
        missing = {key: value for key, value in front.items() if here.get(key) in (None, "", []) and key != "citekey"}
        if missing.get("csl_type") == item_type(here):
            del missing["csl_type"]  # what its kind says already
        title = text(front.get("title"))
        if here.get("title_from") == "address" and title != text(here.get("title")) and not _is_address(title):
            missing |= {"title": title, "title_from": None}
        if not missing or source.document.front_problem:
            if source.citekey not in (*self.plan.added, *self.plan.filled, *self.plan.unchanged):
                self.plan.unchanged.append(source.citekey)
            return
        source.document = source.document.with_front(missing)
        if source.citekey not in (*self.plan.added, *self.plan.filled):
            self.plan.filled.append(source.citekey)

    def _free(self, wanted: str, front: Mapping[str, Any]) -> tuple[str, str]:
        """Return a key that is free and can be a file's name, and why it is not the wanted one."""
        plain = _UNSAFE.sub("-", wanted).strip("-.")[:LONGEST_KEY]
        why = "a citekey is a file's name, so some letters cannot stand in it" if plain != wanted else ""
        if not plain or not plain[0].isalnum():
            url = text(front.get("url"))
            plain = citekey_for(url) if url else slug(text(front.get("title")), 40)
            why = "the file gives no usable key"
        key, number = plain, 2
        while key.casefold() in self._keys:
            other = self._keys[plain.casefold()].document.title() if plain.casefold() in self._keys else ""
            why = f"another work has this key: {other[:80]!r}"
            key, number = f"{plain}-{number}", number + 1
        return key, why


def _marks(front: Mapping[str, Any]) -> list[str]:
    """Return what identifies a work, the surest first."""
    found = []
    if doi := text(front.get("doi")):
        found.append(f"doi:{doi.casefold()}")
    url = text(front.get("url"))
    if url.startswith(("http://", "https://")):
        facts = url_facts(url)
        if facts.doi:
            found.append(f"doi:{facts.doi.casefold()}")
        found.append(facts.loose if facts.arxiv else f"url:{normalise_url(url)}")
    if arxiv := text(front.get("arxiv")):
        found.append(f"arxiv:{re.sub(r'v[0-9]+$', '', arxiv)}")
    title, authors = " ".join(text(front.get("title")).casefold().split()), texts(front.get("authors"))
    if title and not _is_address(title):
        found.append(f"work:{title}:{text(front.get('published'))[:4]}:{authors[0].casefold() if authors else ''}")
    return list(dict.fromkeys(found))


def _agrees(mark: str, marks: list[str], source: _Known) -> bool:
    """Whether works that share a mark are one: a shared title says so only where no DOI or address says otherwise."""
    kinds = {each.split(":", 1)[0] for each in marks} & {each.split(":", 1)[0] for each in source.marks}
    return not mark.startswith("work:") or kinds == {"work"}


def _is_address(title: str) -> bool:
    return not title or title.startswith(("http://", "https://", "10."))
