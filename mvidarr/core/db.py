"""The database: connecting, sessions, transactions, pages by key, counting queries.

What differs between SQLite and MariaDB is hidden here, so that the domain does not know which
one it has. Connections are per thread: open a session in the thread that uses it.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import peewee
from playhouse import db_url
from playhouse.pool import MaxConnectionsExceeded, PooledMySQLDatabase, PooledSqliteDatabase

from mvidarr.core.errors import BootError, Unavailable
from mvidarr.core.keyset import Order as Order
from mvidarr.core.keyset import Page as Page
from mvidarr.core.keyset import Place as Place
from mvidarr.core.keyset import capped_count as capped_count
from mvidarr.core.keyset import decode_cursor as decode_cursor
from mvidarr.core.keyset import encode_cursor as encode_cursor
from mvidarr.core.keyset import page as page

T = TypeVar("T")

log = logging.getLogger(__name__)
database = peewee.DatabaseProxy()

BUSY_MS = 10_000
BRIEF_MS = 50
_DEADLOCKS = {1205, 1213}  # lock wait timeout, deadlock: MariaDB asks to try again
_before_commit: list[Callable[[], None]] = []


class _Local(threading.local):
    """What one thread's transaction collects."""

    def __init__(self) -> None:
        self.pending: list[Any] = []


_local = _Local()


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a process uses the database. `full_sync`: a commit survives a power cut."""

    full_sync: bool = True
    wal: bool = True
    connections: int = 12


def connect(url: str, options: Options | None = None) -> None:
    """Point the models at the database that `url` names; no connection is opened for SQLite."""
    options = options or Options()
    if ":memory:" in url:
        raise BootError("MVIDARR_DATABASE_URL must name a file: processes do not share memory.")
    if url.startswith("sqlite:///"):
        made: peewee.Database = _sqlite(url, options)
    elif url.startswith(("mysql://", "mariadb://")):
        made = _mysql(url.replace("mariadb://", "mysql://", 1), options)
    else:
        raise BootError("MVIDARR_DATABASE_URL must begin with sqlite:/// or mysql://.")
    database.initialize(made)


def disconnect() -> None:
    if database.obj is not None:
        database.close_all()


def _sqlite(url: str, options: Options) -> Any:
    path = unquote(url.removeprefix("sqlite:///"))
    pragmas = {
        "journal_mode": "wal" if options.wal else "delete",
        "synchronous": 2 if options.full_sync else 1,
        "foreign_keys": 1,
        "busy_timeout": BUSY_MS,
        "cache_size": -16_000,
        "journal_size_limit": 64 << 20,
    }
    return PooledSqliteDatabase(
        path,
        max_connections=options.connections,
        timeout=BUSY_MS / 1000,  # seconds to wait for a free connection
        check_same_thread=False,
        lock_type="IMMEDIATE",  # a deferred transaction that upgrades fails at once when busy
        pragmas=pragmas,
    )


def _mysql(url: str, options: Options) -> Any:
    try:
        args = db_url.parse(url, unquote_password=True, unquote_user=True)
    except ValueError as error:
        raise BootError(f"MVIDARR_DATABASE_URL is not valid: {error}.") from error
    name = args.pop("database")
    if not name:
        raise BootError("MVIDARR_DATABASE_URL must end with the name of a database.")
    args["init_command"] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
    try:
        made = PooledMySQLDatabase(
            name,
            max_connections=options.connections,
            stale_timeout=300,
            timeout=BUSY_MS / 1000,
            **args,
        )
        with made.connection_context():
            version = str(made.execute_sql("SELECT VERSION()").fetchone()[0])
    except peewee.ImproperlyConfigured as error:
        raise BootError("Install mvidarr[mysql] to use MariaDB or MySQL.") from error
    except peewee.PeeweeException as error:
        raise BootError(f"The database cannot be reached: {error}.") from error
    made.mariadb = "maria" in version.lower()
    return made


def is_sqlite() -> bool:
    return isinstance(database.obj, peewee.SqliteDatabase)


@contextlib.contextmanager
def session() -> Iterator[None]:
    """An open connection for this thread; nested sessions share it."""
    if not database.is_closed():
        yield
        return
    try:
        database.connect()
    except MaxConnectionsExceeded as error:
        raise Unavailable("The database is busy; try again in a moment.", retry_after=2) from error
    except (peewee.OperationalError, peewee.InterfaceError) as error:
        raise Unavailable("The database cannot be reached.", retry_after=5) from error
    try:
        yield
    finally:
        database.close()


@contextlib.contextmanager
def atomic() -> Iterator[None]:
    """All or nothing. The outermost block takes the write lock at once and runs the hooks last."""
    if database.in_transaction():
        with _savepoint():
            yield
        return
    _local.pending = []
    try:
        with database.atomic():
            yield
            for hook in _before_commit:
                hook()
    except peewee.OperationalError as error:
        known = busy(error)
        if known is error:
            raise
        raise known from error


@contextlib.contextmanager
def impatient() -> Iterator[None]:
    """Have writes give up at once while somebody else writes; MariaDB only locks single rows."""
    if not is_sqlite():
        yield
        return
    database.execute_sql(f"PRAGMA busy_timeout = {BRIEF_MS}")
    try:
        yield
    finally:
        database.execute_sql(f"PRAGMA busy_timeout = {BUSY_MS}")


@contextlib.contextmanager
def _savepoint() -> Iterator[None]:
    kept = len(pending())
    try:
        with database.atomic():
            yield
    except BaseException as error:
        del pending()[kept:]
        deadlock = _deadlock_behind(error)
        if deadlock is not None and deadlock is not error:
            raise deadlock from None
        raise


def pending() -> list[Any]:
    """What this thread's transaction collects for the hooks; gone when it is rolled back."""
    return _local.pending


def busy(error: peewee.OperationalError) -> Exception:
    """The error as Unavailable where waiting helps, else as it is."""
    text = str(error).lower()
    if "locked" in text or "busy" in text or _code(error) in {*_DEADLOCKS, 2006, 2013, 2003}:
        return Unavailable("The database is busy; try again in a moment.", retry_after=2)
    if "disk is full" in text or "disk full" in text:
        return Unavailable("The disk that holds the database is full.", retry_after=30)
    return error


def transact(work: Callable[[], T], tries: int = 3) -> T:
    """Run `work` in one transaction, again when somebody on MariaDB was in its way.

    That is so when a deadlock was resolved against us, and when a row that was not there a moment
    ago is there now: the next try sees it. `work` must be safe to repeat: it may not do anything
    outside the database. Within a transaction it runs once: only the outermost can begin anew.
    """
    if database.in_transaction():
        with atomic():
            return work()
    for left in reversed(range(tries)):
        try:
            with atomic():
                return work()
        except peewee.IntegrityError:
            if left == 0:
                raise
        except (peewee.OperationalError, Unavailable) as error:
            if left == 0 or _code(error.__cause__ or error) not in _DEADLOCKS:
                raise
    raise Unavailable("The database is busy; try again in a moment.", retry_after=2)


def before_commit(hook: Callable[[], None]) -> Callable[[], None]:
    """Run `hook` as the last thing in every outermost transaction."""
    _before_commit.append(hook)
    return hook


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` when this thread's transaction is through; at once when there is none.

    What was committed stays: a `call` that fails is only logged.
    """
    if database.in_transaction():
        database.after_commit(lambda: _follow(call))
    else:
        call()


def _follow(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:  # the last resort: peewee would roll back what is already committed
        log.exception("after commit failed")


def _deadlock_behind(error: BaseException) -> BaseException | None:
    """A deadlock takes the savepoint along, whose own end then fails and would hide it."""
    behind: BaseException | None = error
    while behind is not None:
        if isinstance(behind, peewee.OperationalError) and _code(behind) in _DEADLOCKS:
            return behind
        behind = behind.__context__
    return None


def _code(error: BaseException) -> int | None:
    first = error.args[0] if error.args else None
    return first if isinstance(first, int) else None


def backup_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite file, made while others write."""
    with contextlib.closing(sqlite3.connect(source)) as live:
        live.execute("VACUUM INTO ?", (str(target),))


class Counter:
    """Counts the statements of one thread."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self._thread = threading.get_ident()

    def __call__(self, event: Any) -> None:
        if threading.get_ident() == self._thread:
            self.statements.append(event.sql)

    def __len__(self) -> int:
        return len(self.statements)


@contextlib.contextmanager
def counting() -> Iterator[Counter]:
    counter = Counter()
    database.obj.query_hooks.append(counter)
    try:
        yield counter
    finally:
        database.obj.query_hooks.remove(counter)
