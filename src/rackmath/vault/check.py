"""Look for what is wrong in the notes of a vault. A hand-mangled vault gives a longer list, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError, suggest
from rackmath.vault.document import Document
from rackmath.vault.yamltext import YamlProblem, parse

if TYPE_CHECKING:
    from rackmath.vault.vault import Vault

NOTE_TYPES = ("pov", "methodology", "watching", "thesis", "reading", "observation")
STATUSES = ("draft", "review", "published", "retired")
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def check(vault: Vault, known_sources: Iterable[str] = ()) -> list[str]:
    """Return the problems of a vault as ``file:line: what``, sorted by file and line.

    Parameters
    ----------
    vault
        An open vault.
    known_sources
        Citekeys that are defined elsewhere, such as those of the bundled brain.
    """
    return _Check(vault, known_sources).run()


class _Check:
    def __init__(self, vault: Vault, known_sources: Iterable[str]) -> None:
        self._vault = vault
        self._known = set(known_sources)
        self._found: list[tuple[str, int, str]] = []
        self._ids: dict[str, str] = {}  # id → where it was first seen

    def run(self) -> list[str]:
        self._yaml_files()
        documents = self._documents()
        for rel, document in documents:
            if rel.startswith("sources/"):
                self._source(rel, document)
        for rel, document in documents:
            self._found += [(rel, fault.line, fault.message) for fault in document.faults]
            if rel.startswith("notes/"):
                self._note(rel, document)
            self._blocks(rel, document)
            for cited in document.citations:
                if cited.citekey not in self._known:
                    near = suggest(cited.citekey, self._known)
                    self._say(
                        rel, cited.line, f"footnote [^{cited.label}] cites {cited.citekey!r}, not in sources/{near}"
                    )
        return [f"{rel}:{line}: {message}" for rel, line, message in sorted(self._found)]

    def _say(self, rel: str, line: int, message: str) -> None:
        self._found.append((rel, line, message))

    def _yaml_files(self) -> None:
        names = ["brain.yaml"]
        for folder in ("vocab", "contributors"):
            if self._vault.exists_folder(folder):
                names += self._vault.files(folder, (".yaml", ".yml"))
        for rel in names:
            try:
                text, _ = self._vault.read(rel)
                data = parse(text).data
            except YamlProblem as problem:
                self._say(rel, 1 + text.count("\n", 0, problem.offset), problem.message)
                continue
            except RackmathError as error:
                self._say(rel, 1, str(error).removeprefix(f"{rel}: "))
                continue
            if not isinstance(data, dict):
                self._say(rel, 1, "write lines of `key: value`")
            elif rel == "brain.yaml":
                for key in ("format", "id", "title"):
                    if data.get(key) in (None, ""):
                        self._say(rel, 1, f"no {key}")

    def _documents(self) -> list[tuple[str, Document]]:
        found = []
        for folder in ("notes", "sources"):
            if not self._vault.exists_folder(folder):
                continue
            for rel in self._vault.files(folder):
                try:
                    found.append((rel, Document.parse(self._vault.read(rel)[0])))
                except RackmathError as error:
                    self._say(rel, 1, str(error).removeprefix(f"{rel}: "))
        return found

    def _id(self, rel: str, line: int, value: Any, what: str) -> None:
        if not isinstance(value, str) or not value.strip():
            self._say(rel, line, f"{what} has no id; mint one and never change it")
        elif value in self._ids:
            self._say(rel, line, f"id {value} is already used in {self._ids[value]}; give this {what} an id of its own")
        else:
            self._ids[value] = f"{rel}:{line}"

    def _source(self, rel: str, document: Document) -> None:
        front = document.front
        name = PurePosixPath(rel).stem
        if document.front_problem:  # listed with the other faults of the file
            self._known.add(name)
            return
        self._id(rel, document.front_line("id"), front.get("id"), "source")
        citekey = front.get("citekey")
        if not isinstance(citekey, str) or not citekey:
            self._say(rel, 1, f"source has no citekey; write `citekey: {name}`")
            citekey = name
        elif citekey != name:
            self._say(rel, document.front_line("citekey"), f"citekey {citekey!r} is not the file's name {name!r}")
        self._known.add(citekey)
        if front.get("type") != "source":
            self._say(rel, document.front_line("type"), "a file in sources/ has `type: source`")
        if not document.title():
            self._say(rel, 1, "source has no title")
        self._days(rel, document, ("published", "accessed"))

    def _note(self, rel: str, document: Document) -> None:
        front = document.front
        if document.front_problem:
            return
        self._id(rel, document.front_line("id"), front.get("id"), "note")
        kind = front.get("type")
        if kind is None:
            self._say(rel, 1, f"note has no type; write one of {', '.join(NOTE_TYPES)}")
        elif kind not in NOTE_TYPES:
            near = suggest(str(kind), NOTE_TYPES)
            self._say(
                rel, document.front_line("type"), f"unknown type {kind!r}{near or '; use ' + ', '.join(NOTE_TYPES)}"
            )
        if not document.title():
            self._say(rel, 1, "note has no title")
        status = front.get("status")
        if status is not None and status not in STATUSES:
            self._say(rel, document.front_line("status"), f"unknown status {status!r}; use {', '.join(STATUSES)}")
        self._days(rel, document, ("created", "updated"))

    def _days(self, rel: str, document: Document, keys: Iterable[str]) -> None:
        for key in keys:
            value = document.front.get(key)
            if value is not None and not _is_day(str(value)):
                self._say(rel, document.front_line(key), f"{key}: {value!r} is not a date; write 2026-11-22")

    def _blocks(self, rel: str, document: Document) -> None:
        for block in document.blocks():
            items = block.written
            if isinstance(items, Mapping):
                items = [items]
            if items is None and block.problem is None:
                self._say(rel, block.line, "the figures block is empty")
            if not isinstance(items, list):
                if items is not None:
                    self._say(rel, block.line + 1, "a figures block is a list of `- id: …` entries")
                continue
            for line, item in zip(block.lines, items, strict=False):
                if isinstance(item, Mapping):
                    self._figure(rel, line, item)
                else:
                    self._say(rel, line, f"{item!r} is not a figure; write `- id: …` with its keys below")

    def _figure(self, rel: str, line: int, item: Mapping[str, Any]) -> None:
        self._id(rel, line, item.get("id"), "figure")
        name = f"figure {item['id']}" if isinstance(item.get("id"), str) else "figure"
        for key in ("subject", "quantity", "value", "as_of", "kind"):
            if item.get(key) in (None, ""):
                self._say(rel, line, f"{name} has no {key}")
        if "unit" not in item:
            self._say(rel, line, f'{name} has no unit; write `unit: ""` for a plain ratio')
        source = item.get("source")
        if source in (None, ""):
            if not item.get("derived_from"):
                self._say(rel, line, f"{name} has no source; name the citekey of a file in sources/")
        elif str(source) not in self._known:
            self._say(rel, line, f"{name}: source {source!r} is not in sources/{suggest(str(source), self._known)}")


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True
