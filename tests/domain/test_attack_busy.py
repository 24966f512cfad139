"""A download whose row cannot be written for a moment."""

import peewee
import pytest

from mvidarr.core import clock, errors
from mvidarr.core.config import Config
from mvidarr.core.terms import Stage, WorkState
from mvidarr.downloads import claims, queue, run, steps
from mvidarr.downloads.work import Job
from tests.conftest import SetClock
from tests.factories import fresh, make_video


@pytest.mark.parametrize(
    "error",
    [
        errors.Unavailable("The database is busy; try again in a moment.", retry_after=2),
        peewee.OperationalError(2013, "Lost connection to server during query"),
    ],
)
def test_a_busy_database_counts_as_no_attempt(
    database: Config,
    library: object,
    set_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def step(job: Job) -> Job:
        raise error

    monkeypatch.setattr(steps, "STEPS", (("fetch", Stage.FETCH, step),))
    queue.add(make_video(source=True).id)
    row = claims.claim_next("here.1")
    assert row is not None
    run.run(row, lambda: False, database)

    row = fresh(row)
    assert (row.state, row.attempts, row.cause) == (WorkState.QUEUED, 0, None)
    assert row.next_try_at > clock.now()
