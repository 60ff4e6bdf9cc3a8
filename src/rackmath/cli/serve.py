"""`rackmath serve`: show brains in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.errors import RackmathError, require


@click.command()
@click.option(
    "--vault",
    "vaults",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A brain to show beside the bundled one; may be repeated.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; the default is this machine.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option("--public-host", "public_hosts", multiple=True, help="A further name under which browsers reach it.")
@click.option("--origin", default="", help="Address of the published site, such as https://brain.example, for links.")
@click.option("--no-starter", is_flag=True, help="Leave the bundled brain out.")
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
def serve(
    vaults: tuple[Path, ...],
    host: str,
    port: int,
    public_hosts: tuple[str, ...],
    origin: str,
    no_starter: bool,
    open_browser: bool,
) -> None:
    """Show brains in the browser: read, search and, signed in with a token, write. Ctrl-C ends it.

    The bundled brain is always there unless --no-starter; give your own with --vault. Edits made in other programs
    while it runs are seen within seconds.
    """
    for module in ("fastapi", "uvicorn", "jinja2", "python_multipart"):
        require(module, extra="web")
    from rackmath.evidence import STARTER
    from rackmath.web.run_server import serve as run
    from rackmath.web.run_server import warning

    shown = (*vaults, *(() if no_starter else (STARTER,)))
    if not shown:
        raise RackmathError("--no-starter leaves nothing to show; give a brain with --vault DIR")
    if told := warning(host):
        click.echo(told, err=True)

    def ready(address: str) -> None:
        click.echo(f"{address} (Ctrl-C ends)")
        if open_browser:
            click.launch(address)

    run(shown, host=host, port=port, public_hosts=public_hosts, origin=origin.rstrip("/"), ready=ready)
