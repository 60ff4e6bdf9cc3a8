"""What goes in and out of the HTTP API, as its documentation shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_TEXT = 2 * 1024 * 1024
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Line = Annotated[str, StringConstraints(max_length=2000)]


class Sent(BaseModel):
    """What a program sends: a field that is not known is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class NewNote(Sent):
    """A new note."""

    kind: Line
    title: Line
    body: Text = ""
    tags: list[Line] = Field(default_factory=list, max_length=100)
    message: Line = ""


class NewText(Sent):
    """All of a file, and for the history what sort of change it is and why."""

    text: Text
    kind: Literal["edit", "update", "correction", "minor"] = "edit"
    message: Line = ""


class Step(Sent):
    """A step of a note, with what it needs: a reason, a version, a title, the SHA-256 of the text that was read."""

    do: Literal["submit", "publish", "withdraw", "retire", "approve", "changes", "restore", "retitle"]
    message: Line = ""
    superseded_by: Line = ""
    base: Line | None = None
    version: int = Field(default=0, ge=0, le=1_000_000)
    title: Line = ""


class PreviewIn(Sent):
    """A text to set; `key` names the note that it is to become a version of."""

    text: Text
    key: Line = ""


class Preview(BaseModel):
    """A text as safe HTML."""

    html: str


class Me(BaseModel):
    """Whose token this is."""

    handle: str
    brain: str
    scopes: list[str]
    expires: str | None


class NoteCard(BaseModel):
    """A note in a list; `status` is what it counts as, `health` how many of its citations are resolved."""

    id: str
    key: str
    href: str
    brain: str
    kind: str
    title: str
    status: str
    created: str
    published: str
    updated: str
    contributors: list[str]
    tags: list[str]
    excerpt: str
    figures: int
    citations: int
    health: str


class NoteFull(NoteCard):
    """A note with its text and its version; `needs` is what it lacks to be published."""

    path: str
    text: str
    sha256: str
    needs: list[str]


class Notes(BaseModel):
    """Some notes of all that fit."""

    total: int
    notes: list[NoteCard]


class Result(NoteCard):
    """A note that was found: how sure it is that it answers (0 to 1), why, and the passage that fits."""

    score: float
    why: list[str]
    passage: str


class Results(BaseModel):
    """What a search found; `answered` is False when nothing here answers and the notes only come near."""

    total: int
    answered: bool
    results: list[Result]


class VersionOut(BaseModel):
    """One version of a note; `sha256` is None where it was removed."""

    number: int
    at: str
    author: str
    kind: str
    message: str
    sha256: str | None


class FigureOut(BaseModel):
    """A figure: its value in words and as bounds, what it is about, since when, by whom, from where."""

    id: str
    href: str
    subject: str
    quantity: str
    value: str
    low: float | None
    high: float | None
    unit: str
    as_written: str
    scope: dict[str, str]
    as_of: str
    stated_on: str
    kind: str
    claimant: str
    claimant_kind: str
    source: str
    rank: str
    note_id: str
    note_title: str
    stale: bool
    freshness: str


class SourceOut(BaseModel):
    """A source."""

    citekey: str
    title: str
    publisher: str
    url: str
    published: str
    accessed: str
    licence: str
    source_kind: str
    status: str
    doi: str
    notes: int
    citations: int
    figures: int


class SourceText(SourceOut):
    """A source with its file and its version."""

    text: str
    sha256: str


class Accepted(BaseModel):
    """A change that is safe on disk: what it made, what was merged into it, and what is still missing."""

    id: str
    key: str
    href: str
    path: str
    sha256: str
    status: str
    changed: bool
    version: int
    merged: str
    needs: list[str]
    remarks: list[str]
