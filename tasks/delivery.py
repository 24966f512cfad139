"""Deliver what is due, one message after the other; each one found wakes another thread."""

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.crypto import Vault
from mvidarr.jobs import wake
from tasks import owner, queues


@queues.delivery.task()
def look() -> None:
    """The message only woke us, the rows know what to do."""
    from mvidarr.delivery import outbox  # only the worker does this

    me = owner.current()
    vault = Vault(me.config.secrets)
    while not me.stopping():
        with db.session():
            settings.refresh()  # it may have been recorded right after a change
            row = outbox.claim_next(me.name)
        if row is None:
            return
        wake.wake("delivery")
        outbox.run(row, me.stopping, vault)
