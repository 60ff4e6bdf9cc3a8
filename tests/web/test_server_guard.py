"""What every answer carries, whom the server talks to, and how much it takes."""

import asyncio
import gzip

import httpx
import pytest

from rackmath.web.http_forms import safe_next
from rackmath.web.http_guard import Guard, Limits, host_of, loopback
from rackmath.web.pages import ROUTES
from rackmath.web.static_files import static_files
from web.asking import HOST, make_brain, note, serve

NOTES = [
    ("notes/observation/one.md", note("One", "A line.\n\nAnother, see [[Two]].", id="note_01m82ged1jt37j93cb6x340tfv")),
    ("notes/thesis/two.md", note("Two", "Words.", kind="thesis", tags="power")),
    ("notes/thesis/secret.md", note("Secret", "Not yet.", kind="thesis", status="draft")),
]
ONE = "/n/01m82ged1jt37j93cb6x340tfv-one"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with asyncio.Runner() as runner:
        made = serve(make_brain(folder / "brain", NOTES), folder / "tokens.json", runner)
        yield made
        made.site.close()


@pytest.fixture
def reader(served):
    return served.browser()


PARTS = {"key": "01m82ged1jt37j93cb6x340tfv", "slug": "one", "handle": "ann", "kind": "thesis", "version": "0" * 16}


def addresses():
    """Every kind of page, with parts that are there where the test brain has some."""
    fixed = {"/": "/", "/tag/{slug}": "/tag/power"}
    return sorted({fixed.get(route.pattern) or route.path(**_parts(route.pattern)) for route in ROUTES})


def _parts(pattern):
    import re

    return {name: PARTS.get(name, "x") for name in re.findall(r"\{(\w+)\}", pattern)}


@pytest.mark.parametrize(
    "path", [*addresses(), "/nothing", "/static/none.css", "/api/notes", "/api/nothing", "/openapi.json"]
)
def test_every_answer_is_armed(reader, path):
    answer = reader.get(path)
    assert answer.status_code < 500
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "permissions-policy" in answer.headers
    assert "set-cookie" not in answer.headers
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", addresses())
def test_no_page_holds_an_inline_script_or_style(reader, path):
    text = reader.get(path).text
    assert " style=" not in text
    assert "<style" not in text
    assert "javascript:" not in text
    for piece in text.split("<script")[1:]:
        assert piece.startswith((' src="/static/', ' type="application/ld+json">'))
    assert len(text.encode()) < 150_000


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:8000:1", "[::1", "localhost@evil", "127.0.0.1:x"]
)
def test_a_strange_host_is_refused(reader, host):
    assert reader.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "LOCALHOST", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_this_machine_is_answered_under_its_names(reader, host):
    assert reader.get("/in", headers={"host": host}).status_code == 200


def test_a_public_host_has_to_be_named(tmp_path):
    with asyncio.Runner() as runner:
        made = serve(make_brain(tmp_path / "b"), tmp_path / "t.json", runner, hosts=("brain.example",))
        assert made.browser("http://brain.example").get("/in").status_code == 200
        secure = made.browser("https://brain.example").get("/in")
        assert secure.headers["strict-transport-security"]
        made.site.close()


def test_hosts_are_read_strictly():
    assert host_of("A.example:80") == "a.example"
    assert host_of("[::1]:80") == "::1"
    assert host_of("[::1]80") == ""
    assert [loopback(each) for each in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "10.0.0.1", "x")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status"),
    [("/" + "a" * 5000, 414), ("/search?q=" + "a" * 5000, 414), ("/tags?" + "a=1&" * 200, 400), ("/?as_of=soon", 400)],
)
def test_long_and_strange_questions_are_refused(reader, path, status):
    assert reader.get(path).status_code == status


def test_many_headers_are_refused(reader):
    assert reader.get("/", headers={f"x-{number}": "1" for number in range(200)}).status_code == 431


FORM = {"content-type": "application/x-www-form-urlencoded", "origin": HOST}


def test_a_large_body_is_refused_whatever_it_says(reader):
    assert reader.post("/in", content=b"a" * 1_100_000, headers=FORM).status_code == 413

    async def drops():
        for _ in range(200):
            yield b"a" * 10_000

    assert reader.post("/in", content=drops(), headers=FORM).status_code == 413  # it does not say how large it is
    assert reader.ask("POST", "/api/notes", content=b"[" * 9_000_000).status_code == 413


def test_a_body_that_does_not_arrive_is_given_up():
    async def app(scope, receive, send):
        await receive()

    told = []

    def complain(scope, status, reason, headers=()):
        async def answer(scope, receive, send):
            told.append((status, reason))

        return answer

    async def never():
        await asyncio.sleep(5)

    async def go():
        guard = Guard(app, ["x"], complain, limits=Limits(pause=0.05))
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"host", b"x")]}
        await guard(scope, never, never)

    asyncio.run(go())
    assert told == [(408, "the request took too long to arrive")]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=1&" * 600, "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"--x\r\n", "multipart/form-data", 400),
        (
            b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\nc\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
            400,
        ),
    ],
)
def test_what_is_no_form_is_refused(reader, body, kind, status):
    answer = reader.post("/in", content=body, headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_mean_nothing(reader, method):
    assert reader.ask(method, "/").status_code == 405


def test_a_post_to_a_page_that_takes_none_is_refused(reader):
    assert reader.post(ONE, {}).status_code == 405
    assert reader.post("/nothing", {}).status_code == 404


# --- files and twins --------------------------------------------------------------------------------------------


def test_files_are_kept_for_good_under_a_hash(reader):
    css = static_files()["site.css"]
    answer = reader.get(css.path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert css.path in reader.get("/").text
    assert reader.get("/static/site.css").status_code == 404


@pytest.mark.parametrize(
    "name", ["../server.py", "..%2fserver.py", "%2e%2e/server.py", "....//server.py", "site.css%00"]
)
def test_no_path_leads_out_of_the_files(reader, name):
    answer = reader.get(f"/static/{name}")
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_scripts_are_small(reader):
    for each in static_files().values():
        if each.name.endswith(".js"):
            assert len(each.body) < 10_000, each.name


def test_a_page_has_twins(reader):
    page = reader.get(ONE)
    assert page.status_code == 200
    links = page.headers["link"]
    assert f'<{ONE}>; rel="canonical"' in links
    assert f'<{ONE}.json>; rel="alternate"; type="application/json"' in links
    assert reader.get(f"{ONE}.json").json()["title"] == "One"
    markdown = reader.get(f"{ONE}.md")
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "A line." in markdown.text
    assert reader.get("/tags.csv").headers["content-type"].startswith("text/csv")
    assert reader.get("/index.json").status_code == 200
    assert reader.get(f"{ONE}.csv").status_code in {200, 404}


def test_a_moved_page_says_where_it_is(reader):
    answer = reader.get("/n/01m82ged1jt37j93cb6x340tfv-old-name?as_of=2026-11-22")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{ONE}?as_of=2026-11-22"


def test_a_page_that_is_unchanged_is_not_sent_again(served, reader):
    first = reader.get(ONE)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    assert reader.get(ONE, headers={"if-none-match": tag}).status_code == 304
    assert reader.get(ONE, headers={"if-none-match": f'"x", {tag}'}).status_code == 304
    assert reader.get("/tags", headers={"if-none-match": tag}).status_code == 200
    path = served.folder / "notes/observation/new.md"
    path.write_text(note("New"))
    served.refresh()
    assert reader.get(ONE, headers={"if-none-match": tag}).status_code == 200
    path.unlink()
    served.refresh()


def test_head_is_get_without_its_body(reader):
    head, page = reader.ask("HEAD", ONE), reader.get(ONE)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == page.headers["etag"]


def test_pages_are_compressed(served):
    async def go():
        transport = httpx.ASGITransport(app=served.app)
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client, client.stream("GET", ONE) as answer:
            return answer.headers, b"".join([part async for part in answer.aiter_raw()])

    headers, raw = served.runner.run(go())
    assert headers["content-encoding"] == "gzip"
    assert b"A line." in gzip.decompress(raw)


def test_feeds_and_sitemap_are_there(reader):
    assert reader.get("/feeds/all.atom").headers["content-type"].startswith("application/atom+xml")
    assert reader.get("/sitemap.xml").status_code == 200
    assert "Disallow: /write" in reader.get("/robots.txt").text


# --- what is not to be seen ---------------------------------------------------------------------------------------


def test_a_draft_is_for_contributors(served, reader):
    path = next(card.href for card in served.site.notes(status=("draft",)))
    assert reader.get(path).status_code == 404
    assert reader.get(f"{path}.json").status_code == 404
    assert served.writer(scopes=["read"]).get(path).status_code == 200
    for place in ("/", "/changes", "/feeds/all.atom", "/sitemap.xml", "/search?q=secret", "/api/notes"):
        assert "Secret" not in reader.get(place).text
    assert reader.get("/api/notes?status=draft").status_code == 401


def test_an_unforeseen_error_is_a_page_with_a_number(served, monkeypatch, caplog):
    from rackmath.web import http_pages

    def broken(path):
        raise ZeroDivisionError("the inside of the program")

    monkeypatch.setattr(http_pages, "find", broken)
    answer = served.browser().get("/")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    number = answer.text.split("tells more under ")[1][:8]
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/a?b=c", "/a?b=c"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
        ("/\t/evil", "/"),
    ],
)
def test_no_redirect_leads_to_another_host(path, to):
    assert safe_next(path) == to
