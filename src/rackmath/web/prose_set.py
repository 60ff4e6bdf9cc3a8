"""Set a note's parsed text as HTML: links, footnotes beside the text, figures, brackets, callouts.

Everything that comes from the note is escaped here or by the renderer this extends; nothing is loaded from elsewhere,
and no element has a style attribute.
"""

# ruff: noqa: ARG002  (the parser gives all its methods the same arguments)
from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markdown_it.renderer import RendererHTML

from rackmath.web.charts.svg import escape
from rackmath.web.chips import chip_html
from rackmath.web.prose_rules import slug_of

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

    from rackmath.web.prose import Bracket, Known, Target

MOST_TIPS = 60
"""Figures beyond this many on one page are plain links to their pages: their boxes would weigh too much."""

CALLOUTS = {"warning": "bad", "danger": "bad", "bug": "bad", "failure": "bad", "caution": "half", "question": "half",
            "todo": "half", "success": "good", "tip": "good"}  # fmt: skip

Env = MutableMapping[str, Any]


class NoteRenderer(RendererHTML):
    """The renderer of notes; each method sets the tokens of its name."""

    def footnote(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a mark, and behind it the note for a wide page; a narrow one has all notes in a list below."""
        token = tokens[idx]
        label = token.meta["label"]
        note = env["notes"].get(label)
        if note is None:
            return ""  # a note within a note
        number, times = note.number, env["seen"].get(label, 0) + 1
        env["seen"][label] = times
        key = f"{number}" if times == 1 else f"{number}-{times}"
        beside = times == 1 and not token.meta.get("list_only")
        sign = f'<span class="unseen">, {escape(note.words)}</span>' if note.words else ""
        doubtful = " doubtful" if note.look in {"open", "bad"} else ""
        narrow = "ref" if not beside and times == 1 else "ref narrow"
        links = f'<a class="{narrow}" href="#fn-{number}">{number}{sign}</a>'
        if beside or times > 1:
            goal = f"#sn-{number}" if not note.list_only else f"#fn-{number}"
            links += f'<a class="ref wide" href="{goal}">{number}{sign}</a>'
        mark = f'<sup class="mark{doubtful}" id="ref-{key}">{links}</sup>'
        if beside:
            return f'{mark}<span class="side" id="sn-{number}"><span class="no">{number}</span> {note.html}</span>'
        return mark

    def wikilink(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a link to a note; one that leads nowhere is shown as such."""
        meta = tokens[idx].meta
        return self._to_note(meta["target"], meta["words"], env)

    def figure(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a figure as a chip."""
        meta = tokens[idx].meta
        known: Known = env["known"]
        chip = known.chip(meta["target"])
        if chip is None:
            words = escape(meta["words"] or f"figure {meta['target']}")
            return f'<span class="missing">{words}<span class="unseen"> (there is no such figure)</span></span>'
        env["figures"].append(chip.id)
        env["tips"] += 1
        key = f"tip-{env['tips']}" if env["tips"] <= MOST_TIPS and not meta.get("plain") else ""
        return chip_html(chip, meta["words"], key)

    def run(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a model run: its printed words lead to what it is made of."""
        meta = tokens[idx].meta
        goal = env["known"].run(meta["target"])
        words = escape(meta["words"] or meta["target"])
        if goal is None:
            return f'<span class="missing">{words}<span class="unseen"> (there is no such run)</span></span>'
        return f'<a class="fig run" href="{escape(goal.href)}" title="{escape(goal.title)}">{words}</a>'

    def beside(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set what the page itself says beside a paragraph."""
        number = tokens[idx].meta["number"]
        return str(env["known"].beside[number].html) if number < len(env["known"].beside) else ""

    def bracket(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a bracket reference: its numbers lead to what they mean or may mean, and words say which of the two."""
        bracket: Bracket = tokens[idx].meta["bracket"]
        pieces, position, raw = [], 0, bracket.raw
        for start, end, goal in bracket.places():
            title = escape(goal.title)
            pieces.append(_kept(raw[position:start]))
            pieces.append(f'<a href="{escape(goal.href)}" title="{title}">{escape(raw[start:end])}</a>')
            position = end
        pieces.append(_kept(raw[position:]))
        state = escape(bracket.state)
        note = f' <a class="said" href="#{escape(bracket.id)}">{state}</a>' if bracket.state != "resolved" else ""
        return f'<span class="bracket {state}">{"".join(pieces)}{note}</span>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Open a Markdown link: to another site, to a place on this page, to a note of the vault, or to nothing."""
        token = tokens[idx]
        address = str(token.attrGet("href") or "")
        title = f' title="{escape(token.attrGet("title"))}"' if token.attrGet("title") else ""
        scheme = urlsplit(address).scheme.lower()
        if scheme in {"http", "https"}:
            opening, closing = f'<a class="out" href="{escape(address)}" rel="noopener nofollow"{title}>', "</a>"
        elif scheme == "mailto":
            opening, closing = f'<a href="{escape(address)}"{title}>', "</a>"
        elif address.startswith("#"):
            opening, closing = f'<a href="{escape(_fragment(address[1:]))}"{title}>', "</a>"
        elif (target := env["known"].page(address)) is not None:
            opening, closing = f'<a{_looks(target)} href="{escape(_reach(target.href, address))}"{title}>', "</a>"
        else:
            opening = '<span class="missing">'
            closing = '<span class="unseen"> (there is no such page)</span></span>'
        env["open"].append(closing)
        return opening

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Close what `link_open` opened."""
        return str(env["open"].pop()) if env["open"] else ""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Show a picture of the vault; one from elsewhere is a link to it and is not loaded."""
        token = tokens[idx]
        address = str(token.attrGet("src") or "")
        words = escape(self.renderInlineAsText(token.children, options, env) or "picture")
        parts = urlsplit(address)
        if parts.scheme in {"http", "https"}:
            where = escape(parts.netloc)
            return f'<a class="out" href="{escape(address)}" rel="noopener nofollow">{words} (picture at {where})</a>'
        own = env["known"].picture(address)
        if own:
            return f'<img src="{escape(own)}" alt="{words}" loading="lazy">'
        return f'<span class="missing">{words}<span class="unseen"> (picture not found)</span></span>'

    def blockquote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Open a quotation or a callout."""
        meta = tokens[idx].meta or {}
        block_id = tokens[idx].attrGet("id")
        at = f' id="{escape(block_id)}"' if block_id else ""
        if not meta.get("callout"):
            env["quotes"].append("</blockquote>\n")
            return f"<blockquote{at}>\n"
        env["quotes"].append("</div>\n")
        look = CALLOUTS.get(meta["callout"], "plain")
        return f'<div class="callout {look}" role="note"{at}><p class="callout-title">{escape(meta["title"])}</p>\n'

    def blockquote_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Close what `blockquote_open` opened."""
        return str(env["quotes"].pop()) if env["quotes"] else ""

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Open a table in a box of its own, in which it scrolls and which a keyboard reaches."""
        return '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Close a table and its box."""
        return "</table></div>\n"

    def overlong(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a paragraph that is too long to be read as Markdown."""
        return _kept(tokens[idx].content)

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set a block of code; a keyboard reaches it, since it may scroll."""
        return f'<pre tabindex="0"><code>{_kept(tokens[idx].content)}</code></pre>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        """Set an indented block of code."""
        return self.fence(tokens, idx, options, env)

    def _to_note(self, target: str, words: str, env: Env) -> str:
        shown = escape(words or target)
        if target.startswith("#"):
            return f'<a href="{escape(_fragment(target[1:]))}">{shown.lstrip("#")}</a>'
        found = env["known"].page(target.partition("#")[0])
        if found is None:
            env["missing"].append(target)
            return f'<span class="missing">{shown}<span class="unseen"> (there is no such note)</span></span>'
        return (
            f'<a{_looks(found)} href="{escape(_reach(found.href, target))}" title="{escape(found.title)}">{shown}</a>'
        )


def _kept(text: str) -> str:
    """Escape a text and leave its spaces as they are."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _looks(target: Target) -> str:
    return f' class="to {escape(target.status)}"' if target.status not in {"", "published"} else ""


def _reach(href: str, address: str) -> str:
    """Return an address with the place on that page that a link names."""
    place = address.partition("#")[2]
    return f"{href}{_fragment(place)}" if place else href


def _fragment(place: str) -> str:
    if place.startswith("^"):
        return f"#b-{slug_of(place)}"
    return f"#h-{slug_of(place.rpartition('#')[2])}"
