"""What a clause says of its figure: the scope, what it is per, what a share is of, and of which kind things are."""

from __future__ import annotations

import re

from rackmath.audit.conflicts.lexicon import BOTH, HARD, MEASURES, PERIODIC, SAYERS, STOP
from rackmath.audit.conflicts.sentence import FIGURE, content
from rackmath.audit.conflicts.stems import stem
from rackmath.audit.quantity import Quantity

_FOR_EACH = re.compile(
    r"\b(?:[Pp]er|[Ff]or each|[Ff]or every|[Bb]y the(?=\s(?:hour|day|week|month|year)\b))\s([A-Za-z][A-Za-z-]{1,20})"
)
_FIGURE_IN = re.compile(f"{FIGURE}+(?:\\s(?:million|billion|trillion))?(?:\\s(?:in|of))?\\s?")
_OF = re.compile(
    r"\s(?:of\s)?(?P<of>(?!(?:in|on|at|to|by|from|for|and|or|is|was|are|were|as|with|over|per)\b)[^\W\d_][\w'’-]*"
    r"(?:\s(?!(?:in|on|at|to|by|from|for|and|or|is|was|are|were|as|with|that|over)\b)[^\W\d_][\w'’-]*){0,4})"
)
_BACK = re.compile(r"(?:them|it|these|those|this|that|which|whom)\b")
_TWO = re.compile(r"(?<![\w-])([a-z][a-z-]{2,30})\s(?=([a-z][a-z-]{2,30}))")
_NO_FURTHER = re.compile(r"\bfurther(?=\s*[,.;)]|\s*\Z)")
_AXIS = re.compile(r"[^\W\d_][\w-]*")
_EACH_A = re.compile(
    r"(?:\s(?:each|apiece)\s(?:a|an|per|every)\s|\s?/\s?|\sand\s(?=(?:hour|day|week|month|year)\b))([a-z]{1,12})\b"
)
HEAD = "head"
HEADS = frozenset(stem(word) for word in ("head", "person", "people", "capita", "inhabitant", "resident"))


_WAY = re.compile(r"\s?(?:tokens?\s)?(in|out)(?=\s*[,.;)]|\s*\Z)")


def way_of(each: Quantity, after: str) -> frozenset[str]:
    """Return whether a price of tokens is of those that go "in" or "out", where only that is said."""
    match = _WAY.match(after) if each.per else None
    return frozenset({"input" if match[1] == "in" else "output"}) if match else frozenset()


_ACROSS = re.compile(r"\b[Aa]cross (?:all|every|our|its|their|the (?:whole|entire))\b")


def hard_of(told: str) -> frozenset[str]:
    """Return the scopes that a text sets; both of two that make up the whole are as good as none."""
    printed = {
        part
        for word in _AXIS.findall(_NO_FURTHER.sub("", told.casefold().replace("on demand", "on-demand")))
        for part in (word, *word.split("-"))
    }
    axes = {HARD[word] for word in printed if word in HARD}
    if _ACROSS.search(told):
        axes.add("whole")
    for pair in BOTH:
        axes -= pair if pair <= axes else set()
    return frozenset(axes)


def base_of(after: str) -> frozenset[str]:
    """Return the words that say what a share is of."""
    match = _OF.match(_FIGURE_IN.sub("", after))
    return content(match["of"]) if match and not _BACK.match(match["of"]) else frozenset()


def kinds_of(text: str) -> dict[str, str]:
    """Return, for each word that says something, the one just before it that does."""
    found: dict[str, str] = {}
    for match in _TWO.finditer(text.casefold()):
        first, second = stem(match[1]), stem(match[2])
        if first not in STOP and first not in SAYERS and first not in MEASURES and second not in STOP:
            found.setdefault(second, first)
    return found


def per_of(each: Quantity, told: str, after: str) -> frozenset[str]:
    """Return what a figure is per, also where that is said apart from it ("for each kWh …", "each a day")."""
    found = {word for thing in each.per for word in re.split(r"[\s-]", thing)}
    if match := _EACH_A.match(after):
        found.add(match[1])
    if not found and (match := _FOR_EACH.search(told)):
        found = set(match[1].casefold().split("-"))
    return frozenset(HEAD if root in HEADS else PERIODIC.get(root, root) for root in map(stem, found))
