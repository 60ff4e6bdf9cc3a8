"""Say what a bracket reference means and where a citation stands. Nothing is certain until a person says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rackmath.brain.anchors import selector
from rackmath.brain.cites import RELATIONS, sentence_numbers
from rackmath.brain.confirm import confirm_citation, confirm_reference, reject_reference, release_citation
from rackmath.brain.snapshots import load
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault
from rackmath.web.citing import cited_data
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.work import Action, Doing, Failed, Go
from rackmath.web.writing import desk_of, own_note, seen, told

if TYPE_CHECKING:
    from rackmath.brain.entries import BracketRef, Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

Said = dict[str, str]
Change = Callable[[Document, "Library", Doing, Said], Document]

MOST_SENTENCES = 100


def check(site: Site, asked: Asked, *, key: str) -> Page:
    """List the citations and bracket references of a note with what each may mean."""
    return _page(*own_note(site, asked, key), "", 200)


def settle(doing: Doing, *, key: str) -> Go:
    """Write down what was said of one reference or citation, as a small revision of the note."""
    library, note = own_note(doing.site, doing.asked, key)
    what = doing.form.get("do")
    entry = doing.form.get("entry")[:80]
    try:
        if what not in _CHANGES:
            raise RackmathError("say what is to be done with it")
        change, done = _CHANGES[what]
        desk = desk_of(doing.work, library, doing.asked)
        opened = desk.read(note.id)
        who = {"entry": entry, "by": desk.author, "at": doing.work.clock().strftime("%Y-%m-%dT%H:%M:%SZ")}
        document = change(Document.parse(opened.text), library, doing, who)
        written = desk.save(note.id, document.text, opened.sha256, kind="minor", message=f"{what} {entry}")
    except RackmathError as problem:
        raise Failed(_page(library, note, str(problem), 422)) from None
    seen(library, [written.path])
    return Go(f"/write/{note.key}/citations", told(written, done))


def _confirm_reference(document: Document, library: Library, doing: Doing, who: Said) -> Document:
    meanings: dict[int, str] = {}
    for name, value in doing.form.pairs:
        ref = value.strip()[:300]
        if ref and name.startswith("means-") and name[6:].isdigit() and len(name) < 12:
            card = library.card(ref)
            if card is None:
                raise RackmathError(f"there is no note {ref[:80]!r} in your brain; give its title, file name or key")
            meanings[int(name[6:])] = card.id
    if not meanings:
        raise RackmathError("choose the note that a number means, or say that no candidate is right")
    return confirm_reference(document, who["entry"], meanings, by=who["by"], at=who["at"])


def _reject_reference(document: Document, _: Library, __: Doing, who: Said) -> Document:
    return reject_reference(document, who["entry"], by=who["by"], at=who["at"])


def _confirm_citation(document: Document, library: Library, doing: Doing, who: Said) -> Document:
    citekey = doing.form.get("source").strip().removeprefix("@")[:200]
    source = library.source(citekey)
    if source is None:
        raise RackmathError(f"this brain has no source {citekey[:80]!r}; add it first")
    numbers, problem = sentence_numbers(doing.form.get("sentences").strip()[:200] or [])
    if problem:
        raise RackmathError(problem)
    if len(numbers) > MOST_SENTENCES:
        raise RackmathError(
            f"a citation stands on at most {MOST_SENTENCES} sentences; leave them empty for the document"
        )
    if numbers and not source.snapshots:
        raise RackmathError(f"there is no snapshot of {citekey}, so its sentences have no numbers; leave them empty")
    newest = source.snapshots[0].sha256 if source.snapshots else ""
    around = selector(load(Vault.open(library.path, read_only=True), newest), numbers) if numbers else None
    return confirm_citation(
        document,
        who["entry"],
        source=citekey,
        by=who["by"],
        at=who["at"],
        snapshot=newest,
        sentences=numbers,
        selector=around,
        relation=doing.form.get("relation") or RELATIONS[0],
    )


def _release_citation(document: Document, _: Library, __: Doing, who: Said) -> Document:
    return release_citation(document, who["entry"], by=who["by"], at=who["at"])


_CHANGES: dict[str, tuple[Change, str]] = {
    "confirm reference": (_confirm_reference, "Confirmed."),
    "reject reference": (_reject_reference, "Noted: none of the candidates is right."),
    "confirm citation": (_confirm_citation, "The citation is bound."),
    "release citation": (_release_citation, "The citation is open again."),
}


def _page(library: Library, note: Note, problem: str, status: int) -> Page:
    citations = []
    for cited in library.citations(note.id):
        source = library.source(cited.citekey) if cited.citekey else None
        numbers = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in cited.sentences)
        citations.append(cited_data(cited, source) | {"numbers": numbers})
    return Page(
        path=f"/write/{note.key}/citations",
        template="site/write/citations.html",
        title=f"Citations and references: {note.title}",
        data={
            "key": note.key,
            "href": note.href,
            "note": note.title,
            "problem": problem,
            "citations": citations,
            "references": [_plain(each) for each in library.references(note.id, drafts=True)],
            "sources": [source.citekey for source in library.sources()][:2000],
            "relations": list(RELATIONS),
        },
        status=status,
        styles=("write.css",),
        index=False,
    )


def _plain(reference: BracketRef) -> dict[str, Any]:
    offered = [
        {
            "id": each.note_id,
            "number": each.number,
            "title": each.title,
            "overlap": round(each.overlap, 2),
            "href": each.card.href if each.card else "",
        }
        for each in reference.candidates
    ]
    return {
        "id": reference.id,
        "raw": reference.raw,
        "state": reference.state,
        "sentence": reference.sentence,
        "confirmed_by": reference.confirmed_by,
        "confirmed_at": reference.confirmed_at[:10],
        "numbers": [
            {"number": number, "candidates": [each for each in offered if each["number"] == number]}
            for number in dict.fromkeys(reference.numbers)
        ],
    }


ROUTES = [Route("/write/{key}/citations", check)]
ACTIONS = [Action("/write/{key}/citations", settle)]
