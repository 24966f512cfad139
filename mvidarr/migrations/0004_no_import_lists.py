"""Drop the tables of import lists: no version could fill them, and the next step makes them new."""

from typing import Any

from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: Any) -> None:
    db.execute_sql("DROP TABLE IF EXISTS import_row")
    db.execute_sql("DROP TABLE IF EXISTS import_list")
