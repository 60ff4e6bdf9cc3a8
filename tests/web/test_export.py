"""A published site: every link leads to a file, drafts stay at home, and nothing that is not ours is replaced."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from rackmath.brain.site import Site
from rackmath.errors import RackmathError
from rackmath.web.export import MARKER, publish
from web.asking import make_brain, note

DAY = date(2026, 11, 22)
NOTES = [
    ("notes/thesis/one.md", note("One", "See [[two]].[^1]\n\n[^1]: @a-source\n", kind="thesis", tags="power, pue")),
    ("notes/reading/two.md", note("Two", "Words & <b>more</b>.", kind="reading", tags="power")),
    ("notes/reading/kept.md", note("Kept at home", "A secret.", status="draft")),
    ("sources/a-source.md", "---\ncitekey: a-source\ntitle: A yearbook\nurl: https://example.org/\n---\n"),
]
ADDRESS = re.compile(r'(?:href|src|action)="([^"]*)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site([make_brain(tmp_path_factory.mktemp("brain") / "b", NOTES)])


@pytest.fixture(scope="module")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("out") / "site"
    publish(site, to, today=DAY, origin="https://example.org/brain")
    return to


def test_every_link_leads_to_a_file(folder: Path) -> None:
    lost = []
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        for written in ADDRESS.findall(page.read_text("utf-8")):
            parts = urlsplit(unescape(written))
            if parts.scheme or parts.netloc or not parts.path:
                continue
            if not (page.parent / unquote(parts.path)).resolve().is_file():
                lost.append((page.relative_to(folder).as_posix(), written))
    assert lost == []


def test_drafts_stay_at_home(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"A secret" not in path.read_bytes()
            assert b"Kept at home" not in path.read_bytes()


def test_twins_feeds_and_search_are_there(folder: Path) -> None:
    [one] = [path for path in folder.glob("n/*-one") if path.is_dir()]
    assert json.loads(one.with_name(f"{one.name}.json").read_text())["title"] == "One"
    assert "See" in one.with_name(f"{one.name}.md").read_text()
    assert {row["title"] for row in json.loads((folder / "search.json").read_text())} == {"One", "Two"}
    assert "<feed" in (folder / "feeds/all.atom").read_text()
    assert "https://example.org/brain/n/" in (folder / "sitemap.xml").read_text()


def test_publishing_again_replaces_all_of_it_with_the_same_bytes(site: Site, folder: Path, tmp_path: Path) -> None:
    to = tmp_path / "site"
    publish(site, to, today=DAY, origin="https://example.org/brain")
    (to / "stale.html").write_text("old")
    publish(site, to, today=DAY, origin="https://example.org/brain")
    names = sorted(path.relative_to(to) for path in to.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert [name for name in names if (to / name).read_bytes() != (folder / name).read_bytes()] == []
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_is_not_ours_is_not_replaced(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    with pytest.raises(RackmathError, match="no site made by this command"):
        publish(site, tmp_path / "mine", today=DAY)
    with pytest.raises(RackmathError, match="is a file"):
        publish(site, tmp_path / "mine" / "letter.txt", today=DAY)
    with pytest.raises(RackmathError, match="is no address"):
        publish(site, tmp_path / "new", today=DAY, origin="javascript:x")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "mine" / MARKER).exists()
