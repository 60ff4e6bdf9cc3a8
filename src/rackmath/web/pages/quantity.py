"""Quantities: what each number means, and all its figures on a time axis and in a table, with where they disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.brain.agreement import agreements
from rackmath.errors import suggest
from rackmath.web.charts.timeline import timeline
from rackmath.web.chips import figure_path
from rackmath.web.figure_rows import Row, clashes, figure_row, panels
from rackmath.web.lists import address, cut, once
from rackmath.web.memo import kept_page, remembered
from rackmath.web.numbers import plain, plural, unit_words
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.pages.conflicts import dispute_row
from rackmath.web.pages.feeds import feed_links

if TYPE_CHECKING:
    from datetime import date

    from rackmath.brain.agreement import Agreement
    from rackmath.brain.entries import Card, QuantityEntry
    from rackmath.brain.site import Site
    from rackmath.evidence import Figure
    from rackmath.web.charts.svg import Svg

SIZE = 50
DISPUTES = 4
"""The most conflicts that the page of a quantity tells in words; the list of conflicts has all."""

MOST_HOLDING = 60
"""Series (subjects with one scope) that the page of a quantity tells of."""

WIDE, NARROW = 960.0, 350.0


@kept_page
def quantities(site: Site, asked: Asked) -> Page:
    """List the quantities, those with most figures first; ``?sort=name`` lists them by name."""
    counts = Counter(dispute.first.quantity for dispute in site.conflicts())
    found = remembered(site, "quantities", lambda: sorted(site.quantities(), key=lambda one: (-one.figures, one.id)))
    by_name = asked.get("sort") == "name"
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "href": quantity_path(one.id),
            "name": one.name or one.id,
            "definition": one.definition,
            "unit": one.unit,
            "unit_words": unit_words(one.unit),
            "half_life_days": one.half_life_days,
            "figures": one.figures,
            "subjects": one.subjects,
            "conflicts": counts.get(one.id, 0),
            "defined": one.defined,
        }
        for one in found
    ]
    if by_name:
        rows.sort(key=lambda row: row["name"].casefold())
    used = [row for row in rows if row["figures"]]
    part = cut(asked, len(used), 200)
    return Page(
        path="/q",
        template="site/quantities.html",
        title="Quantities",
        description=f"{plural(len(used), 'quantity', 'quantities')} with figures: what each number means.",
        data={
            "total": len(rows),
            "figures": sum(row["figures"] for row in rows),
            "by_name": by_name,
            "orders": [
                {"words": "most figures", "here": not by_name, "href": "/q"},
                {"words": "by name", "here": by_name, "href": "/q?sort=name"},
            ],
            "quantities": used[part.start : part.end],
            "list": part.data("/q", {"sort": "name" if by_name else ""}),
            "empty": [row for row in rows if not row["figures"]],
        },
        markdown="\n".join(
            [
                "# Quantities",
                "",
                *(
                    f"- [{row['name']}]({row['href']}): {plural(row['figures'], 'figure')}. {row['definition']}"
                    for row in rows
                ),
            ]
        )
        + "\n",
        rows=[{name: value for name, value in row.items() if name not in {"href", "unit_words"}} for row in rows],
    )


def quantity_path(quantity: str) -> str:
    """Return the address of a quantity."""
    return f"/q/{quote(quantity, safe='-_.~')}"


@kept_page
def quantity(site: Site, asked: Asked, *, quantity: str) -> Page:
    """Show what a quantity means and all its figures; ``?subject=`` keeps the figures of one subject."""
    entry = site.quantity(quantity)
    if entry is None:
        near = suggest(quantity, [one.id for one in site.quantities()])
        raise NotFound(f"there is no quantity {quantity!r}{near}; see /q")
    subject = asked.get("subject")[:200]
    disputes = [one for one in site.conflicts() if quantity in (one.first.quantity, one.second.quantity)]
    everything = site.figures(quantity=quantity)
    subjects = Counter(figure.subject for figure in everything)
    if subject and subject not in subjects:
        raise NotFound(
            f"no figure of {quantity} is about {subject!r}{suggest(subject, subjects)}; see {quantity_path(quantity)}"
        )
    figures = [figure for figure in everything if not subject or figure.subject == subject]
    against = clashes(disputes)
    cards = site.cards([figure.note_id for figure in figures])
    rows = [_row(site, figure, asked.day, cards, against) for figure in figures]
    rows.sort(
        key=lambda row: (row["rank"] == "deprecated", row["end"] or "9999", row["stated_on"], row["id"]), reverse=True
    )
    rows.sort(key=lambda row: row["rank"] == "deprecated")
    told = [one for one in disputes if not subject or subject in (one.first.subject, one.second.subject)]
    drawn = _charts(rows, entry, asked.day, several=not subject and len(subjects) > 1)
    path = quantity_path(quantity)
    part = cut(asked, len(rows), SIZE)
    data = {
        **_about(entry),
        "subject": subject,
        "subject_name": site.subject_name(subject) if subject else "",
        "count": len(rows),
        "stale": sum(row["stale"] for row in rows),
        "deprecated": sum(row["rank"] == "deprecated" for row in rows),
        "claimants": [
            {"kind": kind or "not stated", "count": count}
            for kind, count in Counter(row["claimant"] for row in rows).most_common()
        ],
        "subjects": [
            {
                "id": name,
                "name": site.subject_name(name),
                "count": count,
                "chosen": name == subject,
                "href": address(path, subject="" if name == subject else name),
            }
            for name, count in sorted(subjects.items(), key=lambda item: (-item[1], item[0]))
        ],
        "panels": [
            {"unit": unit, "unit_words": unit_words(unit), "figures": len(members)} for unit, members in drawn["panels"]
        ],
        "figures": rows[part.start : part.end],
        "list": part.data(path, {"subject": subject}),
        "conflicts": [dispute_row(site, one, asked.day) for one in told[:DISPUTES]],
        "conflict_count": len(told),
        "conflicts_href": address("/conflicts", quantity=quantity),
        "holds": [_holds(site, each) for each in agreements(figures, site.sources(), asked.day)][:MOST_HOLDING],
        "day": asked.day.isoformat(),
    }
    title = f"{data['name']} of {data['subject_name']}" if subject else data["name"]
    return Page(
        path=path,
        template="site/quantity.html",
        title=title,
        description=f"{plural(len(rows), 'figure')}: {entry.definition or 'not defined'}",
        data=data,
        markdown=_markdown(data, rows),
        rows=[_flat(row) for row in rows],
        jsonld=_jsonld(data),
        feeds=feed_links(f"q/{quantity}", f"Figures of {data['name']}"),
        html=drawn["html"],
    )


def _holds(site: Site, found: Agreement) -> Row:
    """Return which figure of a series holds, and how many independent witnesses its figures amount to."""
    latest, told = found.series.latest, found.triangulation
    return {
        "subject": latest.subject,
        "subject_name": site.subject_name(latest.subject),
        "scope": dict(latest.scope),
        "figure": latest.id,
        "href": figure_path(latest.id),
        "shown": f"{latest.shown} {unit_words(latest.unit)}".strip(),
        "as_of": str(latest.as_of),
        "stated_on": latest.stated_on.isoformat(),
        "stale": found.series.freshness.stale,
        "freshness": found.series.freshness.reason,
        "figures": len(found.series.figures),
        "effective": round(told.effective, 2) if told else 1.0,
        "facets": told.facets if told else 1,
        "origins": told.origins if told else 1,
        "triangulated": bool(told and told.triangulated),
        "disagreeing": len(told.disagreeing) if told else 0,
    }


def _row(site: Site, figure: Figure, day: date, cards: dict[str, Card], against: dict[str, list[str]]) -> Row:
    return figure_row(
        figure,
        day,
        card=cards.get(figure.note_id),
        subject=site.subject_name(figure.subject),
        source=site.source_title(figure.source) if figure.source else "",
        against=against.get(figure.id, ()),
    )


def _charts(rows: Sequence[Row], entry: QuantityEntry, day: date, *, several: bool) -> dict[str, Any]:
    """Draw one panel for each unit family, wide and narrow; a mark is named after whatever tells it from the others."""
    found = panels(rows, entry.unit)
    html: dict[str, Svg] = {}
    for place, (unit, members) in enumerate(found):
        labelled = [
            {**row, "label": row["subject_name"] if several else row["who"] or row["claimant"]} for row in members
        ]
        title = f"{entry.name or entry.id} over time, {unit_words(unit)}"
        for name, width in (("wide", WIDE), ("narrow", NARROW)):
            key = f"timeline-{place}-{name}"
            html[f"{name}{place}"] = timeline(labelled, unit=unit, today=day, key=key, title=title, width=width)
    return {"panels": found, "html": html}


def _about(entry: QuantityEntry) -> dict[str, Any]:
    low, high = entry.plausible
    ends = [plain(end) if end is not None else "" for end in (low, high)]
    limits = (
        f"{ends[0]} to {ends[1]}"
        if all(ends)
        else f"at least {ends[0]}"
        if ends[0]
        else f"at most {ends[1]}"
        if ends[1]
        else ""
    )
    return {
        "id": entry.id,
        "href": quantity_path(entry.id),
        "name": entry.name or entry.id,
        "definition": entry.definition,
        "defined": entry.defined,
        "unit": entry.unit,
        "unit_words": unit_words(entry.unit),
        "units": list(entry.units),
        "axes": list(entry.axes),
        "half_life_days": entry.half_life_days,
        "plausible": limits,
        "tolerance": entry.tolerance,
        "comparable_with": [{"id": other, "href": quantity_path(other)} for other in entry.comparable_with],
    }


def _flat(row: Row) -> dict[str, Any]:
    names = (
        "id",
        "quantity",
        "subject",
        "value",
        "low",
        "high",
        "unit",
        "as_written",
        "as_of",
        "stated_on",
        "kind",
        "who",
    )
    more = ("claimant", "source", "note", "rank", "stale", "freshness")
    scope = "; ".join(f"{axis}={value}" for axis, value in row["scope"].items())
    return {name: row[name] for name in (*names, *more)} | {"scope": scope, "conflicts": " ".join(row["conflicts"])}


def _markdown(data: dict[str, Any], rows: Sequence[Row]) -> str:
    lines = [f"# {data['name']}", "", data["definition"] or "Nobody has defined this quantity.", ""]
    lines += ["| subject | value | as of | said by | source |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        cells = (row["subject_name"], row["shown"], row["as_of"], row["who"] or row["claimant"], row["source_title"])
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    for row in data["conflicts"]:
        lines += ["", f"- {row['label']} ({row['strength']}): {row['explanation']}."]
    return "\n".join(lines) + "\n"


def _jsonld(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "StatisticalVariable",
        "name": data["name"],
        "description": data["definition"],
        "unitText": data["unit_words"],
        "url": data["href"],
    }


def _each(site: Site) -> Iterator[dict[str, str]]:
    return ({"quantity": one.id} for one in site.quantities() if one.figures)


ROUTES = [Route("/q", quantities, once), Route("/q/{quantity}", quantity, _each)]
