"""The whole queue at once: hold it, clear it, try again what failed, forget what ended.

Many rows are changed in small transactions, so that nobody waits long for the write lock.
"""

import contextlib
from typing import Any

from peewee import fn

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, NotConfigured, NotFound
from mvidarr.core.terms import VideoStatus, WorkState
from mvidarr.downloads import line, queue, reconcile
from mvidarr.jobs import jobs, wake
from mvidarr.jobs.run import Context
from mvidarr.library import status, videos
from mvidarr.library.tables import Download, Video
from mvidarr.settings import download_options

RETRY_FAILED = "retry_failed"
AT_ONCE = 500
_OPEN = (VideoStatus.FAILED, VideoStatus.WANTED)


def hold(by_user: int | None = None) -> None:
    """Have nothing download: what runs waits again, with what it has. Raises Conflict."""
    _switch(True, by_user)


def release(by_user: int | None = None) -> None:
    """Let downloads go on; those that were paused one by one stay so. Raises Conflict."""
    _switch(False, by_user)


def clear() -> int:
    """Cancel all that waits; answers how many. What runs goes on."""
    cancelled = 0
    while some := db.transact(_cancel_some):
        cancelled += some
    wake.wake("downloads")  # somebody clears what they left
    return cancelled


def retry_failed(by_user: int | None = None) -> models.Job:
    """Queue, in the background, every video whose last download failed."""
    return jobs.add(RETRY_FAILED, by_user=by_user)


def run_retry_failed(job: models.Job, context: Context) -> None:
    """The work of a `retry_failed` job; begun again, it goes on with those that are left."""
    failed = [download_id for (download_id,) in _failed().order_by(Download.id).tuples()]
    queued = 0
    for done, download_id in enumerate(failed, start=1):
        with contextlib.suppress(Conflict, NotFound):  # no upload is left, or somebody was faster
            queue.retry(download_id, by_user=job.by_user_id)
            queued += 1
        context.progress(done, len(failed))
    context.result(f"{queued:,} of {len(failed):,} queued again.")


def count_failed() -> tuple[int, bool]:
    """Videos whose last download failed, and whether that is all of them."""
    return db.capped_count(_failed())


def forget_ended() -> int:
    """Remove ended downloads from the history; answers how many. Looks at the disk.

    A video's last one stays where it failed: the video's status follows from it. So does one whose
    folder is still to be cleared: the row says what lies there.
    """
    reconcile.clear_staging()
    kept = Download.id.not_in(_staged())
    forgotten = last = 0
    while ids := _ids(_ended() & kept & (Download.id > last)):
        last = ids[-1]
        with db.atomic():
            forgotten += Download.delete().where(Download.id.in_(ids)).execute()
            activity.touch("downloads")
    return forgotten


def look_again() -> None:
    """Have pages show, and the worker see, whether downloads may begin now."""
    activity.touch("downloads")
    activity.touch("nav")
    wake.wake("downloads")


def _switch(is_held: bool, by_user: int | None) -> None:
    with db.atomic():
        option = download_options.downloads_paused
        if settings.change({option.key: is_held}, by_user):
            activity.record("setting.changed", f"{option.label} changed", key=option.key)
        look_again()


def _cancel_some() -> int:
    """Cancel the first few that wait, in one transaction."""
    ids = _ids(Download.state.in_(line.WAITING))
    status.lock(Download, ids)
    waiting = Download.id.in_(ids) & Download.state.in_(line.WAITING)
    about = list(
        Download.select(Download.id, Video.title, Video.artist_id, Video.id)
        .join(Video, on=(Download.video == Video.id))
        .where(waiting)
        .tuples()
    )
    if not about:
        return 0
    ended = {"state": WorkState.CANCELLED, "active_key": None, "ended_at": clock.now()}
    columns = {**queue.STOPPED, **ended, "updated_at": clock.now()}
    Download.update(**columns).where(Download.id.in_([row[0] for row in about])).execute()
    videos.restate([row[3] for row in about])
    activity.record_all("video.cancelled", [row[1:] for row in about])
    activity.touch("downloads")
    activity.touch("nav")
    return len(about)


def _failed() -> Any:
    """The downloads to try again: the last ones of videos that have none under way and no file."""
    query = Download.select(Download.id).join(Video, on=(Download.video == Video.id))
    return query.where(Download.state == WorkState.FAILED, ~_has_newer(), Video.status.in_(_OPEN))


def _ended() -> Any:
    told = (Download.state != WorkState.FAILED) | _has_newer()
    return Download.active_key.is_null() & told


def _has_newer() -> Any:
    newer = Download.alias()
    same = (newer.video_id == Download.video_id) & (newer.id > Download.id)
    return fn.EXISTS(newer.select(newer.id).where(same))


def _ids(which: Any) -> list[int]:
    """The oldest few."""
    query = Download.select(Download.id).where(which).order_by(Download.id).limit(AT_ONCE)
    return [download_id for (download_id,) in query.tuples()]


def _staged() -> list[int]:
    try:
        return reconcile.staged()
    except NotConfigured:  # no library, no folders in it
        return []
