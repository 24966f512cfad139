"""Add what a list has that is new, and settle what left it. Killed at any point, it goes on."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import peewee

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import ACTIVE, VideoStatus
from mvidarr.discovery import (
    import_add,
    import_library,
    import_removal,
    import_rows,
    import_store,
    imports,
)
from mvidarr.discovery.import_add import Order
from mvidarr.discovery.import_kind import ARTISTS
from mvidarr.discovery.import_library import Songs
from mvidarr.discovery.import_match import Known, Library, State
from mvidarr.discovery.import_rows import ImportList, ImportRow
from mvidarr.jobs import jobs
from mvidarr.library import status
from mvidarr.library.tables import Artist, Video

AT_ONCE = 25  # entries in one transaction
BREATH = 0.05  # seconds between two of them: others want to write too
SPREAD = 20 * clock.SECOND  # between the searches for two new artists
LAST = 9  # priority: nobody waits before the page for it
FASTER = "Somebody changed the same at this moment. The next import takes it."
SEARCHES = 20  # that wait or run; the services' pace would not allow more

Tell = Callable[[int, int | None, str], None]


@dataclass(kw_only=True)
class Applied:
    """What applying a list did, as far as it went."""

    artists: int = 0
    videos: int = 0
    left: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Share:
    """What one transaction added."""

    last: int
    artists: Sequence[Known] = ()
    videos: int = 0


def apply(list_id: int, tell: Tell) -> Applied | None:
    """Add what is new and ticked; None when the list was deleted meanwhile."""
    with db.session():
        row = imports.find(list_id)
        if row is None:
            return None
        total = _open_rows(list_id).count()
        library = import_library.artists()
    done = Applied()
    try:
        _add_all(row, library, done, lambda count: tell(count, total, f"{row.name}: adding"))
        with db.session():
            done.left = import_removal.settle(imports.get(row.id))  # its policy may be another now
            db.transact(partial(_note, row, done))
    except NotFound:
        return None
    tell(total, total, _summary(row, done))
    return done


def add_now(row: models.ImportList, row_id: int) -> None:
    """Add one entry at once, if it is new and ticked."""

    def work() -> None:
        _wait_for_others()
        library = import_library.artists()
        for one in _open_rows(row.id).where(ImportRow.id == row_id):
            _add_one(one, _order(row), library)

    db.transact(work)


def search_waiting() -> int:
    """Search for artists that nobody follows, but whose songs somebody wants; how many."""
    waiting = jobs.Job.select().where(jobs.Job.kind == "discover", jobs.Job.state.in_(ACTIVE))
    room = SEARCHES - waiting.count()
    if room <= 0:
        return 0
    query = (
        Artist.select(Artist.id)
        .join(ImportRow, on=(ImportRow.artist == Artist.id))
        .join(Video, on=(ImportRow.video == Video.id))
        .where(
            Artist.monitored == False,  # noqa: E712 - SQL, not Python
            ImportRow.state == State.ADDED,
            Video.status == VideoStatus.WANTED,
            Artist.checked_at.is_null() | (Artist.checked_at < ImportRow.updated_at),
        )
        .distinct()
        .order_by(Artist.id)
        .limit(room)
    )
    found = [artist_id for (artist_id,) in query.tuples()]
    for artist_id in found:
        jobs.add("discover", str(artist_id), priority=LAST)
    return len(found)


def _add_all(
    row: models.ImportList, library: Library, done: Applied, tell: Callable[[int], None]
) -> None:
    order = _order(row)
    last = count = 0
    while True:
        with db.session():
            share = db.transact(partial(_add_some, row.id, order, library, last))
        if share.last == last:
            return
        for known in share.artists:
            library.learn(known)
        done.artists += len(share.artists)
        done.videos += share.videos
        last = share.last
        count += AT_ONCE
        tell(count)
        time.sleep(BREATH)


def _add_some(list_id: int, order: Order, below: Library, last: int) -> _Share:
    _wait_for_others()
    import_store.need(list_id)
    ids = [
        row_id
        for (row_id,) in _open_rows(list_id)
        .select(ImportRow.id)
        .where(ImportRow.id > last)
        .order_by(ImportRow.id)
        .limit(AT_ONCE)
        .tuples()
    ]
    if not ids:
        return _Share(last=last)
    status.lock(ImportRow, ids)
    # what is learned is forgotten when this transaction has to be repeated
    library, order = import_library.above(below), replace(order, songs=Songs())
    made: list[Known] = []
    videos = 0
    for row in ImportRow.select().where(ImportRow.id.in_(ids)).order_by(ImportRow.id):
        if row.state != State.NEW or not row.chosen:  # a person was here a moment ago
            continue
        known, is_new_video = _add_one(row, order, library)
        made += [known] if known else []
        videos += is_new_video
    _spread([known.id for known in made])
    import_rows.touch(list_id)
    return _Share(last=ids[-1], artists=made, videos=videos)


def _add_one(row: models.ImportRow, order: Order, library: Library) -> tuple[Known | None, bool]:
    """The new artist, if it is one, and whether a video is new."""
    try:
        with db.atomic():
            added = import_add.add(row, order, library)
            import_rows.write(row, **added.columns)
    except Invalid as error:
        import_rows.write(row, state=State.FILTERED.value, data={"why": str(error)})
        return None, False
    except (Conflict, NotFound, peewee.IntegrityError):
        import_rows.write(row, data={"why": FASTER})
        return None, False
    if added.artist is None:
        if added.is_new_video:
            _hurry(added.columns["artist"])
        return None, added.is_new_video
    known = import_library.as_known(added.artist)
    library.learn(known)
    return known, added.is_new_video


def _wait_for_others() -> None:
    """Lists are added one after the other: what looks alike is no key that a database minds.

    SQLite has one writer at a time anyway.
    """
    if not db.is_sqlite():
        list(ImportList.select(ImportList.id).order_by(ImportList.id).for_update().tuples())


def _order(row: models.ImportList) -> Order:
    monitor = bool(row.options.get(imports.MONITOR))
    return Order(mode=row.mode, monitor=monitor, by=row.by_user_id, filters=row.filters)


def _open_rows(list_id: int) -> Any:
    return ImportRow.select().where(
        ImportRow.list == list_id,
        ImportRow.state == State.NEW,
        ImportRow.chosen == True,  # noqa: E712 - SQL, not Python
    )


def _spread(artist_ids: Sequence[int]) -> None:
    """When each new artist is searched first: not all of them at once, and after who waits."""
    if not artist_ids:
        return
    now = clock.now()
    latest = (
        Artist.select(Artist.next_check_at)
        .where(Artist.checked_at.is_null(), Artist.id.not_in(artist_ids))
        .order_by(Artist.next_check_at.desc())
        .limit(1)
        .scalar()
    )
    first = max(now, (latest or 0) + SPREAD)
    for number, artist_id in enumerate(artist_ids):
        Artist.update(next_check_at=first + number * SPREAD).where(Artist.id == artist_id).execute()


def _hurry(artist_id: int | None) -> None:
    """Have an artist that is followed searched soon: somebody wants a song of it."""
    now = clock.now()
    Artist.update(next_check_at=now).where(
        Artist.id == artist_id, Artist.next_check_at > now
    ).execute()


def _note(row: models.ImportList, done: Applied) -> None:
    import_store.need(row.id)
    now = clock.now()
    ImportList.update(applied_at=now, updated_at=now).where(ImportList.id == row.id).execute()
    counts = import_rows.counts([row.id])[row.id]
    activity.record(
        "list.applied",
        row.name,
        list_id=row.id,
        artists=done.artists,
        videos=done.videos,
        ambiguous=counts[State.AMBIGUOUS],
        left=list(done.left)[:50],
    )
    import_rows.touch(row.id)
    activity.touch("nav")
    if done.artists or done.videos:
        jobs.add("sweep")
        search_waiting()


def _summary(row: models.ImportList, done: Applied) -> str:
    count, one = (done.artists, "artist") if row.mode == ARTISTS else (done.videos, "song")
    return f"{row.name}: {count:,} {one if count == 1 else f'{one}s'} added"
