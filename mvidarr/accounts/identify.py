"""Who is behind a request: the owner of its session cookie or of its API key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mvidarr.accounts import keys, roles, sessions
from mvidarr.core.terms import Role

COOKIE = "mvidarr_session"
SECURE_COOKIE = "__Host-mvidarr_session"  # browsers take this name over HTTPS only
COOKIES = (SECURE_COOKIE, COOKIE)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody, with the role that holds for this request: a key may lower its owner's."""

    id: int
    name: str
    role: Role
    prefs: Mapping[str, Any] = field(default_factory=dict)
    session_id: int | None = None
    key_id: int | None = None

    def can(self, role: str) -> bool:
        return self.role.includes(Role(role))


def identify(cookies: Mapping[str, str], headers: Mapping[str, str], *, ip: str) -> Person | None:
    """The person behind a cookie or, where headers are given, an API key.

    A key that does not hold is nobody: it never falls back to a cookie.
    """
    key = key_of(headers)
    if key is not None:
        return _by_key(key)
    token = next((cookies[name] for name in COOKIES if name in cookies), None)
    return _by_session(token, ip) if token else None


def key_of(headers: Mapping[str, str]) -> str | None:
    """The API key of `X-Api-Key` or `Authorization: Bearer`; other schemes are not ours."""
    given = headers.get("x-api-key")
    if given is not None:
        return given.strip()
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _by_session(token: str, ip: str) -> Person | None:
    row = sessions.find(token, ip)
    if row is None:
        return None
    return Person(
        id=row.user,
        name=row.name,
        role=Role(row.role),
        prefs=row.prefs,
        session_id=row.id,
    )


def _by_key(key: str) -> Person | None:
    row = keys.find(key)
    if row is None:
        return None
    return Person(
        id=row.user,
        name=row.name,
        role=roles.lower(Role(row.role), Role(row.key_role)),
        prefs=row.prefs,
        key_id=row.id,
    )
