"""Have artists searched whose time has come, a few at a time.

Each search that ends has the next ones added, so that the services are asked without a pause
while anybody is due. Where a sweep stands is in the artists' rows: nothing is lost by a kill.
"""

from typing import Any

from mvidarr import models
from mvidarr.core import clock, db
from mvidarr.core.terms import ACTIVE
from mvidarr.discovery import rhythm
from mvidarr.governor import breaker, services
from mvidarr.jobs import jobs
from mvidarr.library.tables import Artist

AT_ONCE = 20  # searches that wait or run: the services' pace would not allow more
FEW = 10  # waiting searches after which others are added
AGAIN_AFTER = 6 * clock.HOUR  # when a search breaks off without saying when the next one is due
LAST = 9  # priority: a person's search goes first, and so does everything short
SWEPT = "swept_by"  # whoever began the sweep; the search itself is nobody's


def run(by_user: int | None = None) -> str:
    """Begin, or go on; answers what came of it in words.

    Somebody who asks need not wait for the hours that are set.
    """
    queued = search_due_artists(by_user)
    later, is_all = db.capped_count(_due(clock.now()))
    waiting = f"{later:,} due later" if is_all else f"more than {later:,} due later"
    if queued:
        return f"{queued} {'artist' if queued == 1 else 'artists'} queued, {waiting}."
    if not later:
        return "No artist is due."
    if not _is_time(by_user):
        return f"Nothing begins at this hour, {waiting}."
    if not _can_ask():
        return f"Every service that finds videos has to rest or is off, {waiting}."
    return f"Enough searches wait, {waiting}."


def go_on(job: models.Job) -> None:
    """After a search of a sweep: have others added before the services have nothing to do."""
    if SWEPT in job.args and _active() <= FEW:
        search_due_artists(job.args[SWEPT])


def is_done(job: models.Job) -> bool:
    """Whether the artist was searched since the job was added: by a process that was killed
    before it could say so."""
    checked_at = Artist.select(Artist.checked_at).where(Artist.id == int(job.subject)).scalar()
    # what lies ahead was written by a clock that was wrong
    return checked_at is not None and job.created_at < checked_at <= clock.now()


def search_due_artists(by_user: int | None = None) -> int:
    """Add a search for each artist that is due, the longest waiting first; answers how many."""
    room = AT_ONCE - _active()
    if room <= 0 or not _is_time(by_user) or not _can_ask():
        return 0
    now = clock.now()
    order = (Artist.next_check_at, Artist.id)
    due = [artist_id for (artist_id,) in _due(now).order_by(*order).limit(room).tuples()]
    return db.transact(lambda: sum(_search(artist_id, now, by_user) for artist_id in due))


def _search(artist_id: int, now: int, by_user: int | None) -> bool:
    """Of several workers, one adds the search."""
    still_due = (Artist.id == artist_id) & _is_due(now)
    if not Artist.update(next_check_at=now + AGAIN_AFTER).where(still_due).execute():
        return False
    jobs.add("discover", str(artist_id), {SWEPT: by_user}, priority=LAST)
    return True


def _is_time(by_user: int | None) -> bool:
    return by_user is not None or rhythm.is_open(clock.now(), rhythm.current())


def _can_ask() -> bool:
    """False while every service rests or is off: ten thousand artists would be searched for
    nothing."""
    finders = [kind.name for kind in services.ALL if kind.find_videos and kind.is_on]
    return any(breaker.is_open(name) is None for name in finders)


def _active() -> int:
    waiting = jobs.Job.select().where(jobs.Job.kind == "discover", jobs.Job.state.in_(ACTIVE))
    count: int = waiting.count()
    return count


def _due(now: int) -> Any:
    return Artist.select(Artist.id).where(
        Artist.monitored == True,  # noqa: E712 - SQL, not Python
        _is_due(now),
    )


def _is_due(now: int) -> Any:
    """Its time has come, or lies where no search is planned: by a clock that was ahead, or when
    the interval was longer."""
    latest = rhythm.latest(now, rhythm.current())
    return (Artist.next_check_at <= now) | (Artist.next_check_at > latest)
