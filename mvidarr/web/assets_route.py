"""Static files: the joined stylesheet and everything under `static/`, kept for ever by hash."""

import mimetypes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mvidarr.web import assets

FOR_EVER = "public, max-age=31536000, immutable"

# the same on every machine: not all have a list of types that knows these
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


class HashedFiles(StaticFiles):
    """An address that carries the content's hash may be kept for ever, others are asked again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = b"v=" in scope.get("query_string", b"") or path.startswith("fonts/")
        response.headers["Cache-Control"] = FOR_EVER if hashed else "no-cache"
        return response


async def stylesheet(request: Request) -> Response:
    return Response(assets.bundle(), headers={"Cache-Control": FOR_EVER}, media_type="text/css")


def routes() -> list[BaseRoute]:
    return [
        Route(f"/static/{assets.bundle_name()}", stylesheet, methods=["GET"]),
        Mount("/static", HashedFiles(directory=assets.root()), name="static"),
    ]
