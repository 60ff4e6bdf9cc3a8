"""Citations as W3C Web Annotations (JSON-LD), out; W3C and Hypothes.is annotations, in.

Out: one annotation for each citation, its target the sentences of the source (quotation and position in the kept text,
with when that was captured), its body the claim of the note. In: what was annotated where, bound to a source of the
brain by its address; whatever has another address is reported, and nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rackmath.brain.anchors import AROUND, selector
from rackmath.brain.cite_check import Verdict
from rackmath.brain.cites import Cite
from rackmath.brain.front import text, texts
from rackmath.brain.snapshots import Snapshot
from rackmath.errors import RackmathError

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"rackmath": "urn:rackmath:"}]
MOST = 20_000
LONGEST = 20_000
_MOTIVATION = {"supports": "linking", "context": "linking", "contradicts": "assessing", "defines": "classifying"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """An annotation that was read: the address and words that it marks, and what it says.

    `start` and `end` are a position in the annotated text where one is given, else −1; they count another rendering of
    the page than the kept text, so they only break ties.
    """

    id: str
    url: str
    quote: str
    prefix: str = ""
    suffix: str = ""
    start: int = -1
    end: int = -1
    comment: str = ""
    tags: tuple[str, ...] = ()
    creator: str = ""
    created: str = ""


def to_annotation(
    cite: Cite, verdict: Verdict, *, note: str, note_url: str, source_url: str, snapshot: Snapshot | None
) -> dict[str, Any] | None:
    """Return a citation as an annotation; None when it leads to no source.

    Parameters
    ----------
    note, note_url
        The note's id, and its address (or an empty text).
    source_url
        The source's address; a source without one is named ``urn:rackmath:source:<citekey>``.
    snapshot
        The kept text of `verdict`, or None.
    """
    if not cite.citekey or verdict.state == "unresolved":
        return None
    target: dict[str, Any] = {"type": "SpecificResource", "source": source_url or f"urn:rackmath:source:{cite.citekey}"}
    if snapshot is not None:
        record = snapshot.record
        cached = f"urn:sha256:{record.sha256}"
        target["state"] = {"type": "TimeState", "sourceDate": record.captured_at, "cached": cached}
        if verdict.sentences:
            found = selector(snapshot, verdict.sentences)
            target["selector"] = [
                {"type": "TextQuoteSelector", "exact": found.quote, "prefix": found.prefix, "suffix": found.suffix},
                {"type": "TextPositionSelector", "start": found.start, "end": found.end},
            ]
            target["rackmath:sentences"] = list(verdict.sentences)
    body: dict[str, Any] = {"type": "SpecificResource", "source": note_url or f"urn:rackmath:{note}"}
    if cite.claim:
        body |= {"selector": {"type": "TextQuoteSelector", "exact": cite.claim}, "rackmath:claim": cite.claim}
    annotation: dict[str, Any] = {
        "@context": CONTEXT,
        "id": f"urn:rackmath:{note}:{cite.id}",
        "type": "Annotation",
        "motivation": _MOTIVATION.get(cite.relation, "linking"),
        "body": body,
        "target": target,
        "rackmath:source": cite.citekey,
        "rackmath:relation": cite.relation,
        "rackmath:state": verdict.state,
        "rackmath:why": verdict.why,
    }
    if cite.checked_by:
        annotation["creator"] = {"type": "Person", "nickname": cite.checked_by}
    if cite.checked_at:
        annotation["created"] = cite.checked_at
    if cite.raw:
        annotation["rackmath:raw"] = cite.raw
    return annotation


def dump(annotations: Iterable[Mapping[str, Any]]) -> str:
    """Return annotations as the text of one annotation page."""
    items = [{key: value for key, value in each.items() if key != "@context"} for each in annotations]
    page = {"@context": CONTEXT, "type": "AnnotationPage", "items": items}
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def load(data: str) -> tuple[list[Incoming], list[str]]:
    """Return the annotations of a W3C page or a Hypothes.is export, and a line for each that marks no words.

    Raises
    ------
    RackmathError
        The text is not JSON, or holds no annotations.
    """
    try:
        found = json.loads(data.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise RackmathError("this is not JSON; export the annotations as JSON") from None
    for key in ("first", "annotations", "rows", "items"):
        found = found[key] if isinstance(found, dict) and isinstance(found.get(key), dict | list) else found
    listed = found if isinstance(found, list) else [found]
    if len(listed) > MOST:
        raise RackmathError(f"{len(listed):,} annotations are over the limit of {MOST:,}; split the file")
    read, problems = [], []
    for at, item in enumerate(listed, 1):
        if not isinstance(item, dict) or not (item.get("target") or item.get("uri")):
            raise RackmathError(f"annotation {at} has no target; export W3C annotations, or Hypothes.is as JSON")
        marked = list(_targets(item, at))
        read += [each for each in marked if each.quote and each.url]
        problems += [
            f"annotation {each.id}: it marks no words of a page" for each in marked if not (each.quote and each.url)
        ]
    return read, problems


def _targets(item: Mapping[str, Any], at: int) -> Iterator[Incoming]:
    """Yield one annotation for each of its targets."""
    comment, tags = _said(item)
    creator = item.get("creator") or item.get("user") or ""
    if isinstance(creator, Mapping):
        creator = creator.get("nickname") or creator.get("name") or creator.get("id") or ""
    targets = item.get("target")
    for number, target in enumerate(targets[:100] if isinstance(targets, list) else [targets]):
        told = target if isinstance(target, Mapping) else {"source": target}
        source = told.get("source") or item.get("uri")
        if isinstance(source, Mapping):
            source = source.get("id")
        selectors = list(_selectors(told.get("selector"), 0))
        quoted: Mapping[str, Any] = next((each for each in selectors if each.get("type") == "TextQuoteSelector"), {})
        placed: Mapping[str, Any] = next((each for each in selectors if each.get("type") == "TextPositionSelector"), {})
        name = text(item.get("id")) or str(at)
        yield Incoming(
            id=f"{name}#{number}" if number else name,
            url=text(source),
            quote=text(quoted.get("exact"), LONGEST),
            prefix=text(quoted.get("prefix"))[-2 * AROUND :],
            suffix=text(quoted.get("suffix"))[: 2 * AROUND],
            start=_place(placed.get("start")),
            end=_place(placed.get("end")),
            comment=comment,
            tags=tags,
            creator=text(creator).removeprefix("acct:").split("@")[0],
            created=text(item.get("created"), 40),
        )


def _said(item: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the comment of an annotation and its tags."""
    comments, tags = [text(item.get("text"), LONGEST)], list(texts(item.get("tags")))
    bodies = item.get("body") if isinstance(item.get("body"), list) else [item.get("body")]
    for body in (bodies or [])[:100]:
        if isinstance(body, Mapping) and body.get("value") is not None:
            value = text(body["value"], LONGEST)
            tags += [value] if body.get("purpose") == "tagging" else []
            comments += [] if body.get("purpose") == "tagging" else [value]
    return " ".join(filter(None, comments)), tuple(dict.fromkeys(filter(None, tags)))


def _selectors(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield selectors, also those that refine others."""
    for each in value[:50] if isinstance(value, list) else [value]:
        if isinstance(each, Mapping) and depth < 5:
            yield each
            yield from _selectors(each.get("refinedBy"), depth + 1)


def _place(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1
