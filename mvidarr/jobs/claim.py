"""Claim rows that are work: one owner at a time, under a lease that heartbeats renew.

Works on every table with the claim columns, by UPDATE and row counts alone, since that is what
SQLite and MariaDB share. A row whose lease ran out is claimed by nobody before `reap` took it back:
so losses are counted in one place. Times that a clock wrote which was ahead are not waited for.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mvidarr import activity
from mvidarr.core import clock, db
from mvidarr.core.terms import ACTIVE, Cause, WorkState
from mvidarr.models import ClaimColumns, Download, Job

M = TypeVar("M", bound=ClaimColumns)

LEASE_MS = 60 * clock.SECOND
MOST_LOSSES = 10
AHEAD = clock.HOUR  # what was written so far in the future was written by a clock that was wrong
CRASHED = "The program stopped unexpectedly while it worked on this, ten times in a row."

_TOPICS: Mapping[type[ClaimColumns], str] = {Download: "downloads", Job: "jobs"}
_NOBODY: dict[str, Any] = {"owner": None, "lease_until": None}


@dataclass(frozen=True, kw_only=True)
class Again:
    """How a row goes back to wait; `counted`: the attempt counts as failed."""

    next_try_at: int
    counted: bool = False
    cause: Cause | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reaped:
    """Rows that were taken from owners who had gone: those that wait again, and those given up."""

    queued: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()


def due(model: type[ClaimColumns], now: int, limit: int = 1, among: Any = None) -> list[int]:
    """Ids of rows that can be claimed, the first to take first; `among`: those of a condition."""
    table: Any = model
    order = (table.priority, getattr(table, "position", table.id), table.id)
    query = table.select(table.id).where(_is_due(table, now)).order_by(*order).limit(limit)
    query = query if among is None else query.where(among)
    return [row_id for (row_id,) in query.tuples()]


def claim(model: type[M], row_id: int, owner: str) -> M | None:
    """The row, if it was due and is ours now; its own `owner` is what the other calls want.

    Each claim has an owner of its own below `owner`: a row that was paused and resumed in a moment
    is not taken for theirs by those who worked on it before.
    """
    table: Any = model
    now = clock.now()
    columns = {
        "state": WorkState.RUNNING,
        "owner": f"{owner}.{secrets.token_hex(4)}",
        "lease_until": now + LEASE_MS,
        "started_at": now,
        "cause": None,
        "last_error": None,
    }
    with db.atomic():
        if not _update(model, (table.id == row_id) & _is_due(table, now), columns):
            return None
        _touch(model, [row_id])
        row: M = table.get_by_id(row_id)
        return row


def holds(model: type[ClaimColumns], row_id: int, owner: str) -> bool:
    """Whether the row is still ours."""
    return bool(model.select().where(_ours(model, row_id, owner)).exists())


def heartbeat(model: type[ClaimColumns], row_id: int, owner: str, **columns: Any) -> bool:
    """Renew the lease and note how far the work is; false when the row is ours no more."""
    with db.atomic():
        beat = {**columns, "lease_until": clock.now() + LEASE_MS}
        # MariaDB does not count a row whose values stay the same
        ours = _update(model, _ours(model, row_id, owner), beat) or holds(model, row_id, owner)
        if ours and columns:
            _touch(model, [row_id])
        return bool(ours)


def finish(
    model: type[ClaimColumns], row_id: int, owner: str, state: WorkState, **columns: Any
) -> bool:
    """Let go of a row of ours, in its new state; false when it is ours no more."""
    return _let_go(model, row_id, owner, {**_entering(state), **columns})


def requeue(model: type[ClaimColumns], row_id: int, owner: str, again: Again) -> bool:
    """Give a row of ours back to the queue; false when it is ours no more."""
    table: Any = model
    columns: dict[str, Any] = {
        **_NOBODY,
        "state": WorkState.QUEUED,
        "next_try_at": again.next_try_at,
        "cause": again.cause,
        "last_error": again.error and again.error[:1000],
    }
    if again.counted:
        columns["attempts"] = table.attempts + 1
    return _let_go(model, row_id, owner, columns)


def move(
    model: type[ClaimColumns],
    row_id: int,
    states: Iterable[WorkState],
    state: WorkState,
    **columns: Any,
) -> bool:
    """Change the state for a person, whoever owns the row; false when it is in none of `states`."""
    table: Any = model
    with db.atomic():
        where = (table.id == row_id) & table.state.in_(list(states))
        moved = _update(model, where, {**_entering(state), **columns})
        if moved:
            _touch(model, [row_id])
        return bool(moved)


def reap(model: type[ClaimColumns], now: int) -> Reaped:
    """Take back rows whose owner fell silent; the tenth time they fail."""
    table: Any = model
    over = (table.lease_until < now) | (table.lease_until > now + AHEAD)
    silent = (table.state == WorkState.RUNNING) & over
    return _take_back(model, silent, now)


def release_owner(model: type[ClaimColumns], instance: str, *, is_loss: bool = True) -> Reaped:
    """Take back what processes of this data folder have; they are known to be dead.

    Not a loss: this process is about to end, and says so in time.
    """
    table: Any = model
    theirs = (table.state == WorkState.RUNNING) & table.owner.startswith(f"{instance}.")
    return _take_back(model, theirs, clock.now(), losses=1 if is_loss else 0)


def _take_back(model: type[ClaimColumns], which: Any, now: int, losses: int = 1) -> Reaped:
    table: Any = model
    if not table.select().where(which).exists():
        return Reaped()  # the usual case takes no write lock
    with db.atomic():
        found = list(table.select(table.id, table.losses).where(which).tuples())
        hopeless = tuple(row_id for row_id, before in found if before + losses >= MOST_LOSSES)
        others = tuple(row_id for row_id, before in found if before + losses < MOST_LOSSES)
        lost = {"losses": table.losses + losses, **_NOBODY}
        _update(
            model, table.id.in_(others), {**lost, "state": WorkState.QUEUED, "next_try_at": now}
        )
        failed = {**_entering(WorkState.FAILED), "cause": Cause.CRASHED, "last_error": CRASHED}
        _update(model, table.id.in_(hopeless), {**lost, **failed})
        _touch(model, [*others, *hopeless])
    return Reaped(queued=others, failed=hopeless)


def _let_go(model: type[ClaimColumns], row_id: int, owner: str, columns: Mapping[str, Any]) -> bool:
    with db.atomic():
        went = _update(model, _ours(model, row_id, owner), columns)
        if went:
            _touch(model, [row_id])
        return bool(went)


def _is_due(table: Any, now: int) -> Any:
    is_time = (table.next_try_at <= now) | (table.updated_at > now + AHEAD)
    return (table.state == WorkState.QUEUED) & is_time


def _ours(model: type[ClaimColumns], row_id: int, owner: str) -> Any:
    table: Any = model
    return (table.id == row_id) & (table.owner == owner) & (table.state == WorkState.RUNNING)


def _entering(state: WorkState) -> dict[str, Any]:
    columns = {**_NOBODY, "state": state}
    if state not in ACTIVE:
        columns |= {"active_key": None, "ended_at": clock.now()}
    return columns


def _update(model: type[ClaimColumns], where: Any, columns: Mapping[str, Any]) -> int:
    query = model.update(**columns, updated_at=clock.now()).where(where)
    changed: int = query.execute()
    return changed


def _touch(model: type[ClaimColumns], row_ids: Iterable[int]) -> None:
    topic = _TOPICS.get(model)
    for row_id in row_ids if topic else ():
        activity.touch(str(topic), row_id)
        activity.touch("nav")
