"""A page saved as HTML reads as the same page copied as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from brain.made_pages import LT
from conftest import shared_path
from rackmath.brain.page import SAMPLE_PAGE, Page, parse_page, read_page
from rackmath.brain.page_html import is_html, text_of_html
from rackmath.brain.page_parts import Block, Item


def _item(item: Item) -> str:
    """Return an item with its cite tags back in, as HTML."""
    marks: list[tuple[int, int, str]] = []
    for place, cite in enumerate(item.citations):
        marks.append((cite.start, place, f'{LT}cite index="{cite.raw.split(chr(34))[1]}">'))
        marks.append((cite.end, -1, f"{LT}/cite>"))
    pieces, position = [], 0
    for at, _, tag in sorted(marks):
        pieces += [escape(item.text[position:at], quote=False), tag]
        position = at
    return "".join([*pieces, escape(item.text[position:], quote=False)])


def _block(block: Block) -> Iterator[str]:
    if block.kind == "paragraph":
        yield f"<p>{_item(block.items[0])}</p>"
    elif block.kind == "sources":
        yield "<p><strong>Sources:</strong></p><ul>"
        yield from (f'<li><a href="{escape(item.text)}">{escape(item.text[8:30])}…</a></li>' for item in block.items)
        yield "</ul>"
    elif block.kind == "numbered":
        yield from (f"<p>{_item(item)}</p>" for item in block.items)
    else:
        yield "<ul>"
        depth = 0
        for item in block.items:
            yield "<ul>" * (item.depth - depth) + "</ul>" * (depth - item.depth)
            depth = item.depth
            yield f"<li>{_item(item)}"
        yield "</ul>" * (depth + 1)


def as_html(page: Page, style: str) -> str:
    """Write a page as a web page of one of two usual builds."""
    profile = page.profile
    out = [
        "<!DOCTYPE html><html><head><title>x</title><style>p{}</style><script>var a='<p>no</p>'</script></head><body>"
    ]
    out.append(f"<nav><a href='/'>Back</a></nav><h1>{escape(profile.name)}</h1>")
    out.append(f"<p>@{escape(profile.handle)} · {escape(' · '.join(profile.roles))}</p><p>{escape(profile.bio)}</p>")
    out.append(f"<div>{''.join(f'<span>{escape(beat)}</span>' for beat in profile.beats)}</div>")
    out.append(f"<h2>{escape(profile.title)}</h2><p>{profile.announced} nodes</p><p>{escape(profile.description)}</p>")
    for section in page.sections:
        out.append(f"<section><h2>{section.heading}<span>{section.announced} nodes</span></h2>")
        out += ["<ul>"] if style == "list" else []
        for note in section.notes:
            head = ("<li>", "</li>", "") if style == "list" else ("<article>", "</article>", "<h3>")
            title = escape(note.title, quote=False)
            out.append(
                f"{head[0]}{head[2]}{title}{head[2].replace('<', '</')}" if head[2] else f"{head[0]}<b>{title}</b>"
            )
            out += [part for block in note.blocks for part in _block(block)]
            spans = "".join(f"<a href='/t'>#{escape(tag)}</a>" for tag in note.tags)
            out.append(f"<div>{spans}</div>{head[1]}")
        out += ["</ul>"] if style == "list" else []
        out.append("</section>")
    return "".join([*out, "</body></html>"])


def facts(page: Page) -> list[tuple[object, ...]]:
    """Return what has to survive: titles, tags, text, cite marks and sources."""
    return [
        (
            note.kind,
            note.title,
            note.tags,
            [" ".join(item.text.split()) for item in note.items()],
            [(cite.marks, " ".join(cite.claim.split())) for cite in note.citations],
            [use.url for use in note.urls],
        )
        for note in page.notes
    ]


@pytest.mark.parametrize("style", ["list", "article"])
def test_the_sample_page_says_the_same_as_html(style: str) -> None:
    page = read_page(SAMPLE_PAGE)
    again = parse_page(as_html(page, style))
    assert facts(again) == facts(page)
    assert (again.profile.handle, again.profile.announced) == (page.profile.handle, page.profile.announced)
    assert [section.announced for section in again.sections] == [section.announced for section in page.sections]


@pytest.mark.shared
@pytest.mark.parametrize("style", ["list", "article"])
def test_a_real_page_says_the_same_as_html(style: str) -> None:
    page = read_page(shared_path("seed/brain-page.txt"))
    again = parse_page(as_html(page, style))
    assert facts(again) == facts(page)
    assert sum(len(note.citations) for note in again.notes) == 594


def test_scripts_styles_and_hidden_heads_say_nothing() -> None:
    text = text_of_html("<html><head><title>t</title></head><script>a<p>b</script><p>one<br>two</p><style>p{}</style>")
    assert text.split() == ["one", "two"]


def test_items_without_end_tags_and_ordered_lists() -> None:
    text = text_of_html("<body><ul><li>a<li>b<ol><li>c<li>d</ol><li>e</ul>")
    assert [line for line in text.splitlines() if line] == ["  • a", "  • b", "    1. c", "    2. d", "  • e"]


def test_entities_and_pasted_cite_tags_become_characters() -> None:
    assert text_of_html("<p>5 &lt; 6 &amp; 7&nbsp;W</p>").strip() == "5 < 6 & 7\u00a0W"


@pytest.mark.parametrize(
    "text", ["<html>" + "<div>" * 20000, "<html>" + "<ul><li>" * 5000 + "x", "<html></p></ul></li>a"]
)
def test_broken_and_deep_html_is_read_in_linear_time(text: str) -> None:
    assert len(text_of_html(text)) < 200_000


def test_what_is_html_is_told_by_its_beginning(tmp_path: Path) -> None:
    assert is_html("\ufeff\n<!DOCTYPE HTML>")
    assert not is_html("Skip to content <html>")
    (tmp_path / "empty.html").write_text("<html><body></body></html>")
    with pytest.raises(Exception, match="no section heading"):
        read_page(tmp_path / "empty.html")
