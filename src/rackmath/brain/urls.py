"""URLs of sources: one normal form, a looser form that finds likely duplicates, and readable citekeys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

LONGEST_KEY = 64

_ARXIV = re.compile(
    r"/(?P<form>abs|pdf|html|ps)/(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?"
)
_DOI = re.compile(r"/(?:doi/(?:abs/|full/|pdf/|fullHtml/|epdf/)?)?(?P<doi>10\.\d{4,9}/[^\s?#]+)")
_DATE = re.compile(r"/(?P<year>20[0-3]\d)/(?P<month>0[1-9]|1[0-2])(?:/(?P<day>0[1-9]|[12]\d|3[01]))?(?=/)")
_WORDS = re.compile(r"[a-z0-9]+")
_TRACKING = re.compile(r"^(?:utm_\w+|gclid|fbclid|mc_cid|mc_eid|ref_src)$")
_PORTS = {"http": 80, "https": 443}
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
_DULL_WORDS = "www index html htm php aspx asp jsp shtml pdf en us amp default home"
_DULL = frozenset(_DULL_WORDS.split())
_SAFE = "!$&'()*+,;=:@-._~/%"


@dataclass(frozen=True, slots=True)
class UrlFacts:
    """What a URL says about its source without opening it.

    Parameters
    ----------
    url
        The normal form: two uses with the same normal form are the same source.
    loose
        A form that also ignores scheme, ``www.``, a final slash and the format of an arXiv paper: two sources with
        the same loose form are probably one document.
    domain
        The part of the host that somebody registered, such as ``arxiv.org`` or ``example.co.uk``.
    published
        A date that stands in the path (``2026-04-27`` or ``2026-04``), or an empty string.
    """

    url: str
    loose: str
    host: str
    domain: str
    arxiv: str
    doi: str
    is_pdf: bool
    published: str


@lru_cache(maxsize=8192)
def normalise_url(url: str) -> str:
    """Return the normal form of a URL.

    Scheme and host are lower-cased, default ports, fragments and tracking parameters dropped, percent-encoding made
    uniform (an apostrophe stays as it is, a space becomes ``%20``), and surrounding spaces removed. The path, its
    case and a final slash are kept: servers may tell them apart. Source: RFC 3986 §6.2.
    """
    return urlunsplit(_split(url))


@lru_cache(maxsize=8192)
def url_facts(url: str) -> UrlFacts:
    """Read what a URL says about its source."""
    parts = _split(url)
    normal = urlunsplit(parts)
    host = (parts.hostname or "").removeprefix("www.")
    arxiv = _ARXIV.fullmatch(parts.path) if host in ("arxiv.org", "export.arxiv.org") else None
    doi = _DOI.search(unquote(parts.path))
    date = _DATE.search(parts.path)
    loose = f"arxiv:{arxiv['id']}" if arxiv else f"{host}{unquote(parts.path).rstrip('/')}?{parts.query}".rstrip("?")
    return UrlFacts(
        url=normal,
        loose=loose,
        host=host,
        domain=registered_domain(host),
        arxiv=arxiv["id"] if arxiv else "",
        doi=re.sub(r"(?:v\d{1,2})?(?:\.full)?(?:\.pdf)?$", "", doi["doi"]) if doi else "",
        is_pdf=parts.path.casefold().endswith(".pdf") or bool(re.search(r"(?:^|/)[\w-]*pdf(?:/|$)", parts.path)),
        published="-".join(part for part in date.groups() if part) if date else "",
    )


def registered_domain(host: str) -> str:
    """Return the last two labels of a host, or three under such suffixes as ``co.uk``. An address stays as it is."""
    labels = host.split(".")
    if len(labels) <= 2 or labels[-1].isdigit():
        return host
    three = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if three else labels[-2:])


def citekey_for(url: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """Return a readable key for a source, from its host and path, that is not in `taken`.

    ``https://arxiv.org/pdf/2604.04745`` → ``arxiv-2604-04745``. A key once given is pinned by the file that carries
    it; when the plain key is taken, four digits of the URL's hash are added.
    """
    facts = url_facts(url)
    parts = urlsplit(facts.url)
    if facts.arxiv:
        plain = "arxiv-" + "-".join(_WORDS.findall(facts.arxiv.casefold()))
    else:
        labels = facts.host.split(".")
        site = labels[:-1] if len(labels) > 1 and not labels[-1].isdigit() else labels
        words = [word for label in site for word in _words_of(label) if label not in _SECOND_LEVEL and word != "www"]
        plain = _cut([*words, *_tail(unquote(parts.path))] or ["source"])
    if plain not in taken:
        return plain
    digest = sha256(facts.url.encode()).hexdigest()
    return next(key for n in range(4, 65) if (key := f"{plain}-{digest[:n]}") not in taken)


def _words_of(text: str) -> list[str]:
    return [word for word in _WORDS.findall(re.sub(r"['’]", "", text.casefold())) if word not in _DULL]


def _tail(path: str) -> list[str]:
    """Return the words of the last part of a path that says something, with parts before it while it is all digits."""
    words: list[str] = []
    for piece in reversed(path.split("/")[-6:]):
        words = [*_words_of(piece), *words]
        if any(any(mark.isalpha() for mark in word) for word in words):
            break
    return words


def _cut(words: list[str]) -> str:
    key = words[0][:LONGEST_KEY]
    for word in words[1:]:
        if len(key) + 1 + len(word) > LONGEST_KEY:
            break
        key = f"{key}-{word}"
    return key


def _split(url: str) -> SplitResult:
    text = "".join(mark for mark in url.strip() if mark.isprintable())
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a malformed host or port: keep the text, as a path that can be read again
        return SplitResult("", "", quote(text, safe="/-._~'"), "", "")
    scheme = parts.scheme.casefold()
    host = (parts.hostname or "").casefold()
    host = f"[{host}]" if ":" in host else host
    netloc = f"{host}:{port}" if port and port != _PORTS.get(scheme) else host
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _TRACKING.match(pair.split("=")[0]))
    return SplitResult(scheme, netloc, _encoded(parts.path) or "/", _encoded(query), "")


def _encoded(text: str) -> str:
    """Make percent-encoding uniform: upper-case hex, unreserved characters bare, everything unsafe encoded."""

    def bare(match: re.Match[str]) -> str:
        mark = chr(int(match[1], 16))
        return mark if re.fullmatch(r"[A-Za-z0-9._~'-]", mark) else match.group().upper()

    return quote(re.sub(r"%([0-9A-Fa-f]{2})", bare, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)), safe=_SAFE + "?")
