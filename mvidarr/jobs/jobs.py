"""Background work that people see: add, cancel, list. What a kind does is known in `tasks.jobs`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import peewee
from peewee import fn

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
    JobKind(name="describe", title="Look up facts of an artist", priority=4),
    JobKind(name="portrait", title="Fetch an artist's picture", priority=7),
    JobKind(name="rejudge", title="Judge an artist's uploads by new rules", priority=3),
    JobKind(name="rejudge_all", title="Judge all uploads by new lines", priority=4),
    JobKind(name="bulk_delete", title="Delete artists", priority=3),
    JobKind(name="bulk", title="Change videos", priority=3),
    JobKind(name="retry_failed", title="Try failed downloads again", priority=3),
    JobKind(name="review_bulk", title="Decide about candidates", priority=3),
    JobKind(name="pictures", title="Fetch pictures", priority=7),
    JobKind(name="duplicates", title="Look for duplicates", priority=8),
    JobKind(name="merge", title="Join duplicates", priority=3),
    JobKind(name="rename_plan", title="Work out new file names", priority=2),
    JobKind(name="rename", title="Rename files", priority=3),
    JobKind(name="rename_undo", title="Give files their former names back", priority=3),
    JobKind(name="list_read", title="Read a list", priority=4),
    JobKind(name="list_apply", title="Import a list", priority=4),
    JobKind(name="lists", title="Read followed lists that are due", priority=6),
    JobKind(name="sweep", title="Search for all artists that are due", priority=6),
    JobKind(name="feeds", title="Read the feeds of channels", priority=6),
    JobKind(name="watch", title="Look after uploads in use", priority=8),
    JobKind(name="disk", title="Look at the library's disk", priority=8),
    JobKind(name="ytdlp_look", title="Look for a newer yt-dlp", priority=6),
    JobKind(name="ytdlp_update", title="Update yt-dlp", priority=3),
    JobKind(name="rewrite", title="Write NFO, pictures and tags anew", priority=4),
    JobKind(name="artist_files", title="Write an artist's files", priority=7),
    JobKind(name="measure", title="Measure loudness", priority=8),
    JobKind(name="restore", title="Put back from the trash", priority=3),
    JobKind(name="empty_trash", title="Empty the trash", priority=4),
    JobKind(name="upgrades", title="Look for better files", priority=8),
    JobKind(name="housekeeping", title="Clean up", priority=9),
)
BY_NAME = {kind.name: kind for kind in KINDS}
_CLAIM_TRIES = 5


def add(
    kind: str,
    subject: str = "",
    args: Mapping[str, Any] | None = None,
    by_user: int | None = None,
    *,
    priority: int | None = None,
) -> models.Job:
    """Have a job done; while one of this kind and subject is active, answer that one.

    `priority`: another one than that of its kind.
    """
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
                    priority=declared.priority if priority is None else priority,
                    by_user=by_user,
                )
                activity.touch("jobs", found.id)
            elif by_user is not None:
                _hurry(found, by_user, declared.priority)
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


def page(place: db.Place, kind: str = "", state: str = "") -> db.Page:
    """A page of all jobs, or of those of one kind or state, the newest first."""
    order = db.Order(name="id", column=Job.id, id=Job.id, descending=True)
    return db.page(_chosen(kind, state), order, place, key=lambda job: (job.id, job.id))


def count(kind: str = "", state: str = "") -> tuple[int, bool]:
    """How many there are, and whether that is all of them."""
    return db.capped_count(_chosen(kind, state))


def some(ids: Iterable[int]) -> list[models.Job]:
    """Those of these jobs that are still kept."""
    return list(Job.select().where(Job.id.in_(list(ids))))


def newest(kinds: Iterable[str], *, ended: bool = False) -> dict[str, models.Job]:
    """The newest job without a subject of each kind, or the newest that ended."""
    found = Job.select(fn.MAX(Job.id)).where(Job.kind.in_(list(kinds)), Job.subject == "")
    if ended:
        found = found.where(Job.active_key.is_null())
    return {job.kind: job for job in Job.select().where(Job.id.in_(found.group_by(Job.kind)))}


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


def _chosen(kind: str, state: str) -> Any:
    query = Job.select()
    if kind:
        query = query.where(Job.kind == kind)
    return query.where(Job.state == state) if state else query


def _hurry(job: models.Job, by_user: int, priority: int) -> None:
    """A person does not want to wait for a later try, nor behind what the clock started."""
    sooner: dict[str, Any] = {"next_try_at": 0, "priority": min(job.priority, priority)}
    if job.by_user_id is None:
        sooner["by_user"] = by_user
    Job.update(**sooner).where(Job.id == job.id).execute()


def _active(key: str) -> models.Job | None:
    job: models.Job | None = Job.get_or_none(Job.active_key == key)
    return job


def _known(key: str) -> models.Job:
    job = _active(key)
    if job is None:
        raise Conflict("This job has just ended; start it again.")
    return job
