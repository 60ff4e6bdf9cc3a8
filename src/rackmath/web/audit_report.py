"""An audit as one page that can be mailed: what was found first, then each finding with its sentence and its sum."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from rackmath.audit.claim_review import claim_reviews
from rackmath.audit.finding import Finding
from rackmath.audit.settled import key_of
from rackmath.web.audit_rows import NARROW, WIDE, by_note, chart, finding_row, headline, strip, summary, telling
from rackmath.web.page import render
from rackmath.web.site_render import embedded

MOST = 1_500
"""Findings that one file shows; the gravest come first, and the rest are counted."""

OPEN = ("wrong", "ambiguous")


def render_audit(findings: Sequence[Finding], name: str, day: datetime.date) -> str:
    """Return an audit as one self-contained HTML page: no script, no request, light, dark and paper.

    Parameters
    ----------
    findings
        What was found, the gravest first.
    name
        What was audited.
    """
    told = summary(findings)
    rows, seen = [], set()
    for finding in sorted(findings, key=telling):
        key = key_of(finding, finding.path)
        if finding.verdict in OPEN and key not in seen:
            seen.add(key)
            rows.append(finding_row(finding, key))
    shown = rows[:MOST]
    html: dict[str, Any] = {"strip": strip(told)} if told["total"] else {}
    for row in shown:
        html[f"wide-{row['key']}"] = chart(row, WIDE, "-w")
        html[f"narrow-{row['key']}"] = chart(row, NARROW, "-n")
    holding = [each for each in findings if each.verdict not in OPEN and each.kind == "arithmetic"]
    return render(
        "audit/report.html",
        ("base.css", "charts.css", "report.css", "audit.css"),
        name=name,
        day=day.isoformat(),
        headline=headline(told),
        summary=told,
        groups=by_note(shown),
        more=len(rows) - len(shown),
        holding=[finding_row(each, key_of(each, each.path)) for each in holding[:200]],
        held=len(holding),
        html=html,
        jsonld=embedded(claim_reviews(findings, name, day)),
    )
