"""A database of the released version, full of rows, is brought up to date: nothing is lost."""

import shutil
from pathlib import Path
from typing import Any

import peewee
import pytest

from mvidarr import migrations, models
from mvidarr.core import db
from mvidarr.core.config import Config
from tests.domain.test_migrations import REAL, _on_server, migrate

STEPS = tuple(sorted(path.stem for path in REAL.glob("0*.py")))
FIRST, SECOND = STEPS[:3], STEPS[:14]  # what the released versions had
REPLACED = ("import_list", "import_row")  # nothing could be in them in the first version
FILLED = {"quality_profile": 2}  # rows that a step adds
FULL = '{"words": ["Jóga 😀 \'\\"`%", 1, null]}'  # what every long column holds
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=[FIRST, SECOND], ids=["first", "second"])
def version(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The steps that a released version had."""
    steps: tuple[str, ...] = request.param
    return steps


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def released(
    request: pytest.FixtureRequest,
    version: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """A database with the tables of a released version and two rows in each."""
    steps = tmp_path / "released"
    steps.mkdir()
    for name in (*version, "steps", "__init__"):
        shutil.copy(REAL / f"{name}.py", steps)
    (tmp_path / "backups").mkdir()
    config = Config(data=tmp_path, database_url=f"sqlite:///{tmp_path}/mvidarr.db")
    if request.param == "mariadb":
        address = request.getfixturevalue("mariadb")
        _on_server(address, "CREATE DATABASE released")
        config = Config(data=tmp_path, database_url=address.format(name="released"))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "FOLDER", steps)
        assert migrate(config) == list(version)
    with db.session():
        _fill()
    yield config
    db.disconnect()
    if request.param == "mariadb":
        _on_server(request.getfixturevalue("mariadb"), "DROP DATABASE released")


def _tables() -> list[str]:
    """Parents before what refers to them."""
    waiting = sorted(set(db.database.get_tables()) - {"sqlite_sequence"})
    waiting = [table for table in waiting if "migration" not in table]
    parents = {
        table: {key.dest_table for key in db.database.get_foreign_keys(table)} - {table}
        for table in waiting
    }
    ordered: list[str] = []
    while waiting:
        ready = [table for table in waiting if parents[table] <= set(ordered)]
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return ordered


def _fill() -> None:
    for table in _tables():
        keys = {key.column for key in db.database.get_foreign_keys(table)}
        for number in (1, 2):
            row = {
                column.name: _value(column, column.name in keys, number)
                for column in db.database.get_columns(table)
            }
            names = ", ".join(f"`{name}`" for name in row)
            marks = ", ".join(["?" if db.is_sqlite() else "%s"] * len(row))
            db.database.execute_sql(
                f"INSERT INTO `{table}` ({names}) VALUES ({marks})", tuple(row.values())
            )


def _value(column: Any, is_key: bool, number: int) -> Any:
    kind = column.data_type.lower()
    if is_key or column.name == "id" or "int" in kind or kind in ("double", "real", "bool"):
        return number
    if kind in ("text", "json", "longtext"):
        return FULL
    return f"{number}é"


def _rows() -> Rows:
    found: Rows = {}
    for table in _tables():
        cursor = db.database.execute_sql(f"SELECT * FROM `{table}` ORDER BY id")
        names = [column[0] for column in cursor.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def _replaced(version: tuple[str, ...]) -> set[str]:
    return set(REPLACED) if version == FIRST else set()


def test_every_row_of_the_released_version_is_kept(
    released: Config, version: tuple[str, ...]
) -> None:
    with db.session():
        before = _rows()
    assert len(before) > 30
    assert all(len(rows) == 2 for rows in before.values())

    applied = migrations.migrate(released)

    assert applied == list(STEPS[len(version) :])
    replaced = _replaced(version)
    with db.session():
        after = _rows()
    for table in set(before) - replaced:
        kept = [
            {name: value for name, value in row.items() if name in before[table][0]}
            for row in after[table][:2]
        ]
        assert kept == before[table], table
    assert all(after[table] == [] for table in replaced)


@pytest.mark.parametrize("version", [FIRST], ids=["first"], indirect=True)
def test_upgraded_rows_are_read_and_refer_to_each_other(released: Config) -> None:
    migrations.migrate(released)

    with db.session():
        artist, video = models.Artist.get_by_id(1), models.Video.get_by_id(2)
        assert (artist.genres, artist.origins, video.origins) == ([], {}, {})
        assert (artist.rules["words"][0], video.artist.id) == ("Jóga 😀 '\"`%", 2)
        models.Twin.create(first=1, second=2, reason="song")
        models.Alias.create(artist=1, name="Other", name_key="other")
        lists = models.ImportList.create(kind="text", name="Mine", by_user=1)
        models.ImportRow.create(list=lists.id, external_id="1", name="X", artist=1, video=1)
        if db.is_sqlite():
            assert db.database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
        with pytest.raises(peewee.IntegrityError):
            models.VideoSource.create(artist=99, source_id="x", title="x")

        models.Artist.delete().where(models.Artist.id == 1).execute()

        for model in (models.Video, models.VideoSource, models.VideoFile, models.Download):
            assert [row.id for row in model.select()] == [2], model
        assert [models.Alias.select().count(), models.Twin.select().count()] == [0, 0]
        row = models.ImportRow.get()
        assert (row.artist_id, row.video_id) == (None, None)


def test_an_upgrade_that_is_cut_at_any_step_goes_on(
    released: Config,
    version: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with db.session():
        before = _rows()
    for step in STEPS[len(version) :]:
        half = tmp_path / f"half-{step}"
        shutil.copytree(REAL, half, ignore=shutil.ignore_patterns("__pycache__"))
        code = (REAL / f"{step}.py").read_text() + "    raise RuntimeError('the power went')\n"
        (half / f"{step}.py").write_text(code)
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "FOLDER", half)
            with pytest.raises(RuntimeError, match="the power went"):
                migrations.migrate(released)

    migrations.migrate(released)
    with db.session():
        after = _rows()
        assert migrations.pending() == []
    assert {table: len(rows) for table, rows in after.items() if table in before} == {
        table: 0 if table in _replaced(version) else 2 + FILLED.get(table, 0) for table in before
    }


@pytest.mark.parametrize("released", ["sqlite"], indirect=True)
def test_copy_that_is_kept_before_is_the_released_database(released: Config) -> None:
    with db.session():
        before = _rows()
    migrations.migrate(released)
    [copy] = (released.data / "backups").glob("before-migration-*.db")
    db.disconnect()
    db.connect(f"sqlite:///{copy}")

    with db.session():
        assert _rows() == before


@pytest.mark.parametrize("version", [FIRST], ids=["first"], indirect=True)
def test_what_people_decided_before_is_remembered(released: Config) -> None:
    with db.session():
        for number, verdict, by in ((1, "refused", "1"), (2, "accepted", "NULL")):
            db.database.execute_sql(
                f"UPDATE video_source SET verdict = '{verdict}', verdict_by_id = {by}"
                f" WHERE id = {number}"
            )
        key = db.database.execute_sql("SELECT name_key FROM artist WHERE id = 1").fetchone()[0]

    migrations.migrate(released)

    with db.session():
        [decision] = models.Decision.select()
        assert (decision.artist_key, decision.verdict, decision.details) == (key, "refused", {})
