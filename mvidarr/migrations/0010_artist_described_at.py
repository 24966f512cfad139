"""When services were asked what they know of an artist."""

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_column


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_column(db, "artist", "described_at", "BIGINT")
