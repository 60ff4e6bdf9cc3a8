"""What a page is in schema.org's words, for search engines and for people who collect claims.

Addresses are root-relative here; whoever sets the page makes them whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackmath.brain.entries import Contributor, Note, SourceEntry
    from rackmath.evidence import Figure

CONTEXT = "https://schema.org"


def _kept(items: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not known: an empty value would claim something."""
    return {name: value for name, value in items.items() if value not in (None, "", [], (), {})}


def person(who: Contributor) -> dict[str, Any]:
    """Return a contributor as a Person."""
    return _kept(
        {
            "@type": "Person",
            "@id": f"/@{who.handle}",
            "name": who.name or who.handle,
            "alternateName": f"@{who.handle}",
            "jobTitle": who.role,
            "description": who.bio,
            "knowsAbout": list(who.beats),
            "url": f"/@{who.handle}",
        }
    )


def source(entry: SourceEntry) -> dict[str, Any]:
    """Return a source as a CreativeWork."""
    return _kept(
        {
            "@type": "CreativeWork",
            "@id": f"/src/{entry.citekey}",
            "name": entry.title,
            "url": entry.url,
            "publisher": {"@type": "Organization", "name": entry.publisher} if entry.publisher else None,
            "author": [{"@type": "Person", "name": name} for name in entry.authors],
            "datePublished": entry.published,
            "license": entry.licence,
        }
    )


def figure(one: Figure, subject: str = "", quantity: str = "") -> dict[str, Any]:
    """Return a figure as an Observation; `subject` and `quantity` are the names that people use."""
    low, high = one.reading.low, one.reading.high
    single = low == high
    return _kept(
        {
            "@type": "Observation",
            "@id": f"/fig/{one.id}",
            "observationAbout": {"@type": "Thing", "name": subject or one.subject},
            "variableMeasured": {"@type": "StatisticalVariable", "name": quantity or one.quantity},
            "value": low if single and math.isfinite(low) else None,
            "minValue": low if not single and math.isfinite(low) else None,
            "maxValue": high if not single and math.isfinite(high) else None,
            "unitText": one.unit,
            "observationDate": str(one.as_of),
            "measurementMethod": one.method or one.kind,
            "citation": f"/src/{one.source}" if one.source else None,
        }
    )


def article(
    note: Note,
    *,
    authors: Iterable[Contributor],
    sources: Iterable[SourceEntry],
    figures: Iterable[Figure],
    licence: str = "",
    corrections: Iterable[str] = (),
    version: int = 0,
) -> dict[str, Any]:
    """Return a note as an Article with its sources, figures and corrections."""
    return {
        "@context": CONTEXT,
        **_kept(
            {
                "@type": "Article",
                "@id": note.href,
                "headline": note.title,
                "abstract": note.excerpt,
                "url": note.href,
                "datePublished": note.published,
                "dateModified": note.updated,
                "version": str(version) if version else None,
                "author": [person(who) for who in authors],
                "keywords": list(note.tags),
                "license": licence,
                "creativeWorkStatus": note.status,
                "citation": [source(each) for each in sources],
                "hasPart": [figure(each) for each in figures],
                "correction": list(corrections),
            }
        ),
    }


def profile(who: Contributor) -> dict[str, Any]:
    """Return a contributor's page as a ProfilePage."""
    return {"@context": CONTEXT, "@type": "ProfilePage", "mainEntity": person(who)}
