"""Run downloads that are due, one after the other; each row found wakes another thread."""

import peewee

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.errors import Unavailable
from mvidarr.downloads import claims, settle, waits
from mvidarr.jobs import wake
from mvidarr.models import Download
from tasks import owner, queues


@queues.downloads.task()
def look() -> None:
    """The message only woke us, the rows know what to do."""
    from mvidarr.downloads import reconcile, run  # heavy, and only the worker does this

    me = owner.current()
    reconcile.clear_staging()
    while not me.stopping():
        row = _next(me.name)
        if row is None:
            return
        wake.wake("downloads")
        run.run(row, lambda: me.stopping() or _is_held(), me.config)


def _is_held() -> bool:
    """Whether all downloads are held; a database that is away says nothing new."""
    try:
        return waits.is_held()
    except (Unavailable, peewee.PeeweeException):
        return False


def _next(name: str) -> Download | None:
    """The row to run now, unless something is in every download's way."""
    from mvidarr.downloads import room

    with db.session():
        settings.refresh()  # it may have been asked for right after a change
        if not claims.may_claim():
            return None
    obstacle = room.obstacle()
    with db.session():
        if obstacle is not None:
            settle.hold(obstacle.cause, obstacle.sentence)
            return None
        return claims.claim_next(name)
