"""Rows that are work: claimed once, kept by heartbeats, taken back from owners who fell silent."""

import threading

import pytest

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.terms import Cause, WorkState
from mvidarr.jobs import claim
from mvidarr.jobs.claim import Again
from mvidarr.models import Change, Download, Job
from tests.conftest import SetClock
from tests.factories import fresh, make_download

pytestmark = pytest.mark.usefixtures("database")


def make_job(**columns: object) -> Job:
    job: Job = Job.create(kind="sweep", **{"active_key": "sweep:", **columns})
    return job


def test_a_claimed_row_has_owner_lease_and_start(set_clock: SetClock) -> None:
    job = claim.claim(Job, make_job().id, "here.1")

    assert job is not None
    assert str(job.owner).startswith("here.1.")
    assert (job.state, job.started_at) == (WorkState.RUNNING, clock.now())
    assert job.lease_until == clock.now() + claim.LEASE_MS


def test_a_row_is_claimed_once() -> None:
    job = make_job()

    assert claim.claim(Job, job.id, "here.1") is not None
    assert claim.claim(Job, job.id, "there.1") is None


def test_a_row_whose_time_has_not_come_is_not_claimed(set_clock: SetClock) -> None:
    job = make_job(next_try_at=clock.now() + 1)

    assert claim.due(Job, clock.now()) == []
    assert claim.claim(Job, job.id, "here.1") is None
    set_clock.forward(1)
    assert claim.claim(Job, job.id, "here.1") is not None


def test_due_rows_come_by_priority_then_position_then_age() -> None:
    late = make_download(position=2)
    early = make_download(position=1)
    urgent = make_download(position=9, priority=1)

    assert claim.due(Download, clock.now(), 9) == [urgent.id, early.id, late.id]


def test_a_heartbeat_renews_the_lease_and_writes_columns(set_clock: SetClock) -> None:
    job = claimed()
    set_clock.forward(5000)

    assert claim.heartbeat(Job, job.id, str(job.owner), done=3)
    row = fresh(job)
    assert (row.done, row.lease_until) == (3, clock.now() + claim.LEASE_MS)


def test_a_heartbeat_that_changes_nothing_still_counts(set_clock: SetClock) -> None:
    job = claimed()

    assert claim.heartbeat(Job, job.id, str(job.owner))
    assert claim.heartbeat(Job, job.id, str(job.owner))


def test_a_bare_heartbeat_redraws_nothing() -> None:
    job = claimed()
    before = Change.select().count()

    claim.heartbeat(Job, job.id, str(job.owner))
    assert Change.select().count() == before
    claim.heartbeat(Job, job.id, str(job.owner), done=1)
    assert Change.select().count() > before


def test_who_lost_a_row_can_neither_beat_nor_finish_nor_requeue() -> None:
    job = claimed()
    claim.move(Job, job.id, (WorkState.RUNNING,), WorkState.CANCELLED)
    owner = str(job.owner)

    assert not claim.holds(Job, job.id, owner)
    assert not claim.heartbeat(Job, job.id, owner, done=1)
    assert not claim.finish(Job, job.id, owner, WorkState.DONE)
    assert not claim.requeue(Job, job.id, owner, Again(next_try_at=0))
    assert fresh(job).state == WorkState.CANCELLED


def test_a_second_claim_by_the_same_process_shuts_the_first_one_out() -> None:
    first = claimed()
    claim.requeue(Job, first.id, str(first.owner), Again(next_try_at=0))

    second = claim.claim(Job, first.id, "here.1")

    assert second is not None
    assert not claim.holds(Job, first.id, str(first.owner))
    assert claim.holds(Job, first.id, str(second.owner))


def test_finishing_frees_the_subject(set_clock: SetClock) -> None:
    job = claimed()

    assert claim.finish(Job, job.id, str(job.owner), WorkState.DONE, note="ok")
    row = fresh(job)
    assert (row.state, row.active_key, row.owner, row.lease_until) == ("done", None, None, None)
    assert (row.ended_at, row.note) == (clock.now(), "ok")


def test_parking_keeps_the_subject() -> None:
    job = claimed()

    claim.finish(Job, job.id, str(job.owner), WorkState.PARKED)
    assert (fresh(job).active_key, fresh(job).ended_at) == ("sweep:", None)


def test_a_counted_requeue_adds_an_attempt() -> None:
    job = claimed()
    again = Again(next_try_at=5, counted=True, cause=Cause.NETWORK, error="x" * 2000)

    assert claim.requeue(Job, job.id, str(job.owner), again)
    row = fresh(job)
    assert (row.state, row.attempts, row.next_try_at) == ("queued", 1, 5)
    assert (row.cause, row.last_error) == ("network", "x" * 1000)


def test_an_uncounted_requeue_adds_none() -> None:
    job = claimed()

    claim.requeue(Job, job.id, str(job.owner), Again(next_try_at=5))
    assert (fresh(job).attempts, fresh(job).losses) == (0, 0)


def test_the_reaper_takes_back_what_fell_silent(set_clock: SetClock) -> None:
    job = claimed()
    set_clock.forward(claim.LEASE_MS)
    assert claim.reap(Job, clock.now()) == claim.Reaped()
    set_clock.forward(1)

    assert claim.reap(Job, clock.now()) == claim.Reaped(queued=(job.id,))
    row = fresh(job)
    assert (row.state, row.losses, row.owner, row.attempts) == ("queued", 1, None, 0)


def test_the_tenth_loss_fails_as_crashed(set_clock: SetClock) -> None:
    job = claimed(losses=9)
    set_clock.forward(claim.LEASE_MS + 1)

    assert claim.reap(Job, clock.now()) == claim.Reaped(failed=(job.id,))
    row = fresh(job)
    assert (row.state, row.cause, row.active_key, row.losses) == ("failed", "crashed", None, 10)


def test_a_dead_workers_rows_go_back_at_once() -> None:
    mine = claimed()
    theirs = claimed(active_key="sweep:2", owner="there.1")

    assert claim.release_owner(Job, "here") == claim.Reaped(queued=(mine.id,))
    assert (fresh(mine).state, fresh(mine).losses) == ("queued", 1)
    assert fresh(theirs).state == "running"


def test_rows_of_a_worker_that_ends_in_time_lose_nothing() -> None:
    mine = claimed(losses=9)

    claim.release_owner(Job, "here", is_loss=False)
    assert (fresh(mine).state, fresh(mine).losses) == ("queued", 9)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_of_many_claimers_at_once_one_wins(database: Config) -> None:
    check_race()


@pytest.mark.mariadb
@pytest.mark.parametrize("config", ["mariadb"], indirect=True)
def test_of_many_claimers_at_once_one_wins_on_mariadb(database: Config) -> None:
    check_race()


def check_race() -> None:
    jobs = [make_job(active_key=f"sweep:{number}") for number in range(10)]
    won: list[int] = []

    def work(name: str) -> None:
        with db.session():
            for job in jobs:
                if db.transact(lambda job=job: claim.claim(Job, job.id, name)):  # type: ignore[misc]
                    won.append(job.id)

    threads = [threading.Thread(target=work, args=(f"here.{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [job.id for job in jobs]


def claimed(owner: str = "here.1", **columns: object) -> Job:
    job = claim.claim(Job, make_job(**columns).id, owner)
    assert job is not None
    return job


@pytest.mark.parametrize("jump", [2 * clock.HOUR, 365 * clock.DAY], ids=["hours", "a year"])
def test_clock_that_was_ahead_holds_no_row_back(set_clock: SetClock, jump: int) -> None:
    set_clock.forward(jump)
    job = make_job()
    claimed = claim.claim(Job, job.id, "here.1")
    assert claimed
    later = Again(next_try_at=clock.now() + clock.HOUR)
    assert claim.requeue(Job, job.id, str(claimed.owner), later)
    assert claim.due(Job, clock.now()) == []

    set_clock.forward(-jump)

    assert claim.due(Job, clock.now()) == [job.id]
    again = claim.claim(Job, job.id, "here.2")
    assert again
    assert claim.requeue(Job, job.id, str(again.owner), Again(next_try_at=clock.now() + 1))
    assert claim.due(Job, clock.now()) == []


@pytest.mark.parametrize("jump", [2 * clock.HOUR, 365 * clock.DAY], ids=["hours", "a year"])
def test_lease_of_a_clock_that_was_ahead_is_over(set_clock: SetClock, jump: int) -> None:
    set_clock.forward(jump)
    job = make_job()
    assert claim.claim(Job, job.id, "here.1")

    set_clock.forward(-jump)

    assert claim.reap(Job, clock.now()).queued == (job.id,)


def test_lease_outlives_a_clock_that_is_a_little_ahead(set_clock: SetClock) -> None:
    set_clock.forward(10 * clock.MINUTE)
    job = make_job()
    assert claim.claim(Job, job.id, "there.1")

    set_clock.forward(-10 * clock.MINUTE)

    assert claim.reap(Job, clock.now()) == claim.Reaped()
