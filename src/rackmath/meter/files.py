"""What every file from outside is asked before it is read."""

from __future__ import annotations

from pathlib import Path

from rackmath.errors import RackmathError


def check_file(path: Path, what: str, most: int) -> None:
    """Raise RackmathError where a path is none, a folder, or over `most` bytes; `what` is what to give instead."""
    try:
        if path.is_dir():
            raise RackmathError(f"{path}: is a folder; give {what}")
        if path.stat().st_size > most:
            raise RackmathError(f"{path}: give {what} of at most {most:,} bytes")
    except FileNotFoundError:
        raise RackmathError(f"{path}: no such file") from None
