"""The schedule: each job once, and what its kind is called is known everywhere."""

import pytest

from mvidarr.core import clock
from mvidarr.core.errors import NotFound
from mvidarr.jobs import jobs
from mvidarr.models import Job
from mvidarr.system import schedule
from tasks import jobs as job_tasks
from tests import factories
from tests.conftest import SetClock

pytestmark = pytest.mark.usefixtures("database")


def test_every_scheduled_job_is_a_kind_that_somebody_does() -> None:
    for one in schedule.SCHEDULED:
        assert one.kind in jobs.BY_NAME
        assert one.kind in job_tasks.RUN
        assert one.every() >= clock.MINUTE
    assert len(schedule.BY_NAME) == len(schedule.SCHEDULED)


def test_every_kind_of_job_can_be_done() -> None:
    assert set(job_tasks.RUN) == set(jobs.BY_NAME)


def test_what_is_due_is_added_once(set_clock: SetClock) -> None:
    assert len(schedule.due(clock.now())) == len(schedule.SCHEDULED)
    assert schedule.due(clock.now()) == []
    set_clock.forward(15 * clock.MINUTE)

    names = {job.kind for job in schedule.due(clock.now())}

    assert {"sweep", "feeds"} <= names
    assert "watch" not in names


def test_a_run_that_still_goes_on_is_not_begun_again(set_clock: SetClock) -> None:
    first = {job.kind: job.id for job in schedule.due(clock.now())}
    set_clock.forward(clock.HOUR)

    again = {job.kind: job.id for job in schedule.due(clock.now())}

    assert again["feeds"] == first["feeds"]
    assert Job.select().where(jobs.Job.kind == "feeds").count() == 1


def test_a_run_of_a_person_is_theirs(set_clock: SetClock) -> None:
    user = factories.make_user()

    job = schedule.run_now("watch", by_user=user.id)

    assert (job.kind, job.by_user_id) == ("watch", user.id)
    with pytest.raises(NotFound):
        schedule.run_now("nothing")


# the newest runs


def test_the_newest_run_of_each_kind() -> None:
    def made(kind: str, state: str, subject: str = "") -> int:
        key = f"{kind}:{subject}" if state in {"queued", "running"} else None
        row = {"kind": kind, "state": state, "subject": subject, "active_key": key}
        job: Job = Job.create(**row)
        return job.id

    made("sweep", "done")
    done, running = made("sweep", "failed"), made("sweep", "running")
    made("sweep", "done", subject="else")
    waiting = made("feeds", "queued")
    made("discover", "done")

    newest = jobs.newest(["sweep", "feeds", "watch"])
    ended = jobs.newest(["sweep", "feeds", "watch"], ended=True)

    assert {kind: job.id for kind, job in newest.items()} == {"sweep": running, "feeds": waiting}
    assert {kind: job.id for kind, job in ended.items()} == {"sweep": done}
