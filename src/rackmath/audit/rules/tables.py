"""Tables: totals of columns and rows, and columns that follow from others, such as amount, price and quantity.

What a column follows from is learnt from the table itself: a relation that most rows obey holds for all, so the row
that does not obey it is doubted. Totals are known by their heads, and trusted where another column adds up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Finding, Input, Verdict
from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity, quantities
from rackmath.audit.rules.common import explained
from rackmath.audit.words import amount, number

MOST_ROWS, MOST_COLUMNS = 400, 12
"""Rows and columns of one table that are looked at."""

_TOTAL = re.compile(r"\b(?:total|totals|sum|all|altogether|overall|combined|whole|in all|group)\b", re.IGNORECASE)
_RATE = re.compile(
    r"%|\b(?:rate|price|share|per|average|avg|mean|margin|ratio|unit cost|cost each|each|year|age|score|median|index|"
    r"growth|change)\b",
    re.IGNORECASE,
)
_GAP = re.compile(r"\t+| {3,}")
_SIGN = re.compile(r"[-−–]\s?\(?\s?[$€£¥]?\Z")


@dataclass(frozen=True)
class Cell:
    """A cell with one figure: where it stands, and its value with its sign."""

    line: Line
    start: int
    figure: Quantity
    sign: int
    name: str

    @property
    def value(self) -> float:
        """The value with its sign."""
        return self.sign * self.figure.value

    def input(self, name: str) -> Input:
        """Return the cell as the input of a formula."""
        start = self.line.start + self.start + self.figure.start
        width = self.figure.end - self.figure.start
        text, unit = self.figure.text, self.figure.unit_text
        return Input(name, text, self.value, unit, self.line.note, self.line.line, start, start + width)


@dataclass(frozen=True)
class Table:
    """The heads of the columns, and for each row its name and its cells."""

    heads: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]

    def column(self, at: int) -> list[Cell | None]:
        """Return the cells of a column."""
        return [row[at] for row in self.rows]


Formula = Callable[..., float]
_RELATIONS: tuple[tuple[str, Formula, str], ...] = (
    ("product", lambda a, b: a * b, "{0} × {1}"),
    ("difference", lambda a, b: a - b, "{0} − {1}"),
    ("difference", lambda a, b: b - a, "{1} − {0}"),
    ("sum", lambda a, b: a + b, "{0} + {1}"),
    ("quotient", lambda a, b: a / b, "{0} ÷ {1}"),
    ("quotient", lambda a, b: b / a, "{1} ÷ {0}"),
    ("share", lambda a, b: a / b * 100, "{0} ÷ {1}"),
    ("share", lambda a, b: b / a * 100, "{1} ÷ {0}"),
    ("change", lambda a, b: (b / a - 1) * 100, "{1} ÷ {0} − 1"),
    ("change", lambda a, b: (a / b - 1) * 100, "{0} ÷ {1} − 1"),
    ("share", lambda a, b: (1 - b / a) * 100, "1 − {1} ÷ {0}"),
)
_PERCENT = frozenset({"share", "change"})


def tables(lines: Sequence[Line]) -> Iterator[Finding]:
    """Check the tables of a note."""
    for table in _read(lines):
        seen: dict[tuple[int, int], Finding] = {}
        for found in (*_totals(table), *_relations(table)):
            key = (found.start, found.line)
            if key not in seen or (found.verdict in ("holds", "rounds") and seen[key].verdict == "wrong"):
                seen[key] = found
        yield from seen.values()


def _read(lines: Sequence[Line]) -> Iterator[Table]:
    for is_row, run in groupby(lines, key=lambda line: "|" in line.text or _GAP.search(line.text.strip()) is not None):
        rows = list(run)[: MOST_ROWS + 1]
        if not is_row or len(rows) < 3:
            continue
        parts = [_split(row) for row in rows]
        width = max(len(each) for each in parts)
        if width < 2 or sum(len(each) == width for each in parts) < 0.8 * len(parts):
            continue
        width = min(width, MOST_COLUMNS)
        heads = tuple(text.strip() for _, text in parts[0])
        names, cells = [], []
        for line, part in zip(rows[1:], parts[1:], strict=True):
            padded = [*part, *[(0, "")] * width][:width]
            names.append(padded[0][1].strip())
            cells.append(
                tuple(
                    _cell(line, start, text, f"{padded[0][1].strip()}, {heads[at] if at < len(heads) else ''}")
                    for at, (start, text) in enumerate(padded)
                )
            )
        yield Table((*heads, *[""] * width)[:width], tuple(names), tuple(cells))


def _split(line: Line) -> list[tuple[int, str]]:
    text = line.text
    if "|" not in text:
        return _cut(text, 0, len(text), _GAP)
    start = text.startswith("|")
    end = len(text) - (len(text) > 1 and text.endswith("|"))
    return _cut(text, int(start), end, re.compile(r"\|"))


def _cut(text: str, start: int, end: int, divider: re.Pattern[str]) -> list[tuple[int, str]]:
    found = []
    for match in divider.finditer(text, start, end):
        found.append((start, text[start : match.start()]))
        start = match.end()
    found.append((start, text[start:end]))
    return found


def _cell(line: Line, start: int, text: str, name: str) -> Cell | None:
    if len(text) > 60:
        return None
    found = quantities(text)
    if len(found) != 1 or found[0].ranged or found[0].hedge in ("over", "under"):
        return None
    sign = -1 if _SIGN.search(text[: found[0].start]) else 1
    return Cell(line, start, found[0], sign, name)


def _totals(table: Table) -> Iterator[Finding]:
    """Check the sums of columns in rows called total, and of rows in a column called total."""
    begun = 0
    for at, name in enumerate(table.names):
        if not _TOTAL.search(name) and not (at == len(table.names) - 1 > 2 and _adds_up(table, at)):
            continue
        sums = []
        for column in range(1, len(table.heads)):
            parts = [row[column] for row in table.rows[begun:at]]
            total = table.rows[at][column]
            rate = _RATE.search(_A_PERIOD.sub("", table.heads[column])) is not None
            if total and total.figure.kind == "amount" and len(parts) > 1 and all(parts) and not rate:
                sums.append(([each for each in parts if each], total))
        yield from _added(sums)
        begun = at + 1
    for column in range(2, len(table.heads)):
        if _TOTAL.search(table.heads[column]):
            sums = []
            for row in table.rows:
                parts = [row[each] for each in range(1, column)]
                if (total := row[column]) and all(parts) and len(parts) > 1:
                    sums.append(([each for each in parts if each], total))
            yield from _added(sums)


_A_PERIOD = re.compile(r"\b(?:per|a) (?:year|month|week|day|quarter)\b", re.IGNORECASE)


def _adds_up(table: Table, at: int) -> bool:
    """Whether a row without the word is a total all the same: the counts of one column add up to it."""
    for column in range(1, len(table.heads)):
        parts, total = [row[column] for row in table.rows[:at]], table.rows[at][column]
        if total and all(parts) and sum(each.figure.value for each in parts if each) == total.figure.value:
            return True
    return False


def _added(sums: list[tuple[list[Cell], Cell]]) -> Iterator[Finding]:
    judged = []
    for parts, total in sums:
        if any(each.figure.unit != total.figure.unit or each.figure.kind != total.figure.kind for each in parts):
            continue
        computed = _computed(lambda *values: sum(values), parts)
        if computed:
            judged.append((parts, total, computed, _verdict(computed, total)))
    right = sum(verdict in ("holds", "rounds") for *_, verdict in judged)
    for parts, total, computed, verdict in judged:
        if verdict == "ambiguous" or (verdict == "wrong" and computed.value < total.value * 0.3):
            continue
        trust = right > 0 or (len(parts) > 2 and 0.5 < total.value / max(computed.value, 1e-300) < 2)
        if verdict == "wrong" and (not trust or total.value <= max(each.value for each in parts)):
            continue
        confidence = 0.9 if verdict != "wrong" else 0.9 if right else 0.7
        yield _told(
            "sum", verdict, confidence, total, parts, computed, "sum of the parts", f"the {len(parts)} parts add up to"
        )


def _relations(table: Table) -> Iterator[Finding]:
    """Check the columns that follow from two others in most rows, and the rows that follow from two above."""
    width = len(table.heads)
    columns = [table.column(at) for at in range(width)]
    learnt: set[frozenset[int]] = set()
    for target in range(width - 1, 0, -1):
        given = [at for at in range(width) if at != target and sum(cell is not None for cell in columns[at]) > 2]
        yield from _learnt(columns, target, given, table.heads, learnt)
    learnt = set()
    rows = [list(row[1:]) for row in table.rows]
    for target in range(len(rows) - 1, 1, -1):
        if _TOTAL.search(table.names[target]):
            continue
        near = list(range(max(0, target - 6), target))
        yield from _learnt(rows, target, near, table.names, learnt, kinds=("difference", "sum"))


def _learnt(
    columns: Sequence[Sequence[Cell | None]],
    target: int,
    given: Sequence[int],
    heads: Sequence[str],
    learnt: set[frozenset[int]],
    kinds: tuple[str, ...] = (),
) -> Iterator[Finding]:
    best: tuple[int, int, list[tuple[Cell, Cell, Cell, Computed, Verdict]], str, str] | None = None
    which = frozenset[int]()
    for a, b in combinations(given, 2):
        if frozenset({a, b, target}) in learnt:
            continue  # what follows from what was told, read backwards
        rows = [
            (x, y, z)
            for x, y, z in zip(columns[a], columns[b], columns[target], strict=True)
            if x and y and z and x.figure.kind == y.figure.kind
        ]
        if len(rows) < 3:
            continue
        percent = sum(z.figure.kind == "share" for *_, z in rows) * 2 > len(rows)
        for name, formula, written in _RELATIONS:
            if (kinds and name not in kinds) or (percent != (name in _PERCENT)):
                continue
            judged = []
            for x, y, z in rows:
                computed = _computed(formula, [x, y])
                if computed and _tells(computed, z):
                    judged.append((x, y, z, computed, _verdict(computed, z)))
            right = sum(verdict in ("holds", "rounds") for *_, verdict in judged)
            distinct = len(
                {round(computed.value, 9) for *_, computed, verdict in judged if verdict in ("holds", "rounds")}
            )
            several = distinct > (1 if name in ("sum", "difference") else 2)  # products come near by chance
            if (right >= 3 and several) or (right == 2 == distinct and len(judged) == 3):
                key = (right, -abs(target - a) - abs(target - b))
                if right * 2 > len(judged) and (best is None or key > best[:2]):
                    which = frozenset({a, b, target})
                    best = (
                        *key,
                        judged,
                        name,
                        written.format(heads[a] or f"column {a + 1}", heads[b] or f"column {b + 1}"),
                    )
    if best is None:
        return
    learnt.add(which)
    right, _, judged, name, written = best
    for x, y, z, computed, verdict in judged:
        if verdict == "ambiguous":
            continue
        sure = min(0.95, 0.7 + 0.07 * right - 0.1 * (len(judged) - right - 1))
        told = computed.scaled(_scale(judged))
        yield _told(name, verdict, 0.85 if verdict != "wrong" else sure, z, [x, y], told, written, f"{written} is")


MOST_LOOSE = 0.2
"""Width of what rounding allows, as a share of a value, up to which it tells one relation from another."""


def _tells(computed: Computed, cell: Cell) -> bool:
    """Whether a value is told closely enough that a relation rarely agrees with it by chance."""
    width = computed.high - computed.low + cell.figure.step
    return width <= MOST_LOOSE * abs(computed.value) and cell.figure.step <= MOST_LOOSE * abs(cell.figure.value)


def _scale(judged: Sequence[tuple[Cell, Cell, Cell, Computed, Verdict]]) -> float:
    """Return the power of a thousand by which the heads of a table differ, as in "mkr" and "kr per MWh"."""
    ratios = sorted(
        z.value / computed.value
        for *_, z, computed, verdict in judged
        if verdict in ("holds", "rounds") and computed.value
    )
    middle = ratios[len(ratios) // 2] if ratios else 1.0
    return next((scale for scale in HEADS if abs(middle / scale - 1) < 0.1), 1.0)


HEADS = (1e3, 1e6, 1e-3, 1e-6, 0.01)
"""What heads of columns may say of their units, such as "in thousands"."""


def _computed(formula: Formula, parts: Sequence[Cell]) -> Computed | None:
    signs = [each.sign for each in parts]
    return compute(
        lambda *values: formula(*(sign * value for sign, value in zip(signs, values, strict=True))),
        [each.figure for each in parts],
    )


def _verdict(computed: Computed, cell: Cell) -> Verdict:
    turned = computed.scaled(cell.sign)
    verdict, _ = verdict_of(turned, cell.figure)
    if verdict == "wrong":
        for scale in HEADS:
            again = verdict_of(turned.scaled(scale), cell.figure)[0]
            if again in ("holds", "rounds"):
                return again  # a head may say "in thousands"
    return verdict


def _told(
    rule: str,
    verdict: Verdict,
    confidence: float,
    cell: Cell,
    parts: list[Cell],
    computed: Computed,
    written: str,
    said: str,
) -> Finding:
    figure = cell.figure
    value = (
        amount(abs(computed.value), figure) if figure.unit or figure.kind != "amount" else number(abs(computed.value))
    )
    sign = "−" if computed.value < 0 else ""
    start = cell.line.start + cell.start + figure.start
    return Finding(
        kind="arithmetic",
        rule=rule,
        verdict=verdict,
        confidence=round(confidence, 2),
        note=cell.line.note,
        path=cell.line.path,
        line=cell.line.line,
        start=start,
        end=start + figure.end - figure.start,
        claim=" ".join(cell.line.text.split())[:600],
        claimed=cell.value * figure.over,
        recomputed=computed.value * figure.over,
        low=computed.low * figure.over,
        high=computed.high * figure.over,
        unit=figure.unit_text,
        formula=written,
        inputs=tuple(each.input(each.name) for each in parts),
        explanation=explained(verdict, f"{cell.name}: {said} {sign}{value}", figure, ""),
    )
