"""Have somebody look for work: a hook that `tasks` fills, so that nothing here knows about queues.

A wake is a hint. Losing one costs seconds, because the worker also looks by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mvidarr.core import db

QUEUES = ("downloads", "jobs", "delivery")

_hooks: list[Callable[[str], None]] = []


@dataclass(frozen=True)
class _Wake:
    queue: str


def wake(queue: str) -> None:
    """Have rows of `queue` looked at, once this thread's transaction is through."""
    if queue not in QUEUES:
        raise ValueError(f"There is no queue {queue}.")
    if not db.database.in_transaction():
        _call(queue)
        return
    note = _Wake(queue)
    if note not in db.pending():  # one message for a thousand new rows
        db.pending().append(note)
        db.after_commit(lambda: _call(queue))


def on_wake(hook: Callable[[str], None]) -> None:
    """Call `hook` with the queue's name at each wake, instead of what was called before."""
    _hooks[:] = [hook]


def _call(queue: str) -> None:
    for hook in _hooks:
        hook(queue)
