"""What each target was told, how each attempt went, and telling it once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN, fn

from mvidarr import activity, models
from mvidarr.activity import outbox as told
from mvidarr.core import clock, db
from mvidarr.core.db import Order, Page, Place
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import WorkState
from mvidarr.delivery import messages
from mvidarr.delivery.messages import Message
from mvidarr.settings import media_servers

Outbox: Final[Any] = models.Outbox
Delivery: Final[Any] = models.Delivery
Event: Final[Any] = models.Event
Target: Final[Any] = models.Target

ENDED = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED)


@dataclass(slots=True)
class Row:
    """One message on its way to a target. `status` and `took` (ms) are of the last attempt."""

    id: int
    event_id: int
    state: str
    attempts: int
    next_try_at: int
    last_error: str | None
    created_at: int
    ended_at: int | None
    kind: str | None
    title: str | None
    tries: Sequence[models.Delivery] = ()

    @property
    def headline(self) -> str:
        known = activity.BY_NAME.get(self.kind or "")
        return known.title if known else self.kind or "Something that is forgotten by now"

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def can_replay(self) -> bool:
        return self.state in ENDED and self.kind is not None


_COLUMNS = (
    *(Outbox.id, Outbox.event_id, Outbox.state, Outbox.attempts, Outbox.next_try_at),
    *(Outbox.last_error, Outbox.created_at, Outbox.ended_at, Event.kind, Event.title),
)
_ORDER = Order(name="id", column=Outbox.id, id=Outbox.id, descending=True)


def page(target_id: int, place: Place) -> Page:
    """A page of a target's messages with their attempts, the newest first."""
    found = db.page(_rows(target_id).tuples(), _ORDER, place, lambda row: (row[0], row[0]))
    rows = [Row(*row) for row in found.rows]
    _add_tries(rows)
    return Page(rows=rows, next=found.next, previous=found.previous)


def count(target_id: int) -> tuple[int, bool]:
    return db.capped_count(Outbox.select().where(Outbox.target == str(target_id)))


def get(target_id: int, row_id: int) -> Row:
    """Raises NotFound."""
    found = _rows(target_id).where(Outbox.id == row_id).tuples().first()
    if found is None:
        raise NotFound("There is no such message in this log.")
    row = Row(*found)
    _add_tries([row])
    return row


def message(row: Row) -> Message | None:
    """What is sent, with the names of today; None when the event is forgotten."""
    event = Event.get_or_none(Event.id == row.event_id)
    return messages.compose([event])[0] if event else None


def replay(target_id: int, row_id: int) -> Row:
    """Have a message that ended delivered once more, under its old delivery id."""

    def work() -> Row:
        row = get(target_id, row_id)
        if row.kind is None:
            raise Conflict("What this message said is forgotten by now.")
        if not told.is_told(target_id):
            raise Conflict("Nothing is told there now. Switch the notification on first.")
        now = clock.now()
        again = {
            "state": WorkState.QUEUED,
            "active_key": told.key(row.event_id, str(target_id)),
            "attempts": 0,
            "losses": 0,
            "next_try_at": now,
            "last_error": None,
            "ended_at": None,
            "updated_at": now,
        }
        ended = (Outbox.id == row_id) & Outbox.state.in_(ENDED)
        if not Outbox.update(**again).where(ended).execute():
            raise Conflict("This message is on its way already.")
        return get(target_id, row_id)

    return db.transact(work)


def troubles() -> list[tuple[str, str]]:
    """Targets and media servers whose last message did not arrive: the name, and why."""
    tried = Outbox.ended_at.is_null(False) | (Outbox.attempts > 0)
    newest = Outbox.select(fn.MAX(Outbox.id)).where(tried).group_by(Outbox.target)
    bad = Outbox.state.in_((WorkState.FAILED, WorkState.QUEUED, WorkState.RUNNING))
    query = Outbox.select(Outbox.target, Outbox.last_error).where(Outbox.id.in_(newest), bad)
    names = {server.name: server.title for server in media_servers.told()}
    active = Target.select(Target.id, Target.name).where(Target.active == True)  # noqa: E712 - SQL
    names |= {str(ident): name for ident, name in active.tuples()}
    found = [(names[target], error or "") for target, error in query.tuples() if target in names]
    return sorted(found)


def _rows(target_id: int) -> Any:
    query = Outbox.select(*_COLUMNS).join(Event, JOIN.LEFT_OUTER, on=(Event.id == Outbox.event_id))
    return query.where(Outbox.target == str(target_id))


def _add_tries(rows: Sequence[Row]) -> None:
    by_id = {row.id: row for row in rows}
    for row in rows:
        row.tries = []
    query = Delivery.select().where(Delivery.outbox.in_(list(by_id))).order_by(Delivery.id)
    for made in query:
        row = by_id[made.outbox_id]
        row.tries = [*row.tries, made]
