"""The queues: hints in a file that may be lost, signed, and carried from web to worker."""

import pickle
import sqlite3
from collections.abc import Iterator

import pytest
from huey.storage import MemoryStorage

from mvidarr.core.config import Config
from mvidarr.core.errors import BootError
from mvidarr.jobs import jobs, wake
from mvidarr.system import schedule
from tasks import jobs as job_tasks
from tasks import queues, waking

pytestmark = pytest.mark.parametrize("config", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _in_memory_again() -> Iterator[None]:
    yield
    wake.on_wake(lambda queue: None)
    for queue in queues.ALL:
        close = getattr(queue.storage, "close", None)
        if close:
            close()
        queue.storage = MemoryStorage(queue.name)


def test_every_queue_has_somebody_who_looks(config: Config) -> None:
    assert set(waking.LOOKS) == set(wake.QUEUES) == {queue.name for queue in queues.ALL}


def test_every_kind_of_job_has_its_work(config: Config) -> None:
    assert set(job_tasks.RUN) == {kind.name for kind in jobs.KINDS}
    assert {scheduled.kind for scheduled in schedule.SCHEDULED} <= set(job_tasks.RUN)


def test_a_wake_is_a_message_in_the_data_folder(config: Config) -> None:
    waking.connect(config)

    wake.wake("downloads")

    assert queues.downloads.storage.queue_size() == 1
    assert queues.jobs.storage.queue_size() == 0
    assert (config.data / "huey.db").is_file()


def test_a_message_carries_nothing(config: Config) -> None:
    waking.connect(config)
    wake.wake("jobs")

    task = queues.jobs.dequeue()

    assert (task.args, task.kwargs, task.retries) == ((), {}, 0)


def test_a_message_without_our_signature_is_never_unpacked(config: Config) -> None:
    waking.connect(config)
    queues.jobs.storage.enqueue(pickle.dumps({"anything": 1}))

    with pytest.raises(ValueError, match=r"Separator|mismatch"):
        queues.jobs.dequeue()


def test_a_damaged_queue_file_is_replaced(config: Config) -> None:
    (config.data / "huey.db").write_bytes(b"this is no database, " * 1000)

    waking.connect(config)
    wake.wake("jobs")

    assert queues.jobs.storage.queue_size() == 1


def test_a_queue_file_that_cannot_be_opened_refuses_the_start(config: Config) -> None:
    (config.data / "huey.db").mkdir()

    with pytest.raises(BootError, match="cannot be opened"):
        waking.connect(config)


def test_a_wake_that_is_lost_hurts_nobody(
    config: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(waking, "LOOKS", {"jobs": full})

    waking.send("jobs")

    assert "wake lost queue=jobs" in caplog.text


def test_threads_suffice_for_the_highest_setting(config: Config) -> None:
    consumers = queues.consumers()

    assert [(one.huey.name, one.workers, one.periodic) for one in consumers] == [
        ("downloads", 8, False),
        ("jobs", queues.JOB_THREADS, True),
        ("delivery", queues.DELIVERY_THREADS, False),
    ]
    assert {one.max_delay for one in consumers} == {0.5}
