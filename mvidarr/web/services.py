"""Other people's services: how each does, and its Test button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mvidarr import settings
from mvidarr.core.terms import Role, ServiceState
from mvidarr.delivery import servers
from mvidarr.governor import breaker, budget, calls, quota, services
from mvidarr.governor.services import ServiceKind
from mvidarr.settings import media_servers
from mvidarr.web import live, render, shapes, ytdlp
from mvidarr.web.routing import Reply, Request, route

T = TypeVar("T")
GROUPS: Mapping[str, str] = {
    "videos": "Where videos are found",
    "facts": "Facts and pictures of artists",
    "lists": "Lists to import",
    "servers": "Media servers",
}
FEEDS = "youtube_feeds"
YOUTUBE = "youtube"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A service as pages show it. `used`: requests of this hour; `tokens`: how many more it may be
    asked now, of `hourly` in an hour; `quota`: units of a day."""

    kind: ServiceKind
    row: Any
    used: int
    tokens: int
    hourly: int
    quota_used: int | None = None
    quota: int | None = None

    @property
    def state(self) -> str:
        return str(self.row.state) if self.kind.is_on else ServiceState.OFF.value

    @property
    def shares(self) -> str:
        """The title of the service whose budget it draws on, where that is another one."""
        return services.BY_NAME[self.kind.part_of].title if self.kind.part_of else ""

    @property
    def is_probing(self) -> bool:
        return breaker.is_probing(self.row)

    @property
    def parts(self) -> Mapping[str, str]:
        """What of it is broken while the rest works."""
        return breaker.parts(self.row)

    @property
    def group(self) -> str:
        return group_of(self.kind)

    @property
    def is_told(self) -> bool:
        """Whether it is a media server that is told of changed files."""
        server = media_servers.BY_NAME.get(self.kind.name)
        return server is not None and server.is_told


@route("GET", "/services", role=Role.READONLY, title="List services", html=False)
def index(req: Request) -> Reply:
    return Reply(data=lambda: {"items": [shapes.service(one) for one in lines()], "next": None})


@route("POST", "/services/{name}/retry", role=Role.ADMIN, title="Ask a broken service again")
def retry(req: Request) -> Reply:
    kind = services.find(req.params["name"])
    breaker.let_go(kind.name)
    return Reply(
        go="/system#services",
        partials=[*region(), *budget_region()],
        data=lambda: shapes.service(_line(kind)),
        toast=f"{kind.title} is asked again as soon as it is needed.",
    )


@route(
    "POST",
    "/services/{name}/refresh",
    role=Role.MANAGER,
    title="Have a media server read the library again",
    slow=True,
)
def refresh(req: Request) -> Reply:
    kind = services.find(req.params["name"])
    said = servers.refresh_library(kind.name)
    return Reply(
        go="/system#services",
        partials=region(),
        data=lambda: {"detail": said},
        toast=f"{kind.title}: {said}",
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
    # the last of several: a switch comes behind its hidden twin
    ends = {
        name: value[-1:] if isinstance(value, list) else [value] for name, value in req.body.items()
    }
    typed = {name: end for name, some in ends.items() for end in some if isinstance(end, str)}
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
    rows = budget.rows(services.NAMES)
    return [_shown(kind, rows) for kind in services.ALL]


def budgets() -> list[Line]:
    """Those that work with downloads waits for: YouTube, and whatever is used or broken now."""
    return [
        one
        for one in lines()
        if one.kind.is_on
        and (one.kind.name == YOUTUBE or one.used or one.state != ServiceState.WORKING)
    ]


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
    if kind.name in media_servers.BY_NAME:
        return "servers"
    return "facts" if kind.describe or kind.find_artists else "lists"


def _line(kind: ServiceKind) -> Line:
    return _shown(kind, budget.rows([kind.name, kind.part_of or kind.name]))


def _shown(kind: ServiceKind, rows: Mapping[str, Any]) -> Line:
    row, hourly = rows[kind.name], kind.per_hour
    has_quota = kind.quota is not None
    return Line(
        kind=kind,
        row=row,
        used=budget.used(row),
        tokens=max(0, int(budget.tokens(rows[kind.part_of or kind.name], hourly))),
        hourly=hourly,
        quota_used=quota.used_today(kind.name) if has_quota else None,
        quota=settings.get(kind.quota) if kind.quota else None,
    )


def region() -> list[render.Partial]:
    return [("services", "system/_services.html", {"services": lines()})]


def budget_region() -> list[render.Partial]:
    """What is left of the services' budgets, for pages that wait for them."""
    return [("budget", "system/_budget.html", {"services": budgets()})]


@live.topic("services")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return [*region(), *budget_region(), *ytdlp.region()]
