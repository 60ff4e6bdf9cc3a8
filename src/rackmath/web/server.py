"""The site as an application: pages, forms, files and the API behind one guard."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response

from rackmath import __version__
from rackmath.errors import RackmathError
from rackmath.web import api, api_bench
from rackmath.web.access import Clock, Tokens, utc_now
from rackmath.web.http_acts import Acts
from rackmath.web.http_answers import TITLES, problem_answer, wants_json
from rackmath.web.http_guard import Guard, Limits, Refused, Scope, failed
from rackmath.web.http_pages import Pages
from rackmath.web.keeper import Keeper
from rackmath.web.sessions import Failures, Sessions
from rackmath.web.site_render import Assets
from rackmath.web.static_files import assets, by_served_name
from rackmath.web.work import Work

if TYPE_CHECKING:
    from rackmath.brain.site import Site

THREADS = 6
"""Requests that are worked on at the same time; the rest waits its turn. Each thread has a connection to each index."""

FOR_EVER = "public, max-age=31536000, immutable"
LOCAL = ("localhost", "127.0.0.1", "::1")

log = logging.getLogger("rackmath.web")


@dataclass(frozen=True)
class Setup:
    """How a site is served.

    Parameters
    ----------
    hosts
        Names under which it may be reached, beside those of this machine.
    origin
        Scheme and host of the published site, for canonical addresses; may be empty.
    brand
        The site's name.
    keep
        Whether a thread looks for changes of the files.
    """

    hosts: tuple[str, ...] = ()
    origin: str = ""
    brand: str = "rackmath"
    keep: bool = True
    limits: Limits = field(default_factory=Limits)


def make_app(site: Site, setup: Setup | None = None, *, tokens: Tokens | None = None, clock: Clock = utc_now) -> Guard:
    """Return the ASGI application of a site.

    Parameters
    ----------
    tokens
        Who may write; the user's own file unless given.
    clock
        What tells the moment: for sessions, and for how fresh figures are.
    """
    wanted = setup or Setup()
    kept = tokens or Tokens(clock=clock)
    work = Work(
        site=site,
        tokens=kept,
        sessions=Sessions(kept, clock),
        failures=Failures(clock),
        assets=site_assets(wanted, site),
        clock=clock,
    )
    pages, acts = Pages(work), Acts(work)
    keeper = Keeper(site.libraries, pages.warm) if wanted.keep else None
    app = FastAPI(
        title=wanted.brand,
        version=__version__,
        summary="Search, read and write brains; run models and decide scenarios.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_life(keeper),
    )
    complain = _complainer(work)
    _handle(app, complain)
    app.include_router(api.router(work))
    app.include_router(api_bench.router(work))
    app.add_route("/static/{name}", _static, methods=["GET"])

    async def read(request: Request) -> Response:
        return await pages(request)

    async def act(request: Request) -> Response:
        return await acts(request)

    app.add_route("/{path:path}", read, methods=["GET"])
    app.add_route("/{path:path}", act, methods=["POST"])
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=5)
    return Guard(app, (*LOCAL, *wanted.hosts), complain, limits=wanted.limits)


def site_assets(setup: Setup, site: Site) -> Assets:
    """Return what every page of a served site is set with."""
    return assets(brand=setup.brand, licence=_licence(site), origin=setup.origin, writable=True)


def _licence(site: Site) -> str:
    found = list(dict.fromkeys(library.licence for library in site.libraries if library.licence))
    return found[0] if len(found) == 1 else ""


def _life(keeper: Keeper | None) -> Any:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        if keeper is not None:
            keeper.start()
        yield
        if keeper is not None:
            await anyio.to_thread.run_sync(keeper.stop)

    return life


def _static(request: Request) -> Response:
    found = by_served_name().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404, "there is no such file; it may be of another version of this site")
    return Response(found.body, headers={"Cache-Control": FOR_EVER}, media_type=found.type)


def _complainer(work: Work) -> Any:
    def complain(scope: Scope, status: int, reason: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
        accept = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")
        path = str(scope["path"])
        return problem_answer(
            path[:200], status, reason, assets=work.assets, as_json=wants_json(path, accept), headers=headers
        )

    return complain


def _handle(app: FastAPI, complain: Any) -> None:
    """Answer what goes wrong in a route with a page, or with JSON under /api."""

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error.__cause__, Refused):  # the body was too large or too slow while FastAPI read it
            return await refused(request, error.__cause__)
        told = str(error.detail) if error.status_code != 404 or error.detail != "Not Found" else ""
        told = told or TITLES.get(error.status_code, "that did not work").lower()
        if error.status_code == 405:
            told = f"{request.method} means nothing at this address"
        return complain(request.scope, error.status_code, told, (error.headers or {}).items())  # type: ignore[no-any-return]

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return complain(request.scope, error.status, error.reason, error.headers)  # type: ignore[no-any-return]

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        told = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'][1:]) or each['loc'][0]}: {each['msg']}"
            for each in error.errors()[:10]
        )
        return complain(request.scope, 422, told[:1000])  # type: ignore[no-any-return]

    async def ours(request: Request, error: Exception) -> Response:
        return complain(request.scope, 400, " ".join(str(error).split())[:1000])  # type: ignore[no-any-return]

    async def unforeseen(request: Request, _: Exception) -> Response:
        return complain(request.scope, 500, failed(request.scope))  # type: ignore[no-any-return]

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(RackmathError, ours)
    app.add_exception_handler(Exception, unforeseen)
