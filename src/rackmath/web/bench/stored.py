"""The scenarios that a site has: those in the ``scenarios`` folder of its brains, then the bundled ones."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError, suggest
from rackmath.evidence import STARTER
from rackmath.kernel.scenario import read_file
from rackmath.vault.yamltext import YamlProblem, parse

if TYPE_CHECKING:
    from rackmath.brain.site import Site

FOLDER = "scenarios"
BUNDLED = STARTER.parent / FOLDER
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
MOST = 500


@dataclass(frozen=True)
class Stored:
    """A scenario with a name: `brain` is the title of the brain that holds it, empty for a bundled one."""

    name: str
    text: str
    title: str
    question: str
    options: int
    brain: str = ""

    @property
    def href(self) -> str:
        """The address of its decision."""
        return f"/scenarios/{self.name}"


def stored(site: Site) -> list[Stored]:
    """Return every scenario by name; where two have one name the first brain's counts."""
    found: dict[str, Stored] = {}
    folders = [(library.path / FOLDER, library.title) for library in site.libraries if library.path != STARTER]
    for folder, brain in [*folders, (BUNDLED, "")]:
        for path in sorted(folder.glob("*.yaml"))[:MOST]:
            if path.stem not in found and (one := _read(path, brain)) is not None:
                found[path.stem] = one
    return sorted(found.values(), key=lambda each: (not each.brain, each.name))


def find_stored(site: Site, name: str) -> Stored | None:
    """Return one scenario by its name."""
    return next((each for each in stored(site) if each.name == name), None)


def no_scenario(site: Site, name: str) -> str:
    """Say that a site has no scenario of a name, and which of its names are near."""
    near = suggest(name, [each.name for each in stored(site)])
    return f"there is no scenario {name[:80]!r}{near or ';'} /scenarios lists those there are"


def _read(path: Path, brain: str) -> Stored | None:
    """Return a scenario with what its head says; None for a file that is none, or leads elsewhere."""
    if not NAME.fullmatch(path.stem) or path.is_symlink() or not path.is_file():
        return None
    with suppress(RackmathError):
        text = read_file(path)
        head = head_of(text)
        return Stored(path.stem, text, head["title"] or path.stem, head["question"], head["options"], brain)
    return None


def head_of(text: str) -> dict[str, Any]:
    """Return title, question and number of options of a scenario's text; empty where it cannot be read."""
    try:
        data = parse(text).data
    except YamlProblem:
        data = None
    body = data if isinstance(data, dict) else {}
    options = body.get("options")
    return {
        "title": str(body.get("title") or "")[:200],
        "question": str(body.get("question") or "")[:500],
        "options": len(options) if isinstance(options, dict) else 0,
    }


def slug_of(title: str) -> str:
    """Return a name for a scenario made of its title."""
    made = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60].strip("-")
    return made or "scenario"
