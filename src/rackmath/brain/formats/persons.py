"""Names of authors: a line in a source's file, an object in CSL-JSON, a part of a BibTeX list.

A line is ``Family, Given``, ``Family, Suffix, Given``, or the name of a body. A body whose name has a comma stands in
braces: ``{Calder, Inc.}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = 500
"""Authors of one work beyond this many are left out."""


def to_csl(line: str) -> dict[str, str]:
    """Return a name as CSL-JSON has it."""
    if line.startswith("{") and line.endswith("}"):
        return {"literal": line[1:-1].strip()}
    parts = [part.strip() for part in line.split(",")]
    if len(parts) == 2 and all(parts):
        return {"family": parts[0], "given": parts[1]}
    if len(parts) == 3 and all(parts):
        return {"family": parts[0], "suffix": parts[1], "given": parts[2]}
    return {"literal": line.strip()}


def from_csl(name: Any) -> str:
    """Return a CSL or Crossref name as a line; empty when it says nothing."""
    if isinstance(name, str):
        return body(name)
    if not isinstance(name, Mapping):
        return ""
    part = {key: " ".join(str(value).split()) for key, value in name.items() if isinstance(value, str)}
    if literal := part.get("literal") or part.get("name"):
        return body(literal)
    family = " ".join(
        filter(None, (part.get("dropping-particle"), part.get("non-dropping-particle"), part.get("family")))
    )
    pieces = [family, part.get("suffix", ""), part.get("given", "")]
    return (
        ", ".join(piece.replace(",", " ") for piece in pieces if piece)
        if family and part.get("given")
        else body(family)
    )


def body(name: str) -> str:
    """Return the name of a body as a line."""
    words = " ".join(name.split()).strip("{} ")
    return f"{{{words}}}" if "," in words else words


def shown(line: str) -> str:
    """Return a name as people read it: ``Given Family``."""
    name = to_csl(line)
    if "literal" in name:
        return name["literal"]
    suffix = f", {name['suffix']}" if "suffix" in name else ""
    return f"{name['given']} {name['family']}{suffix}"
