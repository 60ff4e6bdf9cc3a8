"""Usage from a file: CSV with the core install, Parquet with the `tables` extra."""

from __future__ import annotations

from pathlib import Path

from rackmath.errors import RackmathError
from rackmath.meter.commitments.clock import named_zone
from rackmath.meter.commitments.intake import Intake
from rackmath.meter.commitments.usage import Usage


def read_usage(
    path: Path, *, zone: str | None = None, by_resource: bool = False, sum_duplicates: bool = False
) -> Usage:
    """Return the usage of a file.

    Parameters
    ----------
    zone
        The IANA name of the zone of stamps that say no offset; without it they are refused.
    by_resource
        Keep each resource apart instead of pooling those of one SKU.
    sum_duplicates
        Add rows of one series and hour up instead of refusing the second.

    Raises
    ------
    RackmathError
        What is wrong with a column or a row, with its name and number.
    """
    intake = Intake(by_resource=by_resource, sum_duplicates=sum_duplicates)
    known = named_zone(zone) if zone else None
    ending = path.suffix.lower()
    if ending == ".csv":
        from rackmath.meter.commitments.usage_csv import read_csv  # noqa: PLC0415  (one of the two is needed)

        return read_csv(path, intake, known)
    if ending in {".parquet", ".pq"}:
        from rackmath.meter.commitments.usage_parquet import read_parquet  # noqa: PLC0415

        return read_parquet(path, intake, known)
    raise RackmathError(f"{path}: usage is read from .csv and .parquet files; {ending or 'no ending'!r} is neither")
