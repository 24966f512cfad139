"""What the activity pages show of the queue: rows with their video, and the sums above them."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Case, fn

from mvidarr.core import clock, db
from mvidarr.core.terms import ACTIVE, Stage, WorkState
from mvidarr.downloads import line
from mvidarr.library.tables import Artist, Download, Image, Video, VideoSource

ENDED = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED)
RECENT = 50  # downloads whose sizes tell what one weighs


@dataclass(frozen=True, slots=True)
class Row:
    """A download with what a page says of its video. Times in ms, speed in bytes per second."""

    id: int
    state: str
    stage: str | None
    step: str | None
    percent: float | None
    speed: float | None
    eta: float | None
    size: int | None
    done_bytes: int | None
    priority: int
    attempts: int
    next_try_at: int
    cause: str | None
    last_error: str | None
    created_at: int
    started_at: int | None
    ended_at: int | None
    video_id: int
    title: str
    version: str
    artist_id: int
    artist: str
    image_hash: str | None
    image_colour: str | None
    source_id: int | None
    provider: str | None
    upload: str | None  # the service's name of the source
    channel: str | None
    max_height: int | None
    is_upgrade: bool

    @property
    def is_active(self) -> bool:
        return WorkState(self.state).is_active


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """The sums above the queue. Bytes, bytes per second, seconds; today is the server's day.

    `left` counts downloads whose size is not known as heavy as the latest ones were; `unsized`:
    how many those are. `percent` is of those whose size is known.
    """

    running: int = 0
    waiting: int = 0
    speed: float = 0.0
    left: int = 0
    unsized: int = 0
    percent: float | None = None
    eta: float | None = None
    done_today: int = 0
    failed_today: int = 0


_COLUMNS: tuple[Any, ...] = (
    Download.id,
    Download.state,
    Download.stage,
    Download.step,
    Download.percent,
    Download.speed,
    Download.eta,
    Download.size,
    Download.done_bytes,
    Download.priority,
    Download.attempts,
    Download.next_try_at,
    Download.cause,
    Download.last_error,
    Download.created_at,
    Download.started_at,
    Download.ended_at,
    Video.id,
    Video.title,
    Video.version,
    Artist.id,
    Artist.name,
    Image.hash,
    Image.colour,
    VideoSource.id,
    VideoSource.provider,
    VideoSource.source_id,
    VideoSource.channel,
    VideoSource.max_height,
    Download.is_upgrade,
)


def running() -> list[Row]:
    """What runs, the oldest first."""
    query = _rows().where(Download.state == WorkState.RUNNING)
    return _read(query.order_by(Download.started_at, Download.id))


def waiting(place: db.Place) -> db.Page:
    """A page of what waits, is paused, or waits for a decision, in its order."""
    return _in_line(place, line.WAITING)


def queue(place: db.Place) -> db.Page:
    """A page of everything that is active, in the order of the queue."""
    return _in_line(place, tuple(ACTIVE))


def count_queue() -> tuple[int, bool]:
    """How many are active, and whether that is all of them."""
    return db.capped_count(Download.select().where(Download.state.in_(ACTIVE)))


def count_history() -> tuple[int, bool]:
    return db.capped_count(Download.select().where(Download.state.in_(ENDED)))


def history(place: db.Place, states: Sequence[WorkState] = ENDED) -> db.Page:
    """A page of what ended, the latest first."""
    order = db.Order(name="ended", column=Download.ended_at, id=Download.id, descending=True)
    return _page(order, place, states)


def one(download_id: int) -> Row | None:
    """One row, for a page that redraws it."""
    return next(iter(_read(_rows().where(Download.id == download_id))), None)


def is_progress(ids: Iterable[int | None]) -> bool:
    """Whether changes of these downloads moved none of them from one list to another."""
    named = set(ids)
    runs = Download.select().where(
        Download.id.in_([one for one in named if one is not None]),
        Download.state == WorkState.RUNNING,
    )
    return None not in named and bool(runs.count() == len(named))


def stats() -> Stats:
    now = _counts(ACTIVE)
    waits, runs = sum(now.get(state, 0) for state in line.WAITING), now.get(WorkState.RUNNING, 0)
    # ids first: SQLite would read all that ended, if these states were rare when it last counted
    ids = Download.select(Download.id).where(Download.state.in_(ACTIVE))
    active = Download.select(
        fn.COUNT(Download.id),
        fn.COALESCE(fn.SUM(_FETCHING), 0.0),
        fn.COALESCE(fn.SUM(Download.size), 0),
        fn.COALESCE(fn.SUM(Download.done_bytes), 0),
    ).where(Download.id.in_(ids), Download.size.is_null(False))
    sized, speed, size, done = next(iter(active.tuples()))
    unsized = waits + runs - sized
    left = max(0, int(size) - int(done)) + (unsized * _usual_size() if unsized else 0)
    today = dict(
        Download.select(Download.state, fn.COUNT(Download.id))
        .where(Download.state.in_(ENDED), Download.ended_at >= midnight())
        .group_by(Download.state)
        .tuples()
    )
    return Stats(
        running=runs,
        waiting=waits,
        speed=float(speed),
        left=left,
        unsized=unsized,
        percent=100 * int(done) / int(size) if size else None,
        eta=left / float(speed) if speed else None,
        done_today=today.get(WorkState.DONE, 0),
        failed_today=today.get(WorkState.FAILED, 0),
    )


def midnight() -> int:
    """When this day began on the server, in ms."""
    now = clock.utc(clock.now()).astimezone()
    start = datetime.datetime(now.year, now.month, now.day).astimezone()
    return int(start.timestamp() * 1000)


_FETCHING = Case(None, [(Download.stage == Stage.FETCH, Download.speed)], 0.0)
_IN_LINE = Download.priority * 10**15 + Download.position


def _in_line(place: db.Place, states: Sequence[WorkState]) -> db.Page:
    return _page(db.Order(name="queue", column=_IN_LINE, id=Download.id), place, states)


def _page(order: db.Order, place: db.Place, states: Sequence[WorkState]) -> db.Page:
    """Ids first: all columns of a long list would be sorted for the sake of a few rows."""
    query = Download.select(order.column, Download.id).where(Download.state.in_(states)).tuples()
    page = db.page(query, order, place, key=tuple)
    ids = [download_id for _, download_id in page.rows]
    found = {row.id: row for row in _read(_rows().where(Download.id.in_(ids)))} if ids else {}
    rows = [found[download_id] for download_id in ids if download_id in found]
    return db.Page(rows=rows, next=page.next, previous=page.previous)


def _usual_size() -> int:
    """What the latest downloads weighed on average; 0 before the first."""
    done = (Download.state == WorkState.DONE) & Download.size.is_null(False)
    latest = Download.select(Download.size).where(done).order_by(Download.ended_at.desc())
    sizes = [size for (size,) in latest.limit(RECENT).tuples()]
    return sum(sizes) // len(sizes) if sizes else 0


def _rows() -> Any:
    return (
        Download.select(*_COLUMNS)
        .join(Video, on=(Download.video == Video.id))
        .join(Artist, on=(Video.artist == Artist.id))
        .join(Image, JOIN.LEFT_OUTER, on=(Video.image == Image.id))
        .join(VideoSource, JOIN.LEFT_OUTER, on=(Download.source == VideoSource.id))
    )


def _read(query: Any) -> list[Row]:
    return [Row(*values) for values in query.tuples()]


def _counts(states: Sequence[WorkState]) -> dict[str, int]:
    query = Download.select(Download.state, fn.COUNT(Download.id))
    return dict(query.where(Download.state.in_(states)).group_by(Download.state).tuples())
