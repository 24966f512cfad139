"""Run jobs that are due. What each kind does is said here, in one table."""

from collections.abc import Mapping

from mvidarr import settings
from mvidarr.core import db
from mvidarr.jobs import jobs, run, wake
from mvidarr.jobs.run import Context, Work
from mvidarr.models import Job
from tasks import owner, queues


@queues.jobs.task()
def look() -> None:
    """The message only woke us, the rows know what to do."""
    me = owner.current()
    while not me.stopping():
        with db.session():
            job = jobs.claim_due(me.name)
            settings.refresh()  # it may have been asked for right after a change
        if job is None:
            return
        wake.wake("jobs")  # another thread may find another one
        run.run(job, RUN[job.kind], me.stopping)


def _discover(job: Job, context: Context) -> None:
    from mvidarr.discovery import run as discovery

    discovery.discover(int(job.subject), progress=context.progress)


def _pictures(job: Job, context: Context) -> None:
    from mvidarr.discovery import pictures

    pictures.fetch(int(job.subject), owner.current().config, context.progress)


def _sweep(job: Job, context: Context) -> None:
    from mvidarr.system import sweep

    with db.session():
        sweep.search_due_artists()


def _housekeeping(job: Job, context: Context) -> None:
    from mvidarr.system import housekeeping

    with db.session():
        housekeeping.clean(context.progress)


def _bulk_delete(job: Job, context: Context) -> None:
    from mvidarr.library import bulk

    with db.session():
        bulk.run_delete_artists(job, context)


def _bulk(job: Job, context: Context) -> None:
    from mvidarr.library import bulk

    with db.session():
        bulk.run_change_videos(job, context)


RUN: Mapping[str, Work] = {
    "discover": _discover,
    "pictures": _pictures,
    "bulk_delete": _bulk_delete,
    "bulk": _bulk,
    "sweep": _sweep,
    "housekeeping": _housekeeping,
}
