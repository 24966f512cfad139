"""Where videos stand: the one writer of `video.status` and of the sums that artists keep."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from peewee import JOIN, Case, fn

from mvidarr import activity
from mvidarr.core import batches, clock, db
from mvidarr.core.terms import Availability, Verdict, VideoStatus, Wish, WorkState
from mvidarr.library.tables import Artist, Download, Video, VideoFile, VideoSource

AT_ONCE = 500  # ids in one statement
MOST_TOUCHES = 100  # beyond these, lists are redrawn whole
HOPEFUL = (Availability.AVAILABLE, Availability.UNKNOWN, Availability.NOT_YET)


@dataclass(frozen=True, slots=True)
class Causes:
    """All that a video's status follows from. `active`/`last`: states of its downloads."""

    wish: str
    fits: bool
    has_file: bool
    active: str | None = None
    last: str | None = None
    has_untried: bool = False


def judge(causes: Causes) -> VideoStatus:
    """The first rule that holds."""
    unwanted = causes.wish == Wish.AUTO and not causes.fits and not causes.has_file
    if causes.wish == Wish.IGNORE or unwanted:
        return VideoStatus.IGNORED
    if causes.has_file:
        return VideoStatus.DOWNLOADED
    if causes.active is not None:
        runs = causes.active == WorkState.RUNNING
        return VideoStatus.DOWNLOADING if runs else VideoStatus.QUEUED
    if causes.last == WorkState.FAILED and not causes.has_untried:
        return VideoStatus.FAILED
    return VideoStatus.WANTED


def restate(ids: Iterable[int]) -> list[int]:
    """Write the status that follows from each video's causes; the ids whose status changed.

    Belongs into every transaction that changes a cause: wish, fits, files, sources, downloads.
    """
    changed: list[int] = []
    artists: set[int] = set()
    with db.atomic():
        for some in chunks(ids):
            lock(Video, some)
            moved: dict[VideoStatus, list[int]] = {}
            for video_id, artist_id, before, causes in _causes(some):
                artists.add(artist_id)
                after = judge(causes)
                if after != before:
                    moved.setdefault(after, []).append(video_id)
            for after, video_ids in moved.items():
                _write(video_ids, after)
                changed += video_ids
        recount(artists)
        _touch(changed)
    return changed


def recount(artist_ids: Iterable[int]) -> None:
    """Write the sums that each artist keeps of its videos."""
    for some in chunks(artist_ids):
        lock(Artist, some)
        sums = {row[0]: row[1:] for row in _sums(some)}
        columns = (Artist.known, Artist.have, Artist.wanted, Artist.size, Artist.seconds)
        rows = list(Artist.select(Artist.id, *columns).where(Artist.id.in_(some)).tuples())
        for artist_id, *before in rows:
            after = sums.get(artist_id, (0, 0, 0, 0, 0.0))
            if list(after) != before:
                _keep(artist_id, after)


def chunks(ids: Iterable[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    """The ids in their order, none twice, as many as one statement takes."""
    return batches.of(sorted(set(ids)), size)


def lock(model: Any, ids: Sequence[int]) -> None:
    """Have others wait who change these rows: two transactions may change two causes at once.

    SQLite has one writer at a time anyway.
    """
    if not db.is_sqlite():
        list(model.select(model.id).where(model.id.in_(ids)).for_update().tuples())


def _causes(ids: Sequence[int]) -> list[tuple[int, int, str, Causes]]:
    now, past = Download.alias(), Download.alias()
    newest = past.select(past.state).where(past.video_id == Video.id).order_by(past.id.desc())
    query = (
        Video.select(
            Video.id,
            Video.artist_id,
            Video.status,
            Video.wish,
            Video.fits,
            VideoFile.id,
            now.state,
            newest.limit(1),
        )
        .join(VideoFile, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id))
        .join(
            now,
            JOIN.LEFT_OUTER,
            on=((now.video_id == Video.id) & now.active_key.is_null(False)),
        )
        .where(Video.id.in_(ids))
    )
    rows = list(query.tuples())
    hopeful = _with_untried([row[0] for row in rows if row[7] == WorkState.FAILED])
    return [
        (id_, artist, before, Causes(wish, fits, file is not None, active, last, id_ in hopeful))
        for id_, artist, before, wish, fits, file, active, last in rows
    ]


def _with_untried(ids: Sequence[int]) -> set[int]:
    """Videos with a source in use that their last download did not try."""
    if not ids:
        return set()
    downloads = (
        Download.select(Download.video_id, Download.source_id, Download.notes)
        .where(Download.video_id.in_(ids))
        .order_by(Download.video_id, Download.id)
    )
    tried: dict[int, set[int]] = {}
    for video_id, rows in groupby(downloads.tuples(), key=lambda row: row[0]):
        *_, (_, source_id, notes) = rows
        tried[video_id] = {source_id, *notes.get("tried", ())}
    sources = VideoSource.select(VideoSource.video_id, VideoSource.id).where(
        VideoSource.video_id.in_(ids),
        VideoSource.verdict == Verdict.ACCEPTED,
        VideoSource.availability.in_(HOPEFUL),
    )
    return {video for video, source in sources.tuples() if source not in tried[video]}


def _write(ids: Sequence[int], status: VideoStatus) -> None:
    Video.update(status=status.value, updated_at=clock.now()).where(Video.id.in_(ids)).execute()


def _sums(artist_ids: Sequence[int]) -> Any:
    has_file = VideoFile.id.is_null(False)
    known = (Video.status != VideoStatus.IGNORED) | has_file
    return (
        Video.select(
            Video.artist_id,
            fn.SUM(Case(None, [(known, 1)], 0)).cast(_integer()),
            fn.COUNT(VideoFile.id),
            fn.SUM(Case(None, [(Video.status == VideoStatus.WANTED, 1)], 0)).cast(_integer()),
            fn.COALESCE(fn.SUM(VideoFile.size), 0).cast(_integer()),
            fn.COALESCE(fn.SUM(VideoFile.duration), 0.0),
        )
        .join(VideoFile, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id))
        .where(Video.artist_id.in_(artist_ids))
        .group_by(Video.artist_id)
        .tuples()
    )


def _integer() -> str:
    return "INTEGER" if db.is_sqlite() else "SIGNED"  # MariaDB sums to a decimal


def _keep(artist_id: int, sums: Sequence[Any]) -> None:
    known, have, wanted, size, seconds = sums
    values = {"known": known, "have": have, "wanted": wanted, "size": size, "seconds": seconds}
    Artist.update(**values).where(Artist.id == artist_id).execute()
    activity.touch("artist", artist_id)
    activity.touch("nav")


def _touch(changed: Sequence[int]) -> None:
    if len(changed) > MOST_TOUCHES:
        activity.touch("videos")
        return
    for video_id in changed:
        activity.touch("video", video_id)
        activity.touch("videos", video_id)
