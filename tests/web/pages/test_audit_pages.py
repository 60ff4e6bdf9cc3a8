"""The audit page, the margin of a note, living notes, who rests on what, the queue's forms, and the report file."""

import asyncio
import json
import re
from datetime import date

import pytest

from audit.living_brain import BERTHS, OWN, change, make
from rackmath.audit import audit
from rackmath.audit.claim_review import claim_reviews
from rackmath.audit.finding import Finding, Input
from rackmath.brain.proposals import proposals
from rackmath.brain.site import Site
from rackmath.vault import Vault
from rackmath.web.audit_report import render_audit
from rackmath.web.audit_rows import pieces
from rackmath.web.audited import Audited, audit_of
from rackmath.web.charts.claimed import claimed_chart
from rackmath.web.charts.layers import layers
from rackmath.web.pages import Asked, find
from rackmath.web.site_render import render_page, twin_text
from rackmath.web.static_files import assets
from web.asking import serve
from web.reader import Reader

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make(tmp_path_factory.mktemp("living") / "b")


@pytest.fixture
def site(folder):
    return Site([folder])


def page(site, path, **params):
    found = find(path)
    asked = Asked(params={name.rstrip("_"): value for name, value in params.items()}, today=DAY)
    made = found.route.view(site, asked, **found.parts)
    return made, render_page(made, asked, assets=assets())


def strict(html):
    reader = Reader()
    reader.feed(html)
    assert reader.problems == []
    assert not any("style" in attrs for _, attrs in reader.tags)
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    return " ".join(" ".join(reader.text).split())


def test_the_audit_page_shows_each_finding_with_its_sentence_and_its_sum(site):
    made, html = page(site, "/audit")
    text = strict(html)
    assert "2 findings do not hold" in text
    assert '<mark class="claim">20%</mark>' in html
    assert '<span class="input">$80</span>' in html
    assert "text: 20%" in text
    assert "follows: 25%" in text
    assert made.data["summary"]["wrong"] == 2
    assert json.loads(twin_text(made, "json"))["groups"][0]["note"] == "What berths cost"
    assert "25 %" in twin_text(made, "md")
    assert "a fall of 25 %" not in text
    assert "a fall of 25 %" in strict(page(site, "/audit", show="all")[1])


def test_the_audit_page_is_cut_by_kind_and_into_pages(site, monkeypatch):
    kinds = {
        row["kind"] for group in page(site, "/audit", kind="arithmetic")[0].data["groups"] for row in group["rows"]
    }
    assert kinds == {"arithmetic"}
    monkeypatch.setattr("rackmath.web.pages.audit.SHOWN", 1)
    first = page(site, "/audit", kind="arithmetic", page_="x")[0].data
    assert (first["before"], len(first["groups"][0]["rows"])) == ("", 1)
    second = page(site, "/audit", kind="arithmetic", from_="1")[0].data
    assert second["groups"][0]["rows"][0]["key"] != first["groups"][0]["rows"][0]["key"]
    with pytest.raises(Exception, match="no findings of that sort"):
        page(site, "/audit", kind="opinion")


def test_claim_reviews_are_of_sure_arithmetic_alone(folder):
    findings = audit(folder, DAY)
    told = claim_reviews(findings, "A brain", DAY)
    assert told is not None
    sure = [each for each in findings if each.kind == "arithmetic" and each.confidence >= 0.8]
    assert len(told["@graph"]) == len(sure)
    wrong = next(each for each in told["@graph"] if each["reviewRating"]["ratingValue"] == 1)
    assert wrong["@type"] == "ClaimReview"
    assert wrong["author"]["name"] == "A brain"
    assert wrong["itemReviewed"]["appearance"]["name"] == "What berths cost"
    question = [each for each in findings if each.verdict == "ambiguous"]
    assert claim_reviews(question, "A brain", DAY) is None


def test_a_finding_stands_beside_its_paragraph(site):
    html = page(site, f"/n/{BERTHS.removeprefix('note_')}-what-berths-cost")[1]
    text = strict(html)
    assert re.search(r'last_?|drop\..*?<span class="beside look-bad"', html, re.DOTALL)
    first, second = (match.start() for match in re.finditer('class="beside', html))
    assert first < html.index("A crane of 180 kW") < second
    assert "Does not follow" in text
    assert 'href="/audit#f-' in html


def test_private_letters_in_a_note_bring_nothing_of_the_page(tmp_path):
    brain = make(tmp_path / "b")
    change(brain, "notes/observation/berths.md", "A crane", "[\ue0f10\ue0f2] A crane")
    html = page(Site([brain]), f"/n/{BERTHS.removeprefix('note_')}-what-berths-cost")[1]
    assert html.count('class="beside') == 2


def test_a_run_and_a_reference_are_live_in_the_text(site):
    html = page(site, f"/n/{OWN.removeprefix('note_')}-a-served-token-costs-cents")[1]
    assert '<a class="fig run" href="/depends/run_cost"' in html
    assert "there is no such figure" not in html
    assert "gpu_hour_price: fig_may" not in html  # the block is data, not prose


def test_living_shows_the_old_and_the_new_sentence(site):
    made, html = page(site, "/living")
    text = strict(html)
    assert "<del>1.05</del>" in html
    assert "<ins>1.00</ins>" in html
    assert "Recomputed with tokens.cost_per_mtok: gpu_hour_price 1.8" in text
    assert made.data["count"] == 2


def test_depends_draws_and_lists_the_same(site):
    made, html = page(site, "/depends/fig_may")
    text = strict(html)
    for title in ("run_cost", "A served token costs cents", "Renting beats owning"):
        assert text.count(title) >= 2
    assert {row["sort"] for row in made.rows} == {"run", "note", "figure"}
    with pytest.raises(Exception, match="nothing here is called"):
        page(site, "/depends/nobody")


def test_charts_hold_what_cannot_be_drawn_and_what_is_far_away():
    assert claimed_chart(None, 1.0, 0.9, 1.1, unit="", verdict="wrong", key="k") == ""
    assert claimed_chart(float("inf"), 1.0, 0.9, 1.1, unit="", verdict="wrong", key="k") == ""
    assert "text: 1.2 MW" in claimed_chart(1.2e6, 0.9e6, 0.8e6, 1e6, unit="w", verdict="wrong", key="k")
    assert "follows: $65.8/month" in claimed_chart(131, 65.8, 65, 67, unit="USD/month", verdict="wrong", key="k")
    far = claimed_chart(1e-9, 1e12, 1e11, 1e13, unit="<b>", verdict="wrong", key="k")
    assert "<b>" not in far
    strict(far)
    node = {"id": "a", "sort": "figure", "title": "<script>", "words": "x" * 300, "href": "/a"}
    for width in (960.0, 350.0):
        many = {0: [node], 1: [{**node, "id": f"n{n}"} for n in range(60)]}
        drawn = layers(many, [("a", f"n{n}") for n in range(60)], key="k", title="T", width=width)
        assert "<script>" not in drawn
        strict(drawn)


@pytest.mark.parametrize(("start", "end", "at"), [(0, 0, 0), (-5, 900, 3), (4, 6, 1_000_000)])
def test_pieces_say_the_whole_sentence_whatever_the_places(start, end, at):
    inputs = (Input("a", "4", 4, "", "n", 1, at, at + 1), Input("b", "", 5, "", "n", 1, 0, 0))
    claim = "from 4 to 5, a 20% rise"
    finding = Finding(
        "arithmetic", "r", "wrong", 0.9, "n", claim, "the text says 'zzz'", start=start, end=end, inputs=inputs
    )
    assert "".join(text for text, _ in pieces(finding)) == claim


def test_a_very_long_sentence_is_shown_around_its_marks():
    long = "word " * 400
    finding = Finding("arithmetic", "r", "wrong", 0.9, "n", f"{long}a 20% rise {long}", "the text says '20%'")
    shown = pieces(finding)
    assert [what for _, what in shown] == ["", "claim", ""]
    assert shown[0][0].startswith("… word")
    assert shown[0][0].endswith("word a ")
    assert shown[2][0].startswith(" rise word")
    assert shown[2][0].endswith("word …")
    assert sum(len(text) for text, _ in shown) < 500


def test_a_value_beneath_a_title_is_not_cut():
    node = {"id": "a", "sort": "figure", "title": "T", "words": "2.1 USD/GPU_hour, 2026-05", "href": "/x"}
    drawn = layers({0: [node], 1: [node | {"id": "b"}], 2: [node | {"id": "c"}], 3: [node | {"id": "d"}]}, [],
                   key="k", title="T", width=960)  # fmt: skip
    assert drawn.count("2026-05") == 4


def test_links_in_a_sentence_are_shown_as_their_words():
    claim = "55.04 / 8 = [[fig:fig_x|6.88]] of [[a note]]."
    finding = Finding("arithmetic", "r", "holds", 0.9, "n", claim, "", start=12 + 12, end=12 + 16,
                      inputs=(Input("a", "55.04", 55.04, "", "n", 1, 0, 5),))  # fmt: skip
    assert "".join(text for text, _ in pieces(finding)) == "55.04 / 8 = 6.88 of a note."
    assert ("6.88", "claim") in pieces(finding)


def test_the_report_is_one_file_that_loads_nothing(folder):
    html = render_audit(audit(folder, DAY), "b", DAY)
    text = strict(html.replace('<script type="application/ld+json">', "<script>").replace("</script>", "</script>"))
    assert "2 findings do not hold" in text
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert json.loads(re.search(r'ld\+json">(.*?)</script>', html)[1])["@graph"]


def test_a_hostile_finding_does_not_leave_its_place():
    words = "</script><img src=x onerror=alert(1)> \"' &"
    finding = Finding("arithmetic", words, "wrong", 0.9, words, f"{words} 5%", f"{words} but the text says '5%'",
                      claimed=5.0, recomputed=6.0, unit=words, formula=words)  # fmt: skip
    html = render_audit([finding], words, DAY)
    assert "<img" not in html
    assert html.count("</script>") == 1


# --- on a server --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as found:
        yield found


@pytest.fixture
def served(tmp_path, runner):
    found = serve(make(tmp_path / "b"), tmp_path / "tokens.json", runner)
    for library in found.site.libraries:
        library.look = True  # so that the audit is made in the request
    return found


def test_only_who_may_write_can_settle_and_it_is_remembered(served):
    reader = served.browser()
    assert "This is fine because" not in reader.get("/attention").text
    key = re.search(r'id="f-([0-9a-f]{16})"', reader.get("/audit").text)[1]
    assert reader.post("/attention", {"key": key, "do": "fine", "because": "x"}).status_code in {303, 403}
    writer = served.writer("ann")
    assert "This is fine because" in writer.get("/attention").text
    answer = writer.send("/attention", key=key, do="fine", because="it is of May")
    assert answer.status_code == 303
    text = writer.get("/attention").text
    assert "it is of May" in text
    assert "says @ann" in text
    assert f'id="f-{key}"' not in writer.get("/audit").text
    assert "it is of May" in writer.get("/audit?show=settled").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "fine", "because": " "}, "Say why this is fine"),
        ({"do": "later", "until": "soon"}, "is not a day"),
        ({"do": "later", "until": "2001-01-01"}, "a day to come"),
        ({"do": "fine", "because": "x", "key": "../../etc"}, "not in the queue"),
    ],
)
def test_what_a_form_lacks_is_said(served, fields, said):
    writer = served.writer("ann")
    key = re.search(r'id="f-([0-9a-f]{16})"', writer.get("/audit").text)[1]
    answer = writer.send("/attention", **{"key": key, **fields})
    assert answer.status_code >= 400
    assert said in answer.text
    assert not (served.folder / "audit").exists()


def test_new_sentences_are_proposed_from_the_page(served):
    writer = served.writer("ann")
    assert writer.send("/living").status_code == 303
    (waiting,) = proposals(Vault.open(served.folder))
    assert waiting.note_id == OWN
    assert "Recomputed:" in writer.get("/proposals").text
    text = writer.get(f"/proposals/{waiting.id}").text
    assert "<dd>An H100 rents for <del>2.10</del> dollars an hour." in text
    assert "<dd>An H100 rents for <ins>1.80</ins> dollars an hour." in text


def test_a_served_brain_is_audited_beside_the_requests(tmp_path, runner):
    import time

    found = serve(make(tmp_path / "b"), tmp_path / "tokens.json", runner)
    first = found.browser().get("/audit").text
    assert "is being audited" in first
    library = found.site.libraries[0]
    day = found.clock().date()
    for _ in range(200):
        if audit_of(library, day).current:
            break
        time.sleep(0.05)
    second = found.browser().get("/audit").text
    assert "is being audited" not in second
    assert "findings do not hold" in second


def test_the_audit_page_does_not_speak_of_what_it_has_not_read_yet(site, monkeypatch):
    pending = Audited((), ready=False, current=False, problem="")
    monkeypatch.setattr("rackmath.web.pages.audit.audit_of", lambda library, day: pending)
    text = strict(page(site, "/audit")[1])
    assert "The first audit is running" in text
    assert "Nothing here can be checked" not in text
