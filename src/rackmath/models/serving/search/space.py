"""What a search looks through: chips, formats, engines, layouts and loads, and which of them make sense together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rackmath.errors import RackmathError
from rackmath.models.serving.hardware import Accelerator, find_format
from rackmath.models.serving.rows import LARGEST, Configuration, Layout, check, read_row
from rackmath.models.serving.shape import Shape

ENGINES = ("vllm", "sglang", "trtllm")
NVIDIA = frozenset({"ampere", "ada", "hopper", "blackwell", "blackwell_pro"})
"""Architectures that TensorRT-LLM runs on."""
MOST_DEVICES = 8
LARGEST_REPLICA = 1024
MOST_SETUPS = 20_000


def _loads(*steps: float) -> tuple[float, ...]:
    """Return whole numbers up to some thousand, so many to a doubling as there are steps."""
    return tuple(step * 2**power for power in range(11) for step in steps if (step * 2**power).is_integer())


LOADS = _loads(1.0, 1.5)
"""Requests in flight on a replica that are tried: 1, 2, 3, 4, 6 … 1,536, two to a doubling."""
FINE_LOADS = _loads(1.0, 1.25, 1.5, 1.75)
"""Four to a doubling, where a limit is to be met closely."""


@dataclass(frozen=True)
class Space:
    """What is searched. Empty `precisions`: the model's own, and those that a chip computes in."""

    shape: Shape
    chips: tuple[Accelerator, ...]
    isl: float
    osl: float
    precisions: tuple[str, ...] = ()
    engines: tuple[str, ...] = ("vllm",)
    most_devices: int = MOST_DEVICES
    loads: tuple[float, ...] = LOADS
    tensor_ranks: tuple[int, ...] = ()
    """Tensor-parallel ranks to keep to; none: all that fit."""

    def __post_init__(self) -> None:
        for name, value in (("isl", self.isl), ("osl", self.osl), *(("concurrency", load) for load in self.loads)):
            if not 1 <= value <= LARGEST:
                raise RackmathError(f"{name} is {value:g}; a number from 1 to {LARGEST:,.0f} is wanted")
        if not 1 <= self.most_devices <= LARGEST_REPLICA:
            raise RackmathError(f"a replica of {self.most_devices} devices; from 1 to {LARGEST_REPLICA:,} are searched")
        for engine in self.engines:
            if engine not in ENGINES:
                raise RackmathError(f"no engine is called {engine[:40]!r}; {', '.join(ENGINES)} are known")
        for ranks in self.tensor_ranks:
            if ranks < 1 or self.shape.heads % ranks:
                raise RackmathError(
                    f"{ranks} tensor ranks do not divide the {self.shape.heads} heads of {self.shape.name}"
                )
        if not (self.chips and self.engines and self.loads):
            raise RackmathError("a search needs at least one chip, one engine and one load")


@dataclass(frozen=True)
class Setups:
    """The deployments of a space, each without its load; what was left out, and what is worth saying."""

    found: tuple[Configuration, ...]
    notes: tuple[str, ...] = field(default=())


def runs_on(engine: str, chip: Accelerator) -> bool:
    """Say whether an engine runs on an accelerator."""
    return engine != "trtllm" or chip.architecture in NVIDIA


def _doublings(most: int) -> Iterator[int]:
    size = 1
    while size <= most:
        yield size
        size *= 2


def layouts(shape: Shape, chip: Accelerator, most_devices: int) -> list[Layout]:
    """Return the layouts of a replica of at most `most_devices` that engines accept for a model.

    Tensor ranks divide the heads, and the key-value heads or are divided by them. Data ranks of attention are for
    mixtures of experts. Tensor, data and expert ranks stay inside the fast link's domain; stages begin where it ends.
    """
    near = min(most_devices, chip.domain)
    found = []
    for tp in _doublings(near):
        if shape.heads % tp or not (shape.kv_rank or shape.kv_heads % tp == 0 or tp % shape.kv_heads == 0):
            continue
        for dp in _doublings(near // tp) if shape.experts else (1,):
            ranks = tp * dp
            for ep in sorted({1, ranks}) if shape.experts else (1,):
                fits = ep <= shape.experts and shape.experts % ep == 0 and shape.expert_ffn % (ranks // ep) == 0
                if shape.experts and not fits:
                    continue
                moe_tp = ranks // ep if shape.experts else 1
                stages = _doublings(min(most_devices // ranks, shape.layers)) if ranks == near else (1,)
                found += [Layout(tp, dp, pp, moe_tp, ep) for pp in stages]
    return found


def formats(shape: Shape, chip: Accelerator) -> tuple[str, ...]:
    """Return the formats worth trying where none is asked for: the model's own, and narrower ones of the chip's."""
    own = find_format(shape.native)
    narrower = [name for name, held in (("fp8", chip.fp8_tflops), ("nvfp4", chip.fp4_tflops)) if held > 0]
    return (own.name, *(name for name in narrower if find_format(name).bytes < 0.9 * own.bytes))


def setups(space: Space) -> Setups:
    """Return every deployment of a space, and what is worth saying about formats and engines.

    Raises
    ------
    RackmathError
        A format is unknown, or nothing at all can be laid out.
    """
    found: dict[tuple[object, ...], Configuration] = {}
    notes: dict[str, None] = {}
    for chip in space.chips:
        every = layouts(space.shape, chip, space.most_devices)
        choices = [each for each in every if not space.tensor_ranks or each.tp in space.tensor_ranks]
        for engine in space.engines:
            if not runs_on(engine, chip):
                notes[f"{engine} does not run on {chip.name}: left out"] = None
                continue
            for precision in space.precisions or formats(space.shape, chip):
                pattern = _pattern(space, chip, engine, precision)
                notes.update(dict.fromkeys(_said(pattern)))
                for layout in choices:
                    key = (chip.name, engine, pattern.weights.name, pattern.attention.name, layout)
                    if key not in found:
                        found[key] = replace(pattern, layout=layout)
                        check(found[key])
        if len(found) > MOST_SETUPS:
            raise RackmathError(f"more than {MOST_SETUPS:,} deployments; ask for fewer chips, formats or devices")
    if not found:
        raise RackmathError(
            f"{space.shape.name} cannot be laid out as asked: "
            + ("; ".join(notes) or "no number of tensor ranks goes together with these chips and so few devices")
        )
    return Setups(tuple(found.values()), tuple(notes))


def _pattern(space: Space, chip: Accelerator, engine: str, precision: str) -> Configuration:
    """Return one deployment on a single device, read as a row of the batch format is, so that both agree."""
    row = {
        "model_path": space.shape.name,
        "system": chip.name,
        "backend": engine,
        "precision": precision,
        "isl": repr(space.isl),
        "osl": repr(space.osl),
        "concurrency": "1",
    }
    return read_row(row, lambda _: space.shape, lambda _: chip)


def _said(pattern: Configuration) -> Iterator[str]:
    chip, weights = pattern.chip, pattern.weights
    if not weights.weight_only and chip.peak(weights.arithmetic) == 0:
        yield (
            f"{weights.name} on {chip.name} is storage only: the chip has no {weights.arithmetic.upper()} arithmetic, "
            "so weights take less memory and are widened to BF16 to compute"
        )
