"""Ids that never change and names that people can read in a path."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import unicodedata

from rackmath.errors import RackmathError

_ALPHABET = (
    "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32: no i, l, o or u (https://www.crockford.com/base32.html)
)
_LENGTH = (
    26  # 26 × 5 = 130 bits, of which 128 are used: 48 of time in ms and 80 of chance (https://github.com/ulid/spec)
)
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,15}")
ID = re.compile(rf"(?P<prefix>[a-z][a-z0-9]{{0,15}})_(?P<body>[{_ALPHABET}]{{{_LENGTH}}})")


def new_id(prefix: str) -> str:
    """Mint an id such as ``note_01k9…``: later ids sort after earlier ones, to the millisecond.

    Raises
    ------
    RackmathError
        The prefix is not 1 to 16 lower-case letters and digits.
    """
    return _written(prefix, (int(time.time() * 1000) & (2**48 - 1)) << 80 | secrets.randbits(80))


def stable_id(prefix: str, *parts: str) -> str:
    """Return the id that always belongs to `parts`, for imports that may be run twice.

    It is the first 128 bits of their SHA-256, so it does not sort by time.
    """
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return _written(prefix, int.from_bytes(hashlib.sha256(text).digest()[:16], "big"))


def _written(prefix: str, number: int) -> str:
    if not _PREFIX.fullmatch(prefix):
        raise RackmathError(f"id prefix {prefix!r}: use 1 to 16 lower-case letters or digits, such as 'note' or 'fig'")
    letters = [_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_LENGTH))]
    return f"{prefix}_{''.join(letters)}"


def slug(title: str, longest: int = 80) -> str:
    """Return a title as lower-case words joined by hyphens, cut at a word; ``untitled`` when nothing is left."""
    letters = unicodedata.normalize("NFKD", title).replace("'", "").replace("’", "")
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))  # é is e and an accent by now
    words = re.findall(r"[a-z0-9]+", bare.lower())
    kept = ""
    for word in words:
        longer = f"{kept}-{word}" if kept else word[:longest]
        if len(longer) > longest:
            break
        kept = longer
    return kept or "untitled"
