"""The audit of the site's brains: what does not follow, what is to be asked and, on demand, what holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.audit.claim_review import claim_reviews
from rackmath.audit.finding import KINDS, Finding
from rackmath.audit.queue import cards_by_path
from rackmath.audit.settled import Settled, key_of, settled
from rackmath.brain.entries import PUBLIC, Card
from rackmath.vault import Vault
from rackmath.web.audit_rows import (
    KIND_WORDS,
    NARROW,
    VERDICT_WORDS,
    WIDE,
    by_note,
    chart,
    finding_row,
    headline,
    strip,
    summary,
    telling,
)
from rackmath.web.audited import Audited, audit_of, audit_page
from rackmath.web.lists import address, once
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.web.charts.svg import Svg

SHOWN = 25
"""Findings of one page."""

MOST_STATIC = 400
"""Findings of a static page, which has no next one."""

OPEN = ("wrong", "ambiguous")


@audit_page
def audit(site: Site, asked: Asked) -> Page:
    """Show the findings by note, the gravest first; ``?kind=`` shows one sort, ``?show=all`` also what holds."""
    kind, show = asked.get("kind"), asked.get("show") or "open"
    if (kind and kind not in KINDS) or show not in ("open", "all", "settled"):
        raise NotFound("there are no findings of that sort; see /audit")
    told = [(library, audit_of(library, asked.day)) for library in site.libraries]
    rows, findings = [], []
    for library, each in told:
        seen = list(_seen(library, each, drafts=asked.drafts))
        findings += [finding for finding, *_ in seen]
        rows += [_row(library, *one) for one in seen]
    wanted = [row for row in rows if _wanted(row, kind, show)]
    first = max(0, int(asked.get("from") or 0)) if (asked.get("from") or "0").isdigit() else 0
    most = MOST_STATIC if asked.static else SHOWN
    shown = wanted[first : first + most]
    counts = summary(findings)
    html: dict[str, Svg] = {"strip": strip(counts)} if counts["total"] else {}
    for row in shown:
        html[f"wide-{row['key']}"] = chart(row, WIDE, "-w")
        html[f"narrow-{row['key']}"] = chart(row, NARROW, "-n")
    ready = all(each.ready for _, each in told)
    said = headline(counts) if ready or counts["total"] else "The first audit is running"
    asked_with = {"kind": kind, "show": "" if show == "open" else show}
    data = {
        "day": asked.day.isoformat(),
        "headline": said,
        "ready": ready,
        "notices": _notices(told),
        "summary": counts,
        "choices": _choices(kind, show),
        "kinds": _kinds(rows, kind, show),
        "groups": by_note(shown),
        "count": len(wanted),
        "before": _from(kind, show, max(0, first - most)) if first and not asked.static else "",
        "after": _from(kind, show, first + most) if first + most < len(wanted) and not asked.static else "",
    }
    return Page(
        path="/audit",
        template="site/audit.html",
        title="Audit",
        description=f"{said}: figures recomputed, citations looked into, statements held side by side.",
        data=data,
        markdown=_markdown(said, wanted),
        rows=[{name: row[name] for name in _COLUMNS} for row in wanted],
        jsonld=claim_reviews([finding for finding in findings if finding.verdict in OPEN or show == "all"][:200],
                             site.title, asked.day),
        html=html,
        styles=("audit.css", "write.css"),
        query="&".join(f"{name}={value}" for name, value in asked_with.items() if value),
    )  # fmt: skip


_COLUMNS = ("kind", "rule", "verdict", "confidence", "note", "path", "line", "claim", "claimed", "recomputed", "unit",
            "formula", "explanation", "key")  # fmt: skip


def _seen(
    library: Library, told: Audited, *, drafts: bool
) -> Sequence[tuple[Finding, str, Card | None, Settled | None]]:
    """Return the findings that a reader may see, each with its key, its note and what was decided about it."""
    cards = cards_by_path(library)
    decided = settled(Vault.open(library.path, read_only=True))
    found, keys = [], set()
    for finding in sorted(told.findings, key=telling):
        card = cards.get(finding.path)
        if finding.path and (card is None or not (drafts or card.status in PUBLIC)):
            continue
        key = key_of(finding, card.id if card else "")
        if key not in keys:  # the same said twice of the same figures is one thing to look at
            keys.add(key)
            found.append((finding, key, card, decided.get(key)))
    return found


def _row(library: Library, finding: Finding, key: str, card: Card | None, entry: Settled | None) -> dict[str, Any]:
    decision = None
    if entry is not None:
        decision = {name: getattr(entry, name) for name in ("decision", "because", "until", "by", "date")}
    return finding_row(finding, key, card) | {"brain": library.id, "settled": decision}


def _wanted(row: Mapping[str, Any], kind: str, show: str) -> bool:
    if kind and row["kind"] != kind:
        return False
    if show == "settled":
        return row["settled"] is not None
    return show == "all" or (row["verdict"] in OPEN and row["settled"] is None)


def _notices(told: Sequence[tuple[Library, Audited]]) -> list[dict[str, str]]:
    found = []
    for library, each in told:
        if each.problem:
            found.append({"title": "Not audited", "look": "bad", "words": f"{library.title}: {each.problem}"})
        elif not each.ready:
            words = f"{library.title} is being audited. Its findings will stand here; load the page again in a while."
            found.append({"title": "Being audited", "look": "open", "words": words})
        elif not each.current:
            words = f"{library.title} has changed; it is being audited again. These findings are of before the change."
            found.append({"title": "Being audited again", "look": "open", "words": words})
    return found


def _choices(kind: str, show: str) -> list[dict[str, Any]]:
    named = (("open", "What is open"), ("settled", "What was settled"), ("all", "Also what holds"))
    return [{"words": words, "href": _from(kind, name, 0), "here": show == name} for name, words in named]


def _kinds(rows: Sequence[Mapping[str, Any]], kind: str, show: str) -> list[dict[str, Any]]:
    found = [{"words": "All", "href": _from("", show, 0), "here": not kind}]
    for name in KINDS:
        count = sum(_wanted(row, name, show) for row in rows)
        if count or name == kind:
            words = f"{KIND_WORDS[name]} ({count})"
            found.append({"words": words, "href": _from(name, show, 0), "here": kind == name})
    return found


def _from(kind: str, show: str, first: int) -> str:
    return address("/audit", {"kind": kind, "show": "" if show == "open" else show, "from": first or ""})


def _markdown(head: str, rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["# Audit", "", f"{head}.", ""]
    for row in rows:
        where = f"[{row['note']}]({row['href']})" if row["href"] else row["note"]
        lines.append(f"- {VERDICT_WORDS[row['verdict']][0]}: {where}: {row['explanation']}")
    return "\n".join(lines) + "\n"


ROUTES = [Route("/audit", audit, once)]
