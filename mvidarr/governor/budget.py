"""Slots and tokens: each request takes one of both in the service's row, whichever process asks.

Slots keep the pace between two requests, tokens how many there are in an hour: the bucket holds a
full hour's and fills up evenly. Work in the background spares some for whoever cannot wait.
"""

import math
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from mvidarr.core import clock, db
from mvidarr.core.errors import TooSoon
from mvidarr.models import Service

DEFAULT_PACE = 1_000  # ms
DEFAULT_HOURLY = 3_600
JITTER = 0.25  # part of a pace by which slots are later, so that requests do not come in a beat
_WINDOW = clock.HOUR
# further ahead is no line for slots and no other machine's clock, but a clock that was set back
_AHEAD = 10 * clock.MINUTE


def reserve(
    name: str,
    *,
    wait: float = 60.0,
    pace: int = DEFAULT_PACE,
    hourly: int = DEFAULT_HOURLY,
    cost: float = 1.0,
    spare: float = 0.0,
) -> None:
    """Wait for the next slot and token of a service and take them.

    `wait`: seconds to wait at the most; `pace`: ms to the slot after, at least; `cost`: tokens;
    `spare`: tokens that stay in the bucket. Raises TooSoon when it would be longer, and takes
    nothing then. No transaction is open while it waits.
    """
    turn = _Turn(pace=pace, hourly=hourly, cost=cost, spare=spare)
    patience, is_taken = round(wait * 1000), False
    while not is_taken:
        with db.session():
            delay, is_taken = db.transact(partial(_take, name, turn, patience))
        patience -= delay
        if delay > 0:
            time.sleep(delay / 1000)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """What `reserve` was asked for."""

    pace: int
    hourly: int
    cost: float
    spare: float


def tokens(row: Service, hourly: int) -> float:
    """What is in the bucket now; less than nothing while some wait for theirs."""
    if row.tokens is None or row.tokens_at is None:
        return float(hourly)
    passed = clock.now() - row.tokens_at
    if passed < -_AHEAD:
        return float(hourly)
    held = row.tokens + max(0, passed) * hourly / _WINDOW
    return float(max(-hourly, min(hourly, held)))


def used(row: Service) -> int:
    """Requests in the present hour."""
    return row.budget_used if _is_this_hour(row, clock.now()) else 0


def row(name: str) -> Service:
    """The service's row, for reading: one that is not kept for a service never asked."""
    return rows([name])[name]


def rows(names: Iterable[str]) -> dict[str, Service]:
    """The rows of several services by their names, as `row` answers them."""
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


def change(row: Service, **columns: Any) -> None:
    """Write some columns of a row, which `locked` answered in the same transaction."""
    table: Any = Service
    table.update(**columns, updated_at=clock.now()).where(table.id == row.id).execute()


def _take(name: str, turn: _Turn, patience: int) -> tuple[int, bool]:
    """Ms to wait, and whether slot and token are ours then; else that is the time to ask again."""
    service = locked(name)
    now = clock.now()
    left = tokens(service, turn.hourly) - turn.cost
    counted_at = _counted_at(service, now)
    slot = _slot(service, now)
    short = turn.spare - left
    if short > 0:
        slot = max(slot, counted_at + math.ceil(short * _WINDOW / turn.hourly))
    if slot - now > patience:
        raise TooSoon(_refusal(slot - now), retry_after=(slot - now) / 1000)
    if short > 0 and turn.spare:  # of what is still to come it sets nothing aside for itself
        return slot - now, False
    is_known = _is_this_hour(service, now)
    change(
        service,
        next_slot_at=slot + round(turn.pace * (1 + JITTER * random.random())),
        tokens=left,
        tokens_at=counted_at,
        budget_used=service.budget_used + 1 if is_known else 1,
        budget_from=service.budget_from if is_known else now,
    )
    return slot - now, True


def _slot(service: Service, now: int) -> int:
    return max(now, service.next_slot_at) if service.next_slot_at <= now + _AHEAD else now


def _is_this_hour(service: Service, now: int) -> bool:
    return abs(now - service.budget_from) < _WINDOW


def _counted_at(service: Service, now: int) -> int:
    """When the bucket was counted: another machine's clock may be a little ahead of ours, and what
    it won must not be won twice."""
    known = service.tokens_at
    return known if known is not None and now < known <= now + _AHEAD else now


def _refusal(ms: int) -> str:
    if ms < clock.MINUTE:
        return "This service is busy; try again shortly."
    minutes = -(-ms // clock.MINUTE)
    return f"What this service may be asked in an hour is used up; try again in {minutes} min."
