"""Live tokens of a text: ``[[fig:<figure>|2.10]]`` and ``[[run:<run>|3.47]]``.

The words after the bar are what a reader sees, here and in any editor; the token says what they stand for. A figure is
named by its id, which pins it, or by a reference (``h100-sxm/rental-price?term=on-demand``), which follows the figure
that answers it best.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rackmath.brain.context import masked
from rackmath.brain.links import WIKI, document_prose
from rackmath.vault import Document

Kind = Literal["fig", "run"]
MOST = 2_000
"""Tokens of one note beyond this many are left alone."""

AFTER = 24
"""Characters after a token in which its scale or unit may stand: ``[[fig:…|1.2]] million``."""

_MARK = re.compile(r"\[\^[^\]\s]{1,80}\]")


@dataclass(frozen=True, slots=True)
class Token:
    """A live token: what it names, the printed words, where both stand in the file, and what comes after it."""

    kind: Kind
    target: str
    words: str
    start: int
    end: int
    after: str


def tokens_of(document: Document) -> list[Token]:
    """Return the live tokens of a text in order; those in code are not live."""
    found: list[Token] = []
    for offset, prose in document_prose(document):
        if "[[fig:" not in prose and "[[run:" not in prose:
            continue
        for match in WIKI.finditer(masked(prose)):
            kind, colon, target = match["target"].strip().partition(":")
            if not colon or kind not in ("fig", "run") or len(found) >= MOST:
                continue
            start, end = offset + match.start(), offset + match.end()
            after = prose[match.end() : match.end() + AFTER]
            named = target.strip().removesuffix("\\")  # in a table the bar is written \\|
            found.append(Token("fig" if kind == "fig" else "run", named, match["text"] or "", start, end, after))
    return found


def said(text: str) -> str:
    """Return a stretch of text as it is read: each token and link as its words, without footnote marks, on one line."""
    return " ".join(_MARK.sub("", WIKI.sub(lambda match: match["text"] or match["target"], text)).split())
