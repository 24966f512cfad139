"""The queue of downloads as people use it, row by row: add, cancel, pause, resume, retry.

Every change of a row's state restates its video in the same transaction.
"""

from collections.abc import Sequence
from typing import Any

import peewee

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Availability, Verdict, WorkState
from mvidarr.downloads import line
from mvidarr.jobs import claim, wake
from mvidarr.library import sources, videos
from mvidarr.library.tables import Download, Video, VideoSource

URGENT, NORMAL, LATER = 1, 5, 10
SPACING = 1000  # between two positions, so that others find room there
STOPPED: dict[str, Any] = {"stage": None, "step": None, "speed": None, "eta": None}
ANEW: dict[str, Any] = {"attempts": 0, "percent": None, "size": None, "done_bytes": None}


def add(
    video_id: int,
    source_id: int | None = None,
    by_user: int | None = None,
    priority: int = NORMAL,
    *,
    is_upgrade: bool = False,
) -> models.Download:
    """Have a video downloaded; while one of its downloads is active, answer that one.

    Without a source the best one in use is taken; `is_upgrade`: a better file than the one that is
    there. Raises NotFound, Conflict.
    """
    try:
        with db.atomic():
            found = active_of(video_id)
            if found is not None:
                return found
            source = _source(video_id, source_id)
            made = _create(
                video=video_id,
                source=source.id,
                by_user=by_user,
                priority=priority,
                is_upgrade=is_upgrade,
            )
    except peewee.IntegrityError:  # MariaDB: somebody else added it a moment ago
        found = active_of(video_id)
        if found is None:
            raise
        return found
    wake.wake("downloads")
    return made


def get(download_id: int) -> models.Download:
    """Raises NotFound."""
    row: models.Download | None = Download.get_or_none(Download.id == download_id)
    if row is None:
        raise NotFound("There is no such download.")
    return row


def active_of(video_id: int) -> models.Download | None:
    """The download of a video that waits, runs, is paused or parked."""
    row: models.Download | None = Download.get_or_none(Download.active_key == str(video_id))
    return row


def cancel(download_id: int) -> models.Download:
    """Stop for good; a running child is killed within a second. Raises Conflict once it ended."""
    states = (WorkState.RUNNING, *line.WAITING)
    with db.atomic():
        row = _move(download_id, states, WorkState.CANCELLED, "This download has already ended.")
        video = videos.get(row.video_id)
        activity.record(
            "video.cancelled", video.title, artist_id=video.artist_id, video_id=video.id
        )
    wake.wake("downloads")  # somebody clears what it left
    return row


def pause(download_id: int) -> models.Download:
    """Stop, keep what was fetched, and wait for `resume`."""
    states = (WorkState.QUEUED, WorkState.RUNNING)
    return _move(download_id, states, WorkState.PAUSED, "This download does not run or wait.")


def resume(download_id: int) -> models.Download:
    row = _move(download_id, (WorkState.PAUSED,), WorkState.QUEUED, "This download is not paused.")
    wake.wake("downloads")
    return row


def keep(download_id: int) -> models.Download:
    """Take a parked download's file as it is."""
    with db.atomic():
        notes = {**get(download_id).notes, "keep": True}
        row = _move(
            download_id,
            (WorkState.PARKED,),
            WorkState.QUEUED,
            "This download is not waiting for a decision.",
            notes=notes,
        )
    wake.wake("downloads")
    return row


def use_source(download_id: int, source_id: int) -> models.Download:
    """Go on with another upload of the same video."""
    with db.atomic():
        source = _source(get(download_id).video_id, source_id)
        row = _move(
            download_id,
            line.WAITING,
            WorkState.QUEUED,
            "This download runs or has ended.",
            source=source.id,
            notes={},
            **ANEW,
        )
    wake.wake("downloads")
    return row


def retry(download_id: int, by_user: int | None = None) -> models.Download:
    """Add a new download of the same video; a waiting one is brought forward instead."""
    with db.atomic():
        row = get(download_id)
        if row.state == WorkState.QUEUED:
            row = _move(download_id, (WorkState.QUEUED,), WorkState.QUEUED, "It has just begun.")
        elif row.active_key is None:
            row = add(
                row.video_id,
                by_user=by_user,
                priority=row.priority,
                is_upgrade=row.is_upgrade,
            )
        else:
            raise Conflict("This download is still active.")
    wake.wake("downloads")
    return row


def _create(video: int, **columns: Any) -> models.Download:
    wanted = videos.get(video)
    row: models.Download = Download.create(
        video=video,
        profile=wanted.profile_id or wanted.artist.profile_id,
        active_key=str(video),
        **columns,
    )
    row.position = row.id * SPACING
    row.save(only=[Download.position])
    videos.restate([video])
    activity.record("video.queued", wanted.title, artist_id=wanted.artist_id, video_id=video)
    activity.touch("downloads", row.id)
    activity.touch("nav")
    return row


def _source(video_id: int, source_id: int | None) -> models.VideoSource:
    """The upload to take. Raises NotFound, and Conflict when it cannot be taken."""
    if not Video.select().where(Video.id == video_id).exists():
        raise NotFound("This video is not in the library.")
    if source_id is None:
        found = sources.best_source(video_id)
        if found is None:
            raise Conflict("There is no upload of this video to download. Search for one first.")
        return found
    named: models.VideoSource | None = VideoSource.get_or_none(
        VideoSource.id == source_id, VideoSource.video_id == video_id
    )
    if named is None:
        raise NotFound("This video has no such upload.")
    if named.verdict != Verdict.ACCEPTED or named.availability == Availability.REMOVED:
        raise Conflict("This upload is not in use for the video, or is gone.")
    return named


def _move(
    download_id: int, states: Sequence[WorkState], state: WorkState, problem: str, **columns: Any
) -> models.Download:
    with db.atomic():
        columns = {**STOPPED, **columns}
        if state is WorkState.QUEUED:
            columns |= {"next_try_at": clock.now(), "cause": None, "last_error": None}
        row = get(download_id)
        if not claim.move(Download, download_id, states, state, **columns):
            raise Conflict(problem)
        videos.restate([row.video_id])
        return get(download_id)
