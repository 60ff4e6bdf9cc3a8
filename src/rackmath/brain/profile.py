"""The head of a brain page: who wrote it, on what, and how many notes it announces."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rackmath.brain.defects import Defect

_HANDLE = re.compile(r"@(?P<handle>[\w][\w.-]{0,63})\s*(?:[·|•]\s*(?P<roles>.*))?")
_TOTAL = re.compile(r"(?P<count>\d{1,7})\s+nodes?")
_SUBJECT = re.compile(r"(?:Contributor|Author|Writer)\s*[·|•:]\s*(?P<subject>.+)", re.IGNORECASE)
_PERSON = re.compile(r"(?:[A-Z][\w'’.-]{0,40} ){1,3}[A-Z][\w'’-]{0,40}(?=[ ,])")
_ELLIPSIS = re.compile(r"…|\.{3}")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Profile:
    """The contributor and the brain as the page states them; empty strings where it states nothing.

    Parameters
    ----------
    subject
        What the page says the contributor covers, beside the word "Contributor".
    bio_name
        The name with which the bio begins, when it begins with one; it may differ from `name`.
    beats
        The topics, split where the page had run them together; a topic that the page cut ends in "…".
    announced
        How many notes the page says it holds, None when it does not say.
    """

    name: str = ""
    handle: str = ""
    roles: tuple[str, ...] = ()
    subject: str = ""
    bio: str = ""
    bio_name: str = ""
    beats: tuple[str, ...] = ()
    beats_line: str = ""
    title: str = ""
    description: str = ""
    publication: str = ""
    announced: int | None = None


def read_profile(lines: list[tuple[int, str]], known_words: frozenset[str]) -> tuple[Profile, list[Defect]]:
    """Read the lines above the first section.

    Parameters
    ----------
    lines
        Line number and text of every line that is not blank, in order.
    known_words
        Words that the notes use. They tell a name such as "OpenAI" from two topics run together.
    """
    defects: list[Defect] = []
    texts = [text.strip() for _, text in lines]
    at = next((i for i, text in enumerate(texts) if _HANDLE.fullmatch(text)), None)
    total = next((i for i, text in enumerate(texts) if _TOTAL.fullmatch(text)), None)
    announced = int(_TOTAL.fullmatch(texts[total])["count"]) if total is not None else None  # type: ignore[index]
    title = texts[total - 1] if total else ""
    description = texts[total + 1] if total is not None and total + 1 < len(texts) else ""
    if announced is None:
        defects.append(Defect("no-total", "info", 0, "the page does not say how many notes it holds in all"))
    if at is None:
        defects.append(Defect("no-profile", "warning", 0, "the page has no contributor line such as '@handle · role'"))
        return Profile(title=title, description=description, announced=announced), defects
    handle = _HANDLE.fullmatch(texts[at])
    assert handle is not None
    end = total - 1 if total else len(texts)
    after = [(number, text.strip()) for number, text in lines[at + 1 : max(end, at + 1)]]
    bio_number, bio = after[0] if after else (0, "")
    beats_number, beats_line = after[1] if len(after) > 1 else (0, "")
    person = _PERSON.match(bio)
    subject = next((match["subject"].strip() for text in texts[:at] if (match := _SUBJECT.fullmatch(text))), "")
    profile = Profile(
        name=texts[at - 1] if at else "",
        handle=handle["handle"],
        roles=tuple(part.strip() for part in (handle["roles"] or "").split("·") if part.strip()),
        subject=subject,
        bio=bio,
        bio_name=person.group() if person else "",
        beats=split_beats(beats_line, known_words),
        beats_line=beats_line,
        title=title,
        description=description,
        publication=next((half for text in texts[:at] if (half := _doubled(text))), ""),
        announced=announced,
    )
    return profile, defects + _disagreements(profile, bio_number, beats_number)


def split_beats(line: str, known_words: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Split topics that were run together: after an ellipsis, and where a capital follows a small letter.

    A word that stands in `known_words` as it is ("OpenAI") is left whole. "coolingAI rents" → "cooling", "AI rents".
    """
    beats: list[str] = []
    start = 0
    for match in _WORD.finditer(line):
        word = match.group()
        if word in known_words:
            continue
        for i in range(1, len(word)):
            if word[i].isupper() and word[i - 1].islower():
                beats.append(line[start : match.start() + i])
                start = match.start() + i
    beats.append(line[start:])
    cut = [part for beat in beats for part in _after_ellipsis(beat)]
    return tuple(part for part in (beat.strip(" ·|,") for beat in cut) if part)


def _after_ellipsis(beat: str) -> list[str]:
    parts, start = [], 0
    for match in _ELLIPSIS.finditer(beat):
        parts.append(beat[start : match.start()] + "…")
        start = match.end()
    return [*parts, beat[start:]]


def _doubled(text: str) -> str:
    half = len(text) // 2
    return text[:half] if len(text) >= 6 and len(text) % 2 == 0 and text[:half] == text[half:] else ""


def _disagreements(profile: Profile, bio_line: int, beats_line: int) -> list[Defect]:
    found = []
    if profile.bio_name and profile.name and not _share_word(profile.bio_name, profile.name):
        text = f"the page belongs to {profile.name} (@{profile.handle}), its bio speaks of {profile.bio_name}"
        found.append(Defect("contributor-mismatch", "warning", bio_line, text))
    topics = profile.beats_line + " " + profile.bio
    if profile.subject and profile.beats and not _share_word(profile.subject, topics):
        text = f"the contributor covers {profile.subject!r}, which neither the bio nor the topics mention"
        found.append(Defect("subject-mismatch", "warning", bio_line, text))
    cut = sum(beat.endswith("…") for beat in profile.beats)
    if cut:
        text = f"{cut} of {len(profile.beats)} topics are cut off with an ellipsis"
        found.append(Defect("beat-truncated", "warning", beats_line, text))
    return found


def _share_word(one: str, two: str) -> bool:
    return bool(set(_WORD.findall(one.casefold())) & set(_WORD.findall(two.casefold())))
