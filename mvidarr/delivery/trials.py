"""The Test button: a real message, delivered at once, and what came of it in a sentence."""

import secrets

from mvidarr import activity, models
from mvidarr.accounts import throttle
from mvidarr.activity import outbox as told
from mvidarr.core import db
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Error
from mvidarr.delivery import letters, messages, outbox, targets
from mvidarr.delivery.letters import Address, Outcome
from mvidarr.delivery.targets import Who
from mvidarr.jobs import claim


def saved(target_id: int, who: Who, vault: Vault) -> Outcome:
    """Send a test to a target as it is saved; it stands in the log like every other message."""
    _limit(who)
    owner = f"trial.{secrets.token_hex(4)}"

    def begin() -> tuple[models.Event, models.Outbox | None]:
        row = targets.get(target_id, who)
        event = activity.record("target.tested", f"Test of {row.name}", target=row.id)
        waiting = told.add(event.id, str(row.id))
        return event, claim.claim(models.Outbox, waiting.id, owner)

    with db.session():
        event, row = db.transact(begin)
        [message] = messages.compose([event])
    if row is None:  # the clock went back in this moment: the worker delivers it
        return Outcome(is_good=False, text="The test is sent in a moment; see the log.")
    outcome = _sent(target_id, vault, message, letters.delivery_id(row, event))
    batch = outbox.Batch(row=row, events=[event], is_trial=True)
    with db.session():
        db.transact(lambda: outbox.settle(batch, str(row.owner), outcome))
    return outcome


def typed(address: Address, who: Who) -> Outcome:
    """Send a test to what was entered and is not saved yet."""
    _limit(who)
    with db.session():
        event = activity.record("target.tested", "Test of an address that is not saved")
        [message] = messages.compose([event])
    return letters.send(address, [message], secrets.token_hex(16))


def _limit(who: Who) -> None:
    """Nobody but administrators knocks at others as often as they like. Raises TooSoon."""
    if not who.is_admin:
        with db.session():
            throttle.take(throttle.by_person("target_test", who.id))


def _sent(target_id: int, vault: Vault, message: messages.Message, delivery: str) -> Outcome:
    try:
        with db.session():
            address = targets.opened(target_id, vault)
    except Error as error:
        return letters.failed(error)
    return letters.send(address, [message], delivery)
