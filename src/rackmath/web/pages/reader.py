"""The reader: the numbered sentences of a kept text, the cited ones marked, with what rests on each beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain import snapshots
from rackmath.errors import RackmathError
from rackmath.vault import Vault
from rackmath.web.chips import source_path
from rackmath.web.citing import STATES, source_line
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import SourceEntry
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.brain.snapshots import Snapshot

MOST = 4000
"""Sentences of a public text that one page shows; a longer one is shown around its cited sentences."""

MARGIN = 3
"""Sentences shown around a cited one where a text is too long to be shown whole."""


def reader(site: Site, asked: Asked, *, citekey: str, sha: str) -> Page:
    """Show the sentences of a snapshot that may be shown: all of a free text, else the cited ones alone."""
    library, entry = _source(site, citekey)
    known = [record.sha256 for record in entry.snapshots]
    full = next((name for name in known if name.startswith(sha)), "") if len(sha) >= 8 else ""
    if not full:
        raise NotFound(f"there is no text {sha[:20]!r} of {citekey}; what was kept is at {source_path(citekey)}")
    try:
        snapshot = snapshots.load(Vault.open(library.path, read_only=True), full)
    except RackmathError as problem:
        raise NotFound(f"the text of {citekey} cannot be shown: {problem}") from problem
    claims = claims_on(library, entry, full, drafts=asked.drafts)
    lines = [line | {"claims": claims.get(line["n"], [])} for line in shown(snapshot, claims, whole=asked.drafts)]
    line = source_line(entry)
    record = snapshot.record
    data = line | {
        "source_href": line["href"],
        "sha256": full,
        "at": record.captured_at,
        "method": record.method,
        "segmenter": f"{record.segmenter} {record.segmenter_version}",
        "extractor": f"{record.extractor} {record.extractor_version}",
        "checked_by": record.checked_by,
        "publishable": record.publishable,
        "text_licence": entry.licence if record.licence == snapshots.UNSTATED else record.licence,
        "total": record.sentences,
        "cited": len(claims),
        "lines": folded(lines, record.sentences),
    }
    return Page(
        path=f"{source_path(citekey)}/read/{full}",
        template="site/reader.html",
        title=f"Reading: {line['title']}",
        description=f"{plural(len(claims), 'cited sentence')} of {record.sentences}, with what rests on them.",
        data=data,
        markdown=_markdown(data),
        rows=[
            {"n": item["n"], "text": item["text"], "cited": bool(item["claims"])}
            for item in data["lines"]
            if item["text"] is not None
        ],
        index=False,
        links=(("up", line["href"]),),
    )


def _source(site: Site, citekey: str) -> tuple[Library, SourceEntry]:
    for library in site.libraries:
        if (entry := library.source(citekey)) is not None and entry.snapshots:
            return library, entry
    raise NotFound(f"no text of {citekey[:80]!r} was kept; see {source_path(citekey)}")


def claims_on(library: Library, entry: SourceEntry, sha: str, *, drafts: bool) -> dict[int, list[dict[str, Any]]]:
    """Return what rests on each sentence of a snapshot, by number.

    A citation that names no snapshot counts for the newest one.
    """
    newest = entry.snapshots[0].sha256
    found: dict[int, list[dict[str, Any]]] = {}
    notes = {use.card.id: use.card for use in library.uses(entry.citekey, drafts=drafts) if use.how == "cited"}
    for card in notes.values():
        for cited in library.citations(card.id):
            if cited.citekey != entry.citekey or (cited.snapshot or newest) != sha:
                continue
            look, words = STATES.get(cited.state, ("open", cited.state))
            claim = {
                "claim": cited.claim,
                "note": card.title,
                "href": card.href,
                "kind": card.kind,
                "relation": cited.relation,
                "state_words": words,
                "look": look,
            }
            for first, last in cited.sentences:
                for number in range(first, min(last, first + 50) + 1):
                    found.setdefault(number, []).append(claim)
    return found


def shown(snapshot: Snapshot, claims: dict[int, Any], *, whole: bool) -> list[dict[str, Any]]:
    """Return the sentences with their texts where these may be seen; `whole` is for contributors of the brain."""
    if not whole:
        return [{"n": each.n, "text": each.text} for each in snapshots.public_sentences(snapshot, claims)]
    return [{"n": each.n, "text": each.text} for each in snapshot.sentences]


def folded(lines: Sequence[dict[str, Any]], total: int) -> list[dict[str, Any]]:
    """Return sentences in order, of `total`; where some are not shown, one line says which."""
    near = {at for line in lines if line["claims"] for at in range(line["n"] - MARGIN, line["n"] + MARGIN + 1)}
    long = len(lines) > MOST
    found: list[dict[str, Any]] = []
    last = 0
    for line in lines:
        if line["text"] is None or (long and line["n"] not in near):
            continue
        if line["n"] > last + 1:
            found.append(_gap(last + 1, line["n"] - 1))
        found.append({"n": line["n"], "to": line["n"], "text": line["text"], "claims": line["claims"]})
        last = line["n"]
    return [*found, *([] if last >= total else [_gap(last + 1, total)])]


def _gap(first: int, last: int) -> dict[str, Any]:
    return {"n": first, "to": last, "text": None, "claims": []}


def _markdown(data: dict[str, Any]) -> str:
    lines = [f"# {data['title']}", ""]
    for line in data["lines"]:
        if line["text"] is None:
            lines.append(f"(sentences {line['n']} to {line['to']} are not shown)")
            continue
        lines.append(f"{line['n']}. {line['text']}")
        lines += [
            f"   - rests on it: {claim['claim']} ([{claim['note']}]({claim['href']}))" for claim in line["claims"]
        ]
    return "\n".join(lines) + "\n"


def every(site: Site) -> Iterator[dict[str, str]]:
    """List the snapshots of all sources."""
    for entry in site.sources():
        for each in entry.snapshots:
            yield {"citekey": entry.citekey, "sha": each.sha256}


ROUTES = [Route("/src/{citekey}/read/{sha}", reader, every)]
