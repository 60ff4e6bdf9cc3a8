"""The small YAML that a brain is written in: read with limits and positions, written in one canonical way.

Reading goes over the parser's events rather than through a YAML constructor. That gives three things at once: no tag
can run code, limits hold before anything is built (a "billion laughs" file is refused at its first alias), and the
place of each top-level entry is known to the character, so that one value can be replaced without touching its
neighbours.

Plain words are read by the YAML 1.2 core rules: ``no`` is a word, ``2026-05-24`` is text and ``12:30`` is not a number
of seconds. Source of the rules: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import yaml

from rackmath.errors import RackmathError

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_DEPTH = 24

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover  (PyYAML built without libyaml: slower, same events)
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_WORD_STARTS = frozenset("~nNtTfF")  # first letters of the words above: spares most scalars the look-up
_TAGS = {"!", "tag:yaml.org,2002:str"}


class YamlProblem(Exception):
    """The text is not YAML that a brain may hold; `offset` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Printed(str):
    """A number kept as it was printed: ``3.50`` says more about its precision than 3.5 does."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one entry of the outermost mapping or list stands, in characters from the start of the text."""

    key: str
    start: int
    value_start: int
    value_end: int
    exact: bool  # the value ends at `value_end` to the character (not so for block scalars and block collections)


@dataclass(slots=True)
class Parsed:
    """What a YAML text holds, where its entries stand, and what is odd but readable (offset, message)."""

    data: Any = None
    entries: list[Entry] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    places: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    """Where each key or item stands, by its path from the top; filled only when `parse` is asked for it."""


def parse(text: str, *, printed: bool = False, places: bool = False) -> Parsed:
    """Read one YAML document.

    Parameters
    ----------
    text
        At most 4 MiB of characters. Mappings, lists, text, numbers, true/false and null; no aliases and no tags.
    printed
        Keep each number as `Printed` text instead of an int or a float.
    places
        Note where every key and item stands, for messages that name a line.

    Raises
    ------
    YamlProblem
        With the offset of the first thing that cannot be read.
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlProblem(f"YAML of {len(text):,} characters is over the limit of {MAX_CHARACTERS:,}")
    try:
        loader = _Loader(text)
        try:
            return _Reader(loader, printed, places).document()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlProblem(what or "not YAML", min(mark.index, len(text)) if mark else 0) from None
    except yaml.YAMLError as error:
        offset = next((i for i, letter in enumerate(text) if not _readable(letter)), 0)
        reason = getattr(error, "reason", None) or "not YAML"
        raise YamlProblem(f"character U+{ord(text[offset]):04X}: {reason}", offset) from None
    except UnicodeEncodeError as error:
        raise YamlProblem("half of a surrogate pair, which is not a character", error.start) from None


def _readable(letter: str) -> bool:
    """Whether YAML allows a character at all (https://yaml.org/spec/1.2.2/#51-character-set)."""
    code = ord(letter)
    return code in {0x09, 0x0A, 0x0D, 0x85} or 0x20 <= code <= 0x7E or (code >= 0xA0 and code not in {0xFFFE, 0xFFFF})


def _at(event: Any) -> int:
    return int(event.start_mark.index)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


class _Reader:
    """Builds data from parser events, one document."""

    def __init__(self, loader: Any, printed: bool, places: bool) -> None:
        self._next = loader.get_event
        self._printed = printed
        self._path: list[str | int] | None = [] if places else None
        self._parsed = Parsed()

    def document(self) -> Parsed:
        self._next()  # stream start
        event = self._next()
        if type(event) is yaml.StreamEndEvent:
            return self._parsed
        first = self._next()
        self._parsed.data = self._node(first, 0)
        self._next()  # document end
        event = self._next()
        if type(event) is not yaml.StreamEndEvent:
            raise YamlProblem("a second YAML document starts here; only one is allowed", _at(event))
        return self._parsed

    def _node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is yaml.AliasEvent:
            raise YamlProblem(f"alias *{event.anchor}: aliases are not read, write the value out", _at(event))
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise YamlProblem(f"tag {event.tag}: tags are not read", _at(event))
        if depth >= MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH} levels", _at(event))
        return self._mapping(depth) if kind is yaml.MappingStartEvent else self._sequence(depth)

    def _mapping(self, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        following = self._next
        while type(event := following()) is not yaml.MappingEndEvent:
            if type(event) is not yaml.ScalarEvent:
                raise YamlProblem("a key must be one word or text", _at(event))
            key: str = event.value
            opening = following()
            if key in data:
                self._parsed.faults.append((_at(event), f"key {key!r} is written twice; the last one counts"))
            data[key] = self._value(key, event, opening, depth)
        self._end = _end(event)
        return data

    def _sequence(self, depth: int) -> list[Any]:
        data: list[Any] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            data.append(self._value(len(data), event, event, depth))
        self._end = _end(event)
        return data

    def _value(self, step: str | int, start: Any, opening: Any, depth: int) -> Any:
        """Read what stands at one step of a collection, and note its place where that is wanted."""
        if self._path is not None:
            self._path.append(step)
            self._parsed.places[tuple(self._path)] = _at(start)
        scalar_here = type(opening) is yaml.ScalarEvent
        value = self._scalar(opening) if scalar_here else self._node(opening, depth + 1)
        if depth == 0:
            self._entry(str(step), _at(start), opening)
        if self._path is not None:
            self._path.pop()
        return value

    def _entry(self, key: str, start: int, opening: Any) -> None:
        if type(opening) is yaml.ScalarEvent:
            end, exact = _end(opening), opening.style not in ("|", ">")
        else:
            end, exact = self._end, bool(opening.flow_style)
        self._parsed.entries.append(Entry(key, start, _at(opening), end, exact))

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.tag is not None:
            if event.tag in _TAGS:
                return text
            raise YamlProblem(f"tag {event.tag}: tags are not read", _at(event))
        return plain(text, printed=self._printed) if event.implicit[0] else text


def plain(text: str, *, printed: bool = False) -> Any:
    """Return what an unquoted word means: a number, true/false, null or the text itself."""
    if not text or text[0] in _WORD_STARTS:
        if text in _NULL:
            return None
        if text in _TRUE:
            return True
        return False if text in _FALSE else text
    if text[0] not in "0123456789+-.":
        return text
    if _INTEGER.fullmatch(text) and len(text) < 400:
        return Printed(text) if printed else int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return Printed(text) if printed else float(text)
    return text


# --- writing ---------------------------------------------------------------------------------------------------------

_WIDTH = 110
_PLAIN = re.compile(r"[\w/($~€£][\w ./@+()%$€£~^*=<>–—×·°;'\"&!-]*")
_PLAIN_BLOCK = re.compile(r"[\w/($~€£](?:[\w ./@+()%$€£~^*=<>–—×·°;'\"&!?,-]|:(?=[^\s]))*")
_MISREAD = re.compile(  # what other YAML readers take for something else than text
    r"(?:y|n|yes|no|on|off|true|false|null|~)|[-+]?[0-9][0-9_,:.]*(?:[eE][-+]?[0-9]+)?|0[xob][0-9a-f_]+|"
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[Tt ].*",
    re.IGNORECASE,
)


def dump(data: Any, *, order: Sequence[str] = (), literal: bool = True) -> str:
    """Write data as canonical YAML: one text for one value, LF, a final newline.

    Parameters
    ----------
    data
        Mappings, lists, text, numbers, dates, booleans and None.
    order
        Keys that come first, in this order, in the outermost mappings; the others follow as given.
    literal
        Whether a text of several lines may be written as a ``|`` block; otherwise it is quoted on one line.

    Raises
    ------
    RackmathError
        For what has no honest text: infinities, lone surrogates, foreign objects.
    """
    writer = _Writer(order, literal)
    if isinstance(data, Mapping):
        lines = writer.mapping(data, 0, 0) if data else ["{}"]
    elif _is_list(data):
        lines = writer.sequence(data, 0, 0) if data else ["[]"]
    else:
        lines = [scalar(data, block=True)]
    return "\n".join(lines) + "\n"


def entry(key: str, value: Any) -> str:
    """Write one entry of an outermost mapping, with its newline."""
    return dump({key: value})


def flow(data: Any) -> str:
    """Write data on one line, so that it can stand in place of another value."""
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(value)}" for key, value in data.items()) + "}"
    if _is_list(data):
        return "[" + ", ".join(flow(item) for item in data) + "]"
    return scalar(data)


def scalar(value: Any, *, block: bool = False) -> str:
    """Write one value that is not a collection, quoted when it would otherwise be read as something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Printed | Decimal) and isinstance(plain(str(value)), int | float):
        return str(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RackmathError(f"{value} cannot be written in a brain: give a finite number, or say it in words")
        return repr(float(value))
    if isinstance(value, date | datetime):
        return value.isoformat() if not isinstance(value, datetime) else quoted(value.isoformat())
    if not isinstance(value, str):
        raise RackmathError(
            f"{type(value).__name__} cannot be written in a brain: give text, a number, a list or a mapping"
        )
    pattern = _PLAIN_BLOCK if block else _PLAIN
    if pattern.fullmatch(value) and not value.endswith(" ") and plain(value) == value and not _MISREAD.fullmatch(value):
        return str(value)
    return quoted(value)


def quoted(text: str) -> str:
    """Write text in double quotes, with escapes for what is not printable."""
    for offset, letter in enumerate(text):
        if "\ud800" <= letter <= "\udfff":
            raise RackmathError(f"half of a surrogate pair at character {offset} cannot be written as UTF-8: remove it")
    body = json.dumps(text, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in body)


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_flat(value: Any) -> bool:
    return not isinstance(value, Mapping) and not _is_list(value) and not (isinstance(value, str) and "\n" in value)


class _Writer:
    def __init__(self, order: Sequence[str], literal: bool) -> None:
        self._order = order
        self._literal = literal

    def mapping(self, data: Mapping[Any, Any], indent: int, depth: int) -> list[str]:
        known = [key for key in self._order if key in data] if depth == 0 else []
        keys: Iterable[Any] = [*known, *(key for key in data if key not in known)]
        lines: list[str] = []
        for key in keys:
            lines += self._value(f"{' ' * indent}{scalar(str(key))}:", data[key], indent, depth)
        return lines

    def sequence(self, data: Sequence[Any], indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for item in data:
            if isinstance(item, Mapping) and item:
                inner = self.mapping(item, indent + 2, depth)
                inner[0] = f"{' ' * indent}- {inner[0][indent + 2 :]}"
                lines += inner
            else:
                lines += self._value(f"{' ' * indent}-", item, indent, depth)
        return lines

    def _value(self, head: str, value: Any, indent: int, depth: int) -> list[str]:
        if isinstance(value, str) and self._literal and (block := _literal(value, indent + 2)):
            return [f"{head} {block[0]}", *block[1:]]
        if not isinstance(value, Mapping) and not _is_list(value):
            return [f"{head} {scalar(value, block=True)}"]
        parts = value.values() if isinstance(value, Mapping) else value
        if all(_is_flat(part) for part in parts):
            line = f"{head} {flow(value)}"
            if not value or len(line) <= _WIDTH:
                return [line]
        if isinstance(value, Mapping):
            return [head, *self.mapping(value, indent + 2, depth + 1)]
        return [head, *self.sequence(value, indent + 2, depth + 1)]


def _literal(text: str, indent: int) -> list[str]:
    """Return a ``|`` block for text of several lines that survives it unchanged, else nothing."""
    if "\n" not in text.rstrip("\n") or text.startswith(("\n", " ")) or text.endswith("\n\n"):
        return []
    rows = text.removesuffix("\n").split("\n")
    if any(row != row.rstrip() or not row.isprintable() for row in rows):
        return []
    return ["|" if text.endswith("\n") else "|-", *(f"{' ' * indent}{row}" if row else "" for row in rows)]
