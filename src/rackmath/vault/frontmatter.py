"""Change single keys of front matter without touching the lines of the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rackmath.vault import yamltext
from rackmath.vault.yamltext import Entry, Parsed

ORDER = (
    "id",
    "type",
    "citekey",
    "title",
    "handle",
    "name",
    "status",
    "source_kind",
    "authors",
    "publisher",
    "url",
    "published",
    "accessed",
    "licence",
    "created",
    "updated",
    "contributors",
    "tags",
    "aliases",
)


def plain(value: Any) -> Any:
    """Return a value as it reads back: tuples as lists, dates as text, numbers as Python's own."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, yamltext.Printed | Decimal):
        return yamltext.plain(str(value))
    if isinstance(value, str):
        return str(value)
    return float(value) if isinstance(value, float) else value


def same(value: Any, data: Any, printed: Any = None) -> bool:
    """Whether a value is what was read as `data`, and `printed` with its numbers as printed.

    Types count, since 1 is not true; a `Printed` number is held against the printed one where there is one.
    """
    if isinstance(value, Mapping):
        shown = printed if isinstance(printed, Mapping) else {}
        return (
            isinstance(data, Mapping)
            and {str(key) for key in value} == data.keys()
            and all(same(item, data[str(key)], shown.get(str(key))) for key, item in value.items())
        )
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return (
            isinstance(data, list)
            and len(value) == len(data)
            and all(
                same(item, data[place], printed[place] if isinstance(printed, list) else None)
                for place, item in enumerate(value)
            )
        )
    if isinstance(value, yamltext.Printed) and isinstance(printed, yamltext.Printed):
        return str(value) == str(printed)
    told = plain(value)
    return type(told) is type(data) and bool(told == data)


def change(text: str, parsed: Parsed, changes: Mapping[str, Any], newline: str) -> str:
    """Return the text of front matter with some keys changed, added or (for None) taken away.

    The caller reads the result again and compares: this only has to be right for what people write.
    """
    edits: list[tuple[int, int, str]] = []
    added = ""
    for key, value in changes.items():
        places = [place for place in parsed.entries if place.key == key]
        if not places:
            added += "" if value is None else yamltext.entry(key, value).replace("\n", newline)
            continue
        place = places[-1]
        if value is not None and same(value, parsed.data[key]):
            continue
        edits.append(_edit(text, parsed.entries, place, value, newline))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    if added and text and not text.endswith("\n"):
        text += newline
    return text + added


def _edit(text: str, entries: Sequence[Entry], place: Entry, value: Any, newline: str) -> tuple[int, int, str]:
    """Return (start, end, new text) for one key: its value alone if that is safe, else its lines."""
    line = text.rfind("\n", 0, place.start) + 1
    new = "" if value is None else yamltext.entry(place.key, value)
    one_line = new.count("\n") == 1
    if one_line and place.exact and "\n" not in text[place.start : place.value_end]:
        shown = new[len(yamltext.scalar(place.key)) + 2 : -1]
        gap = " " if place.value_start == place.value_end else ""  # nothing was written after the colon
        return place.value_start, place.value_end, gap + shown
    following = [other.start for other in entries if other.start > place.start]
    end = text.rfind("\n", 0, min(following)) + 1 if following else len(text)
    if place.exact:
        last = max(place.start, place.value_end - 1)
        end = text.find("\n", last) + 1 or end
    else:
        rows = text[line:end].splitlines(keepends=True)
        while len(rows) > 1 and re.fullmatch(r"[ \t]*\r?\n?|#[^\n]*\n?", rows[-1]):
            rows.pop()  # blank lines and comments at the margin belong to what follows
        end = line + sum(map(len, rows))
    return line, end, new.replace("\n", newline)
