"""The Huey queues: hints that work is due, in `<data>/huey.db`, which may be lost at any time.

In memory until `connect`; messages carry nothing but the name of what looks.
"""

import logging
import sqlite3
from pathlib import Path
from typing import Any

from huey import Huey
from huey.consumer import Consumer as HueyConsumer
from huey.serializer import SignedSerializer
from huey.storage import MemoryStorage, SqliteStorage

from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import BootError
from mvidarr.media import disks
from mvidarr.settings import download_options

log = logging.getLogger(__name__)

JOB_THREADS = 3  # one is left for a person while two long searches run
DELIVERY_THREADS = 4  # so many receivers may be slow before others wait for them
POLL = {"initial_delay": 0.05, "max_delay": 0.5}  # seconds; 0.2 % of a core when idle
SCHEDULER_EVERY = 30  # seconds; each look locks the queue file


def _queue(name: str) -> Huey:
    return Huey(name, results=False, storage_class=MemoryStorage)


downloads = _queue("downloads")
jobs = _queue("jobs")
delivery = _queue("delivery")
ALL = (downloads, jobs, delivery)


class Consumer(HueyConsumer):
    """Threads that look when they are woken. Signals belong to the worker's main thread."""

    def _set_signal_handlers(self) -> None:
        """Leave the process's signals alone."""


def connect(config: Config) -> None:
    """Keep the queues in the data folder, signed with a key that follows from the secret."""
    file = config.data / "huey.db"
    on_network = disks.is_network(disks.filesystem_kind(config.data))
    for queue in ALL:
        queue.serializer = SignedSerializer(secret=Vault(config.secrets).queue_key())
        queue.storage = _storage(queue.name, file, "delete" if on_network else "wal")


def consumers() -> list[Consumer]:
    """The worker's threads, not started. How many downloads run is counted in the rows."""
    most = download_options.download_concurrency.maximum or 1
    common: dict[str, Any] = {**POLL, "scheduler_interval": SCHEDULER_EVERY}
    return [
        Consumer(downloads, workers=most, periodic=False, **common),
        Consumer(jobs, workers=JOB_THREADS, periodic=True, **common),
        Consumer(delivery, workers=DELIVERY_THREADS, periodic=False, **common),
    ]


def _storage(name: str, file: Path, journal: str) -> SqliteStorage:
    try:
        return SqliteStorage(name, filename=str(file), journal_mode=journal)
    except sqlite3.OperationalError as error:
        raise BootError(f"The queue file {file} cannot be opened: {error}.") from error
    except sqlite3.DatabaseError as error:  # damaged: it holds nothing that is not in the rows
        log.warning("queue file replaced file=%s error=%s", file, error)
        for ending in ("", "-wal", "-shm"):
            file.with_name(file.name + ending).unlink(missing_ok=True)
        return SqliteStorage(name, filename=str(file), journal_mode=journal)
