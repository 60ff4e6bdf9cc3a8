"""How to cite a source, or a note of a brain: as a line of text, as BibTeX and as CSL-JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.brain.formats import bibtex, csl, persons
from rackmath.brain.front import day, text, texts

MOST_NAMES = 3
"""Authors named in a line of text before "et al."."""


class CiteAs(NamedTuple):
    """One work in three forms; `csl` is plain data."""

    text: str
    bibtex: str
    csl: dict[str, Any]


def cite_source(citekey: str, front: Mapping[str, Any]) -> CiteAs:
    """Return how to cite a source, from the front matter of its file."""
    doi, url, accessed = text(front.get("doi")), text(front.get("url")), day(front.get("accessed"))
    parts = [
        _names(texts(front.get("authors"), persons.MOST)),
        day(front.get("published")) or "no date",
        _titled(text(front.get("title")) or url or citekey),
        ", ".join(dict.fromkeys(filter(None, (text(front.get("container")), text(front.get("publisher")))))),
        f"https://doi.org/{doi}" if doi else url,
        f"Accessed {accessed}" if accessed and not doi else "",
    ]
    return CiteAs(_line(parts), bibtex.to_entry(citekey, front), csl.to_item(front, citekey))


def cite_note(
    key: str,
    title: str,
    authors: Sequence[str],
    *,
    brain: str,
    version: str,
    date: str,
    permalink: str,
    doi: str = "",
) -> CiteAs:
    """Return how to cite a version of a note.

    Parameters
    ----------
    key
        The note's key, which the BibTeX entry and the CSL item carry with the version.
    authors
        Names as people write them; ``Family, Given`` where a reference manager shall sort them.
    brain, version, date
        The brain's title, the version's name, and the day of that version.
    permalink
        The whole address of this version.
    """
    front: dict[str, Any] = {
        "csl_type": "post-weblog",
        "title": title,
        "authors": list(authors),
        "container": brain,
        "version": version,
        "published": date,
        "url": permalink,
        "doi": doi,
    }
    citekey = "-".join(part for part in (key, version) if part)
    parts = [
        _names(tuple(authors)),
        day(date) or "no date",
        _titled(title),
        brain,
        f"Version {version}" if version else "",
        permalink,
    ]
    return CiteAs(_line(parts), bibtex.to_entry(citekey, front), csl.to_item(front, citekey))


def _titled(title: str) -> str:
    return f"“{title}”" if title.endswith((".", "?", "!")) else f"“{title}.”"


def _names(names: Sequence[str]) -> str:
    shown = [persons.shown(name) for name in names if name]
    if len(shown) > MOST_NAMES:
        return f"{shown[0]} et al"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def _line(parts: Sequence[str]) -> str:
    """Join parts with full stops; one that ends with a stop of its own gets none."""
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part.endswith((".", "?", "!", ".”", "?”", "!”")) else f"{part}." for part in said)
