"""Who is told of an event: a row for each, in the transaction that records the event.

How they are told is the matter of `delivery`, which looks for rows that are due.
"""

from collections.abc import Iterable
from typing import Any, Final

from mvidarr import models
from mvidarr.core import clock

Outbox: Final[Any] = models.Outbox
Target: Final[Any] = models.Target


def readers(kind: str) -> list[tuple[str, frozenset[int]]]:
    """Targets that want to know of a kind of event, each with the artists it is about; none: all.

    `kind` is one that can be told.
    """
    query = Target.select(Target.id, Target.events, Target.artists).where(Target.active == True)  # noqa: E712 - SQL
    return [
        (str(ident), frozenset(artists))
        for ident, kinds, artists in query.tuples()
        if not kinds or kind in kinds
    ]


def tell(event: models.Event, names: Iterable[tuple[str, frozenset[int]]]) -> None:
    """Have those told whom the event's artist concerns."""
    for name, artists in names:
        if not artists or event.artist_id in artists:
            add(event.id, name)


def add(event_id: int, target: str, at: int | None = None) -> models.Outbox:
    """Have one target told of one event, from `at` (ms) on."""
    row: models.Outbox = Outbox.create(
        event_id=event_id,
        target=target,
        active_key=f"{event_id}:{target}",
        next_try_at=clock.now() if at is None else at,
    )
    return row
