"""A scenario while it is being built: from a text to the fields of a form, and back to a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rackmath.errors import RackmathError
from rackmath.kernel.scenario import MAX_OPTIONS
from rackmath.vault.yamltext import YamlProblem, parse

HEAD = ("title", "question", "as_of", "unit")
DRAWS = ("samples", "seed")
SECTIONS = ("demand", "assumptions")
REST = ("notes",)


@dataclass
class OptionDraft:
    """An option: its id, its title, its model, and what it is given, all as text."""

    id: str
    title: str = ""
    model: str = ""
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Draft:
    """A scenario as a form holds it; nothing in it is checked."""

    head: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    options: list[OptionDraft] = field(default_factory=list)
    sweeps: list[dict[str, str]] = field(default_factory=list)
    pairs: list[dict[str, str]] = field(default_factory=list)
    """Inputs that move together: `first`, `second` and `rank`."""
    rest: dict[str, str] = field(default_factory=dict)
    """What the form has no fields for (notes), kept as JSON."""

    def free_id(self, wanted: str) -> str:
        """Return an id for a new option that no other has."""
        base = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted).strip("-")[:30]
        base = base if base[:1].isalpha() else f"option-{base}".strip("-")
        taken = {option.id for option in self.options}
        for number in range(1, MAX_OPTIONS + 2):
            name = base if number == 1 else f"{base}-{number}"
            if name not in taken:
                return name
        return base


def draft_of(text: str) -> Draft:
    """Return a scenario's text as a draft.

    Raises
    ------
    RackmathError
        It is no YAML, or not shaped like a scenario at all.
    """
    try:
        data = parse(text).data
    except YamlProblem as problem:
        line = text.count("\n", 0, problem.offset) + 1
        raise RackmathError(f"line {line}: {problem.message}") from None
    body = _mapping(data, "a scenario")
    draft = Draft(head={name: _text(body[name]) for name in (*HEAD, *DRAWS) if body.get(name) is not None})
    for section in SECTIONS:
        draft.shared |= {str(name): _text(value) for name, value in _mapping(body.get(section) or {}, section).items()}
    for key, value in _mapping(body.get("options") or {}, "options").items():
        option = _mapping(value, f"option {key}")
        inputs = _mapping(option.get("inputs") or {}, f"inputs of {key}")
        draft.options.append(
            OptionDraft(
                str(key),
                _text(option.get("title") or ""),
                _text(option.get("model") or ""),
                {str(name): _text(each) for name, each in inputs.items()},
            )
        )
    draft.rest = {name: json.dumps(body[name], ensure_ascii=False) for name in REST if body.get(name) is not None}
    pairs = body.get("correlations") or []
    for each in pairs if isinstance(pairs, list) else []:
        pair = _mapping(each, "correlations")
        names = pair.get("inputs")
        first, second = names if isinstance(names, list) and len(names) == 2 else ("", "")
        draft.pairs.append({"first": _text(first), "second": _text(second), "rank": _text(pair.get("rank"))})
    sweeps = body.get("break_even") or []
    for each in sweeps if isinstance(sweeps, list) else []:
        draft.sweeps.append({str(name): _text(value) for name, value in _mapping(each, "break_even").items()})
    return draft


def text_of(draft: Draft) -> str:
    """Return a draft as a scenario's text."""
    lines = [f"{name}: {_scalar(draft.head[name])}" for name in HEAD if draft.head.get(name)]
    if draft.shared:
        lines.append("demand:")
        lines += [f"  {_key(name)}: {_scalar(value)}" for name, value in draft.shared.items()]
    lines.append("options:" if draft.options else "options: {}")
    for option in draft.options:
        lines.append(f"  {_key(option.id)}:")
        lines += [f"    title: {_scalar(option.title)}"] if option.title else []
        lines.append(f"    model: {_scalar(option.model)}")
        if option.inputs:
            lines.append("    inputs:")
            lines += [f"      {_key(name)}: {_scalar(value)}" for name, value in option.inputs.items()]
    if draft.sweeps:
        lines.append("break_even:")
        lines += [
            "  - {" + ", ".join(f"{_key(name)}: {_scalar(value)}" for name, value in sweep.items() if value) + "}"
            for sweep in draft.sweeps
        ]
    if draft.pairs:
        lines.append("correlations:")
        for pair in draft.pairs:
            first, second = (_scalar(pair[part]) for part in ("first", "second"))
            lines.append(f"  - {{inputs: [{first}, {second}], rank: {_rank(pair['rank'])}}}")
    lines += [f"{name}: {written}" for name, written in draft.rest.items()]
    lines += [f"{name}: {_scalar(draft.head[name])}" for name in DRAWS if draft.head.get(name)]
    return "\n".join(lines) + "\n"


def _rank(text: str) -> str:
    """Return a rank as a number of YAML, however a person wrote it; what is none stays a text, to be told."""
    if re.fullmatch(r"[+-]?(\d{1,6}\.?\d{0,12}|\.\d{1,12})", text, re.ASCII):
        return f"{float(text):.12f}".rstrip("0").rstrip(".")
    return _quoted(text)


_SAFE = re.compile(r"[A-Za-z0-9~][A-Za-z0-9 ._,/()&+~?=-]{0,400}")


def _scalar(text: str) -> str:
    """Return a value as YAML: as it is where that reads as the same, a list or a mapping in one line, else quoted."""
    if text[:1] in "[{":
        try:
            return json.dumps(json.loads(text), ensure_ascii=False)
        except ValueError:
            pass  # it only looks like one; the reader of the scenario tells what is wrong
    if _SAFE.fullmatch(text) and (_reads_as(text) == text or _is_number(text)):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _key(text: str) -> str:
    return text if _SAFE.fullmatch(text) and _reads_as(text) == text else _quoted(text)


def _reads_as(text: str) -> Any:
    """Return what an unquoted scalar means; None where it is none."""
    try:
        found = parse(f"- {text}").data
    except YamlProblem:
        return None
    return found[0] if isinstance(found, list) and len(found) == 1 and not isinstance(found[0], bool) else None


def _is_number(text: str) -> bool:
    """Say whether a text is a number as a person would print it."""
    return re.fullmatch(r"(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?", text) is not None


def _text(value: Any) -> str:
    """Return a value of a scenario as a field holds it."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    return json.dumps(value, ensure_ascii=False)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RackmathError(f"{where} must be a list of `name: value` lines")
    return value
