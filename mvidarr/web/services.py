"""Other people's services: how each does, and its Test button."""

from typing import Any

from mvidarr.core.terms import Role
from mvidarr.governor import budget, calls, services
from mvidarr.web import live, render, shapes
from mvidarr.web.routing import Reply, Request, route


@route("GET", "/services", role=Role.READONLY, title="List services", html=False)
def index(req: Request) -> Reply:
    return Reply(
        data=lambda: {
            "items": [shapes.service(kind, row, used) for kind, row, used in rows()],
            "next": None,
        }
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


def rows() -> list[tuple[services.ServiceKind, Any, int]]:
    found = [(kind, budget.row(kind.name)) for kind in services.ALL]
    return [(kind, row, budget.used(row)) for kind, row in found]


def region() -> list[render.Partial]:
    return [("services", "system/_services.html", {"services": rows()})]


@live.topic("services")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return region()
