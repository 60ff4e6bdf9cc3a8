"""Texts and addresses that mean harm."""

import asyncio
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rackmath.web.pages import ROUTES
from web.asking import HOST, make_brain, note, serve

CORPUS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "[click](vbscript:msgbox(1))",
    "[click](\x01javascript:alert(1))",
    "[click](java\nscript:alert(1))",
    "![x](javascript:alert(1))",
    "![x](http://evil.example/track.png)",
    "<javascript:alert(1)>",
    "[[javascript:alert(1)|click]]",
    '[[fig:x" onmouseover="alert(1)|click]]',
    "[[One|<b onclick=alert(1)>x</b>]]",
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>`\n\n```html\n<script>alert(1)</script>\n```",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=token>",
    "<a href=x onclick=alert(1)>x</a>",
    "<!-- <script>alert(1)</script> -->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '[^x]\n\n[^x]: @a"><script>alert(1)</script>',
    "{{ 7 * 7 }} {% raw %}",
    '" onfocus="alert(1)" autofocus="',
    "\u202egnp.exe",
]
_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_BAD = re.compile(r"\son\w+\s*=|javascript:|vbscript:|srcdoc|<iframe|<object|<embed|<style|\sstyle\s*=", re.IGNORECASE)


def yaml(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\x01", "\\x01") + '"'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    notes = [("notes/observation/one.md", note("One", "See [[Two]]."))]
    for number, text in enumerate(CORPUS):
        named = f"title: {yaml(text)}\nstatus: published\ntags: [{yaml(text)}]\n"
        front = f"---\ntype: thesis\n{named}contributors: [ann]\n---\n\n"
        notes.append((f"notes/thesis/n{number}.md", f"{front}{text}\n\nBefore {text} after.\n"))
    title, url = yaml(CORPUS[24]), yaml("javascript:alert(1)")
    notes.append(("sources/a-source.md", f"---\ncitekey: a-source\ntitle: {title}\nurl: {url}\n---\n\n{CORPUS[0]}\n"))
    with asyncio.Runner() as runner:
        made = serve(make_brain(folder / "brain", notes), folder / "tokens.json", runner)
        yield made
        made.site.close()


def harmless(html):
    """Assert that nothing in a page can run or load from elsewhere."""
    for tag in _TAG.findall(html):
        if tag.startswith("<script"):
            assert re.fullmatch(r'<script (src="/static/[\w.-]+"( defer)?|type="application/ld\+json")>', tag), tag
        # what stands inside quotes is a value: only what is outside can be an attribute
        bare = re.sub(r'"[^"]*"', '""', tag)
        assert not _BAD.search(bare), tag
        for value in re.findall(r'(?:href|src|action|formaction)="([^"]*)"', tag):
            assert re.match(r"(/|#|https?:|mailto:|data:,|data:image/|$|\?)", value), tag
        if tag.startswith(("<img", "<link", "<script", "<form")):
            assert "evil.example" not in tag
    for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL):
        assert "<" not in data


def test_no_note_runs_on_its_page_or_in_any_list(served):
    browser = served.browser()
    for card in served.site.notes():
        answer = browser.get(card.href)
        assert answer.status_code == 200
        harmless(answer.text)
        for path in (f"/n/{card.key}/history", f"/n/{card.key}/links"):
            harmless(browser.get(path).text)
    for path in (
        "/",
        "/@ann",
        "/@ann/thesis",
        "/tags",
        "/changes",
        "/sources",
        "/src/a-source",
        "/attention",
        "/contributors",
    ):
        harmless(browser.get(path).text)
    for tag in served.site.tags():
        harmless(browser.get(f"/tag/{tag.slug}").text)


@pytest.mark.parametrize("text", CORPUS)
def test_what_is_asked_for_does_not_run_either(served, text):
    browser = served.browser()
    for path, name in (("/search", "q"), ("/tags", "q"), ("/in", "next"), ("/", "as_of"), ("/sources", "q")):
        answer = browser.get(path, params={name: text})
        assert answer.status_code < 500
        harmless(answer.text)


def test_no_note_runs_in_the_editor(served):
    writer = served.writer()
    for card in served.site.notes():
        for path in (
            f"/write/{card.key}",
            f"/write/{card.key}?all=1",
            f"/write/{card.key}/citations",
            f"/write/{card.key}/retire",
        ):
            answer = writer.get(path)
            assert answer.status_code == 200, (path, answer.text)
            harmless(answer.text)
    harmless(writer.get("/write/new/figures").text)


def test_what_is_typed_does_not_run_in_the_answer(served):
    writer = served.writer()
    for text in CORPUS:
        answer = writer.send("/write/new", title=text, kind="thesis", tags=text, body=text, message=text, do="preview")
        assert answer.status_code == 200
        harmless(answer.text)


PLACES = [
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/n/..%2f..%2fetc", "/src/..%2fbrain.yaml", "/src/%00",
    "/src/a/read/../../../../etc/passwd", "/proposals/../brain.yaml", "/proposals/..%2f..%2fetc%2fpasswd",
    "/tag/%ff%fe",
    "/@%2e%2e", "/static/%2e%2e%2faccess.py", "//evil.example/x", "/n/x@..%2f..", "/fig/%0d%0aSet-Cookie:x",
    "/.git/config",
    "/journal/tests-2026-11.jsonl", "/brain.yaml", "/.rackmath/index.sqlite", "/write/..%2f..", "/feeds/..%2fx.atom",
    "/data/../x.csv",
]  # fmt: skip


@pytest.mark.parametrize("path", PLACES)
def test_no_address_leads_into_the_files(served, path):
    for browser in (served.browser(), served.writer()):
        answer = browser.get(path)
        assert answer.status_code in {301, 303, 400, 404, 405}, answer.text
        assert "root:" not in answer.text
        assert "brain_" not in answer.text
        assert answer.headers.get("location", "/").startswith("/")
        assert not answer.headers.get("location", "/").startswith("//")


SEGMENT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/?#"), max_size=12)


@given(
    st.sampled_from([route.pattern for route in ROUTES]),
    st.lists(SEGMENT, min_size=4, max_size=4),
    st.dictionaries(
        st.sampled_from(["q", "as_of", "kind", "page", "from", "to", "tag", "sort", "by"]), SEGMENT, max_size=3
    ),
    st.sampled_from(["", ".json", ".md", ".csv"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_address_breaks_the_server(served, pattern, parts, query, twin):
    from urllib.parse import quote

    names = iter(parts)
    path = re.sub(r"\{\w+\}", lambda _: quote(next(names), safe="") or "x", pattern) + twin
    browser = served.browser()
    answer = browser.get(path, params=query)
    assert answer.status_code < 500, answer.text
    assert "location" not in answer.headers or answer.headers["location"].startswith(("/", HOST))
