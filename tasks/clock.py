"""The minute's tick: add the scheduled jobs that are due."""

from huey import crontab

from mvidarr.core import clock, db
from mvidarr.system import schedule
from tasks import queues


def start() -> None:
    """Have the worker's Huey tick. It may tick twice or skip a minute: the rows know."""
    queues.jobs.periodic_task(crontab(minute="*"), name="tick")(tick)


def tick() -> None:
    with db.session():
        schedule.due(clock.now())
