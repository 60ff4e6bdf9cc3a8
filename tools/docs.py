"""Write the docs that the program produces, or with --check say which are out of date.

* docs/models/<folder>.md: one section a model, from its declaration and docstring
* docs/cli.md: every command's help
* docs/http.md: every page, document and API call of the site
* in README.md and docs/*.md: the output below each ``$ rackmath …`` line of a ``console`` block
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from rackmath.brain.site import Site
from rackmath.cli.main import rackmath
from rackmath.kernel import Model, registry
from rackmath.kernel.params import unit_label
from rackmath.web.documents import MADE
from rackmath.web.pages import ROUTES
from rackmath.web.server import Setup, make_app

ROOT = Path(__file__).resolve().parents[1]
DAY = "1795392000"  # 2026-11-23: the day of every example, so that the docs are the same tomorrow
NOTICE = "<!-- Produced by `make docs`; edit the code instead. -->\n"


def model_section(model: Model) -> str:
    """Return one model's page: question, equation, inputs, limits, source."""
    lines = [f"## {model.title}", "", f"`{model.id}` · method {model.method} · in {unit_label(model.unit)}", ""]
    lines += [f"*{model.question}*", ""]
    body = model.doc.split("\n\n>>>")[0]
    body = re.sub(r"\.\. math::[ \t]*\n?((?:.+\n?)+)", lambda m: f"$$\n{' '.join(m.group(1).split())}\n$$\n", body)
    body = re.sub(r":math:`([^`]+)`", r"$\1$", body)
    body = re.sub(r"``([^`]+)``", r"`\1`", body)
    lines += [body, "", "| input | unit | bounds | default | what it is |", "|---|---|---|---|---|"]
    for name, declared in model.parameters.items():
        default = (
            f"figure `{declared.evidence}`"
            if declared.evidence
            else f"{declared.assumption} (assumed: {declared.because})"
        )
        cells = [f"`{name}`", declared.unit or "–", declared.describe_bounds(), default, declared.help]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    if model.infinite:
        lines += ["", f"Infinite when: {model.infinite}."]
    lines += ["", "Sources: " + ", ".join(f"<{url}>" if url.startswith("http") else url for url in model.sources)]
    return "\n".join(lines) + "\n"


def model_pages() -> dict[Path, str]:
    """Return a page for each folder of models, and their index."""
    folders: dict[str, list[Model]] = {}
    for model in registry().values():
        folders.setdefault(model.id.split(".")[0], []).append(model)
    pages = {}
    index = ["# Models", "", NOTICE, "| model | answers | unit | method |", "|---|---|---|---|"]
    for folder, models in folders.items():
        text = [f"# {folder}", "", NOTICE, *(model_section(model) for model in models)]
        pages[ROOT / "docs/models" / f"{folder}.md"] = "\n".join(text)
        for model in models:
            anchor = re.sub(r"[^a-z0-9 -]", "", model.title.lower()).replace(" ", "-")
            cells = [f"[{model.title}]({folder}.md#{anchor})", model.question, unit_label(model.unit), model.method]
            index.append("| " + " | ".join(cells) + " |")
    pages[ROOT / "docs/models/README.md"] = "\n".join(index) + "\n"
    return pages


def run(command: str, *, columns: int = 100) -> str:
    """Run one ``rackmath …`` line from the project's root, and return what it prints."""
    words = shlex.split(command)
    environment = {**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1", "SOURCE_DATE_EPOCH": DAY}
    program = str(Path(sys.executable).with_name("rackmath"))
    done = subprocess.run([program, *words[1:]], capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode not in {0, 2}:
        sys.exit(f"{command}: status {done.returncode}\n{done.stderr}")
    printed = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", done.stdout + done.stderr)  # differs with Python's version
    return "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))


def commands(command: click.Command, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command and of every command below it, groups before what they hold."""
    yield before
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], *before, name)


def help_of(words: Sequence[str]) -> str:
    """Return what ``--help`` prints, without starting a process for each of many commands."""
    done = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"}).invoke(rackmath, [*words, "--help"], prog_name="rackmath")
    if done.exit_code:
        sys.exit(f"rackmath {' '.join(words)} --help: status {done.exit_code}\n{done.output}")
    return "\n".join(line.rstrip() for line in done.output.strip("\n").split("\n"))


def cli_page() -> str:
    """Return the help of every command."""
    lines = ["# Commands", "", NOTICE]
    for words in commands(rackmath):
        lines += [f"## {' '.join(('rackmath', *words))}", "", "```text", help_of(words), "```", ""]
    return "\n".join(lines)


def http_page() -> str:
    """Return the addresses of the site: pages, documents, and the calls of the API."""
    lines = ["# Addresses", "", NOTICE]
    lines += [
        "Every page has its data as `.json`; pages of text have `.md`, lists have `.csv`.",
        "`?as_of=YYYY-MM-DD` shows any page as it was on that day.",
        "",
        "## Pages",
        "",
        *rows(("address", "what it does"), ((f"`{route.pattern}`", told(route.view.__doc__)) for route in ROUTES)),
        "",
        "## Documents",
        "",
        "`/feeds/<name>.atom` and `/feeds/<name>.json` (Atom and JSON Feed 1.1); `/feeds` lists the names.",
        "",
        *(f"* `{path}`" for path in MADE),
        "",
        "## API",
        "",
        "`/openapi.json` describes it whole. Reading is open; writing needs `Authorization: Bearer TOKEN`.",
        "",
    ]
    described = make_app(Site.open([]), Setup(keep=False)).app.openapi()
    calls = (
        (f"`{method.upper()} {path}`", told(call.get("description")), ", ".join(f"`{each}`" for each in asked_of(call)))
        for path, methods in described["paths"].items()
        for method, call in methods.items()
    )
    return "\n".join([*lines, *rows(("call", "what it does", "takes"), calls)]) + "\n"


def asked_of(call: dict[str, Any]) -> list[str]:
    """Return the names of a call's parameters."""
    return [each["name"] for each in call.get("parameters", ()) if each["in"] != "path"]


def told(text: str | None) -> str:
    """Return the first line of a docstring, as Markdown."""
    return re.sub(r"``([^`]+)``", r"`\1`", (text or "").strip().split("\n")[0])


def rows(head: Sequence[str], cells: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table."""
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *cells)]


def with_outputs(text: str) -> str:
    """Return a page with the output below each ``$ rackmath`` line of its console blocks written anew."""

    def block(match: re.Match[str]) -> str:
        commands = [line[2:] for line in match.group(1).split("\n") if line.startswith("$ rackmath")]
        parts = []
        for command in commands:
            output = run(command.split(" | head -")[0])
            if " | head -" in command:
                output = "\n".join(output.split("\n")[: int(command.rsplit("-", 1)[1])])
            parts.append(f"$ {command}\n{output}")
        return "```console\n" + "\n\n".join(parts) + "\n```" if parts else match.group(0)

    return re.sub(r"```console\n(.*?)\n```", block, text, flags=re.DOTALL)


def produced() -> dict[Path, str]:
    """Return every produced page by its path."""
    shutil.rmtree(ROOT / "build/tutorial-brain", ignore_errors=True)  # the tutorial makes it anew
    pages = {**model_pages(), ROOT / "docs/cli.md": cli_page(), ROOT / "docs/http.md": http_page()}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if path not in pages:
            pages[path] = with_outputs(path.read_text(encoding="utf-8"))
    return pages


def main(check: bool) -> int:
    """Write the pages, or say which differ."""
    stale = []
    for path, text in produced().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'out of date' if check else 'wrote'}: {path}")
    if check and stale:
        print("run `make docs`")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
