"""What is audited: the text of a brain page, a Markdown or text file, or a vault, as notes of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rackmath.audit.passage import MOST_LETTERS, Line
from rackmath.brain.page import Page, parse_page
from rackmath.brain.sentences import split
from rackmath.errors import RackmathError
from rackmath.vault import Document

MAX_BYTES = 32 * 1024 * 1024
"""The largest file that is read."""

MOST_NOTES = 20_000

_LINE_END = re.compile(r"\n")
_HEADING = re.compile(r"^[ \t]{0,3}(?P<marks>#{1,6})[ \t]+(?P<title>[^\n]{1,300})", re.MULTILINE)
_FENCE = re.compile(r"^(?P<fence>```|~~~)[^\n]*\n(?:.*\n)*?(?P=fence)[ \t]*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,80}\]:?")
_LIVE = re.compile(r"\[\[[^\[\]|\n]{1,200}\|(?P<told>[^\[\]|\n]{0,200})\]\]")
"""A live figure or a link with words of its own: what is read is what is printed."""

_MATHS = re.compile(r"\$\$[^$]{1,2000}\$\$|\$(?=[A-Za-z\\])[^$\n]{1,300}\$|\$[^$\\\n]{0,100}\\[A-Za-z][^$\n]{0,300}\$")
"""Formulas in TeX: between dollar signs, and with a letter or a command where an amount has its digits."""

_LINK = re.compile(r"!?\[(?P<told>[^\[\]\n]{0,400})\]\([^()\n]{0,800}\)")
_MARK = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")
_BRACKET = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]")
_SOURCES = re.compile(
    r"^#{1,6}[ \t]*(?:sources|references|bibliography|notes|further reading)[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_URL = re.compile(r"https?://[^\s<>)\]\"]{4,800}")


@dataclass(frozen=True)
class Note:
    """A note: its title, its sentences in order, and the addresses that it names."""

    title: str
    path: str
    lines: tuple[Line, ...]
    urls: tuple[str, ...] = ()
    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Matter:
    """Everything that is audited together. `page` is set for a brain page, `vault` for a folder."""

    name: str
    notes: tuple[Note, ...]
    page: Page | None = None
    vault: Path | None = None
    problems: tuple[str, ...] = field(default=())


def read(path: Path) -> Matter:
    """Read what is to be audited.

    Raises
    ------
    RackmathError
        There is nothing there, it is too large, or it is not text.
    """
    if path.is_dir():
        return _vault(path)
    if not path.is_file():
        raise RackmathError(f"{path}: there is no such file or folder; give a page's text, a Markdown file or a vault")
    return read_text(_text(path), path.name)


def read_text(text: str, name: str) -> Matter:
    """Read one text: a brain page if it has the form of one, else a Markdown or plain text."""
    if re.search(r"^[A-Za-z ]{2,40}\d{1,7} nodes?$", text, re.MULTILINE):
        try:
            page = parse_page(text, name)
        except RackmathError:
            page = None  # it only looks like one
        if page:
            return Matter(name, tuple(_page_notes(page)), page=page)
    return Matter(name, (note_of(text, name, ""),))


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise RackmathError(
            f"{path}: {size / 2**20:.0f} MiB is more than the {MAX_BYTES // 2**20} MiB that are audited at once"
        )
    data = path.read_bytes()
    if b"\x00" in data[:4096]:
        raise RackmathError(f"{path}: this is a binary file; give UTF-8 text")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise RackmathError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8 and try again") from None


def _vault(path: Path) -> Matter:
    root = path / "notes" if (path / "brain.yaml").is_file() and (path / "notes").is_dir() else path
    notes: list[Note] = []
    problems: list[str] = []
    inside = path.resolve()
    for file in sorted(root.rglob("*")):
        if file.suffix.lower() not in (".md", ".markdown", ".txt") or any(
            part.startswith(".") for part in file.relative_to(path).parts
        ):
            continue
        if not file.is_file() or not file.resolve().is_relative_to(inside):
            continue
        if len(notes) >= MOST_NOTES:
            problems.append(f"only the first {MOST_NOTES:,} notes were read")
            break
        name = file.relative_to(path).as_posix()
        try:
            notes.append(note_of(_text(file), name, name))
        except RackmathError as problem:
            problems.append(str(problem))
    if not notes:
        raise RackmathError(f"{path}: no Markdown or text file in this folder; nothing to audit")
    return Matter(path.name, tuple(notes), vault=path, problems=tuple(problems))


def _page_notes(page: Page) -> Iterator[Note]:
    for note in page.notes:
        lines: list[Line] = []
        for item in note.items():
            text = _blanked(item.text, _BRACKET)
            lines += [Line(note.title, "", item.line, start, told) for start, told in _pieces(text)]
        yield Note(note.title, "", tuple(lines), tuple(url.url for url in note.urls), note.prose, note.kind)


def note_of(text: str, name: str, path: str) -> Note:
    """Read a Markdown or plain text as a reader sees it; places are those in the file."""
    title, start = "", 0
    if text.startswith("---\n") and (end := text.find("\n---", 4)) > 0:
        title = str(Document.parse(text).front.get("title") or "")
        start = text.find("\n", end + 1) + 1 or len(text)
    body = " " * start + text[start:]
    urls = tuple(dict.fromkeys(_URL.findall(body)))
    body = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), body)
    if sources := _SOURCES.search(body):
        body = body[: sources.start()]
    heads = [(match.start(), match["title"].strip(" #*")) for match in _HEADING.finditer(body)]
    title = title or (heads[0][1] if heads else name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    clean, cuts = _without_marks(body)
    ends = [match.start() for match in _LINE_END.finditer(text)]
    lines: list[Line] = []
    at = section = 0
    cut = left = 0
    for start, told in _pieces(clean):
        while cut < len(cuts) and cuts[cut][0] <= start:
            left, cut = left + cuts[cut][1], cut + 1
        place, inside = start + left, []
        while cut < len(cuts) and cuts[cut][0] < start + len(told):
            inside.append((cuts[cut][0] - start, cuts[cut][1]))
            left, cut = left + cuts[cut][1], cut + 1
        while at < len(ends) and ends[at] < place:
            at += 1
        while section < len(heads) and heads[section][0] <= place:
            section += 1
        heading = heads[section - 1][1] if section else ""
        lines.append(Line(title, path, at + 1, place, told, heading, tuple(inside)))
    return Note(title, path, tuple(lines), urls, clean)


def _without_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return what a reader sees of a text, and where marks were left out of it and how many letters they have."""
    for pattern in (_FOOTNOTE, _BRACKET, _LIVE, _LINK, _URL, _MATHS, _MARK):
        text = pattern.sub(_hollow, text)
    parts: list[str] = []
    cuts: list[tuple[int, int]] = []
    seen = length = 0
    for match in _LEFT_OUT.finditer(text):
        parts.append(text[seen : match.start()])
        length += len(parts[-1])
        cuts.append((length, len(match.group())))
        seen = match.end()
    return "".join([*parts, text[seen:]]), cuts


_LEFT_OUT = re.compile("\0+")


def _hollow(match: re.Match[str]) -> str:
    """Return a mark as noughts of the same length, but for the words that it prints."""
    told = match.groupdict().get("told") or ""
    start, end = match.span("told") if told else (match.end(), match.end())
    return "\0" * (start - match.start()) + told + "\0" * (match.end() - end)


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: " " * len(match.group()), text)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences with their places; overlong ones in pieces."""
    for sentence in split(text):
        told = sentence.text
        start = 0
        while len(told) - start > MOST_LETTERS:
            cut = told.rfind(" ", start + MOST_LETTERS // 2, start + MOST_LETTERS)
            cut = cut if cut > 0 else start + MOST_LETTERS
            yield sentence.start + start, told[start:cut]
            start = cut
        yield sentence.start + start, told[start:]
