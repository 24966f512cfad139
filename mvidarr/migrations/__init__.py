"""Bring the schema up to date: numbered files, forward only, frozen once released."""

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import peewee
from playhouse.migrations import MigrationError, Runner

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import BootError

log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent
LOCK_SECONDS = 60


def migrate(config: Config) -> list[str]:
    """Apply what is pending and return its names; a copy of a SQLite file is kept first.

    Raises BootError when the database is damaged or was written by a newer version.
    """
    try:
        # the folder's lock first: of two connections that make a file, one is refused at once
        with _only_one_file(config), db.session(), _only_one_server():
            return _up(config)
    except MigrationError as error:
        raise BootError(f"The database cannot be brought up to date: {error}.") from error
    except peewee.DatabaseError as error:
        raise BootError(f"The database cannot be opened: {error}.") from error


def pending() -> list[str]:
    return [row.name for row in Runner(db.database.obj, str(FOLDER)).status() if not row.applied]


def _up(config: Config) -> list[str]:
    runner = Runner(db.database.obj, str(FOLDER))
    status = runner.status()
    newer = [row.name for row in status if row.path is None]
    if newer:
        raise BootError(
            f"The database was written by a newer MVidarr (it knows {newer[-1]}); start that "
            "version, or restore the backup that it made."
        )
    waiting = [row.name for row in status if not row.applied]
    if not waiting:
        return []
    if db.is_sqlite() and len(waiting) < len(status):
        _keep_copy(config)
    if not db.is_sqlite():
        _set_collation()
    applied = list(map(str, runner.up()))
    log.info("migrated steps=%s", ",".join(applied))
    return applied


def _keep_copy(config: Config) -> None:
    # to the millisecond: a start that failed may be followed by the next within a second
    stamp = clock.utc(clock.now()).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    source = Path(str(db.database.obj.database))
    db.backup_sqlite(source, config.data / "backups" / f"before-migration-{stamp}.db")


def _set_collation() -> None:
    """Compare text by code points, as SQLite does; new tables inherit it from the database."""
    rows = db.database.execute_sql(
        "SELECT COLLATION_NAME FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN (%s, %s)",
        ("utf8mb4_nopad_bin", "utf8mb4_0900_bin"),
    ).fetchall()
    if not rows:
        raise BootError("This database server is too old: MariaDB 10.6 or MySQL 8 is needed.")
    name = str(db.database.obj.database).replace("`", "``")
    db.database.execute_sql(f"ALTER DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE {rows[0][0]}")


def _only_one_file(config: Config) -> contextlib.AbstractContextManager[None]:
    """Let one process migrate at a time: the next finds everything done."""
    return _holding(config.data) if db.is_sqlite() else contextlib.nullcontext()


@contextlib.contextmanager
def _only_one_server() -> Iterator[None]:
    """The same, where the database is a server."""
    if db.is_sqlite():
        yield
        return
    name = f"mvidarr-migrate-{db.database.obj.database}"[:64]
    got = db.database.execute_sql("SELECT GET_LOCK(%s, %s)", (name, LOCK_SECONDS)).fetchone()[0]
    if not got:
        raise BootError("Another MVidarr is bringing this database up to date; try again later.")
    try:
        yield
    finally:
        db.database.execute_sql("SELECT RELEASE_LOCK(%s)", (name,))


@contextlib.contextmanager
def _holding(folder: Path) -> Iterator[None]:
    """Wait for the folder's lock; the system lets go of it when its holder dies."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
