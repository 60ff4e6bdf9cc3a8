"""Tiers of domains and the health of source lists."""

from __future__ import annotations

import pytest

from brain.made_pages import page, reading
from rackmath.brain.domains import TIER_WORDS, tier_of
from rackmath.brain.page import Page, parse_page
from rackmath.brain.sources import grade_of, list_sources, page_health


@pytest.mark.parametrize(
    ("host", "path", "tier"),
    [
        ("www.sec.gov", "/Archives/x.htm", "filing"),
        ("investor.example.com", "/", "filing"),
        ("www.microsoft.com", "/en-us/investor/earnings", "filing"),
        ("www.eia.gov", "/", "regulator"),
        ("tax.gov.uk", "/", "regulator"),
        ("image-ppubs.uspto.gov", "/", "regulator"),
        ("arxiv.org", "/abs/1", "paper"),
        ("web.mit.edu", "/", "paper"),
        ("www.cl.cam.ac.uk", "/", "paper"),
        ("spectrum.ieee.org", "/", "news"),
        ("ieeexplore.ieee.org", "/", "paper"),
        ("docs.mlcommons.org", "/", "standard"),
        ("en.wikipedia.org", "/", "reference"),
        ("newsletter.semianalysis.com", "/", "analyst"),
        ("aws.amazon.com", "/", "vendor"),
        ("someone.substack.com", "/", "blog"),
        ("github.com", "/", "code"),
        ("www.researchgate.net", "/", "aggregator"),
        ("nobody-knows.example", "/", "unranked"),
        ("notarxiv.org", "/", "unranked"),
    ],
)
def test_tier_of(host: str, path: str, tier: str) -> None:
    assert tier_of(host, path) == tier
    assert tier in TIER_WORDS


def test_grades() -> None:
    assert grade_of([]) == "none"
    assert grade_of(["paper", "filing"]) == "first-hand"
    assert grade_of(["paper", "blog"]) == "mixed"
    assert grade_of(["blog", "unranked"]) == "second-hand"
    assert grade_of(["vendor", "vendor"]) == "sellers only"


def test_health_of_a_list() -> None:
    shared = "https://arxiv.org/abs/2604.04745"
    text = page(
        reading("One", "x", urls=(shared, "https://arxiv.org/pdf/2604.04745")),
        reading("Two", "y", urls=(shared, "http://e.example/doi/10.1145/1.2.pdf", shared)),
        heading="Reading{n} nodes",
    )
    found = parse_page(text)
    listed = list_sources(found)
    health = page_health(found, listed)
    # five uses of three addresses; one address stands in both notes
    assert (health.uses, health.distinct, health.shared) == (5, 3, 1)
    assert (health.arxiv, health.doi, health.pdf, health.insecure) == (2, 1, 2, 1)
    assert health.duplicates == ((listed[0].citekey, listed[1].citekey),)
    assert health.one_domain == ("R1",)
    assert dict(health.grades) == {"first-hand": 1, "mixed": 1}


def test_pinned_citekeys_are_kept_and_avoided() -> None:
    found = parse_page(page(reading("One", "x", urls=("https://e.example/a", "https://e.example/b"))))
    listed = list_sources(found, {"https://e.example/a": "mine", "file:sources/e-b.md": "e-b"})
    assert listed[0].citekey == "mine"
    assert listed[1].citekey.startswith("e-b-")


def test_title_comes_from_the_address() -> None:
    urls = ("https://arxiv.org/pdf/2604.04745", "https://e.example/a_b-c.html", "https://e.example/")
    listed = list_sources(parse_page(page(reading("One", "x", urls=urls))))
    assert [source.title for source in listed] == ["arXiv 2604.04745", "e.example: a b c", "e.example"]


def test_a_seller_about_its_own_wares_is_told():
    found = parse_page(
        page(
            reading("Trainium halves the bill", "x", urls=("https://aws.amazon.com/trainium/", "https://a.example/p")),
            reading("Bricks halve the bill", "x", urls=("https://aws.amazon.com/trainium/",)),
            reading("What AWS charges", "x", urls=("https://arxiv.org/abs/2401.00001",)),
            heading="Reading{n} nodes",
        )
    )
    health = page_health(found, list_sources(found))
    assert [code for code, _ in health.own_words] == ["R1"]
    ((_, keys),) = health.own_words
    assert len(keys) == 1


@pytest.mark.shared
def test_health_of_a_real_page(seed: Page):
    health = page_health(seed, list_sources(seed))
    assert (health.uses, health.distinct, health.shared) == (558, 417, 105)
    claims = dict(health.own_words)
    assert claims["R4"]
    assert all("aws" in key or "amazon" in key for key in claims["R4"])  # what a seller says of its own chips
    assert sum(count for _, count in health.grades) == 153
