"""Verdicts in schema.org's words: one ``ClaimReview`` for each arithmetic verdict that is sure.

Only what was recomputed is reviewed, and only from a confidence of `SURE` on: a question is nobody's review.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from rackmath.audit.finding import Finding

SURE = 0.8
RATINGS = {"holds": (4, "Holds"), "rounds": (3, "Holds within rounding"), "wrong": (1, "Does not follow")}
"""Ratings from 1 to 4, and what they are called; 2 would be a question, and those are not published."""

MOST = 2_000


def claim_reviews(
    findings: Iterable[Finding],
    author: str,
    day: datetime.date,
    address: Callable[[Finding], str] = lambda _: "",
    appears: Callable[[Finding], str] = lambda _: "",
) -> dict[str, Any] | None:
    """Return the reviews of the sure arithmetic verdicts as JSON-LD, or None where there are none.

    Parameters
    ----------
    author
        The brain that reviews.
    address
        Where the review of a finding stands, if anywhere.
    appears
        Where the note of a finding stands, if anywhere.
    """
    wanted = [
        each for each in findings if each.kind == "arithmetic" and each.confidence >= SURE and each.verdict in RATINGS
    ]
    graph = [_review(each, author, day, address(each), appears(each)) for each in wanted[:MOST]]
    return {"@context": "https://schema.org", "@graph": graph} if graph else None


def _review(finding: Finding, author: str, day: datetime.date, address: str, appears: str) -> dict[str, Any]:
    value, words = RATINGS[finding.verdict]
    work: dict[str, Any] = {"@type": "CreativeWork", "name": finding.note}
    if appears:
        work["url"] = appears
    review: dict[str, Any] = {
        "@type": "ClaimReview",
        "datePublished": day.isoformat(),
        "author": {"@type": "Organization", "name": author},
        "claimReviewed": finding.claim,
        "itemReviewed": {"@type": "Claim", "text": finding.claim, "appearance": work},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": value,
            "bestRating": 4,
            "worstRating": 1,
            "alternateName": words,
            "ratingExplanation": finding.formula,
        },
        "reviewBody": finding.explanation,
    }
    if address:
        review["url"] = address
    return review
