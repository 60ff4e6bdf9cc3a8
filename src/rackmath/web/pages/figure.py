"""A figure whole: what it says, of what, as of when, who says so, and what stands for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.web import jsonld
from rackmath.web.cards import card
from rackmath.web.charts.svg import Svg
from rackmath.web.charts.timeline import timeline
from rackmath.web.chips import figure_path
from rackmath.web.citing import cited_data, source_line, text_fragment
from rackmath.web.figure_rows import panels
from rackmath.web.note_data import dispute_data, figures_of, quote_for
from rackmath.web.numbers import unit_words
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.evidence import Figure

OTHERS = 30
"""Other figures of the same thing that the page lists; the quantity's page has all."""

WIDE, NARROW = 720.0, 350.0


def figure(site: Site, asked: Asked, *, id: str) -> Page:  # noqa: A002
    """Show a figure with all its fields, its neighbours, and what it clashes with."""
    it = site.figure(id, drafts=asked.drafts)
    if it is None:
        raise NotFound(f"there is no figure {id[:80]!r}; the figures are listed by quantity at /q")
    disputes = [each for each in site.conflicts(note_id=it.note_id) if it.id in (each.first.id, each.second.id)]
    same = {one.id: one for one in site.figures(quantity=it.quantity, subject=it.subject, drafts=asked.drafts)}
    near = [
        *same.values(),
        *(one for one in site.figures(note_id=it.note_id, drafts=asked.drafts) if one.id not in same),
    ]
    about_same = [one for one in same.values() if one.id != it.id]
    about_same.sort(key=lambda one: (one.as_of.latest, one.stated_on, one.id), reverse=True)
    feeds_into = [one for one in near if it.id in one.derived_from][:OTHERS]
    later = [one for one in near if it.id in one.supersedes][:OTHERS]
    known = {one.id: one for one in (it, *about_same[:OTHERS], *feeds_into, *later)}
    for name in (*it.derived_from, *it.supersedes):
        if name not in known and (other := site.figure(name, drafts=asked.drafts)) is not None:
            known[name] = other
    everything = {row["id"]: row for row in figures_of(site, list(known.values()), asked.day, disputes)}
    row = everything[it.id]
    quantity = site.quantity(it.quantity)
    note = site.card(it.note_id) if it.note_id else None
    source = site.source(it.source) if it.source else None
    cited = [cited_data(each, source) for each in site.citations(it.note_id) if each.citekey == it.source and it.source]
    sentence = quote_for(row, cited)
    sides = {name: each | {"own": name == it.id} for name, each in everything.items()}
    strange = [side for each in disputes for side in (each.first, each.second) if side.id not in sides]
    sides |= {each["id"]: each | {"own": False} for each in figures_of(site, strange, asked.day, ())}
    data = row | {
        "definition": quantity.definition if quantity else "",
        "half_life_days": it.half_life_days,
        "note_card": card(note) if note else None,
        "source_line": source_line(source) | {"goto": text_fragment(source.url, sentence)} if source else None,
        "sentence": sentence,
        "citations": cited,
        "derived": [everything[name] for name in it.derived_from if name in everything],
        "derived_missing": [name for name in it.derived_from if name not in everything],
        "feeds_into": [everything[one.id] for one in feeds_into],
        "superseded": [everything[name] for name in it.supersedes if name in everything],
        "superseded_by": [everything[one.id] for one in later],
        "others": [everything[one.id] for one in about_same[:OTHERS]],
        "other_count": len(about_same),
        "uses": [card(each) for each in site.figure_uses(it.id, drafts=asked.drafts) if each.id != it.note_id],
        "disputes": [dispute_data(each, sides) for each in disputes],
    }
    title = f"{row['subject_name']}: {row['quantity_name']}"
    return Page(
        path=figure_path(it.id),
        template="site/figure.html",
        title=f"{row['shown']} · {title}",
        description=f"{title}, {row['shown']}, as of {row['as_of']}. {row['claimant_words']}",
        data=data,
        markdown=_markdown(data),
        rows=[_flat(each) for each in (row, *data["others"])],
        jsonld={"@context": jsonld.CONTEXT, **jsonld.figure(it, row["subject_name"], row["quantity_name"])},
        html=_drawn([it, *about_same], everything, asked),
        links=(("up", row["quantity_href"]),),
    )


def _drawn(figures: Sequence[Figure], rows: Mapping[str, dict[str, Any]], asked: Asked) -> dict[str, Svg]:
    """Draw the figure among those of the same subject, in its own family of units; nothing for one alone."""
    mine = rows[figures[0].id]
    drawn = [rows[one.id] | {"label": rows[one.id]["who"] or rows[one.id]["claimant"]} for one in figures[: OTHERS + 1]]
    drawn[0]["label"] = "this figure"
    for unit, members in panels(drawn, mine["unit"]):
        if len(members) > 1 and any(member["id"] == mine["id"] for member in members):
            title = f"{mine['quantity_name']} of {mine['subject_name']}, {unit_words(unit)}"
            return {
                name: timeline(members, unit=unit, today=asked.day, key=f"when-{name}", title=title, width=width)
                for name, width in (("wide", WIDE), ("narrow", NARROW))
            }
    return {}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "subject", "quantity", "shown", "value", "low", "high", "unit", "scope_words", "as_of", "stated_on",
             "kind", "who", "claimant", "source", "rank", "note", "as_written")  # fmt: skip
    return {name: row[name] for name in names}


def _markdown(data: Mapping[str, Any]) -> str:
    facts = {
        "Value": data["shown"],
        "As written": data["said"],
        "Scope": data["scope_words"],
        "As of": data["as_of"],
        "Stated on": data["stated_on"],
        "Said by": data["claimant_words"],
        "Kind": data["kind"],
        "Source": f"[{data['source_title']}]({data['source_href']})" if data["source"] else "",
        "Sentence": data["sentence"],
        "Method": data["method"],
        "Freshness": data["freshness_words"],
        "Note": f"[{data['note_title']}]({data['note_href']})" if data["note_href"] else data["note_title"],
    }
    lines = [f"# {data['subject_name']}: {data['quantity_name']}", ""]
    return "\n".join([*lines, *(f"- {name}: {value}" for name, value in facts.items() if value)]) + "\n"


def every(site: Site) -> Iterator[dict[str, str]]:
    """List the figures of all notes that readers may see."""
    for one in site.figures():
        yield {"id": one.id}


ROUTES = [Route("/fig/{id}", figure, every)]
