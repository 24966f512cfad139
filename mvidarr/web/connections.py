"""Accounts at other services: connecting one, what became of it, and letting go of it.

A sign-in ends on a page with a button: what comes back from elsewhere is a GET, which changes
nothing here.
"""

from dataclasses import dataclass
from typing import Any

from mvidarr.core import clock
from mvidarr.core.errors import Conflict, Error
from mvidarr.core.terms import Role
from mvidarr.discovery import connections
from mvidarr.governor import services
from mvidarr.web import access, forms, list_page, origins
from mvidarr.web.routing import Reply, Request, route

PATH = "/connections"
CALLBACK = f"{PATH}/spotify/callback"


@dataclass(frozen=True, kw_only=True)
class Finish:
    """Code and state as Spotify gave them, or the whole `address` that it led to."""

    code: str = forms.limit(2000, default="")
    state: str = forms.limit(500, default="")
    address: str = forms.limit(5000, default="")


@route("GET", "/connections", role=Role.MANAGER, title="List connected accounts")
def index(req: Request) -> Reply:
    accounts = connections.accounts()
    if req.is_json:
        return Reply(data=lambda: {"items": list(map(shape, accounts)), "next": None})
    redirect = _redirect(req)
    kind = services.BY_NAME.get(connections.SPOTIFY)
    missing = kind.missing if kind else None
    return Reply(
        "connections/index.html",
        {
            "accounts": accounts,
            "redirect": redirect,
            "comes_back": redirect.startswith(_origin(req) + "/"),
            "missing": missing.label if missing else "",
            "begun": _begun(req) if req.person.can("admin") and not missing else None,
        },
    )


@route(
    "POST",
    "/connections/spotify",
    role=Role.ADMIN,
    title="Begin to connect a Spotify account",
    on_invalid=index,
)
def start(req: Request) -> Reply:
    connections.start(_owner(req), _redirect(req), list_page.vault(req))
    return Reply(data=lambda: _sign_in(req), go=f"{PATH}#go-on")


@route(
    "GET",
    "/connections/spotify/callback",
    role=Role.ADMIN,
    title="Where Spotify sends people back to",
    json=False,
    query={"code": "What is traded for a token.", "state": "The word that the sign-in began with."},
)
def callback(req: Request) -> Reply:
    code, state = req.query.get("code", "")[:2000], req.query.get("state", "")[:500]
    if req.query.get("error"):
        raise Conflict("Spotify was not allowed to show the lists. Start again.")
    if not code or not connections.is_expected(_owner(req), state):
        raise Conflict(connections.STRANGE)
    return Reply("connections/finish.html", {"code": code, "state": state})


@route(
    "POST",
    "/connections/spotify/finish",
    role=Role.ADMIN,
    title="Finish connecting a Spotify account",
    takes=Finish,
    on_invalid=index,
    slow=True,
)
def finish(req: Request) -> Reply:
    given = req.input(Finish)
    answer = (given.code, given.state)
    if not all(answer):
        answer = connections.answer_in(given.address)
    row = connections.finish(_owner(req), answer, req.person.id, list_page.vault(req))
    return Reply(data=lambda: shape(row), go=PATH, toast=f"{row.name} is connected.")


@route(
    "GET",
    "/connections/{id:int}/delete",
    role=Role.ADMIN,
    title="Disconnect an account?",
    json=False,
)
def ask_delete(req: Request) -> Reply:
    return Reply("connections/delete.html", {"account": connections.get(req.params["id"])})


@route(
    "DELETE", "/connections/{id:int}", role=Role.ADMIN, title="Disconnect an account", status=204
)
def delete(req: Request) -> Reply:
    row = connections.disconnect(req.params["id"])
    return Reply(go=PATH, status=204, toast=f"{row.name} is disconnected.")


def shape(row: Any) -> dict[str, Any]:
    """An account without its token, which nobody is ever shown."""
    return {
        "id": row.id,
        "kind": row.kind,
        "external_id": row.external_id,
        "name": row.name,
        "is_set": True,
        "problem": row.problem,
        "created_at": clock.iso(row.created_at),
    }


def _sign_in(req: Request) -> dict[str, Any]:
    begun = connections.pending(_owner(req), list_page.vault(req))
    if begun is None:
        raise Conflict(connections.STRANGE)
    return {
        "link": begun.link,
        "redirect": begun.redirect,
        "expires_at": clock.iso(begun.expires_at),
    }


def _begun(req: Request) -> connections.SignIn | None:
    try:
        return connections.pending(_owner(req), list_page.vault(req))
    except Error:  # the service was switched off since
        return None


def _owner(req: Request) -> str:
    """Whose sign-in it is: one browser's, or one key's."""
    person = req.person
    return f"key:{person.key_id}" if person.key_id else f"session:{person.session_id}"


def _redirect(req: Request) -> str:
    """Where Spotify sends people back to: here if it would, else to the computer they sit at."""
    public = access.current().public
    if public is not None and public.scheme == "https":
        return _address(public) + CALLBACK
    here = _origin(req) + CALLBACK
    if connections.redirect_problem(here) is None:
        return here
    host = origins.parse_host(req.headers.get("host", ""))
    port = (host.port if host else None) or req.config.port
    return f"http://127.0.0.1:{port}{CALLBACK}"


def _origin(req: Request) -> str:
    host = origins.parse_host(req.headers.get("host", ""))
    if host is None:
        return ""
    return _address(origins.origin_of("https" if req.is_secure else "http", host))


def _address(origin: origins.Origin) -> str:
    name = f"[{origin.host}]" if ":" in origin.host else origin.host
    is_usual = origins.DEFAULT_PORTS.get(origin.scheme) == origin.port
    return f"{origin.scheme}://{name}" + ("" if is_usual else f":{origin.port}")
