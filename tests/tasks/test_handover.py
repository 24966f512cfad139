"""What a job knows when it begins, and what stays of its progress when it ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.models import Job
from mvidarr.settings import options, values
from tasks import jobs as job_tasks
from tasks import owner
from tests.factories import fresh


@pytest.fixture(autouse=True)
def _here(database: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process as the worker."""
    owner.become(owner.Owner(config=database, name="here.1", stopping=lambda: False))
    yield
    monkeypatch.setattr(owner, "_current", [])


def run_as(monkeypatch: pytest.MonkeyPatch, work: Any) -> Job:
    """Have the job `housekeeping` do this instead, at once."""
    monkeypatch.setattr(job_tasks, "RUN", {**job_tasks.RUN, "housekeeping": work})
    job = jobs.add("housekeeping")
    job_tasks.look.call_local()
    return fresh(job)  # type: ignore[no-any-return]


def test_a_job_begins_with_what_another_process_saved_just_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    assert settings.get(options.outbound_proxy) == ""  # looked a moment ago
    with db.atomic():
        values._write("outbound_proxy", '"http://127.0.0.1:3128"', None)

    run_as(monkeypatch, lambda job, context: seen.append(settings.get(options.outbound_proxy)))

    assert seen == ["http://127.0.0.1:3128"]


def test_the_last_progress_of_a_quick_job_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(job: Job, context: Context) -> None:
        context.progress(1, 2, "half")
        context.progress(2, 2, "all of it")

    row = run_as(monkeypatch, work)

    assert (row.state, row.done, row.total, row.note) == ("done", 2, 2, "all of it")
