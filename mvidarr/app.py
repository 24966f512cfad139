"""The web application, composed: middleware, routes, lifespan. Nothing is decided here."""

import contextlib
import gc
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import NotFound
from mvidarr.web import (
    account,
    activity,
    api,
    artist_new,
    artists,
    assets_route,
    connections,
    cutoff,
    decisions,
    downloads,
    duplicates,
    feed,
    jobs,
    list_entries,
    lists,
    live,
    login,
    media,
    merge,
    naming,
    pages,
    pictures,
    profiles,
    renaming,
    review,
    routing,
    search,
    security,
    services,
    settings,
    setup,
    sidecars,
    source_pictures,
    sources,
    system,
    target_log,
    targets,
    trash,
    videos,
    videos_many,
    wanted,
    youtube_cookies,
    ytdlp,
)
from mvidarr.web.endpoint import Limits, Mount

API = "/api/v1"
CURRENT = "/api"  # answers as the current version

ROUTES_FROM = (
    account,
    activity,
    api,
    artist_new,
    artists,
    connections,
    cutoff,
    decisions,
    downloads,
    duplicates,
    feed,
    jobs,
    list_entries,
    lists,
    live,
    login,
    media,
    merge,
    naming,
    pages,
    pictures,
    profiles,
    renaming,
    review,
    search,
    services,
    settings,
    setup,
    sidecars,
    source_pictures,
    sources,
    system,
    trash,
    target_log,
    targets,
    videos,
    videos_many,
    wanted,
    ytdlp,
    youtube_cookies,
)


def create_app(config: Config) -> Starlette:
    """The application; the database must be connected (see `system.boot`)."""
    limits = Limits.make(sqlite=db.is_sqlite())
    return Starlette(
        routes=[
            StarletteRoute("/health", health, methods=["GET"]),
            StarletteRoute("/", home, methods=["GET"]),
            *assets_route.routes(),
            *mounts(config, limits),
        ],
        middleware=[*security.middleware(config), Middleware(GZipMiddleware, compresslevel=4)],
        exception_handlers={404: _not_found(config, limits)},
        lifespan=lifespan,
    )


async def health(request: Request) -> Response:
    """Alive: this process answers. Nothing else is looked at, and nothing told."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def home(request: Request) -> Response:
    return RedirectResponse("/videos", 303)


def mounts(config: Config, limits: Limits) -> list[BaseRoute]:
    """Each path once per mount; fixed paths before those with parameters."""
    by_path: dict[str, dict[str, routing.Route]] = defaultdict(dict)
    for route in routing.ROUTES:
        by_path[route.path][route.method] = route
    made: list[BaseRoute] = []
    for path in sorted(by_path, key=lambda path: ("{" in path, path)):
        for prefix, is_json in (("", False), (API, True), (CURRENT, True)):
            routes = {
                method: route
                for method, route in by_path[path].items()
                if (route.json if is_json else route.html)
            }
            if routes:
                mount = Mount(config=config, limits=limits, routes=routes, is_json=is_json)
                made.append(StarletteRoute(prefix + path, _Endpoint(mount)))
    return made


@dataclass(frozen=True)
class _Endpoint:
    """An ASGI application: Starlette then leaves the methods to it."""

    mount: Mount
    __name__: str = field(default="endpoint")

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        response = await self.mount(Request(scope, receive))
        await response(scope, receive, send)


def _not_found(config: Config, limits: Limits):  # type: ignore[no-untyped-def]
    """A 404 in the representation of the mount, for whoever is signed in."""

    async def answer(request: Request, error: Exception) -> Response:
        is_json = request.url.path.startswith(CURRENT + "/")
        mount = Mount(config=config, limits=limits, routes={}, is_json=is_json)
        return await anyio.to_thread.run_sync(
            lambda: mount.refuse(request, NotFound("There is nothing at this address.")),
            limiter=limits.quick,
        )

    return answer


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    gc.collect()
    gc.freeze()  # what is here now stays: the collector need not look at it again
    gc.set_threshold(5000, 20, 50)
    async with anyio.create_task_group() as group:
        group.start_soon(live.HUB.run)
        yield
        group.cancel_scope.cancel()
    db.disconnect()
