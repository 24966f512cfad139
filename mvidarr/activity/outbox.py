"""Who is told of an event: a row for each, in the transaction that records the event.

How they are told is the matter of `delivery`, which looks for rows that are due.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN

from mvidarr import models
from mvidarr.core import batches, clock
from mvidarr.core.terms import Role, WorkState

Outbox: Final[Any] = models.Outbox
Target: Final[Any] = models.Target
User: Final[Any] = models.User

NOBODY = 0  # an artist that there never is
_AT_ONCE = 200  # rows of one statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A target that wants to know: `artists` it is about, none for all; whose it is."""

    name: str
    artists: frozenset[int]
    user_id: int | None
    is_admin: bool

    def may_read(self, event: models.Event, personal: bool) -> bool:
        concerns = not self.artists or event.artist_id in self.artists
        return concerns and (not personal or self.is_admin or self.user_id == event.user_id)


def readers(kind: str) -> Sequence[Reader]:
    """Who wants to know of a kind of event that can be told."""
    return [reader for reader, kinds in _told() if not kinds or kind in kinds]


def is_told(target_id: int) -> bool:
    """Whether anything is told there at all, as of now."""
    return any(reader.name == str(target_id) for reader, _ in _told())


def tell(events: Iterable[models.Event], whom: Sequence[Reader], *, personal: bool = False) -> None:
    """Have those told who may read of it; `personal`: not everybody may."""
    rows = [
        _row(event.id, reader.name, clock.now())
        for event in events
        for reader in whom
        if reader.may_read(event, personal)
    ]
    for some in batches.of(rows, _AT_ONCE):
        Outbox.insert_many(some).execute()


def add(event_id: int, target: str, at: int | None = None) -> models.Outbox:
    """Have one target told of one event, from `at` (ms) on."""
    row: models.Outbox = Outbox.create(**_row(event_id, target, clock.now() if at is None else at))
    return row


def key(event_id: int, target: str) -> str:
    """The `active_key` of a row."""
    return f"{event_id}:{target}"


def end(which: Any, state: WorkState, **columns: Any) -> None:
    """Have rows wait no more."""
    now = clock.now()
    ended = {"state": state, "active_key": None, "ended_at": now, "updated_at": now}
    Outbox.update(**ended, **columns).where(which).execute()


def follow_artist(artist_id: int, now: int = NOBODY) -> None:
    """Have targets that are about an artist be about the one that it is part of now.

    Whoever was about an artist that is gone is about nobody, and never about all.
    """
    for target in Target.select(Target.id, Target.artists):
        if artist_id in target.artists:
            others = [one for one in target.artists if one not in (artist_id, now, NOBODY)]
            left = [*others, now] if now != NOBODY or not others else others
            Target.update(artists=left).where(Target.id == target.id).execute()


def _told() -> Iterator[tuple[Reader, Sequence[str]]]:
    """Who is told, each with the kinds that they chose, none for all.

    Nobody is told for a person who was switched off, or who may manage no targets any more.
    """
    query = (
        Target.select(Target.id, Target.events, Target.artists, User.id, User.role, User.active)
        .join(User, JOIN.LEFT_OUTER, on=(User.id == Target.by_user_id))
        .where(Target.active == True)  # noqa: E712 - SQL
    )
    for ident, kinds, artists, user_id, role, active in query.tuples():
        if role is None or (active and Role(role).includes(Role.MANAGER)):
            is_admin = role in (None, Role.ADMIN)
            about = frozenset(artists)
            yield Reader(name=str(ident), artists=about, user_id=user_id, is_admin=is_admin), kinds


def _row(event_id: int, target: str, at: int) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "target": target,
        "active_key": key(event_id, target),
        "next_try_at": at,
    }
