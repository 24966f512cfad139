"""The minute's tick: add the scheduled jobs that are due. Importing this registers it."""

from huey import crontab

from mvidarr.core import clock, db
from mvidarr.system import schedule
from tasks import queues


@queues.jobs.periodic_task(crontab(minute="*"))
def tick() -> None:
    """Huey may tick twice or skip a minute: what is due is in rows, claimed by UPDATE."""
    with db.session():
        schedule.due(clock.now())
