"""Importing a page into a brain, once and again."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from brain.made_pages import HEAD, LT, cite, note, page, reading
from rackmath.brain import import_page
from rackmath.brain.page import SAMPLE_PAGE
from rackmath.brain.report import ImportReport
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault, parse_yaml

DAY = date(2026, 11, 22)
OPENING = re.compile(rf'(?:{LT}|\()cite index="([^"]*)">')


def bytes_of(root: Path) -> dict[str, bytes]:
    """Every file of a brain but the program's private ones."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".rackmath" not in path.parts
    }


def saved(folder: Path, text: str, name: str = "page.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def brought(folder: Path, text: str, day: date = DAY) -> ImportReport:
    """Import a text into the brain of a test."""
    return import_page(saved(folder, text), folder / "brain", writer="tester", today=day)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def raw_notes(text: str) -> dict[str, str]:
    """The lines of each note of a page by title, found in a way of its own: a title bullet stands two spaces in."""
    found: dict[str, list[str]] = {}
    body: list[str] = []
    for line in text.splitlines():
        if line.startswith("  • "):
            body = found.setdefault(line[4:].strip(), [])
        elif line.startswith("    "):
            body.append(line)
    return {title: "\n".join(lines) for title, lines in found.items()}


def imported(root: Path) -> list[Document]:
    return [Document.parse(text) for _, text in Vault.open(root, read_only=True).documents("notes")]


def check_nothing_is_lost(page_text: str, root: Path) -> None:
    """Every word of every body is in the file, as often as on the page, and every cite mark with its raw tag."""
    raw = raw_notes(page_text)
    documents = imported(root)
    assert {document.title() for document in documents} == set(raw)
    for document in documents:
        lines = raw[document.title()].splitlines()
        assert lines.pop().strip().startswith("#")  # the tag line
        marked = "\n".join(lines)
        spoken = words(re.sub(rf"{LT}/?cite[^>]*>", " ", marked))
        prose = "".join(part.text for part in document.segments if part.kind == "prose")
        kept = words(re.sub(r"(?m)^\[\^c\d+\]:.*|\[\^c\d+\]", " ", prose))
        assert not spoken - kept, document.title()
        extra = kept - spoken  # the list of sources gains keys and links, nothing else gains anything
        assert not extra or document.front.get("sources"), document.title()
        indices = OPENING.findall(marked)
        citations = [entry for block in document.blocks("citations") for entry in block.data]
        assert [OPENING.fullmatch(entry["raw"])[1] for entry in citations] == indices  # type: ignore[index]
        assert all(entry["state"] == "unresolved" for entry in citations)
        assert len(document.footnotes) == len(indices)


# --- what an import writes ------------------------------------------------------------------------------------------


def test_sample_page_loses_nothing(sample_vault: Path) -> None:
    check_nothing_is_lost(SAMPLE_PAGE.read_text(encoding="utf-8"), sample_vault)


@pytest.mark.shared
def test_real_page_loses_nothing(seed_vault: Path, seed_path: Path) -> None:
    check_nothing_is_lost(seed_path.read_text(encoding="utf-8"), seed_vault)


@pytest.mark.shared
def test_real_page_as_files(seed_vault: Path) -> None:
    documents = imported(seed_vault)
    assert Counter(document.front["type"] for document in documents) == {
        "pov": 6,
        "methodology": 1,
        "watching": 1,
        "thesis": 12,
        "reading": 153,
    }
    citations = [entry for d in documents for block in d.blocks("citations") for entry in block.data]
    assert len(citations) == 594
    keys = {key for entry in citations for key in entry["marks"]}
    assert len(keys) == 484
    assert all(re.fullmatch(r"run:[0-9a-z]{26}/doc:\d+/s:\d+", key) for key in keys)
    assert len({key.split("/")[0] for key in keys}) == 1
    sources = list((seed_vault / "sources").iterdir())
    assert len(sources) == 417
    listed = [key for document in documents for key in document.front.get("sources", [])]
    assert set(listed) == {path.stem for path in sources}
    assert len(listed) == 558  # no note lists one source twice
    vault = Vault.open(seed_vault, read_only=True)
    assert vault.check() == []
    assert vault.verify() == []


@pytest.mark.shared
def test_real_page_resolves_nothing_by_place_in_the_list(seed_vault: Path, seed_report: ImportReport) -> None:
    assert (seed_report.cites.unresolved, len(seed_report.cites.beyond_list)) == (594, 102)
    for document in imported(seed_vault):
        for block in document.blocks("citations"):
            assert all(set(entry) - {"candidates"} == {"id", "state", "marks", "raw", "claim"} for entry in block.data)


def test_sample_brain(sample_vault: Path) -> None:
    vault = Vault.open(sample_vault, read_only=True)
    assert vault.check() == []
    assert vault.verify() == []
    assert vault.meta["title"] == "Marta’s brain"
    assert vault.meta["contributors"] == ["marta"]
    (told,) = vault.meta["imports"]
    # 27 notes found where the head announces 31; the readings announce 19 and are 18
    assert (told["announced"], told["found"], told["kinds"]["reading"]) == (31, 27, "18 of 19")
    person = parse_yaml(vault.read("contributors/marta.yaml")[0]).data
    assert (person["handle"], person["bio_speaks_of"], len(person["beats"])) == ("marta", "Idris Fenwick", 5)
    assert len(vault.files("sources")) == 46


def test_front_matter_of_a_note(sample_vault: Path) -> None:
    path = sample_vault / "notes/thesis/learning-curves-belong-to-factories-not-to-price-lists.md"
    front = Document.parse(path.read_text(encoding="utf-8")).front
    assert list(front) == [
        "id",
        "type",
        "title",
        "status",
        "created",
        "updated",
        "contributors",
        "tags",
        "page_tags",
        "imported_by",
    ]
    assert re.fullmatch(r"note_[0-9a-z]{26}", front["id"])
    assert front["tags"][0] == "wrights-law"  # what programs compare and Obsidian accepts
    assert front["page_tags"][0] == "wright's-law"  # what the page says


def test_references_are_candidates_with_a_confidence(sample_vault: Path) -> None:
    path = sample_vault / "notes/thesis/learning-curves-belong-to-factories-not-to-price-lists.md"
    document = Document.parse(path.read_text(encoding="utf-8"))
    (block,) = document.blocks("references")
    first, last = block.data[0], block.data[-1]
    assert (first["raw"], first["state"], first["numbers"]) == ("[1]", "unresolved", [1])
    (candidate,) = first["candidates"]
    aircraft = (sample_vault / "notes/reading/aircraft-1936-the-first-published-learning-curve.md").read_text()
    assert f"id: {candidate['note']}\n" in aircraft
    assert 0 < candidate["overlap"] <= 1
    assert 0 < first["confidence"] < 1
    assert last == {"id": last["id"], "state": "unresolved", "raw": "[41]", "numbers": [41]}


def test_source_file_says_only_what_the_address_says(sample_vault: Path) -> None:
    front = Document.parse((sample_vault / "sources/wikipedia-moores-law.md").read_text(encoding="utf-8")).front
    assert front["url"] == "https://en.wikipedia.org/wiki/Moore's_law"
    assert (front["source_kind"], front["title_from"]) == ("reference", "address")


def test_markdown_of_the_page_cannot_become_other_markdown(tmp_path: Path) -> None:
    lines = ["1986. was the year", "", "# not a heading", "", "- not a list", "", "[^1]: not a footnote", "", "---"]
    brought(tmp_path, page(note("T", *lines, "", "• # item", "", "2. real item")))
    body = (tmp_path / "brain/notes/thesis/t.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    assert body == (
        "\n1986. was the year\n\n\\# not a heading\n\n\\- not a list\n\n\\[^1]: not a footnote\n\n\\---\n\n"
        "- \\# item\n\n2. real item\n"
    )


def test_two_titles_with_one_slug_get_two_files(tmp_path: Path) -> None:
    brought(tmp_path, page(note("A b", "x"), note("A: b!", "y")))
    assert sorted(p.name for p in (tmp_path / "brain/notes/thesis").iterdir()) == ["a-b-2.md", "a-b.md"]


def test_two_notes_with_one_title_are_two_notes_and_stay_so(tmp_path: Path) -> None:
    twice = page(note("Same", "alpha"), note("Same", "beta"))
    brought(tmp_path, twice)
    ids = {document.front["id"] for document in imported(tmp_path / "brain")}
    assert len(ids) == 2
    assert not brought(tmp_path, twice).changes.any
    swapped = brought(tmp_path, page(note("Same", "beta"), note("Same", "alpha, more")))
    assert swapped.changes.updated == ("notes/thesis/same.md",)
    assert {document.front["id"] for document in imported(tmp_path / "brain")} == ids


def test_sources_with_impossible_addresses_are_kept(tmp_path: Path) -> None:
    brought(tmp_path, page(reading("T", "x", urls=("https://[bad/x", "https://")), heading="Reading{n} node"))
    assert Vault.open(tmp_path / "brain", read_only=True).check() == []


def test_title_given_by_the_caller(tmp_path: Path) -> None:
    import_page(saved(tmp_path, page(note("T", "x"))), tmp_path / "brain", brain_title="My own")
    assert Vault.open(tmp_path / "brain", read_only=True).meta["title"] == "My own"


def test_page_without_a_head_is_imported(tmp_path: Path) -> None:
    done = brought(tmp_path, page(note("T", "x"), head=""))
    assert done.handle == ""
    assert {"no-profile", "no-total"} <= {defect.code for defect in done.defects}
    assert (tmp_path / "brain/imports/page.json").is_file()
    assert not (tmp_path / "brain/contributors").exists()


# --- where it may be written ----------------------------------------------------------------------------------------


def test_folder_that_is_not_a_brain_is_refused_and_untouched(tmp_path: Path) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.txt").write_text("miaow")
    with pytest.raises(RackmathError, match="not empty and is not a brain"):
        import_page(SAMPLE_PAGE, other)
    assert bytes_of(other) == {"cat.txt": b"miaow"}
    with pytest.raises(RackmathError, match="is a file"):
        import_page(SAMPLE_PAGE, other / "cat.txt")


def test_bad_page_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RackmathError):
        import_page(saved(tmp_path, "nothing of the sort"), tmp_path / "brain")
    assert not (tmp_path / "brain").exists()


def test_empty_folder_and_existing_brain_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    import_page(SAMPLE_PAGE, tmp_path / "empty", today=DAY)
    vault = Vault.create(tmp_path / "mine", title="Mine", writer="me")
    vault.write("notes/thesis/own.md", "---\nid: note_1\ntype: thesis\n---\n\nOwn.\n")
    done = import_page(SAMPLE_PAGE, tmp_path / "mine", writer="me", today=DAY)
    assert len(done.changes.created) == 27 + 46 + 1  # notes, sources, contributor
    assert Vault.open(tmp_path / "mine", read_only=True).meta["title"] == "Mine"
    assert (tmp_path / "mine/notes/thesis/own.md").is_file()


def test_source_that_the_brain_has_is_reused(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "brain", title="Mine", writer="me")
    url = "https://en.wikipedia.org/wiki/Learning_curve"
    text = f"---\ntype: source\ncitekey: wikipedia-curve\nurl: {url}\n---\n\nRead it.\n"
    vault.write("sources/wikipedia-curve.md", text)
    import_page(SAMPLE_PAGE, tmp_path / "brain", writer="me", today=DAY)
    assert (tmp_path / "brain/sources/wikipedia-curve.md").read_text() == text
    assert not (tmp_path / "brain/sources/wikipedia-learning-curve.md").exists()
    path = tmp_path / "brain/notes/reading/aircraft-1936-the-first-published-learning-curve.md"
    assert "wikipedia-curve" in Document.parse(path.read_text(encoding="utf-8")).front["sources"]


# --- again ----------------------------------------------------------------------------------------------------------


def test_importing_again_changes_no_byte_and_no_journal(tmp_path: Path) -> None:
    root = tmp_path / "brain"
    first = import_page(SAMPLE_PAGE, root, writer="tester", today=DAY)
    before = bytes_of(root)
    again = import_page(SAMPLE_PAGE, root, writer="tester", today=date(2027, 1, 1))
    assert bytes_of(root) == before
    assert not again.changes.any
    assert again.changes.unchanged == len(first.changes.created)


@pytest.mark.shared
def test_real_page_again_changes_no_byte(seed_vault: Path, seed_path: Path) -> None:
    before = bytes_of(seed_vault)
    import_page(seed_path, seed_vault, writer="tester", today=date(2027, 1, 1))
    assert bytes_of(seed_vault) == before


def test_two_imports_of_one_page_into_two_brains_agree(tmp_path: Path) -> None:
    for name in ("a", "b"):
        import_page(SAMPLE_PAGE, tmp_path / name, writer="w", today=DAY)
    ours, theirs = (bytes_of(tmp_path / name) for name in ("a", "b"))
    same = {name for name in ours if not name.startswith(("journal/", "brain.yaml"))}
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}


def test_changed_page_updates_what_nobody_touched(tmp_path: Path) -> None:
    first = page(note("One", "alpha"), note("Two", "beta"), note("Three", "gamma"))
    brought(tmp_path, first)
    path = tmp_path / "brain/notes/thesis/two.md"
    old = Document.parse(path.read_text(encoding="utf-8"))
    later = brought(tmp_path, first.replace("beta", "delta"), date(2026, 12, 1))
    new = Document.parse(path.read_text(encoding="utf-8"))
    assert later.changes.updated == ("notes/thesis/two.md",)
    assert later.changes.created == later.changes.proposals == ()
    assert "delta" in new.body
    assert new.front["id"] == old.front["id"]
    assert (new.front["created"], new.front["updated"]) == ("2026-11-22", "2026-12-01")


def test_note_edited_by_hand_is_never_overwritten(tmp_path: Path) -> None:
    first = page(note("One", "alpha"), note("Two", "beta"))
    brought(tmp_path, first)
    path = tmp_path / "brain/notes/thesis/two.md"
    mine = path.read_text(encoding="utf-8").replace("beta", "beta, as I see it")
    path.write_text(mine, encoding="utf-8")
    assert not brought(tmp_path, first).changes.any  # the page says nothing new: nothing happens
    done = brought(tmp_path, first.replace("beta", "delta"))
    assert path.read_text(encoding="utf-8") == mine
    (proposal,) = done.changes.proposals
    assert proposal.startswith("proposals/")
    assert "delta" in (tmp_path / "brain" / proposal).read_text(encoding="utf-8")
    before = bytes_of(tmp_path / "brain")
    again = brought(tmp_path, first.replace("beta", "delta"))  # offered once, not with every import
    assert again.changes.proposals == ()
    assert bytes_of(tmp_path / "brain") == before


def test_note_edited_by_hand_then_put_back_is_updated(tmp_path: Path) -> None:
    first = page(note("One", "alpha"))
    brought(tmp_path, first)
    path = tmp_path / "brain/notes/thesis/one.md"
    original = path.read_text(encoding="utf-8")
    path.write_text(original + "\nmore\n", encoding="utf-8")
    path.write_text(original, encoding="utf-8")
    assert brought(tmp_path, first.replace("alpha", "omega")).changes.updated == ("notes/thesis/one.md",)


def test_note_removed_by_hand_stays_removed(tmp_path: Path) -> None:
    first = page(note("One", "alpha"), note("Two", "beta"))
    brought(tmp_path, first)
    (tmp_path / "brain/notes/thesis/two.md").unlink()
    done = brought(tmp_path, first.replace("beta", "delta"))
    assert done.changes.missing == ("notes/thesis/two.md",)
    assert not (tmp_path / "brain/notes/thesis/two.md").exists()


def test_note_moved_by_hand_is_found_by_its_id(tmp_path: Path) -> None:
    first = page(note("One", "alpha"))
    brought(tmp_path, first)
    old, new = (tmp_path / "brain/notes/thesis" / name for name in ("one.md", "renamed.md"))
    old.rename(new)
    done = brought(tmp_path, first.replace("alpha", "omega"))
    assert done.changes.updated == ("notes/thesis/renamed.md",)
    assert "omega" in new.read_text(encoding="utf-8")
    assert not old.exists()


def test_note_gone_from_the_page_is_kept(tmp_path: Path) -> None:
    brought(tmp_path, page(note("One", "alpha"), note("Two", "beta")))
    done = brought(tmp_path, page(note("One", "alpha")))
    assert done.changes.gone == ("notes/thesis/two.md",)
    assert (tmp_path / "brain/notes/thesis/two.md").is_file()
    back = brought(tmp_path, page(note("One", "alpha"), note("Two", "beta")))
    assert (back.changes.gone, back.changes.created) == ((), ())


def test_retitled_note_keeps_its_id_and_file(tmp_path: Path) -> None:
    brought(tmp_path, page(note("The cost of idle racks", "alpha"), note("Two", "beta")))
    path = tmp_path / "brain/notes/thesis/the-cost-of-idle-racks.md"
    old = Document.parse(path.read_text(encoding="utf-8")).front["id"]
    done = brought(tmp_path, page(note("The cost of idle racks, again", "alpha"), note("Two", "beta")))
    assert done.changes.updated == ("notes/thesis/the-cost-of-idle-racks.md",)
    front = Document.parse(path.read_text(encoding="utf-8")).front
    assert (front["id"], front["title"]) == (old, "The cost of idle racks, again")


def test_new_note_and_new_source_on_a_changed_page(tmp_path: Path) -> None:
    one = reading("One", "alpha", urls=("https://a.example/x",))
    two = reading("Two", "beta " + cite("1-2", "gamma"), urls=("https://a.example/x", "https://b.example/y"))
    first = brought(tmp_path, page(one, heading="Reading{n} nodes"))
    done = brought(tmp_path, page(two, one, heading="Reading{n} nodes"))
    assert done.changes.created == ("notes/reading/two.md", "sources/b-y.md")
    assert done.changes.updated == ()
    assert done.run != first.run  # marks of the new note live in the namespace of the run that brought them
    text = (tmp_path / "brain/notes/reading/two.md").read_text(encoding="utf-8")
    assert f"run:{done.run.removeprefix('run_')}/doc:1/s:2" in text


def test_contributor_edited_by_hand_is_kept(tmp_path: Path) -> None:
    brought(tmp_path, page(note("One", "alpha")))
    path = tmp_path / "brain/contributors/ada.yaml"
    path.write_text("handle: ada\nname: Ada C.\n", encoding="utf-8")
    done = brought(tmp_path, page(note("One", "alpha"), head=HEAD.replace("counts machines", "counts racks")))
    assert path.read_text(encoding="utf-8") == "handle: ada\nname: Ada C.\n"
    assert len(done.changes.proposals) == 1


def test_comments_in_brain_yaml_survive(tmp_path: Path) -> None:
    brought(tmp_path, page(note("One", "alpha")))
    path = tmp_path / "brain/brain.yaml"
    path.write_text(f"# mine\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    brought(tmp_path, page(note("One", "alpha"), note("Two", "beta")))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert parse_yaml(text).data["imports"][0]["found"] == 2


def test_damaged_memory_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    brought(tmp_path, page(note("One", "alpha")))
    path = tmp_path / "brain/imports/ada.json"
    path.write_text("{", encoding="utf-8")
    before = bytes_of(tmp_path / "brain")
    with pytest.raises(RackmathError, match="damaged"):
        brought(tmp_path, page(note("One", "omega")))
    assert bytes_of(tmp_path / "brain") == before


def test_report_is_ready_for_json(sample_report: ImportReport) -> None:
    data = json.loads(json.dumps(sample_report.to_json()))
    assert data["cites"]["total"] == 35
    assert data["kinds"]["reading"] == [18, 19]
