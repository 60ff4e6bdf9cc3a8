"""The docs: what the program produces is up to date, and what is promised is kept."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

from rackmath.cli.main import rackmath
from rackmath.kernel import registry

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (A\d\d\.\d+) \| (.+?) \| (done|planned) \| (.*?) \|$", re.MULTILINE)

COMMAND = re.compile(r"`rackmath ([a-z][^`]*)`")
MODEL = re.compile(r"`([a-z_]+\.[a-z_]+)`")
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("docs_maker", ROOT / "tools/docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow  # `make lint` asks the same
def test_produced_pages_are_up_to_date(maker):
    stale = [
        str(path.relative_to(ROOT))
        for path, text in maker.produced().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs`"


def promises():
    return ROW.findall((ROOT / "docs/methods.md").read_text(encoding="utf-8"))


def test_every_method_stands_once_in_the_list():
    codes = [code for code, *_ in promises()]
    assert len(codes) == len(set(codes)) == 203


def test_the_list_of_methods_is_the_registry():
    promised: dict[str, set[str]] = {
        code: set(MODEL.findall(where)) for code, _, status, where in promises() if status == "done"
    }
    registered: dict[str, set[str]] = {}
    for model in registry().values():
        registered.setdefault(model.method, set()).add(model.id)
    for code, models in registered.items():
        assert promised.get(code) == models, f"docs/methods.md: {code} is {sorted(models)}"
    for code, models in promised.items():
        assert models <= set(registry()), code


def test_what_is_done_says_where():
    """A method that no function of inputs can hold is done by a command or a page; a command must be there."""
    for code, _, status, where in promises():
        assert status == "planned" or where.strip(), f"docs/methods.md: {code} says not where"
        for words in COMMAND.findall(where):
            assert command_of(words.split()), f"docs/methods.md: {code}: there is no command {words!r}"


def command_of(words):
    """Return the command that these words name; words behind it are its arguments."""
    found = rackmath
    for word in words:
        if not isinstance(found, click.Group):
            break
        found = found.get_command(click.Context(found), word)
    return found if found is not rackmath else None


def test_what_is_planned_names_nothing():
    assert [code for code, _, status, where in promises() if status == "planned" and where.strip()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_scenarios_in_the_docs_are_read(maker):
    """Every YAML block of the scenario page binds against the bundled brain."""
    from rackmath.evidence import Evidence
    from rackmath.kernel.scenario import load

    text = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        assert load(block, Evidence.load()).options


def test_every_command_has_its_help_in_the_docs():
    """Read from the page itself: each group lists its commands, and each of them has a section."""
    sections = dict(
        re.findall(r"^## (rackmath.*?)\n\n```text\n(.*?)```", (ROOT / "docs/cli.md").read_text("utf-8"), re.M | re.S)
    )
    waiting, seen = ["rackmath"], []
    while waiting:
        name = waiting.pop()
        seen.append(name)
        listed = sections[name].partition("Commands:\n")[2]
        waiting += [f"{name} {word}" for word in re.findall(r"^  ([a-z-]+)(?:  |$)", listed, re.M)]
    assert sorted(seen) == sorted(sections)
    assert len(seen) > 40
