"""About the site: how notes and figures are made, what the states mean, who reviews, and how errors are put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rackmath.brain.front import text
from rackmath.brain.review import read_rules
from rackmath.web.charts.marks import CLAIMANTS, KNOWN
from rackmath.web.citing import STATES
from rackmath.web.lists import once
from rackmath.web.memo import kept_page
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.pages.contributors import SECTIONS, health_row

if TYPE_CHECKING:
    from rackmath.brain.library import Library
    from rackmath.brain.review import Rule
    from rackmath.brain.site import Site

NOTES = (
    ("draft", "Draft", "Seen by its contributors only."),
    ("review", "In review", "Complete for its writer, and waiting for the approval that the rules ask for."),
    (
        "published",
        "Published",
        "Read by everybody. A published note that loses an approval goes back to review by itself.",
    ),
    (
        "retired",
        "Retired",
        "Kept, with the reason and, where there is one, its successor. Searches set it behind what still holds.",
    ),
)

CITATIONS = {
    "resolved_sentence": "Names the numbered sentences of a kept copy of its source.",
    "resolved_document": "Names a kept copy of its source, and no sentence of it.",
    "url_only": "Names a source of which no copy is kept.",
    "unresolved": "A mark whose source is not known. It is counted, never guessed.",
    "orphaned": "The source has changed, and the sentence is gone.",
    "mismatch": "A number of the claim does not stand in the cited sentence.",
    "contradicted": "The cited sentence says otherwise.",
    "retracted_source": "The source has been withdrawn.",
}
"""States of a citation, the best first, and what they mean."""

LONGEST = 4000
"""Characters of a brain's own words on corrections (``corrections`` in ``brain.yaml``)."""

_WHEN = {
    "source_kind": "quotes a source of the kind",
    "source": "quotes the source",
    "kind": "is of the kind",
    "tag": "is tagged",
    "quantity": "has a figure of",
    "contributor": "is by",
}


@kept_page
def about(site: Site, asked: Asked) -> Page:
    """Tell how this site works, from its own data."""
    del asked
    brains = [_brain(library) for library in site.libraries]
    data = {
        "brains": brains,
        "sections": [{"kind": kind, "title": title, "what": what} for kind, (title, _, _, what) in SECTIONS.items()],
        "states": [{"state": state, "words": words, "meaning": meaning} for state, words, meaning in NOTES],
        "citations": [
            {"state": state, "words": STATES[state][1], "look": STATES[state][0], "meaning": meaning}
            for state, meaning in CITATIONS.items()
        ],
        "claimants": [{"kind": kind, "meaning": meaning} for kind, meaning in CLAIMANTS.items()],
        "known": [{"kind": kind, "meaning": meaning} for kind, meaning in KNOWN.items()],
        "health": health_row(site.health()),
        "versions": _versions(),
    }
    return Page(
        path="/about",
        template="site/about.html",
        title="About, and how we correct",
        description="How notes and figures are made, what their states mean, and how errors are put right.",
        data=data,
        markdown=_markdown(data),
    )


def _brain(library: Library) -> dict[str, Any]:
    counts = library.counts()
    return {
        "id": library.id,
        "title": library.title,
        "licence": library.licence,
        "contributors": [{"handle": handle, "href": f"/@{handle}"} for handle in library.contributors],
        "notes": sum(counts.values()),
        "rules": [rule_words(rule) for rule in read_rules(library.front.get("review"))],
        "corrections_policy": text(library.front.get("corrections"), LONGEST),
        "problems": len(library.problems()),
    }


def rule_words(rule: Rule) -> dict[str, str]:
    """Say in words when a review rule applies and what it asks for."""
    conditions = [f"{_WHEN.get(key, key)} {' or '.join(sorted(values))}" for key, values in sorted(rule.when.items())]
    asks = [f"the approval of {' and '.join('@' + handle for handle in rule.needs)}"] if rule.needs else []
    if rule.reviewers:
        asks.append(f"{plural(rule.reviewers, 'reviewer')} who did not write it")
    when = f"A note that {' and '.join(conditions)}" if conditions else "Every note"
    words = f"{when} needs {' and '.join(asks)} before it is published." if asks else f"{when} cannot be published."
    return {"name": rule.name, "why": rule.why, "words": words, "broken": rule.broken}


def _versions() -> list[dict[str, str]]:
    from rackmath import __version__  # noqa: PLC0415
    from rackmath.brain.sentences import NAME, VERSION  # noqa: PLC0415

    return [
        {"what": "rackmath", "version": __version__},
        {"what": f"sentence splitter ({NAME})", "version": str(VERSION)},
    ]


def _markdown(data: dict[str, Any]) -> str:
    lines = ["# About, and how we correct", ""]
    for brain in data["brains"]:
        lines += [
            f"## {brain['title']}",
            "",
            f"{plural(brain['notes'], 'note')}. Licence: {brain['licence'] or 'not stated'}.",
            "",
        ]
        lines += [f"- {rule['words']}" for rule in brain["rules"]]
        lines += ["", brain["corrections_policy"], ""] if brain["corrections_policy"] else []
    lines += ["## States of a citation", ""]
    lines += [f"- {row['words']}: {row['meaning']}" for row in data["citations"]]
    return "\n".join(lines) + "\n"


ROUTES = [Route("/about", about, once)]
