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

    What is gone is rare: it is gathered first, and each of its videos is then looked at.
    """
    used = (VideoSource.verdict == Verdict.ACCEPTED) & VideoSource.video_id.is_null(False)
    gone = VideoSource.select(VideoSource.video_id).where(used, VideoSource.availability.in_(GONE))
    there = VideoSource.select(VideoSource.id).where(
        VideoSource.video_id == Video.id, used, VideoSource.availability.not_in(GONE)
    )
    return VideoFile.id.is_null(False) & Video.id.in_(gone) & ~fn.EXISTS(there)
