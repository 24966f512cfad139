"""What the threads do when they are woken: run what is due, until nothing is."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Unavailable
from mvidarr.core.terms import Cause, WorkState
from mvidarr.downloads import claims, waits, whole
from mvidarr.downloads import run as downloads_run
from mvidarr.jobs import claim, jobs, run, wake
from mvidarr.models import Artist, Change, Download, Event, Job, Schedule
from mvidarr.system import housekeeping, schedule, sweep
from tasks import clock as ticking
from tasks import downloads, owner, queues
from tasks import jobs as job_tasks
from tests.conftest import SetClock
from tests.factories import fresh, make_artist, make_download, make_video

pytestmark = pytest.mark.usefixtures("me")


class Here:
    """This process as the worker; `stops_after` runs it wants to end."""

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.stops_after = 99

    def stopping(self) -> bool:
        return len(self.ran) >= self.stops_after


@pytest.fixture
def me(database: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    here = Here()
    owner.become(owner.Owner(config=database, name="here.1", stopping=here.stopping))
    yield here
    monkeypatch.setattr(owner, "_current", [])


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(wake, "_hooks", [heard.append])
    return heard


@pytest.fixture
def quick(me: Here, library: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Downloads that are done at once."""
    settings.change({"disk_reserve": "0"})

    def done(row: Download, *_: Any) -> None:
        me.ran.append(row.id)
        with db.session():
            claim.finish(Download, row.id, str(row.owner), WorkState.DONE)

    monkeypatch.setattr(downloads_run, "run", done)
    return me


def test_one_look_runs_all_that_is_due(quick: Here, woken: list[str]) -> None:
    rows = [make_download().id for _ in range(3)]
    make_download(next_try_at=clock.now() + clock.HOUR)

    downloads.look.call_local()

    assert quick.ran == rows
    assert woken == ["downloads"] * 3  # others look too


def test_a_look_ends_when_the_program_does(quick: Here) -> None:
    make_download()
    make_download()
    quick.stops_after = 1

    downloads.look.call_local()

    assert len(quick.ran) == 1


def test_without_a_library_everything_waits_and_says_why(quick: Here, library: Path) -> None:
    row = make_download()
    library.rmdir()

    downloads.look.call_local()

    assert quick.ran == []
    assert (fresh(row).cause, fresh(row).attempts) == (Cause.LIBRARY_OFFLINE, 0)


def test_a_look_clears_what_ended_downloads_left(quick: Here, library: Path) -> None:
    from mvidarr.media import place

    ended, waiting = make_download(state="cancelled"), make_download(next_try_at=1 << 50)
    for row in (ended, waiting):
        (place.staging(library, row.id) / "part").touch()

    downloads.look.call_local()

    left = [path.name for path in (library / place.OWN_FOLDER / "staging").iterdir()]
    assert left == [str(waiting.id)]


def test_a_process_that_only_wakes_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_current", [])

    with pytest.raises(RuntimeError, match="no worker"):
        downloads.look.call_local()


def test_jobs_run_one_after_the_other(me: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        job_tasks, "RUN", {kind.name: lambda job, _: me.ran.append(job.id) for kind in jobs.KINDS}
    )
    added = [jobs.add("housekeeping").id, jobs.add("sweep").id]

    job_tasks.look.call_local()

    assert me.ran == added[::-1]
    assert {job.state for job in Job.select()} == {"done"}


def test_the_sweep_searches_artists_whose_time_has_come(set_clock: SetClock) -> None:
    due = make_artist(next_check_at=clock.now())
    make_artist(next_check_at=clock.now() + 1)
    make_artist(next_check_at=0, monitored=False)
    jobs.add("sweep")

    jobs_done = jobs.claim_due("here.1")
    assert jobs_done is not None
    run.run(jobs_done, job_tasks.RUN["sweep"], lambda: False)

    searches = Job.select().where(Job.kind == "discover")
    assert [job.subject for job in searches] == [str(due.id)]
    # a search that breaks off is not begun again at once
    assert fresh(due).next_check_at == clock.now() + sweep.AGAIN_AFTER


def test_no_more_searches_wait_than_services_can_take() -> None:
    for _ in range(sweep.AT_ONCE + 5):
        make_artist()

    assert sweep.search_due_artists() == sweep.AT_ONCE
    assert sweep.search_due_artists() == 0
    assert Artist.select().where(Artist.next_check_at == 0).count() == 5


def test_the_clock_adds_each_scheduled_job_once(set_clock: SetClock) -> None:
    ticking.tick.call_local()
    ticking.tick.call_local()

    kinds = sorted(job.kind for job in Job.select())
    assert kinds == sorted(one.kind for one in schedule.SCHEDULED)
    set_clock.forward(5 * clock.MINUTE)
    Job.update(state="done", active_key=None).execute()
    ticking.tick.call_local()
    assert Job.select().where(Job.kind == "sweep").count() == 2
    assert Job.select().where(Job.kind == "housekeeping").count() == 1


def test_a_clock_that_was_far_ahead_stops_nothing_for_long(set_clock: SetClock) -> None:
    ticking.tick.call_local()
    Schedule.update(next_run_at=clock.now() + 400 * clock.DAY).execute()
    Job.delete().execute()

    ticking.tick.call_local()

    assert Job.select().count() == len(schedule.SCHEDULED)


def test_a_scheduled_job_runs_now_when_asked(set_clock: SetClock) -> None:
    job = schedule.run_now("housekeeping")

    shown = {one.name: one for one in schedule.shown()}
    assert job.kind == "housekeeping"
    assert shown["housekeeping"].last_run_at == clock.now()
    assert shown["housekeeping"].next_run_at == clock.now() + clock.HOUR


def test_the_clock_ticks_every_minute() -> None:
    periodic = queues.jobs._registry.periodic_tasks
    assert [task.__class__.__name__ for task in periodic] == ["tick"]
    assert periodic[0].validate_datetime(datetime.datetime(2026, 1, 1, 3, 7, tzinfo=datetime.UTC))


def test_housekeeping_drops_what_is_old_and_keeps_the_rest(set_clock: SetClock) -> None:
    old = clock.now() - 366 * clock.DAY
    Event.create(at=old, kind="artist.added", title="old")
    Event.create(at=clock.now(), kind="artist.added", title="new")
    Job.create(kind="sweep", state="done", ended_at=old)
    video = make_video(source=True)
    gone = make_download(video, state="failed", ended_at=old)
    last = make_download(video, state="failed", ended_at=old + 1)
    Change.update(at=old).execute()
    steps: list[str] = []

    housekeeping.clean(lambda done, total, note: steps.append(note))

    assert [event.title for event in Event.select()] == ["new"]
    assert Job.select().count() == 0
    assert [row.id for row in Download.select()] == [last.id], gone.id
    assert Change.select().count() == 1  # the newest, so that a gap can be told
    assert steps == [name for name, _ in housekeeping.STEPS]


def test_a_held_queue_stops_what_runs_and_begins_nothing(
    me: Here, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.change({"disk_reserve": "0"})
    rows = [make_download().id for _ in range(2)]
    said: list[bool] = []

    def begun(row: Download, stopping: Callable[[], bool], *_: Any) -> None:
        said.append(stopping())
        with db.session():
            whole.hold()
        said.append(stopping())
        with db.session():
            claims.give_back(row, str(row.owner))

    monkeypatch.setattr(downloads_run, "run", begun)

    downloads.look.call_local()

    assert said == [False, True]
    assert [Download.get_by_id(row).state for row in rows] == ["queued", "queued"]


def test_a_database_that_is_away_holds_nothing(
    me: Here, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> bool:
        raise Unavailable("The database cannot be reached.")

    def begun(row: Download, stopping: Callable[[], bool], *_: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(waits, "is_held", away)
            said.append(stopping())
        with db.session():
            claim.finish(Download, row.id, str(row.owner), WorkState.DONE)

    settings.change({"disk_reserve": "0"})
    make_download()
    said: list[bool] = []
    monkeypatch.setattr(downloads_run, "run", begun)

    downloads.look.call_local()

    assert said == [False]


def test_what_failed_is_queued_again_by_its_job(me: Here) -> None:
    row = make_download(state="failed", ended_at=1)
    whole.retry_failed()

    job_tasks.look.call_local()

    assert [one.note for one in Job.select()] == ["1 of 1 queued again."]
    assert Download.get(Download.active_key.is_null(False)).video_id == row.video_id
