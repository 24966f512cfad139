"""API keys: a script's way in. Shown once; the row keeps a hash, and a prefix to tell them by."""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import peewee

from mvidarr.core import clock, crypto, db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound, Unavailable
from mvidarr.core.terms import Role
from mvidarr.models import ApiKey, User

log = logging.getLogger(__name__)
SEEN_EVERY = 60 * clock.SECOND
MOST = 50  # live keys of one person
_revoked_at: Any = ApiKey.revoked_at


def create(user_id: int, name: str, role: Role) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown now and never again.

    Raises Invalid for a role above the owner's.
    """
    name = text.tidy(name)
    if not 1 <= len(name) <= 255:
        raise Invalid({"name": "Give the key a name of 255 characters or fewer."})
    prefix = secrets.token_hex(4)
    key = f"mvd_{prefix}_{secrets.token_hex(20)}"
    with db.atomic():
        owner = User.get_or_none(User.id == user_id)
        if owner is None:
            raise NotFound("There is no such person.")
        if not Role(owner.role).includes(role):
            raise Invalid({"role": f"A key cannot do more than its owner, who is {owner.role}."})
        if len(of_user(user_id)) >= MOST:
            raise Conflict(f"Nobody may have more than {MOST} keys; revoke one first.")
        row = ApiKey.create(
            user=user_id, name=name, prefix=prefix, token_hash=crypto.digest(key), role=role.value
        )
    return row, key


def find(key: str) -> Any | None:
    """The key and its owner, in one query; None when it does not hold."""
    row = (
        ApiKey.select(
            ApiKey.id,
            ApiKey.role.alias("key_role"),
            ApiKey.seen_at,
            ApiKey.user,
            User.name,
            User.role,
            User.prefs,
        )
        .join(User)
        .where(
            ApiKey.token_hash == crypto.digest(key),
            _revoked_at.is_null(),
            User.active == True,  # noqa: E712 - SQL
        )
        .namedtuples()
        .first()
    )
    if row is not None and clock.now() - (row.seen_at or 0) >= SEEN_EVERY:
        _seen(row.id)
    return row


def of_user(user_id: int) -> Sequence[ApiKey]:
    """Live keys, newest first."""
    rows = ApiKey.select().where(ApiKey.user == user_id, _revoked_at.is_null())
    return sorted(rows, key=lambda row: row.id, reverse=True)


def revoke(key_id: int, user_id: int) -> None:
    """Raises NotFound for a key that is somebody else's or revoked already."""
    if not _revoke(ApiKey.id == key_id, user_id):
        raise NotFound("There is no such key.")


def revoke_all(user_id: int) -> int:
    return _revoke(ApiKey.user == user_id, user_id)


def _revoke(which: Any, user_id: int) -> int:
    now = clock.now()
    with db.atomic():
        gone: int = (
            ApiKey.update(revoked_at=now, updated_at=now)
            .where(which, ApiKey.user == user_id, _revoked_at.is_null())
            .execute()
        )
    return gone


def _seen(key_id: int) -> None:
    try:
        with db.impatient(), db.atomic():
            ApiKey.update(seen_at=clock.now()).where(ApiKey.id == key_id).execute()
    except (Unavailable, peewee.OperationalError) as error:
        log.warning("key not noted error=%s", error)
