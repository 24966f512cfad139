"""One's own account: password, browsers that are signed in, API keys, how the pages look."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mvidarr.accounts import keys, login, passwords, preferences, roles, sessions, users
from mvidarr.core import clock
from mvidarr.core.errors import Forbidden, Invalid
from mvidarr.core.terms import Role
from mvidarr.models import ApiKey, Session
from mvidarr.web import cookies, forms, origins
from mvidarr.web.login import browser, signed_in
from mvidarr.web.routing import Reply, Request, route

SECRET = {"limit": passwords.LONGEST, "raw": True}


@dataclass(frozen=True, kw_only=True)
class NewPassword:
    current: str = field(metadata=SECRET)
    password: str = field(metadata=SECRET)
    password_again: str = field(metadata=SECRET)


@dataclass(frozen=True, kw_only=True)
class NewKey:
    name: str = forms.limit(forms.NAME)
    role: Role = Role.READONLY


@dataclass(frozen=True, kw_only=True)
class Look:
    theme: str | None = None
    accent: str | None = None


@route("GET", "/account", role=Role.READONLY, title="Own account")
def index(req: Request) -> Reply:
    return _page(req)


@route(
    "POST",
    "/account/password",
    role=Role.READONLY,
    title="Change one's own password",
    on_invalid=index,
    slow=True,
    json=False,
)
def set_password(req: Request) -> Reply:
    _need_session(req)
    entered = req.input(NewPassword)
    if entered.password != entered.password_again:
        raise Invalid({"password_again": "The two passwords differ."})
    login.confirm(req.person.id, entered.current)
    users.set_password(req.person.id, entered.password)
    token = sessions.start(users.find(req.person.id), req.ip, browser(req).agent)
    return Reply(
        go="/account",
        cookies=signed_in(req, req.person.id, token),
        toast="The password is changed. Other browsers and API keys have to sign in again.",
    )


@route("GET", "/account/sessions", role=Role.READONLY, title="List own sessions", html=False)
def list_sessions(req: Request) -> Reply:
    rows = sessions.of_user(req.person.id)
    return Reply(data=lambda: {"items": [_session(req, row) for row in rows], "next": None})


@route("DELETE", "/account/sessions", role=Role.READONLY, title="End all other own sessions")
def end_others(req: Request) -> Reply:
    _need_session(req)
    sessions.revoke_all(req.person.id, keep=req.person.session_id)
    return _changed(req, "sessions", "All other browsers are signed out.")


@route("DELETE", "/account/sessions/{id:int}", role=Role.READONLY, title="End one own session")
def end_session(req: Request) -> Reply:
    _need_session(req)
    sessions.revoke(req.params["id"], req.person.id)
    return _changed(req, "sessions", "That browser is signed out.")


@route("GET", "/account/keys", role=Role.READONLY, title="List own API keys", html=False)
def list_keys(req: Request) -> Reply:
    rows = keys.of_user(req.person.id)
    return Reply(data=lambda: {"items": [_key(row) for row in rows], "next": None})


@route(
    "POST",
    "/account/keys",
    role=Role.READONLY,
    title="Make an API key",
    on_invalid=index,
    takes=NewKey,
    status=201,
)
def create_key(req: Request) -> Reply:
    _need_session(req)
    entered = req.input(NewKey)
    row, text = keys.create(req.person.id, entered.name, entered.role)
    page = _page(req, new_key=text)
    return Reply(
        page.template,
        page.context,
        block="keys",
        data=lambda: {**_key(row), "key": text},
        headers={"Location": f"/api/v1/account/keys/{row.id}"} if req.is_json else {},
        status=201,
    )


@route("DELETE", "/account/keys/{id:int}", role=Role.READONLY, title="Revoke an own API key")
def revoke_key(req: Request) -> Reply:
    _need_session(req)
    keys.revoke(req.params["id"], req.person.id)
    return _changed(req, "keys", "The key is revoked.")


@route("POST", "/preferences", role=Role.READONLY, title="Choose theme and accent", takes=Look)
def set_look(req: Request) -> Reply:
    entered = req.input(Look)
    chosen = {name: value for name, value in vars(entered).items() if value is not None}
    preferences.choose(req.person.id, chosen)
    now = {name: chosen.get(name, req.person.prefs.get(name)) for name in preferences.OFFERED}
    go = None if req.is_partial else _back(req)
    return Reply(go=go, cookies=cookies.look(req, chosen), data=lambda: now)


def _page(req: Request, new_key: str = "") -> Reply:
    person = req.person
    context = {
        "sessions": sessions.of_user(person.id),
        "keys": keys.of_user(person.id),
        "roles": [(role.value, role.value.capitalize()) for role in roles.up_to(person.role)],
        "meaning": roles.MEANING[person.role],
        "new_key": new_key,
    }
    return Reply("account/index.html", context, data=lambda: _person(req))


def _changed(req: Request, region: str, said: str) -> Reply:
    """The region again, or back to the page; nothing for scripts."""
    page = _page(req)
    return Reply(page.template, page.context, block=region, go="/account", toast=said)


def _need_session(req: Request) -> None:
    """A key that leaked must not be able to make itself a successor."""
    if req.person.session_id is None:
        raise Forbidden("Sign in with a password for this; an API key is not enough.")


def _back(req: Request) -> str:
    """The page that the form stood on."""
    came = urlsplit(req.headers.get("referer", ""))
    return origins.safe_next(came.path + (f"?{came.query}" if came.query else "")) or "/account"


def _person(req: Request) -> dict[str, Any]:
    person = req.person
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role.value,
        "preferences": {name: person.prefs.get(name) for name in preferences.OFFERED},
    }


def _session(req: Request, row: Session) -> dict[str, Any]:
    return {
        "id": row.id,
        "is_current": row.id == req.person.session_id,
        "ip": row.ip,
        "agent": row.agent,
        "created_at": clock.iso(row.created_at),
        "seen_at": clock.iso(row.seen_at),
        "expires_at": clock.iso(row.expires_at),
    }


def _key(row: ApiKey) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "role": row.role,
        "created_at": clock.iso(row.created_at),
        "seen_at": clock.iso(row.seen_at),
    }
