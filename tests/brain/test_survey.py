"""The counts and defects of a page, and the text that shows them."""

from __future__ import annotations

import pytest

from rackmath.brain.report import Changes, ImportReport
from rackmath.brain.report_text import render


@pytest.mark.shared
def test_real_page(seed_report: ImportReport) -> None:
    assert seed_report.kinds == {
        "pov": (6, 6),
        "methodology": (1, 1),
        "watching": (1, 1),
        "thesis": (12, 12),
        "reading": (153, 153),
    }
    cites = seed_report.cites
    assert (cites.total, len(cites.by_note), cites.keys, cites.shared_keys) == (594, 105, 484, 269)
    assert (cites.documents, cites.quoted, len(cites.beyond_list)) == (27, 20, 102)
    assert sum(cites.by_note.values()) == cites.unresolved == 594
    urls = seed_report.urls
    assert (urls.uses, urls.distinct, urls.shared) == (558, 417, 105)
    assert sum(count for _, count in urls.tiers) == sum(count for _, count in urls.domains) == 417
    assert sum(count for _, count in urls.grades) == 153
    assert len(urls.duplicates) == 1


def test_sample_page(sample_report: ImportReport) -> None:
    # counted by hand in the page: 35 spans in 14 readings; two pairs 10-6 and 18-2 stand in two notes each
    cites = sample_report.cites
    assert (cites.total, len(cites.by_note), cites.shared_keys) == (35, 14, 2)
    assert cites.unresolved == 35
    # 49 uses; three sources are listed by two notes each: 49 − 3 = 46
    assert (sample_report.urls.uses, sample_report.urls.distinct, sample_report.urls.shared) == (49, 46, 3)
    assert sample_report.urls.duplicates == (("arxiv-2604-04745", "arxiv-2604-04745-196a"),)


def test_render_shows_counts_and_every_sort_of_defect(sample_report: ImportReport) -> None:
    text = sample_report.render()
    assert "Reading                     18          19   <- differs" in text
    assert "4 unaccounted for" in text
    assert "35 in 14 notes" in text
    for defect in sample_report.defects:
        assert defect.message.split()[0] in text
    assert all(len(line) <= 96 for line in text.splitlines())
    assert "Brain in" not in text


def test_render_of_an_import(sample_report: ImportReport) -> None:
    from dataclasses import replace

    changes = Changes(created=("a",), proposals=("p1", "p2", "p3", "p4"), unchanged=2)
    text = render(replace(sample_report, vault="/some/where", changes=changes))
    assert "1 files created, 0 updated, 2 unchanged, 4 kept as proposals" in text
    assert "… and 1 more" in text
    quiet = render(replace(sample_report, vault="/some/where", changes=Changes(unchanged=3)))
    assert "nothing to change: 3 files" in quiet
