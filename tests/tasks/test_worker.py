"""The worker's main loop, the lock of its data folder, and the supervisor's children."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import peewee
import pytest
from huey.storage import MemoryStorage

from mvidarr import supervisor, worker
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import BootError, Unavailable
from mvidarr.downloads import claims
from mvidarr.jobs import claim, jobs
from mvidarr.models import Job, Outbox
from mvidarr.supervisor import Child
from mvidarr.system import instance
from tasks import queues
from tests.conftest import until
from tests.factories import fresh, make_download


@pytest.fixture(autouse=True)
def _empty_queues() -> Iterator[None]:
    for queue in queues.ALL:
        queue.storage = MemoryStorage(queue.name)
    yield
    for queue in queues.ALL:
        queue.storage = MemoryStorage(queue.name)


def sizes() -> dict[str, int]:
    return {queue.name: queue.storage.queue_size() for queue in queues.ALL}


@pytest.mark.usefixtures("database")
def test_a_sweep_wakes_whoever_has_something_to_do() -> None:
    worker.sweep()
    assert sizes() == {"downloads": 0, "jobs": 0, "delivery": 0}

    make_download()
    Job.create(kind="sweep", active_key="sweep:")
    Outbox.create(event_id=1, target="1", active_key="1:1")
    worker.sweep()
    assert sizes() == {"downloads": 1, "jobs": 1, "delivery": 1}
    worker.sweep()  # no second message before the first is read
    assert sizes() == {"downloads": 1, "jobs": 1, "delivery": 1}


@pytest.mark.usefixtures("database")
def test_a_sweep_takes_back_what_fell_silent() -> None:
    gone: dict[str, Any] = {"state": "running", "owner": "x.1", "lease_until": clock.now() - 1}
    download = make_download(**gone)
    job = Job.create(kind="sweep", active_key="sweep:", **gone)
    message = Outbox.create(event_id=1, target="1", active_key="1:1", **gone)

    worker.sweep()

    assert [fresh(row).state for row in (download, job, message)] == ["queued"] * 3


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "error", [Unavailable("It is busy."), peewee.OperationalError(2013, "Lost connection")]
)
def test_a_sweep_without_a_database_is_skipped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def away() -> None:
        raise error

    monkeypatch.setattr(claims, "reap", away)

    worker.sweep()

    assert "sweep skipped" in caplog.text


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_data_folder_has_one_worker_and_one_name(config: Config) -> None:
    with (
        instance.hold(config, 0.0) as name,
        pytest.raises(BootError, match="Another worker"),
        instance.hold(config, 0.0),
    ):
        pass
    with instance.hold(config, 0.0) as again:
        assert again == name


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_waiting_for_the_lock_ends_with_the_program(config: Config) -> None:
    with (
        instance.hold(config, 0.0),
        pytest.raises(BootError),
        instance.hold(config, 600.0, lambda: True),
    ):
        pass


def test_a_child_that_ends_is_started_again_later_and_later() -> None:
    child = Child(name="no-such-command", patience=1.0)
    for pause in (1.0, 2.0, 4.0):
        child.start_at = 0.0
        child.keep_up()
        process = child.process
        assert process is not None
        process.wait(30)
        assert child.pause == pause
        child.keep_up()
        assert child.process is None
        assert child.start_at > time.monotonic()
    for _ in range(9):
        child.process = process
        child.started_at = time.monotonic()
        child.keep_up()
    assert child.pause == supervisor.LONGEST_PAUSE
    child.process, child.started_at = process, time.monotonic() - supervisor.SETTLED - 1
    child.keep_up()
    assert child.pause == 2 * supervisor.FIRST_PAUSE


def test_a_child_that_does_not_end_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True);"
        "time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    child = Child(name="deaf", patience=0.1, process=process)

    child.ask_to_end()
    child.wait(time.monotonic())

    assert process.returncode == -9
    process.stdout.close()


def test_a_child_whose_supervisor_is_gone_does_not_begin() -> None:
    with pytest.raises(BootError, match="supervisor"):
        supervisor.end_with(1 << 22)


def test_the_supervisor_listens_before_it_starts_anybody(data_folder: object) -> None:
    from pathlib import Path

    config = Config(data=Path("/nowhere"), port=0)
    with supervisor.listen(config) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(BootError, match=f"127.0.0.1:{port}"):
            supervisor.listen(Config(data=Path("/nowhere"), port=port))


@pytest.mark.usefixtures("database")
def test_a_lost_lease_is_noticed_by_the_next_sweep_of_anybody() -> None:
    job = jobs.add("sweep")
    taken = jobs.claim_due("there.1")
    assert taken is not None
    Job.update(lease_until=clock.now() - 1).execute()

    worker.sweep()

    assert fresh(job).losses == 1
    assert not claim.holds(Job, job.id, str(taken.owner))
    until(lambda: sizes()["jobs"] == 1)
