"""The database kit: immediate transactions, hooks, retries, sessions in threads, backups."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import peewee
import pytest

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import BootError, Unavailable
from mvidarr.library.tables import Genre
from tests.fakes.together import together
from tests.fakes.undone import undone

DEADLOCK = (1213, "Deadlock found when trying to get lock; try restarting transaction")


@pytest.fixture
def hooks() -> Iterator[list[Callable[[], None]]]:
    """The hooks before each commit, put back at the end."""
    kept = db._before_commit[:]
    yield db._before_commit
    db._before_commit[:] = kept


def add(name: str) -> None:
    Genre.create(name=name, name_key=name)


def names() -> list[str]:
    return [name for (name,) in Genre.select(Genre.name).order_by(Genre.name).tuples()]


def test_two_writers_wait_for_each_other(database: Config) -> None:
    """Reading first and writing then must not end in "database is locked"."""
    add("counter")

    def count(number: int) -> None:
        for _ in range(25):
            with db.atomic():
                query = Genre.select().where(Genre.name == "counter")
                row = (query if db.is_sqlite() else query.for_update()).get()
                seen = int(row.name_key) if row.name_key.isdecimal() else 0
                Genre.update(name_key=str(seen + 1)).where(Genre.id == row.id).execute()

    assert together(4, count) == [None] * 4

    assert Genre.get(Genre.name == "counter").name_key == "100"


def test_what_fails_is_rolled_back_as_a_whole(database: Config) -> None:
    with undone():
        add("a")
        with db.atomic():
            add("b")

    assert names() == []


def test_an_inner_block_can_fail_alone(database: Config) -> None:
    with db.atomic():
        add("a")
        with undone():
            add("b")

    assert names() == ["a"]


def test_hooks_run_once_and_last_and_inside_the_transaction(
    database: Config, hooks: list[Callable[[], None]]
) -> None:
    seen: list[tuple[list[str], bool]] = []
    hooks.append(lambda: seen.append((names(), db.database.in_transaction())))

    with db.atomic():
        add("a")
        with db.atomic():
            add("b")
        assert seen == []

    assert seen == [(["a", "b"], True)]


def test_a_hook_that_fails_undoes_the_transaction(
    database: Config, hooks: list[Callable[[], None]]
) -> None:
    def refuse() -> None:
        raise ValueError("not so")

    hooks.append(refuse)
    with pytest.raises(ValueError, match="not so"), db.atomic():
        add("a")

    assert names() == []


def test_what_is_collected_goes_with_its_block(database: Config) -> None:
    with db.atomic():
        db.pending().append("outer")
        with undone():
            db.pending().append("inner")
        collected = list(db.pending())
    with db.atomic():
        assert db.pending() == []

    assert collected == ["outer"]


def test_calls_after_the_commit_come_in_order_and_not_before(database: Config) -> None:
    told: list[str] = []
    with db.atomic():
        db.after_commit(lambda: told.append("first"))
        with db.atomic():
            db.after_commit(lambda: told.append("second"))
        assert told == []

    assert told == ["first", "second"]
    db.after_commit(lambda: told.append("at once"))
    assert told[-1] == "at once"


def test_calls_after_the_commit_are_forgotten_with_a_rollback(database: Config) -> None:
    told: list[str] = []
    with undone():
        db.after_commit(lambda: told.append("never"))
    with db.atomic():
        add("a")

    assert told == []


def test_a_call_that_breaks_hides_nothing_of_what_was_committed(
    database: Config, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def breaks() -> None:
        raise ValueError("the queue is away")

    with db.atomic():
        add("a")
        db.after_commit(breaks)
        db.after_commit(lambda: told.append("the next"))

    assert names() == ["a"]
    assert told == ["the next"]
    assert "after commit failed" in caplog.text


def test_a_call_after_the_commit_may_write(database: Config) -> None:
    def write() -> None:
        with db.atomic():
            add("after")

    with db.atomic():
        add("before")
        db.after_commit(write)

    assert names() == ["after", "before"]


def test_a_deadlock_is_tried_again(database: Config) -> None:
    tries: list[int] = []

    def work() -> str:
        tries.append(len(tries))
        add(f"try {len(tries)}")
        if len(tries) < 3:
            raise peewee.OperationalError(*DEADLOCK)
        return "done"

    assert db.transact(work) == "done"
    assert names() == ["try 3"]


def test_a_real_deadlock_within_a_savepoint_is_tried_again(database: Config) -> None:
    """MariaDB lets one of the two win and rolls the other back whole, savepoints and all."""
    add("a")
    add("b")
    halfway = threading.Barrier(2)

    def cross(number: int) -> None:
        first, second = ("a", "b") if number == 0 else ("b", "a")
        tries: list[int] = []

        def work() -> None:
            tries.append(1)
            Genre.update(name_key=f"{first}{number}").where(Genre.name == first).execute()
            if len(tries) == 1 and not db.is_sqlite():  # there the second waits at its beginning
                halfway.wait(20)
            with db.atomic():
                Genre.update(name_key=f"{second}{number}").where(Genre.name == second).execute()

        db.transact(work)

    assert together(2, cross) == [None] * 2

    keys = {key for (key,) in Genre.select(Genre.name_key).tuples()}
    assert keys in ({"a0", "b0"}, {"a1", "b1"})


def test_a_deadlock_that_stays_says_to_try_again(database: Config) -> None:
    def work() -> None:
        raise peewee.OperationalError(*DEADLOCK)

    with pytest.raises(Unavailable, match="busy") as caught:
        db.transact(work)
    assert caught.value.retry_after == 2


def test_only_the_outermost_transaction_begins_anew(database: Config) -> None:
    """A deadlock has taken the outer one along: a second try inside would write without it."""
    outer: list[int] = []
    inner: list[int] = []

    def within() -> None:
        inner.append(1)
        add(f"inner {len(inner)}")
        if len(outer) == 1:
            raise peewee.OperationalError(*DEADLOCK)

    def work() -> None:
        outer.append(1)
        add(f"outer {len(outer)}")
        db.transact(within)

    db.transact(work)

    assert (len(outer), len(inner)) == (2, 2)
    assert names() == ["inner 2", "outer 2"]


def test_other_errors_are_not_tried_again(database: Config) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        raise peewee.OperationalError("no such table: nothing")

    with pytest.raises(peewee.OperationalError, match="no such table") as caught:
        db.transact(work)
    assert len(tries) == 1
    assert caught.value.__cause__ is not caught.value


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (peewee.OperationalError("database is locked"), "busy"),
        (peewee.OperationalError(1205, "Lock wait timeout exceeded"), "busy"),
        (peewee.OperationalError(2006, "MySQL server has gone away"), "busy"),
        (peewee.OperationalError("database or disk is full"), "full"),
    ],
)
def test_what_passes_is_said_so(error: peewee.OperationalError, sentence: str) -> None:
    found = db.busy(error)

    assert isinstance(found, Unavailable)
    assert sentence in str(found)


def test_sessions_nest_and_give_their_connection_back(database: Config) -> None:
    with db.session(), db.session():
        add("a")
    assert not db.database.is_closed()  # the fixture's own session is still open

    def ask(number: int) -> None:
        assert names() == ["a"]

    for _ in range(3):
        assert together(8, ask) == [None] * 8
    assert len(db.database.obj._in_use) == 1


def test_a_pool_without_a_free_connection_says_busy(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.connect(config.database_url, db.Options(full_sync=False, connections=1))
    monkeypatch.setattr(db.database.obj, "_wait_timeout", 0.01)
    refused: list[Unavailable] = []

    def ask() -> None:
        try:
            with db.session():
                pass
        except Unavailable as error:
            refused.append(error)

    with db.session():
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(30)
    db.disconnect()

    assert [str(error) for error in refused] == ["The database is busy; try again in a moment."]


def test_counting_counts_this_thread_alone(database: Config) -> None:
    with db.counting() as counter:
        names()
        together(1, lambda number: names())
        add("a")

    assert len(counter) == 2
    assert "SELECT" in counter.statements[0]


def test_capped_count_says_whether_there_are_more(database: Config) -> None:
    for number in range(12):
        add(f"{number:02}")
    query = Genre.select().order_by(Genre.name.desc())

    assert db.capped_count(query, cap=11) == (11, False)
    assert db.capped_count(query, cap=12) == (12, True)
    assert db.capped_count(query.where(Genre.name < "03"), cap=11) == (3, True)


# connecting


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgres://x/y", "must begin with sqlite:/// or mysql://"),
        ("sqlite:relative.db", "must begin with"),
        ("mysql://root@localhost", "name of a database"),
        ("mysql://root@localhost:port/x", "not valid"),
        ("mysql://root@127.0.0.1:1/x", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_work_is_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(BootError, match=sentence) as caught:
        db.connect(url)
    assert str(caught.value).endswith(".")


def test_sqlite_is_set_up_for_two_processes(tmp_path: Path) -> None:
    db.connect(f"sqlite:///{tmp_path}/a%20b.db")
    with db.session():
        found = {
            name: db.database.execute_sql(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    db.disconnect()

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }
    assert (tmp_path / "a b.db").is_file()


def test_a_network_disk_gets_a_journal_without_shared_memory(tmp_path: Path) -> None:
    db.connect(f"sqlite:///{tmp_path}/a.db", db.Options(wal=False, full_sync=False))
    with db.session():
        mode = db.database.execute_sql("PRAGMA journal_mode").fetchone()[0]
        sync = db.database.execute_sql("PRAGMA synchronous").fetchone()[0]
    db.disconnect()

    assert (mode, sync) == ("delete", 1)


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    db.connect(f"sqlite:///{tmp_path}/none/a.db")
    with pytest.raises(Unavailable, match="cannot be reached"), db.session():
        pass
    with pytest.raises(Unavailable), db.session():  # and the next one is not confused
        pass
    db.disconnect()


def test_backup_is_whole_while_somebody_writes(tmp_path: Path) -> None:
    db.connect(f"sqlite:///{tmp_path}/a.db")
    with db.session():
        db.database.execute_sql("CREATE TABLE t (x INTEGER)")
        with db.atomic():
            db.database.execute_sql("INSERT INTO t VALUES (1)")
        with db.atomic():
            db.database.execute_sql("INSERT INTO t VALUES (2)")
            db.backup_sqlite(tmp_path / "a.db", tmp_path / "copy.db")
    db.disconnect()

    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT x FROM t").fetchall() == [(1,)]
    copy.close()
