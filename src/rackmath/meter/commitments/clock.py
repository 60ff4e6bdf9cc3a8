"""Hours: counted from 1970 in UTC, read from stamps that say their offset, or in a zone that is named."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from rackmath.errors import RackmathError

SECONDS = 3600
FIRST, LAST = -8_000_000, 8_000_000
"""Hours that are believed: about the years 1057 to 2882. What lies outside is a slip of units."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TERM = re.compile(r"([1-9]\d?)\s*(y|year|years|month|months)")


def named_zone(name: str) -> tzinfo:
    """Return the zone of an IANA name such as ``Europe/Paris``.

    Raises
    ------
    RackmathError
        There is no such zone here.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415  (most tables are in UTC)

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise RackmathError(f"no time zone {name[:60]!r}; write an IANA name such as UTC or Europe/Paris") from None


def read_stamp(text: str) -> datetime:
    """Return the date and time that a text says, with its offset if it has one; a day alone is its first hour."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise RackmathError(f"{text[:40]!r} is not a time; write 2026-03-29T14:00Z") from None


def to_hour(moment: datetime) -> int:
    """Return the hour in UTC of a moment that has an offset and stands on a full hour."""
    seconds = moment.timestamp()
    hour, rest = divmod(seconds, SECONDS)
    if rest:
        raise RackmathError(f"{moment.isoformat()} is not on a full hour in UTC")
    return int(hour)


def local_hours(local: datetime, zone: tzinfo) -> tuple[int, ...]:
    """Return the hours in UTC that a local time without offset can mean: one, two where the clock goes back.

    Raises
    ------
    RackmathError
        The clock skipped this hour.
    """
    early, late = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return (to_hour(early),)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise RackmathError(f"{local.isoformat()} does not exist in {zone}: the clock went forward over it")
    return (to_hour(early), to_hour(late))


def read_hour(text: str) -> int:
    """Return the hour in UTC of a commitment's start or end: a day is midnight UTC, a time must say its offset."""
    moment = read_stamp(text)
    if moment.tzinfo is None:
        if not _DAY.fullmatch(text.strip()):
            raise RackmathError(f"{text[:40]!r} says no offset; write {text.strip()[:32]}Z, or the day alone")
        moment = moment.replace(tzinfo=UTC)
    return to_hour(moment)


def written(hour: int) -> str:
    """Return an hour as text: ``2026-03-29T14:00:00Z``."""
    return moment_of(hour).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(hour: int) -> datetime:
    """Return the moment at which an hour begins, in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def months_later(hour: int, months: int) -> int:
    """Return the same day and time some months later; a day that the month lacks becomes its last.

    So a term has the hours of its real dates: 8,760 in most years, 8,784 over a 29 February.
    """
    start = moment_of(hour)
    years, month = divmod(start.month - 1 + months, 12)
    for day in range(start.day, start.day - 4, -1):
        try:
            return to_hour(start.replace(year=start.year + years, month=month + 1, day=day))
        except ValueError:
            continue
    raise RackmathError(f"{written(hour)} plus {months} months is no date")


def term_months(text: str) -> int:
    """Return the months of a term such as ``1y``, ``3 years`` or ``6 months``."""
    match = _TERM.fullmatch(text.strip().lower())
    if not match:
        raise RackmathError(f"term {text[:30]!r}: write 1y, 3y or a number of months such as `6 months`")
    return int(match.group(1)) * (12 if match.group(2).startswith("y") else 1)
