"""A model's docstring as parts of a page: what it does, the symbols, the limits, what is left out, a worked case."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rackmath.web.bench.mathml import mathml
from rackmath.web.charts.svg import Svg, escape
from rackmath.web.page import exact

if TYPE_CHECKING:
    from rackmath.kernel import Model

_LABELS = re.compile(r"(?:^|\s)(Limits|Not included|Sources?):\s+")
_MARKUP = re.compile(
    r":math:`([^`]+)`|``([^`]+)``|`([^`]+)`|(https?://[^\s<>\"']*[^\s<>\"'.,;)])|\b([a-z]+(?:_[a-z0-9]+)+)\b"
)


@dataclass(frozen=True)
class Case:
    """A worked case: the lines as they are written, and the inputs as a query that runs it again."""

    code: str
    printed: str
    inputs: dict[str, str]


@dataclass(frozen=True)
class Explained:
    """What a docstring says, as safe HTML."""

    lead: Svg
    equation: Svg
    prose: tuple[Svg, ...]
    limits: Svg
    not_included: Svg
    cases: tuple[Case, ...]


@lru_cache(maxsize=512)
def explained(model: Model) -> Explained:
    """Return the parts of a model's docstring."""
    names = frozenset(model.parameters)
    lead, *rest = model.doc.split("\n\n")
    prose: list[Svg] = []
    found: dict[str, str] = {}
    for paragraph in rest:
        if paragraph.startswith((">>>", ".. math::")):
            continue
        first, *labelled = _LABELS.split(paragraph)
        if first.strip():
            prose.append(marked_up(first, names))
        found |= dict(zip(labelled[::2], labelled[1::2], strict=True))
    return Explained(
        lead=marked_up(lead, names),
        equation=mathml(model.equation, block=True) if model.equation else Svg(),
        prose=tuple(prose),
        limits=marked_up(_begun(found.get("Limits", "")), names),
        not_included=marked_up(_begun(found.get("Not included", "")), names),
        cases=tuple(_cases(model)),
    )


def _begun(text: str) -> str:
    """Return a text with a large first letter, unless it begins with a symbol."""
    return text[:1].upper() + text[1:] if text[:2].isalpha() else text


def marked_up(text: str, inputs: Collection[str] = ()) -> Svg:
    """Return a docstring's paragraph as HTML: symbols as MathML, code as code, addresses and inputs as links."""
    parts: list[str] = []
    end = 0
    for match in _MARKUP.finditer(text := " ".join(text.split())):
        parts.append(exact(text[end : match.start()]))
        parts.append(_mark(match, inputs))
        end = match.end()
    return Svg("".join([*parts, exact(text[end:])]))


def _mark(match: re.Match[str], inputs: Collection[str]) -> str:
    math, code, name, address, word = match.groups()
    if math:
        return mathml(math)
    if address:
        return f'<a class="out" href="{escape(address)}" rel="noopener nofollow">{escape(address)}</a>'
    if word and word not in inputs:
        return escape(word)
    shown = code or name or word
    return f'<a href="#in-{word}"><code>{word}</code></a>' if word else f"<code>{escape(shown)}</code>"


def _cases(model: Model) -> list[Case]:
    """Return the doctest's calls of the model, with what the docstring says they print."""
    import doctest  # noqa: PLC0415  (only these pages need it)

    examples = doctest.DocTestParser().get_examples(model.doc)
    if not examples:
        return []
    code = "".join(each.source for each in examples)
    printed = "".join(each.want for each in examples)
    return [Case(code, printed, _inputs(model, code))]


def _inputs(model: Model, code: str) -> dict[str, str]:
    """Return the named inputs of the one call of the model in `code`, as a form takes them; none if there are more."""
    name = model.compute.__name__
    calls = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    if len(calls) != 1:
        return {}
    found = {}
    for keyword in calls[0].keywords:
        try:
            value: Any = ast.literal_eval(keyword.value)
        except ValueError:
            return {}  # made by code before the call
        if keyword.arg is None or keyword.arg not in model.parameters:
            return {}
        found[keyword.arg] = written(value, model.parameters[keyword.arg].unit)
    return found


def written(value: Any, unit: str) -> str:
    """Return a plain value as a form field takes it: with its unit, a list as numbers with commas."""
    if isinstance(value, list | tuple):
        return f"{', '.join(f'{each!r}' for each in value)} {unit}".strip()
    return value if isinstance(value, str) else f"{value!r} {unit}".strip()
