"""Who is told of an event: a row for each, in the transaction that records the event.

How they are told is the matter of `delivery`, which looks for rows that are due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN

from mvidarr import models
from mvidarr.core import clock
from mvidarr.core.terms import Role

Outbox: Final[Any] = models.Outbox
Target: Final[Any] = models.Target
User: Final[Any] = models.User

NOBODY = 0  # an artist that there never is


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
    """Who wants to know of a kind of event that can be told.

    Nobody is told for a person who was switched off, or who may manage no targets any more.
    """
    query = (
        Target.select(Target.id, Target.events, Target.artists, User.id, User.role, User.active)
        .join(User, JOIN.LEFT_OUTER, on=(User.id == Target.by_user_id))
        .where(Target.active == True)  # noqa: E712 - SQL
    )
    return [
        Reader(
            name=str(ident),
            artists=frozenset(artists),
            user_id=user_id,
            is_admin=role in (None, Role.ADMIN),
        )
        for ident, kinds, artists, user_id, role, active in query.tuples()
        if (not kinds or kind in kinds) and _may_tell(role, active)
    ]


def tell(event: models.Event, whom: Iterable[Reader], *, personal: bool = False) -> None:
    """Have those told who may read of it; `personal`: not everybody may."""
    for reader in whom:
        if reader.may_read(event, personal):
            add(event.id, reader.name)


def add(event_id: int, target: str, at: int | None = None) -> models.Outbox:
    """Have one target told of one event, from `at` (ms) on."""
    row: models.Outbox = Outbox.create(
        event_id=event_id,
        target=target,
        active_key=f"{event_id}:{target}",
        next_try_at=clock.now() if at is None else at,
    )
    return row


def follow_artist(artist_id: int, now: int = NOBODY) -> None:
    """Have targets that are about an artist be about the one that it is part of now.

    Whoever was about an artist that is gone is about nobody, and never about all.
    """
    for target in Target.select(Target.id, Target.artists):
        if artist_id in target.artists:
            others = [one for one in target.artists if one not in (artist_id, now, NOBODY)]
            left = [*others, now] if now != NOBODY or not others else others
            Target.update(artists=left).where(Target.id == target.id).execute()


def _may_tell(role: str | None, active: bool | None) -> bool:
    return role is None or (bool(active) and Role(role).includes(Role.MANAGER))
