"""Small brains for the tests of evidence, written by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rackmath.evidence import Claimant, Figure, read_period
from rackmath.evidence.written import read_value
from rackmath.vault import Document, write_yaml

QUANTITIES: dict[str, dict[str, Any]] = {
    "rental-price": {
        "name": "Rental price",
        "definition": "What an hour of one GPU costs, listed.",
        "unit": "USD/GPU_hour",
        "axes": ["term", "market"],
        "half_life_days": 90,
        "plausible": [0.1, 100],
        "tolerance": 0.05,
    },
    "pue": {"name": "PUE", "unit": "W_facility/W_server", "half_life_days": 365, "plausible": [1, 3]},
    "chip-power": {"name": "Chip power", "unit": "W_chip/GPU"},
}
SUBJECTS: dict[str, dict[str, Any]] = {
    "h100-sxm": {"name": "NVIDIA H100 SXM", "kind": "chip", "part_of": ["h100-server"], "names": ["Hopper"]},
    "h100-server": {"name": "Server of eight H100", "kind": "server"},
}


def figure_entry(number: int, **changes: Any) -> dict[str, Any]:
    """A sound entry of a figures block; a change to None takes a key away."""
    entry = {
        "id": f"fig_{number}",
        "subject": "h100-sxm",
        "quantity": "rental-price",
        "value": 2.5,
        "unit": "USD/GPU_hour",
        "scope": {"term": "on-demand"},
        "as_of": "2026-05-24",
        "kind": "listed",
        "claimant": {"who": "a-cloud", "kind": "vendor"},
        "source": "cloud-2026",
        **changes,
    }
    return {key: value for key, value in entry.items() if value is not None}


def write_brain(
    folder: Path,
    entries: Iterable[Mapping[str, Any]],
    *,
    quantities: Mapping[str, Any] | None = None,
    subjects: Mapping[str, Any] | None = None,
    sources: Iterable[str] = ("cloud-2026",),
) -> Path:
    """Write a vault by hand, as an editor would: no journal."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("notes", "sources", "vocab"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "brain.yaml").write_text("format: 1\nid: brain_1\ntitle: Test\n")
    (folder / "vocab/quantities.yaml").write_text(write_yaml(QUANTITIES if quantities is None else quantities))
    (folder / "vocab/subjects.yaml").write_text(write_yaml(SUBJECTS if subjects is None else subjects))
    for citekey in sources:
        front = {"id": f"src_{citekey}", "type": "source", "citekey": citekey, "title": f"Prices of {citekey}"}
        (folder / f"sources/{citekey}.md").write_text(Document.compose({**front, "published": "2026-05-24"}, "").text)
    note = Document.compose({"id": "note_1", "type": "reading", "title": "What GPUs rent for"}, "Text.\n")
    (folder / "notes/prices.md").write_text(note.adding_block([dict(entry) for entry in entries]).text)
    return folder


def a_figure(value: Any, *, unit: str = "USD/GPU_hour", identity: str = "fig_1", **more: Any) -> Figure:
    """A figure without a vault."""
    period = read_period(more.pop("as_of", "2026-05-24"))
    reading = read_value(value, unit)
    stated: date = more.pop("stated_on", period.start)
    claimant = Claimant(*more.pop("claimant", ()))
    fields = {"subject": "h100-sxm", "quantity": "rental-price", "scope": {}, **more}
    return Figure(
        id=identity,
        reading=reading,
        as_written=str(value),
        unit=reading.unit,
        as_of=period,
        stated_on=stated,
        claimant=claimant,
        **fields,
    )
