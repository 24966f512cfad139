"""Quotas by the day: what was used of them, counted in the database for all processes."""

from typing import Any, Final

from mvidarr import models
from mvidarr.core import clock, db
from mvidarr.core.errors import ServiceError
from mvidarr.integrations.youtube import pacific

Throttle: Final[Any] = models.Throttle


def spend(name: str, units: int, limit: int) -> None:
    """Count `units` of a service's quota of today, before they are asked for.

    Raises ServiceError, with the seconds until the next day, when fewer than these are left.
    """
    now = clock.now()
    with db.session():
        is_counted = db.transact(lambda: _spend(_key(name, now), units, limit))
    if not is_counted:
        raise ServiceError(
            name,
            f"Today's quota of {limit:,} units is used up. It begins anew at midnight in "
            "California.",
            retry_after=pacific.seconds_left(now),
        )


def used_today(name: str) -> int:
    """Units of today's quota that were used."""
    with db.session():
        row = Throttle.get_or_none(Throttle.key == _key(name, clock.now()))
    return int(row.tokens) if row else 0


def _key(name: str, now: int) -> str:
    return f"quota:{name}:{pacific.day(now)}"


def _spend(key: str, units: int, limit: int) -> bool:
    if _count(key, units, limit):
        return True
    if Throttle.select(Throttle.id).where(Throttle.key == key).exists():
        return False
    # the first of the day; days that are over go with the other old rows of the table
    Throttle.insert(key=key, tokens=0, at=clock.now()).on_conflict_ignore().execute()
    return _count(key, units, limit)


def _count(key: str, units: int, limit: int) -> bool:
    now = clock.now()
    counted: int = (
        Throttle.update(tokens=Throttle.tokens + units, at=now, updated_at=now)
        .where((Throttle.key == key) & (Throttle.tokens + units <= limit))
        .execute()
    )
    return counted > 0
