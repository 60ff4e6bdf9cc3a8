from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rackmath.brain import sentences
from rackmath.brain.snapshots import Snapshot, already, load, make, of_source, public_sentences, read_record, take
from rackmath.errors import RackmathError
from rackmath.vault import Vault

TEXT = b"\xef\xbb\xbfHall A draws 40 MW.\r\nHall B draws 25 MW.\r\n\r\nBoth are full."


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault.create(tmp_path / "brain", title="Halls", writer="tester")
    for key in ("halls", "other"):
        made.write(f"sources/{key}.md", f"---\nid: src_{key}\ntype: source\ncitekey: {key}\ntitle: Halls\n---\n")
    return made


def halls(**told: object) -> Snapshot:
    return make("halls", TEXT, name="halls.txt", captured_at=date(2031, 5, 1), **told)  # type: ignore[arg-type]


def test_a_snapshot_is_kept_found_and_read_back(vault: Vault):
    taken = take(vault, "halls", TEXT, name="halls.txt", captured_at="2031-05-01", url="https://a.example/halls")
    assert taken.text == "Hall A draws 40 MW.\nHall B draws 25 MW.\n\nBoth are full.\n"
    assert taken.record.path == f"snapshots/{taken.record.sha256[:2]}/{taken.record.sha256}.json"
    assert (taken.record.segmenter, taken.record.segmenter_version) == (sentences.NAME, sentences.VERSION)
    assert taken.record.sentences == 3
    assert not taken.record.publishable
    assert taken.record.licence == "unstated"
    assert taken.record.bytes == len(TEXT)
    again = load(vault, taken.record.sha256)
    assert again == taken
    assert [each.text for each in again.numbered([3, 1])] == ["Hall A draws 40 MW.", "Both are full."]
    assert of_source(vault, "halls") == [taken.record]
    assert of_source(vault, "other") == []
    assert vault.verify() == []


def test_the_same_text_is_one_snapshot_and_never_changes(vault: Vault):
    first = take(vault, "halls", TEXT, captured_at="2031-05-01")
    before = len(vault.history(first.record.path))
    second = take(vault, "halls", TEXT, captured_at="2031-06-01", title="Another day")
    assert second.record == first.record
    assert len(vault.history(first.record.path)) == before
    with pytest.raises(RackmathError, match="snapshot of halls already"):
        take(vault, "other", TEXT, captured_at="2031-05-01")
    assert already(vault, make("halls", b"Other words.", captured_at="2031-05-01")) is None


def test_the_newest_capture_comes_first(vault: Vault):
    old = take(vault, "halls", b"Hall A draws 30 MW.", captured_at="2030-01-01")
    new = take(vault, "halls", TEXT, captured_at="2031-05-01T08:00:00+00:00")
    assert of_source(vault, "halls") == [new.record, old.record]


def test_a_changed_text_is_found_out(vault: Vault):
    taken = take(vault, "halls", TEXT, captured_at="2031-05-01")
    (vault.path / taken.record.text_path).write_text("Hall A draws 44 MW.\n", encoding="utf-8")
    with pytest.raises(RackmathError, match="was changed after it was taken"):
        load(vault, taken.record.sha256)


def test_an_unknown_segmenter_is_refused_not_renumbered():
    snapshot = halls()
    newer = Snapshot(replace(snapshot.record, segmenter_version=sentences.VERSION + 1), snapshot.text)
    with pytest.raises(RackmathError, match="take a new snapshot"):
        _ = newer.sentences


def test_records_from_outside_are_checked(vault: Vault):
    taken = take(vault, "halls", TEXT, captured_at="2031-05-01")
    good = json.loads(taken.record.json)
    path = taken.record.path
    assert read_record(taken.record.json, path) == taken.record
    for bad in (
        "{", "[]", "[" * 100_000, json.dumps(good | {"format": 9}), json.dumps(good | {"sentences": "3"}),
        json.dumps(good | {"publishable": 1}), json.dumps(good | {"sha256": "0" * 64}),
        json.dumps({key: value for key, value in good.items() if key != "source"}),
    ):  # fmt: skip
        with pytest.raises(RackmathError, match="snapshots/"):
            read_record(bad, path)
    (vault.path / path).write_text("{", encoding="utf-8")
    problems: list[str] = []
    assert of_source(vault, "halls", problems) == []
    assert len(problems) == 1
    with pytest.raises(RackmathError, match="64 hexadecimal"):
        load(vault, "../../etc/passwd")
    with pytest.raises(RackmathError, match="no snapshot"):
        load(vault, "0" * 64)


def test_the_public_sees_cited_sentences_and_their_neighbours_numbers():
    shown = public_sentences(halls(), [2, 99])
    assert shown == ((1, None, False), (2, "Hall B draws 25 MW.", True), (3, None, False))
    everything = public_sentences(halls(publishable=True), [2])
    assert [each.text for each in everything] == ["Hall A draws 40 MW.", "Hall B draws 25 MW.", "Both are full."]
    assert public_sentences(halls(), []) == ()


def test_a_page_is_read_as_its_text():
    page = b'<html><head><meta charset="windows-1252"><title>Halls</title></head><p>Caf\xe9 A: 40 MW.</p>'
    snapshot = make("halls", page, name="saved", captured_at="2031-05-01")
    assert snapshot.text == "Café A: 40 MW.\n"
    assert (snapshot.record.media_type, snapshot.record.title) == ("text/html", "Halls")
    assert snapshot.record.extractor == "rackmath-html"
    assert make("halls", "﻿a b".encode("utf-16"), captured_at="2031-05-01").text == "a b\n"


@pytest.mark.parametrize(
    ("data", "told", "message"),
    [
        (b"%PDF-1.7", {}, "PDF is not read"),
        (b"\xff\xfa\x00", {}, "not text in utf-8"),
        (b"a\0b", {}, "NUL"),
        (b" \n ", {}, "no words"),
        (b"<html><meta charset='zip'>", {}, "unknown"),
        (b"<html><script>1</script>", {}, "no readable text"),
        (b"a" * (16 * 1024 * 1024 + 1), {}, "over the limit"),
        (b"a " * 1_500_000, {}, "letters of text"),
        (b"a", {"media_type": "image/png"}, "image/png is not read"),
        (b"a", {"captured_at": "yesterday"}, "not a day"),
    ],
)
def test_bad_files(data: bytes, told: dict[str, str], message: str):
    with pytest.raises(RackmathError, match=message):
        make("halls", data, **{"name": "halls", "captured_at": "2031-05-01", **told})


def test_bad_sources(vault: Vault):
    with pytest.raises(RackmathError, match="no source 'nobody'"):
        take(vault, "nobody", TEXT, captured_at="2031-05-01")
    with pytest.raises(RackmathError, match="no source"):
        take(vault, "../x", TEXT, captured_at="2031-05-01")
    with pytest.raises(RackmathError, match="sentences 1 to 3"):
        halls().numbered([4])
