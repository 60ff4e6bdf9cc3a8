"""Set a page: its template within the layout, with the links and style sheets of whoever serves or exports it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from rackmath.brain.formats.figures import csv_text
from rackmath.web.charts.svg import Svg, escape
from rackmath.web.page import engine
from rackmath.web.pages import Asked, Page

Link = Callable[[str], str]

_ADDRESS = re.compile(r'\b(href|src|action)="(/(?!/)[^"]*)"')

SHEETS = ("base.css", "site.css", "lists.css", "prose.css", "charts.css", "controls.css")
"""The style sheets of every page, in this order; they are served and exported as one file."""


@dataclass(frozen=True)
class Assets:
    """What every page of a site is set with.

    Parameters
    ----------
    styles
        Addresses of the style sheets, as they stand in the page.
    early
        Addresses of scripts that run before the first paint (the remembered theme).
    scripts
        Addresses of the other scripts; they wait for the page.
    extra
        Addresses of the style sheets that only some pages want, by their names (``Page.styles``).
    brand, licence
        The site's name, and the licence of its texts in one line (may be empty).
    origin
        Scheme and host of the published site, without a slash at the end, for canonical addresses; may be empty.
    writable
        Whether this site has a way to sign in.
    icon
        Address of the icon in the browser's tab.
    """

    styles: Sequence[str] = ("/static/site.css",)
    early: Sequence[str] = ()
    scripts: Sequence[str] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    brand: str = "rackmath"
    licence: str = ""
    origin: str = ""
    writable: bool = False
    icon: str = "data:,"


KINDS = {
    "pov": "Point of view",
    "methodology": "Methodology",
    "watching": "Watching",
    "thesis": "Thesis",
    "reading": "Reading",
    "observation": "Observation",
}
"""What the types of notes are called, in the order of a brain's sections."""

TYPES = {"json": "application/json", "md": "text/markdown", "csv": "text/csv"}

_ADDRESSES = frozenset({"@id", "url", "contentUrl", "urlTemplate", "citation"})
"""Names of linked data whose values may be addresses."""

NAV = (
    ("/models", "Models"),
    ("/scenarios", "Scenarios"),
    ("/serving", "Serving"),
    ("/contributors", "Contributors"),
    ("/tags", "Tags"),
    ("/sources", "Sources"),
    ("/q", "Quantities"),
    ("/changes", "Changes"),
    ("/attention", "Needs attention"),
)


def same(path: str) -> str:
    """Return a path as it is: links of a server at the root of its host."""
    return path


def render_page(page: Page, asked: Asked, link: Link = same, assets: Assets | None = None) -> str:
    """Return a page as HTML, with no inline style and no inline script.

    Parameters
    ----------
    link
        Makes the address in an ``href`` from a root-relative path; it may have a query and a fragment.
    """
    set_with = assets or Assets()
    return (
        engine()
        .get_template(page.template)
        .render(
            page=page,
            data=page.data,
            html={name: relinked(part, link) for name, part in page.html.items()},
            kinds=KINDS,
            twins=[(kind, media) for kind, media in TYPES.items() if page.twin(kind)],
            icon=set_with.icon,
            asked=asked,
            link=link,
            assets=set_with,
            nav=[
                {"href": path, "name": name, "here": page.path == path, "within": page.path.startswith(f"{path}/")}
                for path, name in NAV
                if link(path)  # a published site has no workbench
            ],
            jsonld=embedded(
                _whole(page.jsonld, lambda path: f"{set_with.origin}{path}" if set_with.origin else link(path))
            ),
        )
    )


def twin_text(page: Page, kind: str) -> str:
    """Return the ``json``, ``md`` or ``csv`` twin of a page, which has it."""
    if kind == "json":
        return json.dumps(page.data, ensure_ascii=False, indent=1, allow_nan=False, default=str) + "\n"
    if kind == "md":
        return page.markdown if page.markdown.endswith("\n") else page.markdown + "\n"
    rows = page.rows or []
    return csv_text(rows, list(dict.fromkeys(name for row in rows for name in row)))


def _whole(data: Any, address: Link) -> Any:
    """Return linked data with its root-relative addresses made whole, or made links of this page."""
    if isinstance(data, Mapping):
        return {
            name: address(value) if name in _ADDRESSES and str(value).startswith("/") else _whole(value, address)
            for name, value in data.items()
        }
    return [_whole(item, address) for item in data] if isinstance(data, list | tuple) else data


def relinked(fragment: str, link: Link) -> Svg:
    """Return a fragment with its root-relative addresses made anew by `link`.

    Fragments are ours: every quotation mark in their texts is escaped, so what looks like an attribute is one.
    """
    if link is same:
        return Svg(fragment)
    return Svg(_ADDRESS.sub(lambda found: f'{found[1]}="{escape(link(unescape(found[2])))}"', fragment))


def embedded(data: Mapping[str, Any] | None) -> Svg | None:
    """Return JSON that is safe inside a script element: no text in it can close the element or open a comment."""
    if data is None:
        return None
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Svg(text)
