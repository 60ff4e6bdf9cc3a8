"""Which source a document number of a research run may stand for.

A cite mark such as ``3-14`` names document 3 of the run that wrote the note. One run wrote several readings in a row,
and its numbers are shared by them; they are not places in a note's list of sources. What is known: which readings cite
a document, R(d), and which list an address, L(u). An address should be cited exactly where it is listed, by one
document or several, so ⋃ R(d) over the documents d → u equals L(u); and a note tends to list its sources in the order
in which it first cites them, one for each document. Lists have gaps, so all of this is soft.

Each document gets a share of belief for each address and for "none that is listed". Shares are found by mean-field
iteration: fit of R(d) and L(u), closeness in order, what an address still lacks given the other documents, and how
many of them it has already. The
outcome is a set of candidates with a confidence for a person to look at, never a resolved citation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rackmath.brain.page import PageNote
from rackmath.brain.urls import normalise_url

GAP = 0.08
"""How likely it is that a reading cites a document and does not list its address."""

UNCOVERED = 0.05
"""How likely it is that a reading lists an address and cites no document of it."""

DOUBLE = 0.3
"""How likely it is that two documents that one reading cites are one address: about one reading in five has such a pair
(18 of the 105 that cite, on the page that this was made for)."""

ORDER = 4.0
"""How much it costs to stand at the other end of the order, in natural logarithms."""

LEAST = 0.05
"""Candidates with a smaller confidence are not told."""

MOST_SURE = 0.99
"""Nothing that is only inferred is told as certain."""

ROUNDS = 60
MOST_DOCUMENTS = 400
"""Documents, and addresses, of one session beyond this many are left alone."""


@dataclass(frozen=True, slots=True)
class SourceCandidate:
    """An address that a document may be. `lacking` are the codes of readings that cite it and do not list it."""

    url: str
    confidence: float
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDocument:
    """A document of a run: its number, the readings that cite it, and what it may be, the likeliest first."""

    number: int
    notes: tuple[str, ...]
    candidates: tuple[SourceCandidate, ...]

    def candidates_in(self, code: str) -> tuple[SourceCandidate, ...]:
        """Return the candidates that a reading lists; none where the list of that reading has a gap."""
        return tuple(each for each in self.candidates if code not in each.lacking)


@dataclass(frozen=True, slots=True)
class RunSession:
    """Readings in a row that share a run. `uncovered` are (reading, address) pairs that no document fits."""

    notes: tuple[str, ...]
    documents: tuple[RunDocument, ...]
    uncovered: tuple[tuple[str, str], ...]

    def document(self, number: int) -> RunDocument | None:
        """Return a document by its number."""
        return next((each for each in self.documents if each.number == number), None)


def offers_for(code: str, sessions: Sequence[RunSession]) -> dict[int, tuple[SourceCandidate, ...]]:
    """Return, by document number, what the documents that a reading cites may be among the addresses that it lists."""
    return {
        document.number: document.candidates_in(code)
        for session in sessions
        if code in session.notes
        for document in session.documents
        if code in document.notes
    }


def sessions_of(notes: Sequence[PageNote]) -> list[list[PageNote]]:
    """Cut readings into sessions: a reading that shares no tag with the one before begins another."""
    found: list[list[PageNote]] = []
    for note in notes:
        if found and {*note.tags} & {*found[-1][-1].tags}:
            found[-1].append(note)
        else:
            found.append([note])
    return found


def resolve_documents(notes: Sequence[PageNote]) -> list[RunSession]:
    """Return the sessions of a page's readings that cite documents, with what each document may be."""
    readings = [note for note in notes if note.kind == "reading"]
    return [_session(session) for session in sessions_of(readings) if any(note.citations for note in session)]


def _session(notes: Sequence[PageNote]) -> RunSession:
    cited = {note.code: _documents(note) for note in notes}
    listed = {note.code: list(dict.fromkeys(normalise_url(use.url) for use in note.urls)) for note in notes}
    documents = sorted({doc for docs in cited.values() for doc in docs})[:MOST_DOCUMENTS]
    urls = list(dict.fromkeys(url for each in listed.values() for url in each))[:MOST_DOCUMENTS]
    codes = list(cited)
    by_doc = np.array([[doc in cited[code] for code in codes] for doc in documents], dtype=float)
    by_url = np.array([[url in listed[code] for code in codes] for url in urls], dtype=float).reshape(-1, len(codes))
    belief = _belief(by_doc, by_url, _order(documents, urls, cited, listed))
    found = []
    for at, doc in enumerate(documents):
        users = tuple(code for code in codes if doc in cited[code])
        ranked = sorted(range(len(urls)), key=lambda place: (-belief[at, place], place))
        candidates = tuple(
            SourceCandidate(
                urls[place],
                min(MOST_SURE, round(float(belief[at, place]), 3)),
                tuple(code for code in users if urls[place] not in listed[code]),
            )
            for place in ranked
            if belief[at, place] >= LEAST
        )
        found.append(RunDocument(doc, users, candidates))
    open_share = _left_open(by_doc, belief[:, : len(urls)])
    uncovered = tuple(
        (code, url)
        for place, url in enumerate(urls)
        for at, code in enumerate(codes)
        if url in listed[code] and cited[code] and open_share[place, at] > 0.5
    )
    return RunSession(tuple(codes), tuple(found), uncovered)


def _documents(note: PageNote) -> list[int]:
    """Return the documents that a note cites, in the order of first use."""
    return list(dict.fromkeys(mark.doc for span in note.citations for mark in span.marks))


def _order(
    documents: Sequence[int],
    urls: Sequence[str],
    cited: Mapping[str, Sequence[int]],
    listed: Mapping[str, Sequence[str]],
) -> np.ndarray:
    """Return how far apart document and address stand in the notes that cite the document.

    The sum over these notes of the distance of their places, 0 to 1; where the address is not listed, 1/3: the mean
    distance of two random places.
    """
    apart = np.zeros((len(documents), len(urls)))
    rank = {(code, doc): at / max(1, len(docs) - 1) for code, docs in cited.items() for at, doc in enumerate(docs)}
    place = {(code, url): at / max(1, len(each) - 1) for code, each in listed.items() for at, url in enumerate(each)}
    for row, doc in enumerate(documents):
        for column, url in enumerate(urls):
            apart[row, column] = sum(
                abs(rank[code, doc] - place[code, url]) if (code, url) in place else 1 / 3
                for code in cited
                if (code, doc) in rank
            )
    return apart


def _belief(by_doc: np.ndarray, by_url: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return the shares of belief, documents by addresses with "none that is listed" last; each row sums to 1."""
    size, count = by_doc.shape[0], by_url.shape[0]
    if not size:
        return np.zeros((0, count + 1))
    both = by_doc @ by_url.T
    users = by_doc.sum(axis=1, keepdims=True)
    fit = both * np.log(1 - GAP) + (users - both) * np.log(GAP) - ORDER * apart
    none = users * np.log(GAP)
    together = by_doc @ by_doc.T  # in how many notes two documents meet
    np.fill_diagonal(together, 0.0)
    belief = _shares(np.hstack([fit, none]))
    for _ in range(ROUNDS):
        log_open = np.log1p(-np.clip(belief[:, :count], 0.0, 1 - 1e-9))
        total = np.einsum("dn,du->un", by_doc, log_open)
        # what the others leave open of each address in each note, as document d sees it
        others = np.exp(total[None] - by_doc[:, None, :] * log_open[:, :, None])
        lacks = np.einsum("dn,un,dun->du", by_doc, by_url, others)
        crowd = together @ belief[:, :count]
        wanted = _shares(np.hstack([fit - np.log(UNCOVERED) * lacks + np.log(DOUBLE) * crowd, none]))
        belief = 0.5 * belief + 0.5 * wanted  # damped, so that two like documents do not swap for ever
    return belief


def _left_open(by_doc: np.ndarray, belief: np.ndarray) -> np.ndarray:
    """Return, by address and note, the share of belief that no document of the note is this address."""
    return np.asarray(np.exp(np.einsum("dn,du->un", by_doc, np.log1p(-np.clip(belief, 0.0, 1 - 1e-9)))))


def _shares(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
