"""Small brains for tests: written by hand, file by file, without a journal."""

from __future__ import annotations

from pathlib import Path

from rackmath.brain.snapshots import make
from rackmath.vault import write_yaml

BRAIN = "format: 1\nid: brain_00000000000000000000000001\ntitle: Test brain\nlicence: CC-BY-4.0\ncontributors: [ann]\n"


def make_brain(root: Path, brain: str = BRAIN, people: tuple[str, ...] = ("ann", "bob")) -> Path:
    """Make an empty brain with contributors."""
    root.mkdir(parents=True, exist_ok=True)
    put(root, "brain.yaml", brain)
    for handle in people:
        put(root, f"contributors/{handle}.yaml", f"handle: {handle}\nname: {handle.title()} Example\n")
    return root


def put(root: Path, rel: str, text: str) -> Path:
    """Write a file of a brain."""
    path = root / rel
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def note(root: Path, name: str, body: str = "Words.", *, kind: str = "thesis", **front: object) -> str:
    """Write a published note; return its id. A front matter value of None leaves the key out."""
    fields: dict[str, object] = {
        "id": f"note_{name}",
        "type": kind,
        "title": name.replace("-", " ").capitalize(),
        "status": "published",
        "created": "2026-01-01",
        "updated": "2026-01-01",
        "contributors": ["ann"],
        **front,
    }
    head = write_yaml({key: value for key, value in fields.items() if value is not None})
    put(root, f"notes/{kind}/{name}.md", f"---\n{head}---\n\n{body}\n")
    return str(fields["id"])


def source(root: Path, citekey: str, **front: object) -> str:
    """Write a source; return its citekey."""
    fields: dict[str, object] = {
        "id": f"src_{citekey}",
        "type": "source",
        "citekey": citekey,
        "title": f"About {citekey}",
        "url": f"https://example.com/{citekey}",
        **front,
    }
    put(root, f"sources/{citekey}.md", f"---\n{write_yaml({k: v for k, v in fields.items() if v is not None})}---\n")
    return citekey


def snapshot(root: Path, citekey: str, text: str, captured_at: str = "2026-01-01") -> str:
    """Keep a text of a source; return its address."""
    taken = make(citekey, text.encode(), captured_at=captured_at, name="page.txt")
    put(root, taken.record.path, taken.record.json)
    put(root, taken.record.text_path, taken.text)
    return taken.record.sha256


def figure(name: str, value: object, **more: object) -> str:
    """Return a figures block with one figure."""
    fields: dict[str, object] = {
        "id": f"fig_{name}",
        "subject": "h100",
        "quantity": "price",
        "value": value,
        "unit": "USD/GPU_hour",
        "as_of": "2026-01",
        "kind": "reported",
        "source": "acme",
        **more,
    }
    return f"```figures\n{write_yaml([fields])}```\n"


QUANTITIES = """price:
  name: rental price
  definition: what an hour of a GPU costs
  unit: USD/GPU_hour
  half_life_days: 90
  tolerance: 0.02
cost:
  name: hourly cost
  unit: USD/GPU_hour
  comparable_with: [price]
"""


def reviewed(root: Path, note_id: str, substance: str, by: str, verdict: str = "approve") -> None:
    """Add to a note's review file."""
    path = root / f"reviews/{note_id}.yaml"
    before = path.read_text() if path.exists() else ""
    put(
        root,
        f"reviews/{note_id}.yaml",
        f"{before}- by: {by}\n  verdict: {verdict}\n  substance: {substance}\n  at: 2026-01-02\n",
    )
