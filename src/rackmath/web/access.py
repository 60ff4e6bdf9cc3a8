"""Who may write: tokens of contributors, kept as hashes in a file of the user.

A token is ``rk_<id>_<secret>``, shown once. The file keeps the SHA-256 of the secret. A slow hash such as scrypt guards
secrets that people choose; this one is 256 random bits, which nobody can search whatever the hash costs, and a slow one
would be paid again for every request of a program. The file is looked at for each use, so a revoked token is dead at
once, in every server that runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError, suggest

SCOPES = ("read", "write", "review", "admin")
"""What a token may allow: see drafts; write notes; approve and ask for changes; merge tags."""

LONGEST_DAYS = 3650
MOST_TOKENS = 1000
_MOST_BYTES = 1_000_000
_SECRET_BYTES = 32
_TEXT = re.compile(r"rk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Token:
    """A contributor's right to act in one brain until a day; `expires` None means until it is revoked."""

    id: str
    brain: str
    handle: str
    scopes: frozenset[str]
    made: datetime
    expires: datetime | None
    title: str = ""

    def valid(self, now: datetime) -> bool:
        """Whether it has not run out."""
        return self.expires is None or now < self.expires


def config_folder() -> Path:
    """Return where the user's settings are kept: ``$XDG_CONFIG_HOME/rackmath`` or ``~/.config/rackmath``."""
    named = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".config"
    return base / "rackmath"


class Tokens:
    """The tokens of one user's file. Safe for several threads and processes.

    Parameters
    ----------
    path
        The file; ``tokens.json`` in `config_folder` unless given.
    clock
        What tells the moment, for the expiry.
    """

    def __init__(self, path: Path | None = None, clock: Clock = utc_now) -> None:
        self.path = path or config_folder() / "tokens.json"
        self._clock = clock
        self._read: tuple[tuple[int, ...], dict[str, tuple[Token, str]]] = ((), {})

    def new(
        self, *, brain: str, handle: str, scopes: Iterable[str], days: int | None = None, title: str = ""
    ) -> tuple[str, Token]:
        """Make a token; return its text, which is kept nowhere, and what it allows.

        Raises
        ------
        RackmathError
            A scope, the handle or the number of days is not allowed, or the file cannot be written.
        """
        wanted = frozenset(scopes)
        for scope in sorted(wanted - set(SCOPES)):
            raise RackmathError(f"scope {scope!r}: choose among {', '.join(SCOPES)}{suggest(scope, SCOPES)}")
        if not wanted:
            raise RackmathError(f"a token without a scope allows nothing; give some of {', '.join(SCOPES)}")
        if not _HANDLE.fullmatch(handle):
            raise RackmathError(f"handle {handle[:70]!r}: use up to 64 lower-case letters, digits, '-', '_' and '.'")
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise RackmathError(f"{days} days: a token lasts 1 to {LONGEST_DAYS} days, or until it is revoked")
        now = self._clock().replace(microsecond=0)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        token = Token(
            id=secrets.token_hex(6),
            brain=brain,
            handle=handle,
            scopes=wanted | {"read"},
            made=now,
            expires=None if days is None else now + timedelta(days=days),
            title=title,
        )
        with self._changing() as kept:
            if len(kept) >= MOST_TOKENS:
                raise RackmathError(f"{self.path}: holds {len(kept)} tokens already; revoke some first")
            kept[token.id] = (token, _hashed(secret))
        return f"rk_{token.id}_{secret}", token

    def all(self) -> list[Token]:
        """Return every token, oldest first, those that have run out too."""
        return sorted((token for token, _ in self._kept().values()), key=lambda token: (token.made, token.id))

    def revoke(self, id: str) -> Token:  # noqa: A002
        """Remove a token; sessions that were begun with it end at once.

        Raises
        ------
        RackmathError
            There is no such token.
        """
        with self._changing() as kept:
            if id not in kept:
                raise RackmathError(
                    f"token {id[:40]!r} is not known{suggest(id, kept)}; `rackmath token list` shows all"
                )
            return kept.pop(id)[0]

    def check(self, text: str) -> Token | None:
        """Return the token that a text is, or None when it is none, was revoked or has run out."""
        shape = _TEXT.fullmatch(text.strip()[:200])
        if not shape:
            return None
        token, kept = self._kept().get(shape[1], (None, ""))
        known = hmac.compare_digest(_hashed(shape[2]), kept or _hashed(""))
        return token if known and token is not None and token.valid(self._clock()) else None

    def alive(self, id: str) -> Token | None:  # noqa: A002
        """Return the token with this id if it is neither revoked nor run out."""
        token, _ = self._kept().get(id, (None, ""))
        return token if token is not None and token.valid(self._clock()) else None

    # --- the file ------------------------------------------------------------------------------------------------

    def _kept(self) -> dict[str, tuple[Token, str]]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise RackmathError(f"{self.path}: {error.strerror or error}") from None
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        known = self._read  # one look, so that another thread cannot change it in between
        if known[0] == stamp:
            return known[1]
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise RackmathError(f"{self.path}: other users may change this file; run `chmod 600 {self.path}`")
        found = self._parsed()
        self._read = (stamp, found)
        return found

    def _parsed(self) -> dict[str, tuple[Token, str]]:
        try:
            with self.path.open("rb") as stream:
                data = stream.read(_MOST_BYTES + 1)
            if len(data) > _MOST_BYTES:
                raise ValueError("it is too large")
            entries = json.loads(data)["tokens"]
            return {entry["id"]: (_token(entry), str(entry["sha256"])) for entry in entries}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise RackmathError(
                f"{self.path}: the tokens cannot be read ({error}); mend the file, or remove it and make new tokens"
            ) from None

    @contextmanager
    def _changing(self) -> Iterator[dict[str, tuple[Token, str]]]:
        """Give the tokens to change, under a lock; write the file whole when the block ends well."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RackmathError(f"{self.path}: cannot be written ({error.strerror or error})") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = dict(self._kept())
            yield kept
            self._write([_entry(token, digest) for token, digest in kept.values()])
        finally:
            os.close(lock)

    def _write(self, entries: list[dict[str, Any]]) -> None:
        text = json.dumps({"format": 1, "tokens": entries}, indent=1, ensure_ascii=False) + "\n"
        temporary = self.path.with_suffix(f".{os.getpid()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(text.encode())
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self.path)
        except OSError as error:
            raise RackmathError(f"{self.path}: cannot be written ({error.strerror or error})") from None
        finally:
            temporary.unlink(missing_ok=True)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii", "replace")).hexdigest()


def _entry(token: Token, digest: str) -> dict[str, Any]:
    return {
        "id": token.id,
        "sha256": digest,
        "brain": token.brain,
        "handle": token.handle,
        "scopes": sorted(token.scopes),
        "made": token.made.isoformat(),
        "expires": token.expires.isoformat() if token.expires else None,
        "title": token.title,
    }


def _token(entry: dict[str, Any]) -> Token:
    return Token(
        id=str(entry["id"]),
        brain=str(entry["brain"]),
        handle=str(entry["handle"]),
        scopes=frozenset(map(str, entry["scopes"])) & frozenset(SCOPES),
        made=_moment(entry["made"]),
        expires=_moment(entry["expires"]) if entry.get("expires") else None,
        title=str(entry.get("title", "")),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
