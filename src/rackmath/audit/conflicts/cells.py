"""The cells of tables as readings: a cell is of what its row and its column are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity, quantities

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 400, 20, 60
"""Rows, columns, and letters of a cell that are read."""

_RULE = re.compile(r"[\s|:–-]*")
_IN = re.compile(r"[\(\[](?P<unit>[^()\[\]]{1,24})[\)\]]|,\s(?P<plain>[^,]{1,16})\Z")
_MONEY = re.compile(r"(?P<sign>[$€£¥])\s?(?P<scale>k|m|M|bn|B|million|billion|thousand)?\Z")


@dataclass(frozen=True)
class Cell:
    """A cell with one figure, and what its row and column are called. `figure` stands where it is in the line."""

    line: Line
    figure: Quantity
    name: str


def cells(rows: Sequence[Line]) -> Iterator[Cell]:
    """Yield the cells of one table that hold one figure each."""
    told = [row for row in rows[: MOST_ROWS + 2] if not _RULE.fullmatch(row.text)]
    if len(told) < 2:
        return
    heads = [text.strip() for _, text in _parts(told[0])]
    for row in told[1:]:
        parts = _parts(row)
        for (start, text), head in zip(parts[1:MOST_COLUMNS], heads[1:], strict=False):
            if (figure := _figure(text, head)) is not None:
                at = start + figure.start
                figure = replace(figure, start=at, end=start + min(figure.end, len(text)))
                yield Cell(row, figure, f"{parts[0][1].strip()} , {head}")


def _parts(row: Line) -> list[tuple[int, str]]:
    found, start = [], 0
    for text in row.text.split("|"):
        found.append((start, text))
        start += len(text) + 1
    return found[1:] if not found[0][1].strip() else found


def _figure(text: str, head: str) -> Quantity | None:
    """Return the one figure of a cell, in the unit that its column's head gives."""
    if len(text) > MOST_LETTERS or len(found := quantities(text)) != 1:
        return None
    figure = found[0]
    if figure.kind == "year" or len(text.strip()) > figure.end - figure.start + 3:
        return None
    if figure.unit == "" and (match := _IN.search(head)):
        unit = (match["unit"] or match["plain"]).strip()
        money = _MONEY.fullmatch(unit)
        number = text[figure.start : figure.end].strip()
        spelt = f"{money['sign']}{number} {money['scale'] or ''}" if money else f"{number} {unit}"
        again = quantities(spelt)
        if len(again) == 1 and again[0].unit:
            return replace(again[0], start=figure.start, end=figure.end, text=figure.text)
    return figure
