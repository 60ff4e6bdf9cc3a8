"""The pages of lists: front page, directory, brains, tags, quantities, sources, queue, changes, links, about, feeds."""

import datetime
import json
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from rackmath.brain.site import Site
from rackmath.web import lists
from rackmath.web.export import twins
from rackmath.web.memo import remembered
from rackmath.web.pages import ROUTES, Asked, Moved, NotFound, Viewer, find
from rackmath.web.pages.about import rule_words
from rackmath.web.pages.changes import gathered
from rackmath.web.site_render import render_page
from web.a_brain import DRAFT, GONE, HOSTILE, OTHER, POWER, RENT, SPOT, WEAR, make_brain
from web.pages.test_note_pages import Whole

TODAY = datetime.date(2026, 11, 22)
ONE_EACH = [
    "/",
    "/contributors",
    "/@ann",
    "/@ann/thesis",
    "/tags",
    "/tag/gpu-price",
    "/sources",
    "/q",
    "/q/rental-price",
]
ONE_EACH += ["/conflicts", "/attention", "/changes", "/corrections", "/about", "/feeds", "/lineage"]

RULES = """review:
  - name: filings
    why: a filing is quoted
    when: {source_kind: [filing]}
    needs: [bo]
corrections: "Write to us; we answer within a week."
imports:
  - {page: ann, announced: 12, found: 4, kinds: {thesis: 2 of 3}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brain") / "ann"
    vault = make_brain(folder)
    text, sha = vault.read("brain.yaml")
    vault.write("brain.yaml", text + RULES, sha)
    return Site([folder])


def page(site, path, **asked):
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    found = find(parts.path)
    return found.route.view(site, Asked(today=TODAY, params=query, **asked), **found.parts)


def shown(site, path, **asked):
    return Whole(render_page(page(site, path, **asked), Asked(today=TODAY, **asked)))


def every_address(site):
    return [*ONE_EACH, f"/n/{site.card(RENT).key}/links"]


# --- all of them -----------------------------------------------------------------------------------------------------


def test_every_page_is_whole_has_one_heading_and_named_parts(site):
    for path in every_address(site):
        whole = shown(site, path)
        tags = [tag for tag, _ in whole.elements]
        assert tags.count("h1") == 1, path
        assert tags.count("main") == 1, path
        ids = [attrs["id"] for _, attrs in whole.elements if "id" in attrs]
        assert len(ids) == len(set(ids)), path
        for tag, attrs in whole.elements:
            assert "style" not in attrs, path
            assert not any(name.startswith("on") for name in attrs), path
            for name in ("aria-labelledby", "for"):
                assert all(wanted in ids for wanted in attrs.get(name, "").split()), (path, tag, attrs)
            if tag == "th":
                assert attrs.get("scope"), path
        assert tags.count("table") == tags.count("caption"), path


def test_every_link_to_a_page_of_this_site_leads_somewhere(site):
    for path in every_address(site):
        for tag, attrs in shown(site, path).elements:
            href = attrs.get("href", "")
            if tag != "a" or not href.startswith("/") or href.startswith("/feeds/"):
                continue
            found = find(href.split("?")[0].split("#")[0])
            assert found is not None, (path, href)
            if found.route.view.__name__ not in {"search"}:
                query = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
                found.route.view(site, Asked(today=TODAY, params=query), **found.parts)


def test_the_twins_say_what_the_page_says(site):
    for path in every_address(site):
        it = page(site, path)
        told = twins(it)
        assert json.loads(told["json"]) == json.loads(json.dumps(it.data)), path
        assert told["md"].startswith("# "), path
        if it.rows is not None:
            assert told["csv"].count("\n") >= len(it.rows) + 1, path


def test_hostile_names_stay_words(site):
    for path in every_address(site):
        html = render_page(page(site, path), Asked(today=TODAY))
        assert "<script>alert" not in html, path
        assert "<b>" not in html, path


def test_drafts_are_on_no_list(site):
    for path in every_address(site):
        assert "Not yet" not in render_page(page(site, path), Asked(today=TODAY)), path


def test_every_page_of_the_export_is_there(site):
    mine = {"home", "contributors", "brain", "section", "tags", "tag", "sources", "quantities", "quantity", "links"}
    for route in ROUTES:
        if route.view.__name__ in mine:
            for parts in route.every(site):
                found = find(route.path(**parts))
                assert found.route is route
                it = route.view(site, Asked(today=TODAY, static=True), **found.parts)
                assert unquote(it.path) == unquote(route.path(**parts))


def test_a_static_page_offers_no_query_that_nobody_answers(site):
    for path in every_address(site):
        html = render_page(page(site, path, static=True), Asked(today=TODAY, static=True))
        links = [attrs.get("href", "") for tag, attrs in Whole(html).elements if tag == "a"]
        # without its query the list of conflicts is whole, so that link holds
        kept = ("/search", "http", "/conflicts")
        assert [href for href in links if "?" in href and not href.startswith(kept)] == [], path


@pytest.mark.parametrize(
    "path",
    [
        "/@nobody",
        "/@ann/novel",
        "/tag/none-such",
        "/q/none",
        "/q/rental-price?subject=none",
        "/tags?sort=colour",
        "/sources?sort=colour",
        "/changes?kind=colour",
        "/attention?kind=colour",
        "/n/zzz/links",
    ],
)
def test_what_is_not_there_is_said_with_a_way_on(site, path):
    with pytest.raises(NotFound) as told:
        page(site, path)
    assert len(str(told.value)) < 300


# --- one by one ------------------------------------------------------------------------------------------------------


def test_the_front_page_searches_first_and_has_one_search(site):
    whole = shown(site, "/")
    forms = [attrs for tag, attrs in whole.elements if tag == "form"]
    assert [form["role"] for form in forms] == ["search"]
    data = page(site, "/").data
    assert data["counts"]["notes"] == sum(row["notes"] for row in data["contributors"]) == 4
    assert data["health"]["total"] == sum(state["count"] for state in data["health"]["states"])


def test_the_front_page_mixes_the_kinds_of_tasks(site):
    kinds = [row["kind"] for row in page(site, "/").data["tasks"]]
    assert len(set(kinds)) == min(len(kinds), len({task.kind for task in site.attention(TODAY)}))


def test_counts_of_a_brain_are_true(site):
    data = page(site, "/@ann").data
    for part in data["sections"]:
        assert part["count"] == len(site.notes(contributor="ann", kind=part["kind"]))
        assert part["count"] == len(part["notes"]) + part["more"]
    assert [note["id"] for note in data["sections"][0]["notes"]] == [RENT]


def test_what_an_import_announced_is_shown_beside_what_was_found(site):
    assert page(site, "/@ann").data["announced"] == [
        {"page": "ann", "announced": 12, "found": 4, "kinds": {"thesis": "2 of 3"}}
    ]
    assert "announces 12 notes and lists 4" in shown(site, "/@ann").text


def test_a_brain_is_narrowed_to_a_tag(site):
    data = page(site, "/@bo?tag=gpu-price").data
    assert data["found"] == 2
    assert [tag["slug"] for tag in data["tags"] if tag["chosen"]] == ["gpu-price"]
    assert page(site, "/@bo?tag=none").data["sections"] == []


def test_a_contributor_sees_drafts_in_the_brain(site):
    kinds = [part["kind"] for part in page(site, "/@ann", drafts=True, viewer=Viewer("ann")).data["sections"]]
    assert "pov" in kinds
    assert "pov" not in [part["kind"] for part in page(site, "/@ann").data["sections"]]


def test_a_tag_has_its_notes_and_its_company(site):
    data = page(site, "/tag/gpu-price").data
    assert {note["id"] for note in data["notes"]} == {RENT, POWER, WEAR}
    assert data["company"][0]["slug"] == "rental"
    assert data["company"][0]["together"] == data["count"]
    assert data["company"][0]["jaccard"] == 1


def test_another_spelling_of_a_tag_leads_to_it(site):
    with pytest.raises(Moved) as moved:
        page(site, "/tag/GPU Price")
    assert moved.value.path == "/tag/gpu-price"


def test_tags_by_letter_and_order(site):
    assert {tag["slug"] for tag in page(site, "/tags?under=r").data["tags"]} == {"rental"}
    single = page(site, "/tags?sort=single").data
    assert single["single"] == len(single["tags"])
    names = [tag["slug"] for tag in page(site, "/tags?sort=name").data["tags"]]
    assert names == sorted(names)


def test_a_quantity_shows_its_figures_drawn_and_in_a_table(site):
    it = page(site, "/q/rental-price")
    ids = [row["id"] for row in it.data["figures"]]
    assert SPOT in ids
    assert len(ids) == len(site.figures(quantity="rental-price")) == it.data["count"]
    assert set(it.html) == {"wide0", "narrow0"}
    assert it.data["panels"][0]["figures"] == len(ids)
    row = next(row for row in it.data["figures"] if row["id"] == SPOT)
    assert row["shown"] == "$1.70 per GPU-hour"
    assert row["source_title"] == "A survey of rented accelerators"
    assert row["note_href"] == site.card(RENT).href
    assert row["conflicts"] == [OTHER]


def test_a_conflict_is_told_with_both_sides(site):
    (told,) = page(site, "/conflicts").data["conflicts"]
    assert {side["id"] for side in told["sides"]} == {SPOT, OTHER}
    assert told == page(site, "/conflicts?quantity=rental-price").data["conflicts"][0]
    assert page(site, "/q/rental-price").data["conflicts"] == [told]


def test_a_quantity_is_narrowed_to_a_subject(site):
    subjects = {row["id"]: row["count"] for row in page(site, "/q/rental-price").data["subjects"]}
    for subject, count in subjects.items():
        assert page(site, f"/q/rental-price?subject={subject}").data["count"] == count


def test_sources_tell_what_was_withdrawn_and_narrow(site):
    data = page(site, "/sources").data
    assert [row["citekey"] for row in data["gone"]] == ["withdrawn"]
    assert data["read"] == 1
    assert {row["citekey"] for row in data["sources"]} == {"survey-2026", "retelling", "withdrawn"}
    assert page(site, "/sources?status=retracted").data["found"] == 1
    assert page(site, "/sources?domain=example.com").data["found"] == 0


def test_the_queue_is_whole_in_its_twin_and_grouped_on_the_page(site):
    it = page(site, "/attention")
    assert len(it.rows) == it.data["total"] == len(site.attention(TODAY))
    for group in it.data["groups"]:
        alone = page(site, f"/attention?kind={group['kind']}").data["groups"]
        assert [one["kind"] for one in alone] == [group["kind"]]
        assert len(alone[0]["tasks"]) == group["count"]


def test_a_file_is_no_link(site):
    for group in page(site, "/attention").data["groups"]:
        for task in group["tasks"]:
            assert task["href"].startswith("/") or not task["href"]


def test_changes_leave_out_minor_ones_and_corrections_are_their_own_page(site):
    kinds = [row["kind"] for row in page(site, "/changes").data["changes"]]
    assert "minor" not in kinds
    corrections = page(site, "/corrections").data["changes"]
    assert "the spot price was misread" in [row["message"] for row in corrections]
    assert {row["kind"] for row in corrections} <= {"correction", "retire"}
    only = page(site, "/changes?kind=correction").data["changes"]
    assert {row["kind"] for row in only} == {"correction"}
    kinds, chosen = (page(site, path).data["kinds"] for path in ("/changes", "/changes?kind=correction"))
    assert [one["kind"] for one in chosen] == [one["kind"] for one in kinds]


def test_a_long_run_of_alike_changes_is_one_entry():
    def row(number, kind="import", date="2026-05-02"):
        return {"kind": kind, "date": date, "at": date, "author": "", "name": "Imported", "meaning": "",
                "message": "", "note": {"title": f"n{number}"}}  # fmt: skip

    folded = gathered([row(1, "edit"), *(row(n) for n in range(9)), row(1, date="2026-05-01")])
    assert [len(one["members"]) for one in folded] == [0, 9, 0]
    assert [one["members"] for one in gathered(row(n, "correction") for n in range(9))] == [[]] * 9


def test_links_are_listed_by_type_and_drawn(site):
    it = page(site, f"/n/{site.card(RENT).key}/links")
    groups = {
        (group["type"], group["incoming"]): [link["id"] for link in group["links"]] for group in it.data["groups"]
    }
    assert groups["supports", False] == [POWER]
    assert groups["contradicts", True] == [WEAR]
    assert groups["superseded_by", True] == [GONE]
    assert it.data["broken"] == ["Nobody wrote this"]
    drawn = {attrs["href"] for tag, attrs in Whole(str(it.html["wide"])).elements if tag == "a"}
    assert drawn == {link["href"] for group in it.data["groups"] for link in group["links"]}


def test_a_draft_has_no_links_page_for_readers(site):
    key = DRAFT.removeprefix("note_")
    with pytest.raises(NotFound):
        page(site, f"/n/{key}/links")
    assert page(site, f"/n/{key}/links", drafts=True, viewer=Viewer("ann")).data["count"] == 0


def test_about_tells_rules_and_policy_in_words(site):
    (brain,) = page(site, "/about").data["brains"]
    assert brain["rules"][0]["words"] == (
        "A note that quotes a source of the kind filing needs the approval of @bo before it is published."
    )
    assert brain["corrections_policy"] == "Write to us; we answer within a week."
    assert {row["state"] for row in page(site, "/about").data["citations"]} >= set(site.health().by_state)


def test_a_rule_for_all_and_one_that_cannot_be_met():
    from rackmath.brain.review import Rule

    assert rule_words(Rule("all", reviewers=2))["words"].startswith("Every note needs 2 reviewers")
    assert rule_words(Rule("none"))["words"] == "Every note cannot be published."


def test_feeds_are_listed_with_addresses(site):
    it = page(site, "/feeds")
    assert {row["name"] for row in it.rows} >= {"all", "corrections", "by/ann", "q/rental-price", "tag/gpu-price"}
    assert next(row["atom"] for row in it.rows if row["name"] == "by/ann") == "/feeds/by/ann.atom"


def test_the_hostile_note_is_listed(site):
    assert HOSTILE in {note["id"] for note in page(site, "/@ann/observation").data["notes"]}


# --- helpers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "start", "end", "number"),
    [
        ("", 0, 50, 1),
        ("2", 50, 100, 2),
        ("3", 100, 120, 3),
        ("99", 100, 120, 3),
        ("0", 0, 50, 1),
        ("²", 0, 50, 1),
        ("-1", 0, 50, 1),
        ("9" * 40, 0, 50, 1),
    ],
)
def test_a_page_of_a_list(typed, start, end, number):
    part = lists.cut(Asked(params={"page": typed}), 120)
    assert (part.start, part.end, part.number, part.pages) == (start, end, number, 3)


def test_ways_on_keep_the_rest_of_the_question():
    part = lists.cut(Asked(params={"page": "2"}), 120).data("/x", {"tag": "a b"})
    assert part["before"] == "/x?tag=a+b"
    assert part["after"] == "/x?page=3&tag=a+b"
    assert lists.cut(Asked(), 0).data("/x", {})["from"] == 0
    assert lists.cut(Asked(static=True), 700)[:3] == (0, 700, 700)


def test_an_address_leaves_out_what_is_empty_and_repeats_lists():
    assert lists.address("/x", {"a": "1", "b": ""}, c=None, d=["p", "q"]) == "/x?a=1&d=p&d=q"
    assert lists.address("/x", {"a": "1"}, a="") == "/x"


def test_what_is_remembered_is_made_again_after_a_change():
    class Of:
        generation = 1

    one, made = Of(), []

    def make():
        made.append(1)
        return len(made)

    assert [remembered(one, "k", make), remembered(one, "k", make)] == [1, 1]
    one.generation = 2
    assert remembered(one, "k", make) == 2
    assert remembered(Of(), "k", make) == 3


# --- what rests on what ----------------------------------------------------------------------------------------------


def test_lineage_tells_of_each_brain_and_its_table_has_all(site):
    it = page(site, "/lineage")
    mine = it.data["brains"][0]
    assert mine["title"] == site.libraries[0].title
    assert mine["sources"]["distinct"] <= mine["sources"]["uses"]
    found = {(row["finding"], row["title"]) for row in it.rows if row["brain"] == mine["id"]}
    assert {("orphans", row["title"]) for row in mine["orphans"]} <= found
    assert f"{mine['concentration']:.3f}" in shown(site, "/lineage").text


def test_a_quantity_says_what_holds_and_how_independent_it_is(site):
    it = page(site, "/q/rental-price")
    holds = it.data["holds"]
    assert holds
    for row in holds:
        assert 1 <= row["effective"] <= row["figures"]
        assert row["href"].startswith("/fig/")
    keys = [(row["subject"], tuple(sorted(row["scope"].items()))) for row in holds]
    assert len(keys) == len(set(keys))
