"""A scenario's text in an address: compressed, and unpacked again within limits, since anybody may write one."""

from __future__ import annotations

import base64
import binascii
import zlib

from rackmath.errors import RackmathError

LONGEST = 3_600
"""Characters of a packed scenario; an address has room for a few more fields beside it."""
MOST_BYTES = 64 * 1024
"""Bytes of a scenario that is given in an address."""


def pack(text: str) -> str:
    """Return a text as a word for an address; empty when it would be too long for one."""
    if len(text.encode()) > MOST_BYTES:
        return ""  # however well it compresses, `unpack` would refuse it
    made = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return made if len(made) <= LONGEST else ""


def unpack(word: str) -> str:
    """Return the text that `pack` packed.

    Raises
    ------
    RackmathError
        The word is damaged or cut, or unpacks to more than a scenario may be.
    """
    if len(word) > LONGEST:
        raise RackmathError(f"this address is cut or was made by hand: a scenario in it has up to {LONGEST:,} letters")
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        found = reader.decompress(raw, MOST_BYTES)
        if reader.unconsumed_tail:
            raise RackmathError(f"the scenario in this address is over {MOST_BYTES:,} bytes")
        if not reader.eof:
            raise zlib.error("it ends too early")
        return found.decode()
    except (binascii.Error, zlib.error, ValueError) as problem:
        if isinstance(problem, RackmathError):
            raise
        raise RackmathError("the scenario in this address is damaged; ask for the link again") from None
