"""Signing in and out."""

import functools
from dataclasses import dataclass, field

from starlette.routing import compile_path

from mvidarr.accounts import login, passwords, sessions, setup
from mvidarr.web import cookies, forms, origins, routing
from mvidarr.web.routing import PUBLIC, Reply, Request, TextReply, route


@dataclass(frozen=True, kw_only=True)
class Credentials:
    name: str = forms.limit(forms.NAME)
    password: str = field(metadata={"limit": passwords.LONGEST, "raw": True})
    next: str = forms.limit(origins.NEXT_LENGTH, default="")


@route("GET", "/login", role=PUBLIC, title="Sign-in page", json=False)
def index(req: Request) -> Reply | TextReply:
    if setup.is_open():
        return redirect("/setup")
    if req.user is not None:
        return redirect(destination(req.query.get("next", "")))
    return form(req)


def form(req: Request) -> Reply:
    goal = req.typed.get("next") or req.query.get("next", "")
    return Reply("login/index.html", {"next": goal, "name": req.typed.get("name", "")})


@route("POST", "/login", role=PUBLIC, title="Sign in", on_invalid=form, slow=True, json=False)
def create(req: Request) -> Reply:
    entered = req.input(Credentials)
    user, token = login.sign_in(entered.name, entered.password, browser(req))
    if req.user is not None and req.user.session_id is not None:
        sessions.end(req.user.session_id)
    return Reply(go=destination(entered.next), cookies=signed_in(req, user.id, token))


@route("POST", "/logout", role=PUBLIC, title="Sign out", json=False)
def delete(req: Request) -> Reply:
    if req.user is not None and req.user.session_id is not None:
        sessions.end(req.user.session_id)
    return Reply(go="/login", cookies=cookies.no_session(req))


def browser(req: Request) -> login.Browser:
    return login.Browser(
        ip=req.ip,
        agent=req.headers.get("user-agent", ""),
        known_to=cookies.device_owner(req),
    )


def signed_in(req: Request, user_id: int, token: str) -> list[dict[str, object]]:
    """The cookies of somebody who just proved who they are."""
    return [cookies.session(req, token), cookies.device(req, user_id)]


def redirect(path: str) -> TextReply:
    headers = {"Location": path, "Cache-Control": "no-store"}
    return TextReply(content=b"", media_type="text/html", status=303, headers=headers)


def destination(given: str) -> str:
    """Where to go after signing in: a page of ours, or the first one."""
    path = origins.safe_next(given)
    if path is None:
        return "/"
    bare = path.partition("#")[0].partition("?")[0]
    return path if any(_leads(route, bare) for route in routing.ROUTES) else "/"


def _leads(known: routing.Route, path: str) -> bool:
    is_page = known.method == "GET" and known.html and known.role is not PUBLIC
    return is_page and _pattern(known.path).match(path) is not None


@functools.cache
def _pattern(path: str):  # type: ignore[no-untyped-def]
    return compile_path(path)[0]
