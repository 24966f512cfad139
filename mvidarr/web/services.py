"""Other people's services: how each does, and its Test button."""

import time
from dataclasses import replace
from typing import Any

from mvidarr import settings
from mvidarr.core.errors import Error, Invalid
from mvidarr.core.terms import Role
from mvidarr.governor import breaker, budget, services
from mvidarr.settings import options
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
    state, text = _try(kind, req)
    context = {"service": kind.name, "state": state, "text": text}
    return Reply(
        "settings/test.html",
        {**context, "title": kind.title},
        partials=[(f"test-{kind.name}", "settings/_test_result.html", context)],
        data=lambda: {"ok": state == "ok", "detail": text},
    )


def _try(kind: services.ServiceKind, req: Request) -> tuple[str, str]:
    """Ask the service once; what is typed but not saved yet is used for this one time."""
    started = time.monotonic()
    try:
        conf = _conf(kind, req)
        said = kind.check(conf)
    except Invalid as error:
        return "bad", str(error)
    except Error as error:
        if not _typed(kind, req):
            breaker.settle(kind.name, error)
        return "bad", str(error)
    if not _typed(kind, req):
        breaker.succeeded(kind.name)
    return "ok", f"{said} Answered in {time.monotonic() - started:.1f} s."


def _conf(kind: services.ServiceKind, req: Request) -> Any:
    typed = _typed(kind, req)
    if kind.key and typed.get(kind.key.key):
        stored = services.conf(replace(kind, key=None), services.PAGE_PATIENCE)
        stored = replace(stored, key=typed[kind.key.key])
    else:
        stored = services.conf(kind, services.PAGE_PATIENCE)
    if kind.url and typed.get(kind.url.key):
        stored = replace(stored, base_url=typed[kind.url.key])
    return stored


def _typed(kind: services.ServiceKind, req: Request) -> dict[str, str]:
    """Key and address as entered, where they differ from what is stored."""
    typed = {}
    for option in (kind.key, kind.url):
        raw = req.body.get(option.key) if option else None
        if option and isinstance(raw, str) and raw:
            value = option.parse(raw)
            if value != settings.get(option):
                typed[option.key] = value
    return typed


def rows() -> list[tuple[services.ServiceKind, Any, int]]:
    found = [(kind, budget.row(kind.name)) for kind in services.ALL]
    return [(kind, row, budget.used(row)) for kind, row in found]


def fields(kind: services.ServiceKind) -> list[settings.Shown]:
    return [settings.show(option) for option in options.ALL if option.service == kind.name]


def region() -> list[render.Partial]:
    return [("services", "system/_services.html", {"services": rows()})]


@live.topic("services")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return region()
