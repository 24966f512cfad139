"""Browsers that are signed in: rows whose token is only in the cookie, their SHA-256 in the row.

The row is found by that hash, so the time of the look-up tells nothing about a token.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import peewee

from mvidarr.core import clock, crypto, db
from mvidarr.core.errors import NotFound, Unavailable
from mvidarr.models import Session, User
from mvidarr.settings import get as setting
from mvidarr.settings import options

log = logging.getLogger(__name__)
SEEN_EVERY = 60 * clock.SECOND
AGENT_LENGTH = 255


def start(user: User, ip: str, agent: str) -> str:
    """Sign a browser in; answers the token for its cookie, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with db.atomic():
        epoch = User.select(User.epoch).where(User.id == user.id).scalar()
        Session.create(
            user=user.id,
            token_hash=crypto.digest(token),
            epoch=epoch,
            created_at=now,
            expires_at=now + setting(options.session_days) * clock.DAY,
            seen_at=now,
            ip=ip[:64],
            agent=agent[:AGENT_LENGTH],
        )
    return token


def find(token: str, ip: str) -> Any | None:
    """The session and its owner, in one query; None when it does not hold (any more)."""
    row = (
        Session.select(
            Session.id,
            Session.created_at,
            Session.expires_at,
            Session.seen_at,
            Session.user,
            User.name,
            User.role,
            User.prefs,
        )
        .join(User)
        .where(
            Session.token_hash == crypto.digest(token),
            Session.epoch == User.epoch,
            User.active == True,  # noqa: E712 - SQL
        )
        .namedtuples()
        .first()
    )
    if row is None:
        return None
    now = clock.now()
    if now >= _end(row):
        _note(lambda: Session.delete().where(Session.id == row.id).execute())
        return None
    if now - row.seen_at >= SEEN_EVERY:
        _note(lambda: _seen(row, now, ip))
    return row


def of_user(user_id: int) -> Sequence[Session]:
    """Live sessions, the one used last first."""
    rows = (
        Session.select(Session)
        .join(User)
        .where(Session.user == user_id, Session.epoch == User.epoch)
    )
    now = clock.now()
    live = [row for row in rows if now < _end(row)]
    return sorted(live, key=lambda row: (row.seen_at, row.id), reverse=True)


def revoke(session_id: int, user_id: int) -> None:
    """Sign one browser of this person out; raises NotFound for somebody else's."""
    with db.atomic():
        gone = Session.delete().where(Session.id == session_id, Session.user == user_id).execute()
    if not gone:
        raise NotFound("There is no such session.")


def end(session_id: int) -> None:
    """Forget a session that its own browser gives up."""
    with db.atomic():
        Session.delete().where(Session.id == session_id).execute()


def revoke_all(user_id: int, keep: int | None = None) -> int:
    """Sign every browser of this person out, but the session `keep`; answers how many."""
    query = Session.delete().where(Session.user == user_id)
    if keep is not None:
        query = query.where(Session.id != keep)
    with db.atomic():
        gone: int = query.execute()
    return gone


def purge() -> int:
    """Drop sessions that have run out."""
    now = clock.now()
    idle = now - setting(options.session_idle_days) * clock.DAY
    old = (Session.expires_at <= now) | (Session.seen_at <= idle)
    with db.atomic():
        gone: int = Session.delete().where(old).execute()
    return gone


def _end(row: Any) -> int:
    """When this session ends, by the settings of today; constant use does not move the last day."""
    days, idle_days = setting(options.session_days), setting(options.session_idle_days)
    longest: int = min(row.expires_at, row.created_at + days * clock.DAY)
    idle: int = row.seen_at + idle_days * clock.DAY
    return min(longest, idle)


def _seen(row: Any, now: int, ip: str) -> None:
    with db.atomic():
        Session.update(seen_at=now, ip=ip[:64]).where(Session.id == row.id).execute()
        User.update(seen_at=now).where(User.id == row.user).execute()


def _note(write: Any) -> None:
    """Write what is only nice to know: reading goes on while the database cannot be written."""
    try:
        with db.impatient():
            write()
    except (Unavailable, peewee.OperationalError) as error:
        log.warning("session not noted error=%s", error)
