"""Run one claimed download through its steps, and write down what became of it.

This is the one place that turns whatever a step raised into a cause.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

import peewee

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Error, NotConfigured, NotFound, TooSoon, Unavailable
from mvidarr.core.terms import Cause, WorkState
from mvidarr.downloads import claims, reconcile, settle, steps, upgrades, work
from mvidarr.downloads.causes import Failure
from mvidarr.downloads.work import NothingBetter
from mvidarr.integrations.youtube import download as youtube
from mvidarr.integrations.youtube.download import Stopped
from mvidarr.jobs.watch import Left, Watch
from mvidarr.media import disks

log = logging.getLogger(__name__)

BUSY_PAUSE = 5.0  # seconds

_lock = threading.Lock()
_running: set[int] = set()


def run(row: models.Download, stopping: Callable[[], bool], config: Config) -> None:
    """Never raises for what the download did; no child is left when this returns."""
    owner = str(row.owner)
    with _alone(row.id) as is_alone:
        if not is_alone:  # resumed before the former attempt was quite stopped
            with db.session():
                claims.postpone(row, owner, 1.0)
            return
        log.info("download started id=%s video=%s", row.id, row.video_id)
        failure: Exception | None = None
        with Watch(models.Download, row.id, owner, stopping) as watch:
            try:
                _go_through(work.begin(row, config, watch))
            except Exception as error:
                failure = error
        try:
            _end(row, owner, failure, is_lost=watch.is_lost)
        except Unavailable as error:  # the lease runs out, and the row comes back
            log.error("download left without a word id=%s error=%s", row.id, error)


@contextlib.contextmanager
def _alone(download_id: int) -> Iterator[bool]:
    """Whether no other thread of this process is in this download's staging folder."""
    with _lock:
        is_alone = download_id not in _running
        _running.add(download_id)
    try:
        yield is_alone
    finally:
        if is_alone:
            with _lock:
                _running.discard(download_id)


def _go_through(job: work.Job) -> None:
    for name, stage, step in steps.STEPS:
        job.watch.check()
        job.watch.note(step=name, stage=stage)
        with disks.disk_errors(job.library):
            job = step(job)


def _end(row: models.Download, owner: str, failure: Exception | None, *, is_lost: bool) -> None:
    if failure is None:
        log.info("download done id=%s", row.id)
    elif is_lost:
        log.info("download left id=%s", row.id)
        reconcile.clear(row.id)
    elif isinstance(failure, Left | Stopped):
        with db.session():
            claims.give_back(row, owner)
    elif isinstance(failure, NothingBetter):
        _stay(row, owner, str(failure))
    elif isinstance(failure, youtube.NothingBetter):
        _stay(row, owner, upgrades.NOTHING_OFFERED)
    elif isinstance(failure, TooSoon) or _is_busy(failure):
        with db.session():
            claims.postpone(row, owner, getattr(failure, "retry_after", None) or BUSY_PAUSE)
    else:
        _failed(row, owner, failure)


def _stay(row: models.Download, owner: str, why: str) -> None:
    """The file in place is as good: nothing of what was fetched is kept."""
    log.info("download changes nothing id=%s why=%s", row.id, why)
    with db.session():
        upgrades.stay(row, owner, why)
    reconcile.clear(row.id)


def _is_busy(error: Exception) -> bool:
    """Whether our own database could not be asked; disk and library name their cause."""
    if isinstance(error, peewee.OperationalError):
        error = db.busy(error)
    return isinstance(error, Unavailable) and getattr(error, "cause", None) is None


def _failed(row: models.Download, owner: str, error: Exception) -> None:
    failure = failure_of(error)
    if failure.cause in (Cause.UNKNOWN, Cause.CRASHED):
        log.error("download broke id=%s", row.id, exc_info=error)
    with db.session():
        now = models.Download.get_or_none(models.Download.id == row.id) or row
    state = settle.settle(now, owner, failure)
    if state is WorkState.FAILED:
        reconcile.clear(row.id)


def failure_of(error: Exception) -> Failure:
    """What an exception means for a download; adapters name the cause themselves."""
    if isinstance(error, work.Failed):
        return error.failure
    cause = getattr(error, "cause", None)
    if isinstance(cause, Cause):
        return Failure(
            cause=cause,
            sentence=str(error),
            detail=str(getattr(error, "detail", "")),
            retry_after=getattr(error, "retry_after", None),
            until=getattr(error, "starts_at", None),
        )
    if isinstance(error, NotConfigured):
        return Failure(cause=Cause.LIBRARY_OFFLINE, sentence=str(error))
    if isinstance(error, NotFound):  # what was fetched is gone: begin anew
        return Failure(cause=Cause.CRASHED, sentence=str(error))
    if isinstance(error, Error):
        return Failure(cause=Cause.UNKNOWN, sentence=str(error))
    return Failure(
        cause=Cause.UNKNOWN,
        sentence="The download failed in a way that is new to us. The log has the details.",
        detail=f"{type(error).__name__}: {error}",
    )
