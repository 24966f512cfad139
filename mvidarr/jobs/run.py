"""Do one claimed job, keep its row ours meanwhile, and settle it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mvidarr import activity
from mvidarr.core import clock, db
from mvidarr.core.errors import Error, ServiceError, TooSoon, Unavailable
from mvidarr.core.terms import Cause, WorkState
from mvidarr.jobs import claim, jobs
from mvidarr.jobs.claim import Again
from mvidarr.jobs.watch import Left, Watch
from mvidarr.models import Job

log = logging.getLogger(__name__)

TRIES = 3
PAUSES = (clock.MINUTE, 10 * clock.MINUTE)
BROKEN = "An unexpected error stopped this job; the log has the details."


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a job may ask of its surroundings while it runs."""

    watch: Watch

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far the job is; raises Left when it should stop."""
        self.watch.note(done=done, total=total, note=note[:500])
        self.watch.check()

    def keep(self, args: Mapping[str, Any]) -> None:
        """Remember where the work stands, for when it is begun again."""
        self.watch.note(args=dict(args))

    def result(self, note: str, problem: str | None = None) -> None:
        """Say what came of the work, and what went wrong although it was done."""
        self.watch.note(note=note[:500], last_error=problem and problem[:1000])


Work = Callable[[Job, Context], None]


def run(job: Job, work: Work, stopping: Callable[[], bool]) -> None:
    """Do the job and write down what became of it; never raises for what the job did."""
    owner = str(job.owner)
    actor = activity.Actor(user_id=job.by_user_id)
    with Watch(Job, job.id, owner, stopping) as watch, activity.acting(actor):
        failure: Exception | None = None
        try:
            work(job, Context(watch=watch))
        except Exception as error:
            failure = error
    with db.session():
        _settle(job, owner, failure, watch)


def _settle(job: Job, owner: str, failure: Exception | None, watch: Watch) -> None:
    if watch.is_lost:
        log.info("job left id=%s kind=%s", job.id, job.kind)
    elif failure is None:
        claim.finish(Job, job.id, owner, WorkState.DONE, **watch.unwritten)
        log.info("job done id=%s kind=%s subject=%s", job.id, job.kind, job.subject)
    elif isinstance(failure, Left):  # the program stops
        claim.requeue(Job, job.id, owner, Again(next_try_at=clock.now()))
    else:
        _failed(job, owner, failure)


def _failed(job: Job, owner: str, failure: Exception) -> None:
    pause = _pause(job, failure)
    if pause is not None:
        again = Again(
            next_try_at=clock.now() + pause,
            counted=not isinstance(failure, TooSoon),  # it is not the job that has failed
            cause=Cause.NETWORK,
            error=str(failure),
        )
        claim.requeue(Job, job.id, owner, again)
        log.warning("job waits id=%s kind=%s error=%s", job.id, job.kind, failure)
        return
    sentence = str(failure) if isinstance(failure, Error) else BROKEN
    log.error("job failed id=%s kind=%s", job.id, job.kind, exc_info=failure)
    with db.atomic():
        columns = {"cause": Cause.UNKNOWN, "last_error": sentence[:1000]}
        if claim.finish(Job, job.id, owner, WorkState.FAILED, **columns):
            title = f"{jobs.BY_NAME[job.kind].title}: {sentence}"
            activity.record("job.failed", title, job_id=job.id)


def _pause(job: Job, failure: Exception) -> int | None:
    """Milliseconds to wait where another try may help, else None."""
    asked = getattr(failure, "retry_after", None) or 0
    if isinstance(failure, TooSoon):
        return max(clock.SECOND, int(asked * 1000))
    passing = isinstance(failure, Unavailable | ServiceError)
    if not passing or getattr(failure, "permanent", False) or job.attempts + 1 >= TRIES:
        return None
    return max(PAUSES[job.attempts], int(asked * 1000))
