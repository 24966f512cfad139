"""The videos on an artist's page: counted by what they are, and the first of them to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from mvidarr.core.terms import VideoStatus
from mvidarr.library import video_rows
from mvidarr.library.tables import Video, VideoFile
from mvidarr.library.video_rows import VideoRow

MISSING = (VideoStatus.WANTED, VideoStatus.FAILED, VideoStatus.QUEUED, VideoStatus.DOWNLOADING)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many videos of one status and type, with a file or without."""

    status: str
    type: str
    has_file: bool
    count: int

    @property
    def is_listed(self) -> bool:
        """What is ignored is not, unless there is a file of it."""
        return self.status != VideoStatus.IGNORED or self.has_file


def tallies(artist_id: int) -> list[Tally]:
    has_file = VideoFile.id.is_null(False)
    query = (
        Video.select(Video.status, Video.type, has_file, fn.COUNT(Video.id))
        .join(VideoFile, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id))
        .where(Video.artist == artist_id)
        .group_by(Video.status, Video.type, has_file)
    )
    return [
        Tally(status, kind, bool(there), count) for status, kind, there, count in query.tuples()
    ]


def shown(artist_id: int, show: str, limit: int) -> Sequence[VideoRow]:
    """The first of what `show` names: all, missing, ignored, a type, or nothing for what counts."""
    return video_rows.of_artist(artist_id, *_conditions(show), limit=limit)


def is_shown(tally: Tally, show: str) -> bool:
    """The same of what was counted."""
    if show == "all":
        return True
    if show == "missing":
        return tally.status in MISSING
    if show == "ignored":
        return tally.status == VideoStatus.IGNORED
    return tally.is_listed and show in ("", tally.type)


def first_with_file(artist_id: int) -> VideoRow | None:
    return next(iter(video_rows.of_artist(artist_id, VideoFile.id.is_null(False), limit=1)), None)


def first_with_picture(artist_id: int) -> VideoRow | None:
    return next(iter(video_rows.of_artist(artist_id, Video.image_id.is_null(False), limit=1)), None)


def _conditions(show: str) -> Sequence[Any]:
    if show == "all":
        return ()
    if show == "missing":
        return (Video.status.in_(MISSING),)
    if show == "ignored":
        return (Video.status == VideoStatus.IGNORED,)
    is_listed = (Video.status != VideoStatus.IGNORED) | VideoFile.id.is_null(False)
    return (is_listed, Video.type == show) if show else (is_listed,)
