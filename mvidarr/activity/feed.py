"""The feed: events as one person may see them, the newest first, and which of them are new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mvidarr import models
from mvidarr.activity.events import BY_NAME, KINDS
from mvidarr.core import db
from mvidarr.core.db import Order, Page, Place

Event: Final[Any] = models.Event
User: Final[Any] = models.User

FEED = tuple(kind.name for kind in KINDS if kind.can_be_told)
AUDIT = tuple(kind.name for kind in KINDS if kind.audit)
HIDDEN = tuple(kind.name for kind in KINDS if not kind.can_be_told)
PERSONAL = tuple(kind.name for kind in KINDS if kind.personal)
# what one should hear of, rather than what is only worth looking up
NOTABLE = tuple(name for name in FEED if BY_NAME[name].level != "info")
LEVELS = ("good", "warn", "bad", "info")
MOST_NEW = 99
_ORDER = Order(name="id", column=Event.id, id=Event.id, descending=True)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads: administrators see what concerns others too."""

    id: int
    is_admin: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`kinds`: none for the whole feed; `level` one of LEVELS, empty for all."""

    kinds: Sequence[str] = ()
    level: str = ""
    artist_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """An event that somebody should hear of."""

    id: int
    kind: str
    user_id: int | None


def page(wanted: Wanted, reader: Reader, place: Place) -> Page:
    return db.page(_chosen(wanted, reader), _ORDER, place, lambda event: (event.id, event.id))


def count(wanted: Wanted, reader: Reader) -> tuple[int, bool]:
    return db.capped_count(_chosen(wanted, reader))


def recent() -> list[Recent]:
    """The newest of those that anybody should hear of."""
    query = Event.select(Event.id, Event.kind, Event.user_id).where(Event.kind.in_(NOTABLE))
    newest = query.order_by(Event.id.desc()).limit(MOST_NEW)
    return [Recent(*row) for row in newest.tuples()]


def unread(events: Iterable[Recent], reader: Reader, seen: int) -> int:
    """How many of these are new to somebody: what they did themselves is not."""
    return sum(
        event.id > seen
        and event.user_id != reader.id
        and (reader.is_admin or event.kind not in PERSONAL)
        for event in events
    )


def people(events: Iterable[models.Event]) -> dict[int, str]:
    """The names of those who did something."""
    ids = {event.user_id for event in events} - {None}
    return dict(User.select(User.id, User.name).where(User.id.in_(list(ids))).tuples())


def _chosen(wanted: Wanted, reader: Reader) -> Any:
    allowed = {*FEED, *(AUDIT if reader.is_admin else ())}
    kinds = [name for name in wanted.kinds if name in allowed]
    # not "one of the feed": SQLite would look each of them up and sort what it found
    which = Event.kind.in_(kinds) if wanted.kinds else Event.kind.not_in(HIDDEN)
    query = Event.select().where(which)
    if not reader.is_admin:
        query = query.where(Event.kind.not_in(PERSONAL) | (Event.user_id == reader.id))
    if wanted.level:
        query = query.where(Event.level == wanted.level)
    if wanted.artist_id is not None:
        query = query.where(Event.artist_id == wanted.artist_id)
    return query
