"""The request kit: one handler, registered once, answers as page, fragment and JSON.

The mount decides: `/artists` speaks HTML to a session, `/api/v1/artists` (and `/api/artists`)
speaks JSON to a key or a session. Every route says which role it needs.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import Headers, QueryParams

from mvidarr.accounts.identify import Person
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.web import forms, shapes

T = TypeVar("T")
PUBLIC: Final = None  # the role of a route that anybody may ask
BODY_LIMIT = 1 << 20  # bytes


class _RowId(IntegerConvertor):
    """What `{id:int}` takes: a longer number is no address, for no database could look it up."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", _RowId())


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path. `html`/`json`: the mounts that it answers on."""

    method: str
    path: str
    role: Role | None
    title: str
    handler: "Handler"
    slow: bool = False
    on_invalid: "Handler | None" = None
    html: bool = True
    json: bool = True
    takes: type[Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    body_limit: int = BODY_LIMIT

    @property
    def name(self) -> str:
        return f"{self.handler.__module__.removeprefix('mvidarr.web.')}.{self.handler.__name__}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a handler may know of a request. `typed`/`errors`: what came back as invalid."""

    method: str
    path: str
    params: Mapping[str, Any]
    query: QueryParams
    headers: Headers
    cookies: Mapping[str, str]
    config: Config
    ip: str
    user: Person | None
    is_json: bool = False
    is_secure: bool = False
    target: str | None = None  # id of the region that htmx will fill; None for a page
    body: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None
    rev: int = 0  # the newest change before the handler read anything: live pages go on from here

    @property
    def typed(self) -> Mapping[str, Any]:
        """What was entered, for a form that is shown again."""
        return self.body if self.errors else {}

    @property
    def is_partial(self) -> bool:
        return self.target is not None

    @property
    def person(self) -> Person:
        """Who is signed in; only on routes with a role."""
        if self.user is None:
            raise RuntimeError("a public route asked who is signed in")
        return self.user

    def input(self, model: type[T]) -> T:
        """The body as a `model`; raises Invalid with a message for each bad field."""
        is_form = self.headers.get("content-type", "").startswith("multipart/")
        return forms.read(model, self.body, strict=self.is_json and not is_form)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query string within bounds, else Invalid."""
        raw = self.query.get(name, "")
        if not raw:
            return default
        is_number = raw.isascii() and raw.isdigit() and len(raw) <= 10
        if not is_number or not low <= int(raw) <= high:
            raise Invalid({name: f"Give a number from {low} to {high}."})
        return int(raw)


@dataclass(frozen=True)
class Reply:
    """What to show: a page and its context, the regions that changed, the JSON, where to go.

    `block`: the block that a fragment gets when it is not named like the target.
    """

    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    _: dataclasses.KW_ONLY
    block: str | None = None
    partials: Sequence[tuple[str, str, Mapping[str, Any]]] = ()  # (id, template, context)
    data: Callable[[], Any] | None = None
    go: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[Mapping[str, Any]] = ()
    toast: str | None = None
    title: str | None = None

    @classmethod
    def job(cls, job: Any, go: str, *, partials: Sequence[Any] = (), toast: str = "") -> "Reply":
        """202 for work that runs in the background."""
        return cls(
            data=lambda: {"job": shapes.job(job)},
            go=go,
            partials=partials,
            status=202,
            headers={"Location": f"/api/v1/jobs/{job.id}"},
            toast=toast or None,
        )


@dataclass(frozen=True, kw_only=True)
class FileReply:
    """A file, with ranges."""

    path: Path
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    filename: str | None = None


@dataclass(frozen=True, kw_only=True)
class TextReply:
    """Something that is neither page nor our JSON."""

    content: bytes
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StreamReply:
    """An event stream; `open` makes the response on the event loop's side."""

    open: Callable[[], Any]


Answer = Reply | FileReply | TextReply | StreamReply
Handler = Callable[[Request], Answer]

ROUTES: list[Route] = []


def route(
    method: str, path: str, *, role: Role | None, title: str, **more: Any
) -> Callable[[Handler], Handler]:
    """Register the decorated handler. `role` has no default: a route without one fails here."""

    def register(handler: Handler) -> Handler:
        made = Route(method=method, path=path, role=role, title=title, handler=handler, **more)
        if any((known.method, known.path) == (method, path) for known in ROUTES):
            raise RuntimeError(f"{method} {path} is registered twice")
        ROUTES.append(made)
        return handler

    return register
