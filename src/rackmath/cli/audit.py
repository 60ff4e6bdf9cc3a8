"""`rackmath audit`: recompute what a text says, and find what disagrees."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackmath.cli.common import Number, as_json, print_json, refuse, shorten, today, wrap, write_whole
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.audit import Finding

_KINDS = ("arithmetic", "conflict", "citation", "structure", "staleness")
_FAILS = ("never", "wrong", "ambiguous")
FOUND = 1
"""Exit status when `--fail-on` is met."""


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only findings of this sort; may be repeated."
)
@click.option("--min-confidence", type=Number(0, 1), default=0.0, help="Only findings at least this sure, 0 to 1.")
@click.option(
    "--fail-on",
    type=click.Choice(_FAILS),
    default="never",
    help="End with status 1 when there is a finding with this verdict, or a graver one.",
)
@click.option("--all", "all_of", is_flag=True, help="Also show what holds.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write one self-contained HTML page.")
@click.option(
    "--claim-review",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the sure arithmetic verdicts as schema.org ClaimReview (JSON-LD).",
)
@click.option(
    "--llm",
    metavar="URL",
    envvar="RACKMATH_LLM_URL",
    help="Also check claims that a language model proposes: the base of an OpenAI-compatible API. Off by default.",
)
@click.option("--llm-model", metavar="NAME", envvar="RACKMATH_LLM_MODEL", default="", help="Its name at that address.")
@click.option("--llm-private", is_flag=True, envvar="RACKMATH_LLM_PRIVATE", help="The address is in your own network.")
@as_json
def audit(
    path: Path,
    kinds: tuple[str, ...],
    min_confidence: float,
    fail_on: str,
    all_of: bool,
    report: Path | None,
    claim_review: Path | None,
    llm: str | None,
    llm_model: str,
    llm_private: bool,
    to_json: bool,
) -> None:
    """Check the figures of PATH: a page's text, a Markdown or text file, or a brain's folder.

    What follows from other figures of the same text is recomputed; what cannot all be true is put side by side.
    A verdict is wrong, ambiguous (a question), rounds or holds. JSON lists all of them. In a brain, findings that
    somebody settled (`rackmath brain settle`) do not count for --fail-on and are left out of the text.

    --llm sends the text to that address, with the key in RACKMATH_LLM_KEY if there is one. What comes back counts only
    if it stands in the text and its arithmetic and units check; a miss is then a question, never an accusation.
    """
    from rackmath.audit import audit_matter, read

    if path.is_file() and path.suffix.lower() in {".html", ".htm"}:
        raise RackmathError(f"{path}: is HTML, whose markup would be read as text; save the page's text and give that")
    if not llm:
        refuse(("llm_model", "llm_private"), "needs --llm URL")
    elif not llm_model:
        raise RackmathError("--llm needs the model's name at that address: --llm-model NAME")
    matter = read(path)
    found = audit_matter(matter, today(), kinds or _KINDS)
    if llm and "arithmetic" in (kinds or _KINDS):
        from rackmath.audit.audit import in_order
        from rackmath.audit.suggested import Endpoint, suggested

        endpoint = Endpoint(llm, llm_model, os.environ.get("RACKMATH_LLM_KEY", ""), llm_private)
        found = in_order([*found, *suggested(matter.notes, endpoint, found)])
    found = [each for each in found if each.confidence >= min_confidence]
    if report:
        from rackmath.web.audit_report import render_audit

        write_whole(report, render_audit(found, path.resolve().name, today()))
    if claim_review:
        _write_reviews(claim_review, found, path)
    open_ = _unsettled(path, found)
    if to_json:
        print_json([each.as_json() for each in found])
    else:
        for each in open_:
            if each.verdict not in ("holds", "rounds") or all_of:
                place = f"{each.path}:{each.line}" if each.path else f"line {each.line}" if each.line else ""
                click.secho(
                    f"{each.verdict}  {each.kind}  {each.confidence:.2f}  {shorten(each.note, 70)}  {place}".rstrip(),
                    bold=True,
                )
                click.echo(wrap(f"“{shorten(each.claim, 240)}”", "  "))
                click.echo(wrap(each.explanation, "  "))
                click.echo()
        counts: Counter[str] = Counter(each.verdict for each in found)
        click.echo(
            ", ".join(
                f"{counts[verdict]} {word}"
                for verdict, word in (
                    ("wrong", "wrong"),
                    ("ambiguous", "to be asked"),
                    ("rounds", "within rounding"),
                    ("holds", "hold"),
                )
            )
            + (f"; {len(found) - len(open_)} settled" if len(found) > len(open_) else "")
            + "."
        )
        if report:
            click.echo(f"report: {report}")
    graver = {"never": (), "wrong": ("wrong",), "ambiguous": ("wrong", "ambiguous")}[fail_on]
    if any(each.verdict in graver for each in open_):
        sys.exit(FOUND)


def _write_reviews(file: Path, found: Sequence[Finding], path: Path) -> None:
    import json

    from rackmath.audit.claim_review import claim_reviews

    told = claim_reviews(found, path.resolve().name, today()) or {"@context": "https://schema.org", "@graph": []}
    write_whole(file, json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _unsettled(path: Path, found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that nobody has settled; in a page or a file there is nobody who could."""
    if not (path / "brain.yaml").is_file():
        return list(found)
    from rackmath.audit.queue import cards_by_path
    from rackmath.audit.settled import key_of, settled
    from rackmath.brain.library import Library
    from rackmath.vault import Vault

    decided = settled(Vault.open(path, read_only=True))
    cards = cards_by_path(Library.open(path)) if decided else {}

    def settled_now(each: Finding) -> bool:
        entry = decided.get(key_of(each, cards[each.path].id if each.path in cards else ""))
        return entry is not None and entry.holds(today())

    return [each for each in found if not settled_now(each)]
