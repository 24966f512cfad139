"""Slots: each request reserves one in the service's row, whichever process asks."""

import time

from mvidarr.core import clock, db
from mvidarr.core.errors import TooSoon
from mvidarr.models import Service

DEFAULT_PACE = 1_000  # ms
_WINDOW = clock.HOUR
_LONGEST_QUEUE = clock.HOUR  # nobody waits as long for a slot


def reserve(name: str, *, wait: float = 60.0, pace: int = DEFAULT_PACE) -> None:
    """Wait for the next slot of a service and take it.

    `wait`: seconds to wait at the most; `pace`: ms to the slot after. Raises TooSoon when the
    queue is longer than that. No transaction is open while it waits.
    """
    with db.session():
        slot = db.transact(lambda: _take(name, int(wait * 1000), pace))
    delay = slot - clock.now()
    if delay > 0:
        time.sleep(delay / 1000)


def used(row: Service) -> int:
    """Requests in the present hour."""
    return row.budget_used if row.budget_from > clock.now() - _WINDOW else 0


def row(name: str) -> Service:
    """The service's row, made when it is missing; for reading outside a transaction."""
    found: Service | None = Service.get_or_none(Service.name == name)
    if found is None:
        Service.insert(name=name, since=clock.now()).on_conflict_ignore().execute()
        found = Service.get(Service.name == name)
    return found


def locked(name: str) -> Service:
    """The service's row, held against other writers until the transaction ends."""
    row(name)
    query = Service.select().where(Service.name == name)
    # SQLite's transaction is immediate: nobody else writes anyway
    found: Service = (query if db.is_sqlite() else query.for_update()).get()
    return found


def _take(name: str, patience: int, pace: int) -> int:
    service = locked(name)
    now = clock.now()
    is_queue = now < service.next_slot_at < now + _LONGEST_QUEUE  # else a clock was set back
    slot = service.next_slot_at if is_queue else now
    if slot - now > patience:
        raise TooSoon("This service is busy; try again shortly.", retry_after=(slot - now) / 1000)
    fresh = service.budget_from <= now - _WINDOW
    Service.update(
        next_slot_at=slot + pace,
        budget_used=1 if fresh else service.budget_used + 1,
        budget_from=now if fresh else service.budget_from,
    ).where(Service.id == service.id).execute()
    return slot
