"""Forms of the serving pages: what they ask, read from a query, with everything that is wrong told at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from rackmath.web.numbers import plain

LONGEST = 120
FORMATS = ("", "bf16", "fp8", "fp8_block", "nvfp4", "mxfp4", "int4")
NOTHING = 1e-7
"""Seconds that are not worth a bar."""
PARTS = {
    "weights": "Weights",
    "experts": "Experts",
    "context": "Attention over context",
    "collectives": "Communication",
    "latency": "Latency of kernels",
    "host": "Host",
    "prompts": "Prompts of others",
    "first token": "Until the first token",
}


@dataclass(frozen=True)
class Ask:
    """One field of a form.

    Parameters
    ----------
    default
        As it would be typed; for boxes, the names with commas between.
    options
        Of a choice; without any a number is wanted, from `low` to `high`.
    several
        Whether more than one option may be chosen.
    half
        Whether it takes half of the form's width.
    empty
        What an empty default is called.
    """

    name: str
    label: str
    help: str
    default: str = ""
    unit: str = ""
    options: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1e9
    whole: bool = False
    several: bool = False
    half: bool = False
    empty: str = ""

    @property
    def number(self) -> bool:
        """Say whether a number is wanted."""
        return not self.options


@dataclass
class Answers:
    """What was asked: texts and numbers by name, and what is wrong with which field."""

    asks: Sequence[Ask]
    given: dict[str, str]
    chosen: dict[str, list[str]]
    values: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)

    def query(self, **changed: Any) -> str:
        """Return the query of an address that asks for the same, with some fields changed or (empty) left out."""
        fields: dict[str, Any] = {**self.given, **self.chosen, **{k: str(v) for k, v in changed.items()}}
        return urlencode({name: value for name, value in fields.items() if value}, doseq=True)

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields as the macro of a form wants them."""
        return [self._field(ask) for ask in self.asks]

    def _field(self, ask: Ask) -> dict[str, Any]:
        return {
            "name": ask.name,
            "label": ask.label,
            "help": ask.help,
            "unit_words": ask.unit or "number",
            "bounds": "",
            "control": "several" if ask.several else "choice" if ask.options else "value",
            "options": [option for option in ask.options if option],
            "chosen": self.chosen.get(ask.name, []),
            "axis": "",
            "value": self.given.get(ask.name, ""),
            "given": ask.name in self.given or ask.name in self.chosen,
            "problem": self.problems.get(ask.name, ""),
            "default": ask.default or ask.empty,
            "half": ask.half,
            "origin": "",
        }


def read(asks: Sequence[Ask], params: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> Answers:
    """Read a query. Nothing that was typed is dropped: what is wrong is told beside it, and its default is used."""
    made = Answers(asks, {}, {}, {})
    for ask in asks:
        if ask.several:
            texts = [
                text[:LONGEST] for text in lists.get(ask.name) or ([params[ask.name]] if ask.name in params else [])
            ]
            strange = [text for text in texts if text not in ask.options]
            if strange:
                made.problems[ask.name] = f"there is no {strange[0][:40]!r} in this list"
            kept = [text for text in dict.fromkeys(texts) if text in ask.options]
            if kept:
                made.chosen[ask.name] = kept
            made.values[ask.name] = kept or ask.default.split(", ")
            continue
        text = params.get(ask.name, "").strip()[:LONGEST]
        if text:
            made.given[ask.name] = text
        made.values[ask.name] = _value(ask, text or ask.default, made.problems)
    return made


def _value(ask: Ask, text: str, problems: dict[str, str]) -> Any:
    if not ask.number:
        if text not in ask.options:
            problems[ask.name] = f"{text[:40]!r} is none of {', '.join(option or 'any' for option in ask.options[:8])}"
            return ask.default
        return text
    if not text:
        return None
    try:
        value = float(text.replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ""))
    except ValueError:
        problems[ask.name] = f"{text[:40]!r} is no number"
        return _value(ask, ask.default, {})
    if not ask.low <= value <= ask.high or (ask.whole and value != int(value)):
        kind = "whole number" if ask.whole else "number"
        problems[ask.name] = f"{text[:40]} is no {kind} from {plain(ask.low)} to {plain(ask.high)}"
        return _value(ask, ask.default, {})
    return int(value) if ask.whole else value


@lru_cache(maxsize=1)
def models() -> tuple[str, ...]:
    """Return the models of the catalogue, without their owners, in alphabetical order."""
    from rackmath.models.serving.shape import catalogue  # noqa: PLC0415

    return tuple(sorted((name.rsplit("/", 1)[-1] for name in catalogue()), key=str.casefold))


@lru_cache(maxsize=1)
def chips() -> tuple[str, ...]:
    """Return the accelerators of the packaged table, the newest families as the table has them."""
    from rackmath.models.serving.hardware import accelerators  # noqa: PLC0415

    return tuple(accelerators())


def model_ask() -> Ask:
    """Return the field of a model."""
    return Ask("model", "Model", "A model of the packaged catalogue.", "Llama-3.1-70B", options=models())


def load_asks() -> tuple[Ask, ...]:
    """Return the fields of a request's lengths."""
    return (
        Ask("isl", "Input of a request", "The prompt.", "1024", "tokens", low=1, high=2_000_000, half=True),
        Ask("osl", "Output of a request", "The answer.", "1024", "tokens", low=1, high=1_000_000, half=True),
    )


def layout_asks() -> tuple[Ask, ...]:
    """Return the fields of how one replica is spread over devices."""
    return (
        Ask("tp", "Tensor ranks", "TP: devices that share each layer.", "4", low=1, high=64, whole=True, half=True),
        Ask("dp", "Data ranks", "DP: groups with requests of their own.", "1", low=1, high=256, whole=True, half=True),
        Ask("ep", "Expert ranks", "EP: ranks with experts of their own.", "1", low=1, high=256, whole=True, half=True),
        Ask("pp", "Pipeline stages", "PP: groups of layers, in turn.", "1", low=1, high=32, whole=True, half=True),
    )
