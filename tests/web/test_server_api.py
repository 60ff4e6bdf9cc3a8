"""The API: reading is open, writing needs a token and the version that was read."""

import asyncio

import pytest

from web.asking import make_brain, note, serve

KEY = "01m82ged1jt37j93cb6x340tfv"


@pytest.fixture
def served(tmp_path):
    notes = [
        ("notes/observation/one.md", note("One", "First.\n\nSecond.", id=f"note_{KEY}", tags="power")),
        ("notes/thesis/draft.md", note("Draft", status="draft", kind="thesis")),
        ("sources/a-source.md", "---\ncitekey: a-source\ntitle: A source\n---\n"),
    ]
    with asyncio.Runner() as runner:
        made = serve(make_brain(tmp_path / "brain", notes), tmp_path / "tokens.json", runner)
        yield made
        made.site.close()


@pytest.fixture
def program(served):
    return served.browser()


def key_of(served, scopes=("write", "review"), handle="ann"):
    return {"authorization": f"Bearer {served.token(handle, scopes)[0]}"}


def test_reading_is_open(served, program):
    found = program.get("/api/notes?tag=power").json()
    assert (found["total"], [each["title"] for each in found["notes"]]) == (1, ["One"])
    answer = program.get(f"/api/notes/{KEY}")
    assert answer.json()["text"].endswith("First.\n\nSecond.\n")
    assert answer.headers["etag"] == f'"{answer.json()["sha256"]}"'
    assert program.get("/api/sources/a-source").json()["title"] == "A source"
    assert program.get("/api/figures").json() == []
    assert program.get(f"/api/notes/{KEY}/history").json()[0]["number"] == 1


def test_drafts_need_a_token(served, program):
    draft = served.site.notes(status=("draft",))[0]
    assert program.get(f"/api/notes/{draft.key}").status_code == 404
    assert program.get(f"/api/notes/{draft.key}", headers=key_of(served)).json()["status"] == "draft"
    assert program.get("/api/notes?status=draft", headers=key_of(served)).json()["total"] == 1


def test_a_cookie_is_no_token(served):
    writer = served.writer()
    assert writer.ask("POST", "/api/notes", json={"kind": "thesis", "title": "X"}).status_code == 401


@pytest.mark.parametrize("header", ["Bearer x", "Bearer ", "Basic YTpi", "Bearer rk_000000000000_" + "a" * 43])
def test_a_wrong_token_is_401_and_says_how(program, header):
    answer = program.ask("POST", "/api/notes", json={"kind": "thesis", "title": "X"}, headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["status"] == 401


def test_scopes_hold(served, program):
    reader = key_of(served, ["read"])
    assert program.get("/api/me", headers=reader).json()["scopes"] == ["read"]
    assert program.ask("POST", "/api/notes", json={"kind": "thesis", "title": "X"}, headers=reader).status_code == 403
    writer = key_of(served, ["write"])
    step = {"do": "approve"}
    assert program.ask("POST", f"/api/notes/{KEY}/steps", json=step, headers=writer).status_code == 403


def test_a_note_lives_its_life(served, program):
    mine = key_of(served)
    made = program.ask("POST", "/api/notes", json={"kind": "thesis", "title": "New", "body": "Words."}, headers=mine)
    assert made.status_code == 201
    where = made.headers["location"]
    read = program.get(where, headers=mine)
    changed = {"text": read.json()["text"].replace("Words", "Better words"), "message": "why not"}
    assert program.ask("PUT", where, json=changed, headers=mine).status_code == 428
    saved = program.ask("PUT", where, json=changed, headers={**mine, "if-match": read.headers["etag"]})
    assert saved.json()["version"] == 2
    for step, status in (("publish", "published"), ("withdraw", None), ("retire", "retired")):
        if status:
            body = {"do": step, "message": "it is over"}
            assert program.ask("POST", f"{where}/steps", json=body, headers=mine).json()["status"] == status
    assert program.get(where).json()["status"] == "retired"
    kinds = [each["kind"] for each in program.get(f"{where}/history").json()]
    assert kinds == ["create", "edit", "publish", "retire"]


def test_a_conflict_is_409_and_loses_nothing(served, program):
    mine = key_of(served)
    read = program.get(f"/api/notes/{KEY}")
    base = {**mine, "if-match": read.headers["etag"]}
    text = read.json()["text"]
    first = program.ask("PUT", f"/api/notes/{KEY}", json={"text": text.replace("First", "Mine")}, headers=base)
    assert first.status_code == 200
    other = program.ask("PUT", f"/api/notes/{KEY}", json={"text": text.replace("Second", "Also")}, headers=base)
    assert other.status_code == 200
    assert other.json()["merged"]
    clash = program.ask("PUT", f"/api/notes/{KEY}", json={"text": text.replace("First", "Theirs")}, headers=base)
    assert clash.status_code == 409
    assert "Theirs" in (served.folder / clash.json()["proposal"]["path"]).read_text()
    assert "Theirs" in clash.json()["draft"]
    assert "Mine" in (served.folder / "notes/observation/one.md").read_text()


def test_sources_are_written_new_or_over_a_version(served, program):
    mine = key_of(served)
    new = {"text": "---\ncitekey: b-source\ntitle: B\n---\n"}
    assert program.ask("PUT", "/api/sources/b-source", json=new, headers=mine).status_code == 428
    assert (
        program.ask("PUT", "/api/sources/b-source", json=new, headers={**mine, "if-none-match": "*"}).status_code == 200
    )
    tag = program.get("/api/sources/b-source").headers["etag"]
    better = {"text": new["text"].replace("B\n", "Better\n")}
    assert (
        program.ask("PUT", "/api/sources/b-source", json=better, headers={**mine, "if-match": tag}).status_code == 200
    )
    assert program.get("/api/sources/b-source").json()["title"] == "Better"
    for name in ("..", "a%2f..%2f..%2fbrain", ".hidden", "a b"):
        answer = program.ask("PUT", f"/api/sources/{name}", json=new, headers={**mine, "if-none-match": "*"})
        assert answer.status_code in {200, 400, 404, 405}
    assert not list(served.folder.parent.glob("*.md"))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"kind": 3}', b'{"kind": "thesis", "title": "x", "strange": 1}', b"\xff", b"[" * 50_000],
)
def test_a_wrong_body_is_told_not_traced(served, program, body):
    headers = {**key_of(served), "content-type": "application/json"}
    answer = program.ask("POST", "/api/notes", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["message"]


def test_what_the_desk_refuses_is_one_line(served, program):
    answer = program.ask("POST", "/api/notes", json={"kind": "poem", "title": "X"}, headers=key_of(served))
    assert answer.status_code == 400
    assert "'poem' is not a kind of note" in answer.json()["error"]["message"]


def test_it_is_documented(program):
    told = program.get("/openapi.json").json()
    assert "HTTPBearer" in told["components"]["securitySchemes"]
    for path, methods in told["paths"].items():
        for method, about in methods.items():
            assert about.get("description"), (method, path)


def test_preview_is_safe(served, program):
    sent = {"text": "# <script>alert(1)</script>\n\n[x](javascript:alert(1))"}
    html = program.ask("POST", "/api/preview", json=sent, headers=key_of(served)).json()["html"]
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_search_says_why(served, program):
    found = program.get("/api/search?q=second").json()
    assert [each["title"] for each in found["results"]] == ["One"]
    assert found["results"][0]["why"]
    assert "Second" in found["results"][0]["passage"]
    assert program.get("/api/search?q=draft").json()["results"] == []
    assert program.get("/api/search?q=kind:poem").status_code in {200, 400}
    assert program.get("/api/search").status_code == 422
