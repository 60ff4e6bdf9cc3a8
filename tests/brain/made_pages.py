"""Small pages made for one test each."""

from __future__ import annotations

LT = chr(60)  # the opening angle bracket, so that no viewer takes these tags for its own
HEAD = """Ada Crane
@ada · writer
Ada Crane counts machines.
Machines
Ada's brain
2 nodes
All of it.
"""


def cite(index: str, text: str, opening: str = LT) -> str:
    """Return a cite span as a page writes it."""
    return f'{opening}cite index="{index}">{text}{LT}/cite>'


def note(title: str, *body: str, tags: str = "#a#b") -> str:
    """Return a note: its title and body lines, the latter indented unless they are empty."""
    lines = [f"    {line}" if line else "" for line in body]
    return "\n".join([f"  • {title}", "", *lines, *([f"    {tags}"] if tags else [])])


def page(*notes: str, heading: str = "Thesis{n} nodes", head: str = HEAD) -> str:
    """Return a page with one section."""
    return "\n".join([head + heading.format(n=len(notes)), *notes]) + "\n"


def reading(title: str, *body: str, urls: tuple[str, ...] = ("https://a.example/x",), tags: str = "#a#b") -> str:
    """Return a reading with a list of sources."""
    return note(title, *body, "", "Sources:", "", *(f"• {url}" for url in urls), tags=tags)
