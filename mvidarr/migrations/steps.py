"""Steps that migrations share; each may be repeated after a crash halfway."""

from collections.abc import Sequence
from typing import Any

from peewee import SqliteDatabase, TextField

ON_SQLITE = {"BIGINT": "INTEGER", "BOOL": "INTEGER", "DOUBLE": "REAL"}


class LongText(TextField):
    """Text beyond 64 kB on MariaDB."""

    field_type = "LONGTEXT"


def create(db: Any, models: Sequence[Any]) -> None:
    """Make the tables and indexes that are not there yet (MariaDB commits each by itself)."""
    for model in models:
        schema = model._schema
        schema.create_table(safe=True)
        present = {index.name for index in db.get_indexes(model._meta.table_name)}
        for index in model._meta.fields_to_index():
            if index._name not in present:
                db.execute(schema._create_index(index, safe=False))


def add_column(db: Any, table: str, column: str, kind: str) -> None:
    """A column that may be NULL; `kind` is what MariaDB calls it."""
    kind = _kind(db, kind)
    if column not in {known.name for known in db.get_columns(table)}:
        db.execute_sql(f"ALTER TABLE `{table}` ADD COLUMN `{column}` {kind} NULL")


def add_json(db: Any, table: str, column: str, empty: str) -> None:
    """A JSON column that is never NULL; rows that exist get the empty value.

    Written out: to make a column NOT NULL the library rebuilds a table of SQLite, and dropping
    the old one would delete what refers to it.
    """
    if column in {known.name for known in db.get_columns(table)}:
        return
    quoted = (f"`{table}`", f"`{column}`")  # both kinds of database take these
    kind = "TEXT" if isinstance(db, SqliteDatabase) else "JSON"
    kind = f"{kind} NOT NULL DEFAULT ('{empty}')"
    db.execute_sql(f"ALTER TABLE {quoted[0]} ADD COLUMN {quoted[1]} {kind}")


def add_value(db: Any, table: str, column: str, kind: str, value: str) -> None:
    """A column that is never NULL; rows that exist get `value`, which is SQL."""
    kind = _kind(db, kind)
    if column in {known.name for known in db.get_columns(table)}:
        return
    quoted = (f"`{table}`", f"`{column}`")
    db.execute_sql(
        f"ALTER TABLE {quoted[0]} ADD COLUMN {quoted[1]} {kind} NOT NULL DEFAULT {value}"
    )


def add_index(db: Any, table: str, name: str, columns: str, *, unique: bool = False) -> None:
    """An index that is not there yet; `columns` is SQL."""
    if name not in {known.name for known in db.get_indexes(table)}:
        kind = "UNIQUE INDEX" if unique else "INDEX"
        db.execute_sql(f"CREATE {kind} `{name}` ON `{table}` ({columns})")


def _kind(db: Any, kind: str) -> str:
    """What the database calls a kind of column that MariaDB calls `kind`."""
    return ON_SQLITE.get(kind, kind) if isinstance(db, SqliteDatabase) else kind
