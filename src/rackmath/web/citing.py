"""Citations, sources and bracket references of a note, as plain data and as marks in its prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.web.charts.svg import Svg, clean, escape
from rackmath.web.chips import source_path
from rackmath.web.numbers import plural
from rackmath.web.page import day, web_address
from rackmath.web.prose import Bracket, Mark, Target

if TYPE_CHECKING:
    from rackmath.brain.entries import BracketRef, Cited, SourceEntry

STATES: Mapping[str, tuple[str, str]] = {
    "resolved_sentence": ("good", "resolved to a sentence"),
    "resolved_document": ("half", "resolved to the document"),
    "url_only": ("open", "address only"),
    "unresolved": ("open", "unresolved"),
    "orphaned": ("bad", "orphaned: its sentence is gone"),
    "mismatch": ("bad", "does not match its sentence"),
    "contradicted": ("bad", "contradicted by its source"),
    "retracted_source": ("bad", "its source was retracted"),
}
"""How the states of a citation look, and what they are called."""

SOURCE_STATES = {
    "dead": ("bad", "the address is dead"),
    "retracted": ("bad", "retracted"),
    "superseded": ("half", "superseded"),
}

LONGEST_QUOTE = 420
LIKELY = 0.5
"""A source that an import offers for a citation is named beside the text from this confidence on."""
_IMPORTED = re.compile(r"run:[^/]{1,80}/doc:(\d{1,9})/s:(\d{1,9})")
_ABOUT_WORDS = 5


def cited_data(cited: Cited, source: SourceEntry | None) -> dict[str, Any]:
    """Return a citation as plain data; its source's title and page where the brain knows it."""
    look, words = STATES.get(cited.state, ("open", cited.state.replace("_", " ") or "unresolved"))
    return {
        "id": cited.id,
        "state": cited.state,
        "look": look,
        "state_words": words,
        "citekey": cited.citekey,
        "source": source_line(source) if source else None,
        "sentences": [list(span) for span in cited.sentences],
        "sentence_words": sentence_words(cited.sentences),
        "read_href": read_path(cited, source),
        "quote": cited.quote,
        "claim": cited.claim,
        "words": cited.words,
        "marks": list(cited.marks),
        "import_words": imported_words(cited.marks),
        "candidates": list(cited.candidates),
        "offered": [
            {"citekey": key, "href": source_path(key), "confidence": confidence} for key, confidence in cited.offered
        ],
        "relation": cited.relation,
        "problem": cited.problem,
        "why": cited.why,
        "notes": list(cited.notes),
        "checked_by": cited.checked_by,
        "checked_at": cited.checked_at,
    }


def mark_of(data: Mapping[str, Any]) -> Mark:
    """Return what stands beside the text for a citation given as `cited_data`."""
    source, parts = data["source"], []
    if source:
        parts.append(f'<a class="cited" href="{escape(source["href"])}">{escape(source["title"])}</a>')
        rest = ", ".join(part for part in (source["publisher"], source["year"]) if part)
        parts.append(f", {escape(rest)}." if rest else ".")
        if data["words"]:
            parts.append(f" {escape(data['words'])}")
    elif data["citekey"]:
        parts.append(f'<span class="missing">@{escape(data["citekey"])}</span>, which this brain has no source for.')
    elif data["import_words"]:
        parts.append(escape(data["import_words"]))
        if data["offered"] and (first := data["offered"][0])["confidence"] >= LIKELY:
            link = f'<a class="cited" href="{escape(first["href"])}">@{escape(first["citekey"])}</a>'
            parts.append(f" Perhaps {link} (candidate, {first['confidence']:.0%}).")
    if data["quote"]:
        parts.append(f" <q>{escape(shortened(data['quote'], LONGEST_QUOTE))}</q>")
    if data["look"] == "bad" and data["why"]:
        parts.append(f" {escape(data['why'])}")
    if data["problem"]:
        parts.append(f" {escape(data['problem'])}")
    sign = {"good": "●", "half": "◐", "bad": "▲"}.get(data["look"], "○")
    state = escape(data["state_words"])
    if data["read_href"] and data["sentence_words"]:
        state += f', <a href="{escape(data["read_href"])}">{escape(data["sentence_words"])}</a>'
    elif data["sentence_words"]:
        state += f", {escape(data['sentence_words'])}"
    parts.append(
        f' <span class="state {data["look"]}"><span class="sign" aria-hidden="true">{sign}</span>{state}</span>'
    )
    return Mark(data["look"], data["state_words"], Svg("".join(parts).strip()))


def source_line(source: SourceEntry) -> dict[str, Any]:
    """Return the few facts of a source that a list or a note beside the text shows."""
    return {
        "citekey": source.citekey,
        "href": source_path(source.citekey),
        "title": source.title or source.citekey,
        "authors": list(source.authors),
        "publisher": source.publisher,
        "published": source.published,
        "year": source.published[:4],
        "date_words": day(source.published),
        "kind": source.source_kind.replace("_", " "),
        "url": web_address(source.url),
        "host": host_of(source.url),
        "licence": source.licence,
        "accessed": source.accessed,
        "status": source.status,
        "look": SOURCE_STATES.get(source.status, ("", ""))[0],
        "status_words": SOURCE_STATES.get(source.status, ("", ""))[1],
    }


def listed_sources(sources: Iterable[SourceEntry], cited: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return sources in the order given, each with the numbers of the marks that cite it and where to read on."""
    found = []
    for source in sources:
        mine = [(place, item) for place, item in enumerate(cited, 1) if item["citekey"] == source.citekey]
        words = next((item["quote"] for _, item in mine if item["quote"]), "")
        url = web_address(source.url)
        found.append(
            source_line(source)
            | {
                "marks": [place for place, _ in mine],
                "goto": text_fragment(url, words),
                "quote": words,
                "best": next((item["state_words"] for _, item in mine), ""),
            }
        )
    return found


def reference_data(reference: BracketRef) -> dict[str, Any]:
    """Return a bracket reference as plain data."""
    return {
        "id": f"ref-{reference.id}" if not reference.id.startswith("ref-") else reference.id,
        "raw": reference.raw,
        "state": reference.state,
        "confidence": reference.confidence,
        "numbers": list(reference.numbers),
        "sentence": reference.sentence,
        "confirmed_by": reference.confirmed_by,
        "confirmed_at": reference.confirmed_at,
        "candidates": [
            {
                "number": candidate.number,
                "title": candidate.card.title if candidate.card else candidate.title,
                "href": candidate.card.href if candidate.card else "",
                "kind": candidate.card.kind if candidate.card else "",
                "overlap": candidate.overlap,
            }
            for candidate in reference.candidates
        ],
    }


def bracket_of(data: Mapping[str, Any]) -> Bracket:
    """Return a bracket of the prose, of `reference_data`."""
    resolved = data["state"] == "resolved"
    targets = {
        item["number"]: Target(item["href"], item["title"] if resolved else f"Candidate: {item['title']}")
        for item in data["candidates"]
        if item["href"]
    }
    state = data["state"] if resolved or targets else "unresolved"
    return Bracket(data["id"], data["raw"], state, targets)


def sentence_words(spans: Sequence[Sequence[int]]) -> str:
    """Return ``sentence 12`` or ``sentences 3 and 5–6``."""
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    if not shown:
        return ""
    one = len(spans) == 1 and spans[0][0] == spans[0][1]
    return f"sentence{'' if one else 's'} {_and(shown)}"


def imported_words(marks: Sequence[str]) -> str:
    """Say what an import's marks are: ``Document 9, sentences 1 and 4 of an import; …``."""
    documents: dict[str, list[str]] = {}
    for mark in marks:
        if found := _IMPORTED.fullmatch(mark):
            documents.setdefault(found[1], []).append(found[2])
    if not documents:
        return "No source is named." if not marks else f"{plural(len(marks), 'mark')} of an import that name no source."
    said = [
        f"document {number}, sentence{'s' if len(places) > 1 else ''} {_and(places)}"
        for number, places in documents.items()
    ]
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]} of an import; which source that is, is not known."


def read_path(cited: Cited, source: SourceEntry | None) -> str:
    """Return where the cited sentence can be read in its snapshot; empty where there is none."""
    if not source or not cited.sentences:
        return ""
    snapshot = cited.snapshot or next((record.sha256 for record in source.snapshots), "")
    if not snapshot:
        return ""
    return f"{source_path(source.citekey)}/read/{quote(snapshot, safe='')}#s{cited.sentences[0][0]}"


def text_fragment(url: str, words: str) -> str:
    """Return an address that takes the browser to quoted words, where they are known; else the address itself."""
    said = clean(words).split()
    if not url or not said or "#" in url:
        return url
    if len(said) <= 2 * _ABOUT_WORDS:
        return f"{url}#:~:text={_fragment(said)}"
    return f"{url}#:~:text={_fragment(said[:_ABOUT_WORDS])},{_fragment(said[-_ABOUT_WORDS:])}"


def _fragment(words: Sequence[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")


def host_of(url: str) -> str:
    """Return the site of an address for people: ``example.org``."""
    return web_address(url).partition("://")[2].partition("/")[0].removeprefix("www.")


def shortened(text: str, most: int) -> str:
    """Return a text cut at a word, with an ellipsis where something is missing."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(None, 1)[0] + "…"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
