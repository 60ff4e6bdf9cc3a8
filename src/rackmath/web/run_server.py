"""Run the site: take the port, say where it is, and end quietly."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from rackmath.brain.site import Site
from rackmath.errors import RackmathError
from rackmath.web import memory
from rackmath.web.http_guard import loopback
from rackmath.web.server import Setup, make_app

BACKLOG = 256
ANY = ("0.0.0.0", "::")


def serve(
    vaults: Sequence[Path],
    *,
    host: str,
    port: int,
    public_hosts: Sequence[str] = (),
    origin: str = "",
    ready: Callable[[str], None],
) -> None:
    """Serve some brains until the program is told to end.

    Parameters
    ----------
    vaults
        The brains' folders.
    host, port
        Where to listen; port 0 takes a free one.
    public_hosts
        Further names under which browsers reach the server, such as that of a proxy before it.
    ready
        Called with the site's address as soon as the port is taken.

    Raises
    ------
    RackmathError
        A folder is not a brain, or the port cannot be taken.
    """
    memory.share_arenas()
    site = Site(vaults, look=False)
    memory.give_back()
    taken = listen(host, port)
    try:
        names = tuple(public_hosts) if host in ANY else (host, *public_hosts)
        app = make_app(site, Setup(hosts=names, origin=origin))
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger("rackmath.web").addHandler(handler)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=bool(public_hosts),  # only a proxy on this machine is believed
                timeout_keep_alive=15,
                timeout_graceful_shutdown=5,
                limit_concurrency=200,
                backlog=BACKLOG,
            )
        )
        ready(address(host, taken.getsockname()[1]))
        try:
            server.run(sockets=[taken])
        except KeyboardInterrupt:
            return
    finally:
        taken.close()
        site.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises
    ------
    RackmathError
        The port is taken or not allowed, or the host is not of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = found[0]
        taken = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise RackmathError(f"--host {host}: {getattr(error, 'strerror', None) or error}") from None
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(place)
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            raise RackmathError(
                f"port {port} of {host} is taken; end the other program or choose another with --port {port + 1}"
            ) from None
        raise RackmathError(f"port {port} of {host} cannot be used: {error.strerror or error}") from None
    return taken


def address(host: str, port: int) -> str:
    """Return the address to type into a browser."""
    name = "localhost" if host in ANY else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def warning(host: str) -> str:
    """Return what to say before listening at a host that others can reach; empty for this machine alone."""
    if loopback(host):
        return ""
    return (
        f"warning: {host} can be reached by other machines: whoever can reach it may read these brains, and tokens "
        "travel unencrypted. Put a proxy with https before it and name that with --public-host."
    )
