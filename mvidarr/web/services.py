"""Other people's services: how each does, and its Test button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mvidarr import settings
from mvidarr.core.terms import Role, ServiceState
from mvidarr.governor import breaker, budget, calls, quota, services
from mvidarr.governor.services import ServiceKind
from mvidarr.web import live, render, shapes
from mvidarr.web.routing import Reply, Request, route

T = TypeVar("T")
GROUPS: Mapping[str, str] = {
    "videos": "Where videos are found",
    "facts": "Facts and pictures of artists",
    "lists": "Lists to import",
}
FEEDS = "youtube_feeds"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A service as pages show it. `used`: requests of this hour; `quota`: units of a day."""

    kind: ServiceKind
    row: Any
    used: int
    quota_used: int | None = None
    quota: int | None = None

    @property
    def state(self) -> str:
        return str(self.row.state) if self.kind.is_on else ServiceState.OFF.value

    @property
    def group(self) -> str:
        return group_of(self.kind)


@route("GET", "/services", role=Role.READONLY, title="List services", html=False)
def index(req: Request) -> Reply:
    return Reply(data=lambda: {"items": [shapes.service(one) for one in lines()], "next": None})


@route("POST", "/services/{name}/retry", role=Role.ADMIN, title="Ask a broken service again")
def retry(req: Request) -> Reply:
    kind = services.find(req.params["name"])
    breaker.let_go(kind.name)
    return Reply(
        go="/system#services",
        partials=region(),
        data=lambda: shapes.service(_line(kind)),
        toast=f"{kind.title} is asked again as soon as it is needed.",
    )


@route(
    "POST",
    "/settings/services/{name}/test",
    role=Role.ADMIN,
    title="Test a service, with what was entered or what is stored",
    slow=True,
)
def test(req: Request) -> Reply:
    kind = services.find(req.params["name"])
    typed = {name: value for name, value in req.body.items() if isinstance(value, str)}
    trial = calls.try_out(kind, typed)
    state = "ok" if trial.is_good else "bad"
    context = {"service": kind.name, "state": state, "text": trial.text}
    return Reply(
        "settings/test.html",
        {**context, "title": kind.title},
        partials=[(f"test-{kind.name}", "settings/_test_result.html", context)],
        data=lambda: {"ok": trial.is_good, "detail": trial.text},
    )


def lines() -> list[Line]:
    return [_line(kind) for kind in services.ALL]


def grouped(things: list[T], kind_of: Callable[[T], ServiceKind]) -> list[tuple[str, list[T]]]:
    """Things that belong to services, by what the services are for."""
    groups = [
        (title, [thing for thing in things if group_of(kind_of(thing)) == name])
        for name, title in GROUPS.items()
    ]
    return [(title, some) for title, some in groups if some]


def group_of(kind: ServiceKind) -> str:
    if kind.find_videos or kind.name == FEEDS:
        return "videos"
    return "facts" if kind.describe or kind.find_artists else "lists"


def _line(kind: ServiceKind) -> Line:
    row = budget.row(kind.name)
    has_quota = kind.quota is not None
    return Line(
        kind=kind,
        row=row,
        used=budget.used(row),
        quota_used=quota.used_today(kind.name) if has_quota else None,
        quota=settings.get(kind.quota) if kind.quota else None,
    )


def region() -> list[render.Partial]:
    return [("services", "system/_services.html", {"services": lines()})]


@live.topic("services")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return region()
