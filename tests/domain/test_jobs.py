"""Background jobs: added once, listed, cancelled, run, tried again, given up."""

import threading
from collections.abc import Callable

import peewee
import pytest

from mvidarr.core import clock, db, errors
from mvidarr.core.terms import WorkState
from mvidarr.jobs import claim, jobs, run, wake
from mvidarr.jobs.run import Context
from mvidarr.jobs.watch import Left, Watch
from mvidarr.models import Event, Job
from tests.conftest import SetClock, until
from tests.factories import fresh, make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(wake, "_hooks", [heard.append])
    return heard


def test_adding_wakes_the_worker_after_the_commit(woken: list[str]) -> None:
    with db.atomic():
        jobs.add("discover", "7")
        jobs.add("discover", "8")
        assert woken == []

    assert woken == ["jobs"]


def test_a_rolled_back_job_wakes_nobody(woken: list[str]) -> None:
    def broken() -> None:
        with db.atomic():
            jobs.add("discover", "7")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert (woken, Job.select().count()) == ([], 0)


def test_a_second_add_answers_the_active_job() -> None:
    first = jobs.add("discover", "7", {"a": 1})

    assert jobs.add("discover", "7").id == first.id
    assert jobs.add("discover", "8").id != first.id
    assert first.args == {"a": 1}


def test_an_ended_job_is_added_anew() -> None:
    first = jobs.add("sweep")
    jobs.cancel(first.id)

    assert jobs.add("sweep").id != first.id


def test_a_person_does_not_wait_for_the_next_try() -> None:
    job = jobs.add("sweep")
    Job.update(next_try_at=clock.now() + clock.HOUR).execute()
    assert jobs.claim_due("here.1") is None

    jobs.add("sweep", by_user=make_user().id)

    found = jobs.claim_due("here.1")
    assert found is not None
    assert found.id == job.id


def test_only_declared_kinds_are_added() -> None:
    with pytest.raises(KeyError):
        jobs.add("something")


def test_cancelling_an_ended_job_is_a_conflict() -> None:
    job = jobs.add("sweep")
    jobs.cancel(job.id)

    with pytest.raises(errors.Conflict):
        jobs.cancel(job.id)
    with pytest.raises(errors.NotFound):
        jobs.cancel(job.id + 1)


def test_lists_show_what_is_active_and_what_is_new() -> None:
    first, second = jobs.add("sweep"), jobs.add("housekeeping")
    jobs.cancel(first.id)

    assert [job.id for job in jobs.active()] == [second.id]
    assert [job.id for job in jobs.recent()] == [second.id, first.id]
    assert jobs.recent(1)[0].id == second.id


def test_the_newest_job_of_a_subject_is_found() -> None:
    jobs.cancel(jobs.add("discover", "7").id)
    newest = jobs.add("discover", "7")

    found = jobs.of("discover", "7")
    assert found is not None
    assert found.id == newest.id
    assert jobs.of("discover", "8") is None


def test_work_for_people_comes_before_the_clocks() -> None:
    jobs.add("housekeeping")
    urgent = jobs.add("bulk_delete")

    found = jobs.claim_due("here.1")
    assert found is not None
    assert found.id == urgent.id


def do(work: Callable[[Job, Context], None], stopping: bool = False) -> Job:
    jobs.add("sweep")
    job = jobs.claim_due("here.1")
    assert job is not None
    run.run(job, work, lambda: stopping)
    return fresh(job)  # type: ignore[no-any-return]


def test_a_job_that_returns_is_done() -> None:
    assert do(lambda job, context: None).state == WorkState.DONE


def test_what_a_job_records_names_who_asked_for_it() -> None:
    from mvidarr import activity

    user = make_user()
    jobs.add("sweep", by_user=user.id)
    job = jobs.claim_due("here.1")
    assert job is not None
    run.run(job, lambda *_: void(activity.record("artist.added", "x")), lambda: False)

    assert Event.get().user_id == user.id


def test_progress_is_written_within_a_moment() -> None:
    """The work waits until what it said can be read by others."""

    def work(job: Job, context: Context) -> None:
        context.progress(3, 9, "Björk")
        with db.session():
            until(lambda: fresh(job).done == 3)

    row = do(work)
    assert (row.done, row.total, row.note) == (3, 9, "Björk")


def test_a_cancelled_job_is_told_and_stays_cancelled() -> None:
    told = threading.Event()

    def work(job: Job, context: Context) -> None:
        with db.session():
            jobs.cancel(job.id)
        until(lambda: context.watch.is_lost)
        try:
            context.progress(1)
        except Left:
            told.set()
            raise

    assert do(work).state == WorkState.CANCELLED
    assert told.is_set()


def test_a_job_goes_back_uncounted_when_the_program_stops() -> None:
    row = do(lambda job, context: context.progress(1), stopping=True)

    assert (row.state, row.attempts) == (WorkState.QUEUED, 0)


def test_a_passing_failure_is_tried_again_twice(set_clock: SetClock) -> None:
    pauses = []
    for _ in range(3):
        row = do(failing(errors.ServiceError("imvdb", "It is down.")))
        pauses.append(row.next_try_at - clock.now())
        set_clock.forward(clock.HOUR)

    assert pauses[:2] == [clock.MINUTE, 10 * clock.MINUTE]
    assert (row.state, row.last_error) == (WorkState.FAILED, "It is down.")


def test_a_budget_that_is_used_up_is_waited_for_and_never_counted(set_clock: SetClock) -> None:
    for _ in range(5):
        row = do(failing(errors.TooSoon("It is used up.", retry_after=360.0)))
        assert (row.state, row.attempts) == (WorkState.QUEUED, 0)
        assert row.next_try_at == set_clock.at + 360_000
        set_clock.forward(360_000)


def test_a_service_may_ask_for_a_longer_pause(set_clock: SetClock) -> None:
    row = do(failing(errors.ServiceError("imvdb", "Wait.", retry_after=900.0)))

    assert row.next_try_at == clock.now() + 15 * clock.MINUTE


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (errors.NotFound("It is gone."), "It is gone."),
        (errors.ServiceError("imvdb", "No key.", permanent=True), "No key."),
        (ZeroDivisionError(), run.BROKEN),
    ],
)
def test_a_lasting_failure_ends_the_job_and_says_so(error: Exception, sentence: str) -> None:
    row = do(failing(error))

    assert (row.state, row.last_error) == (WorkState.FAILED, sentence)
    event = Event.get()
    assert (event.kind, event.data["job_id"]) == ("job.failed", row.id)
    assert sentence in event.title


def test_a_watch_beats_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from mvidarr.jobs import watch

    monkeypatch.setattr(watch, "BEAT_EVERY", 0.0)
    jobs.add("sweep")
    job = jobs.claim_due("here.1")
    assert job is not None
    Job.update(lease_until=1).execute()

    with Watch(Job, job.id, str(job.owner), look_every=0.01):
        until(lambda: fresh(job).lease_until > 1)


@pytest.mark.parametrize(
    "error",
    [errors.Unavailable("It is busy."), peewee.OperationalError(2013, "Lost connection")],
)
def test_a_watch_without_a_database_gives_up_before_the_lease_ends(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from mvidarr.jobs import watch

    def away(*_: object) -> bool:
        raise error

    jobs.add("sweep")
    job = jobs.claim_due("here.1")
    assert job is not None
    monkeypatch.setattr(claim, "holds", away)
    with Watch(Job, job.id, str(job.owner), look_every=0.01) as kept:
        assert not kept.is_lost
        monkeypatch.setattr(watch, "GIVE_UP_AFTER", 0.0)
        until(lambda: kept.is_lost)


def test_writing_to_a_lost_row_stops_the_work() -> None:
    jobs.add("sweep")
    job = jobs.claim_due("here.1")
    assert job is not None
    jobs.cancel(job.id)

    with Watch(Job, job.id, str(job.owner)) as kept, pytest.raises(Left):
        kept.write(done=1)
    assert fresh(job).done == 0


def test_an_unknown_queue_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no queue"):
        wake.wake("mail")


def failing(error: Exception) -> Callable[[Job, Context], None]:
    def work(job: Job, context: Context) -> None:
        raise error

    return work


def void(value: object) -> None:
    del value


def test_of_many_who_add_the_same_at_once_one_wins() -> None:
    begin = threading.Barrier(4)
    answered: list[int] = []

    def add() -> None:
        with db.session():
            begin.wait()
            answered.append(jobs.add("discover", "7").id)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == 4
    assert len(set(answered)) == 1
    assert Job.select().count() == 1


def test_a_job_that_ended_while_it_was_added_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """MariaDB: seen by the index, gone by the time it is read."""
    jobs.add("sweep")
    monkeypatch.setattr(jobs, "_active", lambda key: None)

    with pytest.raises(errors.Conflict):
        jobs.add("sweep")
