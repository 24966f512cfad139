"""Migrations: from nothing, from an older version, twice at once, damaged, and from the future."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import peewee
import pytest

from mvidarr import migrations, models
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import BootError
from tests.conftest import _socket_of

ROOT = Path(__file__).parents[2]
REAL = migrations.FOLDER
_numbers = count(1)

STEP = '''"""One more column."""
from peewee import IntegerField


def up(migrator, db):
    migrator.migrate(migrator.add_column("genre", "weight", IntegerField(default=0)))
'''
BROKEN = STEP + "    raise RuntimeError('the power went')\n"


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Config]]:
    """Makes empty databases of one kind, each with a data folder."""
    made: list[str] = []

    def make() -> Config:
        name = f"fresh{next(_numbers)}"
        data = tmp_path / name
        (data / "backups").mkdir(parents=True)
        if request.param == "sqlite":
            return Config(data=data, database_url=f"sqlite:///{data}/mvidarr.db")
        address = request.getfixturevalue("mariadb")
        _on_server(address, f"CREATE DATABASE {name}")
        made.append(f"DROP DATABASE {name}")
        return Config(data=data, database_url=address.format(name=name))

    yield make
    db.disconnect()
    for statement in made:
        _on_server(request.getfixturevalue("mariadb"), statement)


def _on_server(address: str, statement: str) -> None:
    options: dict[str, Any] = dict(_socket_of(address))
    server: Any = peewee.MySQLDatabase("mysql", **options)
    server.execute_sql(statement)
    server.close()


def migrate(config: Config) -> list[str]:
    db.connect(config.database_url)
    return migrations.migrate(config)


def with_steps(folder: Path, monkeypatch: pytest.MonkeyPatch, **steps: str) -> None:
    """The real steps and these, in a folder of their own."""
    shutil.copytree(REAL, folder, ignore=shutil.ignore_patterns("__*"), dirs_exist_ok=True)
    for name, code in steps.items():
        (folder / f"{name.removeprefix('step')}.py").write_text(code)
    monkeypatch.setattr(migrations, "FOLDER", folder)


def picture() -> dict[str, set[Any]]:
    """Columns, keys and indexes of every table, as the database tells them."""
    return {model._meta.table_name: _table(model._meta.table_name) for model in models.ALL}


def _table(table: str) -> set[Any]:
    execute = db.database.execute_sql
    if db.is_sqlite():
        columns = execute(f'PRAGMA table_info("{table}")').fetchall()
        keys = execute(f'PRAGMA foreign_key_list("{table}")').fetchall()
        told: set[Any] = {(name, kind, null, key) for _, name, kind, null, _, key in columns}
        told |= {(key[3], "->", key[2], key[6]) for key in keys}
    else:
        of_table = "WHERE table_schema = DATABASE() AND table_name = %s"
        asked = "column_name, column_type, is_nullable, collation_name, extra"
        told = set(execute(f"SELECT {asked} FROM information_schema.columns {of_table}", (table,)))
        told |= set(
            execute(
                "SELECT k.column_name, '->', k.referenced_table_name, r.delete_rule "
                "FROM information_schema.key_column_usage k "
                "JOIN information_schema.referential_constraints r "
                "ON r.constraint_schema = k.table_schema "
                "AND r.constraint_name = k.constraint_name "
                "WHERE k.table_schema = DATABASE() AND k.table_name = %s",
                (table,),
            )
        )
    indexes = db.database.get_indexes(table)
    return told | {(tuple(index.columns), index.unique) for index in indexes}


def keys_of(model: Any) -> set[Any]:
    fields = [field for field in model._meta.sorted_fields if hasattr(field, "rel_model")]
    return {
        (field.column_name, "->", field.rel_model._meta.table_name, field.on_delete)
        for field in fields
    }


def test_the_steps_make_exactly_what_the_models_say(fresh: Callable[[], Config]) -> None:
    migrate(fresh())
    with db.session():
        stepped = picture()
    db.disconnect()
    made_of_models = fresh()
    db.connect(made_of_models.database_url)
    with db.session():
        if not db.is_sqlite():
            migrations._set_collation()
        db.database.create_tables(models.ALL)
        declared = picture()
    for model in models.ALL:  # Peewee adds no constraint for a key that was declared ahead
        declared[model._meta.table_name] |= keys_of(model)

    assert {t: stepped[t] ^ declared[t] for t in stepped if stepped[t] != declared[t]} == {}


def test_a_second_time_there_is_nothing_to_do(fresh: Callable[[], Config]) -> None:
    config = fresh()

    assert migrate(config) == sorted(path.stem for path in REAL.glob("0*.py"))
    with db.session():
        assert migrations.pending() == []
        models.Genre.create(name="Pop", name_key="pop")
    assert migrations.migrate(config) == []
    with db.session():
        assert models.Genre.select().count() == 1
    assert list((config.data / "backups").iterdir()) == []


def test_a_new_step_keeps_the_rows(
    fresh: Callable[[], Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = fresh()
    migrate(config)
    with db.session():
        models.Genre.create(name="Pop", name_key="pop")
    with_steps(tmp_path / "steps", monkeypatch, step0099_weight=STEP)
    with db.session():
        assert migrations.pending() == ["0099_weight"]

    assert migrations.migrate(config) == ["0099_weight"]
    with db.session():
        rows = db.database.execute_sql("SELECT name, weight FROM genre").fetchall()
    assert [tuple(row) for row in rows] == [("Pop", 0)]


def test_sqlite_is_copied_before_a_new_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(data=tmp_path, database_url=f"sqlite:///{tmp_path}/mvidarr.db")
    (tmp_path / "backups").mkdir()
    migrate(config)
    with db.session():
        models.Genre.create(name="Pop", name_key="pop")
    with_steps(tmp_path / "steps", monkeypatch, step0099_weight=STEP)
    migrations.migrate(config)
    db.disconnect()

    [copy] = (tmp_path / "backups").glob("before-migration-*.db")
    old = sqlite3.connect(copy)
    assert old.execute("SELECT name FROM genre").fetchall() == [("Pop",)]
    assert "weight" not in {row[1] for row in old.execute("PRAGMA table_info(genre)")}
    old.close()


@pytest.mark.parametrize("step", [path.stem for path in sorted(REAL.glob("0*.py"))])
def test_a_step_that_breaks_can_be_repeated(
    step: str, fresh: Callable[[], Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power cut halfway: what was made stays or goes, the next start goes on."""
    config = fresh()
    half = (REAL / f"{step}.py").read_text() + "    raise RuntimeError('the power went')\n"
    with_steps(tmp_path / "half", monkeypatch)
    (tmp_path / "half" / f"{step}.py").write_text(half)
    db.connect(config.database_url)
    with pytest.raises(RuntimeError, match="the power went"):
        migrations.migrate(config)
    monkeypatch.setattr(migrations, "FOLDER", REAL)

    assert migrations.migrate(config)[0] == step
    with db.session():
        assert picture().keys() == {model._meta.table_name for model in models.ALL}
        assert all(picture().values())


def test_starts_at_the_same_moment_migrate_once(fresh: Callable[[], Config]) -> None:
    config = fresh()
    code = (
        "import sys\nfrom pathlib import Path\nfrom mvidarr import migrations\n"
        "from mvidarr.core import db\nfrom mvidarr.core.config import Config\n"
        "made = Config(data=Path(sys.argv[1]), database_url=sys.argv[2])\n"
        "print(flush=True)\nsys.stdin.readline()\ndb.connect(made.database_url)\n"
        "print(*migrations.migrate(made))"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(config.data), config.database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        for _ in range(3)
    ]
    for start in starts:
        assert start.stdout is not None
        start.stdout.readline()  # it has imported all and waits
    for start in starts:
        assert start.stdin is not None
        start.stdin.write("go\n")
        start.stdin.flush()
    said = sorted(start.communicate(timeout=120)[0].strip() for start in starts)

    assert [start.returncode for start in starts] == [0, 0, 0]
    assert said[:2] == ["", ""]
    assert said[2].startswith("0001_")


def test_a_database_of_a_newer_version_is_left_alone(
    fresh: Callable[[], Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = fresh()
    with_steps(tmp_path / "steps", monkeypatch, step0099_weight=STEP)
    migrate(config)
    monkeypatch.setattr(migrations, "FOLDER", REAL)

    with pytest.raises(BootError, match=r"newer MVidarr \(it knows 0099_weight\)"):
        migrations.migrate(config)


def test_a_step_that_is_none_is_said_in_one_sentence(
    fresh: Callable[[], Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_steps(tmp_path / "steps", monkeypatch, step0099_empty="")

    with pytest.raises(BootError, match="cannot be brought up to date"):
        migrate(fresh())


@pytest.mark.mariadb
def test_who_waits_too_long_for_another_start_is_told_so(
    mariadb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0)
    _on_server(mariadb, "CREATE DATABASE locked")
    config = Config(data=tmp_path, database_url=mariadb.format(name="locked"))
    options: dict[str, Any] = dict(_socket_of(mariadb))
    other: Any = peewee.MySQLDatabase("mysql", **options)
    other.execute_sql("SELECT GET_LOCK('mvidarr-migrate-locked', 0)")

    with pytest.raises(BootError, match="Another MVidarr"):
        migrate(config)
    other.close()
    db.disconnect()
    _on_server(mariadb, "DROP DATABASE locked")


@pytest.mark.parametrize(
    "content", [b"this is no database" * 400, b"SQLite format 3\0" + b"x" * 4000]
)
def test_a_damaged_file_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mvidarr.db").write_bytes(content)
    config = Config(data=tmp_path, database_url=f"sqlite:///{tmp_path}/mvidarr.db")
    db.connect(config.database_url)

    with pytest.raises(BootError, match="database cannot be opened") as caught:
        migrations.migrate(config)
    assert str(caught.value).endswith(".")
    assert (tmp_path / "mvidarr.db").read_bytes()[: len(content)] == content
    db.disconnect()
