"""The worker process: threads that do what is due, and a main loop that sees to it that they look.

A wake that was lost costs at most the time between two sweeps.
"""

import logging
import os
import secrets
import signal
import time
from collections.abc import Callable
from types import FrameType

import peewee

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Unavailable
from mvidarr.delivery import outbox
from mvidarr.downloads import claims
from mvidarr.jobs import claim
from mvidarr.models import Job, Outbox
from mvidarr.system import boot, instance
from tasks import clock as ticking
from tasks import owner, queues, waking
from tasks.queues import Consumer

log = logging.getLogger(__name__)

SWEEP_EVERY = 2.0  # seconds
HEALTH_EVERY = 10.0  # seconds between two looks at the threads
NAP = 0.1  # seconds; how soon a signal is noticed
LOCK_PATIENCE = 30.0  # seconds that a predecessor has to end
END_PATIENCE = 15.0  # seconds that running work has to stop
NICE = 10  # the web process goes first


class _Signals:
    """Whether somebody asked this process to end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def is_asked(self) -> bool:
        return self.asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def run(config: Config) -> None:
    """Work until TERM or INT; rows that were not finished are queued again before this returns."""
    signals = _Signals()
    os.nice(NICE)
    with instance.hold(config, LOCK_PATIENCE, signals.is_asked) as name:
        boot.open_data(config, db.Options(full_sync=False, connections=48))
        boot.apply_log_level()
        me = owner.Owner(
            config=config, name=f"{name}.{secrets.token_hex(4)}", stopping=signals.is_asked
        )
        owner.become(me)
        waking.connect(config)
        _take_over(name)
        _work(name, signals.is_asked)
    db.disconnect()


def _take_over(name: str) -> None:
    """Queue again what a predecessor had when it died: with the lock in hand, it is dead."""
    from mvidarr.downloads import reconcile

    with db.session():
        claims.release(name)
        for rows in (Job, Outbox):
            claim.release_owner(rows, name)
        ticking.tick.call_local()
    reconcile.clear_staging()


def _work(name: str, stopping: Callable[[], bool]) -> None:
    consumers = queues.consumers()
    for consumer in consumers:
        consumer.start()
    log.info("worker started pid=%s", os.getpid())
    try:
        _keep_going(consumers, stopping)
    finally:
        _end(consumers)
        with db.session():
            claims.release(name, is_loss=False)
            for rows in (Job, Outbox):
                claim.release_owner(rows, name, is_loss=False)
        log.info("worker ended pid=%s", os.getpid())


def _keep_going(consumers: list[Consumer], stopping: Callable[[], bool]) -> None:
    sweep_at = health_at = time.monotonic()
    while not stopping():
        now = time.monotonic()
        if now >= sweep_at:
            sweep_at = now + SWEEP_EVERY
            sweep()
        if now >= health_at:
            health_at = now + HEALTH_EVERY
            for consumer in consumers:
                consumer.check_worker_health()
        time.sleep(NAP)


def sweep() -> None:
    """Take back what silent owners had, and wake whoever has something to do."""
    try:
        with db.session():
            claims.reap()
            for rows in (Job, Outbox):
                claim.reap(rows, clock.now())
            due = {
                "downloads": claims.may_claim(),
                "jobs": bool(claim.due(Job, clock.now())),
                "delivery": bool(outbox.due(clock.now())),
            }
    except (Unavailable, peewee.PeeweeException) as error:
        log.warning("sweep skipped error=%s", error)
        return
    for queue in queues.ALL:
        if due[queue.name] and not queue.storage.queue_size():
            waking.send(queue.name)


def _end(consumers: list[Consumer]) -> None:
    """Have all threads stop at once, and wait for them together."""
    for consumer in consumers:
        consumer.stop()
    deadline = time.monotonic() + END_PATIENCE
    for consumer in consumers:
        for _, thread in consumer.worker_threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                log.warning("thread left behind name=%s", thread.name)
