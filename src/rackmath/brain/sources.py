"""The sources that a page's notes list: shared entries, likely duplicates, and how good the list is.

Everything here is read from the addresses alone. Whether a page exists, says what is claimed, or is any good is for a
person, or a later step that opens it, to find out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from rackmath.brain.domains import PRIMARY, Tier, seller_names, tier_of
from rackmath.brain.page import Page
from rackmath.brain.urls import UrlFacts, citekey_for, normalise_url, url_facts

Grade = Literal["first-hand", "mixed", "second-hand", "sellers only", "none"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A source of the page: its address, key and tier, and the codes of the notes that list it."""

    citekey: str
    facts: UrlFacts
    tier: Tier
    notes: tuple[str, ...]
    as_written: tuple[str, ...]

    @property
    def title(self) -> str:
        """A stand-in for the title, made from the address; the page gives none."""
        if self.facts.arxiv:
            return f"arXiv {self.facts.arxiv}"
        path = unquote(urlsplit(self.facts.url).path)
        words = re.sub(r"[-_+.]+", " ", path.rstrip("/").rsplit("/", 1)[-1]).strip()
        words = re.sub(r"\s(?:html?|pdf|php|aspx|shtml)$", "", words)
        return (f"{self.facts.host}: {words}" if words else self.facts.host) or self.facts.url


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How good a page's source lists are.

    Parameters
    ----------
    uses, distinct, shared
        Uses of a URL, distinct sources, and sources that more than one note lists.
    tiers
        Distinct sources by tier, the most frequent first.
    domains
        Distinct sources by registered domain, the most frequent first.
    pdf, doi, arxiv, insecure
        Distinct sources that are PDF files, carry a DOI, are arXiv papers, or use plain http.
    duplicates
        Groups of citekeys that are probably one document.
    grades
        Notes by what their own sources amount to.
    one_domain
        Codes of notes with two or more sources that all come from one domain.
    own_words
        Notes about a seller's wares that rest on the seller, each with these sources: claims, not evidence.
    """

    uses: int
    distinct: int
    shared: int
    tiers: tuple[tuple[str, int], ...]
    domains: tuple[tuple[str, int], ...]
    pdf: int
    doi: int
    arxiv: int
    insecure: int
    duplicates: tuple[tuple[str, ...], ...]
    grades: tuple[tuple[str, int], ...]
    one_domain: tuple[str, ...]
    own_words: tuple[tuple[str, tuple[str, ...]], ...]


def list_sources(page: Page, known: Mapping[str, str] | None = None) -> list[Listed]:
    """Return the distinct sources of a page in order of first use.

    Parameters
    ----------
    known
        Citekeys that are already pinned, by normal URL. They are kept; new ones avoid them.
    """
    pinned = dict(known or {})
    taken = set(pinned.values())
    users: dict[str, list[str]] = defaultdict(list)
    written: dict[str, list[str]] = defaultdict(list)
    for note in page.notes:
        for use in note.urls:
            url = normalise_url(use.url)
            users[url].append(note.code)
            written[url].append(use.url)
    listed = []
    for url, codes in users.items():
        key = pinned.get(url) or citekey_for(url, taken)
        taken.add(key)
        facts = url_facts(url)
        tier = tier_of(facts.host, urlsplit(url).path)
        listed.append(Listed(key, facts, tier, tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(written[url]))))
    return listed


def page_health(page: Page, listed: Sequence[Listed]) -> SourceHealth:
    """Judge the source lists of a page."""
    by_url = {source.facts.url: source for source in listed}
    notes = [note for note in page.notes if note.urls or note.kind == "reading"]
    lists = {note.code: [by_url[normalise_url(use.url)] for use in note.urls] for note in notes}
    return source_health(lists, {note.code: " ".join((note.title, *note.tags)) for note in notes})


def source_health(lists: Mapping[str, Sequence[Listed]], about: Mapping[str, str]) -> SourceHealth:
    """Judge the source lists of some notes.

    Parameters
    ----------
    lists
        The sources of each note, as often as it lists them.
    about
        What each note is about (its title and tags), to tell whether a seller speaks of its own wares.
    """
    listed = list({source.citekey: source for each in lists.values() for source in each}.values())
    users = Counter(citekey for each in lists.values() for citekey in {source.citekey for source in each})
    same: dict[str, list[str]] = defaultdict(list)
    for source in listed:
        if source.facts.loose:
            same[source.facts.loose].append(source.citekey)
    claims = {code: own_words(about.get(code, ""), used) for code, used in lists.items()}
    return SourceHealth(
        uses=sum(map(len, lists.values())),
        distinct=len(listed),
        shared=sum(count > 1 for count in users.values()),
        tiers=tuple(Counter(source.tier for source in listed).most_common()),
        domains=tuple(Counter(source.facts.domain for source in listed).most_common()),
        pdf=sum(source.facts.is_pdf for source in listed),
        doi=sum(bool(source.facts.doi) for source in listed),
        arxiv=sum(bool(source.facts.arxiv) for source in listed),
        insecure=sum(source.facts.url.startswith("http://") for source in listed),
        duplicates=tuple(tuple(group) for group in same.values() if len(group) > 1),
        grades=tuple(Counter(grade_of([source.tier for source in used]) for used in lists.values()).most_common()),
        one_domain=tuple(
            code for code, used in lists.items() if len(used) > 1 and len({each.facts.domain for each in used}) == 1
        ),
        own_words=tuple((code, found) for code, found in claims.items() if found),
    )


def own_words(about: str, used: Sequence[Listed]) -> tuple[str, ...]:
    """Return the citekeys of sellers that speak of their own wares in a note about these."""
    said = set(re.findall(r"[a-z0-9]+", about.casefold()))
    return tuple(
        dict.fromkeys(each.citekey for each in used if each.tier == "vendor" and said & seller_names(each.facts.domain))
    )


def grade_of(tiers: list[Tier]) -> Grade:
    """Say what a note's sources amount to: any first-hand, all first-hand, none, or sellers alone."""
    if not tiers:
        return "none"
    first_hand = sum(tier in PRIMARY for tier in tiers)
    if first_hand:
        return "first-hand" if first_hand == len(tiers) else "mixed"
    return "sellers only" if all(tier == "vendor" for tier in tiers) else "second-hand"
