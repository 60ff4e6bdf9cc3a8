"""Search: what was found, why, and how to narrow it; and what comes near when nothing answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError
from rackmath.web.cards import card
from rackmath.web.figure_rows import names_of, shown
from rackmath.web.found import DEEPEST, Answer, matching_figures, search_site
from rackmath.web.lists import Slice, address, once
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.pages.contributors import SECTIONS

if TYPE_CHECKING:
    from rackmath.brain.find import Facet, Hit
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

SIZE = 10

FACETS = {
    "kind": ("Kind", 8),
    "tag": ("Tag", 12),
    "by": ("Contributor", 8),
    "source": ("Source", 8),
    "year": ("Year", 8),
}
"""Facets in the order of the page: their names, and how many values each shows."""

HELP = (
    ("H100 price", "notes about these words, in whatever form; names that mean the same are looked for too"),
    ('"on demand"', "exactly these words in a row"),
    ("-spot", "without this word"),
    ("$0.30 44%", "a number as a value, however it is printed"),
    (">3 USD/GPU_hour", "amounts in a unit: also 2..4 USD/Mtok and <=700 W"),
    ("kind:thesis", "a kind of note: " + ", ".join(SECTIONS)),
    ("tag:pue by:ada", "a tag, a contributor"),
    ("source:arxiv.org", "a source by its key, its domain or words of its title"),
    ("has:figure", "also has:citation, has:conflict, has:link, has:source"),
    ("year:2026", "the year in which a note last changed in substance"),
    ("as-of:2026-04", "what the brain held at the end of that month"),
)

_AS_OF = re.compile(r"as[-_]?of:", re.IGNORECASE)
_TOKEN = re.compile(r'-?[A-Za-z][A-Za-z_-]{1,15}:(?:"[^"]*"|[^\s"]+)|"[^"]*"?|\S+')


def search(site: Site, asked: Asked) -> Page:
    """Answer ``?q=``, ten notes a page."""
    text = " ".join(asked.get("q").split())
    data: dict[str, Any] = {"q": text, "hits": [], "facets": [], "read_as": [], "problem": "", "help": list(HELP)}
    data |= {
        "answered": False,
        "total": 0,
        "no_answer": "",
        "then": None,
        "list": Slice(0, 0, 0, 1, 1).data("/search", {"q": text}),
    }
    if text:
        written = asked.get("page")
        number = (
            min(int(written), DEEPEST // SIZE) if written.isascii() and written.isdigit() and len(written) < 9 else 1
        )
        start = (max(number, 1) - 1) * SIZE
        try:
            answer = search_site(site, text, limit=SIZE, offset=start, drafts=asked.drafts)
        except RackmathError as error:
            data["problem"] = f"{str(error)[:1].upper()}{str(error)[1:]}."
        else:
            data |= _told(site, text, answer, start, drafts=asked.drafts)
            data["then"] = _then(text, answer, asked)
    return Page(
        path="/search",
        template="site/search.html",
        title=f"{text} · search" if text else "Search",
        description="Search the notes, their figures and their sources.",
        data=data,
        markdown=_markdown(data),
        rows=[
            {"title": hit["note"]["title"], "href": hit["note"]["href"], "kind": hit["note"]["kind"]}
            | {"score": hit["score"], "why": "; ".join(hit["why"])}
            for hit in data["hits"]
        ],
        index=False,
    )


def _told(site: Site, text: str, answer: Answer, start: int, *, drafts: bool) -> dict[str, Any]:
    """Return an answer as plain data."""
    cards = site.cards([hit.id for _, hit in answer.hits], drafts=drafts)
    names = names_of(site)
    hits = []
    for library, hit in answer.hits:
        if hit.id in cards:
            hits.append(_hit(library, hit, card(cards[hit.id]), answer, names))
    total = min(answer.total, DEEPEST)
    pages = max(1, -(-total // SIZE))
    part = Slice(start, min(start + len(hits), total), total, start // SIZE + 1, pages)
    return {
        "hits": hits,
        "total": answer.total,
        "answered": answer.answered,
        "no_answer": "" if answer.answered else _no_answer(answer),
        "read_as": list(_read_as(answer)),
        "facets": [_facet(site, text, name, answer.facets.get(name, ())) for name in FACETS if answer.facets.get(name)],
        "list": part.data("/search", {"q": text}),
    }


def _then(text: str, answer: Answer, asked: Asked) -> dict[str, str] | None:
    """Return the same search on the day that an ``as-of:`` in the query names, unless that is the day of the view."""
    day = answer.query.as_of
    if day is None or day == asked.as_of:
        return None
    rest = " ".join(token for token in _TOKEN.findall(text) if not _AS_OF.match(token))
    return {"day": day.isoformat(), "href": address("/search", q=rest, as_of=day.isoformat())}


def _hit(library: Library, hit: Hit, note: dict[str, Any], answer: Answer, names: Mapping[str, str]) -> dict[str, Any]:
    figures = matching_figures(library, hit, answer.query, names)
    passage = pieces(hit.plain_passage, hit.spans)
    if any(hit.plain_passage.startswith(f"{figure.subject} {figure.quantity} ") for figure in figures):
        passage = pieces(note["excerpt"], ())  # the figure itself stands below, in words
    return {
        "note": note,
        "title": [{"text": hit.title, "mark": False}],
        "passage": passage,
        "score": round(hit.score, 4),
        "good": hit.good,
        "share": round(100 * hit.score),
        "strength": strength(hit.score, good=hit.good),
        "why": [str(reason) for reason in hit.why],
        "figures": [
            {
                "id": figure.id,
                "href": f"/fig/{figure.id}",
                "words": f"{names.get(figure.subject) or figure.subject}, "
                f"{names.get(figure.quantity) or figure.quantity}: {shown(figure)} ({figure.as_of})",
            }
            for figure in figures
        ],
    }


def strength(score: float, *, good: bool) -> str:
    """Return how sure it is that a note answers, in words."""
    if not good:
        return "comes near"
    return "strong match" if score >= 0.75 else "good match" if score >= 0.5 else "likely match"


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[dict[str, Any]]:
    """Cut a text into what is marked and what is not."""
    found: list[dict[str, Any]] = []
    at = 0
    for start, end in sorted(spans):
        if start < at or end <= start or end > len(text):
            continue
        if start > at:
            found.append({"text": text[at:start], "mark": False})
        found.append({"text": text[start:end], "mark": True})
        at = end
    return [*found, {"text": text[at:], "mark": False}] if at < len(text) else found


def _read_as(answer: Answer) -> Iterable[str]:
    """Say which words were read otherwise than they were typed."""
    for word, read in answer.corrected.items():
        yield f"No note says “{word}”: read as “{read}”."
    for word, others in list(answer.expanded.items())[:4]:
        more = " or ".join(f"“{other}”" for other in list(others)[:3])
        yield f"“{word}” was also looked for as {more}."


def _no_answer(answer: Answer) -> str:
    if not answer.total:
        return "Nothing here has these words, or words that mean the same."
    return f"{plural(answer.total, 'note')} share some of the words, and none is about them."


def toggled(text: str, name: str, value: str) -> str:
    """Return a query with a filter put on, or taken off if it has it."""
    written = f'"{value}"' if re.search(r"\s", value) else value
    tokens = _TOKEN.findall(text)
    mine = [token for token in tokens if _same(token, name, value)]
    kept = [token for token in tokens if token not in mine]
    return " ".join(kept if mine else [*tokens, f"{name}:{written}"])


def _same(token: str, name: str, value: str) -> bool:
    key, colon, rest = token.partition(":")
    return bool(colon) and key.casefold() == name and rest.strip('"').casefold() == value.casefold()


def _facet(site: Site, text: str, name: str, values: Sequence[Facet]) -> dict[str, Any]:
    """Return a facet whose values are links that put a filter on or take it off."""
    label, most = FACETS[name]
    rows = []
    for facet in values[:most]:
        chosen = any(_same(token, name, facet.value) for token in _TOKEN.findall(text))
        rows.append(
            {"value": facet.value, "name": _called(site, name, facet.value), "count": facet.count}
            | {"chosen": chosen, "href": address("/search", q=toggled(text, name, facet.value))}
        )
    return {"facet": name, "label": label, "values": rows}


def _called(site: Site, name: str, value: str) -> str:
    match name:
        case "kind":
            return SECTIONS[value][0] if value in SECTIONS else value
        case "by":
            person = site.contributors.get(value)
            return person.name if person and person.name else f"@{value}"
        case "tag":
            return site.tag_name(value)
    return value


def _markdown(data: Mapping[str, Any]) -> str:
    lines = [f"# Search: {data['q']}" if data["q"] else "# Search", ""]
    if data["q"] and not data["answered"]:
        lines += [data["problem"] or f"No note here answers this. {data['no_answer']}", ""]
    for hit in data["hits"]:
        passage = "".join(f"**{part['text']}**" if part["mark"] else part["text"] for part in hit["passage"])
        lines += [
            f"## [{hit['note']['title']}]({hit['note']['href']})",
            "",
            passage,
            "",
            *(f"- {why}" for why in hit["why"]),
            "",
        ]
    return "\n".join(lines)


ROUTES = [Route("/search", search, once)]
