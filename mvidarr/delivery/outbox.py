"""The outbox, worked off: the oldest row of each target first, and again until somebody takes it.

A target has one row under way at a time; while that one waits, those behind it wait too. Media
servers and people are told of all that waits for them at once: the others go along with the oldest.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from peewee import fn

from mvidarr import activity, models
from mvidarr.activity import outbox as told
from mvidarr.core import clock, db
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Error, NotConfigured, NotFound
from mvidarr.core.terms import WorkState
from mvidarr.delivery import letters, messages, servers, targets
from mvidarr.delivery.letters import Outcome
from mvidarr.jobs import claim
from mvidarr.jobs.claim import Again
from mvidarr.jobs.watch import Watch
from mvidarr.settings import media_servers

log = logging.getLogger(__name__)

Outbox: Final[Any] = models.Outbox
Delivery: Final[Any] = models.Delivery
Event: Final[Any] = models.Event

_MINUTES = (1, 5, 30, 120, 360, 360, 360)
PAUSES = tuple(minutes * clock.MINUTE for minutes in _MINUTES)
JITTER = 0.2
LONGEST = 24 * clock.HOUR  # the longest pause that a receiver may ask for
LATE = sum(PAUSES)  # what waited so long behind a row that was given up is given up with it
ALONG = 200  # rows that one refresh of a media server takes
ALONG_PEOPLE = 20  # rows that one message to a person takes
BROKEN = "An unexpected error stopped this; the log has the details."
GIVEN_UP = "The receiver could not be reached for most of a day."
_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one attempt delivers: a claimed row, and those that go along.

    `is_trial`: somebody waits for the answer, so there is no other attempt.
    """

    row: models.Outbox
    events: Sequence[models.Event]
    along: Sequence[models.Outbox] = ()
    is_trial: bool = False

    @property
    def rows(self) -> list[models.Outbox]:
        return [self.row, *self.along]


def due(now: int) -> list[int]:
    """The oldest row that waits for each target, if it is due and nobody tells that one now."""
    busy = Outbox.select(Outbox.target).where(Outbox.state == WorkState.RUNNING)
    waits = (Outbox.state == WorkState.QUEUED) & Outbox.target.not_in(busy)
    oldest = Outbox.select(fn.MIN(Outbox.id)).where(waits).group_by(Outbox.target)
    is_time = (Outbox.next_try_at <= now) | (Outbox.updated_at > now + claim.AHEAD)
    ready = is_time & Outbox.id.in_(oldest)
    query = Outbox.select(Outbox.id).where(ready).order_by(Outbox.next_try_at, Outbox.id)
    return [row_id for (row_id,) in query.tuples()]


def claim_next(owner: str) -> models.Outbox | None:
    """The next row to deliver, ours now."""
    for row_id in due(clock.now())[:_TRIES]:
        row = claim.claim(models.Outbox, row_id, owner)
        if row is not None:
            return row
    return None


def run(row: models.Outbox, stopping: Callable[[], bool], vault: Vault) -> None:
    """Make one attempt with a claimed row and write down what became of it."""
    owner = str(row.owner)
    with Watch(models.Outbox, row.id, owner, stopping) as watch:
        with db.session():
            batch = _batch(row)
        outcome = _attempt(batch, watch.should_stop, vault)
    with db.session():
        if watch.is_lost:
            log.info("delivery left id=%s target=%s", row.id, row.target)
        elif outcome is not None and not outcome.is_good and stopping():
            claim.requeue(models.Outbox, row.id, owner, Again(next_try_at=clock.now()))
        else:
            db.transact(lambda: settle(batch, owner, outcome))


def settle(batch: Batch, owner: str, outcome: Outcome | None) -> None:
    """Let go of the row; no outcome: there is nobody to tell any more."""
    row = batch.row
    columns: dict[str, Any] = {}
    if outcome is None:
        state = WorkState.CANCELLED
    elif outcome.is_good:
        state = WorkState.DONE
    else:
        if not (outcome.is_final or batch.is_trial or row.attempts >= len(PAUSES)):
            _again(batch, owner, outcome)
            return
        state = WorkState.FAILED
        columns = {"attempts": row.attempts + 1, "last_error": outcome.text[:1000]}
    if not claim.finish(models.Outbox, row.id, owner, state, **columns):
        return
    if outcome is not None:
        _note(batch.rows, outcome)
    _finish_along(batch, state, columns)
    if state is WorkState.FAILED and outcome is not None and not batch.is_trial:
        _give_up(row, outcome)


def _batch(row: models.Outbox) -> Batch:
    waiting = (Outbox.target == row.target) & (Outbox.state == WorkState.QUEUED)
    most = _most_along(row.target)
    others = Outbox.select().where(waiting).order_by(Outbox.id).limit(most)
    along = list(others) if most else []
    ids = [row.event_id, *(other.event_id for other in along)]
    events = Event.select().where(Event.id.in_(ids)).order_by(Event.id)
    return Batch(row=row, along=along, events=list(events))


def _most_along(target: str) -> int:
    if target in media_servers.BY_NAME:
        return ALONG
    is_person = target.isdecimal() and targets.kind_of(int(target)) == letters.APPRISE
    return ALONG_PEOPLE if is_person else 0


def _attempt(batch: Batch, should_stop: Callable[[], bool], vault: Vault) -> Outcome | None:
    """None when there is nobody to tell, or nothing."""
    is_known = batch.row.target in media_servers.BY_NAME or batch.row.target.isdecimal()
    if not batch.events or not is_known:
        return None
    try:
        if batch.row.target in media_servers.BY_NAME:
            return _refresh(batch.row, batch.events)
        with db.session():
            if not told.is_told(int(batch.row.target)):  # switched off since it was recorded
                return None
            address = targets.opened(int(batch.row.target), vault)
            said = messages.compose(batch.events)
        delivery = letters.delivery_id(batch.row, batch.events[0])
        return letters.send(address, said, delivery, should_stop)
    except (NotFound, NotConfigured):
        return None
    except Error as error:
        return letters.failed(error)
    except Exception:
        log.exception("delivery failed id=%s target=%s", batch.row.id, batch.row.target)
        return Outcome(is_good=False, text=BROKEN)


def _refresh(row: models.Outbox, events: Sequence[models.Event]) -> Outcome:
    changes = [(path, what) for event in events for path, what in event.data["changes"]]
    try:
        said = servers.refresh(row.target, changes)
    except NotConfigured:
        raise
    except Error as error:
        outcome = letters.failed(error)
        asked = outcome.retry_after or 0
        # one that starts asks for seconds, again and again: its tries are to last as long as any
        is_long = row.attempts < len(PAUSES) and asked * 1000 > PAUSES[row.attempts]
        # a wrong key may be corrected meanwhile: nothing is final here
        return replace(outcome, is_final=False, retry_after=asked if is_long else None)
    return Outcome(is_good=True, text=said)


def _again(batch: Batch, owner: str, outcome: Outcome) -> None:
    row = batch.row
    again = Again(
        next_try_at=clock.now() + _pause(row.attempts, outcome.retry_after),
        counted=True,
        error=outcome.text,
    )
    if claim.requeue(models.Outbox, row.id, owner, again):
        _note(batch.rows, outcome)
        log.warning("delivery waits id=%s target=%s: %s", row.id, row.target, outcome.text)


def _pause(attempts: int, asked: float | None) -> int:
    """Milliseconds to the next attempt; what the receiver asks for counts, within reason."""
    if asked is not None:
        return min(LONGEST, max(clock.SECOND, int(asked * 1000)))
    return round(PAUSES[attempts] * random.uniform(1 - JITTER, 1 + JITTER))


def _note(rows: Sequence[models.Outbox], outcome: Outcome) -> None:
    at = clock.now()
    facts = {
        "at": at,
        "is_good": outcome.is_good,
        "status": outcome.status,
        "took": outcome.took,
        "detail": outcome.text[:1000],
        "created_at": at,
        "updated_at": at,
    }
    Delivery.insert_many([{"outbox": row.id, **facts} for row in rows]).execute()


def _finish_along(batch: Batch, state: WorkState, columns: dict[str, Any]) -> None:
    ids = [row.id for row in batch.along]
    if ids:
        told.end(Outbox.id.in_(ids) & (Outbox.state == WorkState.QUEUED), state, **columns)


def _give_up(row: models.Outbox, outcome: Outcome) -> None:
    """Say it once while a target stays broken; what waited as long as the row goes with it."""
    if not outcome.is_final:
        waits = (Outbox.target == row.target) & (Outbox.state == WorkState.QUEUED)
        late = Outbox.created_at < clock.now() - LATE
        told.end(waits & late, WorkState.FAILED, last_error=GIVEN_UP)
    log.error("delivery failed id=%s target=%s: %s", row.id, row.target, outcome.text)
    if _was_broken(row):
        return
    server = media_servers.BY_NAME.get(row.target)
    name = server.title if server else targets.name_of(int(row.target))
    activity.record("target.failed", f"{name}: {outcome.text}", target=row.target)


def _was_broken(row: models.Outbox) -> bool:
    """Whether the last row before this one failed too."""
    before = Outbox.select(Outbox.state).where(Outbox.target == row.target, Outbox.id < row.id)
    ended = before.where(Outbox.state.in_((WorkState.DONE, WorkState.FAILED)))
    last = ended.order_by(Outbox.id.desc()).limit(1).tuples().first()
    return last is not None and last[0] == WorkState.FAILED
