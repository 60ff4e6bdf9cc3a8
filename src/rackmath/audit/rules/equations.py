"""Sums written out: "8 × (700 + 575) = 10,200", "40 + 25 = 65 MW", "120 ÷ 4 is 30", with words between the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Finding
from rackmath.audit.passage import ANY, Passage
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import explained, finding
from rackmath.audit.rules.dimensions import sized
from rackmath.audit.rules.products import _conventions
from rackmath.audit.words import amount

_WORD = r"(?:\s?[A-Za-z/][A-Za-z/'’-]{0,18}){0,3}?"
_OPERATOR = r"\s?(?:[×✕*·÷+−/–]|\bx\b|\s-\s|\btimes\b|\bplus\b|\bminus\b|\bdivided by\b|\bmultiplied by\b)\s?"
_TERM = rf"\(?{ANY}{_WORD}(?:\s{{0,16}}\))?"
_SUM = re.compile(
    rf"(?P<sum>{_TERM}(?:{_OPERATOR}{_TERM}){{1,7}})\s?(?:=|≈|\bis\b|\bequals?\b|\bmakes?\b|"
    rf"\bgives?\b|\bcomes? to\b|\btotals?\b)\s?(?:about |roughly |some |a total of |exactly "
    rf")?(?P<claim>{ANY})(?P<next>\s?[×✕*÷+−])?"
)
_BACKWARDS = re.compile(
    rf"(?P<claim>{ANY})(?:\s(?!is\b|was\b|are\b|takes?\b|needs?\b|has\b|have\b|uses?\b|costs?\b|"
    rf"with\b|at\b)[A-Za-z]{{2,12}}){{0,5}}\s?(?:\(|=)\s?(?P<sum>{_TERM}(?:{_OPERATOR}{_TERM})"
    rf"{{1,7}})(?:\s(?:for|of)\s[^\ue000-\uf8ff()]{{0,80}})?\s{{0,16}}(?:\)|=|\Z|[.;])(?!\s?(?:[×✕*/÷+−^-]|"
    rf"x\b))"
)
_TOKEN = re.compile(rf"{ANY}|[()]|[×✕*·÷+−/–-]|\bx\b|\btimes\b|\bplus\b|\bminus\b|\bdivided by\b|\bmultiplied by\b")
_OPEN = re.compile(r"(?:[×✕*·÷+−/^–-]|\bx)\s?\(?\Z")
_SIGNS = {
    "×": "*",
    "✕": "*",
    "*": "*",
    "·": "*",
    "x": "*",
    "times": "*",
    "multiplied by": "*",
    "÷": "/",
    "/": "/",
    "divided by": "/",
    "+": "+",
    "plus": "+",
    "−": "-",
    "–": "-",
    "-": "-",
    "minus": "-",
}


def equations(passage: Passage) -> Iterator[Finding]:
    """Check the sums that a passage writes out."""
    seen: set[int] = set()
    for pattern in (_SUM, _BACKWARDS):
        for match in pattern.finditer(passage.skeleton):
            if pattern is _SUM and match["next"]:
                continue
            if _OPEN.search(passage.skeleton[max(0, match.start() - 4) : match.start()]):
                continue  # the end of a longer sum
            claim = passage.figure(match["claim"])
            if claim.start in seen or claim.kind == "year":
                continue
            told = _judge(passage, match["sum"], claim)
            if told:
                seen.add(claim.start)
                yield told


def _judge(passage: Passage, text: str, claim: Quantity) -> Finding | None:
    tokens = _balanced([_SIGNS.get(token, token) for token in _TOKEN.findall(text)])
    figures = [passage.figure(token) for token in tokens if "\ue000" <= token <= "\uf8ff"]
    if len(figures) < 2 or any(each.kind == "year" for each in figures):
        return None
    operators = {token for token in tokens if token in "*/+-"}
    if operators == {"/"} or (operators == {"-"} and claim.kind != figures[0].kind):
        return None  # "$3/$15" and "2021–2024" are pairs
    program = _program(tokens)
    if program is None:
        return None
    additive = operators <= {"+", "-"}
    kinds = {each.unit for each in figures}
    if additive and (len(kinds - {""}) > 1 or (claim.unit and kinds - {""} and claim.unit not in kinds)):
        return None
    scale = 1.0
    if additive and "" in kinds and len(kinds) > 1:
        return None

    def formula(*values: float) -> float:
        return _run(program, values)

    exact = [each if each.hedge or each.worded else replace(each, step=each.step * 0.2) for each in figures]
    computed = compute(formula, exact)  # what is written out is what was multiplied
    if computed is None or not isfinite(computed.value):
        return None
    options = [computed]
    if additive and not kinds - {""} and (claim.unit or all(each.scale == 1.0 for each in figures)):
        options.append(computed.scaled(_printed(figures, claim)))
    if not additive:
        target = sized(claim)
        sizes = [sized(each) for each in figures]
        if target and all(sizes) and operators == {"*"}:
            for each in sizes:
                scale *= each.factor if each else 1.0
            options = [computed.scaled(scale / target.factor), computed, computed.scaled(_printed(figures, claim))]
        else:
            options = [computed, computed.scaled(_printed(figures, claim))]
        shares = any(each.kind == "share" for each in figures)
        if shares and operators != {"*"}:
            options.append(computed.scaled(0.01))
        if claim.kind == "share" and not shares:
            options = [computed.scaled(100), computed]
        if claim.unit and not any(each.unit for each in figures):
            options += [options[0].scaled(power) for power in (100, 0.01, 1e3, 1e-3, 1e6, 1e-6)]
        if not claim.unit and _CENTS.search(passage.text):
            options.append(options[0].scaled(100))  # "p4d 21.96 / 2,496 = 0.88 cents, p5 55.04 / 7,912 = 0.70"
        if [token for token in tokens if token in _SIGNS.values()] == ["*", "+"] and "(" not in tokens[1:]:
            inner = compute(lambda a, b, c: a * (b + c), exact)  # "8 × 700 W + 575 W per GPU" means both for each
            options += [inner] if inner and figures[2].per else []
        options += [options[0].scaled(each) for each in _conventions(figures, claim)]
        options.append(computed.scaled(_without_times(figures)))
        if claim.over != 1.0:
            options.append(computed.scaled(1 / claim.over))  # "$2 ÷ (85 × 3,600) × 1,000,000 = $6.54 per 1M tokens"
    verdicts = [(verdict_of(each, claim), each) for each in options]
    (verdict, sure), computed = next(
        ((came, each) for came, each in verdicts if came[0] in ("holds", "rounds")), verdicts[0]
    )
    if verdict in ("wrong", "ambiguous") and not additive and _by_thousands(verdicts[0][1], claim):
        verdict, sure = "ambiguous", 0.6
    names = [(f"term {at}", each) for at, each in enumerate(figures, 1)]
    written = " ".join(each.text if isinstance(each, Quantity) else each for each in _readable(tokens, passage))
    sentence = f"{written} is {amount(computed.value, claim)}"
    confidence = 0.95
    return finding(
        passage,
        "equation",
        verdict,
        confidence * sure if verdict != "holds" else confidence,
        claim,
        computed,
        names,
        written,
        explained(verdict, sentence, claim, ""),
    )


def _readable(tokens: list[str], passage: Passage) -> list[str]:
    signs = {"*": "×", "/": "÷", "-": "−"}
    return [
        passage.figure(token).text if "\ue000" <= token <= "\uf8ff" else signs.get(token, token) for token in tokens
    ]


def _printed(figures: list[Quantity], claim: Quantity) -> float:
    """Return what turns base units back into the printed ones, on both sides."""
    factor = 1.0
    for each in figures:
        factor /= each.scale or 1.0
    return factor * (claim.scale or 1.0)


def _without_times(figures: list[Quantity]) -> float:
    """Return what turns times back into printed ones: "12M × 730 hours = 8.8 billion" is of a rate an hour."""
    factor = 1.0
    for each in figures:
        factor /= each.scale if each.unit in ("s", "month") and each.scale else 1.0
    return factor


_CENTS = re.compile(r"\bcents?\b|¢")


def _by_thousands(computed: Computed, claim: Quantity) -> bool:
    """Whether a claim is off by exactly a hundred or a power of a thousand, as where a scale is left out."""
    return any(
        verdict_of(computed.scaled(power), claim)[0] in ("holds", "rounds")
        for power in (1e2, 1e-2, 1e3, 1e-3, 1e6, 1e-6, 1e9, 1e-9)
    )


def _balanced(tokens: list[str]) -> list[str]:
    """Return the tokens without the bracket around the whole that a pattern has cut in two."""
    opened = tokens.count("(") - tokens.count(")")
    if opened == 1 and tokens[0] == "(":
        return tokens[1:]
    return tokens[:-1] if opened == -1 and tokens[-1] == ")" else tokens


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}


def _program(tokens: list[str]) -> list[str | int] | None:
    """Return the sum in postfix order: places of figures and operators; None where the brackets do not fit."""
    made: list[str | int] = []
    held: list[str] = []
    place = 0
    expected = True
    depth = 0
    for token in tokens:
        if token == "(":
            if not expected:
                return None
            held.append(token)
            depth += 1
        elif token == ")":
            if not depth:
                return None
            while held[-1] != "(":
                made.append(held.pop())
            held.pop()
            depth -= 1
        elif token in _RANK:
            if expected:
                return None
            while held and held[-1] != "(" and _RANK[held[-1]] >= _RANK[token]:
                made.append(held.pop())
            held.append(token)
            expected = True
        else:
            if not expected:
                return None
            made.append(place)
            place += 1
            expected = False
    if expected:
        return None
    if depth:
        return None
    while held:
        if (sign := held.pop()) != "(":
            made.append(sign)
    return made


def _run(program: list[str | int], values: tuple[float, ...]) -> float:
    stack: list[float] = []
    for step in program:
        if isinstance(step, int):
            stack.append(values[step])
            continue
        right, left = stack.pop(), stack.pop()
        stack.append(
            {"+": left + right, "-": left - right, "*": left * right}.get(step, 0.0) if step != "/" else left / right
        )
    return stack[0]
