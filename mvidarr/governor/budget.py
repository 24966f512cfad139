"""Slots and tokens: each request takes one of both in the service's row, whichever process asks.

Slots keep the pace between two requests, tokens how many there are in an hour: the bucket holds a
full hour's and fills up evenly.
"""

import random
import time
from collections.abc import Iterable
from typing import Any

from mvidarr.core import clock, db
from mvidarr.core.errors import TooSoon
from mvidarr.models import Service

DEFAULT_PACE = 1_000  # ms
DEFAULT_HOURLY = 3_600
JITTER = 0.25  # part of a pace by which slots are later, so that requests do not come in a beat
_WINDOW = clock.HOUR
_LONGEST_QUEUE = clock.HOUR  # nobody waits as long for a slot


def reserve(
    name: str,
    *,
    wait: float = 60.0,
    pace: int = DEFAULT_PACE,
    hourly: int = DEFAULT_HOURLY,
    cost: float = 1.0,
) -> None:
    """Wait for the next slot and token of a service and take them.

    `wait`: seconds to wait at the most; `pace`: ms to the slot after, at least; `cost`: tokens.
    Raises TooSoon when it would be longer, and takes nothing then. No transaction is open while
    it waits.
    """
    with db.session():
        slot = db.transact(lambda: _take(name, int(wait * 1000), pace, hourly, cost))
    delay = slot - clock.now()
    if delay > 0:
        time.sleep(delay / 1000)


def tokens(row: Service, hourly: int) -> float:
    """What is in the bucket now; less than nothing while some wait for theirs."""
    if row.tokens is None or row.tokens_at is None:
        return float(hourly)
    passed = clock.now() - row.tokens_at
    if passed < -_WINDOW:  # a clock was set back
        return float(hourly)
    held = row.tokens + max(0, passed) * hourly / _WINDOW
    return float(max(-hourly, min(hourly, held)))


def used(row: Service) -> int:
    """Requests in the present hour."""
    return row.budget_used if _is_this_hour(row, clock.now()) else 0


def row(name: str) -> Service:
    """The service's row, made when it is missing; for reading outside a transaction."""
    found: Service | None = Service.get_or_none(Service.name == name)
    if found is None:
        Service.insert(name=name, since=clock.now()).on_conflict_ignore().execute()
        found = Service.get(Service.name == name)
    return found


def rows(names: Iterable[str]) -> dict[str, Service]:
    """The rows of several services by their names; a new one for a service never asked."""
    table: Any = Service
    known = {one.name: one for one in table.select()}
    return {name: known.get(name) or Service(name=name, details={}) for name in names}


def locked(name: str) -> Service:
    """The service's row, held against other writers until the transaction ends."""
    query = Service.select().where(Service.name == name)
    # SQLite's transaction is immediate: nobody else writes anyway
    query = query if db.is_sqlite() else query.for_update()
    found: Service | None = query.first()
    if found is None:
        Service.insert(name=name, since=clock.now()).on_conflict_ignore().execute()
        found = query.get()
    return found


def _take(name: str, patience: int, pace: int, hourly: int, cost: float) -> int:
    service = locked(name)
    now = clock.now()
    left = tokens(service, hourly) - cost
    counted_at = _counted_at(service, now)
    slot = _slot(service, now)
    if left < 0:
        slot = max(slot, counted_at + round(-left * _WINDOW / hourly))
    if slot - now > patience:
        raise TooSoon(_refusal(slot - now), retry_after=(slot - now) / 1000)
    is_known = _is_this_hour(service, now)
    Service.update(
        next_slot_at=slot + round(pace * (1 + JITTER * random.random())),
        tokens=left,
        tokens_at=counted_at,
        budget_used=service.budget_used + 1 if is_known else 1,
        budget_from=service.budget_from if is_known else now,
    ).where(Service.id == service.id).execute()
    return slot


def _slot(service: Service, now: int) -> int:
    is_queue = now < service.next_slot_at < now + _LONGEST_QUEUE  # else a clock was set back
    return service.next_slot_at if is_queue else now


def _is_this_hour(service: Service, now: int) -> bool:
    return abs(now - service.budget_from) < _WINDOW


def _counted_at(service: Service, now: int) -> int:
    """When the bucket was counted: another machine's clock may be a little ahead of ours, and what
    it won must not be won twice."""
    known = service.tokens_at
    return known if known is not None and now < known <= now + _WINDOW else now


def _refusal(ms: int) -> str:
    if ms < clock.MINUTE:
        return "This service is busy; try again shortly."
    minutes = -(-ms // clock.MINUTE)
    return f"What this service may be asked in an hour is used up; try again in {minutes} min."
