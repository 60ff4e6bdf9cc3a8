"""Sources as CSL-JSON, out and in; what Crossref calls CSL-JSON is read too.

A source's file holds a flat part of CSL in its front matter. What stands there comes out again and in again unchanged;
fields that a source's file has no key for are named in the plan of an import, not kept.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rackmath.brain.formats import persons
from rackmath.brain.front import day, text, texts
from rackmath.errors import RackmathError

MOST_ITEMS = 20_000
FIELDS = {
    "title": "title", "container": "container-title", "series": "collection-title", "publisher": "publisher",
    "publisher_place": "publisher-place", "volume": "volume", "issue": "issue", "pages": "page", "number": "number",
    "edition": "edition", "version": "version", "genre": "genre", "event": "event-title", "language": "language",
    "doi": "DOI", "isbn": "ISBN", "issn": "ISSN", "url": "URL", "archive_url": "archive_location", "remark": "note",
}  # fmt: skip
"""Keys of a source's file, and what CSL calls them, where both are one line of text."""

OURS = ("licence", "source_kind", "status", "superseded_by", "arxiv")
"""Keys that CSL does not know; they stand in ``custom``."""

_TYPE_NAMES = """article article-journal article-magazine article-newspaper bill book broadcast chapter classic
collection dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview
legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference patent performance
periodical personal_communication post post-weblog regulation report review review-book software song speech
standard thesis treaty webpage"""
TYPES = frozenset(_TYPE_NAMES.split())
_CROSSREF = {
    "journal-article": "article-journal", "proceedings-article": "paper-conference", "book-chapter": "chapter",
    "book-section": "chapter", "book-part": "chapter", "monograph": "book", "edited-book": "book",
    "reference-book": "book", "book-series": "book", "proceedings": "book", "posted-content": "article",
    "preprint": "article",
    "dissertation": "thesis", "reference-entry": "entry", "report-component": "report", "report-series": "report",
    "peer-review": "review", "web-page": "webpage", "web_page": "webpage", "blog-post": "post-weblog",
    "journal-issue": "periodical", "journal": "periodical", "database": "dataset", "component": "document",
    "other": "document", "working_paper": "report", "conference_proceedings": "paper-conference",
    "magazine_article": "article-magazine", "newspaper_article": "article-newspaper", "computer_program": "software",
}  # fmt: skip
_BY_KIND = {"filing": "report", "regulator": "report", "paper": "article", "standard": "standard", "reference": "entry",
            "analyst": "report", "news": "article-newspaper", "blog": "post-weblog", "code": "software",
            "dataset": "dataset", "book": "book"}  # fmt: skip
KIND_OF = {"article-journal": "paper", "paper-conference": "paper", "thesis": "paper", "chapter": "paper",
            "standard": "standard", "article-newspaper": "news", "article-magazine": "news", "post-weblog": "blog",
            "software": "code", "entry": "reference", "entry-encyclopedia": "reference",
            "entry-dictionary": "reference", "dataset": "dataset", "book": "book"}  # fmt: skip
_IGNORED = frozenset({"id", "type", "author", "editor", "issued", "accessed", "custom", "citation-key", "created"})
_DOI_PREFIX = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s?)", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:i|b|em|strong|sup|sub|sc|scp|span|p|(?:jats|mml):[a-z]{1,20})(?:\s[^<>]{0,200})?/?>", re.IGNORECASE
)
_DATES = ("issued", "published", "published-print", "published-online")


def to_item(front: Mapping[str, Any], citekey: str) -> dict[str, Any]:
    """Return a source as a CSL-JSON item, from the front matter of its file."""
    item: dict[str, Any] = {"id": citekey, "type": item_type(front)}
    for ours, theirs in FIELDS.items():
        if said := text(front.get(ours)):
            item[theirs] = said
    for ours, theirs in (("authors", "author"), ("editors", "editor")):
        if names := texts(front.get(ours), persons.MOST):
            item[theirs] = [persons.to_csl(name) for name in names]
    for ours, theirs in (("published", "issued"), ("accessed", "accessed")):
        if date := day(front.get(ours)):
            item[theirs] = {"date-parts": [[int(part) for part in date.split("-")]]}
    if custom := {key: said for key in OURS if (said := text(front.get(key)))}:
        item["custom"] = custom
    return item


def item_type(front: Mapping[str, Any]) -> str:
    """Return the CSL type of a source: its own, else by its kind."""
    own = text(front.get("csl_type"))
    return own if own in TYPES else _BY_KIND.get(text(front.get("source_kind")), "webpage")


def to_front(item: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the front matter that a CSL or Crossref item asks for, without id and citekey, and fields not kept.

    Lists of titles give their first; types that are not CSL's are put into its words; a date may be parts, a text or a
    moment; marks such as ``<i>`` are taken off.
    """
    front: dict[str, Any] = {}
    for ours, theirs in FIELDS.items():
        if said := _said(item.get(theirs)):
            front[ours] = said
    told = text(item.get("type"))
    kind = told if told in TYPES else _CROSSREF.get(told, "document")
    front["csl_type"] = kind
    for ours, theirs in (("authors", "author"), ("editors", "editor")):
        listed = item.get(theirs)
        names = [
            name
            for each in (listed if isinstance(listed, list) else [])[: persons.MOST]
            if (name := persons.from_csl(each))
        ]
        if names:
            front[ours] = list(dict.fromkeys(names))
    if published := next((date for key in _DATES if (date := _date(item.get(key)))), ""):
        front["published"] = published
    if accessed := _date(item.get("accessed")):
        front["accessed"] = accessed
    custom = item.get("custom")
    for key in OURS:
        if isinstance(custom, Mapping) and (said := text(custom.get(key))):
            front[key] = said
    if "source_kind" not in front and kind in KIND_OF:
        front["source_kind"] = KIND_OF[kind]
    if "doi" in front:
        front["doi"] = bare_doi(front["doi"])
    known = {*FIELDS.values(), *_IGNORED, *_DATES}
    return front, sorted(str(key)[:40] for key in item if key not in known and not str(key).startswith("_"))


def bare_doi(doi: str) -> str:
    """Return a DOI without the address or the word before it."""
    return _DOI_PREFIX.sub("", doi)


def dump(items: Iterable[Mapping[str, Any]]) -> str:
    """Return items as the text of a CSL-JSON file."""
    return json.dumps(list(items), ensure_ascii=False, indent=1) + "\n"


def load(data: str) -> list[dict[str, Any]]:
    """Return the items of a CSL-JSON file: a list, one item, or Crossref's answer around either.

    Raises
    ------
    RackmathError
        The text is not JSON, or holds no items.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise RackmathError(f"this is not JSON{place}; export the references as CSL-JSON") from None
    for key in ("message", "items"):
        found = found[key] if isinstance(found, dict) and isinstance(found.get(key), dict | list) else found
    items = found if isinstance(found, list) else [found]
    if len(items) > MOST_ITEMS:
        raise RackmathError(f"{len(items):,} items are over the limit of {MOST_ITEMS:,}; split the file")
    wrong = next((at for at, item in enumerate(items, 1) if not isinstance(item, dict)), None)
    if wrong is not None or not items:
        raise RackmathError(f"item {wrong or 1} is not an object; export the references as CSL-JSON")
    return items


def _said(value: Any) -> str:
    """Return a field as one line: the first of a list, without marks, entities read."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str | int | float)), None)
    line = text(value, 5000)
    return text(_TAG.sub("", html.unescape(line)) if "<" in line or "&" in line else line)


def _date(value: Any) -> str:
    """Return a CSL date as ``2031``, ``2031-05`` or ``2031-05-04``; empty when it is none."""
    if isinstance(value, Mapping):
        parts = value.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            numbers = [int(str(part)) for part in parts[0][:3] if str(part).isascii() and str(part).isdigit()]
            if numbers and 1000 <= numbers[0] <= 9999:
                made = "-".join([str(numbers[0]), *(f"{part:02}" for part in numbers[1:] if part)])
                return day(made) or str(numbers[0])
        return next((date for key in ("raw", "date-time", "literal") if (date := _date(value.get(key)))), "")
    return day(str(value)) if isinstance(value, str | int) else ""
