"""Feeds hold what RFC 4287 and JSON Feed 1.1 ask for, whatever the texts hold."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rackmath.brain.site import Site
from rackmath.evidence import STARTER
from rackmath.web.feeds import LONGEST, Entry, Feed, atom, json_feed, moment
from rackmath.web.site_feeds import every_feed
from web.a_brain import make_brain

NS = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = 'A <b>& "quoted"</b> \x00\x1b]]> title'


def feed(count: int = 2) -> Feed:
    entries = [
        Entry(
            id=f"note_{number:03}",
            title=HOSTILE,
            path=f"/n/{number}-a",
            updated=f"2026-11-{1 + number % 28:02}",
            published="2026-10-01",
            authors=("Ada Crane",) if number else (),
            tags=("pue", "<tag>"),
            change="correction",
            summary="3.50 → 2.10 & more",
            html="<p>3 < 4</p>" if number else "",
        )
        for number in range(count)
    ]
    return Feed("tag/pue", "Notes tagged <pue>", "/tag/pue", "On PUE", entries)


def test_atom_has_what_the_standard_asks_for() -> None:
    root = ElementTree.fromstring(atom(feed(), "https://example.org/b"))
    assert root.tag == f"{{{NS['a']}}}feed"
    for one in [root, *root.findall("a:entry", NS)]:
        assert [len(one.findall(f"a:{name}", NS)) for name in ("id", "title", "updated")] == [1, 1, 1]
        datetime.fromisoformat(one.findtext("a:updated", "", NS))
    entries = root.findall("a:entry", NS)
    assert all(entry.findtext("a:author/a:name", "", NS) for entry in entries)
    ids = [entry.findtext("a:id", "", NS) for entry in entries]
    assert len(set(ids)) == len(ids) == 2
    links = {link.get("rel"): link.get("href") for link in root.findall("a:link", NS)}
    assert links == {"self": "https://example.org/b/feeds/tag/pue.atom", "alternate": "https://example.org/b/tag/pue"}
    assert root.findtext("a:updated", "", NS) == "2026-11-02T00:00:00Z"


def test_hostile_text_stays_text() -> None:
    root = ElementTree.fromstring(atom(feed()))
    title = root.findtext("a:entry/a:title", "", NS)
    assert title.startswith('A <b>& "quoted"</b>')
    assert "\x00" not in title
    assert root.findall("a:entry/a:title/*", NS) == []


def test_json_feed_has_what_the_standard_asks_for() -> None:
    found = json.loads(json_feed(feed(), "https://example.org"))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == "https://example.org/feeds/tag/pue.json"
    for item in found["items"]:
        assert item["id"]
        assert item["url"].startswith("https://example.org/n/")
        assert ("content_html" in item) != ("content_text" in item)
        assert item["_rackmath"]["change"] == "correction"
        datetime.fromisoformat(item["date_modified"])


def test_a_feed_is_short_and_an_empty_one_is_sound() -> None:
    assert len(json.loads(json_feed(feed(LONGEST + 20)))["items"]) == LONGEST
    empty = Feed("all", "All", "/changes")
    assert ElementTree.fromstring(atom(empty)).findtext("a:updated", "", NS) == "1970-01-01T00:00:00Z"
    assert json.loads(json_feed(empty))["items"] == []


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2026-11-22", "2026-11-22T00:00:00Z"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00+00:00", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00Z"),
    ],
)
def test_dates_become_moments(text: str, whole: str) -> None:
    assert moment(text) == whole


def test_feeds_of_several_brains_are_called_after_all(tmp_path: Path) -> None:
    paths = [make_brain(tmp_path / "ann").path, STARTER]
    both, one = Site(paths, look=False), Site(paths[1:], look=False)
    titles = [library.title for library in both.libraries]
    assert every_feed(both)[0].title == f"{' and '.join(titles)}: what changed"
    assert every_feed(one)[0].title == f"{titles[1]}: what changed"
    assert every_feed(Site(paths, look=False, title="Ours"))[0].title == "Ours: what changed"
