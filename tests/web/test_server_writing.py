"""The way of a writer: sign in, write, be too late, be reviewed, retire. Without scripts."""

import asyncio

import pytest

from rackmath.brain.snapshots import take
from rackmath.vault import Document, Vault
from rackmath.web.keeper import Keeper
from web.asking import HOST, Browser, hidden, make_brain, note, serve

KEY = "01m82ged1jt37j93cb6x340tfv"
ID = f"note_{KEY}"
RULES = "review:\n- name: filings\n  why: a filing is quoted\n  when: {tag: [filing]}\n  needs: [ben]\n"
BODY = """First paragraph.

Second paragraph [13].

Third paragraph.

```references
- id: r1
  raw: '[13]'
  state: candidate
  confidence: 0.4
  numbers: [13]
  candidates:
  - {number: 13, note: note_01m82ged1k9t012gf6wm18xqkd, title: Two, overlap: 0.4}
```
"""


@pytest.fixture
def served(tmp_path):
    notes = [
        ("notes/observation/one.md", note("One", BODY, id=ID, tags="power, gpu")),
        ("notes/thesis/two.md", note("Two", id="note_01m82ged1k9t012gf6wm18xqkd", tags="powr")),
        ("sources/a-source.md", "---\ncitekey: a-source\ntitle: A source\n---\n"),
    ]
    with asyncio.Runner() as runner:
        made = serve(make_brain(tmp_path / "brain", notes, front=RULES), tmp_path / "tokens.json", runner)
        yield made
        made.site.close()


def text_of(served, path="notes/observation/one.md"):
    return (served.folder / path).read_text()


def page(answer):
    assert answer.status_code == 200, answer.text
    return answer.text


# --- signing in --------------------------------------------------------------------------------------------------


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(served):
    browser = served.browser()
    answer = browser.post("/in", {"token": served.token()[0], "next": "/write/new"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/write/new")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("rackmath-8000=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert browser.get("/write/new").status_code == 200


def test_over_https_the_cookie_is_for_https_alone(served):
    answer = served.browser("https://localhost").post("/in", {"token": served.token()[0]})
    assert answer.headers["set-cookie"].startswith("__Host-rackmath=")
    assert "Secure" in answer.headers["set-cookie"]


def test_going_on_after_signing_in_stays_here(served):
    for onward in ("//evil.example/x", "https://evil.example", "/\\evil.example"):
        assert served.browser().post("/in", {"token": served.token()[0], "next": onward}).headers["location"] == "/"


def test_wrong_tokens_are_slowed_down_and_the_right_one_never(served):
    browser = served.browser()
    codes = [browser.post("/in", {"token": "rk_no"}).status_code for _ in range(12)]
    assert codes[0] == 403
    assert codes[-1] == 429
    assert browser.post("/in", {"token": served.token()[0]}).status_code == 303


def test_a_token_of_another_brain_is_refused(served):
    text, _ = served.tokens.new(brain="brain_other", handle="ann", scopes=["write"], title="Another")
    answer = served.browser().post("/in", {"token": text})
    assert answer.status_code == 403
    assert "another brain, Another" in answer.text


def test_without_a_session_the_writing_pages_ask_for_one(served):
    answer = served.browser().get("/write/new?kind=thesis")
    assert (answer.status_code, answer.headers["location"]) == (303, "/in?next=/write/new%3Fkind%3Dthesis")


def test_signing_out_ends_the_session(served):
    writer = served.writer()
    csrf = hidden(page(writer.get("/write/new")))["csrf"]
    kept = dict(writer.jar)
    assert writer.post("/out", {"csrf": csrf}).status_code == 303
    thief = served.browser()
    thief.jar.update(kept)
    assert thief.get("/write/new").status_code == 303


def test_revoking_the_token_ends_the_session_at_once(served):
    text, token = served.token()
    writer = served.browser().sign_in(text)
    page(writer.get("/write/new"))
    served.tokens.revoke(token.id)
    assert writer.get("/write/new").status_code == 303


def test_a_token_that_may_only_read_may_not_write(served):
    reader = served.writer(scopes=["read"])
    assert reader.get("/write/new").status_code == 403
    csrf = hidden(page(reader.get("/review")))["csrf"]
    before = text_of(served)
    answer = reader.post(f"/write/{KEY}", {"csrf": csrf, "title": "X", "body": "x", "base": "x"})
    assert answer.status_code == 403
    assert text_of(served) == before
    writer = served.writer(scopes=["write"])
    csrf = hidden(page(writer.get("/write/new")))["csrf"]
    assert writer.post(f"/review/{KEY}", {"csrf": csrf}).status_code == 403
    assert writer.post("/tag/powr/merge", {"csrf": csrf, "into": "power", "do": "merge"}).status_code == 403


# --- forms of others ----------------------------------------------------------------------------------------------


def test_a_form_without_the_secret_changes_nothing_and_loses_nothing(served):
    writer = served.writer()
    fields = hidden(page(writer.get(f"/write/{KEY}")))
    before = text_of(served)
    for csrf in ("", "x", hidden(page(served.writer().get("/write/new")))["csrf"]):
        answer = writer.post(
            f"/write/{KEY}", {**fields, "csrf": csrf, "title": "One", "body": "My <b>words</b>", "do": "save"}
        )
        assert answer.status_code == 403
        assert "My &lt;b&gt;words&lt;/b&gt;" in answer.text
    assert text_of(served) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": HOST, "sec-fetch-site": "cross-site"},
        {"origin": HOST, "sec-fetch-site": "same-site"},
        {"origin": HOST, "sec-fetch-site": "none"},
        {"origin": "", "referer": "http://evil.example/"},
    ],
)
def test_a_form_of_another_site_is_refused(served, headers):
    writer = served.writer()
    fields = hidden(page(writer.get("/write/new")))
    sent = {**fields, "title": "X", "kind": "thesis", "body": "x"}
    assert writer.post("/write/new", sent, headers=headers).status_code == 403
    nowhere = Browser(served.app, served.runner, jar=writer.jar)
    assert nowhere.ask("POST", "/write/new", data=sent).status_code == 403  # says nothing of where it comes from


def test_what_was_typed_survives_the_end_of_the_session(served):
    writer = served.writer()
    fields = hidden(page(writer.get(f"/write/{KEY}")))
    typed = {**fields, "title": "One", "body": "Two hours of work\r\n", "tags": "a", "do": "save"}
    answer = served.browser().post(f"/write/{KEY}", typed)
    assert answer.status_code == 403
    assert "Two hours of work" in answer.text
    again = served.writer().post(f"/write/{KEY}", typed)  # signed in anew: the old form's secret is worthless
    assert again.status_code == 403
    assert "Two hours of work" in again.text
    assert "Two hours" not in text_of(served)


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_note_is_written_submitted_and_published(served):
    writer = served.writer()
    answer = writer.send(
        "/write/new", title="Brand new", kind="thesis", tags="power, new tag", body="Words.\r\n", do="save"
    )
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "Saved." in page(writer.get(path))
    assert "Saved." not in page(writer.get(path))  # said once
    document = Document.parse(text_of(served, "notes/thesis/brand-new.md"))
    assert document.front["status"] == "draft"
    assert list(document.front["tags"]) == ["power", "new tag"]
    assert list(document.front["contributors"]) == ["ann"]
    answer = writer.send(path, title="Brand new", tags="power, new tag", body="Better words.\r\n", do="publish")
    note_page = answer.headers["location"]
    assert "Better words." in page(served.browser().get(note_page))
    assert "Published." in page(writer.get(note_page))
    assert b"\r" not in (served.folder / "notes/thesis/brand-new.md").read_bytes()


def test_a_preview_shows_the_text_and_saves_nothing(served):
    writer = served.writer()
    before = text_of(served)
    answer = writer.send(f"/write/{KEY}", title="One", body="See **this** and [[Two]].", tags="", do="preview")
    assert "<strong>this</strong>" in page(answer)
    assert "/n/01m82ged1k9t012gf6wm18xqkd-two" in answer.text
    assert "See **this** and [[Two]].</textarea>" in answer.text
    csrf = hidden(answer.text)["csrf"]
    live = writer.post("/write/preview", {"body": "*soft*", "title": "T", "key": KEY}, headers={"x-csrf": csrf})
    assert "<em>soft</em>" in page(live)
    assert writer.post("/write/preview", {"body": "*soft*"}).status_code == 403
    assert text_of(served) == before


def test_saving_what_was_not_changed_changes_nothing(served):
    writer = served.writer()
    before = text_of(served)
    text = page(writer.get(f"/write/{KEY}"))
    body = text.split('name="body"')[1].split(">", 1)[1].split("</textarea>")[0].removeprefix("\n")
    import html

    answer = writer.post(
        f"/write/{KEY}",
        {
            **hidden(text),
            "title": "One",
            "tags": "power, gpu",
            "body": html.unescape(body).replace("\n", "\r\n"),
            "do": "save",
        },
    )
    assert answer.status_code == 303
    assert "Nothing was changed." in page(writer.get(answer.headers["location"]))
    assert text_of(served) == before


def test_a_correction_has_to_say_what_was_wrong(served):
    writer = served.writer()
    answer = writer.send(
        f"/write/{KEY}", title="One", body="Other words.", tags="power, gpu", revision="correction", do="save"
    )
    assert answer.status_code == 422
    assert "a correction needs a message" in answer.text
    assert "Other words." in answer.text
    answer = writer.send(
        f"/write/{KEY}",
        title="One",
        body="Other words.",
        tags="power, gpu",
        revision="correction",
        message="It was 4.",
        do="save",
    )
    assert answer.status_code == 303
    assert "It was 4." in page(served.browser().get("/corrections"))


def test_a_new_title_keeps_the_old_one_as_a_name(served):
    writer = served.writer()
    answer = writer.send(f"/write/{KEY}", title="One and a half", body="Words.", tags="power, gpu", do="save")
    assert answer.headers["location"] == f"/n/{KEY}-one-and-a-half"
    document = Document.parse(text_of(served, "notes/observation/one-and-a-half.md"))
    assert "One" in document.front["aliases"]


def test_the_whole_file_can_be_edited_and_its_faults_are_told_by_line(served):
    writer = served.writer()
    shown = page(writer.send(f"/write/{KEY}", title="One", body="New words.\r\n", tags="power, gpu", do="all"))
    assert "id: note_" in shown
    assert "New words." in shown
    before = text_of(served)
    answer = writer.post(f"/write/{KEY}", {**hidden(shown), "text": "---\ntitle: [\n---\n\nMine.", "do": "save"})
    assert answer.status_code == 422
    assert "Line " in answer.text
    assert "Mine.</textarea>" in answer.text
    assert text_of(served) == before


def test_who_is_late_merges_or_decides(served):
    ann, ben = served.writer(), served.writer("ben")
    form = hidden(page(ann.get(f"/write/{KEY}")))
    late = hidden(page(ben.get(f"/write/{KEY}")))
    fields = {"title": "One", "tags": "power, gpu", "do": "save"}
    assert ann.post(f"/write/{KEY}", {**form, **fields, "body": BODY.replace("First", "Ann's")}).status_code == 303
    merged = ben.post(f"/write/{KEY}", {**late, **fields, "body": BODY.replace("Third", "Ben's")})
    assert merged.headers["location"].startswith("/n/")
    assert "Merged with what others changed" in page(ben.get(merged.headers["location"]))
    assert "Ann's paragraph" in text_of(served)
    assert "Ben's paragraph" in text_of(served)

    clash = ben.post(f"/write/{KEY}", {**late, **fields, "body": BODY.replace("First", "Ben's own")})
    assert clash.headers["location"].startswith("/proposals/")
    proposal = clash.headers["location"]
    shown = page(ben.get(proposal))
    assert "Ben&#39;s own" in shown
    assert "&lt;&lt;&lt;&lt;&lt;&lt;&lt;" in shown
    undecided = ben.post(
        proposal, {**hidden(shown), "text": shown.split("<<<")[0] + "\n<<<<<<< yours\n", "do": "accept"}
    )
    assert undecided.status_code == 422
    final = text_of(served).replace("Ann's", "Ann's and Ben's")
    done = ben.post(proposal, {**hidden(shown), "text": final.replace("\n", "\r\n"), "do": "accept"})
    assert done.status_code == 303
    assert text_of(served).count("Ann's and Ben's") == 1
    assert "Nothing waits" in page(ben.get("/proposals"))


def test_a_proposal_can_be_put_away(served):
    ann = served.writer()
    form = hidden(page(ann.get(f"/write/{KEY}")))
    fields = {**form, "title": "One", "tags": "power, gpu", "do": "save"}
    ann.post(f"/write/{KEY}", {**fields, "body": "Mine."})
    where = ann.post(f"/write/{KEY}", {**fields, "body": "Also mine."}).headers["location"]
    assert ann.send(where, do="discard", text="", because="no").status_code == 303
    assert ann.get(where).status_code == 404


def test_a_version_nobody_knows_is_refused_and_the_text_kept(served):
    writer = served.writer()
    answer = writer.send(f"/write/{KEY}", base="0" * 64, title="One", body="Mine.", tags="", do="save")
    assert answer.status_code == 422
    assert "Mine." in answer.text


# --- review, retiring, restoring ------------------------------------------------------------------------------------


def test_a_rule_holds_a_note_back_until_who_is_named_approves(served):
    ann, ben = served.writer(), served.writer("ben")
    answer = ann.send("/write/new", title="From a filing", kind="reading", tags="filing", body="Words.", do="publish")
    assert "waits for review" in page(ann.get(answer.headers["location"]))
    card = served.site.notes(status=("review",))[0]
    assert served.browser().get(card.href).status_code == 404
    queue = page(ben.get("/review"))
    assert "a filing is quoted" in queue
    base = queue.split('name="base" value="')[1][:64]
    sent = {"csrf": hidden(queue)["csrf"], "base": base}
    asked = ben.post(f"/review/{card.key}", {**sent, "do": "changes", "comment": "Say which filing."})
    assert asked.status_code == 303
    assert served.browser().get(card.href).status_code == 404
    assert ben.post(f"/review/{card.key}", {**sent, "do": "approve", "comment": "Good."}).status_code == 303
    assert (
        ann.post(f"/review/{card.key}/publish", {"csrf": hidden(page(ann.get("/review")))["csrf"]}).status_code == 303
    )
    assert served.browser().get(card.href).status_code == 200


def test_an_approval_is_for_the_text_that_was_read(served):
    ann, ben = served.writer(), served.writer("ben")
    ann.send("/write/new", title="From a filing", kind="reading", tags="filing", body="Words.", do="review")
    card = served.site.notes(status=("review",))[0]
    queue = page(ben.get("/review"))
    ann.send(f"/write/{card.key}", title="From a filing", tags="filing", body="Quite other words.", do="save")
    answer = ben.post(
        f"/review/{card.key}",
        {"csrf": hidden(queue)["csrf"], "base": queue.split('name="base" value="')[1][:64], "do": "approve"},
    )
    assert answer.status_code == 400
    assert "changed since you read it" in answer.text


def test_a_note_is_retired_with_its_reason_and_brought_back(served):
    writer = served.writer()
    assert writer.send(f"/write/{KEY}/retire", because="").status_code == 422
    assert writer.send(f"/write/{KEY}/retire", because="x", superseded_by="Nobody").status_code == 422
    assert writer.send(f"/write/{KEY}/retire", because="It was a dream.", superseded_by="Two").status_code == 303
    shown = page(served.browser().get(f"/n/{KEY}-one"))
    assert "It was a dream." in shown
    csrf = hidden(page(writer.get("/write/new")))["csrf"]
    writer.send(f"/write/{KEY}", title="One", body="Quite new.", tags="", do="save")
    assert writer.post(f"/write/{KEY}/restore", {"csrf": csrf, "version": "1"}).status_code == 303
    assert "First paragraph." in text_of(served)
    assert writer.post(f"/write/{KEY}/restore", {"csrf": csrf, "version": "99"}).status_code == 400


# --- figures, references, tags --------------------------------------------------------------------------------------


def test_a_figure_is_added_by_a_form(served):
    writer = served.writer()
    wrong = writer.send(f"/write/{KEY}/figure", subject="H100", quantity="rental-price", value="x", source="none")
    assert wrong.status_code == 422
    assert 'value="H100"' in wrong.text
    assert "no source" in wrong.text
    good = {
        "subject": "h100-sxm", "quantity": "cluster-price", "value": "2.5", "unit": "", "as_of": "2026",
        "kind": "listed",
        "claimant": "A cloud", "source": "a-source",
    }  # fmt: skip
    name, meant = next((name, each) for name, each in served.site.meaning[0].items() if each.unit and not each.axes)
    answer = writer.send(f"/write/{KEY}/figure", **{**good, "quantity": name, "unit": meant.unit})
    assert answer.status_code == 303, answer.text
    assert f"quantity: {name}" in text_of(served)
    figure = served.site.figures(quantity=name)[0]
    picked = writer.get(f"/write/{KEY}/figures.json?q=h100").json()
    assert [each["token"] for each in picked["figures"]] == [f"[[fig:{figure.id}|2.5]]"]
    assert [each["token"] for each in writer.get("/write/new/figures.json?q=source").json()["sources"]] == ["@a-source"]
    assert "[[fig:" in page(writer.get(f"/write/{KEY}/figures?q=h100"))


def test_a_bracket_reference_is_a_candidate_until_confirmed(served):
    writer = served.writer()
    library = served.site.libraries[0]
    assert [each.state for each in library.references(ID)] == ["candidate"]
    path = f"/write/{KEY}/citations"
    confirm = {"do": "confirm reference"}
    for wrong in ({}, {"means-13": "Nobody"}, {"means-99": "Two"}, {"entry": "r9", "means-13": "Two"}, {"do": "x"}):
        assert writer.send(path, **{"entry": "r1", **confirm, **wrong}).status_code == 422
    assert [each.state for each in library.references(ID)] == ["candidate"]
    assert writer.send(path, entry="r1", **confirm, **{"means-13": "Two"}).status_code == 303
    assert [(each.state, each.confirmed_by) for each in library.references(ID)] == [("resolved", "ann")]
    assert writer.send(path, entry="r1", do="reject reference").status_code == 303
    assert [each.state for each in library.references(ID)] == ["unresolved"]


def test_a_citation_is_bound_to_a_sentence_and_released(served):
    vault = Vault.open(served.folder)
    kept = take(vault, "a-source", b"It was dear. It costs 7 dollars. It will be cheap.", captured_at="2026-11-20")
    assert len(kept.sentences) == 3
    served.refresh()
    writer = served.writer()
    writer.send(
        f"/write/{KEY}", title="One", body="It costs 7 dollars.[^1]\n\n[^1]: @unknown\n", tags="power", do="save"
    )
    path = f"/write/{KEY}/citations"
    bind = {"entry": "1", "do": "confirm citation", "source": "@a-source"}
    for wrong in ({"source": "none"}, {"sentences": "9"}, {"sentences": "x"}, {"relation": "likes"}, {"entry": "2"}):
        assert writer.send(path, **{**bind, **wrong}).status_code == 422
    answer = writer.send(path, **bind, sentences="2")
    assert answer.status_code == 303, answer.text.split("Not saved")[1][:300]
    cited = served.site.libraries[0].citations(ID)[0]
    assert (cited.citekey, cited.state, cited.sentences) == ("a-source", "resolved_sentence", ((2, 2),))
    assert cited.checked_by == "ann"
    assert "[^1]: @a-source s2" in text_of(served)
    assert writer.send(path, entry="1", do="release citation").status_code == 303
    assert served.site.libraries[0].citations(ID)[0].citekey == ""


def test_tags_are_merged_after_a_look(served):
    writer = served.writer()
    assert "1 note would say" in page(writer.send("/tag/powr/merge", into="power", do="look"))
    assert "tags: [powr]" in text_of(served, "notes/thesis/two.md")
    answer = writer.send("/tag/powr/merge", into="power", do="merge")
    assert answer.headers["location"] == "/tag/power"
    assert "tags: [power]" in text_of(served, "notes/thesis/two.md")
    assert served.site.tag("powr").slug == "power"


# --- two servers, and an editor beside them -------------------------------------------------------------------------


def test_two_servers_on_one_brain_do_not_lose_each_others_writing(served, tmp_path):
    with asyncio.Runner() as runner:
        other = serve(served.folder, tmp_path / "tokens.json", runner)
        one, two = served.writer(), other.writer("ben")
        for number in range(6):
            writer = (one, two)[number % 2]
            answer = writer.send(
                "/write/new", title=f"Note {number}", kind="thesis", body="Words.", tags="", do="publish"
            )
            assert answer.status_code == 303
        served.refresh()
        titles = {card.title for card in served.site.notes(kind="thesis")}
        assert titles >= {f"Note {number}" for number in range(6)}
        assert Vault.open(served.folder, read_only=True).verify() == []
        other.site.close()


def test_an_edit_outside_is_seen_and_kept(served):
    path = served.folder / "notes/observation/one.md"
    path.write_text(path.read_text().replace("First", "Outside"))
    Keeper(served.site.libraries).look()
    assert "Outside paragraph" in page(served.browser().get(f"/n/{KEY}-one"))
    last = Vault.open(served.folder, read_only=True).history("notes/observation/one.md")[-1]
    assert (last.op, last.kind) == ("absorb", "outside")


def test_pages_are_made_ahead_when_something_has_changed(served):
    made = []
    keeper = Keeper(served.site.libraries, warm=lambda: made.append(1))
    keeper.warm()
    keeper.warm()
    assert made == [1]
    (served.folder / "notes/observation/new.md").write_text(note("New"))
    keeper.look()
    keeper.warm()
    assert made == [1, 1]
