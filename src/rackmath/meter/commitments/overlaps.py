"""What a buyer should know about the commitments themselves: terms that overlap, and terms outside the usage."""

from __future__ import annotations

from rackmath.meter.commitments.clock import written
from rackmath.meter.commitments.commitment import Commitment
from rackmath.meter.commitments.replay import Replay


def overlaps(result: Replay) -> list[str]:
    """Return a sentence for each pair of purchases that cover the same thing at the same time, and for idle terms.

    Overlapping terms are not an error: both are due, and both are applied. But a renewal that begins before the old
    term ends is usually meant to begin after it.
    """
    found = []
    owned = [line.commitment for line in result.lines]
    groups: dict[tuple[object, ...], list[Commitment]] = {}
    for each in owned:
        scope = (each.kind, each.account, tuple(sorted(each.match.items())))
        for other in groups.setdefault(scope, []):
            start, end = max(each.start, other.start), min(each.end, other.end)
            same_term = (each.start, each.end) == (other.start, other.end)
            if start < end and not same_term:
                both = f"{other.id} and {each.id} cover the same"
                found.append(f"{both} from {written(start)[:10]} to {written(end)[:10]}; both are due")
        groups[scope].append(each)
    first, last = result.usage.first, result.usage.first + result.usage.hours
    found += [
        f"{each.id} runs from {written(each.start)[:10]} to {written(each.end)[:10]}, outside the hours of the usage"
        for each in owned
        if each.end <= first or each.start >= last
    ]
    return found
