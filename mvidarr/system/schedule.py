"""What happens by itself: each scheduled job once in a tuple, its last and next run in rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import NotFound
from mvidarr.jobs import jobs

Schedule: Final[Any] = models.Schedule


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A job of `kind`, `every()` so many ms."""

    name: str
    title: str
    kind: str
    every: Callable[[], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A scheduled job as a page shows it; times in ms."""

    name: str
    title: str
    every: int
    last_run_at: int | None
    next_run_at: int


SCHEDULED = (
    Scheduled(
        name="sweep",
        title="Search for artists that are due",
        kind="sweep",
        every=lambda: 5 * clock.MINUTE,
    ),
    Scheduled(
        name="duplicates",
        title="Look for duplicates",
        kind="duplicates",
        every=lambda: clock.DAY,
    ),
    Scheduled(
        name="feeds",
        title="Read the feeds of artists' channels",
        kind="feeds",
        every=lambda: 15 * clock.MINUTE,
    ),
    Scheduled(
        name="watch",
        title="Look after uploads in use",
        kind="watch",
        every=lambda: clock.HOUR,
    ),
    Scheduled(
        name="lists",
        title="Read followed lists that are due",
        kind="lists",
        every=lambda: 10 * clock.MINUTE,
    ),
    Scheduled(
        name="disk",
        title="Look at the library's disk",
        kind="disk",
        every=lambda: 5 * clock.MINUTE,
    ),
    Scheduled(
        name="ytdlp",
        title="Look for a newer yt-dlp",
        kind="ytdlp_look",
        every=lambda: 6 * clock.HOUR,
    ),
    Scheduled(
        name="measure",
        title="Measure loudness that is not known",
        kind="measure",
        every=lambda: clock.HOUR,
    ),
    Scheduled(
        name="upgrades",
        title="Look for better files below the cutoff",
        kind="upgrades",
        every=lambda: clock.DAY,
    ),
    Scheduled(
        name="housekeeping",
        title="Clean up what is old",
        kind="housekeeping",
        every=lambda: clock.HOUR,
    ),
)
BY_NAME = {scheduled.name: scheduled for scheduled in SCHEDULED}


def due(now: int) -> list[models.Job]:
    """Add the jobs whose time has come; of several workers, one adds each."""
    _complete()
    return [_start(one, now) for one in SCHEDULED if _claim(one, now)]


def run_now(name: str, by_user: int | None = None) -> models.Job:
    """Add a scheduled job before its time; the next run counts from now. Raises NotFound."""
    scheduled = BY_NAME.get(name)
    if scheduled is None:
        raise NotFound("There is no such scheduled job.")
    _complete()
    now = clock.now()
    with db.atomic():
        _update(Schedule.name == name, now, scheduled)
        return jobs.add(scheduled.kind, by_user=by_user)


def shown() -> list[Shown]:
    """Every scheduled job with its last and next run."""
    rows = {row.name: row for row in Schedule.select()}
    return [
        Shown(
            name=one.name,
            title=one.title,
            every=one.every(),
            last_run_at=rows[one.name].last_run_at if one.name in rows else None,
            next_run_at=rows[one.name].next_run_at if one.name in rows else 0,
        )
        for one in SCHEDULED
    ]


def _complete() -> None:
    known = {name for (name,) in Schedule.select(Schedule.name).tuples()}
    for one in SCHEDULED:
        if one.name not in known:
            Schedule.insert(name=one.name).on_conflict_ignore().execute()


def _claim(one: Scheduled, now: int) -> bool:
    # a run further away than its interval was planned by a clock that was wrong
    late = (Schedule.next_run_at <= now) | (Schedule.next_run_at > now + one.every() + clock.MINUTE)
    return bool(_update((Schedule.name == one.name) & late, now, one))


def _update(where: Any, now: int, one: Scheduled) -> int:
    columns = {"last_run_at": now, "next_run_at": now + one.every(), "updated_at": now}
    changed: int = Schedule.update(**columns).where(where).execute()
    return changed


def _start(one: Scheduled, now: int) -> models.Job:
    activity.touch("jobs")
    return jobs.add(one.kind)
