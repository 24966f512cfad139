"""Which uploads can be had, and which videos lie here alone because none of theirs can."""

from collections.abc import Collection
from typing import Any

from peewee import Case, fn

from mvidarr.core.terms import Availability, Verdict
from mvidarr.library.tables import Video, VideoFile, VideoSource

GONE = (
    Availability.PRIVATE,
    Availability.REMOVED,
    Availability.GEO_BLOCKED,
    Availability.MEMBERS_ONLY,
    Availability.PREMIUM_ONLY,
)


def only_copies(ids: Collection[int]) -> set[int]:
    """Those of the videos all of whose uploads in use are gone; a video without any is not one."""
    if not ids:
        return set()
    is_there = Case(None, [(VideoSource.availability.in_(GONE), 0)], 1)
    query = (
        VideoSource.select(VideoSource.video_id)
        .where(VideoSource.video_id.in_(list(ids)), VideoSource.verdict == Verdict.ACCEPTED)
        .group_by(VideoSource.video_id)
        .having(fn.SUM(is_there) == 0)
    )
    return {video_id for (video_id,) in query.tuples()}


def is_only_copy() -> Any:
    """The same as a condition over videos whose main files are joined.

    What is gone is rare: it is gathered first, and then what its videos have beside it.
    """
    is_used, is_gone = VideoSource.verdict == Verdict.ACCEPTED, VideoSource.availability.in_(GONE)
    # the verdict is asked for last: SQLite would begin with it, and it is so for most uploads
    gone = VideoSource.select(VideoSource.video_id).where(
        is_gone, VideoSource.video_id.is_null(False)
    )
    alone = (
        VideoSource.select(VideoSource.video_id)
        .where(VideoSource.video_id.in_(gone))
        .group_by(VideoSource.video_id)
        .having(_times(is_used & is_gone) > 0, _times(is_used & ~is_gone) == 0)
    )
    return VideoFile.id.is_null(False) & Video.id.in_(alone)


def _times(condition: Any) -> Any:
    return fn.SUM(Case(None, [(condition, 1)], 0))
