"""Settings: a page and JSON made from the registry. Secrets go in and never come out."""

from dataclasses import dataclass, field
from typing import Any

from mvidarr import settings
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.governor import services
from mvidarr.settings import Kind, Option, options, values
from mvidarr.system import configure
from mvidarr.web import naming, shapes
from mvidarr.web import services as service_pages
from mvidarr.web.routing import Reply, Request, route

MANY = frozenset({Kind.CHOICES, Kind.NAMES})


@dataclass(frozen=True, kw_only=True)
class NewValue:
    """Body of a PUT; the value's type is the setting's."""

    value: Any = field(default=None)


@route(
    "GET",
    "/settings",
    role=Role.MANAGER,
    title="List settings",
    query={"preset": "A preset of file names that fills its field on the page."},
)
def index(req: Request) -> Reply:
    shown = settings.all_values()
    groups = [
        (group, [one for one in shown if one.option.group is group and not one.option.service])
        for group in settings.Group
    ]
    kinds = [(kind, _of(shown, kind.name)) for kind in services.ALL]
    context = {
        "groups": groups,
        "services": kinds,
        "service_groups": service_pages.grouped(kinds, lambda one: one[0]),
        "can_edit": req.person.can("admin"),
        **naming.region(req),
    }
    return Reply(
        "settings/index.html",
        context,
        data=lambda: {"items": [shapes.setting(one) for one in shown], "next": None},
    )


@route("PATCH", "/settings", role=Role.ADMIN, title="Change settings", on_invalid=index, slow=True)
def change(req: Request) -> Reply:
    entered = dict(req.body) if req.is_json else _entered(req)
    changed = configure.change(entered, req.person.id)
    text = f"Saved {len(changed)} changes." if len(changed) != 1 else "Saved one change."
    return Reply(
        go="/settings",
        toast=text if changed else "Nothing was different.",
        data=lambda: {
            "items": [shapes.setting(settings.show(options.BY_KEY[key])) for key in changed],
            "next": None,
        },
    )


@route("GET", "/settings/{key}", role=Role.MANAGER, title="One setting", html=False)
def show(req: Request) -> Reply:
    option = values.find(req.params["key"])
    return Reply(data=lambda: shapes.setting(settings.show(option)))


@route(
    "PUT",
    "/settings/{key}",
    role=Role.ADMIN,
    title="Set one setting",
    html=False,
    slow=True,
    takes=NewValue,
)
def put(req: Request) -> Reply:
    option = values.find(req.params["key"])
    if set(req.body) != {"value"}:
        raise Invalid({"value": 'Send {"value": …}.'})
    try:
        configure.change({option.key: req.body["value"]}, req.person.id)
    except Invalid as error:
        raise Invalid({"value": error.fields.get(option.key, str(error))}) from error
    return Reply(data=lambda: shapes.setting(settings.show(option)))


@route("DELETE", "/settings/{key}", role=Role.ADMIN, title="Reset one setting", status=204)
def reset(req: Request) -> Reply:
    option = values.find(req.params["key"])
    configure.reset(option.key, req.person.id)
    return Reply(go=f"/settings#{option.group}", status=204, toast=f"{option.label} is reset.")


def _entered(req: Request) -> dict[str, Any]:
    """What the form sent: an empty secret keeps the stored one, unless it is to be removed."""
    entered: dict[str, Any] = {}
    for option in options.ALL:
        if option.key not in req.body:
            continue
        raw = req.body[option.key]
        if option.is_secret and not raw:
            if req.body.get(f"remove_{option.key}") == "true":
                entered[option.key] = ""
            continue
        entered[option.key] = _one(option, raw)
    return entered


def _one(option: Option[Any], raw: Any) -> Any:
    if isinstance(raw, list) and option.kind not in MANY:
        return raw[-1]  # a switch behind its hidden twin
    return raw


def _of(shown: list[settings.Shown], service: str) -> list[settings.Shown]:
    return [one for one in shown if one.option.service == service]
