"""`rackmath token`: who may write in the browser and by HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, print_json, table
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.web.access import Token


@click.group()
def token() -> None:
    """Let contributors write in the browser and by HTTP.

    A token is shown once and kept as a hash in the user's settings (tokens.json). Revoking it ends its sessions.
    """


@token.command("new")
@click.option("--vault", required=True, type=click.Path(path_type=Path), help="The brain to write in.")
@click.option("--as", "handle", required=True, metavar="HANDLE", help="The contributor who writes.")
@click.option("--scope", default="write", show_default=True, help="Any of read, write, review, admin, with commas.")
@click.option("--days", type=int, help="How long it lasts; without it, until it is revoked.")
@as_json
def new(vault: Path, handle: str, scope: str, days: int | None, to_json: bool) -> None:
    """Make a token and print it, this once."""
    from rackmath.vault import Vault
    from rackmath.web.access import Tokens

    opened = Vault.open(vault, read_only=True)
    known = _handles(opened)
    wanted = handle.removeprefix("@")
    if wanted not in known:
        raise RackmathError(
            f"{vault}: @{wanted} is not a contributor of this brain{suggest(wanted, known)}; "
            f"add contributors/{wanted}.yaml with name and handle first"
        )
    brain = str(opened.meta.get("id") or "")
    if not brain:
        raise RackmathError(f"{vault}/brain.yaml has no id, so a token cannot be bound to this brain; give it one")
    scopes = [each.strip() for each in scope.split(",") if each.strip()]
    text, made = Tokens().new(
        brain=brain, handle=wanted, scopes=scopes, days=days, title=str(opened.meta.get("title", ""))[:200]
    )
    if to_json:
        print_json({"token": text, **_plain(made)})
        return
    click.echo(text)
    until = f"until {made.expires:%Y-%m-%d %H:%M} UTC" if made.expires else "until it is revoked"
    click.echo(f"@{wanted} may {_listed(made)} in {made.title or vault}, {until}. It is not shown again.", err=True)


@token.command("list")
@as_json
def list_tokens(to_json: bool) -> None:
    """List the tokens: whose, for which brain, what they allow, until when."""
    from rackmath.web.access import Tokens, utc_now

    found = Tokens().all()
    if to_json:
        print_json([_plain(each) for each in found])
        return
    if not found:
        click.echo("There is no token. `rackmath token new --vault DIR --as HANDLE` makes one.")
        return
    now = utc_now()
    rows = [
        [
            each.id,
            f"@{each.handle}",
            each.title or each.brain,
            _listed(each),
            f"{each.made:%Y-%m-%d}",
            _until(each, now),
        ]
        for each in found
    ]
    click.echo(table(["id", "who", "brain", "may", "made", "until"], rows))


@token.command("revoke")
@click.argument("id")
def revoke(id: str) -> None:  # noqa: A002
    """Take a token back; its sessions end at once."""
    from rackmath.web.access import Tokens

    gone = Tokens().revoke(id)
    click.echo(f"Token {gone.id} of @{gone.handle} is revoked.")


def _handles(vault: Any) -> list[str]:
    """Return the handles of a brain's contributors."""
    from rackmath.vault import YamlProblem, parse_yaml

    found = []
    for path in vault.files("contributors", (".yaml", ".yml")) if vault.exists_folder("contributors") else []:
        try:
            data = parse_yaml(vault.read(path)[0]).data
        except (YamlProblem, RackmathError):
            continue
        if isinstance(data, dict):
            found.append(str(data.get("handle") or Path(path).stem))
    return found


def _listed(token: Token) -> str:
    from rackmath.web.access import SCOPES

    return ", ".join(scope for scope in SCOPES if scope in token.scopes)


def _until(token: Token, now: Any) -> str:
    if token.expires is None:
        return "no end"
    return f"{token.expires:%Y-%m-%d}" + ("" if token.valid(now) else " (over)")


def _plain(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "brain": token.brain,
        "title": token.title,
        "handle": token.handle,
        "scopes": sorted(token.scopes),
        "made": token.made.isoformat(),
        "expires": token.expires.isoformat() if token.expires else None,
    }
