"""The queue of downloads as the worker uses it: which row is next, and rows that come back."""

from peewee import fn

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.terms import Cause, WorkState
from mvidarr.downloads import queue, settle, waits
from mvidarr.governor import breaker, budget
from mvidarr.integrations.youtube.download import SITES as PROVIDERS
from mvidarr.jobs import claim
from mvidarr.jobs.claim import Reaped
from mvidarr.library import videos
from mvidarr.library.tables import Download, VideoSource
from mvidarr.settings import download_options

_TRIES = 5


def claim_next(owner: str) -> models.Download | None:
    """The next row to run, ours now; None when none is due, or none may run."""
    return db.transact(lambda: _claim_next(owner)) if may_claim() else None


def may_claim() -> bool:
    """Whether a row is due and nothing holds it back; says nothing of the disk."""
    if waits.is_held() or waits.opens_at() or not _due(1):
        return False
    return _has_room()


def reap() -> None:
    """Take back rows whose worker fell silent."""
    with db.atomic():
        _taken_back(claim.reap(Download, clock.now()))


def release(instance: str, *, is_loss: bool = True) -> None:
    """Take back the rows of this data folder's workers that are known to have ended."""
    with db.atomic():
        _taken_back(claim.release_owner(Download, instance, is_loss=is_loss))


def give_back(row: models.Download, owner: str) -> None:
    """Put a row of ours back as it was, because the program stops or all downloads are held."""
    with db.atomic():
        claim.heartbeat(Download, row.id, owner, **queue.STOPPED)
        claim.requeue(Download, row.id, owner, claim.Again(next_try_at=clock.now()))
        videos.restate([row.video_id])


def postpone(row: models.Download, owner: str, seconds: float) -> None:
    """Put a row of ours back for a moment: its turn has not come yet."""
    with db.atomic():
        at = clock.now() + max(1000, int(seconds * 1000))
        claim.requeue(Download, row.id, owner, claim.Again(next_try_at=at))
        videos.restate([row.video_id])


def _claim_next(owner: str) -> models.Download | None:
    budget.locked(waits.SERVICE)  # MariaDB: count and claim one at a time
    if not _has_room():
        return None
    for download_id in _due(_TRIES):
        row = claim.claim(models.Download, download_id, owner)
        if row is not None:
            videos.restate([row.video_id])
            activity.touch("downloads")  # not only this row: the line is shorter now
            return row
    return None


def _due(limit: int) -> list[int]:
    """Rows whose time has come, and whose uploads are of no service that rests."""
    resting = [name for name in PROVIDERS if breaker.is_open(name)]
    theirs = VideoSource.select().where(
        VideoSource.id == Download.source, VideoSource.provider.in_(resting)
    )
    return claim.due(Download, clock.now(), limit, ~fn.EXISTS(theirs) if resting else None)


def _has_room() -> bool:
    running = Download.select().where(Download.state == WorkState.RUNNING).count()
    return bool(running < settings.get(download_options.download_concurrency))


def _taken_back(reaped: Reaped) -> None:
    ids = [*reaped.queued, *reaped.failed]
    if not ids:
        return
    Download.update(**queue.STOPPED).where(Download.id.in_(ids)).execute()
    rows = Download.select(Download.id, Download.video_id).where(Download.id.in_(ids)).tuples()
    video_of = dict(rows)
    videos.restate(video_of.values())
    for download_id in reaped.failed:
        settle.record_failed(video_of[download_id], download_id, Cause.CRASHED, claim.CRASHED)
