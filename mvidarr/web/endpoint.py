"""Turn handlers into ASGI endpoints: bounded body, one worker thread, one place for errors.

Connections belong to threads, so everything that touches the database happens in the one thread
that runs the handler: identify, role, handler, rendering.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio
import anyio.to_thread
import peewee
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, Response

from mvidarr import activity
from mvidarr.accounts import identify
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import (
    Conflict,
    Error,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
)
from mvidarr.web import bodies, problems, render
from mvidarr.web.routing import (
    BODY_LIMIT,
    Answer,
    FileReply,
    Reply,
    Request,
    Route,
    StreamReply,
    TextReply,
)

log = logging.getLogger(__name__)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
COLLIDED = "Somebody changed the same at this moment. Look again."


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Threads for handlers: few for those that only use the database, more for slow ones."""

    quick: anyio.CapacityLimiter
    slow: anyio.CapacityLimiter

    @classmethod
    def make(cls, *, sqlite: bool) -> "Limits":
        return cls(quick=anyio.CapacityLimiter(2 if sqlite else 4), slow=anyio.CapacityLimiter(8))


@dataclass(frozen=True, kw_only=True)
class Mount:
    """One path on one mount: its routes by method."""

    config: Config
    limits: Limits
    routes: Mapping[str, Route]
    is_json: bool

    async def __call__(self, http: HttpRequest) -> Response:
        try:
            body = await self._body(http)
        except Error as error:
            return await self._in_thread(functools.partial(self.refuse, http, error))
        except ClientDisconnect:
            return Response(status_code=400)
        method = self._method(http, body)
        route = self.routes.get(method)
        limiter = self.limits.slow if route and route.slow else self.limits.quick
        return await anyio.to_thread.run_sync(
            lambda: self._work(http, route, method, body), limiter=limiter
        )

    def refuse(self, http: HttpRequest, error: Error) -> Response:
        """The error's page or problem, with the shell of whoever is signed in."""
        return self._guarded(
            self._bare(http), lambda req: problems.answer(self._identified(req), error)
        )

    async def _in_thread(self, work: Callable[[], Response]) -> Response:
        return await anyio.to_thread.run_sync(work, limiter=self.limits.quick)

    def _method(self, http: HttpRequest, body: Mapping[str, Any]) -> str:
        """HTML forms can only post: their hidden `_method` says what they mean."""
        if http.method == "HEAD":
            return "GET"
        if http.method != "POST" or self.is_json:
            return http.method
        meant = body.get("_method", ["POST"])
        return str(meant[-1] if isinstance(meant, list) else meant).upper()

    async def _body(self, http: HttpRequest) -> Mapping[str, Any]:
        if http.method not in UNSAFE:
            return {}
        most = max(route.body_limit for route in self.routes.values())
        is_known = False
        content = bytearray()
        async for chunk in http.stream():
            content += chunk
            if len(content) > most:
                raise TooLarge(f"Send {most // 1024} kB or less.")
            if len(content) > BODY_LIMIT and not is_known:
                await anyio.to_thread.run_sync(self._turn_away, http, limiter=self.limits.quick)
                is_known = True
        return self._parse(bytes(content), http.headers.get("content-type", ""))

    def _turn_away(self, http: HttpRequest) -> None:
        """Keep files in memory for people who are signed in only. Raises Unauthenticated."""
        with db.session():
            if self._identified(self._bare(http)).user is None:
                raise Unauthenticated("Sign in first.")

    def _parse(self, content: bytes, given: str) -> Mapping[str, Any]:
        files = any(bodies.takes_files(route.takes) for route in self.routes.values())
        return bodies.parse(content, given, is_json=self.is_json, files=files)

    def _bare(self, http: HttpRequest, body: Mapping[str, Any] | None = None) -> Request:
        """The request as far as it is known before anybody is identified."""
        partial = http.headers.get("hx-request-type") == "partial"
        target = http.headers.get("hx-target", "").partition("#")[2]
        return Request(
            method=http.method,
            path=http.scope["path"],
            params=http.path_params,
            query=http.query_params,
            headers=http.headers,
            cookies=http.cookies,
            config=self.config,
            ip=http.client.host if http.client else "",
            user=None,
            is_json=self.is_json,
            is_secure=http.url.scheme == "https",
            target=target if partial and not self.is_json else None,
            body=body or {},
            request_id=http.scope.get("state", {}).get("request_id"),
        )

    def _work(
        self, http: HttpRequest, route: Route | None, method: str, body: Mapping[str, Any]
    ) -> Response:
        req = replace(self._bare(http, body), method=method)
        return self._guarded(req, lambda req: self._answer(req, route))

    def _guarded(self, req: Request, work: Callable[[Request], Response]) -> Response:
        try:
            with db.session():
                return work(req)
        except Error as error:
            return problems.answer(req, error)
        except peewee.IntegrityError:
            log.warning("write collided method=%s path=%s", req.method, req.path, exc_info=True)
            return problems.answer(req, Conflict(COLLIDED))
        except peewee.OperationalError as error:
            known = db.busy(error)
            if known is error:
                log.exception("database failed path=%s", req.path)
            return problems.answer(req, known)
        except Exception as error:  # the last resort: a page with the request's id, not a stack
            log.exception("request failed method=%s path=%s", req.method, req.path)
            return problems.answer(req, error)

    def _answer(self, req: Request, route: Route | None) -> Response:
        req = self._identified(req)
        if route is None:
            return problems.wrong_method(req, self.routes)
        who = activity.Actor(
            user_id=req.user.id if req.user else None, ip=req.ip, request_id=req.request_id
        )
        with activity.acting(who):
            try:
                authorise(req, route)
                return respond(req, route.handler(req))
            except Invalid as error:
                return self._again(req, route, error)
            except Error as error:
                return problems.answer(req, error)

    def _identified(self, req: Request) -> Request:
        """The request with who asks, and what a page of theirs has seen before it reads a row."""
        user = identify.identify(req.cookies, req.headers if self.is_json else {}, ip=req.ip)
        has_page = user is not None and not self.is_json
        return replace(req, user=user, rev=activity.newest() if has_page else 0)

    def _again(self, req: Request, route: Route, error: Invalid) -> Response:
        """Show the form again with what was typed and a message beside each field."""
        if route.on_invalid is None or req.is_json:
            return problems.answer(req, error)
        fields = error.fields or {"": str(error)}
        again = replace(req, errors=fields)
        shown = route.on_invalid(again)
        if isinstance(shown, Reply) and (not req.is_partial or render.has_block(req, shown)):
            return render.reply(again, replace(shown, status=error.status, toast=None))
        return problems.answer(req, error)


def authorise(req: Request, route: Route) -> None:
    if route.role is None:
        return
    if req.user is None:
        raise Unauthenticated("Sign in first.")
    if not req.user.role.includes(route.role):
        raise Forbidden(f"This needs the role {route.role}; yours is {req.user.role}.")


def respond(req: Request, answer: Answer) -> Response:
    if isinstance(answer, Reply):
        return render.reply(req, answer)
    if isinstance(answer, TextReply):
        return Response(
            answer.content, answer.status, dict(answer.headers), media_type=answer.media_type
        )
    if isinstance(answer, StreamReply):
        opened: Response = answer.open()
        return opened
    return _file(answer)


def _file(answer: FileReply) -> Response:
    try:
        stat = answer.path.stat()
    except OSError as error:
        raise NotFound("The file is not there.") from error
    return FileResponse(
        answer.path,
        headers={"Accept-Ranges": "bytes", **answer.headers},
        media_type=answer.media_type,
        filename=answer.filename,
        stat_result=stat,
        content_disposition_type="inline" if answer.filename is None else "attachment",
    )
