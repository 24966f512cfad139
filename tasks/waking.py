"""Connect the domain's wakes with the queues that carry them."""

import logging
import sqlite3
from collections.abc import Callable, Mapping

from mvidarr.core.config import Config
from mvidarr.jobs import wake
from tasks import delivery, downloads, jobs, queues

log = logging.getLogger(__name__)

LOOKS: Mapping[str, Callable[[], object]] = {
    "downloads": downloads.look,
    "jobs": jobs.look,
    "delivery": delivery.look,
}


def connect(config: Config) -> None:
    """Carry wakes through the data folder from now on."""
    queues.connect(config)
    wake.on_wake(send)


def send(queue: str) -> None:
    """Have a queue looked at. A lost wake costs seconds, so what fails is only logged."""
    try:
        LOOKS[queue]()
    except sqlite3.Error as error:
        log.warning("wake lost queue=%s error=%s", queue, error)
