"""The cookies we set, as keyword arguments of `Response.set_cookie`."""

from typing import Any

from mvidarr import settings
from mvidarr.accounts import identify
from mvidarr.core.crypto import Unreadable, Vault
from mvidarr.settings import options
from mvidarr.web import access, origins
from mvidarr.web.routing import Request

DEVICE = "mvidarr_device"
DAY = 24 * 60 * 60  # seconds
YEAR = 365 * DAY


def session(req: Request, token: str) -> dict[str, Any]:
    """The cookie that is the session; over HTTPS under a name that nothing else can set."""
    days = settings.get(options.session_days)
    return _cookie(req, _session_name(req), token, max_age=days * DAY)


def no_session(req: Request) -> list[dict[str, Any]]:
    """Take the session's cookie back, under either name that this browser may have it."""
    names = {_session_name(req), *(name for name in identify.COOKIES if name in req.cookies)}
    return [_cookie(req, name, "", max_age=0) for name in sorted(names)]


def device(req: Request, user_id: int) -> dict[str, Any]:
    """Mark a browser that somebody signed in with: strangers' guesses do not keep it out."""
    mark = Vault(req.config.secrets).sign(user_id, salt=DEVICE)
    return _cookie(req, DEVICE, mark, max_age=YEAR)


def device_owner(req: Request) -> int | None:
    """Whose mark this browser carries; None without a valid one."""
    if DEVICE not in req.cookies:
        return None
    try:
        found = Vault(req.config.secrets).unsign(req.cookies[DEVICE], salt=DEVICE, max_age=YEAR)
    except Unreadable:
        return None
    return found if isinstance(found, int) else None


def look(req: Request, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Theme and accent, so that the sign-in page looks right too."""
    return [_cookie(req, name, value, max_age=YEAR) for name, value in chosen.items()]


def _session_name(req: Request) -> str:
    return identify.SECURE_COOKIE if _is_secure(req) else identify.COOKIE


def _is_secure(req: Request) -> bool:
    """Whether the browser is on HTTPS, be it only as far as a proxy that does not say so."""
    host = origins.parse_host(req.headers.get("host", ""))
    behind = host is not None and origins.origin_of("https", host) == access.current().public
    return req.is_secure or behind


def _cookie(req: Request, name: str, value: str, *, max_age: int) -> dict[str, Any]:
    return {
        "key": name,
        "value": value,
        "max_age": max_age,
        "path": "/",
        "httponly": True,
        "samesite": "lax",  # strict signs people out of the installed app on Android
        "secure": _is_secure(req) or name.startswith("__Host-"),
    }
