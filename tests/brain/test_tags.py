"""Tag lines, slugs and proposals of aliases."""

from __future__ import annotations

import pytest

from rackmath.brain.page import Page
from rackmath.brain.report import ImportReport
from rackmath.brain.tags import jaccard, propose_aliases, slug_of, split_tag_line, together


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("#a#b-c#d", ("a", "b-c", "d")),
        ("  #moore's-law#IT-spend ", ("moore's-law", "IT-spend")),
        ("#a #b", ("a", "b")),
        ("#3d#tpu-v5", ("3d", "tpu-v5")),
        ("#1 on MMLU", ()),
        ("#1", ()),
        ("#1#2", ()),
        ("# heading", ()),
        ("##", ()),
        ("see #a", ()),
        ("#a##b", ()),
        ("", ()),
    ],
)
def test_split_tag_line(line: str, tags: tuple[str, ...]) -> None:
    assert split_tag_line(line) == tags


@pytest.mark.parametrize(
    ("tag", "slug"),
    [
        ("Moore's-Law", "moores-law"),
        ("moore’s-law", "moores-law"),
        ("#IT-spend", "it-spend"),
        ("a_b", "a-b"),
        ("--", ""),
    ],
)
def test_slug_of(tag: str, slug: str) -> None:
    assert slug_of(tag) == slug


def test_together_and_jaccard() -> None:
    notes = [("a", "b"), ("a", "b", "c"), ("a",)]
    pairs = together(notes)
    assert pairs == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 1}
    # a is in 3 notes, b in 2, both in 2: 2 ÷ (3 + 2 − 2) = 2/3
    assert jaccard(("b", "a"), {"a": 3, "b": 2, "c": 1}, pairs) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ("moore's-law", "moores-law", "spelling"),
        ("custom-accelerator", "custom-accelerators", "another form"),
        ("capex-opex", "capex-to-opex", "another form"),
        ("on-prem-vs-cloud", "cloud-vs-onprem", "turned round"),
        ("kvcache", "kv-cache", "other hyphens"),
        ("pue", "power-usage-effectiveness", "abbreviates"),
    ],
)
def test_each_sort_of_evidence(one: str, two: str, words: str) -> None:
    (alias,) = propose_aliases([(one,), (two,)])
    assert set(alias.tags) == {one, two}
    assert words in alias.evidence
    assert 0.6 < alias.confidence <= 1


def test_unlike_tags_are_not_proposed() -> None:
    assert propose_aliases([("gpu", "capex"), ("energy", "tokens")]) == []


def test_tags_told_apart_by_the_author_are_not_proposed() -> None:
    # open-division and closed-division keep the same company but always stand together: the difference is meant
    notes = [("open-division", "closed-division", "mlperf", "rules")] * 3
    assert propose_aliases(notes) == []


def test_a_flood_of_tags_is_compared_within_bounds() -> None:
    assert isinstance(propose_aliases([[f"tag{i}" for i in range(200_000)]]), list)


@pytest.mark.shared
def test_real_page_tags(seed_report: ImportReport) -> None:
    tags = seed_report.tags
    assert (tags.distinct, tags.once) == (750, 531)
    assert dict(tags.top[:7]) == {
        "make-vs-buy": 8,
        "methodology": 8,
        "pricing-pressure": 7,
        "capital-intensity": 7,
        "inference-cost": 7,
        "hyperscaler-capex": 7,
        "network-effects": 7,
    }
    pairs = {frozenset(alias.tags) for alias in tags.aliases}
    assert frozenset({"pue", "power-usage-effectiveness"}) in pairs
    assert frozenset({"on-prem-vs-cloud", "cloud-vs-onprem"}) in pairs
    assert frozenset({"hyperscaler-capex", "ai-capex"}) in pairs
    assert len(tags.aliases) < 40  # few enough to read


def test_sample_page_tags(sample: Page, sample_report: ImportReport) -> None:
    assert sample_report.tags.uses == sum(len(note.tags) for note in sample.notes)
    pairs = {frozenset(alias.tags) for alias in sample_report.tags.aliases}
    assert frozenset({"pue", "PUE"}) in pairs
    assert frozenset({"reserved-instance", "reserved-instances"}) in pairs
