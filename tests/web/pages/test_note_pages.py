import datetime
import json
import re
from html.parser import HTMLParser

import pytest

from brain import made_vaults
from rackmath.brain.site import Site
from rackmath.web.pages import Asked, Moved, NotFound, Viewer, find
from rackmath.web.site_render import Assets, render_page
from web.a_brain import DRAFT, GONE, HOSTILE, POWER, RENT, SPOT, make_brain, make_site

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return make_site(tmp_path_factory.mktemp("brain") / "ann")


def page(site, path, **asked):
    found = find(path)
    return found.route.view(site, Asked(today=TODAY, **asked), **found.parts)


def shown(site, path, **asked):
    it = page(site, path, **asked)
    return render_page(it, Asked(today=TODAY, **asked))


def key(note_id):
    return note_id.removeprefix("note_")


def address(note_id, site):
    return site.card(note_id).href


class Whole(HTMLParser):
    """A page as a browser sees it: its words, its elements, and whether it is well formed."""

    EMPTY = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self, text):
        super().__init__()
        self.words, self.elements, self.stack = [], [], []
        self.feed(text)
        self.close()
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.stack.pop() == tag, (tag, self.stack[-3:])

    def handle_data(self, data):
        if not {"script", "style"} & set(self.stack):
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r" ([,.;:)])", r"\1", " ".join(" ".join(self.words).split()))

    def all(self, tag, **wanted):
        return [attrs for name, attrs in self.elements if name == tag and wanted.items() <= attrs.items()]


def every_path(site):
    rent = key(RENT)
    sha = site.source("survey-2026").snapshots[0].sha256
    notes = [card.href for card in site.notes(status=("published", "retired"))]
    return [*notes, f"/n/{rent}@1", f"/n/{rent}/history", f"/n/{rent}/diff", "/src/survey-2026", "/src/retelling",
            "/src/withdrawn", f"/src/survey-2026/read/{sha}", f"/fig/{SPOT}"]  # fmt: skip


# ------------------------------------------------------------------ every page


def test_every_page_is_sound_html_that_a_strict_policy_lets_through(site):
    for path in every_path(site):
        html = shown(site, path)
        whole = Whole(html)
        ids = [attrs["id"] for _, attrs in whole.elements if "id" in attrs]
        assert len(ids) == len(set(ids)), path
        assert len(whole.all("h1")) == 1, path
        assert len(whole.all("main")) == 1, path
        assert whole.all("a", href="#main"), path
        for tag, attrs in whole.elements:
            assert "style" not in attrs, (path, tag)
            assert not any(name.startswith("on") for name in attrs), (path, tag)
            assert tag not in {"style", "iframe", "object", "embed", "base"}
            for goal in (attrs.get("href", ""), attrs.get("src", "")):
                assert re.match(r"(https?://[^/]|/(?!/)|#|data:,$|mailto:|$)", goal), (path, goal)
        assert not [
            attrs for attrs in whole.all("script") if "src" not in attrs and attrs.get("type") != "application/ld+json"
        ]
        for attrs in whole.all("label"):
            assert "for" not in attrs or attrs["for"] in ids
        for attrs in whole.elements:
            for name in ("aria-describedby", "aria-labelledby"):
                assert all(word in ids for word in attrs[1].get(name, "").split()), (path, attrs)
        goals = [attrs["href"][1:] for attrs in whole.all("a") if attrs.get("href", "").startswith("#")]
        assert set(goals) <= set(ids), (path, set(goals) - set(ids))
        assert "data-theme" not in html


def test_every_page_has_twins_that_read_back(site):
    for path in every_path(site):
        it = page(site, path)
        assert json.loads(json.dumps(it.data)) == json.loads(json.dumps(it.data))
        assert it.markdown.strip(), path
        assert it.title
        assert json.dumps(it.jsonld)
        for row in it.rows or ():
            assert set(row) == set(it.rows[0])
            assert not any(isinstance(value, dict) for value in row.values() if value)


def test_no_page_is_heavy(site):
    for path in every_path(site):
        assert len(shown(site, path)) < 60_000


def test_an_export_makes_its_own_links(site):
    it = page(site, address(RENT, site))
    html = render_page(it, Asked(today=TODAY), lambda path: f"../..{path}" if path.startswith("/") else path)
    hrefs = re.findall(r'href="(/[^"]*)"', html)
    assert set(hrefs) <= {"/static/site.css"}
    assert f'href="../../fig/{SPOT}"' in html


# ------------------------------------------------------------------ a note


def test_a_note_tells_what_it_is_and_how_far_to_trust_it(site):
    text = Whole(shown(site, address(RENT, site))).text
    for words in (
        "Thesis", "The hour got cheaper", "By Ann Example", "First published 2 May 2026",
        "substantively updated 21 May 2026",
        "version 3", "Certainty likely", "1 of 2 resolved", "of 2 figures stale", "over its half-life of 90 days",
    ):  # fmt: skip
        assert words in text, words


def test_figures_of_the_text_are_chips(site):
    whole = Whole(shown(site, address(RENT, site)))
    chips = whole.all("a", href=f"/fig/{SPOT}")
    assert any(attrs.get("class") == "fig stale" and attrs.get("aria-describedby") for attrs in chips)
    assert "The median price of an H100 hour was $1.70/hr on the spot market." in whole.text
    assert whole.all("a", href="/fig/fig_qqqqqqqqqqqqqqqqqqqqqqqqqq")  # the figure of another note


def test_citations_show_their_state_in_words(site):
    text = Whole(shown(site, address(RENT, site))).text
    assert "resolved to a sentence" in text
    assert "Document 9, sentences 1 and 4 of an import; which source that is, is not known." in text
    assert "1 citation without a known source" in text


def test_a_cited_sentence_leads_to_its_place_in_the_source(site):
    html = shown(site, address(RENT, site))
    assert re.search(r'href="/src/survey-2026/read/[0-9a-f]{64}#s3"', html)
    assert "https://example.org/survey-2026#:~:text=The%20median%20price%20of%20an," in html


def test_bracket_references_are_candidates(site):
    whole = Whole(shown(site, address(RENT, site)))
    assert "Candidate, confidence 82%" in whole.text
    assert [
        attrs for attrs in whole.all("a", href=address(POWER, site)) if attrs.get("title", "").startswith("Candidate: ")
    ]


def test_links_go_both_ways_with_their_sentences(site):
    text = Whole(shown(site, address(RENT, site))).text
    assert "A dearer hour contradicts this" in text
    assert "It follows The hour got cheaper." in text
    assert "Supports Reading Power is the smaller part" in text
    assert "there is no such note" in text


def test_a_disagreement_shows_both_sides_and_the_rule(site):
    text = Whole(shown(site, address(RENT, site))).text
    assert "Where this disagrees 1" in text
    assert "Hard conflict" in text
    assert text.index("$1.70 per GPU-hour", text.index("Hard conflict")) < text.index("$2.90 per GPU-hour")
    assert "times the sum of their half-widths" in text


def test_how_to_cite_holds_the_version(site):
    it = page(site, address(RENT, site))
    path = it.data["paths"]["version"]
    html = render_page(it, Asked(today=TODAY), assets=Assets(origin="https://brain.example"))
    assert f"https://brain.example{path}" in html
    assert f"@online{{{key(RENT)}-3," in it.data["cite"]["bibtex"]
    (csl,) = json.loads(it.data["cite"]["csl"])
    assert csl["issued"] == {"date-parts": [[2026, 5, 21]]}
    assert page(site, path).data["version"]["number"] == 3


def test_the_markdown_twin_is_the_file(site):
    it = page(site, address(RENT, site))
    assert it.markdown == site.note(RENT).text


@pytest.mark.parametrize("wrong", ["-", "-another-title", "-the-hour-got-cheaper-"])
def test_another_title_in_the_address_leads_to_the_right_one(site, wrong):
    with pytest.raises(Moved) as moved:
        page(site, f"/n/{key(RENT)}{wrong}")
    assert moved.value.path == address(RENT, site)


def test_a_key_alone_and_a_name_lead_to_the_note(site):
    for path in (f"/n/{key(RENT)}", "/n/the-hour-got-cheaper", "/n/rent"):
        with pytest.raises(Moved) as moved:
            page(site, path)
        assert moved.value.path == address(RENT, site)


def test_a_note_leads_on_within_its_section(tmp_path):
    root = made_vaults.make_brain(tmp_path / "b")
    for name, date in (("old", "2026-01-01"), ("new", "2026-03-01"), ("middle", "2026-02-01"), ("same", "2026-02-01")):
        made_vaults.note(root, name, updated=date)
    made_vaults.note(root, "else", updated="2026-02-15", kind="reading")
    made_vaults.note(root, "theirs", updated="2026-02-15", contributors=["bob"])
    made_vaults.note(root, "hidden", updated="2026-02-15", status="draft")
    brain = Site([root])
    section = brain.notes(kind="thesis", contributor="ann")
    assert len(section) == 4
    pages = [page(brain, card.href).data for card in section]
    assert [each["after"] and each["after"]["href"] for each in pages] == [*(card.href for card in section[1:]), None]
    assert [each["before"] and each["before"]["href"] for each in pages] == [
        None,
        *(card.href for card in section[:-1]),
    ]
    assert 'rel="next"' in shown(brain, section[0].href)


def test_the_name_of_a_file_within_an_address_is_no_key(site):
    with pytest.raises(NotFound):
        page(site, "/n/rent-goes-up")  # and not the note in rent.md


def test_a_draft_is_for_contributors(site):
    path = address(DRAFT, site)
    with pytest.raises(NotFound):
        page(site, path)
    html = shown(site, path, drafts=True, viewer=Viewer("ann"))
    assert "Only signed-in contributors see it." in html
    assert f'href="/write/{key(DRAFT)}"' in html
    assert "/write/" not in shown(site, address(RENT, site))


def test_a_retired_note_says_why_and_where_to_go(site):
    text = Whole(shown(site, address(GONE, site))).text
    assert "Retired Its source was withdrawn. Read instead: The hour got cheaper" in text
    assert "its source was retracted" in text


def test_hostile_words_stay_words(site):
    html = shown(site, address(HOSTILE, site))
    whole = Whole(html)
    assert "<script>alert" not in html
    assert '<script>alert("x")</script> & "quotes"' in whole.text
    assert "javascript:" not in "".join(attrs.get("href", "") for _, attrs in whole.elements)


def test_as_of_is_said_on_the_page(site):
    day = datetime.date(2026, 6, 1)
    html = shown(site, address(RENT, site), as_of=day)
    assert "As of 1 June 2026." in html
    assert '<meta name="robots" content="noindex">' in html
    # and freshness is judged against that day
    assert "all figures fresh" in html


# ------------------------------------------------------------------ versions


def test_an_old_version_is_shown_as_it_was(site):
    text = Whole(shown(site, f"/n/{key(RENT)}@1")).text
    assert "Version 1 of 3" in text
    assert "$1.90/hr" in text
    assert "Read it as it is now" in text
    assert "substantively updated" not in text
    assert not page(site, f"/n/{key(RENT)}@1").index


@pytest.mark.parametrize("version", ["0", "4", "999999999999", "abc", "deadbeefdeadbeef", "-"])
def test_a_version_that_is_not_there(site, version):
    with pytest.raises(NotFound):
        page(site, f"/n/{key(RENT)}@{version}")


def test_a_version_that_was_a_draft_is_not_for_the_public(tmp_path):
    vault = make_brain(tmp_path / "b")
    brain = Site([tmp_path / "b"])
    path = "notes/pov/draft.md"
    draft, sha = vault.read(path)
    vault.write(path, draft.replace("status: draft", "status: published"), sha, message="out", kind="publish")
    secret, half = f"/n/{key(DRAFT)}@1", "Half a thought."
    assert half in shown(brain, f"/n/{key(DRAFT)}@2")
    with pytest.raises(NotFound):
        page(brain, secret)
    with pytest.raises(NotFound):
        page(brain, f"/n/{key(DRAFT)}@{sha}")
    with pytest.raises(NotFound):
        page(brain, f"/n/{key(DRAFT)}/diff", params={"from": "1", "to": "2"})
    assert page(brain, f"/n/{key(DRAFT)}/diff").data["old"]["number"] == 2
    history = page(brain, f"/n/{key(DRAFT)}/history")
    assert [(row["number"], bool(row["href"]), row["since"]) for row in history.data["versions"]] == [
        (2, True, 0),
        (1, False, 0),
    ]
    assert half in shown(brain, secret, drafts=True, viewer=Viewer("ann"))


def test_a_version_that_was_never_approved_is_not_for_the_public(tmp_path):
    vault = make_brain(tmp_path / "b")
    brain_yaml, sha = vault.read("brain.yaml")
    rule = "review: [{name: theses, why: they argue, when: {kind: [thesis]}, needs: [bo]}]\n"
    vault.write("brain.yaml", brain_yaml + rule, sha)
    brain = Site([tmp_path / "b"])
    with pytest.raises(NotFound):
        page(brain, f"/n/{key(RENT)}-x")
    substance = brain.note(RENT, drafts=True).substance
    said = f"{{by: bo, verdict: approve, at: '2026-06-01', substance: {substance}}}"
    vault.write(f"reviews/{RENT}.yaml", f"note: {RENT}\nreviews: [{said}]\n", None)
    assert page(brain, brain.card(RENT).href).data["version"]["number"] == 3
    for version in ("1", "2"):
        with pytest.raises(NotFound):
            page(brain, f"/n/{key(RENT)}@{version}")
    history = page(brain, f"/n/{key(RENT)}/history").data["versions"]
    assert [bool(row["href"]) for row in history] == [True, False, False]
    assert [row["message"] for row in history] == ["", "", ""]


def test_history_tells_corrections_from_minor_edits(site):
    whole = Whole(shown(site, f"/n/{key(RENT)}/history"))
    assert "Correction the spot price was misread" in whole.text
    assert "Minor edit" in whole.text
    assert len(whole.all("option")) == 6
    assert page(site, f"/n/{key(RENT)}/history").rows[0]["kind"] == "minor"


def test_a_difference_in_prose_and_in_figures(site):
    it = page(site, f"/n/{key(RENT)}/diff", params={"from": "1", "to": "3"})
    (item,) = it.data["figures"]
    assert {field["name"]: (field["old"], field["new"]) for field in item["fields"]}["value"] == ("1.9", "1.7")
    html = render_page(it, Asked(today=TODAY))
    whole = Whole(html)
    assert "[removed: " in whole.text
    assert whole.all("ins")
    assert whole.all("del")
    assert "[added: " in whole.text
    removed = {piece["text"] for block in it.data["prose"] for piece in block["pieces"] if piece["op"] == "removed"}
    assert "1.90" in removed  # a number is one word
    assert "paragraphs unchanged" in whole.text


def test_a_difference_is_shown_forwards_and_by_default_of_the_last_change(site):
    back = page(site, f"/n/{key(RENT)}/diff", params={"from": "3", "to": "1"})
    assert (back.data["old"]["number"], back.data["new"]["number"]) == (1, 3)
    last = page(site, f"/n/{key(RENT)}/diff")
    assert (last.data["old"]["number"], last.data["new"]["number"]) == (2, 3)
    assert not last.data["figures"]
    with pytest.raises(NotFound):
        page(site, f"/n/{key(RENT)}/diff", params={"from": "77"})


# ------------------------------------------------------------------ sources and figures


def test_a_source_shows_who_rests_on_it(site):
    text = Whole(shown(site, "/src/survey-2026")).text
    assert "Thesis The hour got cheaper The price of an hour fell to $1.70/hr" in text
    assert "resolved to a sentence" in text
    assert "takes 2 figures from it" in text
    assert "One witness" in text
    assert "The survey, retold (repeats this source)" in text
    assert "only cited sentences are shown to the public" in text


def test_a_withdrawn_source_says_so(site):
    assert "Its publisher has withdrawn it." in shown(site, "/src/withdrawn")


def test_an_unknown_source_suggests_a_near_one(site):
    with pytest.raises(NotFound, match="survey-2026"):
        page(site, "/src/survey-2025")


def test_the_public_reads_cited_sentences_only(site):
    sha = site.source("survey-2026").snapshots[0].sha256
    path = f"/src/survey-2026/read/{sha}"
    html = shown(site, path)
    text = Whole(html).text
    assert "The median price of an H100 hour was $1.70/hr on the spot market." in text
    assert "Two sellers had no stock" not in html
    assert "Two sellers" not in json.dumps(page(site, path).data)
    assert "Two sellers" not in page(site, path).markdown
    assert "Sentences 1 and 2 are not shown." in text
    assert "Sentences 4 to 6 are not shown." in text
    assert 'id="s3"' in html
    assert "Two sellers had no stock" in shown(site, path, drafts=True, viewer=Viewer("ann"))
    assert page(site, f"/src/survey-2026/read/{sha[:12]}").path == path


@pytest.mark.parametrize(
    "path", ["/src/survey-2026/read/0123456789", "/src/survey-2026/read/ab", "/src/retelling/read/ab12cd34"]
)
def test_a_text_that_was_not_kept(site, path):
    with pytest.raises(NotFound):
        page(site, path)


def test_a_figure_is_told_whole(site):
    text = Whole(shown(site, f"/fig/{SPOT}")).text
    for words in (
        "$1.70 per GPU-hour",
        "as printed: $1.65 to $1.75",
        "“$1.70/hr”",
        "market spot",
        "May 2026",
        "Example Research, analyst",
        "reported",
        "Stale",
        "A survey of rented accelerators",
        "The hour got cheaper",
        "Where it is disputed 1",
    ):
        assert words in text, words


def test_a_figure_shows_who_uses_it(site):
    text = Whole(shown(site, "/fig/fig_qqqqqqqqqqqqqqqqqqqqqqqqqq")).text
    assert "What rests on it Shown in Thesis The hour got cheaper" in text
    with pytest.raises(NotFound):
        page(site, "/fig/fig_nowhere")


def test_a_difference_shows_links_by_their_printed_text():
    from rackmath.brain.diff import compare
    from rackmath.web.pages.history import folded

    head = "---\ntitle: One\n---\n\n"
    text = "An hour costs [[fig:fig_1|$2.10]] as [[a-note]] and [[other|another note]] say"
    told = folded(compare(f"{head}{text}.\n", f"{head}{text} today.\n"))
    whole = "".join(piece["text"] for block in told for piece in block["pieces"])
    assert "An hour costs $2.10 as a-note and another note say" in whole
    assert "fig_1" not in whole


def test_a_form_and_an_error_offer_no_twins(site):
    from rackmath.web.http_answers import problem_page

    for it in (page(site, "/in"), problem_page("/nothing", 404, "there is nothing")):
        assert [it.twin(kind) for kind in ("json", "md", "csv")] == ["", "", ""]
        assert 'rel="alternate"' not in render_page(it, Asked(today=TODAY))
