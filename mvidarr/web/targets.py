"""Notifications: who is told of what, making one, trying it out, changing and deleting it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mvidarr.activity import feed
from mvidarr.core import clock
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.delivery import kinds, letters, log, targets, trials
from mvidarr.delivery.targets import NewTarget, Shown
from mvidarr.web import browse, forms, render, target_log
from mvidarr.web.forms import UNSET
from mvidarr.web.routing import Reply, Request, route
from mvidarr.web.target_log import who

PATH = "/targets"


@dataclass(frozen=True, kw_only=True)
class AddTarget:
    """`kind`: webhook or apprise; `events`: none for all; `artists`: numbers, none for all;
    `artist_names`: the same by names, one on each line."""

    kind: str
    name: str
    url: str = forms.limit(targets.LONGEST_URL)
    events: list[str] = field(default_factory=list)
    artists: list[int] = field(default_factory=list)
    artist_names: str = forms.limit(100_000, lines=True, default="")
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class TargetChanges:
    """The members that a PATCH may name; without a `url`, or with an empty one, it stays."""

    name: str = UNSET
    url: str = forms.limit(targets.LONGEST_URL, default=UNSET)
    events: list[str] = UNSET
    artists: list[int] = UNSET
    artist_names: str = forms.limit(100_000, lines=True, default=UNSET)
    active: bool = UNSET


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What to try out: `kind` and `url` as entered, or with `id` what is saved."""

    kind: str = ""
    url: str = forms.limit(targets.LONGEST_URL, default="")
    id: int | None = None


@route("GET", "/targets", role=Role.MANAGER, title="List notifications")
def index(req: Request) -> Reply:
    shown = targets.all_of(who(req), vault(req))
    return Reply(
        "targets/index.html",
        {"targets": shown, "kinds": targets.KINDS},
        data=lambda: {"items": list(map(shape, shown)), "next": None},
    )


@route(
    "GET",
    "/targets/kinds",
    role=Role.MANAGER,
    title="Kinds of events that can be told",
    html=False,
)
def offered(req: Request) -> Reply:
    return Reply(
        data=lambda: {
            "items": [
                {"name": kind.name, "title": kind.title, "level": kind.level, "group": group.name}
                for group in kinds.GROUPS
                for kind in group.kinds
            ],
            "next": None,
        }
    )


@route(
    "GET",
    "/targets/new",
    role=Role.MANAGER,
    title="Add a notification",
    json=False,
    query={"kind": "webhook or apprise; without it both are offered."},
)
def new(req: Request) -> Reply:
    kind = str(req.query.get("kind") or req.body.get("kind", ""))
    if kind not in targets.KINDS:
        return Reply("targets/choose.html")
    return Reply("targets/new.html", {"kind": kind, **_form(req, {"events": feed.NOTABLE})})


@route(
    "POST",
    "/targets",
    role=Role.MANAGER,
    title="Add a notification",
    takes=AddTarget,
    on_invalid=new,
    status=201,
    slow=True,
)
def create(req: Request) -> Reply:
    given = req.input(AddTarget)
    row, secret = targets.create(
        NewTarget(
            kind=given.kind,
            name=given.name,
            url=given.url,
            events=given.events,
            artists=[*given.artists, *targets.artists_named(given.artist_names)],
            active=given.active,
        ),
        who(req),
        vault(req),
    )
    shown = targets.show(row.id, who(req), vault(req))
    where = {"Location": f"/api/v1{PATH}/{row.id}"} if req.is_json else {}
    return _with_secret(shown, secret, status=201, headers=where)


@route(
    "POST",
    "/targets/test",
    role=Role.MANAGER,
    title="Test a notification that is not saved yet",
    takes=Trial,
    slow=True,
)
def test_typed(req: Request) -> Reply:
    given = req.input(Trial)
    if not given.url and given.id is not None:
        return _tried(trials.saved(given.id, who(req), vault(req)), f"{PATH}/{given.id}/edit")
    if not given.url:
        raise Invalid({"url": "Enter an address."})
    address = targets.entered(given.kind, given.url, who(req))
    back = f"{PATH}/{given.id}/edit" if given.id else f"{PATH}/new?kind={address.kind}"
    return _tried(trials.typed(address, who(req)), back)


@route(
    "GET",
    "/targets/{id:int}",
    role=Role.MANAGER,
    title="One notification, and what it told",
    query=browse.PAGES,
)
def show(req: Request) -> Reply:
    one = targets.show(req.params["id"], who(req), vault(req))
    if req.is_json:
        return Reply(data=lambda: shape(one))
    place = browse.place(req)
    shown = target_log.context(one.row.id, log.page(one.row.id, place), place)
    return Reply("targets/show.html", {"one": one, "titles": _titles(), **shown})


@route("GET", "/targets/{id:int}/edit", role=Role.MANAGER, title="Edit a notification", json=False)
def edit(req: Request) -> Reply:
    one = targets.show(req.params["id"], who(req), vault(req))
    row = one.row
    stored = {
        "name": row.name,
        "events": row.events,
        "artist_names": "\n".join(one.artists),
        "active": row.active,
    }
    return Reply("targets/edit.html", {"one": one, "kind": row.kind, **_form(req, stored)})


@route(
    "PATCH",
    "/targets/{id:int}",
    role=Role.MANAGER,
    title="Change a notification",
    takes=TargetChanges,
    on_invalid=edit,
    slow=True,
)
def change(req: Request) -> Reply:
    given = forms.given(req.input(TargetChanges))
    if "artist_names" in given:
        named = targets.artists_named(given.pop("artist_names"))
        given["artists"] = [*given.get("artists", ()), *named]
    row = targets.change(req.params["id"], given, who(req), vault(req))
    return Reply(
        data=lambda: shape(targets.show(row.id, who(req), vault(req))),
        go=f"{PATH}/{row.id}",
        toast="Saved.",
    )


@route(
    "GET",
    "/targets/{id:int}/delete",
    role=Role.MANAGER,
    title="Delete a notification?",
    json=False,
)
def ask_delete(req: Request) -> Reply:
    return Reply("targets/delete.html", {"target": targets.get(req.params["id"], who(req))})


@route("DELETE", "/targets/{id:int}", role=Role.MANAGER, title="Delete a notification", status=204)
def delete(req: Request) -> Reply:
    row = targets.delete(req.params["id"], who(req))
    return Reply(go=PATH, status=204, toast=f"{row.name} is deleted.")


@route(
    "GET",
    "/targets/{id:int}/secret",
    role=Role.MANAGER,
    title="A new secret for the webhooks of a notification?",
    json=False,
)
def ask_renew(req: Request) -> Reply:
    return Reply("targets/renew.html", {"target": targets.get(req.params["id"], who(req))})


@route(
    "POST",
    "/targets/{id:int}/secret",
    role=Role.MANAGER,
    title="Sign the webhooks of a notification with a new secret",
)
def renew(req: Request) -> Reply:
    secret = targets.renew_secret(req.params["id"], who(req), vault(req))
    return _with_secret(targets.show(req.params["id"], who(req), vault(req)), secret)


@route(
    "POST",
    "/targets/{id:int}/test",
    role=Role.MANAGER,
    title="Send a test to a notification",
    slow=True,
)
def test(req: Request) -> Reply:
    number = req.params["id"]
    outcome = trials.saved(number, who(req), vault(req))
    return _tried(outcome, f"{PATH}/{number}", target_log.region(req, number))


def vault(req: Request) -> Vault:
    return Vault(req.config.secrets)


def shape(one: Shown) -> dict[str, Any]:
    """A target without its secrets: its address is shown as far as it is none."""
    row = one.row
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "address": one.address,
        "url": None,
        "secret": None,
        "is_set": {"url": True, "secret": row.secret is not None},
        "events": row.events,
        "artists": [ident for ident in row.artists if ident],
        "active": row.active,
        "is_trusted": row.is_trusted,
        "problem": one.problem or None,
        "by_user_id": row.by_user_id,
        "created_at": clock.iso(row.created_at),
    }


def _with_secret(
    one: Shown, secret: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """The secret is on this page and on no other one."""
    return Reply(
        "targets/secret.html",
        {"one": one, "secret": secret},
        data=lambda: {**shape(one), "secret": secret or None},
        status=status,
        headers=headers or {},
        go=None if secret else f"{PATH}/{one.row.id}",
        toast=None if secret else f"{one.row.name} is added.",
    )


def _tried(outcome: letters.Outcome, back: str, *others: render.Partial) -> Reply:
    state = "ok" if outcome.is_good else "bad"
    context = {"state": state, "text": outcome.text, "back": back}
    return Reply(
        "targets/test.html",
        context,
        partials=[("target-test", "targets/_test.html", context), *others],
        data=lambda: {"ok": outcome.is_good, "detail": outcome.text, "status": outcome.status},
    )


def _form(req: Request, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows: what was typed, else what is stored, else the defaults."""
    values: dict[str, Any] = {"name": "", "events": [], "artist_names": "", "active": True}
    values |= stored
    values["url"] = req.typed.get("url", "")
    for name in ("name", "artist_names"):
        values[name] = req.typed.get(name, values[name])
    if req.typed:
        ticked = req.typed.get("events", [])
        values["events"] = ticked if isinstance(ticked, list) else [ticked]
        active = req.typed.get("active", "false")
        values["active"] = (active[-1] if isinstance(active, list) else active) == "true"
    return {"values": values, "groups": kinds.GROUPS}


def _titles() -> dict[str, str]:
    return {kind.name: kind.title for group in kinds.GROUPS for kind in group.kinds}
