"""What every page shares: the template engine, its style sheet, and the policy that lets in nothing else."""

from __future__ import annotations

import base64
import datetime
import hashlib
import html
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rackmath.errors import require
from rackmath.web.charts.svg import Svg, clean, printable
from rackmath.web.numbers import finite, plural

if TYPE_CHECKING:
    from jinja2 import Environment

_NUMBER_THEN_WORD = re.compile(r"(\d) (?=\w)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_GAPS = re.compile(r"\s*([{};,>])\s*|\s+")


def render(template: str, styles: Iterable[str], **context: Any) -> str:
    """Return a whole page from a template of ``web/templates``.

    Parameters
    ----------
    template
        File name of the template.
    styles
        File names of the style sheets, put into the page in this order.
    context
        What the template uses. It also gets ``style`` and ``policy``.
    """
    style = style_text(tuple(styles))
    return engine().get_template(template).render(style=Svg(style), policy=policy(style), **context)


@lru_cache(maxsize=8)
def style_text(names: tuple[str, ...]) -> str:
    """Return style sheets as one text, without comments and idle space."""
    from importlib.resources import files  # noqa: PLC0415  (only a page needs it)

    folder = files("rackmath.web") / "templates"
    text = "\n".join((folder / name).read_text("utf-8") for name in names)
    # ":" keeps its spaces: "a :hover" and "a:hover" are different things
    return _GAPS.sub(lambda gap: gap[1] or " ", _COMMENT.sub("", text)).replace(";}", "}").strip()


def policy(style: str) -> str:
    """Return the Content-Security-Policy that allows exactly this style sheet: no script, no request, no frame."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def web_address(text: object) -> str:
    """Return `text` if it is an http or https address that may become a link, else an empty text."""
    address = clean(text or "")
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc and " " not in address else ""


def day(text: object) -> str:
    """Return a date as people write it: ``22 November 2026`` of ``2026-11-22``, ``May 2026`` of ``2026-05``."""
    written = clean(text or "")
    for form, shown in (("%Y-%m-%d", "%-d %B %Y"), ("%Y-%m", "%B %Y")):
        try:
            date = datetime.datetime.strptime(written, form)
        except ValueError:
            continue
        return date.strftime(shown.replace("%-d", str(date.day)))
    return written


def sentence(text: object) -> str:
    """Return `text` as a sentence: a large first letter, and a full stop where it ends with none."""
    words = clean(text or "")
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?', '…')) else '.'}" if words else ""


def bound(text: object) -> str:
    """Return `text` with each number bound to the word that follows it, so that a heading does not break between."""
    return _NUMBER_THEN_WORD.sub("\\1\N{NO-BREAK SPACE}", clean(text))


def exact(text: object) -> Svg:
    """Return `text` escaped and otherwise letter for letter, for a field whose content comes back to be saved."""
    return Svg(html.escape(str(text)))


def age(days: object) -> str:
    """Return an age in the unit that people would use: ``5 days``, ``6 months``, ``2 years``."""
    count = finite(days)
    if count is None or count < 0:
        return ""
    for size, one in ((365.0, "year"), (30.4, "month"), (1.0, "day")):
        if count >= 2 * size or size == 1.0:
            return plural(round(count / size), one)
    return ""


@lru_cache(maxsize=1)
def engine() -> Environment:
    """Return the template engine of all pages: everything is escaped, an unknown name is an error."""
    from rackmath.web import numbers  # noqa: PLC0415

    jinja2 = require("jinja2", extra="web")
    engine: Environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rackmath.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(
        amount=numbers.amount,
        short=numbers.short,
        full=numbers.full,
        sized=numbers.sized,
        bound=bound,
        sentence=sentence,
        plain=numbers.plain,
        percent=numbers.percent,
        plural=numbers.plural,
        per=numbers.per,
        day=day,
        age=age,
        web_address=web_address,
        exact=exact,
    )
    return engine


def _shown(value: Any) -> Any:
    """Keep control and direction marks out of the page, and print nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value
