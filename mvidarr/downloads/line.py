"""The line: downloads that wait, in the order in which they are taken.

A few rows of each state are read from the index and merged, so that it costs the same however long
the line is.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mvidarr.core.terms import WorkState
from mvidarr.library.tables import Download

WAITING = (WorkState.QUEUED, WorkState.PAUSED, WorkState.PARKED)


class Spot(NamedTuple):
    """Where a download stands; spots compare as their downloads come."""

    priority: int
    position: int
    id: int


_COLUMNS = (Download.priority, Download.position, Download.id)


def spots(
    limit: int,
    beyond: Spot | None = None,
    *,
    backwards: bool = False,
    states: Sequence[WorkState] = WAITING,
) -> list[Spot]:
    """Spots from an end of the line, or beyond one of them; the nearest first."""
    found = [spot for state in states for spot in _of(state, limit, beyond, backwards)]
    return sorted(found, reverse=backwards)[:limit]


def count_before(spot: Spot) -> int:
    """How many wait in front of it."""
    before = Download.state.in_(WAITING) & _beyond(spot, backwards=True)
    return int(Download.select().where(before).count())


def _of(state: WorkState, limit: int, beyond: Spot | None, backwards: bool) -> list[Spot]:
    query = Download.select(*_COLUMNS).where(Download.state == state)
    if beyond is not None:
        query = query.where(_beyond(beyond, backwards))
    order = [column.desc() if backwards else column.asc() for column in _COLUMNS]
    return [Spot(*values) for values in query.order_by(*order).limit(limit).tuples()]


def _beyond(spot: Spot, backwards: bool) -> Any:
    """Spelled out, because MariaDB cannot use an index for row values."""
    priority, position, ident = _COLUMNS
    if backwards:
        same = (position < spot.position) | ((position == spot.position) & (ident < spot.id))
        return (priority <= spot.priority) & ((priority < spot.priority) | same)
    same = (position > spot.position) | ((position == spot.position) & (ident > spot.id))
    return (priority >= spot.priority) & ((priority > spot.priority) | same)
