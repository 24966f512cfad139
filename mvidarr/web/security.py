"""Guards around the whole application: request ids, headers, host names, origins, body sizes.

Plain ASGI, so that streams pass through untouched, and nothing here may block.
"""

import html
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mvidarr.accounts import identify
from mvidarr.core.config import Config
from mvidarr.core.errors import Error, Forbidden, TooLarge
from mvidarr.web import access, origins, problems, routing
from mvidarr.web.origins import Access, Ask, Host

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEALTH = "/health"  # asked by address and by whatever name a container has

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
FEATURES_OFF = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "microphone", "midi", "payment", "serial", "usb"),
)
OPENER_POLICY = ("Cross-Origin-Opener-Policy", "same-origin")
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES_OFF),
}


class BadRequest(Error):
    status: ClassVar[int] = 400
    title: ClassVar[str] = "This request cannot be understood"


class WrongHost(Error):
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Unknown host name"


class CrossOrigin(Forbidden):
    title: ClassVar[str] = "Refused: another site asks"


def middleware(config: Config) -> list[Middleware]:
    """The guards in their order, outermost first; the settings must be readable."""
    access.refresh()
    largest = max((route.body_limit for route in routing.ROUTES), default=routing.BODY_LIMIT)
    return [
        Middleware(RequestId),
        Middleware(SecurityHeaders),
        Middleware(HostCheck, access=access.current),
        Middleware(CrossOriginGuard, access=access.current),
        Middleware(BodyLimit, limit=largest),
    ]


@dataclass(frozen=True)
class RequestId:
    """Name every request; the name is in the answer, the log and the problem page."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        await self.app(scope, receive, named)


@dataclass(frozen=True)
class SecurityHeaders:
    """Put the headers on every answer; one that an answer brings itself stays."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = dict([*HEADERS.items(), *([OPENER_POLICY] if is_trustworthy(scope) else [])])

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded)


@dataclass(frozen=True)
class HostCheck:
    """Answer to our own names only, where names are set: against rebound DNS."""

    app: ASGIApp
    access: Callable[[], Access]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != HEALTH:
            host = host_of(scope)
            if host is None:
                await refuse(BadRequest("The Host header is missing or malformed."), scope, send)
                return
            if not self.access().answers_to(host):
                reason = (
                    f"MVidarr does not answer to the name {host.name}."
                    " Add it to the host names in the settings."
                )
                await refuse(WrongHost(reason), scope, send)
                return
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class CrossOriginGuard:
    """Refuse what another site makes a browser send; reading is always allowed."""

    app: ASGIApp
    access: Callable[[], Access]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            problem = origins.refusal(ask_of(scope), self.access().public)
            if problem:
                await refuse(CrossOrigin(problem), scope, send)
                return
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class BodyLimit:
    """Take no body over `limit` bytes: by what it declares, else as soon as it gets there."""

    app: ASGIApp
    limit: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isascii() or not declared.isdigit():
            await refuse(BadRequest("The Content-Length header is malformed."), scope, send)
        elif len(declared) > 18 or int(declared) > self.limit:
            await refuse(self._too_large(), scope, send)
        else:
            await self._watch(scope, receive, send)

    async def _watch(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0
        has_started = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise self._too_large()
            return message

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except TooLarge as error:
            if has_started:
                raise
            await refuse(error, scope, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"Send {self.limit // 1024:,} kB or less.")


def is_trustworthy(scope: Scope) -> bool:
    """Whether the browser holds this origin for safe, which it shows by sending fetch metadata.

    Elsewhere (plain HTTP on a LAN) it ignores an opener policy and calls that an error.
    """
    return scope["scheme"] == "https" or "sec-fetch-site" in Headers(scope=scope)


def host_of(scope: Scope) -> Host | None:
    """The Host header taken apart; None unless there is exactly one that makes sense."""
    given = Headers(scope=scope).getlist("host")
    return origins.parse_host(given[0]) if len(given) == 1 else None


def ask_of(scope: Scope) -> Ask:
    headers = Headers(scope=scope)
    host = host_of(scope)
    cookies = "; ".join(headers.getlist("cookie")).split(";")
    names = {cookie.partition("=")[0].strip() for cookie in cookies}
    return Ask(
        sites=headers.getlist("sec-fetch-site"),
        origins=headers.getlist("origin"),
        seen_as=origins.origin_of(scope["scheme"], host) if host else None,
        has_cookie=not names.isdisjoint(identify.COOKIES),
    )


async def refuse(error: Error, scope: Scope, send: Send) -> None:
    """Answer an error before anything of the application is reached."""
    headers = {"Cache-Control": "no-store", "Connection": "close"}
    request_id = scope.get("state", {}).get("request_id")
    if scope["path"] == "/api" or scope["path"].startswith("/api/"):
        headers["Content-Type"] = "application/problem+json"
        text = json.dumps(problems.problem(error, request_id), ensure_ascii=False)
    else:
        headers["Content-Type"] = "text/html; charset=utf-8"
        text = _page(error, request_id)
        if Headers(scope=scope).get("hx-request-type") == "partial":
            headers |= {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"}
            text = _paragraph(error)
    body = text.encode()
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": error.status, "headers": raw})
    content = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": content})


def _page(error: Error, request_id: str | None) -> str:
    named = f"<p>Request {html.escape(request_id)}</p>" if request_id else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(error.title)} · MVidarr</title></head>"
        f"<body><main><h1>{html.escape(error.title)}</h1>"
        f"<p>{html.escape(str(error))}</p>{named}</main></body></html>"
    )


def _paragraph(error: Error) -> str:
    return f"<p><b>{html.escape(error.title)}.</b> {html.escape(str(error))}</p>"
