"""The gate for all writes: what it accepts, merges, keeps as a proposal and refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rackmath.brain import proposals as kept
from rackmath.brain.desk import Conflicted, Desk, Unreadable
from rackmath.brain.events import text_of, versions
from rackmath.brain.library import Library
from rackmath.errors import RackmathError
from rackmath.evidence import STARTER
from rackmath.vault import Document, Vault

RULE = "review:\n  - name: theses\n    why: a thesis is a bet\n    when: {kind: [thesis]}\n    needs: [bob]\n"
BODY = "Rents fell by a third.\n\nSellers differ.\n\n```figures\n- id: fig_1\n  value: 3.50\n```\n\n[^1]: @chen-2026\n"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, day: int) -> None:
        self.now = self.now.replace(day=day)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(tmp_path: Path, clock: Clock) -> Vault:
    vault = Vault.create(tmp_path / "brain", title="T", clock=clock)
    for handle in ("ann", "bob"):
        vault.write(f"contributors/{handle}.yaml", f"handle: {handle}\nname: {handle.title()}\n")
    return vault


@pytest.fixture
def ann(vault: Vault) -> Desk:
    return Desk(vault, "ann")


@pytest.fixture
def bob(vault: Vault) -> Desk:
    return Desk(vault, "@bob")


def with_rule(vault: Vault) -> None:
    text, digest = vault.read("brain.yaml")
    vault.write("brain.yaml", text + RULE, digest)


def front(desk: Desk, note: str) -> dict[str, object]:
    return dict(desk.read(note).document.front)


# --- new -------------------------------------------------------------------------------------------------------------


def test_a_new_note_is_a_draft_of_its_author(ann: Desk) -> None:
    done = ann.new(
        "reading", "  H100: what it\n rents for ", BODY, tags=["gpu", "#rent", "gpu"], front={"certainty": "likely"}
    )
    assert (done.path, done.status, done.version, done.changed) == (
        "notes/reading/h100-what-it-rents-for.md",
        "draft",
        1,
        True,
    )
    assert front(ann, done.note_id) == {
        "id": done.note_id,
        "type": "reading",
        "title": "H100: what it rents for",
        "status": "draft",
        "created": "2026-11-01",
        "contributors": ["ann"],
        "tags": ["gpu", "rent"],
        "certainty": "likely",
    }
    [version] = versions(ann.index, done.note_id)
    assert (version.author, version.kind, version.message) == ("ann", "create", "new note")
    assert version.writer.startswith("ann--w-")
    assert ann.new("reading", "H100: what it rents for").path == "notes/reading/h100-what-it-rents-for-2.md"


@pytest.mark.parametrize(
    ("kind", "title", "body", "tags", "says"),
    [
        ("readin", "T", "", (), "'readin' is not a kind of note; did you mean 'reading'"),
        ("reading", " \n", "", (), "needs a title"),
        ("reading", "x" * 301, "", (), "at most 300 characters"),
        ("reading", "T", "", [f"t{n}" for n in range(101)], "at most 100 tags"),
        ("reading", "T", "```figures\n- id: [\n```\n", (), "nothing was saved"),
        ("reading", "T", "\x00", (), "NUL"),
        ("reading", "T", "x" * (9 << 20), (), "over the limit"),
    ],
)
def test_new_notes_that_are_refused(ann: Desk, kind: str, title: str, body: str, tags: list[str], says: str) -> None:
    with pytest.raises(RackmathError, match=says):
        ann.new(kind, title, body, tags=tags)
    assert not (ann.vault.path / "notes").exists()


def test_who_may_write(vault: Vault) -> None:
    with pytest.raises(RackmathError, match="@anne is not a contributor of this brain; did you mean 'ann'"):
        Desk(vault, "anne")
    for handle in ("Ann", "a--b", "a b", "../ann", "x" * 41):
        with pytest.raises(RackmathError, match="lower-case letters"):
            Desk(vault, handle)
    assert Desk(vault).new("pov", "Nobody's").changed


def test_a_brain_that_may_only_be_read(tmp_path: Path) -> None:
    desk = Desk(Vault.open(STARTER))
    note = Library.open(STARTER).notes(limit=1)[0]
    opened = desk.read(note.id)
    with pytest.raises(RackmathError, match="open to read only"):
        desk.save(note.id, opened.text + "More.\n", opened.sha256)


# --- save ------------------------------------------------------------------------------------------------------------


def test_a_save_moves_the_date_unless_it_is_minor(ann: Desk, clock: Clock) -> None:
    note = ann.new("reading", "One", BODY).note_id
    for day, kind, date in (
        (2, "minor", None),
        (3, "edit", "2026-11-03"),
        (4, "minor", "2026-11-03"),
        (5, "update", "2026-11-05"),
    ):
        clock.on(day)
        opened = ann.read(note)
        done = ann.save(note, opened.text.replace("fell", f"fell {day}"), opened.sha256, kind=kind, message=str(day))
        assert front(ann, note).get("updated") == date
        assert done.sha256 == ann.read(note).sha256
    assert [each.kind for each in versions(ann.index, note)] == ["create", "minor", "edit", "minor", "update"]
    opened = ann.read(note)
    same = ann.save(note, opened.text, opened.sha256)
    assert (same.changed, same.version) == (False, 5)


def test_a_text_from_a_browser_keeps_the_files_line_ends(ann: Desk) -> None:
    note = ann.new("reading", "One", BODY).note_id
    opened = ann.read(note)
    assert not ann.save(note, opened.text.replace("\n", "\r\n"), opened.sha256).changed
    done = ann.save(note, opened.text.replace("fell", "rose").rstrip("\n").replace("\n", "\r\n"), opened.sha256)
    text = ann.read(note).text
    assert done.changed
    assert "\r" not in text
    assert text.endswith("@chen-2026\n")


def test_a_note_keeps_its_id_and_its_old_title_as_an_alias(ann: Desk) -> None:
    done = ann.new("reading", "One", BODY)
    opened = ann.read(done.note_id)
    text = opened.text.replace(f"id: {done.note_id}", "id: note_mine").replace("title: One", "title: Two")
    saved = ann.save(done.note_id, text, opened.sha256)
    assert saved.note_id == done.note_id
    assert len(saved.remarks) == 2
    assert front(ann, "One")["aliases"] == ["One"]
    without = ann.save("Two", ann.read("Two").text.replace(f"id: {done.note_id}\n", ""), saved.sha256)
    assert without.remarks == (f"the id was put back: a note keeps {done.note_id}",)


def test_a_note_without_an_id_is_given_one(vault: Vault, ann: Desk) -> None:
    vault.write("notes/reading/bare.md", "# Bare\n\nText.\n")
    opened = ann.read("bare")
    done = ann.save("bare", opened.text + "More.\n", opened.sha256)
    assert done.note_id.startswith("note_")
    assert done.remarks == ("the note was given an id",)
    assert [each.number for each in versions(ann.index, done.note_id)] == [1, 2]


def test_changes_that_go_together_are_merged(ann: Desk, bob: Desk) -> None:
    note = ann.new("reading", "One", BODY).note_id
    base = ann.read(note)
    ann.save(note, base.text.replace("3.50", "2.10"), base.sha256)
    done = bob.save(note, base.text.replace("differ", "agree"), base.sha256, message="they do")
    assert "of yours" in done.merged
    text = bob.read(note).text
    assert "2.10" in text
    assert "agree" in text
    last = versions(bob.index, note)[-1]
    assert last.author == "bob"
    assert last.message.startswith("they do (merged: ")
    assert not (bob.vault.path / "proposals").exists()


def test_an_edit_made_outside_is_merged_too(ann: Desk) -> None:
    done = ann.new("reading", "One", BODY)
    base = ann.read(done.note_id)
    file = ann.vault.path / done.path
    file.write_text(base.text.replace("differ", "agree"))
    saved = ann.save(done.note_id, base.text.replace("3.50", "2.10"), base.sha256)
    assert saved.merged
    assert [each.kind for each in versions(ann.index, done.note_id)] == ["create", "outside", "edit"]
    file.write_text(base.text.replace("differ", "quarrel"))
    opened = ann.read(done.note_id)  # is in the history from here on, whatever the editor does next
    file.write_text(opened.text.replace("3.50", "9"))
    assert ann.save(done.note_id, opened.text.replace("quarrel", "sue"), opened.sha256).merged


def test_what_does_not_go_together_becomes_a_proposal(ann: Desk, bob: Desk, vault: Vault) -> None:
    done = ann.new("reading", "One", BODY)
    base = ann.read(done.note_id)
    theirs = ann.save(done.note_id, base.text.replace("a third", "half"), base.sha256)
    mine = base.text.replace("a third", "a quarter")
    with pytest.raises(Conflicted, match="your text is kept in proposals/notes/reading/one") as refused:
        bob.save(done.note_id, mine, base.sha256, kind="update", message="counted again")
    [found] = kept.proposals(vault)
    assert found == refused.value.proposal
    assert vault.read(found.path)[0] == mine
    assert (found.note_id, found.note_path, found.author, found.kind, found.message, found.base, found.theirs) == (
        done.note_id,
        done.path,
        "bob",
        "update",
        "counted again",
        base.sha256,
        theirs.sha256,
    )
    sides = kept.three_way(vault, ann.index, found)
    assert (sides.base, sides.mine, sides.now) == (base.text, mine, theirs.sha256)
    assert sides.merge
    assert [each.where for each in sides.merge.conflicts] == ["paragraph “Rents fell by a third.”"]
    with pytest.raises(RackmathError, match="a conflict is still marked here"):
        kept.accept(ann, found, sides.merge.draft, theirs.sha256)
    accepted = kept.accept(ann, found, mine, theirs.sha256)
    assert kept.proposals(vault) == []
    assert versions(ann.index, accepted.note_id)[-1].message == "counted again (proposed by bob)"
    assert vault.verify() == []


def test_a_discarded_proposal_can_still_be_read(ann: Desk, vault: Vault) -> None:
    note = ann.new("reading", "One", BODY).note_id
    base = ann.read(note)
    wanted = ann.propose(note, base.text + "Perhaps.\n", base.sha256, message="perhaps")
    assert kept.proposal(vault, wanted.id) == kept.proposal(vault, wanted.id[-8:]) == wanted
    kept.discard(ann, wanted, "no")
    assert kept.proposals(vault) == []
    assert [event.text for event in vault.history(wanted.path)] == [base.text + "Perhaps.\n", None]
    with pytest.raises(RackmathError, match="there is no proposal"):
        kept.proposal(vault, wanted.id)


def test_proposals_that_others_left(vault: Vault, ann: Desk) -> None:
    done = ann.new("reading", "One", BODY)
    folder = vault.path / "proposals/notes/reading"
    folder.mkdir(parents=True)
    text = ann.read(done.note_id).text
    (folder / "one.0123456789ab.md").write_text(text + "An import says this.\n")
    (folder / "evil.md").write_text("no front matter")
    (folder / "evil.json").write_text(json.dumps({"path": "../../etc/passwd", "base": ["x"], "note": 3}))
    (folder / "broken.md").write_text("x")
    (folder / "broken.json").write_text("[" * 100_000)
    (folder / "binary.md").write_bytes(b"\0")
    found = {each.id.rpartition("/")[2]: each for each in kept.proposals(vault)}
    assert sorted(found) == ["broken", "evil", "one.0123456789ab"]
    one = found["one.0123456789ab"]
    assert (one.note_id, one.note_path, one.base, one.author) == (done.note_id, done.path, "", "")
    sides = kept.three_way(vault, ann.index, one)
    assert (sides.theirs, sides.merge) == (text, None)
    assert kept.three_way(vault, ann.index, found["evil"]).theirs is None
    kept.accept(ann, one, sides.mine, str(sides.now))
    assert "An import says this." in ann.read(done.note_id).text


def test_a_base_that_nobody_knows_overwrites_nothing(ann: Desk) -> None:
    note = ann.new("reading", "One", BODY).note_id
    opened = ann.read(note)
    with pytest.raises(Conflicted, match="nobody knows what it was made from"):
        ann.save(note, opened.text + "More.\n", "0" * 64)
    assert ann.read(note) == opened


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("tags: [gpu]", "tags: [gpu", r"one.md:\d: "),
        ("- id: fig_1", "- id: [fig_1", r"one.md:17: .*; nothing was saved"),
        ("title: One", "title:", "needs a title"),
        ("type: reading", "type: redding", "'redding' is not a kind of note; did you mean 'reading'"),
        ("status: draft", "status: done", "'done' is not a state"),
        ("status: draft", "status: retired", "a note that is draft cannot become retired"),
        ("Sellers differ.", "<<<<<<< yours\nx", "one.md:13: a conflict is still marked here"),
        ("Sellers differ.", "x" * (2 << 20), "at most 2 MiB"),
        ("Sellers differ.", "\ud800", "surrogate"),
    ],
)
def test_texts_that_are_refused_change_nothing(ann: Desk, old: str, new: str, says: str) -> None:
    note = ann.new("reading", "One", BODY, tags=["gpu"]).note_id
    opened = ann.read(note)
    assert old in opened.text
    with pytest.raises(RackmathError, match=says):
        ann.save(note, opened.text.replace(old, new), opened.sha256)
    assert ann.read(note) == opened
    assert len(versions(ann.index, note)) == 1


def test_a_fault_that_was_there_before_does_not_stop_other_edits(vault: Vault, ann: Desk) -> None:
    vault.write("notes/reading/old.md", "---\nid: note_old\ntype: reading\ntitle: Old\n---\n\n```figures\n- [\n```\n")
    opened = ann.read("old")
    done = ann.save("old", opened.text.replace("```figures", "A word.\n\n```figures"), opened.sha256)
    assert done.changed
    with pytest.raises(Unreadable) as refused:
        ann.save("old", opened.text + "\n```figures\n- id: {\n```\n", opened.sha256)
    assert [fault.line for fault in refused.value.faults] == [16]


def test_kinds_and_messages(ann: Desk) -> None:
    note = ann.new("reading", "One", BODY).note_id
    opened = ann.read(note)
    for kind, message, says in (("create", "", "is not a kind of revision"), ("correction", " ", "needs a message"),
                                ("edit", "x" * 2001, "at most 2000")):  # fmt: skip
        with pytest.raises(RackmathError, match=says):
            ann.save(note, opened.text + "x\n", opened.sha256, kind=kind, message=message)
    with pytest.raises(RackmathError, match="there is no note 'nothing'"):
        ann.save("nothing", "x", "0" * 64)
    ann.edit_front(note, {"tags": ["one"]}, message="tagged")
    assert front(ann, note)["tags"] == ["one"]
    with pytest.raises(RackmathError, match="keeps its id"):
        ann.edit_front(note, {"id": "x"})


# --- steps -----------------------------------------------------------------------------------------------------------


def test_from_draft_to_published_and_retired(ann: Desk, clock: Clock) -> None:
    done = ann.new("reading", "One", BODY)
    other = ann.new("reading", "Two", BODY)
    assert ann.submit(done.note_id).status == "review"
    assert ann.withdraw(done.note_id).status == "draft"
    clock.on(5)
    published = ann.publish(done.note_id)
    assert (published.status, published.needs, published.kind) == ("published", (), "publish")
    assert front(ann, "One")["published"] == "2026-11-05"
    assert not ann.publish("One").changed
    with pytest.raises(RackmathError, match="needs a reason"):
        ann.retire("One", " ")
    with pytest.raises(RackmathError, match="cannot take its own place"):
        ann.retire("One", "old", "one")
    clock.on(6)
    assert ann.retire("One", "Two says it better", other.note_id).status == "retired"
    said = front(ann, "One")
    assert (said["retired_because"], said["superseded_by"], said["updated"]) == (
        "Two says it better",
        "[[two]]",
        "2026-11-06",
    )
    assert ann.publish("One").status == "published"
    assert "retired_because" not in front(ann, "One")
    assert front(ann, "One")["published"] == "2026-11-05"
    with pytest.raises(RackmathError, match="cannot become retired"):
        ann.retire("Two", "a draft is simply not published")


def test_publishing_waits_for_approvals_of_this_very_text(vault: Vault, ann: Desk, bob: Desk) -> None:
    with_rule(vault)
    note = ann.new("thesis", "Rents fall", BODY).note_id
    asked = ann.publish(note)
    assert asked.status == "review"
    assert asked.needs == ("the approval of @bob (rule 'theses': a thesis is a bet)",)
    assert "bob" in versions(ann.index, note)[-1].message
    read = bob.read(note)
    ann.save(note, read.text.replace("a third", "half"), read.sha256)
    with pytest.raises(RackmathError, match="was changed since you read it"):
        bob.approve(note, base=read.sha256)
    ann.approve(note)
    assert ann.publish(note).needs == asked.needs  # one's own approval is not the one that is asked for
    assert bob.approve(note, verdict="changes", comment="Which half?").needs == asked.needs
    assert bob.approve(note, base=bob.read(note).sha256).needs == ()
    assert ann.publish(note).status == "published"
    opened = ann.read(note)
    changed = ann.save(note, opened.text.replace("half", "a quarter"), opened.sha256)
    assert (changed.status, changed.needs) == ("review", asked.needs)
    assert vault.verify() == []


def test_a_status_in_the_text_is_carried_out_as_a_step(vault: Vault, ann: Desk, bob: Desk) -> None:
    with_rule(vault)
    note = ann.new("thesis", "Rents fall", BODY).note_id
    opened = ann.read(note)
    text = opened.text.replace("status: draft", "status: published").replace("a third", "half")
    done = ann.save(note, text, opened.sha256)
    assert (done.status, done.changed) == ("review", True)
    assert "status: review" in ann.read(note).text
    assert "half" in ann.read(note).text
    bob.approve(note)
    opened = ann.read(note)
    done = ann.save(note, opened.text.replace("status: review", "status: published"), opened.sha256)
    assert done.status == "published"
    opened = ann.read(note)
    assert ann.save(note, opened.text.replace("status: published\n", ""), opened.sha256).status == "published"
    with pytest.raises(RackmathError, match="retired_because"):
        ann.save(note, opened.text.replace("status: published", "status: retired"), opened.sha256)


def test_a_rule_of_this_moment_holds_however_long_a_look_at_all_files_takes(
    vault: Vault, ann: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine lets the index look at all files seldom; whoever publishes in between is judged all the same."""
    note = ann.new("thesis", "Rents fall", BODY).note_id
    ann.index.refresh()
    monkeypatch.setattr(ann.index, "_wait", 3600.0)
    monkeypatch.setattr(ann.index, "_refresh", lambda *_, **__: None)
    with_rule(vault)
    assert ann.publish(note).status == "review"


def test_approvals_need_a_name_and_a_file_that_can_be_read(vault: Vault, bob: Desk) -> None:
    note = bob.new("reading", "One", BODY).note_id
    with pytest.raises(RackmathError, match="say who you are"):
        Desk(vault).approve(note)
    with pytest.raises(RackmathError, match="'perhaps' is not a verdict"):
        bob.approve(note, verdict="perhaps")
    rel = f"reviews/{note}.yaml"
    (vault.path / "reviews").mkdir()
    for text in ("[", "reviews: yes\n", "just words\n"):
        (vault.path / rel).write_text(text)
        with pytest.raises(RackmathError, match="repair the review file first"):
            bob.approve(note)
        assert (vault.path / rel).read_text() == text


# --- names and versions ----------------------------------------------------------------------------------------------


def test_a_new_title_moves_the_file_and_links_keep_working(ann: Desk, vault: Vault) -> None:
    done = ann.new("reading", "One", BODY)
    ann.publish("One")
    link = ann.new("reading", "Other", "See [[One]] and [[one]].")
    ann.publish("Other")
    moved = ann.retitle(done.note_id, "Rents: what they are")
    assert moved.path == "notes/reading/rents-what-they-are.md"
    assert not vault.exists(done.path)
    assert front(ann, "One")["aliases"] == ["One", "one"]
    targets = {each.to_id for each in Library.open(vault.path).links(link.note_id)}
    assert targets == {done.note_id}
    assert [each.path for each in versions(ann.index, done.note_id)][-2:] == [done.path, moved.path]
    base = ann.retitle(done.note_id, "Rents: what they are")  # the same again
    assert base.path == moved.path
    ann.new("reading", "Taken")
    assert ann.retitle(done.note_id, "Taken").path == "notes/reading/taken-2.md"
    assert ann.retitle(done.note_id, "Taken").path == "notes/reading/taken-2.md"  # its own name by now
    vault.write("notes/loose.md", "---\nid: note_loose\ntype: pov\ntitle: Loose\n---\n")
    assert ann.retitle("note_loose", "Fixed").path == "notes/fixed.md"
    assert vault.verify() == []


def test_an_editor_that_was_open_over_a_rename_saves_all_the_same(ann: Desk, bob: Desk) -> None:
    done = ann.new("reading", "One", BODY)
    opened = bob.read(done.path)
    ann.retitle(done.note_id, "Two")
    saved = bob.save(opened.note_id, opened.text.replace("differ", "agree"), opened.sha256)
    assert saved.path == "notes/reading/two.md"
    text = bob.read(saved.note_id).text
    assert "title: Two" in text
    assert "agree" in text


def test_an_old_version_comes_back_as_a_new_one(ann: Desk) -> None:
    note = ann.new("reading", "One", BODY).note_id
    opened = ann.read(note)
    ann.save(note, opened.text.replace("a third", "half").replace("title: One", "title: Two"), opened.sha256)
    ann.publish(note)
    done = ann.restore(note, 1)
    assert (done.kind, done.status, done.version) == ("restore", "published", 4)
    said = Document(ann.read(note).text)
    assert said.body.strip() == BODY.strip()
    assert said.title() == "One"
    assert said.front["aliases"] == ["Two"]
    known = versions(ann.index, note)
    assert [each.message for each in known][-1] == "version 1 again"
    assert "a third" in text_of(ann.index, known[0])
    with pytest.raises(RackmathError, match="versions 1 to 4"):
        ann.restore(note, 9)


# --- other files -----------------------------------------------------------------------------------------------------


def test_other_files_are_written_by_compare_and_swap(ann: Desk, vault: Vault) -> None:
    done = ann.put("vocab/tags.yaml", "gpu:\n  name: GPU\n", None)
    assert ann.put("vocab/tags.yaml", "gpu:\n  name: GPUs\n", done.sha256).changed
    with pytest.raises(Conflicted):
        ann.put("vocab/tags.yaml", "gpu:\n  name: Chips\n", done.sha256)
    with pytest.raises(RackmathError, match=r"vocab/tags.yaml:1: "):
        ann.put("vocab/tags.yaml", "[", vault.read("vocab/tags.yaml")[1])
    for rel in ("notes/reading/x.md", "reviews/x.yaml", "proposals/x.md", "journal/x.jsonl", "../x.md"):
        with pytest.raises(RackmathError):
            ann.put(rel, "x", None)
    ann.put("vocab/tags.yaml", None, vault.read("vocab/tags.yaml")[1])
    assert not vault.exists("vocab/tags.yaml")


def test_the_index_cannot_undo_what_is_on_disk(ann: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    note = ann.new("reading", "One", BODY).note_id
    opened = ann.read(note)

    def fails(paths: object) -> None:
        raise RackmathError("the search index cannot be used")

    monkeypatch.setattr(ann.index, "touched", fails)
    done = ann.save(note, opened.text + "More.\n", opened.sha256)
    assert done.changed
    assert "More." in ann.vault.read(done.path)[0]
