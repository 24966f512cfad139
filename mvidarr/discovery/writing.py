"""Writing what was judged: in short transactions, and what is wanted then goes into the queue."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from peewee import JOIN

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Verdict, VideoStatus, Wish, WorkState
from mvidarr.downloads import queue
from mvidarr.library import intake, status
from mvidarr.library.tables import Artist, Download, Video, VideoSource
from mvidarr.settings import file_options, options

T = TypeVar("T")
AT_ONCE = 100  # songs in one transaction
BREATH = 0.1  # seconds between two of them: as often a waiting writer looks on SQLite


def store(artist_id: int, proposals: Sequence[intake.Proposal]) -> intake.Stored:
    """Take in what was proposed for an artist. Raises NotFound when it is gone."""
    stored = [_written(partial(intake.store, artist_id, some)) for some in _shares(proposals)]
    return intake.Stored(
        videos=[video_id for one in stored for video_id in one.videos],
        candidates=sum(one.candidates for one in stored),
    )


def queue_wanted(artist_id: int) -> int:
    """Queue what can be had of what is wanted; how many there were."""
    return sum(_written(partial(_queue, some)) for some in _shares(_wanted(artist_id)))


def _wanted(artist_id: int) -> list[int]:
    """All of a monitored artist, else what a person asked for; not what one took from the queue."""
    if not settings.get(options.automatic_download) or not settings.get(file_options.library_path):
        return []
    is_used = (VideoSource.verdict == Verdict.ACCEPTED) & (VideoSource.video == Download.video)
    cancelled = (  # of an upload that was taken away since it says nothing of the others
        Download.select(Download.video)
        .join(VideoSource, JOIN.LEFT_OUTER)
        .where(Download.state == WorkState.CANCELLED, Download.source.is_null() | is_used)
    )
    usable = VideoSource.select(VideoSource.video_id).where(
        VideoSource.artist_id == artist_id,
        VideoSource.verdict == Verdict.ACCEPTED,
        VideoSource.availability.in_(status.HOPEFUL),
    )
    query = (
        Video.select(Video.id)
        .join(Artist)
        .where(
            Video.artist == artist_id,
            Artist.monitored | (Video.wish == Wish.WANT),
            Video.status == VideoStatus.WANTED,
            Video.id.in_(usable),
            Video.id.not_in(cancelled),
        )
    )
    return [video_id for (video_id,) in query.order_by(Video.id).tuples()]


def _queue(video_ids: Sequence[int]) -> int:
    queued = 0
    for video_id in video_ids:
        try:
            queue.add(video_id)
        except (Conflict, NotFound):  # blocked or gone since
            continue
        queued += 1
    return queued


def _shares(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts for one transaction each, with a moment for others between; one if there is nothing."""
    for start in range(0, max(1, len(whole)), AT_ONCE):
        if start:
            time.sleep(BREATH)
        yield whole[start : start + AT_ONCE]


def _written(write: Callable[[], T]) -> T:
    try:
        return db.transact(write)
    except Conflict:  # somebody added one of the videos at this moment: the next look knows it
        return db.transact(write)
