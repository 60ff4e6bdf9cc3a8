"""Sources as BibTeX and BibLaTeX, out and in.

Written for BibLaTeX, in UTF-8; read from either. What is written here reads back as it was. Keys are pinned: an entry
comes out under the citekey of its source's file and no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rackmath.brain.formats import csl, latex, persons
from rackmath.brain.formats.bibtex_file import MONTHS, Entry
from rackmath.brain.front import day, text, texts

# CSL type → entry type, and entry type → CSL type where nothing else tells.
_OUT = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article", "article": "online",
    "book": "book", "chapter": "incollection", "paper-conference": "inproceedings", "report": "report",
    "thesis": "thesis", "webpage": "online", "post-weblog": "online", "post": "online", "dataset": "dataset",
    "software": "software",
    "patent": "patent", "entry-encyclopedia": "inreference", "entry": "inreference", "manuscript": "unpublished",
    "periodical": "periodical", "collection": "collection",
}  # fmt: skip
_IN = {
    "article": "article-journal", "book": "book", "mvbook": "book", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "conference": "paper-conference", "proceedings": "book", "report": "report",
    "techreport": "report", "thesis": "thesis", "phdthesis": "thesis", "mastersthesis": "thesis", "online": "webpage",
    "electronic": "webpage", "www": "webpage", "dataset": "dataset", "software": "software", "patent": "patent",
    "inreference": "entry", "unpublished": "manuscript", "booklet": "pamphlet", "manual": "report", "misc": "document",
    "periodical": "periodical", "collection": "collection",
}  # fmt: skip
_FIELDS = {
    "title": "title", "series": "series", "volume": "volume", "number": "issue", "pages": "pages", "edition": "edition",
    "version": "version", "language": "language", "doi": "doi", "isbn": "isbn", "issn": "issn", "url": "url",
    "note": "remark", "eventtitle": "event", "location": "publisher_place", "publisher": "publisher",
}  # fmt: skip
_RAW = frozenset({"doi", "isbn", "issn", "url", "eprint", "date", "urldate"})
_CONTAINERS = ("journaltitle", "journal", "booktitle", "maintitle")
_PUBLISHERS = ("publisher", "institution", "school", "organization", "howpublished")
_ESCAPED = re.compile(r"\\([_%&#~])")
_AND_OR_BRACE = re.compile(r"[{}]| and ", re.IGNORECASE)
_KNOWN = {*_FIELDS, *_CONTAINERS, *_PUBLISHERS, "author", "editor", "date", "year", "month", "day", "urldate", "eprint",
          "eprinttype", "archiveprefix", "primaryclass", "eprintclass", "entrysubtype", "type", "langid", "subtitle",
          "address", "shortjournal", "issue"}  # fmt: skip


def dump(sources: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Return sources, given as (citekey, front matter), as the text of a BibLaTeX file."""
    return "\n".join(to_entry(key, front) for key, front in sources)


def to_entry(citekey: str, front: Mapping[str, Any]) -> str:
    """Return a source as a BibLaTeX entry."""
    kind = csl.item_type(front)
    entry = _OUT.get(kind, "misc")
    rows: dict[str, str] = {}
    if _IN[entry] != kind:
        rows["entrysubtype"] = kind
    for theirs, ours in (("author", "authors"), ("editor", "editors")):
        if names := texts(front.get(ours), persons.MOST):
            rows[theirs] = " and ".join(map(_name_out, names))
    for theirs, ours in _FIELDS.items():
        if said := text(front.get(ours)):
            rows[theirs] = said if theirs in _RAW else latex.from_text(said, title=theirs == "title")
    if container := text(front.get("container")):
        rows["journaltitle" if entry in ("article", "online") else "booktitle"] = latex.from_text(container, title=True)
    if genre := text(front.get("genre")):
        rows["type"] = latex.from_text(genre)
    if "issue" not in front and (number := text(front.get("number"))):
        rows["number"] = latex.from_text(number)
    if arxiv := text(front.get("arxiv")):
        rows |= {"eprint": arxiv, "eprinttype": "arxiv"}
    for theirs, ours in (("date", "published"), ("urldate", "accessed")):
        if date := day(front.get(ours)):
            rows[theirs] = date
    if "pages" in rows:
        rows["pages"] = re.sub(r"(?<=\w)\s?[-–]\s?(?=\w)", "--", text(front.get("pages")))
    lines = "".join(f"  {name} = {{{_safe(value)}}},\n" for name, value in rows.items())
    return f"@{entry}{{{citekey},\n{lines}}}\n"


def to_front(entry: Entry) -> tuple[dict[str, Any], list[str]]:
    """Return the front matter that an entry asks for, without id and citekey, and the fields that are not kept."""
    said = {
        name: _ESCAPED.sub(r"\1", value) if name in _RAW else latex.to_text(value)
        for name, value in entry.fields.items()
    }
    said = {name: text(value, 5000) for name, value in said.items()}
    front: dict[str, Any] = {ours: said[theirs] for theirs, ours in _FIELDS.items() if said.get(theirs)}
    if title := front.get("title"):
        front["title"] = f"{title}: {said['subtitle']}" if said.get("subtitle") else title
    subtype = said.get("entrysubtype", "")
    front["csl_type"] = subtype if subtype in csl.TYPES else _IN.get(entry.kind, "document")
    for theirs, ours in (("author", "authors"), ("editor", "editors")):
        if names := [name for part in _names(entry.fields.get(theirs, "")) if (name := _name_in(part))]:
            front[ours] = list(dict.fromkeys(names))[: persons.MOST]
    for ours, places in (("container", _CONTAINERS), ("publisher", _PUBLISHERS)):
        if found := next((said[name] for name in places if said.get(name)), ""):
            front[ours] = found
    for ours, theirs in (("publisher_place", "address"), ("language", "langid"), ("genre", "type")):
        if theirs in said and ours not in front:
            front[ours] = said[theirs]
    if entry.kind in ("report", "techreport", "patent") and "issue" in front:
        front["number"] = front.pop("issue")
    if date := _date(said):
        front["published"] = date
    if accessed := day(said.get("urldate")):
        front["accessed"] = accessed
    if said.get("eprint") and said.get("eprinttype", said.get("archiveprefix", "")).casefold() == "arxiv":
        front["arxiv"] = said["eprint"]
    if "pages" in front:
        front["pages"] = front["pages"].replace("–", "-")
    if "doi" in front:
        front["doi"] = csl.bare_doi(front["doi"])
    if "url" not in front and front.get("publisher", "").startswith(("http://", "https://")):
        front["url"] = front.pop("publisher")  # howpublished = {\url{…}}
    if kind := csl.KIND_OF.get(front["csl_type"]):
        front["source_kind"] = kind
    return front, sorted(set(said) - _KNOWN)


def _names(value: str) -> list[str]:
    """Cut a list of names at the ``and`` that stand outside braces."""
    parts, start, depth = [], 0, 0
    value = " ".join(value.split())
    for match in _AND_OR_BRACE.finditer(value):
        if match.group() in "{}":
            depth += 1 if match.group() == "{" else -1
        elif depth == 0:
            parts.append(value[start : match.start()])
            start = match.end()
    return [*parts, value[start:]]


def _name_in(part: str) -> str:
    """Return one name of a BibTeX list as a line of a source's file."""
    bare = part.strip()
    if bare.startswith("{") and bare.endswith("}") and _balanced(bare[1:-1]):
        return persons.body(latex.to_text(bare))
    if bare.casefold() == "others":
        return ""
    pieces = [latex.to_text(piece) for piece in _commas(bare)]
    if len(pieces) > 1:
        return ", ".join(piece.replace(",", " ") for piece in pieces[:3] if piece)
    words = latex.to_text(bare).split()
    if len(words) < 2:
        return " ".join(words)
    family = next((at for at, word in enumerate(words[1:-1], 1) if word[:1].islower()), len(words) - 1)
    return f"{' '.join(words[family:])}, {' '.join(words[:family])}"


def _name_out(line: str) -> str:
    name = persons.to_csl(line)
    if "literal" in name:
        return f"{{{latex.from_text(name['literal'])}}}"
    return ", ".join(latex.from_text(name[part]) for part in ("family", "suffix", "given") if part in name)


def _commas(value: str) -> list[str]:
    """Cut at commas outside braces."""
    parts, start, depth = [], 0, 0
    for at, letter in enumerate(value):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(value[start:at])
            start = at + 1
    return [*parts, value[start:]]


def _balanced(value: str) -> bool:
    depth = 0
    for letter in value:
        depth += (letter == "{") - (letter == "}")
        if depth < 0:
            return False
    return depth == 0


def _date(said: Mapping[str, str]) -> str:
    """Return ``date``, or ``year`` with ``month`` and ``day``; of a period its start."""
    if date := day(said.get("date", "").split("/")[0].rstrip("~?%")):
        return date
    year = re.search(r"(?<!\d)[12]\d{3}(?!\d)", said.get("year", ""))
    if not year:
        return ""
    month = said.get("month", "").strip()
    number = MONTHS.get(month[:3].casefold()) or (f"{int(month):02}" if month.isascii() and month.isdigit() else "")
    of_month = said.get("day", "")
    last = f"-{int(of_month):02}" if number and of_month.isascii() and of_month.isdigit() else ""
    return day(f"{year.group()}-{number}{last}") if number else year.group()


def _safe(value: str) -> str:
    """Make braces match in what is written raw, such as an address."""
    return value if _balanced(value) else value.replace("{", "%7B").replace("}", "%7D")
