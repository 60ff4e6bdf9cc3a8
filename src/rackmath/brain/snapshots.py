"""Kept texts of sources: what was seen, when, and the numbered sentences that citations point to.

A snapshot is two files, ``snapshots/<sha[:2]>/<sha>.txt`` with the text and ``.json`` with its record, where ``sha`` is
the SHA-256 of the text. It never changes: the same file taken twice is one snapshot. The segmenter that numbered its
sentences is part of the record, and a record made by an unknown one is refused rather than renumbered.

Texts of others are kept for the reader of a citation, not for publication: a record says ``publishable: false`` unless
somebody says otherwise, and then `public_sentences` gives the cited sentences alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from rackmath.brain import sentences
from rackmath.brain.captured import read_file
from rackmath.brain.sentences import Sentence
from rackmath.errors import RackmathError
from rackmath.vault import Vault

FOLDER = "snapshots"
FORMAT = 1
UNSTATED = "unstated"
"""The licence of a text of which nobody said one."""

_SHA = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_:.+-]{0,126}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a snapshot without its text.

    Parameters
    ----------
    sha256
        Of the text, as UTF-8: the snapshot's address.
    source
        Citekey of the source.
    captured_at
        When the file was saved, as a date or a moment (ISO 8601).
    method
        How it came here, such as ``saved file``.
    media_type, bytes_sha256, bytes
        Of the original file.
    extractor, extractor_version, segmenter, segmenter_version
        What made the text of the file, and the sentences of the text.
    checked_by
        Who compared it with the page, or empty: nobody did.
    publishable
        Whether all of the text may be shown to the public.
    """

    sha256: str
    source: str
    captured_at: str
    method: str
    media_type: str
    bytes_sha256: str
    bytes: int
    extractor: str
    extractor_version: int
    segmenter: str
    segmenter_version: int
    sentences: int
    url: str = ""
    title: str = ""
    checked_by: str = ""
    licence: str = UNSTATED
    publishable: bool = False

    @property
    def text_path(self) -> str:
        """Where the text is, relative to the vault."""
        return f"{FOLDER}/{self.sha256[:2]}/{self.sha256}.txt"

    @property
    def path(self) -> str:
        """Where the record is, relative to the vault."""
        return f"{FOLDER}/{self.sha256[:2]}/{self.sha256}.json"

    @property
    def json(self) -> str:
        """The record as the text of its file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Snapshot:
    """A record with its text."""

    record: Record
    text: str

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The numbered sentences, by the segmenter that the record names."""
        return split_as(self.text, self.record.segmenter, self.record.segmenter_version)

    def numbered(self, numbers: Iterable[int]) -> tuple[Sentence, ...]:
        """Return some sentences by number.

        Raises
        ------
        RackmathError
            There is no sentence of a number.
        """
        found = self.sentences
        wanted = sorted(set(numbers))
        if wanted and not 1 <= wanted[0] <= wanted[-1] <= len(found):
            raise RackmathError(
                f"snapshot {self.record.sha256[:12]} of {self.record.source} has sentences 1 to {len(found)}; "
                f"there is no sentence {wanted[0] if wanted[0] < 1 else wanted[-1]}"
            )
        return tuple(found[number - 1] for number in wanted)

    def changes(self) -> list[tuple[str, str, None]]:
        """Return the two files as (path, text, expected), for `Vault.write_many`."""
        return [(self.record.text_path, self.text, None), (self.record.path, self.record.json, None)]


class PublicSentence(NamedTuple):
    """A sentence as the public may see it: without its text where only its number may be shown."""

    n: int
    text: str | None
    cited: bool


def split_as(text: str, segmenter: str, version: int) -> tuple[Sentence, ...]:
    """Cut a text into the sentences that a segmenter numbered.

    Raises
    ------
    RackmathError
        This program does not have that segmenter: any other would give the sentences other numbers.
    """
    if (segmenter, version) != (sentences.NAME, sentences.VERSION):
        raise RackmathError(
            f"the sentences were numbered by {segmenter} version {version}, and this program has {sentences.NAME} "
            f"version {sentences.VERSION}: use the program that made the snapshot, or take a new snapshot and re-anchor"
        )
    return sentences.split(text)


def make(
    citekey: str,
    data: bytes,
    *,
    captured_at: date | datetime | str,
    name: str = "",
    media_type: str = "",
    method: str = "saved file",
    url: str = "",
    title: str = "",
    checked_by: str = "",
    licence: str = UNSTATED,
    publishable: bool = False,
) -> Snapshot:
    """Read a saved text, Markdown or HTML file as a snapshot. Nothing is fetched and nothing is written.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        Its name, for messages and, where `media_type` is empty, for the type.
    captured_at
        When it was saved; a caller takes it from the person or its clock.

    Raises
    ------
    RackmathError
        The file is too large, is not text (a PDF), or holds no words; or an argument is not usable.
    """
    if not _KEY.fullmatch(citekey):
        raise RackmathError(f"citekey {citekey[:60]!r}: use letters, digits, '-', '_', ':', '.' or '+'")
    seen = read_file(data, name, media_type)
    count = len(sentences.split(seen.text))
    if not count:
        raise RackmathError(f"{name or 'the file'}: there are no words in it")
    record = Record(
        sha256=sha256(seen.text.encode()).hexdigest(),
        source=citekey,
        captured_at=_moment(captured_at),
        method=_line(method),
        media_type=seen.media_type,
        bytes_sha256=sha256(data).hexdigest(),
        bytes=len(data),
        extractor=seen.extractor,
        extractor_version=seen.version,
        segmenter=sentences.NAME,
        segmenter_version=sentences.VERSION,
        sentences=count,
        url=_line(url or seen.url),
        title=_line(title or seen.title),
        checked_by=_line(checked_by),
        licence=_line(licence) or UNSTATED,
        publishable=publishable,
    )
    return Snapshot(record, seen.text)


def take(vault: Vault, citekey: str, data: bytes, *, captured_at: date | datetime | str, **told: Any) -> Snapshot:
    """Keep a saved file as a snapshot of a source; see `make` for the arguments.

    A text that is kept already is returned as it was taken first.

    Raises
    ------
    RackmathError
        The vault has no such source, the file cannot be read (see `make`), or its text is kept for another source.
    """
    if not vault.exists(f"sources/{citekey}.md" if _KEY.fullmatch(citekey) else "sources/-.md"):
        raise RackmathError(f"{vault.name} has no source {citekey!r}; add sources/{citekey}.md first")
    snapshot = make(citekey, data, captured_at=captured_at, **told)
    if kept := already(vault, snapshot):
        return kept
    vault.write_many(snapshot.changes(), message=f"snapshot of {citekey}", kind="create")
    return snapshot


def already(vault: Vault, snapshot: Snapshot) -> Snapshot | None:
    """Return the snapshot that holds this text already, or None.

    Raises
    ------
    RackmathError
        It is kept for another source: two sources with one text are one source.
    """
    if not vault.exists(snapshot.record.path):
        return None
    kept = load(vault, snapshot.record.sha256)
    if kept.record.source != snapshot.record.source:
        raise RackmathError(
            f"this very text is kept as a snapshot of {kept.record.source} already: cite that source, "
            f"or make {snapshot.record.source} superseded by it"
        )
    return kept


def load(vault: Vault, sha: str) -> Snapshot:
    """Return a snapshot by its address.

    Raises
    ------
    RackmathError
        There is none, its record cannot be read, or its text is not what was taken.
    """
    if not _SHA.fullmatch(sha):
        raise RackmathError(f"snapshot {sha[:70]!r}: the address is the 64 hexadecimal digits of the text's SHA-256")
    path = f"{FOLDER}/{sha[:2]}/{sha}.json"
    if not vault.exists(path):
        raise RackmathError(f"there is no snapshot {sha[:12]}… in {vault.name}; take it with `rackmath brain snapshot`")
    record = read_record(vault.read(path)[0], path)
    text, digest = vault.read(record.text_path)
    if digest != sha:
        raise RackmathError(
            f"{record.text_path}: the text was changed after it was taken, so its sentences cannot be trusted; "
            "restore it from the history"
        )
    return Snapshot(record, text)


def of_source(vault: Vault, citekey: str, problems: list[str] | None = None) -> list[Record]:
    """Return the records of a source's snapshots, the newest capture first.

    `problems` takes a line for each record that cannot be read; without it they are passed over.
    """
    return [record for record in records(vault, problems) if record.source == citekey]


def records(vault: Vault, problems: list[str] | None = None) -> list[Record]:
    """Return the records of all snapshots, the newest capture first."""
    found = []
    for path in vault.files(FOLDER, (".json",)) if vault.exists_folder(FOLDER) else ():
        try:
            found.append(read_record(vault.read(path)[0], path))
        except RackmathError as error:
            if problems is not None:
                problems.append(str(error))
    return sorted(found, key=lambda record: (record.captured_at, record.sha256), reverse=True)


def read_record(text: str, path: str) -> Record:
    """Read the record of a snapshot, checking it against its own path.

    Raises
    ------
    RackmathError
        It is not a record, or not the one of this path.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RackmathError(f"{path}: not JSON; restore the record from the history") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise RackmathError(f"{path}: not a snapshot's record of format {FORMAT}")
    kinds = {"bytes": int, "extractor_version": int, "segmenter_version": int, "sentences": int, "publishable": bool}
    for field in fields(Record):
        if type(data.get(field.name)) is not kinds.get(field.name, str):
            raise RackmathError(f"{path}: {field.name} is missing or not what it should be; restore the record")
    record = Record(**{field.name: data[field.name] for field in fields(Record)})
    if not _SHA.fullmatch(record.sha256) or record.path != path:
        raise RackmathError(
            f"{path}: the record is of another text ({record.sha256[:12]!r}); restore it from the history"
        )
    return record


def public_sentences(snapshot: Snapshot, cited: Iterable[int]) -> tuple[PublicSentence, ...]:
    """Return what the public may see of a snapshot: the cited sentences, and the numbers of their neighbours.

    All sentences, with text, where the record says that the text may be published. Numbers that the snapshot does not
    have are left out.
    """
    wanted = set(cited)
    if snapshot.record.publishable:
        return tuple(PublicSentence(each.n, each.text, each.n in wanted) for each in snapshot.sentences)
    near = {number + step for number in wanted for step in (-1, 0, 1)}
    return tuple(
        PublicSentence(each.n, each.text if each.n in wanted else None, each.n in wanted)
        for each in snapshot.sentences
        if each.n in near
    )


def _line(text: str) -> str:
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())[:2000]


def _moment(when: date | datetime | str) -> str:
    if not isinstance(when, str):
        return when.isoformat()
    try:
        (date if len(when) == 10 else datetime).fromisoformat(when)
    except ValueError:
        raise RackmathError(f"captured: {when[:40]!r} is not a day or a moment; write 2026-11-22") from None
    return when
