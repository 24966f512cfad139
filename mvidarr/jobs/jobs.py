"""Background work that people see: add, cancel, list. What a kind does is known in `tasks.jobs`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import peewee

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import ACTIVE, WorkState
from mvidarr.jobs import claim, wake

Job: Final[Any] = models.Job  # as queries see it


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """`priority`: 1 first; what a person waits for goes before what the clock started."""

    name: str
    title: str
    priority: int = 5


KINDS = (
    JobKind(name="discover", title="Search for an artist's videos"),
    JobKind(name="bulk_delete", title="Delete artists", priority=3),
    JobKind(name="bulk", title="Change videos", priority=3),
    JobKind(name="pictures", title="Fetch pictures", priority=7),
    JobKind(name="sweep", title="Search for all artists that are due", priority=6),
    JobKind(name="housekeeping", title="Clean up", priority=9),
)
BY_NAME = {kind.name: kind for kind in KINDS}
_CLAIM_TRIES = 5


def add(
    kind: str,
    subject: str = "",
    args: Mapping[str, Any] | None = None,
    by_user: int | None = None,
) -> models.Job:
    """Have a job done; while one of this kind and subject is active, answer that one."""
    declared = BY_NAME[kind]
    key = f"{kind}:{subject}"
    try:
        with db.atomic():
            found = _active(key)
            if found is None:
                found = Job.create(
                    kind=kind,
                    subject=subject,
                    args=dict(args or {}),
                    active_key=key,
                    priority=declared.priority,
                    by_user=by_user,
                )
                activity.touch("jobs", found.id)
            elif by_user is not None:  # a person does not want to wait for a later try
                Job.update(next_try_at=0).where(Job.id == found.id).execute()
    except peewee.IntegrityError:  # MariaDB: somebody else added it a moment ago
        return _known(key)
    wake.wake("jobs")
    return found


def get(job_id: int) -> models.Job:
    """Raises NotFound."""
    job: models.Job | None = Job.get_or_none(Job.id == job_id)
    if job is None:
        raise NotFound("There is no such job.")
    return job


def cancel(job_id: int) -> models.Job:
    """Stop a job that waits or runs; raises Conflict when it has ended."""
    get(job_id)
    if not claim.move(Job, job_id, (WorkState.QUEUED, WorkState.RUNNING), WorkState.CANCELLED):
        raise Conflict("This job has already ended.")
    return get(job_id)


def active() -> list[models.Job]:
    """What runs and what waits, in the order it is taken."""
    query = Job.select().where(Job.state.in_(ACTIVE))
    return list(query.order_by(Job.state.desc(), Job.priority, Job.id).limit(200))


def recent(limit: int = 50) -> list[models.Job]:
    """The newest jobs, whatever became of them."""
    return list(Job.select().order_by(Job.id.desc()).limit(limit))


def page(place: db.Place) -> db.Page:
    """A page of all jobs, the newest first."""
    order = db.Order(name="id", column=Job.id, id=Job.id, descending=True)
    return db.page(Job.select(), order, place, key=lambda job: (job.id, job.id))


def count() -> tuple[int, bool]:
    """How many there are, and whether that is all of them."""
    return db.capped_count(Job.select())


def of(kind: str, subject: str) -> models.Job | None:
    """The newest job of a kind for one subject."""
    query = Job.select().where((Job.kind == kind) & (Job.subject == subject))
    job: models.Job | None = query.order_by(Job.id.desc()).first()
    return job


def claim_due(owner: str) -> models.Job | None:
    """The next job to do, ours now; None when none is due."""
    for job_id in claim.due(Job, clock.now(), _CLAIM_TRIES):
        job = claim.claim(models.Job, job_id, owner)
        if job is not None:
            return job
    return None


def _active(key: str) -> models.Job | None:
    job: models.Job | None = Job.get_or_none(Job.active_key == key)
    return job


def _known(key: str) -> models.Job:
    job = _active(key)
    if job is None:
        raise Conflict("This job has just ended; start it again.")
    return job
