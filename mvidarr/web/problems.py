"""Errors, as each representation wants them: a page, the problem partial, or RFC 9457."""

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mvidarr.core.errors import Error, Invalid, Unauthenticated
from mvidarr.web import render
from mvidarr.web.routing import Request

TYPE = "tag:mvidarr,2026:"
PAGES = {403: "errors/403.html", 404: "errors/404.html"}


def answer(req: Request, error: Exception) -> Response:
    """The response for an error that somebody raised."""
    known = error if isinstance(error, Error) else Error("Something broke. The log says more.")
    headers = {"Cache-Control": "no-store"}
    wait = getattr(known, "retry_after", None)
    if wait is not None:
        headers["Retry-After"] = str(max(0, math.ceil(wait)))
    if req.is_json:
        return _json(req, known, headers)
    if isinstance(known, Unauthenticated):
        return _sign_in(req, headers)
    if req.is_partial:
        return _partial(req, known, headers)
    context = {"error": known, "status": known.status, "title": known.title}
    page = PAGES.get(known.status, "errors/500.html")
    return Response(render.page(req, page, context), known.status, headers, media_type="text/html")


def problem(error: Error, request_id: str | None = None) -> dict[str, Any]:
    """RFC 9457; members that do not apply are left out."""
    body: dict[str, Any] = {
        "type": TYPE + type(error).slug(),
        "title": error.title,
        "status": error.status,
        "detail": str(error),
    }
    if request_id:
        body["request_id"] = request_id
    if isinstance(error, Invalid):
        body["errors"] = [{"field": name, "message": text} for name, text in error.fields.items()]
    wait = getattr(error, "retry_after", None)
    if wait is not None:
        body["retry_after"] = wait
    return body


class MethodNotAllowed(Error):
    status = 405
    title = "Not possible here"


def wrong_method(req: Request, routes: Mapping[str, Any]) -> Response:
    allowed = ", ".join(sorted({*routes, *({"HEAD"} if "GET" in routes else ())}))
    response = answer(req, MethodNotAllowed(f"This address takes {allowed}."))
    response.headers["Allow"] = allowed
    return response


def _json(req: Request, error: Error, headers: dict[str, str]) -> Response:
    text = json.dumps(problem(error, req.request_id), ensure_ascii=False)
    # a field may be called what is no text: half of a pair in UTF-16
    body = text.encode("utf-8", "replace")
    return Response(body, error.status, headers, media_type="application/problem+json")


def _sign_in(req: Request, headers: dict[str, str]) -> Response:
    if req.path.startswith(("/media/", "/thumbs/", "/live")):
        return Response(status_code=401, headers=headers)
    here = req.path + (f"?{req.query}" if req.query else "")
    if req.is_partial:
        here = req.headers.get("hx-current-url", "/")
        here = "/" + here.split("://", 1)[-1].partition("/")[2]
        headers["HX-Redirect"] = f"/login?next={quote(here)}"
        return Response(status_code=401, headers=headers)
    target = f"/login?next={quote(here)}" if req.method == "GET" and here != "/" else "/login"
    return RedirectResponse(target, 303, headers)


def _partial(req: Request, error: Error, headers: dict[str, str]) -> Response:
    """Beside what is on the page, never instead of it: nothing typed is lost."""
    headers |= {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"}
    html = render.partial(req, "errors/_problem.html", {"error": error, "status": error.status})
    return Response(html, error.status, headers, media_type="text/html")
