"""Normal forms of URLs, citekeys and what an address says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain.page import Page
from rackmath.brain.urls import LONGEST_KEY, citekey_for, normalise_url, registered_domain, url_facts


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://Example.COM:443/A/b/?x=1#part", "https://example.com/A/b/?x=1"),
        ("https://example.com", "https://example.com/"),
        ("https://e.example/a?utm_source=x&b=2&utm_medium=y", "https://e.example/a?b=2"),
        (" https://en.wikipedia.org/wiki/Moore's_law ", "https://en.wikipedia.org/wiki/Moore's_law"),
        ("https://en.wikipedia.org/wiki/Moore%27s_law", "https://en.wikipedia.org/wiki/Moore's_law"),
        ("https://e.example/a%20b%2fc.pdf", "https://e.example/a%20b%2Fc.pdf"),
        ("https://e.example/a b", "https://e.example/a%20b"),
        ("https://e.example/100%", "https://e.example/100%25"),
        ("http://e.example:8080/", "http://e.example:8080/"),
        ("https://e.example/é", "https://e.example/%C3%A9"),
    ],
)
def test_normalise_url(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_and_never_fails(text: str) -> None:
    once = normalise_url(f"https://e.example/{text}")
    assert normalise_url(once) == once
    assert normalise_url(normalise_url(text)) == normalise_url(text)
    citekey_for(text)


@pytest.mark.parametrize("url", ["https://[bad/x", "https://e.example:port/x", "https://[1-3]/", "https://", "http:"])
def test_malformed_addresses_keep_their_text(url: str) -> None:
    once = normalise_url(url)
    assert normalise_url(once) == once
    for word in ("bad", "port", "1-3"):
        assert (word in once) == (word in url)
    citekey_for(url)


@pytest.mark.shared
def test_real_page_has_417_sources(seed: Page) -> None:
    # 417 addresses differ as written; none of them differs only in form, and one paper is listed in two formats
    urls = {use.url for note in seed.notes for use in note.urls}
    assert len({normalise_url(url) for url in urls}) == 417
    assert len({url_facts(url).loose for url in urls}) == 416


def test_facts() -> None:
    paper = url_facts("https://arxiv.org/pdf/2604.04745v2")
    assert (paper.arxiv, paper.is_pdf, paper.loose) == ("2604.04745", True, "arxiv:2604.04745")
    assert url_facts("https://arxiv.org/abs/2604.04745").loose == paper.loose
    assert url_facts("https://dl.acm.org/doi/fullHtml/10.1145/3497701.3497733").doi == "10.1145/3497701.3497733"
    assert url_facts("https://www.medrxiv.org/content/10.1101/2025.09.11.25335607.full.pdf").doi.endswith("25335607")
    dated = url_facts("https://blogs.example.com/blog/2026/04/27/next/")
    assert (dated.published, dated.domain, dated.host) == ("2026-04-27", "example.com", "blogs.example.com")
    assert url_facts("https://e.example/2025/13/01/x").published == ""
    assert url_facts("http://www.e.example/a/").loose == url_facts("https://e.example/a").loose


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.journal.uptimeinstitute.com", "uptimeinstitute.com"),
        ("news.example.co.uk", "example.co.uk"),
        ("localhost", "localhost"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_registered_domain(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://arxiv.org/pdf/2604.04745", "arxiv-2604-04745"),
        ("https://en.wikipedia.org/wiki/Moore's_law", "wikipedia-moores-law"),
        ("https://www.spheron.network/blog/renting-gpus/", "spheron-renting-gpus"),
        ("https://www.mdpi.com/2571-9394/2/4/23", "mdpi-2571-9394-2-4-23"),
        ("https://example.com/", "example"),
        ("https://例え.jp/テスト", "source"),
    ],
)
def test_citekeys_are_readable(url: str, key: str) -> None:
    assert citekey_for(url) == key


def test_taken_citekey_gets_a_hash_that_depends_on_the_url_only() -> None:
    url = "https://arxiv.org/abs/2604.04745"
    key = citekey_for(url, {"arxiv-2604-04745"})
    assert key == citekey_for(url, {"arxiv-2604-04745", "other"})
    assert key.startswith("arxiv-2604-04745-")
    assert citekey_for(url, {"arxiv-2604-04745", key}) not in {"arxiv-2604-04745", key}


@given(st.text(max_size=200))
def test_citekeys_are_safe_file_names(text: str) -> None:
    key = citekey_for(f"https://e.example/{text}")
    assert key
    assert len(key) <= LONGEST_KEY
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.shared
def test_real_page_citekeys_are_unique(seed_report_keys: list[str]) -> None:
    assert len(seed_report_keys) == len(set(seed_report_keys)) == 417
