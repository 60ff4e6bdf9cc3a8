"""What the buttons of the scenario builder do to a draft. Each is one plain form, so that no script is needed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping

from rackmath.errors import RackmathError
from rackmath.kernel.scenario import MAX_OPTIONS
from rackmath.web.bench.draft import DRAWS, HEAD, REST, Draft, OptionDraft

HOURS = 24
MOST_INPUTS = 120


def draft_from(fields: Mapping[str, str]) -> Draft:
    """Return the draft that a form holds. An emptied field is a value taken out."""
    draft = Draft(head={name: fields[name].strip() for name in (*HEAD, *DRAWS) if fields.get(name, "").strip()})
    draft.rest = {name: fields[f"rest.{name}"] for name in REST if _is_json(fields.get(f"rest.{name}", ""))}
    for at in _numbered(fields, "s", "name"):
        name, value = fields[f"s.{at}.name"].strip(), fields.get(f"s.{at}.value", "").strip()
        if name and value:
            draft.shared[name] = value
    for at in _numbered(fields, "o", "id"):
        start = f"o.{at}.in."
        inputs = {name.removeprefix(start): value.strip() for name, value in fields.items() if name.startswith(start)}
        draft.options.append(
            OptionDraft(
                fields[f"o.{at}.id"].strip(),
                fields.get(f"o.{at}.title", "").strip(),
                fields.get(f"o.{at}.model", "").strip(),
                {name: value for name, value in inputs.items() if value},
            )
        )
    for at in _numbered(fields, "c", "first"):
        pair = {part: fields.get(f"c.{at}.{part}", "").strip() for part in ("first", "second", "rank")}
        if pair["first"] or pair["second"]:
            draft.pairs.append(pair)
    for at in _numbered(fields, "b", "input"):
        sweep = {part: fields.get(f"b.{at}.{part}", "").strip() for part in ("input", "from", "to", "scale")}
        if sweep["input"]:
            draft.sweeps.append({name: value for name, value in sweep.items() if value})
    return draft


def _is_json(text: str) -> bool:
    """Say whether a field holds JSON in one line, as the form was given it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return "\n" not in text


def _numbered(fields: Mapping[str, str], letter: str, part: str) -> Iterable[int]:
    """Return the numbers of a form's rows, in order; at most as many as a scenario can have."""
    found = [
        int(name.split(".")[1])
        for name in fields
        if name.startswith(f"{letter}.")
        and name.endswith(f".{part}")
        and name.count(".") == 2
        and name.split(".")[1].isascii()
        and name.split(".")[1].isdigit()
        and len(name.split(".")[1]) < 4
    ]
    return sorted(found)[:MOST_INPUTS]


def changed(draft: Draft, fields: Mapping[str, str]) -> Draft:
    """Return the draft after what its form asks beside the values: rows added, copied or taken out.

    Raises
    ------
    RackmathError
        A button that there is not, or one option too many.
    """
    made = copy.deepcopy(draft)
    done, _, which = fields.get("do", "").partition(":")
    match done:
        case "remove-option" if which.isdigit() and int(which) < len(made.options):
            del made.options[int(which)]
        case "copy-option" if which.isdigit() and int(which) < len(made.options):
            other = copy.deepcopy(made.options[int(which)])
            other.id, other.title = made.free_id(other.id), f"{other.title or other.id} (copy)"
            made.options.insert(int(which) + 1, other)
        case "remove-shared":
            made.shared.pop(which, None)
        case "remove-sweep" if which.isdigit() and int(which) < len(made.sweeps):
            del made.sweeps[int(which)]
        case "remove-pair" if which.isdigit() and int(which) < len(made.pairs):
            del made.pairs[int(which)]
        case "curve":
            _curve(made, fields)
    for at, option in enumerate(made.options):
        if name := fields.get(f"o.{at}.add", "").strip():
            option.inputs.setdefault(*_pair(name))
    if name := fields.get("s.add", "").strip():
        made.shared.setdefault(*_pair(name))
    if name := fields.get("b.add", "").strip():
        made.sweeps.append(
            {"input": name, "from": fields.get("b.from", "").strip(), "to": fields.get("b.to", "").strip()}
        )
    first, second, rank = (fields.get(f"c.{part}", "").strip() for part in ("add", "with", "rank"))
    if first and second:
        made.pairs.append({"first": first, "second": second, "rank": rank or "0.5"})
    elif first or second:
        raise RackmathError("two inputs move together; choose both")
    if name := fields.get("o.add", "").strip():
        made.options.append(OptionDraft(made.free_id(name.rpartition(".")[2].replace("_", "-")), "", name))
    if len(made.options) > MAX_OPTIONS:
        raise RackmathError(f"a scenario has at most {MAX_OPTIONS} options; take one out first")
    return made


def _pair(written: str) -> tuple[str, str]:
    """Return name and value of a choice ``name=value``: the default, so that there is something to change."""
    name, _, value = written.partition("=")
    return name, value


def hours_of(fields: Mapping[str, str]) -> list[float]:
    """Return the day that was drawn: 24 heights; empty when none was.

    Raises
    ------
    RackmathError
        A height is no number, is negative, or all are nothing.
    """
    written = [fields.get(f"h.{hour}", "").strip() for hour in range(HOURS)]
    if not any(written):
        return []
    found = []
    for hour, text in enumerate(written):
        try:
            value = float(text or "0")
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1e15:
            raise RackmathError(f"load at {hour}:00: {text[:20]!r} is not a number from 0 up")
        found.append(value)
    if not sum(found):
        raise RackmathError("the load is nothing in every hour; draw at least one")
    return found


def _curve(draft: Draft, fields: Mapping[str, str]) -> None:
    """Put the drawn day among what the options share: its peak over its mean, and the hours as they are."""
    hours = hours_of(fields)
    if not hours:
        raise RackmathError("draw the load of a day first")
    draft.shared["peak_to_mean"] = f"{max(hours) / (sum(hours) / len(hours)):.4g}"
    for name in fields.get("curve.into", "").split():
        draft.shared[name] = " ".join(f"{value:g}" for value in hours)
