"""The first run: the administrator's account, then folder, services and a first artist.

Every step but the first can be skipped, left and taken up again; `/setup` leads to the next one.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mvidarr import settings
from mvidarr.accounts import login, passwords, setup
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.governor import services
from mvidarr.library import artists
from mvidarr.media import disks
from mvidarr.settings import file_options
from mvidarr.system import configure
from mvidarr.web import forms
from mvidarr.web.login import browser, redirect, signed_in
from mvidarr.web.routing import PUBLIC, Reply, Request, TextReply, route

SECRET = {"limit": passwords.LONGEST, "raw": True}


@dataclass(frozen=True, kw_only=True)
class NewAdmin:
    token: str = forms.limit(200)
    name: str = forms.limit(forms.NAME)
    password: str = field(metadata=SECRET)
    password_again: str = field(metadata=SECRET)


@dataclass(frozen=True, kw_only=True)
class Folder:
    library_path: str = forms.limit(2000)


@dataclass(frozen=True, kw_only=True)
class Skip:
    step: str = forms.limit(20)


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was found out about a folder; sizes in bytes."""

    ok: bool
    text: str
    free: int | None = None
    total: int | None = None
    filesystem: str = ""
    warning: str = ""


@route("GET", "/setup", role=PUBLIC, title="Set-up: the next step", json=False)
def index(req: Request) -> Reply | TextReply:
    if setup.is_open():
        return account(req)
    if req.user is None:
        return redirect("/login?next=/setup")
    if not req.user.can(Role.ADMIN):
        return redirect("/")
    return redirect(f"/setup/{setup.next_step(req.user) or 'done'}")


def account(req: Request) -> Reply:
    typed = {name: req.typed.get(name, "") for name in ("token", "name")}
    return Reply("setup/account.html", typed)


@route(
    "POST",
    "/setup",
    role=PUBLIC,
    title="Set-up: make the administrator",
    on_invalid=account,
    slow=True,
    json=False,
)
def create(req: Request) -> Reply:
    entered = req.input(NewAdmin)
    setup.check_token(req.config, entered.token)
    if entered.password != entered.password_again:
        raise Invalid({"password_again": "The two passwords differ."})
    user = setup.create_admin(req.config, entered.token, entered.name, entered.password)
    token = login.welcome(user, browser(req))
    return Reply(go="/setup/library", cookies=signed_in(req, user.id, token))


@route("GET", "/setup/library", role=Role.ADMIN, title="Set-up: folder", slow=True, json=False)
def library(req: Request) -> Reply:
    path = req.typed.get("library_path", settings.get(file_options.library_path))
    return _library(path, look(req.config, path) if path and not req.errors else None)


@route(
    "GET",
    "/setup/library/check",
    role=Role.ADMIN,
    title="Set-up: try a folder",
    slow=True,
    query={"library_path": "The whole path of a folder"},
)
def check_library(req: Request) -> Reply:
    path = req.query.get("library_path", "")
    found = look(req.config, path)
    return _library(path, found)


@route(
    "POST",
    "/setup/library",
    role=Role.ADMIN,
    title="Set-up: choose the folder",
    on_invalid=library,
    slow=True,
    json=False,
)
def set_library(req: Request) -> Reply:
    entered = req.input(Folder)
    if not settings.show(file_options.library_path).is_fixed:
        configure.change({"library_path": entered.library_path}, req.person.id)
    return Reply(go="/setup")


@route("GET", "/setup/services", role=Role.ADMIN, title="Set-up: services", json=False)
def keys(req: Request) -> Reply:
    shown = [_service(req, kind, settings.show(key)) for kind, key in _keys()]
    return Reply("setup/services.html", {"services": shown})


@route(
    "POST",
    "/setup/services",
    role=Role.ADMIN,
    title="Set-up: save keys of services",
    on_invalid=keys,
    json=False,
)
def set_keys(req: Request) -> Reply:
    offered = [key.key for _, key in _keys()]
    entered = {key: req.body[key] for key in offered if req.body.get(key)}
    if entered:
        configure.change(entered, req.person.id)
    setup.skip(req.person.id, "services")  # what stayed empty is not asked for again
    return Reply(go="/setup")


@route("GET", "/setup/artist", role=Role.ADMIN, title="Set-up: first artist", json=False)
def artist(req: Request) -> Reply:
    return Reply("setup/artist.html")


@route("POST", "/setup/skip", role=Role.ADMIN, title="Set-up: leave a step for later", json=False)
def skip(req: Request) -> Reply:
    setup.skip(req.person.id, req.input(Skip).step)
    return Reply(go="/setup")


@route("POST", "/setup/resume", role=Role.ADMIN, title="Set-up: offer skipped steps", json=False)
def resume(req: Request) -> Reply:
    setup.resume(req.person.id)
    return Reply(go="/setup")


@route("GET", "/setup/done", role=Role.ADMIN, title="Set-up: done", json=False)
def done(req: Request) -> Reply:
    chosen = artists.find(req.number("artist", 0, 0, 2**31 - 1))
    skipped = [step.label for step in setup.steps(req.person) if step.state == "skipped"]
    return Reply("setup/done.html", {"artist": chosen, "skipped": skipped})


def look(config: Config, raw: str) -> Check:
    """Try a folder as a library, and say where the data would be safer."""
    try:
        path = file_options.library_path.parse(raw)
    except Invalid as error:
        return Check(ok=False, text=str(error))
    if not path:
        return Check(ok=False, text="Enter a folder.")
    state = disks.look(Path(path))
    return Check(
        ok=not state.problem,
        text=state.problem or "MVidarr can write here.",
        free=state.free,
        total=state.total,
        filesystem=state.kind,
        warning=_data_warning(config),
    )


def _data_warning(config: Config) -> str:
    kind = disks.filesystem_kind(config.data)
    if not disks.is_network(kind):
        return ""
    return (
        f"The data folder {config.data} is on a network file system ({kind}), where a database is"
        " slow and may break. Stop MVidarr, move it to a local disk and set MVIDARR_DATA."
    )


def _library(path: str, check: Check | None) -> Reply:
    return Reply(
        "setup/library.html",
        {"library_path": path, "check": check},
        partials=[("library-check", "setup/_library_check.html", {"check": check})],
        data=lambda: vars(check) if check else None,
    )


def _keys() -> list[tuple[services.ServiceKind, settings.Option[str]]]:
    """Keys that have more videos found; all others wait in the settings."""
    return [
        (kind, kind.key)
        for kind in services.ALL
        if kind.key and kind.find_videos and kind.key in kind.needs
    ]


def _service(req: Request, kind: services.ServiceKind, shown: settings.Shown) -> dict[str, Any]:
    option = shown.option
    one = {
        "key": option.key,
        "label": option.label,
        "value": "" if option.is_secret else shown.value,
        "is_set": shown.is_set,
        "is_secret": option.is_secret,
        "help": option.help,
        "error": req.errors.get(option.key, ""),
    }
    return {"name": kind.name, "title": kind.title, "help": kind.about, "fields": [one]}
