"""Drop what is old: sessions, changes, cached answers, history. Many small transactions."""

import contextlib
from collections.abc import Callable
from typing import Any

from peewee import OperationalError, fn

from mvidarr import activity, models, settings
from mvidarr.accounts import sessions, throttle
from mvidarr.core import clock, db
from mvidarr.core.terms import Verdict
from mvidarr.governor import cache
from mvidarr.library import restore, trash
from mvidarr.settings import options

AT_ONCE = 500
JOBS_KEPT = 30 * clock.DAY
DELIVERIES_KEPT = 30 * clock.DAY
GONE = "gone"  # state of an entry of a list
UNSEEN_KEPT = 90 * clock.DAY  # what no service and no list has named for so long

Progress = Callable[[int, int | None, str], None]


def clean(progress: Progress) -> int:
    """Answers how many rows went. `progress` is told the step, their number, and its name."""
    dropped = 0
    for number, (name, step) in enumerate(STEPS, start=1):
        progress(number, len(STEPS), name)
        dropped += step()
    if db.is_sqlite():
        with contextlib.suppress(OperationalError):  # somebody writes: the next round does it
            db.database.execute_sql("PRAGMA optimize")
    return dropped


def said(dropped: int) -> str:
    if not dropped:
        return "Nothing was old."
    return f"{dropped:,} old {'row' if dropped == 1 else 'rows'} dropped."


def _http_cache() -> int:
    table: Any = models.HttpCache
    return _drop(table, table.expires_at <= clock.now() - cache.KEPT_STALE)


def _history() -> int:
    return _drop(models.Event, _old_event(clock.now() - _kept()))


def _downloads() -> int:
    """Ended ones, but never the last of a video: its status follows from it."""
    table: Any = models.Download
    later = table.alias()
    newer = later.select(later.id).where((later.video == table.video) & (later.id > table.id))
    old = table.active_key.is_null() & (table.ended_at < clock.now() - _kept())
    return _drop(table, old & fn.EXISTS(newer))


def _jobs() -> int:
    table: Any = models.Job
    return _drop(table, table.active_key.is_null() & (table.ended_at < clock.now() - JOBS_KEPT))


def _deliveries() -> int:
    """What was told, with its attempts, and the lists of files that only media servers read."""
    outbox: Any = models.Outbox
    then = clock.now() - DELIVERIES_KEPT
    dropped = _drop(outbox, outbox.active_key.is_null() & (outbox.ended_at < then))
    lists = models.Event.kind == "files.changed"
    return dropped + _drop(models.Event, lists & _old_event(then))


def _uploads() -> int:
    """Those that were refused by themselves: whoever finds them again judges them again."""
    table: Any = models.VideoSource
    refused = (table.verdict == Verdict.REFUSED) & table.verdict_by.is_null()
    unused = table.video.is_null() & (table.seen_at < clock.now() - UNSEEN_KEPT)
    return _drop(table, refused & unused)


def _list_rows() -> int:
    """Entries that left their list; what a person decided about them is kept elsewhere."""
    table: Any = models.ImportRow
    return _drop(table, (table.state == GONE) & (table.seen_at < clock.now() - UNSEEN_KEPT))


def _trash() -> int:
    restore.settle()
    return trash.purge()


def _kept() -> int:
    return settings.get(options.history_days) * clock.DAY


def _old_event(then: int) -> Any:
    """All from before `then` but the newest: SQLite would give its number out again, while the
    outbox and those who have seen it still mean the old one."""
    table: Any = models.Event
    newest = table.alias()
    return (table.at < then) & (table.id < newest.select(fn.MAX(newest.id)))


def _drop(table: Any, old: Any) -> int:
    """Delete in small bites, so that nobody waits long for the write lock."""
    dropped = 0
    while ids := [
        row_id for (row_id,) in table.select(table.id).where(old).limit(AT_ONCE).tuples()
    ]:
        with db.atomic():
            dropped += table.delete().where(table.id.in_(ids)).execute()
    return dropped


STEPS: tuple[tuple[str, Callable[[], int]], ...] = (
    ("Sessions", sessions.purge),
    ("Sign-in limits", throttle.purge),
    ("Live changes", activity.forget),
    ("Answers of services", _http_cache),
    ("History", _history),
    ("Ended downloads", _downloads),
    ("Ended jobs", _jobs),
    ("What was told", _deliveries),
    ("Refused uploads", _uploads),
    ("Entries that left their lists", _list_rows),
    ("Trash", _trash),
)
