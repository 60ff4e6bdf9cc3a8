"""A scenario file: one question, what is demanded, the options, and in what they differ.

.. code-block:: yaml

    title: Serve a 70B chat model
    question: Call an API, rent GPUs, own them, or mix?
    as_of: 2026-11-22            # use what was known on that day (optional)
    unit: USD/month              # what is compared
    demand:                      # inputs that every option shares, by the models' input names
      tokens_per_month: 1.2B tokens/month
    assumptions:                 # the same, for what is not demand
      pue: 1.15 to 1.4
    options:
      api:
        title: Call an API
        model: tokens.workload_bill
        inputs:                  # what differs; anything left out comes from the brain's figures
          batch_share: 0
      rent:
        title: Rent GPUs
        model: ownership.rented_service
    correlations:                # inputs that move together, by the correlation of their ranks (optional)
      - {inputs: [rent.gpu_hour_price, api.output_price], rank: 0.6}
    break_even:                  # inputs along which the options' costs are compared (optional)
      - {input: tokens_per_month, from: 50M tokens/month, to: 100B tokens/month, scale: log}
    samples: 100000              # draws (optional)
    seed: 1                      # seed of the draws (optional)

A value is written as `rackmath.uncertainty.notation` says, or is a figure (``"@h100-sxm/rental-price?term=spot"``), or
another model (``{model: …, inputs: {…}}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.kernel.bind import Bound, Input, bind
from rackmath.kernel.catalogue import get
from rackmath.kernel.correlation import Pair, Together
from rackmath.kernel.params import Param, Series
from rackmath.uncertainty import parse_stated
from rackmath.units import canonical, convert
from rackmath.vault.yamltext import YamlProblem, parse

if TYPE_CHECKING:
    from rackmath.evidence import Evidence

KEYS = (
    "title",
    "question",
    "notes",
    "as_of",
    "unit",
    "demand",
    "assumptions",
    "options",
    "correlations",
    "break_even",
    "samples",
    "seed",
)
OPTION_KEYS = ("title", "model", "inputs", "notes")
SWEEP_KEYS = ("input", "from", "to", "scale")
CORRELATION_KEYS = ("inputs", "rank")
MAX_BYTES = 1024 * 1024
MAX_OPTIONS = 12
MAX_CORRELATIONS = 200
SAMPLES, SEED = 100_000, 1


@dataclass(frozen=True)
class Option:
    """One way to do it: a bound model."""

    id: str
    title: str
    bound: Bound


@dataclass(frozen=True)
class Sweep:
    """An input along which the options are compared, in the unit that the models declare."""

    input: str
    unit: str
    low: float
    high: float
    scale: str


@dataclass(frozen=True)
class Scenario:
    """A question with every option bound to figures and given values."""

    title: str
    question: str
    unit: str
    options: tuple[Option, ...]
    sweeps: tuple[Sweep, ...] = ()
    together: Together = field(default_factory=Together)
    samples: int = SAMPLES
    seed: int = SEED
    as_of: str = ""
    text: str = ""
    """The file as it was read."""

    def with_draws(self, samples: int | None, seed: int | None) -> Scenario:
        """Return the scenario with another number of draws or seed."""
        return replace(
            self,
            samples=self.samples if samples is None else samples,
            seed=self.seed if seed is None else seed,
        )

    def leaves(self) -> Iterator[tuple[Option, Input]]:
        """Yield every value of every option."""
        for option in self.options:
            for each in option.bound.leaves():
                yield option, each


class _Reader:
    """Collects what is wrong with a scenario, each with its line."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self._problems: list[tuple[int, str]] = []
        try:
            parsed = parse(text, places=True)
        except YamlProblem as problem:
            raise RackmathError(f"{name}:{self._line(problem.offset)}: {problem.message}") from None
        self.places = parsed.places
        self.data = parsed.data
        for offset, message in parsed.faults:
            self._note(self._line(offset), message)

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def say(self, path: tuple[str | int, ...], message: str) -> None:
        """Note a problem at the nearest known place of `path`."""
        at = path
        while at and at not in self.places:
            at = at[:-1]
        self._note(self._line(self.places.get(at, 0)), message)

    def _note(self, line: int, message: str) -> None:
        self._problems.append((line, f"{self.name}:{line}: {message}"))

    def say_of_setting(self, message: str) -> None:
        """Note a problem with what overrules the file: it has no line, and comes first."""
        self._problems.append((0, message))

    @property
    def problems(self) -> list[str]:
        """Return all that is wrong, from the top of the file down."""
        return [told for _, told in sorted(self._problems, key=lambda problem: problem[0])]

    def mapping(self, path: tuple[str | int, ...], value: Any, known: tuple[str, ...] | None) -> Mapping[str, Any]:
        where = ".".join(map(str, path)) or "a scenario"
        if not isinstance(value, Mapping):
            self.say(path, f"{where} must be a list of `name: value` lines, not {_kind(value)}")
            return {}
        if known is not None:
            for key in value:
                if key not in known:
                    self.say((*path, key), f"unknown key {key!r}{suggest(key, known)} known: {', '.join(known)}")
        return value

    def word(self, path: tuple[str | int, ...], value: Any, default: str = "") -> str:
        if value is None:
            return default
        if not isinstance(value, str) or len(value) > 2_000:
            self.say(path, f"{path[-1]} must be a text of at most 2,000 characters")
            return default
        return value.strip()

    def whole(self, path: tuple[str | int, ...], value: Any, default: int) -> int:
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            self.say(path, f"{path[-1]} must be a whole number")
            return default
        return int(value)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{value!r:.60}"


def read_file(path: Path) -> str:
    """Return the text of a scenario file; raise RackmathError when it is missing, too large or not text."""
    try:
        if path.is_dir():
            raise RackmathError(f"{path}: is a folder; give a scenario file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise RackmathError(f"{path}: {size:,} bytes; a scenario is at most {MAX_BYTES:,}")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise RackmathError(f"{path}: no such file") from None
    except OSError as problem:
        raise RackmathError(f"{path}: cannot be read: {problem.strerror}") from None
    if b"\0" in raw:
        raise RackmathError(f"{path}: is a binary file; a scenario is YAML text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None


def load(
    text: str,
    evidence: Evidence,
    *,
    name: str = "scenario",
    as_of: date | None = None,
    today: date | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Scenario:
    """Read, check and bind a scenario.

    Parameters
    ----------
    text
        The file's text.
    evidence
        The brains that figures come from.
    name
        The file's name, for messages.
    as_of
        Overrules the file's own date.
    today
        The date where neither is given; None for all that is known, with no age.
    overrides
        ``"input"`` (every option that has it), ``"option.input"``, or ``"option.input.inner"`` where the input is taken
        from a model, to a value that overrules the file's.

    Raises
    ------
    Problems
        Everything that is wrong, each with its line.
    """
    reader = _Reader(text, name)
    data = reader.mapping((), reader.data, KEYS)
    when = as_of or _date(reader, data.get("as_of")) or today
    unit = _unit(reader, data.get("unit"))
    shared = {}
    for section in ("demand", "assumptions"):
        if data.get(section) is not None:
            for key, value in reader.mapping((section,), data[section], None).items():
                if key in shared:
                    reader.say((section, key), f"{key} stands under both demand and assumptions; keep one")
                shared[key] = (section, value)
    written = reader.mapping(("options",), data.get("options"), None) if "options" in data else {}
    if not written:
        reader.say(("options",), "a scenario needs `options`: at least one, each with a `model`")
    if len(written) > MAX_OPTIONS:
        reader.say(("options",), f"{len(written)} options; at most {MAX_OPTIONS} can be compared")
        written = {}
    options = [
        option
        for key, value in written.items()
        if (option := _option(reader, key, value, shared, unit, evidence, when, dict(overrides or {})))
    ]
    _unused(reader, shared, overrides or {}, options, set(written))
    sweeps = _sweeps(reader, data.get("break_even"), options)
    together = _together(reader, data.get("correlations"), options)
    scenario = Scenario(
        title=reader.word(("title",), data.get("title"), name),
        question=reader.word(("question",), data.get("question")),
        unit=unit,
        options=tuple(options),
        sweeps=tuple(sweeps),
        together=together,
        samples=reader.whole(("samples",), data.get("samples"), SAMPLES),
        seed=reader.whole(("seed",), data.get("seed"), SEED),
        as_of=when.isoformat() if when else "",
        text=text,
    )
    if reader.problems:
        raise Problems(reader.problems)
    return scenario


def _date(reader: _Reader, value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        reader.say(("as_of",), f"as_of: {value!r} is not a day; write YYYY-MM-DD")
        return None


def _unit(reader: _Reader, value: Any) -> str:
    if value is None:
        return "USD/month"
    try:
        return canonical(str(value))
    except RackmathError as problem:
        reader.say(("unit",), f"unit: {problem}")
        return "USD/month"


def _option(
    reader: _Reader,
    key: str,
    value: Any,
    shared: Mapping[str, tuple[str, Any]],
    unit: str,
    evidence: Evidence,
    as_of: date | None,
    overrides: dict[str, str],
) -> Option | None:
    path = ("options", key)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", key):
        reader.say(path, f"{key[:60]!r} is not an option's name; use letters, digits, - and _")
        return None
    body = reader.mapping(path, value, OPTION_KEYS)
    if "model" not in body:
        if isinstance(value, Mapping):
            reader.say(path, f"option {key} needs a `model`; `rackmath models` lists them")
        return None
    try:
        model = get(str(body["model"]))
        convert(1.0, model.unit, unit)
    except RackmathError as problem:
        reader.say((*path, "model"), f"option {key}: {problem}")
        return None
    own = reader.mapping((*path, "inputs"), body["inputs"], None) if body.get("inputs") is not None else {}
    given = {name: raw for name, (_, raw) in shared.items() if name in model.parameters}
    given.update(own)
    for target, raw in overrides.items():
        option, name, inner = _target(target)
        if option in {"", key} and name in model.parameters:
            try:
                given[name] = _overruled(given.get(name), inner, raw)
            except RackmathError as problem:
                reader.say_of_setting(f"{target}: {problem}")
    streams = {name: f"shared.{name}" for name in shared if name not in own and f"{key}.{name}" not in overrides}
    try:
        bound = bind(model, given, evidence, as_of=as_of, label=lambda name: streams.get(name, f"options.{key}.{name}"))
    except Problems as several:
        for told in several.problems:
            reader.say(_place(told, key, own, shared), f"option {key}: {told}")
        return None
    return Option(key, reader.word((*path, "title"), body.get("title"), key), bound)


def _target(written: str) -> tuple[str, str, list[str]]:
    """Split ``input``, ``option.input`` or ``option.input.inner``: an input of the model that it is taken from."""
    option, name, *inner = written.split(".") if "." in written else ("", written)
    return option, name, inner


def _overruled(written: Any, inner: list[str], raw: str) -> Any:
    """Return what is written of an input with `raw` in its place, or in that of an input of its nested model."""
    if not inner:
        return raw
    if not (isinstance(written, Mapping) and "model" in written):
        raise RackmathError(f"the option does not take this input from a model, so it has no {inner[0][:60]!r}")
    own = written.get("inputs") or {}
    if not isinstance(own, Mapping):
        raise RackmathError("`inputs` of a nested model must name its inputs")
    return {**written, "inputs": {**own, inner[0]: _overruled(own.get(inner[0]), inner[1:], raw)}}


def _place(
    problem: str, key: str, own: Mapping[str, Any], shared: Mapping[str, tuple[str, Any]]
) -> tuple[str | int, ...]:
    """Return the place of the input that a problem is about: its message starts with the name, or quotes it."""
    quoted = re.search(r"has no input '([^']+)'", problem)
    name = quoted.group(1) if quoted else problem.split(":", 1)[0]
    if name in own:
        return ("options", key, "inputs", name)
    if name in shared:
        return (shared[name][0], name)
    return ("options", key)


def _unused(
    reader: _Reader,
    shared: Mapping[str, tuple[str, Any]],
    overrides: Mapping[str, str],
    options: list[Option],
    written: set[str],
) -> None:
    if {option.id for option in options} != written:
        return  # an option that could not be read may be the one that uses it
    known = {name for option in options for name in option.bound.model.parameters}
    for name, (section, _) in shared.items():
        if name not in known:
            reader.say((section, name), f"{name}: no option's model has this input{suggest(name, known)}")
    for target in overrides:
        option, name, _ = _target(target)
        fits = [each for each in options if option in {"", each.id} and name in each.bound.model.parameters]
        if not fits:
            places = [f"{each.id}.{each_name}" for each in options for each_name in each.bound.model.parameters]
            reader.say_of_setting(f"{target}: no option has this input{suggest(target, [*known, *places])}")


def _sweeps(reader: _Reader, written: Any, options: list[Option]) -> list[Sweep]:
    if written is None:
        return []
    if not isinstance(written, list):
        reader.say(("break_even",), "break_even must be a list: one line an input, `- {input, from, to, scale}`")
        return []
    found = []
    for index, each in enumerate(written):
        path: tuple[str | int, ...] = ("break_even", index)
        body = reader.mapping(path, each, SWEEP_KEYS)
        if not body:
            continue
        try:
            found.append(_sweep(body, options))
        except RackmathError as problem:
            reader.say(path, f"break_even: {problem}")
    return found


def _together(reader: _Reader, written: Any, options: list[Option]) -> Together:
    """Return the correlations of a scenario, by the streams of the inputs that it names."""
    if written is None:
        return Together()
    path: tuple[str | int, ...] = ("correlations",)
    if not isinstance(written, list) or len(written) > MAX_CORRELATIONS:
        reader.say(
            path, f"correlations must be a list of at most {MAX_CORRELATIONS} lines: `- {{inputs: [a, b], rank}}`"
        )
        return Together()
    pairs = []
    for index, each in enumerate(written):
        body = reader.mapping((*path, index), each, CORRELATION_KEYS)
        if not body:
            continue
        try:
            pairs.append(_pair(body, options))
        except RackmathError as problem:
            reader.say((*path, index), f"correlations: pair {index + 1}: {problem}")
    try:
        names = {leaf.stream: f"{each.id}.{leaf.name}" for each in options for leaf in each.bound.leaves()}
        return Together(tuple(pairs), names)
    except RackmathError as problem:
        reader.say(path, f"correlations: {problem}")
        return Together()


def _pair(body: Mapping[str, Any], options: list[Option]) -> Pair:
    names, rank = body.get("inputs"), body.get("rank")
    if not isinstance(names, list) or len(names) != 2 or not all(isinstance(each, str) for each in names):
        raise RackmathError("`inputs` must name two inputs: [rent.gpu_hour_price, api.output_price]")
    if isinstance(rank, bool) or not isinstance(rank, int | float):
        raise RackmathError(f"`rank` must be a number between -1 and 1, not {_kind(rank)}")
    first, second = (_stream(name, options) for name in names)
    return Pair(first, second, float(rank))


def _stream(target: str, options: list[Option]) -> str:
    """Return the stream of ``input`` or ``option.input``."""
    option, _, name = target.rpartition(".")
    named = [(each, leaf) for each in options for leaf in each.bound.leaves() if leaf.name == name]
    found = [leaf for each, leaf in named if option in {"", each.id}]
    if not found:
        known = {leaf.name for each in options for leaf in each.bound.leaves()}
        raise RackmathError(f"no option has an input called {target[:80]!r}{suggest(target, known)}")
    uncertain = {leaf.stream for leaf in found if leaf.uncertain}
    if not uncertain:
        raise RackmathError(f"{target[:80]} is one certain value; only a range can move together with another")
    if len(uncertain) > 1:
        places = ", ".join(f"{each.id}.{name}" for each, leaf in named if leaf.uncertain)
        raise RackmathError(f"{target[:80]} is drawn apart in several options; name one of {places}")
    return uncertain.pop()


def _sweep(body: Mapping[str, Any], options: list[Option]) -> Sweep:
    name = str(body.get("input", ""))
    declared = _declared(name, options)
    ends = []
    for key in ("from", "to"):
        if key not in body:
            raise RackmathError(f"{name} needs `from` and `to`")
        stated = parse_stated(body[key], declared.unit)
        ends.append(convert(stated.distribution.central(), stated.unit, declared.unit))
    low, high = ends
    scale = str(body.get("scale", "linear"))
    if scale not in {"log", "linear"}:
        raise RackmathError(f"scale: {scale!r} is neither log nor linear")
    if not low < high:
        raise RackmathError(f"{name}: `from` must be smaller than `to`")
    if scale == "log" and low <= 0:
        raise RackmathError(f"{name}: a log scale must start above 0")
    declared.check(name, low)
    declared.check(name, high)
    return Sweep(name, declared.unit, low, high, scale)


def _declared(name: str, options: list[Option]) -> Param:
    """Return the declaration of a number that some option has, or a model that one of its inputs is taken from."""
    leaves = [leaf for option in options for leaf in option.bound.leaves()]
    for leaf in leaves:
        if leaf.name == name and isinstance(leaf.declared, Param) and not isinstance(leaf.declared, Series):
            return leaf.declared
    known = {leaf.name for leaf in leaves}
    raise RackmathError(f"no option has a number called {name[:60]!r}{suggest(name, known)}")
