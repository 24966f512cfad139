"""Bring a message to one target, over the way that its kind takes."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mvidarr import models, settings
from mvidarr.core import addresses
from mvidarr.core.errors import Error, ServiceError
from mvidarr.delivery import messages
from mvidarr.delivery.messages import Message
from mvidarr.governor import services
from mvidarr.integrations import apprise_, webhook
from mvidarr.integrations.notices import NotDelivered, Way
from mvidarr.settings import options

WEBHOOK, APPRISE = "webhook", "apprise"
_OURS = uuid.UUID("6f1e8a58-9d3c-4b0e-8d42-5b0f8f6f7a21")  # the space of our delivery ids


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a target is, opened: nobody is ever shown `url` and `secret`."""

    kind: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    is_trusted: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one attempt. `is_final`: another one is vain; `retry_after` in seconds."""

    is_good: bool
    text: str
    status: int | None = None
    took: int = 0
    is_final: bool = False
    retry_after: float | None = None


def send(
    address: Address,
    said: Sequence[Message],
    delivery: str,
    should_stop: Callable[[], bool] | None = None,
) -> Outcome:
    """One attempt; never raises for what a receiver does. Programs are told one thing at a time."""
    started = time.monotonic()
    try:
        status = _send(address, said, delivery, should_stop)
    except Error as error:
        return failed(error, _since(started))
    text = f"The receiver took it (status {status})." if status else "The service took it."
    return Outcome(is_good=True, text=text, status=status, took=_since(started))


def failed(error: Error, took: int = 0) -> Outcome:
    """What an error means for the next attempt."""
    return Outcome(
        is_good=False,
        text=str(error),
        status=error.answered if isinstance(error, NotDelivered) else None,
        took=took,
        is_final=isinstance(error, ServiceError) and error.permanent,
        retry_after=getattr(error, "retry_after", None),
    )


def way(*, is_trusted: bool) -> Way:
    """How messages go out: what no administrator chose reaches the open internet only."""
    return Way(
        proxy=settings.get(options.outbound_proxy),
        ca=services.authorities(),
        policy=None if is_trusted else addresses.GLOBAL,
    )


def delivery_id(row: models.Outbox, event: models.Event) -> str:
    """The same for every attempt of one row, and of no other, though ids may be given out again."""
    return str(uuid.uuid5(_OURS, f"{row.id}.{event.id}.{event.at}.{row.created_at}"))


def _send(
    address: Address, said: Sequence[Message], delivery: str, should_stop: Callable[[], bool] | None
) -> int | None:
    out = way(is_trusted=address.is_trusted)
    if address.kind == WEBHOOK:
        [message] = said
        letter = webhook.Letter(
            kind=message.event.kind, delivery=delivery, body=messages.body(message)
        )
        return webhook.post(webhook.Hook(url=address.url, secret=address.secret), letter, out)
    title, text, level = messages.together(said)
    note = apprise_.Note(url=address.url, title=title, body=text, level=level)
    apprise_.send(note, out, should_stop)
    return None


def _since(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
